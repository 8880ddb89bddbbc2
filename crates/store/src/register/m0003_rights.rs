//! Tables of rights: requests with their deadlines and receipts, one-time codes, and what a restore must not undo.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_pk_auto, string, string_null, text, text_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_rights"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut request = Table::create();
        request.table(Alias::new("rights_request"));
        for column in [
            big_pk_auto("id"),
            string("received_on"),
            string("due_on"),
            string("action"),
            string("state"),
            string("way"),
            string_null("uai"),
            string_null("kind"),
            string_null("subject"),
            text_null("persons"),
            text("detail"),
            string_null("done_on"),
            text_null("counts"),
            string_null("receipt"),
        ] {
            request.col(column);
        }
        manager.create_table(request).await?;
        let mut by_state = Index::create();
        by_state.name("rights_request_lookup").table(Alias::new("rights_request")).col(Alias::new("state"));
        manager.create_index(by_state).await?;

        let mut pass = Table::create();
        pass.table(Alias::new("rights_pass"));
        for column in [string("digest"), string("purpose"), text("subject"), big_integer("expires_at")] {
            pass.col(column);
        }
        pass.primary_key(Index::create().col(Alias::new("digest")));
        manager.create_table(pass).await?;

        let mut tombstone = Table::create();
        tombstone.table(Alias::new("tombstone"));
        for column in [big_integer("at"), string("act"), string("digest")] {
            tombstone.col(column);
        }
        let mut key = Index::create();
        key.col(Alias::new("at")).col(Alias::new("act")).col(Alias::new("digest"));
        tombstone.primary_key(&mut key);
        manager.create_table(tombstone).await
    }
}
