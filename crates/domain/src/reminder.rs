//! When somebody is reminded of a deadline: some days before it, on its day, and once after it. News are told once, from
//! their day on.
//!
//! What is told follows from the day and from what was told, never from when this is asked: asked more seldom, earlier
//! stages are left out; asked more often, nothing is told twice.

use chrono::{Days, NaiveDate};

/// What is to be done by a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Hand an application in.
    Submit,
    /// Complete an application that was sent back.
    Complete,
    /// Appeal a refusal.
    Appeal,
    /// Check whether an application is complete.
    Check,
    /// Review an application.
    Review,
    /// Decide an application.
    Decide,
    /// Publish a decision.
    Publish,
    /// Answer an objection.
    AnswerObjection,
    /// Award a designation.
    Award,
    /// Answer an appeal.
    AnswerAppeal,
    /// Assess a designation for a year.
    Assess,
    /// Renew a designation that ends.
    Renew,
    /// Renew a designation whose holder asks for it, or refuse.
    AnswerRenewal,
    /// Know that a designation ends.
    DesignationEnds,
    /// Bring back what was lent.
    Return,
    /// Renew an agreement that ends, or let it end.
    AgreementEnds,
    /// Say for a host what happened, to a line that is questioned.
    StateAppeal,
    /// Decide about a line that is questioned.
    DecideAppeal,
    /// Know that an appeal one has filed was granted or declined. It is news: nothing is due, its day is that of the answer.
    AppealAnswered,
    /// Know that one was renewed, or not, after one has asked for it. It is news, too.
    RenewalAnswered,
    /// News: an application was sent back to be completed.
    ApplicationReturned,
    /// News: an application was approved.
    ApplicationApproved,
    /// News: an application was refused, or an objection to it upheld.
    ApplicationRefused,
    /// News: the approval of an application was published for objections.
    ApplicationPublished,
    /// News: what was applied for was awarded.
    ApplicationAwarded,
    /// News: an appeal against a refusal was answered.
    RefusalAnswered,
    /// News: a designation was suspended.
    DesignationSuspended,
    /// News: a suspension was lifted.
    DesignationResumed,
    /// News: a designation was revoked.
    DesignationRevoked,
    /// News: the designation of a host was suspended, with whom a school has sessions ahead.
    HostSuspended,
    /// News: the suspension of such a host was lifted.
    HostResumed,
    /// News: the designation of such a host was revoked.
    HostRevoked,
    /// News: such a host was closed.
    HostClosed,
    /// News: somebody asks for what one lends or offers.
    BookingAsked,
    /// News: what one asked for was granted.
    BookingApproved,
    /// News: what one asked for was refused.
    BookingRefused,
    /// News: the other side called a booking off.
    BookingCancelled,
    /// News: what one has lent did not come back on its day.
    LoanLate,
    /// News: an agreement was offered to be signed.
    AgreementOffered,
    /// News: another party does not sign an agreement.
    AgreementRefused,
    /// News: another party ended an agreement early.
    AgreementEnded,
    /// News: a theme of a programme in which one hosts was moved to another month.
    ThemeMoved,
}

/// How many days news wait to be read.
pub const NEWS_DAYS: u64 = 30;

impl Step {
    /// Every step.
    pub const ALL: [Self; 42] = [
        Self::Submit,
        Self::Complete,
        Self::Appeal,
        Self::Check,
        Self::Review,
        Self::Decide,
        Self::Publish,
        Self::AnswerObjection,
        Self::Award,
        Self::AnswerAppeal,
        Self::Assess,
        Self::Renew,
        Self::AnswerRenewal,
        Self::DesignationEnds,
        Self::Return,
        Self::AgreementEnds,
        Self::StateAppeal,
        Self::DecideAppeal,
        Self::AppealAnswered,
        Self::RenewalAnswered,
        Self::ApplicationReturned,
        Self::ApplicationApproved,
        Self::ApplicationRefused,
        Self::ApplicationPublished,
        Self::ApplicationAwarded,
        Self::RefusalAnswered,
        Self::DesignationSuspended,
        Self::DesignationResumed,
        Self::DesignationRevoked,
        Self::HostSuspended,
        Self::HostResumed,
        Self::HostRevoked,
        Self::HostClosed,
        Self::BookingAsked,
        Self::BookingApproved,
        Self::BookingRefused,
        Self::BookingCancelled,
        Self::LoanLate,
        Self::AgreementOffered,
        Self::AgreementRefused,
        Self::AgreementEnded,
        Self::ThemeMoved,
    ];

