//! Offer and answer (RFC 3264) for one G.711 audio stream with telephone events.
//! Pure: no sockets, no names resolved.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use crate::Codec;
use crate::sdp_text::{Attribute, BYTES_MAX, Description, Media, read_address};

/// The number under which our offers have telephone events.
pub(crate) const OUR_EVENT_PAYLOAD_TYPE: u8 = 101;

/// Our end, as SDP says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// The advertised address.
    pub address: IpAddr,
    /// RTCP is one above.
    pub rtp_port: u16,
    /// The same for all SDP of one dialog.
    pub session_id: u64,
    /// One higher with each changed SDP of the dialog.
    pub version: u64,
}

/// What we may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Both.
    SendRecv,
    /// The remote only listens.
    SendOnly,
    /// The remote only speaks, or holds us.
    RecvOnly,
    /// Neither.
    Inactive,
}

/// What an offer and its answer came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// Whereto RTP goes; an unspecified address (0.0.0.0) on an old-style hold.
    pub remote: SocketAddr,
    /// Whereto RTCP goes.
    pub remote_rtcp: SocketAddr,
    /// What is sent.
    pub codec: Codec,
    /// The number it is sent under.
    pub payload_type: u8,
    /// The number telephone events are sent under, if the remote knows them.
    pub event_payload_type: Option<u8>,
    /// What we may do.
    pub direction: Direction,
}

/// Why an SDP leads to no audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Not to be understood.
    #[error("malformed SDP: {0}")]
    Malformed(&'static str),
    /// No audio m-line, or only ones with port 0.
    #[error("no audio stream in the SDP")]
    NoAudio,
    /// Audio, but neither PCMA nor PCMU over plain RTP.
    #[error("no audio format in common (PCMA or PCMU over RTP/AVP)")]
    NothingFits,
    /// No IP address, or one that no packet can be sent to.
    #[error("no usable connection address in the SDP")]
    Address,
    /// IPv4 here and IPv6 there, or the other way round.
    #[error("the SDP's address family is not that of our network")]
    AddressFamily,
}

/// Answers an offer: takes the first audio stream that fits and in it the first format of
/// *their* list that we have; all other streams are refused with port 0.
///
/// # Errors
/// The offer cannot be accepted (488 in SIP).
pub fn answer(offer: &[u8], local: &Local) -> Result<(String, Agreed), SdpError> {
    let text = text_of(offer)?;
    let offer = Description::read(&text).map_err(SdpError::Malformed)?;
    let (accepted, agreed) = choose(&offer)?;
    if agreed.remote.is_ipv4() != local.address.is_ipv4() {
        return Err(SdpError::AddressFamily);
    }
    let time = offer.time.filter(|time| is_time(time)).unwrap_or("0 0");
    let mut answer = head(local, time);
    for (index, media) in offer.media.iter().enumerate() {
        if index == accepted {
            let formats = Formats {
                audio: &[(agreed.payload_type, agreed.codec)],
                event: agreed.event_payload_type,
            };
            write_audio(
                &mut answer,
                local,
                media.protocol,
                &formats,
                agreed.direction,
            );
        } else {
            refuse(&mut answer, media);
        }
    }
    Ok((answer, agreed))
}

/// An offer of PCMA and PCMU, the preferred one first, with telephone events.
#[must_use]
pub fn offer(local: &Local, prefer: Codec) -> String {
    let other = match prefer {
        Codec::Pcma => Codec::Pcmu,
        Codec::Pcmu => Codec::Pcma,
    };
    let mut offer = head(local, "0 0");
    let formats = Formats {
        audio: &[prefer, other].map(|codec| (codec.payload_type(), codec)),
        event: Some(OUR_EVENT_PAYLOAD_TYPE),
    };
    write_audio(&mut offer, local, "RTP/AVP", &formats, Direction::SendRecv);
    offer
}

/// Reads the answer to our [`offer`].
///
/// # Errors
/// The remote took nothing we offered, or cannot be understood.
pub fn accept_answer(answer: &[u8]) -> Result<Agreed, SdpError> {
    let text = text_of(answer)?;
    let answer = Description::read(&text).map_err(SdpError::Malformed)?;
    // RFC 3264 6: m-lines answer ours in order, and we offered one.
    let media = answer.media.first().ok_or(SdpError::NoAudio)?;
    agree(&answer, media)
}

