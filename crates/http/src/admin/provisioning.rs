//! How a phone is set up for a seat: the text that common softphones and desk phones take, with the
//! address where they register. Its password is there only while it was just given.

use super::Visit;
use super::sheet::{Copied, Part};
use crate::setup::Phones;

/// What stands for a password that is not known any more.
const HIDDEN: &str = "********";

/// An address where phones register.
struct Registrar {
    host: String,
    port: u16,
    /// `tcp`, or `udp`.
    transport: &'static str,
}

impl Registrar {
    /// The one that phones should use: a connection reaches them behind an address translation.
    fn of(phones: &Phones) -> Option<Self> {
        let tcp = phones.tcp.first().map(|address| (address, "tcp"));
        let udp = phones.udp.first().map(|address| (address, "udp"));
        let (address, transport) = tcp.or(udp)?;
        let (host, port) = address.rsplit_once(':')?;
        Some(Self {
            host: host.to_owned(),
            port: port.parse().ok()?,
            transport,
        })
    }

    fn is_of_this_machine(&self) -> bool {
        let bare = self.host.trim_matches(['[', ']']);
        bare.parse::<std::net::IpAddr>()
            .is_ok_and(|it| it.is_loopback())
    }

    fn is_anywhere(&self) -> bool {
        let bare = self.host.trim_matches(['[', ']']);
        bare.parse::<std::net::IpAddr>()
            .is_ok_and(|it| it.is_unspecified())
    }
}

/// What a seat's phone is told, for each kind of phone.
pub(crate) fn parts(visit: &Visit, seat: &str, password: Option<&str>) -> Vec<Part> {
    let configuration = visit.shared.engine.health().configuration;
    let phones = &configuration.setup.phones;
    let Some(at) = Registrar::of(phones) else {
        return vec![Part::Warning(visit.say("admin-phones-nowhere"))];
    };
    let mut parts = Vec::new();
    if at.is_of_this_machine() {
        parts.push(Part::Warning(visit.say("admin-phones-this-machine")));
    } else if at.is_anywhere() {
        parts.push(Part::Warning(visit.say("admin-phones-anywhere")));
    }
    parts.push(Part::Text(visit.say(match password {
        Some(_) => "admin-phone-password-now",
        None => "admin-phone-password-hidden",
    })));
    let phone = Phone {
        seat,
        password: password.unwrap_or(HIDDEN),
        at: &at,
        realm: &phones.realm,
    };
    let kinds: [(&str, &str, String); 6] = [
        ("generic", "admin-phone-generic", phone.generic(visit)),
        ("baresip", "admin-phone-baresip", phone.baresip()),
        ("linphone", "admin-phone-linphone", phone.linphone()),
        ("microsip", "admin-phone-microsip", phone.microsip()),
        ("yealink", "admin-phone-yealink", phone.yealink()),
        ("snom", "admin-phone-snom", phone.snom()),
    ];
    parts.extend(kinds.into_iter().map(|(kind, name, text)| {
        Part::Copied(Copied {
            id: format!("phone-{kind}"),
            is_alone: false,
            heading: visit.say(name),
            how: visit.say(&format!("{name}-how")),
            text,
        })
    }));
    parts
}

struct Phone<'p> {
    seat: &'p str,
    password: &'p str,
    at: &'p Registrar,
    realm: &'p str,
}

