//! Effects, once their records are committed: what leaves for phones and media.

use std::net::SocketAddr;

use cuptel_core::id::{LegId, TrunkId};
use cuptel_core::planted::{Fault, planted};
use cuptel_core::rules::PromptId;
use cuptel_core::step::{self as rules, AfterPlay, Destination, Effect};
use cuptel_core::time::Now;
use cuptel_core::words::PhoneModel;
use cuptel_media as media;
use cuptel_sip::{Flow, FlowId, NameAddr, OutgoingInvite, Transport};

use crate::leg::{Kind, Leg, Phase, stream_of};
use crate::media_setup::sdp_body;
use crate::recordings::record;
use crate::switch::{
    Deferred, EntriesWanted, Listener, OutboundWay, PinWanted, Role, Step, Switch, TrunkPeer,
    leg_of,
};

/// The rules end every ringing themselves; this is the endpoint's own last resort.
const RING_LAST_RESORT_US: u64 = 180_000_000;
/// How long a key is pressed: well above what detectors need (ITU-T Q.24).
const KEY_MS: u32 = 120;
/// Silence between two prompts.
const PROMPT_GAP_MS: u32 = 200;

impl Switch {
    /// Carries out an effect whose records are committed. One that its leg does not fit any
    /// more is dropped, and the rules are told.
    pub fn carry_out(&mut self, now: Now, deferred: Deferred, step: &mut Step) {
        let Deferred { effect, generation } = deferred;
        if let Effect::HangUp { leg, .. } = &effect {
            self.given_up.remove(leg);
        }
        if self.came_too_late(now, &effect, generation, step) {
            return;
        }
        match effect {
            Effect::Ring { leg } => self.ring(now, leg),
            Effect::Answer { leg } => self.answer(now, leg, step),
            Effect::Refuse {
                leg,
                status,
                q850,
                text,
            } => self.refuse(now, leg, status, q850, text, step),
            Effect::Invite { leg, to } => self.invite(now, leg, *to, step),
            Effect::HangUp { leg, q850, text } => {
                if self.hang_up(now, leg, q850, text, step) {
                    self.nothing_rings(now, leg, step);
                }
            }
            Effect::Play {
                leg,
                token,
                prompts,
                then,
            } => self.play(leg, token, &prompts, then, step),
            Effect::Press { leg, keys } => press(leg, &keys, step),
            Effect::Record { .. } | Effect::StopRecording { .. } => record(&effect, step),
            Effect::Forget { sound } => self.forget(sound, step),
            Effect::Bridge { a, b } => self.bridge(now, a, b, step),
            Effect::Unbridge { leg } => step
                .media
                .push(media::Command::Unbridge { a: stream_of(leg) }),
            Effect::Bound {
                request,
                registration,
            } => self.bound(now, request, &registration),
            Effect::Probe { registration } => self.probe(now, &registration),
            Effect::Account { seat } => self.account_changed(&seat),
            Effect::ReadEntries {
                campaign,
                ask,
                until_ms,
                limit,
            } => step.reads.push(EntriesWanted {
                campaign,
                ask,
                until_ms,
                limit,
            }),
            Effect::CheckPin {
                call,
                token,
                digest,
                keyed,
            } => step.pins.push(PinWanted {
                call,
                token,
                digest,
                keyed,
            }),
            Effect::Reply { request, result } => step.replies.push((request, result)),
            Effect::Drained => step.drained = true,
        }
        self.drain_outbox(now, step);
    }

    /// As `carry_out`, except that nobody is rung: the rules are told that the call was not
    /// sent, as when there is no way to send it.
    pub fn carry_out_unless_it_rings(&mut self, now: Now, deferred: Deferred, step: &mut Step) {
        if let Effect::Invite { leg, .. } = &deferred.effect
            && !self.given_up.contains(leg)
        {
            return self.not_sent(now, *leg, step);
        }
        self.carry_out(now, deferred, step);
    }

