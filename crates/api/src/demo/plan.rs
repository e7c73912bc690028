//! What the synthetic district is: how large, when, who goes where. The same seed gives the same plan.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, Utc};
use clap::ValueEnum;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

use super::names;

const SEED: u64 = 20_221_116;
/// Pupils of a full class.
pub const CLASS: usize = 45;
/// Hours that the district is ahead of UTC.
const AHEAD: i32 = 8;

/// How large the district is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Size {
    /// A pilot district: 20 schools, 15 bases, 12,000 pupils, 150,000 participations, 3,000 results.
    Full,
    /// To try in a hurry: 2 schools, 2 bases, 180 pupils, about 1,500 participations, 40 results.
    Small,
}

impl Size {
    /// Its word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Small => "small",
        }
    }

    const fn counts(self) -> Counts {
        match self {
            Self::Full => Counts { schools: 20, bases: 15, pupils: 12_000, participations: 150_000, results: 3_000 },
            Self::Small => Counts { schools: 2, bases: 2, pupils: 180, participations: 1_500, results: 40 },
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Counts {
    schools: usize,
    bases: usize,
    pupils: usize,
    participations: usize,
    results: usize,
}

/// A pupil.
#[derive(Debug, Clone)]
pub struct Pupil {
    /// 学号
    pub number: String,
    /// 姓名
    pub name: String,
    /// Day of birth.
    pub born: NaiveDate,
    /// `女` or `男`.
    pub sex: &'static str,
}

/// A class.
#[derive(Debug, Clone)]
pub struct Class {
    /// Grade.
    pub grade: u32,
    /// Number within the grade.
    pub number: usize,
    /// Its pupils.
    pub pupils: Vec<Pupil>,
}

/// A school with its classes: a primary school with the grades 5 and 6, or a junior one with 7 and 8.
#[derive(Debug, Clone)]
pub struct School {
    /// From 1.
    pub number: usize,
    /// Its classes.
    pub classes: Vec<Class>,
}

/// Where something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Host {
    /// A base, by number.
    Base(usize),
    /// The school itself.
    School(usize),
}

/// Something that hosts offer.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// Code, unique with the host.
    pub code: &'static str,
    /// As policies name it.
    pub kind: &'static str,
    /// Title.
    pub zh: &'static str,
    /// Title.
    pub en: &'static str,
    /// How long.
    pub minutes: i64,
}

const fn offer(code: &'static str, kind: &'static str, zh: &'static str, en: &'static str, minutes: i64) -> Offer {
    Offer { code, kind, zh, en, minutes }
}

/// What every base offers.
pub const AT_BASES: [Offer; 4] = [
    offer("P1", "practice", "示范实验：水质检测", "Sample experiment: testing water", 120),
    offer("P2", "practice", "示范实践：植物栽培", "Sample practice: growing plants", 90),
    offer("V1", "visit", "示范参观：走进实验室", "Sample visit: inside a laboratory", 60),
    offer("C1", "practice", "示范营：科学一日营", "Sample camp: a day of science", 540),
];

/// What every school offers.
pub const AT_SCHOOLS: [Offer; 8] = [
    offer("L1", "lecture", "示范讲座：星空", "Sample lecture: the night sky", 45),
    offer("L2", "lecture", "示范讲座：海洋", "Sample lecture: the sea", 45),
    offer("L3", "lecture", "示范讲座：能源", "Sample lecture: energy", 45),
    offer("L4", "lecture", "示范讲座：昆虫", "Sample lecture: insects", 45),
    offer("L5", "lecture", "示范讲座：桥梁", "Sample lecture: bridges", 45),
    offer("L6", "lecture", "示范讲座：健康", "Sample lecture: health", 45),
    offer("K1", "club", "示范社团：机器人", "Sample club: robots", 90),
    offer("F1", "festival", "示范科技节", "Sample science festival", 180),
];

