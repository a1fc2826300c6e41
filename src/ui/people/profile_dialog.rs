//! Who somebody is, and what can be done about them: write to them, ignore them, and for who looks after the room what
//! operators do, in [`tending`].

mod tending;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::presence_words;
use crate::i18n::{clean, gettext, gettext_f, isolate};
use crate::model::{Channel, Member, Network, Presence, Profile};
use crate::ui::dialogs::{begin_in, make_room};
use crate::ui::text::{sentence, without_brackets};

mod imp {
    use std::cell::{OnceCell, RefCell};
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/people/profile_dialog.ui")]
    pub struct ProfileDialog {
        #[template_child]
        pub(super) avatar: TemplateChild<adw::Avatar>,
        #[template_child]
        pub(super) name_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) nick_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) trouble_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) message_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) presence_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub(super) account_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub(super) since_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub(super) connection_row: TemplateChild<adw::ActionRow>,
        #[template_child]
        pub(super) rooms_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) ignore_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) ignore_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) operator_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) operator_row: TemplateChild<adw::ButtonRow>,
        #[template_child]
        pub(super) mute_row: TemplateChild<adw::ButtonRow>,
        #[template_child]
        pub(super) removal_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) reason_row: TemplateChild<adw::EntryRow>,
        #[template_child]
        pub(super) remove_row: TemplateChild<adw::ButtonRow>,
        #[template_child]
        pub(super) ban_row: TemplateChild<adw::ButtonRow>,
        pub(super) network: OnceCell<Network>,
        /// The room that it is about, too, where somebody was chosen in one.
        pub(super) room: RefCell<Option<Channel>>,
        pub(super) nick: OnceCell<String>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ProfileDialog {
        const NAME: &'static str = "MajlisProfileDialog";
        type Type = super::ProfileDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for ProfileDialog {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("open-requested").param_types([Channel::static_type()]).build(),
                ]
            })
        }
    }

    impl WidgetImpl for ProfileDialog {}
    impl AdwDialogImpl for ProfileDialog {}
}

