//! Which rows of an organizer's list are one team, the place of each in it, and what does not go together.
//!
//! Teams of several schools are called the same, and so are those of one school with several works: a team is what it is
//! called within a school, a work and a level.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::facts::Facts;
use crate::{check::Checks, error::FieldError};

/// What a row calls its team, as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Called {
    /// Name of the team.
    pub team: String,
    /// Number of the work, else its title.
    pub work: String,
    /// Level of the contest.
    pub level: String,
}

/// A row that names a team.
#[derive(Debug)]
pub(super) struct Member {
    /// The row of the list.
    pub row: u64,
    /// Its team.
    pub called: Called,
    /// The school as the row names it; empty if it names none.
    pub school_named: String,
    /// Who was found, with the school of that day.
    pub found: Option<(Uuid, Option<Uuid>)>,
    /// What it says; nothing of a row that is refused already.
    pub facts: Option<Facts>,
    /// The position that it gives.
    pub position: Option<i32>,
}

/// A place in a team of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat {
    /// Which team of the list.
    pub team: usize,
    /// Position in it, from 1.
    pub position: i32,
    /// Members of it.
    pub size: i32,
}

/// What a row gets: a seat, none where it is alone, or what is wrong with it.
pub(super) type Seated = Result<Option<Seat>, Checks>;

/// Seats the members, which stand in the order of the list; by the row.
pub(super) fn seats(members: &[Member]) -> HashMap<u64, Seated> {
    let teams = teams(members);
    teams.iter().enumerate().flat_map(|(team, of_team)| seated(team, of_team)).collect()
}

/// The members of each team. Rows that cannot be entered count, for their pupils are members all the same.
fn teams(members: &[Member]) -> Vec<Vec<&Member>> {
    let schools = Schools::of(members);
    let mut known: HashMap<(&Called, Uuid), usize> = HashMap::new();
    let mut teams: Vec<Vec<&Member>> = Vec::new();
    let mut counted = HashSet::new();
    for member in members {
        let Some(school) = schools.of_member(member) else { continue };
        let team = *known.entry((&member.called, school)).or_insert_with(|| {
            teams.push(Vec::new());
            teams.len() - 1
        });
        // Who stands there twice is one member.
        if member.found.is_none_or(|(person, _)| counted.insert((team, person))) {
            teams[team].push(member);
        }
    }
    teams
}

/// Which schools the rows are of.
struct Schools<'m> {
    /// By the name that a row gives, where somebody of that row was found.
    named: HashMap<&'m str, Uuid>,
    /// Those of whom somebody was found, by what their team is called.
    of_team: HashMap<&'m Called, HashSet<Uuid>>,
    /// Teams whose rows name their school.
    naming: HashSet<&'m Called>,
}

impl<'m> Schools<'m> {
    fn of(members: &'m [Member]) -> Self {
        let mut schools = Self { named: HashMap::new(), of_team: HashMap::new(), naming: HashSet::new() };
        for member in members {
            let Some((_, Some(school))) = member.found else { continue };
            if !member.school_named.is_empty() {
                schools.named.entry(&member.school_named).or_insert(school);
                schools.naming.insert(&member.called);
            }
            schools.of_team.entry(&member.called).or_default().insert(school);
        }
        schools
    }

    /// The school of who was found; else the one that the row names, or of whom all others of its team are.
    fn of_member(&self, member: &Member) -> Option<Uuid> {
        if let Some((_, school)) = member.found {
            return school;
        }
        let named = self.named.get(member.school_named.as_str()).copied();
        let is_elsewhere = !member.school_named.is_empty() && self.naming.contains(&member.called);
        if named.is_some() || is_elsewhere {
            return named;
        }
        let schools = self.of_team.get(&member.called)?;
        if schools.len() == 1 { schools.iter().next().copied() } else { None }
    }
}

/// Seats one team.
fn seated(team: usize, members: &[&Member]) -> Vec<(u64, Seated)> {
    let size = i32::try_from(members.len()).unwrap_or(i32::MAX);
    let positions_given = members.iter().any(|member| member.position.is_some());
    let first = members.iter().find_map(|member| Some((member.row, member.facts.as_ref()?)));
    let mut taken = HashSet::new();
    members
        .iter()
        .zip(1..)
        .map(|(member, order)| {
            let mut checks = Checks::new();
            if let (Some((row, common)), Some(facts)) = (first, &member.facts) {
                check_common(&mut checks, facts, common, row);
            }
            match member.position {
                Some(position) => {
                    checks.range("team_position", position, 1..=size);
                    let message = "must not be given twice";
                    checks.require(taken.insert(position), "team_position", "repeated", message);
                }
                None => {
                    let message = "must be given for all members or for none";
                    checks.require(!positions_given, "team_position", "required", message);
                }
            }
            let position = member.position.unwrap_or(order);
            let seat = (size > 1).then_some(Seat { team, position, size });
            (member.row, if checks.is_clean() { Ok(seat) } else { Err(checks) })
        })
        .collect()
}

