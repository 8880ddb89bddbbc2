//! The manifest: which files are alive. Always changed inside a transaction that the caller commits.

use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

use super::Table;
use crate::error::Error;
use crate::register::entities::lake_file;

/// A live file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LiveFile {
    /// Its path below the lake's root.
    pub(crate) path: String,
    pub(crate) table: Table,
    pub(crate) month: i32,
    /// The only bucket in it; `None` when it holds all.
    pub(crate) bucket: Option<u8>,
    pub(crate) rows_n: u64,
    pub(crate) bytes_n: u64,
}

/// Names new files.
pub(crate) async fn add(transaction: &DatabaseTransaction, files: &[LiveFile]) -> Result<(), Error> {
    for chunk in files.chunks(1_000) {
        let rows = chunk.iter().map(|file| lake_file::ActiveModel {
            path: Set(file.path.clone()),
            lake_table: Set(file.table.name().to_owned()),
            month: Set(file.month),
            bucket: Set(file.bucket.map(i32::from)),
            rows_n: Set(i64::try_from(file.rows_n).unwrap_or(i64::MAX)),
            bytes_n: Set(i64::try_from(file.bytes_n).unwrap_or(i64::MAX)),
        });
        lake_file::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Forgets files; they may be unlinked once the transaction has committed.
pub(crate) async fn remove(transaction: &DatabaseTransaction, files: &[LiveFile]) -> Result<(), Error> {
    for chunk in files.chunks(1_000) {
        let paths = chunk.iter().map(|file| file.path.clone());
        lake_file::Entity::delete_many().filter(lake_file::Column::Path.is_in(paths)).exec(transaction).await?;
    }
    Ok(())
}

/// The live files, of one table or of all.
pub(crate) async fn live(connection: &impl ConnectionTrait, table: Option<Table>) -> Result<Vec<LiveFile>, Error> {
    let mut query = lake_file::Entity::find();
    if let Some(table) = table {
        query = query.filter(lake_file::Column::LakeTable.eq(table.name()));
    }
    query
        .all(connection)
        .await?
        .into_iter()
        .map(|row| {
            let table = Table::from_name(&row.lake_table);
            Ok(LiveFile {
                table: table.ok_or(Error::Unreadable { what: "a table", text: row.lake_table })?,
                path: row.path,
                month: row.month,
                bucket: row.bucket.and_then(|bucket| u8::try_from(bucket).ok()),
                rows_n: u64::try_from(row.rows_n).unwrap_or(0),
                bytes_n: u64::try_from(row.bytes_n).unwrap_or(0),
            })
        })
        .collect()
}