fn text_of(sdp: &[u8]) -> Result<std::borrow::Cow<'_, str>, SdpError> {
    if sdp.len() > BYTES_MAX {
        return Err(SdpError::Malformed("too long"));
    }
    Ok(String::from_utf8_lossy(sdp))
}

/// The first m-line that leads to an agreement, or else the most telling reason.
fn choose(offer: &Description<'_>) -> Result<(usize, Agreed), SdpError> {
    let mut reason = SdpError::NoAudio;
    for (index, media) in offer.media.iter().enumerate() {
        match agree(offer, media) {
            Ok(agreed) => return Ok((index, agreed)),
            Err(SdpError::NoAudio) => {}
            Err(better) => reason = better,
        }
    }
    Err(reason)
}

fn agree(description: &Description<'_>, media: &Media<'_>) -> Result<Agreed, SdpError> {
    if !media.kind.eq_ignore_ascii_case("audio") || media.port == 0 {
        return Err(SdpError::NoAudio);
    }
    // AVPF only adds feedback that nobody has to send.
    if !["RTP/AVP", "RTP/AVPF"]
        .iter()
        .any(|plain| media.protocol.eq_ignore_ascii_case(plain))
    {
        return Err(SdpError::NothingFits);
    }
    let formats: Vec<u8> = media
        .formats
        .iter()
        .filter_map(|format| format.parse().ok())
        .filter(|&payload_type| payload_type < 128)
        .collect();
    let (payload_type, codec) = formats
        .iter()
        .find_map(|&payload_type| Some((payload_type, codec_of(media, payload_type)?)))
        .ok_or(SdpError::NothingFits)?;
    let connection = media.connection.or(description.connection);
    let address = connection.and_then(read_address).ok_or(SdpError::Address)?;
    if !is_unicast(address) {
        return Err(SdpError::Address);
    }
    Ok(Agreed {
        remote: SocketAddr::new(address, media.port),
        remote_rtcp: rtcp_of(media, address),
        codec,
        payload_type,
        event_payload_type: formats
            .iter()
            .copied()
            .find(|&event| is_event(media, event)),
        direction: ours(description, media, address.is_unspecified()),
    })
}

/// `name/clock/…` of a payload type's `a=rtpmap`.
fn rtpmap<'a>(media: &Media<'a>, payload_type: u8) -> Option<&'a str> {
    media
        .attributes
        .iter()
        .filter(|attribute| attribute.name.eq_ignore_ascii_case("rtpmap"))
        .filter_map(|attribute| attribute.value.split_once([' ', '\t']))
        .find(|(number, _)| number.parse() == Ok(payload_type))
        .map(|(_, encoding)| encoding.trim())
}

fn codec_of(media: &Media<'_>, payload_type: u8) -> Option<Codec> {
    let Some(encoding) = rtpmap(media, payload_type) else {
        // RFC 3551: static numbers need no rtpmap.
        return [Codec::Pcma, Codec::Pcmu]
            .into_iter()
            .find(|codec| codec.payload_type() == payload_type);
    };
    [Codec::Pcma, Codec::Pcmu]
        .into_iter()
        .find(|codec| is_encoding(encoding, codec.name()))
}

fn is_event(media: &Media<'_>, payload_type: u8) -> bool {
    rtpmap(media, payload_type).is_some_and(|encoding| is_encoding(encoding, "telephone-event"))
}

/// At 8 kHz and with one channel, said or not.
fn is_encoding(encoding: &str, name: &str) -> bool {
    let mut parts = encoding.split('/').map(str::trim);
    parts
        .next()
        .is_some_and(|theirs| theirs.eq_ignore_ascii_case(name))
        && parts.next() == Some("8000")
        && matches!(parts.next(), None | Some("1" | ""))
}

