//! Choosing several messages, to copy them with names and times.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::super::message_row::date_and_time;
use super::{TimelineView, imp};
use crate::i18n::{gettext, ngettext_f};
use crate::model::TimelineItem;
use crate::ui::formatting::transcript;

/// Adds what the bar under the messages does.
pub(super) fn install(class: &mut <imp::TimelineView as ObjectSubclass>::Class) {
    class.install_action("timeline.stop-selecting", None, |view, _, _| view.stop_selecting());
    class.install_action("timeline.copy-selected", None, |view, _, _| view.copy_selected());
}

impl TimelineView {
    /// Lets the person choose messages, this one to begin with.
    pub(super) fn start_selecting(&self, first: &TimelineItem) {
        self.set_selecting(true);
        first.set_is_selected(true);
        self.show_selected();
    }

    /// Whether messages were being chosen, which is over now.
    pub(in crate::ui::conversation) fn leave_mode(&self) -> bool {
        let was_selecting = self.is_selecting();
        self.stop_selecting();
        was_selecting
    }

    pub(super) fn stop_selecting(&self) {
        for item in self.selected() {
            item.set_is_selected(false);
        }
        self.set_selecting(false);
    }

    /// Says how many are chosen.
    pub(super) fn show_selected(&self) {
        let imp = self.imp();
        let count = u32::try_from(self.selected().len()).unwrap_or(u32::MAX);
        imp.copy_button.set_sensitive(count > 0);
        imp.selected_label.set_label(&ngettext_f(
            // Translators: How many messages are chosen for copying.
            "{count} selected",
            "{count} selected",
            count,
            &[("count", &count.to_string())],
        ));
    }

    fn copy_selected(&self) {
        let selected = self.selected();
        let words: Vec<_> = selected
            .iter()
            .filter(|item| item.deletion().is_empty())
            .map(|item| {
                let time = item.time().as_ref().and_then(date_and_time).unwrap_or_default();
                (item.sender(), time, item.text())
            })
            .collect();
        let messages = words.iter().map(|(name, time, text)| (&**name, &**time, &**text));
        self.clipboard().set_text(&transcript(messages));
        self.stop_selecting();
        self.tell(&gettext("Messages copied"));
    }

    fn set_selecting(&self, is_selecting: bool) {
        if self.imp().is_selecting.replace(is_selecting) != is_selecting {
            self.notify_is_selecting();
        }
    }

    /// Those that are chosen, oldest first. What the timeline has let go is not among them.
    fn selected(&self) -> Vec<TimelineItem> {
        let Some(channel) = self.channel() else { return Vec::new() };
        let items = channel.timeline();
        items.iter::<TimelineItem>().flatten().filter(TimelineItem::is_selected).collect()
    }
}
