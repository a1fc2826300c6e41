//! Going to a message that is elsewhere, and showing which one it is.

use std::time::Duration;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::TimelineView;
use crate::i18n::gettext;
use crate::model::TimelineItem;
use crate::ui::toast::{WORDS_S, toast};

/// How long the message that one went to stands out.
const HIGHLIGHT: Duration = Duration::from_secs(2);

impl TimelineView {
    /// Goes to the message with this identifier, wherever it is, and highlights it; or says that it is not there.
    pub(in crate::ui::conversation) fn reveal_message(&self, msgid: String) {
        let Some(channel) = self.channel() else { return };
        self.stay_here();
        let view = self.clone();
        glib::spawn_future_local(async move {
            if channel.reveal_message(msgid.clone()).await {
                view.show_message(&msgid);
            } else {
                // Translators: The message that a reply answers was not found.
                view.tell(&gettext("This message is no longer there."));
            }
        });
    }

    /// Goes to the first message of a day or after it, and highlights it; or says that there is none.
    pub(in crate::ui::conversation) fn reveal_time(&self, time: glib::DateTime) {
        let Some(channel) = self.channel() else { return };
        self.stay_here();
        let view = self.clone();
        glib::spawn_future_local(async move {
            if let Some(msgid) = channel.reveal_time(time).await {
                view.show_message(&msgid);
            } else {
                // Translators: A person chose a day in the calendar.
                view.tell(&gettext("Nothing was said on this day or after it."));
            }
        });
    }

    /// Scrolls to a message that the timeline holds, and highlights it.
    pub(super) fn show_message(&self, msgid: &str) {
        let Some(channel) = self.channel() else { return };
        let timeline = channel.timeline();
        let found = (0..timeline.n_items()).find_map(|position| {
            let item = timeline.item(position).and_downcast::<TimelineItem>();
            item.filter(|item| item.msgid() == msgid).map(|item| (position, item))
        });
        let Some((position, item)) = found else { return };
        self.stay_here();
        // After the rows have their places.
        glib::idle_add_local_once(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move || {
                let list = &view.imp().list_view;
                list.scroll_to(position, gtk::ListScrollFlags::FOCUS, Some(in_the_middle()));
                list.grab_focus();
                item.highlight(HIGHLIGHT);
            }
        ));
    }

    /// Says something for a moment.
    pub(super) fn tell(&self, words: &str) {
        self.add_toast(toast(words, WORDS_S));
    }

    /// Shows a toast in the window.
    pub(super) fn add_toast(&self, toast: adw::Toast) {
        let overlay = self.ancestor(adw::ToastOverlay::static_type());
        if let Some(overlay) = overlay.and_downcast::<adw::ToastOverlay>() {
            overlay.add_toast(toast);
        }
    }
}

/// Where a row that one went to comes to lie.
fn in_the_middle() -> gtk::ScrollInfo {
    let info = gtk::ScrollInfo::new();
    info.set_enable_vertical(true);
    info
}
