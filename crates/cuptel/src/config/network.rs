//! The settings that touch the network: names in SIP, media, pages, trunks.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::ops::{Range, RangeInclusive};

use cuptel_core::dialplan::fields::{Doubt, Faults, Fields, Placed};
use cuptel_core::number::PhoneNumber;
use cuptel_core::rules::DialPolicy;
use cuptel_core::time::UtcMs;
use cuptel_core::words::DoubtKind;
use cuptel_http::{Certificate, ImportBounds};
use ipnet::IpNet;

use super::authority::CLI;
use super::certificate::{self, TlsSettings};
use super::dials;
use super::listening::Listener;
use super::notice::{NoticeDraft, NoticeSettings};
use super::secret::Secret;
use super::{checked_name, optional_with, required_with};

/// More calls a second than one machine takes.
const CALLS_PER_S_MAX: u32 = 100_000;
/// More channels than any carrier sells on one trunk.
pub(super) const CHANNELS_MAX: u32 = 100_000;
const SIP_PORT: u16 = 5060;

/// Our names in SIP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SipSettings {
    /// Realm of the phones' passwords. Default `cuptel`.
    pub(crate) realm: String,
    /// What carrier and phones see. Default `CupTel`.
    pub(crate) user_agent: String,
}

/// Voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaSettings {
    /// Silence of a leg before its call is taken for dead. Default 30.
    pub(crate) rtp_timeout_s: u32,
    /// Where voice arrives; at least one.
    pub(crate) networks: Vec<MediaNetwork>,
}

/// Local ports for voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaNetwork {
    /// Local address.
    pub(crate) bind: IpAddr,
    /// What SDP says. Default `bind`.
    pub(crate) advertise: IpAddr,
    /// An even first port and an odd last one: RTP and RTCP go in pairs.
    pub(crate) ports: RangeInclusive<u16>,
    /// Pairs opened at most; the default is all.
    pub(crate) pairs_max: Option<u32>,
}

impl MediaNetwork {
    /// Pairs of ports that can be opened.
    pub(crate) fn pairs(&self) -> u32 {
        let ports = u32::from(*self.ports.end()) + 1 - u32::from(*self.ports.start());
        (ports / 2).min(self.pairs_max.unwrap_or(u32::MAX))
    }
}

/// Pages and API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpSettings {
    /// Default `127.0.0.1:8080`.
    pub(crate) listen: SocketAddr,
    /// What the API asks for. Default `file:data/api-token`.
    pub(crate) token: Secret,
    /// Which calls of a carrier are imported. Default: clocks that differ by 10 s, and calls
    /// of the last 168 h.
    pub(crate) import: ImportBounds,
    /// Files of the certificate that the pages show. Default: none, and no TLS.
    pub(crate) tls: Option<TlsSettings>,
    /// Proxies whose word on who asks them is believed. Default: none.
    pub(crate) trusted_proxies: Vec<IpNet>,
}

impl HttpSettings {
    /// Where pages and API are, without a slash at the end.
    pub(crate) fn base(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.listen)
    }
}

/// A SIP peer towards the public network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrunkSettings {
    /// Its name.
    pub(crate) name: String,
    /// Who may send us calls without a password.
    pub(crate) peers: Vec<IpNet>,
    /// Where callbacks are dialled; without it they are not.
    pub(crate) outbound: Option<Outbound>,
    /// What it is answered with when it asks for a password.
    pub(crate) auth: Option<TrunkAuth>,
    /// Its turn among the trunks on which callbacks are dialled. Default: after those written before.
    pub(crate) dials: DialPolicy,
    /// Channels bought.
    pub(crate) channels: u32,
    /// Calls answered at once.
    pub(crate) answer_max: u32,
    /// Lines for short notices besides.
    pub(crate) notice: NoticeSettings,
    /// Calls admitted a second. Default: as many as come.
    pub(crate) calls_per_s: Option<u32>,
    /// Channels kept for callbacks. Default 0.
    pub(crate) outbound_min: u32,
    /// Channels that callbacks leave to callers. Default 0.
    pub(crate) inbound_min: u32,
    /// Shown to the person called back.
    pub(crate) cli: PhoneNumber,
    /// How long a person's phone rings. Default 40.
    pub(crate) ring_s: u32,
    /// Ringing that a caller hears before we answer. Default 0.
    pub(crate) answer_after_ms: u32,
}

