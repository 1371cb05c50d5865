//! The store as its users see it: what is committed comes back, once and only once.

mod audit;
mod commit;
mod home;
mod opening;
mod restart;
mod rows;
mod views;
