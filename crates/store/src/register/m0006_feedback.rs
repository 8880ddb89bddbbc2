//! The table of feedback on recommendations: what each person found useful, until her school year ends.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, string};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_feedback"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut given = Table::create();
        given.table(Alias::new("feedback"));
        for column in [string("person"), string("school_year"), string("rule"), boolean("useful")] {
            given.col(column);
        }
        given.primary_key(Index::create().col(Alias::new("person")).col(Alias::new("rule")));
        manager.create_table(given).await
    }
}

/// What a person found of a recommendation. A pseudonym is of one school year, so it names the year too.
pub(crate) mod feedback {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "feedback")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule: String,
        pub school_year: String,
        pub useful: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
