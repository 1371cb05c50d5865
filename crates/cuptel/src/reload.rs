//! The configuration of a running node: read at the start, read again on SIGHUP or through the
//! API, and put in force whole or not at all.
//!
//! A change that needs a restart refuses the whole reload: what runs is then always one
//! configuration that somebody wrote, and its hash tells which.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cuptel_core::reload::StillNeeded;
use cuptel_core::rules::{PromptId, Rules};
use cuptel_core::step::CommandError;
use cuptel_core::words::ChangedBy;
use cuptel_engine::{Clock, Handle, Refusal, Reload};
use cuptel_http::{Certificate, Configuration, FailedReload, NotReloaded};
use cuptel_media::PromptLibrary;
use cuptel_store::{Interned, Store};
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot, watch};

use crate::config::announcing::AnnouncingSettings;
use crate::config::{self, Config};
use crate::node::{StoredIds, names_of, trunk_peers};
use crate::setup;

/// Reloads that may wait for the one that goes on.
const WAITING_MAX: usize = 4;
/// How long the database may take for the names of a new configuration: who asked waits.
const NAMES_WAIT: Duration = Duration::from_secs(5);
/// Sounds that callers of earlier configurations may still hear stay in memory; beyond this a
/// restart lets go of them.
const PROMPT_BYTES_MAX: usize = 512 * 1024 * 1024;

/// A configuration with the sounds that it names.
pub(crate) struct Deployment {
    pub(crate) config: Config,
    /// Of every file, prompts included.
    pub(crate) hash: String,
    /// These prompts, and those of the configurations before it.
    pub(crate) prompts: Arc<PromptLibrary>,
    /// What the library calls each prompt of the configuration.
    places: Vec<PromptId>,
    /// Of whoever may record the message of an emergency by phone.
    pins: Vec<String>,
}

impl Deployment {
    /// Reads the sounds that a configuration names; those that `before` knows keep their
    /// identifiers.
    ///
    /// # Errors
    /// Every prompt that cannot be used, its file first.
    pub(crate) fn of(config: Config, before: &PromptLibrary) -> Result<Self, Vec<String>> {
        let mut prompts = before.clone();
        let mut hash = config.fingerprint().clone();
        let (mut places, mut faults) = (Vec::new(), Vec::new());
        for (name, path) in config.prompt_files() {
            let sound = std::fs::read(path)
                .map_err(|error| format!("{}: cannot be read: {error}", path.display()));
            let taken = sound.and_then(|sound| {
                hash.update(name);
                hash.update(Sha256::digest(&sound));
                prompts
                    .renew_wav(name, &sound)
                    .map_err(|error| format!("{}: {error}", path.display()))
            });
            match taken {
                Ok(id) => places.push(PromptId(id.0)),
                Err(fault) => faults.push(fault),
            }
        }
        if prompts.bytes() > PROMPT_BYTES_MAX {
            faults.push(format!(
                "prompts of this and of earlier configurations take {} MB, and {} MB is the \
                 most: a restart lets go of the earlier ones",
                prompts.bytes() / 1_048_576,
                PROMPT_BYTES_MAX / 1_048_576
            ));
        }
        if let Some(certificate) = &config.certificate {
            hash.update(certificate.fingerprint());
        }
        let pins = config.announcing.as_ref().map(AnnouncingSettings::reveal);
        let pins = match pins.transpose() {
            Ok(pins) => pins.unwrap_or_default(),
            Err(mut wrong) => {
                faults.append(&mut wrong);
                Vec::new()
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            pins,
            hash: hex(&hash.finalize()),
            config,
            prompts: Arc::new(prompts),
            places,
        })
    }

    /// The rules, with every name resolved.
    pub(crate) fn rules(&self, ids: &StoredIds) -> Rules {
        let mut rules = self.config.rules(ids);
        let announcing = self.config.announcing.as_ref();
        rules.announcing = announcing.map(|settings| settings.policy(&self.pins, ids));
        rules.renumber_prompts(&self.places);
        rules.hash.clone_from(&self.hash);
        rules
    }