/// One session with the pupils of one school who take part.
#[derive(Debug, Clone)]
pub struct Event {
    /// Who hosts it.
    pub host: Host,
    /// Place in [`AT_BASES`] or [`AT_SCHOOLS`].
    pub offer: usize,
    /// The day.
    pub day: NaiveDate,
    /// The hour.
    pub hour: u32,
    /// The pupils: class and seat.
    pub who: Vec<(usize, usize)>,
    /// Registered when the half-term began, instead of recorded afterwards.
    pub ahead: bool,
    /// Nobody has confirmed it yet.
    pub waits: bool,
}

/// Half a term: its first and its last day.
#[derive(Debug, Clone, Copy)]
pub struct Half {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// A prize.
#[derive(Debug, Clone)]
pub struct Prize {
    /// The school, from 0.
    pub school: usize,
    /// Class and seat of each member; one for a single person.
    pub team: Vec<(usize, usize)>,
    /// Whether it was won in the district's own contest.
    pub local: bool,
    /// Which contest among those that are open to the stage.
    pub contest: usize,
    /// Level.
    pub level: &'static str,
    /// Award.
    pub award: &'static str,
    /// The day.
    pub day: NaiveDate,
    /// Number of the work.
    pub work: usize,
}

/// The whole district.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How large.
    pub size: Size,
    /// The year in which the school year starts.
    pub year: i32,
    /// Its schools.
    pub schools: Vec<School>,
    /// How many bases.
    pub bases: usize,
    counts: Counts,
}

impl Plan {
    /// The plan for this day: the terms are those of the last whole school year.
    pub fn new(size: Size, today: NaiveDate) -> Self {
        let counts = size.counts();
        let began = if today.month() >= 9 { today.year() } else { today.year() - 1 };
        // From July on the school year that ends is over.
        let year = if matches!(today.month(), 7 | 8) { began } else { began - 1 };
        let mut rng = StdRng::seed_from_u64(SEED);
        let mut made = 0;
        let mut schools = Vec::with_capacity(counts.schools);
        for number in 1..=counts.schools {
            let junior = number % 2 == 0;
            let pupils = counts.pupils * number / counts.schools - counts.pupils * (number - 1) / counts.schools;
            let mut classes = Vec::new();
            for grade in if junior { [7, 8] } else { [5, 6] } {
                for (class, size) in class_sizes(pupils / 2).into_iter().enumerate() {
                    let born = year - i32::try_from(grade).unwrap_or(5) - 6;
                    let pupils = (1..=size).map(|seat| {
                        made += 1;
                        let first = NaiveDate::from_ymd_opt(born, 9, 1).unwrap_or_default();
                        Pupil {
                            number: format!("T{number:02}{grade}{:02}{seat:02}", class + 1),
                            name: names::pupil(&mut rng, made),
                            born: first + Days::new(rng.random_range(0..365)),
                            sex: if rng.random_bool(0.5) { "女" } else { "男" },
                        }
                    });
                    let pupils = pupils.collect();
                    classes.push(Class { grade, number: class + 1, pupils });
                }
            }
            schools.push(School { number, classes });
        }
        Self { size, year, schools, bases: counts.bases, counts }
    }

    /// Pupils in all.
    pub fn pupils(&self) -> usize {
        self.schools.iter().flat_map(|s| &s.classes).map(|c| c.pupils.len()).sum()
    }

    /// The first day of the school year.
    pub fn first_day(&self) -> NaiveDate {
        day(self.year, 9, 1)
    }

    /// The first day of the second term.
    pub fn second_term(&self) -> NaiveDate {
        day(self.year + 1, 2, 1)
    }

    /// The two terms, in halves.
    pub fn halves(&self) -> [Half; 4] {
        let (a, b) = (self.year, self.year + 1);
        [
            Half { from: day(a, 9, 8), to: day(a, 11, 10) },
            Half { from: day(a, 11, 11), to: day(b, 1, 16) },
            Half { from: day(b, 2, 23), to: day(b, 4, 24) },
            Half { from: day(b, 4, 25), to: day(b, 6, 28) },
        ]
    }

