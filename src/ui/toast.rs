//! Words for the person that pass by themselves, and what can be undone while they stand.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use adw::prelude::*;

use super::Window;
use super::toast_label::ToastLabel;
use crate::i18n::gettext;

/// How long words stand that ask for nothing, in seconds.
pub(crate) const WORDS_S: u32 = 5;
/// How long something can be undone, in seconds.
const UNDO_S: u32 = 8;

/// What is shown, or waits to be, without the person's having asked for it: everything once, and no more than a few,
/// whatever servers and people send.
#[derive(Clone, Debug, Default)]
pub(super) struct Unasked<const MAX: usize>(Rc<RefCell<HashSet<String>>>);

impl<const MAX: usize> Unasked<MAX> {
    /// Shows it, unless it is there already under this key, or too much is.
    pub(super) fn add(&self, overlay: &adw::ToastOverlay, key: &str, toast: adw::Toast) {
        if self.admit(key) {
            let (unasked, key) = (self.clone(), key.to_owned());
            toast.connect_dismissed(move |_| unasked.forget(&key));
            overlay.add_toast(toast);
        }
    }

    fn admit(&self, key: &str) -> bool {
        let mut keys = self.0.borrow_mut();
        keys.len() < MAX && keys.insert(key.to_owned())
    }

    fn forget(&self, key: &str) {
        self.0.borrow_mut().remove(key);
    }
}

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
    window.toast_overlay().add_toast(toast_with_button(words, &gettext("_Undo"), UNDO_S, undo));
}

/// Something that there is one answer to; without a time (0) it stands until it is answered or closed.
pub(crate) fn toast_with_button(
    words: &str,
    label: &str,
    seconds: u32,
    act: impl Fn() + 'static,
) -> adw::Toast {
    let toast = toast(words, seconds);
    toast.set_button_label(Some(label));
    toast.connect_button_clicked(move |_| act());
    toast
}

/// Words that stand so many seconds, or until they are closed (0). Where they do not fit on one line, they go on on the next.
pub(crate) fn toast(words: &str, seconds: u32) -> adw::Toast {
    adw::Toast::builder().custom_title(&ToastLabel::new(words)).timeout(seconds).build()
}

#[cfg(test)]
mod tests {
    use super::Unasked;

    #[test]
    fn what_nobody_asked_for_is_there_once_and_a_few_at_a_time() {
        let unasked = Unasked::<2>::default();
        assert!(unasked.admit("full"));
        assert!(!unasked.admit("full"), "it is there already");
        assert!(unasked.admit("late"));
        assert!(!unasked.admit("too much"));
        unasked.forget("full");
        assert!(unasked.admit("full"));
    }
}
