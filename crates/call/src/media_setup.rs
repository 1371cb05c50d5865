//! Offers and answers: which ports a leg uses and what both sides agreed to hear.

use cuptel_core::id::LegId;
use cuptel_core::step as rules;
use cuptel_core::time::Now;
use cuptel_media as media;
use cuptel_sip::{Body, DialogId, Message};

use crate::leg::{Kind, Leg, LegMedia, Phase, stream_of};
use crate::switch::{Step, Switch};

/// Why a call cannot be heard: the status to refuse with, and words.
pub(crate) type NoMedia = (u16, &'static str);

pub(crate) fn is_sdp(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/sdp")
}

pub(crate) fn sdp_body(text: String) -> Body {
    Body {
        content_type: "application/sdp".to_owned(),
        bytes: text.into_bytes(),
    }
}

impl Switch {
    /// Looks whether an arriving call can be heard, and keeps its offer.
    pub(crate) fn media_wish(
        &mut self,
        now: Now,
        request: &Message,
        leg: &mut Leg,
    ) -> Result<(), NoMedia> {
        if self.ports.free(now.mono_us) == 0 {
            return Err((480, "No media port is free"));
        }
        let body = request.body();
        if body.is_empty() {
            return Ok(());
        }
        let body = description(request).ok_or((415, "Only application/sdp is understood"))?;
        // The port does not matter yet: whether anything fits does.
        let nowhere = self.local(media::PortPair { network: 0, rtp: 9 }, LegId(0), 0);
        match media::answer(body, &nowhere) {
            Ok(_) => {
                leg.offer = body.to_vec();
                Ok(())
            }
            Err(error) => Err(refusal(&error)),
        }
    }

    fn local(&self, pair: media::PortPair, id: LegId, version: u64) -> media::Local {
        let network = usize::from(pair.network);
        let address = self.settings.media.get(network).map_or(
            std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
            |network| network.advertise,
        );
        media::Local {
            address,
            rtp_port: pair.rtp,
            session_id: id.0.unsigned_abs(),
            version,
        }
    }

    fn latch(&self, leg: &Leg) -> media::Latch {
        match leg.kind {
            Kind::Seat(_) | Kind::Internal => media::Latch::Once {
                window_us: self.settings.latch_window_us,
                // Which of several phones will answer is not known when the ports are opened.
                address: (!leg.is_scattered).then(|| leg.flow.remote.ip()),
            },
            Kind::Caller | Kind::Person => media::Latch::SdpOnly {
                networks: Vec::new(),
            },
        }
    }

    /// What our 200 will say, when it is decided and not when it may leave: the row of a caller
    /// who gives up between the two must not speak of a 200 for which no port was left.
    pub(crate) fn prepare_answer(&mut self, now: Now, id: LegId, step: &mut Step) -> bool {
        let text = self.open_media_for_answer(now, id, step);
        let is_there = text.is_some();
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.answer = text;
        }
        is_there
    }

    /// Takes ports and opens the stream: the answer to their offer, or ours where they made none.
    fn open_media_for_answer(&mut self, now: Now, id: LegId, step: &mut Step) -> Option<String> {
        let pair = self.ports.take(now.mono_us)?;
        let local = self.local(pair, id, 1);
        let leg = self.legs.get(&id)?;
        let (text, agreed) = if leg.offer.is_empty() {
            (media::offer(&local, media::Codec::Pcma), None)
        } else {
            match media::answer(&leg.offer, &local) {
                Ok((text, agreed)) => (text, Some(agreed)),
                Err(_) => {
                    self.ports.give_back(now.mono_us, pair);
                    return None;
                }
            }
        };
        let latch = self.latch(leg);
        step.media.push(media::Command::Open {
            stream: stream_of(id),
            pair,
            agreed,
            latch,
        });
        let leg = self.legs.get_mut(&id)?;
        leg.media = Some(LegMedia {
            pair,
            version: 1,
            agreed,
        });
        leg.answer_in_ack = agreed.is_none();
        leg.offer = Vec::new();
        Some(text)
    }

    /// Takes ports and opens the stream for a call of ours; returns the offer.
    pub(crate) fn open_media_for_offer(
        &mut self,
        now: Now,
        id: LegId,
        step: &mut Step,
    ) -> Option<String> {
        let pair = self.ports.take(now.mono_us)?;
        let text = media::offer(&self.local(pair, id, 1), media::Codec::Pcma);
        let latch = self.latch(self.legs.get(&id)?);
        step.media.push(media::Command::Open {
            stream: stream_of(id),
            pair,
            agreed: None,
            latch,
        });
        self.legs.get_mut(&id)?.media = Some(LegMedia {
            pair,
            version: 1,
            agreed: None,
        });
        Some(text)
    }

    /// The answer that an ACK owes when our 200 made the offer. False when it cannot be used.
    pub(crate) fn answer_in_ack(
        &mut self,
        id: LegId,
        body: Option<&Body>,
        step: &mut Step,
    ) -> bool {
        let Some(leg) = self.legs.get_mut(&id) else {
            return true;
        };
        if !std::mem::take(&mut leg.answer_in_ack) {
            return true;
        }
        let Some(Ok(agreed)) = body.map(|body| media::accept_answer(&body.bytes)) else {
            return false;
        };
        if let Some(media) = leg.media.as_mut() {
            media.agreed = Some(agreed);
        }
        step.media.push(media::Command::Agree {
            stream: stream_of(id),
            agreed,
        });
        true
    }

    /// A re-INVITE: a new address, a hold, or the end of one. Changes no record, so it is
    /// answered at once.
    pub(crate) fn reinvited(
        &mut self,
        now: Now,
        dialog: DialogId,
        request: &Message,
        step: &mut Step,
    ) {
        let Some(id) = self.dialogs.get(&dialog).copied() else {
            return;
        };
        let held = self.is_held_by_phone(id);
        let offer = description(request).unwrap_or_default();
        if offer.is_empty() && request.method() == "UPDATE" {
            // It refreshes the session, or tells a name: an offer in its answer could not be answered
            // (RFC 3311 5.2).
            let (sip, outbox) = self.outbox();
            if sip.accept(now.mono_us, dialog, None, &[], outbox).is_err() {
                tracing::debug!(leg.id = id.0, "an UPDATE was over before its answer");
            }
            return;
        }
        let described = self.describe_again(id, offer);
        let result = match described {
            Ok((text, agreed)) => {
                if let Some(agreed) = agreed {
                    step.media.push(media::Command::Agree {
                        stream: stream_of(id),
                        agreed,
                    });
                }
                let (sip, outbox) = self.outbox();
                sip.accept(now.mono_us, dialog, Some(sdp_body(text)), &[], outbox)
            }
            Err((status, text)) => {
                let (sip, outbox) = self.outbox();
                sip.refuse(now.mono_us, dialog, status, text, &[], outbox)
            }
        };
        if result.is_err() {
            tracing::debug!(leg.id = id.0, "a re-INVITE was over before its answer");
        }
        self.phone_may_hold(now, (id, held), step);
    }

    /// Whether the phone at the other end wants to hear nothing (RFC 3264 8.4).
    pub(crate) fn is_held_by_phone(&self, id: LegId) -> bool {
        let media = self.legs.get(&id).and_then(|leg| leg.media);
        let agreed = media.and_then(|media| media.agreed);
        agreed.is_some_and(|agreed| match agreed.direction {
            media::Direction::RecvOnly | media::Direction::Inactive => true,
            media::Direction::SendRecv | media::Direction::SendOnly => false,
        })
    }

    /// The rules are told where a seat's phone holds its call by itself: whoever is at the other end
    /// would hear nothing at all.
    pub(crate) fn phone_may_hold(&mut self, now: Now, (id, was): (LegId, bool), step: &mut Step) {
        let holds = self.is_held_by_phone(id);
        let is_seat = |leg: &Leg| matches!(leg.kind, Kind::Seat(_)) && leg.phase == Phase::Up;
        if holds != was && self.legs.get(&id).is_some_and(is_seat) {
            self.tell_rules(now, rules::Input::PhoneHolds { leg: id, holds }, step);
        }
    }

    fn describe_again(
        &mut self,
        id: LegId,
        offer: &[u8],
    ) -> Result<(String, Option<media::Agreed>), NoMedia> {
        const NOT_NOW: NoMedia = (488, "No media to change");
        let leg = self.legs.get(&id).ok_or(NOT_NOW)?;
        let current = leg.media.ok_or(NOT_NOW)?;
        let version = current.version + 1;
        let local = self.local(current.pair, id, version);
        let (text, agreed) = if offer.is_empty() {
            let codec = current
                .agreed
                .map_or(media::Codec::Pcma, |agreed| agreed.codec);
            (media::offer(&local, codec), None)
        } else {
            let (text, agreed) = media::answer(offer, &local).map_err(|error| refusal(&error))?;
            (text, Some(agreed))
        };
        let leg = self.legs.get_mut(&id).ok_or(NOT_NOW)?;
        leg.answer_in_ack = agreed.is_none();
        leg.media = Some(LegMedia {
            version,
            agreed: agreed.or(current.agreed),
            ..current
        });
        Ok((text, agreed))
    }
}