    /// The word in JSON and SQL. Those of applications are what [`crate::designation::deadline::Next`] calls them.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Complete => "complete",
            Self::Appeal => "appeal",
            Self::Check => "check",
            Self::Review => "review",
            Self::Decide => "decide",
            Self::Publish => "publish",
            Self::AnswerObjection => "answer_objection",
            Self::Award => "award",
            Self::AnswerAppeal => "answer_appeal",
            Self::Assess => "assess",
            Self::Renew => "renew",
            Self::AnswerRenewal => "answer_renewal",
            Self::DesignationEnds => "designation_ends",
            Self::Return => "return",
            Self::AgreementEnds => "agreement_ends",
            Self::StateAppeal => "state_appeal",
            Self::DecideAppeal => "decide_appeal",
            Self::AppealAnswered => "appeal_answered",
            Self::RenewalAnswered => "renewal_answered",
            Self::ApplicationReturned => "application_returned",
            Self::ApplicationApproved => "application_approved",
            Self::ApplicationRefused => "application_refused",
            Self::ApplicationPublished => "application_published",
            Self::ApplicationAwarded => "application_awarded",
            Self::RefusalAnswered => "refusal_answered",
            Self::DesignationSuspended => "designation_suspended",
            Self::DesignationResumed => "designation_resumed",
            Self::DesignationRevoked => "designation_revoked",
            Self::HostSuspended => "host_suspended",
            Self::HostResumed => "host_resumed",
            Self::HostRevoked => "host_revoked",
            Self::HostClosed => "host_closed",
            Self::BookingAsked => "booking_asked",
            Self::BookingApproved => "booking_approved",
            Self::BookingRefused => "booking_refused",
            Self::BookingCancelled => "booking_cancelled",
            Self::LoanLate => "loan_late",
            Self::AgreementOffered => "agreement_offered",
            Self::AgreementRefused => "agreement_refused",
            Self::AgreementEnded => "agreement_ended",
            Self::ThemeMoved => "theme_moved",
        }
    }

    /// The step of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }

    /// How many days before the last one it is told.
    pub const fn days_ahead(self) -> u64 {
        match self {
            Self::Renew | Self::DesignationEnds => 60,
            // An ask is told at once, not in its last days.
            Self::AnswerRenewal => 400,
            Self::Assess | Self::AgreementEnds => 30,
            _ => 3,
        }
    }

    /// Whether it only says what has happened, on the day that is called its last.
    pub const fn is_news(self) -> bool {
        self.is_found_anew() || self.is_told_at_once()
    }

    /// Whether it is news that is found again in what is stored, each time, and gone when it is found no more.
    const fn is_found_anew(self) -> bool {
        matches!(self, Self::AppealAnswered | Self::RenewalAnswered | Self::LoanLate)
    }

    /// Whether it is news that is told where it happens, and there alone.
    pub const fn is_told_at_once(self) -> bool {
        matches!(
            self,
            Self::ApplicationReturned
                | Self::ApplicationApproved
                | Self::ApplicationRefused
                | Self::ApplicationPublished
                | Self::ApplicationAwarded
                | Self::RefusalAnswered
                | Self::DesignationSuspended
                | Self::DesignationResumed
                | Self::DesignationRevoked
                | Self::HostSuspended
                | Self::HostResumed
                | Self::HostRevoked
                | Self::HostClosed
                | Self::BookingAsked
                | Self::BookingApproved
                | Self::BookingRefused
                | Self::BookingCancelled
                | Self::AgreementOffered
                | Self::AgreementRefused
                | Self::AgreementEnded
                | Self::ThemeMoved
        )
    }

    /// Whether it can still be done, or is owed, after its last day.
    pub const fn can_be_late(self) -> bool {
        !matches!(self, Self::Submit | Self::Complete | Self::Appeal | Self::DesignationEnds | Self::AgreementEnds)
    }
}

