//! Tables of alerts: what was unusual and who has seen it, and the messages that are to be sent about it. Nobody is in them:
//! a receiver is a channel's name, whoever acknowledged is a role.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, double, integer, string, string_null, text, text_null,
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_alerts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut alert = Table::create();
        alert.table(Alias::new("alert"));
        for column in vec![
            big_pk_auto("id"),
            string("uai"),
            string("key"),
            string("rule"),
            string("severity"),
            string("measure"),
            string("direction"),
            string_null("part"),
            string_null("version"),
            string_null("screen"),
            string("first_day"),
            string("last_day"),
            integer("days"),
            big_integer("counted"),
            big_integer("usual"),
            big_integer_null("out_of"),
            double("score"),
            text("fr"),
            text("en"),
            big_integer("raised_at"),
            big_integer_null("acknowledged_at"),
            string_null("acknowledged_by"),
            string_null("told_on"),
            string_null("told_through"),
        ] {
            alert.col(column);
        }
        manager.create_table(alert).await?;
        let mut key = Index::create();
        key.name("alert_key").table(Alias::new("alert")).col(Alias::new("uai")).col(Alias::new("key")).unique();
        manager.create_index(key).await?;

        let mut outbox = Table::create();
        outbox.table(Alias::new("outbox"));
        for column in [
            big_pk_auto("id"),
            string("message"),
            string("channel"),
            string("alerts"),
            text("body"),
            string("state"),
            integer("attempts"),
            big_integer("next_attempt"),
            big_integer("leased_until"),
            text_null("trouble"),
            big_integer("made_at"),
            big_integer_null("done_at"),
        ] {
            outbox.col(column);
        }
        manager.create_table(outbox).await?;
        let mut once = Index::create();
        once.name("outbox_once")
            .table(Alias::new("outbox"))
            .col(Alias::new("message"))
            .col(Alias::new("channel"))
            .unique();
        manager.create_index(once).await?;
        let mut due = Index::create();
        due.name("outbox_due").table(Alias::new("outbox")).col(Alias::new("state")).col(Alias::new("next_attempt"));
        manager.create_index(due).await
    }
}

/// Something unusual, as long as it is remembered. `uai` is empty for the system itself.
pub(crate) mod alert {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub uai: String,
        pub key: String,
        pub rule: String,
        pub severity: String,
        pub measure: String,
        pub direction: String,
        pub part: Option<String>,
        pub version: Option<String>,
        pub screen: Option<String>,
        pub first_day: String,
        pub last_day: String,
        pub days: i32,
        pub counted: i64,
        pub usual: i64,
        pub out_of: Option<i64>,
        pub score: f64,
        #[sea_orm(column_type = "Text")]
        pub fr: String,
        #[sea_orm(column_type = "Text")]
        pub en: String,
        pub raised_at: i64,
        pub acknowledged_at: Option<i64>,
        pub acknowledged_by: Option<String>,
        pub told_on: Option<String>,
        pub told_through: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A message on its way by one channel.
pub(crate) mod outbox {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub message: String,
        pub channel: String,
        pub alerts: String,
        #[sea_orm(column_type = "Text")]
        pub body: String,
        pub state: String,
        pub attempts: i32,
        pub next_attempt: i64,
        pub leased_until: i64,
        #[sea_orm(column_type = "Text", nullable)]
        pub trouble: Option<String>,
        pub made_at: i64,
        pub done_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
