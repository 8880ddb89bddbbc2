//! The register's schema, one migration a version. A data folder whose register knows a migration that this list does
//! not was written by a newer version, and is refused (see [`super::open`]).

mod second;

use sea_orm_migration::prelude::*;

/// All migrations, oldest first.
pub(super) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(first::Migration),
            Box::new(second::Migration),
            Box::new(super::m0003_rights::Migration),
            Box::new(super::m0004_budget::Migration),
            Box::new(super::m0005_alerts::Migration),
            Box::new(super::m0006_feedback::Migration),
        ]
    }
}

mod first {
    use sea_orm_migration::prelude::*;
    use sea_orm_migration::schema::{
        big_integer, big_pk_auto, binary, boolean, integer, integer_null, string, string_null, text,
    };

    pub(super) struct Migration;

    impl MigrationName for Migration {
        fn name(&self) -> &'static str {
            "m0001_register"
        }
    }

    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            for table in tables() {
                manager.create_table(table).await?;
            }
            for (table, columns) in [
                ("lake_file", &["lake_table", "month"][..]),
                ("roster_member", &["uai", "school_year"][..]),
                ("roster_class", &["uai", "school_year"][..]),
            ] {
                let mut index = Index::create();
                index.name(format!("{table}_lookup")).table(Alias::new(table));
                for column in columns {
                    index.col(Alias::new(*column));
                }
                manager.create_index(index).await?;
            }
            Ok(())
        }
    }

    fn table(name: &'static str, columns: impl IntoIterator<Item = ColumnDef>) -> TableCreateStatement {
        let mut table = Table::create();
        table.table(Alias::new(name));
        for column in columns {
            table.col(column);
        }
        table
    }

    fn keyed(
        name: &'static str,
        key: &[&'static str],
        columns: impl IntoIterator<Item = ColumnDef>,
    ) -> TableCreateStatement {
        let mut table = table(name, columns);
        let mut index = Index::create();
        for column in key {
            index.col(Alias::new(*column));
        }
        table.primary_key(&mut index);
        table
    }

    fn tables() -> Vec<TableCreateStatement> {
        vec![
            keyed("setting", &["name"], [string("name"), text("value")]),
            keyed("establishment", &["uai"], [string("uai"), string("district"), string("academy"), string("sector")]),
            table(
                "roster_class",
                [big_pk_auto("id"), string("uai"), string("school_year"), string("class"), string("levels")],
            ),
            table(
                "roster_member",
                [
                    big_pk_auto("id"),
                    string("uai"),
                    string("school_year"),
                    string("class"),
                    string("kind"),
                    string("person"),
                    string_null("pupil"),
                ],
            ),
            keyed(
                "token",
                &["digest"],
                [string("digest"), string("scope"), string_null("uai"), big_integer("created_at")],
            ),
            keyed("session", &["digest"], [string("digest"), text("claims"), big_integer("expires_at")]),
            keyed(
                "decision",
                &["id"],
                [string("id"), string("status"), string("decided_on"), boolean("demonstration"), text("note")],
            ),
            table("audit", [big_pk_auto("id"), big_integer("at"), string("who"), string("action"), text("detail")]),
            keyed("opt_out", &["digest"], [string("digest"), string("since")]),
            keyed(
                "batch",
                &["uai", "batch_id"],
                [string("uai"), binary("batch_id"), text("answer"), string("received_on")],
            ),
            table("journal", [big_pk_auto("id"), integer("events_n"), binary("payload")]),
            keyed(
                "lake_file",
                &["path"],
                [
                    string("path"),
                    string("lake_table"),
                    integer("month"),
                    integer_null("bucket"),
                    big_integer("rows_n"),
                    big_integer("bytes_n"),
                ],
            ),
            keyed(
                "closing",
                &["period", "zone"],
                [string("period"), string("zone"), string("closed_on"), string("digest")],
            ),
        ]
    }
}
