//! Dense ids and the arenas they index: names exist only at the edges.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A dense id: a place in an [`Arena`].
pub trait Id: Copy {
    /// The id of a place.
    fn of(place: usize) -> Self;
    /// The place.
    fn place(self) -> usize;
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl Id for $name {
            fn of(place: usize) -> Self {
                Self(u32::try_from(place).expect("fewer than four thousand million of anything"))
            }
            fn place(self) -> usize {
                usize::try_from(self.0).expect("32 bits fit an address")
            }
        }
    };
}

id!(
    /// A node.
    NodeIx
);
id!(
    /// A resource: a primitive, a collective, or an instance of one.
    RscIx
);
id!(
    /// An action, in or out of the graph.
    ActIx
);
id!(
    /// A colocation.
    ColocationIx
);
id!(
    /// A location constraint, resolved to nodes.
    LocationIx
);

/// A growing array that only its own ids index.
#[derive(Clone, Debug)]
pub struct Arena<I, T> {
    items: Vec<T>,
    ids: PhantomData<I>,
}

impl<I, T> Default for Arena<I, T> {
    fn default() -> Self {
        Self { items: Vec::new(), ids: PhantomData }
    }
}

impl<I: Id, T> Arena<I, T> {
    /// Adds an item.
    pub fn push(&mut self, item: T) -> I {
        self.items.push(item);
        I::of(self.items.len() - 1)
    }

    /// Makes room for as many items.
    pub(crate) fn reserve(&mut self, items: usize) {
        self.items.reserve(items);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// All ids, in order of creation.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.items.len()).map(I::of)
    }

    /// All items, in order of creation.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.items.iter().enumerate().map(|(n, item)| (I::of(n), item))
    }
}

impl<I: Id, T> Index<I> for Arena<I, T> {
    type Output = T;
    fn index(&self, id: I) -> &T {
        &self.items[id.place()]
    }
}

impl<I: Id, T> IndexMut<I> for Arena<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.place()]
    }
}
