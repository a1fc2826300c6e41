//! The toolkit's chooser of emoji, in which Enter takes the first one that a search found.

use gtk::prelude::*;

/// A chooser that is to be given a parent.
pub(crate) fn emoji_chooser() -> gtk::EmojiChooser {
    let chooser = gtk::EmojiChooser::new();
    if let Some(entry) = first_within::<gtk::SearchEntry>(chooser.upcast_ref(), |_| true) {
        entry.connect_activate(glib::clone!(
            #[weak]
            chooser,
            move |entry| take_first_found(&chooser, entry)
        ));
    }
    chooser
}

fn take_first_found(chooser: &gtk::EmojiChooser, entry: &gtk::SearchEntry) {
    if entry.text().is_empty() {
        return;
    }
    // Whoever types and presses Enter at once is ahead of the search, which waits for a pause.
    entry.emit_by_name::<()>("search-changed", &[]);
    let found = first_within::<gtk::FlowBoxChild>(chooser.upcast_ref(), |child| {
        child.is_child_visible() && child.parent().is_some_and(|section| section.is_visible())
    });
    if let Some(emoji) = found {
        emoji.activate();
    }
}

/// The first widget of a kind at or below another.
fn first_within<T: IsA<gtk::Widget>>(widget: &gtk::Widget, is_wanted: fn(&T) -> bool) -> Option<T> {
    if let Some(found) = widget.downcast_ref::<T>().filter(|found| is_wanted(found)) {
        return Some(found.clone());
    }
    let children = std::iter::successors(widget.first_child(), WidgetExt::next_sibling);
    children.into_iter().find_map(|child| first_within(&child, is_wanted))
}
