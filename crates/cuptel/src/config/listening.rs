//! The settings of what listens for SIP: addresses, who sends there, bounds of connections.

use std::net::SocketAddr;

use cuptel_core::dialplan::fields::Fields;

use super::network::{ADDRESS, parse_address, same_host};
use super::{optional_with, required_with, word};

/// Who sends to a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Operators' phones.
    Phones,
    /// Carriers.
    Trunk,
    /// A proxy in front of carriers.
    Edge,
}

/// Where SIP arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listener {
    /// Who sends to it.
    pub(crate) role: Role,
    /// Where datagrams arrive.
    pub(crate) udp: SocketAddr,
    /// Where connections arrive; none without it.
    pub(crate) tcp: Option<SocketAddr>,
}

/// Bounds of the connections over which SIP comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TcpSettings {
    /// Accepted at once, and opened at once. Default 2,000.
    pub(crate) connections_max: u32,
    /// Accepted from one address: a whole site may stand behind one. Default 500.
    pub(crate) per_source_max: u32,
    /// The longest message. Default 65,535.
    pub(crate) message_bytes_max: u32,
    /// What may wait for a peer that does not read. Default 262,144.
    pub(crate) backlog_bytes_max: u32,
    /// Nothing heard for so long: closed. Default 3,900, longer than a registration.
    pub(crate) idle_s: u32,
    /// How long one may stay that brought no phone with its password and no trunk. Default 30.
    pub(crate) unknown_s: u32,
    /// Silence after which a connection that we opened is sent a ping. Default 90.
    pub(crate) keep_alive_s: u32,
    /// How long a message may take to arrive. Default 10.
    pub(crate) message_s: u32,
    /// How long opening one may take. Default 3.
    pub(crate) connect_s: u32,
}

pub(super) fn listeners(root: &mut Fields<'_>) -> Vec<Listener> {
    let mut listeners: Vec<Listener> = Vec::new();
    let mut roles_seen = Vec::new();
    for mut table in root.tables("listener") {
        let faults = table.faults();
        let roles = [
            ("phones", Role::Phones),
            ("trunk", Role::Trunk),
            ("edge", Role::Edge),
        ];
        let role = word(&mut table, "role", &roles, true);
        let udp = required_with(&mut table, "udp", ADDRESS, parse_address);
        let tcp = optional_with(&mut table, "tcp", ADDRESS, parse_address);
        table.finish();
        roles_seen.push(role);
        let given = udp.iter().chain(tcp.as_ref());
        for address in given.filter(|address| address.value.ip().is_unspecified()) {
            let message = format!(
                "nobody can answer to {}, which Via and Contact would say: expected one address of this machine, and a [[listener]] for each",
                address.value.ip()
            );
            faults.add(address.at.clone(), message);
        }
        let (Some(role), Some(udp)) = (role, udp) else {
            continue;
        };
        let taken = |address: SocketAddr, theirs: fn(&Listener) -> Option<SocketAddr>| {
            let mut others = listeners.iter().filter_map(theirs);
            others.any(|other| collide(other, address))
        };
        let mine = [
            (Some(&udp), taken(udp.value, |it| Some(it.udp))),
            (
                tcp.as_ref(),
                tcp.as_ref()
                    .is_some_and(|tcp| taken(tcp.value, |it| it.tcp)),
            ),
        ];
        for (address, is_taken) in mine {
            if let (Some(address), true) = (address, is_taken) {
                let message = format!("{} is another listener's address already", address.value);
                faults.add(address.at.clone(), message);
            }
        }
        listeners.push(Listener {
            role,
            udp: udp.value,
            tcp: tcp.map(|tcp| tcp.value),
        });
    }
    // A role at fault may be the one that is missing. A proxy forwards the carrier, not phones:
    // behind it they could prove no password of their own.
    let serves = |seen: &Option<Role>, role| {
        seen.is_none_or(|seen| seen == role || (role == Role::Trunk && seen == Role::Edge))
    };
    let missing = |role: Role| !roles_seen.iter().any(|seen| serves(seen, role));
    if missing(Role::Trunk) {
        root.missing(
            "[[listener]]",
            "one with role = \"trunk\", where the carrier sends calls",
        );
    }
    if missing(Role::Phones) {
        root.missing(
            "[[listener]]",
            "one with role = \"phones\", where operators' phones register",
        );
    }
    listeners
}

/// Whether the second cannot be bound beside the first. Port 0 is any free port.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    same_host(one.ip(), other.ip()) && one.port() == other.port() && one.port() != 0
}

pub(super) fn tcp(root: &mut Fields<'_>) -> TcpSettings {
    let mut settings = TcpSettings {
        connections_max: 2_000,
        per_source_max: 500,
        message_bytes_max: 65_535,
        backlog_bytes_max: 262_144,
        idle_s: 3_900,
        unknown_s: 30,
        keep_alive_s: 90,
        message_s: 10,
        connect_s: 3,
    };
    if let Some(mut table) = root.table("tcp") {
        for (key, range, value) in [
            (
                "connections_max",
                1..=100_000,
                &mut settings.connections_max,
            ),
            ("per_source_max", 1..=100_000, &mut settings.per_source_max),
            (
                "message_bytes_max",
                1_500..=65_535,
                &mut settings.message_bytes_max,
            ),
            (
                "backlog_bytes_max",
                65_536..=16_777_216,
                &mut settings.backlog_bytes_max,
            ),
            ("idle_s", 10..=86_400, &mut settings.idle_s),
            ("unknown_s", 1..=86_400, &mut settings.unknown_s),
            ("keep_alive_s", 1..=86_400, &mut settings.keep_alive_s),
            ("message_s", 1..=300, &mut settings.message_s),
            ("connect_s", 1..=60, &mut settings.connect_s),
        ] {
            *value = table.whole_or(key, range, *value);
        }
        table.finish();
    }
    settings
}
