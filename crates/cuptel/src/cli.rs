//! The command line: what can be asked of the binary, and in which words it complains.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use cuptel_core::words::{CallbackState, Outcome, UnknownWord};

use crate::bulk::BulkCommand;
use crate::by_hand::{Closing, NewCallback};
use crate::callback_list::NewCallbacks;
use crate::campaign_list::NewCampaign;
use crate::campaigns::CampaignCommand;
use crate::closures::ClosureCommand;
use crate::config::{self, Config, source::ConfigFault};
use crate::memos::MemoCommand;
use crate::number_list::NewNumbers;
use crate::numbers::NumberCommand;
use crate::paper::Printing;
use crate::report::ReportCommand;
use crate::stepping_in::{Ahead, Line, Moving, Waiting};
use crate::stops::{OpenCommand, ResumeCommand, StopCommand, StopsCommand};
use crate::tasks::TaskCommand;
use crate::tenants::TenantCommand;
use crate::trial::Practising;
use crate::users::{TokenCommand, UserCommand};
use crate::{
    audit, callback_list, campaign_list, campaigns, check, closures, import, memos, number_list,
    numbers, rehearsal, replay, report, serve, shell, simulate, staffing, stepping_in, stops,
    tasks, tenants, users, why,
};

/// CupTel: takes the calls of a public-health booking line, loses none, calls back whoever
/// could not get through.
#[derive(Debug, Parser)]
#[command(version, about, long_about = None)]
pub(crate) struct Cli {
    /// The configuration file
    #[arg(
        long,
        global = true,
        default_value = "config/cuptel.toml",
        value_name = "FILE"
    )]
    config: PathBuf,
    /// How much to tell: error, warn, info, debug, or a filter such as `cuptel_engine=debug`
    #[arg(long, global = true, default_value = "info", value_name = "LEVEL")]
    log: String,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the engine (the default)
    ///
    /// SIGTERM stops it in order, SIGHUP has it read its configuration again. Exit code 0: stopped
    /// in order; 1: it could not start, or failed; 65: the database is damaged, or it or
    /// the spill were made by a newer CupTel, and were not touched; 74: what happens could be stored nowhere.
    Serve,
    /// A whole booking line with invented callers and operators, on this machine only
    Demo(DemoArguments),
    /// Reads configuration and dialplans as `serve` would; faults point at file, line, column
    Check,
    /// Has the running node read its configuration again; calls go on
    Reload {
        /// JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Proves on the stored data that nobody was lost and nobody was called twice
    ///
    /// Only reads, beside a running server too, and needs little memory however much is stored.
    /// Exit code 0: every promise holds; 1: one is broken, and the rows that break it are named,
    /// or the spill holds what the database was not told; 2: the audit could not be made, which
    /// proves nothing.
    Audit {
        /// One JSON document instead of text
        #[arg(long)]
        json: bool,
    },
    /// Takes in a list that somebody else keeps
    #[command(subcommand)]
    Import(ImportCommand),
    /// Inbound call attempts
    #[command(subcommand)]
    Attempts(AttemptCommand),
    /// Callbacks: who is owed a call
    #[command(subcommand)]
    Callbacks(CallbackCommand),
    /// Why an offer, an attempt, a callback or a task went to the seats that it went to, or waits
    ///
    /// Every decision about it: the seats that were free, what ranked them, the works that stood
    /// before and why the seat did not get those, the configuration in force. Of one that waits
    /// the running node also says why it has no offer now.
    Why(One),
    /// Makes the decisions on the tape again, and says whether they are the same
    ///
    /// Tells the rules once more what `serve` recorded under [replay], and compares every step.
    /// Needs the very build that recorded it: what another one recorded is left out, and said. The
    /// configuration is on the tape. Only reads, beside a running server too. Exit code 0: all the same;
    /// 1: something differs, and the first of it is named; 2: the replay, or that of a segment, could
    /// not be made (another build, a damaged tape, none at all, an offer that is not on it).
    Replay(ReplayArguments),
    /// Seats: look, and act on them
    #[command(subcommand)]
    Seats(SeatCommand),
    /// Operators and what they can do: look, and change them
    #[command(subcommand)]
    Operators(OperatorCommand),
    /// Sites, as they are now, and the word that one is cut off
    #[command(subcommand)]
    Sites(SiteCommand),
    /// Queues, as they are now
    #[command(subcommand)]
    Queues(QueueCommand),
    /// Stops something now, until somebody resumes it, over restarts too
    ///
    /// Stopped already, it is stopped as one says now.
    #[command(subcommand)]
    Stop(StopCommand),
    /// Opens a queue now, until somebody resumes its hours, over restarts too
    #[command(subcommand)]
    Open(OpenCommand),
    /// What was stopped, closed or opened is as always again
    #[command(subcommand)]
    Resume(ResumeCommand),
    /// What is stopped, closed or opened
    #[command(subcommand)]
    Stops(StopsCommand),
    /// Messages to operators: look, write, take back, and see who has read one
    #[command(subcommand)]
    Memos(MemoCommand),
    /// Numbers that are not to be called, or that many people share
    #[command(subcommand)]
    Numbers(NumberCommand),
    /// Days on which an authority is shut beside those of its calendars, or open at other hours
    #[command(subcommand)]
    Closures(ClosureCommand),
    /// Who may sign in to the pages: look, add, give a password, remove, and see what they did
    #[command(subcommand)]
    User(UserCommand),
    /// Programs that may ask the API, each for what it needs: look, add, revoke
    #[command(subcommand)]
    Token(TokenCommand),
    /// Health authorities: whom they lend and borrow, and how their callers fare
    #[command(subcommand)]
    Tenants(TenantCommand),
    /// Campaigns, lists of people who are to be called: look, start, pause, end
    ///
    /// A list comes in with `cuptel import campaign`.
    #[command(subcommand)]
    Campaigns(CampaignCommand),
    /// Tasks, work without a call: look, add, and act on them
    #[command(subcommand)]
    Tasks(TaskCommand),
    /// How callers fared, and what is owed: by authority, queue and day
    #[command(subcommand)]
    Report(ReportCommand),
    /// What would happen if: a day that was not yet, under the rules of today
    ///
    /// Lives through a scenario in virtual time with the rules that `serve` follows, many times with
    /// other people, and tells waits, service levels, callbacks and how busy the operators were, each
    /// with its 95 % interval. It needs no server and no database, and calls nobody. Scenarios to
    /// begin with, each explained in its file: config/scenarios/*.toml.
    Simulate(SimulateArguments),
}

