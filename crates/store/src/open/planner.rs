//! Tells SQLite's planner what it cannot guess: that one shard is the whole table.
//! Without figures it takes any first column for selective, so that "all needs of one
//! callback" would read every need of the shard through the primary key.

use crate::dialect::{Connection, ask};

/// Makes the table of figures.
const PREPARE: &str = "ANALYZE sqlite_schema";

const CLEAR: &str = "DELETE FROM sqlite_stat1";

/// Per index, in the form that ANALYZE writes (sqlite.org/fileformat2.html, 2.6.3): rows
/// of the index, rows per value of its first column, of its first two, and so on. The
/// primary key of a table WITHOUT ROWID goes by the table's name.
const FIGURES: &str = "
INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT t.name, CASE WHEN t.wr AND i.origin = 'pk' THEN t.name ELSE i.name END,
    CASE WHEN i.partial THEN '10000' ELSE '1000000' END || (
        SELECT group_concat(
            CASE
                WHEN c.seqno = 0 AND c.name = 'shard' THEN
                    CASE WHEN i.partial THEN ' 10000' ELSE ' 1000000' END
                WHEN i.\"unique\" AND c.seqno = (SELECT max(seqno) FROM pragma_index_info(i.name))
                    THEN ' 1'
                ELSE ' 10'
            END, '' ORDER BY c.seqno)
        FROM pragma_index_info(i.name) c)
FROM pragma_table_list t JOIN pragma_index_list(t.name) i
WHERE t.schema = 'main' AND t.type = 'table'
    AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '_sqlx_%'";

