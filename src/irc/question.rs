//! What the main loop asks of a server and waits to be answered: about people and rooms, what was said, and deeds that need a
//! right.
//!
//! Owns plain values. How a question is put and its answer gathered is the session's.

use super::event::{Message, Refusal};
use super::{MultilineLimits, Secret};

/// A question; each is answered, whatever happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Who somebody is (`WHOIS`). Answered by [`Answer::Whois`].
    Whois {
        /// Their nick.
        nick: String,
    },
    /// Which rooms there are (`LIST`). Answered by any number of [`Answer::Rooms`], the last of which says so.
    Rooms {
        /// What their names hold; empty asks for all.
        matching: String,
    },
    /// How a room is set up. Answered by [`Answer::Setup`].
    Setup {
        /// Which.
        room: String,
    },
    /// Whom a room keeps out or silent. Answered by [`Answer::Bans`].
    Bans {
        /// Which.
        room: String,
    },
    /// What was said (soju.im/search). Answered by [`Answer::Found`].
    Search(SearchQuery),
    /// Which devices sign in to our account by themselves (a vendor command). Answered by [`Answer::Devices`].
    Devices,
    /// Do something. Answered by [`Answer::Done`].
    Do(Deed),
}

/// What a server is to search for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Words of the text.
    pub text: String,
    /// In this room, or with this person; everywhere that one may read where there is none.
    pub place: Option<String>,
    /// Said under this nick.
    pub from: Option<String>,
    /// Said no later than this, in milliseconds since 1970.
    pub before_ms: Option<u64>,
    /// At most this many.
    pub limit: u32,
}

/// Something that is done to a room, to people in it or to one's own account; the server says whether one may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Put somebody out (`KICK`).
    Remove {
        /// Of which room.
        room: String,
        /// Whom.
        nick: String,
        /// Words for them, possibly empty.
        reason: String,
    },
    /// Ask somebody in (`INVITE`).
    Invite {
        /// Into which room.
        room: String,
        /// Whom.
        nick: String,
    },
    /// Give a room another name (draft/channel-rename).
    Rename {
        /// Which.
        room: String,
        /// Its name from now on.
        name: String,
    },
    /// Say what a room is about (`TOPIC`).
    SetTopic {
        /// Which.
        room: String,
        /// The topic, possibly empty.
        topic: String,
    },
    /// Change a room's modes (`MODE`).
    SetModes {
        /// Which.
        room: String,
        /// In order.
        changes: Vec<ModeChange>,
    },
    /// Prove the password of our account, so that another can be set (a vendor command, as the next two). It is said in so
    /// many words; so under encryption only.
    ProvePassword(Secret),
    /// Set another password; from then on it is what later connections sign in with.
    SetPassword(Secret),
    /// Have a device, by its key, sign in by itself no longer.
    ForgetDevice(String),
}

/// A device that signs in to our account by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its key's fingerprint, as the server writes it.
    pub key: String,
    /// Whether it is this one.
    pub is_own: bool,
}

/// One change of a room's modes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeChange {
    /// Set, or taken away.
    pub is_set: bool,
    /// The mode.
    pub letter: char,
    /// What it is about.
    pub param: Option<String>,
}

impl ModeChange {
    /// A mode without a parameter.
    pub fn flag(letter: char, is_set: bool) -> Self {
        Self { is_set, letter, param: None }
    }

    /// A mode about something or somebody.
    pub fn about(letter: char, param: &str, is_set: bool) -> Self {
        Self { is_set, letter, param: Some(param.to_owned()) }
    }
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Who it is.
    Whois(Box<Whois>),
    /// Some of the rooms.
    Rooms {
        /// Possibly none.
        rooms: Vec<ListedRoom>,
        /// Whether these are the last.
        is_last: bool,
        /// Whether there are more than a session looks at.
        is_cut: bool,
    },
    /// How the room is set up.
    Setup(Box<RoomSetup>),
    /// Masks; `$m:` and the like before one says what it does.
    Bans(Vec<String>),
    /// What was found, in the order of time, and where.
    Found(Vec<(String, Message)>),
    /// In the order in which they were added.
    Devices(Vec<Device>),
    /// It is done.
    Done,
    /// It is not.
    Refused(Refusal),
}

