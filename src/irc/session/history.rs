//! Asking for history (IRCv3 draft/chathistory): with whom there was talk, what follows a conversation's mark, and older pages.
//!
//! One request is under way at a time; its answer is a batch, collected and then taken in as a whole.

use std::mem;

use majlis_protocol::{Capability, Encoder, Timestamp, fold};

use super::batch::BatchUse;
use super::conversation::{BEGINNING, Conversation, Reference, Stage};
use super::dispatch::Line;
use super::message::mark_of;
use super::output::{Labelled, labelled};
use super::page::{Ask, Page, Place, Purpose};
use super::{Now, Session};
use crate::irc::HistoryMark;
use crate::irc::event::{Event, Message, Occurrence, Origin};

/// How long a page may take; then the server is taken to have none.
pub(super) const PAGE_ANSWER_MS: u64 = 60_000;
/// How many pages in which nobody said anything are passed over at most before an older page is told as empty.
const SILENT_PAGES_MAX: u32 = 20;
/// How many messages a gap is asked for at once.
const FILL_MESSAGES: u32 = 100;
/// How many people our account talked with last are looked at.
const TALKS: u32 = 200;
/// After all that was ever said: 9999-12-31T23:59:59.999Z.
const LAST_MOMENT: Timestamp = Timestamp(253_402_300_799_999);

impl Session {
    /// Whether pages can be had, and known as such.
    fn has_history(&self) -> bool {
        self.has(Capability::ChatHistory) && self.has(Capability::Batch)
    }

    /// Whether a message is taken once, however often it is sent: by Majlis, from whom it knows again.
    fn is_taken_once(&self) -> bool {
        self.known.is_majlis && (self.is_signed_in() || self.live.opening.device.is_some())
    }

    /// Begins to fetch what follows the mark; live messages wait meanwhile.
    pub(super) fn begin_fill(&mut self, key: &str) {
        let is_possible = self.has_history();
        let Some(conversation) = self.conversations.get_mut(key).filter(|_| is_possible) else {
            self.fail_doubts(key);
            self.end_fill(key);
            return;
        };
        conversation.begin_filling();
        self.live.history.push(key, Purpose::Fill, Reference::Msgid);
    }

    /// All that can be had is told: what was held follows, and what is still in doubt has not arrived, or may be sent again.
    pub(super) fn end_fill(&mut self, key: &str) {
        let held = self.conversations.get_mut(key).map(Conversation::open).unwrap_or_default();
        let name = self.conversations.name(key).to_owned();
        for message in held {
            self.tell_message(&name, Origin::Live, message, false);
        }
        self.outbox.release(key);
    }

    /// An account's private messages wait at the server, which sends them to nobody by itself: asks with whom there was talk
    /// (CHATHISTORY TARGETS). What people say meanwhile waits.
    pub(super) fn ask_for_talks(&mut self) {
        if self.has_history() && self.is_signed_in() {
            self.live.awaits_talks = true;
            self.live.history.push("", Purpose::Talks, Reference::Newest);
        }
    }

    /// `CHATHISTORY TARGETS name time`, a line of the answer to that.
    pub(super) fn handle_talk(&mut self, line: &Line<'_>) {
        let newest = line.param(2).parse::<Timestamp>();
        if let (BatchUse::Answer, "TARGETS", Ok(newest)) = (line.purpose(), line.param(0), newest) {
            self.live.history.add_talk(line.param(1).to_owned(), newest.0);
        }
    }

    /// With whom our account talked is known, as far as it can be: what is newer than what we know is fetched, and what
    /// people said meanwhile follows.
    fn take_in_talks(&mut self, talks: Vec<(String, u64)>) {
        self.live.awaits_talks = false;
        let mut held = mem::take(&mut self.live.held_talks);
        for (name, newest_ms) in talks {
            if self.live.features.is_room(&name) {
                continue;
            }
            let Some((key, talk)) = self.conversations.ensure(&name) else { continue };
            let is_known = talk.mark.as_ref().is_some_and(|mark| mark.time_ms >= newest_ms);
            let is_open = matches!(talk.stage, Stage::Open);
            if held.remove(&key) || (is_open && !is_known) {
                self.begin_fill(&key);
            }
        }
        for key in held {
            self.end_fill(&key);
        }
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
        let line = labelled(Encoder::new("CHATHISTORY"), label.as_deref())
            .param(subcommand)
            .param(&name)
            .param(&reference)
            .param(&limit);
        let is_sent = self.live.output.send(&line);
        self.live.history.current = Some(ask);
        if !is_sent {
            self.fail_page(now);
        }
    }

    /// Subcommand, reference and target of a request; `None` where nobody waits for it any more.
    fn plan(&mut self, ask: &mut Ask) -> Option<(&'static str, String, String)> {
        let takes_msgids = self.live.features.takes_msgids();
        if matches!(ask.purpose, Purpose::Talks) {
            ask.limit = self.live.features.page_messages(TALKS);
            // From the end to the beginning: of more than fit, the newest are told.
            let [from, to] = [LAST_MOMENT, Timestamp(0)].map(|time| format!("timestamp={time}"));
            return Some(("TARGETS", to, from));
        }
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
            Purpose::Talks => self.take_in_talks(ask.page.talks),
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
        let Page { mut messages, abouts, happened, ends, .. } = page;
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
        if by != Reference::Newest {
            self.recognise_by_text(key, &mut messages);
        }
        self.tell_gap(name.clone(), messages, happened, !is_last);
        if by == Reference::Newest && !self.is_taken_once() {
            self.fail_doubts(key);
        }
        self.tell_about(&name, abouts);
        if is_complete {
            self.end_fill(key);
        } else {
            self.live.history.push(key, Purpose::Fill, Reference::Msgid);
        }
    }

    /// Some servers keep no tag of ours with a message: what came since we were here and says what is in doubt is that.
    fn recognise_by_text(&mut self, key: &str, messages: &mut [Message]) {
        let mut taken = Vec::new();
        for message in messages {
            let is_known = message.send_id.is_some() || self.seen.contains(&message.msgid);
            if message.is_own && !is_known {
                message.send_id = self.outbox.in_doubt_as(key, message, &taken);
                taken.extend(message.send_id);
            }
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
        match ask.purpose {
            Purpose::Fill => self.conversations.fall_behind(|key| key == ask.key),
            Purpose::Talks => {
                self.conversations.fall_behind(|key| !self.live.features.is_room(key));
            }
            Purpose::Older { .. } => {}
        }
        self.give_up(ask);
        self.ask_for_history(now);
    }

    /// There is no such page to be had.
    fn give_up(&mut self, ask: Ask) {
        match ask.purpose {
            Purpose::Fill => {
                if !self.is_taken_once() {
                    self.fail_doubts(&ask.key);
                }
                self.end_fill(&ask.key);
            }
            Purpose::Talks => self.take_in_talks(Vec::new()),
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

    /// The connection is gone amid filling: what people said to us meanwhile may be in no history, so it is told now. Their
    /// marks stay before the gap.
    pub(super) fn tell_held_private_messages(&mut self) {
        for key in self.conversations.filling() {
            if !self.live.features.is_room(&key) {
                let held = self.conversations.get_mut(&key).map(Conversation::take_held);
                let name = self.conversations.name(&key).to_owned();
                for message in held.unwrap_or_default() {
                    self.tell_message(&name, Origin::Live, message, false);
                }
            }
        }
    }
}