/// Written anew at every start of a server, so that new indexes have their figures too;
/// connections opened afterwards read them.
pub(crate) async fn instruct(connection: &mut Connection) -> Result<(), sqlx::Error> {
    for statement in [PREPARE, "BEGIN IMMEDIATE", CLEAR, FIGURES, "COMMIT"] {
        ask(statement).run(connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, SqlSafeStr as _};

    use crate::dialect::Pool;
    use crate::store::{SHARD, Store};
    use crate::{
        Access, access_log, assignment, attempt, audit, backlog, bulk_action, callback,
        callbacks_due, campaign, carrier, code_word, contact, decision, decline, deed, dial, mark,
        need_detail, number, offer, open, owner, preference, promise, report, request, review,
        side_call, task,
    };

    async fn opened() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/cuptel.db", folder.path().display());
        let store = open(&url, Access::Serve).await.unwrap();
        (folder, store)
    }

    fn reader(pool: &Pool) -> &sqlx::SqlitePool {
        match pool {
            Pool::Sqlite(pool) => pool,
            Pool::Postgres(_) => panic!("opened as SQLite"),
        }
    }

    async fn plan(store: &Store, statement: &str) -> Vec<String> {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain.into_sql_str())
            .bind(SHARD)
            .bind(1_i64)
            .bind(1_i64)
            .fetch_all(reader(&store.inner.read.pages))
            .await
            .unwrap();
        steps.into_iter().map(|(.., step)| step).collect()
    }

    #[tokio::test]
    async fn nothing_is_looked_up_by_its_shard_alone_nor_sorted() {
        let (_folder, store) = opened().await;
        let all = [
            access_log::LOOKUPS,
            attempt::LOOKUPS,
            callback::LOOKUPS,
            dial::LOOKUPS,
            bulk_action::LOOKUPS,
            code_word::LOOKUPS,
            decline::LOOKUPS,
            deed::LOOKUPS,
            callbacks_due::LOOKUPS,
            offer::LOOKUPS,
            assignment::LOOKUPS,
            promise::LOOKUPS,
            decision::LOOKUPS,
            carrier::LOOKUPS,
            task::LOOKUPS,
            review::LOOKUPS,
            mark::LOOKUPS,
            need_detail::LOOKUPS,
            campaign::LOOKUPS,
            contact::LOOKUPS,
            preference::LOOKUPS,
            request::LOOKUPS,
            side_call::LOOKUPS,
        ];
        for statement in all.concat() {
            let plan = plan(&store, statement).await;
            let slow = |step: &String| {
                // A chain is found link by link.
                let scans = step.starts_with("SCAN") && step != "SCAN chain";
                scans || step.contains("(shard=?)") || step.contains("B-TREE")
            };
            assert!(!plan.iter().any(slow), "{plan:#?} of {statement}");
        }
    }

    #[tokio::test]
    async fn a_page_of_the_backlog_goes_on_where_the_one_before_ended() {
        let (_folder, store) = opened().await;
        for page in backlog::PAGES {
            let plan = plan(&store, page).await;
            let goes_on = "SEARCH callback USING INDEX callback_open (shard=? AND id>? AND id<?)";
            assert!(plan.iter().any(|step| step == goes_on), "{plan:#?}");
            let slow = |step: &String| {
                let scans =
                    step.starts_with("SCAN") && !["SCAN page", "SCAN c"].contains(&step.as_str());
                scans || step.contains("(shard=?)") || step.contains("B-TREE")
            };
            assert!(!plan.iter().any(slow), "{plan:#?}");
        }
    }

    #[tokio::test]
    async fn a_page_of_those_that_stand_somewhere_reads_nothing_of_the_past() {
        let (_folder, store) = opened().await;
        let plan = plan(&store, callback::OF_WHAT_IS_OPEN).await;
        let goes_on = "SEARCH c USING INDEX callback_open (shard=? AND id<?)";
        assert!(plan.iter().any(|step| step == goes_on), "{plan:#?}");
        assert!(
            !plan.iter().any(|step| step.contains("B-TREE")),
            "{plan:#?}"
        );
    }

    #[tokio::test]
    async fn a_start_reads_what_is_marked_and_not_each_callback_for_it() {
        let (_folder, store) = opened().await;
        for statement in [owner::OPEN, need_detail::OPEN, review::OPEN, number::OPEN] {
            let plan = plan(&store, statement).await;
            let whole = plan
                .iter()
                .find(|step| step.contains("callback_open (shard=?)"));
            assert_eq!(whole, None, "{plan:#?} of {statement}");
        }
    }

    #[tokio::test]
    async fn a_report_reads_no_more_than_its_period_or_what_is_open_and_looks_up_the_rest() {
        let (_folder, store) = opened().await;
        let all = [
            report::SERVICE_LOOKUPS,
            report::BACKLOG_LOOKUPS,
            report::PAPER_LOOKUPS,
            report::QUARTER_LOOKUPS,
        ];
        for statement in all.concat() {
            let plan = plan(&store, statement).await;
            let slow = |step: &String| {
                let of_the_open = step.contains("callback_open (shard=?)");
                let of_all = step.contains("(shard=?)") && !of_the_open;
                step.starts_with("SCAN") || of_all || step.contains("AUTOMATIC")
            };
            assert!(!plan.iter().any(slow), "{plan:#?} of {statement}");
        }
    }

    /// What a step of a plan does with rows that it has already read.
    fn keeps_rows(step: &str) -> bool {
        step.contains("B-TREE") || step.contains("MATERIALIZE") || step.contains("AUTOMATIC")
    }

    /// Indexes that hold what is open and nothing of the past.
    const OPEN: [&str; 16] = [
        "attempt_open",
        "callback_one_open",
        "callback_open",
        "dial_one_in_flight",
        "offer_one_per_",
        "assignment_one_per_",
        "sign_in_one_per_",
        "task_seat",
        "side_call_open",
        "campaign_entry_released",
        "campaign_entry_born",
        "code_word_open",
        "callback_decline_open",
        "chosen_time_open",
        "closure_pressed",
        "operator_pin_number",
    ];

    #[tokio::test]
    async fn an_audit_reads_a_table_as_it_is_stored_and_sorts_only_what_is_open() {
        let (_folder, store) = opened().await;
        let mut slow = Vec::new();
        for statement in audit::statements() {
            let plan = plan(&store, statement).await;
            let table = plan
                .iter()
                .find(|step| step.starts_with("SEARCH") || step.starts_with("SCAN"));
            let table = table.unwrap_or_else(|| panic!("{plan:#?} reads nothing: {statement}"));
            if OPEN.iter().any(|index| table.contains(index)) {
                continue;
            }
            // From an index that has not all that is asked, every row is looked up by itself.
            let looks_up = table.contains("USING INDEX") && !table.contains("journal");
            if looks_up || plan.iter().any(|step| keeps_rows(step)) {
                slow.push((statement, plan));
            }
        }
        assert!(slow.is_empty(), "{slow:#?}");
    }

    #[tokio::test]
    async fn an_audit_reads_a_table_once_and_not_once_per_row() {
        let (_folder, store) = opened().await;
        for statement in audit::statements() {
            let plan = plan(&store, statement).await;
            let nested = plan
                .iter()
                .skip_while(|step| !step.starts_with("CORRELATED"))
                .find(|step| step.contains("(shard=?)"));
            assert_eq!(nested, None, "{plan:#?} of {statement}");
            let joined = plan
                .iter()
                .find(|s| s.contains("(shard=?)") && s.contains("JOIN"));
            assert_eq!(joined, None, "{plan:#?} of {statement}");
        }
    }
}
