//! The certificate of the pages, and proxies before them.

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::*;

/// A project with a certificate that holds in these years.
fn with_certificate(years: (i32, i32)) -> Folder {
    let mut params = CertificateParams::new(vec!["cup.example".to_owned()]).unwrap();
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let folder = project(PLAIN, PLAN);
    folder.write("pages.pem", &certificate.pem());
    folder.write("pages.key", &key.serialize_pem());
    let (pem, key) = (folder.path("pages.pem"), folder.path("pages.key"));
    let tls = format!(
        "[http]\ntls = {{ certificate = \"{}\", key = \"file:{}\" }}\n",
        pem.display(),
        key.display()
    );
    folder.write("config/cuptel.toml", &format!("{tls}{PLAIN}"));
    folder
}

#[test]
fn a_certificate_is_read_with_its_key() {
    let config = load_in(&with_certificate((2020, 2120))).unwrap();
    assert!(config.certificate.is_some());
    assert_eq!(config.http.base(), "https://127.0.0.1:8080");
    assert_eq!(config.warnings(), []);
}

#[test]
fn a_certificate_out_of_its_time_is_told_and_taken() {
    for (years, told) in [
        ((2020, 2024), "has expired on 01/01/2024"),
        ((2110, 2120), "does not hold before 01/01/2110"),
    ] {
        let config = load_in(&with_certificate(years)).unwrap();
        assert!(config.certificate.is_some());
        let warnings: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains(told), "{warnings:?}");
        assert!(
            warnings[0].contains("config/cuptel.toml:2:23: "),
            "{warnings:?}"
        );
    }
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_where_it_is_written() {
    let sound = with_certificate((2020, 2120));
    let config = fs::read_to_string(sound.path("config/cuptel.toml")).unwrap();
    let column = |key: &str| config.lines().nth(1).unwrap().find(key).unwrap() + key.len() + 4;
    let fault = |folder: &Folder| {
        let faults = load_in(folder).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults[0].clone()
    };

    let other = with_certificate((2020, 2120));
    fs::copy(other.path("pages.key"), sound.path("pages.key")).unwrap();
    let told = format!(
        "config/cuptel.toml:2:{}: `key`: the key does not belong to the first certificate",
        column(", key")
    );
    assert_eq!(fault(&sound), told);

    fs::remove_file(sound.path("pages.key")).unwrap();
    let told = fault(&sound);
    assert!(
        told.contains(":2:") && told.contains("pages.key: No such file"),
        "{told}"
    );

    fs::remove_file(other.path("pages.pem")).unwrap();
    let told = fault(&other);
    let place = format!("config/cuptel.toml:2:{}: ", column("certificate"));
    assert!(told.starts_with(&place), "{told}");
    assert!(
        told.contains("pages.pem cannot be read: No such file"),
        "{told}"
    );

    other.write("pages.pem", "nothing\n");
    let told = fault(&other);
    assert!(
        told.contains("there is no certificate: expected PEM"),
        "{told}"
    );

    let written = config.replace("file:", "");
    other.write("config/cuptel.toml", &written);
    let told = fault(&other);
    assert!(
        told.contains("a key does not stand in the configuration"),
        "{told}"
    );
}

#[test]
fn a_proxy_is_an_address_and_not_everybody() {
    let with = |proxies: &str| {
        let text = format!("[http]\ntrusted_proxies = {proxies}\n{PLAIN}");
        load_in(&project(&text, PLAN))
    };
    let config = with("[\"127.0.0.1/32\", \"10.0.0.7\"]").unwrap();
    assert_eq!(config.http.trusted_proxies.len(), 2);
    for (proxies, told) in [
        (
            "[\"proxy\"]",
            "2:20: \"proxy\" is no network: expected networks like [\"127.0.0.1/32\"], or single addresses",
        ),
        (
            "[\"0.0.0.0/0\"]",
            "2:20: 0.0.0.0/0 is everybody, and then anybody says who they are: expected the addresses of the proxy alone",
        ),
    ] {
        assert_eq!(
            with(proxies).unwrap_err(),
            [format!("config/cuptel.toml:{told}")]
        );
    }
}
