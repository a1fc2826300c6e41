//! Tells a screen reader what is said in the open conversation, without drowning the person in it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use gtk::prelude::*;

use crate::i18n::ngettext_f;

/// What comes within this time is told together.
const PAUSE: Duration = Duration::from_millis(700);
/// Who was told a number hears of no more for so long: while a room is busy, numbers alone would be talk without end.
const PAUSE_AFTER_NUMBER: Duration = Duration::from_secs(8);

/// More than this at once are only counted.
const READ_ALOUD_MAX: usize = 3;

/// Collects messages for a moment, then has them read aloud, or only their number.
#[derive(Clone, Debug, Default)]
pub(super) struct Announcer {
    waiting: Rc<RefCell<Waiting>>,
    /// What tells it after a pause.
    pause: Rc<RefCell<Option<glib::SourceId>>>,
    /// When a number was told last.
    counted_at: Rc<Cell<Option<Instant>>>,
}

/// What is to be told: every message is counted, the first few are kept.
#[derive(Debug, Default)]
struct Waiting {
    messages: Vec<String>,
    count: u32,
    /// What happened besides; more than a few are left out.
    notes: Vec<String>,
}

impl Announcer {
    /// Tells soon, through this widget. The words are made only where they may be read aloud.
    pub(super) fn announce(&self, widget: &gtk::Widget, message: impl FnOnce() -> String) {
        self.waiting.borrow_mut().push(message);
        self.flush_soon(widget);
    }

    /// Tells soon, through this widget, what happened besides messages.
    pub(super) fn note(&self, widget: &gtk::Widget, words: &str) {
        self.waiting.borrow_mut().note(words);
        self.flush_soon(widget);
    }

    fn flush_soon(&self, widget: &gtk::Widget) {
        let announcer = self.clone();
        let pause = self.pause.take().unwrap_or_else(|| {
            glib::timeout_add_local_once(
                pause_after(self.counted_at.get().map(|at| at.elapsed())),
                glib::clone!(
                    #[weak]
                    widget,
                    move || announcer.flush(&widget)
                ),
            )
        });
        self.pause.replace(Some(pause));
    }

    /// What waits belongs to a conversation that is no longer open.
    pub(super) fn forget(&self) {
        self.waiting.take();
        self.counted_at.take();
        if let Some(pause) = self.pause.take() {
            pause.remove();
        }
    }

    fn flush(&self, widget: &gtk::Widget) {
        self.pause.take();
        if self.waiting.borrow().is_counted() {
            self.counted_at.set(Some(Instant::now()));
        }
        for words in self.waiting.take().into_words() {
            widget.announce(&words, gtk::AccessibleAnnouncementPriority::Medium);
        }
    }
}

/// How long to collect where a number was told so long ago.
fn pause_after(counted: Option<Duration>) -> Duration {
    let rest = counted.map_or(Duration::ZERO, |since| PAUSE_AFTER_NUMBER.saturating_sub(since));
    rest.max(PAUSE)
}

impl Waiting {
    /// Whether it is too much to be read aloud.
    fn is_counted(&self) -> bool {
        self.count as usize != self.messages.len()
    }

    fn push(&mut self, message: impl FnOnce() -> String) {
        if self.messages.len() < READ_ALOUD_MAX {
            self.messages.push(message());
        }
        self.count = self.count.saturating_add(1);
    }

    fn note(&mut self, words: &str) {
        if self.notes.len() < READ_ALOUD_MAX {
            self.notes.push(words.to_owned());
        }
    }

    fn into_words(self) -> Vec<String> {
        let is_counted = self.is_counted();
        let mut words = self.messages;
        if is_counted {
            words = vec![ngettext_f(
                // Translators: Said by a screen reader.
                "{count} new message",
                "{count} new messages",
                self.count,
                &[("count", &self.count.to_string())],
            )];
        }
        words.extend(self.notes);
        words
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{PAUSE, PAUSE_AFTER_NUMBER, READ_ALOUD_MAX, Waiting, pause_after};

    #[test]
    fn a_room_that_stays_busy_is_counted_now_and_then() {
        assert_eq!(pause_after(None), PAUSE);
        assert_eq!(pause_after(Some(Duration::ZERO)), PAUSE_AFTER_NUMBER);
        assert_eq!(pause_after(Some(PAUSE_AFTER_NUMBER / 2)), PAUSE_AFTER_NUMBER / 2);
        assert_eq!(pause_after(Some(PAUSE_AFTER_NUMBER * 2)), PAUSE);
    }

    #[test]
    fn a_few_are_read_and_many_are_counted() {
        let told = |count| {
            let mut waiting = Waiting::default();
            (0..count).for_each(|_| waiting.push(|| "Ana: hi".to_owned()));
            waiting.into_words()
        };
        assert_eq!(told(READ_ALOUD_MAX), vec!["Ana: hi"; READ_ALOUD_MAX]);
        assert_eq!(told(40), ["40 new messages"]);
        assert!(told(0).is_empty());
    }

    #[test]
    fn what_happens_besides_is_read_and_too_much_of_it_left_out() {
        let mut waiting = Waiting::default();
        (0..40).for_each(|_| waiting.push(|| "Ana: hi".to_owned()));
        (0..40).for_each(|number| waiting.note(&number.to_string()));
        assert_eq!(waiting.into_words(), ["40 new messages", "0", "1", "2"]);
    }
}
