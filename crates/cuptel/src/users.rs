//! `cuptel user …` and `cuptel token …`: who may sign in to the pages, and which programs may ask.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use cuptel_core::time::UtcMs;
use cuptel_core::words::Role;
use cuptel_engine::Clock;
use cuptel_http::password;
use cuptel_store::{Access, NewAccount, OpenError, Store};
use serde_json::{Value, json};

use crate::api::Api;
use crate::cli::{one_of, say};
use crate::config::Config;
use crate::node::names_of;
use crate::serve::runtime;
use crate::shell::{escaped, show_rows};
use crate::tasks::time;

const USER_FIELDS: [&str; 8] = [
    "name",
    "role",
    "tenant",
    "employer",
    "operator",
    "must_change",
    "once_until_ms",
    "created_by",
];
const TOKEN_FIELDS: [&str; 6] = [
    "name",
    "role",
    "tenant",
    "employer",
    "created_by",
    "ends_ms",
];
const LOG_FIELDS: [&str; 6] = ["at_ms", "who", "role", "origin", "act", "about"];
/// Whom the first start lets in.
const FIRST: &str = "amministratore";
/// Who did what was done beside the running node.
const SHELL: &str = "shell";

/// What can be done about those who sign in.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum UserCommand {
    /// Everybody who may sign in
    List {
        /// JSON instead of a table
        #[arg(long)]
        json: bool,
        /// From the database itself, while no node runs
        #[arg(long)]
        offline: bool,
    },
    /// Lets somebody in, and tells the password with which they sign in once and choose their own
    ///
    /// An operator works on a seat; a supervisor sees to operators, queues and callbacks; an administrator
    /// of a tenant sets up what belongs to it, one of the region everything; an auditor looks at everything
    /// and at who looked, and changes nothing.
    Add {
        /// What they sign in as
        name: String,
        /// What they may do
        #[arg(long, value_parser = one_of(Role::ALL))]
        role: Role,
        #[command(flatten)]
        reach: ScopeOf,
        /// Which operator they are, as `cuptel operators list` names them; for an operator, the name of the
        /// account where nothing is said
        #[arg(long, value_name = "NAME")]
        operator: Option<String>,
        /// In the database itself, while no node runs
        #[arg(long)]
        offline: bool,
    },
    /// Gives somebody a new password, for once; their sessions end
    Password {
        /// What they sign in as
        name: String,
        /// In the database itself, while no node runs
        #[arg(long)]
        offline: bool,
    },
    /// Gives somebody another role; their sessions end
    ///
    /// It is for where the role was until now, unless something else is said.
    Role {
        /// What they sign in as
        name: String,
        /// What they may do
        #[arg(value_parser = one_of(Role::ALL))]
        role: Role,
        #[command(flatten)]
        reach: ScopeOf,
        /// For the whole region, and the operators of every employer
        #[arg(long, conflicts_with_all = ["tenant", "employer"])]
        region: bool,
    },
    /// Lets somebody in no more; their sessions end
    Remove {
        /// What they sign in as
        name: String,
    },
    /// Who signed in, changed something or looked at somebody's number, newest first
    Log {
        /// Of this user or token only
        #[arg(long, value_name = "NAME")]
        who: Option<String>,
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// JSON instead of a table
        #[arg(long)]
        json: bool,
    },
}

/// What can be done about programs that ask.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum TokenCommand {
    /// Programs that may ask
    List {
        /// JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Lets a program in, and tells its token, once
    Add {
        /// What it goes by
        name: String,
        /// What it may do
        #[arg(long, value_parser = one_of(Role::ALL))]
        role: Role,
        #[command(flatten)]
        reach: ScopeOf,
        /// Until when, with its zone: 2026-12-31T18:00:00+01:00
        #[arg(long, value_name = "TIME", value_parser = time)]
        until: Option<UtcMs>,
    },
    /// Lets a program in no more
    Revoke {
        /// What it goes by
        name: String,
    },
}

/// How far a user or a program reaches.
#[derive(Debug, Clone, Args)]
pub(crate) struct ScopeOf {
    /// For this health authority, the `name` of a `[[tenant]]`; for the region without
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// For the operators of this employer; for all without
    #[arg(long, value_name = "NAME")]
    employer: Option<String>,
}

