//! Random policies, persons and records. Each is read off a tape of bytes: an empty tape gives the simplest, so that
//! a shorter tape means a simpler case and proptest's shrinking of bytes shrinks what they stand for.

use chrono::{Duration, NaiveDate};
use kepu_domain::credit::Credit;
use kepu_domain::person::{Person, PersonKind};
use kepu_domain::policy::SoftMode;
use kepu_domain::record::{HeldDesignation, Record};
use serde_json::{Map, Value, json};

/// Choices, read one after the other; past the end all are 0.
pub struct Tape<'a>(std::slice::Iter<'a, u8>);

impl<'a> Tape<'a> {
    /// From the start of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }

    fn below(&mut self, n: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) * n / 256
    }

    /// True in about so many of a hundred.
    fn chance(&mut self, percent: usize) -> bool {
        usize::from(self.0.next().copied().unwrap_or(0)) * 100 >= 256 * (100 - percent)
    }

    fn one<'v, V: ?Sized>(&mut self, of: &[&'v V]) -> &'v V {
        of[self.below(of.len())]
    }

    fn maybe<T>(&mut self, percent: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(percent).then(|| make(self))
    }
}

const KINDS: [&str; 3] = ["practice", "visit", "contest"];
const AMOUNTS: [&str; 9] = ["1", "2", "0.5", "0.333", "3", "0.75", "1.25", "0.001", "10"];
const FACTORS: [&str; 6] = ["1", "0.5", "0.8", "1.5", "0.333", "2"];
const ACTIVITIES: [&str; 4] = ["A1", "A2", "A3", "A4"];
const HOSTS: [&str; 3] = ["H1", "H2", "H3"];
const AWARDS: [&str; 4] = ["first", "second", "third", "excellence"];
const LEVELS: [&str; 3] = ["national", "province", "city"];
const TAGS: [&str; 6] = ["topic:space", "topic:sea", "art", "topic:", "field:space", "绘画"];

fn object(entries: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    Value::Object(entries.into_iter().filter_map(|(k, v)| v.map(|v| (k.to_owned(), v))).collect())
}

fn one_or_more(t: &mut Tape<'_>, of: &[&str]) -> Value {
    let first = t.one(of);
    if t.chance(40) {
        let second = t.one(of);
        if second != first {
            return json!([first, second]);
        }
    }
    json!(first)
}

fn range(t: &mut Tape<'_>, low: i64, high: i64) -> Value {
    let span = usize::try_from(high - low + 1).expect("a range of small numbers");
    let mut pick = || low + i64::try_from(t.below(span)).expect("a small number");
    let (a, b) = (pick(), pick());
    match (pick() - low).rem_euclid(4) {
        0 => json!({ "from": a.min(b).to_string() }),
        1 => json!({ "to": a.max(b) }),
        2 => json!({ "from": a.min(b), "to": a.max(b) }),
        _ => json!(a),
    }
}

/// What a condition may read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Person,
    Record,
    Priced,
}

fn condition(t: &mut Tape<'_>, reads: Reads, depth: usize) -> Value {
    let mut c = Map::new();
    let many = 1 + usize::from(t.chance(30));
    for _ in 0..many {
        let (name, value) = comparison(t, reads, depth);
        c.insert(name.to_owned(), value);
    }
    Value::Object(c)
}

