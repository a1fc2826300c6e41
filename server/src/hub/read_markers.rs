//! How far people have read (draft/read-marker).
//!
//! Owns whose marker it is, that it never goes back, and that nobody else is told of it. Who signs in has theirs with the
//! account: on every device, and after a restart. A guest has theirs for as long as they are here, which a takeover of
//! their own ghost outlasts, so that coming back after a lost network finds the place; there is nobody to keep it for
//! longer.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use majlis_protocol::{Capability, Timestamp};

use super::Hub;
use super::command::Turn;
use super::reply::Response;
use super::user::UserId;
use crate::event::{AccountId, ConnId, ReadMarker, RoomId, Subject, Write};

/// Whose marker it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Reader {
    Account(AccountId),
    Guest(UserId),
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A room, or what was said with an account.
    Kept(Subject),
    /// What was said with a guest.
    Guest(UserId),
}

/// What became of a marker that somebody set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Advance {
    /// It stands here now.
    Moved(Timestamp),
    /// It stood here already, or further on.
    Stays(Timestamp),
    /// The reader has as many as they may have.
    Full,
}

/// All markers, found from either side.
#[derive(Debug, Default)]
pub(super) struct ReadMarkers {
    times: HashMap<Reader, IndexMap<Place, Timestamp>>,
    readers: HashMap<Place, IndexSet<Reader>>,
}

impl ReadMarkers {
    pub(super) fn new(restored: &[ReadMarker]) -> Self {
        let mut markers = Self::default();
        for marker in restored {
            let (reader, place) = (Reader::Account(marker.account), Place::Kept(marker.subject));
            markers.advance(reader, place, marker.time, usize::MAX);
        }
        markers
    }

    pub(super) fn get(&self, reader: Reader, place: Place) -> Option<Timestamp> {
        self.times.get(&reader)?.get(&place).copied()
    }

    /// Moves a marker on, if that is further than it stands. A new one counts against the limit.
    pub(super) fn advance(
        &mut self,
        reader: Reader,
        place: Place,
        time: Timestamp,
        max: usize,
    ) -> Advance {
        let places = self.times.entry(reader).or_default();
        match places.get(&place) {
            Some(&stands) if stands >= time => return Advance::Stays(stands),
            None if places.len() >= max => return Advance::Full,
            _ => {}
        }
        places.insert(place, time);
        self.readers.entry(place).or_default().insert(reader);
        Advance::Moved(time)
    }

    /// There is nothing to read there any more.
    pub(super) fn remove_place(&mut self, place: Place) {
        for reader in self.readers.remove(&place).into_iter().flatten() {
            remove_from(&mut self.times, &reader, |places| {
                places.swap_remove(&place);
                places.is_empty()
            });
        }
    }

    /// Nobody reads with these any more; where they stood.
    pub(super) fn remove_reader(&mut self, reader: Reader) -> IndexMap<Place, Timestamp> {
        let places = self.times.remove(&reader).unwrap_or_default();
        for place in places.keys() {
            remove_from(&mut self.readers, place, |readers| {
                readers.swap_remove(&reader);
                readers.is_empty()
            });
        }
        places
    }

    /// An account ended, and the store takes its markers, and others' for it, by itself.
    pub(super) fn remove_account(&mut self, account: AccountId) {
        self.remove_reader(Reader::Account(account));
        self.remove_place(Place::Kept(Subject::Account(account)));
    }
}

/// Changes one side of the markers, and takes it away where nothing is left of it.
fn remove_from<K: Eq + Hash, V>(
    sides: &mut HashMap<K, V>,
    key: &K,
    is_empty_after: impl FnOnce(&mut V) -> bool,
) {
    if sides.get_mut(key).is_some_and(is_empty_after) {
        sides.remove(key);
    }
}

impl Hub {
    /// As whom somebody reads.
    pub(super) fn reader(&self, user: UserId) -> Reader {
        self.users[user].account_id.map_or(Reader::Guest(user), Reader::Account)
    }

    /// Where one reads what is said with somebody.
    pub(super) fn place_with(&self, user: UserId) -> Place {
        let account = self.users[user].account_id;
        account.map_or(Place::Guest(user), |account| Place::Kept(Subject::Account(account)))
    }