/// Which tape, and how it is told.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReplayArguments {
    /// One file of the tape [default: all that there are]
    #[arg(value_name = "SEGMENT")]
    pub(crate) segment: Option<PathBuf>,
    /// Tells the decision of this offer as it is made again, beside the one that is stored
    #[arg(long, value_name = "ID", value_parser = identifier)]
    pub(crate) offer: Option<i64>,
    /// One JSON document instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which scenario, how often, how told.
#[derive(Debug, Clone, Args)]
pub(crate) struct SimulateArguments {
    /// The scenario, a TOML file
    pub(crate) scenario: PathBuf,
    /// The first run's seed: the same seeds give the same figures
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Runs, each with a seed of its own; more of them make the intervals narrower [default: as the
    /// scenario says, else 12]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) seeds: Option<u32>,
    /// Searches the fewest operators of each quarter of an hour that meet the contract's first
    /// target, and tells them beside Erlang-A's
    #[arg(long)]
    pub(crate) staffing: bool,
    /// Takes how many people call, and for what, from a day that is stored in the database of the
    /// scenario's configuration, at the hours of the scenario: first calls alone, counted by quarters
    /// of an hour; what callers are like stays what the scenario says
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from_day: Option<String>,
    /// Compares the configured way to hand out works with three others, the same people under each:
    /// FIFO (callers and callbacks by their places alone), strict priority (callers always first) and
    /// round robin (FIFO, to the seat with the fewest calls). Two runs say little: see the ± beside
    /// each figure
    #[arg(long, conflicts_with = "staffing")]
    pub(crate) compare: bool,
    /// Draws the hours as a picture into this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["staffing", "compare"])]
    pub(crate) svg: Option<PathBuf>,
    /// One JSON document instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}

/// How long, how much, how told.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArguments {
    /// Stops by itself after this long, for instance 60s or 5m
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    pub(crate) length: Option<Duration>,
    /// New callers a second: more of them in the jam at the start, few in the quiet hours
    #[arg(long, default_value_t = 2.0)]
    pub(crate) rate: f64,
    /// Operators
    #[arg(long, default_value_t = 8)]
    pub(crate) seats: u32,
    /// The same seed invents the same people
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Ends with one line of JSON instead of sentences
    #[arg(long)]
    pub(crate) json: bool,
}

/// `90`, `90s`, `5m`, `1h`.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(['s', 'm', 'h']);
    let unit_s = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err("expected a number with s, m or h, such as 60s".to_owned()),
    };
    let count: u64 = digits
        .parse()
        .map_err(|error| format!("{error}: expected a number with s, m or h, such as 60s"))?;
    Ok(Duration::from_secs(count.saturating_mul(unit_s)))
}

