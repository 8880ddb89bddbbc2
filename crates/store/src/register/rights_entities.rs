//! The rows of rights as `SeaORM` entities.
#![allow(missing_docs, reason = "the columns are described in docs/register.md")]

/// What people asked for, and what became of it.
pub mod rights_request {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rights_request")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub received_on: String,
        pub due_on: String,
        pub action: String,
        pub state: String,
        pub way: String,
        pub uai: Option<String>,
        pub kind: Option<String>,
        pub subject: Option<String>,
        #[sea_orm(column_type = "Text", nullable)]
        pub persons: Option<String>,
        #[sea_orm(column_type = "Text")]
        pub detail: String,
        pub done_on: Option<String>,
        #[sea_orm(column_type = "Text", nullable)]
        pub counts: Option<String>,
        pub receipt: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// One-time codes and the visits they open, by digest.
pub mod rights_pass {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rights_pass")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        pub purpose: String,
        #[sea_orm(column_type = "Text")]
        pub subject: String,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What this register has already done of the file that lies beside the keys.
pub mod tombstone {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tombstone")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub at: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub act: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