impl Phone<'_> {
    /// As one types it into the fields of any phone, Zoiper and others.
    fn generic(&self, visit: &Visit) -> String {
        let Registrar {
            host,
            port,
            transport,
        } = self.at;
        let lines = [
            ("admin-phone-user", self.seat.to_owned()),
            ("admin-phone-secret", self.password.to_owned()),
            ("admin-phone-server", format!("{host}:{port}")),
            ("admin-phone-transport", transport.to_uppercase()),
            ("admin-phone-codecs", "PCMA (G.711 A-law), PCMU".to_owned()),
            ("admin-phone-dtmf", "RFC 2833 / RFC 4733".to_owned()),
        ];
        let lines = lines.map(|(name, value)| format!("{}: {value}", visit.say(name)));
        lines.join("\n")
    }

    fn baresip(&self) -> String {
        let Registrar {
            host,
            port,
            transport,
        } = self.at;
        let (seat, password) = (self.seat, self.password);
        format!(
            "<sip:{seat}@{host}:{port};transport={transport}>;auth_user={seat};auth_pass={password};\
             audio_codecs=PCMA,PCMU;regint=300"
        )
    }

    fn linphone(&self) -> String {
        let Registrar {
            host,
            port,
            transport,
        } = self.at;
        let (seat, password, realm) = (self.seat, self.password, self.realm);
        format!(
            "[proxy_0]\n\
             reg_proxy=<sip:{host}:{port};transport={transport}>\n\
             reg_identity=sip:{seat}@{host}:{port}\n\
             reg_expires=300\n\
             reg_sendregister=1\n\
             \n\
             [auth_info_0]\n\
             username={seat}\n\
             passwd={password}\n\
             realm={realm}\n\
             domain={host}"
        )
    }

    fn microsip(&self) -> String {
        let Registrar {
            host,
            port,
            transport,
        } = self.at;
        let (seat, password) = (self.seat, self.password);
        format!(
            "[Account1]\n\
             label=CupTel {seat}\n\
             server={host}:{port}\n\
             domain={host}:{port}\n\
             username={seat}\n\
             authID={seat}\n\
             password={password}\n\
             transport={transport}\n\
             publicAddr=\n\
             registerRefresh=300"
        )
    }

    fn yealink(&self) -> String {
        let Registrar {
            host,
            port,
            transport,
        } = self.at;
        let (seat, password) = (self.seat, self.password);
        let kind = u8::from(*transport == "tcp");
        format!(
            "#!version:1.0.0.1\n\
             account.1.enable = 1\n\
             account.1.label = CupTel {seat}\n\
             account.1.display_name = {seat}\n\
             account.1.user_name = {seat}\n\
             account.1.auth_name = {seat}\n\
             account.1.password = {password}\n\
             account.1.sip_server.1.address = {host}\n\
             account.1.sip_server.1.port = {port}\n\
             account.1.sip_server.1.transport_type = {kind}\n\
             account.1.sip_server.1.expires = 300\n\
             account.1.dtmf.type = 1"
        )
    }

    fn snom(&self) -> String {
        let Registrar {
            host,
            port,
            transport,
        } = self.at;
        let [seat, password, host] = [self.seat, self.password, host].map(in_xml);
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <settings>\n\
             \x20 <phone-settings>\n\
             \x20   <user_active idx=\"1\" perm=\"\">on</user_active>\n\
             \x20   <user_name idx=\"1\" perm=\"\">{seat}</user_name>\n\
             \x20   <user_pname idx=\"1\" perm=\"\">{seat}</user_pname>\n\
             \x20   <user_pass idx=\"1\" perm=\"\">{password}</user_pass>\n\
             \x20   <user_host idx=\"1\" perm=\"\">{host}</user_host>\n\
             \x20   <user_outbound idx=\"1\" perm=\"\">sip:{host}:{port};transport={transport}</user_outbound>\n\
             \x20   <user_expiry idx=\"1\" perm=\"\">300</user_expiry>\n\
             \x20 </phone-settings>\n\
             </settings>"
        )
    }
}

/// Text as it stands in XML.
fn in_xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_named_before_datagrams() {
        let mut phones = Phones {
            udp: vec!["10.0.0.1:5060".to_owned()],
            tcp: vec!["10.0.0.1:5061".to_owned()],
            realm: "cuptel".to_owned(),
        };
        let at = Registrar::of(&phones).unwrap();
        assert_eq!((at.port, at.transport), (5061, "tcp"));
        phones.tcp.clear();
        let at = Registrar::of(&phones).unwrap();
        assert_eq!((at.port, at.transport), (5060, "udp"));
        phones.udp.clear();
        assert!(Registrar::of(&phones).is_none());
    }

    #[test]
    fn a_password_stays_itself_in_xml() {
        let phones = Phones {
            udp: vec!["[::1]:5060".to_owned()],
            ..Phones::default()
        };
        let at = Registrar::of(&phones).unwrap();
        let phone = Phone {
            seat: "101",
            password: "a<b&\"c\"",
            at: &at,
            realm: "cuptel",
        };
        assert!(phone.snom().contains(">a&lt;b&amp;&quot;c&quot;<"));
        assert!(at.is_of_this_machine());
    }
}
