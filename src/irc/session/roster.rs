//! Who is where, as far as this connection was told.
//!
//! Owns people and memberships, all by folded names, and keeps both bounded; what is told of a change is the session's.

use std::collections::HashMap;

use super::features::{Features, MemberModes};
use crate::irc::event::Member;
use majlis_protocol::{fold, nick_from_display_name};

/// How many members of one room are kept.
pub(super) const MEMBERS_MAX: usize = 50_000;
/// How many members of all rooms together are kept; so many people are there at most.
pub(super) const MEMBERSHIPS_MAX: usize = 100_000;
/// How many characters of what somebody calls themselves are kept.
const DISPLAY_NAME_CHARS_MAX: usize = 128;

/// What is known of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    /// Their nick, as the server spells it.
    pub(super) nick: String,
    /// What they call themselves, once it is known; cleaned and cut by [`clean_display_name`].
    pub(super) display_name: Option<String>,
    /// Whether they are away.
    pub(super) is_away: bool,
    /// Whether they are signed in.
    pub(super) is_registered: bool,
    /// In how many rooms they are that we are in, too.
    rooms_count: u32,
}

impl Person {
    /// What they are shown as, once it is known: what they call themselves; beside it the nick, where this is not the one that
    /// would be made of it. Nobody else has that one, so no two people are shown as the same.
    pub(super) fn shown_name(&self) -> Option<String> {
        self.display_name.as_deref().map(|name| shown_name(name, &self.nick))
    }
}

/// What somebody with this nick is shown as who calls themselves this.
pub(crate) fn shown_name(display_name: &str, nick: &str) -> String {
    let own = nick_from_display_name(display_name).map(|own| fold(&own)).unwrap_or_default();
    let nick_key = fold(nick);
    // A name with brackets may be how another is shown.
    let is_plain = !display_name.contains('(');
    if is_plain && (own == nick_key || fold(display_name) == nick_key) {
        display_name.to_owned()
    } else {
        format!("{display_name} ({nick})")
    }
}

/// People and rooms.
#[derive(Debug, Default)]
pub(super) struct Roster {
    people: HashMap<String, Person>,
    rooms: HashMap<String, HashMap<String, MemberModes>>,
    /// How many members all rooms have.
    membership_count: usize,
    /// Counted with each change of people.
    version: u64,
}

impl Roster {
    /// Another one after each change of people.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Somebody who is in a room that we are in, by their folded nick.
    pub(super) fn person_by_key(&self, key: &str) -> Option<&Person> {
        self.people.get(key)
    }

    /// A room has another name; one of that name gives way.
    pub(super) fn rename_room(&mut self, old: &str, new: &str) {
        if let Some(members) = self.rooms.remove(old) {
            self.leave(new);
            self.rooms.insert(new.to_owned(), members);
        }
    }

    /// We are in a room; nobody is known to be there yet.
    pub(super) fn enter(&mut self, room: &str) {
        self.leave(room);
        self.rooms.insert(room.to_owned(), HashMap::new());
    }

    /// We are no longer in a room; `false` where we were not.
    pub(super) fn leave(&mut self, room: &str) -> bool {
        let Some(members) = self.rooms.remove(room) else { return false };
        self.membership_count -= members.len();
        for key in members.keys() {
            self.forget_one_room_of(key);
        }
        true
    }

    /// Whether we are in a room.
    pub(super) fn is_in(&self, room: &str) -> bool {
        self.rooms.contains_key(room)
    }

    /// Somebody is in a room that we are in; who is there already gets these modes. Over the bounds nothing happens.
    pub(super) fn add(&mut self, room: &str, nick: &str, modes: MemberModes) {
        let key = fold(nick);
        let Some(members) = self.rooms.get_mut(room) else { return };
        if let Some(known) = members.get_mut(&key) {
            *known = modes;
            return;
        }
        if members.len() >= MEMBERS_MAX || self.membership_count >= MEMBERSHIPS_MAX {
            return;
        }
        members.insert(key.clone(), modes);
        self.membership_count += 1;
        self.version += 1;
        let person = self.people.entry(key).or_default();
        nick.clone_into(&mut person.nick);
        person.rooms_count += 1;
    }

    /// Somebody left a room; `false` where they were not there.
    pub(super) fn remove(&mut self, room: &str, nick: &str) -> bool {
        let key = fold(nick);
        let was_there =
            self.rooms.get_mut(room).is_some_and(|members| members.remove(&key).is_some());
        if was_there {
            self.membership_count -= 1;
            self.forget_one_room_of(&key);
        }
        was_there
    }

