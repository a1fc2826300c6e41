//! How a room is set up: for who looks after it to change, for others to see. What is changed is asked of the server at once;
//! where it refuses, the dialog says so and shows again what is.

use std::future::Future;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::access_row::{choose_access, chosen_access, fill_access_row};
use crate::i18n::{clean, gettext};
use crate::model::{Ban, Channel, Network, RoomSetup, SetupAbilities, check_room_name};
use crate::ui::dialogs::{focus_first, room_name};
use crate::ui::toast::{WORDS_S, toast};

mod imp {
    use std::cell::{Cell, OnceCell, RefCell};

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/rooms/settings_dialog.ui")]
    pub struct RoomSettingsDialog {
        #[template_child]
        pub(super) name_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) topic_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) entry_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) access_row: TemplateChild<adw::ComboRow>,
        #[template_child]
        pub(super) key_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) history_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) speaking_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) moderated_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) guests_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) slow_row: TemplateChild<adw::SpinRow>,
        #[template_child]
        pub(super) bans_group: TemplateChild<adw::PreferencesGroup>,
        pub(super) room: OnceCell<Channel>,
        pub(super) network: OnceCell<Network>,
        /// How the room is set up on the server, once that is known.
        pub(super) setup: RefCell<Option<RoomSetup>>,
        /// Whether the rows are being filled, which changes nothing.
        pub(super) is_filling: Cell<bool>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for RoomSettingsDialog {
        const NAME: &'static str = "MajlisRoomSettingsDialog";
        type Type = super::RoomSettingsDialog;
        type ParentType = adw::PreferencesDialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for RoomSettingsDialog {}
    impl WidgetImpl for RoomSettingsDialog {}
    impl AdwDialogImpl for RoomSettingsDialog {}
    impl PreferencesDialogImpl for RoomSettingsDialog {}
}

