//! A sorted list of members that is also looked up by nick.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use gio::prelude::*;

use crate::irc::{event, fold};
use crate::model::pace::let_go;
use crate::model::{Member, Role};

/// The people in a room: `list` for the widgets, sorted at all times.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) list: gio::ListStore,
    by_nick: RefCell<HashMap<String, Member>>,
    /// Who was in a whole list so far, of which more is to come.
    named: RefCell<HashSet<String>>,
}

impl Default for Members {
    fn default() -> Self {
        let list = gio::ListStore::new::<Member>();
        Self { list, by_nick: RefCell::default(), named: RefCell::default() }
    }
}

impl Members {
    /// The member of this nick.
    pub(super) fn find(&self, nick: &str) -> Option<Member> {
        self.by_nick.borrow().get(&fold(nick)).cloned()
    }

    /// Takes in a list of everybody, or a part of a long one. After the last part nobody else is here; who stays keeps their
    /// object.
    pub(super) fn take_all(&self, told: &[event::Member], more: bool, me: &str) {
        if !more && self.named.borrow().is_empty() {
            return self.replace(told, me);
        }
        for one in told {
            self.add(one, fold(&one.nick) == fold(me));
        }
        self.named.borrow_mut().extend(told.iter().map(|one| fold(&one.nick)));
        if !more {
            self.keep_only(&self.named.take());
        }
    }

    /// Becomes this list, in one signal at most.
    fn replace(&self, told: &[event::Member], me: &str) {
        let me = fold(me);
        let mut members = HashMap::with_capacity(told.len());
        for one in told {
            let nick = fold(&one.nick);
            let member = self.by_nick.borrow().get(&nick).cloned();
            let member = member.unwrap_or_else(|| Member::new(one, nick == me));
            member.update(one);
            members.insert(nick, member);
        }
        let mut sorted: Vec<_> = members.values().cloned().collect();
        sorted.sort_by(Member::order);
        let gone = self.by_nick.replace(members);
        if !self.list.iter::<Member>().map_while(Result::ok).eq(sorted.iter().cloned()) {
            self.list.splice(0, self.list.n_items(), &sorted);
        }
        let_go(gone.into_values().collect());
    }

    /// Takes out whoever has none of these folded nicks.
    fn keep_only(&self, named: &HashSet<String>) {
        if self.by_nick.borrow().len() == named.len() {
            return;
        }
        let all = self.by_nick.take().into_iter();
        let (kept, gone): (HashMap<_, _>, HashMap<_, _>) =
            all.partition(|(nick, _)| named.contains(nick));
        let listed = self.list.iter::<Member>().map_while(Result::ok);
        let listed: Vec<_> =
            listed.filter(|member| kept.contains_key(&fold(&member.nick()))).collect();
        self.by_nick.replace(kept);
        self.list.splice(0, self.list.n_items(), &listed);
        let_go(gone.into_values().collect());
    }

    /// Puts somebody in their place; who was there already is brought up to date.
    pub(super) fn add(&self, told: &event::Member, is_me: bool) {
        if let Some(member) = self.find(&told.nick) {
            self.change(&member, |member| member.update(told));
            return;
        }
        let member = Member::new(told, is_me);
        self.by_nick.borrow_mut().insert(fold(&told.nick), member.clone());
        self.insert(&member);
    }

    /// Takes somebody out, if they are here.
    pub(super) fn remove(&self, nick: &str) {
        let member = self.by_nick.borrow_mut().remove(&fold(nick));
        if let Some(member) = member {
            self.list.remove(self.position(&member));
        }
    }

    pub(super) fn clear(&self) {
        let gone = self.by_nick.take();
        self.named.take();
        self.list.remove_all();
        let_go(gone.into_values().collect());
    }

    /// Somebody is called otherwise, if they are here. Who bore the name before is here no longer.
    pub(super) fn rename(&self, old: &str, new: &str) {
        if fold(old) != fold(new) {
            self.remove(new);
        }
        let renamed = self.by_nick.borrow_mut().remove(&fold(old));
        if let Some(member) = renamed {
            self.by_nick.borrow_mut().insert(fold(new), member.clone());
            self.change(&member, |member| member.set_nick(new));
        }
    }

    pub(super) fn set_role(&self, nick: &str, role: Role) {
        if let Some(member) = self.find(nick) {
            self.change(&member, |member| member.set_role(role));
        }
    }

    pub(super) fn set_person(&self, nick: &str, name: Option<&str>, away: bool, registered: bool) {
        if let Some(member) = self.find(nick) {
            self.change(&member, |member| member.set_person(name, away, registered));
        }
    }