/// What a server tells of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whois {
    /// Their nick, as the server spells it.
    pub nick: String,
    /// What they call themselves.
    pub display_name: Option<String>,
    /// From where, as the server shows it.
    pub host: String,
    /// The account that they are signed in to.
    pub account: Option<String>,
    /// The words of who is away.
    pub away: Option<String>,
    /// The rooms that they are in and that we may know of.
    pub rooms: Vec<String>,
    /// Since when they are here, in milliseconds since 1970.
    pub signed_on_ms: Option<u64>,
    /// For how many seconds they have said nothing.
    pub idle_seconds: Option<u64>,
    /// Whether they look after the server.
    pub is_server_operator: bool,
    /// Whether it is a program.
    pub is_bot: bool,
    /// Whether their connection is encrypted.
    pub is_secure: bool,
}

/// A room in a list of rooms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedRoom {
    /// Its name.
    pub name: String,
    /// How many people are inside.
    pub people_count: u32,
    /// Possibly empty.
    pub topic: String,
}

/// How a room is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomSetup {
    /// The letters of the modes that are set.
    pub modes: String,
    /// What one must know to enter, where we may know it.
    pub key: Option<String>,
    /// How many seconds lie between two messages of one person.
    pub slow_seconds: Option<u32>,
}

/// What a server can do, as far as it decides what is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub struct Abilities {
    /// The modes of rooms that are on or off (ISUPPORT `CHANMODES`, kind D).
    pub flags: String,
    /// The modes of rooms that have a parameter when they are set (kind C).
    pub settings: String,
    /// How masks begin that are no address (ISUPPORT `EXTBAN`), where there are such.
    pub extban_prefix: Option<String>,
    /// What they are told apart by.
    pub extban_letters: String,
    /// Which of them means an account (ISUPPORT `ACCOUNTEXTBAN`).
    pub account_extban: Option<String>,
    /// Whether rooms can be renamed.
    pub has_rename: bool,
    /// Whether what was said can be searched.
    pub has_search: bool,
    /// What one message of many lines may hold; `None` where each line is a message.
    pub multiline: Option<MultilineLimits>,
    /// Whether messages can be answered and reacted to, by tags.
    pub takes_tags: bool,
    /// Whether messages can be deleted.
    pub deletes: bool,
    /// Whether it keeps how far one has read.
    pub keeps_read_marks: bool,
    /// Whether accounts can be made.
    pub registers: bool,
    /// Whether it is possible to sign in.
    pub signs_in: bool,
}

impl Abilities {
    /// Whether somebody can be made silent in a room by a mask.
    pub fn can_mute(&self) -> bool {
        self.extban_prefix.is_some() && self.extban_letters.contains('m')
    }

    /// The mask that means somebody wherever they come from: by their account, or else by their host.
    pub fn mask_of(&self, whois: &Whois) -> String {
        let by_account = self.extban_prefix.as_ref().zip(self.account_extban.as_ref());
        match (by_account, &whois.account) {
            (Some((prefix, letter)), Some(account)) => format!("{prefix}{letter}:{account}"),
            _ if whois.host.is_empty() => format!("{}!*@*", whois.nick),
            _ => format!("*!*@{}", whois.host),
        }
    }

    /// The mask that makes silent whom another mask means.
    pub fn mute_of(&self, mask: &str) -> String {
        format!("{}m:{mask}", self.extban_prefix.as_deref().unwrap_or_default())
    }
}

/// Whether somebody can be spoken to right now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// Nothing says so.
    #[default]
    Unknown,
    /// They are not connected.
    Offline,
    /// They are connected and say that they are away.
    Away,
    /// They are here.
    Here,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whois(account: Option<&str>, host: &str) -> Whois {
        let account = account.map(str::to_owned);
        Whois { nick: "bo".into(), host: host.into(), account, ..Whois::default() }
    }

    #[test]
    fn a_ban_means_the_account_where_it_can_and_else_where_one_comes_from() {
        let majlis = Abilities {
            extban_prefix: Some("$".into()),
            extban_letters: "am".into(),
            account_extban: Some("a".into()),
            ..Abilities::default()
        };
        assert_eq!(majlis.mask_of(&whois(Some("Bo"), "10.0.0.7")), "$a:Bo");
        assert_eq!(majlis.mask_of(&whois(None, "10.0.0.7")), "*!*@10.0.0.7");
        assert_eq!(majlis.mask_of(&whois(None, "")), "bo!*@*");
        assert_eq!(majlis.mute_of("$a:Bo"), "$m:$a:Bo");
        assert!(majlis.can_mute());
        let plain = Abilities::default();
        assert_eq!(plain.mask_of(&whois(Some("Bo"), "10.0.0.7")), "*!*@10.0.0.7");
        assert!(!plain.can_mute());
    }
}
