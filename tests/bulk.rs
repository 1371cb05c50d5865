//! Many callbacks put off or closed by one word from a shell: a preview first, over a crash, and back.

use crate::harness::{Centre, Setup, gives_up, moment};

#[test]
fn callbacks_are_closed_in_bulk_after_a_preview_and_brought_back_after_a_crash() {
    let mut centre = Centre::start(Setup::default());
    let first = gives_up(&centre, "0861555941");
    gives_up(&centre, "0861555942");
    let close = ["callbacks", "bulk", "close", "--tenant", "asl-teramo"];
    let why = ["--because", "agenda spostata", "--by", "Carla Capo"];
    let preview = centre.run(&[&close[..], &why[..]].concat()).succeeded();
    assert!(
        preview.contains("2 of asl-teramo would be closed"),
        "{preview}"
    );
    assert!(preview.contains("+39…941"), "{preview}");
    assert!(!preview.contains("861555941"), "{preview}");
    centre.callback("nothing has changed", |row| row["state"] == "waiting");

    let done = centre
        .run(&[&close[..], &why[..], &["--yes"]].concat())
        .succeeded();
    assert!(done.contains("2 of asl-teramo closed"), "{done}");
    let closed = centre.callback("closed", |row| {
        row["id"] == first["id"] && row["state"] == "closed"
    });
    assert_eq!(closed["closed_how"], "withdrawn");
    let detail = centre.callback_detail(&first["id"]);
    assert_eq!(detail["needs"][0]["closed_because"], "agenda spostata");
    assert_eq!(detail["needs"][0]["closed_by"], "Carla Capo");
    centre.kill();
    centre.serve();

    let again = gives_up(&centre, "0861555942");
    let bulks = centre.get("bulks");
    let id = bulks["bulks"][0]["id"].to_string();
    let undo = ["callbacks", "bulk", "undo", &id, "--by", "Vera Vice"];
    let told = centre.run(&undo).succeeded();
    assert!(
        told.contains("1 of 2 brought back by now; left because of what happened to them since: 1"),
        "{told}"
    );
    let back = centre.callback("back", |row| {
        row["state"] == "waiting" && row["id"] != again["id"]
    });
    assert_eq!(back["place_ms"], first["place_ms"]);
    let list = centre.run(&["callbacks", "bulk", "list"]).succeeded();
    assert!(
        list.contains("agenda spostata") && list.contains("Carla Capo"),
        "{list}"
    );
    centre.audit();
}

#[test]
fn callbacks_are_put_off_in_bulk_until_a_time_to_come() {
    let centre = Centre::start(Setup::default());
    let debt = gives_up(&centre, "0861555943");
    let postpone = [
        "callbacks",
        "bulk",
        "postpone",
        "--because",
        "sciopero",
        "--yes",
    ];
    let late = centre.run(&[&postpone[..], &["--until", "2020-01-01T08:00:00+01:00"]].concat());
    let late = late.failed();
    assert!(late.contains("--until"), "{late}");
    let put_off = |until: &str| {
        let told = [&postpone[..], &["--until", until]].concat();
        centre.run(&told).succeeded()
    };
    let beyond = put_off("2090-01-01T08:00:00+01:00");
    let told = "nothing of all tenants was put off, 0 left, which are being called or may be \
        ringing, and 1, which would be given up before that time";
    assert!(beyond.contains(told), "{beyond}");
    let until = moment("tomorrow");
    let done = put_off(&until);
    assert!(done.contains("1 of all tenants put off"), "{done}");
    let rests = centre.callback("it rests", |row| {
        row["not_before_ms"] != debt["not_before_ms"]
    });
    let rests_ms = rests["not_before_ms"].as_i64().expect("a time");
    let day_ms = rests_ms - debt["place_ms"].as_i64().expect("a time");
    assert!((80_000_000..92_000_000).contains(&day_ms), "{day_ms}");
    assert_eq!(rests["place_ms"], debt["place_ms"]);
    centre.audit();
}
