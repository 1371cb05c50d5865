//! What the pages with a list have in common: what they are for, the rows of one page, what may be added
//! under a heading, what is taken away once somebody is sure, and what is shown once.

use super::Visit;
use super::operators::{heading, next, sure};
use super::sheet::{Copied, Failed, Form, Kind, Link, Part, Sheet, choices};
use super::typed::Typed;
use crate::error::ApiError;
use crate::rights::Need;

/// Rows of a page.
const PAGE: usize = 50;

impl Visit {
    /// A page of the menu, with what it is for and why nothing was done, where that is so.
    pub(super) fn listed(&self, page: &str, failed: Option<Failed>) -> Sheet {
        let mut sheet = self.sheet(self.say(page), Vec::new());
        sheet.failed = failed;
        // Whoever changes nothing is not told what a change does.
        let read = format!("{page}-intro-read");
        sheet
            .intro
            .push(if !self.may(Need::Lead) && self.language.knows(&read) {
                self.say(&read)
            } else {
                self.say(&format!("{page}-intro"))
            });
        sheet
    }

    /// The rows that are asked for, and the way to those after them.
    pub(super) fn paged<'r, R>(
        &self,
        home: &str,
        asked: &Typed,
        rows: &'r [R],
    ) -> (impl Iterator<Item = &'r R> + use<'r, R>, Option<Link>) {
        let from: usize = asked.of("from").parse().unwrap_or(0);
        let left = rows.len() > from.saturating_add(PAGE);
        let next = left.then(|| next(self, home, asked, from + PAGE));
        (rows.iter().skip(from).take(PAGE), next)
    }

    /// To the form by which something is added, for whoever has it.
    pub(super) fn jump(&self, need: Need, text: &str) -> Option<Link> {
        self.may(need).then(|| Link::to("#add", self.say(text)))
    }

    /// A form under its heading.
    pub(super) fn offers(&self, sheet: &mut Sheet, (id, text): (&'static str, &str), form: Form) {
        sheet.parts.push(heading(self, id, text));
        sheet.parts.push(Part::Form(form));
    }

    /// Takes one of these away: the identifier of each and what it is called.
    pub(super) fn takes_away(
        &self,
        action: String,
        (what, button, label): (&str, &str, &str),
        all: &[(String, String)],
    ) -> Form {
        let mut form = sure(self, action, what, button);
        let all = all.iter().map(|(id, text)| (id.as_str(), text.clone()));
        let which = form.field("id", self.say(label), Kind::One(choices(all, "")));
        form.fields.insert(0, which);
        form
    }

    /// Does what cannot be undone, where somebody has said that they are sure.
    pub(super) async fn once_sure(
        &self,
        form: &Typed,
        done: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<(), Failed> {
        if !form.is("sure") {
            return Err(self.unfit("admin-not-sure"));
        }
        done.await.map_err(|error| self.failed(&error))
    }

    /// What was made about this a moment ago and is shown this once, with the name of what it is.
    pub(super) fn once(&self, about: &str, what: &str) -> Option<Part> {
        let secret = self.take_secret(about)?;
        Some(Part::Copied(Copied {
            id: "once".to_owned(),
            is_alone: true,
            heading: self.say(what),
            how: self.say(&format!("{what}-how")),
            text: secret,
        }))
    }
}