    pub(crate) fn not_sent(&mut self, now: Now, leg: LegId, step: &mut Step) {
        let status = rules::NOT_SENT;
        self.tell_rules(now, rules::Input::NotAnswered { leg, status }, step);
    }

    /// Whether its leg is over or another by now; the rules are told where they waited for it.
    fn came_too_late(
        &mut self,
        now: Now,
        effect: &Effect,
        generation: u32,
        step: &mut Step,
    ) -> bool {
        let leg = leg_of(effect).filter(|leg| !self.fits(*leg, generation, effect));
        let Some(leg) = leg.filter(|_| !planted(Fault::StaleEffect)) else {
            return false;
        };
        // What ends a leg that is over already has nothing left to do.
        if !matches!(
            effect,
            Effect::HangUp { .. } | Effect::Refuse { .. } | Effect::Unbridge { .. }
        ) {
            // Not the effect itself: keys that an operator pressed are nobody's to read.
            tracing::debug!(leg.id = leg.0, "effect came too late");
            self.tell_rules(now, rules::Input::EffectRefused { leg }, step);
        }
        true
    }

    fn fits(&self, id: LegId, generation: u32, effect: &Effect) -> bool {
        let Some(leg) = self.legs.get(&id) else {
            return false;
        };
        let phase_fits = match effect {
            Effect::Ring { .. } | Effect::Answer { .. } | Effect::Refuse { .. } => {
                leg.phase == Phase::Arriving
            }
            Effect::Play { .. }
            | Effect::Press { .. }
            | Effect::Record { .. }
            | Effect::StopRecording { .. }
            | Effect::Bridge { .. } => leg.phase == Phase::Up,
            Effect::Invite { .. }
            | Effect::HangUp { .. }
            | Effect::Unbridge { .. }
            | Effect::Forget { .. }
            | Effect::Bound { .. }
            | Effect::Probe { .. }
            | Effect::Account { .. }
            | Effect::ReadEntries { .. }
            | Effect::CheckPin { .. }
            | Effect::Reply { .. }
            | Effect::Drained => true,
        };
        phase_fits && leg.generation == generation
    }

    fn ring(&mut self, now: Now, id: LegId) {
        let Some(dialog) = self.legs.get(&id).and_then(|leg| leg.dialog) else {
            return;
        };
        let (sip, outbox) = self.outbox();
        if sip
            .provisional(now.mono_us, dialog, 180, "Ringing", None, outbox)
            .is_err()
        {
            tracing::debug!(leg.id = id.0, "180 came too late");
        }
    }

