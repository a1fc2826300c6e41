//! The page on which a person says where the server is and what they call themselves.

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::i18n::gettext;
use crate::model::{NetworkSettings, check_display_name};

/// The port that a server listens on where nobody chose another.
const DEFAULT_PORT: u16 = 33000;

/// A text that grew by more than this at once was pasted, not typed.
const TYPED_AT_ONCE_MAX: usize = 2;

mod imp {
    use std::cell::{Cell, RefCell};
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/connect/address_page.ui")]
    pub struct AddressPage {
        #[template_child]
        pub(super) leave_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) fields: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) address_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) port_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) name_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) encrypt_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) trouble_revealer: TemplateChild<gtk::Revealer>,
        #[template_child]
        pub(super) trouble_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) button_stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) connect_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) cancel_button: TemplateChild<gtk::Button>,
        /// What the last pasted link told, the key's fingerprint above all.
        pub(super) link: RefCell<Option<NetworkSettings>>,
        pub(super) address_length: Cell<usize>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for AddressPage {
        const NAME: &'static str = "MajlisAddressPage";
        type Type = super::AddressPage;
        type ParentType = adw::NavigationPage;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for AddressPage {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                ["connect-requested", "cancel-requested", "leave-requested"]
                    .map(|name| Signal::builder(name).build())
                    .into()
            })
        }

        fn constructed(&self) {
            self.parent_constructed();
            self.port_row.set_text(&DEFAULT_PORT.to_string());
            self.name_row.set_text(&name_of_user());
            self.obj().connect_widgets();
        }
    }

    impl WidgetImpl for AddressPage {}

    impl NavigationPageImpl for AddressPage {
        fn shown(&self) {
            self.parent_shown();
            self.obj().focus_first_gap();
        }
    }
}

glib::wrapper! {
    /// The page on which a person says where the server is and what they call themselves.
    ///
    /// It checks what it can by itself and shows every trouble in place. Signals: `connect-requested`,
    /// `cancel-requested`, and `leave-requested` where there is a chat to go back to.
    pub struct AddressPage(ObjectSubclass<imp::AddressPage>)
        @extends adw::NavigationPage, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl AddressPage {
    fn connect_widgets(&self) {
        let imp = self.imp();
        for (button, signal) in [
            (&imp.connect_button, "connect-requested"),
            (&imp.cancel_button, "cancel-requested"),
            (&imp.leave_button, "leave-requested"),
        ] {
            button.connect_clicked(glib::clone!(
                #[weak(rename_to = page)]
                self,
                move |_| page.emit_by_name::<()>(signal, &[])
            ));
        }
        for row in [&imp.address_row, &imp.port_row, &imp.name_row] {
            row.connect_changed(glib::clone!(
                #[weak(rename_to = page)]
                self,
                move |_| page.clear_trouble()
            ));
        }
        imp.address_row.connect_changed(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.handle_address_changed()
        ));
    }

    /// The button that Enter presses in a field, for the window to make its default widget.
    pub(crate) fn default_button(&self) -> gtk::Button {
        self.imp().connect_button.get()
    }

    /// Whether there is a chat behind this page to go back to.
    pub(crate) fn set_can_leave(&self, can_leave: bool) {
        self.imp().leave_button.set_visible(can_leave);
    }

    /// Fills the fields from an address in any form that people paste; without a name, the name stays.
    pub(crate) fn fill(&self, address: &str, name: Option<&str>) {
        let imp = self.imp();
        if let Some(name) = name {
            imp.name_row.set_text(name);
        }
        imp.address_row.set_text(address);
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

    /// Whether a connection is being made: the fields rest, and *Cancel* is there.
    pub(crate) fn set_busy(&self, is_busy: bool) {
        let imp = self.imp();
        imp.button_stack.set_visible_child_name(if is_busy { "busy" } else { "idle" });
        if is_busy {
            self.clear_trouble();
            // Before the fields rest: a field must not lose the focus by falling asleep with it.
            imp.cancel_button.grab_focus();
        }
        imp.fields.set_sensitive(!is_busy);
        imp.leave_button.set_sensitive(!is_busy);
    }

    fn read_settings(&self) -> Result<NetworkSettings, (&adw::EntryRow, String)> {
        let imp = self.imp();
        let name = imp.name_row.text();
        let mut settings = NetworkSettings::parse(&imp.address_row.text(), &name)
            .map_err(|words| (&*imp.address_row, words))?;
        settings.port = read_port(&imp.port_row.text()).map_err(|words| (&*imp.port_row, words))?;
        check_display_name(&name).map_err(|words| (&*imp.name_row, words))?;
        settings.encrypt = imp.encrypt_row.is_active();
        settings.fingerprint = imp
            .link
            .borrow()
            .as_ref()
            .filter(|link| link.host == settings.host && link.port == settings.port)
            .and_then(|link| link.fingerprint.clone());
        Ok(settings)
    }

    /// A pasted link is taken apart at once, a typed one only when it is whole.
    fn handle_address_changed(&self) {
        let text = self.imp().address_row.text();
        let grown = text.len().saturating_sub(self.imp().address_length.replace(text.len()));
        if grown > TYPED_AT_ONCE_MAX && text.contains("://") {
            // The row is still in the middle of its own change.
            glib::idle_add_local_once(glib::clone!(
                #[weak(rename_to = page)]
                self,
                move || page.spread_address()
            ));
        }
    }

    /// Where the address field holds more than a host, puts each part into its own field.
    fn spread_address(&self) {
        let imp = self.imp();
        let text = imp.address_row.text();
        let text = text.trim();
        let Ok(link) = NetworkSettings::parse(text, &imp.name_row.text()) else { return };
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
        imp.trouble_label.set_label(words);
        imp.trouble_revealer.set_reveal_child(true);
        self.announce(words, gtk::AccessibleAnnouncementPriority::High);
    }

    fn clear_trouble(&self) {
        let imp = self.imp();
        for row in [&imp.address_row, &imp.port_row, &imp.name_row] {
            row.remove_css_class("error");
        }
        imp.trouble_revealer.set_reveal_child(false);
    }

    /// Puts the caret where something is still to be said.
    pub(crate) fn focus_first_gap(&self) {
        let imp = self.imp();
        let gap = [&imp.address_row, &imp.name_row].into_iter().find(|row| row.text().is_empty());
        match gap {
            Some(row) => row.grab_focus(),
            None => imp.connect_button.grab_focus(),
        };
    }
}

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

/// What the system calls its user: the full name, or the login name where there is none.
fn name_of_user() -> String {
    let full_name = glib::real_name().to_string_lossy().trim().to_owned();
    // GLib's word for a user without a full name.
    if full_name.is_empty() || full_name == "Unknown" {
        glib::user_name().to_string_lossy().into_owned()
    } else {
        full_name
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