/// Where callbacks are dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outbound {
    /// As in the configuration, `sip:host:port`.
    pub(crate) uri: String,
    /// Its address; a host name is looked up when the configuration is read.
    pub(crate) address: SocketAddr,
    /// `;transport=tcp`: all calls go over one connection.
    pub(crate) is_tcp: bool,
    /// Requests too large for a datagram go over a connection. Default false.
    pub(crate) large_over_tcp: bool,
}

/// A user name and password for a trunk that asks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrunkAuth {
    /// Digest user name.
    pub(crate) user: String,
    /// Its password.
    pub(crate) password: Secret,
}

pub(super) fn sip(root: &mut Fields<'_>) -> SipSettings {
    let mut settings = SipSettings {
        realm: "cuptel".into(),
        user_agent: "CupTel".into(),
    };
    if let Some(mut table) = root.table("sip") {
        for (key, value) in [
            ("realm", &mut settings.realm),
            ("user_agent", &mut settings.user_agent),
        ] {
            let Some(text) = table.filled_text(key) else {
                continue;
            };
            // Both stand in headers, the realm in quotes.
            if text
                .value
                .chars()
                .any(|c| c.is_control() || c == '"' || c == '\\')
            {
                let message = format!(
                    "`{key}` stands in a SIP header: expected no quotes, backslashes or control characters"
                );
                table.faults().add(text.at, message);
            }
            text.value.clone_into(value);
        }
        table.finish();
    }
    settings
}

/// Whether both are addresses of one host, as far as binding goes.
pub(super) fn same_host(one: IpAddr, other: IpAddr) -> bool {
    one == other || one.is_unspecified() || other.is_unspecified()
}

pub(super) fn media(root: &mut Fields<'_>, listeners: &[Listener]) -> Placed<MediaSettings> {
    let Some(mut table) = root.table("media") else {
        if !root.has("media") {
            root.missing("[[media.network]]", "the addresses and ports for voice");
        }
        let none = MediaSettings {
            rtp_timeout_s: 0,
            networks: Vec::new(),
        };
        return Placed {
            value: none,
            at: 0..0,
        };
    };
    let rtp_timeout_s = table.whole_or("rtp_timeout_s", 1..=3_600, 30);
    let tables = table.tables("network");
    let at = tables.first().map_or_else(|| table.at(), Fields::at);
    if tables.is_empty() {
        root.missing("[[media.network]]", "the addresses and ports for voice");
    }
    let mut networks: Vec<MediaNetwork> = Vec::new();
    for table in tables {
        networks.extend(media_network(table, &networks, listeners));
    }
    table.finish();
    Placed {
        value: MediaSettings {
            rtp_timeout_s,
            networks,
        },
        at,
    }
}

