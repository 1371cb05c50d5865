use std::collections::BTreeSet;

use cuptel_core::calendar::moment;
use cuptel_core::id::CallbackId;
use cuptel_core::number::PhoneNumber;
use cuptel_core::words::PriorityClass;

use super::*;

fn at(text: &str) -> UtcMs {
    moment::parse(text).expect("a moment")
}

fn row(id: i64, queue: Option<&str>) -> OnPaper {
    OnPaper {
        id: CallbackId(id),
        tenant: Some("asl-teramo".to_owned()),
        queue: queue.map(str::to_owned),
        number: PhoneNumber::parse_e164("+390861123456").ok(),
        first_ms: at("2026-11-25T08:12:00+01:00"),
        not_before_ms: 0,
        attempts: 1,
        tries: 0,
        kinds: BTreeSet::from([NeedKind::Missed]),
        class: None,
        due_ms: None,
        promised_ms: None,
        note: None,
    }
}

/// Three people, of whom one has everything.
fn rows() -> Vec<OnPaper> {
    let full = OnPaper {
        kinds: BTreeSet::from([NeedKind::Missed, NeedKind::TakenInCharge]),
        not_before_ms: at("2026-11-26T08:00:00+01:00"),
        attempts: 3,
        tries: 2,
        class: Some(PriorityClass::B),
        due_ms: Some(at("2026-12-05T08:12:00+01:00")),
        promised_ms: Some(at("2026-11-25T09:30:00+01:00")),
        note: Some(format!(
            "visita <cardiologica> {} fine",
            "del 3 dicembre ".repeat(8)
        )),
        ..row(12, Some("prenotazioni"))
    };
    let erased = OnPaper {
        number: None,
        ..row(13, Some("prenotazioni"))
    };
    vec![row(11, None), full, erased]
}

fn written(sheet: &mut impl Sheet, rows: Vec<OnPaper>) {
    let at_noon = at("2026-11-25T12:00:00+01:00");
    let mut writer = Writer {
        names: Names {
            tenants: vec![("asl-teramo".to_owned(), "ASL <Teramo> & co".to_owned())],
            queues: Vec::new(),
        },
        zones: Zones::default(),
        now_ms: at_noon,
        queue: None,
        people: 0,
        written: Ok(()),
    };
    let head = Head {
        at: local_text(at_noon, Zone::Europe__Rome),
        may_lack_the_last: true,
    };
    sheet.begin(&head).expect("memory takes it");
    for row in rows {
        writer.take(row, sheet);
    }
    writer.written.expect("memory takes it");
    sheet.end(writer.people).expect("memory takes it");
}

fn text(rows: Vec<OnPaper>) -> String {
    let mut out = Vec::new();
    written(&mut text::Page::on(&mut out), rows);
    String::from_utf8(out).expect("it is text")
}

fn page(rows: Vec<OnPaper>) -> String {
    let mut out = Vec::new();
    written(&mut html::Page::on(&mut out), rows);
    String::from_utf8(out).expect("it is text")
}

#[test]
fn everybody_has_a_box_their_number_and_room_for_the_outcome() {
    let text = text(rows());
    assert_eq!(text.matches("\n[ ] ").count(), 3);
    assert_eq!(text.matches("esito ____").count(), 3);
    let full = "
[ ] 0861123456       chiamata persa, presa in carico
    dal 25/11/2026 08:12: 3 chiamate, 2 nostri tentativi   n. 12
    promesso entro 25/11/2026 09:30
    scadenza: classe B, entro 05/12/2026 08:12
    non prima del 26/11/2026 08:00
    nota: visita ";
    assert!(text.contains(full), "{text}");
    assert!(text.contains("[ ] cancellato "), "{text}");
    assert!(
        text.contains("ASL <Teramo> & co - servizio non ancora scelto\n"),
        "{text}"
    );
    assert_eq!(
        text.matches("ASL <Teramo> & co - prenotazioni\n").count(),
        1
    );
    assert!(
        text.contains("ATTENZIONE: le ultime registrazioni"),
        "{text}"
    );
    assert!(text.ends_with("Fine dell'elenco: 3 persone.\n"), "{text}");
    let wraps = "    nota: visita <cardiologica> del 3 dicembre del 3 dicembre del 3 dicembre del\n    3 dicembre";
    assert!(text.contains(wraps), "{text}");
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?}: {text}");
}

#[test]
fn a_page_needs_nothing_else_and_keeps_its_tables_whole() {
    let page = page(rows());
    for (tag, count) in [
        ("<table ", 2),
        ("</table>", 2),
        ("colspan=\"7\"", 2),
        ("<th scope=\"col\"", 14),
        ("<th scope=\"row\">", 3),
        ("class=\"box\"", 3),
        ("<html lang=\"it\">", 1),
        ("</html>", 1),
    ] {
        assert_eq!(page.matches(tag).count(), count, "{tag}: {page}");
    }
    assert!(
        page.contains("ASL &lt;Teramo&gt; &amp; co – prenotazioni"),
        "{page}"
    );
    assert!(
        page.contains("<i>visita &lt;cardiologica&gt; del 3"),
        "{page}"
    );
    for foreign in ["<script", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(foreign), "{foreign}: {page}");
    }
}

#[test]
fn an_empty_list_says_that_it_is_whole() {
    assert!(text(Vec::new()).ends_with("Fine dell'elenco: nessuno da richiamare.\n"));
    let page = page(Vec::new());
    assert!(page.contains("nessuno da richiamare") && !page.contains("<table"));
}
