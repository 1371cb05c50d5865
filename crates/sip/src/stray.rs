//! A response to an INVITE that nobody here remembers: of a life before this one, or of a call
//! given up before anything was heard of it. A phone rings for nobody, or keeps talking to
//! nobody, unless what rings is cancelled and what was answered is acknowledged and ended.

use crate::dialog::Path;
use crate::endpoint::Endpoint;
use crate::event::{Admission, Flow, Outbox};
use crate::message::Message;
use crate::name::Name;
use crate::name_addr::Parts;
use crate::request::Request;
use crate::transaction::client::Owner;

/// So few that nobody can be flooded in their name: eleven small packets each, in 32 seconds.
const DOUBTFUL_MAX: usize = 16;

impl Endpoint {
    pub(crate) fn stray_response(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: &Message,
        admission: Admission,
        out: &mut Outbox,
    ) {
        let is_ours = message.cseq_method() == b"INVITE"
            && message
                .via()
                .is_some_and(|via| is_from(&via.host_port(), flow));
        let (Some(status), Some(invite), true) =
            (message.status(), asked_for(flow, message), is_ours)
        else {
            return;
        };
        match status {
            // Also one that only says that the INVITE is there: what follows it may be lost.
            100..200 => {
                let Some(to) = Parts::parse(&invite.to) else {
                    return;
                };
                // Of a call that goes on only the transaction is over.
                if !self.goes_on(&invite, message) {
                    let to = [b"<", to.uri, b">"].concat();
                    let invite = Request { to, ..invite };
                    self.cancel_stray(now_us, flow, message, invite, admission, out);
                }
            }
            200..300 => self.end_stray(now_us, flow, message, &invite, admission, out),
            300..700 => {
                if let Some(ack) = told_by_branch("ACK", message, invite) {
                    out.send(*flow, ack.write(flow, &self.settings.user_agent));
                }
            }
            _ => {}
        }
    }

    fn goes_on(&self, invite: &Request, message: &Message) -> bool {
        let from_tag = message.tag_of(Name::FROM).unwrap_or_default();
        let key = self.dialog_key(&invite.call_id, from_tag);
        self.dialog_index.contains_key(&key)
    }

    /// What rings is let go, as often as it says that it rings.
    fn cancel_stray(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: &Message,
        invite: Request,
        admission: Admission,
        out: &mut Outbox,
    ) {
        if let Some(cancel) = told_by_branch("CANCEL", message, invite)
            && !self.is_on_its_way("CANCEL", &cancel.branch)
        {
            self.tell_stray(now_us, flow, message, cancel, admission, out);
        }
    }

    /// A carrier that we know, and whoever we called since the start, is told until they answer.
    /// So are a few others, who may have been called before it; beyond those whoever says so makes
    /// us hold nothing, and send nobody more than they sent.
    fn tell_stray(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: &Message,
        request: Request,
        admission: Admission,
        out: &mut Outbox,
    ) {
        let branch = message.via().and_then(|via| via.branch());
        let is_known = match admission {
            Admission::Trusted => true,
            Admission::Digest | Admission::Closed => {
                branch.is_some_and(|branch| self.was_sent_to(branch, flow.remote))
            }
        };
        if is_known {
            self.send_request(now_us, *flow, request, Owner::Nobody, out);
        } else if self.doubtful < DOUBTFUL_MAX {
            let sent = self.send_request(now_us, *flow, request, Owner::Doubtful, out);
            self.doubtful += usize::from(sent.is_some());
        } else {
            out.send(*flow, request.write(flow, &self.settings.user_agent));
        }
    }

    /// The 2xx is acknowledged and its call ended as often as it comes.
    fn end_stray(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: &Message,
        invite: &Request,
        admission: Admission,
        out: &mut Outbox,
    ) {
        let Some(to_tag) = message.tag_of(Name::TO) else {
            return;
        };
        // To where it came from, whatever its Contact says: nobody makes us call on others.
        let mut path = Path::of_uac(invite, message, *flow);
        let branch = |endpoint: &Self, method: &str| {
            let parts = [b"stray", method.as_bytes(), &invite.call_id, to_tag];
            format!("z9hG4bK{:032x}", endpoint.prints.of(&parts))
        };
        let ack = path.numbered("ACK", invite.seq, branch(self, "ACK"), Vec::new());
        out.send(*flow, ack.write(flow, &self.settings.user_agent));
        let branch = branch(self, "BYE");
        if self.goes_on(invite, message) || self.is_on_its_way("BYE", &branch) {
            return;
        }
        let bye = path.request("BYE", branch, Vec::new());
        self.tell_stray(now_us, flow, message, bye, admission, out);
    }
}

/// Names the INVITE by its branch (RFC 3261 9.2, 17.1.1.3), so that its URI need not be known.
fn told_by_branch(method: &'static str, message: &Message, invite: Request) -> Option<Request> {
    let branch = message.via()?.branch()?;
    Some(Request {
        method,
        branch: String::from_utf8_lossy(branch).into_owned(),
        ..invite
    })
}

/// The INVITE that this responds to, as far as the response tells.
fn asked_for(flow: &Flow, message: &Message) -> Option<Request> {
    Some(Request {
        method: "INVITE",
        uri: format!("sip:{}", flow.remote).into_bytes(),
        routes: Vec::new(),
        from: message.first(Name::FROM)?.to_vec(),
        to: message.first(Name::TO)?.to_vec(),
        call_id: message.first(Name::CALL_ID)?.to_vec(),
        seq: message.cseq(),
        branch: String::new(),
        contact: None,
        extra: Vec::new(),
        authorization: None,
        body: None,
    })
}

/// Whether the request that this answers was ours: our address stands in its Via.
fn is_from((host, port): &(&str, Option<u16>), flow: &Flow) -> bool {
    let host = host.parse::<std::net::IpAddr>();
    host == Ok(flow.local.ip()) && port.unwrap_or(5060) == flow.local.port()
}
