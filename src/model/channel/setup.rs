//! How a room is set up: who may enter, who may speak, its topic and its name. Every error is a translated sentence, often in
//! the server's words.

use majlis_protocol::fold;

use crate::irc::event::{self, Happening};
use crate::irc::{Abilities, Answer, Command, Deed, ModeChange, Question};
use crate::model::Network;

use super::Channel;

/// Only by invitation (modern.ircdocs.horse, "Invite-Only Channel Mode").
const BY_INVITATION: char = 'i';
/// Only who is signed in enters.
const SIGNED_IN_ENTER: char = 'R';
/// Only who is signed in speaks.
const SIGNED_IN_SPEAK: char = 'M';
/// Only operators and whom they let speak.
const MODERATED: char = 'm';
/// Who came later reads only what was said since they came.
const HIDES_PAST: char = 'H';
/// What one must know to enter ("Key Channel Mode").
const KEY: char = 'k';
/// How many seconds lie between two messages of one person, where it takes a parameter when set.
const SLOW: char = 'S';

/// Who may enter a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Whoever wants to.
    #[default]
    Everybody,
    /// Whom somebody inside asks in.
    Invited,
    /// Who is signed in to an account.
    SignedIn,
}

impl Access {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Everybody, Self::Invited, Self::SignedIn];

    /// The mode that makes it so.
    pub(in crate::model) fn letter(self) -> Option<char> {
        match self {
            Self::Everybody => None,
            Self::Invited => Some(BY_INVITATION),
            Self::SignedIn => Some(SIGNED_IN_ENTER),
        }
    }
}

/// How a room is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomSetup {
    /// Who may enter.
    pub access: Access,
    /// What one must know to enter; empty where nothing.
    pub key: String,
    /// Whether newcomers read only what was said since they came.
    pub hides_past: bool,
    /// Whether only operators speak, and whom they let.
    pub is_moderated: bool,
    /// Whether only who is signed in speaks.
    pub mutes_guests: bool,
    /// How many seconds lie between two messages of one person; 0 where none need to.
    pub slow_seconds: u32,
}

/// What a server lets one set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub struct SetupAbilities {
    /// `hides_past`.
    pub history: bool,
    /// `is_moderated`.
    pub moderated: bool,
    /// `mutes_guests`.
    pub guests: bool,
    /// `slow_seconds`.
    pub slow: bool,
}

/// Somebody whom a room keeps out or silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// For [`Channel::set_ban`], which lifts it.
    pub mask: String,
    /// Whom it means: an account, a place, or a mask of another kind as it is.
    pub whom: String,
    /// Whether they may enter and only not speak.
    pub is_mute: bool,
}

impl Ban {
    fn read(mask: &str, abilities: &Abilities) -> Self {
        let prefix = abilities.extban_prefix.as_deref().unwrap_or_default();
        let kind = |letter: &str, mask: &str| {
            let rest = mask.strip_prefix(prefix)?.strip_prefix(letter)?.strip_prefix(':')?;
            Some(rest.to_owned())
        };
        let muted = kind("m", mask).filter(|_| abilities.can_mute());
        let (is_mute, whom) = (muted.is_some(), muted.unwrap_or_else(|| mask.to_owned()));
        let account = abilities.account_extban.as_deref().and_then(|letter| kind(letter, &whom));
        let place = whom.strip_prefix("*!*@").map(str::to_owned);
        Self { mask: mask.to_owned(), whom: account.or(place).unwrap_or(whom), is_mute }
    }
}

impl SetupAbilities {
    /// Those of a network.
    pub fn of(network: &Network) -> Self {
        Self {
            history: network.knows_flag(HIDES_PAST),
            moderated: network.knows_flag(MODERATED),
            guests: network.knows_flag(SIGNED_IN_SPEAK) && network.offers_accounts(),
            slow: network.abilities().settings.contains(SLOW),
        }
    }
}

impl Channel {
    /// Asks the server how the room is set up.
    pub async fn look_at_setup(&self) -> Result<RoomSetup, String> {
        let question = Question::Setup { room: self.name() };
        let Answer::Setup(setup) = self.deed_network()?.inquire(question).await? else {
            unreachable!("the session answers what was asked");
        };
        let access = Access::ALL
            .into_iter()
            .find(|access| access.letter().is_some_and(|letter| setup.modes.contains(letter)));
        Ok(RoomSetup {
            access: access.unwrap_or_default(),
            key: setup.key.unwrap_or_default(),
            hides_past: setup.modes.contains(HIDES_PAST),
            is_moderated: setup.modes.contains(MODERATED),
            mutes_guests: setup.modes.contains(SIGNED_IN_SPEAK),
            slow_seconds: setup.slow_seconds.unwrap_or(0),
        })
    }

    /// Whether after this more may be read of what was said before.
    pub(super) fn may_open_the_past(&self, what: &Happening) -> bool {
        match what {
            Happening::Modes(modes) => modes.contains(HIDES_PAST),
            // Operators read everything.
            Happening::Role { nick, role: event::Role::Operator, .. } => {
                self.network().is_some_and(|network| fold(nick) == fold(&network.nick()))
            }
            _ => false,
        }
    }

