//! What the programmes have, what earlier rows of the list add to it, and what a row means beside that.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use kepu_domain::programme::{Month, Step};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    super::{
        Given, ListChange,
        cells::{Reader, key},
        judge::{Act, Meaning, Part, Row, Taken, change},
    },
    CERTAINTIES, KINDS, Kind, cell, named, read_month, year_of,
};
use crate::{
    ids,
    programmes::{
        EditionState, StrandKind, TitleCertainty,
        store::{Edition, Programme, Strand, Theme},
    },
};

/// The programmes that the reader of the list runs, and their years that the list speaks of.
pub(super) struct Book<'p> {
    programmes: &'p [Programme],
    /// Those of them that are still to be entered, by the first row that is taken.
    fresh: HashMap<Uuid, Programme>,
    pub(super) places: HashMap<(Uuid, i32), Place>,
}

/// A programme in one year.
pub(super) struct Place {
    pub(super) edition: Edition,
    /// Whether it has still to be made, by the first row that is taken.
    new: bool,
    themes: Vec<Theme>,
    strands: Vec<Strand>,
    months: HashMap<NaiveDate, u64>,
    beside: HashMap<(&'static str, String), u64>,
}

impl Place {
    pub(super) fn known(edition: Edition, themes: Vec<Theme>, strands: Vec<Strand>) -> Self {
        Self { edition, new: false, themes, strands, months: HashMap::new(), beside: HashMap::new() }
    }

    /// A year that the programme does not have yet; its days and its main theme are heard from the rows.
    pub(super) fn new(programme: Programme, year: i32, now: DateTime<Utc>) -> Self {
        let never = NaiveDate::MAX;
        let edition = Edition {
            id: ids::new(),
            programme_id: programme.id,
            programme_code: programme.code,
            programme_name_zh: programme.name_zh,
            programme_name_en: programme.name_en,
            authority_id: programme.authority_id,
            authority_name_zh: programme.authority_name_zh,
            authority_name_en: programme.authority_name_en,
            year,
            title_zh: String::new(),
            title_en: String::new(),
            first_day: never,
            last_day: NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(never),
            host_scheme_id: None,
            host_scheme_name_zh: None,
            host_scheme_name_en: None,
            source: String::new(),
            reported: Json(Vec::new()),
            state: EditionState::Draft,
            published_at: None,
            closed_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        Self { new: true, ..Self::known(edition, Vec::new(), Vec::new()) }
    }

    /// A new edition runs from the first to the last month of the list, under the first main theme that it names.
    pub(super) fn hear(&mut self, given: &Given, row: &Row, month: Option<NaiveDate>) {
        if !self.new {
            return;
        }
        let edition = &mut self.edition;
        let of_year = month.filter(|month| month.year() == edition.year);
        if let Some(month) = of_year {
            edition.first_day = edition.first_day.min(month);
            let last = month.checked_add_months(chrono::Months::new(1)).and_then(|next| next.pred_opt());
            edition.last_day = edition.last_day.max(last.unwrap_or(month));
        }
        if edition.title_zh.is_empty() {
            edition.title_zh = cell(row, "main_theme").or(given.main_theme.as_deref()).unwrap_or_default().to_owned();
        }
        if edition.source.is_empty() {
            edition.source.clone_from(&given.source);
        }
    }

    /// What is wrong with the edition itself, as far as a row asks something of it.
    fn check(&mut self, cells: &mut Reader<'_>, title: Option<&str>) {
        if self.edition.first_day == NaiveDate::MAX {
            // Strands alone say nothing of when: the edition has the whole year then.
            let year = self.edition.year;
            self.edition.first_day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(self.edition.first_day);
            self.edition.last_day = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(self.edition.last_day);
        }
        let edition = &self.edition;
        if let Err(refusal) = edition.standing().take(Step::Change) {
            cells.refuse("year", refusal.code(), refusal.to_string());
        }
        if edition.title_zh.is_empty() {
            let message =
                format!("{} has no edition of {} yet: say its main theme", edition.programme_name_zh, edition.year);
            cells.refuse("main_theme", "no_main_theme", message);
        }
        if title.is_some_and(|title| key(title) != key(&edition.title_zh)) {
            cells.refuse(
                "main_theme",
                "other_main_theme",
                format!("is {} there; change it on its own page", edition.title_zh),
            );
        }
    }

    /// The edition that a row brings along, and how that is told.
    fn bring(&mut self) -> (Option<Box<Edition>>, Vec<ListChange>) {
        if !std::mem::replace(&mut self.new, false) {
            return (None, Vec::new());
        }
        let told =
            ListChange { field: "main_theme".to_owned(), from: String::new(), to: self.edition.title_zh.clone() };
        (Some(Box::new(self.edition.clone())), vec![told])
    }
}

/// What a row says, beside where it belongs.
struct Said {
    title_zh: Option<String>,
    title_en: Option<String>,
    topic: Option<String>,
    venues: Option<String>,
    certainty: Option<TitleCertainty>,
    source: Option<String>,
}

impl<'p> Book<'p> {
    pub(super) fn new(programmes: &'p [Programme], fresh: Vec<Programme>) -> Self {
        let fresh = fresh.into_iter().map(|one| (one.id, one)).collect();
        Self { programmes, fresh, places: HashMap::new() }
    }

