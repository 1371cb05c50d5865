//! What of the files the administrator's pages show beside what runs: the dialplans as graphs, where
//! phones register, what skills there are. Made when a configuration is put in force.

use cuptel_core::dialplan::fields::Doubt;

/// What an administrator sees of the configuration in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// The dialplan of each health authority, in their order.
    pub plans: Vec<Plan>,
    /// Where phones register.
    pub phones: Phones,
    /// Skills that some queue asks for.
    pub skills: Vec<String>,
    /// The file from which all of it was read.
    pub file: String,
    /// What `check` doubts of it.
    pub doubts: Vec<DoubtShown>,
    /// For how many days the log of access is kept.
    pub access_log_days: u32,
    /// What is delivered to begin with, and is not to be there when real calls come.
    pub example: Example,
}

/// Something that is allowed and probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtShown {
    /// The file, with line and column where there are some.
    pub place: String,
    /// In English.
    pub message: String,
    /// For other languages.
    pub doubt: Option<Doubt>,
}

/// What is delivered to begin with: people who do not exist, and passwords that everybody knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Example {
    /// Names of its operators.
    pub operators: Vec<String>,
    /// Its seats, each with the password of its phone.
    pub seats: Vec<(String, String)>,
    /// The numbers that its dialplans answer.
    pub numbers: Vec<String>,
}

/// Where operators' phones register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phones {
    /// Addresses for datagrams.
    pub udp: Vec<String>,
    /// Addresses for connections.
    pub tcp: Vec<String>,
    /// Part of every password's digest.
    pub realm: String,
}

/// A dialplan as a graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Short name of the tenant.
    pub tenant: String,
    /// Its name for people.
    pub title: String,
    /// The numbers that it answers.
    pub numbers: Vec<String>,
    /// Where callers begin.
    pub start: usize,
    /// Where they begin in an emergency.
    pub emergency: Option<usize>,
    /// Its steps, in the order of the file.
    pub steps: Vec<PlanStep>,
}

/// One step of a dialplan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    /// As in the file.
    pub name: String,
    /// What happens there.
    pub kind: StepKind,
    /// About what: prompts, a calendar, a queue.
    pub about: Vec<String>,
    /// Where it leads.
    pub ways: Vec<PlanWay>,
}

/// What happens in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Prompts are heard.
    Play,
    /// A calendar decides.
    Hours,
    /// The caller presses a key.
    Menu,
    /// The caller waits for an operator.
    Queue,
    /// A call is promised.
    Callback,
    /// The caller is told whether it was us who called.
    Verify,
    /// The caller wants no calls.
    OptOut,
    /// The message of an emergency.
    Emergency,
    /// The end.
    HangUp,
}

/// A way from one step to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanWay {
    /// What leads there.
    pub on: WayOn,
    /// The place of the step it leads to.
    pub to: usize,
}

/// What leads from one step to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOn {
    /// When it is over.
    Then,
    /// A key.
    Key(char),
    /// No key, too often.
    Otherwise,
    /// The calendar is open.
    Open,
    /// It is closed.
    Closed,
    /// The longest wait is over.
    TimedOut,
    /// We did call.
    Yes,
    /// We did not.
    No,
    /// They did not mean it.
    Instead,
}