pub(crate) fn identifier(text: &str) -> Result<i64, &'static str> {
    text.parse().ok().ok_or("expected an identifier, a number")
}

/// A word of these, and of no others.
pub(crate) fn one_of<W>(known: &'static [W]) -> impl TypedValueParser<Value = W>
where
    W: Copy + Into<&'static str> + FromStr<Err = UnknownWord> + Send + Sync + 'static,
{
    let words = known.iter().map(|word| (*word).into());
    PossibleValuesParser::new(words.collect::<Vec<&'static str>>()).try_map(|word| word.parse())
}

/// What can be asked of attempts.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AttemptCommand {
    /// The newest ones
    List {
        /// Those that ended this way
        #[arg(long, value_name = "OUTCOME", value_parser = one_of(Outcome::ALL))]
        only: Option<Outcome>,
        #[command(flatten)]
        page: Page,
        #[command(flatten)]
        how: How,
    },
    /// One of them with all that belongs to it
    Show(One),
    /// A caller who waits need not any longer: they hear that they are called back, and are owed it
    ///
    /// At the place that they had. It cannot be undone. Who waits: cuptel queues line QUEUE.
    Withdraw(Waiting),
    /// A caller who waits does so in another queue, at the place that they have
    Move(Moving),
    /// A caller who waits goes ahead of their place
    Ahead(Ahead),
}

/// What can be asked of callbacks.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CallbackCommand {
    /// The newest ones
    List {
        /// Those that stand here
        #[arg(long, value_name = "STATE", value_parser = one_of(CallbackState::ALL))]
        only: Option<CallbackState>,
        /// Those that were given up (every try spent, or too old) and that nobody has looked at
        #[arg(long, conflicts_with = "only")]
        unseen: bool,
        #[command(flatten)]
        page: Page,
        #[command(flatten)]
        how: How,
    },
    /// One of them with all that belongs to it
    Show(One),
    /// One that waits goes ahead of its place
    Ahead(Ahead),
    /// Enters one: what an operator has taken in charge, or anything else to be called about
    ///
    /// It joins the callback that the number has with the tenant. No conversation closes it: unless
    /// somebody does (`callbacks close`), it is called again after `kept_rest_h`, and what is not paid
    /// by its deadline stands in `callbacks list --unseen`. For a number, queue and kind for which
    /// there is an open one nothing is added.
    Add(NewCallback),
    /// Closes one, or one of its needs: nobody is called about it any more
    ///
    /// Not while it is being dialled or talked to; a seat that rings for it is called off.
    Close(Closing),
    /// Puts off or closes many by one word, and takes it back
    ///
    /// Say it with --preview first, or with neither: it then tells how many it would touch. What a seat
    /// is at is left.
    #[command(subcommand)]
    Bulk(BulkCommand),
    /// Every open one with its number, to be called by hand on the day when the system is down
    ///
    /// Reads the database itself, server or not, and has it in Italian for whoever calls: by authority
    /// and queue, who has waited longest first, with boxes to tick and room for the outcome. It shows
    /// full numbers. Nobody can ask for it on the day itself: have it written regularly (README.md).
    Print(Printing),
    /// Takes one that was given up off the list of those that nobody has looked at
    Acknowledge(Looked),
    /// Has a person called after all whose callback was given up: at its place, as a new callback
    Reopen(Looked),
    /// Says which operator is to call the person back; without a name, anybody
    ///
    /// It waits for them while they are signed in, and for `owner_wait_h` while they are not.
    Assign {
        /// Its identifier
        #[arg(value_parser = identifier)]
        id: i64,
        /// Who, as `cuptel operators list` names them
        #[arg(long, value_name = "NAME")]
        operator: Option<String>,
    },
}

