//! What an official should look at among all that was confirmed and submitted; the rest needs no one.
//!
//! [`find`] judges what is known of attendances and results by the district's [`Rules`]. What it finds is no verdict: an
//! official looks at it, and it is [cleared](Standing::Cleared) or [upheld](Standing::Upheld). Nothing here reads a clock.

mod standing;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

pub use self::standing::{Decision, NotNow, Seen, Standing};

/// What a district wants to look at. A rule that is left out raises nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// A person was in two sessions at once for more than so many minutes.
    pub overlap_minutes: Option<u32>,
    /// One account confirmed many sessions within a short time.
    pub burst: Option<Burst>,
    /// Nearly everybody whom a host confirms is of one school.
    pub share: Option<Share>,
    /// It was recorded more than so many days after its session had ended.
    pub back_dated_days: Option<u32>,
    /// A result's contest is on no published list.
    pub unlisted: bool,
    /// An official looks at it within so many days.
    pub target_days: u32,
}

/// So many sessions, confirmed by one account within so many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burst {
    /// Sessions, this many or more.
    pub sessions: u32,
    /// Between the first and the last, at most.
    pub within_minutes: u32,
}

/// So much of what a host confirms is of one school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Per cent, this many or more.
    pub percent: u32,
    /// Only of hosts that confirmed so many person-times or more.
    pub person_times: u32,
    /// Of sessions in so many days before today.
    pub within_days: u32,
}

impl Default for Rules {
    /// Wide enough that an ordinary day raises nothing.
    fn default() -> Self {
        Self {
            overlap_minutes: Some(15),
            burst: Some(Burst { sessions: 12, within_minutes: 10 }),
            share: Some(Share { percent: 90, person_times: 200, within_days: 180 }),
            back_dated_days: Some(30),
            unlisted: true,
            target_days: 5,
        }
    }
}

/// A confirmed participation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    /// The participation.
    pub id: Uuid,
    /// Who.
    pub person: Uuid,
    /// The session.
    pub session: Uuid,
    /// Its host.
    pub host: Uuid,
    /// Where at the host, as it is written; empty where it is not known.
    pub place: String,
    /// The person's school on the day.
    pub school: Option<Uuid>,
    /// When the session began.
    pub starts: DateTime<Utc>,
    /// When it ended.
    pub ends: DateTime<Utc>,
    /// Who recorded it.
    pub recorded_by: Uuid,
    /// When.
    pub recorded: DateTime<Utc>,
    /// The district's day on which it was recorded.
    pub recorded_on: NaiveDate,
    /// Who confirmed it.
    pub confirmed_by: Uuid,
    /// When.
    pub confirmed: DateTime<Utc>,
    /// The district's day on which it was confirmed.
    pub confirmed_on: NaiveDate,
}

/// A result that waits for the district.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultFacts {
    /// The result.
    pub id: Uuid,
    /// Who.
    pub person: Uuid,
    /// The person's school on the day.
    pub school: Option<Uuid>,
    /// The day.
    pub achieved_on: NaiveDate,
    /// Whether its contest is on a published list.
    pub listed: bool,
}

/// Person-times that a host confirmed for one school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostSchool {
    /// The host.
    pub host: Uuid,
    /// The school.
    pub school: Uuid,
    /// Person-times.
    pub person_times: u64,
}

/// Everything that is looked at.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Participations, with those that they may be at once with; of each day of confirmation all that an account confirmed.
    pub attendances: Vec<Attendance>,
    /// Results.
    pub results: Vec<ResultFacts>,
    /// By host and school, of the days of [`Share::within_days`].
    pub shares: Vec<HostSchool>,
    /// The first day of the month of today: an unusual share is raised once a month.
    pub month: NaiveDate,
}

/// What was found. The same facts give the same [`Key`], however often they are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which one it is.
    pub key: Key,
    /// Whom it is about, if it is one person.
    pub person: Option<Uuid>,
    /// The host, if it is one.
    pub host: Option<Uuid>,
    /// The school, if it is one.
    pub school: Option<Uuid>,
    /// Participations or results, by id.
    pub records: Vec<Uuid>,
    /// How much: minutes at once, sessions, per cent, days; nothing to count for a result.
    pub measure: u32,
}

