//! A 2xx to an INVITE that nobody here remembers: of a life before this one, or of a call given
//! up long ago. Its sender believes in a conversation; unless it is acknowledged and ended, a
//! phone keeps talking to nobody. No state is kept: as long as the 2xx is repeated, so is this.

use crate::dialog::Path;
use crate::endpoint::Endpoint;
use crate::event::{Flow, Outbox};
use crate::message::Message;
use crate::name::Name;
use crate::request::Request;

impl Endpoint {
    pub(crate) fn stray_answer(&mut self, flow: &Flow, message: &Message, out: &mut Outbox) {
        let is_answer = matches!(message.status(), Some(200..300))
            && message.cseq_method() == b"INVITE"
            && message.tag_of(Name::TO).is_some()
            && message
                .via()
                .is_some_and(|via| is_from(&via.host_port(), flow));
        if !is_answer {
            return;
        }
        let (Some(from), Some(call_id)) = (message.first(Name::FROM), message.first(Name::CALL_ID))
        else {
            return;
        };
        let request = Request {
            method: "INVITE",
            uri: format!("sip:{}", flow.remote).into_bytes(),
            routes: Vec::new(),
            from: from.to_vec(),
            to: message.first(Name::TO).unwrap_or_default().to_vec(),
            call_id: call_id.to_vec(),
            seq: message.cseq(),
            branch: String::new(),
            contact: None,
            extra: Vec::new(),
            authorization: None,
            body: None,
        };
        // To where it came from, whatever its Contact says: nobody makes us call on others.
        let mut path = Path::of_uac(&request, message, *flow);
        let key = self.dialog_key(call_id, message.tag_of(Name::FROM).unwrap_or_default());
        let branch = |endpoint: &Self, method: &str| {
            let print = endpoint.prints.of(&[b"stray", method.as_bytes(), call_id]);
            format!("z9hG4bK{print:032x}")
        };
        let ack = path.numbered("ACK", request.seq, branch(self, "ACK"), Vec::new());
        out.send(*flow, ack.write(flow, &self.settings.user_agent));
        if self.dialog_index.contains_key(&key) {
            // The call goes on; only its transaction is over already.
            return;
        }
        let bye = path.request("BYE", branch(self, "BYE"), Vec::new());
        out.send(*flow, bye.write(flow, &self.settings.user_agent));
    }
}

/// Whether the request that this answers was ours: our address stands in its Via.
fn is_from((host, port): &(&str, Option<u16>), flow: &Flow) -> bool {
    let host = host.parse::<std::net::IpAddr>();
    host == Ok(flow.local.ip()) && port.unwrap_or(5060) == flow.local.port()
}