/// Which one, and who looked at it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Looked {
    /// Its identifier
    #[arg(value_parser = identifier)]
    pub(crate) id: i64,
    /// The supervisor who does it, which is recorded
    #[arg(long, value_name = "NAME", alias = "supervisor")]
    pub(crate) by: Option<String>,
}

/// Which one, and how it is shown.
#[derive(Debug, Clone, Args)]
pub(crate) struct One {
    /// Its identifier
    #[arg(value_parser = identifier)]
    pub(crate) id: i64,
    #[command(flatten)]
    pub(crate) how: How,
}

/// Which rows of a list.
#[derive(Debug, Clone, Args)]
pub(crate) struct Page {
    /// Of this tenant only (`name` of a `[[tenant]]`)
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// Older than this identifier: the last one of the page before
    #[arg(long, value_name = "ID", value_parser = identifier)]
    pub(crate) before: Option<i64>,
    /// How many, 1 to 1000
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
}

/// Where to look and how to show it.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct How {
    /// JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// In the database itself, without a running node
    #[arg(long)]
    pub(crate) offline: bool,
}

/// What can be asked of seats.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SeatCommand {
    /// All seats
    List {
        #[command(flatten)]
        how: How,
    },
    /// One seat
    Show {
        /// Its extension, for instance 101
        seat: String,
        #[command(flatten)]
        how: How,
    },
    /// Adds a seat, or changes one; what is not said stays as it is
    Set {
        /// The extension: user name of its phone
        seat: String,
        /// Where it stands: the `name` of a `[[site]]`; needed for a new seat
        #[arg(long)]
        site: Option<String>,
        /// Of its phone, as env:NAME or file:PATH, because others can read a command line: at least 12
        /// characters, not easily guessed, letters, digits and !()*+-./:=?@_~
        #[arg(long, value_name = "PASSWORD")]
        password: Option<String>,
        /// Makes a password for its phone, and says it once
        #[arg(long, conflicts_with = "password")]
        new_password: bool,
    },
    /// Takes a seat away: its phone cannot register, whoever works there is signed out
    Remove {
        /// The extension
        seat: String,
    },
    /// Rings a seat's phone and says what came of it: registered, rang, answered, sound
    ///
    /// Whoever picks up hears a message and then themselves for up to 30 seconds; it is no call and counts
    /// nowhere. Exit 1 where it was not picked up, or no sound came from the phone.
    Test {
        /// The extension
        seat: String,
        /// The result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Rings a seat's phone for an invented person, with whom its operator practises a call
    ///
    /// They work on their page as with anybody, and read at the end what a real call would have done; nothing
    /// of it is stored or counted. Refused while people wait whom they could serve, unless they are on a
    /// pause. Exit 1 where it was not picked up.
    Practice(Practising),
    /// An operator begins to work on a seat
    SignIn {
        /// The extension
        seat: String,
        /// Who, as `cuptel operators list` names them, e.g. "Anna Esempio"
        #[arg(long, value_name = "NAME")]
        operator: String,
        /// Planned end of the shift: nothing is begun that would overrun it, and then they are
        /// signed out; when the clocks show this next, or a time like 2026-11-25T18:00:00+01:00
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// They leave the seat where they are signed in, if that is another
        #[arg(long)]
        moves: bool,
    },
    /// The operator leaves; a conversation goes on to its end
    SignOut(OnSeat),
    /// No works until `available`
    Pause {
        #[command(flatten)]
        on: OnSeat,
        /// Why: one of `pause_reasons` under [people], where the configuration lists any
        #[arg(long)]
        reason: Option<String>,
    },
    /// One more work, then a pause or home; also when that one is not taken
    OneMore {
        #[command(flatten)]
        on: OnSeat,
        /// What then
        #[arg(long, value_parser = ["pause", "sign_out"])]
        then: String,
        /// Why, for a pause
        #[arg(long)]
        reason: Option<String>,
    },
    /// At the counter: no works, and no phone is needed
    FrontOffice(OnSeat),
    /// The person of the callback that is offered there is rung: at once while the operator reads
    Accept {
        /// The extension
        seat: String,
        /// Which callback; refused where another one is offered by now
        #[arg(long, value_name = "ID")]
        callback: Option<i64>,
    },
    /// The callback that is offered there goes back to its place; it is not offered there for a while
    Decline {
        /// The extension
        seat: String,
        /// Why: one of `decline_reasons` under [people], where the configuration lists any
        #[arg(long)]
        reason: String,
        /// A word more, without names and numbers: it is kept as it is
        #[arg(long)]
        note: Option<String>,
        /// Which callback; refused where another one is offered by now
        #[arg(long, value_name = "ID")]
        callback: Option<i64>,
    },
    /// Works again; ends a wrap-up that may be ended, and the mark of a seat that did not respond
    Available(OnSeat),
    /// The call in hand: the person hears music, the operator silence
    Hold {
        /// The extension
        seat: String,
    },
    /// Whoever is on hold and the operator hear each other again
    Resume {
        /// The extension
        seat: String,
    },
    /// The call in hand ends, as when the phone is put down
    HangUp {
        /// The extension
        seat: String,
    },
    /// Keys are pressed towards the other end
    Keys {
        /// The extension
        seat: String,
        /// Which: 0-9, * and #
        keys: String,
    },
    /// The person is given on: to a queue, with their place, or to a seat that is free
    Transfer {
        /// The extension
        seat: String,
        /// The `name` of a queue of the same authority
        #[arg(long, value_name = "QUEUE")]
        to_queue: Option<String>,
        /// The extension of another seat
        #[arg(long, value_name = "SEAT", conflicts_with = "to_queue")]
        to_seat: Option<String>,
        /// A `name` of the directory
        #[arg(long, value_name = "NAME", conflicts_with_all = ["to_queue", "to_seat"])]
        to_entry: Option<String>,
    },
    /// Somebody is asked while the person is on hold: another seat, or an entry of the directory
    Consult {
        /// The extension
        seat: String,
        /// The extension of another seat
        #[arg(long, value_name = "SEAT")]
        other: Option<String>,
        /// A `name` of the directory
        #[arg(long, value_name = "NAME", conflicts_with = "other")]
        entry: Option<String>,
    },
    /// The person is given to whoever was asked
    Complete {
        /// The extension
        seat: String,
    },
    /// Whoever was asked is let go, and the person taken up again
    Retrieve {
        /// The extension
        seat: String,
    },
    /// The operator hears the other of the two
    Swap {
        /// The extension
        seat: String,
    },
    /// An operator who has no call calls an entry of the directory
    Dial {
        /// The extension
        seat: String,
        /// A `name` of the directory
        entry: String,
    },
}

