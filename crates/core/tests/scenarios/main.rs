//! The rules, told as stories: who calls, who is free, who is called back and when.

mod blending;
mod calling_back;
mod clock;
mod emergency;
mod importing;
mod lending;
mod menu;
mod numbers;
mod opening_hours;
mod outages;
mod owned;
mod peers;
mod profiles;
mod promised_times;
mod queueing;
mod reconnecting;
mod reloading;
mod restarting;
mod room;
mod seats;
mod staffing;
mod states;
mod storm;
mod tasks;
mod waits;
mod why;
