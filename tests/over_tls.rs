//! Pages over TLS with the files of a certificate: looked at by another program than ours, renewed
//! while somebody listens, and told where they cannot be used.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};

use crate::harness::{Centre, Owned, Ran, SOON, Setup, until};
use crate::reload::reload_by_signal;

/// Puts a new certificate with its key into the folder; `name` is a copy for who looks at it.
fn renew(centre: &Centre, name: &str) {
    let names = vec![centre.address.to_string()];
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(names).expect("a certificate");
    let write = |file: &str, text: String| {
        fs::write(centre.folder().join(file), text).expect("it can be written")
    };
    write("pages.pem", cert.pem());
    write(name, cert.pem());
    write("pages.key", signing_key.serialize_pem());
}

fn curl(centre: &Centre, trusted: &str, path: &str) -> Command {
    let mut command = Command::new("curl");
    command
        .args([
            "--silent",
            "--show-error",
            "--no-buffer",
            "--fail",
            "--cacert",
        ])
        .arg(centre.folder().join(trusted))
        .arg(centre.url(path));
    command
}

fn asks(centre: &Centre, trusted: &str) -> Ran {
    Ran::of(&mut curl(centre, trusted, "/health/live"), SOON)
}

#[test]
fn a_certificate_is_renewed_while_somebody_listens() {
    let mut centre = Centre::prepare(Setup::default());
    centre.speaks_tls();
    renew(&centre, "first.pem");
    centre.run(&["check"]).succeeded();
    centre.serve();
    asks(&centre, "first.pem").succeeded();
    let heard = centre.folder().join("heard");
    let mut listening = curl(&centre, "first.pem", "/api/v1/events");
    listening
        .args([
            "--header",
            &format!("Authorization: Bearer {}", centre.token()),
        ])
        .stdout(fs::File::create(&heard).unwrap())
        .stderr(Stdio::null());
    let mut listener = Owned::spawn(&mut listening);
    let events = || {
        fs::read_to_string(&heard)
            .unwrap()
            .matches("event: snapshot")
            .count()
    };
    until("the stream begins", SOON, || (events() > 0).then_some(()));

    renew(&centre, "second.pem");
    assert_eq!(reload_by_signal(&centre), "applied");
    asks(&centre, "second.pem").succeeded();
    let refused = asks(&centre, "first.pem").failed_with(60);
    assert!(refused.contains("certificate"), "{refused}");
    let before = events();
    centre.sign_in("101", "Anna Esempio");
    until("the stream goes on", SOON, || {
        (events() > before).then_some(())
    });
    assert!(listener.ended().is_none(), "the open stream was cut");
    assert!(centre.counted("cuptel_certificate_not_after_seconds") > 0);

    // What cannot be used changes nothing, and is told where it is written.
    renew(&centre, "third.pem");
    fs::copy(
        centre.folder().join("second.pem"),
        centre.folder().join("pages.pem"),
    )
    .unwrap();
    let told = centre.run(&["check"]).failed();
    assert!(
        told.contains("the key does not belong to the first certificate"),
        "{told}"
    );
    assert!(
        told.contains("cuptel.toml:") && told.contains("^"),
        "{told}"
    );
    assert_eq!(reload_by_signal(&centre), "refused");
    asks(&centre, "second.pem").succeeded();
    centre.terminate();
    centre.stopped(Duration::from_secs(30));
}
