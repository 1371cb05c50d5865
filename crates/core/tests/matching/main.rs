//! The dispatcher's structure beside a plain scan: whatever happens, both decide alike, and what
//! is promised of the order holds.

mod centre;
mod properties;
mod scan;
