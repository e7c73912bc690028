//! What a report is about: the place, the period, the policy, and whether the caller may see it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use chrono_tz::Tz;
use kepu_domain::person::PersonKind;
use kepu_domain::policy::Policy;
use kepu_domain::role::{Action, Scope};
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::store;
use crate::auth::Actor;
use crate::check::Checks;
use crate::credits;
use crate::error::{ApiError, FieldError, Result};
use crate::state::AppState;
use crate::tenancy::{DistrictId, Tx};

/// How a report leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For programs.
    #[default]
    Json,
    /// UTF-8 with a byte order mark, RFC 4180.
    Csv,
    /// A workbook.
    Xlsx,
}

/// Over what a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The whole district.
    District,
    /// One school.
    School,
    /// One class.
    Class,
}

/// What the caller asks, whichever report it is.
#[derive(Debug, Default)]
pub struct Asked<'a> {
    pub policy: Option<&'a str>,
    pub level: Option<Level>,
    pub school: Option<Uuid>,
    pub class: Option<Uuid>,
    pub host: Option<Uuid>,
    pub grade: Option<i32>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub term: Option<&'a str>,
    pub lang: Option<Lang>,
    /// A past moment, or the end of a past day.
    pub as_of: Option<&'a str>,
}

/// The only one of them.
fn alone(all: Option<&[Uuid]>) -> Option<Uuid> {
    match all {
        Some([one]) => Some(*one),
        _ => None,
    }
}

/// A thing with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

/// First and last day, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeriodView {
    /// First day; open when null.
    pub from: Option<NaiveDate>,
    /// Last day; open when null.
    pub to: Option<NaiveDate>,
    /// The term, when one was asked for.
    pub term: Option<String>,
}

/// The policy version by which the numbers are.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyMark {
    /// The policy.
    pub id: String,
    /// The version's name.
    pub version: String,
    /// The version's id.
    pub policy_version_id: Uuid,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// True when values were made up for illustration; say so wherever the numbers are shown.
    pub illustrative: bool,
}

/// What every report says about itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct About {
    /// The district.
    pub district: Named,
    /// The school, when the report is over one.
    pub school: Option<Named>,
    /// The class, when the report is over one.
    pub class: Option<Named>,
    /// The host, when the report is about one.
    pub host: Option<Named>,
    /// The grade, when only one is meant.
    pub grade: Option<i32>,
    /// The period. A record lies in it by its day, an enrolment by any of its days.
    pub period: PeriodView,
    /// The policy version.
    pub policy: PolicyMark,
    /// The moment that the data are of.
    pub as_of: DateTime<Utc>,
}

/// What a report without a place holds for an account that does not see the whole district.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrow {
    /// Nothing: it is refused.
    Refuse,
    /// Its schools.
    Schools,
    /// Its schools, or else what happened at its hosts.
    SchoolsOrHosts,
    /// What happened at its hosts.
    Hosts,
    /// Nothing, whatever place is named: only who sees the whole district sees any of it.
    Whole,
}

/// A report's ground, read in its snapshot.
pub struct Frame {
    pub about: About,
    pub rules: Arc<Policy>,
    pub lang: Lang,
    pub zone: Tz,
    /// Whose records and enrolments are meant.
    pub filter: store::Filter,
    /// Whether it is of a past moment: then its transaction alone sees that.
    pub past: bool,
}

/// Begins the one transaction that a report is read in.
pub async fn begin(state: &AppState, district: DistrictId, as_of: Option<&str>) -> Result<Tx> {
    match as_of {
        Some(_) => state.db().begin_draft(district).await,
        None => state.db().begin_snapshot(district).await,
    }
}

impl Frame {
    /// Reads what the report is about and refuses what the caller may not see. A report over a district, school or class
    /// is judged on that; one without a place holds what the caller may see, as `narrow` says.
    pub async fn read(
        tx: &mut Tx,
        actor: &Actor,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
        narrow: Narrow,
    ) -> Result<Self> {
        let district = tx.district().0;
        Self::judged(tx, asked, now, |school| may(actor, district, school, asked.host, narrow)).await
    }