    pub(super) fn meaning(&mut self, now: DateTime<Utc>, given: &Given, row: &Row) -> Meaning {
        let mut cells = Reader::of(row);
        let kind = cells.word("kind", KINDS);
        let kind = kind.or_else(|| cell(row, "kind").is_none().then_some(Kind::Theme));
        let said = Said {
            title_zh: cells.text("title_zh", 120),
            title_en: cells.text("title_en", 200),
            topic: cells.text("topic", 200),
            venues: cells.text("venues", 400),
            certainty: cells.word("zh_certainty", CERTAINTIES),
            source: cells.text("source", 400).or_else(|| Some(given.source.clone()).filter(|text| !text.is_empty())),
        };
        let title = cells.text("main_theme", 120);
        let month = match kind {
            Some(Kind::Theme) => read_month(&mut cells, row),
            _ => None,
        };
        let named = said.title_zh.as_deref().or(said.title_en.as_deref()).unwrap_or_default();
        let label = [cell(row, "month").unwrap_or_default(), named].join(" ").trim().to_owned();
        let programme = self.programme(&mut cells, given, row);
        let year = year_of(row);
        if year.is_none() {
            cells.refuse("year", "required", "must be a year from 2000 to 2100, here or in the month");
        }
        let place = programme.zip(year).and_then(|key| self.places.get_mut(&key));
        let (Some(place), Some(kind)) = (place, kind) else {
            return Meaning { label, verdict: cells.finish().map(|()| Taken { changes: Vec::new(), act: Act::None }) };
        };
        place.check(&mut cells, title.as_deref());
        let taken = match kind {
            Kind::Theme => month.map(|month| theme(place, &mut cells, now, row, month, said)),
            Kind::Strand(kind) => strand(place, &mut cells, now, row, kind, said),
        };
        let verdict = cells.finish().map(|()| taken.unwrap_or(Taken { changes: Vec::new(), act: Act::None }));
        let verdict = verdict.map(|mut taken| {
            if let Act::AddPart { programme, edition, .. } = &mut taken.act {
                (*edition, taken.changes) = place.bring();
                *programme = self.fresh.remove(&place.edition.programme_id).map(Box::new);
                if let Some(programme) = programme {
                    let to = programme.name_zh.clone();
                    taken.changes.insert(0, ListChange { field: "programme".to_owned(), from: String::new(), to });
                }
            }
            taken
        });
        Meaning { label, verdict }
    }

