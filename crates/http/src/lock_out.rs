//! Who guesses: wrong tokens and passwords are counted by where they come from and by the name that they
//! are offered for, and past a bound nothing more is looked at for a while. Nobody is kept from signing in
//! where they have before because somebody guesses elsewhere.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cuptel_store::AccountView;
use tokio::time::Instant;

use crate::access::{clock, is_system};
use crate::actions::typed;
use crate::error::ApiError;
use crate::pages::SharedParts;

/// Wrong tokens that one address may offer within `WINDOW`, and wrong passwords that may be offered for
/// one name; then none is looked at until the window ends. Open sessions go on.
const WRONG_MAX: u32 = 20;
/// Wrong passwords that one address may offer within `WINDOW`: a whole site may stand behind it, at the
/// beginning of a shift.
const WRONG_PASSWORDS_MAX: u32 = 200;
/// How long what was wrong is held against an address or a name.
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses and names remembered at once; one more forgets the oldest.
const TRIERS_MAX: usize = 1_024;

/// Compares what somebody typed with the token of the configuration, unless their address offered too
/// many wrong ones.
pub(crate) fn check_token(
    shared: &SharedParts,
    offered: &str,
    from: IpAddr,
) -> Result<(), ApiError> {
    let address = Trier::Address(network_of(from));
    shared.wrong.let_try(&address)?;
    if is_system(shared, offered) {
        return Ok(());
    }
    shared.wrong.count(address);
    Err(ApiError::Unauthorised)
}

/// The account that somebody signs in to. Who guesses is held back by address and by name.
pub(crate) async fn check_password(
    shared: &SharedParts,
    name: &str,
    password: String,
    from: IpAddr,
) -> Result<AccountView, ApiError> {
    let Ok(Some(name)) = typed(name) else {
        return Err(ApiError::Unauthorised);
    };
    let site = Trier::Site(network_of(from));
    shared.wrong.let_try(&site)?;
    // Whoever guesses a name elsewhere keeps nobody from signing in where they have before.
    let places = shared.store.signed_in_from(&name).await?;
    let by_name = if is_one_of(&places, from) {
        Trier::AtTheirs(name.clone(), network_of(from))
    } else {
        Trier::Account(name.clone())
    };
    shared.wrong.let_try(&by_name)?;
    let triers = [site, by_name];
    // Counted before it is looked at: who sends many at once has sent as many.
    for trier in &triers {
        shared.wrong.count(trier.clone());
    }
    let kept = shared.store.account(&name).await?;
    let digest = kept.as_ref().map(|kept| kept.password.clone());
    let is_right = shared.digests.is_right(password, digest).await?;
    let kept = kept.filter(|_| is_right).ok_or(ApiError::Unauthorised)?;
    let now_ms = shared.engine.snapshot().at_ms;
    let once_until_ms = kept.account.once_until_ms;
    if kept.account.must_change && once_until_ms.is_some_and(|until| until <= now_ms) {
        return Err(ApiError::OnceIsOver);
    }
    for trier in &triers {
        shared.wrong.take_back(trier);
    }
    Ok(kept.account)
}

/// Who offered something wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Trier {
    /// A program, or somebody with a token, at this address.
    Address(IpAddr),
    /// Somebody with a password at this address.
    Site(IpAddr),
    /// Somebody who says to be this.
    Account(String),
    /// Somebody who says to be this, at an address where they have signed in.
    AtTheirs(String, IpAddr),
}

impl Trier {
    fn wrong_max(&self) -> u32 {
        match self {
            Self::Address(_) | Self::Account(_) | Self::AtTheirs(..) => WRONG_MAX,
            Self::Site(_) => WRONG_PASSWORDS_MAX,
        }
    }
}

struct Tally {
    since: Instant,
    wrong: u32,
}

/// Wrong tokens and passwords, by who offered them.
#[derive(Default)]
pub(crate) struct Wrong(Mutex<HashMap<Trier, Tally>>);

