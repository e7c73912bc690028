//! What comes next for an application, whose turn it is, and by when, so that what is late can be listed.

use chrono::NaiveDate;

use super::application::{Application, Party, Window, until};
use super::scheme::Rules;

/// The next step of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// Whose turn it is.
    pub party: Party,
    /// What is to be done, as a word: `submit`, `check`, `complete`, `decide`, `publish`, `answer_objection`, `wait`,
    /// `award`, `appeal`, `answer_appeal`.
    pub step: &'static str,
    /// The last day on which it is in time.
    pub due: NaiveDate,
    /// Whether nothing is owed: it may be left alone.
    pub optional: bool,
}

impl Next {
    const fn owed(party: Party, step: &'static str, due: NaiveDate) -> Self {
        Self { party, step, due, optional: false }
    }

    const fn may(party: Party, step: &'static str, due: NaiveDate) -> Self {
        Self { party, step, due, optional: true }
    }

    /// Days by which it is late; none while it is in time, or where nothing is owed.
    pub fn late_by(self, today: NaiveDate) -> Option<i64> {
        let days = today.signed_duration_since(self.due).num_days();
        (!self.optional && days > 0).then_some(days)
    }
}

/// What an application waits for, in its state since `since`; nothing at its end. `objected_on` is the day of the oldest
/// objection that waits for an answer.
pub fn next(
    application: &Application,
    since: NaiveDate,
    objected_on: Option<NaiveDate>,
    rules: &Rules,
    round: Window,
    today: NaiveDate,
) -> Option<Next> {
    let targets = &rules.targets;
    match application {
        Application::Draft => Some(Next::may(Party::Applicant, "submit", round.to)),
        Application::Submitted { .. } => Some(Next::owed(Party::Authority, "check", until(since, targets.check))),
        Application::Returned { until, .. } => Some(Next::owed(Party::Applicant, "complete", *until)),
        // Nothing is decided while others may still apply.
        Application::UnderReview { .. } => {
            Some(Next::owed(Party::Authority, "decide", until(since.max(round.to), targets.decision)))
        }
        Application::Approved { .. } => {
            Some(Next::owed(Party::Authority, "publish", until(since, targets.publication)))
        }
        Application::Published { until: last, open, .. } => Some(if !open.is_empty() {
            let from = objected_on.unwrap_or(since);
            Next::owed(Party::Authority, "answer_objection", until(from, targets.answer))
        } else if today <= *last {
            Next::may(Party::Anybody, "wait", *last)
        } else {
            Next::owed(Party::Authority, "award", until(*last, targets.award))
        }),
        Application::Refused { appeal_until: Some(until), .. } if today <= *until => {
            Some(Next::may(Party::Applicant, "appeal", *until))
        }
        Application::Appealed { .. } => {
            Some(Next::owed(Party::Authority, "answer_appeal", until(since, targets.answer)))
        }
        Application::Refused { .. }
        | Application::Awarded { .. }
        | Application::Dismissed { .. }
        | Application::Withdrawn { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::DateTime;
    use rstest::rstest;
    use serde_json::json;
    use uuid::Uuid;

    use super::super::application::Filing;
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, day).expect("a day")
    }

    fn rules() -> Rules {
        serde_json::from_value(json!({
            "form": { "fields": [] }, "validity": { "kind": "open" },
            "targets": { "check": 1, "completion": 2, "decision": 3, "publication": 4, "award": 5, "answer": 6 }
        }))
        .expect("rules")
    }

    fn filing() -> Filing {
        Filing { at: DateTime::UNIX_EPOCH, appealed: false, heard_by: BTreeSet::new() }
    }

    fn published(open: &[u128]) -> Application {
        let open = open.iter().map(|id| Uuid::from_u128(*id)).collect();
        Application::Published { filing: filing(), by: Uuid::nil(), until: day(12), open }
    }

    fn refused(appeal_until: Option<NaiveDate>) -> Application {
        Application::Refused { filing: filing(), by: Uuid::nil(), reason: "small".into(), appeal_until }
    }

    /// All states on the 12th, in their state since the 8th; the round closes on the 10th.
    #[rstest]
    #[case::draft(Application::Draft, "applicant submit 10", None)]
    #[case::submitted(Application::Submitted { filing: filing() }, "authority check 9", Some(3))]
    #[case::returned(Application::Returned { filing: filing(), reason: "plan".into(), until: day(11) }, "applicant complete 11", Some(1))]
    #[case::under_review(Application::UnderReview { filing: filing() }, "authority decide 13", None)]
    #[case::approved(Application::Approved { filing: filing(), by: Uuid::nil() }, "authority publish 12", None)]
    #[case::published(published(&[]), "anybody wait 12", None)]
    #[case::objected(published(&[1]), "authority answer_objection 15", None)]
    #[case::refused(refused(Some(day(12))), "applicant appeal 12", None)]
    #[case::refused_for_good(refused(None), "", None)]
    #[case::refused_long_ago(refused(Some(day(11))), "", None)]
    #[case::appealed(Application::Appealed { filing: filing(), refused_by: Uuid::nil(), refusal: "small".into(), grounds: "grown".into() }, "authority answer_appeal 14", None)]
    #[case::awarded(Application::Awarded { filing: filing(), number: "1".into(), from: day(1) }, "", None)]
    #[case::dismissed(Application::Dismissed { filing: filing(), reason: "small".into() }, "", None)]
    #[case::withdrawn(Application::Withdrawn { reason: String::new() }, "", None)]
    fn each_state_says_what_is_next(
        #[case] application: Application,
        #[case] expected: &str,
        #[case] late: Option<i64>,
    ) {
        let round = Window { from: day(1), to: day(10) };
        let next = next(&application, day(8), Some(day(9)), &rules(), round, day(12));
        let text = next.map(|next| format!("{} {} {}", next.party.word(), next.step, next.due.format("%-d")));
        assert_eq!(text.as_deref().unwrap_or(""), expected);
        assert_eq!(next.and_then(|next| next.late_by(day(12))), late);
    }

    #[test]
    fn an_award_is_due_after_the_days_for_objections() {
        let round = Window { from: day(1), to: day(10) };
        let due = next(&published(&[]), day(5), None, &rules(), round, day(13)).expect("a next step");
        assert_eq!(due, Next::owed(Party::Authority, "award", day(17)));
        assert_eq!((due.late_by(day(17)), due.late_by(day(18))), (None, Some(1)));
    }
}
