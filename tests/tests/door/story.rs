//! What may happen at a door, drawn from a seed.

use chrono::Duration;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};

pub const PUPILS: usize = 8;
pub const SCANS: usize = 40;

/// How a pupil stands before the door opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Listed,
    Waitlisted,
    Withdrawn,
    Stranger,
}

/// A device's clock: by how much it is wrong, and whether the device knows.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    pub wrong: Duration,
    pub measured: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Moment {
    /// Minutes after the beginning, before the closing.
    Minute(i64),
    /// Seconds after the closing.
    AfterClosing(i64),
}

#[derive(Debug, Clone, Copy)]
pub enum Shows {
    /// The pass that holds at the end, or the one before it.
    Pass { old: bool },
    /// Nothing: the guide picks the pupil from the list.
    Nothing,
    /// Something else than a pass.
    Nonsense,
}

#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub pupil: usize,
    pub device: usize,
    pub moment: Moment,
    pub direction: &'static str,
    pub shows: Shows,
    /// What somebody decides who looks at it, if it is in doubt.
    pub decision: Option<&'static str>,
}

#[expect(clippy::struct_excessive_bools, reason = "each of these is on or off, in any combination")]
pub struct Story {
    pub in_out: bool,
    pub walk_ins: bool,
    /// Whether the account of the first devices closes.
    pub first_closes: bool,
    /// Whether two accounts are signed in on the devices.
    pub two_scan: bool,
    pub standing: Vec<Standing>,
    /// Whose pass was replaced half an hour after the beginning.
    pub replaced: Vec<usize>,
    pub held: Option<usize>,
    pub devices: Vec<Device>,
    pub seen: Vec<Seen>,
}

impl Story {
    /// The story of this seed.
    pub fn of(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        // Whoever had withdrawn is recorded by the guide who was first heard of: that needs all scans from one account.
        let two_scan = random.random_bool(0.4);
        let mut standing = vec![Standing::Listed; PUPILS];
        for one in standing.iter_mut().skip(3) {
            let fourth = if two_scan { Standing::Stranger } else { Standing::Withdrawn };
            let any = [Standing::Listed, Standing::Waitlisted, Standing::Stranger, fourth];
            *one = *any.choose(&mut random).expect("four");
        }
        let device = |random: &mut StdRng| {
            let measured = random.random_bool(0.8);
            let wrong = if measured { random.random_range(-600..=600) } else { 0 };
            // One clock in ten is hopeless.
            let wrong = if measured && random.random_bool(0.1) { 25 * 3600 } else { wrong };
            Device { wrong: Duration::seconds(wrong), measured }
        };
        let devices: Vec<Device> = (0..4).map(|_| device(&mut random)).collect();
        let seen = (0..SCANS).map(|_| Seen {
            pupil: random.random_range(0..PUPILS),
            device: random.random_range(0..devices.len()),
            moment: match random.random_range(0..20) {
                0 => Moment::Minute(random.random_range(-130..-118)),
                1 | 2 => Moment::AfterClosing(random.random_range(1..100)),
                _ => Moment::Minute(random.random_range(-20..55)),
            },
            direction: if random.random_bool(0.35) { "out" } else { "in" },
            shows: match random.random_range(0..20) {
                0 => Shows::Nonsense,
                1..=4 => Shows::Nothing,
                more => Shows::Pass { old: more % 2 == 0 },
            },
            decision: match random.random_range(0..20) {
                0..=2 => Some("accept"),
                3 | 4 => Some("refuse"),
                _ => None,
            },
        });
        let seen = seen.collect();
        Self {
            in_out: random.random(),
            walk_ins: random.random(),
            first_closes: random.random_bool(0.5),
            two_scan,
            standing,
            replaced: (0..PUPILS).filter(|_| random.random_bool(0.3)).collect(),
            held: random.random_bool(0.3).then(|| random.random_range(0..PUPILS)),
            devices,
            seen,
        }
    }

    /// Who stands so.
    pub fn pupils(&self, standing: Standing) -> Vec<usize> {
        (0..PUPILS).filter(|at| self.standing[*at] == standing).collect()
    }

    /// Each device sends what it has in batches of any size; they arrive in any order.
    pub fn batches(&self, scans: &[usize], random: &mut StdRng) -> Vec<Vec<usize>> {
        let mut all = Vec::new();
        for device in 0..self.devices.len() {
            let mut mine: Vec<usize> = scans.iter().copied().filter(|at| self.seen[*at].device == device).collect();
            mine.shuffle(random);
            while !mine.is_empty() {
                let size = random.random_range(1..=6).min(mine.len());
                all.push(mine.split_off(mine.len() - size));
            }
        }
        all.shuffle(random);
        all
    }
}
