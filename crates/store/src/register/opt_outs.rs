//! Objections, as keyed digests: who objected is not stored in clear, how many did is public.

use async_recursion::async_recursion as boxed;
use sea_orm::{EntityTrait, PaginatorTrait, Set, sea_query::OnConflict};

use super::Register;
use super::entities::opt_out;
use crate::error::Error;

impl Register {
    /// Remembers an objection; true when it is new.
    #[boxed]
    pub async fn add_opt_out(&self, digest: &[u8; 32], since: jiff::civil::Date) -> Result<bool, Error> {
        let row = opt_out::ActiveModel { digest: Set(hex::encode(digest)), since: Set(since.to_string()) };
        let inserted = opt_out::Entity::insert(row)
            .on_conflict(OnConflict::column(opt_out::Column::Digest).do_nothing().to_owned())
            .exec_without_returning(&self.write)
            .await?;
        Ok(inserted > 0)
    }

    /// Forgets an objection; true when there was one.
    #[boxed]
    pub async fn remove_opt_out(&self, digest: &[u8; 32]) -> Result<bool, Error> {
        let deleted = opt_out::Entity::delete_by_id(hex::encode(digest)).exec(&self.write).await?;
        Ok(deleted.rows_affected > 0)
    }

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
