//! Changes that no journal knows: accounts, sessions, the log of access. They are made on the one writing
//! connection, one at a time, so that at most one stands before the next commit of the journal; each is
//! made whole whatever becomes of who asked for it, because a change that is broken off takes the
//! connection with it.

use crate::dialect::ask;
use crate::row::read_int;
use crate::store::{SHARD, Store, StoreError, while_doing};

enum Value {
    Int(Option<i64>),
    Text(Option<String>),
}

/// Statements that are carried out together.
pub(crate) struct Change {
    operation: &'static str,
    steps: Vec<(&'static str, Vec<Value>)>,
}

impl Change {
    pub(crate) fn to(operation: &'static str) -> Self {
        Self {
            operation,
            steps: Vec::new(),
        }
    }

    /// Another statement; its first value is the shard.
    pub(crate) fn step(mut self, statement: &'static str) -> Self {
        self.steps.push((statement, vec![Value::Int(Some(SHARD))]));
        self
    }

    fn value(mut self, value: Value) -> Self {
        if let Some((_, values)) = self.steps.last_mut() {
            values.push(value);
        }
        self
    }

    pub(crate) fn int(self, value: i64) -> Self {
        self.maybe_int(Some(value))
    }

    pub(crate) fn maybe_int(self, value: Option<i64>) -> Self {
        self.value(Value::Int(value))
    }

    pub(crate) fn text(self, value: &str) -> Self {
        self.maybe_text(Some(value))
    }

    pub(crate) fn maybe_text(self, value: Option<&str>) -> Self {
        self.value(Value::Text(value.map(str::to_owned)))
    }
}

impl Store {
    /// Makes a change; what its first statement returned.
    pub(crate) async fn make(&self, change: Change) -> Result<Option<i64>, StoreError> {
        let operation = change.operation;
        let store = self.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends by itself, and must not end with who waits for it"
        )]
        let made = tokio::spawn(async move { store.carried(change).await });
        made.await.unwrap_or_else(|panicked| {
            Err(while_doing(operation)(sqlx::Error::Configuration(
                Box::new(panicked),
            )))
        })
    }

    async fn carried(&self, change: Change) -> Result<Option<i64>, StoreError> {
        let failed = while_doing(change.operation);
        let _alone = self.inner.apart.lock().await;
        let mut writing = self.write_for(change.operation).await?;
        let mut first = None;
        for (n, (statement, values)) in change.steps.iter().enumerate() {
            let mut question = ask(statement);
            for value in values {
                question = match value {
                    Value::Int(value) => question.maybe_int(*value),
                    Value::Text(value) => question.maybe_text(value.as_deref()),
                };
            }
            match question.maybe(&mut writing.connection, read_int).await {
                Ok(found) if n == 0 => first = found,
                Ok(_) => {}
                Err(error) => {
                    // The connection goes on: it is the statement that was wrong.
                    writing.roll_back().await.map_err(&failed)?;
                    return Err(failed(error));
                }
            }
        }
        writing.commit().await.map_err(failed)?;
        Ok(first)
    }
}
