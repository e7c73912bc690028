//! Tables that are answered one at a time, and can be laid beside each other: schools with their sums, grades, sexes, and
//! the grades and sexes of each school. What may be shown of any of them is decided for all at once, so that no answer can be
//! taken off another.

use super::{Shown, shown, shown_of};

/// What may be shown of each group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lattice {
    /// Of all together.
    pub whole: bool,
    /// Of each school.
    pub schools: Vec<bool>,
    /// Of each set of schools, in the order given.
    pub sets: Vec<bool>,
    /// Of each grade.
    pub grades: Vec<bool>,
    /// Of each sex.
    pub sexes: Vec<bool>,
    /// Of each grade of each school.
    pub by_grade: Vec<Vec<bool>>,
    /// Of each sex of each school.
    pub by_sex: Vec<Vec<bool>>,
}

/// Cells of one division of the schools: their places by school and by part.
struct Division {
    schools: Vec<Vec<usize>>,
    parts: Vec<Vec<usize>>,
}

/// Decides it for schools with so many persons in each grade and of each sex (each school has a number for each), and for
/// sets of schools (named by their places).
///
/// First schools and sets are decided, as a table of their own. Nothing is told of the inside of a school that is hidden.
pub fn lattice(by_grade: &[Vec<u64>], by_sex: &[Vec<u64>], sets: &[Vec<usize>]) -> Lattice {
    let schools: Vec<u64> =
        by_grade.iter().map(|row| row.iter().fold(0_u64, |all, count| all.saturating_add(*count))).collect();
    let groups: Vec<Vec<usize>> = std::iter::once((0..schools.len()).collect()).chain(sets.iter().cloned()).collect();
    let outside = shown(&schools, &groups);

    let (mut persons, mut open) = (Vec::new(), Vec::new());
    let mut divide = |table: &[Vec<u64>]| {
        let mut division = Division { schools: Vec::new(), parts: Vec::new() };
        division.parts.resize(table.iter().map(Vec::len).max().unwrap_or(0), Vec::new());
        for (row, visible) in table.iter().zip(&outside.cells) {
            let mut places = Vec::new();
            for (count, part) in row.iter().zip(&mut division.parts) {
                places.push(persons.len());
                part.push(persons.len());
                persons.push(*count);
                open.push(*visible);
            }
            division.schools.push(places);
        }
        division
    };
    let (grades, sexes) = (divide(by_grade), divide(by_sex));
    let cells_of = |set: &Vec<usize>| {
        let mut cells: Vec<usize> =
            set.iter().filter_map(|school| grades.schools.get(*school)).flatten().copied().collect();
        cells.sort_unstable();
        cells
    };
    let sums: Vec<Vec<usize>> = groups
        .iter()
        .map(cells_of)
        .chain([&grades.schools, &sexes.schools, &grades.parts, &sexes.parts].into_iter().flatten().cloned())
        .collect();
    let parts = grades.parts.len().saturating_add(sexes.parts.len());
    let before = outside.sums.iter().chain(&outside.cells).chain(&outside.cells).copied();
    let open = Shown { cells: open, sums: before.chain(std::iter::repeat_n(true, parts)).collect() };
    let ties: Vec<(Vec<usize>, Vec<usize>)> =
        grades.schools.iter().cloned().zip(sexes.schools.iter().cloned()).collect();
    let shown = shown_of(&persons, &sums, &ties, open);

    let mut told = shown.sums.into_iter();
    let mut next = |many: usize| told.by_ref().take(many).collect::<Vec<bool>>();
    let whole = next(1).first().copied().unwrap_or(false);
    let sets = next(sets.len());
    let (one, other) = (next(schools.len()), next(schools.len()));
    let cells = |division: &Division| -> Vec<Vec<bool>> {
        let visible = |cell: &usize| shown.cells.get(*cell).copied().unwrap_or(false);
        division.schools.iter().map(|school| school.iter().map(visible).collect()).collect()
    };
    Lattice {
        whole,
        schools: one.into_iter().zip(other).map(|(one, other)| one && other).collect(),
        sets,
        grades: next(grades.parts.len()),
        sexes: next(sexes.parts.len()),
        by_grade: cells(&grades),
        by_sex: cells(&sexes),
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::suppress::{LEAST, solver::follows};

    fn small(count: u64) -> bool {
        (1..LEAST).contains(&count)
    }

    #[test]
    fn a_small_grade_of_a_school_is_not_what_is_left_of_the_grade() {
        // The second school has two pupils of the second grade, and the first one all others.
        let shown = lattice(&[vec![30, 40], vec![50, 2]], &[vec![35, 35], vec![26, 26]], &[]);
        assert!(shown.whole && shown.schools == [true, true] && shown.grades == [true, true]);
        assert_eq!(shown.by_grade, [[false, false], [false, false]]);
        assert_eq!(shown.by_sex, [[true, true], [true, true]]);
    }

    #[test]
    fn nothing_is_told_of_the_inside_of_a_hidden_school() {
        let shown = lattice(&[vec![30, 40], vec![3, 0], vec![9, 9]], &[vec![40, 30], vec![1, 2], vec![9, 9]], &[]);
        assert_eq!(shown.schools, [true, false, false]);
        assert_eq!(shown.by_grade[1..], [[false, false], [false, false]]);
        assert_eq!(shown.by_sex[1..], [[false, false], [false, false]]);
    }

    #[test]
    fn where_nothing_is_small_all_is_shown() {
        let shown = lattice(&[vec![30, 40], vec![0, 12]], &[vec![35, 35], vec![6, 6]], &[vec![0], vec![1]]);
        assert!(shown.by_grade.iter().chain(&shown.by_sex).flatten().all(|visible| *visible));
        assert!(shown.sets.iter().chain(&shown.grades).chain(&shown.sexes).all(|visible| *visible));
    }

    /// Persons by school, grade and sex, and an attribute of the schools.
    fn districts() -> impl Strategy<Value = (Vec<Vec<Vec<u64>>>, Vec<usize>)> {
        (1_usize..5, 1_usize..4, 1_usize..4).prop_flat_map(|(schools, grades, sexes)| {
            let count = prop_oneof![3 => Just(0_u64), 3 => 1_u64..6, 3 => 5_u64..60];
            let school = prop::collection::vec(prop::collection::vec(count, sexes), grades);
            (prop::collection::vec(school, schools), prop::collection::vec(0_usize..2, schools))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        /// All answers are laid beside each other, in terms of what none of them tells: each grade and sex of each school.
        #[test]
        fn no_small_group_follows_from_all_answers_together((atoms, words) in districts()) {
            let (grades, sexes) = (atoms[0].len(), atoms[0][0].len());
            let by_grade: Vec<Vec<u64>> =
                atoms.iter().map(|school| school.iter().map(|grade| grade.iter().sum()).collect()).collect();
            let by_sex: Vec<Vec<u64>> = atoms
                .iter()
                .map(|school| (0..sexes).map(|sex| school.iter().map(|grade| grade[sex]).sum()).collect())
                .collect();
            let sets: Vec<Vec<usize>> =
                (0..2).map(|word| (0..atoms.len()).filter(|at| words[*at] == word).collect()).collect();
            let shown = lattice(&by_grade, &by_sex, &sets);

            let place = |school: usize, grade: usize, sex: usize| (school * grades + grade) * sexes + sex;
            let all = || (0..atoms.len()).flat_map(|s| (0..grades).flat_map(move |g| (0..sexes).map(move |x| (s, g, x))));
            let of = |keep: &dyn Fn(usize, usize, usize) -> bool| -> Vec<usize> {
                all().filter(|(s, g, x)| keep(*s, *g, *x)).map(|(s, g, x)| place(s, g, x)).collect()
            };
            let size = |cells: &[usize]| -> u64 {
                all().filter(|(s, g, x)| cells.contains(&place(*s, *g, *x))).map(|(s, g, x)| atoms[s][g][x]).sum()
            };
            let mut groups = vec![(of(&|_, _, _| true), shown.whole)];
            groups.extend(sets.iter().zip(&shown.sets).map(|(set, v)| (of(&|s, _, _| set.contains(&s)), *v)));
            groups.extend(shown.grades.iter().enumerate().map(|(grade, v)| (of(&|_, g, _| g == grade), *v)));
            groups.extend(shown.sexes.iter().enumerate().map(|(sex, v)| (of(&|_, _, x| x == sex), *v)));
            for (school, v) in shown.schools.iter().enumerate() {
                groups.push((of(&|s, _, _| s == school), *v));
                let inside = shown.by_grade[school].iter().enumerate();
                groups.extend(inside.map(|(grade, v)| (of(&|s, g, _| s == school && g == grade), *v)));
                let inside = shown.by_sex[school].iter().enumerate();
                groups.extend(inside.map(|(sex, v)| (of(&|s, _, x| s == school && x == sex), *v)));
            }
            // A group of nobody is known to have nobody: so is all within it.
            let nobody: Vec<usize> =
                groups.iter().filter(|(cells, v)| *v && size(cells) == 0).flat_map(|(cells, _)| cells.clone()).collect();
            let unknown: Vec<usize> =
                all().map(|(s, g, x)| place(s, g, x)).filter(|cell| !nobody.contains(cell)).collect();
            let known: Vec<&[usize]> = groups.iter().filter(|(_, v)| *v).map(|(cells, _)| cells.as_slice()).collect();
            for (cells, visible) in &groups {
                if small(size(cells)) {
                    prop_assert!(!visible, "{cells:?} of {atoms:?}: {shown:?}");
                    prop_assert!(!follows(cells, &known, &unknown), "{cells:?} of {atoms:?}: {shown:?}");
                }
            }
        }
    }
}
