//! The CIB as one document: references by id (`id-ref`) are followed here.

use cib::Element;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The elements of the configuration by their id, for those that others refer to.
#[derive(Clone, Debug, Default)]
pub struct Document {
    by_id: BTreeMap<String, Arc<Element>>,
    heartbeat2: bool,
}

impl Document {
    /// Indexes the configuration; cheap when nothing refers to anything.
    pub(crate) fn of(cib: &Element) -> Self {
        let mut document = Self::default();
        let Some(configuration) = cib.child("configuration") else { return document };
        document.heartbeat2 = configuration.child("crm_config").is_some_and(|section| is_heartbeat2(section));
        if refers(configuration) {
            document.index(configuration);
        }
        document
    }

    /// Whether of two sets that say different things the first one counts, as in Heartbeat 2.
    pub(crate) fn first_set_wins(&self) -> bool {
        self.heartbeat2
    }

    fn index(&mut self, element: &Arc<Element>) {
        for child in element.children() {
            if let Some(id) = child.id() {
                self.by_id.entry(id.to_owned()).or_insert_with(|| Arc::clone(child));
            }
            self.index(child);
        }
    }

    /// The element itself, or the one that its `id-ref` names; `None` when that does not exist.
    pub(crate) fn resolve<'a>(&'a self, element: &'a Arc<Element>) -> Option<&'a Arc<Element>> {
        match element.attribute("id-ref") {
            None => Some(element),
            Some(id) => self.by_id.get(id),
        }
    }
}

fn refers(element: &Element) -> bool {
    element.children().iter().any(|child| child.attribute("id-ref").is_some() || refers(child))
}

fn is_heartbeat2(element: &Element) -> bool {
    let says_so =
        element.attribute("name") == Some("compatibility") && element.attribute("value") == Some("heartbeat-2");
    says_so || element.children().iter().any(|child| is_heartbeat2(child))
}
