//! Pages of history: which are asked for, which is under way, and how their places are named.

use std::collections::VecDeque;

use majlis_protocol::{Timestamp, fold};

use super::about::About;
use super::batch::BatchUse;
use super::conversation::Reference;
use crate::irc::HistoryMark;
use crate::irc::event::{Message, Occurrence, is_made};

/// How many requests of the person may wait.
const WAITING_MAX: usize = 64;
/// How many times the asked number of messages a page may have: replies and the like come on top.
const PAGE_SURPLUS: usize = 4;

/// One page to ask for.
#[derive(Debug)]
pub(super) struct Ask {
    /// The conversation's key.
    pub(super) key: String,
    /// What for.
    pub(super) purpose: Purpose,
    /// How the place is named.
    pub(super) by: Reference,
    /// How many messages are asked for; known once it is sent.
    pub(super) limit: u32,
    /// The label that it was sent with, if any.
    pub(super) label: Option<u64>,
    /// When it has taken too long; known once it is sent.
    pub(super) deadline_ms: u64,
    /// What has come of it.
    pub(super) page: Page,
}

/// The answer to a request, as far as it came.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// What was said.
    pub(super) messages: Vec<Message>,
    /// What was done about messages.
    pub(super) abouts: Vec<About>,
    /// What happened besides.
    pub(super) happened: Vec<Occurrence>,
    /// The places of the first and the last line, whatever they say.
    pub(super) ends: Option<(HistoryMark, HistoryMark)>,
    /// With whom we talked, and when the newest message came.
    pub(super) talks: Vec<(String, u64)>,
}

/// What a page is for.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// What follows the mark.
    Fill,
    /// With whom our account talked, over whatever device.
    Talks,
    /// What is before a place; the newest where there is none.
    Older {
        /// The conversation, as the person named it.
        name: String,
        /// The place.
        before: Option<HistoryMark>,
        /// At most so many messages.
        limit: u32,
        /// How many pages in which nobody said anything may still be passed over.
        silent_left: u32,
        /// What happened in the pages that were passed over.
        happened: Vec<Occurrence>,
    },
}

/// The pages to ask for, and the one under way.
#[derive(Debug, Default)]
pub(super) struct HistoryQueue {
    /// Those to be asked for, in order.
    pub(super) waiting: VecDeque<Ask>,
    /// The one under way.
    pub(super) current: Option<Ask>,
}

impl HistoryQueue {
    /// Whether a batch is the answer to the request under way: by label, or where there are none by its target.
    pub(super) fn is_answered_by(&self, label: Option<u64>, target: &str) -> bool {
        self.current.as_ref().is_some_and(|ask| match ask.label {
            Some(_) => ask.label == label,
            None => ask.key == fold(target),
        })
    }

    /// A message of the page under way. Those over the bound are dropped and come with the next page.
    pub(super) fn add_to_page(&mut self, message: Message) {
        let Some(ask) = &mut self.current else { return };
        if ask.page.messages.len() < PAGE_SURPLUS * ask.limit as usize {
            ask.page.messages.push(message);
        }
    }

    /// The same for what was done about a message.
    pub(super) fn add_about(&mut self, about: About) {
        let Some(ask) = &mut self.current else { return };
        if ask.page.abouts.len() < PAGE_SURPLUS * ask.limit as usize {
            ask.page.abouts.push(about);
        }
    }

    /// The same for what happened in the room.
    pub(super) fn add_happened(&mut self, occurrence: Occurrence) {
        let Some(ask) = &mut self.current else { return };
        if ask.page.happened.len() < PAGE_SURPLUS * ask.limit as usize {
            ask.page.happened.push(occurrence);
        }
    }

    /// The same for somebody with whom we talked.
    pub(super) fn add_talk(&mut self, name: String, newest_ms: u64) {
        let Some(ask) = &mut self.current else { return };
        if ask.page.talks.len() < ask.limit as usize {
            ask.page.talks.push((name, newest_ms));
        }
    }

    /// A line of history came, whatever it says.
    pub(super) fn note_line(&mut self, purpose: BatchUse, mark: HistoryMark) {
        let Some(ask) = self.current.as_mut().filter(|_| purpose == BatchUse::Answer) else {
            return;
        };
        let first = ask.page.ends.take().map_or_else(|| mark.clone(), |(first, _)| first);
        ask.page.ends = Some((first, mark));
    }

    /// When the request under way has taken too long.
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.current.as_ref().map(|ask| ask.deadline_ms)
    }

    /// Whether this label is that of the request under way.
    pub(super) fn is_under_way_as(&self, label: u64) -> bool {
        self.current.as_ref().is_some_and(|ask| ask.label == Some(label))
    }

    /// Whether the person has asked for as much as may wait.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= WAITING_MAX
    }

    /// A conversation has another key.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        for ask in self.waiting.iter_mut().chain(&mut self.current) {
            if ask.key == old {
                new.clone_into(&mut ask.key);
            }
        }
    }

    /// One more page to ask for, after the others.
    pub(super) fn push(&mut self, key: &str, purpose: Purpose, by: Reference) {
        self.waiting.push_back(Ask {
            key: key.to_owned(),
            purpose,
            by,
            limit: 0,
            label: None,
            deadline_ms: 0,
            page: Page::default(),
        });
    }
}

/// How a place in history is named.
pub(super) struct Place {
    /// Bounds are exclusive, and several messages may share a millisecond: a bound by time is moved by this much, so that
    /// none is missed; those that were told already are known by their identifiers.
    pub(super) ms_towards_mark: i64,
    /// Whether the server knows places by identifiers.
    pub(super) takes_msgids: bool,
}

impl Place {
    /// The reference to a mark, named in the way of `by` or the best that can be had below it, which `by` then says.
    pub(super) fn reference(&self, mark: Option<&HistoryMark>, by: &mut Reference) -> String {
        let Some(mark) = mark.filter(|_| *by != Reference::Newest) else {
            *by = Reference::Newest;
            return "*".to_owned();
        };
        let has_msgid = self.takes_msgids && !mark.msgid.is_empty() && !is_made(&mark.msgid);
        if *by == Reference::Msgid && has_msgid {
            return format!("msgid={}", mark.msgid);
        }
        *by = Reference::Time;
        let time_ms = mark.time_ms.saturating_add_signed(self.ms_towards_mark);
        format!("timestamp={}", Timestamp(time_ms))
    }
}
