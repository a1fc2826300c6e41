//! Where one talks: rooms that we want to be in, and people with whom messages were exchanged.
//!
//! Owns, for each conversation and over all connections, the place up to which its messages were told; and within a
//! connection, how far it is, and the live messages that have to wait while its gap is being filled.

use std::collections::HashMap;
use std::mem;

use majlis_protocol::fold;

use super::message::mark_of;
use crate::irc::HistoryMark;
use crate::irc::event::{Message, is_made};

/// How many conversations are kept; messages of further ones are told all the same, without a memory of them.
pub(super) const CONVERSATIONS_MAX: usize = 2000;
/// How many live messages wait in a conversation whose gap is being filled. Beyond it they are dropped and come from history.
pub(super) const HELD_MAX: usize = 1000;

/// A mark before all messages: what a room that was empty at first is compared with.
pub(super) const BEGINNING: HistoryMark = HistoryMark { time_ms: 0, msgid: String::new() };

/// How history is asked for what follows the mark, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// By the message's identifier.
    Msgid,
    /// By its time, where the server does not know the identifier.
    Time,
    /// The newest page, where there is no mark or the server cannot place it.
    Newest,
}

/// A gap that is being filled.
#[derive(Debug, Default)]
pub(super) struct Fill {
    /// Whether live messages were dropped since the last request; they are in history, after its page.
    pub(super) has_dropped: bool,
    /// Live messages, in the order in which they came.
    pub(super) held: Vec<Message>,
}

/// How far a conversation is within a connection.
#[derive(Debug, Default)]
pub(super) enum Stage {
    /// Nothing is awaited: what comes is told, what waits may go.
    #[default]
    Open,
    /// A JOIN is under way.
    Joining,
    /// Its gap is being filled.
    Filling(Fill),
}

/// One conversation.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// The room or nick, as the server spells it.
    pub(super) name: String,
    /// Whether it is a room to be in, now and after each reconnect.
    pub(super) is_wanted: bool,
    /// What a room wants from whoever comes in.
    pub(super) key: Option<String>,
    /// The newest message that was told.
    pub(super) mark: Option<HistoryMark>,
    /// How far it is.
    pub(super) stage: Stage,
    /// Whether its gap was given up without an answer: the mark stays before it, for the next connection.
    is_behind: bool,
}

impl Conversation {
    /// From now on live messages are kept back; `false` where they were already.
    pub(super) fn begin_filling(&mut self) -> bool {
        self.is_behind = false;
        let is_new = !matches!(self.stage, Stage::Filling(_));
        if is_new {
            self.stage = Stage::Filling(Fill::default());
        }
        is_new
    }

    /// Keeps a live message back while a gap is being filled; otherwise gives it back.
    pub(super) fn hold(&mut self, message: Message) -> Option<Message> {
        let Stage::Filling(fill) = &mut self.stage else { return Some(message) };
        if fill.held.len() >= HELD_MAX {
            fill.held.clear();
            fill.has_dropped = true;
        }
        fill.held.push(message);
        None
    }

    /// A message was told: the mark moves on to it. While something is under way the mark stays, so that history after it
    /// still has all that is missing. One of ours without the server's identifier may have our clock's time and no place.
    pub(super) fn pass(&mut self, message: &Message) {
        let has_place = !message.is_own || !is_made(&message.msgid);
        if has_place && matches!(self.stage, Stage::Open) && !self.is_behind {
            self.mark = Some(mark_of(message));
        }
    }

    /// Gives out what was held; the gap stays.
    pub(super) fn take_held(&mut self) -> Vec<Message> {
        match &mut self.stage {
            Stage::Filling(fill) => mem::take(&mut fill.held),
            Stage::Open | Stage::Joining => Vec::new(),
        }
    }

    /// Ends the filling and gives out what was held.
    pub(super) fn open(&mut self) -> Vec<Message> {
        let held = self.take_held();
        self.stage = Stage::Open;
        held
    }
}

/// All conversations by their keys, at most [`CONVERSATIONS_MAX`].
#[derive(Debug, Default)]
pub(super) struct Conversations {
    by_key: HashMap<String, Conversation>,
}

impl Conversations {
    /// The conversation with this key.
    pub(super) fn get(&self, key: &str) -> Option<&Conversation> {
        self.by_key.get(key)
    }

    /// The conversation with this key.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Conversation> {
        self.by_key.get_mut(key)
    }

    /// The conversation with this name, made where there is none; `None` over the bound.
    pub(super) fn ensure(&mut self, name: &str) -> Option<(String, &mut Conversation)> {
        let key = fold(name);
        if self.by_key.len() >= CONVERSATIONS_MAX && !self.by_key.contains_key(&key) {
            return None;
        }
        let conversation = self
            .by_key
            .entry(key.clone())
            .or_insert_with(|| Conversation { name: name.to_owned(), ..Conversation::default() });
        Some((key, conversation))
    }

    /// A conversation has another name; one of that name gives way.
    pub(super) fn rename(&mut self, key: &str, name: &str) {
        if let Some(mut conversation) = self.by_key.remove(key) {
            name.clone_into(&mut conversation.name);
            self.by_key.insert(fold(name), conversation);
        }
    }

    /// How the server spells what has this key.
    pub(super) fn name<'a>(&'a self, key: &'a str) -> &'a str {
        self.by_key.get(key).map_or(key, |conversation| conversation.name.as_str())
    }

    /// The rooms to be in.
    pub(super) fn wanted(&self) -> Vec<String> {
        let wanted = self.by_key.values().filter(|conversation| conversation.is_wanted);
        let mut names: Vec<String> = wanted.map(|room| room.name.clone()).collect();
        names.sort();
        names
    }

    /// Whether messages may go to what has this key.
    pub(super) fn is_open(&self, key: &str) -> bool {
        self.get(key).is_none_or(|conversation| matches!(conversation.stage, Stage::Open))
    }

    /// Whether no JOIN and no gap is under way.
    pub(super) fn are_all_open(&self) -> bool {
        self.by_key.values().all(|conversation| matches!(conversation.stage, Stage::Open))
    }

    /// The keys of all conversations whose gap is being filled.
    pub(super) fn filling(&self) -> Vec<String> {
        let is_filling = |known: &Conversation| matches!(known.stage, Stage::Filling(_));
        let all = self.by_key.iter().filter(|(_, conversation)| is_filling(conversation));
        all.map(|(key, _)| key.clone()).collect()
    }

    /// What may be missing of some is not to be had over this connection.
    pub(super) fn fall_behind(&mut self, is_one: impl Fn(&str) -> bool) {
        let fallen = self.by_key.iter_mut().filter(|(key, _)| is_one(key));
        fallen.for_each(|(_, conversation)| conversation.is_behind = true);
    }

    /// The connection is gone: nothing is awaited any more. Messages held back for a room are in its history, after its mark.
    pub(super) fn handle_closed(&mut self) {
        for conversation in self.by_key.values_mut() {
            conversation.stage = Stage::Open;
            conversation.is_behind = false;
        }
    }
}
