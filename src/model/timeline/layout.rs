//! From what a window holds to the rows that people see: a pure function, run anew at each change.

use std::collections::HashMap;

use crate::irc::event::{Message, MessageKind};
use crate::store::ArchivedMessage;

use super::entry::{Change, Content, Day, Entry, Key, RowKey, WaitingEntry};
use super::window::Window;

/// Within this time, what one person says goes on under one name.
const GROUP_MS: u64 = 5 * 60 * 1000;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub(super) key: RowKey,
    pub(super) content: RowContent<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RowContent<'a> {
    Day(Day),
    Unread,
    /// A sentence of ours.
    Remark {
        words: &'a str,
        time_ms: u64,
    },
    /// People who came or went with nothing said in between, and when the last of them did.
    Changes {
        changes: Vec<&'a Change>,
        time_ms: u64,
    },
    Said {
        archived: &'a ArchivedMessage,
        is_grouped: bool,
        is_leaving: bool,
        answered: Option<Answered<'a>>,
    },
    Waiting {
        entry: &'a WaitingEntry,
        is_grouped: bool,
        answered: Option<Answered<'a>>,
    },
}

/// The message that another one answers; without words where nothing is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answered<'a> {
    pub(super) msgid: &'a str,
    pub(super) sender: &'a str,
    pub(super) text: &'a str,
}

/// The rows of a window, from top to bottom; no two have one key.
pub(super) fn lay_out(window: &Window) -> Vec<Row<'_>> {
    let entries: Vec<&Entry> = window.shown_entries().collect();
    let first_unread = first_unread(window);
    let mut layout = Layout::new(window, entries.len() + window.shown_waiting().len());
    for run in entries.chunk_by(|one, next| are_folded(one, next)) {
        layout.begin_day(run[0].day);
        match &run[0].content {
            Content::Said(archived) => {
                if first_unread == Some(&run[0].key) {
                    layout.push(RowKey::Unread, RowContent::Unread);
                }
                layout.push_said(run[0], archived);
            }
            Content::Remark(words) => layout.push_remark(run[0], words),
            Content::Change(_) => layout.push_changes(run),
        }
    }
    for entry in window.shown_waiting() {
        layout.begin_day(entry.day);
        layout.push_waiting(entry);
    }
    layout.rows
}

/// Whether two neighbours are told in one row.
fn are_folded(one: &Entry, next: &Entry) -> bool {
    one.change().is_some() && next.change().is_some() && one.day == next.day
}

/// The message that the unread marker stands before.
fn first_unread(window: &Window) -> Option<&Key> {
    let read = window.key_of_mark(window.unread_after.as_ref()?);
    let mut said = window.shown_entries().filter_map(|entry| Some((&entry.key, entry.said()?)));
    // Where older messages are not held, those may be unread, too: then it stands above the window.
    let is_known = window.is_start || said.clone().next().is_some_and(|(key, _)| *key <= read);
    said.find(|(key, archived)| **key > read && !archived.message.is_own)
        .map(|(key, _)| key)
        .filter(|_| is_known)
}

struct Layout<'a> {
    window: &'a Window,
    /// What is held, by identifier; made at the first reply.
    held: Option<HashMap<&'a str, &'a Message>>,
    rows: Vec<Row<'a>>,
    day: Option<Day>,
    /// Whose words the next row may go on from; nobody's after a row of another kind.
    speaker: Option<Speaker<'a>>,
}

#[derive(Clone, Copy)]
struct Speaker<'a> {
    nick: &'a str,
    is_own: bool,
    time_ms: u64,
}

impl<'a> Layout<'a> {
    fn new(window: &'a Window, rows: usize) -> Self {
        let rows = Vec::with_capacity(rows + rows / 8);
        Self { window, held: None, rows, day: None, speaker: None }
    }

    /// What there is to show of the message that another one answers.
    fn answered(&mut self, reply_to: Option<&'a String>) -> Option<Answered<'a>> {
        let msgid = reply_to?.as_str();
        let window = self.window;
        let held = self.held.get_or_insert_with(|| {
            let said = window.shown_entries().filter_map(Entry::said);
            said.map(|said| (said.message.msgid.as_str(), &said.message)).collect()
        });
        let (sender, text) = match (held.get(msgid), window.quote(msgid)) {
            (Some(message), _) => {
                (message.display_name.as_ref().unwrap_or(&message.nick), &*message.text)
            }
            (None, Some(quote)) => (&quote.sender, &*quote.text),
            (None, None) => return Some(Answered { msgid, sender: "", text: "" }),
        };
        Some(Answered { msgid, sender, text })
    }

    fn push(&mut self, key: RowKey, content: RowContent<'a>) {
        self.speaker = None;
        self.rows.push(Row { key, content });
    }

    /// Names the day, if it is a new one. Days never go back, whatever clocks and time zones do.
    fn begin_day(&mut self, day: Day) {
        if self.day.is_none_or(|current| current < day) {
            self.day = Some(day);
            self.push(RowKey::Day(day), RowContent::Day(day));
        }
    }

    fn push_said(&mut self, entry: &'a Entry, archived: &'a ArchivedMessage) {
        let message = &archived.message;
        let speaker = (message.kind == MessageKind::Text).then_some(Speaker {
            nick: &message.nick,
            is_own: message.is_own,
            time_ms: message.time_ms,
        });
        let answered = self.answered(message.reply_to.as_ref());
        let is_grouped = answered.is_none() && self.goes_on(speaker);
        let is_leaving = self.window.is_leaving(&message.msgid);
        let content = RowContent::Said { archived, is_grouped, is_leaving, answered };
        self.push(entry.row_key(), content);
        self.speaker = speaker;
    }

    fn push_waiting(&mut self, entry: &'a WaitingEntry) {
        let waiting = &entry.waiting;
        let speaker = (!waiting.is_action).then_some(Speaker {
            nick: &entry.sender.nick,
            is_own: true,
            time_ms: waiting.created_ms,
        });
        let answered = self.answered(waiting.reply_to.as_ref());
        let is_grouped = answered.is_none() && self.goes_on(speaker);
        self.push(RowKey::Sent(waiting.id), RowContent::Waiting { entry, is_grouped, answered });
        self.speaker = speaker;
    }

    fn push_remark(&mut self, entry: &'a Entry, words: &'a str) {
        let time_ms = entry.key.time_ms;
        self.push(entry.row_key(), RowContent::Remark { words, time_ms });
    }

    fn push_changes(&mut self, run: &[&'a Entry]) {
        let changes = run.iter().filter_map(|entry| entry.change()).collect();
        let time_ms = run[run.len() - 1].key.time_ms;
        self.push(run[0].row_key(), RowContent::Changes { changes, time_ms });
    }

    fn goes_on(&self, next: Option<Speaker<'_>>) -> bool {
        let Some((last, next)) = self.speaker.zip(next) else { return false };
        let is_same = if next.is_own { last.is_own } else { last.nick == next.nick };
        is_same && next.time_ms.saturating_sub(last.time_ms) <= GROUP_MS
    }
}
