//! What an administrator's page is made of: facts, lists and forms, always in the same shapes, so that
//! whoever knows one page knows all of them. Knows nothing of what they are about.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::page::{Frame, html};

#[derive(Template)]
#[template(path = "admin/sheet.html")]
struct SheetPage<'a> {
    frame: Frame<'a>,
    sheet: &'a Sheet,
}

/// A page, without its frame.
#[derive(Default)]
pub(crate) struct Sheet {
    pub(crate) title: String,
    /// The pages that it stands under.
    pub(crate) above: Vec<Link>,
    pub(crate) intro: Vec<String>,
    pub(crate) parts: Vec<Part>,
    /// Why what was sent was not done, where it was not.
    pub(crate) failed: Option<Failed>,
}

impl Sheet {
    /// The fields that are to be corrected, as they stand on the page.
    pub(crate) fn at_fault(&self) -> Vec<&Field> {
        let mut found: Vec<&Field> = Vec::new();
        let Some(failed) = self.failed.as_ref() else {
            return found;
        };
        let sent = |form: &&Form| failed.form.is_none_or(|sent| sent == form.id);
        for field in self.forms().filter(sent).flat_map(|form| &form.fields) {
            // Of several fields of one name it is the first.
            let is_new = found.iter().all(|it| it.name != field.name);
            let is_shown = !matches!(field.kind, Kind::Hidden);
            if is_new && is_shown && failed.is_about(field.name) {
                found.push(field);
            }
        }
        found
    }

    /// Whether it is one of them.
    pub(crate) fn is_at_fault(&self, field: &Field) -> bool {
        self.at_fault().iter().any(|it| it.id == field.id)
    }

    /// Why it is one of them.
    pub(crate) fn fault_at(&self, field: &Field) -> Option<&str> {
        let failed = self.failed.as_ref().filter(|_| self.is_at_fault(field))?;
        Some(failed.why(field.name))
    }

    /// What can be sent from it; what only asks takes no harm.
    fn forms(&self) -> impl Iterator<Item = &Form> {
        self.parts.iter().filter_map(|part| match part {
            Part::Form(form) => Some(form),
            Part::Heading { .. }
            | Part::Text(_)
            | Part::Warning(_)
            | Part::Facts(_)
            | Part::Links(_)
            | Part::Steps(_)
            | Part::List(_)
            | Part::Copied(_)
            | Part::Drawing(_) => None,
        })
    }
}

/// Why a form did nothing: what happened, what was kept, what to do; and the lines at fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) text: String,
    pub(crate) faults: Vec<String>,
    /// The language of those lines, where it is not that of the page.
    pub(crate) faults_lang: Option<&'static str>,
    /// The name of the field that is to be corrected, where it is one.
    pub(crate) field: Option<&'static str>,
    /// The fields that are to be corrected, each with why, where there are several.
    pub(crate) each: Vec<(&'static str, String)>,
    /// The form that was sent, where fields of several are named alike.
    pub(crate) form: Option<&'static str>,
}

impl Failed {
    /// What is to be corrected stands in this field.
    pub(crate) fn at(self, field: &'static str) -> Self {
        Self {
            field: Some(field),
            each: Vec::new(),
            ..self
        }
    }

    /// It is this form that was sent.
    pub(crate) fn of(self, form: &'static str) -> Self {
        Self {
            form: Some(form),
            ..self
        }
    }

    fn is_about(&self, field: &str) -> bool {
        self.field == Some(field) || self.each.iter().any(|(name, _)| *name == field)
    }

    fn why(&self, field: &str) -> &str {
        let own = self.each.iter().find(|(name, _)| *name == field);
        own.map_or(&self.text, |(_, why)| why)
    }
}

/// A way to another page.
pub(crate) struct Link {
    pub(crate) href: String,
    pub(crate) text: String,
    /// What is to be found there.
    pub(crate) note: Option<String>,
}

impl Link {
    pub(crate) fn to(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
            note: None,
        }
    }
}

/// One part of a page.
pub(crate) enum Part {
    /// A heading, with the identifier by which a link leads to it.
    Heading {
        id: &'static str,
        text: String,
    },
    Text(String),
    /// Something that needs attention.
    Warning(String),
    Facts(Vec<Fact>),
    Links(Vec<Link>),
    Steps(Vec<Todo>),
    List(List),
    Form(Form),
    /// Text to be copied as it stands.
    Copied(Copied),
    /// A drawing of ours.
    Drawing(Drawing),
}

pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// Text to be copied, under its heading.
pub(crate) struct Copied {
    pub(crate) id: String,
    /// Whether it stands under no other heading of the page.
    pub(crate) is_alone: bool,
    pub(crate) heading: String,
    pub(crate) how: String,
    pub(crate) text: String,
}