/// On which seat, and for whom.
#[derive(Debug, Clone, Args)]
pub(crate) struct OnSeat {
    /// The extension
    pub(crate) seat: String,
    /// The supervisor who does it for the operator, which is recorded
    #[arg(long, value_name = "NAME")]
    pub(crate) supervisor: Option<String>,
}

/// What can be asked of sites.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SiteCommand {
    /// All sites of the running node
    List {
        /// JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// A site is cut off: nothing is offered there, who talks there is given to another seat
    Outage {
        /// The `name` of a `[[site]]`
        site: String,
        /// The supervisor who says so, which is recorded
        #[arg(long, value_name = "NAME")]
        supervisor: Option<String>,
    },
    /// A site is back
    Resume {
        /// The `name` of a `[[site]]`
        site: String,
    },
}

/// What can be asked of operators.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum OperatorCommand {
    /// All operators
    List {
        #[command(flatten)]
        how: How,
    },
    /// One operator
    Show {
        /// Their login name, for instance "Anna Esempio"
        operator: String,
        #[command(flatten)]
        how: How,
    },
    /// Adds an operator, or changes one at once, signed in or not; what is not said stays as it is
    Set {
        /// Their login name
        operator: String,
        /// Who employs them; needed for a new operator
        #[arg(long)]
        employer: Option<String>,
        /// All that they can do, with levels from 1 to 5, e.g. "prenotazioni:5 disdette:3"
        #[arg(long)]
        skills: Option<String>,
        /// The tenant that they belong to, which lends them to others under its `lend_floor` and
        /// `lend_max`; "" for nobody's
        #[arg(long, value_name = "TENANT")]
        home: Option<String>,
    },
    /// What an operator needs to work well, kept private: shows it, or changes what is said
    ///
    /// The dispatcher obeys it, and nothing else shows it: no list, log, metric or page. A value of
    /// 0, "" or false takes one away; --clear takes all.
    Profile {
        /// Their login name
        operator: String,
        #[command(flatten)]
        said: Box<ProfileSaid>,
        /// Takes all away first
        #[arg(long)]
        clear: bool,
    },
    /// Lets somebody sign in from any seat's phone by number and PIN, or gives them another PIN
    ///
    /// The PIN is said once. They dial `sign_in` of [codes], `*10` as delivered, and key in the number,
    /// #, the PIN, #.
    Pin {
        /// Their login name
        operator: String,
        /// What they key in for their name: 1 to 8 digits; as before, without it
        #[arg(long, value_name = "DIGITS")]
        number: Option<String>,
        /// A PIN of their own, 6 to 16 digits, as env:NAME or file:PATH; one is made without it
        #[arg(long, value_name = "SECRET")]
        pin: Option<String>,
    },
    /// Somebody works here no more; a conversation goes on to its end
    Remove {
        /// Their login name
        operator: String,
    },
}

