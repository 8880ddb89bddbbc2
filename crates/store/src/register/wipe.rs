//! What was deleted from the register is gone from its files too.
//!
//! `secure_delete` zeroes what a deletion frees, but copies of a row can stay in the write-ahead log, and in the unused
//! middle of a page that was rearranged. The log is emptied after every fold; a whole rewrite (`VACUUM`) follows
//! an erasure and the end of a key.

use sea_orm::{ConnectionTrait, EntityTrait, Statement};

use super::entities::setting;
use super::{Register, set_in};
use crate::error::Error;

/// The setting that says that rows about people were deleted and the file has not been rewritten since.
const DUE: &str = "wipe_due";

impl Register {
    /// Empties the write-ahead log into the database. False when a reader was in the way: try again later.
    pub(crate) async fn truncate_log(&self) -> Result<bool, Error> {
        let checkpoint = Statement::from_string(self.write.get_database_backend(), "PRAGMA wal_checkpoint(TRUNCATE)");
        let row = self.write.query_one_raw(checkpoint).await?;
        let busy: i32 = row.map_or(Ok(0), |row| row.try_get("", "busy"))?;
        Ok(busy == 0)
    }

    /// Says, in the transaction that deletes rows about people, that a rewrite must follow.
    pub(crate) async fn wipe_later(connection: &impl ConnectionTrait) -> Result<(), Error> {
        set_in(connection, DUE, "yes").await
    }

    /// Whether a rewrite must still follow.
    pub(crate) async fn wipe_is_due(&self) -> Result<bool, Error> {
        Ok(self.setting(DUE).await?.is_some())
    }

    /// Rewrites the register if rows about people were deleted since the last time. A crash in between leaves it due.
    pub(crate) async fn wipe(&self) -> Result<(), Error> {
        if !self.wipe_is_due().await? {
            return Ok(());
        }
        self.write.execute_unprepared("VACUUM").await?;
        // Readers hold the log for milliseconds at a time.
        for _ in 0..50 {
            if self.truncate_log().await? {
                setting::Entity::delete_by_id(DUE).exec(&self.write).await?;
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Ok(())
    }
}