fn media_network(
    mut table: Fields<'_>,
    others: &[MediaNetwork],
    listeners: &[Listener],
) -> Option<MediaNetwork> {
    const IP: &str = "an IP address, like \"127.0.0.1\"";
    let faults = table.faults();
    let bind = required_with(&mut table, "bind", IP, |text| text.parse::<IpAddr>().ok());
    let advertise = optional_with(&mut table, "advertise", IP, |text| {
        text.parse::<IpAddr>().ok()
    });
    let advertise = if table.has("advertise") {
        advertise
    } else {
        bind.clone()
    };
    if let Some(told) = advertise.as_ref().filter(|ip| ip.value.is_unspecified()) {
        let message = format!(
            "nobody can send voice to {}: expected `advertise` with an address that others reach",
            told.value
        );
        faults.add(told.at.clone(), message);
    }
    let ports = required_with(&mut table, "ports", PORTS, parse_ports);
    let pairs_max = table.whole("pairs_max", 1..=32_768).map(|max| max.value);
    table.finish();
    let (bind, advertise, ports) = (bind?, advertise?, ports?);
    let (first, last) = (*ports.value.start(), *ports.value.end());
    if first % 2 == 1 || last % 2 == 0 {
        let message = format!(
            "RTP takes an even port and RTCP the next: expected an even first and an odd last port, like \"{}-{}\"",
            first - first % 2,
            last | 1
        );
        faults.add(ports.at.clone(), message);
    }
    let shared = |other: &&MediaNetwork| {
        same_host(other.bind, bind.value)
            && first <= *other.ports.end()
            && *other.ports.start() <= last
    };
    if let Some(other) = others.iter().find(shared) {
        let (first, last) = (other.ports.start(), other.ports.end());
        let message = format!("another network has ports of this range: {first}-{last}");
        faults.add(ports.at.clone(), message);
    }
    let within = |listener: &&Listener| {
        same_host(listener.udp.ip(), bind.value) && ports.value.contains(&listener.udp.port())
    };
    if let Some(listener) = listeners.iter().find(within) {
        let message = format!("a listener has a port of this range: {}", listener.udp);
        faults.add(ports.at.clone(), message);
    }
    Some(MediaNetwork {
        bind: bind.value,
        advertise: advertise.value,
        ports: ports.value,
        pairs_max,
    })
}

const PORTS: &str = "a range of ports from 1024 to 65535, like \"30000-39999\"";

fn parse_ports(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (1024 <= first && first < last).then_some(first..=last)
}

pub(super) fn http(
    root: &mut Fields<'_>,
    warnings: &Faults,
    now_ms: UtcMs,
) -> (HttpSettings, Option<Certificate>) {
    let mut settings = HttpSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
        token: Secret::parse("file:data/api-token"),
        import: ImportBounds {
            window_s: 10,
            age_max_h: 168,
        },
        tls: None,
        trusted_proxies: Vec::new(),
    };
    let mut shown = None;
    if let Some(mut table) = root.table("http") {
        let listen = optional_with(&mut table, "listen", ADDRESS, parse_address);
        if let Some(listen) = &listen {
            settings.listen = listen.value;
        }
        if let Some(token) = table.filled_text("token") {
            settings.token = Secret::parse(token.value);
        }
        let import = &mut settings.import;
        import.window_s = table.whole_or("import_window_s", 0..=3_600, import.window_s);
        import.age_max_h = table.whole_or("import_age_max_h", 1..=8_784, import.age_max_h);
        if let Some(tls) = table.table("tls") {
            (settings.tls, shown) = certificate::tls(tls, warnings, now_ms);
        }
        settings.trusted_proxies = trusted_proxies(&mut table);
        let is_guarded = settings.tls.is_some() || !settings.trusted_proxies.is_empty();
        if let Some(listen) = listen.filter(|it| !it.value.ip().is_loopback() && !is_guarded) {
            warnings.doubt(listen.at, IN_CLEAR, Doubt::of(DoubtKind::InClear, &[]));
        }
        table.finish();
    }
    (settings, shown)
}

/// A warning, because a network of its own may keep others out.
const IN_CLEAR: &str = "others reach the pages here without TLS, and passwords go over the network as they are: expected a certificate in [http.tls], or the addresses of a proxy in trusted_proxies";

fn trusted_proxies(table: &mut Fields<'_>) -> Vec<IpNet> {
    const EXPECTED: &str = "networks like [\"127.0.0.1/32\"], or single addresses";
    let faults = table.faults();
    let texts = table.texts("trusted_proxies");
    let texts = texts.map_or_else(Vec::new, |texts| texts.value);
    let proxy = |text: Placed<&str>| {
        let Some(network) = parse_peer(text.value) else {
            let message = format!("\"{}\" is no network: expected {EXPECTED}", text.value);
            faults.add(text.at, message);
            return None;
        };
        if network.prefix_len() == 0 {
            let message = format!(
                "{network} is everybody, and then anybody says who they are: expected the addresses of the proxy alone"
            );
            faults.add(text.at, message);
        }
        Some(network)
    };
    texts.into_iter().filter_map(proxy).collect()
}

