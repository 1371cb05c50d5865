//! What a lost connection means for those who counted on it.

use crate::dialog::{Established, Phase};
use crate::endpoint::Endpoint;
use crate::event::{Event, Flow, FlowId, Outbox};
use crate::route;
use crate::slab::Handle;

impl Endpoint {
    /// A connection is gone, or could not be made. What waits for a response on it fails. A call
    /// that it offered is answered over a new connection where the caller can be reached by one
    /// (RFC 3261 18.2.2), and is as good as cancelled otherwise. Established dialogs stay: the
    /// next request opens a connection, or the peer comes back on one of its own.
    pub fn flow_closed(&mut self, now_us: u64, flow: &Flow, out: &mut Outbox) {
        let waits = |client: &crate::transaction::client::ClientTransaction| {
            client.flow == *flow && client.is_open()
        };
        let open: Vec<Handle> = self
            .clients
            .handles()
            .filter(|(_, client)| waits(client))
            .map(|(handle, _)| handle)
            .collect();
        for handle in open {
            self.client_failed(now_us, handle, 503, "Flow closed", out);
        }
        let mut cut = Vec::new();
        for (id, dialog) in &mut self.dialogs {
            match &mut dialog.phase {
                Phase::Established(established) => established.lose(flow),
                Phase::Offered {
                    invite,
                    is_cancelled,
                    ..
                } => {
                    let server = self.servers.get_mut(*invite);
                    let is_lost = server.is_some_and(|server| server.lose(flow));
                    if is_lost && !*is_cancelled {
                        *is_cancelled = true;
                        cut.push(*id);
                    }
                }
                Phase::Calling(_) => {}
            }
        }
        for dialog in cut {
            out.tell(Event::Cancelled {
                dialog,
                reason: Some("Flow closed".to_owned()),
            });
        }
    }

    /// A peer that was cut off is back: requests of ours to this target go over its new flow.
    pub fn flow_found(&mut self, target: &str, flow: &Flow) {
        for dialog in self.dialogs.values_mut() {
            if let Phase::Established(established) = &mut dialog.phase
                && established.path.is_cut
                && established.path.target == target.as_bytes()
            {
                established.path.flow = *flow;
                established.path.is_cut = false;
            }
        }
    }
}

impl Established {
    fn lose(&mut self, flow: &Flow) {
        // What we dialled ourselves is dialled again.
        if self.path.flow != *flow || flow.id == FlowId::DIALLED {
            return;
        }
        let path = &mut self.path;
        let other = if path.is_pinned {
            None
        } else {
            route::reopened(flow, &path.target, &path.routes)
        };
        match other {
            Some(other) => {
                path.flow = other;
                if let Some(unacked) = &mut self.unacked {
                    unacked.flow = other;
                }
            }
            None => path.is_cut = true,
        }
    }
}
