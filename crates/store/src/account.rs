//! Who may sign in to the pages, their sessions, and the tokens of programs. What is kept of
//! passwords, sessions and tokens are digests that the caller made.

use cuptel_core::id::AccountId;
use cuptel_core::time::UtcMs;
use cuptel_core::words::Role;
use serde::Serialize;

use crate::apart::Change;
use crate::dialect::{Row, ask_shard};
use crate::row::{Columns, read_int};
use crate::store::{Store, StoreError, while_doing};

macro_rules! accounts {
    ($last:literal, $from:literal, $condition:literal) => {
        concat!(
            "
SELECT account.id, account.name, account.role, tenant.name, account.employer, operator.name,
    account.must_change, account.once_until_ms, account.created_ms, account.created_by, ",
            $last,
            "
FROM ",
            $from,
            "
LEFT JOIN tenant ON tenant.shard = account.shard AND tenant.id = account.tenant
LEFT JOIN operator ON operator.shard = account.shard AND operator.id = account.operator
    AND operator.removed_ms IS NULL
WHERE account.shard = $1 AND account.removed_ms IS NULL ",
            $condition
        )
    };
}

const LIST: &str = accounts!("account.password", "account", "ORDER BY account.name");
const BY_NAME: &str = accounts!("account.password", "account", "AND account.name = $2");
const BY_SESSION: &str = accounts!(
    "session.until_ms",
    "session JOIN account ON account.shard = session.shard AND account.id = session.account",
    "AND session.digest = $2 AND session.until_ms > $3"
);

const ADD: &str = "
INSERT INTO account (shard, id, name, role, tenant, employer, operator, password, must_change,
    once_until_ms, created_ms, created_by)
SELECT $1, COALESCE((SELECT MAX(id) FROM account WHERE shard = $1), 0) + 1, $2, $3,
    (SELECT id FROM tenant WHERE shard = $1 AND name = $4), $5,
    (SELECT id FROM operator WHERE shard = $1 AND name = $6 AND removed_ms IS NULL), $7, $8, $9, $10, $11
WHERE NOT EXISTS (SELECT 1 FROM account WHERE shard = $1 AND name = $2 AND removed_ms IS NULL)
RETURNING id";
const ANY: &str = "SELECT COUNT(*) FROM account WHERE shard = $1 AND removed_ms IS NULL";
const SET_PASSWORD: &str = "
UPDATE account SET password = $3, must_change = $4, once_until_ms = $5
WHERE shard = $1 AND name = $2 AND removed_ms IS NULL RETURNING id";
const REMOVE: &str = "
UPDATE account SET removed_ms = $3 WHERE shard = $1 AND name = $2 AND removed_ms IS NULL
RETURNING id";

const SET_ROLE: &str = "
UPDATE account SET role = $3,
    tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $4), employer = $5,
    operator = COALESCE(operator, (SELECT id FROM operator
        WHERE shard = $1 AND name = $6 AND removed_ms IS NULL))
WHERE shard = $1 AND name = $2 AND removed_ms IS NULL RETURNING id";

const BEGIN_SESSION: &str = "
INSERT INTO session (shard, digest, account, begun_ms, until_ms) VALUES ($1, $2, $3, $4, $5)";
const FORGET_ENDED: &str = "DELETE FROM session WHERE shard = $1 AND until_ms <= $2";
const END_SESSION: &str = "DELETE FROM session WHERE shard = $1 AND digest = $2";
const END_SESSIONS: &str = "
DELETE FROM session WHERE shard = $1 AND account IN (
    SELECT id FROM account WHERE shard = $1 AND name = $2)";

const ADD_TOKEN: &str = "
INSERT INTO access_token (shard, id, name, digest, role, tenant, employer, created_ms, created_by,
    ends_ms)
SELECT $1, COALESCE((SELECT MAX(id) FROM access_token WHERE shard = $1), 0) + 1, $2, $3, $4,
    (SELECT id FROM tenant WHERE shard = $1 AND name = $5), $6, $7, $8, $9
WHERE NOT EXISTS (SELECT 1 FROM access_token
    WHERE shard = $1 AND name = $2 AND revoked_ms IS NULL)
RETURNING id";
const REVOKE_TOKEN: &str = "
UPDATE access_token SET revoked_ms = $3 WHERE shard = $1 AND name = $2 AND revoked_ms IS NULL
RETURNING id";

macro_rules! tokens {
    ($condition:literal) => {
        concat!(
            "
SELECT token.name, token.role, tenant.name, token.employer, token.created_ms, token.created_by,
    token.ends_ms
FROM access_token token
LEFT JOIN tenant ON tenant.shard = token.shard AND tenant.id = token.tenant
WHERE token.shard = $1 AND token.revoked_ms IS NULL
    AND (token.ends_ms IS NULL OR token.ends_ms > $2) ",
            $condition
        )
    };
}

