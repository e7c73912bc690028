//! The words of resources in JSON and SQL, and the rules behind them.

use kepu_domain::resource as rules;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ResourceKind {
    /// A course that is given to a group.
    Course,
    /// Equipment that is lent.
    Equipment,
    /// A game that is lent.
    Game,
    /// Material to make or play games with; lent.
    GameMaterial,
    /// Material for lessons: files to take, or copies that are handed out.
    LessonMaterial,
    /// Somebody who speaks.
    Speaker,
}

impl ResourceKind {
    /// As the rules see it.
    pub const fn rules(self) -> rules::Kind {
        match self {
            Self::Course => rules::Kind::Course,
            Self::Equipment => rules::Kind::Equipment,
            Self::Game => rules::Kind::Game,
            Self::GameMaterial => rules::Kind::GameMaterial,
            Self::LessonMaterial => rules::Kind::LessonMaterial,
            Self::Speaker => rules::Kind::Speaker,
        }
    }
}

/// On what terms it may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[sqlx(type_name = "text")]
pub enum ResourceLicence {
    /// Creative Commons, attribution, 4.0.
    #[serde(rename = "cc-by-4.0")]
    #[sqlx(rename = "cc-by-4.0")]
    CcBy,
    /// … share alike.
    #[serde(rename = "cc-by-sa-4.0")]
    #[sqlx(rename = "cc-by-sa-4.0")]
    CcBySa,
    /// … not for commerce.
    #[serde(rename = "cc-by-nc-4.0")]
    #[sqlx(rename = "cc-by-nc-4.0")]
    CcByNc,
    /// … not for commerce, share alike.
    #[serde(rename = "cc-by-nc-sa-4.0")]
    #[sqlx(rename = "cc-by-nc-sa-4.0")]
    CcByNcSa,
    /// All rights reserved; used with the permission that the note describes.
    #[serde(rename = "by-permission")]
    #[sqlx(rename = "by-permission")]
    ByPermission,
    /// As the note says.
    #[serde(rename = "other")]
    #[sqlx(rename = "other")]
    Other,
}

impl ResourceLicence {
    /// As the rules see it.
    pub const fn rules(self) -> rules::Licence {
        match self {
            Self::CcBy => rules::Licence::CcBy,
            Self::CcBySa => rules::Licence::CcBySa,
            Self::CcByNc => rules::Licence::CcByNc,
            Self::CcByNcSa => rules::Licence::CcByNcSa,
            Self::ByPermission => rules::Licence::ByPermission,
            Self::Other => rules::Licence::Other,
        }
    }
}

/// Where it can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ResourceReach {
    /// To any organization.
    Everywhere,
    /// To organizations of the districts that are named.
    Districts,
    /// Nowhere: who uses it comes to the owner.
    AtOwner,
}

/// Whether a resource is on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ResourceStatus {
    /// It is.
    Open,
    /// Nobody can ask for it any more; what is booked stays booked.
    Closed,
}