/// What a team achieves with a work it achieves together, as it does where it is submitted.
fn check_common(checks: &mut Checks, facts: &Facts, common: &Facts, row: u64) {
    if facts.achieved_on != common.achieved_on {
        let message = format!("is another day than in row {row}, which is of the same team and work");
        checks.add(FieldError::new("achieved_on", "differs", message).value(facts.achieved_on.to_string()));
    }
    if facts.award != common.award {
        let message = format!("is another award than in row {row}, which is of the same team and work");
        checks.add(FieldError::new("award", "differs", message).value(facts.award.clone().unwrap_or_default()));
    }
    if (facts.place, facts.places_listed) != (common.place, common.places_listed) {
        let message = format!("is another place than in row {row}, which is of the same team and work");
        checks.add(FieldError::new("place", "differs", message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Uuid = Uuid::from_u128(1);
    const THERE: Uuid = Uuid::from_u128(2);

    fn facts(award: &str) -> Facts {
        Facts {
            achieved_on: "2026-02-20".parse().expect("a day"),
            contest_level: "county".to_owned(),
            award: Some(award.to_owned()),
            place: None,
            places_listed: None,
            work_id: None,
            work_title: String::new(),
            tags: Vec::new(),
        }
    }

    /// A row of the first team with the first work, of a pupil of this school; none: nobody was found.
    fn member(row: u64, school: Option<Uuid>) -> Member {
        Member {
            row,
            called: Called { team: "一队".to_owned(), work: "Z1".to_owned(), level: "county".to_owned() },
            school_named: String::new(),
            found: school.map(|school| (Uuid::from_u128(u128::from(row) + 100), Some(school))),
            facts: Some(facts("first")),
            position: None,
        }
    }

    fn at(row: u64, position: i32) -> Member {
        Member { position: Some(position), ..member(row, Some(HERE)) }
    }

    /// Team, position and size of each row; zeros where it has no seat.
    fn placed(members: &[Member]) -> Vec<(usize, i32, i32)> {
        let seats = seats(members);
        let seat = |member: &Member| match seats.get(&member.row) {
            Some(Ok(Some(seat))) => (seat.team, seat.position, seat.size),
            _ => (0, 0, 0),
        };
        members.iter().map(seat).collect()
    }

    /// The codes of what is wrong with each row.
    fn codes(members: &[Member]) -> Vec<Vec<String>> {
        let mut seats = seats(members);
        let mut codes_of = |member: &Member| match seats.remove(&member.row) {
            Some(Err(checks)) => {
                let error = checks.finish().expect_err("something is wrong");
                error.errors().iter().map(|error| error.code.clone()).collect()
            }
            _ => Vec::new(),
        };
        members.iter().map(&mut codes_of).collect()
    }

    #[test]
    fn teams_that_are_called_the_same_are_told_apart_by_school_work_and_level() {
        let other_work = |row| {
            let mut member = member(row, Some(HERE));
            member.called.work = "Z2".to_owned();
            member
        };
        let other_level = |row| {
            let mut member = member(row, Some(HERE));
            member.called.level = "city".to_owned();
            member
        };
        let rows = [
            member(2, Some(HERE)),
            member(3, Some(THERE)),
            member(4, Some(HERE)),
            member(5, Some(THERE)),
            other_work(6),
            other_work(7),
            other_level(8),
        ];
        let expected = [(0, 1, 2), (1, 1, 2), (0, 2, 2), (1, 2, 2), (2, 1, 2), (2, 2, 2), (0, 0, 0)];
        assert_eq!(placed(&rows), expected);
    }

    #[test]
    fn who_cannot_be_entered_is_a_member_of_the_school_that_the_row_or_the_team_tells() {
        let named = |member: Member, school: &str| Member { school_named: school.to_owned(), ..member };
        assert_eq!(placed(&[member(2, Some(HERE)), member(3, None)])[0], (0, 1, 2));
        let rows =
            [named(member(2, Some(HERE)), "一小"), named(member(3, None), "一小"), named(member(4, None), "远方")];
        assert_eq!(placed(&rows)[0], (0, 1, 2));
        // Of which of two teams nobody can tell.
        let rows = [member(2, Some(HERE)), member(3, Some(THERE)), member(4, None), member(5, Some(HERE))];
        assert_eq!(placed(&rows)[0], (0, 1, 2));
        let refused = Member { facts: None, ..member(2, None) };
        assert_eq!(placed(&[refused, member(3, Some(HERE))])[1], (0, 2, 2));
        let twice = Member { found: member(2, Some(HERE)).found, ..member(3, Some(HERE)) };
        assert_eq!(placed(&[member(2, Some(HERE)), twice, member(4, Some(HERE))])[2], (0, 2, 2));
    }

    #[test]
    fn positions_are_those_of_a_team_of_that_size() {
        assert_eq!(codes(&[at(2, 2), at(3, 1)]), [Vec::<String>::new(), Vec::new()]);
        assert_eq!(placed(&[at(2, 2), at(3, 1)]), [(0, 2, 2), (0, 1, 2)]);
        assert_eq!(codes(&[at(2, 1), at(3, 1)]), [vec![], vec!["repeated"]]);
        assert_eq!(codes(&[at(2, 7), at(3, 9)]), [["out_of_range"], ["out_of_range"]]);
        assert_eq!(codes(&[at(2, 1), member(3, Some(HERE))]), [vec![], vec!["required"]]);
        assert_eq!(codes(&[at(2, 1)]), [Vec::<String>::new()]);
        assert_eq!(codes(&[at(2, 2)]), [["out_of_range"]]);
    }

    #[test]
    fn a_team_wins_one_prize_with_a_work_on_one_day() {
        let other = Member { facts: Some(facts("second")), ..member(3, Some(HERE)) };
        assert_eq!(codes(&[member(2, Some(HERE)), other]), [vec![], vec!["differs"]]);
        let day = Facts { achieved_on: "2026-02-21".parse().expect("a day"), place: Some(1), ..facts("first") };
        let other = Member { facts: Some(day), ..member(3, Some(HERE)) };
        assert_eq!(codes(&[member(2, Some(HERE)), other]), [vec![], vec!["differs", "differs"]]);
    }
}
