//! How persons stood when a period had ended. What they did in it is told of its days, whenever it is asked; whether they meet
//! what the policy asks goes on changing, so that of a period that is over it is read as of its end.

use chrono::NaiveDate;

use super::WhichReady;
use crate::error::Result;
use crate::reports::frame::{Asked, Frame, begin};
use crate::state::AppState;
use crate::tenancy::Tx;

/// Of which moment it is told how persons stand.
pub enum Standing {
    /// That of the data: the period goes on, or has no end.
    Data,
    /// The same, though the period has ended on this day: nothing was scored yet then.
    Unscored(NaiveDate),
    /// The end of the period.
    End(Box<End>),
}

/// A ground as of the end of a period, in a transaction that sees that moment.
pub struct End {
    /// The transaction.
    pub tx: Tx,
    /// The ground.
    pub frame: Frame,
    day: NaiveDate,
}

impl Standing {
    /// As the period of a ground wants it. Who may see the ground was judged before.
    pub async fn of(state: &AppState, frame: &Frame, which: &WhichReady) -> Result<Self> {
        let Some(day) = frame.about.period.to else { return Ok(Self::Data) };
        if day >= frame.about.as_of.with_timezone(&frame.zone).date_naive() {
            return Ok(Self::Data);
        }
        let end = day.to_string();
        // The days of the term by the rules of the data: those of then may have none of that name.
        let asked = Asked {
            policy: Some(&frame.about.policy.id),
            as_of: Some(&end),
            from: frame.about.period.from,
            to: frame.about.period.to,
            term: None,
            ..which.asked()
        };
        let mut tx = begin(state, crate::tenancy::DistrictId(frame.about.district.id), asked.as_of).await?;
        match frame.again(&mut tx, &asked, state.now()).await {
            Ok(then) => Ok(Self::End(Box::new(End { tx, frame: then, day }))),
            Err(error) if error.code() == "no_policy" => {
                tx.rollback().await?;
                Ok(Self::Unscored(day))
            }
            Err(error) => Err(error),
        }
    }

    /// The end, where it is told of that.
    pub fn end(&mut self) -> Option<(&mut Tx, &Frame)> {
        match self {
            Self::End(end) => Some((&mut end.tx, &end.frame)),
            Self::Data | Self::Unscored(_) => None,
        }
    }

    /// The day at whose end that is; nothing where it is the time of the data.
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Self::End(end) => Some(end.day),
            Self::Data | Self::Unscored(_) => None,
        }
    }

    /// What a report says of it.
    pub fn note(&self, frame: &Frame) -> String {
        match self {
            Self::Data => frame
                .say(
                    "达标和等级按数据时间的状态，含全部期间的学分。",
                    "Requirements and levels are as they stand at the time of the data, over all time.",
                )
                .to_owned(),
            Self::Unscored(day) => frame.name(
                format!("{day} 时段结束时还没有按本办法计分，达标和等级按数据时间的状态，含全部期间的学分。"),
                format!(
                    "When the period ended on {day} nothing was scored by this policy yet: requirements and levels are as \
                     they stand at the time of the data, over all time."
                ),
            ),
            Self::End(end) => frame.name(
                format!(
                    "达标和等级按时段结束时（{} 当天结束）的状态和当时生效的办法（{}），含此前全部期间的学分。",
                    end.day, end.frame.about.policy.version
                ),
                format!(
                    "Requirements and levels are as they stood at the end of {}, by the policy version of then ({}), over \
                     all time before.",
                    end.day, end.frame.about.policy.version
                ),
            ),
        }
    }

    /// Gives the ground back.
    pub async fn close(self) -> Result<Option<Frame>> {
        match self {
            Self::End(end) => {
                end.tx.rollback().await?;
                Ok(Some(end.frame))
            }
            Self::Data | Self::Unscored(_) => Ok(None),
        }
    }
}