    fn programme(&self, cells: &mut Reader<'_>, given: &Given, row: &Row) -> Option<Uuid> {
        let Some(word) = cell(row, "programme").or(given.programme.as_deref()) else {
            cells.refuse("programme", "required", "must name a programme, here or for the whole list");
            return None;
        };
        match named(self.programmes, word)[..] {
            [one] => Some(one.id),
            [] => {
                let codes: Vec<&str> = self.programmes.iter().map(|one| one.code.as_str()).collect();
                let message = format!("must be the code or the name of a programme that you run: {}", codes.join(", "));
                cells.refuse("programme", "unknown", message);
                None
            }
            _ => {
                cells.refuse("programme", "name_of_several", "is what several programmes are called; write the code");
                None
            }
        }
    }
}

fn theme(
    place: &mut Place,
    cells: &mut Reader<'_>,
    now: DateTime<Utc>,
    row: &Row,
    month: NaiveDate,
    said: Said,
) -> Taken {
    let edition = &place.edition;
    if said.title_zh.is_none() && said.title_en.is_none() {
        cells.refuse("title_zh", "required", "must not be empty unless there is a title in English");
    }
    if said.certainty == Some(TitleCertainty::NotFound) && said.title_zh.is_some() {
        cells.refuse("zh_certainty", "has_title", "must not be not found where there is a Chinese title");
    }
    if !Month::beginning(month).is_some_and(|month| month.touches(edition.first_day, edition.last_day)) {
        let message =
            format!("must lie between {} and {}, the days of the edition", edition.first_day, edition.last_day);
        cells.refuse("month", "outside_edition", message);
    }
    if let Some(earlier) = place.months.get(&month) {
        cells.refuse("month", "twice_in_file", format!("stands in row {earlier} already"));
    }
    let same = |one: &Theme| {
        let is = |known: &str, said: &Option<String>| {
            said.as_ref().is_some_and(|said| !known.is_empty() && key(said) == key(known))
        };
        is(&one.title_zh, &said.title_zh) || is(&one.title_en, &said.title_en)
    };
    if let Some(elsewhere) = place.themes.iter().find(|one| one.month != month && same(one)) {
        let message =
            format!("is the theme of {} there; move it on the page of the edition", elsewhere.month.format("%Y-%m"));
        cells.refuse("month", "other_month", message);
    }
    let known = place.themes.iter().find(|one| one.month == month);
    let taken = match known {
        Some(known) if !same(known) => {
            let title = if known.title_zh.is_empty() { &known.title_en } else { &known.title_zh };
            cells.refuse("month", "month_taken", format!("has another theme already: {title}"));
            Taken { changes: Vec::new(), act: Act::None }
        }
        Some(known) => {
            let (mut after, mut changes) = (known.clone(), Vec::new());
            change(&mut changes, "title_zh", &mut after.title_zh, said.title_zh);
            change(&mut changes, "title_en", &mut after.title_en, said.title_en);
            change(&mut changes, "venues", &mut after.venues, said.venues);
            change(&mut changes, "source", &mut after.source, said.source);
            let word = |certainty: Option<TitleCertainty>| certainty.map(TitleCertainty::word).unwrap_or_default();
            let mut before = word(after.zh_certainty).to_owned();
            change(&mut changes, "zh_certainty", &mut before, said.certainty.map(|one| word(Some(one)).to_owned()));
            after.zh_certainty = said.certainty.or(after.zh_certainty);
            let stale = after.zh_certainty == Some(TitleCertainty::NotFound) && !after.title_zh.is_empty();
            if stale {
                cells.refuse(
                    "zh_certainty",
                    "has_title",
                    "must say how the Chinese title is known: it was not found before",
                );
            }
            let act = if changes.is_empty() { Act::None } else { Act::ChangePart(Part::Theme(Box::new(after))) };
            Taken { changes, act }
        }
        None => {
            let added = Theme {
                id: ids::new(),
                edition_id: edition.id,
                month,
                title_zh: said.title_zh.unwrap_or_default(),
                title_en: said.title_en.unwrap_or_default(),
                zh_certainty: said.certainty,
                source: said.source.unwrap_or_default(),
                venues: said.venues.unwrap_or_default(),
                version: 1,
                created_at: now,
                updated_at: now,
            };
            Taken {
                changes: Vec::new(),
                act: Act::AddPart { programme: None, edition: None, part: Part::Theme(Box::new(added)) },
            }
        }
    };
    if cells.is_sound() {
        place.months.insert(month, row.number());
    }
    taken
}

fn strand(
    place: &mut Place,
    cells: &mut Reader<'_>,
    now: DateTime<Utc>,
    row: &Row,
    kind: StrandKind,
    said: Said,
) -> Option<Taken> {
    let Some(title) = said.title_zh else {
        cells.refuse("title_zh", "required", "must not be empty");
        return None;
    };
    let named = (kind.word(), key(&title));
    if let Some(earlier) = place.beside.get(&named) {
        cells.refuse("title_zh", "twice_in_file", format!("stands in row {earlier} already"));
    }
    if cells.is_sound() {
        place.beside.insert(named, row.number());
    }
    let known = place.strands.iter().find(|one| one.kind == kind && key(&one.title_zh) == key(&title));
    Some(if let Some(known) = known {
        let (mut after, mut changes) = (known.clone(), Vec::new());
        change(&mut changes, "title_en", &mut after.title_en, said.title_en);
        change(&mut changes, "topic", &mut after.topic, said.topic);
        change(&mut changes, "source", &mut after.source, said.source);
        let act = if changes.is_empty() { Act::None } else { Act::ChangePart(Part::Strand(Box::new(after))) };
        Taken { changes, act }
    } else {
        let added = Strand {
            id: ids::new(),
            edition_id: place.edition.id,
            kind,
            title_zh: title,
            title_en: said.title_en.unwrap_or_default(),
            topic: said.topic.unwrap_or_default(),
            competition_id: None,
            source: said.source.unwrap_or_default(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        Taken {
            changes: Vec::new(),
            act: Act::AddPart { programme: None, edition: None, part: Part::Strand(Box::new(added)) },
        }
    })
}
