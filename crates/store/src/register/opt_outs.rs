//! Objections, as keyed digests: who objected is not stored in clear, how many did is public.

use async_recursion::async_recursion as boxed;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, Set, sea_query::OnConflict};

use super::Register;
use super::entities::opt_out;
use crate::error::Error;

/// Remembers an objection, inside a transaction of the caller.
pub(crate) async fn add(
    connection: &impl ConnectionTrait,
    digest: &[u8; 32],
    since: jiff::civil::Date,
) -> Result<(), Error> {
    let row = opt_out::ActiveModel { digest: Set(hex::encode(digest)), since: Set(since.to_string()) };
    opt_out::Entity::insert(row)
        .on_conflict(OnConflict::column(opt_out::Column::Digest).do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

impl Register {
    /// All digests, for the entry gate.
    #[boxed]
    pub async fn opt_outs(&self) -> Result<Vec<[u8; 32]>, Error> {
        let rows = opt_out::Entity::find().all(&self.read).await?;
        rows.into_iter()
            .map(|row| {
                let mut digest = [0; 32];
                hex::decode_to_slice(&row.digest, &mut digest)
                    .map_err(|_| Error::Unreadable { what: "an opt-out digest", text: row.digest })?;
                Ok(digest)
            })
            .collect()
    }

    /// How many people have objected.
    #[boxed]
    pub async fn opt_out_count(&self) -> Result<u64, Error> {
        Ok(opt_out::Entity::find().count(&self.read).await?)
    }
}
