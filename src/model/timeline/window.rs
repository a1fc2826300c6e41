//! The part of a conversation that is held in memory: pure, bounded, in order, nothing twice.
//!
//! What it holds is one unbroken stretch of the conversation. Messages that would leave a hole are
//! not taken in; they are in the archive, and come with a page when the person scrolls there.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::irc::event::{Deletion, Occurrence, Reaction};
use crate::irc::{HistoryMark, fold};
use crate::store::{About, ArchivedMessage, ArchivedPage, Quote, Waiting};

use super::entry::{Content, Day, Entry, Key, Rank, RowKey, Sender, WaitingEntry};

/// More entries than this are let go.
pub(crate) const HELD_MAX: usize = 400;

/// So many stay when the oldest are let go, so that it does not happen at every message.
const HELD_AFTER_TRIM: usize = 300;

/// So many messages are asked for at once. A view begins with them: more than it has room for, and few enough that their rows are
/// made while nobody notices.
pub(crate) const PAGE: usize = 50;

/// Which end of the window is let go when it is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Oldest,
    Newest,
}

/// A stretch of a conversation, and what waits behind it.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is said of an end of its own, and by itself"
)]
pub(in crate::model) struct Window {
    day_of: fn(u64) -> Day,
    entries: Vec<Entry>,
    /// The rows that `entries` make, each for itself: what is never taken in twice.
    held: HashSet<RowKey>,
    waiting: Vec<WaitingEntry>,
    /// The newest message that had been read when the first unread one came.
    pub(in crate::model) unread_after: Option<HistoryMark>,
    /// The folded nicks of those whose words are not shown.
    pub(in crate::model) hidden: HashSet<String>,
    /// Whether nothing is older than the first entry.
    pub(in crate::model) is_start: bool,
    /// Whether nothing is newer than the last entry.
    is_end: bool,
    /// Whether something newer came and is not held, since the last `expect_newer`.
    has_missed: bool,
    next_remark: u64,
    /// Whether older entries were let go since the last [`take_cut`](Self::take_cut).
    is_cut: bool,
    /// How many entries came to its end since the last [`take_fresh_count`](Self::take_fresh_count).
    fresh_count: usize,
    /// What replies show of messages that are not held; nothing where the archive does not know them either.
    quotes: HashMap<String, Option<Quote>>,
    /// The messages that are about to be deleted.
    leaving: HashSet<String>,
}

impl Window {
    /// An empty window at the end of a conversation. `day_of` gives the day of a time in
    /// milliseconds since 1970.
    pub(super) fn new(day_of: fn(u64) -> Day) -> Self {
        Self {
            day_of,
            entries: Vec::new(),
            held: HashSet::new(),
            waiting: Vec::new(),
            unread_after: None,
            hidden: HashSet::new(),
            is_start: false,
            is_end: true,
            has_missed: false,
            next_remark: 0,
            is_cut: false,
            fresh_count: 0,
            quotes: HashMap::new(),
            leaving: HashSet::new(),
        }
    }

    /// Takes in what was just said or fills a gap, where it belongs to this stretch, and drops what
    /// it echoes. Of one instant, it comes behind what is here.
    pub(in crate::model) fn receive(&mut self, archived: ArchivedMessage) {
        if let Some(id) = archived.message.send_id {
            self.take_waiting(id);
        }
        if self.held.contains(&RowKey::of_message(&archived.message)) {
            return;
        }
        let key = self.key_behind(&archived);
        let is_newest = self.last_said().is_none_or(|last| key > last.key);
        self.has_missed |= is_newest;
        if !self.is_end && is_newest {
            return;
        }
        if self.is_start || self.first_said().is_none_or(|first| key > first.key) {
            self.insert(key, Content::Said(Box::new(archived)));
        }
    }

    /// Takes in what just happened or fills a gap, where it belongs to this stretch.
    pub(in crate::model) fn receive_happened(&mut self, occurrence: &Occurrence) {
        let key = Key::of_occurrence(occurrence);
        let is_newest = self.entries.last().is_none_or(|last| key > last.key);
        self.has_missed |= is_newest;
        if !self.is_end && is_newest {
            return;
        }
        if self.is_start || self.first_said().is_none_or(|first| key > first.key) {
            self.insert(key, Content::of(occurrence));
        }
    }

    /// Takes in a sentence of ours about the conversation, which is not kept.
    pub(in crate::model) fn add_remark(&mut self, words: String, time_ms: u64) {
        if self.is_end {
            let key = Key { time_ms, rank: Rank::Remark(self.next_remark) };
            self.next_remark += 1;
            self.insert(key, Content::Remark(words));
        }
    }

