//! From all scans of one person in one session to their verdicts and to the person's presence.
//!
//! A pure function of the *set* of scans: whatever the order in which devices send them, however often, the outcome is
//! the same. Scans are read in the order in which they happened, by the clock of the service; at the same moment, by id.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::scan::{Decision, Direction, EARLIEST, Kind, Reason, Scan, Verdict};

/// Doors open so long before the beginning.
pub const DOORS: TimeDelta = TimeDelta::hours(2);
/// Who comes later than this after the end must be looked at.
pub const LAST_IN: TimeDelta = TimeDelta::hours(1);
/// Who leaves later than this after the end must be looked at.
pub const LAST_OUT: TimeDelta = TimeDelta::hours(4);
/// Devices have so long after the end to send what they hold.
pub const SENT_WITHIN: TimeDelta = TimeDelta::days(7);
/// A scan that lies further ahead of the service's clock cannot be.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// A clock that is further off cannot be corrected.
const CORRECTABLE: TimeDelta = TimeDelta::hours(24);

/// What a door takes note of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Who came.
    In,
    /// Who came and who left, for sessions that credit by the minute.
    InOut,
}

impl Mode {
    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::InOut => "in_out",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::In, Self::InOut].into_iter().find(|mode| mode.word() == word)
    }
}

/// The session, as far as the door needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// What the door takes note of.
    pub mode: Mode,
    /// Whether somebody who was not registered may come in.
    pub walk_ins: bool,
    /// It does not take place.
    pub cancelled: bool,
    /// When the host closed it, if it did.
    pub closed_at: Option<DateTime<Utc>>,
}

/// How a person stood in the session before the door saw anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Was expected.
    Yes,
    /// Waited for a place.
    Waitlisted,
    /// Had taken it back.
    Withdrawn,
    /// Was not in it.
    No,
}

/// The person, as far as the door needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// How the person stood before.
    pub listed: Listed,
    /// May not come as a walk-in.
    pub barred: bool,
    /// Passes that were replaced: the issue, and when.
    pub replaced: Vec<(u16, DateTime<Utc>)>,
}

/// What follows from the scans of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// One for each scan, in the order in which they happened.
    pub verdicts: Vec<(Uuid, Verdict)>,
    /// When and how long the person was there; none if it was not.
    pub presence: Option<Presence>,
}

/// When and how long somebody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// Came, the first time.
    pub in_at: DateTime<Utc>,
    /// Left, the last time; none while it is inside, or where nobody takes note.
    pub out_at: Option<DateTime<Utc>>,
    /// Whole minutes inside within the session's time; none where nobody takes note of leaving.
    pub minutes: Option<i32>,
    /// Came and was not seen leaving: counted until the end of the session.
    pub never_left: bool,
}

/// The verdict on each scan of a person in a session, and the person's presence.
pub fn fold(terms: &Terms, guest: &Guest, mut scans: Vec<Scan>) -> Folded {
    scans.sort_by_key(|scan| (scan.at, scan.id));
    let mut steps = Steps::default();
    // Whoever waited for a place and was let in by somebody's word is a guest like others, at every gate.
    let let_in = guest.listed == Listed::Waitlisted && scans.iter().any(|one| one.review == Some(Decision::Accept));
    let guest = &Guest { listed: if let_in { Listed::Yes } else { guest.listed }, ..guest.clone() };
    let verdicts = scans.iter().map(|scan| (scan.id, judge(terms, guest, scan, &mut steps))).collect();
    Folded { verdicts, presence: steps.presence(terms) }
}

fn judge(terms: &Terms, guest: &Guest, scan: &Scan, steps: &mut Steps) -> Verdict {
    let verdict = |reason, duplicate_of| Verdict { reason, duplicate_of, reviewed: scan.review };
    if let Some(reason) = refusal(terms, guest, scan) {
        return verdict(reason, None);
    }
    if let Some(reason) = doubt(terms, guest, scan)
        && scan.review != Some(Decision::Accept)
    {
        return verdict(reason, None);
    }
    let (reason, duplicate_of) = steps.take(terms, scan);
    verdict(reason, duplicate_of)
}