fn comparison(t: &mut Tape<'_>, reads: Reads, depth: usize) -> (&'static str, Value) {
    if depth > 0 && t.chance(25) {
        return match t.below(4) {
            0 => ("any", json!([condition(t, reads, depth - 1), condition(t, reads, depth - 1)])),
            1 => ("not", condition(t, reads, depth - 1)),
            2 => ("all", json!([condition(t, reads, depth - 1), condition(t, reads, depth - 1)])),
            _ => ("any", json!([condition(t, reads, depth - 1)])),
        };
    }
    if reads == Reads::Person || t.chance(15) {
        return match t.below(7) {
            0 => ("grade", range(t, 5, 10)),
            1 => ("stage", one_or_more(t, &["primary", "junior"])),
            2 => ("age", range(t, 11, 16)),
            3 => ("person_kind", one_or_more(t, &["student", "teacher"])),
            4 => ("person_tag", one_or_more(t, &["pilot", "boarder"])),
            5 => ("school", one_or_more(t, &["S1", "S2"])),
            _ => ("class", one_or_more(t, &["C1", "C2"])),
        };
    }
    if reads == Reads::Priced && t.chance(25) {
        return match t.below(2) {
            0 => ("category", one_or_more(t, &["study", "prize", "rule-1"])),
            _ => ("rule", one_or_more(t, &["rule-0", "rule-1"])),
        };
    }
    match t.below(28) {
        0..=4 => ("kind", one_or_more(t, &KINDS)),
        5 => ("minutes", range(t, 30, 121)),
        6 => ("quantity", range(t, 0, 3)),
        7 => ("activity", one_or_more(t, &ACTIVITIES)),
        8 => ("session", one_or_more(t, &["X1", "X2"])),
        9 => ("session_rank", range(t, 1, 4)),
        10 => ("class_rank", range(t, 1, 3)),
        11 => ("host", one_or_more(t, &HOSTS)),
        12 => ("host_level", one_or_more(t, &["city", "district"])),
        13 => ("host_designation", one_or_more(t, &["base", "lab"])),
        14 => ("host_designated", json!(t.chance(70))),
        15 => ("contest", one_or_more(t, &["K24", "K25"])),
        16 => ("contest_series", one_or_more(t, &["K", "L"])),
        17 => ("contest_level", one_or_more(t, &LEVELS)),
        18 => ("award", one_or_more(t, &AWARDS)),
        19 => ("place", range(t, 1, 5)),
        20 => match t.below(3) {
            0 => ("team_position", range(t, 1, 4)),
            1 => ("team_size", range(t, 1, 4)),
            _ => ("places_listed", range(t, 3, 8)),
        },
        21 => ("voluntary", json!(t.chance(50))),
        22 => ("school_day", json!(t.chance(50))),
        23 => ("tag", one_or_more(t, &TAGS[..3])),
        24 => {
            let (from, days) = (t.below(300), t.below(300));
            ("date", json!({ "from": day(from).to_string(), "to": day(from + days).to_string() }))
        }
        25 => match t.below(2) {
            0 => ("month", range(t, 1, 12)),
            _ => ("weekday", range(t, 1, 7)),
        },
        26 => ("term", one_or_more(t, &["2024-autumn", "2024-spring", "2024-autumn", "autumn"])),
        _ => ("has", json!([t.one(&["host", "work", "award", "minutes", "place", "stage", "team_size"])])),
    }
}

/// A day of the two school years in which records lie.
fn day(after: usize) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2024, 8, 20).expect("a day");
    first + Duration::days(i64::try_from(after).expect("a small number"))
}

fn calendar(t: &mut Tape<'_>) -> Option<Value> {
    let terms = match t.below(5) {
        0 => return None,
        1 => None,
        2 => Some(json!([
            { "id": "autumn", "starts": "09-01" },
            { "id": "winter", "starts": "01-20" },
            { "id": "spring", "starts": "02-25" }
        ])),
        3 => Some(json!([{ "id": "autumn", "starts": "09-10" }, { "id": "spring", "starts": "02-20" }])),
        _ => Some(json!([
            { "id": "2024-autumn", "from": "2024-09-02", "to": "2025-01-17" },
            { "id": "2024-spring", "from": "2025-02-17", "to": "2025-07-04" },
            { "id": "2025-autumn", "from": "2025-07-05", "to": "2026-01-16" }
        ])),
    };
    let stages = t.maybe(40, |t| match t.below(2) {
        0 => json!([{ "id": "primary", "grades": "1-5" }, { "id": "junior", "grades": "6-9" }]),
        _ => json!([
            { "id": "primary", "grades": { "to": 5 } },
            { "id": "junior", "grades": "7-8" },
            { "id": "senior", "grades": "9+" }
        ]),
    });
    let start = t.maybe(30, |t| json!(t.one(&["09-01", "08-25"])));
    Some(object([("school_year_starts", start), ("terms", terms), ("stages", stages)]))
}