    /// Moves a marker on, keeps it where there is an account to keep it for, and tells the reader's other sessions.
    pub(super) fn mark_read(
        &mut self,
        by: Option<ConnId>,
        reader: Reader,
        place: Place,
        name: &str,
        time: Timestamp,
    ) -> Advance {
        let max = self.settings.limits.read_markers;
        let advance = self.read_markers.advance(reader, place, time, max);
        if let Advance::Moved(time) = advance {
            if let (Reader::Account(account), Place::Kept(subject)) = (reader, place) {
                self.store(Write::ReadMarked(ReadMarker { account, subject, time }));
            }
            self.tell_marker(&self.sessions_of_reader(reader), by, name, Some(time));
        }
        advance
    }

    fn sessions_of_reader(&self, reader: Reader) -> Vec<ConnId> {
        match reader {
            Reader::Guest(user) => self.users[user].sessions.clone(),
            Reader::Account(account) => {
                let users = self.users.of_account(account).iter();
                users.flat_map(|&user| &self.users[user].sessions).copied().collect()
            }
        }
    }

    /// Says how far the reader is in a room that a session has just come into.
    pub(super) fn show_marker(&self, turn: &mut Turn, user: UserId, room: RoomId) {
        if turn.response.is_enabled(Capability::ReadMarker) {
            let time = self.read_markers.get(self.reader(user), Place::Kept(Subject::Room(room)));
            reply_marker(&mut turn.response, self.channels[room].name.as_str(), time);
        }
    }

    /// What a guest has read counts for the account that they sign in to, and what the account has read for their rooms.
    pub(super) fn adopt_read_markers(&mut self, user: UserId, account: AccountId) {
        let reader = Reader::Account(account);
        let own = self.read_markers.remove_reader(Reader::Guest(user));
        for room in self.users[user].rooms.clone() {
            let place = Place::Kept(Subject::Room(room));
            let known = self.read_markers.get(reader, place);
            if known.is_some() && known > own.get(&place).copied() {
                let name: Arc<str> = self.channels[room].name.as_str().into();
                self.tell_marker(&self.users[user].sessions.clone(), None, &name, known);
            }
        }
        for (place, time) in own {
            if let Some(name) = self.place_name(place) {
                self.mark_read(None, reader, place, &name, time);
            }
        }
    }

    /// What a place is called now; nothing where it has ended.
    fn place_name(&self, place: Place) -> Option<Arc<str>> {
        match place {
            Place::Kept(Subject::Room(room)) => {
                self.channels.get(room).map(|channel| channel.name.as_str().into())
            }
            Place::Kept(Subject::Account(account)) => Some(self.account_name(account)),
            Place::Guest(user) => Some(Arc::clone(&self.users[user].source().nick)),
        }
    }

    fn tell_marker(
        &mut self,
        conns: &[ConnId],
        except: Option<ConnId>,
        name: &str,
        time: Option<Timestamp>,
    ) {
        for &conn in conns {
            if Some(conn) != except && self.is_enabled(conn, Capability::ReadMarker) {
                let mut turn = self.begin_turn(conn, None);
                reply_marker(&mut turn.response, name, time);
                self.end_turn(turn);
            }
        }
    }
}

/// Says how far one has read; `*` where nothing is known of it.
pub(super) fn reply_marker(response: &mut Response, name: &str, time: Option<Timestamp>) {
    let time = time.map_or_else(|| "*".to_owned(), |time| format!("timestamp={time}"));
    response.command("MARKREAD", &[name, &time], None);
}

#[cfg(any(test, feature = "fuzzing"))]
impl Hub {
    /// Fails where a marker is of nobody, or of nothing, or is found from one side only.
    pub(super) fn verify_read_markers(&self) {
        let ReadMarkers { times, readers } = &self.read_markers;
        for (reader, places) in times {
            let is_known = match reader {
                Reader::Account(account) => self.accounts.get(*account).is_some(),
                Reader::Guest(user) => {
                    self.users.iter().any(|(id, guest)| id == *user && guest.account_id.is_none())
                }
            };
            assert!(is_known, "{reader:?} is gone and has markers");
            assert!(places.len() <= self.settings.limits.read_markers);
            assert!(places.keys().all(|place| readers[place].contains(reader)));
        }
        for (place, readers) in readers {
            let is_known = match place {
                Place::Kept(Subject::Room(room)) => self.channels.get(*room).is_some(),
                Place::Kept(Subject::Account(account)) => self.accounts.get(*account).is_some(),
                Place::Guest(user) => self.users.iter().any(|(id, _)| id == *user),
            };
            assert!(is_known && !readers.is_empty(), "{place:?} is gone and has markers");
        }
        let marked: usize = times.values().map(IndexMap::len).sum();
        assert_eq!(marked, readers.values().map(IndexSet::len).sum::<usize>());
    }
}