impl Wrong {
    /// A token that was looked at is nobody's.
    pub(crate) fn token_was_wrong(&self, from: IpAddr) -> Result<(), ApiError> {
        let address = Trier::Address(network_of(from));
        self.let_try(&address)?;
        self.count(address);
        Ok(())
    }

    /// Whether another try is looked at.
    fn let_try(&self, by: &Trier) -> Result<(), ApiError> {
        match self.held_for(by, clock()) {
            Some(wait) => Err(ApiError::TooManyWrong {
                retry_s: wait.as_secs() + 1,
            }),
            None => Ok(()),
        }
    }

    fn held_for(&self, by: &Trier, now: Instant) -> Option<Duration> {
        let tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.get(by)?;
        let left = (tally.since + WINDOW).checked_duration_since(now)?;
        (tally.wrong >= by.wrong_max() && !left.is_zero()).then_some(left)
    }

    /// What was counted was right.
    fn take_back(&self, by: &Trier) {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tally) = tallies.get_mut(by) {
            tally.wrong = tally.wrong.saturating_sub(1);
        }
    }

    fn count(&self, by: Trier) {
        self.count_at(by, clock());
    }

    fn count_at(&self, by: Trier, now: Instant) {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !tallies.contains_key(&by) && tallies.len() >= TRIERS_MAX {
            tallies.retain(|_, tally| now < tally.since + WINDOW);
            let oldest = tallies
                .iter()
                .min_by_key(|(_, tally)| tally.since)
                .map(|(by, _)| by.clone());
            if let Some(oldest) = oldest.filter(|_| tallies.len() >= TRIERS_MAX) {
                tallies.remove(&oldest);
            }
        }
        let tally = tallies.entry(by).or_insert(Tally {
            since: now,
            wrong: 0,
        });
        if tally.since + WINDOW <= now {
            *tally = Tally {
                since: now,
                wrong: 0,
            };
        }
        tally.wrong += 1;
    }
}

/// Whether somebody has signed in before from the network of an address.
fn is_one_of(places: &[String], from: IpAddr) -> bool {
    let mut places = places.iter().filter_map(|it| it.parse().ok());
    places.any(|place: IpAddr| network_of(place) == network_of(from))
}

/// An IPv6 subscriber owns a /64: all of it counts as one.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const SOMEBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn who_offers_too_much_that_is_wrong_is_held_until_their_window_ends() {
        let wrong = Wrong::default();
        let now = clock();
        let (address, account) = (Trier::Address(SOMEBODY), Trier::Account("anna".to_owned()));
        for _ in 0..WRONG_MAX {
            assert_eq!(wrong.held_for(&address, now), None);
            wrong.count_at(address.clone(), now);
        }
        assert_eq!(wrong.held_for(&address, now), Some(WINDOW));
        assert_eq!(wrong.held_for(&account, now), None);
        assert_eq!(wrong.held_for(&address, now + WINDOW), None);
        wrong.count_at(address.clone(), now + WINDOW);
        assert_eq!(wrong.held_for(&address, now + WINDOW), None);
    }

    #[test]
    fn a_flood_of_addresses_does_not_grow_the_memory() {
        let wrong = Wrong::default();
        let now = clock();
        for n in 0..5_000_u32 {
            wrong.count_at(Trier::Address(IpAddr::V4(Ipv4Addr::from_bits(n))), now);
        }
        assert_eq!(wrong.0.lock().unwrap().len(), TRIERS_MAX);
    }

    #[test]
    fn a_subscriber_of_ipv6_has_one_tally() {
        let (a, b) = (
            "2001:db8::1".parse().unwrap(),
            "2001:db8::ffff:2".parse().unwrap(),
        );
        assert_eq!(network_of(a), network_of(b));
        assert!(is_one_of(&["10.0.0.1".to_owned(), a.to_string()], b));
        assert!(!is_one_of(&["10.0.0.1".to_owned()], b));
        assert_eq!(network_of("::ffff:192.0.2.1".parse().unwrap()), SOMEBODY);
    }
}