/// Why a scan does not count, whoever looks at it.
fn refusal(terms: &Terms, guest: &Guest, scan: &Scan) -> Option<Reason> {
    let replaced =
        scan.issue.is_some_and(|issue| guest.replaced.iter().any(|(old, at)| *old == issue && *at <= scan.at));
    let stranger = match guest.listed {
        Listed::Withdrawn if !terms.walk_ins => Some(Reason::Withdrawn),
        Listed::No if !terms.walk_ins => Some(Reason::NotOnList),
        Listed::Withdrawn | Listed::No if guest.barred => Some(Reason::Barred),
        _ => None,
    };
    [
        replaced.then_some(Reason::Revoked),
        terms.cancelled.then_some(Reason::SessionCancelled),
        stranger,
        (terms.mode == Mode::In && scan.direction == Direction::Out).then_some(Reason::NoOuts),
    ]
    .into_iter()
    .flatten()
    .next()
}

/// Why somebody must look at a scan before it counts.
fn doubt(terms: &Terms, guest: &Guest, scan: &Scan) -> Option<Reason> {
    let after = |moment: DateTime<Utc>, by: TimeDelta| scan.at.signed_duration_since(moment) > by;
    let implausible = after(scan.received_at, AHEAD)
        || scan.at <= EARLIEST
        || scan.clock_offset.is_some_and(|offset| offset.abs() > CORRECTABLE);
    let last = match scan.direction {
        Direction::In => LAST_IN,
        Direction::Out => LAST_OUT,
    };
    let tests = [
        (implausible, Reason::ClockImplausible),
        (terms.starts_at.signed_duration_since(scan.at) > DOORS, Reason::TooEarly),
        (after(terms.ends_at, last), Reason::AfterEnd),
        (terms.closed_at.is_some_and(|closed| happened(scan) > closed), Reason::AfterClosing),
        (scan.received_at.signed_duration_since(terms.ends_at) > SENT_WITHIN, Reason::SentLate),
        (guest.listed == Listed::Waitlisted, Reason::Waitlisted),
    ];
    tests.into_iter().find_map(|(applies, reason)| applies.then_some(reason))
}

/// No scan happened after the service had it, whatever its clock says: who was confirmed by a closing stays there.
fn happened(scan: &Scan) -> DateTime<Utc> {
    scan.at.min(scan.received_at)
}

/// In and out, step by step.
#[derive(Debug, Default)]
struct Steps {
    /// Times inside: the scan and moment of coming, the scan and moment of leaving.
    stays: Vec<(Seen, Option<Seen>)>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    scan: Uuid,
    at: DateTime<Utc>,
}

impl Steps {
    fn take(&mut self, terms: &Terms, scan: &Scan) -> (Reason, Option<Uuid>) {
        let seen = Seen { scan: scan.id, at: scan.at };
        match (scan.direction, self.stays.last_mut()) {
            (Direction::In, Some((came, None))) => (Reason::AlreadyIn, Some(came.scan)),
            (Direction::In, Some((came, _))) if terms.mode == Mode::In => (Reason::AlreadyIn, Some(came.scan)),
            (Direction::In, _) => {
                self.stays.push((seen, None));
                (Reason::In, None)
            }
            (Direction::Out, Some((_, left @ None))) => {
                *left = Some(seen);
                (Reason::Out, None)
            }
            (Direction::Out, Some((_, Some(left)))) => (Reason::AlreadyOut, Some(left.scan)),
            // Somebody answers for it that the person was there: from the beginning, as far as anybody knows.
            (Direction::Out, None) if scan.review == Some(Decision::Accept) => {
                let came = Seen { scan: scan.id, at: terms.starts_at.min(scan.at) };
                self.stays.push((came, Some(seen)));
                (Reason::Out, None)
            }
            (Direction::Out, None) => (Reason::OutWithoutIn, None),
        }
    }

    fn presence(&self, terms: &Terms) -> Option<Presence> {
        let (first, _) = self.stays.first()?;
        let (_, left) = self.stays.last()?;
        let counts_minutes = terms.mode == Mode::InOut;
        let minutes = self.stays.iter().map(|(came, left)| {
            let begin = came.at.max(terms.starts_at);
            let end = left.map_or(terms.ends_at, |left| left.at.min(terms.ends_at));
            end.signed_duration_since(begin).max(TimeDelta::zero())
        });
        let minutes = minutes.fold(TimeDelta::zero(), |sum, one| sum.checked_add(&one).unwrap_or(sum)).num_minutes();
        Some(Presence {
            in_at: first.at,
            out_at: left.map(|left| left.at),
            minutes: counts_minutes.then(|| i32::try_from(minutes).unwrap_or(i32::MAX)),
            never_left: counts_minutes && left.is_none(),
        })
    }
}

