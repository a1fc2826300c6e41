//! What the network was told last, and whether something else is worth telling it. Pure: it reads no clock.

use std::time::{Duration, Instant};

use majlis_protocol::Announcement;

/// How often at most the network is told that other people are there: every word of it wakes each machine on the Wi-Fi.
const PEOPLE_EVERY: Duration = Duration::from_secs(30);

/// What was told, and when.
#[derive(Debug, Default)]
pub(super) struct Told {
    last: Option<(Announcement, Instant)>,
}

impl Told {
    /// Whether this is to be told now. All but the number of people is, at once.
    pub(super) fn is_due(&self, announcement: &Announcement, now: Instant) -> bool {
        let Some((told, at)) = &self.last else { return true };
        if told == announcement {
            return false;
        }
        let other_people = Announcement { people_count: announcement.people_count, ..told.clone() };
        other_people != *announcement || now.duration_since(*at) >= PEOPLE_EVERY
    }

    /// It was told.
    pub(super) fn note(&mut self, announcement: Announcement, now: Instant) {
        self.last = Some((announcement, now));
    }

    /// The network is to forget it, or has.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }
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
}
