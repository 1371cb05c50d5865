//! The hands: the one loop, journal, sockets, timers, clock.