impl Folded {
    /// How many scans are of this worth.
    pub fn count(&self, kind: Kind) -> usize {
        self.verdicts.iter().filter(|(_, verdict)| verdict.kind() == kind).count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::super::scan::{Method, keepable};
    use super::*;

    /// Minutes after the beginning of a session of two hours.
    fn minute(minute: i64) -> DateTime<Utc> {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default();
        start.checked_add_signed(TimeDelta::minutes(minute)).unwrap_or_default()
    }

    fn terms() -> Terms {
        Terms {
            starts_at: minute(0),
            ends_at: minute(120),
            mode: Mode::InOut,
            walk_ins: false,
            cancelled: false,
            closed_at: None,
        }
    }

    fn guest() -> Guest {
        Guest { listed: Listed::Yes, barred: false, replaced: Vec::new() }
    }

    fn scan(id: u128, direction: Direction, at: i64) -> Scan {
        Scan {
            id: Uuid::from_u128(id),
            at: minute(at),
            received_at: minute(at),
            clock_offset: Some(TimeDelta::zero()),
            direction,
            method: Method::Pass,
            issue: Some(1),
            review: None,
        }
    }

    fn come(at: i64) -> Scan {
        scan(1, Direction::In, at)
    }

    type Change = fn(&mut Terms, &mut Guest, &mut Scan);

    /// One row for each reason; each row also holds for every reason after it in the order of precedence.
    const ROWS: &[(Reason, Change)] = &[
        (Reason::Revoked, |_, guest, scan| {
            guest.replaced.push((1, minute(-999)));
            scan.issue = Some(1);
        }),
        (Reason::SessionCancelled, |terms, _, _| terms.cancelled = true),
        (Reason::Withdrawn, |_, guest, _| guest.listed = Listed::Withdrawn),
        (Reason::NotOnList, |_, guest, _| guest.listed = Listed::No),
        (Reason::Barred, |terms, guest, _| {
            terms.walk_ins = true;
            guest.listed = Listed::No;
            guest.barred = true;
        }),
        (Reason::NoOuts, |terms, _, scan| {
            terms.mode = Mode::In;
            scan.direction = Direction::Out;
        }),
        (Reason::ClockImplausible, |_, _, scan| scan.clock_offset = Some(TimeDelta::hours(25))),
        (Reason::TooEarly, |_, _, scan| scan.at = minute(-121)),
        (Reason::AfterEnd, |_, _, scan| {
            scan.at = minute(120 + 241);
            scan.received_at = scan.at;
        }),
        (Reason::AfterClosing, |terms, _, _| terms.closed_at = Some(minute(-130))),
        (Reason::SentLate, |_, _, scan| scan.received_at = minute(120 + 7 * 24 * 60 + 1)),
        (Reason::Waitlisted, |_, guest, _| guest.listed = Listed::Waitlisted),
        (Reason::OutWithoutIn, |_, _, scan| scan.direction = Direction::Out),
        (Reason::In, |_, _, _| {}),
    ];

    fn reason_of(changes: &[Change]) -> Reason {
        let (mut terms, mut guest, mut scan) = (terms(), guest(), come(5));
        for change in changes {
            change(&mut terms, &mut guest, &mut scan);
        }
        let folded = fold(&terms, &guest, vec![scan]);
        folded.verdicts.first().map_or(Reason::Unreadable, |(_, verdict)| verdict.reason)
    }

    #[test]
    fn each_reason_is_told() {
        for (reason, change) in ROWS {
            assert_eq!(reason_of(&[*change]), *reason);
        }
    }

    #[test]
    fn the_first_reason_goes_before_the_later_ones() {
        for (at, (reason, change)) in ROWS.iter().enumerate() {
            for (later, also) in ROWS.iter().skip(at.saturating_add(1)) {
                // Pairs that speak of the same fact cannot both hold.
                let same_fact = [Reason::Withdrawn, Reason::NotOnList, Reason::Barred, Reason::Waitlisted];
                let same_time = [Reason::TooEarly, Reason::AfterEnd];
                let clash = |group: &[Reason]| group.contains(reason) && group.contains(later);
                if clash(&same_fact) || clash(&same_time) {
                    continue;
                }
                assert_eq!(reason_of(&[*also, *change]), *reason, "{reason:?} with {later:?}");
            }
        }
    }

    #[test]
    fn the_order_of_the_table_is_that_of_the_words() {
        let order: Vec<Reason> = ROWS.iter().map(|(reason, _)| *reason).collect();
        assert!(order.is_sorted(), "{order:?}");
        let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.word()).collect();
        assert!(Reason::ALL.iter().all(|reason| Reason::from_word(reason.word()) == Some(*reason)), "{words:?}");
    }