    fn answer(&mut self, now: Now, id: LegId, step: &mut Step) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let (Some(dialog), Some(text)) = (leg.dialog, leg.answer.take()) else {
            return;
        };
        let (sip, outbox) = self.outbox();
        if sip
            .accept(now.mono_us, dialog, Some(sdp_body(text)), &[], outbox)
            .is_err()
        {
            self.drop_leg(id, step);
            return self.tell_rules(now, rules::Input::EffectRefused { leg: id }, step);
        }
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.phase = Phase::Accepted;
        }
    }

    fn refuse(&mut self, now: Now, id: LegId, status: u16, q850: u8, text: &str, step: &mut Step) {
        if let Some(dialog) = self.legs.get(&id).and_then(|leg| leg.dialog) {
            let mut extra = vec![reason(q850, text)];
            let explained = self
                .legs
                .get_mut(&id)
                .and_then(|leg| leg.goes_with_refusal.take());
            if let Some((_, headers)) = explained.filter(|(of, _)| *of == status) {
                extra.extend(headers);
            }
            let (sip, outbox) = self.outbox();
            if sip
                .refuse(now.mono_us, dialog, status, phrase(status), &extra, outbox)
                .is_err()
            {
                tracing::debug!(leg.id = id.0, status, "refusal came too late");
            }
        }
        self.drop_leg(id, step);
    }

    /// Ends a leg. Says whether it was the ringing of a seat's phones and is over already; where
    /// one of them has yet to say so, the rules are told when it has.
    pub(crate) fn hang_up(
        &mut self,
        now: Now,
        id: LegId,
        q850: u8,
        text: &str,
        step: &mut Step,
    ) -> bool {
        let Some(leg) = self.legs.get_mut(&id) else {
            return false;
        };
        let (kind, phase) = (leg.kind, leg.phase);
        if phase == Phase::Arriving {
            self.refuse(now, id, 480, q850, text, step);
            return false;
        }
        let mut dialogs = std::mem::take(&mut leg.forks);
        dialogs.extend(leg.dialog);
        let reason = [reason(q850, text)];
        let mut is_over = matches!(kind, Kind::Seat(_)) && phase == Phase::Inviting;
        for dialog in dialogs {
            is_over &= !self.let_phone_go(now, (kind, Some(id)), dialog, &reason);
        }
        self.drop_leg(id, step);
        is_over
    }

    fn play(
        &mut self,
        id: LegId,
        token: u64,
        prompts: &[PromptId],
        then: AfterPlay,
        step: &mut Step,
    ) {
        let stream = stream_of(id);
        let sound = |prompt: &PromptId| media::PromptId(prompt.0);
        let prompts: std::sync::Arc<[media::PromptId]> = prompts.iter().map(sound).collect();
        let follows = match then {
            AfterPlay::Music(music) => {
                step.media.push(media::Command::Music {
                    stream,
                    token,
                    music: sound(&music),
                });
                media::Then::Music
            }
            AfterPlay::Quiet => {
                let tone = media::Tone::Quiet;
                return step.media.push(media::Command::Tone {
                    stream,
                    token,
                    tone,
                });
            }
            AfterPlay::Silence | AfterPlay::RingBack | AfterPlay::Beep => media::Then::Silence,
        };
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.ring_back_after = (then == AfterPlay::RingBack).then_some(token);
            leg.beep_after = (then == AfterPlay::Beep).then_some(token);
        }
        if prompts.is_empty() && matches!(then, AfterPlay::Music(_)) {
            return;
        }
        step.media.push(media::Command::Play {
            stream,
            token,
            prompts,
            gap_ms: PROMPT_GAP_MS,
            then: follows,
        });
    }

    fn bridge(&mut self, now: Now, a: LegId, b: LegId, step: &mut Step) {
        if !self.legs.get(&b).is_some_and(|leg| leg.phase == Phase::Up) {
            return self.tell_rules(now, rules::Input::EffectRefused { leg: b }, step);
        }
        for id in [a, b] {
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.ring_back_after = None;
            }
        }
        step.media.push(media::Command::Bridge {
            a: stream_of(a),
            b: stream_of(b),
        });
    }

    fn invite(&mut self, now: Now, id: LegId, to: Destination, step: &mut Step) {
        // Its row says already that it has ended: nobody's phone may ring for it.
        if self.given_up.contains(&id) && !planted(Fault::StaleEffect) {
            return;
        }
        // Decided before the media thread ended: whoever picked up would hear nothing.
        if self.without_media && !planted(Fault::RingsUnheard) {
            return self.not_sent(now, id, step);
        }
        let (kind, mut ways) = self.ways_to(now, &to);
        ways.retain(|way| !self.letting_go.has(&way.flow, &way.target));
        let Some(first) = ways.first().map(|way| way.flow) else {
            return self.not_sent(now, id, step);
        };
        let mut leg = Leg::new(kind, Phase::Inviting, first);
        leg.is_scattered = ways
            .iter()
            .any(|way| way.flow.remote.ip() != first.remote.ip());
        self.legs.insert(id, leg);
        let Some(offer) = self.open_media_for_offer(now, id, step) else {
            tracing::error!("no media port is free for a call of ours");
            self.legs.remove(&id);
            return self.not_sent(now, id, step);
        };
        if matches!(
            to,
            Destination::Seat {
                is_measured: true,
                ..
            }
        ) {
            self.measured.insert(stream_of(id));
        }
        for way in ways {
            let mut call = self.outgoing(way, &to);
            call.body = Some(sdp_body(offer.clone()));
            let (sip, outbox) = self.outbox();
            let dialog = sip.invite(now.mono_us, call, outbox);
            self.dialogs.insert(dialog, id);
            if let Some(leg) = self.legs.get_mut(&id) {
                match leg.dialog {
                    None => leg.dialog = Some(dialog),
                    Some(_) => leg.forks.push(dialog),
                }
            }
        }
        self.tell_rules(now, rules::Input::Placed { leg: id }, step);
    }

    /// Every phone of a seat, or the trunk of a person.
    fn ways_to(&mut self, now: Now, to: &Destination) -> (Kind, Vec<Way>) {
        match to {
            Destination::Seat { registration, .. } => {
                let phones = self.phones_of(now, registration).into_iter();
                let ways = phones.map(|phone| Way {
                    flow: phone.flow,
                    target: phone.uri,
                });
                (Kind::Seat(registration.seat), ways.collect())
            }
            Destination::Person { trunk, number, .. }
            | Destination::Outside { trunk, number, .. } => {
                let outbound = self.peer(*trunk).and_then(|peer| peer.outbound.as_ref());
                let way = outbound.and_then(|outbound| {
                    let flow = match outbound.way {
                        OutboundWay::Datagrams | OutboundWay::LargeByConnection => {
                            self.datagrams_to(outbound.address)?
                        }
                        OutboundWay::Connection => self.connection_to(outbound.address)?,
                    };
                    let target = format!("sip:{}@{};user=phone", number.reveal(), outbound.host);
                    Some(Way { flow, target })
                });
                (Kind::Person, way.into_iter().collect())
            }
        }
    }

    fn peer(&self, trunk: TrunkId) -> Option<&TrunkPeer> {
        self.settings.trunks.iter().find(|peer| peer.id == trunk)
    }

    /// The first listener of trunks that speaks the address family of a carrier.
    fn facing(&self, remote: SocketAddr) -> Option<(usize, &Listener)> {
        let is_facing = |listener: &Listener| {
            matches!(listener.role, Role::Trunk | Role::Edge)
                && listener.address.is_ipv4() == remote.is_ipv4()
        };
        let mut listeners = self.settings.listeners.iter().enumerate();
        listeners.find(|(_, listener)| is_facing(listener))
    }

    fn datagrams_to(&self, remote: SocketAddr) -> Option<Flow> {
        let (index, listener) = self.facing(remote)?;
        Some(Flow {
            id: FlowId(u32::try_from(index).ok()?),
            transport: Transport::Udp,
            local: listener.address,
            remote,
        })
    }

    fn connection_to(&self, remote: SocketAddr) -> Option<Flow> {
        let (_, listener) = self.facing(remote)?;
        Some(Flow::dialled(listener.connections_at(), remote))
    }

    fn outgoing(&self, way: Way, to: &Destination) -> OutgoingInvite {
        let Way { flow, target } = way;
        let local = flow.local;
        let mut large_flow = None;
        let mut credentials = None;
        let (from, to, extra) = match to {
            Destination::Seat {
                extension,
                display,
                caller,
                auto_answer,
                model,
                ..
            } => {
                let user = caller
                    .as_ref()
                    .map_or("anonymous", |number| number.reveal());
                let from = named(Some(display.clone()), format!("sip:{user}@{local}"));
                let to = named(None, format!("sip:{extension}@{local}"));
                let asked = auto_answer.then(|| auto_answer_headers(*model, local));
                (from, to, asked.unwrap_or_default())
            }
            Destination::Person { trunk, cli, .. } | Destination::Outside { trunk, cli, .. } => {
                let peer = self.peer(*trunk);
                credentials = peer.and_then(|peer| peer.credentials.clone());
                if let Some(outbound) = peer.and_then(|peer| peer.outbound.as_ref())
                    && outbound.way == OutboundWay::LargeByConnection
                {
                    large_flow = self.connection_to(outbound.address);
                }
                let from = named(None, format!("sip:{}@{local};user=phone", cli.reveal()));
                let asserted = format!("<sip:{}@{local};user=phone>", cli.reveal());
                let extra = vec![("P-Asserted-Identity".to_owned(), asserted)];
                (from, named(None, target.clone()), extra)
            }
        };
        OutgoingInvite {
            flow,
            large_flow,
            target,
            route: Vec::new(),
            from,
            to,
            contact: flow.contact(Some("cuptel")),
            body: None,
            extra,
            credentials,
            ring_us: RING_LAST_RESORT_US,
        }
    }
}

