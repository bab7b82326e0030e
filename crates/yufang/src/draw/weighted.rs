//! Drawing by size with exact inclusion probabilities: Madow's systematic sampling.

use super::fraction::Fraction;

/// A size. Fewer than 2^32 sizes below 2^53 are drawn from at once, so that every sum, and every
/// product of a sum with a count, fits 128 bits.
pub(super) type Unit = u64;

/// Draws `count` of the units, which stand in ticket order and have no size of zero. `start` gives
/// a uniform number below its argument and is asked at most once. Gives positions, ascending, each
/// with its probability.
pub(super) fn draw(sizes: &[Unit], count: usize, start: impl FnOnce(u128) -> u128) -> Vec<(usize, Fraction)> {
    let (mut chosen, rest, left) = certainties(sizes, count);
    if left > 0 && !rest.is_empty() {
        chosen.extend(systematic(sizes, &rest, left, start));
    }
    chosen.sort_unstable_by_key(|(at, _)| *at);
    chosen
}

/// Takes those whose share alone amounts to a place or more; what is left changes the shares, so
/// that this goes in rounds until nobody's does.
fn certainties(sizes: &[Unit], count: usize) -> (Vec<(usize, Fraction)>, Vec<usize>, u128) {
    let mut left = count as u128;
    let mut rest: Vec<usize> = (0..sizes.len()).collect();
    let mut chosen = Vec::new();
    while left > 0 && !rest.is_empty() {
        let total = sum(sizes, &rest);
        let (certain, others): (Vec<usize>, Vec<usize>) =
            rest.iter().partition(|at| left * u128::from(sizes[**at]) >= total);
        if certain.is_empty() {
            break;
        }
        left = left.saturating_sub(certain.len() as u128);
        chosen.extend(certain.into_iter().map(|at| (at, Fraction::ONE)));
        rest = others;
    }
    (chosen, rest, left)
}

/// Lays the sizes end to end and takes whoever one of `count` equally spaced points falls on.
fn systematic(
    sizes: &[Unit],
    rest: &[usize],
    count: u128,
    start: impl FnOnce(u128) -> u128,
) -> Vec<(usize, Fraction)> {
    let total = sum(sizes, rest);
    // All is multiplied by `count`, so that the spacing total / count becomes the whole number `total`.
    let (mut point, mut low) = (start(total), 0);
    let mut chosen = Vec::new();
    for at in rest {
        let width = count * u128::from(sizes[*at]);
        let high = low + width;
        // Nobody is as wide as the spacing, so that at most one point falls on a unit.
        if point < high {
            chosen.extend(Fraction::new(width, total).map(|inclusion| (*at, inclusion)));
            point += total;
        }
        low = high;
    }
    chosen
}

fn sum(sizes: &[Unit], rest: &[usize]) -> u128 {
    rest.iter().map(|at| u128::from(sizes[*at])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule of selection word for word.
    fn literal(sizes: &[Unit], count: u128, start: u128) -> Vec<usize> {
        let total: u128 = sizes.iter().map(|size| u128::from(*size)).sum();
        let mut low = 0;
        let mut drawn = Vec::new();
        for (at, size) in sizes.iter().enumerate() {
            let high = low + u128::from(*size);
            if (0..=count).any(|k| count * low <= start + k * total && start + k * total < count * high) {
                drawn.push(at);
            }
            low = high;
        }
        drawn
    }

    #[test]
    fn every_start_draws_as_the_rule_says_and_as_often_as_promised() {
        let sizes = [2, 7, 8, 5, 4, 4];
        let mut hits = [0_u128; 6];
        for start in 0..30 {
            let drawn = draw(&sizes, 3, |total| {
                assert_eq!(total, 30);
                start
            });
            assert_eq!(drawn.iter().map(|(at, _)| *at).collect::<Vec<_>>(), literal(&sizes, 3, start));
            for (at, inclusion) in drawn {
                hits[at] += 1;
                assert_eq!(Fraction::new(3 * u128::from(sizes[at]), 30), Some(inclusion));
            }
        }
        assert_eq!(hits.to_vec(), sizes.map(|size| 3 * u128::from(size)).to_vec());
    }

    #[test]
    fn certainties_come_in_rounds() {
        // 100 alone, then 30 of the remaining 52, then no more: 10, 8 and 4 share one place.
        let drawn = draw(&[10, 100, 8, 30, 4], 3, |total| {
            assert_eq!(total, 22);
            0
        });
        let shown: Vec<(usize, String)> = drawn.iter().map(|(at, f)| (*at, f.to_string())).collect();
        assert_eq!(shown, [(0, "5/11".into()), (1, "1".into()), (3, "1".into())]);
    }

    #[test]
    fn as_many_as_there_are_are_all_certain() {
        let drawn = draw(&[1, 1_000_000, 3], 3, |_| unreachable!("nothing is left to chance"));
        assert!(drawn.len() == 3 && drawn.iter().all(|(_, inclusion)| *inclusion == Fraction::ONE));
        assert!(draw(&[1, 2], 0, |_| 0).is_empty());
    }
}