fn key(t: &mut Tape<'_>) -> &'static str {
    match t.below(10) {
        0 | 1 => t.one(&["activity", "host"]),
        2..=4 => t.one(&["term", "school_year", "day", "week", "month", "year", "stage"]),
        5 => t.one(&["tag", "tag:topic"]),
        6 => t.one(&["category", "rule", "kind"]),
        7 => t.one(&["contest_series", "contest", "work", "award", "contest_level", "host_level"]),
        8 => t.one(&["session", "school", "class", "grade", "team_size", "place", "person_kind", "minutes"]),
        _ => "lifetime",
    }
}

fn keys(t: &mut Tape<'_>) -> Value {
    let mut keys = Vec::new();
    for _ in 0..t.below(4) {
        let key = key(t);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.len() > 1 {
        keys.retain(|k| *k != "lifetime");
    }
    json!(keys)
}

fn rounding(t: &mut Tape<'_>) -> Value {
    let mode = t.maybe(80, |t| json!(t.one(&["half_up", "half_down", "half_even", "down", "up"])));
    object([("step", Some(json!(t.one(&["1", "0.5", "0.1", "0.25"])))), ("mode", mode)])
}

fn table(t: &mut Tape<'_>) -> Value {
    let places = t.maybe(60, |t| match t.below(2) {
        0 => json!([{ "awards": { "1": "first", "2-3": "second", "4-5": "third" } }]),
        _ => json!([
            { "listed": 3, "awards": { "1": "first", "2": "second", "3": "third" } },
            { "listed": 8, "awards": { "1-2": "first", "3-5": "second", "6+": "third" } }
        ]),
    });
    if t.chance(25) {
        let values = json!({
            "first": { "credit": "3" }, "second": { "credit": t.one(&AMOUNTS) }, "third": { "credit": "0.5" }
        });
        return object([("row", Some(json!("award"))), ("values", Some(values)), ("places", places)]);
    }
    let mut values = Map::new();
    for level in LEVELS {
        let mut row = Map::new();
        for award in &AWARDS[..3] {
            if level == "national" || row.is_empty() || t.chance(80) {
                row.insert((*award).to_owned(), json!(t.one(&AMOUNTS)));
            }
        }
        if level == "national" || t.chance(60) {
            values.insert(level.to_owned(), Value::Object(row));
        }
    }
    let derived = t.maybe(50, |t| json!({ "excellence": { "of": "first", "times": t.one(&FACTORS) } }));
    object([
        ("row", Some(json!("contest_level"))),
        ("column", Some(json!("award"))),
        ("values", Some(Value::Object(values))),
        ("derived", derived),
        ("places", places),
    ])
}

fn factor(t: &mut Tape<'_>) -> Value {
    let (by, values) = match t.below(3) {
        0 => ("team_position", json!({ "1": t.one(&FACTORS), "2-3": t.one(&FACTORS) })),
        1 => ("host_level", json!({ "city": t.one(&FACTORS), "district": t.one(&FACTORS) })),
        _ => ("grade", json!({ "7": t.one(&FACTORS), "8+": t.one(&FACTORS) })),
    };
    let otherwise = t.maybe(60, |t| json!(t.one(&FACTORS)));
    let missing = t.maybe(40, |t| json!(t.one(&FACTORS)));
    object([("by", Some(json!(by))), ("values", Some(values)), ("otherwise", otherwise), ("missing", missing)])
}

fn price(t: &mut Tape<'_>, has_table: bool) -> Value {
    let amount = |t: &mut Tape<'_>| json!(t.one(&AMOUNTS));
    let mut p = Map::new();
    let mut put = |name: &str, value: Value| p.insert(name.to_owned(), value);
    let by_time = match t.below(9) {
        0 | 1 => put("fixed", amount(t)).is_some(),
        2 | 3 => put("per_hour", amount(t)).is_none(),
        4 => put("per_minute", json!(t.one(&["0.01", "0.017"]))).is_none(),
        5 => put("per_quantity", amount(t)).is_some(),
        6 => {
            put("fixed", amount(t));
            put("per_hour", amount(t)).is_none()
        }
        7 => put("fixed", json!("0")).is_some(),
        _ if has_table => put("table", json!("prizes")).is_some(),
        _ => put("fixed", json!("1")).is_some(),
    };
    if by_time && t.chance(25) {
        put("minutes_free", json!([15, 60][t.below(2)]));
    }
    if by_time && t.chance(25) {
        put("minutes_step", json!([30, 45][t.below(2)]));
    }
    if t.chance(35) {
        let factors: Vec<_> = (0..=t.below(2)).map(|_| factor(t)).collect();
        put("times", json!(factors));
    }
    if t.chance(15) {
        put("divide_by_team_size", json!(true));
    }
    if t.chance(30) {
        put("round", rounding(t));
    }
    if t.chance(15) {
        put("at_least", json!("0.5"));
    }
    if t.chance(20) {
        put("at_most", json!(t.one(&["2", "2.5", "1"])));
    }
    Value::Object(p)
}

fn amount(t: &mut Tape<'_>) -> Value {
    match t.below(6) {
        0 | 1 => json!({ "records": 1 + t.below(4) }),
        2 => json!({ "hours": t.one(&["1", "2", "0.75", "0.333"]) }),
        _ => json!({ "credits": t.one(&["1", "2", "3", "0.5", "5", "1.333"]) }),
    }
}

fn force(t: &mut Tape<'_>) -> Option<Value> {
    t.maybe(35, |_| json!("soft"))
}

fn measure(t: &mut Tape<'_>, number: usize) -> Value {
    let id = format!("m{number}");
    let mut m = Map::from_iter([("id".to_owned(), json!(id))]);
    let mut put = |name: &str, value: Value| m.insert(name.to_owned(), value);
    let earlier = |t: &mut Tape<'_>| match t.below(number + 1) {
        0 => "total".to_owned(),
        n => format!("m{}", n - 1),
    };
    let sums = ["credits", "hours", "minutes", "quantity", "raw_credits"];
    let enough = |t: &mut Tape<'_>| {
        let of = t.one(&["month", "term", "week", "school_year", "day", "year"]);
        let skip = if of == "month" { t.maybe(50, |t| t.one(&["[2, 7, 8]", "[1]"])) } else { None };
        let skip = skip.map(|months| serde_json::from_str(months).expect("months"));
        object([("of", Some(json!(of))), ("at_least", t.maybe(60, amount)), ("skip_months", skip)])
    };
    let derived = t.chance(25);
    if derived {
        let (a, b) = (earlier(t), earlier(t));
        match t.below(4) {
            0 => put("weighted", Value::Object(Map::from_iter([(a, json!(t.one(&FACTORS))), (b, json!("0.5"))]))),
            1 => put("smallest", json!([a, b])),
            2 => put("largest", json!([a, b])),
            _ => put("points", json!({ "when": test(t, number, 0, 0, 1), "value": t.one(&AMOUNTS) })),
        };
    } else {
        match t.below(10) {
            0..=2 => put("sum", json!(t.one(&sums))),
            3 | 4 => put("count", json!("records")),
            5 | 6 => put("distinct", json!(Some(key(t)).filter(|k| *k != "lifetime").unwrap_or("host"))),
            7 => put("highest", json!(t.one(&sums))),
            8 => put("streak", enough(t)),
            _ => put("periods", enough(t)),
        };
        if t.chance(40) {
            put("of", condition(t, Reads::Priced, 1));
        }
        if t.chance(20) {
            put("best", json!(1 + t.below(3)));
        }
        if t.chance(40) {
            let of = t.one(&["term", "school_year", "month", "day", "week", "year", "stage"]);
            put("period", json!({ "of": of, "take": t.one(&["current", "best", "worst"]) }));
        }
    }
    if t.chance(15) {
        put("divide_by", json!(t.one(&["2", "3", "0.5"])));
    }
    if t.chance(20) {
        put("round", rounding(t));
    }
    if t.chance(10) {
        put("at_least", json!("0.5"));
    }
    if t.chance(20) {
        put("at_most", json!("3"));
    }
    Value::Object(m)
}