fn press(leg: LegId, keys: &str, step: &mut Step) {
    let stream = stream_of(leg);
    let pressed = keys.chars().map(|digit| media::Command::SendDigit {
        stream,
        digit,
        duration_ms: KEY_MS,
    });
    step.media.extend(pressed);
}

/// What asks a phone to pick up by itself. Makers differ, and more than one way at once makes some ring: so
/// each gets its own, and one that is not known the header that most makers know, and RFC 5373.
fn auto_answer_headers(model: Option<PhoneModel>, local: SocketAddr) -> Vec<(String, String)> {
    let header = |name: &str, value: String| (name.to_owned(), value);
    let after = || header("Call-Info", format!("<sip:{local}>;answer-after=0"));
    let alert = || {
        let value = format!("<http://{local}>;info=alert-autoanswer;delay=0");
        header("Alert-Info", value)
    };
    let mode = || header("Answer-Mode", "Auto".to_owned());
    match model {
        None => vec![after(), mode()],
        Some(PhoneModel::Yealink | PhoneModel::Audiocodes) => vec![alert()],
        Some(
            PhoneModel::Snom
            | PhoneModel::Grandstream
            | PhoneModel::Gigaset
            | PhoneModel::Linphone
            | PhoneModel::Baresip,
        ) => vec![after()],
        // The text that its own configuration names (`voIpProt.SIP.alertInfo.1.value`).
        Some(PhoneModel::Polycom) => vec![header("Alert-Info", "Ring Answer".to_owned())],
        Some(PhoneModel::Rfc5373) => vec![mode()],
    }
}

