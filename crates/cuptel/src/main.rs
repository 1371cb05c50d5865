//! The binary: commands, configuration, wiring, the demo.
fn main() {}
