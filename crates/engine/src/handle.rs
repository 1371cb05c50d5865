//! The engine as others hold it: commands in, looks out.

use std::sync::Arc;

use cuptel_core::id::{AttemptId, CampaignId};
use cuptel_core::in_line::WaiterNow;
use cuptel_core::record::EntryPage;
use cuptel_core::snapshot::Snapshot;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::time::UtcMs;
use cuptel_core::why::WaitingNow;
use cuptel_core::words::Degraded;
use cuptel_media::PromptLibrary;
use tokio::sync::{mpsc, oneshot, watch};

/// What the loop is asked for.
#[derive(Debug)]
pub(crate) enum Wish {
    Command(Command),
    /// With the sound that is to be the message of an emergency.
    Spoken(Command, Arc<[u8]>),
    Reload(Box<Reload>),
    /// The next people of a campaign were looked up.
    Entries(CampaignId, u64, Option<EntryPage>),
    /// A PIN was compared.
    Pin(AttemptId, u64, Option<bool>),
    /// Who waits in a queue, by the short names of its tenant and its own.
    InLine(Option<String>, String, InLine),
    /// Why a work has no offer now.
    Why(i64, oneshot::Sender<Option<WaitingNow>>),
}

/// The place for who waits in a queue.
type InLine = oneshot::Sender<Result<Vec<WaiterNow>, CommandError>>;

/// A new configuration for a running engine. All of it takes effect, or nothing.
#[derive(Debug)]
pub struct Reload {
    /// Rules and trunks.
    pub switch: cuptel_call::Reload,
    /// Every prompt that the former rules or the new ones name.
    pub prompts: Arc<PromptLibrary>,
}

/// The next people of a campaign, who are to be looked up by whoever has the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntriesAsked {
    /// What is asked.
    pub wanted: cuptel_call::EntriesWanted,
    /// The position up to which the database must have committed; else it has no answer.
    pub after_seq: u64,
}

/// What the loop asks of others, because it would take too long there.
#[derive(Debug, Clone)]
pub enum Question {
    /// Answered with `Handle::tell_entries`.
    Entries(EntriesAsked),
    /// Answered with `Handle::tell_pin`.
    Pin(cuptel_call::PinWanted),
}

/// Questions that may wait for whoever has the database; one beyond is answered with nothing.
pub(crate) const QUESTIONS_MAX: usize = 64;

/// A wish on its way, with the place for its answer.
pub(crate) type Request = (Wish, oneshot::Sender<Result<(), CommandError>>);

/// Commands that may wait for the loop.
pub(crate) const COMMANDS_MAX: usize = 256;

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] CommandError),
    /// Too many commands wait.
    #[error("too many commands wait; try again")]
    Busy,
    /// The engine has ended.
    #[error("the engine has ended")]
    Gone,
}

/// Whether the engine does all it is there for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// What does not work as it should, and since when; empty in health.
    pub degraded: Vec<(Degraded, UtcMs)>,
    /// Whether the loop is stopping.
    pub stopping: bool,
}

/// A handle that can be cloned.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(crate) commands: mpsc::Sender<Request>,
    pub(crate) looks: watch::Receiver<Arc<Snapshot>>,
    pub(crate) health: watch::Receiver<Health>,
}

impl Handle {
    pub(crate) fn new(
        commands: mpsc::Sender<Request>,
        looks: watch::Receiver<Arc<Snapshot>>,
        health: watch::Receiver<Health>,
    ) -> Self {
        Self {
            commands,
            looks,
            health,
        }
    }

    /// Asks for something; the answer comes after its records are committed.
    ///
    /// # Errors
    /// When the rules refuse, the loop is too busy, or it has ended.
    pub async fn command(&self, command: Command) -> Result<(), Refusal> {
        // A stop is never too much: it waits for its place.
        if matches!(command, Command::Stop { .. }) {
            return self.ask_patiently(Wish::Command(command)).await;
        }
        let (answer, answered) = oneshot::channel();
        self.ask_at_once(Wish::Command(command), answer)?;
        told(answered.await)
    }

