//! Why a form did nothing, in the words of whoever reads: what happened, what was kept, what to do.

use cuptel_core::staffing::{NotTaken, WhyNotTaken};
use cuptel_core::step::CommandError;

use super::Visit;
use super::at_fault;
use super::list::NoList;
use super::sheet::Failed;
use crate::answers;
use crate::error::ApiError;
use crate::port::{NotReloaded, Refusal};

impl Visit {
    /// Why something that was asked for was not done.
    pub(crate) fn failed(&self, error: &ApiError) -> Failed {
        let mut failed = self.told(error);
        if let ApiError::Refused(Refusal::Refused(refused)) = error {
            failed.field = failed.field.or(at_fault::field_of(refused));
            if let CommandError::NotTaken(faults) = refused {
                failed.each = self.each_of(faults);
            }
        }
        failed
    }

    fn told(&self, error: &ApiError) -> Failed {
        if at_fault::is_away(error) {
            return self.unfit("admin-database-away");
        }
        match error {
            ApiError::Refused(Refusal::Refused(CommandError::Campaign(refused))) => Failed {
                text: self.no_campaign(refused),
                ..Failed::default()
            },
            ApiError::Refused(Refusal::Refused(CommandError::NotTaken(faults))) => Failed {
                text: self.count("admin-list-not-taken", faults.len()),
                faults: faults.iter().map(|fault| self.not_taken(fault)).collect(),
                ..Failed::default()
            },
            ApiError::NotReloaded(NotReloaded::Faults(faults)) => Failed {
                text: self.say("admin-not-reloaded"),
                faults: faults.clone(),
                faults_lang: Some("en"),
                ..Failed::default()
            },
            ApiError::CutShort { done, of, .. } => Failed {
                text: self.language.with(
                    "admin-list-cut-short",
                    &[("done", (*done).into()), ("of", (*of).into())],
                ),
                field: Some("list"),
                ..Failed::default()
            },
            ApiError::NotReloaded(NotReloaded::Busy) => self.unfit("admin-reload-busy"),
            ApiError::NameTaken { name, .. } => Failed {
                text: self.about("admin-name-taken", "name", name),
                field: Some("name"),
                ..Failed::default()
            },
            ApiError::Refused(_)
            | ApiError::NotReloaded(NotReloaded::Gone)
            | ApiError::Unauthorised
            | ApiError::TooManyWrong { .. }
            | ApiError::Forbidden(_)
            | ApiError::PasswordFirst
            | ApiError::LastAdministrator
            | ApiError::OnceIsOver
            | ApiError::Digest(_)
            | ApiError::CrossSite
            | ApiError::NoSuchPath
            | ApiError::WrongMethod
            | ApiError::NotFound { .. }
            | ApiError::Malformed { .. }
            | ApiError::Meaningless { .. }
            | ApiError::WrongType
            | ApiError::TooLarge
            | ApiError::Key(_)
            | ApiError::TooSlow
            | ApiError::StreamsFull
            | ApiError::Store(_)
            | ApiError::NoRandom(_)
            | ApiError::Template(_) => Failed {
                text: answers::refused(self.language, error),
                ..Failed::default()
            },
        }
    }

    /// What a page itself does not take.
    pub(crate) fn unfit(&self, id: &str) -> Failed {
        Failed {
            text: self.say(id),
            ..Failed::default()
        }
    }

    /// Lines of a list that a page itself does not take.
    pub(crate) fn unfit_lines(&self, faults: Vec<String>) -> Failed {
        Failed {
            text: self.count("admin-list-not-taken", faults.len()),
            faults,
            ..Failed::default()
        }
    }

    /// A line of a list, and what is wrong with it.
    pub(crate) fn line_at_fault(&self, line: u32, what: &str) -> String {
        let what = self.say(what);
        self.language.with(
            "admin-line-at-fault",
            &[("line", line.into()), ("what", what.into())],
        )
    }

