//! One server's settings: where it is, who one is there, whether its key was checked; signing out, and forgetting it.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::{DevicesPage, SignInDialog, focus_first};
use crate::i18n::{clean, gettext};
use crate::model::{ConnectionState, Network, NetworkSettings, check_display_name};
use crate::ui::toast::{WORDS_S, toast};

mod imp {
    use std::cell::{Cell, RefCell};
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/dialogs/server.ui")]
    pub struct ServerDialog {
        #[template_child]
        pub(super) state_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub(super) online_switch: TemplateChild<gtk::Switch>,
        #[template_child]
        pub(super) name_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) protect_row: TemplateChild<adw::ButtonRow>,
        #[template_child]
        pub(super) account_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub(super) sign_out_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) password_row: TemplateChild<adw::ButtonRow>,
        #[template_child]
        pub(super) devices_row: TemplateChild<adw::ButtonRow>,
        #[template_child]
        pub(super) address_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) encrypt_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) words_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub(super) words_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) forget_row: TemplateChild<adw::ButtonRow>,
        pub(super) network: RefCell<Option<Network>>,
        pub(super) handlers: RefCell<Vec<glib::SignalHandlerId>>,
        /// Whether what changes in the rows is shown, not asked for.
        pub(super) is_showing: Cell<bool>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ServerDialog {
        const NAME: &'static str = "MajlisServerDialog";
        type Type = super::ServerDialog;
        type ParentType = adw::PreferencesDialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for ServerDialog {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("forget-requested")
                        .param_types([Network::static_type()])
                        .build(),
                ]
            })
        }

        fn constructed(&self) {
            self.parent_constructed();
            focus_first(&*self.online_switch);
            self.obj().connect_widgets();
        }
    }

    impl WidgetImpl for ServerDialog {}

    impl AdwDialogImpl for ServerDialog {
        fn closed(&self) {
            self.parent_closed();
            if let Some(network) = self.network.take() {
                for handler in self.handlers.take() {
                    network.disconnect(handler);
                }
            }
        }
    }

    impl PreferencesDialogImpl for ServerDialog {}
}

