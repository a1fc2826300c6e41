//! One sign under a message, and how many people put it there; pressing it adds ours or takes it back.

use std::cell::RefCell;
use std::rc::Rc;

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::i18n::{gettext, gettext_f, ngettext_f};
use crate::model::ReactionGroup;
use crate::ui::text::{clean, isolate};

/// More names than this are only counted.
const NAMES_MAX: usize = 12;

/// What is done with a sign that was pressed.
pub(super) type Toggle = Rc<dyn Fn(&str)>;

mod imp {
    use super::*;

    #[derive(Default)]
    pub struct ReactionChip {
        pub(super) label: gtk::Label,
        pub(super) sign: RefCell<String>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ReactionChip {
        const NAME: &'static str = "MajlisReactionChip";
        type Type = super::ReactionChip;
        type ParentType = gtk::Button;
    }

    impl ObjectImpl for ReactionChip {
        fn constructed(&self) {
            self.parent_constructed();
            let chip = self.obj();
            chip.set_child(Some(&self.label));
            chip.add_css_class("reaction");
            chip.set_focus_on_click(false);
        }
    }

    impl WidgetImpl for ReactionChip {}
    impl ButtonImpl for ReactionChip {}
}

glib::wrapper! {
    /// One sign under a message, and how many people put it there; pressing it adds ours or takes it back.
    pub struct ReactionChip(ObjectSubclass<imp::ReactionChip>)
        @extends gtk::Button, gtk::Widget,
        @implements gtk::Accessible, gtk::Actionable, gtk::Buildable, gtk::ConstraintTarget;
}

impl ReactionChip {
    /// A chip that does this with its sign when it is pressed.
    pub(super) fn new(toggle: Option<Toggle>) -> Self {
        let chip: Self = glib::Object::new();
        chip.connect_clicked(move |chip| {
            if let Some(toggle) = &toggle {
                let sign = chip.imp().sign.borrow().clone();
                toggle(&sign);
            }
        });
        chip
    }

    /// Shows this sign and whose it is.
    pub(super) fn show_group(&self, group: &ReactionGroup) {
        let imp = self.imp();
        let sign = clean(&group.sign);
        imp.label.set_label(&format!("{}\u{2002}{}", isolate(&sign), group.count()));
        imp.sign.replace(group.sign.clone());
        if group.is_own {
            self.add_css_class("own");
        } else {
            self.remove_css_class("own");
        }
        let names = names(group);
        self.set_tooltip_text(Some(&names));
        let values = [("sign", &*sign), ("names", &*names)];
        // Translators: Said by a screen reader for a reaction to a message: "👍 by Ana, Badr".
        let label = gettext_f("{sign} by {names}", &values);
        self.update_property(&[gtk::accessible::Property::Label(&label)]);
    }
}

/// Who put it there, in one line.
fn names(group: &ReactionGroup) -> String {
    let own = group.is_own.then(|| gettext("You"));
    let others = group.names.iter().map(|name| isolate(&clean(name)));
    let shown: Vec<_> = own.into_iter().chain(others).take(NAMES_MAX).collect();
    let more = group.count() - shown.len();
    // Translators: Stands between the items of a short list, such as "👍 2, 🎉 1".
    let list = shown.join(&gettext(", "));
    match u32::try_from(more) {
        Ok(0) => list,
        more => ngettext_f(
            // Translators: A list of people that is cut short.
            "{names} and {count} other",
            "{names} and {count} others",
            more.unwrap_or(u32::MAX),
            &[("names", &list), ("count", &group.count().saturating_sub(shown.len()).to_string())],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_cut_short_and_counted() {
        let group = |count: usize, is_own| ReactionGroup {
            sign: "👍".into(),
            names: (0..count).map(|number| format!("n{number}")).collect(),
            is_own,
        };
        let bare = |group: &ReactionGroup| names(group).replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!(bare(&group(2, true)), "You, n0, n1");
        assert!(bare(&group(NAMES_MAX, false)).ends_with("n11"));
        assert!(bare(&group(NAMES_MAX, true)).ends_with("n10 and 1 other"));
        assert!(bare(&group(500, false)).ends_with("n11 and 488 others"));
    }
}
