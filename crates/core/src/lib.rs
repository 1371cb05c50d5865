//! The rules: attempts, callbacks, seats, queues, calendars, dialplans, dispatch. No I/O, no clock.