/// How near the last day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Some days are left.
    Soon,
    /// It is the last day.
    Today,
    /// The last day is over.
    Late,
    /// There is no last day: it has happened.
    News,
}

impl Stage {
    /// Every stage, in their order.
    pub const ALL: [Self; 4] = [Self::Soon, Self::Today, Self::Late, Self::News];

    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Soon => "soon",
            Self::Today => "today",
            Self::Late => "late",
            Self::News => "news",
        }
    }

    /// The stage of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

/// In which stage a step is on a day; nothing while it is far ahead, or when it is too late for it.
pub fn stage(step: Step, due: NaiveDate, today: NaiveDate) -> Option<Stage> {
    if step.is_news() {
        let until = due.checked_add_days(Days::new(NEWS_DAYS)).unwrap_or(due);
        return (due <= today && today <= until).then_some(Stage::News);
    }
    let first = due.checked_sub_days(Days::new(step.days_ahead())).unwrap_or(due);
    match today {
        day if day < first => None,
        day if day < due => Some(Stage::Soon),
        day if day == due => Some(Stage::Today),
        _ => step.can_be_late().then_some(Stage::Late),
    }
}

/// What is to be told on a day, after `told` was the last that was.
pub fn tell(step: Step, due: NaiveDate, today: NaiveDate, told: Option<Stage>) -> Option<Stage> {
    stage(step, due, today).filter(|stage| told.is_none_or(|told| told < *stage))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn day(ahead: u64) -> NaiveDate {
        let first = NaiveDate::from_ymd_opt(2026, 9, 1).expect("a day");
        first.checked_add_days(Days::new(ahead)).expect("a day")
    }

    #[rstest]
    #[case(Step::Check, 6, None)]
    #[case(Step::Check, 7, Some(Stage::Soon))]
    #[case(Step::Check, 9, Some(Stage::Soon))]
    #[case(Step::Check, 10, Some(Stage::Today))]
    #[case(Step::Check, 11, Some(Stage::Late))]
    #[case(Step::Check, 400, Some(Stage::Late))]
    #[case(Step::Submit, 10, Some(Stage::Today))]
    #[case(Step::Submit, 11, None)]
    #[case(Step::Return, 11, Some(Stage::Late))]
    #[case(Step::Renew, 0, Some(Stage::Soon))]
    #[case(Step::AppealAnswered, 9, None)]
    #[case(Step::AppealAnswered, 10, Some(Stage::News))]
    #[case(Step::AppealAnswered, 40, Some(Stage::News))]
    #[case(Step::AppealAnswered, 41, None)]
    #[case(Step::BookingAsked, 10, Some(Stage::News))]
    #[case(Step::LoanLate, 11, Some(Stage::News))]
    fn a_step_that_is_due_on_the_tenth_day(#[case] step: Step, #[case] on: u64, #[case] expected: Option<Stage>) {
        assert_eq!(stage(step, day(10), day(on)), expected);
    }

    #[test]
    fn words_are_read_back() {
        assert!(Step::ALL.into_iter().all(|step| Step::parse(step.word()) == Some(step)));
        assert!(Stage::ALL.into_iter().all(|stage| Stage::parse(stage.word()) == Some(stage)));
        assert_eq!((Step::parse("x"), Stage::parse("x")), (None, None));
    }

    proptest! {
        /// However often and however irregularly it is asked: each stage at the most once, in their order, and whoever
        /// is asked for at last knows the stage of that day.
        #[test]
        fn nothing_is_told_twice_and_nothing_is_lost(
            step in prop::sample::select(Step::ALL.to_vec()),
            due in 0_u64..120,
            mut days in prop::collection::vec(0_u64..200, 1..40),
        ) {
            days.sort_unstable();
            let mut told = Vec::new();
            for on in &days {
                told.extend(tell(step, day(due), day(*on), told.last().copied()));
            }
            prop_assert!(told.is_sorted_by(|one, next| one < next), "{told:?}");
            let last = days.last().and_then(|on| stage(step, day(due), day(*on)));
            prop_assert!(last.is_none() || told.last().copied() == last, "{told:?} {last:?}");
        }
    }
}