/// A test that reads so many measures, ladders and requirements.
fn test(t: &mut Tape<'_>, measures: usize, ladders: usize, requirements: usize, depth: usize) -> Value {
    let next = |t: &mut Tape<'_>| test(t, measures, ladders, requirements, depth - 1);
    if depth > 0 && t.chance(40) {
        return match t.below(4) {
            0 => json!({ "all": [next(t), next(t)] }),
            1 => json!({ "any": [next(t), next(t)] }),
            2 => json!({ "some": { "at_least": 2, "of": [next(t), next(t), next(t)] } }),
            _ => json!({ "not": next(t) }),
        };
    }
    if t.chance(10) {
        return json!({ "person": condition(t, Reads::Person, 0) });
    }
    if ladders > 0 && t.chance(30) {
        return json!({ "ladder": format!("l{}", t.below(ladders)), "reaches": t.one(&["bronze", "silver"]) });
    }
    if requirements > 0 && t.chance(20) {
        return json!({ "requirement": format!("q{}", t.below(requirements)) });
    }
    let measure = match t.below(measures + 1) {
        0 => "total".to_owned(),
        n => format!("m{}", n - 1),
    };
    let compare = t.one(&["at_least", "at_least", "at_least", "at_most", "more_than", "less_than"]);
    let mut test = Map::from_iter([("measure".to_owned(), json!(measure))]);
    test.insert(compare.to_owned(), json!(t.one(&["1", "2", "3", "0.5", "5"])));
    Value::Object(test)
}

