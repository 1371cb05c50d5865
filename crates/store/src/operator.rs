//! Operators with their skills: images, all of them at start, and who they are.

use std::collections::BTreeMap;

use cuptel_core::id::{OperatorId, TenantId};
use cuptel_core::record::OperatorRow;
use serde::Serialize;

use crate::dialect::{Connection, Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::{Columns, all};
use crate::store::{Store, StoreError, while_doing};

pub(crate) const UPSERT: &str = upsert!(operator {
    2 name TEXT,
    3 employer TEXT,
    4 removed_ms BIGINT,
    5 home BIGINT,
});

/// Takes the same array as `UPSERT`: an operator's skills are replaced as a whole, but
/// only by an image that was not itself older than the stored one.
pub(crate) const FORGET_SKILLS: &str = "
DELETE FROM operator_skill WHERE shard = $2 AND operator IN (
    SELECT operator.id FROM jsonb_each($1)
    JOIN operator ON operator.shard = $2 AND operator.id = CAST(value->>0 AS BIGINT)
    WHERE operator.seq = CAST(value->>1 AS BIGINT))";

/// Takes `[operator, seq, skill, level]`.
pub(crate) const INSERT_SKILLS: &str = "
INSERT INTO operator_skill (shard, operator, skill, level)
SELECT $2, operator.id, value->>2, CAST(value->>3 AS BIGINT) FROM jsonb_each($1)
JOIN operator ON operator.shard = $2 AND operator.id = CAST(value->>0 AS BIGINT)
WHERE operator.seq = CAST(value->>1 AS BIGINT)
ON CONFLICT (shard, operator, skill) DO UPDATE SET level = excluded.level";

const ALL: &str =
    "SELECT id, name, employer, removed_ms, home FROM operator WHERE shard = $1 ORDER BY id";
const SKILLS: &str = "
SELECT operator, skill, level FROM operator_skill WHERE shard = $1 ORDER BY operator, skill";

const VIEWS: &str = "
SELECT operator.id, operator.name, operator.employer, tenant.name, seat.name,
    operator_pin.number
FROM operator
LEFT JOIN tenant ON tenant.shard = operator.shard AND tenant.id = operator.home
LEFT JOIN sign_in ON sign_in.shard = operator.shard AND sign_in.operator = operator.id
    AND sign_in.until_ms IS NULL
LEFT JOIN seat ON seat.shard = operator.shard AND seat.id = sign_in.seat
LEFT JOIN operator_pin ON operator_pin.shard = operator.shard AND operator_pin.id = operator.id
    AND operator_pin.erased_ms IS NULL
WHERE operator.shard = $1 AND operator.removed_ms IS NULL
    AND (CAST($2 AS TEXT) IS NULL OR operator.name = $2)
ORDER BY operator.name";

/// Who somebody is and what they can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatorView {
    /// The operator.
    pub id: OperatorId,
    /// Login name.
    pub name: String,
    /// Who employs them.
    pub employer: String,
    /// The health authority that they belong to.
    pub home: Option<String>,
    /// Levels from 1 to 5, by skill.
    pub skills: BTreeMap<String, u8>,
    /// Where they are signed in.
    pub seat: Option<String>,
    /// What they key in for their name on a phone.
    pub number: Option<String>,
}

pub(crate) fn image(row: &OperatorRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .text(&row.name)
        .text(&row.employer)
        .maybe_int(row.removed_ms)
        .maybe_int(row.home.map(|tenant| tenant.0))
        .end();
}

pub(crate) fn skill_images(row: &OperatorRow, seq: i64, images: &mut Images) {
    for (skill, level) in &row.skills {
        images
            .row(row.id.0, seq)
            .text(skill)
            .int(i64::from(*level))
            .end();
    }
}

fn read(row: &Row) -> Result<OperatorRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(OperatorRow {
        id: OperatorId(columns.int()?),
        name: columns.text()?,
        employer: columns.text()?,
        skills: Vec::new(),
        removed_ms: columns.maybe_int()?,
        home: columns.maybe_int()?.map(TenantId),
    })
}

fn read_skill(row: &Row) -> Result<(i64, (String, u8)), sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok((columns.int()?, (columns.text()?, columns.small()?)))
}

type Skills = BTreeMap<i64, Vec<(String, u8)>>;

async fn all_skills(connection: &mut Connection) -> Result<Skills, sqlx::Error> {
    let mut skills = Skills::new();
    for (operator, skill) in all(connection, SKILLS, read_skill).await? {
        skills.entry(operator).or_default().push(skill);
    }
    Ok(skills)
}

/// All operators with their skills, those who work here no more too.
pub(crate) async fn load(connection: &mut Connection) -> Result<Vec<OperatorRow>, sqlx::Error> {
    let mut skills = all_skills(connection).await?;
    let mut operators = all(connection, ALL, read).await?;
    for operator in &mut operators {
        operator.skills = skills.remove(&operator.id.0).unwrap_or_default();
    }
    Ok(operators)
}

fn view(row: &Row) -> Result<OperatorView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(OperatorView {
        id: OperatorId(columns.int()?),
        name: columns.text()?,
        employer: columns.text()?,
        home: columns.maybe_text()?,
        skills: BTreeMap::new(),
        seat: columns.maybe_text()?,
        number: columns.maybe_text()?,
    })
}

impl Store {
    /// Everybody who works here, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn operators(&self) -> Result<Vec<OperatorView>, StoreError> {
        let failed = while_doing("list operators");
        self.operator_views(None).await.map_err(failed)
    }

    /// The operator of this name, if somebody of it works here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn operator(&self, name: &str) -> Result<Option<OperatorView>, StoreError> {
        let failed = while_doing("read an operator");
        let mut found = self.operator_views(Some(name)).await.map_err(failed)?;
        Ok(found.pop())
    }

    async fn operator_views(&self, name: Option<&str>) -> Result<Vec<OperatorView>, sqlx::Error> {
        let mut reading = self.read().await?;
        let mut skills = all_skills(&mut reading).await?;
        let question = ask_shard(VIEWS).maybe_text(name);
        let mut operators = question.all(&mut reading, view).await?;
        for operator in &mut operators {
            let own = skills.remove(&operator.id.0).unwrap_or_default();
            operator.skills = own.into_iter().collect();
        }
        Ok(operators)
    }
}
