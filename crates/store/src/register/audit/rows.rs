//! The audit log's tables as `SeaORM` entities.
#![allow(missing_docs, reason = "the columns are described in docs/register.md")]

/// Entries, in the order of their commits.
pub mod audit_entry {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_entry")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        #[sea_orm(column_type = "Blob")]
        pub digest: Vec<u8>,
        pub moment: String,
        pub action: String,
        #[sea_orm(column_type = "Text")]
        pub detail: String,
        #[sea_orm(column_type = "Blob")]
        pub act_salt: Vec<u8>,
        #[sea_orm(column_type = "Blob")]
        pub name_digest: Vec<u8>,
        #[sea_orm(column_type = "Blob", nullable)]
        pub name_salt: Option<Vec<u8>>,
        pub role: Option<String>,
        pub establishment: Option<String>,
        pub person: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What must be remembered of the tree to append to it: one row.
pub mod audit_head {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_head")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub size: i64,
        #[sea_orm(column_type = "Blob")]
        pub frontier: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Sizes and roots that were shown to others.
pub mod audit_checkpoint {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_checkpoint")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub size: i64,
        pub root: String,
        pub moment: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