    /// Takes in a page that ends where the window begins.
    pub(in crate::model) fn add_older(&mut self, page: ArchivedPage, is_start: bool) {
        for archived in page.messages.into_iter().rev() {
            let key = self.key_before(&archived);
            self.insert(key, Content::Said(Box::new(archived)));
        }
        self.add_happened(&page.happened);
        self.is_start = is_start;
    }

    /// From here on it is remembered whether something newer passes by: a newer page was asked for.
    pub(in crate::model) fn expect_newer(&mut self) {
        self.has_missed = false;
    }

    /// Takes in a page that begins where the window ends. `is_last` says that nothing newer was there
    /// when it was read.
    pub(in crate::model) fn add_newer(&mut self, page: ArchivedPage, is_last: bool) {
        self.add_page(page);
        self.is_end = is_last && !self.has_missed;
    }

    /// Becomes the newest page, where it is not at the end anyhow. Nothing changes, and the answer is
    /// false, if something newer passed by since `expect_newer`: the page must be read again.
    pub(in crate::model) fn replace(&mut self, newest: ArchivedPage) -> bool {
        if self.is_end {
            return true;
        }
        if self.has_missed {
            return false;
        }
        self.clear();
        self.add_page(newest);
        true
    }

    /// Becomes a stretch amid the conversation, of which `is_last` says that nothing newer was there when it was read.
    /// Nothing changes, and the answer is false, if something newer came since `expect_newer`: it must be read again.
    pub(in crate::model) fn show_around(
        &mut self,
        page: ArchivedPage,
        is_start: bool,
        is_last: bool,
    ) -> bool {
        if is_last && self.has_missed {
            return false;
        }
        self.clear();
        self.add_page(page);
        self.is_start = is_start;
        self.is_end = is_last;
        true
    }

    /// Takes in reactions to messages that are held.
    pub(in crate::model) fn react(&mut self, reactions: &[Reaction]) {
        for reaction in reactions {
            if let Some(archived) = self.held_message(&reaction.msgid) {
                archived.about.merge(reaction);
            }
        }
    }

    /// Takes in that messages or reactions were deleted.
    pub(in crate::model) fn delete(&mut self, deletions: &[Deletion]) {
        for deletion in deletions {
            self.leaving.remove(&deletion.msgid);
            if let Some(Some(quote)) = self.quotes.get_mut(&deletion.msgid) {
                quote.text.clear();
            }
            if let Some(archived) = self.held_message(&deletion.msgid) {
                archived.message.text.clear();
                archived.about.deletion.get_or_insert_with(|| deletion.clone());
                continue;
            }
            let said = self.entries.iter_mut().filter_map(Entry::said_mut);
            for reaction in said.flat_map(|archived| &mut archived.about.reactions) {
                reaction.is_set &= reaction.event_id != deletion.msgid;
            }
        }
    }

    /// Takes in what the archive knows was done about messages that the server gave.
    pub(in crate::model) fn learn_abouts(&mut self, abouts: Vec<(String, About)>) {
        for (msgid, about) in abouts {
            let Some(archived) = self.held_message(&msgid) else { continue };
            about.reactions.iter().for_each(|reaction| archived.about.merge(reaction));
            self.delete(about.deletion.as_slice());
        }
    }

    /// Marks a message as about to be deleted, or takes the mark away.
    pub(in crate::model) fn set_leaving(&mut self, msgid: &str, is_leaving: bool) {
        if is_leaving {
            self.leaving.insert(msgid.to_owned());
        } else {
            self.leaving.remove(msgid);
        }
    }

    /// Whether a message is about to be deleted.
    pub(super) fn is_leaving(&self, msgid: &str) -> bool {
        self.leaving.contains(msgid)
    }

    fn held_message(&mut self, msgid: &str) -> Option<&mut ArchivedMessage> {
        let said = self.entries.iter_mut().filter_map(Entry::said_mut);
        let mut said = said.filter(|archived| archived.message.msgid == msgid);
        said.next()
    }

    /// Whether a message that is held is ours.
    pub(in crate::model) fn is_own(&self, msgid: &str) -> bool {
        let mut said = self.entries.iter().filter_map(Entry::said);
        said.any(|said| said.message.is_own && said.message.msgid == msgid)
    }

    /// Whether the message with this identifier is in this stretch.
    pub(in crate::model) fn holds(&self, msgid: &str) -> bool {
        self.entries.iter().filter_map(Entry::said).any(|said| said.message.msgid == msgid)
    }

