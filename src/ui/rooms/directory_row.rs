//! One room in the list of all rooms.

use adw::subclass::prelude::*;
use gtk::prelude::*;

use crate::i18n::{clean, gettext, ngettext_f};
use crate::model::RoomListing;
use crate::ui::text::sentence;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/rooms/directory_row.ui")]
    #[expect(clippy::struct_field_names, reason = "each is a label, named as in the Blueprint")]
    pub struct DirectoryRow {
        #[template_child]
        pub(super) title_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) topic_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) count_label: TemplateChild<gtk::Label>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for DirectoryRow {
        const NAME: &'static str = "MajlisDirectoryRow";
        type Type = super::DirectoryRow;
        type ParentType = gtk::Box;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for DirectoryRow {}
    impl WidgetImpl for DirectoryRow {}
    impl BoxImpl for DirectoryRow {}
}

glib::wrapper! {
    /// One room in the list of all rooms: name, topic, how many people.
    pub struct DirectoryRow(ObjectSubclass<imp::DirectoryRow>)
        @extends gtk::Box, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
}

impl Default for DirectoryRow {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl DirectoryRow {
    /// A factory of such rows for a list of `RoomListing`s; activating a row is to join the room.
    pub(super) fn factory() -> gtk::SignalListItemFactory {
        let factory = gtk::SignalListItemFactory::new();
        factory.connect_setup(|_, item| list_item(item).set_child(Some(&Self::default())));
        factory.connect_bind(|_, item| {
            let item = list_item(item);
            let row = item.child().and_downcast::<Self>().expect("set up above");
            if let Some(listing) = item.item().and_downcast::<RoomListing>() {
                row.show(&listing, item);
            }
        });
        factory
    }

    fn show(&self, listing: &RoomListing, item: &gtk::ListItem) {
        let imp = self.imp();
        let (title, topic) = (clean(&listing.title()), listing.topic());
        imp.title_label.set_label(&title);
        imp.topic_label.set_label(&sentence(&topic));
        imp.topic_label.set_visible(!topic.is_empty());
        let count = listing.people_count();
        let people = ngettext_f(
            // Translators: How many people are in a room.
            "{count} person",
            "{count} people",
            count,
            &[("count", &count.to_string())],
        );
        imp.count_label.set_label(&people);
        // Translators: Stands between the parts of what a screen reader says.
        item.set_accessible_label(&[title, people, topic].join(&gettext(", ")));
    }
}

fn list_item(item: &glib::Object) -> &gtk::ListItem {
    item.downcast_ref().expect("the factory is a list view's")
}
