//! The page on which a person says what they are called, and whether that name is to be theirs alone.

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::i18n::gettext;
use crate::model::{Blame, Network, check_display_name};

mod imp {
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/connect/you_page.ui")]
    pub struct YouPage {
        #[template_child]
        pub(super) avatar: TemplateChild<adw::Avatar>,
        #[template_child]
        pub(super) fields: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) name_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) protect_row: TemplateChild<adw::ExpanderRow>,
        #[template_child]
        pub(super) password_row: TemplateChild<adw::PasswordEntryRow>,
        #[template_child]
        pub(super) invite_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) trouble_revealer: TemplateChild<gtk::Revealer>,
        #[template_child]
        pub(super) trouble_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) button_stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) join_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) cancel_button: TemplateChild<gtk::Button>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for YouPage {
        const NAME: &'static str = "MajlisYouPage";
        type Type = super::YouPage;
        type ParentType = adw::NavigationPage;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for YouPage {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                ["join-requested", "cancel-requested"]
                    .map(|name| Signal::builder(name).build())
                    .into()
            })
        }

        fn constructed(&self) {
            self.parent_constructed();
            self.obj().connect_widgets();
        }
    }

    impl WidgetImpl for YouPage {}

    impl NavigationPageImpl for YouPage {
        fn shown(&self) {
            self.parent_shown();
            self.name_row.grab_focus();
        }
    }
}

glib::wrapper! {
    /// The page on which a person says what they are called. Signals: `join-requested`, `cancel-requested`.
    pub struct YouPage(ObjectSubclass<imp::YouPage>)
        @extends adw::NavigationPage, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl YouPage {
    /// A page for this server; who was there before has their name, others the system's. A code that came with the invitation is for a
    /// name of one's own, which is therefore shown at once.
    pub(crate) fn new(network: &Network, invite: Option<&str>) -> Self {
        let page: Self = glib::Object::new();
        let imp = page.imp();
        let known = Some(network.display_name()).filter(|name| !name.is_empty());
        imp.name_row.set_text(&known.unwrap_or_else(name_of_user));
        imp.invite_row.set_text(invite.unwrap_or_default());
        imp.protect_row.set_expanded(invite.is_some());
        page
    }

    /// The button that Enter presses in a field.
    pub(crate) fn default_button(&self) -> gtk::Button {
        self.imp().join_button.get()
    }

    /// What was filled in; otherwise the trouble is shown in place.
    pub(crate) fn take_answers(&self) -> Option<Answers> {
        let imp = self.imp();
        self.clear_trouble();
        let name = imp.name_row.text().trim().to_owned();
        if let Err(words) = check_display_name(&name) {
            self.show_trouble(&words, Blame::Name);
            return None;
        }
        let is_protected = imp.protect_row.is_expanded();
        let password = imp.password_row.text().to_string();
        let invite = imp.invite_row.text().to_string();
        // A code is a password, too.
        if is_protected && password.is_empty() && invite.trim().is_empty() {
            let words = gettext("Type a password, or fold its field away to come in as a guest.");
            self.show_trouble(&words, Blame::Password);
            return None;
        }
        let password = is_protected.then_some(password);
        Some(Answers { name, password, invite })
    }

    /// Shows why it was not possible to join, beside what is to blame for it.
    pub(crate) fn show_trouble(&self, words: &str, blame: Blame) {
        let imp = self.imp();
        self.set_busy(false);
        let row: &gtk::Widget = match blame {
            Blame::Nothing | Blame::Account => imp.join_button.upcast_ref(),
            Blame::Name => imp.name_row.upcast_ref(),
            Blame::Password => imp.password_row.upcast_ref(),
            Blame::Invite => imp.invite_row.upcast_ref(),
        };
        if matches!(blame, Blame::Password | Blame::Invite) {
            imp.protect_row.set_expanded(true);
        }
        if blame == Blame::Account {
            // What the server knows nothing of is not offered a second time.
            imp.protect_row.set_expanded(false);
            imp.protect_row.set_visible(false);
        } else if blame != Blame::Nothing {
            row.add_css_class("error");
        }
        row.grab_focus();
        imp.trouble_label.set_label(words);
        imp.trouble_revealer.set_reveal_child(true);
        self.announce(words, gtk::AccessibleAnnouncementPriority::High);
    }

    /// Whether the server is being joined: the fields rest, and *Cancel* is there.
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
        for (button, signal) in
            [(&imp.join_button, "join-requested"), (&imp.cancel_button, "cancel-requested")]
        {
            button.connect_clicked(glib::clone!(
                #[weak(rename_to = page)]
                self,
                move |_| page.emit_by_name::<()>(signal, &[])
            ));
        }
        for row in self.entries() {
            row.connect_changed(glib::clone!(
                #[weak(rename_to = page)]
                self,
                move |_| page.clear_trouble()
            ));
        }
        imp.name_row.bind_property("text", &*imp.avatar, "text").sync_create().build();
        imp.invite_row.connect_changed(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |row| {
                let title = if row.text().trim().is_empty() {
                    gettext("Password")
                } else {
                    // Translators: Who types the code of an invitation may choose a password besides.
                    gettext("Password (Optional)")
                };
                page.imp().password_row.set_title(&title);
            }
        ));
    }

    fn clear_trouble(&self) {
        for row in self.entries() {
            row.remove_css_class("error");
        }
        self.imp().trouble_revealer.set_reveal_child(false);
    }

    fn entries(&self) -> [adw::EntryRow; 3] {
        let imp = self.imp();
        [imp.name_row.get(), imp.password_row.get().upcast(), imp.invite_row.get()]
    }
}

/// What a person says of themselves.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answers {
    /// What they are called.
    pub(crate) name: String,
    /// By what the name is to be theirs alone; empty where the code of their invitation is it.
    pub(crate) password: Option<String>,
    /// The code of their invitation, possibly empty.
    pub(crate) invite: String,
}

/// What the system calls its user: the full name, or the login name where there is none.
pub(super) fn name_of_user() -> String {
    let full_name = glib::real_name().to_string_lossy().trim().to_owned();
    // GLib's word for a user without a full name.
    if full_name.is_empty() || full_name == "Unknown" {
        glib::user_name().to_string_lossy().into_owned()
    } else {
        full_name
    }
}