/// What is said of a profile.
#[derive(Clone, Args)]
pub(crate) struct ProfileSaid {
    /// Their phone rings at least so long
    #[arg(long, value_name = "S")]
    pub(crate) ring_s: Option<u32>,
    /// Their wrap-up is at least so long, in every queue
    #[arg(long, value_name = "S")]
    pub(crate) wrap_up_s: Option<u32>,
    /// They rest so long after each work
    #[arg(long, value_name = "S")]
    pub(crate) rest_s: Option<u32>,
    /// After so many works they have a break
    #[arg(long, value_name = "WORKS")]
    pub(crate) break_after: Option<u32>,
    /// Which is so long
    #[arg(long, value_name = "S")]
    pub(crate) break_s: Option<u32>,
    /// Their phone is asked to pick up by itself
    #[arg(long)]
    pub(crate) auto_answer: Option<bool>,
    /// They hear who calls before they are connected: the prompts named by `whisper` in the configuration
    #[arg(long)]
    pub(crate) whisper: Option<bool>,
    /// Kinds of work that they do not do, e.g. "callback task"
    #[arg(long, value_name = "KINDS")]
    pub(crate) not_kinds: Option<String>,
    /// Queues that they do not serve, e.g. "asl-teramo/intramoenia"
    #[arg(long, value_name = "QUEUES")]
    pub(crate) not_queues: Option<String>,
    /// Works within an hour at most, while they learn
    #[arg(long, value_name = "WORKS")]
    pub(crate) works_per_h: Option<u32>,
    /// Who must be signed in while they work
    #[arg(long, value_name = "NAME")]
    pub(crate) buddy: Option<String>,
}

impl std::fmt::Debug for ProfileSaid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProfileSaid(…)")
    }
}