pub(super) const ADDRESS: &str = "an address with its port, like \"127.0.0.1:5060\"";

pub(super) fn parse_address(text: &str) -> Option<SocketAddr> {
    text.parse().ok()
}

/// The trunks, each with where it is written, and the whole of `cli` for later checks.
pub(super) fn trunks(root: &mut Fields<'_>, warnings: &Faults) -> Vec<TrunkDraft> {
    let mut drafts: Vec<TrunkDraft> = Vec::new();
    let mut seen = BTreeSet::new();
    for table in root.tables("trunk") {
        drafts.extend(trunk(table, &mut seen, &drafts, warnings));
    }
    if drafts.is_empty() && !root.has("trunk") {
        root.missing("[[trunk]]", "the carrier whose calls we answer");
    }
    drafts
}

/// A trunk with the places that later checks point at.
pub(super) struct TrunkDraft {
    pub(super) trunk: TrunkSettings,
    pub(super) answer_max_at: Range<usize>,
    pub(super) notice_lines_at: Option<Range<usize>>,
    pub(super) outbound_min_at: Range<usize>,
    pub(super) cli_at: Range<usize>,
}

/// No part of the channels is more than all of them.
fn check_channels(
    channels: &Placed<u32>,
    answer_max: &Placed<u32>,
    (inbound_min, outbound_min): (&Placed<u32>, &Placed<u32>),
    faults: &Faults,
) {
    for (key, number) in [
        ("answer_max", answer_max),
        ("outbound_min", outbound_min),
        ("inbound_min", inbound_min),
    ] {
        if number.value > channels.value {
            let message = format!(
                "`{key}` is {}: expected at most the {} `channels`",
                number.value, channels.value
            );
            faults.add(number.at.clone(), message);
        }
    }
    if outbound_min.value == 0 && inbound_min.value > 0 && inbound_min.value >= answer_max.value {
        let message = format!(
            "`inbound_min` is {}: expected less than `answer_max`, {}, or no callback is ever dialled (`outbound_min` is 0)",
            inbound_min.value, answer_max.value
        );
        faults.add(inbound_min.at.clone(), message);
    }
    let both = inbound_min.value.saturating_add(outbound_min.value);
    if both > channels.value && inbound_min.value.max(outbound_min.value) <= channels.value {
        let message = format!(
            "`inbound_min` is {} and `outbound_min` {}: expected at most the {} `channels` together",
            inbound_min.value, outbound_min.value, channels.value
        );
        faults.add(inbound_min.at.clone(), message);
    }
}

fn trunk(
    mut table: Fields<'_>,
    seen: &mut BTreeSet<String>,
    others: &[TrunkDraft],
    warnings: &Faults,
) -> Option<TrunkDraft> {
    let faults = table.faults();
    let name = checked_name(&mut table, "name", "trunk", seen);
    let peers = peers(&mut table, others, warnings);
    let mut outbound = optional_with(&mut table, "outbound", OUTBOUND, parse_outbound);
    let large_over_tcp = table.truth("large_over_tcp").is_some_and(|it| it.value);
    if let Some(outbound) = &mut outbound {
        outbound.value.large_over_tcp = large_over_tcp;
    }
    let auth = table.table("auth").and_then(trunk_auth);
    let dials = dials::dial_policy(&mut table, outbound.is_some(), others);
    let channels = counted(&mut table, "channels", 1);
    let answer_max = counted(&mut table, "answer_max", 1);
    let notice = NoticeDraft::read(&mut table);
    let calls_per_s = table.whole("calls_per_s", 1..=CALLS_PER_S_MAX);
    let outbound_min = table.whole("outbound_min", 0..=CHANNELS_MAX);
    let inbound_min = table.whole("inbound_min", 0..=CHANNELS_MAX);
    let cli = required_with(&mut table, "cli", CLI, |text| {
        PhoneNumber::parse_e164(text).ok()
    });
    let ring_s = table.whole_or("ring_s", 1..=300, 40);
    let answer_after_ms = table.whole_or("answer_after_ms", 0..=60_000, 0);
    let header = table.at();
    table.finish();
    let (name, channels, answer_max, cli) = (name?, channels?, answer_max?, cli?);
    let none = Placed {
        value: 0,
        at: header,
    };
    let outbound_min = outbound_min.unwrap_or_else(|| none.clone());
    let inbound_min = inbound_min.unwrap_or(none);
    check_channels(
        &channels,
        &answer_max,
        (&inbound_min, &outbound_min),
        faults,
    );
    let trunk = TrunkSettings {
        name,
        peers,
        outbound: outbound.map(|outbound| outbound.value),
        auth,
        dials,
        channels: channels.value,
        answer_max: answer_max.value,
        notice: notice.check(answer_max.value, channels.value, faults),
        calls_per_s: calls_per_s.map(|rate| rate.value),
        outbound_min: outbound_min.value,
        inbound_min: inbound_min.value,
        cli: cli.value,
        ring_s,
        answer_after_ms,
    };
    Some(TrunkDraft {
        trunk,
        answer_max_at: answer_max.at,
        notice_lines_at: notice.lines_at(),
        outbound_min_at: outbound_min.at,
        cli_at: cli.at,
    })
}