    /// The messages that are answered here, and of which nothing is known to show.
    pub(in crate::model) fn missing_quotes(&self) -> Vec<String> {
        let mut missing: Vec<_> = self.answered().collect();
        missing.sort_unstable();
        missing.dedup();
        missing.retain(|&msgid| !self.quotes.contains_key(msgid) && !self.holds(msgid));
        missing.into_iter().map(ToOwned::to_owned).collect()
    }

    /// Learns what there is to show of answered messages; of those asked for and not found, that there is nothing.
    pub(in crate::model) fn add_quotes(&mut self, asked: Vec<String>, found: Vec<Quote>) {
        self.quotes.extend(asked.into_iter().map(|msgid| (msgid, None)));
        self.quotes.extend(found.into_iter().map(|quote| (quote.msgid.clone(), Some(quote))));
        let answered: HashSet<String> = self.answered().map(ToOwned::to_owned).collect();
        self.quotes.retain(|msgid, _| answered.contains(msgid));
    }

    /// What the archive knows of an answered message that is not held.
    pub(super) fn quote(&self, msgid: &str) -> Option<&Quote> {
        self.quotes.get(msgid)?.as_ref()
    }

    /// Who said a message and what, as far as it is known here.
    pub(in crate::model) fn words_of(&self, msgid: &str) -> Option<(String, String)> {
        let mut said = self.entries.iter().filter_map(Entry::said).map(|said| &said.message);
        if let Some(message) = said.find(|message| message.msgid == msgid) {
            let name = message.display_name.as_ref().unwrap_or(&message.nick);
            return Some((name.clone(), message.text.clone()));
        }
        self.quote(msgid).map(|quote| (quote.sender.clone(), quote.text.clone()))
    }

    fn answered(&self) -> impl Iterator<Item = &str> {
        let said = self.entries.iter().filter_map(Entry::said);
        let said = said.filter_map(|said| said.message.reply_to.as_deref());
        said.chain(self.waiting.iter().filter_map(|entry| entry.waiting.reply_to.as_deref()))
    }

    /// Lets go of everything but what waits, and is at the end of the conversation.
    pub(in crate::model) fn clear(&mut self) {
        self.entries.clear();
        self.held.clear();
        self.is_start = false;
        self.is_end = true;
    }

    /// Puts a message of ours at the very end.
    pub(in crate::model) fn add_waiting(&mut self, waiting: Waiting, sender: Sender) {
        let day = (self.day_of)(waiting.created_ms);
        self.waiting.push(WaitingEntry { waiting, day, sender });
    }

    /// Marks a waiting message as refused; false if it is not there.
    pub(in crate::model) fn fail_waiting(&mut self, id: Uuid, reason: &str) -> bool {
        let found = self.waiting.iter_mut().find(|entry| entry.waiting.id == id);
        found.map(|entry| entry.waiting.failure = Some(reason.to_owned())).is_some()
    }

    /// Whether a message waits under this identifier.
    pub(in crate::model) fn holds_waiting(&self, id: Uuid) -> bool {
        self.waiting.iter().any(|entry| entry.waiting.id == id)
    }

    /// Everything that waits, shown or not, oldest first.
    pub(in crate::model) fn waiting(&self) -> impl DoubleEndedIterator<Item = &Waiting> {
        self.waiting.iter().map(|entry| &entry.waiting)
    }

    /// Takes a waiting message out.
    pub(in crate::model) fn take_waiting(&mut self, id: Uuid) -> Option<Waiting> {
        let index = self.waiting.iter().position(|entry| entry.waiting.id == id)?;
        Some(self.waiting.remove(index).waiting)
    }

    /// Whether it holds more than `limit` entries.
    pub(super) fn is_longer_than(&self, limit: usize) -> bool {
        self.entries.len() > limit
    }

    /// How many entries came to its end since the last time.
    pub(super) fn take_fresh_count(&mut self) -> usize {
        std::mem::take(&mut self.fresh_count)
    }

    /// Whether older entries were let go since the last time, so that there is something to ask for again.
    pub(in crate::model) fn take_cut(&mut self) -> bool {
        std::mem::take(&mut self.is_cut)
    }

    /// Lets go of all but the newest page, where it is at the end of the conversation.
    pub(super) fn shrink(&mut self) {
        if self.is_end {
            self.let_go(End::Oldest, PAGE);
        }
    }