impl ScopeOf {
    /// A role as far as it reaches, in words.
    fn with(&self, role: Role) -> String {
        let mut text = role.as_str().replace('_', " ");
        match &self.tenant {
            Some(tenant) => text.push_str(&format!(" of {tenant}")),
            None => text.push_str(" of the whole region"),
        }
        if let Some(employer) = &self.employer {
            text.push_str(&format!(", for the operators of {employer}"));
        }
        text
    }
}

/// Gives a user another role: for where it is said, or where the one until now was; what came of it.
fn set_role(
    api: &Api,
    name: &str,
    role: Role,
    (reach, region): (ScopeOf, bool),
) -> anyhow::Result<String> {
    let known = scope_of(api, name)?;
    let reach = if region {
        reach
    } else {
        ScopeOf {
            tenant: reach.tenant.or(known.tenant),
            employer: reach.employer.or(known.employer),
        }
    };
    let path = format!("users/{}/role", escaped(name));
    let told = json!({ "role": role, "tenant": reach.tenant, "employer": reach.employer });
    api.post(&path, &told)?;
    Ok(format!("{name} is {} now.", reach.with(role)))
}

/// How far a user reaches now.
fn scope_of(api: &Api, name: &str) -> anyhow::Result<ScopeOf> {
    let users = api.get_all("users")?;
    let users = users["users"].as_array().map_or(&[][..], Vec::as_slice);
    let user = users.iter().find(|user| user["name"] == name);
    let user = user.with_context(|| format!("there is no user \"{name}\""))?;
    let word = |field: &str| user[field].as_str().map(str::to_owned);
    Ok(ScopeOf {
        tenant: word("tenant"),
        employer: word("employer"),
    })
}

