//! Asking others in: people who are here into a room, and others to the server by its link, its code and its words.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::gdk;

use super::qr_code::qr_code;
use crate::i18n::{gettext, gettext_f, isolate};
use crate::model::{Channel, Network};
use crate::ui::dialogs::present_pick_person;
use crate::ui::text::escaped;
use crate::ui::toast::{tell, toast, window_of};

mod imp {
    use std::cell::{OnceCell, RefCell};

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/rooms/invite_dialog.ui")]
    pub struct InviteDialog {
        #[template_child]
        pub(super) toast_overlay: TemplateChild<adw::ToastOverlay>,
        #[template_child]
        pub(super) room_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) pick_row: TemplateChild<adw::ButtonRow>,
        #[template_child]
        pub(super) code_picture: TemplateChild<gtk::Picture>,
        #[template_child]
        pub(super) link_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub(super) copy_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) words_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub(super) code_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) save_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) local_group: TemplateChild<adw::PreferencesGroup>,
        pub(super) network: OnceCell<Network>,
        pub(super) room: RefCell<Option<Channel>>,
        pub(super) code: RefCell<Option<gdk::MemoryTexture>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for InviteDialog {
        const NAME: &'static str = "MajlisInviteDialog";
        type Type = super::InviteDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for InviteDialog {}
    impl WidgetImpl for InviteDialog {}
    impl AdwDialogImpl for InviteDialog {}
}

glib::wrapper! {
    /// Asking others in: people who are here into a room, and others to the server.
    pub struct InviteDialog(ObjectSubclass<imp::InviteDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl InviteDialog {
    /// A dialog about this server, and about a room where one is open.
    pub(crate) fn new(network: &Network, room: Option<&Channel>) -> Self {
        let dialog: Self = glib::Object::new();
        let imp = dialog.imp();
        imp.network.set(network.clone()).expect("the object is new");
        imp.room.replace(room.cloned());
        imp.room_group.set_visible(room.is_some());
        if let Some(room) = room {
            let values = [("room", &*isolate(&room.title()))];
            // Translators: {room} is the room that a person is to be invited to.
            let words = gettext_f("They are asked to come to {room}.", &values);
            imp.room_group.set_description(Some(&escaped(&words)));
        }
        dialog.show_invitation();
        dialog.connect_widgets();
        dialog
    }

    fn show_invitation(&self) {
        let imp = self.imp();
        let network = imp.network.get().expect("set before");
        let invitation = network.invitation(imp.room.borrow().as_ref());
        imp.link_row.set_subtitle(&invitation.link);
        imp.words_row.set_visible(invitation.words.is_some());
        imp.words_row.set_subtitle(&invitation.words.unwrap_or_default());
        imp.local_group.set_visible(invitation.is_local);
        let code = qr_code(&invitation.link);
        imp.code_group.set_visible(code.is_some());
        imp.code_picture.set_paintable(code.as_ref());
        imp.code.replace(code);
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        imp.copy_button.connect_clicked(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| {
                let link = dialog.imp().link_row.subtitle().unwrap_or_default();
                dialog.clipboard().set_text(&link);
                dialog.toast(&gettext("Link copied"));
            }
        ));
        imp.save_button.connect_clicked(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.save()
        ));
        imp.pick_row.connect_activated(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.pick()
        ));
    }

    fn save(&self) {
        let Some(code) = self.imp().code.borrow().clone() else { return };
        let chooser = gtk::FileDialog::builder().initial_name("majlis.png").build();
        let window = window_of(self);
        let dialog = self.downgrade();
        glib::spawn_future_local(async move {
            // Who closes the chooser wants nothing saved.
            let Ok(file) = chooser.save_future(window.as_ref()).await else { return };
            let bytes = code.save_to_png_bytes();
            let options = gio::FileCreateFlags::REPLACE_DESTINATION;
            let saved = file.replace_contents_future(bytes, None, false, options).await;
            let Some(dialog) = dialog.upgrade() else { return };
            dialog.toast(&match saved {
                Ok(_) => gettext("Picture saved"),
                Err((_, error)) => error.message().to_owned(),
            });
        });
    }

    fn pick(&self) {
        let imp = self.imp();
        let (Some(room), Some(window)) = (imp.room.borrow().clone(), window_of(self)) else {
            return;
        };
        let network = imp.network.get().expect("set with the dialog");
        self.close();
        let told_in = window.clone();
        present_pick_person(&window, network, &gettext("Invite People"), move |nick| {
            let (room, window, nick) = (room.clone(), told_in.clone(), nick.to_owned());
            glib::spawn_future_local(async move {
                let values = [("name", &*isolate(&nick)), ("room", &isolate(&room.title()))];
                // Translators: {name} is a person.
                let words = gettext_f("{name} was invited to {room}", &values);
                match room.invite(&nick).await {
                    Ok(()) => tell(&window, &words),
                    Err(refusal) => tell(&window, &refusal),
                }
            });
        });
    }

    fn toast(&self, words: &str) {
        self.imp().toast_overlay.add_toast(toast(words, 3));
    }
}
