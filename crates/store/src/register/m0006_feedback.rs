//! Tables of feedback on recommendations: what each person found useful, until her school year ends; and what left of it,
//! by month, for good.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, integer, string};

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
        for column in [string("person"), string("school_year"), string("rule"), boolean("useful"), string("given_on")] {
            given.col(column);
        }
        given.primary_key(Index::create().col(Alias::new("person")).col(Alias::new("rule")));
        manager.create_table(given).await?;

        let mut left = Table::create();
        left.table(Alias::new("feedback_total"));
        for column in
            [string("month"), string("rule"), string("split"), string("word"), big_integer("value"), integer("k")]
        {
            left.col(column);
        }
        let mut key = Index::create();
        for column in ["month", "rule", "split", "word"] {
            key.col(Alias::new(column));
        }
        left.primary_key(&mut key);
        manager.create_table(left).await
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
        pub given_on: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What left of a month's feedback.
pub(crate) mod feedback_total {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "feedback_total")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub rule: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub split: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        pub value: i64,
        pub k: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