/// What makes an exception this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The rule that raised it.
    pub kind: Kind,
    /// The later participation; the account; the host; the session; the result.
    pub subject: Uuid,
    /// The earlier participation; the school; who recorded.
    pub other: Option<Uuid>,
    /// The day of the later session's confirmation; of the burst; the month; of the recording; of the result.
    pub on: NaiveDate,
}

/// The rules by which an exception is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One person in two sessions at once.
    TwoPlaces,
    /// Many sessions confirmed in a short time.
    Burst,
    /// Nearly all of a host's guests are of one school.
    UnusualShare,
    /// Recorded long after.
    BackDated,
    /// The contest is on no published list.
    UnlistedResult,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::TwoPlaces, Self::Burst, Self::UnusualShare, Self::BackDated, Self::UnlistedResult];

    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TwoPlaces => "two_places",
            Self::Burst => "burst",
            Self::UnusualShare => "unusual_share",
            Self::BackDated => "back_dated",
            Self::UnlistedResult => "unlisted_result",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What these rules find in these facts, by key. The order of the facts does not matter.
pub fn find(rules: &Rules, facts: &Facts) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(minutes) = rules.overlap_minutes {
        two_places(minutes, &facts.attendances, &mut found);
    }
    if let Some(burst) = rules.burst {
        bursts(burst, &facts.attendances, &mut found);
    }
    if let Some(share) = rules.share {
        shares(share, &facts.shares, facts.month, &mut found);
    }
    if let Some(days) = rules.back_dated_days {
        back_dated(days, &facts.attendances, &mut found);
    }
    if rules.unlisted {
        found.extend(facts.results.iter().filter(|result| !result.listed).map(unlisted));
    }
    found.sort_by_key(|one| one.key);
    found
}

fn two_places(minutes: u32, all: &[Attendance], found: &mut Vec<Found>) {
    let mut of: BTreeMap<Uuid, Vec<&Attendance>> = BTreeMap::new();
    for one in all {
        of.entry(one.person).or_default().push(one);
    }
    for (person, mut visits) in of {
        visits.sort_by_key(|one| (one.starts, one.id));
        for (at, first) in visits.iter().enumerate() {
            // In the order in which they begin: who begins after the end of this one is not at once with it.
            let rest = visits.iter().skip(at.saturating_add(1)).take_while(|next| next.starts < first.ends);
            for second in rest.filter(|second| second.session != first.session && !is_part(first, second)) {
                let together = first.ends.min(second.ends).signed_duration_since(second.starts);
                let together = u32::try_from(together.num_minutes()).unwrap_or(u32::MAX);
                if together <= minutes {
                    continue;
                }
                let (earlier, later) = if (first.confirmed, first.id) < (second.confirmed, second.id) {
                    (first, second)
                } else {
                    (second, first)
                };
                found.push(Found {
                    key: Key {
                        kind: Kind::TwoPlaces,
                        subject: later.id,
                        other: Some(earlier.id),
                        on: later.confirmed_on,
                    },
                    person: Some(person),
                    host: Some(later.host),
                    school: later.school,
                    records: sorted(vec![earlier.id, later.id]),
                    measure: together,
                });
            }
        }
    }
}

/// Whether one is a part of the other: a shorter session within a longer one of the same host at the same place, as an
/// experiment of a day's camp. Where a place is not known, or both are as long, nobody can tell, and somebody looks.
fn is_part(one: &Attendance, other: &Attendance) -> bool {
    let (a, b) = ((one.starts, one.ends), (other.starts, other.ends));
    let within = |inner: (DateTime<Utc>, DateTime<Utc>), outer: (DateTime<Utc>, DateTime<Utc>)| {
        inner != outer && outer.0 <= inner.0 && inner.1 <= outer.1
    };
    let plain = |place: &str| place.split_whitespace().collect::<String>().to_lowercase();
    let (here, there) = (plain(&one.place), plain(&other.place));
    one.host == other.host && !here.is_empty() && here == there && (within(a, b) || within(b, a))
}

