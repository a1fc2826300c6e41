//! Asks for a password: of an account, to make a guest's name their own, or to put another in its place.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::begin_in;
use crate::i18n::{gettext, gettext_f};
use crate::model::{ConnectionState, Network};
use crate::ui::Window;
use crate::ui::text::{isolate, sentence};
use crate::ui::toast::{tell, toast_with_button};
use crate::ui::trouble_label::TroubleLabel;

mod imp {
    use std::cell::RefCell;
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/dialogs/sign_in.ui")]
    pub struct SignInDialog {
        #[template_child]
        pub(super) cancel_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) button_stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) sign_in_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) fields: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) password_row: TemplateChild<adw::PasswordEntryRow>,
        #[template_child]
        pub(super) new_password_row: TemplateChild<adw::PasswordEntryRow>,
        #[template_child]
        pub(super) invite_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) trouble_label: TemplateChild<TroubleLabel>,
        pub(super) network: RefCell<Option<Network>>,
        pub(super) handlers: RefCell<Vec<glib::SignalHandlerId>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for SignInDialog {
        const NAME: &'static str = "MajlisSignInDialog";
        type Type = super::SignInDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            TroubleLabel::ensure_type();
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for SignInDialog {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| vec![Signal::builder("changed").build()])
        }

        fn constructed(&self) {
            self.parent_constructed();
            begin_in(&*self.password_row);
            self.obj().connect_widgets();
        }
    }

    impl WidgetImpl for SignInDialog {}

    impl AdwDialogImpl for SignInDialog {
        fn closed(&self) {
            self.parent_closed();
            self.obj().let_go();
        }
    }
}