    /// The same, with the sound that is to be the message of an emergency: A-law, in whole frames.
    ///
    /// # Errors
    /// When the rules refuse, the loop is too busy, or it has ended.
    pub async fn command_spoken(&self, command: Command, sound: Arc<[u8]>) -> Result<(), Refusal> {
        let (answer, answered) = oneshot::channel();
        self.ask_at_once(Wish::Spoken(command, sound), answer)?;
        told(answered.await)
    }

    /// Why an attempt or a callback that waits has no offer now; nothing if none such waits.
    ///
    /// # Errors
    /// When the loop is too busy, or it has ended.
    pub async fn why(&self, id: i64) -> Result<Option<WaitingNow>, Refusal> {
        let ((answer, _taken), (look, looked)) = (oneshot::channel(), oneshot::channel());
        self.ask_at_once(Wish::Why(id, look), answer)?;
        looked.await.map_err(|_ended| Refusal::Gone)
    }

    /// Who waits in a queue, who goes first the first.
    ///
    /// # Errors
    /// When there is no such queue, the loop is too busy, or it has ended.
    pub async fn in_line(
        &self,
        tenant: Option<String>,
        queue: String,
    ) -> Result<Vec<WaiterNow>, Refusal> {
        let ((answer, _taken), (look, looked)) = (oneshot::channel(), oneshot::channel());
        self.ask_at_once(Wish::InLine(tenant, queue, look), answer)?;
        let looked = looked.await.map_err(|_ended| Refusal::Gone)?;
        looked.map_err(Refusal::Refused)
    }

    /// Tells who the next people of a campaign are; nothing where the database cannot say.
    ///
    /// # Errors
    /// When the loop has ended.
    pub async fn tell_entries(
        &self,
        asked: EntriesAsked,
        page: Option<EntryPage>,
    ) -> Result<(), Refusal> {
        let (answer, _taken) = oneshot::channel();
        let wish = Wish::Entries(asked.wanted.campaign, asked.wanted.ask, page);
        let sent = self.commands.send((wish, answer)).await;
        sent.map_err(|_ended| Refusal::Gone)
    }

    /// Tells whether a PIN was right; nothing where that cannot be told.
    ///
    /// # Errors
    /// When the loop has ended.
    pub async fn tell_pin(
        &self,
        (call, token): (AttemptId, u64),
        is_right: Option<bool>,
    ) -> Result<(), Refusal> {
        let (answer, _taken) = oneshot::channel();
        let wish = Wish::Pin(call, token, is_right);
        let sent = self.commands.send((wish, answer)).await;
        sent.map_err(|_ended| Refusal::Gone)
    }

    fn ask_at_once(
        &self,
        wish: Wish,
        answer: oneshot::Sender<Result<(), CommandError>>,
    ) -> Result<(), Refusal> {
        self.commands
            .try_send((wish, answer))
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => Refusal::Busy,
                mpsc::error::TrySendError::Closed(_) => Refusal::Gone,
            })
    }

    /// Puts a new configuration in force; the answer comes after its records are committed.
    ///
    /// # Errors
    /// When the rules refuse it, or the loop has ended.
    pub async fn reload(&self, reload: Reload) -> Result<(), Refusal> {
        self.ask_patiently(Wish::Reload(Box::new(reload))).await
    }

    async fn ask_patiently(&self, wish: Wish) -> Result<(), Refusal> {
        let (answer, answered) = oneshot::channel();
        if self.commands.send((wish, answer)).await.is_err() {
            return Err(Refusal::Gone);
        }
        told(answered.await)
    }

    /// The latest look.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.looks.borrow().clone()
    }

    /// Looks as they come, at most four a second.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.looks.clone()
    }

    /// How the engine is.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.borrow().clone()
    }
}

fn told(
    answered: Result<Result<(), CommandError>, oneshot::error::RecvError>,
) -> Result<(), Refusal> {
    match answered {
        Ok(result) => result.map_err(Refusal::Refused),
        Err(_ended) => Err(Refusal::Gone),
    }
}
