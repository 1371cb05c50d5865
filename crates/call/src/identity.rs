//! Who calls, read from an INVITE of a trusted trunk: P-Asserted-Identity before From
//! (RFC 3325 §9.1), nothing under `Privacy: id` (RFC 3323, RFC 3325 §9.3).

use cuptel_core::number::Caller;
use cuptel_sip::{Message, uri};

/// Longest text kept of what the signalling said.
const RAW_BYTES_MAX: usize = 128;

/// The caller, and the user part as it arrived; empty when withheld.
pub(crate) fn caller_of(request: &Message) -> (Caller, String) {
    if wants_privacy(request) {
        return (Caller::anonymous(), String::new());
    }
    let asserted = request
        .headers("p-asserted-identity")
        .find_map(user_in_header);
    let user = asserted.or_else(|| request.from().and_then(|from| user_of(&from.uri)));
    match user {
        Some(user) => {
            let caller = Caller::from_user_part(&user);
            let raw = if caller == Caller::anonymous() {
                String::new()
            } else {
                cut(&user, RAW_BYTES_MAX)
            };
            (caller, raw)
        }
        None => (Caller::anonymous(), String::new()),
    }
}

fn user_of(address: &str) -> Option<String> {
    let host = uri::host_port(address).map(|(host, _)| host);
    if host.is_some_and(|host| host.eq_ignore_ascii_case("anonymous.invalid")) {
        return None;
    }
    uri::user(address)
}

fn user_in_header(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let address = match (text.find('<'), text.find('>')) {
        (Some(open), Some(close)) if open < close => &text[open + 1..close],
        _ => text.trim(),
    };
    user_of(address)
}

fn wants_privacy(request: &Message) -> bool {
    request.headers("privacy").any(|value| {
        String::from_utf8_lossy(value)
            .split([';', ','])
            .any(|word| {
                matches!(
                    word.trim().to_ascii_lowercase().as_str(),
                    "id" | "user" | "full" | "header"
                )
            })
    })
}

/// The beginning of a text, at most so many bytes, whole characters.
pub(crate) fn cut(text: &str, bytes_max: usize) -> String {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
