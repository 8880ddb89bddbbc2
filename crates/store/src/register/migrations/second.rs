//! The audit log becomes a Merkle tree, the roots of keys are registered by their public digests, and an establishment
//! says how it identifies people.
//!
//! It may be cut short and started again: what is there already is not made twice.

use jiff::Timestamp;
use privacy::audit::{Entry, Party};
use sea_orm::{EntityTrait, Set, Statement};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, binary_null, integer, string, string_len, string_null, text};

use crate::register::audit::rows::audit_head;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_audit_tree_and_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut table in tables() {
            manager.create_table(table.if_not_exists().to_owned()).await?;
        }
        let mut index = Index::create();
        index.name("audit_entry_person").table("audit_entry").col("person").if_not_exists();
        manager.create_index(index).await?;
        if !manager.has_column("establishment", "identifiers").await? {
            let column = ColumnDef::new("identifiers").string().not_null().default("raw").to_owned();
            manager.alter_table(Table::alter().table("establishment").add_column(column).to_owned()).await?;
        }
        if manager.has_table("audit").await? {
            let moving = manager.begin().await?;
            move_entries(&moving).await?;
            moving.drop_table(Table::drop().table("audit").to_owned()).await?;
            moving.commit().await?;
        }
        Ok(())
    }
}

/// The old log's lines, in their order. Of a viewer it had the first digits of a pseudonym, by which nothing could be
/// found again: they are left behind.
async fn move_entries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = manager.get_database_backend();
    let head = audit_head::ActiveModel { id: Set(1), size: Set(0), frontier: Set(Vec::new()) };
    audit_head::Entity::insert(head).exec_without_returning(connection).await?;
    let lines = Statement::from_string(backend, "SELECT at, who, action, detail FROM audit ORDER BY id");
    for line in connection.query_all_raw(lines).await? {
        let text = |column: &str| line.try_get::<String>("", column);
        let who = text("who")?;
        let role = who.split(' ').next().unwrap_or_default();
        let at = Timestamp::from_second(line.try_get("", "at")?).unwrap_or(Timestamp::UNIX_EPOCH);
        let entry = Entry::new(at, &Party::role(role), &text("action")?, &text("detail")?);
        let appended = crate::register::audit::append(connection, entry).await;
        appended.map_err(|error| DbErr::Migration(error.to_string()))?;
    }
    Ok(())
}

fn table(name: &'static str, key: &'static str, columns: impl IntoIterator<Item = ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    table.primary_key(Index::create().col(key));
    table
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "audit_entry",
            "seq",
            [
                big_integer("seq"),
                binary("digest"),
                string("moment"),
                string("action"),
                text("detail"),
                binary("act_salt"),
                binary("name_digest"),
                binary_null("name_salt"),
                string_null("role"),
                string_null("establishment"),
                string_null("person"),
            ],
        ),
        table("audit_head", "id", [integer("id"), big_integer("size"), binary("frontier")]),
        table("audit_checkpoint", "size", [big_integer("size"), string_len("root", 64), string("moment")]),
        table(
            "root_key",
            "key_id",
            [string("key_id"), string("school_year"), string("since"), string_null("destroyed_on")],
        ),
    ]
}