/// The SDP of a request, alone or as a part of a multipart body (RFC 5621).
fn description(request: &Message) -> Option<&[u8]> {
    let content_type = String::from_utf8_lossy(request.header("content-type")?);
    if is_sdp(&content_type) {
        return Some(request.body());
    }
    let (kind, _) = content_type.split_once('/')?;
    if !kind.trim().eq_ignore_ascii_case("multipart") {
        return None;
    }
    let boundary = content_type.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"'))
    })?;
    sdp_part(request.body(), format!("--{boundary}").as_bytes())
}

fn sdp_part<'a>(body: &'a [u8], delimiter: &[u8]) -> Option<&'a [u8]> {
    let starts = body
        .windows(delimiter.len())
        .enumerate()
        .filter(|(_, window)| *window == delimiter);
    let starts: Vec<usize> = starts.map(|(at, _)| at).collect();
    starts.windows(2).find_map(|pair| {
        let part = body.get(pair[0] + delimiter.len()..pair[1])?;
        let blank = part.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&part[..blank]).to_ascii_lowercase();
        let says_sdp = |line: &str| {
            line.split_once(':').is_some_and(|(name, value)| {
                matches!(name.trim(), "content-type" | "c") && is_sdp(value)
            })
        };
        let sdp = &part[blank + 4..];
        head.lines()
            .any(says_sdp)
            .then(|| sdp.strip_suffix(b"\r\n").unwrap_or(sdp))
    })
}

/// What an unusable offer is refused with (RFC 3261 §21.4.26, RFC 3264 §6).
fn refusal(error: &media::SdpError) -> NoMedia {
    match error {
        media::SdpError::Malformed { .. } => (400, "The SDP cannot be read"),
        media::SdpError::NoAudio
        | media::SdpError::NothingFits
        | media::SdpError::Address
        | media::SdpError::AddressFamily => (
            488,
            "PCMA, PCMU and telephone-event over RTP/AVP are spoken here",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdp_of_a_multipart_body_is_found() {
        let body = b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nC: application/sdp\r\n\r\nv=0\r\n\r\n--x--\r\n";
        assert_eq!(sdp_part(body, b"--x"), Some(&b"v=0\r\n"[..]));
        assert_eq!(sdp_part(body, b"--y"), None);
        assert_eq!(sdp_part(b"--x", b"--x"), None);
    }

    #[test]
    fn a_content_type_with_parameters_is_sdp() {
        assert!(is_sdp("Application/SDP; charset=utf-8"));
        assert!(!is_sdp("application/sdpx"));
    }
}
