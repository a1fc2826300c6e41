//! All rooms of a server, to choose one from. They come in parts; what is there can be searched at once.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::{CreateRoomDialog, DirectoryRow};
use crate::model::{Network, RoomListing};
use crate::ui::dialogs::begin_in;
use crate::ui::text::{escaped, sentence};
use crate::ui::toast::window_of;

mod imp {
    use std::cell::{Cell, OnceCell};

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/rooms/directory_dialog.ui")]
    pub struct RoomDirectoryDialog {
        #[template_child]
        pub(super) create_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) search_entry: TemplateChild<gtk::SearchEntry>,
        #[template_child]
        pub(super) cut_banner: TemplateChild<adw::Banner>,
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) list_view: TemplateChild<gtk::ListView>,
        #[template_child]
        pub(super) nothing_page: TemplateChild<adw::StatusPage>,
        pub(super) network: OnceCell<Network>,
        pub(super) rooms: OnceCell<gio::ListStore>,
        pub(super) found: OnceCell<gtk::SingleSelection>,
        /// How often the server was asked; what answers an earlier question is not waited for.
        pub(super) question: Cell<u32>,
        pub(super) is_loading: Cell<bool>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for RoomDirectoryDialog {
        const NAME: &'static str = "MajlisRoomDirectoryDialog";
        type Type = super::RoomDirectoryDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for RoomDirectoryDialog {}
    impl WidgetImpl for RoomDirectoryDialog {}
    impl AdwDialogImpl for RoomDirectoryDialog {}
}

glib::wrapper! {
    /// All rooms of a server, to choose one from.
    pub struct RoomDirectoryDialog(ObjectSubclass<imp::RoomDirectoryDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl RoomDirectoryDialog {
    /// A dialog over the rooms of this network; it asks for them at once.
    pub(crate) fn new(network: &Network) -> Self {
        let dialog: Self = glib::Object::new();
        dialog.imp().network.set(network.clone()).expect("the object is new");
        dialog.fill();
        dialog.connect_widgets();
        dialog.look("");
        dialog
    }

    fn fill(&self) {
        let imp = self.imp();
        begin_in(&*imp.search_entry);
        let filter = gtk::AnyFilter::new();
        for property in ["title", "topic"] {
            let expression = RoomListing::this_expression(property);
            let by_property = gtk::StringFilter::new(Some(expression));
            imp.search_entry.bind_property("text", &by_property, "search").sync_create().build();
            filter.append(by_property);
        }
        let sorter = gtk::MultiSorter::new();
        let people = RoomListing::this_expression("people-count");
        let by_people = gtk::NumericSorter::builder()
            .expression(&people)
            .sort_order(gtk::SortType::Descending)
            .build();
        sorter.append(by_people);
        sorter.append(gtk::StringSorter::new(Some(RoomListing::this_expression("title"))));
        let rooms = gio::ListStore::new::<RoomListing>();
        let found = gtk::FilterListModel::new(Some(rooms.clone()), Some(filter));
        // Thousands of rooms are sorted bit by bit.
        found.set_incremental(true);
        let in_order = gtk::SortListModel::new(Some(found), Some(sorter));
        in_order.set_incremental(true);
        let selection = gtk::SingleSelection::new(Some(in_order));
        imp.list_view.set_factory(Some(&DirectoryRow::factory()));
        imp.list_view.set_model(Some(&selection));
        imp.rooms.set(rooms).expect("a dialog is filled once");
        imp.found.set(selection).expect("a dialog is filled once");
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        self.found().connect_items_changed(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_, _, _, _| dialog.show_found()
        ));
        imp.list_view.connect_activate(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_, position| dialog.join(dialog.found().item(position))
        ));
        imp.search_entry.connect_activate(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |entry| {
                if dialog.imp().cut_banner.is_revealed() {
                    dialog.look(&entry.text());
                } else {
                    dialog.join(dialog.found().selected_item());
                }
            }
        ));
        imp.search_entry.connect_stop_search(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| {
                dialog.close();
            }
        ));
        imp.create_button.connect_clicked(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| {
                let window = window_of(&dialog);
                dialog.close();
                CreateRoomDialog::new(dialog.network()).present(window.as_ref());
            }
        ));
    }

    fn look(&self, matching: &str) {
        let imp = self.imp();
        let question = imp.question.get() + 1;
        imp.question.set(question);
        imp.is_loading.set(true);
        imp.cut_banner.set_revealed(false);
        let rooms = imp.rooms.get().expect("filled before").clone();
        rooms.remove_all();
        self.show_found();
        let (network, matching) = (self.network().clone(), matching.trim().to_owned());
        let dialog = self.downgrade();
        glib::spawn_future_local(async move {
            let answer = network.list_rooms(&matching, &rooms).await;
            let Some(dialog) = dialog.upgrade() else { return };
            if dialog.imp().question.get() == question {
                dialog.handle_complete(answer);
            }
        });
    }

    fn handle_complete(&self, answer: Result<bool, String>) {
        let imp = self.imp();
        imp.is_loading.set(false);
        match answer {
            Ok(is_cut) => imp.cut_banner.set_revealed(is_cut),
            Err(words) => imp.nothing_page.set_description(Some(&escaped(&sentence(&words)))),
        }
        self.show_found();
    }

    fn show_found(&self) {
        let imp = self.imp();
        let page = match self.found().n_items() {
            0 if imp.is_loading.get() => "loading",
            0 => "nothing",
            _ => "rooms",
        };
        imp.stack.set_visible_child_name(page);
    }

    fn join(&self, chosen: Option<glib::Object>) {
        if let Some(listing) = chosen.and_downcast::<RoomListing>() {
            self.close();
            self.network().join(&listing.name());
        }
    }

    fn network(&self) -> &Network {
        self.imp().network.get().expect("set with the dialog")
    }

    fn found(&self) -> &gtk::SingleSelection {
        self.imp().found.get().expect("filled with the dialog")
    }
}
