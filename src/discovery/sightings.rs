//! Which places are there now, of all that was heard: a bounded number, each once. Pure: it touches no socket.

use super::found::{Found, Heard};
use super::{News, SightingId};

/// So many places are shown at once; who finds more types an address.
const PLACES_MAX: usize = 64;

/// What was heard and counts still.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    seen: Vec<Sighting>,
    last_id: u64,
}

#[derive(Debug)]
struct Sighting {
    id: SightingId,
    /// The instance that last said so.
    instance: String,
    found: Found,
}

impl Sightings {
    /// Something was heard of an instance; what is new of it, in order.
    ///
    /// Whoever announces the address of another takes its place: a server that was given another name is still where it was.
    pub(super) fn handle_heard(&mut self, heard: &Heard<'_>) -> Vec<News> {
        let own = self.position_of(heard.instance);
        let known = own.map(|position| &self.seen[position].found.place);
        let Some(found) = heard.read(known) else { return self.handle_gone(heard.instance) };
        let there = self.seen.iter().position(|it| it.found.place == found.place);
        let mut news = match there.or(own) {
            Some(position) => self.update(position, heard.instance, found),
            None => self.add(heard.instance, found),
        };
        if let (Some(there), Some(own)) = (there, own)
            && there != own
        {
            news.push(News::Gone(self.seen.remove(own).id));
        }
        news
    }

    /// An instance is no longer there.
    pub(super) fn handle_gone(&mut self, instance: &str) -> Vec<News> {
        let Some(position) = self.position_of(instance) else { return Vec::new() };
        vec![News::Gone(self.seen.remove(position).id)]
    }

    /// Nothing that was heard counts any more.
    pub(super) fn clear(&mut self) -> Vec<News> {
        self.seen.drain(..).map(|it| News::Gone(it.id)).collect()
    }

    fn update(&mut self, position: usize, instance: &str, found: Found) -> Vec<News> {
        let seen = &mut self.seen[position];
        instance.clone_into(&mut seen.instance);
        if seen.found == found {
            return Vec::new();
        }
        seen.found = found.clone();
        vec![News::Found(seen.id, found)]
    }

    fn add(&mut self, instance: &str, found: Found) -> Vec<News> {
        if self.seen.len() == PLACES_MAX {
            return Vec::new();
        }
        self.last_id += 1;
        let id = SightingId(self.last_id);
        self.seen.push(Sighting { id, instance: instance.to_owned(), found: found.clone() });
        vec![News::Found(id, found)]
    }

    /// Names are the same whatever the case of their letters.
    fn position_of(&self, instance: &str) -> Option<usize> {
        self.seen.iter().position(|seen| seen.instance.eq_ignore_ascii_case(instance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::Place;

    fn heard(instance: &str, last_byte: u8) -> Heard<'_> {
        let addresses = vec![([10, 0, 0, last_byte].into(), "eth0")];
        Heard { instance, port: 33000, addresses, properties: vec![("people", b"1")] }
    }

    fn found(id: u64, name: &str, last_byte: u8) -> News {
        let place = Place { host: format!("10.0.0.{last_byte}"), port: 33000 };
        let name = name.to_owned();
        News::Found(SightingId(id), Found { place, name, people_count: Some(1) })
    }

    fn gone(id: u64) -> News {
        News::Gone(SightingId(id))
    }

    #[test]
    fn a_server_comes_and_goes() {
        let mut sightings = Sightings::default();
        assert_eq!(sightings.handle_heard(&heard("a", 1)), [found(1, "a", 1)]);
        assert_eq!(sightings.handle_heard(&heard("A", 1)), [found(1, "A", 1)]);
        assert_eq!(sightings.handle_gone("a"), [gone(1)]);
        assert_eq!(sightings.handle_gone("a"), []);
        assert_eq!(sightings.handle_heard(&heard("a", 1)), [found(2, "a", 1)]);
    }

    #[test]
    fn what_is_known_is_no_news() {
        let mut sightings = Sightings::default();
        sightings.handle_heard(&heard("a", 1));
        assert_eq!(sightings.handle_heard(&heard("a", 1)), []);
        let fuller = Heard { properties: vec![("people", b"2")], ..heard("a", 1) };
        assert_eq!(sightings.handle_heard(&fuller).len(), 1);
    }

    #[test]
    fn a_server_that_moves_is_the_same() {
        let mut sightings = Sightings::default();
        sightings.handle_heard(&heard("a", 1));
        assert_eq!(sightings.handle_heard(&heard("a", 2)), [found(1, "a", 2)]);
        let nowhere = Heard { addresses: vec![], ..heard("a", 2) };
        assert_eq!(sightings.handle_heard(&nowhere), [gone(1)]);
    }

    #[test]
    fn a_server_with_another_name_stays_in_its_place() {
        let mut sightings = Sightings::default();
        sightings.handle_heard(&heard("old", 1));
        assert_eq!(sightings.handle_heard(&heard("new", 1)), [found(1, "new", 1)]);
        assert_eq!(sightings.handle_gone("old"), [], "its goodbye comes later");
        assert_eq!(sightings.handle_gone("new"), [gone(1)]);
    }

    #[test]
    fn two_at_one_address_are_one() {
        let mut sightings = Sightings::default();
        sightings.handle_heard(&heard("a", 1));
        sightings.handle_heard(&heard("b", 2));
        assert_eq!(sightings.handle_heard(&heard("b", 1)), [found(1, "b", 1), gone(2)]);
        assert_eq!(sightings.handle_gone("a"), []);
        assert_eq!(sightings.handle_gone("b"), [gone(1)]);
    }

    #[test]
    fn thousands_of_servers_are_cut_off_and_room_is_used_again() {
        let mut sightings = Sightings::default();
        let instances: Vec<String> = (0..5000).map(|number| format!("flood {number}")).collect();
        let mut count = 0;
        for (number, instance) in instances.iter().enumerate() {
            let port = u16::try_from(number + 1).unwrap();
            count += sightings.handle_heard(&Heard { port, ..heard(instance, 1) }).len();
        }
        assert_eq!((count, sightings.seen.len()), (PLACES_MAX, PLACES_MAX));
        assert_eq!(sightings.handle_heard(&heard("late", 2)), []);
        assert_eq!(sightings.handle_gone("flood 0").len(), 1);
        assert_eq!(sightings.handle_heard(&heard("late", 2)).len(), 1);
        assert_eq!(sightings.clear().len(), PLACES_MAX);
        assert!(sightings.seen.is_empty());
    }
}
