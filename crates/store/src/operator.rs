//! Operators with their skills: images, and all of them at start.

use std::collections::BTreeMap;

use cuptel_core::id::OperatorId;
use cuptel_core::record::OperatorRow;

use crate::dialect::{Connection, Row, upsert};
use crate::image::Images;
use crate::row::{Columns, all};

pub(crate) const UPSERT: &str = upsert!(operator {
    2 name TEXT,
    3 employer TEXT,
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

const ALL: &str = "SELECT id, name, employer FROM operator WHERE shard = $1 ORDER BY id";
const SKILLS: &str = "
SELECT operator, skill, level FROM operator_skill WHERE shard = $1 ORDER BY operator, skill";

pub(crate) fn image(row: &OperatorRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .text(&row.name)
        .text(&row.employer)
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
    })
}

fn read_skill(row: &Row) -> Result<(i64, (String, u8)), sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok((columns.int()?, (columns.text()?, columns.small()?)))
}

/// All operators with their skills.
pub(crate) async fn load(connection: &mut Connection) -> Result<Vec<OperatorRow>, sqlx::Error> {
    let mut skills: BTreeMap<i64, Vec<(String, u8)>> = BTreeMap::new();
    for (operator, skill) in all(connection, SKILLS, read_skill).await? {
        skills.entry(operator).or_default().push(skill);
    }
    let mut operators = all(connection, ALL, read).await?;
    for operator in &mut operators {
        operator.skills = skills.remove(&operator.id.0).unwrap_or_default();
    }
    Ok(operators)
}