fn trunk_auth(mut table: Fields<'_>) -> Option<TrunkAuth> {
    let user = table.required_text("user", "the user name that the carrier gave us");
    let password = table.required_text("password", "\"env:NAME\" or \"file:PATH\"");
    table.finish();
    Some(TrunkAuth {
        user: user?.value.to_owned(),
        password: Secret::parse(password?.value),
    })
}

/// A number of channels that must be there.
fn counted(table: &mut Fields<'_>, key: &'static str, least: u32) -> Option<Placed<u32>> {
    let number = table.whole(key, least..=CHANNELS_MAX);
    if !table.has(key) {
        table.missing(
            key,
            &format!("a whole number from {least} to {CHANNELS_MAX}"),
        );
    }
    number
}

/// So many addresses are no carrier's.
fn is_almost_everybody(network: &IpNet) -> bool {
    match network {
        IpNet::V4(it) => it.prefix_len() < 8,
        IpNet::V6(it) => it.prefix_len() < 16,
    }
}

fn peers(table: &mut Fields<'_>, others: &[TrunkDraft], warnings: &Faults) -> Vec<IpNet> {
    const EXPECTED: &str = "networks like [\"192.0.2.0/28\"], or single addresses";
    let faults = table.faults();
    let Some(texts) = table.texts("peers") else {
        if !table.has("peers") {
            table.missing("peers", EXPECTED);
        }
        return Vec::new();
    };
    if texts.value.is_empty() {
        faults.add(texts.at, format!("`peers` is empty: expected {EXPECTED}"));
    }
    let mut peers = Vec::new();
    for text in texts.value {
        let Some(peer) = parse_peer(text.value) else {
            faults.add(
                text.at,
                format!("\"{}\" is no network: expected {EXPECTED}", text.value),
            );
            continue;
        };
        if is_almost_everybody(&peer) {
            let message = format!(
                "{peer} lets almost anybody call us as the carrier, without a password: expected the carrier's addresses alone"
            );
            let doubt = Doubt::of(DoubtKind::OpenPeers, &[("peer", &peer)]);
            warnings.doubt(text.at.clone(), message, doubt);
        }
        let taken = others.iter().find(|other| {
            other
                .trunk
                .peers
                .iter()
                .any(|theirs| overlap(theirs, &peer))
        });
        if let Some(other) = taken {
            // A call from there could not be told apart.
            let message = format!(
                "{peer} shares addresses with trunk \"{}\"",
                other.trunk.name
            );
            faults.add(text.at, message);
        }
        peers.push(peer);
    }
    peers
}

fn parse_peer(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok();
    network
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        .map(|network| network.trunc())
}