const TOKENS: &str = tokens!("ORDER BY token.name");
const TOKEN: &str = tokens!("AND token.digest = $3");

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// Which.
    #[serde(skip)]
    pub id: AccountId,
    /// What they sign in as.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// For which health authority; for the region, without one.
    pub tenant: Option<String>,
    /// For which employer's operators; for all, without one.
    pub employer: Option<String>,
    /// Which operator they are, of those who are one.
    pub operator: Option<String>,
    /// Whether they must choose a password of their own before anything else.
    pub must_change: bool,
    /// Until when they sign in with the password for once, where they have one.
    pub once_until_ms: Option<UtcMs>,
    /// Since when.
    pub created_ms: UtcMs,
    /// Who let them in.
    pub created_by: String,
}

/// An account with what is kept of its password.
#[derive(Clone)]
pub struct KeptAccount {
    /// The account.
    pub account: AccountView,
    /// Digest of the password in PHC form.
    pub password: String,
}

impl std::fmt::Debug for KeptAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptAccount")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// Somebody who is to be let in.
#[derive(Clone)]
pub struct NewAccount {
    /// What they sign in as.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// For which health authority.
    pub tenant: Option<String>,
    /// For which employer's operators.
    pub employer: Option<String>,
    /// Which operator they are.
    pub operator: Option<String>,
    /// Digest of the password in PHC form.
    pub password: String,
    /// Until when they sign in with it, to choose another at once.
    pub once_until_ms: UtcMs,
    /// Now.
    pub created_ms: UtcMs,
    /// Who lets them in.
    pub created_by: String,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount")
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A program that may ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenView {
    /// What it goes by.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// For which health authority; for the region, without one.
    pub tenant: Option<String>,
    /// For which employer's operators; for all, without one.
    pub employer: Option<String>,
    /// Since when.
    pub created_ms: UtcMs,
    /// Who let it in.
    pub created_by: String,
    /// Until when.
    pub ends_ms: Option<UtcMs>,
}

fn account_of(columns: &mut Columns<'_>) -> Result<AccountView, sqlx::Error> {
    Ok(AccountView {
        id: AccountId(columns.int()?),
        name: columns.text()?,
        role: columns.word()?,
        tenant: columns.maybe_text()?,
        employer: columns.maybe_text()?,
        operator: columns.maybe_text()?,
        must_change: columns.int()? != 0,
        once_until_ms: columns.maybe_int()?,
        created_ms: columns.int()?,
        created_by: columns.text()?,
    })
}

fn read(row: &Row) -> Result<KeptAccount, sqlx::Error> {
    let mut columns = Columns::of(row);
    let account = account_of(&mut columns)?;
    let password = columns.text()?;
    Ok(KeptAccount { account, password })
}

fn read_session(row: &Row) -> Result<(AccountView, UtcMs), sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok((account_of(&mut columns)?, columns.int()?))
}

fn read_token(row: &Row) -> Result<TokenView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(TokenView {
        name: columns.text()?,
        role: columns.word()?,
        tenant: columns.maybe_text()?,
        employer: columns.maybe_text()?,
        created_ms: columns.int()?,
        created_by: columns.text()?,
        ends_ms: columns.maybe_int()?,
    })
}