    /// Somebody left altogether; the rooms that they were in.
    pub(super) fn remove_everywhere(&mut self, nick: &str) -> Vec<String> {
        let key = fold(nick);
        self.version += 1;
        self.people.remove(&key);
        let rooms = self.rooms.iter_mut();
        let left: Vec<String> = rooms
            .filter_map(|(room, members)| members.remove(&key).map(|_| room.clone()))
            .collect();
        self.membership_count -= left.len();
        left
    }

    /// The rooms that somebody is in.
    pub(super) fn rooms_of(&self, nick: &str) -> Vec<String> {
        let key = fold(nick);
        let rooms = self.rooms.iter().filter(|(_, members)| members.contains_key(&key));
        rooms.map(|(room, _)| room.clone()).collect()
    }

    /// Somebody has another nick. A stale entry under the new one is replaced.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        let (old_key, new_key) = (fold(old), fold(new));
        if old_key != new_key && self.people.contains_key(&new_key) {
            self.remove_everywhere(new);
        }
        let Some(mut person) = self.people.remove(&old_key) else { return };
        self.version += 1;
        new.clone_into(&mut person.nick);
        self.people.insert(new_key.clone(), person);
        for members in self.rooms.values_mut() {
            if let Some(modes) = members.remove(&old_key) {
                members.insert(new_key.clone(), modes);
            }
        }
    }

    /// Changes a member's modes; the new ones, where they are there.
    pub(super) fn change_modes(
        &mut self,
        room: &str,
        nick: &str,
        mode: MemberModes,
        is_set: bool,
    ) -> Option<MemberModes> {
        let modes = self.rooms.get_mut(room)?.get_mut(&fold(nick))?;
        *modes = modes.with(mode, is_set);
        Some(*modes)
    }

    /// Changes what is known of somebody; who it is, where they are known and something did change.
    pub(super) fn update(
        &mut self,
        nick: &str,
        change: impl FnOnce(&mut Person),
    ) -> Option<Person> {
        let person = self.people.get_mut(&fold(nick))?;
        let before = person.clone();
        change(person);
        let changed = (*person != before).then(|| person.clone());
        self.version += u64::from(changed.is_some());
        changed
    }

    /// Somebody who is in a room that we are in.
    pub(super) fn person(&self, nick: &str) -> Option<&Person> {
        self.person_by_key(&fold(nick))
    }

    /// One member of a room.
    pub(super) fn member(&self, room: &str, nick: &str, features: &Features) -> Option<Member> {
        let key = fold(nick);
        let modes = self.rooms.get(room)?.get(&key)?;
        self.people.get(&key).map(|person| to_member(person, *modes, features))
    }

    /// Every member of a room, in no order.
    pub(super) fn members(&self, room: &str, features: &Features) -> Vec<Member> {
        let members = self.rooms.get(room).into_iter().flatten();
        members
            .filter_map(|(key, modes)| Some(to_member(self.people.get(key)?, *modes, features)))
            .collect()
    }

    fn forget_one_room_of(&mut self, key: &str) {
        let Some(person) = self.people.get_mut(key) else { return };
        person.rooms_count = person.rooms_count.saturating_sub(1);
        if person.rooms_count == 0 {
            self.version += 1;
            self.people.remove(key);
        }
    }
}

fn to_member(person: &Person, modes: MemberModes, features: &Features) -> Member {
    Member {
        nick: person.nick.clone(),
        display_name: person.shown_name(),
        role: features.role(modes),
        is_away: person.is_away,
        is_registered: person.is_registered,
    }
}