    /// The same over the whole district, for the service itself.
    pub async fn whole(tx: &mut Tx, asked: &Asked<'_>, now: DateTime<Utc>) -> Result<Self> {
        Self::judged(tx, asked, now, |_| Ok(Allowed { schools: None, hosts: None })).await
    }

    /// The same ground at another moment: who may see it was judged before.
    pub async fn again(&self, tx: &mut Tx, asked: &Asked<'_>, now: DateTime<Utc>) -> Result<Self> {
        let allowed = Allowed { schools: self.filter.schools.clone(), hosts: self.filter.hosts.clone() };
        Self::judged(tx, asked, now, |_| Ok(allowed)).await
    }

    async fn judged(
        tx: &mut Tx,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
        judge: impl FnOnce(Option<Uuid>) -> Result<Allowed>,
    ) -> Result<Self> {
        check(asked)?;
        store::prepare(tx).await?;
        let mut place = store::place(tx, asked.school, asked.class, asked.host).await?;
        let district = tx.district().0;
        let absent = |wanted: Option<Uuid>, found: &Option<Uuid>, kind| match (wanted, found) {
            (Some(_), None) => Err(ApiError::not_found(kind)),
            _ => Ok(()),
        };
        absent(asked.class, &place.class_school_id, "class")?;
        absent(asked.school, &place.school_id, "school")?;
        absent(asked.host, &place.host_id, "host")?;
        if asked.school.is_some() && place.class_school_id.is_some_and(|school| Some(school) != asked.school) {
            return Err(ApiError::invalid_field("class", "wrong_school", "must be a class of the school"));
        }
        let school = asked.school.or(place.class_school_id);
        let reach = judge(school)?;
        // Who sees one school alone, or one host, reads of that one as if it had been asked for.
        let school = school.or_else(|| alone(reach.schools.as_deref()));
        let host = asked.host.or_else(|| alone(reach.hosts.as_deref()));
        if (school, host) != (asked.school.or(place.class_school_id), asked.host) {
            place = store::place(tx, school, asked.class, host).await?;
        }

        let mut zone: Tz = place.time_zone.parse().unwrap_or(Tz::Asia__Shanghai);
        let at = asked.as_of.map_or(Ok(now), |text| credits::moment(text, zone, now))?;
        let past = asked.as_of.is_some();
        if past {
            credits::shadow(tx, at).await?;
            // Under the names of then; what is there and who may see it was judged by what is so now.
            place = store::place(tx, school, asked.class, host).await?;
            zone = place.time_zone.parse().unwrap_or(zone);
        }
        // A report is about students; one about teachers names its policy.
        let when = credits::When { at, past };
        let version = credits::version_meant(tx, asked.policy, PersonKind::Student, when).await?;
        let rules = credits::policy(tx, version.policy_version_id).await?;
        let period = period(asked, &rules)?;
        let lang = asked.lang.unwrap_or_default();
        let named = |id: Option<Uuid>, zh: Option<String>, en: Option<String>| {
            id.zip(zh).map(|(id, zh)| Named { id, name: in_lang(lang, zh, en.unwrap_or_default()) })
        };
        let filter = store::Filter {
            policy_id: version.policy_id.clone(),
            from: period.from.unwrap_or(FIRST),
            to: period.to.unwrap_or(LAST),
            schools: school.map(|school| vec![school]).or(reach.schools),
            class: asked.class,
            grade: asked.grade,
            hosts: host.map(|host| vec![host]).or(reach.hosts),
        };
        if past {
            let day = at.with_timezone(&zone).date_naive();
            let schools = filter.schools.as_deref().filter(|_| filter.hosts.is_none());
            let policy = credits::EffectivePolicy {
                policy_id: version.policy_id.clone(),
                policy_version_id: version.policy_version_id,
            };
            credits::score_then(tx, policy, (at, day), schools).await?;
        }
        Ok(Self {
            about: About {
                district: Named { id: district, name: in_lang(lang, place.district_zh, place.district_en) },
                school: named(place.school_id.or(place.class_school_id), place.school_zh, place.school_en),
                class: named(asked.class, place.class_name, None),
                host: named(host, place.host_zh, place.host_en),
                grade: asked.grade,
                period,
                policy: PolicyMark {
                    id: version.policy_id,
                    version: version.version,
                    policy_version_id: version.policy_version_id,
                    title_zh: version.title_zh,
                    title_en: version.title_en,
                    illustrative: version.illustrative,
                },
                as_of: at,
            },
            rules,
            lang,
            zone,
            filter,
            past,
        })
    }

