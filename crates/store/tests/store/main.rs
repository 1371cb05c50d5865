//! The store as its users see it: what is committed comes back, once and only once.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod agreements;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod campaigns;
#[cfg(test)]
mod carrier;
#[cfg(test)]
#[path = "../../../../tests/harness/cluster.rs"]
mod cluster;
#[cfg(test)]
mod commit;
#[cfg(test)]
mod console;
#[cfg(test)]
mod home;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod server;
#[cfg(test)]
mod spill;
#[cfg(test)]
mod views;
