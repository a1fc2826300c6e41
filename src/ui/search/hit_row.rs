//! One message that was found, between its neighbours.

use adw::subclass::prelude::*;
use gtk::pango;
use gtk::prelude::*;

use crate::i18n::{clean, gettext};
use crate::model::SearchHit;
use crate::ui::text::{message_direction, read_in, sentence};

/// What is found behind so many lines or characters is out of sight in a narrow window …
const SEEN_LINES: usize = 3;
const SEEN_CHARS: usize = 100;
/// … so the text is shown from about so many characters before it.
const LEAD_CHARS: usize = 40;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/search/hit_row.ui")]
    #[expect(clippy::struct_field_names, reason = "each is a label, named as in the Blueprint")]
    pub struct HitRow {
        #[template_child]
        pub(super) sender_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) place_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) time_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) before_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) text_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) after_label: TemplateChild<gtk::Label>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for HitRow {
        const NAME: &'static str = "MajlisHitRow";
        type Type = super::HitRow;
        type ParentType = gtk::Box;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for HitRow {}
    impl WidgetImpl for HitRow {}
    impl BoxImpl for HitRow {}
}

glib::wrapper! {
    /// One message that was found, between its neighbours.
    pub struct HitRow(ObjectSubclass<imp::HitRow>)
        @extends gtk::Box, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
}

impl Default for HitRow {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl HitRow {
    /// A factory of such rows for a list of `SearchHit`s; what this says is marked in them.
    pub(super) fn factory(entry: &gtk::SearchEntry) -> gtk::SignalListItemFactory {
        let factory = gtk::SignalListItemFactory::new();
        factory.connect_setup(|_, item| list_item(item).set_child(Some(&Self::default())));
        let entry = entry.downgrade();
        factory.connect_bind(move |_, item| {
            let item = list_item(item);
            let row = item.child().and_downcast::<Self>().expect("set up above");
            let typed = entry.upgrade().map(|entry| entry.text()).unwrap_or_default();
            if let Some(hit) = item.item().and_downcast::<SearchHit>() {
                row.show(&hit, &typed, item);
            }
        });
        factory
    }

    fn show(&self, hit: &SearchHit, typed: &str, item: &gtk::ListItem) {
        let imp = self.imp();
        let (sender, text) = (clean(&hit.sender()), hit.text());
        let place = hit.channel().map(|channel| clean(&channel.title())).unwrap_or_default();
        imp.sender_label.set_label(&sender);
        imp.place_label.set_label(&place);
        imp.time_label.set_label(&hit.time_text());
        let reading = message_direction(&text).unwrap_or_else(gtk::Widget::default_direction);
        let shown = read_in(&excerpt(&text, typed), reading);
        imp.text_label.set_label(&shown);
        imp.text_label.set_attributes(Some(&marks(&shown, typed)));
        imp.text_label.set_direction(reading);
        for (label, words) in [(&imp.before_label, hit.before()), (&imp.after_label, hit.after())] {
            label.set_label(&sentence(&words));
            label.set_visible(!words.is_empty());
        }
        // Translators: Stands between the parts of what a screen reader says.
        item.set_accessible_label(&[sender, place, hit.time_text(), text].join(&gettext(", ")));
    }
}

/// What is shown of a text: all of it, or where it goes on for long before a typed word, from shortly before that. A label counts the
/// lines of each paragraph, so this is one, as the neighbours are.
fn excerpt(text: &str, typed: &str) -> String {
    let first = places(text, typed).into_iter().map(|(start, _)| start).min();
    let start = first.map_or(0, |first| beginning(text, usize::try_from(first).unwrap_or(0)));
    let cut = if start > 0 { "…" } else { "" };
    format!("{cut}{}", text[start..].trim_end().replace('\n', " "))
}

/// From where a text is shown so that this place in it is in sight: its start, or else where a line or word begins.
fn beginning(text: &str, place: usize) -> usize {
    let before = &text[..place];
    let is_in_sight =
        before.matches('\n').count() < SEEN_LINES && before.chars().count() <= SEEN_CHARS;
    if is_in_sight {
        return 0;
    }
    let lead = before.char_indices().rev().nth(LEAD_CHARS).map_or(0, |(start, _)| start);
    let gap = before[lead..].rfind('\n').or_else(|| before[lead..].find(' '));
    lead + gap.map_or(0, |gap| gap + 1)
}

/// Marks in bold where the text has one of the typed words as it was typed; where it is written otherwise, nothing is marked.
fn marks(text: &str, typed: &str) -> pango::AttrList {
    let list = pango::AttrList::new();
    for (start, end) in places(text, typed) {
        let mut bold = pango::AttrInt::new_weight(pango::Weight::Bold);
        bold.set_start_index(start);
        bold.set_end_index(end);
        list.insert(bold);
    }
    list
}

/// Where the typed words stand in the text, in bytes.
fn places(text: &str, typed: &str) -> Vec<(u32, u32)> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        // Lower case has other places.
        return Vec::new();
    }
    let found = typed.split_whitespace().flat_map(|word| {
        let word = word.to_lowercase();
        let places: Vec<_> =
            lower.match_indices(&word).map(|(start, word)| (start, start + word.len())).collect();
        places
    });
    found.filter_map(|(start, end)| Some((start.try_into().ok()?, end.try_into().ok()?))).collect()
}

fn list_item(item: &glib::Object) -> &gtk::ListItem {
    item.downcast_ref().expect("the factory is a list view's")
}

#[cfg(test)]
mod tests {
    use super::{excerpt, places};

    #[test]
    fn words_are_marked_where_they_stand() {
        assert_eq!(places("Tea, or TEA?", "tea"), [(0, 3), (8, 11)]);
        assert_eq!(places("كتاب", "كتاب"), [(0, 8)]);
        assert!(places("İstanbul", "istanbul").is_empty());
        assert!(places("tea", " ").is_empty());
    }

    #[test]
    fn what_was_found_is_in_sight_and_its_text_is_one_paragraph() {
        assert_eq!(excerpt("milk\nand tea\n", "tea"), "milk and tea");
        assert_eq!(excerpt("1\n2\n3\n4\nthe tea\nand 6", "tea"), "…the tea and 6");
        let long = format!("{}فنجان من الشاي", "كلمة ".repeat(100));
        let shown = excerpt(&long, "الشاي");
        assert!(shown.starts_with("…كلمة ") && shown.ends_with("فنجان من الشاي"), "{shown}");
        assert!(shown.chars().count() < 60, "{shown}");
        assert!(excerpt(&"ن".repeat(300), "ن").starts_with('ن'));
        assert_eq!(excerpt(&format!("{}x", "ن".repeat(300)), "x").chars().count(), 43);
        assert_eq!(excerpt("milk\ntea", ""), "milk tea");
    }
}
