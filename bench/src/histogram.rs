//! Times in buckets, so that a million of them cost no more than a few.

use std::time::Duration;

/// How many buckets there are for each doubling; a bucket is at most 1.6 % wide.
const PER_DOUBLING_BITS: u32 = 6;
const PER_DOUBLING: usize = 1 << PER_DOUBLING_BITS;

/// Counts of times, up to 2^48 ns (three days).
#[derive(Clone, Debug)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; (48 - PER_DOUBLING_BITS as usize) * PER_DOUBLING], total: 0 }
    }
}

impl Histogram {
    /// Counts one time.
    pub fn record(&mut self, time: Duration) {
        let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let bucket = bucket(ns).min(self.counts.len() - 1);
        self.counts[bucket] += 1;
        self.total += 1;
    }

    /// The time within which so many of a thousand times lie; zero when nothing was counted.
    pub fn quantile(&self, per_mille: u64) -> Duration {
        let wanted = (self.total * per_mille).div_ceil(1000);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted.max(1) {
                return Duration::from_nanos(upper_end(bucket));
            }
        }
        Duration::ZERO
    }
}

/// Up to 64 ns each has a bucket of its own; from there on, each doubling has as many buckets.
fn bucket(ns: u64) -> usize {
    let shift = (u64::BITS - ns.leading_zeros()).saturating_sub(PER_DOUBLING_BITS + 1);
    let offset = shift as usize * PER_DOUBLING;
    offset + usize::try_from(ns >> shift).expect("what is left has seven bits")
}

fn upper_end(bucket: usize) -> u64 {
    let shift = (bucket / PER_DOUBLING).saturating_sub(1);
    let place = bucket - shift * PER_DOUBLING;
    ((place as u64 + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_lies_in_a_bucket_that_is_narrow() {
        for ns in (0..100_000).chain((0..40).map(|bit| (1_u64 << bit) + 12_345)) {
            let end = upper_end(bucket(ns));
            assert!(ns <= end && end - ns <= ns / 64, "{ns} is said to be {end}");
        }
    }

    #[test]
    fn quantiles_count_from_below() {
        let mut times = Histogram::default();
        assert_eq!(times.quantile(990), Duration::ZERO);
        for ms in 1..=100 {
            times.record(Duration::from_millis(ms));
        }
        for (per_mille, ms) in [(500, 50.0), (990, 99.0), (1000, 100.0), (0, 1.0)] {
            let found = times.quantile(per_mille).as_secs_f64() * 1000.0;
            assert!((found / ms - 1.0).abs() < 0.02, "{per_mille}: {found} ms");
        }
    }
}
