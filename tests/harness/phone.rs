//! An operator's phone: baresip without sound hardware, registered by digest, that speaks a tone.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::centre::Centre;
use super::command::Owned;
use super::patience::{SOON, until};

const BARESIP: &str = "baresip";
/// Where distributions keep baresip's modules.
const MODULES: [&str; 4] = [
    "/usr/lib/baresip/modules",
    "/usr/lib64/baresip/modules",
    "/usr/local/lib/baresip/modules",
    "/usr/lib/x86_64-linux-gnu/baresip/modules",
];

/// What the phone does when it rings.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answers {
    AtOnce,
    ByHand,
}

/// A phone. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Phone {
    process: Owned,
    folder: PathBuf,
    control: SocketAddr,
}

impl Phone {
    /// A phone of `first-start.csv` that has registered.
    pub(crate) fn registered(centre: &Centre, seat: &str, answers: Answers) -> Self {
        let phone = Self::start(centre, seat, &format!("primo-avvio-{seat}"), answers);
        phone.is_known(centre, seat);
        phone
    }

    /// A phone of `config/first-start.csv` that has registered over a connection.
    pub(crate) fn registered_over_tcp(centre: &Centre, seat: &str, answers: Answers) -> Self {
        let password = format!("primo-avvio-{seat}");
        let phone = Self::run(centre, seat, &password, answers, ";transport=tcp");
        phone.is_known(centre, seat);
        phone
    }

    fn is_known(&self, centre: &Centre, seat: &str) {
        until(&format!("phone {seat} is registered"), SOON, || {
            let row = centre.get(&format!("seats/{seat}"));
            row["seat"]["registered_until_ms"].as_i64()
        });
    }

    /// A phone that tries to register.
    pub(crate) fn start(centre: &Centre, seat: &str, password: &str, answers: Answers) -> Self {
        Self::run(centre, seat, password, answers, "")
    }

    fn run(centre: &Centre, seat: &str, password: &str, answers: Answers, transport: &str) -> Self {
        let folder = centre.folder().join(format!("phone-{}", centre.allot()));
        let control = SocketAddr::from((centre.address, 17_000 + centre.allot()));
        let modules = MODULES
            .into_iter()
            .find(|path| fs::exists(path).is_ok_and(|there| there));
        let modules = modules.expect("baresip's modules are where distributions put them");
        // Its RTP sockets are bound to no address, so that the kernel sends from 127.0.0.1:
        // there it registers too. The centre takes voice from the address that registered.
        let config = include_str!("baresip.config")
            .replace("{modules}", modules)
            .replace("{control}", &control.to_string());
        let mode = match answers {
            Answers::AtOnce => "auto",
            Answers::ByHand => "manual",
        };
        let account = format!(
            "<sip:{seat}@{}{transport}>;auth_user={seat};auth_pass={password};answermode={mode};regint=60\n",
            centre.phones()
        );
        fs::create_dir(&folder).expect("the folder can be written");
        for (name, text) in [
            ("config", config),
            ("accounts", account),
            ("contacts", String::new()),
        ] {
            fs::write(folder.join(name), text).expect("the folder can be written");
        }
        let log = fs::File::create(folder.join("log")).expect("the folder can be written");
        let mut command = Command::new(BARESIP);
        command
            .args(["-4", "-f"])
            .arg(&folder)
            .stdout(log.try_clone().expect("a handle"))
            .stderr(log);
        Self {
            process: Owned::spawn(&mut command),
            folder,
            control,
        }
    }

    pub(crate) fn log(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Waits until its log says this.
    pub(crate) fn says(&mut self, text: &str) {
        until(&format!("the phone says {text}"), SOON, || {
            let log = self.log();
            assert!(self.process.ended().is_none(), "baresip ended: {log}");
            log.contains(text).then_some(())
        });
    }

    /// Types a command; what it answers.
    pub(crate) fn command(&self, command: &str) -> String {
        self.command_with(command, "")
    }

    /// Dials something by hand.
    pub(crate) fn dials(&self, what: &str) {
        self.command_with("dial", what);
    }

    /// Presses a key in a call, and lets it go.
    pub(crate) fn presses(&self, key: char) {
        self.command_with("sndcode", &key.to_string());
    }

    fn command_with(&self, command: &str, parameters: &str) -> String {
        let mut connection = until("baresip takes commands", SOON, || {
            TcpStream::connect(self.control).ok()
        });
        connection
            .set_read_timeout(Some(SOON))
            .expect("a time-out above zero");
        let order =
            json!({ "command": command, "params": parameters, "token": "test" }).to_string();
        let framed = format!("{}:{order},", order.len());
        connection
            .write_all(framed.as_bytes())
            .expect("baresip listens");
        loop {
            let message = netstring(&mut connection);
            if message["token"] == "test" {
                return message["data"].as_str().unwrap_or_default().to_owned();
            }
        }
    }

    /// RTP packets that it received and sent in the call that it is in.
    pub(crate) fn packets(&self) -> (u64, u64) {
        let told = self.command("audio_debug");
        let number = |name: &str| {
            let (_, rest) = told.split_once(name)?;
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        };
        (
            number("rcvd=").unwrap_or(0),
            number("TX: packets=").unwrap_or(0),
        )
    }

    /// Waits until it has received and sent so many RTP packets in this call.
    pub(crate) fn talks(&self, packets: u64) {
        until("the operator hears and is heard", SOON, || {
            let (received, sent) = self.packets();
            (received >= packets && sent >= packets).then_some(())
        });
    }

    pub(crate) fn hangs_up(&self) {
        self.command("hangup");
    }

    /// Does nothing any more, with its connections open.
    pub(crate) fn freezes(&self) {
        self.process.signal("STOP");
    }

    pub(crate) fn goes_on(&self) {
        self.process.signal("CONT");
    }

    /// Dies in the middle of whatever it does: no BYE, no further packet.
    pub(crate) fn dies(mut self) {
        self.process.kill();
    }
}

/// One message of the control connection: `length:JSON,`.
fn netstring(connection: &mut TcpStream) -> Value {
    let mut byte = [0];
    let mut length = String::new();
    loop {
        connection.read_exact(&mut byte).expect("baresip answers");
        match byte {
            [b':'] => break,
            [digit] => length.push(char::from(digit)),
        }
    }
    let mut message = vec![0; length.parse::<usize>().expect("a length") + 1];
    connection
        .read_exact(&mut message)
        .expect("baresip answers");
    message.pop();
    serde_json::from_slice(&message).expect("baresip answers JSON")
}
