//! Which field of a form is to be corrected, for each thing that the rules may refuse.

use cuptel_core::campaign::CampaignError;
use cuptel_core::special_day::SpecialDayError;
use cuptel_core::staffing::WhyNotTaken;
use cuptel_core::step::CommandError;

use super::Visit;
use super::sheet::Failed;
use super::typed::Typed;
use crate::error::ApiError;

/// Characters of a name or a reason.
const TEXT_MAX: usize = crate::actions::WORDS_MAX;

/// The field that a refusal is about.
pub(super) fn field_of(refused: &CommandError) -> Option<&'static str> {
    if let CommandError::NotTaken(faults) = refused {
        return fields_of_entry(&faults.first()?.why).first().copied();
    }
    if let CommandError::Campaign(refused) = refused {
        return of_campaign(refused);
    }
    if let CommandError::SpecialDay(refused) = refused {
        return of_special_day(refused);
    }
    let is = |field: &'static str, is: bool| is.then_some(field);
    is(
        "number",
        matches!(
            refused,
            CommandError::OperatorNumber(_)
                | CommandError::NumberTaken { .. }
                | CommandError::NotMarked(_)
        ),
    )
    .or(is("mark", matches!(refused, CommandError::MarkedAs(_))))
    .or(is("tenant", matches!(refused, CommandError::NoTenant(_))))
    .or(is("queue", matches!(refused, CommandError::NoQueue(_))))
    .or(is("ends", matches!(refused, CommandError::MarkIsOver)))
    .or(is("site", matches!(refused, CommandError::NoSite(_))))
}

/// The fields that a fault of one entry is about.
pub(super) fn fields_of_entry(why: &WhyNotTaken) -> &[&'static str] {
    match why {
        WhyNotTaken::Twice | WhyNotTaken::Twin(_) | WhyNotTaken::NoExtension => &["name"],
        WhyNotTaken::IsOver => &["ends"],
        WhyNotTaken::NoEmployer => &["employer"],
        WhyNotTaken::NoNumber | WhyNotTaken::NumberTaken(_) => &["number"],
        WhyNotTaken::NoPin => &["pin"],
        WhyNotTaken::NoPassword => &["password"],
        WhyNotTaken::NoSite | WhyNotTaken::UnknownSite { .. } => &["site"],
        WhyNotTaken::UnknownSkill { .. } | WhyNotTaken::Level { .. } => &["level"],
        WhyNotTaken::UnknownTenant { .. } => &["tenant"],
        WhyNotTaken::Bound { what, .. } => std::slice::from_ref(what),
        WhyNotTaken::HalfABreak => &["break_after", "break_s"],
        WhyNotTaken::UnknownQueue { .. } => &["not_queues"],
        WhyNotTaken::UnknownBuddy { .. } => &["buddy"],
        WhyNotTaken::NoQueue { .. }
        | WhyNotTaken::LacksSkill { .. }
        | WhyNotTaken::Title
        | WhyNotTaken::TitleNamesNumber
        | WhyNotTaken::NoOperator(_) => &[],
    }
}

fn of_special_day(refused: &SpecialDayError) -> Option<&'static str> {
    match refused {
        SpecialDayError::NoCalendar { .. } => Some("calendar"),
        SpecialDayError::NoHours(_) => Some("tenant"),
        SpecialDayError::Day(_) | SpecialDayError::IsOver => Some("first"),
        SpecialDayError::TooLong => Some("last"),
        SpecialDayError::Hours(_) => Some("hours"),
        SpecialDayError::TooMany | SpecialDayError::NoEntry(_) => None,
    }
}

fn of_campaign(refused: &CampaignError) -> Option<&'static str> {
    match refused {
        CampaignError::Name | CampaignError::NameTaken(_) => Some("name"),
        CampaignError::Pace => Some("pace"),
        CampaignError::Window(_) => Some("window"),
        CampaignError::TooLate => Some("ends"),
        CampaignError::NoteTooLong => Some("note"),
        CampaignError::NoPrompts => Some("kind"),
        CampaignError::TooManyEntries(_)
        | CampaignError::LineTwice(_)
        | CampaignError::Nobody(_)
        | CampaignError::LeftOut(_) => Some("list"),
        CampaignError::NoCampaign(_)
        | CampaignError::State { .. }
        | CampaignError::NoPromptsFirst
        | CampaignError::AlwaysPersonFirst
        | CampaignError::Cli(_)
        | CampaignError::CliNotShown
        | CampaignError::Preview
        | CampaignError::TooMany(_)
        | CampaignError::TooManyAtOnce
        | CampaignError::NotStored => None,
    }
}

impl Visit {
    /// A text of a form that may be blank.
    pub(crate) fn text(&self, form: &Typed, field: &'static str) -> Result<Option<String>, Failed> {
        crate::actions::typed(form.of(field)).map_err(|_unfit| Failed {
            text: self.count("admin-text-unfit", TEXT_MAX),
            field: Some(field),
            ..Failed::default()
        })
    }

    /// A name that must be there.
    pub(crate) fn name(&self, form: &Typed) -> Result<String, Failed> {
        let name = self.text(form, "name")?;
        name.ok_or_else(|| self.unfit("admin-no-name").at("name"))
    }

    /// Why a campaign was not made or moved on.
    pub(super) fn no_campaign(&self, refused: &CampaignError) -> String {
        let count = |id: &str, n: u32| self.language.with(id, &[("n", n.into())]);
        match refused {
            CampaignError::NoCampaign(_) => self.say("admin-campaign-gone"),
            CampaignError::Name => self.say("admin-campaign-no-name"),
            CampaignError::NameTaken(name) => self.about("admin-name-taken", "name", name),
            CampaignError::State { name, .. } => self.about("admin-campaign-state", "name", name),
            CampaignError::NoPrompts | CampaignError::NoPromptsFirst => {
                self.say("admin-campaign-no-prompts")
            }
            CampaignError::Pace => self.say("admin-no-pace"),
            CampaignError::Window(_) => self.say("admin-campaign-no-window"),
            CampaignError::TooLate => self.say("admin-campaign-too-late"),
            CampaignError::NoteTooLong => self.say("admin-campaign-note-too-long"),
            CampaignError::TooMany(most) => count("admin-campaign-too-many", *most),
            CampaignError::TooManyEntries(most) => count("admin-campaign-too-many-people", *most),
            CampaignError::LineTwice(line) => count("admin-campaign-line-twice", *line),
            CampaignError::Nobody(name) => self.about("admin-campaign-nobody", "name", name),
            CampaignError::NotStored => self.say("admin-database-away"),
            CampaignError::AlwaysPersonFirst
            | CampaignError::Cli(_)
            | CampaignError::CliNotShown
            | CampaignError::Preview
            | CampaignError::TooManyAtOnce
            | CampaignError::LeftOut(_) => self.say("admin-campaign-refused"),
        }
    }
}

/// Whether the database or the centre did not answer.
pub(super) fn is_away(error: &ApiError) -> bool {
    matches!(error, ApiError::Store(_) | ApiError::TooSlow)
}