/// Where an INVITE goes.
struct Way {
    flow: Flow,
    /// Request-URI.
    target: String,
}

fn named(display: Option<String>, uri: String) -> NameAddr {
    NameAddr {
        display,
        uri,
        tag: None,
    }
}

/// RFC 3326.
fn reason(q850: u8, text: &str) -> (String, String) {
    (
        "Reason".to_owned(),
        format!("Q.850;cause={q850};text=\"{text}\""),
    )
}

fn phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        406 => "Not Acceptable",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        480 => "Temporarily Unavailable",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        503 => "Service Unavailable",
        603 => "Decline",
        _ => "Refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_make_of_phone_is_asked_to_pick_up_in_its_own_words() {
        let local = SocketAddr::from(([10, 0, 0, 1], 5060));
        let asked = |model| -> Vec<String> {
            let headers = auto_answer_headers(model, local);
            let lines = headers
                .into_iter()
                .map(|(name, value)| format!("{name}: {value}"));
            lines.collect()
        };
        let after = "Call-Info: <sip:10.0.0.1:5060>;answer-after=0";
        let alert = "Alert-Info: <http://10.0.0.1:5060>;info=alert-autoanswer;delay=0";
        assert_eq!(asked(None), [after, "Answer-Mode: Auto"]);
        for model in PhoneModel::ALL {
            let wanted = match model {
                PhoneModel::Yealink | PhoneModel::Audiocodes => alert,
                PhoneModel::Snom
                | PhoneModel::Grandstream
                | PhoneModel::Gigaset
                | PhoneModel::Linphone
                | PhoneModel::Baresip => after,
                PhoneModel::Polycom => "Alert-Info: Ring Answer",
                PhoneModel::Rfc5373 => "Answer-Mode: Auto",
            };
            assert_eq!(asked(Some(*model)), [wanted], "{model}");
        }
    }
}