    /// What the pupils of a school do in a half-term, by day.
    pub fn events(&self, school: usize, half: usize) -> Vec<Event> {
        let mut rng = StdRng::seed_from_u64(SEED ^ ((school as u64 + 1) << 16) ^ ((half as u64 + 1) << 8));
        let of = &self.schools[school];
        let span = self.halves()[half];
        let days = u64::try_from((span.to - span.from).num_days()).unwrap_or(60);
        let target = self.counts.participations * of.classes.iter().map(|c| c.pupils.len()).sum::<usize>()
            / self.pupils().max(1)
            / 4;
        let mut events: Vec<Event> = Vec::new();
        let own = Host::School(school + 1);
        let whole = |grade: usize| -> Vec<usize> {
            (0..of.classes.len()).filter(|c| of.classes[*c].grade as usize % 2 == grade).collect()
        };
        for grade in [0, 1] {
            let day = span.from + Days::new(rng.random_range(5..days / 2));
            events.push(self.event(&mut rng, school, own, (half + grade) % 4, day, &whole(grade), 0.04));
            if half % 2 == 1 {
                let day = span.from + Days::new(rng.random_range(days / 2..days - 12));
                events.push(self.event(&mut rng, school, own, 7, day, &whole(grade), 0.05));
            }
        }
        for _ in 0..2 {
            let day = span.from + Days::new(rng.random_range(5..days));
            let all: Vec<usize> = (0..of.classes.len()).collect();
            events.push(self.event(&mut rng, school, own, 6, day, &all, 0.9));
        }
        if school == 0 && half == 0 {
            // More lectures in a month than the policy takes without a question.
            for lecture in 0..6 {
                let day = day(self.year, 10, 9 + 3 * u32::try_from(lecture).unwrap_or(0));
                events.push(self.event(&mut rng, school, own, lecture, day, &[0], 0.1));
            }
        }
        if school == 1 && half == 2 {
            // A camp that is longer than the policy takes without a question.
            events.push(self.event(&mut rng, school, Host::Base(1), 3, span.from + Days::new(20), &[0], 0.1));
        }
        let mut turn: Vec<usize> = Vec::new();
        let mut planned: usize = events.iter().map(|e| e.who.len()).sum();
        while planned < target {
            if turn.len() < 2 {
                turn = (0..of.classes.len()).collect();
                turn.shuffle(&mut rng);
            }
            let classes: Vec<usize> = (0..2).filter_map(|_| turn.pop()).collect();
            let host = Host::Base(rng.random_range(1..=self.bases));
            let offer = [0, 0, 1, 1, 2][rng.random_range(0..5)];
            let day = span.from + Days::new(rng.random_range(5..days));
            let mut event = self.event(&mut rng, school, host, offer, day, &classes, 0.05);
            event.ahead = rng.random_bool(0.08);
            planned += event.who.len();
            events.push(event);
        }
        events.sort_by_key(|e| (e.day, e.hour));
        let last = events.len();
        for (index, event) in events.iter_mut().enumerate() {
            let newest = half == 3 && index + 2 >= last;
            event.waits = !event.ahead && rng.random_bool(0.015) || newest;
            // Classes register for the newest; the door has seen them, and the base has yet to confirm.
            event.ahead |= half == 3 && index + 1 == last;
        }
        events
    }

    /// A session with the pupils of these classes, less a share that did not come.
    fn event(
        &self,
        rng: &mut StdRng,
        school: usize,
        host: Host,
        offer: usize,
        day: NaiveDate,
        classes: &[usize],
        missing: f64,
    ) -> Event {
        let mut who = Vec::new();
        for class in classes {
            for seat in 0..self.schools[school].classes[*class].pupils.len() {
                if !rng.random_bool(missing) {
                    who.push((*class, seat));
                }
            }
        }
        Event { host, offer, day, hour: rng.random_range(8..17), who, ahead: false, waits: false }
    }

