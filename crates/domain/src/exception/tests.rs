use super::*;
use proptest::prelude::*;

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, number).unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// From a minute of 1 March on, for so many minutes; recorded and confirmed right after its end.
fn visit(number: u128, person: u128, session: u128, from: i64, minutes: i64) -> Attendance {
    let begin = day(1).and_hms_opt(0, 0, 0).unwrap().and_utc();
    let starts = begin + TimeDelta::minutes(from);
    let ends = starts + TimeDelta::minutes(minutes);
    Attendance {
        id: id(number),
        person: id(1000 + person),
        session: id(2000 + session),
        host: id(3000 + session),
        place: String::new(),
        school: Some(id(4000)),
        starts,
        ends,
        recorded_by: id(5000),
        recorded: ends,
        recorded_on: ends.date_naive(),
        confirmed_by: id(6000 + session),
        confirmed: ends,
        confirmed_on: ends.date_naive(),
    }
}

fn only(rules: Rules, attendances: Vec<Attendance>) -> Vec<Found> {
    find(&rules, &Facts { attendances, month: day(1), ..Facts::default() })
}

fn nothing() -> Rules {
    Rules { overlap_minutes: None, burst: None, share: None, back_dated_days: None, unlisted: false, target_days: 5 }
}

#[test]
fn two_places_at_once_are_found_when_they_overlap_for_longer_than_the_rule_allows() {
    let rules = Rules { overlap_minutes: Some(15), ..nothing() };
    let at = |from| vec![visit(1, 1, 1, 0, 60), visit(2, 1, 2, from, 60)];
    assert_eq!(only(rules.clone(), at(45)), [], "15 minutes are allowed");
    let found = only(rules.clone(), at(44));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].measure, found[0].person), (16, Some(id(1001))));
    assert_eq!(found[0].records, [id(1), id(2)]);
    assert_eq!((found[0].key.subject, found[0].key.other), (id(2), Some(id(1))), "the later word is in question");
    let mut others = at(0);
    others[1].person = id(1002);
    assert_eq!(only(rules.clone(), others), [], "two persons may");
    let mut again = at(0);
    again[1].session = again[0].session;
    assert_eq!(only(rules, again), [], "one session is one place");
}

#[test]
fn two_sessions_of_one_host_are_two_places_unless_one_is_a_part_of_the_other() {
    let rules = Rules { overlap_minutes: Some(15), ..nothing() };
    let of = |(from, minutes), places: [&str; 2]| {
        let mut both = vec![visit(1, 1, 1, 0, 240), visit(2, 1, 2, from, minutes)];
        both[1].host = both[0].host;
        for (visit, place) in both.iter_mut().zip(places) {
            visit.place = place.to_owned();
        }
        only(rules.clone(), both).first().map(|found| (found.key.kind, found.measure))
    };
    let raised = |minutes| Some((Kind::TwoPlaces, minutes));
    assert_eq!(of((0, 240), ["A hall", "A hall"]), raised(240), "twice the same time is no part of it");
    assert_eq!(of((60, 60), ["A hall", " a  Hall "]), None, "an hour of a day's camp");
    assert_eq!(of((0, 60), ["A hall", "A hall"]), None);
    assert_eq!(of((60, 60), ["A hall", "B hall"]), raised(60));
    assert_eq!(of((60, 60), ["A hall", ""]), raised(60), "nobody knows where it was");
    assert_eq!(of((60, 60), ["", ""]), raised(60));
    assert_eq!(of((200, 60), ["A hall", "A hall"]), raised(40), "longer than what it would be a part of");
    assert_eq!(of((225, 60), ["A hall", "B hall"]), None, "15 minutes are allowed");
}

#[test]
fn a_long_visit_is_compared_with_all_that_lie_within_it() {
    let rules = Rules { overlap_minutes: Some(0), ..nothing() };
    let found = only(
        rules,
        vec![visit(1, 1, 1, 0, 600), visit(2, 1, 2, 10, 5), visit(3, 1, 3, 500, 30), visit(4, 1, 4, 600, 5)],
    );
    let pairs: Vec<_> = found.iter().map(|one| one.records.clone()).collect();
    assert_eq!(pairs.len(), 2);
    assert!(pairs.contains(&vec![id(1), id(2)]) && pairs.contains(&vec![id(1), id(3)]));
}

