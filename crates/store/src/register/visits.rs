//! One-time codes: the host application, which knows a family, asks for a code; whoever shows it may see, fetch, object
//! and erase for a quarter of an hour. Codes and visits are kept as digests.

use async_recursion::async_recursion as boxed;
use jiff::{Span, Timestamp};
use privacy::entry::DataSubject;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set, TransactionTrait};
use sha2::{Digest, Sha256};

use super::rights_entities::rights_pass;
use super::{Register, Token};
use crate::error::Error;

/// How long a code may wait, and how long the visit that it opens lasts.
pub const VISIT_MINUTES: i64 = 15;

const CODE: &str = "code";
const VISIT: &str = "visit";

/// Letters and digits that no hand mistakes for one another.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

fn digest(purpose: &str, secret: &str) -> String {
    hex::encode(Sha256::digest(format!("{purpose}/{secret}").as_bytes()))
}

/// As it was made: without the dashes, spaces and small letters that a person may type.
fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// Sixteen letters, 80 bits: nobody guesses one in a quarter of an hour.
fn random_code() -> String {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    let letters: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    [&letters[..4], &letters[4..8], &letters[8..12], &letters[12..]].join("-")
}

impl Register {
    /// Makes a one-time code for a data subject; it is shown this once. `now` is real time.
    #[boxed]
    pub async fn make_code(&self, subject: &DataSubject, now: Timestamp) -> Result<(String, Timestamp), Error> {
        let code = random_code();
        let expires = now.saturating_add(Span::new().minutes(VISIT_MINUTES)).unwrap_or(Timestamp::MAX);
        let row = pass(CODE, &plain(&code), subject, expires)?;
        rights_pass::Entity::insert(row).exec_without_returning(&self.write).await?;
        Ok((code, expires))
    }

    /// Uses up a code and opens a visit; `None` when there is no such code, or not any more.
    #[boxed]
    pub async fn open_visit(&self, typed: &str, now: Timestamp) -> Result<Option<Token>, Error> {
        let transaction = self.write.begin().await?;
        let key = digest(CODE, &plain(typed));
        let found = rights_pass::Entity::find_by_id(&key)
            .filter(rights_pass::Column::ExpiresAt.gt(now.as_second()))
            .one(&transaction)
            .await?;
        let Some(found) = found else { return Ok(None) };
        rights_pass::Entity::delete_by_id(&key).exec(&transaction).await?;
        let secret = Token::random();
        let expires = now.saturating_add(Span::new().minutes(VISIT_MINUTES)).unwrap_or(Timestamp::MAX);
        let row = pass(VISIT, secret.reveal(), &read(&found.subject)?, expires)?;
        rights_pass::Entity::insert(row).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(Some(secret))
    }

    /// Whose visit a cookie stands for.
    #[boxed]
    pub async fn visit(&self, secret: &str, now: Timestamp) -> Result<Option<DataSubject>, Error> {
        let found = rights_pass::Entity::find_by_id(digest(VISIT, secret))
            .filter(rights_pass::Column::ExpiresAt.gt(now.as_second()))
            .one(&self.read)
            .await?;
        found.map(|found| read(&found.subject)).transpose()
    }

    /// Ends a visit.
    #[boxed]
    pub async fn close_visit(&self, secret: &str) -> Result<(), Error> {
        rights_pass::Entity::delete_by_id(digest(VISIT, secret)).exec(&self.write).await?;
        Ok(())
    }

    /// Forgets the codes and visits that are over.
    pub(crate) async fn drop_expired_passes(&self, now: Timestamp) -> Result<(), Error> {
        rights_pass::Entity::delete_many()
            .filter(rights_pass::Column::ExpiresAt.lte(now.as_second()))
            .exec(&self.write)
            .await?;
        Ok(())
    }
}

fn pass(
    purpose: &str,
    secret: &str,
    subject: &DataSubject,
    expires: Timestamp,
) -> Result<rights_pass::ActiveModel, Error> {
    Ok(rights_pass::ActiveModel {
        digest: Set(digest(purpose, secret)),
        purpose: Set(purpose.to_owned()),
        subject: Set(serde_json::to_string(subject).map_err(|error| Error::Lake(error.to_string()))?),
        expires_at: Set(expires.as_second()),
    })
}

fn read(subject: &str) -> Result<DataSubject, Error> {
    serde_json::from_str(subject)
        .map_err(|_| Error::Unreadable { what: "a data subject", text: "of a one-time code".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = random_code();
        assert_eq!(code.len(), 19);
        assert_eq!(plain(&format!(" {} ", code.to_lowercase().replace('-', " "))), code.replace('-', ""));
        assert_ne!(code, random_code());
    }
}