/// Something that is to be done once.
pub(crate) struct Todo {
    pub(crate) state: TodoState,
    /// The state in words.
    pub(crate) word: String,
    pub(crate) text: String,
    pub(crate) note: String,
    pub(crate) link: Option<Link>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TodoState {
    Done,
    Next,
    Later,
}

impl TodoState {
    pub(crate) fn shape(self) -> &'static str {
        match self {
            Self::Done => "✓",
            Self::Next => "▶",
            Self::Later => "○",
        }
    }

    pub(crate) fn is_next(self) -> bool {
        self == Self::Next
    }
}

/// A table with what is asked of it.
#[derive(Default)]
pub(crate) struct List {
    pub(crate) id: &'static str,
    pub(crate) caption: String,
    pub(crate) columns: Vec<String>,
    /// The first cell of a row names it.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// What is said where there are no rows.
    pub(crate) empty: String,
    /// What can be asked of it.
    pub(crate) search: Option<Box<Form>>,
    /// The rows after these.
    pub(crate) next: Option<Link>,
    /// The same for a spreadsheet.
    pub(crate) export: Option<Link>,
    /// To the form below by which there is one more.
    pub(crate) jump: Option<Link>,
}

#[derive(Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
    /// Where it is not that of the page.
    pub(crate) lang: Option<&'static str>,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Cell {
    pub(crate) fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: Some(href.into()),
            lang: None,
        }
    }

    /// Text of a program, which has no other language.
    pub(crate) fn in_english(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: None,
            lang: Some("en"),
        }
    }
}

/// What is sent back.
#[derive(Default)]
pub(crate) struct Form {
    pub(crate) id: &'static str,
    pub(crate) heading: Option<String>,
    /// Asks, and changes nothing.
    pub(crate) asks: bool,
    pub(crate) action: String,
    pub(crate) note: Option<String>,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    /// A second button, which only looks: its name.
    pub(crate) looks: Option<String>,
    /// What the page is for.
    pub(crate) is_first: bool,
    /// What is sent along, and not shown.
    pub(crate) keeps: Vec<(String, String)>,
}

pub(crate) struct Field {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
    pub(crate) value: String,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
}

pub(crate) enum Kind {
    Hidden,
    /// The `type` of an input, and how many characters it takes.
    Line(&'static str, u32),
    /// A number from, to.
    Number(u32, u32),
    /// Lines of text; whether a file may be read into it.
    Area {
        rows: u32,
        file: Option<String>,
    },
    /// Ticked, where its value is `yes`.
    Tick,
    /// One of these.
    One(Vec<Choice>),
    /// Any of these.
    Some(Vec<Choice>),
}

pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

impl Form {
    /// A field of this form, empty, and not required.
    pub(crate) fn field(&self, name: &'static str, label: String, kind: Kind) -> Field {
        Field {
            id: format!("{}-{name}", self.id),
            name,
            label,
            hint: None,
            value: String::new(),
            kind,
            required: false,
        }
    }

    pub(crate) fn has(&mut self, field: Field) -> &mut Self {
        self.fields.push(field);
        self
    }
}

impl Field {
    pub(crate) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What describes it; one at fault is told by why, and the first of them has the focus.
    pub(crate) fn described(&self, sheet: &Sheet) -> String {
        let place = sheet.at_fault().iter().position(|it| it.id == self.id);
        let at_fault = place.is_some();
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let fault = at_fault.then(|| format!("{}-fault", self.id));
        let by: Vec<String> = fault.into_iter().chain(hint).collect();
        let mut said = String::new();
        if !by.is_empty() {
            said = format!(" aria-describedby=\"{}\"", by.join(" "));
        }
        if at_fault {
            said.push_str(" aria-invalid=\"true\"");
        }
        if place == Some(0) {
            said.push_str(" autofocus");
        }
        said
    }
}

/// Choices from pairs of value and words, one of them chosen.
pub(crate) fn choices<'v>(
    pairs: impl IntoIterator<Item = (&'v str, String)>,
    chosen: &str,
) -> Vec<Choice> {
    let choice = |(value, text): (&str, String)| Choice {
        value: value.to_owned(),
        text,
        chosen: value == chosen,
    };
    pairs.into_iter().map(choice).collect()
}

/// Boxes and lines joined by lines: a graph.
pub(crate) struct Drawing {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) about: String,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
}

pub(crate) struct Node {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) class: &'static str,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) about: String,
    /// How many are there, where somebody is.
    pub(crate) count: Option<String>,
}

pub(crate) struct Edge {
    pub(crate) path: String,
    pub(crate) label: String,
    pub(crate) label_x: i32,
    pub(crate) label_y: i32,
}

/// The page, in its frame.
pub(crate) fn show(frame: Frame<'_>, sheet: &Sheet) -> Response {
    let status = match sheet.failed {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    (status, html(&SheetPage { frame, sheet })).into_response()
}