    /// Why a text is no list.
    pub(crate) fn no_list(&self, why: &NoList) -> Failed {
        let text = match why {
            NoList::Empty => self.say("admin-list-empty"),
            NoList::Lacks(column) => self.about("admin-list-lacks", "column", column),
            NoList::Unknown(column) => self.about("admin-list-unknown", "column", column),
            NoList::Uneven { line, has, wants } => self.language.with(
                "admin-list-uneven",
                &[
                    ("line", (*line).into()),
                    ("has", (*has).into()),
                    ("wants", (*wants).into()),
                ],
            ),
            NoList::Open(line) => self
                .language
                .with("admin-list-open", &[("line", (*line).into())]),
        };
        Failed {
            text,
            ..Failed::default()
        }
    }

    /// The fields that several faults are about, each with why.
    fn each_of(&self, faults: &[NotTaken]) -> Vec<(&'static str, String)> {
        let mut each = Vec::new();
        for fault in faults {
            for field in at_fault::fields_of_entry(&fault.why) {
                each.push((*field, self.why_not_taken(&fault.why)));
            }
        }
        each
    }

    fn not_taken(&self, fault: &NotTaken) -> String {
        let why = self.why_not_taken(&fault.why);
        let about = [("which", fault.which.as_str().into()), ("why", why.into())];
        self.language.with("admin-entry-at-fault", &about)
    }

    fn why_not_taken(&self, why: &WhyNotTaken) -> String {
        let known = |id: &str, what: &str, known: &[String]| {
            let about = [("what", what.into()), ("known", known.join(", ").into())];
            self.language.with(id, &about)
        };
        match why {
            WhyNotTaken::Twice => self.say("admin-why-twice"),
            WhyNotTaken::Twin(other) => self.about("admin-why-twin", "what", other),
            WhyNotTaken::IsOver => self.say("admin-why-over"),
            WhyNotTaken::NoEmployer => self.say("admin-why-no-employer"),
            WhyNotTaken::NoPassword => self.say("admin-why-no-password"),
            WhyNotTaken::NoNumber => self.say("admin-why-no-number"),
            WhyNotTaken::NoPin => self.say("admin-why-no-pin"),
            WhyNotTaken::NumberTaken(number) => {
                self.about("admin-why-number-taken", "what", number)
            }
            WhyNotTaken::NoSite => self.say("admin-why-no-site"),
            WhyNotTaken::NoExtension => self.say("admin-why-no-extension"),
            WhyNotTaken::UnknownSite { site, known: all } => known("admin-why-site", site, all),
            WhyNotTaken::UnknownSkill { skill, known: all } => known("admin-why-skill", skill, all),
            WhyNotTaken::UnknownTenant { tenant, known: all } => {
                known("admin-why-tenant", tenant, all)
            }
            WhyNotTaken::LacksSkill { queue, .. } => self.about("admin-why-lacks", "what", queue),
            WhyNotTaken::Bound { what, least, most } => {
                let name = self.say(&format!("admin-profile-{}", what.replace('_', "-")));
                let about = [
                    ("what", name.into()),
                    ("least", (*least).into()),
                    ("most", (*most).into()),
                ];
                self.language.with("admin-why-bound", &about)
            }
            WhyNotTaken::HalfABreak => self.say("admin-why-half-a-break"),
            WhyNotTaken::UnknownQueue { tenant, queue }
            | WhyNotTaken::NoQueue { tenant, queue } => {
                self.about("admin-why-queue", "what", &format!("{tenant}/{queue}"))
            }
            WhyNotTaken::Title => self.say("admin-why-title"),
            WhyNotTaken::TitleNamesNumber => self.say("admin-why-title-number"),
            WhyNotTaken::NoOperator(name) => self.about("admin-why-operator", "what", name),
            WhyNotTaken::UnknownBuddy { buddy } => self.about("admin-why-buddy", "what", buddy),
            WhyNotTaken::Level { skill, level } => {
                let about = [("what", skill.as_str().into()), ("level", (*level).into())];
                self.language.with("admin-why-level", &about)
            }
        }
    }
}