glib::wrapper! {
    /// How a room is set up.
    pub struct RoomSettingsDialog(ObjectSubclass<imp::RoomSettingsDialog>)
        @extends adw::PreferencesDialog, adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl RoomSettingsDialog {
    /// A dialog about this room, which is one that we are in.
    pub(crate) fn new(network: &Network, room: &Channel) -> Self {
        let dialog: Self = glib::Object::new();
        let imp = dialog.imp();
        imp.network.set(network.clone()).expect("the object is new");
        imp.room.set(room.clone()).expect("the object is new");
        focus_first(&*imp.name_row);
        fill_access_row(&imp.access_row, network);
        dialog.offer();
        dialog.show_about();
        dialog.connect_widgets();
        dialog.look();
        dialog
    }

    fn room(&self) -> &Channel {
        self.imp().room.get().expect("set with the dialog")
    }

    fn network(&self) -> &Network {
        self.imp().network.get().expect("set with the dialog")
    }

    /// Operators change, others look; what the server does not know is not shown.
    fn offer(&self) {
        let imp = self.imp();
        let is_operator = self.room().is_operator();
        let abilities = SetupAbilities::of(self.network());
        imp.name_row.set_editable(is_operator && self.network().can_rename_rooms());
        imp.topic_row.set_editable(is_operator);
        imp.key_row.set_editable(is_operator);
        imp.key_row.set_visible(is_operator);
        imp.history_row.set_visible(abilities.history);
        imp.guests_row.set_visible(abilities.guests);
        imp.moderated_row.set_visible(abilities.moderated);
        imp.slow_row.set_visible(abilities.slow);
        for group in [&imp.entry_group, &imp.speaking_group] {
            // Until the server has said how it is.
            group.set_sensitive(false);
        }
    }

    fn show_about(&self) {
        let imp = self.imp();
        imp.name_row.set_text(&clean(&self.room().title()));
        imp.topic_row.set_text(&self.room().topic());
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        imp.topic_row.connect_apply(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |row| {
                let (room, topic) = (dialog.room().clone(), row.text());
                dialog.carry_out(async move { room.change_topic(&topic).await });
            }
        ));
        imp.name_row.connect_apply(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |row| dialog.rename(&row.text())
        ));
        imp.key_row.connect_apply(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.change()
        ));
        for row in [&imp.history_row, &imp.moderated_row, &imp.guests_row] {
            row.connect_active_notify(glib::clone!(
                #[weak(rename_to = dialog)]
                self,
                move |_| dialog.change()
            ));
        }
        imp.access_row.connect_selected_notify(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.change()
        ));
        imp.slow_row.connect_changed(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.change()
        ));
    }

    fn rename(&self, typed: &str) {
        let Some(name) = room_name(typed) else { return };
        match check_room_name(&name) {
            Ok(()) => {
                let room = self.room().clone();
                self.carry_out(async move { room.change_name(&name).await });
            }
            Err(words) => self.tell(&words),
        }
    }

    /// Asks the server how the room is set up, and whom it bans.
    fn look(&self) {
        let (room, dialog) = (self.room().clone(), self.downgrade());
        glib::spawn_future_local(async move {
            let setup = room.look_at_setup().await;
            let bans = if room.is_operator() { room.look_at_bans().await } else { Ok(Vec::new()) };
            let Some(dialog) = dialog.upgrade() else { return };
            match setup {
                Ok(setup) => dialog.show_setup(setup),
                Err(words) => dialog.tell(&words),
            }
            if let Ok(bans) = bans {
                dialog.show_bans(&bans);
            }
        });
    }

    fn show_setup(&self, setup: RoomSetup) {
        let imp = self.imp();
        imp.is_filling.set(true);
        choose_access(&imp.access_row, self.network(), setup.access);
        imp.key_row.set_text(&setup.key);
        imp.history_row.set_active(!setup.hides_past);
        imp.moderated_row.set_active(setup.is_moderated);
        imp.guests_row.set_active(setup.mutes_guests);
        imp.slow_row.set_value(f64::from(setup.slow_seconds));
        imp.setup.replace(Some(setup));
        imp.is_filling.set(false);
        let is_operator = self.room().is_operator();
        imp.entry_group.set_sensitive(is_operator);
        imp.speaking_group.set_sensitive(is_operator);
    }

    /// Has the server change what differs from what it said.
    fn change(&self) {
        let imp = self.imp();
        let Some(before) = imp.setup.borrow().clone().filter(|_| !imp.is_filling.get()) else {
            return;
        };
        let after = RoomSetup {
            access: chosen_access(&imp.access_row, self.network()),
            key: imp.key_row.text().trim().to_owned(),
            hides_past: !imp.history_row.is_active(),
            is_moderated: imp.moderated_row.is_active(),
            mutes_guests: imp.guests_row.is_active(),
            slow_seconds: seconds(imp.slow_row.value()),
        };
        imp.setup.replace(Some(after.clone()));
        let room = self.room().clone();
        self.carry_out(async move { room.change_setup(&before, &after).await });
    }

    fn show_bans(&self, bans: &[Ban]) {
        let imp = self.imp();
        for Ban { mask, whom, is_mute } in bans {
            let row = adw::ActionRow::builder()
                .title(clean(whom))
                // Translators: What is done about a person in a room.
                .subtitle(if *is_mute { gettext("Muted") } else { gettext("Banned") })
                .use_markup(false)
                .build();
            let button = gtk::Button::builder()
                .icon_name("user-trash-symbolic")
                .tooltip_text(gettext("Lift"))
                .valign(gtk::Align::Center)
                .css_classes(["flat"])
                .build();
            row.add_suffix(&button);
            button.connect_clicked(glib::clone!(
                #[weak(rename_to = dialog)]
                self,
                #[weak]
                row,
                #[strong]
                mask,
                move |_| {
                    dialog.imp().bans_group.remove(&row);
                    let (room, mask) = (dialog.room().clone(), mask.clone());
                    dialog.carry_out(async move { room.set_ban(&mask, false).await });
                }
            ));
            imp.bans_group.add(&row);
        }
        imp.bans_group.set_visible(!bans.is_empty());
    }

    fn carry_out(&self, deed: impl Future<Output = Result<(), String>> + 'static) {
        let dialog = self.downgrade();
        glib::spawn_future_local(async move {
            let done = deed.await;
            let Some(dialog) = dialog.upgrade() else { return };
            if let Err(words) = done {
                dialog.tell(&words);
                dialog.show_about();
                dialog.look_at_setup_again();
            }
        });
    }

    fn look_at_setup_again(&self) {
        let (room, dialog) = (self.room().clone(), self.downgrade());
        glib::spawn_future_local(async move {
            let setup = room.look_at_setup().await;
            if let Some((dialog, setup)) = dialog.upgrade().zip(setup.ok()) {
                dialog.show_setup(setup);
            }
        });
    }

    fn tell(&self, words: &str) {
        self.add_toast(toast(words, WORDS_S));
    }
}

/// A whole number of seconds, as the spin button holds it.
fn seconds(value: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let seconds = value.clamp(0.0, f64::from(u32::MAX)).round() as u32;
    seconds
}
