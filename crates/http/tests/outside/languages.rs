//! The pages in the language of whoever reads them, and nothing of the other one.

use axum::http::header::{ACCEPT, COOKIE};

use crate::desk::{Centre, busy, drift, local, stop};

/// Words that stand in many sentences of one language and in none of the other.
const ITALIAN: [&str; 16] = [
    " non ",
    " della ",
    " del ",
    " è ",
    " per ",
    " che ",
    " con ",
    " nessun",
    " chi ",
    "ostazion",
    "Accedi",
    "ichiamat",
    "operatore",
    " una ",
    "attesa",
    " alle ",
];
const ENGLISH: [&str; 10] = [
    " the ", " of ", " with ", " is ", " are ", " and ", " not ", "Seat", "Sign in", "callback",
];

/// What people read of a page: neither tags nor names of things in the fixture.
fn read(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<') {
        let shown = part.split_once('>').map_or("", |(_, shown)| shown);
        text.push_str(shown);
        text.push(' ');
    }
    text
}

fn strange<'w>(text: &str, words: &[&'w str]) -> Vec<&'w str> {
    let is_there = |word: &&&str| text.contains(**word);
    words.iter().filter(is_there).copied().collect()
}

async fn page(centre: &Centre, path: &str, language: &str, session: &str) -> String {
    let request = local("GET", path)
        .header(COOKIE, format!("cuptel_language={language}; {session}"))
        .header(ACCEPT, "text/html");
    centre.ask(request, "").await.text
}

#[tokio::test]
async fn a_page_speaks_one_language() {
    let mut look = busy();
    look.stops = vec![stop()];
    look.drifts = vec![drift()];
    let centre = Centre::with(look, cuptel_http::Reach::ThisMachine).await;
    let session = centre.sign_in().await;
    for path in PAGES {
        let italian = page(&centre, path, "it", &session).await;
        let english = page(&centre, path, "en", &session).await;
        assert!(italian.contains("<html lang=\"it\">"), "{path}");
        assert!(english.contains("<html lang=\"en\">"), "{path}");
        assert_eq!(
            strange(&read(&english), &ITALIAN),
            Vec::<&str>::new(),
            "{path}"
        );
        assert_eq!(
            strange(&read(&italian), &ENGLISH),
            Vec::<&str>::new(),
            "{path}"
        );
    }
}

const PAGES: [&str; 8] = [
    "/board",
    "/seats/101",
    "/seats/102",
    "/supervisor",
    "/supervisor/wall",
    "/session",
    "/password",
    "/nothing",
];