fn ladder(t: &mut Tape<'_>, number: usize, measures: usize) -> Value {
    let measure = t.maybe(50, |t| match t.below(measures + 1) {
        0 => json!("total"),
        n => json!(format!("m{}", n - 1)),
    });
    let names = ["bronze", "silver", "gold"];
    let levels: Vec<_> = names
        .iter()
        .zip(["1", "2", "4"])
        .map(|(id, at_least)| {
            if t.chance(40) {
                json!({ "id": id, "when": test(t, measures, number, 0, 2) })
            } else {
                json!({ "id": id, "at_least": at_least })
            }
        })
        .collect();
    let step_by_step = t.maybe(40, |_| json!(true));
    object([
        ("id", Some(json!(format!("l{number}")))),
        ("measure", measure),
        ("step_by_step", step_by_step),
        ("levels", Some(json!(levels))),
    ])
}

fn output(t: &mut Tape<'_>, number: usize, measures: usize, ladders: usize, requirements: usize) -> Value {
    let mut o = Map::from_iter([("id".to_owned(), json!(format!("o{number}")))]);
    let mut put = |name: &str, value: Value| o.insert(name.to_owned(), value);
    match t.below(4) {
        0 if ladders > 0 => {
            put("ladder", json!(format!("l{}", t.below(ladders))));
            put("values", json!({ "none": "—", "bronze": "C", "silver": "B", "gold": "A" }));
        }
        1 => {
            let mut words = vec![json!({ "word": "good", "when": test(t, measures, ladders, requirements, 1) })];
            words.push(json!({ "word": "fair", "when": test(t, measures, ladders, requirements, 1) }));
            if t.chance(60) {
                words.push(json!({ "word": "poor" }));
            }
            put("words", json!(words));
        }
        _ => {
            if measures > 0 && t.chance(50) {
                put("measure", json!(format!("m{}", t.below(measures))));
            }
            if t.chance(30) {
                put("times", json!(t.one(&FACTORS)));
            }
            if t.chance(40) {
                put("divide_by", json!(t.one(&["2", "3", "0.5"])));
            }
            if t.chance(30) {
                put("plus", json!("0.5"));
            }
            if t.chance(50) {
                put("round", rounding(t));
            }
            if t.chance(20) {
                put("at_least", json!("1"));
            }
            if t.chance(30) {
                put("at_most", json!("10"));
            }
        }
    }
    Value::Object(o)
}