glib::wrapper! {
    /// Who somebody is, and what can be done about them. Signal: `open-requested` (`Channel`).
    pub struct ProfileDialog(ObjectSubclass<imp::ProfileDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl ProfileDialog {
    /// A dialog about somebody, with what is known at once; the rest comes from the server. With a room, what its operators
    /// do is offered to them.
    pub(crate) fn new(network: &Network, room: Option<&Channel>, nick: &str) -> Self {
        let dialog: Self = glib::Object::new();
        let imp = dialog.imp();
        imp.network.set(network.clone()).expect("the object is new");
        imp.nick.set(nick.to_owned()).expect("the object is new");
        imp.room.replace(room.cloned());
        // What the server tells may be there before the dialog is shown, and needs its room all the same.
        begin_in(&*imp.message_button);
        dialog.show_known();
        dialog.connect_widgets();
        dialog.offer_tending();
        dialog.look_up();
        dialog
    }

    /// A conversation is to be shown: with this person, or a room that both are in. The dialog has closed by then.
    pub(crate) fn connect_open_requested(&self, open: impl Fn(&Channel) + 'static) {
        self.connect_closure(
            "open-requested",
            false,
            glib::closure_local!(move |_: &Self, channel: &Channel| open(channel)),
        );
    }

    fn network(&self) -> &Network {
        self.imp().network.get().expect("set with the dialog")
    }

    fn nick(&self) -> &str {
        self.imp().nick.get().expect("set with the dialog")
    }

    /// The member of the room that it is about.
    fn member(&self) -> Option<Member> {
        let room = self.imp().room.borrow().clone()?;
        room.find_member(self.nick())
    }

    fn name(&self) -> String {
        self.member().map_or_else(|| self.nick().to_owned(), |member| member.display_name())
    }

    fn show_known(&self) {
        let imp = self.imp();
        self.show_name(&self.name());
        imp.nick_label.set_label(&clean(self.nick()));
        let is_me = self.nick() == self.network().nick();
        if is_me {
            imp.message_button.set_label(&gettext("Change Na_me…"));
        }
        imp.ignore_group.set_visible(!is_me);
        imp.ignore_row.set_active(self.network().ignores(self.nick()));
        let member = self.member();
        let presence = match member.as_ref().map(Member::away) {
            Some(true) => Presence::Away,
            Some(false) => Presence::Here,
            None => Presence::Unknown,
        };
        self.show_presence(&presence_words(presence).unwrap_or_default());
        let is_registered = member.is_some_and(|member| member.registered());
        self.show_account(&if is_registered { gettext("Signed in") } else { guest_words() });
    }

    fn show_name(&self, name: &str) {
        let imp = self.imp();
        imp.avatar.set_text(Some(&without_brackets(name)));
        imp.name_label.set_label(&clean(name));
        imp.nick_label.set_visible(name != self.nick());
    }

    fn show_presence(&self, words: &str) {
        let row = &self.imp().presence_row;
        row.set_visible(!words.is_empty());
        row.set_subtitle(words);
    }

    fn show_account(&self, words: &str) {
        self.imp().account_row.set_subtitle(words);
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        imp.message_button.connect_clicked(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| {
                if dialog.nick() == dialog.network().nick() {
                    dialog.change_name();
                } else {
                    let person = dialog.network().open_private(dialog.nick());
                    dialog.close_and_open(&person);
                }
            }
        ));
        imp.ignore_row.connect_active_notify(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |row| dialog.network().set_ignored(dialog.nick(), row.is_active())
        ));
        self.connect_tending();
    }

    /// Closes, since a dialog is answered before another one comes.
    fn change_name(&self) {
        let window = self.root();
        self.force_close();
        if let Some(window) = window {
            let _ = WidgetExt::activate_action(&window, "win.change-name", None);
        }
    }

    fn close_and_open(&self, channel: &Channel) {
        self.close();
        self.emit_by_name::<()>("open-requested", &[channel]);
    }

    fn look_up(&self) {
        let dialog = self.downgrade();
        let (network, nick) = (self.network().clone(), self.nick().to_owned());
        glib::spawn_future_local(async move {
            let answer = network.look_up(&nick).await;
            let Some(dialog) = dialog.upgrade() else { return };
            match answer {
                Ok(profile) => dialog.show_profile(&profile),
                Err(words) => {
                    dialog.imp().trouble_label.set_label(&sentence(&words));
                    dialog.imp().trouble_label.set_visible(true);
                }
            }
            make_room(&*dialog.imp().account_row);
        });
    }

    fn show_profile(&self, profile: &Profile) {
        let imp = self.imp();
        self.show_name(&profile.display_name);
        self.show_presence(&match &profile.away {
            // Translators: {words} are the person's own.
            Some(words) => gettext_f("Away: {words}", &[("words", &isolate(words))]),
            None => presence_words(Presence::Here).unwrap_or_default(),
        });
        self.show_account(&match &profile.account {
            // Translators: {account} is the name of an account.
            Some(account) => gettext_f("Signed in as {account}", &[("account", &isolate(account))]),
            None => guest_words(),
        });
        imp.since_row.set_visible(profile.since.is_some());
        imp.since_row.set_subtitle(&sentence(profile.since.as_deref().unwrap_or_default()));
        imp.connection_row.set_visible(true);
        imp.connection_row.set_subtitle(&connection_words(profile));
        for room in &profile.shared_rooms {
            self.add_room(room);
        }
        imp.rooms_group.set_visible(!profile.shared_rooms.is_empty());
    }

    fn add_room(&self, room: &Channel) {
        let row = adw::ActionRow::builder()
            .title(clean(&room.title()))
            .use_markup(false)
            .activatable(true)
            .build();
        row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
        row.connect_activated(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            #[strong]
            room,
            move |_| dialog.close_and_open(&room)
        ));
        self.imp().rooms_group.add(&row);
    }
}

fn guest_words() -> String {
    // Translators: A person without an account.
    gettext("Guest: anybody may use this name")
}

fn connection_words(profile: &Profile) -> String {
    let mut parts =
        vec![if profile.is_secure { gettext("Encrypted") } else { gettext("Not encrypted") }];
    if profile.is_bot {
        // Translators: Somebody in the chat that is no person.
        parts.push(gettext("Program"));
    }
    if profile.is_server_operator {
        // Translators: A person who looks after the server.
        parts.push(gettext("Looks after the server"));
    }
    parts.join(" · ")
}
