//! How far one has read, here and on other devices (draft/read-marker).

use glib::prelude::*;
use glib::subclass::prelude::*;

use crate::irc::{Command, HistoryMark};

use super::Channel;

/// What is read is told at most so often.
const TELL_AFTER: std::time::Duration = std::time::Duration::from_secs(1);

/// Older than any message, so that all are unread.
pub(super) const BEFORE_EVERYTHING: HistoryMark = HistoryMark { time_ms: 0, msgid: String::new() };

/// After every identifier that a server gives.
const LAST_OF_ITS_TIME: &str = "\u{10FFFF}";

/// Whether the newest message is behind what was read: of one millisecond it is, whatever the identifiers, unless all of it was
/// read.
pub(super) fn is_behind(newest: &HistoryMark, read: &HistoryMark) -> bool {
    let is_another = newest.msgid != read.msgid && read.msgid != LAST_OF_ITS_TIME;
    newest.time_ms > read.time_ms || (newest.time_ms == read.time_ms && is_another)
}

impl Channel {
    /// Everything up to the newest message is read.
    pub fn mark_read(&self) {
        let imp = self.imp();
        self.count_unread(0, 0);
        let newest = imp.newest.borrow();
        let is_news = |newest: &HistoryMark| {
            imp.read_mark.borrow().as_ref().is_none_or(|read| is_behind(newest, read))
        };
        if newest.as_ref().is_some_and(is_news) {
            imp.read_mark.replace(newest.clone());
            drop(newest);
            self.imp().is_changed.set(true);
            self.keep();
            self.tell_read_soon();
        }
    }

    /// We have read up to this time on another device; or the server knows of less than we have read here.
    pub(in crate::model) fn handle_read_up_to(&self, time_ms: u64) {
        let imp = self.imp();
        imp.told_read_ms.set(time_ms);
        let mark = HistoryMark { time_ms, msgid: LAST_OF_ITS_TIME.to_owned() };
        let own = imp.read_mark.borrow().clone();
        if own.as_ref().is_some_and(|own| own.time_ms >= time_ms) {
            self.tell_read_soon();
        } else if time_ms > 0 {
            imp.read_mark.replace(Some(mark));
            imp.is_changed.set(true);
            self.keep();
            if !self.watched() {
                self.recount_unread();
            }
        }
    }

    /// Asks the server how far we have read with somebody.
    pub(in crate::model) fn ask_read_mark(&self) {
        if let Some(network) = self.network().filter(|_| !self.is_room()) {
            network.ask(Command::AskReadMark { target: self.name() });
        }
    }

    /// Counts anew what came after the read mark.
    fn recount_unread(&self) {
        let Some(mark) = self.imp().read_mark.borrow().clone() else { return };
        let channel = self.clone();
        glib::spawn_future_local(async move {
            let asked_at = channel.newest();
            let counts = channel.services().archive.count_unread(channel.key(), mark.clone());
            // A failure is told by the archive itself.
            let Ok((unread_count, mention_count)) = counts.await else { return };
            let is_still_so = *channel.imp().read_mark.borrow() == Some(mark.clone());
            if channel.watched() || !is_still_so {
                return;
            }
            if channel.newest() != asked_at {
                return channel.recount_unread();
            }
            let mention_count = if channel.is_room() { mention_count } else { unread_count };
            channel.count_unread(unread_count, mention_count);
            channel.timeline().window().unread_after = (unread_count > 0).then_some(mark);
            channel.timeline().publish();
        });
    }

    fn tell_read_soon(&self) {
        if !self.has_news_of_reading() || self.imp().tells_read_soon.replace(true) {
            return;
        }
        let channel = self.downgrade();
        glib::spawn_future_local(async move {
            glib::timeout_future(TELL_AFTER).await;
            if let Some(channel) = channel.upgrade() {
                channel.imp().tells_read_soon.set(false);
                channel.tell_read();
            }
        });
    }

    /// Tells the server how far we have read, if it does not know.
    pub(in crate::model) fn tell_read(&self) {
        if let (Some(network), true) = (self.network(), self.has_news_of_reading()) {
            let time_ms = self.read_time_ms();
            self.imp().told_read_ms.set(time_ms);
            network.ask(Command::MarkRead { target: self.name(), time_ms });
        }
    }

    fn has_news_of_reading(&self) -> bool {
        let keeps = self.network().is_some_and(|network| network.abilities().keeps_read_marks);
        keeps && self.read_time_ms() > self.imp().told_read_ms.get()
    }

    fn read_time_ms(&self) -> u64 {
        self.imp().read_mark.borrow().as_ref().map_or(0, |mark| mark.time_ms)
    }
}
