use super::*;

fn faults_of(text: &str, read: impl FnOnce(&mut Fields<'_>)) -> Vec<(String, String)> {
    let document = document(text).unwrap();
    let faults = Faults::default();
    let mut fields = Fields::new(document.get_ref(), document.span(), &faults);
    read(&mut fields);
    fields.finish();
    faults
        .into_sorted()
        .into_iter()
        .map(|fault| (text[fault.at].to_owned(), fault.message))
        .collect()
}

#[test]
fn every_fault_is_told_where_it_stands() {
    let text = "name = 3\nchanels = 2\nring_s = 0\nlist = [\"a\", 1]\nshare = 1.5\nbig = 99999999999999999999\nmany = [1, 2.5, -3]\n";
    let faults = faults_of(text, |fields| {
        fields.text("name");
        fields.whole("channels", 1..=9);
        fields.whole("ring_s", 1..=60);
        fields.texts("list");
        fields.share("share");
        fields.whole("big", 1..=60);
        let many = fields.amounts("many").map(|many| many.value);
        assert_eq!(many, Some(vec![1.0, 2.5]));
    });
    let expected = [
        ("3", "`name` is an integer: expected a text in quotes"),
        (
            "chanels",
            "unknown key \"chanels\": did you mean \"channels\"?",
        ),
        ("0", "`ring_s` is 0: expected a whole number from 1 to 60"),
        (
            "1",
            "`list` is an integer: expected a text in each place of the list",
        ),
        ("1.5", "`share` is 1.5: expected a share from 0.0 to 1.0"),
        (
            "99999999999999999999",
            "`big` is 9223372036854775807: expected a whole number from 1 to 60",
        ),
        ("-3", "`many`: expected a number from 0 to 1000000 here"),
    ];
    assert_eq!(
        faults,
        expected.map(|(at, message)| (at.to_owned(), message.to_owned()))
    );
}

#[test]
fn a_missing_key_is_told_at_its_table() {
    let faults = faults_of("[a]\n[a.b]\nx = 1\n[[c]]\ny = \"\"\n", |fields| {
        let mut a = fields.table("a").unwrap();
        a.table("b").unwrap().required_text("name", "a name");
        for mut c in fields.tables("c") {
            c.required_text("y", "a name");
            c.required_whole("z", 0..=1);
        }
    });
    assert_eq!(
        faults[0],
        ("[a.b]".into(), "missing `name`: expected a name".into())
    );
    assert_eq!(
        faults[1],
        (
            "[[c]]".into(),
            "missing `z`: expected a whole number from 0 to 1".into()
        )
    );
    assert_eq!(
        faults[2],
        ("\"\"".into(), "`y` is empty: expected a name".into())
    );
}

#[test]
fn syntax_errors_come_all_and_alone() {
    let text = "a = \nb = 1\nb = 2\nc = [1\n";
    let faults = document(text).unwrap_err();
    assert!(faults.len() >= 2, "{faults:?}");
    assert!(faults.iter().all(|fault| fault.at.end <= text.len()));
}

#[test]
fn the_nearest_name_is_near() {
    assert_eq!(edits("kitten", "sitting"), 3);
    assert_eq!(edits("", "abc"), 3);
    assert_eq!(edits("als", "asl"), 1);
    assert_eq!(edits("prenotazioni", "prenotzaione"), 2);
    assert_eq!(
        nearest("prenotazione", &["disdette", "prenotazioni"]),
        Some("prenotazioni")
    );
    assert_eq!(nearest("x", &["disdette", "prenotazioni"]), None);
    assert_eq!(nearest("però", &["pero"]), Some("pero"));
}

#[test]
fn what_stands_elsewhere_is_told_where() {
    let faults = faults_of("gives_way = 1\n", |fields| {
        fields.belongs("gives_way", "[queue.callback]");
        fields.belongs("order", "[queue.callback]");
    });
    let told = "`gives_way` does not stand here: put it under [queue.callback]";
    assert_eq!(faults, [("gives_way".to_owned(), told.to_owned())]);
}
