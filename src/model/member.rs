//! One person in a room, and the order in which people are listed.

use std::cmp::{Ordering, Reverse};

use glib::subclass::prelude::*;

use crate::irc::event;

/// A member's role, the lowest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, glib::Enum)]
#[enum_type(name = "MajlisRole")]
pub enum Role {
    /// No special right.
    #[default]
    None,
    /// May speak where it is moderated.
    Voice,
    /// Looks after the room.
    Operator,
}

impl From<event::Role> for Role {
    fn from(role: event::Role) -> Self {
        match role {
            event::Role::None => Self::None,
            event::Role::Voice => Self::Voice,
            event::Role::Operator => Self::Operator,
        }
    }
}

mod imp {
    use std::cell::{Cell, RefCell};

    use glib::prelude::*;
    use glib::subclass::prelude::*;

    use super::Role;

    #[derive(Debug, Default, glib::Properties)]
    #[properties(wrapper_type = super::Member)]
    pub struct Member {
        /// The nick, unique in the room.
        #[property(get)]
        pub(super) nick: RefCell<String>,
        /// What they call themselves; the nick where that is not known.
        #[property(get)]
        pub(super) display_name: RefCell<String>,
        /// What they may do in the room.
        #[property(get, builder(Role::None))]
        pub(super) role: Cell<Role>,
        /// Whether they are away.
        #[property(get)]
        pub(super) away: Cell<bool>,
        /// Whether it is ourselves.
        #[property(get)]
        pub(super) is_me: Cell<bool>,
        /// Whether they are signed in to an account.
        #[property(get)]
        pub(super) registered: Cell<bool>,
        /// The display name as it is sorted by.
        pub(super) sort_name: RefCell<String>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Member {
        const NAME: &'static str = "MajlisMember";
        type Type = super::Member;
    }

    #[glib::derived_properties]
    impl ObjectImpl for Member {}
}

glib::wrapper! {
    /// One person in a room.
    ///
    /// Properties (all read-only): `nick`, `display-name`, `role`, `away`, `is-me`, `registered`.
    pub struct Member(ObjectSubclass<imp::Member>);
}

impl Member {
    /// The member that the session tells of.
    pub(super) fn new(told: &event::Member, is_me: bool) -> Self {
        let member: Self = glib::Object::new();
        member.imp().is_me.set(is_me);
        member.set_nick(&told.nick);
        member.update(told);
        member
    }

    /// Brings everything but the nick to what the session tells.
    pub(super) fn update(&self, told: &event::Member) {
        self.set_person(told.display_name.as_deref(), told.is_away, told.is_registered);
        self.set_role(told.role.into());
    }

    /// What is known of the person in every room.
    pub(super) fn set_person(
        &self,
        display_name: Option<&str>,
        is_away: bool,
        is_registered: bool,
    ) {
        let imp = self.imp();
        let name = display_name.map_or_else(|| self.nick(), str::to_owned);
        if *imp.display_name.borrow() != name {
            imp.sort_name.replace(name.to_lowercase());
            imp.display_name.replace(name);
            self.notify_display_name();
        }
        if imp.away.replace(is_away) != is_away {
            self.notify_away();
        }
        if imp.registered.replace(is_registered) != is_registered {
            self.notify_registered();
        }
    }

    pub(super) fn set_role(&self, role: Role) {
        if self.imp().role.replace(role) != role {
            self.notify_role();
        }
    }

    /// Another nick; a display name that was only the nick follows.
    pub(super) fn set_nick(&self, nick: &str) {
        let imp = self.imp();
        let before = imp.nick.replace(nick.to_owned());
        self.notify_nick();
        if *imp.display_name.borrow() == before {
            self.set_person(Some(nick), self.away(), self.registered());
        }
    }

    /// The order of the list: who looks after the room first, then by name.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let (one, two) = (self.imp(), other.imp());
        Reverse(one.role.get())
            .cmp(&Reverse(two.role.get()))
            .then_with(|| one.sort_name.borrow().cmp(&two.sort_name.borrow()))
            .then_with(|| one.nick.borrow().cmp(&two.nick.borrow()))
    }
}
