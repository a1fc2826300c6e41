//! Asks what a new room is to be like, and makes it.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::access_row::{chosen_access, fill_access_row};
use crate::i18n::gettext_f;
use crate::model::{Access, Network, NewRoom, check_room_name};
use crate::ui::dialogs::{begin_in, make_room, room_name};
use crate::ui::text::{isolate, sentence};
use crate::ui::trouble_label::TroubleLabel;

mod imp {
    use std::cell::OnceCell;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/rooms/create_dialog.ui")]
    pub struct CreateRoomDialog {
        #[template_child]
        pub(super) cancel_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) create_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) name_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) spelling_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) topic_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) trouble_label: TemplateChild<TroubleLabel>,
        #[template_child]
        pub(super) access_row: TemplateChild<adw::ComboRow>,
        pub(super) network: OnceCell<Network>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for CreateRoomDialog {
        const NAME: &'static str = "MajlisCreateRoomDialog";
        type Type = super::CreateRoomDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            TroubleLabel::ensure_type();
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for CreateRoomDialog {
        fn constructed(&self) {
            self.parent_constructed();
            let dialog = self.obj();
            begin_in(&*self.name_row);
            dialog.set_default_widget(Some(&*self.create_button));
            self.cancel_button.connect_clicked(glib::clone!(
                #[weak]
                dialog,
                move |_| {
                    dialog.close();
                }
            ));
            self.create_button.connect_clicked(glib::clone!(
                #[weak]
                dialog,
                move |_| dialog.create()
            ));
            self.name_row.connect_changed(glib::clone!(
                #[weak]
                dialog,
                move |_| dialog.check()
            ));
        }
    }

    impl WidgetImpl for CreateRoomDialog {}
    impl AdwDialogImpl for CreateRoomDialog {}
}

glib::wrapper! {
    /// Asks what a new room is to be like, and makes it.
    pub struct CreateRoomDialog(ObjectSubclass<imp::CreateRoomDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl CreateRoomDialog {
    /// A dialog for a room on this network; it offers what the server knows.
    pub(crate) fn new(network: &Network) -> Self {
        let dialog: Self = glib::Object::new();
        let imp = dialog.imp();
        fill_access_row(&imp.access_row, network);
        imp.network.set(network.clone()).expect("the object is new");
        dialog
    }

    /// Says as one types whether a room can be called that.
    fn check(&self) {
        let imp = self.imp();
        let checked = room_name(&imp.name_row.text()).map(|name| check_room_name(&name));
        imp.create_button.set_sensitive(checked == Some(Ok(())));
        if let Some(Err(words)) = checked {
            imp.name_row.add_css_class("error");
            imp.trouble_label.tell(&words);
        } else {
            imp.name_row.remove_css_class("error");
            imp.trouble_label.clear();
        }
        self.show_spelling();
    }

    /// Says what the room will be called where that is not what was typed.
    fn show_spelling(&self) {
        let imp = self.imp();
        let typed = imp.name_row.text();
        let words = room_name(&typed).and_then(|name| spelling(&typed, &name));
        let is_news = words.is_some() && !imp.spelling_label.is_visible();
        imp.spelling_label.set_visible(words.is_some());
        imp.spelling_label.set_label(&words.map(|words| sentence(&words)).unwrap_or_default());
        if is_news {
            make_room(&*imp.spelling_label);
            let words = imp.spelling_label.label();
            self.announce(&words, gtk::AccessibleAnnouncementPriority::Medium);
        }
    }

    fn create(&self) {
        let imp = self.imp();
        let Some(name) = room_name(&imp.name_row.text()) else { return };
        let network = imp.network.get().expect("set with the dialog");
        let access: Access = chosen_access(&imp.access_row, network);
        network.create_room(NewRoom { name, topic: imp.topic_row.text().trim().into(), access });
        self.close();
    }
}

/// What to say of a room's name that was typed with spaces in it.
fn spelling(typed: &str, name: &str) -> Option<String> {
    let has_spaces = typed.trim().contains(char::is_whitespace);
    has_spaces.then(|| {
        gettext_f(
            // Translators: Under the field for the name of a new room; {room} is that name with "_" for each space.
            "Names of rooms have no spaces: this one will be called {room}.",
            &[("room", &*isolate(name.trim_start_matches('#')))],
        )
    })
}