    /// Prizes of the school year.
    pub fn prizes(&self) -> Vec<Prize> {
        let mut rng = StdRng::seed_from_u64(SEED ^ 0xC0DE);
        let (from, to) = (day(self.year, 10, 20), day(self.year + 1, 6, 10));
        let days = u64::try_from((to - from).num_days()).unwrap_or(200);
        let mut prizes = Vec::new();
        let mut results = 0;
        while results < self.counts.results {
            let school = rng.random_range(0..self.schools.len());
            let class = rng.random_range(0..self.schools[school].classes.len());
            let mut seats: Vec<usize> = (0..self.schools[school].classes[class].pupils.len()).collect();
            seats.shuffle(&mut rng);
            let members = if rng.random_bool(0.15) { rng.random_range(2..=4) } else { 1 };
            let members = members.min(self.counts.results - results);
            let local = rng.random_bool(0.45);
            let level = if local {
                "county"
            } else {
                ["national", "provincial", "provincial", "city", "city", "city", "city"][rng.random_range(0..7)]
            };
            prizes.push(Prize {
                school,
                team: seats.into_iter().take(members).map(|seat| (class, seat)).collect(),
                local,
                contest: rng.random_range(0..1000),
                level,
                award: ["first", "second", "second", "third", "third", "third", "excellence"][rng.random_range(0..7)],
                day: from + Days::new(rng.random_range(0..days)),
                work: prizes.len() + 1,
            });
            results += members;
        }
        prizes
    }
}

fn class_sizes(pupils: usize) -> Vec<usize> {
    let classes = pupils.div_ceil(CLASS).max(1);
    let first = pupils.min(CLASS);
    let rest = pupils - first;
    // The first class is a full one, the others share the rest.
    let others = (1..classes).map(|i| rest * i / (classes - 1) - rest * (i - 1) / (classes - 1));
    std::iter::once(first).chain(others).collect()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// This hour of this day in the district.
pub fn moment(day: NaiveDate, hour: u32) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(hour.min(23), 0, 0).unwrap_or_default();
    let zone = FixedOffset::east_opt(AHEAD * 3600);
    let there = zone.and_then(|zone| day.and_time(time).and_local_timezone(zone).single());
    there.map_or_else(|| day.and_time(time).and_utc(), |there| there.with_timezone(&Utc))
}

/// The day in the district.
pub fn day_of(moment: DateTime<Utc>) -> NaiveDate {
    FixedOffset::east_opt(AHEAD * 3600)
        .map_or_else(|| moment.date_naive(), |zone| moment.with_timezone(&zone).date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_what_was_asked_for_and_is_the_same_each_time() {
        let today = day(2026, 11, 22);
        let plan = Plan::new(Size::Full, today);
        assert_eq!((plan.year, plan.schools.len(), plan.bases, plan.pupils()), (2025, 20, 15, 12_000));
        assert!(plan.schools.iter().all(|s| s.classes.iter().all(|c| (36..=CLASS).contains(&c.pupils.len()))));
        assert!(plan.schools.iter().all(|s| s.classes.iter().any(|c| c.pupils.len() == CLASS)));
        let planned: usize = (0..20)
            .flat_map(|s| (0..4).flat_map(move |h| [(s, h)]))
            .map(|(s, h)| plan.events(s, h).iter().map(|e| e.who.len()).sum::<usize>())
            .sum();
        assert!((148_000..160_000).contains(&planned), "{planned} participations");
        let results: usize = plan.prizes().iter().map(|p| p.team.len()).sum();
        assert_eq!(results, 3_000);
        let again = Plan::new(Size::Full, today);
        assert_eq!(format!("{:?}", plan.events(3, 2)), format!("{:?}", again.events(3, 2)));
    }

    #[test]
    fn the_terms_are_over_when_they_are_loaded() {
        for (today, year) in [((2026, 6, 30), 2024), ((2026, 7, 1), 2025), ((2026, 9, 1), 2025), ((2027, 2, 1), 2025)] {
            let today = day(today.0, today.1, today.2);
            let plan = Plan::new(Size::Small, today);
            assert_eq!(plan.year, year, "{today}");
            assert!(plan.halves()[3].to < today);
        }
    }
}
