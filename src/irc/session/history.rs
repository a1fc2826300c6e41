//! Asking for history (IRCv3 draft/chathistory): what follows a conversation's mark, and older pages.
//!
//! One request is under way at a time; its answer is a batch, collected and then taken in as a whole.

use std::mem;

use majlis_protocol::{Capability, Encoder, fold};

use super::conversation::{BEGINNING, Conversation, Fill, Reference, Stage};
use super::message::mark_of;
use super::output::Labelled;
use super::page::{Ask, Page, Place, Purpose};
use super::{Now, Session};
use crate::irc::HistoryMark;
use crate::irc::event::{Event, Message, Occurrence, Origin};

/// How long a page may take; then the server is taken to have none, and what was in doubt stays so.
pub(super) const PAGE_ANSWER_MS: u64 = 60_000;
/// How many pages in which nobody said anything are passed over at most before an older page is told as empty.
const SILENT_PAGES_MAX: u32 = 20;
/// How many messages a gap is asked for at once.
const FILL_MESSAGES: u32 = 100;

impl Session {
    /// Whether pages can be had, and known as such.
    fn has_history(&self) -> bool {
        self.has(Capability::ChatHistory) && self.has(Capability::Batch)
    }

    /// Begins to fetch what follows the mark; live messages wait meanwhile.
    pub(super) fn begin_fill(&mut self, key: &str) {
        let is_possible = self.has_history();
        let Some(conversation) = self.conversations.get_mut(key).filter(|_| is_possible) else {
            self.fail_doubts(key);
            self.end_fill(key);
            return;
        };
        conversation.stage = Stage::Filling(Fill::default());
        self.live.history.push(key, Purpose::Fill, Reference::Msgid);
    }

    /// All that can be had is told: what was held follows, and what is still in doubt has not arrived.
    pub(super) fn end_fill(&mut self, key: &str) {
        let held = self.conversations.get_mut(key).map(Conversation::open).unwrap_or_default();
        let name = self.conversations.name(key).to_owned();
        for message in held {
            self.tell_message(&name, Origin::Live, message, false);
        }
        self.outbox.release(key);
    }

    /// What was on its way to people over an earlier connection: looks into their history where there is one. Rooms are
    /// looked into when they are joined, and not where they are not.
    pub(super) fn look_into_doubts(&mut self) {
        for target in self.outbox.targets_in_doubt() {
            let key = fold(&target);
            if !self.conversations.is_open(&key) {
                continue;
            }
            if !self.live.features.is_room(&target) && self.conversations.ensure(&target).is_some()
            {
                self.begin_fill(&key);
            } else {
                self.fail_doubts(&key);
            }
        }
    }

    /// The person scrolls up.
    pub(super) fn fetch_older(&mut self, name: String, before: Option<HistoryMark>, limit: u32) {
        let is_possible = self.has_history();
        if !is_possible || self.live.history.is_full() {
            self.tell_older(name, Vec::new(), Vec::new(), !is_possible);
            return;
        }
        let (silent_left, happened) = (SILENT_PAGES_MAX, Vec::new());
        let purpose = Purpose::Older { name: name.clone(), before, limit, silent_left, happened };
        self.live.history.push(&fold(&name), purpose, Reference::Msgid);
    }

    /// There is no connection to ask over.
    pub(super) fn refuse_fetch(&mut self, name: String) {
        self.tell_older(name, Vec::new(), Vec::new(), false);
    }

    /// Sends the next request if none is under way.
    pub(super) fn ask_for_history(&mut self, now: Now) {
        while self.live.history.current.is_none() {
            let Some(ask) = self.live.history.waiting.pop_front() else { return };
            self.send_ask(ask, now);
        }
    }

    fn send_ask(&mut self, mut ask: Ask, now: Now) {
        let Some((subcommand, reference, name)) = self.plan(&mut ask) else { return };
        if self.has(Capability::LabeledResponse) {
            ask.label = Some(self.live.labels.open(Labelled::History));
        }
        ask.deadline_ms = now.mono_ms + PAGE_ANSWER_MS;
        let label = ask.label.map(|label| label.to_string());
        let limit = ask.limit.to_string();
        let mut line = Encoder::new("CHATHISTORY");
        if let Some(label) = &label {
            line = line.tag("label", label);
        }
        let line = line.param(subcommand).param(&name).param(&reference).param(&limit);
        let is_sent = self.live.output.send(&line);
        self.live.history.current = Some(ask);
        if !is_sent {
            self.fail_page(now);
        }
    }

    /// Subcommand, reference and target of a request; `None` where nobody waits for it any more.
    fn plan(&mut self, ask: &mut Ask) -> Option<(&'static str, String, String)> {
        let takes_msgids = self.live.features.takes_msgids();
        if let Purpose::Older { name, before, limit, .. } = &ask.purpose {
            ask.limit = self.live.features.page_messages(*limit);
            let place = Place { ms_towards_mark: 1, takes_msgids };
            let reference = place.reference(before.as_ref(), &mut ask.by);
            let subcommand = if ask.by == Reference::Newest { "LATEST" } else { "BEFORE" };
            return Some((subcommand, reference, name.clone()));
        }
        ask.limit = self.live.features.page_messages(FILL_MESSAGES);
        let conversation = self.conversations.get_mut(&ask.key)?;
        let Stage::Filling(fill) = &mut conversation.stage else { return None };
        fill.has_dropped = false;
        let place = Place { ms_towards_mark: -1, takes_msgids };
        let reference = place.reference(conversation.mark.as_ref(), &mut ask.by);
        let subcommand = if ask.by == Reference::Newest { "LATEST" } else { "AFTER" };
        Some((subcommand, reference, conversation.name.clone()))
    }