glib::wrapper! {
    /// One server's settings. Signal: `forget-requested` (`Network`).
    pub struct ServerDialog(ObjectSubclass<imp::ServerDialog>)
        @extends adw::PreferencesDialog, adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl ServerDialog {
    /// Begins with the name, which is selected.
    pub(crate) fn begin_with_name(&self) {
        focus_first(&*self.imp().name_row);
    }

    /// A dialog for this server.
    pub(crate) fn new(network: &Network) -> Self {
        let dialog: Self = glib::Object::new();
        let imp = dialog.imp();
        for property in ["state", "state-text", "name", "account", "address", "display-name"] {
            let handler = network.connect_notify_local(
                Some(property),
                glib::clone!(
                    #[weak]
                    dialog,
                    move |_, _| dialog.show()
                ),
            );
            imp.handlers.borrow_mut().push(handler);
        }
        // The window says it, too, but behind the dialog.
        let told = network.connect_server_text(glib::clone!(
            #[weak]
            dialog,
            move |_, words| dialog.add_toast(toast(words, WORDS_S))
        ));
        imp.handlers.borrow_mut().push(told);
        imp.network.replace(Some(network.clone()));
        dialog.show();
        imp.name_row.set_text(&network.display_name());
        imp.address_row.set_text(&network.address());
        dialog
    }

    fn network(&self) -> Option<Network> {
        self.imp().network.borrow().clone()
    }

    /// Shows how the server stands; what is being typed stays.
    fn show(&self) {
        let Some(network) = self.network() else { return };
        let imp = self.imp();
        imp.is_showing.set(true);
        self.set_title(&clean(&network.name()));
        let state = network.state_text();
        let is_online = network.state() == ConnectionState::Online;
        imp.state_row.set_subtitle(&if is_online { connected_words() } else { state });
        imp.online_switch.set_active(!network.stays_offline());
        let is_guest = network.account().is_empty();
        imp.protect_row.set_visible(is_guest && network.offers_accounts());
        imp.account_row.set_visible(!is_guest);
        imp.account_row.set_subtitle(&network.account());
        imp.password_row.set_visible(network.can_manage_account());
        imp.devices_row.set_visible(network.can_manage_account());
        imp.encrypt_row.set_active(network.encrypted());
        let words = network.key_words();
        imp.words_row.set_visible(words.is_some());
        imp.words_row.set_subtitle(&words.unwrap_or_default());
        imp.words_button.set_visible(!network.is_key_checked());
        imp.is_showing.set(false);
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        let dialog = self;
        imp.online_switch.connect_active_notify(glib::clone!(
            #[weak]
            dialog,
            move |switch| dialog.set_online(switch.is_active())
        ));
        imp.encrypt_row.connect_active_notify(glib::clone!(
            #[weak]
            dialog,
            move |_| dialog.edit()
        ));
        for row in [&imp.name_row, &imp.address_row] {
            row.connect_apply(glib::clone!(
                #[weak]
                dialog,
                move |_| dialog.edit()
            ));
            row.connect_changed(|row| row.remove_css_class("error"));
        }
        imp.protect_row.connect_activated(glib::clone!(
            #[weak]
            dialog,
            move |_| {
                if let Some(network) = dialog.network() {
                    SignInDialog::new(&network).present(Some(&dialog));
                }
            }
        ));
        imp.sign_out_button.connect_clicked(glib::clone!(
            #[weak]
            dialog,
            move |_| {
                if let Some(network) = dialog.network() {
                    network.sign_out();
                }
            }
        ));
        imp.password_row.connect_activated(glib::clone!(
            #[weak]
            dialog,
            move |_| dialog.change_password()
        ));
        imp.devices_row.connect_activated(glib::clone!(
            #[weak]
            dialog,
            move |_| {
                if let Some(network) = dialog.network() {
                    dialog.push_subpage(&DevicesPage::new(&network));
                }
            }
        ));
        imp.words_button.connect_clicked(glib::clone!(
            #[weak]
            dialog,
            move |_| {
                if let Some(network) = dialog.network() {
                    network.vouch_for_key();
                    dialog.show();
                }
            }
        ));
        imp.forget_row.connect_activated(glib::clone!(
            #[weak]
            dialog,
            move |_| {
                if let Some(network) = dialog.network() {
                    dialog.close();
                    dialog.emit_by_name::<()>("forget-requested", &[&network]);
                }
            }
        ));
    }

    fn change_password(&self) {
        let Some(network) = self.network() else { return };
        let change = SignInDialog::for_change(&network);
        change.connect_changed(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.add_toast(adw::Toast::new(&gettext("Your password was changed")))
        ));
        change.present(Some(self));
    }

    fn set_online(&self, is_wanted: bool) {
        let Some(network) = self.network().filter(|_| !self.imp().is_showing.get()) else { return };
        if is_wanted {
            network.go_online();
        } else {
            network.go_offline("");
        }
    }

    /// Takes over what was changed, or says what is wrong with it.
    fn edit(&self) {
        let imp = self.imp();
        let Some(network) = self.network().filter(|_| !imp.is_showing.get()) else { return };
        let name = imp.name_row.text();
        if let Err(words) = check_display_name(&name) {
            return self.show_trouble(&imp.name_row, &words);
        }
        match NetworkSettings::parse(&imp.address_row.text(), &name) {
            Ok(settings) => {
                let encrypt = imp.encrypt_row.is_active();
                network.edit(&settings.host, settings.port, encrypt, &name);
            }
            Err(words) => self.show_trouble(&imp.address_row, &words),
        }
    }

    fn show_trouble(&self, row: &adw::EntryRow, words: &str) {
        row.add_css_class("error");
        row.grab_focus();
        self.add_toast(toast(words, WORDS_S));
    }
}

fn connected_words() -> String {
    // Translators: how the connection to a server stands.
    gettext("Connected")
}