    /// A word in the language of the report.
    pub fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// A name in the language of the report.
    pub fn name(&self, zh: String, en: String) -> String {
        in_lang(self.lang, zh, en)
    }

    /// Marks numbers that come from an illustrative policy; nothing when they do not.
    pub fn mark(&self) -> Option<String> {
        let text =
            self.say("示例学分办法：数值仅供演示，不作正式依据", "Illustrative policy: numbers for demonstration only");
        self.about.policy.illustrative.then(|| text.to_owned())
    }

    /// The policy in one cell, with its mark.
    pub fn policy_cell(&self) -> String {
        let policy = &self.about.policy;
        match self.mark() {
            Some(mark) => format!("{} {}（{mark}）", policy.id, policy.version),
            None => format!("{} {}", policy.id, policy.version),
        }
    }

    /// The header of the column that names the policy: it bears the mark even over no rows.
    pub fn policy_title(&self) -> String {
        let plain = self.say("学分办法", "Policy");
        if self.about.policy.illustrative {
            format!("{plain}{}", self.say("（示例）", " (illustrative)"))
        } else {
            plain.into()
        }
    }

    /// What the second sheet of a workbook says.
    pub fn lines(&self, title: &str, more: &[(&str, String)]) -> Vec<(String, String)> {
        let about = &self.about;
        let mut lines = vec![(self.say("报表", "Report").to_owned(), title.to_owned())];
        let mut add = |zh, en, value: Option<String>| {
            if let Some(value) = value {
                lines.push((self.say(zh, en).to_owned(), value));
            }
        };
        add("注意", "Note", self.mark());
        add("区", "District", Some(about.district.name.clone()));
        add("学校", "School", about.school.as_ref().map(|n| n.name.clone()));
        add("班级", "Class", about.class.as_ref().map(|n| n.name.clone()));
        add("单位", "Host", about.host.as_ref().map(|n| n.name.clone()));
        add("年级", "Grade", about.grade.map(|g| g.to_string()));
        add("学期", "Term", about.period.term.clone());
        let open = || self.say("不限", "open").to_owned();
        let day = |day: Option<NaiveDate>| Some(day.map_or_else(open, |day| day.to_string()));
        add("起", "From", day(about.period.from));
        add("止", "To", day(about.period.to));
        let title = in_lang(self.lang, about.policy.title_zh.clone(), about.policy.title_en.clone());
        add("学分办法", "Policy", Some(title));
        add("版本", "Version", Some(format!("{} {}", about.policy.id, about.policy.version)));
        add("版本编号", "Version id", Some(about.policy.policy_version_id.to_string()));
        let local = about.as_of.with_timezone(&self.zone).to_rfc3339_opts(SecondsFormat::Secs, false);
        add("数据时间", "Data as of", Some(local));
        let totals = self.say(
            "表末合计为公式 SUBTOTAL(109,…)，随筛选变化",
            "Totals are formulas, SUBTOTAL(109,…), and follow the filter",
        );
        add("合计", "Totals", Some(totals.to_owned()));
        lines.extend(more.iter().map(|(label, value)| ((*label).to_owned(), value.clone())));
        lines
    }

    /// The name of a file: what it is, over what policy, of which day.
    pub fn file_name(&self, what: &str) -> String {
        let day = self.about.as_of.with_timezone(&self.zone).format("%Y%m%d");
        let policy: String =
            self.about.policy.id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        format!("kepu-{what}-{policy}-{day}")
    }

    /// Categories in the order of the policy.
    pub fn categories(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for rule in &self.rules.document().rules {
            let category = rule.category.as_ref().unwrap_or(&rule.id);
            if !all.contains(category) {
                all.push(category.clone());
            }
        }
        all
    }

    /// What a category is called.
    pub fn category_title(&self, category: &str) -> String {
        self.rules.document().category_title(category, self.lang)
    }
}

/// Days that a report can be asked for.
pub const FIRST: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("a day");
/// The last of them.
pub const LAST: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day");