    /// The page is complete.
    pub(super) fn finish_page(&mut self, now: Now) {
        let Some(ask) = self.live.history.current.take() else { return };
        match ask.purpose {
            Purpose::Fill => self.take_in_fill(&ask.key, ask.by, ask.page),
            Purpose::Older { name, before, limit, silent_left, mut happened } => {
                let mut page = ask.page;
                // The pages come backwards.
                page.happened.append(&mut happened);
                self.take_in_older(name, before.as_ref(), (limit, silent_left), page);
            }
        }
        self.ask_for_history(now);
    }

    /// Takes in an older page; where nobody said anything in it, the one before is asked for.
    fn take_in_older(
        &mut self,
        name: String,
        before: Option<&HistoryMark>,
        (limit, silent_left): (u32, u32),
        page: Page,
    ) {
        let mut messages = page.messages;
        messages.retain(|message| before.is_none_or(|mark| mark.msgid != message.msgid));
        for message in &messages {
            self.confirm(message);
        }
        match page.ends {
            Some((first, _))
                if messages.is_empty() && silent_left > 0 && before != Some(&first) =>
            {
                let (key, before) = (fold(&name), Some(first));
                self.tell_about(&name, page.abouts);
                let (silent_left, happened) = (silent_left - 1, page.happened);
                let purpose = Purpose::Older { name, before, limit, silent_left, happened };
                self.live.history.push(&key, purpose, Reference::Msgid);
            }
            ends => {
                self.tell_older(name.clone(), messages, page.happened, ends.is_none());
                self.tell_about(&name, page.abouts);
            }
        }
    }

    fn take_in_fill(&mut self, key: &str, by: Reference, page: Page) {
        let Some(conversation) = self.conversations.get_mut(key) else { return };
        let Stage::Filling(fill) = &mut conversation.stage else { return };
        let Page { messages, abouts, happened, ends } = page;
        fill.held.retain(|held| messages.iter().all(|message| message.msgid != held.msgid));
        let newest = ends.map(|(_, last)| last).or_else(|| messages.last().map(mark_of));
        let moves_on = newest.is_some() && newest != conversation.mark;
        let is_last = by == Reference::Newest || !moves_on;
        if newest.is_some() {
            conversation.mark = newest;
        } else if by == Reference::Newest && conversation.mark.is_none() {
            conversation.mark = Some(BEGINNING);
        }
        let is_complete = is_last && !fill.has_dropped;
        let name = conversation.name.clone();
        self.tell_gap(name.clone(), messages, happened, !is_last);
        self.tell_about(&name, abouts);
        if is_complete {
            self.end_fill(key);
        } else {
            self.live.history.push(key, Purpose::Fill, Reference::Msgid);
        }
    }

    fn tell_gap(
        &mut self,
        conversation: String,
        mut page: Vec<Message>,
        happened: Vec<Occurrence>,
        more: bool,
    ) {
        page.retain(|message| {
            let was_awaited = self.confirm(message);
            let is_new = !self.was_told_as_sent(message) && self.seen.insert(&message.msgid);
            was_awaited || is_new
        });
        if !page.is_empty() || !happened.is_empty() {
            let origin = Origin::Gap { more };
            self.tell(Event::Messages { conversation, origin, messages: page, happened });
        }
    }

    fn tell_older(
        &mut self,
        conversation: String,
        messages: Vec<Message>,
        happened: Vec<Occurrence>,
        is_start: bool,
    ) {
        let origin = Origin::Older { is_start };
        self.tell(Event::Messages { conversation, origin, messages, happened });
    }

    /// The server has no such page, or cannot place the mark: tries the next way of asking, if there is one.
    pub(super) fn fail_page(&mut self, now: Now) {
        let Some(ask) = self.live.history.current.take() else { return };
        let next = match (ask.by, &ask.purpose) {
            (Reference::Msgid, _) => Some(Reference::Time),
            (Reference::Time, Purpose::Fill) => Some(Reference::Newest),
            _ => None,
        };
        match next {
            Some(by) => self.live.history.push(&ask.key, ask.purpose, by),
            None => self.give_up(ask),
        }
        self.ask_for_history(now);
    }

    pub(super) fn handle_history_timeout(&mut self, now: Now) {
        let deadline_ms = self.live.history.deadline_ms();
        if deadline_ms.is_none_or(|deadline_ms| now.mono_ms < deadline_ms) {
            return;
        }
        let Some(ask) = self.live.history.current.take() else { return };
        self.fail_doubts(&ask.key);
        self.give_up(ask);
        self.ask_for_history(now);
    }

    /// There is no such page to be had.
    fn give_up(&mut self, ask: Ask) {
        match ask.purpose {
            Purpose::Fill => self.end_fill(&ask.key),
            Purpose::Older { name, happened, .. } => {
                self.tell_older(name, Vec::new(), happened, false);
            }
        }
    }

    /// The connection is gone: nobody waits in vain for a page.
    pub(super) fn answer_all_fetches(&mut self) {
        let history = mem::take(&mut self.live.history);
        for ask in history.current.into_iter().chain(history.waiting) {
            if let Purpose::Older { name, happened, .. } = ask.purpose {
                self.tell_older(name, Vec::new(), happened, false);
            }
        }
    }

    /// The connection is gone amid filling: what people said to us meanwhile may be in no history, so it is told now.
    pub(super) fn tell_held_private_messages(&mut self) {
        for key in self.conversations.filling() {
            if !self.live.features.is_room(&key) {
                let held = self.conversations.get_mut(&key).map(Conversation::open);
                let name = self.conversations.name(&key).to_owned();
                for message in held.unwrap_or_default() {
                    self.tell_message(&name, Origin::Live, message, false);
                }
            }
        }
    }
}
