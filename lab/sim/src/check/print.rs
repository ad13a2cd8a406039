//! Prints of trees: what tells two contents apart, worked out again only where a tree has changed.

use cib::Element;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

/// A tree with the print of each of its elements.
#[derive(Debug)]
pub(super) struct Printed {
    element: Arc<Element>,
    print: u64,
    children: Vec<Rc<Printed>>,
}

impl Printed {
    /// Reads a tree; what it shares with the one that was read before is not read again.
    pub(super) fn of(element: &Arc<Element>, before: Option<&Rc<Self>>) -> Rc<Self> {
        if let Some(before) = before.filter(|before| Arc::ptr_eq(&before.element, element)) {
            return Rc::clone(before);
        }
        let former = |place| before.and_then(|before: &Rc<Self>| before.children.get(place));
        let children: Vec<_> =
            element.children().iter().enumerate().map(|(place, child)| Self::of(child, former(place))).collect();
        Rc::new(Self { element: Arc::clone(element), print: print(element, &children), children })
    }

    /// Equal for equal contents, whatever the order of attributes.
    pub(super) fn print(&self) -> u64 {
        self.print
    }
}

fn print(element: &Element, children: &[Rc<Printed>]) -> u64 {
    let mut sum = DefaultHasher::new();
    (element.name(), element.text()).hash(&mut sum);
    element.attributes().fold(0_u64, |all, attribute| all.wrapping_add(one(&attribute))).hash(&mut sum);
    children.iter().for_each(|child| child.print.hash(&mut sum));
    sum.finish()
}

fn one(attribute: &(&str, &str)) -> u64 {
    let mut sum = DefaultHasher::new();
    attribute.hash(&mut sum);
    sum.finish()
}

#[cfg(test)]
mod tests {
    use super::Printed;
    use std::sync::Arc;

    const TREE: &str = r#"<a x="1" y="2"><b id="b1"/><b id="b2"><c/></b></a>"#;

    fn print(text: &str) -> u64 {
        Printed::of(&cib::parse(text).unwrap(), None).print()
    }

    #[test]
    fn another_content_is_another_print() {
        assert_eq!(print(TREE), print(r#"<a y="2" x="1"><b id="b1"/><b id="b2"><c/></b></a>"#));
        for other in [
            r#"<a x="2" y="1"><b id="b1"/><b id="b2"><c/></b></a>"#,
            r#"<a x="1" y="2"><b id="b2"><c/></b><b id="b1"/></a>"#,
            r#"<a x="1" y="2"><b id="b1"/><b id="b2"/><c/></a>"#,
            r#"<a x="1" y="2"><b id="b1"/><b id="b2"><d/></b></a>"#,
        ] {
            assert_ne!(print(TREE), print(other), "{other}");
        }
    }

    #[test]
    fn a_tree_that_was_changed_is_read_as_if_it_were_new() {
        let before = cib::parse(TREE).unwrap();
        let read = Printed::of(&before, None);
        let mut after = (*before).clone();
        Arc::make_mut(&mut after.children_mut()[1]).set("id", "b3");
        let after = Printed::of(&Arc::new(after), Some(&read));
        assert_eq!(after.print(), print(r#"<a x="1" y="2"><b id="b1"/><b id="b3"><c/></b></a>"#));
        assert!(std::rc::Rc::ptr_eq(&after.children[0], &read.children[0]), "what is shared is not read again");
    }
}