/// Turns categories and rules that no rule has into those of the first.
fn name_what_is_there(value: &mut Value, rules: &[Value]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| name_what_is_there(item, rules)),
        Value::Object(map) => {
            for (name, value) in map {
                let known = |rule: &Value| match name.as_str() {
                    "category" => rule.get("category").or(rule.get("id")).cloned(),
                    "rule" => rule.get("id").cloned(),
                    _ => None,
                };
                let known: Vec<Value> = rules.iter().filter_map(known).collect();
                let all = |value: &Value| match value {
                    Value::Array(words) => words.iter().all(|w| known.contains(w)),
                    word => known.contains(word),
                };
                match known.first() {
                    Some(first) if !all(value) => *value = first.clone(),
                    Some(_) => {}
                    None => name_what_is_there(value, rules),
                }
            }
        }
        _ => {}
    }
}

/// A policy document.
pub fn policy(bytes: &[u8]) -> Value {
    let t = &mut Tape::new(bytes);
    let has_table = t.chance(70);
    let select: Vec<_> = (0..t.below(3))
        .map(|i| {
            let when = t.maybe(40, |t| condition(t, Reads::Record, 1));
            let require = condition(t, Reads::Record, 2);
            object([
                ("id", Some(json!(format!("select-{i}")))),
                ("when", when),
                ("require", Some(require)),
                ("force", t.maybe(60, |_| json!("soft"))),
            ])
        })
        .collect();
    let last = t.below(3);
    let rules: Vec<_> = (0..=last)
        .map(|i| {
            let when = if i == last && t.chance(70) { None } else { Some(condition(t, Reads::Record, 1)) };
            object([
                ("id", Some(json!(format!("rule-{i}")))),
                ("category", t.maybe(60, |t| json!(t.one(&["study", "prize"])))),
                ("when", when),
                ("credit", Some(price(t, has_table))),
            ])
        })
        .collect();
    let limits: Vec<_> = (0..t.below(5))
        .map(|i| {
            object([
                ("id", Some(json!(format!("limit-{i}")))),
                ("within", Some(keys(t))),
                ("of", t.maybe(35, |t| condition(t, Reads::Priced, 1))),
                ("at_most", Some(amount(t))),
                ("keep", t.maybe(45, |_| json!("highest"))),
                ("force", force(t)),
            ])
        })
        .collect();
    let mut limits = limits;
    let mut measures: Vec<_> = (0..t.below(5)).map(|i| measure(t, i)).collect();
    limits.iter_mut().chain(&mut measures).for_each(|v| name_what_is_there(v, &rules));
    let ladders: Vec<_> = (0..t.below(3)).map(|i| ladder(t, i, measures.len())).collect();
    let requirements: Vec<_> = (0..t.below(4))
        .map(|i| {
            let when = test(t, measures.len(), ladders.len(), i, 2);
            let applies_to = t.maybe(20, |t| condition(t, Reads::Person, 0));
            object([("id", Some(json!(format!("q{i}")))), ("for", applies_to), ("when", Some(when))])
        })
        .collect();
    let outputs: Vec<_> =
        (0..t.below(3)).map(|i| output(t, i, measures.len(), ladders.len(), requirements.len())).collect();
    let list = |values: Vec<Value>| (!values.is_empty()).then_some(Value::Array(values));
    let aliases = json!({
        "kind": { "practice": ["实践", "workshop"] },
        "award": { "first": "gold", "second": ["silver medal", "银奖"] },
        "contest_level": { "city": "municipal" },
        "host_level": { "district": "county" },
        "host_designation": { "base": "基地" },
        "tag": { "art": ["绘画"] }
    });
    let effective = t.maybe(25, |t| {
        let from = t.maybe(60, |t| json!(day(t.below(200)).to_string()));
        object([("from", from), ("to", Some(json!(day(350 + t.below(200)).to_string())))])
    });
    object([
        ("kepu", Some(json!(1))),
        ("id", Some(json!("generated"))),
        ("version", Some(json!("1"))),
        ("title", Some(json!("generated"))),
        ("effective", effective),
        ("calendar", calendar(t)),
        ("aliases", t.maybe(80, |_| aliases)),
        ("eligible", t.maybe(25, |t| condition(t, Reads::Person, 1))),
        ("select", list(select)),
        ("tables", has_table.then(|| json!({ "prizes": table(t) }))),
        ("rules", Some(json!(rules))),
        ("limits", list(limits)),
        ("measures", list(measures)),
        ("ladders", list(ladders)),
        ("requirements", list(requirements)),
        ("outputs", list(outputs)),
    ])
}

