//! Asks for the name of a room, and joins it.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::begin_in;
use crate::model::{Network, check_room_name};
use crate::ui::trouble_label::TroubleLabel;

/// What a room's name begins with on the wire; people may leave it out.
const ROOM_PREFIX: char = '#';

mod imp {
    use std::cell::RefCell;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/dialogs/join_room.ui")]
    pub struct JoinRoomDialog {
        #[template_child]
        pub(super) cancel_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) join_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) name_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) trouble_label: TemplateChild<TroubleLabel>,
        pub(super) network: RefCell<Option<Network>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for JoinRoomDialog {
        const NAME: &'static str = "MajlisJoinRoomDialog";
        type Type = super::JoinRoomDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            TroubleLabel::ensure_type();
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for JoinRoomDialog {
        fn constructed(&self) {
            self.parent_constructed();
            let dialog = self.obj();
            begin_in(&*self.name_row);
            self.cancel_button.connect_clicked(glib::clone!(
                #[weak]
                dialog,
                move |_| {
                    dialog.close();
                }
            ));
            self.join_button.connect_clicked(glib::clone!(
                #[weak]
                dialog,
                move |_| dialog.join()
            ));
            self.name_row.connect_changed(glib::clone!(
                #[weak]
                dialog,
                move |row| {
                    dialog.imp().join_button.set_sensitive(room_name(&row.text()).is_some());
                    dialog.imp().trouble_label.clear();
                    row.remove_css_class("error");
                }
            ));
        }
    }

    impl WidgetImpl for JoinRoomDialog {}
    impl AdwDialogImpl for JoinRoomDialog {}
}

glib::wrapper! {
    /// Asks for the name of a room, and joins it.
    pub struct JoinRoomDialog(ObjectSubclass<imp::JoinRoomDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl JoinRoomDialog {
    /// A dialog for the rooms of this network.
    pub(crate) fn new(network: &Network) -> Self {
        let dialog: Self = glib::Object::new();
        dialog.imp().network.replace(Some(network.clone()));
        dialog
    }

    fn join(&self) {
        let imp = self.imp();
        let (Some(network), Some(name)) =
            (imp.network.borrow().clone(), room_name(&imp.name_row.text()))
        else {
            return;
        };
        match check_room_name(&name) {
            Ok(()) => {
                network.join(&name);
                self.close();
            }
            Err(words) => self.show_trouble(&words),
        }
    }

    fn show_trouble(&self, words: &str) {
        let imp = self.imp();
        imp.name_row.add_css_class("error");
        imp.name_row.grab_focus();
        imp.trouble_label.tell(words);
    }
}

/// The room's full name for what a person typed, with `_` for each space as in a nick; `None` when they typed none.
pub(crate) fn room_name(typed: &str) -> Option<String> {
    let words: Vec<&str> =
        typed.trim_start().trim_start_matches(ROOM_PREFIX).split_whitespace().collect();
    (!words.is_empty()).then(|| format!("{ROOM_PREFIX}{}", words.join("_")))
}

#[cfg(test)]
mod tests {
    use super::room_name;

    #[test]
    fn the_prefix_may_be_left_out() {
        assert_eq!(room_name(" garden ").as_deref(), Some("#garden"));
        assert_eq!(room_name("#مجلس").as_deref(), Some("#مجلس"));
        assert_eq!(room_name(" # "), None);
    }

    #[test]
    fn spaces_have_a_sign_of_their_own() {
        assert_eq!(room_name("#Garden  Party ").as_deref(), Some("#Garden_Party"));
    }
}
