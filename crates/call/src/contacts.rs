//! Where the phones of a seat are: an operator may have one on the desk and one on the computer.
//! The rules and the store know of a seat's longest registration only; the others come back
//! with their next REGISTER after a restart. A phone is there for as long as it said, whatever is
//! done to the wall clock: that one counts in rows, and for the next start.

use std::collections::BTreeMap;

use cuptel_core::id::SeatId;
use cuptel_core::record::RegistrationRow;
use cuptel_core::time::{MonoUs, Now};
use cuptel_sip::{Binding, Flow, Transport};

/// Phones of one seat; a further one takes the place of the one that would go first.
pub(crate) const CONTACTS_MAX: usize = 4;
/// Follows the address of a phone that registered over a connection.
const OVER_TCP: &str = ";transport=tcp";

/// One phone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contact {
    pub(crate) uri: String,
    pub(crate) flow: Flow,
    /// When its registration ends.
    pub(crate) until: MonoUs,
}

/// The phones of every seat.
#[derive(Debug, Default)]
pub(crate) struct Contacts(BTreeMap<SeatId, Vec<Contact>>);

impl Contacts {
    /// The phones that are registered now, longest first.
    pub(crate) fn of(&self, now: Now, seat: SeatId) -> Vec<Contact> {
        let all = self.0.get(&seat).into_iter().flatten();
        all.filter(|contact| contact.until > now.mono_us)
            .cloned()
            .collect()
    }

    pub(crate) fn knows(&self, seat: SeatId) -> bool {
        self.0.contains_key(&seat)
    }

    /// Adds a phone, or notes that it is registered for longer or elsewhere.
    pub(crate) fn note(&mut self, now: Now, seat: SeatId, contact: Contact) {
        let all = self.0.entry(seat).or_default();
        all.retain(|other| other.uri != contact.uri && other.until > now.mono_us);
        let longer = |other: &Contact| other.until > contact.until;
        let place = all.iter().take_while(|other| longer(other)).count();
        all.insert(place, contact);
        all.truncate(CONTACTS_MAX);
    }

    /// Removes a phone; says whether it was there.
    pub(crate) fn remove(&mut self, seat: SeatId, uri: &str) -> bool {
        let Some(all) = self.0.get_mut(&seat) else {
            return false;
        };
        let before = all.len();
        all.retain(|contact| contact.uri != uri);
        all.len() < before
    }

    /// Removes all phones of a seat.
    pub(crate) fn clear(&mut self, seat: SeatId) {
        self.0.remove(&seat);
    }

    /// Removes the phones that were reached over this connection; whose they were.
    pub(crate) fn cut_off(&mut self, flow: &Flow) -> Vec<SeatId> {
        let mut seats = Vec::new();
        for (seat, all) in &mut self.0 {
            let before = all.len();
            all.retain(|contact| contact.flow != *flow);
            if all.len() < before {
                seats.push(*seat);
            }
        }
        seats
    }
}

impl Contact {
    /// As a 200 to REGISTER tells it.
    pub(crate) fn binding(&self, now: Now) -> Binding {
        // Rounded up: a phone that asked for 60 s is told 60, not 59.
        let left_s = self.until.saturating_sub(now.mono_us).div_ceil(1_000_000);
        let expires_s = u32::try_from(left_s).unwrap_or(u32::MAX);
        Binding {
            uri: self.uri.clone(),
            expires_s,
        }
    }

    /// As it is stored, registered now through this listener.
    pub(crate) fn row(&self, now: Now, seat: SeatId, listener: usize) -> RegistrationRow {
        let remote = self.flow.remote;
        let left_ms = self.until.saturating_sub(now.mono_us) / 1_000;
        RegistrationRow {
            seat,
            contact: self.uri.clone(),
            listener: i64::try_from(listener).unwrap_or(i64::MAX),
            remote: match self.flow.transport {
                Transport::Udp => remote.to_string(),
                Transport::Tcp | Transport::Tls => format!("{remote}{OVER_TCP}"),
            },
            registered_ms: now.utc_ms,
            expires_ms: now.utc_ms + i64::try_from(left_ms).unwrap_or(i64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CONTACTS_MAX, Contact, Contacts};
    use cuptel_core::id::SeatId;
    use cuptel_core::time::Now;
    use cuptel_sip::{Flow, FlowId, Transport};

    const SEAT: SeatId = SeatId(7);

    fn at(mono_us: u64) -> Now {
        Now { mono_us, utc_ms: 0 }
    }

    fn contact(uri: &str, flow: u32, until: u64) -> Contact {
        Contact {
            uri: uri.to_owned(),
            flow: Flow {
                id: FlowId(flow),
                transport: Transport::Tcp,
                local: "127.0.0.1:5060".parse().unwrap(),
                remote: "127.0.0.2:1000".parse().unwrap(),
            },
            until,
        }
    }

    fn uris(contacts: &Contacts, now: u64) -> Vec<String> {
        let all = contacts.of(at(now), SEAT);
        all.into_iter().map(|contact| contact.uri).collect()
    }

    #[test]
    fn phones_are_known_until_they_expire_or_are_removed_longest_first() {
        let mut contacts = Contacts::default();
        contacts.note(at(0), SEAT, contact("desk", 1, 5_000));
        contacts.note(at(0), SEAT, contact("computer", 2, 9_000));
        assert_eq!(uris(&contacts, 1), ["computer", "desk"]);
        contacts.note(at(1), SEAT, contact("desk", 1, 20_000));
        assert_eq!(uris(&contacts, 2), ["desk", "computer"]);
        assert_eq!(uris(&contacts, 9_000), ["desk"]);
        assert!(contacts.remove(SEAT, "desk"));
        assert!(!contacts.remove(SEAT, "desk"));
        assert_eq!(uris(&contacts, 2), ["computer"]);
    }

    #[test]
    fn a_wall_clock_that_is_set_moves_no_phone() {
        let mut contacts = Contacts::default();
        contacts.note(at(0), SEAT, contact("desk", 1, 60_000_000));
        for utc_ms in [-7_200_000, 0, 7_200_000] {
            let now = |mono_us| Now { mono_us, utc_ms };
            let phones = contacts.of(now(59_000_000), SEAT);
            assert_eq!(phones.len(), 1, "{utc_ms}");
            let (phone, now) = (&phones[0], now(59_000_000));
            assert_eq!(phone.binding(now).expires_s, 1);
            assert_eq!(phone.row(now, SEAT, 0).expires_ms, utc_ms + 1_000);
        }
        assert!(contacts.of(at(60_000_000), SEAT).is_empty());
    }

    #[test]
    fn a_seat_has_so_many_phones_and_no_more() {
        let mut contacts = Contacts::default();
        for n in 0..20 {
            let uri = n.to_string();
            contacts.note(at(0), SEAT, contact(&uri, 1, 1_000 + n));
        }
        assert_eq!(uris(&contacts, 1), ["19", "18", "17", "16"]);
        assert_eq!(uris(&contacts, 1).len(), CONTACTS_MAX);
    }

    #[test]
    fn a_broken_connection_takes_its_phone_along_and_leaves_the_other() {
        let mut contacts = Contacts::default();
        contacts.note(at(0), SEAT, contact("desk", 1, 5_000));
        contacts.note(at(0), SEAT, contact("computer", 2, 9_000));
        let gone = contact("", 2, 0).flow;
        assert_eq!(contacts.cut_off(&gone), [SEAT]);
        assert_eq!(uris(&contacts, 1), ["desk"]);
        assert_eq!(contacts.cut_off(&gone), []);
    }
}