    fn words(folded: &Folded) -> String {
        let words: Vec<&str> = folded.verdicts.iter().map(|(_, verdict)| verdict.reason.word()).collect();
        words.join(" ")
    }

    #[rstest]
    #[case::comes_and_leaves(Mode::InOut, "i5 o65", "in out", Some(60), false)]
    #[case::scanned_twice(Mode::InOut, "i5 i6 o65 o66", "in already_in out already_out", Some(60), false)]
    #[case::goes_and_comes_again(Mode::InOut, "i0 o30 i60 o90", "in out in out", Some(60), false)]
    #[case::before_and_after_do_not_count(Mode::InOut, "i-30 o150", "in out", Some(120), false)]
    #[case::forgets_to_leave(Mode::InOut, "i20", "in", Some(100), true)]
    #[case::only_leaves(Mode::InOut, "o20", "out_without_in", None, false)]
    #[case::came_is_all_that_counts(Mode::In, "i5 i9 o65", "in already_in no_outs", None, false)]
    fn days_of_a_person(
        #[case] mode: Mode,
        #[case] scans: &str,
        #[case] expected: &str,
        #[case] minutes: Option<i32>,
        #[case] never_left: bool,
    ) {
        let scans = scans.split(' ').zip(1..).map(|(word, id)| {
            let (way, at) = word.split_at(1);
            scan(id, if way == "i" { Direction::In } else { Direction::Out }, at.parse().unwrap_or_default())
        });
        let folded = fold(&Terms { mode, ..terms() }, &guest(), scans.collect());
        assert_eq!(words(&folded), expected);
        assert_eq!(folded.presence.and_then(|p| p.minutes), minutes);
        assert_eq!(folded.presence.is_some_and(|p| p.never_left), never_left);
    }

    #[test]
    fn a_look_decides_a_doubt_and_nothing_else() {
        let doubtful = Scan { review: Some(Decision::Accept), ..come(-125) };
        let folded = fold(&terms(), &guest(), vec![doubtful.clone()]);
        assert_eq!((words(&folded).as_str(), folded.presence.is_some()), ("in", true));
        let refused = Scan { review: Some(Decision::Refuse), ..doubtful };
        let folded = fold(&terms(), &guest(), vec![refused]);
        assert_eq!((words(&folded).as_str(), folded.presence), ("too_early", None));
        assert_eq!(folded.count(Kind::Refused), 1);
        let only_leaves = Scan { review: Some(Decision::Accept), ..scan(2, Direction::Out, 90) };
        let folded = fold(&terms(), &guest(), vec![only_leaves.clone()]);
        assert_eq!((words(&folded).as_str(), folded.presence.and_then(|p| p.minutes)), ("out", Some(90)));
        let folded = fold(&terms(), &guest(), vec![only_leaves, come(30)]);
        assert_eq!((words(&folded).as_str(), folded.presence.and_then(|p| p.minutes)), ("in out", Some(60)));
        let stranger = Guest { listed: Listed::No, ..guest() };
        let accepted = Scan { review: Some(Decision::Accept), ..come(5) };
        assert_eq!(words(&fold(&terms(), &stranger, vec![accepted])), "not_on_list");
    }

