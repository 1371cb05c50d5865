//! SIP framing, transactions, dialogs, registrar and digest. No I/O; time is an argument.
