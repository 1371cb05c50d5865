//! What somebody says of a campaign: its settings, the lines of its list, what is to be done with it;
//! and why nothing was.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CHUNK_MAX, NAME_MAX, PACE_MAX};
use crate::by_hand::NOTE_MAX;
use crate::id::CampaignId;
use crate::number::{Caller, PhoneNumber};
use crate::record::Appointment;
use crate::time::UtcMs;
use crate::words::{CampaignKind, CampaignState, DialOrder, PriorityClass, WhyLeftOut};

/// What somebody does with a campaign. A name is free again once its campaign is over, so whatever
/// comes after the creation says which by its identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CampaignCommand {
    /// There is a new one, whose list is to come.
    Create(Box<CampaignTold>),
    /// Whether these lines could be taken, and the campaign made where it is told; nothing is changed.
    Check {
        /// Short name of the tenant.
        tenant: String,
        /// Short name of its queue.
        queue: String,
        /// What it would be for.
        kind: CampaignKind,
        /// As it would be made.
        campaign: Option<Box<CampaignTold>>,
        /// The lines.
        entries: Vec<EntryTold>,
    },
    /// Lines of its list, all of them or none.
    Add {
        /// Which.
        campaign: CampaignId,
        /// The lines.
        entries: Vec<EntryTold>,
    },
    /// Its list is whole.
    Complete {
        /// Which.
        campaign: CampaignId,
        /// Lines that were left out.
        left_out: u32,
    },
    /// Its people are called from now on.
    Start {
        /// Which.
        campaign: CampaignId,
        /// Name of who says so.
        by: Option<String>,
    },
    /// Nobody of it is newly rung.
    Pause {
        /// Which.
        campaign: CampaignId,
        /// Name of who says so.
        by: Option<String>,
    },
    /// It goes on.
    Resume {
        /// Which.
        campaign: CampaignId,
        /// Name of who says so.
        by: Option<String>,
    },
    /// It is over.
    End {
        /// Which.
        campaign: CampaignId,
        /// Name of who says so.
        by: Option<String>,
    },
}

/// A campaign that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignTold {
    /// What it goes by: letters, digits, spaces and `.-_`; no name of an open one.
    pub name: String,
    /// Short name of the tenant.
    pub tenant: String,
    /// Short name of its queue.
    pub queue: String,
    /// What it is for.
    pub kind: CampaignKind,
    /// How urgent.
    pub class: Option<PriorityClass>,
    /// By when.
    pub due_ms: Option<UtcMs>,
    /// What it is about, for the operator; at most 500 characters.
    pub note: Option<String>,
    /// Hours like `09:00-13:00`, within those of the queue.
    pub window: Option<String>,
    /// Nobody is called before.
    pub starts_ms: Option<UtcMs>,
    /// It is over by itself then.
    pub ends_ms: Option<UtcMs>,
    /// People at most that are released and not settled; `PACE` where nothing is said.
    pub pace: Option<u32>,
    /// People at most that are released within an hour.
    pub per_hour: Option<u32>,
    /// How long operators read about its people before these are rung; as the queue says, without.
    pub preview_s: Option<u32>,
    /// Who is on the line first; as the queue says, without.
    pub order: Option<DialOrder>,
    /// The number that its people are shown; as the queue says, without.
    pub cli: Option<PhoneNumber>,
    /// Name of who wants it.
    pub by: Option<String>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryTold {
    /// Where it stands, from 1.
    pub line: u32,
    /// Whom to call.
    pub person: Caller,
    /// What it is about; at most 500 characters.
    pub note: Option<String>,
    /// By when.
    pub due_ms: Option<UtcMs>,
    /// Not to be called before.
    pub not_before_ms: Option<UtcMs>,
    /// What it goes by elsewhere.
    pub reference: Option<String>,
    /// What they are to be reminded of.
    pub appointment: Option<Appointment>,
}

/// A line that cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeftOut {
    /// Which.
    pub line: u32,
    /// Why.
    pub why: WhyLeftOut,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// Why nothing was done with a campaign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Hash)]
pub enum CampaignError {
    /// No such campaign, or one that has ended.
    #[error("there is no campaign {0} that is open")]
    NoCampaign(CampaignId),
    /// A name is how it is spoken of.
    #[error(
        "a campaign's name has 1 to {NAME_MAX} letters, digits, spaces, dots, - and _, and is no number"
    )]
    Name,
    /// Two would not be told apart.
    #[error("there is a campaign \"{0}\" already")]
    NameTaken(String),
    /// It does not stand so that this can be done.
    #[error("campaign \"{name}\" is {state}")]
    State {
        /// Which.
        name: String,
        /// Where it stands.
        state: CampaignState,
    },
    /// Nobody can be reminded of anything.
    #[error(
        "the prompts of reminders are not all there (promemoria_*.wav): make them, and see `cuptel check`"
    )]
    NoPrompts,
    /// Nobody can be asked for a key.
    #[error(
        "the prompts of a call without an operator are not all there (chiamata_*.wav): make them, and see `cuptel check`"
    )]
    NoPromptsFirst,
    /// Nobody of ours is on the line at all.
    #[error(
        "people are reminded without an operator: whom it reminds is always called first (person_first)"
    )]
    AlwaysPersonFirst,
    /// Who rings back what their phone shows is not to get lost.
    #[error("no dialplan of its tenant answers {}: who rings back what their phone shows would not reach it", .0.reveal())]
    Cli(PhoneNumber),
    /// The carriers see to it.
    #[error("no trunk on which people are called shows another number than its own (`cli_always`)")]
    CliNotShown,
    /// Not that many at once.
    #[error("the pace is 1 to {PACE_MAX} people that are released and not settled")]
    Pace,
    /// Nobody reads for so long.
    #[error("operators may read for 600 s at most before a person is rung")]
    Preview,
    /// Hours that cannot be read.
    #[error("\"{0}\" are no hours like 09:00-13:00")]
    Window(String),
    /// It would be over before it begins.
    #[error("its end or its deadline is over before anybody may be called")]
    TooLate,
    /// More than somebody reads.
    #[error("a note has at most {NOTE_MAX} characters")]
    NoteTooLong,
    /// The bound is reached.
    #[error("{0} campaigns are open, as many as may be ([limits] campaigns_max)")]
    TooMany(u32),
    /// The bound is reached.
    #[error(
        "more than {0} people would be on its list ([limits] campaign_entries_max): nothing was added"
    )]
    TooManyEntries(u32),
    /// More than one turn of the loop takes.
    #[error("more than {CHUNK_MAX} lines at once: nothing was added")]
    TooManyAtOnce,
    /// A line is named by its number, in what is left out.
    #[error("two lines have the number {0}: nothing was added")]
    LineTwice(u32),
    /// Nobody is on its list.
    #[error("nobody is on the list of campaign \"{0}\"")]
    Nobody(String),
    /// What is told could not be stored where it can be read again.
    #[error("the database does not take what happens: no list is taken in meanwhile")]
    NotStored,
    /// Lines that cannot be taken; nothing of the others was.
    #[error("{} lines cannot be taken, the first is {}", .0.len(), first(.0))]
    LeftOut(Vec<LeftOut>),
}

fn first(left_out: &[LeftOut]) -> String {
    left_out
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}