/// Grades that a roster can have: 1 is the first of primary school, 0 and below kindergarten.
const GRADES: RangeInclusive<i32> = -3..=20;

/// The name in this language, or in the other where it has none.
pub fn in_lang(lang: Lang, zh: String, en: String) -> String {
    match lang {
        Lang::En if !en.is_empty() => en,
        Lang::Zh | Lang::En => zh,
    }
}

fn check(asked: &Asked<'_>) -> Result<()> {
    let mut checks = Checks::new();
    let with_school = asked.school.is_some() || asked.class.is_some();
    match asked.level {
        Some(Level::District) => {
            checks.require(
                !with_school,
                "level",
                "contradiction",
                "district is not one school or class: leave them out",
            );
        }
        Some(Level::School) => {
            checks.require(asked.school.is_some(), "school", "required", "name the school of a report at this level");
            checks.require(asked.class.is_none(), "class", "contradiction", "ask with level=class");
        }
        Some(Level::Class) => {
            checks.require(asked.class.is_some(), "class", "required", "name the class of a report at this level");
        }
        None => {}
    }
    let dated = asked.from.is_some() || asked.to.is_some();
    checks.require(!(asked.term.is_some() && dated), "term", "contradiction", "give either a term or from and to");
    for (field, day) in [("from", asked.from), ("to", asked.to)] {
        if let Some(day) = day
            && !(FIRST..=LAST).contains(&day)
        {
            checks.add(FieldError::new(field, "out_of_range", "must be a day of the years 1 to 9999"));
        }
    }
    if let (Some(from), Some(to)) = (asked.from, asked.to) {
        checks.require(from <= to, "to", "before_from", "must not lie before from");
    }
    if let Some(grade) = asked.grade {
        checks.range("grade", grade, GRADES);
    }
    checks.finish()
}

struct Allowed {
    schools: Option<Vec<Uuid>>,
    hosts: Option<Vec<Uuid>>,
}

/// Judges the widest place that is asked for, and answers what else narrows it.
fn may(actor: &Actor, district: Uuid, school: Option<Uuid>, host: Option<Uuid>, narrow: Narrow) -> Result<Allowed> {
    let all = Allowed { schools: None, hosts: None };
    let whole = Scope::District { district };
    if actor.may(Action::ReportRead, &whole) {
        return Ok(all);
    }
    if narrow == Narrow::Whole {
        actor.require(Action::ReportRead, &whole)?;
    }
    if let Some(school) = school {
        actor.require(Action::ReportRead, &Scope::School { district, school })?;
        return Ok(all);
    }
    if let Some(host) = host {
        actor.require(Action::ReportRead, &Scope::Host { district, host })?;
        return Ok(all);
    }
    if narrow != Narrow::Refuse {
        let of = |ids: Option<&[Uuid]>, scope: &dyn Fn(Uuid) -> Scope| -> Vec<Uuid> {
            ids.unwrap_or(&[]).iter().copied().filter(|id| actor.may(Action::ReportRead, &scope(*id))).collect()
        };
        let schools = of(actor.schools().as_filter(), &|school| Scope::School { district, school });
        if !schools.is_empty() && narrow != Narrow::Hosts {
            return Ok(Allowed { schools: Some(schools), hosts: None });
        }
        let hosts = of(actor.hosts().as_filter(), &|host| Scope::Host { district, host });
        if matches!(narrow, Narrow::SchoolsOrHosts | Narrow::Hosts) && !hosts.is_empty() {
            return Ok(Allowed { schools: None, hosts: Some(hosts) });
        }
    }
    actor.require(Action::ReportRead, &whole)?;
    Ok(all)
}

fn period(asked: &Asked<'_>, rules: &Policy) -> Result<PeriodView> {
    let Some(term) = asked.term else { return Ok(PeriodView { from: asked.from, to: asked.to, term: None }) };
    let (from, to) = rules.term_days(term).filter(|(from, to)| FIRST <= *from && *to <= LAST).ok_or_else(|| {
        let message = "must be a term of the policy's calendar, e.g. 2025-autumn, or the id of a dated term";
        ApiError::invalid(vec![FieldError::new("term", "unknown_term", message).value(term)])
    })?;
    Ok(PeriodView { from: Some(from), to: Some(to), term: Some(term.to_owned()) })
}
