//! API tokens and signed-in sessions. The register holds digests of both, so that a thief of the database cannot use
//! what he finds.

use std::str::FromStr;

use async_recursion::async_recursion as boxed;
use jiff::Timestamp;
use privacy::Uai;
use privacy::entry::Claims;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use sha2::{Digest, Sha256};
use thiserror::Error as ThisError;

use super::Register;
use super::entities::{session, token};
use crate::error::Error;

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Send events and rosters.
    Collect,
    /// Read released figures.
    Read,
    /// Speak xAPI.
    Lrs,
    /// Read released figures from a BI tool.
    Bi,
    /// Everything, administration included.
    Admin,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 5] = [Self::Collect, Self::Read, Self::Lrs, Self::Bi, Self::Admin];

    /// The word on the command line and in the register.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Read => "read",
            Self::Lrs => "lrs",
            Self::Bi => "bi",
            Self::Admin => "admin",
        }
    }
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[error("no such scope; one of collect, read, lrs, bi, admin is expected")]
pub struct NotAScope;

impl FromStr for Scope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(NotAScope)
    }
}

/// What a token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenScope {
    /// What for.
    pub scope: Scope,
    /// Which establishment; `None` is all of them.
    pub establishment: Option<Uai>,
}

/// A secret that its holder shows: a token or a session cookie. No `Debug`; shown once, kept as a digest.
pub struct Token(String);

impl Token {
    pub(super) fn random() -> Self {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        Self(format!("ecs_{}", hex::encode(bytes)))
    }

    /// The text to hand to its holder.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// A signed-in person.
#[derive(Clone)]
pub struct Session {
    /// Who, after the entry gate.
    pub claims: Claims,
}

impl Register {
    /// Makes a token. Real time, never the simulated clock: a token must not outlive what its holder thinks.
    #[boxed]
    pub async fn create_token(&self, scope: &TokenScope, now: Timestamp) -> Result<Token, Error> {
        let secret = Token::random();
        token::Entity::insert(token::ActiveModel {
            digest: Set(digest(secret.reveal())),
            scope: Set(scope.scope.as_str().to_owned()),
            uai: Set(scope.establishment.as_ref().map(ToString::to_string)),
            created_at: Set(now.as_second()),
        })
        .exec_without_returning(&self.write)
        .await?;
        Ok(secret)
    }

    /// What a token opens; `None` when it is unknown.
    #[boxed]
    pub async fn token(&self, secret: &str) -> Result<Option<TokenScope>, Error> {
        let Some(row) = token::Entity::find_by_id(digest(secret)).one(&self.read).await? else {
            return Ok(None);
        };
        let unreadable = |what, text: &str| Error::Unreadable { what, text: text.to_owned() };
        let scope = row.scope.parse().map_err(|_| unreadable("a token's scope", &row.scope))?;
        let establishment = row
            .uai
            .as_deref()
            .map(|uai| uai.parse().map_err(|_| unreadable("a token's establishment", uai)))
            .transpose()?;
        Ok(Some(TokenScope { scope, establishment }))
    }

    /// Opens a session until `expires_at` (real time).
    #[boxed]
    pub async fn open_session(&self, claims: &Claims, expires_at: Timestamp) -> Result<Token, Error> {
        let secret = Token::random();
        let claims = serde_json::to_string(claims).map_err(|error| Error::Lake(error.to_string()))?;
        session::Entity::insert(session::ActiveModel {
            digest: Set(digest(secret.reveal())),
            claims: Set(claims),
            expires_at: Set(expires_at.as_second()),
        })
        .exec_without_returning(&self.write)
        .await?;
        Ok(secret)
    }

    /// The session of a cookie, unless it is unknown or over.
    #[boxed]
    pub async fn session(&self, secret: &str, now: Timestamp) -> Result<Option<Session>, Error> {
        let row = session::Entity::find_by_id(digest(secret))
            .filter(session::Column::ExpiresAt.gt(now.as_second()))
            .one(&self.read)
            .await?;
        row.map(|row| {
            let claims = serde_json::from_str(&row.claims)
                .map_err(|error| Error::Unreadable { what: "a session's claims", text: error.to_string() })?;
            Ok(Session { claims })
        })
        .transpose()
    }

    /// Ends a session.
    #[boxed]
    pub async fn close_session(&self, secret: &str) -> Result<(), Error> {
        session::Entity::delete_by_id(digest(secret)).exec(&self.write).await?;
        Ok(())
    }

    /// Forgets the sessions that are over.
    #[boxed]
    pub async fn drop_expired_sessions(&self, now: Timestamp) -> Result<(), Error> {
        session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lte(now.as_second()))
            .exec(&self.write)
            .await?;
        Ok(())
    }
}