glib::wrapper! {
    /// Asks for a password: of an account, to make a guest's name their own, or to put another in its place. Signal:
    /// `changed`, where that is done.
    pub struct SignInDialog(ObjectSubclass<imp::SignInDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

/// Tells that somebody else has the name that the person wanted. It may be their own, from another device: then they sign in.
pub(crate) fn present_name_taken(window: &Window, network: &Network, nick: &str) {
    let values = [("name", &*isolate(&network.display_name())), ("nick", &isolate(nick))];
    let words = sentence(&gettext_f(
        // Translators: {name} is what the person calls themselves; {nick} is it with a number, as in "Ana2".
        "The name {name} is somebody’s already; you are {nick} here.",
        &values,
    ));
    if !network.offers_accounts() {
        return tell(window, &words);
    }
    let (told_in, network) = (window.downgrade(), network.clone());
    let toast = toast_with_button(&words, &gettext("_Sign In…"), 0, move || {
        if let Some(window) = told_in.upgrade() {
            SignInDialog::for_taken_name(&network).present(Some(&window));
        }
    });
    window.add_chat_toast(toast);
}

impl SignInDialog {
    /// A dialog for this server.
    pub(crate) fn new(network: &Network) -> Self {
        let dialog: Self = glib::Object::new();
        let imp = dialog.imp();
        let is_guest = network.account().is_empty();
        imp.invite_row.set_visible(is_guest && network.makes_accounts());
        let why = if is_guest {
            dialog.set_title(&gettext("Protect Your Name"));
            imp.sign_in_button.set_label(&gettext("_Protect"));
            sentence(&gettext_f(
                // Translators: {name} is what the person calls themselves.
                "With a password, the name {name} is yours alone, on all your devices. If it is yours already, type its password.",
                &[("name", &isolate(&network.display_name()))],
            ))
        } else {
            network.password_text()
        };
        dialog.follow(network, &why);
        dialog
    }

    /// A dialog for who says that the name that is somebody's is theirs.
    fn for_taken_name(network: &Network) -> Self {
        let dialog: Self = glib::Object::new();
        dialog.imp().invite_row.set_visible(false);
        let why = gettext_f(
            // Translators: {name} is what the person calls themselves.
            "If the name {name} is yours, type its password.",
            &[("name", &isolate(&network.display_name()))],
        );
        dialog.follow(network, &sentence(&why));
        dialog
    }

    /// Stands open, with the reason why a password is asked for, until the person is signed in to this server.
    fn follow(&self, network: &Network, why: &str) {
        let imp = self.imp();
        let dialog = self;
        imp.fields.set_description(Some(&glib::markup_escape_text(why)));
        let handlers = vec![
            network.connect_state_notify(glib::clone!(
                #[weak]
                dialog,
                move |network| {
                    if network.state() == ConnectionState::Online {
                        dialog.close();
                    }
                }
            )),
            network.connect_failed(glib::clone!(
                #[weak]
                dialog,
                move |_, words| dialog.show_trouble(words)
            )),
        ];
        imp.handlers.replace(handlers);
        imp.network.replace(Some(network.clone()));
    }

    /// A dialog that puts another password in the place of the account's.
    pub(crate) fn for_change(network: &Network) -> Self {
        let dialog: Self = glib::Object::new();
        let imp = dialog.imp();
        dialog.set_title(&gettext("Change Password"));
        imp.sign_in_button.set_label(&gettext("Cha_nge"));
        imp.password_row.set_title(&gettext("Current Password"));
        imp.new_password_row.set_visible(true);
        imp.invite_row.set_visible(false);
        let why = gettext("Your other devices will ask for the new password once.");
        imp.fields.set_description(Some(&glib::markup_escape_text(&why)));
        imp.network.replace(Some(network.clone()));
        dialog
    }

    /// The password is another one now.
    pub(crate) fn connect_changed(&self, f: impl Fn(&Self) + 'static) -> glib::SignalHandlerId {
        self.connect_closure("changed", false, glib::closure_local!(move |dialog: &Self| f(dialog)))
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        imp.cancel_button.connect_clicked(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| {
                dialog.close();
            }
        ));
        imp.sign_in_button.connect_clicked(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.sign_in()
        ));
        for row in [&imp.password_row, &imp.new_password_row] {
            row.connect_changed(glib::clone!(
                #[weak(rename_to = dialog)]
                self,
                move |row| {
                    row.remove_css_class("error");
                    dialog.imp().trouble_label.clear();
                }
            ));
        }
    }

    fn sign_in(&self) {
        let imp = self.imp();
        imp.trouble_label.clear();
        let password = imp.password_row.text();
        // A code is a password, too.
        let has_code = imp.invite_row.is_visible() && !imp.invite_row.text().trim().is_empty();
        if password.is_empty() && !has_code {
            return self.show_trouble(&gettext("Type your password."));
        }
        let Some(network) = imp.network.borrow().clone() else { return };
        imp.button_stack.set_visible_child_name("busy");
        imp.cancel_button.grab_focus();
        imp.fields.set_sensitive(false);
        if imp.new_password_row.is_visible() {
            self.change(&network, password, imp.new_password_row.text());
        } else {
            network.sign_in(&password, Some(&imp.invite_row.text()));
        }
    }

    fn change(&self, network: &Network, current: glib::GString, new: glib::GString) {
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            #[strong]
            network,
            async move {
                match network.change_password(&current, &new).await {
                    Ok(()) => {
                        dialog.emit_by_name::<()>("changed", &[]);
                        dialog.close();
                    }
                    Err(words) => dialog.show_trouble(&words),
                }
            }
        ));
    }

    fn show_trouble(&self, words: &str) {
        let imp = self.imp();
        imp.button_stack.set_visible_child_name("idle");
        imp.fields.set_sensitive(true);
        imp.password_row.add_css_class("error");
        imp.password_row.grab_focus();
        imp.trouble_label.tell(words);
    }

    /// A guest whose password did not do goes on as a guest.
    fn let_go(&self) {
        let imp = self.imp();
        let Some(network) = imp.network.take() else { return };
        for handler in imp.handlers.take() {
            network.disconnect(handler);
        }
        if network.account().is_empty() {
            network.go_online();
        }
    }
}