    /// Changes a member, and moves them where that is their place no longer.
    fn change(&self, member: &Member, change: impl FnOnce(&Member)) {
        let position = self.position(member);
        change(member);
        let is_before =
            |one: u32, two: &Member| self.member_at(one).is_none_or(|one| one.order(two).is_lt());
        let fits_above = position == 0 || is_before(position - 1, member);
        let fits_below =
            self.member_at(position + 1).is_none_or(|next| member.order(&next).is_lt());
        if !(fits_above && fits_below) {
            self.list.remove(position);
            self.insert(member);
        }
    }

    fn insert(&self, member: &Member) {
        self.list.insert_sorted(member, |one, two| {
            let [one, two] = [one, two].map(|object| object.downcast_ref::<Member>());
            one.zip(two).map_or(std::cmp::Ordering::Equal, |(one, two)| one.order(two))
        });
    }

    /// Where a listed member stands, by halving.
    fn position(&self, member: &Member) -> u32 {
        let (mut low, mut high) = (0, self.list.n_items());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.member_at(middle) {
                Some(other) if other.order(member).is_lt() => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    fn member_at(&self, position: u32) -> Option<Member> {
        self.list.item(position).and_downcast()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(nick: &str, role: event::Role, name: Option<&str>) -> event::Member {
        event::Member {
            nick: nick.into(),
            display_name: name.map(str::to_owned),
            role,
            is_away: false,
            is_registered: false,
        }
    }

    fn role(number: u8) -> event::Role {
        match number % 3 {
            0 => event::Role::None,
            1 => event::Role::Voice,
            _ => event::Role::Operator,
        }
    }

    #[derive(Clone, Debug)]
    enum Operation {
        TakeAll(Vec<(u8, u8)>, usize),
        Add(u8, u8),
        Remove(u8),
        Rename(u8, u8),
        Role(u8, u8),
        Person(u8, u8),
    }

    fn operation() -> impl Strategy<Value = Operation> {
        let nick = || 0_u8..8;
        prop_oneof![
            (prop::collection::vec((nick(), 0_u8..3), 0..8), 1_usize..5)
                .prop_map(|(all, at_once)| Operation::TakeAll(all, at_once)),
            (nick(), 0_u8..3).prop_map(|(nick, role)| Operation::Add(nick, role)),
            nick().prop_map(Operation::Remove),
            (nick(), nick()).prop_map(|(old, new)| Operation::Rename(old, new)),
            (nick(), 0_u8..3).prop_map(|(nick, role)| Operation::Role(nick, role)),
            (nick(), nick()).prop_map(|(nick, name)| Operation::Person(nick, name)),
        ]
    }

    fn nick(number: u8) -> String {
        format!("nick{number}")
    }

    fn apply(members: &Members, operation: &Operation) {
        match operation {
            Operation::TakeAll(all, at_once) => {
                let all: Vec<_> =
                    all.iter().map(|(n, r)| told(&nick(*n), role(*r), None)).collect();
                let mut parts = all.chunks(*at_once).peekable();
                while let Some(part) = parts.next() {
                    members.take_all(part, parts.peek().is_some(), "nick0");
                }
                let named: HashSet<_> = all.iter().map(|one| one.nick.clone()).collect();
                let here: HashSet<_> = members.by_nick.borrow().keys().cloned().collect();
                assert!(all.is_empty() || named == here, "{here:?} are here, not {named:?}");
            }
            Operation::Add(n, r) => members.add(&told(&nick(*n), role(*r), None), false),
            Operation::Remove(n) => members.remove(&nick(*n)),
            Operation::Rename(old, new) => members.rename(&nick(*old), &nick(*new)),
            Operation::Role(n, r) => members.set_role(&nick(*n), role(*r).into()),
            Operation::Person(n, name) => {
                members.set_person(&nick(*n), Some(&format!("Name {name}")), true, false);
            }
        }
    }

    proptest! {
        #[test]
        fn the_list_is_always_sorted_and_holds_everybody_once(
            operations in prop::collection::vec(operation(), 1..40)
        ) {
            let members = Members::default();
            for operation in operations {
                apply(&members, &operation);
                let listed: Vec<Member> = members.list.iter().flatten().collect();
                prop_assert!(listed.is_sorted_by(|one, two| one.order(two).is_lt()));
                prop_assert_eq!(listed.len(), members.by_nick.borrow().len());
                for member in &listed {
                    prop_assert_eq!(members.find(&member.nick()), Some(member.clone()));
                }
            }
        }
    }

    #[test]
    fn operators_come_first_then_names_whatever_their_case() {
        let members = Members::default();
        members.add(&told("b", event::Role::None, Some("Ben")), false);
        members.add(&told("a", event::Role::None, Some("ana")), true);
        members.add(&told("z", event::Role::Operator, None), false);
        let names: Vec<_> =
            members.list.iter::<Member>().flatten().map(|member| member.display_name()).collect();
        assert_eq!(names, ["z", "ana", "Ben"]);
    }
}
