//! Answering a message, and what replies show of the messages that they answer.

use gio::prelude::*;
use glib::subclass::prelude::*;

use crate::model::TimelineItem;

use super::Channel;

impl Channel {
    /// What is said next answers this message; nothing happens where the server has not named it.
    pub fn begin_reply(&self, item: &TimelineItem) {
        if item.is_known_to_server() {
            self.set_reply(&item.msgid(), &item.sender(), &item.text());
        }
    }

    /// What is said next answers what a message that was taken back had answered.
    pub(super) fn answer_again(&self, msgid: &str) {
        let (sender, text) = self.timeline().window().words_of(msgid).unwrap_or_default();
        self.set_reply(msgid, &sender, &text);
    }

    /// What is said next answers nothing.
    pub fn end_reply(&self) {
        self.set_reply("", "", "");
    }

    /// The message that is answered, once: what is said after the next answers nothing.
    pub(super) fn take_reply(&self) -> Option<String> {
        let msgid = self.reply_to();
        self.end_reply();
        (!msgid.is_empty()).then_some(msgid)
    }

    fn set_reply(&self, msgid: &str, sender: &str, text: &str) {
        let imp = self.imp();
        imp.reply_sender.replace(sender.to_owned());
        imp.reply_text.replace(text.to_owned());
        // The last one tells: who listens to it finds the others set.
        if imp.reply_to.replace(msgid.to_owned()) != msgid {
            self.notify_reply_to();
        }
    }

    /// Asks the archive for what is shown of answered messages that are not held, wherever rows changed.
    pub(super) fn connect_quotes(&self) {
        let channel = self.downgrade();
        self.timeline().connect_items_changed(move |_, _, _, _| {
            if let Some(channel) = channel.upgrade() {
                channel.find_quotes();
            }
        });
    }

    fn find_quotes(&self) {
        let asked = self.timeline().window().missing_quotes();
        if asked.is_empty() {
            return;
        }
        let found = self.services().archive.quotes(self.key(), asked.clone());
        let channel = self.clone();
        glib::spawn_future_local(async move {
            // A failure is told by the archive itself.
            let found = found.await.unwrap_or_default();
            channel.timeline().window().add_quotes(asked, found);
            channel.timeline().publish();
        });
    }
}
