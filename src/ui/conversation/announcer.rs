//! Tells a screen reader what is said in the open conversation, without drowning the person in it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gtk::prelude::*;

use crate::i18n::ngettext_f;

/// What comes within this time is told together.
const PAUSE: Duration = Duration::from_millis(700);

/// More than this at once are only counted.
const READ_ALOUD_MAX: usize = 3;

/// Collects messages for a moment, then has them read aloud, or only their number.
#[derive(Clone, Debug, Default)]
pub(super) struct Announcer {
    waiting: Rc<RefCell<Vec<String>>>,
    is_pausing: Rc<Cell<bool>>,
}

impl Announcer {
    /// Tells soon, through this widget.
    pub(super) fn announce(&self, widget: &gtk::Widget, message: String) {
        self.waiting.borrow_mut().push(message);
        if self.is_pausing.replace(true) {
            return;
        }
        let announcer = self.clone();
        glib::timeout_add_local_once(
            PAUSE,
            glib::clone!(
                #[weak]
                widget,
                move || announcer.flush(&widget)
            ),
        );
    }

    /// What waits belongs to a conversation that is no longer open.
    pub(super) fn forget(&self) {
        self.waiting.borrow_mut().clear();
    }

    fn flush(&self, widget: &gtk::Widget) {
        self.is_pausing.set(false);
        for words in words_for(self.waiting.take()) {
            widget.announce(&words, gtk::AccessibleAnnouncementPriority::Medium);
        }
    }
}

fn words_for(messages: Vec<String>) -> Vec<String> {
    if messages.len() <= READ_ALOUD_MAX {
        return messages;
    }
    let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
    vec![ngettext_f(
        // Translators: Said by a screen reader.
        "{count} new message",
        "{count} new messages",
        count,
        &[("count", &count.to_string())],
    )]
}

#[cfg(test)]
mod tests {
    use super::{READ_ALOUD_MAX, words_for};

    #[test]
    fn a_few_are_read_and_many_are_counted() {
        let messages = |count| vec!["Ana: hi".to_owned(); count];
        assert_eq!(words_for(messages(READ_ALOUD_MAX)), messages(READ_ALOUD_MAX));
        assert_eq!(words_for(messages(40)), ["40 new messages"]);
    }
}