/// A person.
pub fn person(bytes: &[u8]) -> Person {
    let t = &mut Tape::new(bytes);
    Person {
        id: "p".to_owned(),
        kind: if t.chance(10) { PersonKind::Teacher } else { PersonKind::Student },
        grade: (!t.chance(10)).then(|| 7 + i32::try_from(t.below(3)).unwrap_or(0)),
        birth_date: t.maybe(80, |t| day(0) - Duration::days(4500 + i64::try_from(t.below(250)).unwrap_or(0) * 5)),
        school_id: t.maybe(80, |t| t.one(&["S1", "S2"]).to_owned()),
        class_id: t.maybe(80, |t| t.one(&["C1", "C2"]).to_owned()),
        tags: if t.chance(60) { vec![t.one(&["pilot", "boarder"]).to_owned()] } else { Vec::new() },
    }
}

/// Some number from 1 to `most`, where there is one.
fn count(t: &mut Tape<'_>, percent: usize, most: usize) -> Option<u32> {
    t.maybe(percent, |t| 1 + u32::try_from(t.below(most)).expect("a small number"))
}

/// A record; its id tells its number.
pub fn record(number: usize, bytes: &[u8]) -> Record {
    let t = &mut Tape::new(bytes);
    let after = if t.chance(60) { t.below(7) * 31 + t.below(3) } else { t.below(250) * 2 + 12 };
    let day = day(after);
    let hour = [9, 9, 14, 16][t.below(4)];
    let word = |t: &mut Tape<'_>, percent: usize, of: &[&str]| t.maybe(percent, |t| t.one(of).to_owned());
    let is_contest = t.chance(30);
    let (from, to) = (t.below(200), t.below(300));
    let starts_at = day.and_hms_opt(hour, 0, 0).expect("a time");
    let mut r = Record {
        id: format!("r{number}"),
        starts_at,
        kind: word(t, 90, if is_contest { &["contest"] } else { &["practice", "visit", "实践", "workshop"] }),
        minutes: t.maybe(93, |t| [60, 45, 90, 120, 100, 7, 30, 0][t.below(8)]),
        activity_id: word(t, 80, &ACTIVITIES),
        host_id: word(t, 80, &HOSTS),
        tags: (0..t.below(4)).map(|_| t.one(&TAGS).to_owned()).collect(),
        ..Record::default()
    };
    if t.chance(50) {
        r.quantity = Some(Credit::from_milli([1000, 2000, 500, 333][t.below(4)]));
    }
    if t.chance(50) {
        r.session_id = word(t, 80, &["X1", "X2"]);
        r.session_rank = count(t, 70, 4);
        r.class_rank = count(t, 70, 3);
    }
    if t.chance(70) {
        r.host_level = word(t, 80, &["city", "district", "county"]);
        // One window for all, as the columns of a sheet have.
        let window = |at: usize, t: &mut Tape<'_>| t.maybe(60, |_| self::day(at));
        let (from, to) = (window(from, t), window(from + to, t));
        let names: Vec<&str> = (0..t.below(3)).map(|_| t.one(&["base", "lab", "基地"])).collect();
        r.host_designations =
            names.into_iter().map(|name| HeldDesignation { name: name.to_owned(), from, to }).collect();
    }
    if is_contest || t.chance(20) {
        r.contest_id = word(t, 80, &["K24", "K25"]);
        r.contest_series = word(t, 80, &["K", "L"]);
        r.contest_level = word(t, 90, &["national", "province", "city", "municipal"]);
        r.award = word(t, 65, &["first", "second", "third", "excellence", "gold", "银奖", "none"]);
        r.places_listed = t.maybe(60, |t| [8, 3, 6][t.below(3)]);
        r.place = count(t, 60, 9).filter(|p| r.places_listed.is_none_or(|n| *p <= n));
        r.work_id = word(t, 60, &["W1", "W2"]);
        r.team_size = count(t, 60, 4);
        r.team_position = count(t, 60, 4).filter(|p| r.team_size.is_none_or(|n| *p <= n));
    }
    if t.chance(50) {
        r.voluntary = t.maybe(70, |t| t.chance(50));
        r.school_day = t.maybe(70, |t| t.chance(50));
    }
    if t.chance(25) {
        r.grade = t.maybe(70, |t| 5 + i32::try_from(t.below(5)).unwrap_or(0));
        r.school_id = word(t, 50, &["S1", "S2"]);
        r.class_id = word(t, 50, &["C1", "C2"]);
    }
    r
}

