//! Other people, wherever they are: who they are, whether they are here, and whom we do not want to hear; and whether we
//! ourselves are away.

use gio::prelude::*;
use glib::subclass::prelude::*;

use crate::irc::{Abilities, Answer, Command, Presence, Question, Whois, fold, shown_name};
use crate::model::Channel;
use crate::model::channel::is_room;
use crate::model::services::Turn;
use crate::model::timeline::moment;

use super::Network;

/// Who somebody is, as the server tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Their nick.
    pub nick: String,
    /// What they call themselves; the nick where that is not known.
    pub display_name: String,
    /// The account that they are signed in to.
    pub account: Option<String>,
    /// The words of who is away.
    pub away: Option<String>,
    /// The open rooms that they are in, too.
    pub shared_rooms: Vec<Channel>,
    /// Since when they are here, in words.
    pub since: Option<String>,
    /// Whether they look after the server.
    pub is_server_operator: bool,
    /// Whether it is a program.
    pub is_bot: bool,
    /// Whether their connection is encrypted.
    pub is_secure: bool,
}

impl Network {
    /// Asks the server who somebody is. The error is a translated sentence.
    pub async fn look_up(&self, nick: &str) -> Result<Profile, String> {
        let whois = self.whois(nick).await?;
        let shared = whois.rooms.iter().filter_map(|room| self.find_open(room));
        Ok(Profile {
            display_name: match &whois.display_name {
                Some(name) => shown_name(name, &whois.nick),
                None => whois.nick.clone(),
            },
            shared_rooms: shared.filter(Channel::joined).collect(),
            since: whois.signed_on_ms.map(moment),
            nick: whois.nick,
            account: whois.account,
            away: whois.away,
            is_server_operator: whois.is_server_operator,
            is_bot: whois.is_bot,
            is_secure: whois.is_secure,
        })
    }

    /// The mask that means somebody wherever they come from. The error is a translated sentence.
    pub(in crate::model) async fn mask_of(&self, nick: &str) -> Result<String, String> {
        let whois = self.whois(nick).await?;
        Ok(self.abilities().mask_of(&whois))
    }

    async fn whois(&self, nick: &str) -> Result<Whois, String> {
        match self.inquire(Question::Whois { nick: nick.to_owned() }).await? {
            Answer::Whois(whois) => Ok(*whois),
            answer => unreachable!("the session answers what was asked, not {answer:?}"),
        }
    }

    /// What the server can do, as far as it was ever told.
    pub(in crate::model) fn abilities(&self) -> Abilities {
        self.imp().abilities.borrow().clone()
    }

    /// Whether somebody can be made silent in a room.
    pub fn can_mute(&self) -> bool {
        self.imp().abilities.borrow().can_mute()
    }

    /// Says that we are away, with these words, until we come back; over new connections, too.
    pub fn go_away(&self, words: &str) {
        self.set_away_words(Some(words.trim()).filter(|words| !words.is_empty()));
    }

    /// Says that we are back.
    pub fn come_back(&self) {
        self.set_away_words(None);
    }

    fn set_away_words(&self, words: Option<&str>) {
        self.imp().away_words.replace(words.unwrap_or_default().to_owned());
        self.notify_away_words();
        self.ask(Command::SetAway { words: words.map(str::to_owned) });
    }

    pub(super) fn handle_own_away(&self, is_away: bool) {
        if self.imp().away.replace(is_away) != is_away {
            self.notify_away();
        }
    }

    /// A new connection knows nothing of us yet.
    pub(super) fn tell_new_connection(&self) {
        self.handle_own_away(false);
        self.imp().watched.take();
        if !self.imp().away_words.borrow().is_empty() {
            let words = Some(self.away_words());
            self.ask(Command::SetAway { words });
        }
        self.watch_people();
    }

    /// Has the server tell us of the people whom we have conversations with.
    pub(in crate::model) fn watch_people(&self) {
        if !self.has_session() {
            return;
        }
        let people = self.open_channels().into_iter().filter(|one| !one.is_room());
        let nicks: Vec<String> = people.map(|person| person.name()).collect();
        if *self.imp().watched.borrow() != nicks {
            self.imp().watched.replace(nicks.clone());
            self.ask(Command::Watch { nicks });
        }
    }

    pub(super) fn handle_presence(&self, nick: &str, presence: Presence) {
        if let Some(person) = self.find(nick).filter(|one| !one.is_room()) {
            person.set_presence(presence.into());
        }
    }

    /// Whether we do not want to hear somebody.
    pub fn ignores(&self, nick: &str) -> bool {
        self.imp().ignored.borrow().contains(&fold(nick))
    }

    /// Whom we do not want to hear, by their folded nicks, in order.
    pub fn ignored_people(&self) -> Vec<String> {
        self.imp().ignored.borrow().iter().cloned().collect()
    }

    /// Does not hear somebody any more, or hears them again: what they say is neither shown nor counted. Kept.
    pub fn set_ignored(&self, nick: &str, is_ignored: bool) {
        if is_room(nick) {
            return;
        }
        let key = fold(nick);
        let is_changed = if is_ignored {
            self.imp().ignored.borrow_mut().insert(key.clone())
        } else {
            self.imp().ignored.borrow_mut().remove(&key)
        };
        if !is_changed {
            return;
        }
        // A failure is told by the archive itself.
        drop(self.services().archive.set_ignored(self.key(), key, is_ignored));
        self.open_channels().iter().for_each(Channel::show_ignored);
        self.emit_by_name::<()>("ignored-changed", &[]);
    }

    pub(super) fn restore_ignored(&self, nicks: Vec<String>) {
        self.imp().ignored.replace(nicks.into_iter().collect());
    }

    /// Who is not heard is not heard under another nick.
    pub(super) fn rename_ignored(&self, old: &str, new: &str, turn: &mut Turn) {
        if !self.imp().ignored.borrow_mut().remove(&fold(old)) {
            return;
        }
        self.imp().ignored.borrow_mut().insert(fold(new));
        // A failure is told by the archive itself.
        for (nick, is_ignored) in [(old, false), (new, true)] {
            drop(self.services().archive.set_ignored(self.key(), fold(nick), is_ignored));
        }
        for channel in self.open_channels() {
            channel.hide_ignored();
            turn.touch(&channel);
        }
        self.emit_by_name::<()>("ignored-changed", &[]);
    }
}
