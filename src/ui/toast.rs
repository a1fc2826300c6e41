//! Words for the person that pass by themselves, and what can be undone while they stand.

use adw::prelude::*;

use super::Window;
use crate::i18n::gettext;

/// How long words stand that ask for nothing, in seconds.
pub(crate) const WORDS_S: u32 = 5;
/// How long something can be undone, in seconds.
const UNDO_S: u32 = 8;

/// The window that a widget is in, to tell something in when the widget is gone.
pub(crate) fn window_of(widget: &impl IsA<gtk::Widget>) -> Option<Window> {
    widget.root().and_downcast()
}

/// Says this for a moment.
pub(crate) fn tell(window: &Window, words: &str) {
    window.toast_overlay().add_toast(toast(words, WORDS_S));
}

/// Says that something was done, and lets the person undo it.
pub(crate) fn tell_undoable(window: &Window, words: &str, undo: impl Fn() + 'static) {
    tell_with_button(window, words, &gettext("_Undo"), UNDO_S, undo);
}

/// Says something that there is one answer to; without a time (0) it stands until it is answered or closed.
pub(crate) fn tell_with_button(
    window: &Window,
    words: &str,
    label: &str,
    seconds: u32,
    act: impl Fn() + 'static,
) {
    let toast = toast(words, seconds);
    toast.set_button_label(Some(label));
    toast.connect_button_clicked(move |_| act());
    window.toast_overlay().add_toast(toast);
}

/// Words that stand so many seconds, or until they are closed (0). Where they do not fit on one line, they go on on the next.
pub(crate) fn toast(words: &str, seconds: u32) -> adw::Toast {
    let label = gtk::Label::builder()
        .label(words)
        .wrap(true)
        .wrap_mode(gtk::pango::WrapMode::WordChar)
        .xalign(0.0)
        .build();
    label.add_css_class("heading");
    adw::Toast::builder().custom_title(&label).timeout(seconds).build()
}
