//! A fault planted on purpose, to see that the simulation finds it. The switch exists only with
//! the feature `planted-faults`, which nothing but the simulation's tests turns on.

#[cfg(feature = "planted-faults")]
mod switch {
    use std::cell::Cell;

    thread_local! {
        static FORGETFUL: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether endpoints of this thread take a repeated INVITE for a new one from now on.
    pub fn forget_repetitions(forget: bool) {
        FORGETFUL.set(forget);
    }

    pub(crate) fn forgets_repetitions() -> bool {
        FORGETFUL.get()
    }
}

#[cfg(feature = "planted-faults")]
pub use switch::forget_repetitions;
#[cfg(feature = "planted-faults")]
pub(crate) use switch::forgets_repetitions;

/// Nothing is planted.
#[cfg(not(feature = "planted-faults"))]
pub(crate) const fn forgets_repetitions() -> bool {
    false
}
