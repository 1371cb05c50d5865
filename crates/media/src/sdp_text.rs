//! Reads SDP (RFC 8866) as it really comes: lines in any order, bare line feeds, no `s=` or
//! `t=`, names that are not UTF-8, spaces where none belong. Looks only at what an audio
//! offer/answer needs.
//!
//! Own code and not `sdp-types`, which is right to demand the RFC's grammar, but a caller whose
//! PBX leaves out `t=` would hear nothing. It is the oracle for what we write.

use std::net::IpAddr;

/// Longer bodies are refused unread.
pub(crate) const BYTES_MAX: usize = 65_536;
/// More m-lines are refused.
pub(crate) const MEDIA_MAX: usize = 32;

/// A description, borrowed from its text.
#[derive(Debug)]
pub(crate) struct Description<'a> {
    pub(crate) connection: Option<&'a str>,
    /// The first `t=`.
    pub(crate) time: Option<&'a str>,
    pub(crate) attributes: Vec<Attribute<'a>>,
    pub(crate) media: Vec<Media<'a>>,
}

/// One m-line and what belongs to it.
#[derive(Debug)]
pub(crate) struct Media<'a> {
    pub(crate) kind: &'a str,
    pub(crate) port: u16,
    pub(crate) protocol: &'a str,
    pub(crate) formats: Vec<&'a str>,
    pub(crate) connection: Option<&'a str>,
    pub(crate) attributes: Vec<Attribute<'a>>,
}

/// `a=name:value`; the value is empty where there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
}

impl<'a> Description<'a> {
    /// `Err` says what cannot be understood even with good will.
    pub(crate) fn read(text: &'a str) -> Result<Self, &'static str> {
        let mut description = Self {
            connection: None,
            time: None,
            attributes: Vec::new(),
            media: Vec::new(),
        };
        let mut any = false;
        for line in text.split(['\r', '\n']) {
            let Some((kind, value)) = line.trim().split_once('=') else {
                continue;
            };
            let value = value.trim();
            match kind {
                "m" if description.media.len() >= MEDIA_MAX => return Err("too many m-lines"),
                "m" => description.media.push(Media::read(value)?),
                "c" => {
                    let place = match description.media.last_mut() {
                        Some(media) => &mut media.connection,
                        None => &mut description.connection,
                    };
                    place.get_or_insert(value);
                }
                "t" => {
                    description.time.get_or_insert(value);
                }
                "a" => match description.media.last_mut() {
                    Some(media) => media.attributes.push(Attribute::read(value)),
                    None => description.attributes.push(Attribute::read(value)),
                },
                "v" | "o" | "s" => {}
                _ => continue,
            }
            any = true;
        }
        if any {
            Ok(description)
        } else {
            Err("no SDP line")
        }
    }
}

impl<'a> Media<'a> {
    fn read(value: &'a str) -> Result<Self, &'static str> {
        // Parts of it are echoed in our answer: nothing may get there that breaks a line.
        if !value
            .bytes()
            .all(|byte| byte == b' ' || byte == b'\t' || byte.is_ascii_graphic())
        {
            return Err("m-line with strange characters");
        }
        let mut words = value.split_ascii_whitespace();
        let (Some(kind), Some(port), Some(protocol)) = (words.next(), words.next(), words.next())
        else {
            return Err("m-line without port or protocol");
        };
        // "5004/2" would be two port pairs; the first is ours.
        let port = port.split('/').next().unwrap_or(port);
        Ok(Self {
            kind,
            port: port
                .parse()
                .map_err(|_not_a_port| "m-line without a usable port")?,
            protocol,
            formats: words.collect(),
            connection: None,
            attributes: Vec::new(),
        })
    }
}

impl<'a> Attribute<'a> {
    fn read(text: &'a str) -> Self {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        Self {
            name: name.trim(),
            value: value.trim(),
        }
    }
}

/// The address of a `c=` value or of the end of an `a=rtcp:` value.
pub(crate) fn read_address(connection: &str) -> Option<IpAddr> {
    let mut words = connection.split_ascii_whitespace();
    if !words.next()?.eq_ignore_ascii_case("IN") {
        return None;
    }
    let (_family, address) = (words.next()?, words.next()?);
    // "224.2.1.1/127": a time to live, sometimes written behind plain addresses too.
    address.split('/').next()?.parse().ok()
}