    #[test]
    fn who_waited_and_was_let_in_is_a_guest_at_every_gate() {
        let guest = Guest { listed: Listed::Waitlisted, ..guest() };
        let (first, second, leaves) = (come(5), scan(2, Direction::In, 6), scan(3, Direction::Out, 60));
        let waits = fold(&terms(), &guest, vec![first.clone(), second.clone(), leaves.clone()]);
        assert_eq!(words(&waits), "waitlisted waitlisted waitlisted");
        let second = Scan { review: Some(Decision::Accept), ..second };
        let comes = fold(&terms(), &guest, vec![first, second, leaves]);
        assert_eq!(words(&comes), "in already_in out");
    }

    #[test]
    fn what_the_service_had_before_the_closing_did_not_happen_after_it() {
        let terms = Terms { closed_at: Some(minute(60)), ..terms() };
        let ahead = Scan { received_at: minute(59), ..come(62) };
        assert_eq!(words(&fold(&terms, &guest(), vec![ahead.clone()])), "in");
        let later = Scan { received_at: minute(61), ..ahead };
        assert_eq!(words(&fold(&terms, &guest(), vec![later])), "after_closing");
    }

    #[test]
    fn a_clock_that_says_what_cannot_be_kept_cannot_be_right() {
        let told = |at: DateTime<Utc>, offset: TimeDelta| {
            words(&fold(&terms(), &guest(), vec![Scan { at, clock_offset: Some(offset), ..come(5) }]))
        };
        let none = TimeDelta::zero();
        let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
        for end in ends {
            assert_eq!(told(keepable(end), none), "clock_implausible", "{end}");
        }
        assert_eq!(told(minute(-366 * 24 * 60), none), "too_early");
        for offset in [TimeDelta::MIN, TimeDelta::MAX] {
            assert_eq!(told(minute(5), offset), "clock_implausible");
        }
    }

    #[test]
    fn a_pass_holds_until_it_is_replaced() {
        let guest = Guest { replaced: vec![(1, minute(10))], ..guest() };
        let late = Scan { id: Uuid::from_u128(2), ..scan(2, Direction::Out, 11) };
        assert_eq!(words(&fold(&terms(), &guest, vec![come(9), late])), "in revoked");
    }

    fn any_scan() -> impl Strategy<Value = Scan> {
        (1u128..40, any::<bool>(), -200i64..400, 0i64..20_000, prop::option::of(-200i64..200), 0u8..4, any::<bool>())
            .prop_map(|(id, out, at, delay, offset, review, old)| Scan {
                id: Uuid::from_u128(id),
                at: minute(at),
                received_at: minute(at.saturating_add(delay)),
                clock_offset: offset.map(TimeDelta::minutes),
                direction: if out { Direction::Out } else { Direction::In },
                method: Method::Pass,
                issue: Some(if old { 1 } else { 2 }),
                review: match review {
                    0 => Some(Decision::Accept),
                    1 => Some(Decision::Refuse),
                    _ => None,
                },
            })
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(
            mut scans in prop::collection::vec(any_scan(), 0..12),
            seed: u64,
            closed in prop::option::of(0i64..200),
            walk_ins: bool,
            in_only: bool,
            listed in prop::sample::select(vec![Listed::Yes, Listed::No, Listed::Waitlisted, Listed::Withdrawn]),
        ) {
            scans.sort_by_key(|scan| scan.id);
            scans.dedup_by_key(|scan| scan.id);
            let terms = Terms {
                mode: if in_only { Mode::In } else { Mode::InOut },
                closed_at: closed.map(minute),
                walk_ins,
                ..terms()
            };
            let guest = Guest { listed, barred: seed % 5 == 0, replaced: vec![(1, minute(60))] };
            let folded = fold(&terms, &guest, scans.clone());
            let count = scans.len();
            scans.sort_by_key(|scan| scan.id.as_u128().wrapping_mul(u128::from(seed | 1)) % 101);
            prop_assert_eq!(&fold(&terms, &guest, scans), &folded);
            // Every scan has a verdict, and each is worth one thing.
            let sum: usize = Kind::ALL.iter().map(|kind| folded.count(*kind)).sum();
            prop_assert_eq!((folded.verdicts.len(), sum), (count, count));
            let accepted = folded.count(Kind::Accepted);
            prop_assert_eq!(folded.presence.is_some(), accepted > 0);
            prop_assert!(folded.presence.and_then(|p| p.minutes).is_none_or(|m| (0..=120).contains(&m)));
            if terms.mode == Mode::In {
                prop_assert!(accepted <= 1);
            }
        }
    }
}
