//! Solves for one unknown after another in fractions, as somebody at a desk would: independent of what is tested.
#![expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test may panic")]

type Fraction = (i128, i128);

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

fn reduced(n: i128, d: i128) -> Fraction {
    let by = gcd(n, d).max(1);
    (n / by, d / by)
}

fn rank(mut rows: Vec<Vec<Fraction>>, columns: usize) -> usize {
    let mut rank = 0;
    for column in 0..columns {
        let Some(pivot) = (rank..rows.len()).find(|at| rows[*at][column].0 != 0) else { continue };
        rows.swap(rank, pivot);
        let pivot = rows[rank].clone();
        let (pn, pd) = pivot[column];
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != rank) {
            let (n, d) = row[column];
            if n == 0 {
                continue;
            }
            for (cell, (vn, vd)) in row.iter_mut().zip(&pivot).filter(|(_, (vn, _))| *vn != 0) {
                let (on, od) = reduced(n * pd * vn, d * pn * vd);
                *cell = reduced(cell.0 * od - on * cell.1, cell.1 * od);
            }
        }
        rank += 1;
    }
    rank
}

/// Whether a sum over `unknown` ones follows from sums that are known.
pub(super) fn follows(wanted: &[usize], known: &[&[usize]], unknown: &[usize]) -> bool {
    let row = |cells: &[usize]| -> Vec<Fraction> {
        unknown.iter().map(|cell| (i128::from(cells.contains(cell)), 1)).collect()
    };
    let wanted = row(wanted);
    if wanted.iter().all(|value| value.0 == 0) {
        return false;
    }
    let known: Vec<_> = known.iter().map(|cells| row(cells)).collect();
    let mut more = known.clone();
    more.push(wanted);
    rank(known, unknown.len()) == rank(more, unknown.len())
}
