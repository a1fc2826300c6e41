//! What the network was told last, and whether something else is worth telling it. Pure: it reads no clock.

use std::time::{Duration, Instant};

use majlis_protocol::Announcement;

/// How often at most the network is told that other people are there: every word of it wakes each machine on the Wi-Fi.
const PEOPLE_EVERY: Duration = Duration::from_secs(30);

/// All is told twice, a second apart (RFC 6762, section 8.3), since a Wi-Fi may well lose what is for everybody. The daemon's own
/// second word is lost where the name has capital letters.
pub(super) const AGAIN_AFTER: Duration = Duration::from_millis(1200);

/// What was told, and when.
#[derive(Debug, Default)]
pub(super) struct Told {
    last: Option<(Announcement, Instant)>,
    is_repeated: bool,
}

impl Told {
    /// Whether this is to be told now. All but the number of people is, at once.
    pub(super) fn is_due(&self, announcement: &Announcement, now: Instant) -> bool {
        let Some((told, at)) = &self.last else { return true };
        let age = now.duration_since(*at);
        !is_same_but_people(told, announcement)
            || told != announcement && age >= PEOPLE_EVERY
            || !self.is_repeated && age >= AGAIN_AFTER
    }

    /// It was told.
    pub(super) fn note(&mut self, announcement: Announcement, now: Instant) {
        let is_known =
            self.last.as_ref().is_some_and(|(told, _)| is_same_but_people(told, &announcement));
        self.is_repeated = is_known && !self.is_repeated;
        self.last = Some((announcement, now));
    }

    /// A network came now, which may have missed the daemon's word to it.
    pub(super) fn repeat(&mut self, now: Instant) {
        if let Some((_, at)) = self.last.as_mut().filter(|_| self.is_repeated) {
            *at = now;
            self.is_repeated = false;
        }
    }

    /// Whether it was told only once.
    pub(super) fn is_to_be_repeated(&self) -> bool {
        self.last.is_some() && !self.is_repeated
    }

    /// The network is to forget it, or has.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

fn is_same_but_people(told: &Announcement, other: &Announcement) -> bool {
    Announcement { people_count: other.people_count, ..told.clone() } == *other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saying(name: &str, people: u32) -> Announcement {
        Announcement {
            name: name.to_owned(),
            people_count: Some(people),
            ..Announcement::default()
        }
    }

    #[test]
    fn people_who_come_and_go_are_told_in_the_next_half_minute() {
        let (mut told, began) = (Told::default(), Instant::now());
        assert!(told.is_due(&saying("Home", 0), began));
        told.note(saying("Home", 0), began);
        told.note(saying("Home", 0), began);
        let just_before = began + PEOPLE_EVERY.saturating_sub(Duration::from_millis(1));
        assert!(!told.is_due(&saying("Home", 1), just_before));
        assert!(told.is_due(&saying("Home", 1), began + PEOPLE_EVERY));
        assert!(!told.is_due(&saying("Home", 0), began + PEOPLE_EVERY), "nothing is new");
    }

    #[test]
    fn another_name_is_told_at_once() {
        let (mut told, began) = (Told::default(), Instant::now());
        told.note(saying("Home", 3), began);
        assert!(told.is_due(&saying("House", 4), began));
        told.forget();
        assert!(told.is_due(&saying("Home", 3), began), "nobody knows it any more");
    }

    #[test]
    fn everything_is_told_twice_and_then_never_again() {
        let (mut told, began) = (Told::default(), Instant::now());
        told.note(saying("Home", 0), began);
        assert!(told.is_to_be_repeated() && !told.is_due(&saying("Home", 0), began));
        let again = began + AGAIN_AFTER;
        assert!(told.is_due(&saying("Home", 1), again), "with those who came meanwhile");
        told.note(saying("Home", 1), again);
        assert!(!told.is_to_be_repeated());
        let later = again + PEOPLE_EVERY;
        assert!(!told.is_due(&saying("Home", 1), later));
        told.note(saying("Home", 2), later);
        assert!(told.is_to_be_repeated(), "what is new is told twice, too");
        assert!(told.is_due(&saying("Home", 2), later + AGAIN_AFTER));
    }

    #[test]
    fn a_network_that_comes_later_is_told_a_second_time() {
        let (mut told, began) = (Told::default(), Instant::now());
        told.note(saying("Home", 0), began);
        told.repeat(began + AGAIN_AFTER);
        assert!(told.is_due(&saying("Home", 0), began + AGAIN_AFTER), "it is about to be anyway");
        told.note(saying("Home", 0), began + AGAIN_AFTER);
        let later = began + PEOPLE_EVERY;
        told.repeat(later);
        assert!(told.is_to_be_repeated() && !told.is_due(&saying("Home", 0), later));
        assert!(told.is_due(&saying("Home", 0), later + AGAIN_AFTER));
    }
}
