//! An administrator's first hour, in a real browser and by keyboard alone; and days on which the lines
//! are shut, said from a shell.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::console::{OWN, agreed, signs_in, types_name, user};
use crate::harness::{Answers, Caller, Centre, Page, Phone, SOON, Setup, until, without_figures};

/// The password for once that the first start told.
fn first_password(centre: &Centre) -> String {
    let log = until("somebody is let in", SOON, || {
        let log = centre.log();
        log.contains("Nobody could sign in yet").then_some(log)
    });
    let (_, rest) = log
        .split_once("as amministratore with ")
        .expect("it is told");
    rest.split(' ').next().expect("a word").to_owned()
}

/// As `date` reads this, in Rome.
fn day(told: &str) -> String {
    let mut date = Command::new("date");
    date.env("TZ", "Europe/Rome")
        .args(["-d", told, "+%Y-%m-%d"]);
    let said = date.output().expect("date can be asked").stdout;
    String::from_utf8(said).expect("text").trim().to_owned()
}

/// Signs in with the password for once, and chooses one.
fn comes_in(page: &mut Page<'_>, once: &str) {
    page.opens("/session");
    types_name(page, "amministratore");
    page.presses(&["Tab"]);
    page.types(once);
    page.presses(&["Enter"]);
    page.comes_to("/password");
    page.tabs_to("Password di adesso");
    page.types(once);
    page.presses(&["Tab"]);
    page.types(OWN);
    page.presses(&["Tab"]);
    page.types(OWN);
    page.presses(&["Enter"]);
    page.comes_to("/session?changed");
    types_name(page, "amministratore");
    page.presses(&["Tab"]);
    page.types(OWN);
    page.presses(&["Enter"]);
    page.comes_to("/admin");
}

#[test]
fn an_administrators_first_hour_by_keyboard_from_the_password_for_once_to_the_dialplan() {
    let centre = Centre::start(Setup::default());
    let once = first_password(&centre);
    let mut page = Page::at(&centre);
    comes_in(&mut page, &once);
    page.is_clean("the guide");
    agreed("admin_guide", &page.tree());

    // The guide leads to what is to be done next: somebody else who can do all this.
    page.goes_for("Aggiungi un utente");
    page.comes_to("/admin/users#add");
    page.tabs_to("Nome con cui accede");
    page.types("rita");
    page.tabs_to("Ruolo");
    page.presses(&["ArrowDown", "ArrowDown", "ArrowDown"]);
    page.goes_for("Aggiungi l’utente");
    page.comes_to("/admin/users/rita");
    page.shows(".notice", "rita può accedere");
    page.shows(".copied h2", "Password per una volta");
    page.is_clean("a new user");

    page.opens("/admin/operators");
    page.tabs_to("Nome e cognome");
    page.types("Gina Nuova");
    page.tabs_to("Datore di lavoro");
    page.types("Cooperativa Esempio");
    page.tabs_to("Competenza prenotazioni");
    page.presses(&["ArrowDown", "ArrowDown", "ArrowDown"]);
    page.goes_for("Aggiungi l’operatore");
    page.comes_to("/admin/operators/Gina%20Nuova");
    page.shows(".notice", "Gina Nuova ora lavora qui");
    page.is_clean("a new operator");

    page.opens("/admin/seats");
    page.tabs_to("Interno");
    page.types("777");
    page.goes_for("Aggiungi la postazione");
    page.comes_to("/admin/seats/777");
    page.shows("#phone-baresip + .note + pre", "auth_user=777");
    page.is_clean("a new seat");

    page.opens("/admin");
    page.goes_for("Percorsi delle chiamate");
    page.comes_to("/admin/dialplans");
    page.shows("#steps-caption", "Passi del percorso");
    page.is_clean("a dialplan");
    let operators = centre.run(&["operators", "list"]).succeeded();
    assert!(operators.contains("Gina Nuova"), "{operators}");
    let seats = centre.run(&["seats", "list"]).succeeded();
    assert!(seats.contains("777"), "{seats}");
    centre.audit();
}

const PATHS: [&str; 18] = [
    "/admin",
    "/admin/operators",
    "/admin/operators/Anna%20Esempio",
    "/admin/operators/Anna%20Esempio/profile",
    "/admin/seats",
    "/admin/seats/101",
    "/admin/users",
    "/admin/users/rita",
    "/admin/tokens",
    "/admin/numbers",
    "/admin/campaigns",
    "/admin/campaigns/new",
    "/admin/closures",
    "/admin/directory",
    "/admin/dispositions",
    "/admin/dialplans",
    "/admin/configuration",
    "/admin/status",
];

#[test]
fn every_page_of_an_administrator_is_clean_and_fits_in_light_and_dark_and_narrow() {
    let centre = Centre::start(Setup::default());
    user(&centre, "rita", "region_administrator");
    let narrow = json!({ "viewport": { "width": 320, "height": 256 } });
    let dark = json!({ "colorScheme": "dark", "reducedMotion": "reduce" });
    for options in [json!({}), narrow, dark] {
        let mut page = Page::with(&centre, &options);
        signs_in(&mut page, "rita");
        for path in PATHS.into_iter().chain(["/admin/log", "/profile"]) {
            page.opens(path);
            page.fits(path);
            page.is_clean(path);
        }
    }
}

