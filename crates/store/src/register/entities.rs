//! The register's rows as `SeaORM` entities, one small module a table.
#![allow(missing_docs, reason = "the columns are described in docs/register.md")]

/// Settings of the data folder itself, by name.
pub mod setting {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "setting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        #[sea_orm(column_type = "Text")]
        pub value: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Establishments that have sent a roster.
pub mod establishment {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "establishment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub uai: String,
        pub district: String,
        pub academy: String,
        pub sector: String,
        pub identifiers: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Classes of a school year; the class is a pseudonym in hexadecimal.
pub mod roster_class {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "roster_class")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub uai: String,
        pub school_year: String,
        pub class: String,
        pub levels: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Teachers, pupils and families of a class; persons are pseudonyms in hexadecimal.
pub mod roster_member {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "roster_member")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub uai: String,
        pub school_year: String,
        pub class: String,
        pub kind: String,
        pub person: String,
        pub pupil: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// API tokens, by the digest of the token.
pub mod token {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "token")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        pub scope: String,
        pub uai: Option<String>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Signed-in people, by the digest of their cookie.
pub mod session {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        #[sea_orm(column_type = "Text")]
        pub claims: String,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What the ethics committee has decided.
pub mod decision {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "decision")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub status: String,
        pub decided_on: String,
        pub demonstration: bool,
        #[sea_orm(column_type = "Text")]
        pub note: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Objections, by keyed digest.
pub mod opt_out {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "opt_out")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        pub since: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Batches already answered, with their answers.
pub mod batch {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "batch")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub uai: String,
        #[sea_orm(primary_key, auto_increment = false, column_type = "Blob")]
        pub batch_id: Vec<u8>,
        #[sea_orm(column_type = "Text")]
        pub answer: String,
        pub received_on: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Clean events that are durable but not folded yet.
pub mod journal {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "journal")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub events_n: i32,
        #[sea_orm(column_type = "Blob")]
        pub payload: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The manifest: the lake's live files.
pub mod lake_file {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lake_file")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub path: String,
        pub lake_table: String,
        pub month: i32,
        pub bucket: Option<i32>,
        pub rows_n: i64,
        pub bytes_n: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Periods that have closed, once and for good.
pub mod closing {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "closing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub period: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub zone: String,
        pub closed_on: String,
        pub digest: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