impl Store {
    /// Everybody who may sign in, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self) -> Result<Vec<AccountView>, StoreError> {
        let failed = while_doing("list accounts");
        let mut reading = self.read().await.map_err(&failed)?;
        let kept = ask_shard(LIST).all(&mut reading, read).await;
        let kept = kept.map_err(failed)?;
        Ok(kept.into_iter().map(|kept| kept.account).collect())
    }

    /// The account of this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account(&self, name: &str) -> Result<Option<KeptAccount>, StoreError> {
        let failed = while_doing("read an account");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(BY_NAME).text(name);
        question.maybe(&mut reading, read).await.map_err(failed)
    }

    /// Whether nobody may sign in yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_no_account(&self) -> Result<bool, StoreError> {
        let failed = while_doing("count accounts");
        let mut reading = self.read().await.map_err(&failed)?;
        let count = ask_shard(ANY).one(&mut reading, read_int).await;
        Ok(count.map_err(failed)? == 0)
    }

    /// Lets somebody in; false where the name is taken.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn add_account(&self, new: &NewAccount) -> Result<bool, StoreError> {
        // Whoever is bound to a tenant that is not there would be bound to none.
        self.is_of_a_tenant(new.tenant.as_deref()).await?;
        let change = Change::to("add an account")
            .step(ADD)
            .text(&new.name)
            .text(new.role.as_str())
            .maybe_text(new.tenant.as_deref())
            .maybe_text(new.employer.as_deref())
            .maybe_text(new.operator.as_deref())
            .text(&new.password)
            .int(1)
            .int(new.once_until_ms)
            .int(new.created_ms)
            .text(&new.created_by);
        Ok(self.make(change).await?.is_some())
    }

    /// Gives an account another password, and ends its sessions; false where there is none of the name. One
    /// for once has an end, by which another is chosen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_password(
        &self,
        name: &str,
        password: &str,
        once_until_ms: Option<UtcMs>,
    ) -> Result<bool, StoreError> {
        let change = Change::to("change a password")
            .step(SET_PASSWORD)
            .text(name)
            .text(password)
            .int(i64::from(once_until_ms.is_some()))
            .maybe_int(once_until_ms);
        let change = change.step(END_SESSIONS).text(name);
        Ok(self.make(change).await?.is_some())
    }

    /// Lets somebody in no more, and ends their sessions; false where there is none of the name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_account(&self, name: &str, now_ms: UtcMs) -> Result<bool, StoreError> {
        let change = Change::to("remove an account").step(REMOVE);
        let change = change.text(name).int(now_ms);
        let change = change.step(END_SESSIONS).text(name);
        Ok(self.make(change).await?.is_some())
    }

    /// Gives an account another role, or another reach, and ends its sessions; false where there is none
    /// of the name. The operator is who they are, where they are none yet.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn set_role(
        &self,
        name: &str,
        role: Role,
        (tenant, employer): (Option<&str>, Option<&str>),
        operator: Option<&str>,
    ) -> Result<bool, StoreError> {
        self.is_of_a_tenant(tenant).await?;
        let change = Change::to("change a role")
            .step(SET_ROLE)
            .text(name)
            .text(role.as_str())
            .maybe_text(tenant)
            .maybe_text(employer)
            .maybe_text(operator);
        let change = change.step(END_SESSIONS).text(name);
        Ok(self.make(change).await?.is_some())
    }

    /// Begins a session, and forgets those that are over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_session(
        &self,
        digest: &str,
        account: AccountId,
        now_ms: UtcMs,
        until_ms: UtcMs,
    ) -> Result<(), StoreError> {
        let change = Change::to("begin a session")
            .step(FORGET_ENDED)
            .int(now_ms)
            .step(BEGIN_SESSION)
            .text(digest)
            .int(account.0)
            .int(now_ms)
            .int(until_ms);
        self.make(change).await?;
        Ok(())
    }

    /// Whose session it is, and until when, while it lasts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(
        &self,
        digest: &str,
        now_ms: UtcMs,
    ) -> Result<Option<(AccountView, UtcMs)>, StoreError> {
        let failed = while_doing("read a session");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(BY_SESSION).text(digest).int(now_ms);
        let found = question.maybe(&mut reading, read_session).await;
        found.map_err(failed)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, digest: &str) -> Result<(), StoreError> {
        let change = Change::to("end a session").step(END_SESSION).text(digest);
        self.make(change).await?;
        Ok(())
    }

    /// Lets a program in; false where the name is taken.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn add_token(&self, token: &TokenView, digest: &str) -> Result<bool, StoreError> {
        self.is_of_a_tenant(token.tenant.as_deref()).await?;
        let change = Change::to("add a token")
            .step(ADD_TOKEN)
            .text(&token.name)
            .text(digest)
            .text(token.role.as_str())
            .maybe_text(token.tenant.as_deref())
            .maybe_text(token.employer.as_deref())
            .int(token.created_ms)
            .text(&token.created_by)
            .maybe_int(token.ends_ms);
        Ok(self.make(change).await?.is_some())
    }

    /// Lets a program in no more; false where there is none of the name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_token(&self, name: &str, now_ms: UtcMs) -> Result<bool, StoreError> {
        let change = Change::to("revoke a token").step(REVOKE_TOKEN);
        Ok(self.make(change.text(name).int(now_ms)).await?.is_some())
    }

    /// Programs that may ask.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self, now_ms: UtcMs) -> Result<Vec<TokenView>, StoreError> {
        let failed = while_doing("list tokens");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(TOKENS).int(now_ms);
        question.all(&mut reading, read_token).await.map_err(failed)
    }

    /// The token of this digest, while it holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token(
        &self,
        digest: &str,
        now_ms: UtcMs,
    ) -> Result<Option<TokenView>, StoreError> {
        let failed = while_doing("read a token");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(TOKEN).int(now_ms).text(digest);
        let token = question.maybe(&mut reading, read_token).await;
        token.map_err(failed)
    }
}