    /// As pages and API show it.
    pub(crate) fn shown(&self, path: &Path, since_ms: i64) -> Configuration {
        let titles: Vec<_> = self
            .config
            .tenants
            .iter()
            .map(|tenant| tenant.title.as_str())
            .collect();
        Configuration {
            hash: self.hash.clone(),
            since_ms,
            title: titles.join(", "),
            zones: self.config.zones(),
            failed: None,
            setup: setup::of(&self.config, path),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What would be lost with queues and tenants that a configuration has no more.
pub(crate) fn told(path: &Path, needed: &[StillNeeded], names: &Interned) -> Vec<String> {
    let count = |n: u32, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    };
    let tell = |entry: &StillNeeded| {
        let tenant = names.tenants.iter().find(|(_, id)| **id == entry.tenant);
        let tenant = tenant.map_or("", |(name, _)| name.as_str());
        let needs: Vec<_> = [
            count(entry.callbacks, "open callback", "open callbacks"),
            count(entry.calls, "call in progress", "calls in progress"),
            count(entry.tasks, "open task", "open tasks"),
            count(entry.campaigns, "open campaign", "open campaigns"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let (file, needs) = (path.display(), needs.join(" and "));
        let queue = names
            .queues
            .iter()
            .find(|(_, id)| Some(**id) == entry.queue);
        match queue {
            Some(((_, queue), _)) => format!(
                "{file}: queue \"{queue}\" of tenant \"{tenant}\" is gone and {needs} would be lost with it: expected `replaces = [\"{queue}\"]` in the [[queue]] of that tenant that takes them over"
            ),
            None => format!(
                "{file}: tenant \"{tenant}\" is gone and {needs} would be lost with it: expected the tenant to stay until they are closed"
            ),
        }
    };
    needed.iter().map(tell).collect()
}

/// Settings that are read at the start alone, and differ.
fn needs_restart(path: &Path, running: &Config, wanted: &Config, pairs: u32) -> Vec<String> {
    let mut changed: Vec<String> = [
        ("[data]", running.data != wanted.data),
        ("[replay]", running.replay != wanted.replay),
        ("[sip]", running.sip != wanted.sip),
        ("[[listener]]", running.listeners != wanted.listeners),
        ("[tcp]", running.tcp != wanted.tcp),
        ("[media]", running.media != wanted.media),
        ("[http]", running.http != wanted.http),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(setting, _)| format!("{setting} has changed"))
    .collect();
    let channels: u32 = wanted.trunks.iter().map(|trunk| trunk.channels).sum();
    let grown = channels > running.trunks.iter().map(|trunk| trunk.channels).sum();
    // A caller and an operator: two legs, a pair of ports each.
    if grown && channels.saturating_mul(2) > pairs {
        changed.push(format!(
            "{channels} channels want {} pairs of ports for voice and {pairs} are open",
            channels.saturating_mul(2)
        ));
    }
    changed
        .into_iter()
        .map(|what| {
            format!(
                "{}: needs a restart: {what}; nothing else was taken either",
                path.display()
            )
        })
        .collect()
}

type Ask = (
    ChangedBy,
    oneshot::Sender<Result<Arc<Configuration>, NotReloaded>>,
);

/// Where a reload is asked for.
#[derive(Debug, Clone)]
pub(crate) struct ReloadDoor {
    asks: mpsc::Sender<Ask>,
    shown: watch::Receiver<Arc<Configuration>>,
}

impl ReloadDoor {
    /// The configuration in force.
    pub(crate) fn shown(&self) -> Arc<Configuration> {
        self.shown.borrow().clone()
    }

    /// Asks for a reload; it is carried out whether or not anybody waits for the answer.
    pub(crate) fn ask(
        &self,
        by: ChangedBy,
    ) -> Result<oneshot::Receiver<Result<Arc<Configuration>, NotReloaded>>, NotReloaded> {
        let (answer, answered) = oneshot::channel();
        match self.asks.try_send((by, answer)) {
            Ok(()) => Ok(answered),
            Err(mpsc::error::TrySendError::Full(_)) => Err(NotReloaded::Busy),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(NotReloaded::Gone),
        }
    }

    /// As `ask`, and waits.
    pub(crate) async fn reload(&self, by: ChangedBy) -> Result<Arc<Configuration>, NotReloaded> {
        match self.ask(by)?.await {
            Ok(result) => result,
            Err(_stopping) => Err(NotReloaded::Gone),
        }
    }
}

/// Carries out reloads, one after the other.
pub(crate) struct Reloader {
    path: PathBuf,
    running: Deployment,
    /// Pairs of ports for voice that are open.
    pairs: u32,
    store: Store,
    engine: Handle,
    clock: Clock,
    asks: mpsc::Receiver<Ask>,
    shown: watch::Sender<Arc<Configuration>>,
    /// What the pages show, where they speak TLS.
    certificate: Option<watch::Sender<Certificate>>,
}

impl Reloader {
    pub(crate) fn new(
        path: &Path,
        running: Deployment,
        pairs: u32,
        store: Store,
        engine: Handle,
        clock: Clock,
    ) -> (Self, ReloadDoor) {
        let certificate = running.config.certificate.as_ref();
        let certificate = certificate.map(|shown| watch::Sender::new(shown.clone()));
        let shown = Arc::new(running.shown(path, clock.now().utc_ms));
        let (shown, shown_to) = watch::channel(shown);
        let (asks, to_do) = mpsc::channel(WAITING_MAX);
        let reloader = Self {
            path: path.to_owned(),
            running,
            pairs,
            store,
            engine,
            clock,
            asks: to_do,
            shown,
            certificate,
        };
        reloader.measure();
        let door = ReloadDoor {
            asks,
            shown: shown_to,
        };
        (reloader, door)
    }

    /// The configuration in force.
    pub(crate) fn config(&self) -> &Config {
        &self.running.config
    }

    /// Carries out what is asked for, for ever.
    pub(crate) async fn serve(&mut self) -> Infallible {
        while let Some((by, answer)) = self.asks.recv().await {
            let result = self.reload(by).await;
            self.tell(by, &result);
            let result = result.map(|_| self.shown.borrow().clone());
            if answer.send(result).is_err() {
                tracing::debug!("nobody waits for the end of a reload");
            }
        }
        std::future::pending().await
    }

    /// Whether anything has changed.
    async fn reload(&mut self, by: ChangedBy) -> Result<bool, NotReloaded> {
        let faults = NotReloaded::Faults;
        let wanted = tokio::task::block_in_place(|| self.read()).map_err(faults)?;
        if wanted.hash == self.running.hash {
            return Ok(false);
        }
        let names = self.names(&wanted.config).await;
        let ids = StoredIds(names.map_err(|error| {
            faults(vec![format!(
                "the database did not take the names: {error:#}"
            )])
        })?);
        let trunks = trunk_peers(&wanted.config, &ids)
            .map_err(|error| faults(vec![format!("{}: {error:#}", self.path.display())]))?;
        let reload = Reload {
            switch: cuptel_call::Reload {
                rules: Arc::new(wanted.rules(&ids)),
                trunks,
                by,
            },
            prompts: wanted.prompts.clone(),
        };
        match self.engine.reload(reload).await {
            Ok(()) => {
                self.running = wanted;
                self.show();
                Ok(true)
            }
            Err(Refusal::Refused(CommandError::StillNeeded(needed))) => {
                Err(faults(told(&self.path, &needed, &ids.0)))
            }
            Err(Refusal::Busy) => Err(NotReloaded::Busy),
            Err(Refusal::Gone | Refusal::Refused(_)) => Err(NotReloaded::Gone),
        }
    }

    /// What the pages show from now on; a change from none or to none needs a restart.
    pub(crate) fn certificate(&self) -> Option<watch::Receiver<Certificate>> {
        self.certificate.as_ref().map(watch::Sender::subscribe)
    }

    fn show(&self) {
        if let (Some(shown), Some(read)) = (&self.certificate, &self.running.config.certificate) {
            shown.send_replace(read.clone());
        }
        self.measure();
    }

    /// Until when the certificate holds, for whoever watches.
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit")]
    fn measure(&self) {
        if let Some(certificate) = &self.running.config.certificate {
            let until_s = (certificate.until_ms() / 1_000) as f64;
            metrics::gauge!("cuptel_certificate_not_after_seconds").set(until_s);
        }
    }

    async fn names(&self, wanted: &Config) -> anyhow::Result<Interned> {
        let names = names_of(wanted);
        match tokio::time::timeout(NAMES_WAIT, self.store.intern(&names)).await {
            Ok(names) => Ok(names?),
            Err(_stalled) => anyhow::bail!("no answer within {} s", NAMES_WAIT.as_secs()),
        }
    }

    fn read(&self) -> Result<Deployment, Vec<String>> {
        let config = config::load(&self.path)
            .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        let changed = needs_restart(&self.path, &self.running.config, &config, self.pairs);
        if !changed.is_empty() {
            return Err(changed);
        }
        Deployment::of(config, &self.running.prompts)
    }

    /// Log, metric, and what pages show.
    fn tell(&self, by: ChangedBy, result: &Result<bool, NotReloaded>) {
        let at_ms = self.clock.now().utc_ms;
        let since_ms = self.shown.borrow().since_ms;
        let (word, shown) = match result {
            Ok(true) => {
                for warning in self.running.config.warnings() {
                    tracing::warn!("{warning}");
                }
                tracing::info!(%by, hash = self.running.hash, "configuration taken; calls in progress go on");
                ("applied", self.running.shown(&self.path, at_ms))
            }
            Ok(false) => {
                tracing::info!(%by, hash = self.running.hash, "configuration read again: nothing has changed");
                ("unchanged", self.running.shown(&self.path, since_ms))
            }
            Err(error) => {
                let faults = match error {
                    NotReloaded::Faults(faults) => faults.clone(),
                    NotReloaded::Busy | NotReloaded::Gone => vec![error.to_string()],
                };
                for fault in &faults {
                    tracing::error!(%by, "configuration not taken, nothing has changed: {fault}");
                }
                let failed = Some(FailedReload { at_ms, faults });
                let shown = self.running.shown(&self.path, since_ms);
                ("refused", Configuration { failed, ..shown })
            }
        };
        metrics::counter!("cuptel_config_reloads_total", "result" => word).increment(1);
        self.shown.send_replace(Arc::new(shown));
    }
}
