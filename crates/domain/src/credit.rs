//! Exact amounts: credits, hours and counts as integers of 1/1000. There are no floats anywhere in the rules.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::text::{Told, say, tell};

/// An exact amount in thousandths: of a credit, or of the unit of a measure (hours, records …).
///
/// Written as a decimal with at most three places: `1`, `0.5`, `-2.125`. Sums saturate instead of wrapping; real
/// amounts stay ten orders of magnitude below that, and [`Credit::is_beyond`] tells those that do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Credit(i64);

/// Thousandths in one.
const SCALE: i64 = 1000;

impl Credit {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(SCALE);
    /// The largest amount.
    pub const MAX: Self = Self(i64::MAX);

    /// From thousandths.
    pub const fn from_milli(milli: i64) -> Self {
        Self(milli)
    }

    /// In thousandths.
    pub const fn milli(self) -> i64 {
        self.0
    }

    /// A whole number.
    pub const fn whole(n: i64) -> Self {
        Self(n.saturating_mul(SCALE))
    }

    /// `minutes` as hours, rounded down to a thousandth of an hour (3.6 s).
    pub fn hours(minutes: i64) -> Self {
        Ratio::of(Self::whole(minutes)).over(60).rounded(&Rounding { step: Self(1), mode: RoundingMode::Down })
    }

    /// True where a sum or product went beyond what is kept: the amount is not what it should be then.
    pub const fn is_beyond(self) -> bool {
        self.0 == i64::MAX || self.0 == i64::MIN
    }

    /// True when nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference; may be negative.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The difference, or nothing where it would be negative.
    #[must_use]
    pub fn shortfall(self, have: Self) -> Self {
        self.minus(have).max(Self::ZERO)
    }
}

impl Sum for Credit {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Credit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, milli) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        let text = match milli {
            0 => format!("{sign}{units}"),
            _ => format!("{sign}{units}.{milli:03}").trim_end_matches('0').to_owned(),
        };
        f.pad(&text)
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CreditError {
    /// Not a plain decimal number.
    #[error("expected a decimal number such as 1 or 0.5")]
    NotANumber,
    /// Finer than a thousandth.
    #[error("at most three decimal places are kept")]
    TooFine,
    /// Beyond what is kept.
    #[error("the number is too large")]
    TooLarge,
}

impl CreditError {
    const fn zh(self) -> &'static str {
        match self {
            Self::NotANumber => "应为十进制数，如 1 或 0.5",
            Self::TooFine => "最多保留三位小数",
            Self::TooLarge => "数值过大",
        }
    }
}

impl FromStr for Credit {
    type Err = CreditError;

    fn from_str(text: &str) -> Result<Self, CreditError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (units, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if units.is_empty()
            || !all_digits(units)
            || !all_digits(fraction)
            || (digits.contains('.') && fraction.is_empty())
        {
            return Err(CreditError::NotANumber);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 3 {
            return Err(CreditError::TooFine);
        }
        let units: i64 = units.parse().map_err(|_| CreditError::TooLarge)?;
        let milli: i64 = format!("{fraction:0<3}").parse().map_err(|_| CreditError::NotANumber)?;
        let total = units.checked_mul(SCALE).and_then(|u| u.checked_add(milli)).ok_or(CreditError::TooLarge)?;
        // Far below i64::MAX, so that no sum of real amounts can come near it.
        if total > 1_000_000_000_000 {
            return Err(CreditError::TooLarge);
        }
        Ok(Self(if negative { total.saturating_neg() } else { total }))
    }
}

impl Serialize for Credit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Credit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Credit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                tell(f, "十进制数，如 1 或 0.5", "a decimal number such as 1 or 0.5")
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Credit, E> {
                value.parse().map_err(|e: CreditError| {
                    let zh = e.zh();
                    E::custom(Told(say(
                        format!("`{value}` 不是可用的数值：{zh} — 应写数字，如 1 或 0.5"),
                        format!("`{value}` is not an amount: {e} — write a number such as 1 or 0.5"),
                    )))
                })
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Credit, E> {
                value.to_string().parse().map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Credit, E> {
                value.to_string().parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Credit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Credit".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An exact decimal with at most three places, as a number or a string: 1, 0.5, \"2.125\".",
            "anyOf": [ { "type": "number" }, { "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,3}0*)?$" } ]
        })
    }
}

/// What happens to the part below a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMode {
    /// To the nearest step; half a step goes up (四舍五入).
    #[default]
    HalfUp,
    /// To the nearest step; half a step goes down.
    HalfDown,
    /// To the nearest step; half a step goes to the even one.
    HalfEven,
    /// To the step below.
    Down,
    /// To the step above.
    Up,
}

