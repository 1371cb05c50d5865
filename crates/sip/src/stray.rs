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
            101..200 => {
                let Some(to) = Parts::parse(&invite.to) else {
                    return;
                };
                // Of a call that goes on only the transaction is over.
                if !self.goes_on(&invite, message) {
                    let to = [b"<", to.uri, b">"].concat();
                    self.tell_stray("CANCEL", flow, message, Request { to, ..invite }, out);
                }
            }
            200..300 => self.end_stray(now_us, flow, message, &invite, admission, out),
            300..700 => self.tell_stray("ACK", flow, message, invite, out),
            _ => {}
        }
    }

    fn goes_on(&self, invite: &Request, message: &Message) -> bool {
        let from_tag = message.tag_of(Name::FROM).unwrap_or_default();
        let key = self.dialog_key(&invite.call_id, from_tag);
        self.dialog_index.contains_key(&key)
    }

    /// Without state: as long as the phone says that it rings, or refuses, it is told. The INVITE
    /// is known by its branch (RFC 3261 9.2), so that its URI need not be.
    fn tell_stray(
        &self,
        method: &'static str,
        flow: &Flow,
        message: &Message,
        invite: Request,
        out: &mut Outbox,
    ) {
        let Some(branch) = message.via().and_then(|via| via.branch()) else {
            return;
        };
        let branch = String::from_utf8_lossy(branch).into_owned();
        let request = Request {
            method,
            branch,
            ..invite
        };
        out.send(*flow, request.write(flow, &self.settings.user_agent));
    }

    /// The 2xx is acknowledged and its call ended as often as it comes. To a carrier that we know
    /// one BYE is on its way until it is answered; whoever else says so makes us hold nothing,
    /// and send nobody more than they sent.
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
        match admission {
            Admission::Trusted => {
                self.send_request(now_us, *flow, bye, Owner::Nobody, out);
            }
            Admission::Digest | Admission::Closed => {
                out.send(*flow, bye.write(flow, &self.settings.user_agent));
            }
        }
    }
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
