//! Tells of those whom a request names who can be recorded, who is there already, and who is refused and why.

use std::collections::{HashMap, HashSet};

use kepu_domain::roster::cell;
use uuid::Uuid;

use super::record::{RecordOutcome, Wanted};
use super::store::{Found, Row, SessionRow};
use crate::auth::Reach;

/// Tells persons that can be recorded from those that cannot.
pub(super) struct Sorter {
    by_id: HashMap<Uuid, Found>,
    by_number: HashMap<String, Uuid>,
    there: HashMap<Uuid, Row>,
    seen: HashSet<Uuid>,
    schools: Reach,
}

pub(super) enum Sorted {
    New(Found),
    Again(Found, Row),
    Already(RecordOutcome),
    Refused(RecordOutcome),
}

impl Sorted {
    /// Who is to be added.
    pub fn asks(&self) -> Option<&Found> {
        match self {
            Self::New(person) | Self::Again(person, _) => Some(person),
            Self::Already(_) | Self::Refused(_) => None,
        }
    }
}

impl Sorter {
    pub fn new(found: Vec<Found>, there: Vec<Row>, schools: Reach) -> Self {
        Self {
            by_number: found.iter().map(|f| (f.number.clone(), f.person_id)).collect(),
            by_id: found.into_iter().map(|f| (f.person_id, f)).collect(),
            there: there.into_iter().map(|r| (r.person_id, r)).collect(),
            seen: HashSet::new(),
            schools,
        }
    }

    pub fn sort(&mut self, session: &SessionRow, want: &Wanted) -> Sorted {
        let id = want.person_id.or_else(|| self.by_number.get(want.number.as_deref()?).copied());
        let Some(person) = id.and_then(|id| self.by_id.get(&id)).cloned() else {
            let message = "nobody in the roster of this district has this number; check it against the roster";
            return Sorted::Refused(want.refused(None, "unknown_person", message));
        };
        let refused = |code, message: String| Sorted::Refused(want.refused(Some(&person), code, message));
        if let Some(name) = want.name.as_deref().map(str::trim).filter(|name| is_another(name, &person.name)) {
            let message = format!("the roster has another name for this number than {name}; check number and name");
            return Sorted::Refused(want.refused(None, "name_differs", message));
        }
        let Some(school) = person.school_id else {
            return refused("not_enrolled", format!("was in no class of the district on {}", session.day));
        };
        if !self.schools.contains(school) {
            let message = "was not at your school on that day; the school of that day records it";
            return Sorted::Refused(want.refused(None, "not_your_school", message));
        }
        if !self.seen.insert(person.person_id) {
            return refused("twice_in_request", "stands in this request twice; the first one is taken".to_owned());
        }
        if let (Some(from), Some(to), Some(grade)) = (session.grade_from, session.grade_to, person.grade)
            && !(from..=to).contains(&grade)
        {
            return refused("grade_not_admitted", format!("the activity is for grades {from} to {to}, not {grade}"));
        }
        match self.there.get(&person.person_id).cloned() {
            None => Sorted::New(person),
            Some(row) if matches!(row.state.as_str(), "withdrawn" | "rejected" | "absent") => {
                Sorted::Again(person, row)
            }
            Some(row) if row.state == "voided" => {
                refused("voided", "was confirmed for this session and voided; a voided one stays so".to_owned())
            }
            Some(row) => Sorted::Already(want.outcome(Some(&person), "already").with(row.id)),
        }
    }
}

/// Whether a name says somebody else than the roster does. Blanks, invisible marks and width say nothing.
fn is_another(given: &str, known: &str) -> bool {
    let given = cell::name_key(given);
    !given.is_empty() && given != cell::name_key(known)
}