    /// Changes what differs.
    pub async fn change_setup(&self, before: &RoomSetup, after: &RoomSetup) -> Result<(), String> {
        let changes = differences(before, after);
        if !changes.is_empty() {
            self.change_modes(changes).await?;
        }
        if before.key != after.key {
            self.remember_key(&after.key);
        }
        Ok(())
    }

    /// Who sets a room's password comes in by it after the next start, too.
    fn remember_key(&self, key: &str) {
        self.set_room_key(key);
        if let Some(network) = self.network() {
            network.ask(Command::SetRoomKey { room: self.name(), key: key.to_owned() });
        }
    }

    /// Asks the server whom the room keeps out or silent.
    pub async fn look_at_bans(&self) -> Result<Vec<Ban>, String> {
        let network = self.deed_network()?;
        let abilities = network.abilities();
        match network.inquire(Question::Bans { room: self.name() }).await? {
            Answer::Bans(masks) => {
                Ok(masks.iter().map(|mask| Ban::read(mask, &abilities)).collect())
            }
            answer => unreachable!("the session answers what was asked, not {answer:?}"),
        }
    }

    /// Says what the room is about, on one line.
    pub async fn change_topic(&self, topic: &str) -> Result<(), String> {
        let topic = topic.lines().collect::<Vec<_>>().join(" ");
        self.deed_network()?.carry_out(Deed::SetTopic { room: self.name(), topic }).await
    }

    /// Gives the room another name, which begins with `#`.
    pub async fn change_name(&self, name: &str) -> Result<(), String> {
        let (room, name) = (self.name(), name.to_owned());
        self.deed_network()?.carry_out(Deed::Rename { room, name }).await
    }
}

fn differences(before: &RoomSetup, after: &RoomSetup) -> Vec<ModeChange> {
    let mut changes = Vec::new();
    if before.access != after.access {
        changes.extend(before.access.letter().map(|letter| ModeChange::flag(letter, false)));
        changes.extend(after.access.letter().map(|letter| ModeChange::flag(letter, true)));
    }
    for (letter, was, is) in [
        (HIDES_PAST, before.hides_past, after.hides_past),
        (MODERATED, before.is_moderated, after.is_moderated),
        (SIGNED_IN_SPEAK, before.mutes_guests, after.mutes_guests),
    ] {
        if was != is {
            changes.push(ModeChange::flag(letter, is));
        }
    }
    if before.key != after.key {
        changes.push(if after.key.is_empty() {
            ModeChange::about(KEY, &before.key, false)
        } else {
            ModeChange::about(KEY, &after.key, true)
        });
    }
    if before.slow_seconds != after.slow_seconds {
        changes.push(if after.slow_seconds == 0 {
            ModeChange::flag(SLOW, false)
        } else {
            ModeChange::about(SLOW, &after.slow_seconds.to_string(), true)
        });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_read_as_whom_they_mean() {
        let majlis = Abilities {
            extban_prefix: Some("$".into()),
            extban_letters: "am".into(),
            account_extban: Some("a".into()),
            ..Abilities::default()
        };
        let read = |mask: &str, abilities: &Abilities| {
            let ban = Ban::read(mask, abilities);
            assert_eq!(ban.mask, mask);
            (ban.is_mute, ban.whom)
        };
        assert_eq!(read("$m:$a:ana", &majlis), (true, "ana".into()));
        assert_eq!(read("$a:ana", &majlis), (false, "ana".into()));
        assert_eq!(read("$m:*!*@10.0.0.7", &majlis), (true, "10.0.0.7".into()));
        assert_eq!(read("ben!*@*", &majlis), (false, "ben!*@*".into()));
        let plain = Abilities::default();
        assert_eq!(read("m:ana", &plain), (false, "m:ana".into()));
        assert_eq!(read("*!*@10.0.0.7", &plain), (false, "10.0.0.7".into()));
    }

    #[test]
    fn only_what_differs_is_changed() {
        let open = RoomSetup::default();
        assert_eq!(differences(&open, &open), []);
        let closed = RoomSetup {
            access: Access::Invited,
            key: "tea".into(),
            hides_past: true,
            is_moderated: true,
            mutes_guests: true,
            slow_seconds: 30,
        };
        let shut = [
            ModeChange::flag('i', true),
            ModeChange::flag('H', true),
            ModeChange::flag('m', true),
            ModeChange::flag('M', true),
            ModeChange::about('k', "tea", true),
            ModeChange::about('S', "30", true),
        ];
        assert_eq!(differences(&open, &closed), shut);
        let opened = [
            ModeChange::flag('i', false),
            ModeChange::flag('H', false),
            ModeChange::flag('m', false),
            ModeChange::flag('M', false),
            ModeChange::about('k', "tea", false),
            ModeChange::flag('S', false),
        ];
        assert_eq!(differences(&closed, &open), opened);
        let signed_in = RoomSetup { access: Access::SignedIn, ..closed.clone() };
        let turned = [ModeChange::flag('i', false), ModeChange::flag('R', true)];
        assert_eq!(differences(&closed, &signed_in), turned);
    }
}
