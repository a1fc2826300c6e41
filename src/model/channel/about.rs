//! What people do about messages: reactions and deletions, theirs and ours.
//!
//! A deletion cannot be undone on the server. So ours is held back for a while, in which it can be.

use std::collections::HashMap;
use std::time::Duration;

use glib::prelude::*;
use glib::subclass::prelude::*;

use crate::i18n::{gettext, gettext_f, isolate};
use crate::irc::Command;
use crate::irc::event::{Deletion, Reaction};
use crate::model::services::Turn;
use crate::model::{Role, SendState, TimelineItem};
use crate::store::Abouts;

use super::Channel;

/// Deletions that are held back, by the messages' identifiers: until when, and why.
pub(super) type Held = HashMap<String, (glib::SourceId, String)>;

impl Channel {
    /// For so many seconds a deletion of ours can be undone.
    pub const UNDO_S: u32 = 6;

    /// Whether signs can be put to a message here, and it can be answered: the server has named it.
    pub fn can_answer(&self, item: &TimelineItem) -> bool {
        let takes_tags = self.network().is_some_and(|network| network.abilities().takes_tags);
        takes_tags && item.state() == SendState::Sent && item.is_known_to_server()
    }

    /// Puts a sign to a message, or takes ours back. It shows once the server has told everybody.
    pub fn toggle_reaction(&self, item: &TimelineItem, sign: &str) {
        let Some(network) = self.network().filter(|_| self.can_answer(item)) else { return };
        let is_there = item.reactions().iter().any(|group| group.sign == sign && group.is_own);
        network.ask(Command::React {
            target: self.name(),
            msgid: item.msgid(),
            sign: sign.to_owned(),
            is_set: !is_there,
        });
    }

    /// Whether we may delete a message: one of ours, or in a room that we look after, anybody's.
    pub fn can_delete(&self, item: &TimelineItem) -> bool {
        let Some(network) = self.network().filter(|network| network.abilities().deletes) else {
            return false;
        };
        let is_there = item.state() == SendState::Sent
            && item.is_known_to_server()
            && item.deletion().is_empty()
            && !item.is_leaving();
        let me = self.find_member(&network.nick());
        is_there && (item.is_own() || me.is_some_and(|me| me.role() == Role::Operator))
    }

    /// Deletes a message for everybody, in a few seconds; until then it can be kept after all.
    pub fn delete(&self, item: &TimelineItem, reason: &str) {
        if !self.can_delete(item) {
            return;
        }
        let msgid = item.msgid();
        let channel = self.downgrade();
        let timer = glib::timeout_add_local_once(
            Duration::from_secs(Self::UNDO_S.into()),
            glib::clone!(
                #[strong]
                msgid,
                move || {
                    if let Some(channel) = channel.upgrade() {
                        channel.delete_held(&msgid);
                    }
                }
            ),
        );
        self.imp().held.borrow_mut().insert(msgid.clone(), (timer, reason.to_owned()));
        self.show_leaving(&msgid, true);
    }

    /// Keeps a message that was about to be deleted.
    pub fn keep_message(&self, msgid: &str) {
        let held = self.imp().held.borrow_mut().remove(msgid);
        if let Some((timer, _)) = held {
            timer.remove();
            self.show_leaving(msgid, false);
        }
    }

    /// Deletes at once what is held back: nobody will be there to do it later.
    pub(in crate::model) fn delete_all_held(&self) {
        let held = self.imp().held.take();
        for (msgid, (timer, reason)) in held {
            timer.remove();
            self.ask_to_delete(msgid, reason);
        }
    }

    /// Something happened that is no message, in words for who does not see it: a reaction to a message of ours, a deletion.
    pub fn connect_noted(&self, f: impl Fn(&Self, &str) + 'static) -> glib::SignalHandlerId {
        self.connect_closure(
            "noted",
            false,
            glib::closure_local!(move |channel: &Self, words: &str| f(channel, words)),
        )
    }

    fn emit_noted(&self, words: &str) {
        self.emit_by_name::<()>("noted", &[&words]);
    }

    /// Takes in reactions, as the session tells them.
    pub(in crate::model) fn take_reactions(&self, reactions: Vec<Reaction>, turn: &mut Turn) {
        for reaction in
            reactions.iter().filter(|one| one.is_set && !one.is_own && self.is_heard(&one.nick))
        {
            let is_ours = self.timeline().window().is_own(&reaction.msgid);
            if is_ours && is_recent(reaction.time_ms) {
                self.emit_noted(&reaction_words(reaction));
            }
        }
        self.timeline().window().react(&reactions);
        turn.keep_abouts(self.key(), Abouts { reactions, deletions: Vec::new() });
        turn.touch(self);
    }

    /// Takes in deletions, as the session tells them.
    pub(in crate::model) fn take_deletions(&self, deletions: Vec<Deletion>, turn: &mut Turn) {
        self.timeline().window().delete(&deletions);
        for deletion in &deletions {
            if is_recent(deletion.time_ms) && self.timeline().window().holds(&deletion.msgid) {
                self.emit_noted(&deleted_words());
            }
            self.forget_last_said(&deletion.msgid);
            if *self.reply_to() == deletion.msgid {
                self.end_reply();
            }
        }
        turn.keep_abouts(self.key(), Abouts { reactions: Vec::new(), deletions });
        turn.touch(self);
    }

    /// The server did not delete a message.
    pub(in crate::model) fn keep_refused(&self, msgid: &str, turn: &mut Turn) {
        self.timeline().window().set_leaving(msgid, false);
        turn.touch(self);
    }

    /// Learns from the archive what was done about messages that the server has just told; of some it was told before them.
    pub(super) fn find_abouts(&self, msgids: Vec<String>) {
        let channel = self.clone();
        glib::spawn_future_local(async move {
            let abouts = channel.services().archive.abouts(channel.key(), msgids);
            // A failure is told by the archive itself.
            let abouts = abouts.await.unwrap_or_default();
            channel.timeline().window().learn_abouts(abouts);
            channel.timeline().publish();
        });
    }

    fn delete_held(&self, msgid: &str) {
        let held = self.imp().held.borrow_mut().remove(msgid);
        if let Some((_, reason)) = held {
            self.ask_to_delete(msgid.to_owned(), reason);
        }
    }

    fn ask_to_delete(&self, msgid: String, reason: String) {
        if let Some(network) = self.network() {
            network.ask(Command::Delete { target: self.name(), msgid, reason });
        }
    }

    fn show_leaving(&self, msgid: &str, is_leaving: bool) {
        self.timeline().window().set_leaving(msgid, is_leaving);
        self.timeline().publish();
    }
}

/// Whether something happened just now, rather than in history that comes now.
fn is_recent(time_ms: u64) -> bool {
    const RECENT_MS: u64 = 60_000;
    let now_ms = u64::try_from(glib::real_time() / 1000).unwrap_or(0);
    time_ms.saturating_add(RECENT_MS) >= now_ms
}

fn reaction_words(reaction: &Reaction) -> String {
    let name = reaction.display_name.as_ref().unwrap_or(&reaction.nick);
    let values = [("name", &*isolate(name)), ("sign", &*isolate(&reaction.sign))];
    // Translators: Said by a screen reader; {sign} is usually an emoji.
    gettext_f("{name} reacted to your message: {sign}", &values)
}

/// What stands in the list of rooms for a message that was deleted.
pub(super) fn deleted_words() -> String {
    // Translators: Stands in the list of rooms for the last message, where it was deleted.
    gettext("Message deleted")
}