/// RFC 3605; else the port above, or the same where there is none above.
fn rtcp_of(media: &Media<'_>, address: IpAddr) -> SocketAddr {
    let above = SocketAddr::new(address, media.port.checked_add(1).unwrap_or(media.port));
    let Some(value) = attribute(&media.attributes, "rtcp") else {
        return above;
    };
    let (port, rest) = value.split_once([' ', '\t']).unwrap_or((value, ""));
    let host = read_address(rest)
        .filter(|host| is_unicast(*host) && host.is_ipv4() == address.is_ipv4())
        .unwrap_or(address);
    match port.parse() {
        Ok(port) if port != 0 => SocketAddr::new(host, port),
        Ok(_) | Err(_) => above,
    }
}

fn attribute<'a>(attributes: &[Attribute<'a>], name: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
        .map(|attribute| attribute.value)
}

/// The mirror of their direction; a hold by address (RFC 3264 8.4) takes our sending away.
fn ours(description: &Description<'_>, media: &Media<'_>, hidden: bool) -> Direction {
    let said = [&media.attributes, &description.attributes]
        .into_iter()
        .find_map(|attributes| attributes.iter().find_map(mirrored))
        .unwrap_or(Direction::SendRecv);
    match said {
        Direction::SendRecv if hidden => Direction::RecvOnly,
        Direction::SendOnly if hidden => Direction::Inactive,
        Direction::SendRecv | Direction::SendOnly | Direction::RecvOnly | Direction::Inactive => {
            said
        }
    }
}

fn mirrored(theirs: &Attribute<'_>) -> Option<Direction> {
    let is = |name| theirs.name.eq_ignore_ascii_case(name);
    if is("sendrecv") {
        Some(Direction::SendRecv)
    } else if is("sendonly") {
        Some(Direction::RecvOnly)
    } else if is("recvonly") {
        Some(Direction::SendOnly)
    } else if is("inactive") {
        Some(Direction::Inactive)
    } else {
        None
    }
}

fn is_unicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_multicast() && !address.is_broadcast(),
        IpAddr::V6(address) => !address.is_multicast(),
    }
}

/// RFC 3264 6: the answer's times are the offer's.
fn is_time(time: &str) -> bool {
    let mut words = time.split(' ');
    let mut number = || words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    number() && number() && words.next().is_none()
}

// ---- writing; text that is written into a String cannot fail

struct Formats<'a> {
    audio: &'a [(u8, Codec)],
    event: Option<u8>,
}

fn head(local: &Local, time: &str) -> String {
    let family = if local.address.is_ipv4() {
        "IP4"
    } else {
        "IP6"
    };
    let Local {
        address,
        session_id,
        version,
        ..
    } = local;
    format!(
        "v=0\r\no=cuptel {session_id} {version} IN {family} {address}\r\ns=-\r\n\
         c=IN {family} {address}\r\nt={time}\r\n"
    )
}

fn write_audio(
    sdp: &mut String,
    local: &Local,
    protocol: &str,
    formats: &Formats<'_>,
    direction: Direction,
) {
    let mut list = String::new();
    let mut maps = String::new();
    for (payload_type, codec) in formats.audio {
        add(&mut list, format_args!(" {payload_type}"));
        let name = codec.name();
        add(
            &mut maps,
            format_args!("a=rtpmap:{payload_type} {name}/8000\r\n"),
        );
    }
    if let Some(event) = formats.event {
        add(&mut list, format_args!(" {event}"));
        add(
            &mut maps,
            format_args!("a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-15\r\n"),
        );
    }
    let direction = match direction {
        Direction::SendRecv => "sendrecv",
        Direction::SendOnly => "sendonly",
        Direction::RecvOnly => "recvonly",
        Direction::Inactive => "inactive",
    };
    let port = local.rtp_port;
    add(
        sdp,
        format_args!("m=audio {port} {protocol}{list}\r\n{maps}a=ptime:20\r\na={direction}\r\n"),
    );
}

/// RFC 3264 6: port 0 refuses a stream; its formats are repeated because the grammar wants one.
fn refuse(sdp: &mut String, media: &Media<'_>) {
    let formats = if media.formats.is_empty() {
        "0".to_owned()
    } else {
        media.formats.join(" ")
    };
    let (kind, protocol) = (media.kind, media.protocol);
    add(sdp, format_args!("m={kind} 0 {protocol} {formats}\r\n"));
}

fn add(sdp: &mut String, text: std::fmt::Arguments<'_>) {
    sdp.write_fmt(text).expect("a String takes all text");
}

#[cfg(test)]
mod tests;