/// Pages whose tree is kept, each with its name.
const TREES: [(&str, &str); 20] = [
    ("/admin/oversight", "admin_oversight"),
    ("/admin/operators", "admin_operators"),
    ("/admin/operators/Anna%20Esempio", "admin_operator"),
    ("/admin/operators/Anna%20Esempio/profile", "admin_profile"),
    ("/admin/seats", "admin_seats"),
    ("/admin/seats/101", "admin_seat"),
    ("/admin/users", "admin_users"),
    ("/admin/users/lia", "admin_user"),
    ("/admin/tokens", "admin_tokens"),
    ("/admin/numbers", "admin_numbers"),
    ("/admin/campaigns", "admin_campaigns"),
    ("/admin/campaigns/cardiologia", "admin_campaign"),
    ("/admin/campaigns/new", "admin_campaign_new"),
    ("/admin/closures", "admin_closures"),
    ("/admin/directory", "admin_directory"),
    ("/admin/dispositions", "admin_dispositions"),
    ("/admin/dialplans", "admin_dialplans"),
    ("/admin/configuration", "admin_configuration"),
    ("/admin/status", "admin_status"),
    ("/admin/agreement", "admin_agreement"),
];

/// One of each thing that the pages list.
fn furnished(centre: &Centre) {
    user(centre, "rita", "region_administrator");
    user(centre, "lia", "supervisor");
    let list = centre.folder().join("list.csv");
    fs::write(&list, "number,ref\n0861123459,A-1\n").expect("the list can be written");
    let list = list.display().to_string();
    let of = ["--tenant", "asl-teramo", "--queue", "prenotazioni"];
    let campaign = ["import", "campaign", &list, "--name", "cardiologia"];
    let campaign = [&campaign[..], &of].concat();
    for arguments in [
        &["token", "add", "cruscotto", "--role", "auditor"][..],
        &[
            "numbers",
            "do-not-call",
            "0861123499",
            "--reason",
            "lo ha chiesto",
        ],
        &[
            "closures",
            "add",
            "2030-12-24",
            "--tenant",
            "asl-teramo",
            "--reason",
            "festa",
        ],
        &campaign,
    ] {
        centre.run(arguments).succeeded();
    }
}

#[test]
fn every_page_of_the_menu_is_to_a_screen_reader_what_was_agreed_and_clean_in_both_languages() {
    let centre = Centre::start(Setup {
        start: "hours",
        ..Setup::default()
    });
    furnished(&centre);
    let told = centre.get("configuration");
    let hash = told["configuration"]["hash"].as_str().expect("a hash");
    let masks = [
        (without_figures(&hash[..12]), "HASH"),
        (
            without_figures(&centre.folder().display().to_string()),
            "FOLDER",
        ),
        (without_figures(&centre.address.to_string()), "ADDRESS"),
    ];
    let mut page = Page::at(&centre);
    signs_in(&mut page, "rita");
    for (path, name) in TREES {
        page.opens(path);
        let tree = masks
            .iter()
            .fold(page.tree_of("main"), |tree, (what, word)| {
                tree.replace(what.as_str(), word)
            });
        agreed(name, &tree);
        page.is_clean(path);
    }
    page.opens("/admin/log");
    page.is_clean("/admin/log");
    page.opens("/admin");
    page.tabs_to("Lingua");
    page.types("English");
    page.goes_for("Usa");
    page.shows("html[lang=en] h1", "Administration");
    for (path, _) in TREES.into_iter().chain([("/admin/log", "")]) {
        page.opens(path);
        page.shows("html[lang=en] h1", "");
        page.is_clean(&format!("{path} in English"));
    }
}

#[test]
fn a_day_that_is_shut_from_a_shell_shuts_the_lines_until_it_is_taken_away() {
    let mut centre = Centre::start(Setup {
        start: "hours",
        ..Setup::default()
    });
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let mut caller = Caller::connected(&centre, "0861555911");
    caller.press_by_info('1');
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "served before", |row| row["stage"] == "talking");
    caller.hangs_up();
    // Midnight may come meanwhile.
    let days = ["yesterday", "tomorrow"].map(day);
    let [first, last] = [days[0].as_str(), days[1].as_str()];
    let of = ["--tenant", "asl-teramo", "--reason", "sciopero"];
    let add = [&["closures", "add", first, last][..], &of].concat();
    centre.run(&add).succeeded();
    centre.kill();
    let offline = centre.run(&["closures", "list", "--offline"]).succeeded();
    assert!(offline.contains("sciopero"), "{offline}");
    let users = centre.run(&["user", "list", "--offline"]).succeeded();
    assert!(users.contains("amministratore"), "{users}");
    centre.serve();
    let mut shut = Caller::connected(&centre, "0861555912");
    let call = shut.call_id().to_owned();
    shut.is_hung_up_on(SOON * 3);
    centre.attempt(&call, "out of hours", |row| {
        row["outcome"] == "out_of_hours"
    });
    let listed = centre.run(&["closures", "list", "--json"]).succeeded();
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    let id = listed["closures"][0]["id"].to_string();
    centre.run(&["closures", "remove", &id]).succeeded();
    assert!(
        !centre
            .run(&["closures", "list"])
            .succeeded()
            .contains("sciopero")
    );
    centre.audit();
}
