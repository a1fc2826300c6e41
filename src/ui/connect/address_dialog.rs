//! The dialog in which a person says where the server is: by its address, or by the link of an invitation.

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::i18n::gettext;
use crate::model::NetworkSettings;
use crate::ui::dialogs::begin_in;
use crate::ui::trouble_label::TroubleLabel;

/// The port that a server listens on where nobody chose another.
const DEFAULT_PORT: u16 = 33000;

/// A text that grew by more than this at once was pasted, not typed.
const TYPED_AT_ONCE_MAX: usize = 2;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asking {
    /// An address, in parts; a link is taken apart.
    #[default]
    Address,
    /// A link, as a whole.
    Invitation,
}

mod imp {
    use std::cell::{Cell, RefCell};
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/connect/address_dialog.ui")]
    pub struct AddressDialog {
        #[template_child]
        pub(super) cancel_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) button_stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) connect_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) fields: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) address_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) port_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) encrypt_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) trouble_label: TemplateChild<TroubleLabel>,
        pub(super) asking: Cell<Asking>,
        /// What the last pasted link told: the key's fingerprint, the invitation's code.
        pub(super) link: RefCell<Option<NetworkSettings>>,
        pub(super) address_length: Cell<usize>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for AddressDialog {
        const NAME: &'static str = "MajlisAddressDialog";
        type Type = super::AddressDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            TroubleLabel::ensure_type();
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for AddressDialog {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| vec![Signal::builder("connect-requested").build()])
        }

        fn constructed(&self) {
            self.parent_constructed();
            self.port_row.set_text(&DEFAULT_PORT.to_string());
            begin_in(&*self.address_row);
            self.obj().connect_widgets();
        }
    }

    impl WidgetImpl for AddressDialog {}
    impl AdwDialogImpl for AddressDialog {}
}

glib::wrapper! {
    /// The dialog in which a person says where the server is.
    ///
    /// It checks what it can by itself and shows every trouble in place. Signal: `connect-requested`.
    pub struct AddressDialog(ObjectSubclass<imp::AddressDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl AddressDialog {
    /// A dialog that asks for one or the other.
    pub(crate) fn new(asking: Asking) -> Self {
        let dialog: Self = glib::Object::new();
        let imp = dialog.imp();
        imp.asking.set(asking);
        if asking == Asking::Invitation {
            dialog.set_title(&gettext("Open Invitation"));
            // Translators: a link by which somebody was invited.
            imp.address_row.set_title(&gettext("Invitation Link"));
            imp.port_row.set_visible(false);
            imp.encrypt_row.set_visible(false);
        }
        dialog
    }

    /// Fills the fields from an address in any form that people paste.
    pub(crate) fn fill(&self, address: &str) {
        self.imp().address_row.set_text(address);
        self.spread_address();
    }

    /// What was filled in; otherwise the trouble is shown beside its field.
    pub(crate) fn take_settings(&self) -> Option<NetworkSettings> {
        self.clear_trouble();
        self.spread_address();
        self.read_settings()
            .map_err(|(row, words)| {
                row.add_css_class("error");
                row.grab_focus();
                self.show_words(&words);
            })
            .ok()
    }

    /// Shows why the connection did not come about.
    pub(crate) fn show_trouble(&self, words: &str) {
        self.set_busy(false);
        self.show_words(words);
        self.imp().address_row.grab_focus();
    }

    /// Whether a connection is being made: the fields rest.
    pub(crate) fn set_busy(&self, is_busy: bool) {
        let imp = self.imp();
        imp.button_stack.set_visible_child_name(if is_busy { "busy" } else { "idle" });
        if is_busy {
            self.clear_trouble();
            // Before the fields rest: a field must not lose the focus by falling asleep with it.
            imp.cancel_button.grab_focus();
        }
        imp.fields.set_sensitive(!is_busy);
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
        imp.connect_button.connect_clicked(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.emit_by_name::<()>("connect-requested", &[])
        ));
        for row in [&imp.address_row, &imp.port_row] {
            row.connect_changed(glib::clone!(
                #[weak(rename_to = dialog)]
                self,
                move |_| dialog.clear_trouble()
            ));
        }
        imp.address_row.connect_changed(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.handle_address_changed()
        ));
    }

    fn read_settings(&self) -> Result<NetworkSettings, (&adw::EntryRow, String)> {
        let imp = self.imp();
        let mut settings = NetworkSettings::parse(&imp.address_row.text(), "")
            .map_err(|words| (&*imp.address_row, words))?;
        if imp.asking.get() == Asking::Invitation {
            return Ok(settings);
        }
        settings.port = read_port(&imp.port_row.text()).map_err(|words| (&*imp.port_row, words))?;
        settings.encrypt = imp.encrypt_row.is_active();
        let link = imp.link.borrow();
        let link =
            link.as_ref().filter(|link| (&link.host, link.port) == (&settings.host, settings.port));
        settings.fingerprint = link.and_then(|link| link.fingerprint.clone());
        settings.invite = link.and_then(|link| link.invite.clone());
        settings.room = link.and_then(|link| link.room.clone());
        Ok(settings)
    }

    /// A pasted link is taken apart at once, a typed one only when it is whole.
    fn handle_address_changed(&self) {
        let text = self.imp().address_row.text();
        let grown = text.len().saturating_sub(self.imp().address_length.replace(text.len()));
        if grown > TYPED_AT_ONCE_MAX && text.contains("://") {
            // The row is still in the middle of its own change.
            glib::idle_add_local_once(glib::clone!(
                #[weak(rename_to = dialog)]
                self,
                move || dialog.spread_address()
            ));
        }
    }

    /// Where the address field holds more than a host, puts each part into its own field.
    fn spread_address(&self) {
        let imp = self.imp();
        if imp.asking.get() == Asking::Invitation {
            return;
        }
        let text = imp.address_row.text();
        let text = text.trim();
        let Ok(link) = NetworkSettings::parse(text, "") else { return };
        if text == link.host || text == format!("[{}]", link.host) {
            return;
        }
        imp.address_row.set_text(&link.host);
        imp.address_row.set_position(-1);
        imp.port_row.set_text(&link.port.to_string());
        imp.encrypt_row.set_active(link.encrypt);
        imp.link.replace(Some(link));
    }

    fn show_words(&self, words: &str) {
        let imp = self.imp();
        imp.trouble_label.tell(words);
    }

    fn clear_trouble(&self) {
        let imp = self.imp();
        for row in [&imp.address_row, &imp.port_row] {
            row.remove_css_class("error");
        }
        imp.trouble_label.clear();
    }
}

/// A port as a person typed it; left empty, the one that a server listens on where nobody chose another.
fn read_port(text: &str) -> Result<u16, String> {
    match text.trim() {
        "" => Ok(DEFAULT_PORT),
        text => text
            .parse()
            .ok()
            .filter(|&port| port != 0)
            .ok_or_else(|| gettext("The port is a number from 1 to 65535.")),
    }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_PORT, read_port};

    #[test]
    fn a_port_left_alone_is_the_default() {
        assert_eq!(read_port(" "), Ok(DEFAULT_PORT));
        assert_eq!(read_port(" 6697 "), Ok(6697));
    }

    #[test]
    fn what_is_no_port_is_said_in_words() {
        for text in ["0", "65536", "-1", "chat"] {
            assert!(read_port(text).is_err_and(|words| !words.is_empty()), "{text}");
        }
    }
}
