//! A person who calls: SIPp for the signalling, an [`Ear`] for the voice. The scenario tells over
//! its control connection what has happened, and does what the test tells it to; nothing in it
//! is timed.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::centre::Centre;
use super::ear::Ear;
use super::patience::{SOON, until};
use super::sipp::Sipp;

/// Ends each message on the control connection.
const END: u8 = 0x1b;

/// A caller. The call is torn down without a BYE when this is dropped.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) ear: Ear,
    pub(crate) sipp: Sipp,
    control: TcpListener,
    connection: Option<TcpStream>,
    call_id: String,
}

impl Caller {
    /// Calls the line; `number` is who calls.
    pub(crate) fn call(centre: &Centre, number: &str) -> Self {
        Self::with(centre, "caller", number)
    }

    /// Calls over SIPp's transport `t1` or `tn` and waits until the centre has answered.
    pub(crate) fn over(centre: &Centre, transport: &str, number: &str) -> Self {
        let mut caller = Self::by(centre, "caller", number, transport);
        caller.tells("answered");
        caller
    }

    /// Calls the line with another scenario than the ordinary one.
    pub(crate) fn with(centre: &Centre, scenario: &str, number: &str) -> Self {
        Self::by(centre, scenario, number, "u1")
    }

    fn by(centre: &Centre, scenario: &str, number: &str, transport: &str) -> Self {
        let ear = Ear::open(centre);
        let address = SocketAddr::from((centre.address, 15_000 + centre.allot()));
        let control = TcpListener::bind(address).expect("the port is free");
        control
            .set_nonblocking(true)
            .expect("a listener can be polled");
        let port = ear.port.to_string();
        let sipp = Sipp::calling(
            centre,
            scenario,
            &[
                "-t",
                transport,
                "-max_socket",
                "100",
                "-m",
                "1",
                "-key",
                "caller",
                number,
                "-key",
                "ear",
                &port,
                "-3pcc",
                &address.to_string(),
            ],
        );
        Self {
            ear,
            sipp,
            control,
            connection: None,
            call_id: String::new(),
        }
    }

    /// Waits until the scenario tells this.
    pub(crate) fn tells(&mut self, event: &str) -> &mut Self {
        let message = until(&format!("the caller is {event}"), SOON, || self.message());
        let field = |name: &str| {
            let line = message
                .lines()
                .map(str::trim)
                .find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("no {name} in {message}"))
                .trim()
                .to_owned()
        };
        assert_eq!(field("Event:"), event);
        self.call_id = field("Call-ID:");
        self
    }

    /// Calls and waits until the centre has answered.
    pub(crate) fn connected(centre: &Centre, number: &str) -> Self {
        let mut caller = Self::call(centre, number);
        caller.tells("answered");
        caller
    }

    /// Of this call; known once the scenario has told something.
    pub(crate) fn call_id(&self) -> &str {
        &self.call_id
    }

    /// Presses a key, sent as SIP INFO.
    pub(crate) fn press_by_info(&mut self, key: char) {
        self.order(&format!("key {key}"));
        self.tells("pressed");
    }

    /// Tells the scenario to go on.
    pub(crate) fn order(&mut self, what: &str) {
        let text = format!("Call-ID: {}\r\nDo: {what}\r\n\r\n", self.call_id);
        let message = [text.as_bytes(), &[END]].concat();
        let connection = self.connection.as_mut().expect("it told something before");
        connection.write_all(&message).expect("SIPp listens");
    }

    /// Hangs up; everything must have gone as the scenario says.
    pub(crate) fn hangs_up(mut self) {
        self.order("bye");
        self.sipp.went_well(SOON);
    }

    /// Waits until the centre has hung up.
    pub(crate) fn is_hung_up_on(&mut self, limit: Duration) {
        self.sipp.went_well(limit);
        assert!(self.sipp.received("BYE "), "{:?}", self.sipp.wire());
    }

    fn message(&mut self) -> Option<String> {
        if let Some(code) = self.sipp.ended() {
            panic!("SIPp ended with {code:?}: {}", self.sipp.complaints());
        }
        if self.connection.is_none() {
            let (connection, _) = self.control.accept().ok()?;
            connection
                .set_nonblocking(false)
                .expect("a connection can be read");
            connection
                .set_read_timeout(Some(Duration::from_millis(20)))
                .expect("a time-out above zero");
            self.connection = Some(connection);
        }
        let connection = self.connection.as_mut()?;
        let mut first = [0];
        match connection.read(&mut first) {
            Ok(1) => {}
            Ok(_) => return None,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return None;
            }
            Err(error) => panic!("the control connection broke: {error}"),
        }
        let mut message = first.to_vec();
        while connection.read_exact(&mut first).is_ok() && first != [END] {
            message.extend(first);
        }
        Some(String::from_utf8(message).expect("SIPp's messages are text"))
    }
}

/// A caller of this number waits and gives up: what they are owed.
pub(crate) fn gives_up(centre: &Centre, number: &str) -> Value {
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    caller.hangs_up();
    let attempt = centre.attempt(&call, "the caller gave up", |row| {
        row["outcome"] == "abandoned_queue"
    });
    centre.callback("the debt", |row| row["id"] == attempt["callback"])
}
