//! A response to an INVITE that nobody here remembers: of a life before this one, or of a call
//! given up before anything was heard of it. A phone rings for nobody, or keeps talking to
//! nobody, unless what rings is cancelled and what was answered is acknowledged and ended.

use crate::dialog::Path;
use crate::endpoint::Endpoint;
use crate::event::{Flow, Outbox};
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
        out: &mut Outbox,
    ) {
        let is_ours = message.cseq_method() == b"INVITE"
            && message.tag_of(Name::TO).is_some()
            && message
                .via()
                .is_some_and(|via| is_from(&via.host_port(), flow));
        if !is_ours {
            return;
        }
        match message.status() {
            Some(101..200) => self.cancel_stray(flow, message, out),
            Some(200..300) => self.end_stray(now_us, flow, message, out),
            Some(_) | None => {}
        }
    }

    /// Without state: as long as the phone says that it rings, it is told. The INVITE is known by
    /// its branch (RFC 3261 9.2), so that its URI need not be.
    fn cancel_stray(&self, flow: &Flow, message: &Message, out: &mut Outbox) {
        let branch = message.via().and_then(|via| via.branch());
        let to = message.first(Name::TO).and_then(Parts::parse);
        let (Some(branch), Some(to), Some(mut cancel)) = (branch, to, asked_for(flow, message))
        else {
            return;
        };
        cancel.method = "CANCEL";
        cancel.branch = String::from_utf8_lossy(branch).into_owned();
        cancel.to = [b"<", to.uri, b">"].concat();
        out.send(*flow, cancel.write(flow, &self.settings.user_agent));
    }

    /// The 2xx is acknowledged as often as it comes; one BYE is on its way until it is answered.
    fn end_stray(&mut self, now_us: u64, flow: &Flow, message: &Message, out: &mut Outbox) {
        let Some(invite) = asked_for(flow, message) else {
            return;
        };
        // To where it came from, whatever its Contact says: nobody makes us call on others.
        let mut path = Path::of_uac(&invite, message, *flow);
        let call_id = &invite.call_id;
        let key = self.dialog_key(call_id, message.tag_of(Name::FROM).unwrap_or_default());
        let branch = |endpoint: &Self, method: &str| {
            let print = endpoint.prints.of(&[b"stray", method.as_bytes(), call_id]);
            format!("z9hG4bK{print:032x}")
        };
        let ack = path.numbered("ACK", invite.seq, branch(self, "ACK"), Vec::new());
        out.send(*flow, ack.write(flow, &self.settings.user_agent));
        if self.dialog_index.contains_key(&key) {
            // The call goes on; only its transaction is over already.
            return;
        }
        let branch = branch(self, "BYE");
        if !self.is_on_its_way("BYE", &branch) {
            let bye = path.request("BYE", branch, Vec::new());
            self.send_request(now_us, *flow, bye, Owner::Nobody, out);
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
