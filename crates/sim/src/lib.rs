//! Invented callers, operators, network, disk and time.