/// Rounding to a multiple of `step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// The step, in credits (or the unit of a measure): 1 for whole ones, 0.5 for halves.
    pub step: Credit,
    /// What happens to the part below a step.
    #[serde(default)]
    pub mode: RoundingMode,
}

impl Default for Rounding {
    fn default() -> Self {
        Self { step: Credit(1), mode: RoundingMode::HalfUp }
    }
}

/// Most numbers fit into 64 bits, whose product always fits into 128 and is many times as quick.
fn product(a: i128, b: i64) -> i128 {
    match i64::try_from(a) {
        Ok(a) => i128::from(a).wrapping_mul(i128::from(b)),
        Err(_) => a.saturating_mul(i128::from(b)),
    }
}

/// Whether a number has gone as far as it can, so that it is no longer what it should be.
const fn is_at_the_end(n: i128) -> bool {
    n == i128::MAX || n == i128::MIN
}

/// An exact fraction of thousandths, so that a price is rounded once, at its end. What goes beyond its room stays beyond, and
/// is rounded to an amount that [`Credit::is_beyond`].
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    num: i128,
    den: i128,
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.reduced(), other.reduced());
        (one.num, one.den) == (other.num, other.den)
    }
}

impl Eq for Ratio {}

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self { num: 0, den: 1 };

    /// The amount itself.
    pub fn of(amount: Credit) -> Self {
        Self { num: i128::from(amount.0), den: 1 }
    }

    /// Divided by a positive whole number; by zero it stays as it is (checks refuse zero where policies are read).
    #[must_use]
    pub fn over(self, n: u32) -> Self {
        Self { num: self.num, den: product(self.den, i64::from(n.max(1))) }.kept_small()
    }

    /// Times an amount (its thousandths taken as a factor: 0.8 → ×0.8).
    #[must_use]
    pub fn times(self, factor: Credit) -> Self {
        Self { num: product(self.num, factor.0), den: product(self.den, SCALE) }.kept_small()
    }

    /// So many times.
    #[must_use]
    pub fn many(self, times: i64) -> Self {
        Self { num: product(self.num, times), den: self.den }.kept_small()
    }

    /// Divided by an amount (2 → half of it). Zero leaves it as it is; checks refuse it where policies are read.
    #[must_use]
    pub fn divided(self, by: Credit) -> Self {
        if by.0 <= 0 {
            return self;
        }
        Self { num: product(self.num, SCALE), den: product(self.den, by.0) }.kept_small()
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        if self.num == 0 {
            return other;
        }
        if self.is_beyond() {
            return self;
        }
        if other.is_beyond() {
            return other;
        }
        if self.den == other.den {
            return Self { num: self.num.saturating_add(other.num), den: self.den }.kept_small();
        }
        Self {
            num: self.num.saturating_mul(other.den).saturating_add(other.num.saturating_mul(self.den)),
            den: self.den.saturating_mul(other.den),
        }
        .kept_small()
    }

    /// Rounded to a multiple of the step.
    pub fn rounded(self, rounding: &Rounding) -> Credit {
        if let (1, 1, Ok(milli)) = (self.den, rounding.step.0, i64::try_from(self.num)) {
            return Credit(milli);
        }
        if self.is_beyond() {
            return Credit(if self.num < 0 { i64::MIN } else { i64::MAX });
        }
        let step = rounding.step.0.max(1);
        let unit = self.den.saturating_mul(i128::from(step));
        // Most numbers fit into 64 bits, where division is many times as quick.
        let (floor, rest, halves) = match (i64::try_from(self.num), i64::try_from(unit)) {
            (Ok(num), Ok(unit)) => {
                let (floor, rest) = (num.div_euclid(unit.max(1)), num.rem_euclid(unit.max(1)));
                (i128::from(floor), rest != 0, rest.cmp(&unit.saturating_sub(rest)))
            }
            _ => {
                let (floor, rest) = (self.num.div_euclid(unit.max(1)), self.num.rem_euclid(unit.max(1)));
                (floor, rest != 0, rest.cmp(&unit.saturating_sub(rest)))
            }
        };
        let up = match rounding.mode {
            RoundingMode::Down => false,
            RoundingMode::Up => rest,
            RoundingMode::HalfUp => halves.is_ge(),
            RoundingMode::HalfDown => halves.is_gt(),
            RoundingMode::HalfEven => halves.is_gt() || (halves.is_eq() && floor.rem_euclid(2) == 1),
        };
        let milli = product(floor.saturating_add(i128::from(up)), step);
        Credit(i64::try_from(milli).unwrap_or(if milli < 0 { i64::MIN } else { i64::MAX }))
    }

    /// Whether it had more digits than there is room for.
    const fn is_beyond(self) -> bool {
        is_at_the_end(self.num) || is_at_the_end(self.den)
    }

    /// In lowest terms once the numbers grow, so that products of many factors do not run out of room; before that it
    /// would cost more than it gives.
    fn kept_small(self) -> Self {
        const LARGE: u128 = 1 << 62;
        let small = self.num.unsigned_abs() < LARGE && self.den.unsigned_abs() < LARGE;
        // What went beyond must stay recognisable.
        if small || self.is_beyond() { self } else { self.reduced() }
    }

    /// In lowest terms.
    fn reduced(self) -> Self {
        let (mut a, mut b) = (self.num.unsigned_abs(), self.den.unsigned_abs());
        while let Some(rest) = a.checked_rem(b) {
            (a, b) = (b, rest);
        }
        let gcd = i128::try_from(a).unwrap_or(1).max(1);
        Self { num: self.num.checked_div(gcd).unwrap_or(self.num), den: self.den.checked_div(gcd).unwrap_or(self.den) }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0", 0)]
    #[case("1", 1000)]
    #[case("0.5", 500)]
    #[case("2.125", 2125)]
    #[case("2.1250", 2125)]
    #[case("-3.01", -3010)]
    fn decimals_are_read_exactly(#[case] text: &str, #[case] milli: i64) {
        assert_eq!(text.parse(), Ok(Credit::from_milli(milli)));
    }

    #[rstest]
    #[case("", CreditError::NotANumber)]
    #[case("1.", CreditError::NotANumber)]
    #[case(".5", CreditError::NotANumber)]
    #[case("1e3", CreditError::NotANumber)]
    #[case("+1", CreditError::NotANumber)]
    #[case("١", CreditError::NotANumber)]
    #[case("0.0001", CreditError::TooFine)]
    #[case("99999999999999999999", CreditError::TooLarge)]
    #[case("1000000001", CreditError::TooLarge)]
    fn what_is_no_amount_is_refused(#[case] text: &str, #[case] error: CreditError) {
        assert_eq!(text.parse::<Credit>(), Err(error));
    }

    #[rstest]
    #[case(9500, 1000, RoundingMode::HalfUp, 10_000)]
    #[case(9500, 1000, RoundingMode::HalfDown, 9000)]
    #[case(9500, 1000, RoundingMode::HalfEven, 10_000)]
    #[case(8500, 1000, RoundingMode::HalfEven, 8000)]
    #[case(1600, 500, RoundingMode::Down, 1500)]
    #[case(1501, 500, RoundingMode::Up, 2000)]
    #[case(-500, 1000, RoundingMode::Down, -1000)]
    fn rounding_goes_to_a_step(
        #[case] milli: i64,
        #[case] step: i64,
        #[case] mode: RoundingMode,
        #[case] expected: i64,
    ) {
        let rounding = Rounding { step: Credit::from_milli(step), mode };
        assert_eq!(Ratio::of(Credit::from_milli(milli)).rounded(&rounding), Credit::from_milli(expected));
    }

    #[test]
    fn many_factors_stay_exact() {
        let third = Ratio::of(Credit::ONE).over(3);
        let many = (0..200).fold(third, |product, i| match i % 2 {
            0 => product.times(Credit::from_milli(700)),
            _ => product.divided(Credit::from_milli(700)),
        });
        assert_eq!(many, third);
    }

    #[test]
    fn what_goes_beyond_is_told_from_what_is_exact() {
        let most: Credit = "1000000000".parse().unwrap();
        let exact = Ratio::of(most).times(most);
        assert!(exact.rounded(&Rounding::default()).is_beyond(), "a thousand times what an amount can hold");
        assert!(!exact.divided(most).rounded(&Rounding::default()).is_beyond());
        let far = (0..12).fold(Ratio::of(most), |far, _| far.times("999999.999".parse().unwrap()));
        for beyond in [far, far.over(7), far.divided(most), far.plus(Ratio::of(most)), Ratio::of(most).plus(far)] {
            assert_eq!(beyond.rounded(&Rounding::default()), Credit::MAX);
        }
        assert!(Credit::MAX.plus(Credit::ONE).is_beyond());
        assert!(!most.is_beyond() && !Credit::ZERO.is_beyond());
    }

    #[test]
    fn a_third_three_times_is_one() {
        let third = Ratio::of(Credit::ONE).over(3);
        assert_eq!(third.plus(third).plus(third), Ratio::of(Credit::ONE));
    }

    #[test]
    fn display_drops_only_empty_places() {
        let shown: Vec<_> = [0, 1, 10, 100, 1000, 1500, -2125].map(|m| Credit::from_milli(m).to_string()).to_vec();
        assert_eq!(shown, ["0", "0.001", "0.01", "0.1", "1", "1.5", "-2.125"]);
    }
}