#[test]
fn a_burst_is_many_sessions_and_not_many_persons() {
    let rules = Rules { burst: Some(Burst { sessions: 3, within_minutes: 10 }), ..nothing() };
    let by = |number, session, minute| {
        let mut one = visit(number, number, session, 0, 1);
        one.confirmed_by = id(9);
        one.confirmed += TimeDelta::minutes(minute);
        one
    };
    let class = (1..=45).map(|number| by(number, 1, 0)).collect();
    assert_eq!(only(rules.clone(), class), [], "a class of 45 in one session is an ordinary morning");
    let slow = vec![by(1, 1, 0), by(2, 2, 6), by(3, 3, 12)];
    assert_eq!(only(rules.clone(), slow), []);
    let found = only(rules, vec![by(1, 1, 0), by(2, 2, 6), by(3, 3, 10), by(4, 3, 10), by(5, 1, 30)]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].measure, found[0].host), (3, None), "three hosts: it is no one's");
    assert_eq!(found[0].records, [id(1), id(2), id(3), id(4)]);
    assert_eq!((found[0].key.subject, found[0].key.on), (id(9), day(1)));
}

#[test]
fn a_share_is_unusual_only_where_a_host_has_many_guests() {
    let rules = Rules { share: Some(Share { percent: 90, person_times: 100, within_days: 180 }), ..nothing() };
    let of = |school, person_times| HostSchool { host: id(1), school: id(school), person_times };
    let ask = |shares: Vec<HostSchool>| find(&rules, &Facts { shares, month: day(1), ..Facts::default() });
    assert_eq!(ask(vec![of(1, 99)]), []);
    assert_eq!(ask(vec![of(1, 89), of(2, 11)]), []);
    let found = ask(vec![of(1, 10), of(2, 90)]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].measure, found[0].school, found[0].key.on), (90, Some(id(2)), day(1)));
}

#[test]
fn what_is_entered_long_after_is_one_exception_for_each_session_and_who_entered_it() {
    let rules = Rules { back_dated_days: Some(14), ..nothing() };
    let after = |number, session, days| {
        let mut one = visit(number, number, session, 0, 60);
        one.recorded = one.ends + TimeDelta::days(days) + TimeDelta::minutes(1);
        one.recorded_on = day(1) + chrono::Days::new(u64::try_from(days).unwrap());
        one
    };
    assert_eq!(only(rules.clone(), vec![after(1, 1, 13)]), []);
    let found = only(rules, vec![after(1, 1, 14), after(2, 1, 14), after(3, 2, 20)]);
    assert_eq!(found.iter().map(|one| (one.records.len(), one.measure)).collect::<Vec<_>>(), [(2, 14), (1, 20)]);
}

#[test]
fn a_result_of_a_contest_on_no_list_is_found() {
    let result =
        |number, listed| ResultFacts { id: id(number), person: id(1), school: None, achieved_on: day(2), listed };
    let facts = Facts { results: vec![result(1, true), result(2, false)], month: day(1), ..Facts::default() };
    let found = find(&Rules { unlisted: true, ..nothing() }, &facts);
    assert_eq!(found.iter().map(|one| one.key.subject).collect::<Vec<_>>(), [id(2)]);
    assert_eq!(find(&nothing(), &facts), []);
}

/// Every pair, compared by itself.
fn pairs_at_once(minutes: i64, all: &[Attendance]) -> usize {
    let mut count = 0;
    for (at, a) in all.iter().enumerate() {
        for b in &all[at + 1..] {
            let together = a.ends.min(b.ends) - a.starts.max(b.starts);
            let two = a.session != b.session && !is_part(a, b);
            count += usize::from(a.person == b.person && two && together > TimeDelta::minutes(minutes));
        }
    }
    count
}

proptest! {
    #[test]
    fn the_order_of_facts_does_not_matter_and_no_pair_is_missed(
        visits in prop::collection::vec((0u128..4, 0u128..6, 0i64..200, 1i64..90, 0u128..3, 0usize..3), 0..24),
        turn in 0usize..24,
    ) {
        let mut all: Vec<Attendance> = visits
            .iter()
            .enumerate()
            .map(|(at, (person, session, from, minutes, host, place))| Attendance {
                host: id(3000 + host),
                place: ["", "A", "B"][*place].to_owned(),
                ..visit(u128::try_from(at).unwrap(), *person, *session, *from, *minutes)
            })
            .collect();
        let rules = Rules { overlap_minutes: Some(5), burst: Some(Burst { sessions: 2, within_minutes: 30 }), ..nothing() };
        let found = only(rules.clone(), all.clone());
        let at_once = found.iter().filter(|one| one.key.kind == Kind::TwoPlaces).count();
        prop_assert_eq!(at_once, pairs_at_once(5, &all));
        if !all.is_empty() {
            let middle = turn % all.len();
            all.rotate_left(middle);
        }
        prop_assert_eq!(only(rules, all), found);
    }
}