/// `user`.
pub(crate) fn users(config: &Config, command: UserCommand) -> anyhow::Result<ExitCode> {
    match command {
        UserCommand::List { json, offline } => {
            let users = if offline {
                crate::shell::offline(config, async |store| Ok(json!(store.accounts().await?)))?
            } else {
                Api::or_offline(config)?.get_all("users")?
            };
            return show_rows(&users, &USER_FIELDS, json);
        }
        UserCommand::Add {
            name,
            role,
            reach,
            operator,
            offline,
        } => {
            let text = if offline {
                let new = Newcomer {
                    name: &name,
                    role,
                    reach,
                    operator,
                };
                added_offline(config, new)?
            } else {
                let told = json!({ "name": name, "role": role, "tenant": reach.tenant,
                    "employer": reach.employer, "operator": operator });
                password_of(&api(config)?.post("users", &told)?)?
            };
            say(&for_once(&name, &text));
        }
        UserCommand::Password { name, offline } => {
            let text = if offline {
                given_offline(config, &name)?
            } else {
                let path = format!("users/{}/password", escaped(&name));
                password_of(&api(config)?.post(&path, &json!({}))?)?
            };
            say(&for_once(&name, &text));
        }
        UserCommand::Role {
            name,
            role,
            reach,
            region,
        } => say(&set_role(&Api::of(config)?, &name, role, (reach, region))?),
        UserCommand::Remove { name } => {
            let path = format!("users/{}/remove", escaped(&name));
            Api::of(config)?.post(&path, &json!({}))?;
            say(&format!("{name} is let in no more."));
        }
        UserCommand::Log { who, limit, json } => {
            let who = who.map_or(String::new(), |who| format!("&who={}", escaped(&who)));
            let log = Api::of(config)?.get(&format!("access-log?limit={limit}{who}"))?;
            return show_rows(&log, &LOG_FIELDS, json);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `token`.
pub(crate) fn tokens(config: &Config, command: TokenCommand) -> anyhow::Result<ExitCode> {
    let api = Api::of(config)?;
    match command {
        TokenCommand::List { json } => {
            return show_rows(&api.get_all("tokens")?, &TOKEN_FIELDS, json);
        }
        TokenCommand::Add {
            name,
            role,
            reach,
            until,
        } => {
            let told = json!({ "name": name, "role": role, "tenant": reach.tenant,
                "employer": reach.employer, "ends_ms": until });
            let answer = api.post("tokens", &told)?;
            let token = answer["token"].as_str().context("the node told no token")?;
            say(&format!(
                "{name} sends `Authorization: Bearer {token}`. It is told this once."
            ));
        }
        TokenCommand::Revoke { name } => {
            api.post(&format!("tokens/{}/revoke", escaped(&name)), &json!({}))?;
            say(&format!("{name} is let in no more."));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn api(config: &Config) -> anyhow::Result<Api> {
    Api::otherwise(config, ", or say --offline while none runs")
}

fn password_of(answer: &Value) -> anyhow::Result<String> {
    let text = answer["password"].as_str();
    Ok(text.context("the node told no password")?.to_owned())
}

fn for_once(name: &str, text: &str) -> String {
    format!("{name} signs in with {text} once, within 72 hours, and then chooses a password.")
}

struct Newcomer<'a> {
    name: &'a str,
    role: Role,
    reach: ScopeOf,
    operator: Option<String>,
}

/// With the right to write, which a running node has.
fn writing<T>(
    config: &Config,
    change: impl AsyncFnOnce(&Store) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    runtime()?.block_on(async {
        let opened = cuptel_store::open(&config.data.url.reveal()?, Access::Serve).await;
        let store = match opened {
            Err(OpenError::InUse { .. } | OpenError::PlaceInUse { .. }) => {
                bail!("a node runs on this database: leave out --offline")
            }
            opened => opened?,
        };
        store.intern(&names_of(config)).await?;
        let done = change(&store).await;
        store.close().await.context("closing the database")?;
        done
    })
}

fn added_offline(config: &Config, new: Newcomer<'_>) -> anyhow::Result<String> {
    let known = |tenant: &String| config.tenants.iter().any(|it| it.name == *tenant);
    if let Some(tenant) = new.reach.tenant.as_ref().filter(|tenant| !known(tenant)) {
        bail!("there is no tenant \"{tenant}\"");
    }
    writing(config, async |store| {
        let operator = match (new.role, new.operator) {
            (Role::Operator, None) => Some(new.name.to_owned()),
            (_, operator) => operator,
        };
        if let Some(operator) = operator.as_deref()
            && store.operator(operator).await?.is_none()
        {
            bail!("there is no operator \"{operator}\": see cuptel operators list");
        }
        if let Some(employer) = new.reach.employer.as_deref()
            && !has_employer(store, employer).await?
        {
            bail!("no operator works for \"{employer}\": see cuptel operators list");
        }
        let text = password::one_time()?;
        let account = NewAccount {
            name: new.name.to_owned(),
            role: new.role,
            tenant: new.reach.tenant,
            employer: new.reach.employer,
            operator,
            password: password::digest(&text)?,
            once_until_ms: password::once_until(Clock::start().now().utc_ms),
            created_ms: Clock::start().now().utc_ms,
            created_by: SHELL.to_owned(),
        };
        if !store.add_account(&account).await? {
            bail!("there is a user \"{}\" already", new.name);
        }
        Ok(text)
    })
}

async fn has_employer(store: &Store, employer: &str) -> anyhow::Result<bool> {
    let operators = store.operators().await?;
    Ok(operators.iter().any(|it| it.employer == employer))
}

fn given_offline(config: &Config, name: &str) -> anyhow::Result<String> {
    writing(config, async |store| {
        let text = password::one_time()?;
        let kept = password::digest(&text)?;
        let once_until_ms = password::once_until(Clock::start().now().utc_ms);
        if !store.set_password(name, &kept, Some(once_until_ms)).await? {
            bail!("there is no user \"{name}\"");
        }
        Ok(text)
    })
}

/// The name and the password for once of whom a first start lets in; nothing where somebody is.
pub(crate) async fn first(
    store: &Store,
    now_ms: UtcMs,
) -> anyhow::Result<Option<(&'static str, String)>> {
    if !store.has_no_account().await? {
        return Ok(None);
    }
    let text = password::one_time()?;
    let account = NewAccount {
        name: FIRST.to_owned(),
        role: Role::RegionAdministrator,
        tenant: None,
        employer: None,
        operator: None,
        password: password::digest(&text)?,
        once_until_ms: password::once_until(now_ms),
        created_ms: now_ms,
        created_by: "start".to_owned(),
    };
    let added = store.add_account(&account).await?;
    Ok(added.then_some((FIRST, text)))
}
