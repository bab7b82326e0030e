//! Bounds of numbers and the machine form that they allow.

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::Form;
use crate::number::{Number, whole};

/// The least and greatest value that a number can have; unbounded where `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Bounds {
    pub(crate) lo: Option<Number>,
    pub(crate) hi: Option<Number>,
}

impl Bounds {
    pub(crate) fn new(lo: Number, hi: Number) -> Self {
        Bounds { lo: Some(lo), hi: Some(hi) }
    }

    pub(crate) fn point(value: Number) -> Self {
        Bounds::new(value.clone(), value)
    }

    /// The smallest bounds around all of `values`; zero where there are none.
    pub(crate) fn around<'a>(values: impl IntoIterator<Item = &'a Number>) -> Self {
        let each = values.into_iter().map(|value| Bounds::point(value.clone()));
        each.reduce(|a, b| a.hull(&b)).unwrap_or_else(|| Bounds::point(whole(0)))
    }

    pub(crate) fn hull(&self, other: &Bounds) -> Bounds {
        Bounds { lo: both(&self.lo, &other.lo, Number::min), hi: both(&self.hi, &other.hi, Number::max) }
    }

    pub(crate) fn negate(&self) -> Bounds {
        Bounds { lo: self.hi.clone().map(|hi| -hi), hi: self.lo.clone().map(|lo| -lo) }
    }

    pub(crate) fn add(&self, other: &Bounds) -> Bounds {
        Bounds { lo: both(&self.lo, &other.lo, |a, b| a + b), hi: both(&self.hi, &other.hi, |a, b| a + b) }
    }

    pub(crate) fn multiply(&self, other: &Bounds) -> Bounds {
        let (Some(a), Some(b), Some(c), Some(d)) = (&self.lo, &self.hi, &other.lo, &other.hi) else {
            return Bounds::default();
        };
        Bounds::around(&[a * c, a * d, b * c, b * d])
    }

    pub(crate) fn abs(&self) -> Bounds {
        match (&self.lo, &self.hi) {
            (Some(lo), Some(hi)) => {
                let crosses = lo.is_negative() && hi.is_positive();
                let ends = [lo.abs(), hi.abs()];
                if crosses { Bounds::around(ends.iter().chain(&[whole(0)])) } else { Bounds::around(&ends) }
            }
            _ => Bounds { lo: Some(whole(0)), hi: None },
        }
    }

    pub(crate) fn min(&self, other: &Bounds) -> Bounds {
        let hi = match (&self.hi, &other.hi) {
            (Some(a), Some(b)) => Some(a.min(b).clone()),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        Bounds { lo: both(&self.lo, &other.lo, Number::min), hi }
    }

    pub(crate) fn max(&self, other: &Bounds) -> Bounds {
        self.negate().min(&other.negate()).negate()
    }

    /// Moved outwards by less than `slack`, as a rounding may do.
    pub(crate) fn widen(&self, slack: &Number) -> Bounds {
        Bounds { lo: self.lo.clone().map(|lo| lo - slack), hi: self.hi.clone().map(|hi| hi + slack) }
    }

    /// The sum of up to `count` such numbers, of none 0.
    pub(crate) fn times(&self, count: u32) -> Bounds {
        let zero = Bounds::point(whole(0));
        self.multiply(&Bounds::point(whole(i64::from(count)))).hull(&zero)
    }

    /// The narrowest form over `denominator` that holds such numbers.
    pub(crate) fn form(&self, denominator: BigInt) -> Form {
        let (Some(lo), Some(hi)) = (&self.lo, &self.hi) else {
            return Form::Exact;
        };
        let greatest = lo.abs().max(hi.abs()) * Number::from_integer(denominator.clone());
        // One bit beside the sign is kept free, for halves in rounding and ends of ranges.
        let bits = greatest.ceil().to_integer().bits().max(denominator.bits());
        match bits {
            0..=61 => Form::Scaled(denominator),
            62..=125 => Form::Wide(denominator),
            _ => Form::Exact,
        }
    }

    /// Whether zero is among the values.
    pub(crate) fn has_zero(&self) -> bool {
        let above = self.lo.as_ref().is_none_or(|lo| !lo.is_positive());
        let below = self.hi.as_ref().is_none_or(|hi| !hi.is_negative());
        above && below && !self.is_point_but_zero()
    }

    fn is_point_but_zero(&self) -> bool {
        self.lo == self.hi && self.lo.as_ref().is_some_and(|lo| !lo.is_zero())
    }
}

fn both(a: &Option<Number>, b: &Option<Number>, join: impl Fn(Number, Number) -> Number) -> Option<Number> {
    Some(join(a.clone()?, b.clone()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_follow_the_greatest_scaled_value() {
        let small = Bounds::new(whole(-5), whole(1000));
        assert_eq!(small.form(BigInt::from(100)), Form::Scaled(BigInt::from(100)));
        let large = Bounds::new(whole(0), whole(i64::MAX));
        assert_eq!(large.form(BigInt::from(100)), Form::Wide(BigInt::from(100)));
        assert_eq!(Bounds::default().form(BigInt::from(1)), Form::Exact);
    }

    #[test]
    fn products_take_their_corners() {
        let product = Bounds::new(whole(-2), whole(3)).multiply(&Bounds::new(whole(-5), whole(4)));
        assert_eq!(product, Bounds::new(whole(-15), whole(12)));
    }
}
