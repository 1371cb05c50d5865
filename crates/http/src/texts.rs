//! What the pages say, in the language of whoever reads: Fluent messages, one file per area under
//! `texts/`, the same in every language. Knows nothing of what a page is about.

use std::convert::Infallible;
use std::sync::OnceLock;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, LOCATION, REFERER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::Deserialize;
use unic_langid::LanguageIdentifier;

/// The cookie that keeps somebody's choice.
const COOKIE_NAME: &str = "cuptel_language";
/// How long a choice is kept: as long as browsers keep a cookie at all.
const KEPT_S: u32 = 400 * 24 * 3_600;

macro_rules! texts_in {
    ($language:literal) => {
        [
            include_str!(concat!("../texts/", $language, "/page.ftl")),
            include_str!(concat!("../texts/", $language, "/console.ftl")),
            include_str!(concat!("../texts/", $language, "/calls.ftl")),
            include_str!(concat!("../texts/", $language, "/codes.ftl")),
            include_str!(concat!("../texts/", $language, "/desk.ftl")),
            include_str!(concat!("../texts/", $language, "/admin.ftl")),
            include_str!(concat!("../texts/", $language, "/api.ftl")),
            include_str!(concat!("../texts/", $language, "/trial.ftl")),
            include_str!(concat!("../texts/", $language, "/practice.ftl")),
        ]
    };
}

/// A language that the pages speak. Italian, where nobody chose another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Language {
    #[default]
    #[serde(rename = "it")]
    Italian,
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub(crate) const ALL: [Self; 2] = [Self::Italian, Self::English];

    /// As HTML and HTTP write it (BCP 47).
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Italian => "it",
            Self::English => "en",
        }
    }

    /// As its speakers call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Italian => "Italiano",
            Self::English => "English",
        }
    }

    /// The message with this name.
    pub(crate) fn say(self, id: &str) -> String {
        self.formatted(id, None)
    }

    /// The message with this name, about these.
    pub(crate) fn with(self, id: &str, about: &[(&str, FluentValue<'_>)]) -> String {
        let args: FluentArgs<'_> = about
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        self.formatted(id, Some(&args))
    }

    /// Whether there is a message with this name.
    pub(crate) fn knows(self, id: &str) -> bool {
        self.bundle().has_message(id)
    }

    /// A message that is not there shows its name: a page with a hole serves better than none.
    fn formatted(self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
            tracing::error!(id, language = self.tag(), "a text is missing");
            return id.to_owned();
        };
        let mut errors = Vec::new();
        let said = bundle
            .format_pattern(pattern, args, &mut errors)
            .into_owned();
        if !errors.is_empty() {
            tracing::error!(id, language = self.tag(), ?errors, "a text has a hole");
        }
        said
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static ITALIAN: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        static ENGLISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        match self {
            Self::Italian => ITALIAN.get_or_init(|| bundle_of("it-IT", &texts_in!("it"))),
            Self::English => ENGLISH.get_or_init(|| bundle_of("en-GB", &texts_in!("en"))),
        }
    }

    /// As the cookies of a request say.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut cookies = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let chosen = cookies
            .find(|(name, _)| *name == COOKIE_NAME)
            .and_then(|(_, tag)| Self::ALL.into_iter().find(|one| one.tag() == tag));
        chosen.unwrap_or_default()
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

fn bundle_of(locale: &str, texts: &[&str]) -> FluentBundle<FluentResource> {
    let locale: LanguageIdentifier = locale.parse().expect("both locales are well formed");
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // Marks of direction around each value would be read out, and would be in what is copied.
    bundle.set_use_isolating(false);
    for text in texts {
        let resource = match FluentResource::try_new((*text).to_owned()) {
            Ok(whole) => whole,
            Err((parts, errors)) => {
                tracing::error!(?errors, "a file of texts is broken");
                parts
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(?errors, "two texts have one name");
        }
    }
    bundle
}

/// A choice; a language that the pages do not speak is Italian.
#[derive(Default, Deserialize)]
pub(crate) struct Chosen {
    language: Language,
}

/// Keeps the choice, and goes back to the page it was made on.
pub(crate) async fn choose(headers: HeaderMap, body: String) -> Response {
    let chosen: Chosen = serde_urlencoded::from_str(&body).unwrap_or_default();
    let cookie = format!(
        "{COOKIE_NAME}={}; Path=/; Max-Age={KEPT_S}; SameSite=Lax; HttpOnly",
        chosen.language.tag()
    );
    let back = back_to(&headers);
    let answer = [(SET_COOKIE, cookie), (LOCATION, back)];
    (StatusCode::SEE_OTHER, answer).into_response()
}

/// Path and query of where somebody comes from: never another place.
fn back_to(headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|from| from.to_str().ok());
    let uri = referer.and_then(|from| from.parse::<Uri>().ok());
    let path = uri.as_ref().and_then(Uri::path_and_query);
    match path.map(|path| path.as_str()) {
        Some(path) if path.starts_with('/') && !path.starts_with("//") => path.to_owned(),
        Some(_) | None => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    /// The names of all messages, each with the variables it speaks of.
    fn messages(texts: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for text in texts {
            FluentResource::try_new((*text).to_owned()).expect("a file of texts can be read");
            let mut last = String::new();
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                if let Some((id, _)) = line.split_once('=')
                    && line.starts_with(|c: char| c.is_ascii_lowercase())
                {
                    id.trim().clone_into(&mut last);
                    let before = found.insert(last.clone(), BTreeSet::new());
                    assert!(before.is_none(), "{last} is there twice");
                }
                for said in line.split('$').skip(1) {
                    let end = said.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
                    let name = &said[..end.unwrap_or(said.len())];
                    if let Some(variables) = found.get_mut(&last) {
                        variables.insert(name.to_owned());
                    }
                }
            }
        }
        found
    }

    #[test]
    fn both_languages_say_the_same_things_of_the_same_facts() {
        assert_eq!(messages(&texts_in!("it")), messages(&texts_in!("en")));
    }

    /// Every `say("…")` and `with("…"` below a folder.
    fn said_below(folder: &Path, said: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                said_below(&path, said);
            } else if path
                .extension()
                .is_some_and(|end| end == "rs" || end == "html")
            {
                let text = std::fs::read_to_string(&path).expect("text");
                for start in [".say(", ".with("] {
                    for rest in text.split(start).skip(1) {
                        let id = rest.trim_start().strip_prefix('"');
                        let id = id.and_then(|id| id.split_once('"')).map(|(id, _)| id);
                        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
                        // A message begins with the area it is of.
                        let id = id.filter(|id| id.contains('-') && id.chars().all(is_name));
                        if let Some(id) = id {
                            said.insert(id.to_owned());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_a_page_says_is_there() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut said = BTreeSet::new();
        said_below(&here.join("templates"), &mut said);
        said_below(&here.join("src"), &mut said);
        let there = messages(&texts_in!("it"));
        let missing: Vec<_> = said.iter().filter(|id| !there.contains_key(*id)).collect();
        assert_eq!(missing, Vec::<&String>::new());
    }

    #[test]
    fn nobody_is_sent_to_another_place() {
        let to = |from: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REFERER, from.parse().expect("a header"));
            back_to(&headers)
        };
        assert_eq!(to("http://127.0.0.1:8080/seats/101?a=b"), "/seats/101?a=b");
        assert_eq!(to("http://127.0.0.1:8080//evil.example/"), "/");
        assert_eq!(to("nonsense"), "/");
    }
}
