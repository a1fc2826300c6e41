//! How fast one guest may speak: a token bucket that slows the reading of their socket and never ends it.
//!
//! The bucket is kept as one instant: up to when what was read has been paid for.

use std::time::{Duration, Instant};

/// A guest's allowance. A message costs a token for each target that it names, another where many hear of it (a new nick,
/// metadata), and so does every 4 KiB, so that neither many nor long nor wide ones are free.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flood {
    /// How many messages may come at once after a rest.
    pub burst: u32,
    /// How many come in a second from then on; above 0.
    pub per_second: f32,
}

/// Guards against a rate near zero: nobody waits longer than this for one token.
const TOKEN_MAX: Duration = Duration::from_mins(1);

const BYTES_PER_TOKEN: u32 = 4096;

impl Flood {
    /// How long one token takes to come.
    fn token(self) -> Duration {
        Duration::try_from_secs_f32(self.per_second.recip()).map_or(TOKEN_MAX, |t| t.min(TOKEN_MAX))
    }
}

/// One guest's bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    paid_until: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn full(flood: Flood, now: Instant) -> Self {
        Self { paid_until: earliest(flood, now) }
    }

    /// Pays for what was read. It may be more than is in the bucket; then nothing is read until that is made up for.
    pub(crate) fn pay(&mut self, flood: Flood, now: Instant, messages: u32, bytes: u32) {
        let token = flood.token();
        let price = token.saturating_mul(messages) + token.saturating_mul(bytes) / BYTES_PER_TOKEN;
        let paid_until = self.paid_until.max(earliest(flood, now));
        self.paid_until = paid_until.checked_add(price).unwrap_or(paid_until);
    }

    /// When there is something in the bucket again, unless there is now.
    pub(crate) fn empty_until(&self, now: Instant) -> Option<Instant> {
        (self.paid_until > now).then_some(self.paid_until)
    }
}

/// What a rest of any length is worth: a full bucket.
fn earliest(flood: Flood, now: Instant) -> Instant {
    now.checked_sub(flood.token().saturating_mul(flood.burst)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOD: Flood = Flood { burst: 10, per_second: 2.0 };

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    /// How many messages are read at this instant when as many as one likes are waiting.
    fn read_all(bucket: &mut Bucket, now: Instant) -> u32 {
        let mut count = 0;
        while bucket.empty_until(now).is_none() {
            bucket.pay(FLOOD, now, 1, 0);
            count += 1;
        }
        count
    }

    #[test]
    fn a_burst_then_a_steady_rate_then_a_burst_after_rest() {
        let start = Instant::now() + seconds(1000);
        let mut bucket = Bucket::full(FLOOD, start);
        assert_eq!(read_all(&mut bucket, start), 11, "the burst, and the one that empties");
        assert_eq!(bucket.empty_until(start), Some(start + Duration::from_millis(500)));
        assert_eq!(read_all(&mut bucket, start + Duration::from_millis(499)), 0);
        let steady: u32 = (1..=20).map(|n| read_all(&mut bucket, start + seconds(n))).sum();
        assert_eq!(steady, 40);
        assert_eq!(read_all(&mut bucket, start + seconds(10_000)), 11);
    }

    #[test]
    fn debt_is_made_up_for() {
        let now = Instant::now() + seconds(1000);
        let mut bucket = Bucket::full(FLOOD, now);
        bucket.pay(FLOOD, now, 30, 0);
        assert_eq!(bucket.empty_until(now), Some(now + seconds(10)));
        assert_eq!(bucket.empty_until(now + seconds(10)), None);
    }

    #[test]
    fn bytes_have_their_price() {
        let now = Instant::now() + seconds(1000);
        let mut bucket = Bucket::full(FLOOD, now);
        bucket.pay(FLOOD, now, 0, 12 * 4096);
        assert_eq!(bucket.empty_until(now), Some(now + seconds(1)));
    }

    #[test]
    fn senseless_rates_do_no_harm() {
        for per_second in [0.0, -1.0, f32::NAN, f32::MIN_POSITIVE, f32::INFINITY] {
            let flood = Flood { burst: u32::MAX, per_second };
            let now = Instant::now();
            let mut bucket = Bucket::full(flood, now);
            bucket.pay(flood, now, u32::MAX, u32::MAX);
            bucket.empty_until(now);
        }
    }
}
