//! The steps that lead to the present schema, one text for every database.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

/// Number, name, statements.
pub(super) type Step = (i64, &'static str, &'static str);

/// Every migration. Never edited once landed.
pub(super) const ALL: &[Step] = &[
    (1, "first", include_str!("../../migrations/0001_first.sql")),
    (
        2,
        "config_version",
        include_str!("../../migrations/0002_config_version.sql"),
    ),
    (
        3,
        "promise",
        include_str!("../../migrations/0003_promise.sql"),
    ),
    (
        4,
        "backlog",
        include_str!("../../migrations/0004_backlog.sql"),
    ),
    (
        5,
        "people",
        include_str!("../../migrations/0005_people.sql"),
    ),
    (
        6,
        "decision",
        include_str!("../../migrations/0006_decision.sql"),
    ),
    (7, "wait", include_str!("../../migrations/0007_wait.sql")),
    (8, "tasks", include_str!("../../migrations/0008_tasks.sql")),
    (9, "lend", include_str!("../../migrations/0009_lend.sql")),
    (10, "chain", include_str!("../../migrations/0010_chain.sql")),
    (
        11,
        "closure",
        include_str!("../../migrations/0011_closure.sql"),
    ),
    (
        12,
        "dial_number",
        include_str!("../../migrations/0012_dial_number.sql"),
    ),
    (
        13,
        "review",
        include_str!("../../migrations/0013_review.sql"),
    ),
    (
        14,
        "need_detail",
        include_str!("../../migrations/0014_need_detail.sql"),
    ),
    (
        15,
        "number_mark",
        include_str!("../../migrations/0015_number_mark.sql"),
    ),
    (
        16,
        "task_decision",
        include_str!("../../migrations/0016_task_decision.sql"),
    ),
    (
        17,
        "campaign",
        include_str!("../../migrations/0017_campaign.sql"),
    ),
    (
        18,
        "code_word",
        include_str!("../../migrations/0018_code_word.sql"),
    ),
    (19, "bulk", include_str!("../../migrations/0019_bulk.sql")),
    (
        20,
        "person_first",
        include_str!("../../migrations/0020_person_first.sql"),
    ),
    (
        21,
        "reminder",
        include_str!("../../migrations/0021_reminder.sql"),
    ),
    (
        22,
        "decline",
        include_str!("../../migrations/0022_decline.sql"),
    ),
    (
        23,
        "chosen_time",
        include_str!("../../migrations/0023_chosen_time.sql"),
    ),
    (
        24,
        "campaign_preview",
        include_str!("../../migrations/0024_campaign_preview.sql"),
    ),
    (
        25,
        "bulk_too_late",
        include_str!("../../migrations/0025_bulk_too_late.sql"),
    ),
    (
        26,
        "announcement",
        include_str!("../../migrations/0026_announcement.sql"),
    ),
    (
        27,
        "birth_year",
        include_str!("../../migrations/0027_birth_year.sql"),
    ),
    (
        28,
        "campaign_dials",
        include_str!("../../migrations/0028_campaign_dials.sql"),
    ),
    (
        29,
        "account",
        include_str!("../../migrations/0029_account.sql"),
    ),
    (
        30,
        "side_call",
        include_str!("../../migrations/0030_side_call.sql"),
    ),
    (
        31,
        "operator_pin",
        include_str!("../../migrations/0031_operator_pin.sql"),
    ),
    (32, "desk", include_str!("../../migrations/0032_desk.sql")),
    (33, "admin", include_str!("../../migrations/0033_admin.sql")),
    (
        34,
        "console",
        include_str!("../../migrations/0034_console.sql"),
    ),
    (
        35,
        "task_request",
        include_str!("../../migrations/0035_task_request.sql"),
    ),
    (
        37,
        "own_result",
        include_str!("../../migrations/0037_own_result.sql"),
    ),
    (
        38,
        "request",
        include_str!("../../migrations/0038_request.sql"),
    ),
    (
        40,
        "conversation_note",
        include_str!("../../migrations/0040_conversation_note.sql"),
    ),
    (42, "desk", include_str!("../../migrations/0042_desk.sql")),
    (
        44,
        "access_scope",
        include_str!("../../migrations/0044_access_scope.sql"),
    ),
    (
        45,
        "sign_in_places",
        include_str!("../../migrations/0045_sign_in_places.sql"),
    ),
];

/// SQLite clusters such a table by its key; PostgreSQL does not know the words.
const SQLITE_ONLY: &str = " WITHOUT ROWID";

/// The newest schema that these migrations lead to.
pub(super) fn known(migrations: &[Step]) -> i64 {
    migrations.last().map_or(0, |(version, ..)| *version)
}

/// Runs the migrations as they stand.
pub(super) fn for_sqlite(migrations: &[Step]) -> Migrator {
    migrator(migrations, str::to_owned)
}

/// Runs the migrations without what only SQLite knows.
pub(super) fn for_postgres(migrations: &[Step]) -> Migrator {
    migrator(migrations, |statements| statements.replace(SQLITE_ONLY, ""))
}

fn migrator(migrations: &[Step], spoken: impl Fn(&str) -> String) -> Migrator {
    let migration = |&(version, name, statements): &Step| {
        let statements = AssertSqlSafe(spoken(statements)).into_sql_str();
        Migration::new(
            version,
            name.into(),
            MigrationType::Simple,
            statements,
            false,
        )
    };
    Migrator::with_migrations(migrations.iter().map(migration).collect())
}
