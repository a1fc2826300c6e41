//! One server that the local network tells of: its name, its address, how many people are there.

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::i18n::{clean, gettext, ngettext_f};
use crate::model::FoundPlace;
use crate::ui::text::isolate;

/// What the row of a server looks like that is no longer there.
const GONE: &str = "gone";

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/connect/found_row.ui")]
    pub struct FoundRow {
        #[template_child]
        pub(super) people_box: TemplateChild<gtk::Box>,
        #[template_child]
        pub(super) people_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) progress_stack: TemplateChild<gtk::Stack>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for FoundRow {
        const NAME: &'static str = "MajlisFoundRow";
        type Type = super::FoundRow;
        type ParentType = adw::ActionRow;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for FoundRow {}
    impl WidgetImpl for FoundRow {}
    impl ListBoxRowImpl for FoundRow {}
    impl PreferencesRowImpl for FoundRow {}
    impl ActionRowImpl for FoundRow {}
}

glib::wrapper! {
    /// One server that the local network tells of.
    pub struct FoundRow(ObjectSubclass<imp::FoundRow>)
        @extends adw::ActionRow, adw::PreferencesRow, gtk::ListBoxRow, gtk::Widget,
        @implements gtk::Accessible, gtk::Actionable, gtk::Buildable, gtk::ConstraintTarget;
}

impl FoundRow {
    /// A row that follows what is told of this place.
    pub(super) fn new(place: &FoundPlace) -> Self {
        let row: Self = glib::Object::new();
        let show = glib::clone!(
            #[weak]
            row,
            move |place: &FoundPlace| row.show(place)
        );
        show(place);
        place.connect_notify_local(None, move |place, _| show(place));
        row
    }

    fn show(&self, place: &FoundPlace) {
        let imp = self.imp();
        self.set_title(&clean(&place.name()));
        if place.is_gone() {
            self.set_subtitle(&gettext("No longer there"));
            self.add_css_class(GONE);
        } else {
            self.set_subtitle(&isolate(&place.address()));
            self.remove_css_class(GONE);
        }
        let people = u32::try_from(place.people_count()).ok();
        imp.people_box.set_visible(people.is_some());
        if let Some(count) = people {
            self.show_people(count);
        }
        let progress = if place.is_joining() { "joining" } else { "idle" };
        imp.progress_stack.set_visible_child_name(progress);
    }

    fn show_people(&self, count: u32) {
        let imp = self.imp();
        let words = ngettext_f(
            // Translators: How many people are on a server.
            "{count} person",
            "{count} people",
            count,
            &[("count", &count.to_string())],
        );
        imp.people_label.set_label(&count.to_string());
        imp.people_box.set_tooltip_text(Some(&words));
        imp.people_label.update_property(&[gtk::accessible::Property::Label(&words)]);
    }
}
