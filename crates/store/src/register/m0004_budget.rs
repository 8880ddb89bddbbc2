//! Tables of the privacy budget: what each kind of person has been charged, and for which cubes. Nobody is in them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, integer, string};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_budget"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut spent = Table::create();
        spent.table(Alias::new("budget_spent"));
        for column in [string("people"), string("period"), big_integer("rho")] {
            spent.col(column);
        }
        spent.primary_key(Index::create().col(Alias::new("people")).col(Alias::new("period")));
        manager.create_table(spent).await?;

        let mut debit = Table::create();
        debit.table(Alias::new("budget_debit"));
        for column in [
            string("cube"),
            string("month"),
            string("people"),
            integer("cells"),
            integer("clamp"),
            boolean("counts_cut"),
            big_integer("rho"),
            string("state"),
            big_integer("at"),
        ] {
            debit.col(column);
        }
        debit.primary_key(Index::create().col(Alias::new("cube")).col(Alias::new("month")));
        manager.create_table(debit).await
    }
}

/// What one kind of person has been charged, per month (`2025-11`) and per school year (`2025-2026`).
pub(crate) mod budget_spent {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "budget_spent")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub people: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub period: String,
        pub rho: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was paid for: one row a cube and month.
pub(crate) mod budget_debit {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "budget_debit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub cube: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: String,
        pub people: String,
        pub cells: i32,
        pub clamp: i32,
        pub counts_cut: bool,
        pub rho: i64,
        pub state: String,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
