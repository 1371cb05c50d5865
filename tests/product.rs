//! The product as others meet it: the real binary over loopback, driven by SIPp, baresip, HTTP
//! and signals. Knows nothing of the crates inside; what a test may rely on is the outside
//! surface: SIP, RTP, the API, the command line, the database file.

mod announcing;
mod bad_input;
mod bulk;
mod by_hand;
mod by_key;
mod callbacks;
mod calls;
mod campaigns;
mod console;
mod crash;
mod delivered;
mod demo;
mod disk_full;
mod faults;
mod harness;
mod importing;
mod kills;
mod late;
mod layout;
mod marks;
mod numbers;
mod outage;
mod outcomes;
mod person_first;
mod previews;
mod readme;
mod refusals;
mod registration;
mod reload;
mod reminders;
mod replay;
mod reports;
mod returning;
mod seats;
mod shell;
mod simulate;
mod staffing;
mod stops;
mod storm;
mod tasks;
mod transports;
mod trunks;
mod upgrade;
mod users;