/// What can be imported.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ImportCommand {
    /// Calls that the carrier refused because every channel was taken: each is owed a call
    ///
    /// A CSV file with the columns time,caller,called and, if there is one, cause:
    ///
    /// 2026-11-25T08:30:05+01:00,0861123456,0861000000,34
    ///
    /// The time has its zone, the caller is empty where the number was withheld, the cause is
    /// that of ITU-T Q.850. Calls that had reached us after all are left out (same number, line
    /// and, within `import_window_s`, time), and so are those told before: the same file may be
    /// imported again. A file with a mistake is not imported at all. The cause is kept and not
    /// judged: the file holds only calls refused for want of channels (usually 34 or 17).
    #[command(verbatim_doc_comment)]
    Attempts {
        /// The file
        file: PathBuf,
        /// JSON instead of a sentence
        #[arg(long)]
        json: bool,
    },
    /// A list of people who are to be called, because an agenda moved: a campaign
    ///
    /// A CSV file with the column number and, if they are there, note,due,not_before,ref, in any order,
    /// with commas or semicolons:
    ///
    /// number,note,due,ref
    /// 0861123456,visita del 3 dicembre,2026-12-01T18:00:00+01:00,A-1
    ///
    /// Nobody is called before `cuptel campaigns start`. Who cannot be called is left out and named
    /// with the line: no telephone number, a kind that is not called, marked as not to be called or as
    /// shared, twice in the file, too late (--strict takes nothing then). Of a file that is broken, or
    /// whose import was cut off, nobody is ever called.
    #[command(verbatim_doc_comment)]
    Campaign(Box<NewCampaign>),
    /// People for whom no slot was found: each is a callback that was taken in charge
    ///
    /// A CSV file with the column number and, if they are there,
    /// class,note,queue,tenant,due,not_before,ref, in any order, with commas or semicolons:
    ///
    /// number,class,note,ref
    /// 0861123456,B,visita cardiologica,A-1
    ///
    /// What a line does not say, --tenant, --queue and --class do; without `due` its class says by when.
    /// Who cannot be called is left out and named with the line (--strict enters nothing then). What was
    /// entered before, by `ref`, or as the very same line, is not entered again, open or closed.
    #[command(verbatim_doc_comment)]
    Callbacks(NewCallbacks),
    /// Numbers that are not to be called, or that many people share: all of them or none
    ///
    /// A CSV file with the column number and, if they are there, mark,reason,until, in any order, with
    /// commas or semicolons; `mark` is do_not_call, where it is empty, or shared:
    ///
    /// number,mark,reason,until
    /// 0861123456,do_not_call,lo ha chiesto,2027-01-31T18:00:00+01:00
    ///
    /// Every line at fault is named, and nothing is marked then.
    #[command(verbatim_doc_comment)]
    Numbers(NewNumbers),
    /// Tasks: `cuptel tasks import --help` tells the columns
    Tasks {
        /// The file
        file: PathBuf,
        /// JSON instead of a sentence
        #[arg(long)]
        json: bool,
    },
    /// Operators with what they can do: adds those who are new, changes the others
    ///
    /// A CSV file with the columns operator,employer,skills, or all those of first-start.csv:
    ///
    /// Anna Esempio,ASL di Teramo,asl-teramo:5 prenotazioni:5 disdette:3
    ///
    /// It takes effect at once, also where somebody is signed in. Who is not in the file stays as
    /// they are. A file with a mistake is not imported at all.
    #[command(verbatim_doc_comment)]
    Operators {
        /// The file
        file: PathBuf,
        /// JSON instead of a sentence
        #[arg(long)]
        json: bool,
    },
    /// Seats with the passwords of their phones: adds those that are new, changes the others
    ///
    /// A CSV file with the columns seat,password,site, or all those of first-start.csv:
    ///
    /// 107,env:SEAT_107,teramo
    ///
    /// The password may be env:NAME or file:PATH; an empty one leaves it as it is. Seats that are not
    /// in the file stay as they are. A file with a mistake is not imported at all.
    #[command(verbatim_doc_comment)]
    Seats {
        /// The file
        file: PathBuf,
        /// JSON instead of a sentence
        #[arg(long)]
        json: bool,
    },
}

/// What can be asked of queues.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum QueueCommand {
    /// All queues of the running node
    List {
        /// JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Who waits in one, who goes first the first; to act on somebody there: cuptel attempts withdraw,
    /// move, ahead
    ///
    /// A queue is closed and opened with cuptel stop queue, open queue and resume queue.
    Line(Line),
}

impl Cli {
    /// The configuration file.
    pub(crate) fn config(&self) -> &Path {
        &self.config
    }

