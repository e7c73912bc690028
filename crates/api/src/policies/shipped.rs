//! The rule sets that come with kepu, published for all districts when the service starts.

use chrono::{DateTime, Utc};
use kepu_domain::text::Lang;

use super::publish::publish;
use crate::error::Result;
use crate::postgres::Db;
use crate::tenancy::DistrictId;

/// Name and text of each policy in `policies/`.
pub const SHIPPED: [(&str, &str); 7] = [
    ("guangming-illustrative", include_str!("../../../../policies/guangming-illustrative.yaml")),
    ("beijing-open-practice-2016", include_str!("../../../../policies/beijing-open-practice-2016.yaml")),
    ("childrens-university", include_str!("../../../../policies/childrens-university.yaml")),
    ("award-table-junior-school", include_str!("../../../../policies/award-table-junior-school.yaml")),
    ("second-classroom", include_str!("../../../../policies/second-classroom.yaml")),
    ("teacher-training", include_str!("../../../../policies/teacher-training.yaml")),
    ("science-shop-team", include_str!("../../../../policies/science-shop-team.yaml")),
];

/// Publishes what is not published yet. A shipped text that changed under the same version is left as it was published.
///
/// # Errors
/// The database failed, or a shipped policy is broken.
pub async fn load_shipped(db: &Db, at: DateTime<Utc>) -> Result<()> {
    let mut tx = db.begin(DistrictId::PLATFORM).await?;
    for (_, text) in SHIPPED {
        publish(&mut tx, None, text, None, at, Lang::En).await?;
    }
    tx.commit().await
}