fn overlap(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

const OUTBOUND: &str = "a SIP URI whose host is known, like \"sip:127.0.0.1:5070\" or \"sip:127.0.0.1:5070;transport=tcp\"";

/// `sip:[user@]host[:port][;transport=udp|tcp]`; a host name is looked up now.
fn parse_outbound(text: &str) -> Option<Outbound> {
    let rest = text.strip_prefix("sip:")?;
    let (address, parameters) = rest.split_once(';').unwrap_or((rest, ""));
    let is_tcp = match parameters.to_ascii_lowercase().as_str() {
        "" | "transport=udp" => false,
        "transport=tcp" => true,
        _ => return None,
    };
    let host_and_port = address.rsplit_once('@').map_or(address, |(_, host)| host);
    let address = if let Ok(address) = host_and_port.parse::<SocketAddr>() {
        address
    } else if let Ok(ip) = host_and_port.trim_matches(['[', ']']).parse::<IpAddr>() {
        SocketAddr::new(ip, SIP_PORT)
    } else {
        let (host, port) = match host_and_port.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (host_and_port, SIP_PORT),
        };
        (host, port).to_socket_addrs().ok()?.next()?
    };
    Some(Outbound {
        uri: text.to_owned(),
        address,
        is_tcp,
        large_over_tcp: false,
    })
}

/// What the numbers of lines and ports suggest was not meant.
pub(super) fn warn(trunks: &[TrunkDraft], media: &Placed<MediaSettings>, warnings: &Faults) {
    for TrunkDraft {
        trunk,
        answer_max_at,
        notice_lines_at,
        outbound_min_at,
        ..
    } in trunks
    {
        let TrunkSettings {
            name,
            channels,
            answer_max,
            notice: NoticeSettings { lines, .. },
            outbound_min,
            outbound,
            ..
        } = trunk;
        if answer_max == channels {
            let message = format!(
                "trunk \"{name}\" answers on all its {channels} channels: once they are taken the carrier refuses callers whom we never see; keep a few spare"
            );
            let about: [(_, &dyn Display); 2] = [("trunk", name), ("channels", channels)];
            let doubt = Doubt::of(DoubtKind::AllChannelsAnswered, &about);
            warnings.doubt(answer_max_at.clone(), message, doubt);
        } else if answer_max + lines + outbound_min >= *channels {
            let at = notice_lines_at.as_ref().unwrap_or(answer_max_at);
            let message = format!(
                "trunk \"{name}\" uses all its {channels} channels at the worst of times ({answer_max} answered, {lines} for notices, {outbound_min} for callbacks): then the carrier refuses callers whom we never see; keep a few spare"
            );
            let about: [(_, &dyn Display); 5] = [
                ("trunk", name),
                ("channels", channels),
                ("answered", answer_max),
                ("notices", lines),
                ("callbacks", outbound_min),
            ];
            let doubt = Doubt::of(DoubtKind::AllChannelsUsed, &about);
            warnings.doubt(at.clone(), message, doubt);
        }
        if *outbound_min > 0 && outbound.is_none() {
            let message = format!(
                "trunk \"{name}\" keeps {outbound_min} channels for callbacks and has no `outbound` to dial them"
            );
            let about: [(_, &dyn Display); 2] = [("trunk", name), ("channels", outbound_min)];
            let doubt = Doubt::of(DoubtKind::NoOutbound, &about);
            warnings.doubt(outbound_min_at.clone(), message, doubt);
        }
    }
    let channels: u32 = trunks.iter().map(|draft| draft.trunk.channels).sum();
    let pairs: u32 = media.value.networks.iter().map(MediaNetwork::pairs).sum();
    // A caller and an operator: two legs, a pair of ports each.
    let needed = channels.saturating_mul(2);
    if pairs < needed {
        let message = format!(
            "{pairs} pairs of ports for voice are too few for {channels} channels: expected {needed} or more, two for each call"
        );
        let about: [(_, &dyn Display); 3] = [
            ("pairs", &pairs),
            ("channels", &channels),
            ("needed", &needed),
        ];
        let doubt = Doubt::of(DoubtKind::FewPorts, &about);
        warnings.doubt(media.at.clone(), message, doubt);
    }
}