/// What somebody calls themselves, from a realname: without control characters, cut; `None` where nothing is left.
pub(super) fn clean_display_name(realname: &str) -> Option<String> {
    let shown = realname.chars().filter(|c| !c.is_control()).take(DISPLAY_NAME_CHARS_MAX);
    let name = shown.collect::<String>().trim().to_owned();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_people_who_call_themselves_the_same_are_told_apart_by_their_nicks() {
        for (name, nick) in [
            ("Sara", "Sara"),
            ("sara", "Sara"),
            ("Sara Smith", "Sara_Smith"),
            ("هبة سليم", "هبة_سليم"),
        ] {
            assert_eq!(shown_name(name, nick), name, "{nick}");
        }
        assert_eq!(shown_name("Sara", "Sara2"), "Sara (Sara2)");
        assert_eq!(shown_name("Sara", "mallory"), "Sara (mallory)");
        assert_eq!(shown_name("Sara", "Sa"), "Sara (Sa)");
        assert_eq!(shown_name("Sarа", "bob"), "Sarа (bob)", "one that only looks alike");
        assert_eq!(shown_name("…", "bob"), "… (bob)");
        let copied = shown_name("Sara (Sara2)", "Sara_Sara2");
        assert_eq!(copied, "Sara (Sara2) (Sara_Sara2)", "as another is shown");
        let cut = "Alexandria Lima (Alexandria)";
        assert_eq!(shown_name("Alexandria Lima", "Alexandria"), cut, "as anybody may be called");
    }

    fn nicks(roster: &Roster, room: &str) -> Vec<String> {
        let members = roster.members(room, &Features::default());
        let mut nicks: Vec<String> = members.into_iter().map(|member| member.nick).collect();
        nicks.sort();
        nicks
    }

    fn roster() -> Roster {
        let mut roster = Roster::default();
        for room in ["#a", "#b"] {
            roster.enter(room);
            roster.add(room, "Ana", MemberModes::default());
        }
        roster.add("#a", "bo", MemberModes::default());
        roster
    }

    #[test]
    fn people_are_known_while_they_share_a_room_with_us() {
        let mut roster = roster();
        assert!(roster.remove("#a", "ANA"));
        assert!(roster.person("ana").is_some());
        assert!(roster.leave("#b"));
        assert!(roster.person("ana").is_none());
        assert!(!roster.remove("#a", "ana"));
        assert_eq!(nicks(&roster, "#a"), ["bo"]);
    }

    #[test]
    fn another_nick_keeps_rooms_and_a_stale_one_gives_way() {
        let mut roster = roster();
        roster.rename("ana", "bo");
        assert_eq!(nicks(&roster, "#a"), ["bo"]);
        assert_eq!(nicks(&roster, "#b"), ["bo"]);
        roster.rename("bo", "Bo");
        assert_eq!(nicks(&roster, "#b"), ["Bo"]);
        let mut left = roster.remove_everywhere("bo");
        left.sort();
        assert_eq!(left, ["#a", "#b"]);
        assert!(roster.person("bo").is_none());
    }

    #[test]
    fn a_change_is_told_once() {
        let mut roster = roster();
        assert!(roster.update("ana", |person| person.is_away = true).is_some());
        assert!(roster.update("ana", |person| person.is_away = true).is_none());
        assert!(roster.update("nobody", |person| person.is_away = true).is_none());
    }

    #[test]
    fn a_room_has_an_end() {
        let mut roster = Roster::default();
        roster.enter("#a");
        for number in 0..MEMBERS_MAX + 10 {
            roster.add("#a", &format!("n{number}"), MemberModes::default());
        }
        assert_eq!(roster.members("#a", &Features::default()).len(), MEMBERS_MAX);
        assert_eq!(roster.people.len(), MEMBERS_MAX);
    }

    #[test]
    fn all_rooms_together_have_an_end_and_whoever_leaves_makes_room() {
        let mut roster = roster();
        let rooms: Vec<String> =
            (0..=MEMBERSHIPS_MAX / 100).map(|number| format!("#r{number}")).collect();
        for room in &rooms {
            roster.enter(room);
            (0..100).for_each(|n| roster.add(room, &format!("n{n}"), MemberModes::default()));
        }
        let count = |roster: &Roster| roster.rooms.values().map(HashMap::len).sum::<usize>();
        assert_eq!((count(&roster), roster.membership_count), (MEMBERSHIPS_MAX, MEMBERSHIPS_MAX));
        roster.remove("#r1", "n1");
        roster.rename("n2", "n3");
        roster.remove_everywhere("n4");
        roster.leave("#r5");
        roster.enter("#r6");
        roster.rename_room("#r7", "#r8");
        roster.rename_room("#r8", "#r8");
        assert_eq!(count(&roster), roster.membership_count);
        roster.add("#a", "cy", MemberModes::default());
        assert_eq!(nicks(&roster, "#a"), ["Ana", "bo", "cy"]);
    }

    #[test]
    fn display_names_are_cleaned() {
        assert_eq!(clean_display_name(" هبة\u{2}سليم "), Some("هبةسليم".into()));
        assert_eq!(clean_display_name("\u{1}\t "), None);
        assert_eq!(clean_display_name(&"x".repeat(1000)).map(|name| name.len()), Some(128));
    }
}
