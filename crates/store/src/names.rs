//! Names that configuration files own, and the identifiers that rows carry instead.
//! A name is added once and keeps its identifier for ever; nothing here renames.

use std::collections::BTreeMap;

use cuptel_core::id::{LineId, QueueId, SiteId, TenantId, TrunkId};

use crate::dialect::{Connection, Row, ask_shard};
use crate::row::{Columns, all};
use crate::store::{Store, StoreError, while_doing};

/// Everything that the configuration names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Health authorities.
    pub tenants: Vec<String>,
    /// Dialled numbers in E.164 form.
    pub lines: Vec<String>,
    /// Trunks.
    pub trunks: Vec<String>,
    /// Queues: tenant and name.
    pub queues: Vec<(String, String)>,
    /// Sites.
    pub sites: Vec<String>,
}

/// The identifier of every name ever given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interned {
    /// Health authorities.
    pub tenants: BTreeMap<String, TenantId>,
    /// Dialled numbers in E.164 form.
    pub lines: BTreeMap<String, LineId>,
    /// Trunks.
    pub trunks: BTreeMap<String, TrunkId>,
    /// Queues, by tenant and name.
    pub queues: BTreeMap<(String, String), QueueId>,
    /// Sites.
    pub sites: BTreeMap<String, SiteId>,
}

macro_rules! add_name {
    ($table:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (shard, id, name)",
            " SELECT $1, coalesce(max(id), 0) + 1, $2 FROM ",
            $table,
            " WHERE shard = $1",
            " ON CONFLICT (shard, name) DO NOTHING",
        )
    };
}

const ADD_TENANT: &str = add_name!("tenant");
const ADD_LINE: &str = add_name!("line");
const ADD_TRUNK: &str = add_name!("trunk");
const ADD_SITE: &str = add_name!("site");
const ADD_QUEUE: &str = "
INSERT INTO queue (shard, id, tenant, name)
SELECT $1, coalesce(max(id), 0) + 1, $2, $3 FROM queue WHERE shard = $1
ON CONFLICT (shard, tenant, name) DO NOTHING";

const TENANTS: &str = "SELECT id, name FROM tenant WHERE shard = $1";
const LINES: &str = "SELECT id, name FROM line WHERE shard = $1";
const TRUNKS: &str = "SELECT id, name FROM trunk WHERE shard = $1";
const SITES: &str = "SELECT id, name FROM site WHERE shard = $1";
const QUEUES: &str = "
SELECT queue.id, tenant.name, queue.name
FROM queue JOIN tenant ON tenant.shard = queue.shard AND tenant.id = queue.tenant
WHERE queue.shard = $1";

impl Store {
    /// Gives every new name an identifier and returns all of them.
    ///
    /// # Errors
    /// When a queue names an unknown tenant or the database fails; then nothing is added.
    pub async fn intern(&self, names: &Names) -> Result<Interned, StoreError> {
        const OPERATION: &str = "store the configuration's names";
        let failed = while_doing(OPERATION);
        let mut transaction = self.write_for(OPERATION).await?;
        let connection = &mut transaction.connection;
        for (statement, names) in [
            (ADD_TENANT, &names.tenants),
            (ADD_LINE, &names.lines),
            (ADD_TRUNK, &names.trunks),
            (ADD_SITE, &names.sites),
        ] {
            for name in names {
                let add = ask_shard(statement).text(name);
                add.run(connection).await.map_err(&failed)?;
            }
        }
        let tenants: BTreeMap<String, TenantId> = by_name(connection, TENANTS, TenantId)
            .await
            .map_err(&failed)?;
        for (tenant, queue) in &names.queues {
            let id = tenants
                .get(tenant)
                .ok_or_else(|| StoreError::UnknownTenant {
                    queue: queue.clone(),
                    tenant: tenant.clone(),
                })?;
            let add = ask_shard(ADD_QUEUE).int(id.0).text(queue);
            add.run(connection).await.map_err(&failed)?;
        }
        let interned = read(connection).await.map_err(&failed)?;
        transaction.commit().await.map_err(&failed)?;
        Ok(interned)
    }

    /// Every name ever given, with its identifier.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn names(&self) -> Result<Interned, StoreError> {
        let failed = while_doing("read the configuration's names");
        let mut reading = self.read().await.map_err(&failed)?;
        read(&mut reading).await.map_err(failed)
    }

    /// Whether a list that found nothing was asked for of a tenant that there is.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub(crate) async fn is_of_a_tenant(&self, asked: Option<&str>) -> Result<(), StoreError> {
        let Some(tenant) = asked else {
            return Ok(());
        };
        let tenants = self.names().await?.tenants;
        if tenants.contains_key(tenant) {
            return Ok(());
        }
        Err(StoreError::NoTenant {
            tenant: tenant.to_owned(),
            known: tenants.into_keys().collect(),
        })
    }
}

async fn read(connection: &mut Connection) -> Result<Interned, sqlx::Error> {
    Ok(Interned {
        tenants: by_name(connection, TENANTS, TenantId).await?,
        lines: by_name(connection, LINES, LineId).await?,
        trunks: by_name(connection, TRUNKS, TrunkId).await?,
        sites: by_name(connection, SITES, SiteId).await?,
        queues: all(connection, QUEUES, read_queue)
            .await?
            .into_iter()
            .collect(),
    })
}

fn read_queue(row: &Row) -> Result<((String, String), QueueId), sqlx::Error> {
    let mut columns = Columns::of(row);
    let id = QueueId(columns.int()?);
    Ok(((columns.text()?, columns.text()?), id))
}

async fn by_name<I>(
    connection: &mut Connection,
    statement: &'static str,
    id: fn(i64) -> I,
) -> Result<BTreeMap<String, I>, sqlx::Error> {
    let read = |row: &Row| {
        let mut columns = Columns::of(row);
        let id = id(columns.int()?);
        Ok((columns.text()?, id))
    };
    let rows = ask_shard(statement).all(connection, read).await?;
    Ok(rows.into_iter().collect())
}