fn bursts(burst: Burst, all: &[Attendance], found: &mut Vec<Found>) {
    let mut of: BTreeMap<(Uuid, NaiveDate), Vec<&Attendance>> = BTreeMap::new();
    for one in all {
        of.entry((one.confirmed_by, one.confirmed_on)).or_default().push(one);
    }
    let within = TimeDelta::minutes(i64::from(burst.within_minutes));
    for ((by, on), mut confirmed) in of {
        confirmed.sort_by_key(|one| (one.confirmed, one.id));
        let widest = (0..confirmed.len())
            .map(|at| window(&confirmed, at, within))
            .max_by_key(|(sessions, records)| (*sessions, records.len()));
        let Some((sessions, records)) = widest else { continue };
        if sessions < burst.sessions {
            continue;
        }
        let hosts: Vec<Uuid> = confirmed.iter().filter(|one| records.contains(&one.id)).map(|one| one.host).collect();
        let host = hosts.first().copied().filter(|first| hosts.iter().all(|host| host == first));
        found.push(Found {
            key: Key { kind: Kind::Burst, subject: by, other: None, on },
            person: None,
            host,
            school: None,
            records: sorted(records),
            measure: sessions,
        });
    }
}

/// How many sessions were confirmed within the time from this one on, and what.
fn window(confirmed: &[&Attendance], at: usize, within: TimeDelta) -> (u32, Vec<Uuid>) {
    let from = confirmed.get(at).map(|one| one.confirmed);
    let inside: Vec<&&Attendance> = confirmed
        .iter()
        .skip(at)
        .take_while(|one| from.is_some_and(|from| one.confirmed.signed_duration_since(from) <= within))
        .collect();
    let mut sessions: Vec<Uuid> = inside.iter().map(|one| one.session).collect();
    sessions.sort_unstable();
    sessions.dedup();
    (u32::try_from(sessions.len()).unwrap_or(u32::MAX), inside.iter().map(|one| one.id).collect())
}

fn shares(share: Share, all: &[HostSchool], month: NaiveDate, found: &mut Vec<Found>) {
    let mut totals: BTreeMap<Uuid, u64> = BTreeMap::new();
    for one in all {
        let total = totals.entry(one.host).or_default();
        *total = total.saturating_add(one.person_times);
    }
    for one in all {
        let total = totals.get(&one.host).copied().unwrap_or_default();
        let Some(percent) = one.person_times.saturating_mul(100).checked_div(total) else { continue };
        if total >= u64::from(share.person_times) && percent >= u64::from(share.percent) {
            found.push(Found {
                key: Key { kind: Kind::UnusualShare, subject: one.host, other: Some(one.school), on: month },
                person: None,
                host: Some(one.host),
                school: Some(one.school),
                records: Vec::new(),
                measure: u32::try_from(percent).unwrap_or(u32::MAX),
            });
        }
    }
}

fn back_dated(days: u32, all: &[Attendance], found: &mut Vec<Found>) {
    let mut of: BTreeMap<(Uuid, Uuid, NaiveDate), Vec<&Attendance>> = BTreeMap::new();
    let late = |one: &&Attendance| one.recorded.signed_duration_since(one.ends) > TimeDelta::days(i64::from(days));
    for one in all.iter().filter(late) {
        of.entry((one.session, one.recorded_by, one.recorded_on)).or_default().push(one);
    }
    for ((session, by, on), entries) in of {
        let Some(first) = entries.first() else { continue };
        let school = first.school.filter(|school| entries.iter().all(|one| one.school == Some(*school)));
        let after = entries.iter().map(|one| one.recorded.signed_duration_since(one.ends).num_days()).max();
        found.push(Found {
            key: Key { kind: Kind::BackDated, subject: session, other: Some(by), on },
            person: None,
            host: Some(first.host),
            school,
            records: sorted(entries.iter().map(|one| one.id).collect()),
            measure: u32::try_from(after.unwrap_or_default()).unwrap_or(u32::MAX),
        });
    }
}

fn unlisted(result: &ResultFacts) -> Found {
    Found {
        key: Key { kind: Kind::UnlistedResult, subject: result.id, other: None, on: result.achieved_on },
        person: Some(result.person),
        host: None,
        school: result.school,
        records: vec![result.id],
        measure: 0,
    }
}

fn sorted(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids
}

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::needless_pass_by_value,
    reason = "a test may panic"
)]
mod tests;
