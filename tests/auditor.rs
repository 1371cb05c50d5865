//! An auditor's day in a real browser, by keyboard alone: what is stored is audited, what was done is
//! found in the log, one call is asked why; and nothing can be changed.

use serde_json::json;

use crate::console::{OWN, types_name, user};
use crate::harness::{Caller, Centre, Page, Setup};

fn comes_in(page: &mut Page<'_>) {
    page.opens("/session");
    types_name(page, "aldo");
    page.presses(&["Tab"]);
    page.types(OWN);
    page.presses(&["Enter"]);
    page.comes_to("/admin/oversight");
}

#[test]
fn an_auditors_day_by_keyboard_alone_finds_everything_and_changes_nothing() {
    let centre = Centre::start(Setup::default());
    let caller = Caller::connected(&centre, "0861555931");
    let call = caller.call_id().to_owned();
    let row = centre.attempt(&call, "it goes on", |row| row["stage"] != "ended");
    caller.hangs_up();
    centre.attempt(&call, "it is over", |row| row["stage"] == "ended");
    let id = row["id"].to_string();
    user(&centre, "aldo", "auditor");

    // They land on a page of their own, with a menu of what they may see.
    let mut page = Page::at(&centre);
    comes_in(&mut page);
    page.shows("h1", "Controllo");
    page.shows(".menu [aria-current]", "Controllo");
    page.is_clean("where an auditor begins");
    let menu = page.text(".menu");
    assert!(menu.contains("Registro"), "{menu}");
    assert!(!menu.contains("API"), "{menu}");
    for seen in ["Utenti", "Chiavi dei programmi", "Configurazione"] {
        assert!(menu.contains(seen), "{seen} in {menu}");
    }

    // The promises on what is stored.
    page.goes_for("Fai la verifica adesso");
    page.comes_to("/admin/oversight?audit=yes");
    page.shows("#main", "Ogni promessa è mantenuta");
    page.is_clean("an audit");

    // Why a call went as it did: its number stays masked.
    page.tabs_to("Numero della chiamata o della richiamata");
    page.types(&id);
    page.presses(&["Enter"]);
    page.comes_to(&format!("/supervisor/calls/{id}"));
    page.shows("#main", "+39…931");
    let told = page.text("#main");
    assert!(!told.contains("0861555931"), "{told}");
    page.is_clean("why a call went so");

    // The agreement, and who did what.
    page.opens("/admin/oversight");
    page.goes_for("Accordo con chi lavora");
    page.comes_to("/admin/agreement");
    page.is_clean("the agreement");
    page.goes_for("Registro degli accessi");
    page.comes_to("/admin/log");
    page.tabs_to("Chi");
    page.types("aldo");
    page.presses(&["Enter"]);
    page.shows("tbody", "aldo");
    page.is_clean("the log");
    page.tabs_to("Scarica quello che hai trovato (CSV)");

    // The skip link leads past the menu.
    page.opens("/admin/log");
    page.presses(&["Tab", "Enter", "Tab"]);
    let (_, first) = page.focused();
    assert!(!menu.contains(&first), "{first}");

    // Who has which rights and keys, and what is in force: to be read alone.
    for (path, heading) in [
        ("/admin/users", "Utenti"),
        ("/admin/tokens", "Chiavi dei programmi"),
        ("/admin/configuration", "Configurazione"),
    ] {
        page.opens(path);
        page.shows("h1", heading);
        page.is_clean(path);
    }

    // Everything else says in words that it is not theirs.
    for path in ["/admin/campaigns/new", "/profile"] {
        page.opens(path);
        page.shows("h1", "Non è tra le cose che puoi fare");
        page.forgets_faults();
        page.is_clean(path);
    }
    centre.audit();
}

#[test]
fn what_an_auditor_sees_fits_at_four_times_the_size_and_offers_no_change() {
    let centre = Centre::start(Setup::default());
    user(&centre, "aldo", "auditor");
    let narrow = json!({ "viewport": { "width": 320, "height": 256 } });
    let dark = json!({ "colorScheme": "dark", "reducedMotion": "reduce" });
    for options in [narrow, dark] {
        let mut page = Page::with(&centre, &options);
        comes_in(&mut page);
        for path in [
            "/admin",
            "/admin/oversight",
            "/admin/oversight?audit=yes",
            "/admin/agreement",
            "/admin/log",
            "/admin/dispositions",
            "/admin/closures",
            "/admin/directory",
        ] {
            page.opens(path);
            page.fits(path);
            page.is_clean(path);
            assert_eq!(page.count("main form[method=post]"), 0, "{path}");
        }
    }
}
