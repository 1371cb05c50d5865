//! A table with small, never confused handles: a freed place gets a new generation.

/// Names one entry of a [`Slab`] for its whole life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Handle {
    index: u32,
    generation: u32,
}

#[derive(Debug)]
struct Place<T> {
    generation: u32,
    value: Option<T>,
}

/// Entries by handle; iteration is in the order of places, so it is deterministic.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
    len: usize,
}

impl<T> Slab<T> {
    pub(crate) fn new() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
            len: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds an entry; `None` only beyond 2^32 entries, far above every configured limit.
    pub(crate) fn insert(&mut self, value: T) -> Option<Handle> {
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                let index = u32::try_from(self.places.len()).ok()?;
                self.places.push(Place {
                    generation: 0,
                    value: None,
                });
                index
            }
        };
        let place = self.places.get_mut(index as usize)?;
        place.value = Some(value);
        self.len += 1;
        Some(Handle {
            index,
            generation: place.generation,
        })
    }

    pub(crate) fn get(&self, handle: Handle) -> Option<&T> {
        self.places
            .get(handle.index as usize)
            .filter(|place| place.generation == handle.generation)
            .and_then(|place| place.value.as_ref())
    }

    pub(crate) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        self.places
            .get_mut(handle.index as usize)
            .filter(|place| place.generation == handle.generation)
            .and_then(|place| place.value.as_mut())
    }

    pub(crate) fn remove(&mut self, handle: Handle) -> Option<T> {
        let place = self
            .places
            .get_mut(handle.index as usize)
            .filter(|place| place.generation == handle.generation)?;
        let value = place.value.take()?;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(handle.index);
        self.len -= 1;
        Some(value)
    }

    pub(crate) fn handles(&self) -> impl Iterator<Item = (Handle, &T)> {
        self.places.iter().zip(0u32..).filter_map(|(place, index)| {
            let handle = Handle {
                index,
                generation: place.generation,
            };
            place.value.as_ref().map(|value| (handle, value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Slab;

    #[test]
    fn a_freed_place_does_not_answer_to_its_old_handle() {
        let mut slab = Slab::new();
        let old = slab.insert("a").unwrap();
        assert_eq!(slab.remove(old), Some("a"));
        let new = slab.insert("b").unwrap();
        assert_eq!(slab.get(old), None);
        assert_eq!(slab.get(new), Some(&"b"));
        assert_eq!(slab.remove(old), None);
        assert_eq!(slab.len(), 1);
    }
}
