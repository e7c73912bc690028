//! The words of agreements in JSON and SQL, and the rules behind them.

use kepu_domain::agreement as rules;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::organizations::OrganizationKind;

/// An enumeration that is one of the rules, as JSON, SQL and OpenAPI have it.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident = $rules:path { $($(#[$of:meta])* $word:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, sqlx::Type)]
        #[serde(rename_all = "snake_case")]
        #[sqlx(type_name = "text", rename_all = "snake_case")]
        pub enum $name { $($(#[$of])* $word,)* }

        impl From<$rules> for $name {
            fn from(word: $rules) -> Self {
                use $rules as Rules;
                match word { $(Rules::$word => Self::$word,)* }
            }
        }

        impl From<$name> for $rules {
            fn from(word: $name) -> Self {
                use $rules as Rules;
                match word { $($name::$word => Rules::$word,)* }
            }
        }
    };
}
pub(crate) use mirror;

mirror! {
    /// What sort of agreement it is.
    AgreementKind = rules::Kind {
        /// Institutions work together on common aims.
        Strategic,
        /// What single orders or projects will rest on.
        Framework,
        /// A school and a firm or institute as partners.
        Pairing,
    }
}

mirror! {
    /// How an agreement stands today.
    AgreementStanding = rules::Standing {
        /// Is being written.
        Draft,
        /// Waits for signatures.
        Offered,
        /// A party refused it.
        Refused,
        /// Will not be.
        Withdrawn,
        /// Signed by all; its term has not begun.
        NotBegun,
        /// Holds.
        InForce,
        /// Its term is over.
        Expired,
        /// A party disputes what was entered from paper.
        Disputed,
        /// Ended early.
        Ended,
        /// Another one is in its place.
        Renewed,
    }
}

mirror! {
    /// A state, as stored: the days of the term say more.
    AgreementState = rules::StateName {
        /// Is being written.
        Draft,
        /// Waits for signatures.
        Offered,
        /// A party refused it.
        Refused,
        /// Will not be.
        Withdrawn,
        /// Signed by all.
        Signed,
        /// A party disputes what was entered from paper.
        Disputed,
        /// Ended early.
        Ended,
        /// Another one is in its place.
        Renewed,
    }
}

mirror! {
    /// A kind of thing that can be ahead when an agreement ends.
    AheadSort = rules::end::Sort {
        /// A party uses what another one offers.
        Bookings,
        /// Sessions of the activities of its projects.
        Sessions,
        /// Projects that are planned or running.
        Projects,
    }
}

mirror! {
    /// What becomes of a kind of thing.
    EndChoice = rules::end::Choice {
        /// It goes on to its own end.
        Keep,
        /// It is cancelled; a project is stopped.
        Cancel,
    }
}

mirror! {
    /// What the end made of one thing.
    EndOutcome = rules::end::Outcome {
        /// Cancelled or stopped, with the reason of the end.
        Cancelled,
        /// Kept, as was said.
        Kept,
        /// It was handed over or has begun, so it ends as agreed.
        HasBegun,
        /// It is between others, so they decide.
        OfOthers,
    }
}

/// On which side of a pairing such an organization can stand.
pub fn side(kind: OrganizationKind) -> rules::Side {
    use OrganizationKind as K;
    match kind {
        K::School | K::Kindergarten => rules::Side::School,
        K::Base | K::Museum | K::Company | K::Institute | K::University | K::Community | K::Media => {
            rules::Side::Partner
        }
        K::Authority => rules::Side::Neither,
    }
}