    /// Lets go of what is too much, at one end.
    pub(super) fn trim(&mut self, end: End) {
        match end {
            _ if self.entries.len() <= HELD_MAX => {}
            End::Oldest => self.let_go(end, HELD_AFTER_TRIM),
            End::Newest => self.let_go(end, HELD_MAX),
        }
    }

    /// Lets go of all but so many entries.
    fn let_go(&mut self, end: End, kept: usize) {
        let length = self.entries.len();
        let dropped = match end {
            _ if length <= kept => return,
            End::Oldest => self.entries.drain(..length - kept),
            End::Newest => self.entries.drain(kept..),
        };
        for entry in dropped {
            self.held.remove(&entry.row_key());
        }
        match end {
            End::Oldest => {
                self.is_start = false;
                self.is_cut = true;
            }
            End::Newest => {
                self.is_end = false;
                self.has_missed = true;
            }
        }
    }

    /// What is shown of it, oldest first.
    pub(super) fn shown_entries(&self) -> impl Iterator<Item = &Entry> + Clone {
        self.entries.iter().filter(|entry| !self.is_hidden(entry))
    }

    fn is_hidden(&self, entry: &Entry) -> bool {
        let said = entry.said().filter(|_| !self.hidden.is_empty());
        said.is_some_and(|said| self.hidden.contains(&fold(&said.message.nick)))
    }

    /// What waits, oldest first; nothing where the window is not at its end.
    pub(super) fn shown_waiting(&self) -> &[WaitingEntry] {
        if self.is_end { &self.waiting } else { &[] }
    }

    /// Whether nothing is newer than the last entry.
    pub(in crate::model) fn is_end(&self) -> bool {
        self.is_end
    }

    /// The oldest message's place.
    pub(in crate::model) fn oldest(&self) -> Option<HistoryMark> {
        self.first_said().and_then(Entry::said).map(ArchivedMessage::mark)
    }

    /// The newest message's place.
    pub(in crate::model) fn newest(&self) -> Option<HistoryMark> {
        self.last_said().and_then(Entry::said).map(ArchivedMessage::mark)
    }

    /// Takes in a page behind what is held.
    fn add_page(&mut self, page: ArchivedPage) {
        for archived in page.messages {
            let key = self.key_behind(&archived);
            self.insert(key, Content::Said(Box::new(archived)));
        }
        self.add_happened(&page.happened);
    }

    fn add_happened(&mut self, happened: &[Occurrence]) {
        for occurrence in happened {
            self.insert(Key::of_occurrence(occurrence), Content::of(occurrence));
        }
    }

    /// The place behind all that was said in the same instant.
    fn key_behind(&self, archived: &ArchivedMessage) -> Key {
        let last = self.said_at(archived.message.time_ms).next_back();
        Key::of_message(archived, last.map_or(0, |nth| nth + 1))
    }

    /// The place before all that was said in the same instant.
    fn key_before(&self, archived: &ArchivedMessage) -> Key {
        let first = self.said_at(archived.message.time_ms).next();
        Key::of_message(archived, first.map_or(0, |nth| nth - 1))
    }

    /// The places within an instant that are taken, in order.
    fn said_at(&self, time_ms: u64) -> impl DoubleEndedIterator<Item = i64> {
        let start = self.entries.partition_point(|entry| entry.key.time_ms < time_ms);
        let end = self.entries.partition_point(|entry| entry.key.time_ms <= time_ms);
        self.entries[start..end].iter().filter_map(|entry| match entry.key.rank {
            Rank::Said { nth, .. } => Some(nth),
            Rank::Happened(_) | Rank::Remark(_) => None,
        })
    }

    /// The place that a mark names: a message's, if it is held.
    pub(super) fn key_of_mark(&self, mark: &HistoryMark) -> Key {
        let is_it =
            |entry: &&Entry| entry.said().is_some_and(|said| said.message.msgid == mark.msgid);
        let held = self.entries.iter().find(is_it).map(|entry| entry.key.clone());
        held.unwrap_or_else(|| Key::of_mark(mark))
    }

    fn insert(&mut self, key: Key, content: Content) {
        let day = (self.day_of)(key.time_ms);
        let entry = Entry { key, day, content };
        if self.held.insert(entry.row_key()) {
            let index = self.entries.partition_point(|other| other.key < entry.key);
            self.fresh_count += usize::from(index == self.entries.len());
            self.entries.insert(index, entry);
        }
    }

    fn first_said(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.said().is_some())
    }

    fn last_said(&self) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| entry.said().is_some())
    }
}
