//! Names that nobody can take for those of real children, schools or bases.

use rand::{Rng, rngs::StdRng};

/// Family names; what follows them is plainly made up.
const FAMILY: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "罗",
    "高",
];

/// A pupil, e.g. 王测试00042.
pub fn pupil(rng: &mut StdRng, number: usize) -> String {
    let family = FAMILY[rng.random_range(0..FAMILY.len())];
    format!("{family}测试{number:05}")
}

/// A school, e.g. 示范学校第03号.
pub fn school(number: usize) -> (String, String) {
    (format!("示范学校第{number:02}号"), format!("Sample School No. {number:02}"))
}

/// A base, e.g. 示范基地第07号.
pub fn base(number: usize) -> (String, String) {
    (format!("示范基地第{number:02}号"), format!("Sample Base No. {number:02}"))
}