/// How to evaluate.
#[derive(Debug, Clone)]
pub struct Asked {
    /// As of this day.
    pub as_of: Option<NaiveDate>,
    /// What is current goes by this day.
    pub today: Option<NaiveDate>,
    /// Where nobody has decided.
    pub soft: SoftMode,
    /// Decisions: record, rule, enforced.
    pub decisions: Vec<kepu_domain::policy::SoftDecision>,
}

/// How to evaluate so many records.
pub fn asked(bytes: &[u8], records: usize) -> Asked {
    let t = &mut Tape::new(bytes);
    let as_of = t.maybe(40, |t| day(60 + t.below(250) * 2));
    let soft = [SoftMode::Flag, SoftMode::Waive, SoftMode::Enforce][t.below(3)];
    let mut decisions: Vec<kepu_domain::policy::SoftDecision> = Vec::new();
    for _ in 0..t.below(5) {
        let record_id = format!("r{}", t.below(records.max(1)));
        let rule = t.one(&["select-0", "select-1", "limit-0", "limit-1", "limit-2"]).to_owned();
        let enforce = t.chance(50);
        if !decisions.iter().any(|d| d.record_id == record_id && d.rule == rule) {
            decisions.push(kepu_domain::policy::SoftDecision { record_id, rule, enforce });
        }
    }
    // Off the end of the tape, so that what was found before reads as it did.
    let today = bytes.last().filter(|byte| **byte >= 150).map(|byte| day(60 + usize::from(*byte) * 3));
    Asked { as_of, today, soft, decisions }
}

/// What an author writes first and last.
const ORDER: [&str; 31] = [
    "kepu",
    "id",
    "version",
    "name",
    "by",
    "row",
    "column",
    "title",
    "effective",
    "calendar",
    "aliases",
    "eligible",
    "select",
    "tables",
    "rules",
    "limits",
    "measures",
    "ladders",
    "requirements",
    "outputs",
    "cases",
    "category",
    "when",
    "require",
    "measure",
    "within",
    "of",
    "record_id",
    "starts_at",
    "credit",
    "at_most",
];

/// A document as YAML: blocks, with what lies deep in braces on one line.
pub fn yaml(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn in_order(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(k, _)| ORDER.iter().position(|o| o == k).unwrap_or(ORDER.len()));
    entries
}

fn block(value: &Value, indent: usize, text: &mut String) {
    let pad = "  ".repeat(indent);
    match value {
        Value::Object(map) => {
            for (key, value) in in_order(map) {
                text.push_str(&format!("{pad}{}:", scalar(key)));
                after_key(value, indent, text);
            }
        }
        Value::Array(items) => {
            for item in items {
                // A worked example is a block of its own.
                if item.get("records").is_some_and(Value::is_array) {
                    let mut inner = String::new();
                    block(item, indent + 1, &mut inner);
                    text.push_str(&format!("{pad}- {}", inner.trim_start()));
                } else {
                    text.push_str(&format!("{pad}- {}\n", flow(item)));
                }
            }
        }
        other => text.push_str(&format!("{pad}{}\n", flow(other))),
    }
}

fn after_key(value: &Value, indent: usize, text: &mut String) {
    let nested = match value {
        Value::Object(map) => !map.is_empty() && indent < 2,
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_object) && indent < 2,
        _ => false,
    };
    if nested {
        text.push('\n');
        block(value, indent + 1, text);
    } else {
        text.push_str(&format!(" {}\n", flow(value)));
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<_> =
                in_order(map).into_iter().map(|(k, v)| format!("{}: {}", scalar(k), flow(v))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.+".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !["true", "false", "null", "y", "n"].contains(&text) {
        text.to_owned()
    } else {
        Value::String(text.to_owned()).to_string()
    }
}
