//! One person in a room.

use std::cell::{Cell, RefCell};

use glib::prelude::*;
use glib::subclass::prelude::*;

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

mod imp {
    use super::*;

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
