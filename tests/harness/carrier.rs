//! The carrier, and the people it connects us to: SIPp at the address where callbacks are dialled.

use super::centre::Centre;
use super::ear::Ear;
use super::patience::{SOON, until};
use super::sipp::Sipp;

const PORT: u16 = 5070;

/// One dialled call, or the wait for it.
#[derive(Debug)]
pub(crate) struct Carrier {
    pub(crate) ear: Ear,
    pub(crate) sipp: Sipp,
}

impl Carrier {
    /// Waits for one call and treats it as the scenario says.
    pub(crate) fn with(centre: &Centre, scenario: &str) -> Self {
        Self::by(centre, scenario, "u1")
    }

    /// The same over SIPp's transport, such as `t1`.
    pub(crate) fn by(centre: &Centre, scenario: &str, transport: &str) -> Self {
        Self::run(centre, scenario, PORT, transport)
    }

    /// The same for another carrier, at a port of its own.
    pub(crate) fn at(centre: &Centre, scenario: &str, port: u16) -> Self {
        Self::run(centre, scenario, port, "u1")
    }

    fn run(centre: &Centre, scenario: &str, port: u16, transport: &str) -> Self {
        let ear = Ear::open(centre);
        let ear_port = ear.port.to_string();
        let arguments = ["-t", transport, "-m", "1", "-key", "ear", &ear_port];
        let sipp = Sipp::answering(centre, scenario, port, &arguments);
        Self { ear, sipp }
    }

    /// The INVITE that arrived, word by word.
    pub(crate) fn invited(&self) -> String {
        until("the carrier is asked to ring somebody", SOON, || {
            let messages = self.sipp.messages();
            let begin = messages.find("INVITE sip:")?;
            let whole = &messages[begin..];
            let end = whole.find("-----------------------------------------------")?;
            Some(whole[..end].to_owned())
        })
    }
}