    /// Does what was asked.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command.unwrap_or(Command::Serve) {
            Command::Serve => {
                log_to_stderr(&self.log)?;
                serve::serve(&self.config, load(&self.config)?)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Demo(arguments) => {
                log_to_stderr(if self.log == "info" {
                    "warn"
                } else {
                    &self.log
                })?;
                rehearsal::demo(&arguments)
            }
            Command::Check => check::check(&self.config),
            Command::Reload { json } => {
                let config = load(&self.config)
                    .context("nothing was reloaded, and what runs goes on as it was")?;
                shell::reload(&config, json)
            }
            Command::Audit { json } => Ok(audit::audit(&self.config, json)),
            Command::Replay(arguments) => Ok(replay::replay(&self.config, &arguments)),
            Command::Import(ImportCommand::Attempts { file, json }) => {
                import::attempts(&load(&self.config)?, &file, json)
            }
            Command::Import(ImportCommand::Campaign(new)) => {
                campaign_list::import(&load(&self.config)?, &new)
            }
            Command::Import(ImportCommand::Callbacks(new)) => {
                callback_list::import(&load(&self.config)?, &new)
            }
            Command::Import(ImportCommand::Numbers(new)) => {
                number_list::import(&load(&self.config)?, &new)
            }
            Command::Import(ImportCommand::Tasks { file, json }) => {
                tasks::import(&load(&self.config)?, &file, json)
            }
            Command::Import(ImportCommand::Operators { file, json }) => {
                staffing::import_operators(&load(&self.config)?, &file, json)
            }
            Command::Import(ImportCommand::Seats { file, json }) => {
                staffing::import_seats(&load(&self.config)?, &file, json)
            }
            Command::Operators(command) => staffing::operators(&load(&self.config)?, command),
            Command::Attempts(command) => shell::attempts(&load(&self.config)?, command),
            Command::Callbacks(command) => shell::callbacks(&load(&self.config)?, command),
            Command::Why(one) => why::why(&load(&self.config)?, one),
            Command::Seats(command) => shell::seats(&load(&self.config)?, command),
            Command::Sites(command) => shell::sites(&load(&self.config)?, command),
            Command::Stop(command) => stops::stop(&load(&self.config)?, command),
            Command::Open(command) => stops::open(&load(&self.config)?, command),
            Command::Resume(command) => stops::resume(&load(&self.config)?, command),
            Command::Stops(command) => stops::stops(&load(&self.config)?, command),
            Command::Numbers(command) => numbers::numbers(&load(&self.config)?, command),
            Command::Closures(command) => closures::closures(&load(&self.config)?, command),
            Command::Campaigns(command) => campaigns::campaigns(&load(&self.config)?, command),
            Command::Tasks(command) => tasks::tasks(&load(&self.config)?, command),
            Command::User(command) => users::users(&load(&self.config)?, command),
            Command::Token(command) => users::tokens(&load(&self.config)?, command),
            Command::Tenants(command) => tenants::tenants(&load(&self.config)?, command),
            Command::Report(command) => report::report(&load(&self.config)?, command),
            Command::Queues(QueueCommand::List { json }) => {
                shell::queues(&load(&self.config)?, json)
            }
            Command::Queues(QueueCommand::Line(line)) => {
                stepping_in::line(&load(&self.config)?, &line)
            }
            Command::Memos(command) => memos::memos(&load(&self.config)?, command),
            Command::Simulate(arguments) => simulate::simulate(&arguments),
        }
    }
}

/// Text for people who watch, on standard error.
pub(crate) fn log_to_stderr(filter: &str) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter)
        .map_err(|error| anyhow::anyhow!("--log {filter}: {error}"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init()
        .map_err(|error| anyhow::anyhow!("logging could not begin: {error}"))
}

/// The configuration, or its faults as one error.
pub(crate) fn load(path: &Path) -> anyhow::Result<Config> {
    config::load(path).map_err(|faults| anyhow::anyhow!("{}", told(&faults)))
}

/// Every fault with its line.
pub(crate) fn told(faults: &[ConfigFault]) -> String {
    let quoted: Vec<String> = faults.iter().map(ConfigFault::quoted).collect();
    quoted.join("\n")
}

/// "1 queue", "12 queues".
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// "1 person", "12 people".
pub(crate) fn people(number: u64) -> String {
    match number {
        1 => "1 person".to_owned(),
        number => format!("{number} people"),
    }
}

/// One line on standard output. A reader that went away is not our fault.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{text}").is_err() {
        std::process::exit(0);
    }
}

/// The error and what caused it, on standard error.
pub(crate) fn complain(error: &anyhow::Error) {
    let mut text = format!("cuptel: {error}");
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    tell(&text);
}

/// One line on standard error.
pub(crate) fn tell(text: &str) {
    let mut err = std::io::stderr().lock();
    if writeln!(err, "{text}").is_err() {
        std::process::exit(1);
    }
}
