//! Policies, reasons and shortfalls in plain Chinese and English.

mod conditions;
mod explain;
mod grading;
mod prices;
mod reasons;

pub use explain::{explain, explain_ladder, explain_requirement};

use super::document::{Amount, Document, Key, Measure, Period, WordField};
use super::measure::unit;
use super::sheet::Unit;
use crate::credit::{Credit, Rounding, RoundingMode};
use crate::text::{Lang, Text};

/// Chinese with a space between its characters and Latin words or digits, and none between characters.
fn spaced(text: &str) -> String {
    let han = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(c) = rest.next() {
        let between_han = c == ' ' && before.is_some_and(han) && rest.peek().copied().is_some_and(han);
        if between_han {
            continue;
        }
        let joins =
            before.is_some_and(|b| (han(b) && c.is_ascii_alphanumeric()) || (b.is_ascii_alphanumeric() && han(c)));
        if joins {
            out.push(' ');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// Speaks of one policy in one language.
#[derive(Clone, Copy)]
struct Words<'p> {
    lang: Lang,
    document: &'p Document,
}

impl<'p> Words<'p> {
    /// The one that fits the language.
    fn say<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// A title in quotation marks, or the id where there is none.
    fn named(&self, title: Option<&Text>, id: &str) -> String {
        let title = title.map(|t| t.get(self.lang)).filter(|t| !t.is_empty()).unwrap_or(id);
        format!("“{title}”")
    }

    /// A select, rule or limit by its title.
    fn step(&self, id: &str) -> String {
        let document = self.document;
        let selects = document.select.iter().map(|s| (&s.id, &s.title));
        let rules = document.rules.iter().map(|r| (&r.id, &r.title));
        let limits = document.limits.iter().map(|l| (&l.id, &l.title));
        let found = selects.chain(rules).chain(limits).find(|(i, _)| *i == id);
        self.named(found.and_then(|(_, title)| title.as_ref()), id)
    }

    fn measure_of(&self, id: &str) -> Option<&'p Measure> {
        self.document.measures.iter().find(|m| m.id == id)
    }

    fn measure(&self, id: &str) -> String {
        if id == "total" {
            return self.say("总学分", "the total credit").to_owned();
        }
        self.named(self.measure_of(id).and_then(|m| m.title.as_ref()), id)
    }

    fn ladder(&self, id: &str) -> String {
        let found = self.document.ladders.iter().find(|l| l.id == id);
        self.named(found.and_then(|l| l.title.as_ref()), id)
    }

    fn level(&self, ladder: &str, level: &str) -> String {
        let found = self.document.ladders.iter().find(|l| l.id == ladder);
        let found = found.and_then(|l| l.levels.iter().find(|l| l.id == level));
        self.named(found.and_then(|l| l.title.as_ref()), level)
    }

    fn requirement(&self, id: &str) -> String {
        let found = self.document.requirements.iter().find(|r| r.id == id);
        self.named(found.and_then(|r| r.title.as_ref()), id)
    }

    /// A number of a unit: `27 学分`, `1 credit`.
    fn counted(&self, n: Credit, zh: &str, one: &str, many: &str) -> String {
        match self.lang {
            Lang::Zh => format!("{n} {zh}"),
            Lang::En if n == Credit::ONE => format!("{n} {one}"),
            Lang::En => format!("{n} {many}"),
        }
    }

    fn credits(&self, n: Credit) -> String {
        self.counted(n, "学分", "credit", "credits")
    }

    fn amount(&self, amount: Amount) -> String {
        match amount {
            Amount::Records(n) => self.counted(Credit::whole(i64::from(n)), "条记录", "record", "records"),
            Amount::Credits(n) => self.credits(n),
            Amount::Hours(n) => self.counted(n, "小时", "hour", "hours"),
        }
    }

    /// A value of a measure in its unit.
    fn in_unit(&self, n: Credit, measure: &str) -> String {
        let found = self.measure_of(measure);
        match unit(self.document, measure) {
            Unit::Credits => self.credits(n),
            Unit::Hours => self.counted(n, "小时", "hour", "hours"),
            Unit::Minutes => self.counted(n, "分钟", "minute", "minutes"),
            Unit::Records => self.counted(n, "条记录", "record", "records"),
            Unit::Distinct => match found.and_then(|m| m.distinct.as_ref()) {
                Some(key) => self.counted(
                    n,
                    &format!("个不同的{}", self.key(key)),
                    &self.key(key),
                    &format!("different {}", self.keys_en(key)),
                ),
                None => self.counted(n, "项", "one", "different ones"),
            },
            Unit::Periods => {
                let of = found.and_then(|m| m.streak.as_ref().or(m.periods.as_ref())).map(|e| e.of);
                self.periods(n, of)
            }
            Unit::Points => self.counted(n, "分", "point", "points"),
        }
    }

    fn periods(&self, n: Credit, of: Option<Period>) -> String {
        match of {
            Some(Period::Day) => self.counted(n, "天", "day", "days"),
            Some(Period::Week) => self.counted(n, "周", "week", "weeks"),
            Some(Period::Month) => self.counted(n, "个月", "month", "months"),
            Some(Period::Year) => self.counted(n, "年", "year", "years"),
            Some(Period::Term) => self.counted(n, "个学期", "term", "terms"),
            Some(Period::SchoolYear) => self.counted(n, "个学年", "school year", "school years"),
            Some(Period::Stage) => self.counted(n, "个学段", "stage", "stages"),
            None => self.counted(n, "个时段", "period", "periods"),
        }
    }

    fn period(&self, period: Period) -> &'static str {
        match (self.lang, period) {
            (Lang::Zh, Period::Day) => "日",
            (Lang::Zh, Period::Week) => "周",
            (Lang::Zh, Period::Month) => "月",
            (Lang::Zh, Period::Year) => "年度",
            (Lang::Zh, Period::Term) => "学期",
            (Lang::Zh, Period::SchoolYear) => "学年",
            (Lang::Zh, Period::Stage) => "学段",
            (Lang::En, Period::SchoolYear) => "school year",
            (Lang::En, Period::Year) => "calendar year",
            (Lang::En, other) => other.name(),
        }
    }

    /// A field by the name officials use.
    fn field<'n>(&self, name: &'n str) -> &'n str {
        let (zh, en) = match name {
            "kind" => ("活动类型", "kind of activity"),
            "activity" => ("活动", "activity"),
            "session" => ("场次", "session"),
            "session_rank" => ("场次内登记次序", "place in the order of entry of the session"),
            "class_rank" => ("同班登记次序", "place in the order of entry within the class"),
            "host" => ("基地", "host"),
            "host_level" => ("基地级别", "level of the host"),
            "host_designation" | "host_designated" => ("基地资质", "designation of the host"),
            "contest" => ("竞赛届次", "contest of the year"),
            "contest_series" => ("竞赛项目", "contest"),
            "contest_level" => ("竞赛级别", "level of the contest"),
            "award" => ("奖项", "award"),
            "place" => ("名次", "place"),
            "places_listed" => ("公布的名次数", "number of places listed"),
            "work" => ("作品", "work"),
            "team_position" => ("团队中的排名", "position in the team"),
            "team_size" => ("团队人数", "size of the team"),
            "minutes" => ("时长（分钟）", "duration in minutes"),
            "quantity" => ("数量", "quantity"),
            "voluntary" => ("自愿参加", "taking part voluntarily"),
            "school_day" => ("在校时间", "being within the school day"),
            "tag" => ("标签", "tag"),
            "date" => ("日期", "date"),
            "month" => ("月份", "month"),
            "weekday" => ("星期", "day of the week"),
            "term" => ("学期", "term"),
            "category" => ("类别", "category"),
            "rule" => ("计分规则", "rule"),
            "person_kind" => ("人员类别", "kind of person"),
            "grade" => ("年级", "grade"),
            "age" => ("年龄", "age"),
            "stage" => ("学段", "stage of schooling"),
            "school" => ("学校", "school"),
            "class" => ("班级", "class"),
            "person_tag" => ("人员标签", "tag of the person"),
            "table" => ("学分表", "table"),
            _ => (name, name),
        };
        self.say(zh, en)
    }

    fn key(&self, key: &Key) -> String {
        match key {
            Key::Field(field) => self.field(field.name()).to_owned(),
            Key::Category => self.field("category").to_owned(),
            Key::Rule => self.field("rule").to_owned(),
            Key::Tag => self.field("tag").to_owned(),
            Key::TagOf(prefix) => match self.lang {
                Lang::Zh => format!("“{prefix}”标签"),
                Lang::En => format!("“{prefix}” tag"),
            },
            Key::Period(period) => self.period(*period).to_owned(),
            Key::Lifetime => self.say("全程", "lifetime").to_owned(),
        }
    }

    fn keys_en(&self, key: &Key) -> String {
        match key {
            Key::Field(WordField::Class) => "classes".to_owned(),
            Key::Field(WordField::Activity) => "activities".to_owned(),
            Key::Category => "categories".to_owned(),
            Key::Field(WordField::HostLevel) => "levels of the host".to_owned(),
            Key::Field(WordField::ContestLevel) => "levels of the contest".to_owned(),
            Key::Field(WordField::Kind) => "kinds of activity".to_owned(),
            other => format!("{}s", self.key(other)),
        }
    }

    /// A value of a field: by the policy's own words where it has them, else by the usual ones.
    fn value(&self, field: &str, word: &str) -> String {
        let document = self.document;
        let title = |title: Option<&Text>| title.map(|t| t.get(self.lang).to_owned()).filter(|t| !t.is_empty());
        let own = match field {
            "stage" => title(document.calendar.stages.iter().find(|s| s.id == word).and_then(|s| s.title.as_ref())),
            "term" => {
                let term = |id: &str| document.calendar.terms.iter().find(|t| t.id == id);
                let of_a_year = || {
                    let (year, id) = word.split_once('-')?;
                    let name = title(term(id)?.title.as_ref())?;
                    Some(match self.lang {
                        Lang::Zh => format!("{year} 学年{name}"),
                        Lang::En => format!("{name} of the school year {year}"),
                    })
                };
                title(term(word).and_then(|t| t.title.as_ref())).or_else(of_a_year)
            }
            "rule" => return self.step(word),
            "category" => {
                let mut of_it = document.rules.iter().filter(|r| r.category.as_deref().unwrap_or(&r.id) == word);
                let own = match (of_it.next(), of_it.next()) {
                    (Some(only), None) => title(only.title.as_ref()),
                    _ => None,
                };
                return format!("“{}”", own.unwrap_or_else(|| self.usual(word).to_owned()));
            }
            _ => self.alias(field, word),
        };
        // Ids that officials choose may look like usual words: a term `first` is no first prize.
        let usual = match field {
            "activity" | "session" | "host" | "contest" | "contest_series" | "work" | "school" | "class" => word,
            "term" if !matches!(word, "autumn" | "spring") => word,
            _ => self.usual(word),
        };
        own.unwrap_or_else(|| usual.to_owned())
    }

    /// The other word that a policy gives for a value, where it is of the language.
    fn alias(&self, field: &str, word: &str) -> Option<String> {
        use super::document::AliasField as A;
        let field = match field {
            "kind" => A::Kind,
            "host_level" => A::HostLevel,
            "host_designation" => A::HostDesignation,
            "contest_level" => A::ContestLevel,
            "award" => A::Award,
            "tag" => A::Tag,
            _ => return None,
        };
        let words = self.document.aliases.get(&field)?.get(word)?;
        let han = |w: &str| w.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        match self.lang {
            Lang::Zh if !han(word) => words.0.iter().find(|w| han(w)).cloned(),
            Lang::En if han(word) => words.0.iter().find(|w| !han(w)).cloned(),
            _ => None,
        }
    }

    fn usual<'w>(&self, word: &'w str) -> &'w str {
        let (zh, en) = match word {
            "student" => ("学生", "student"),
            "teacher" => ("教师", "teacher"),
            "kindergarten" => ("幼儿园", "kindergarten"),
            "primary" => ("小学", "primary school"),
            "junior" => ("初中", "junior school"),
            "senior" => ("高中", "senior school"),
            "higher" => ("高等教育", "higher education"),
            "autumn" => ("秋季学期", "autumn term"),
            "spring" => ("春季学期", "spring term"),
            "international" => ("国际级", word),
            "national" => ("国家级", word),
            "provincial" => ("省级", word),
            "city" => ("市级", word),
            "county" => ("县级", word),
            "district" => ("区级", word),
            "town" => ("乡镇级", word),
            "school" => ("校级", word),
            "college" => ("院级", word),
            "first" => ("一等奖", "first prize"),
            "second" => ("二等奖", "second prize"),
            "third" => ("三等奖", "third prize"),
            "excellence" => ("优秀奖", "award of excellence"),
            "participation" => ("参与", "taking part"),
            "practice" => ("实践", word),
            "competition" | "contest" => ("竞赛", word),
            "visit" => ("参观", word),
            "lecture" => ("讲座", word),
            "club" => ("社团", word),
            "course" => ("课程", word),
            "experiment" => ("实验", word),
            "festival" => ("科技节", "science festival"),
            "project" => ("课题研究", "research project"),
            "research" => ("研究", word),
            "paper" => ("论文", word),
            "credit" => ("学分", word),
            _ => (word, word),
        };
        self.say(zh, en)
    }

    /// `a、b或c`, `a, b or c`.
    fn either(&self, words: &[String]) -> String {
        self.join(words, "或", " or ")
    }

    /// `a、b和c`, `a, b and c`.
    fn both(&self, words: &[String]) -> String {
        self.join(words, "和", " and ")
    }

    fn join(&self, words: &[String], zh: &str, en: &str) -> String {
        match words.split_last() {
            None => String::new(),
            Some((last, [])) => last.clone(),
            Some((last, rest)) => {
                format!("{}{}{last}", rest.join(self.say("、", ", ")), self.say(zh, en))
            }
        }
    }

    /// Several clauses that all hold.
    fn and(&self, clauses: &[String]) -> String {
        let last = clauses.len().saturating_sub(1);
        let closed = clauses.iter().enumerate().map(|(i, clause)| {
            // A list that something follows needs an end.
            let open = i < last && (clause.contains("(1)") || clause.contains("(A)"));
            if open { self.say("〔…〕", "[…]").replace('…', clause) } else { clause.clone() }
        });
        closed.collect::<Vec<_>>().join(self.say("，且", " and "))
    }

    /// Several alternatives, numbered where one of them is long.
    fn listed(&self, clauses: &[String]) -> String {
        // A list within a list has numbers; the outer one then has letters.
        let nested = clauses.iter().any(|c| c.contains("(1)"));
        let signs: Vec<String> = if nested {
            ('A'..='Z').map(String::from).collect()
        } else {
            (1..=99).map(|n: u32| n.to_string()).collect()
        };
        let numbered: Vec<String> = clauses.iter().zip(signs).map(|(c, sign)| format!("({sign}) {c}")).collect();
        numbered.join(self.say("；", "; "))
    }

    fn rounding(&self, rounding: &Rounding) -> String {
        let step = rounding.step;
        match (self.lang, rounding.mode) {
            (Lang::Zh, RoundingMode::HalfUp) => format!("四舍五入到 {step} 的整数倍"),
            (Lang::Zh, RoundingMode::HalfDown) => format!("五舍六入到 {step} 的整数倍"),
            (Lang::Zh, RoundingMode::HalfEven) => format!("四舍六入五成双到 {step} 的整数倍"),
            (Lang::Zh, RoundingMode::Down) => format!("向下取到 {step} 的整数倍"),
            (Lang::Zh, RoundingMode::Up) => format!("向上取到 {step} 的整数倍"),
            (Lang::En, RoundingMode::HalfUp) => format!("rounded to the nearest multiple of {step}, a half upwards"),
            (Lang::En, RoundingMode::HalfDown) => {
                format!("rounded to the nearest multiple of {step}, a half downwards")
            }
            (Lang::En, RoundingMode::HalfEven) => {
                format!("rounded to the nearest multiple of {step}, a half to the even one")
            }
            (Lang::En, RoundingMode::Down) => format!("rounded down to a multiple of {step}"),
            (Lang::En, RoundingMode::Up) => format!("rounded up to a multiple of {step}"),
        }
    }
}
