//! How long to wait before the next try.

/// The shortest wait.
pub(super) const SHORTEST_MS: u64 = 1_000;
/// The longest wait.
pub(super) const LONGEST_MS: u64 = 60_000;

/// Waits that grow: the *n*-th is drawn between 1 s and 2ⁿ s, at most 60 s, so that many who lost one server together do
/// not come back together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    tries: u32,
    state: u64,
}

impl Backoff {
    /// The beginning; `seed` decides what is drawn.
    pub(super) fn new(seed: u64) -> Self {
        Self { tries: 0, state: seed }
    }

    /// The next wait in milliseconds.
    pub(super) fn next_ms(&mut self) -> u64 {
        self.tries = (self.tries + 1).min(6);
        let most_ms = (SHORTEST_MS << self.tries).min(LONGEST_MS);
        SHORTEST_MS + self.draw() % (most_ms - SHORTEST_MS + 1)
    }

    /// It worked: the next wait is short again.
    pub(super) fn reset(&mut self) {
        self.tries = 0;
    }

    /// The next number of the sequence called `SplitMix64`.
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_within_their_bounds_and_start_anew() {
        for seed in 0..1000 {
            let mut backoff = Backoff::new(seed);
            for most_ms in [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000] {
                let wait_ms = backoff.next_ms();
                assert!((SHORTEST_MS..=most_ms).contains(&wait_ms), "{wait_ms} of {most_ms}");
            }
            backoff.reset();
            assert!(backoff.next_ms() <= 2_000);
        }
    }

    #[test]
    fn different_seeds_wait_differently() {
        let mut waits: Vec<u64> = (0..100).map(|seed| Backoff::new(seed).next_ms()).collect();
        waits.sort_unstable();
        waits.dedup();
        assert!(waits.len() > 80);
    }
}
