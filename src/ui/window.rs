//! The main window: it turns between the way into a chat and the chat. What people do in it by menu or key is in
//! [`actions`].

mod actions;

use std::cell::{OnceCell, RefCell};

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::chat_view::ChatView;
use super::connect::{ConnectView, KeyChangeDialogs};
use super::dialogs::{PreferencesDialog, present_name_taken, present_room_key};
use super::rooms::{RoomDirectoryDialog, invitation};
use super::toast::{Unasked, toast};
use crate::model::{Channel, Chat, Network, NetworkSettings};
use crate::settings;

mod imp {
    use super::*;

    /// So many words that nobody asked for stand or wait at once, …
    const WORDS_MAX: usize = 8;
    /// … and so many invitations, each of which has to be answered.
    const INVITATIONS_MAX: usize = 3;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/window.ui")]
    pub struct Window {
        #[template_child]
        pub(super) toast_overlay: TemplateChild<adw::ToastOverlay>,
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        pub(super) connect_view: OnceCell<ConnectView>,
        pub(super) chat_view: OnceCell<ChatView>,
        pub(super) settings: OnceCell<gio::Settings>,
        pub(super) chat: OnceCell<Chat>,
        pub(super) key_changes: KeyChangeDialogs,
        /// What to connect to as soon as the archive has told what it knows.
        pub(super) wanted: RefCell<Option<Wanted>>,
        pub(super) words: Unasked<WORDS_MAX>,
        pub(super) invitations: Unasked<INVITATIONS_MAX>,
        /// What is told beside a conversation, until there is one.
        pub(super) waiting_toast: RefCell<Option<adw::Toast>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Window {
        const NAME: &'static str = "MajlisWindow";
        type Type = super::Window;
        type ParentType = adw::ApplicationWindow;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl Window {
        /// The way into a chat. Like the chat it is made when it is wanted: the window opens sooner without what it does not show.
        pub(super) fn connect_view(&self) -> &ConnectView {
            self.connect_view.get().unwrap_or_else(|| {
                let view = ConnectView::new(self.chat.get().expect("set with the window"));
                self.obj().follow(&view);
                self.stack.add_child(&view);
                self.connect_view.get_or_init(|| view)
            })
        }

        /// The chat.
        pub(super) fn chat_view(&self) -> &ChatView {
            self.chat_view.get().unwrap_or_else(|| {
                let view = ChatView::new(self.chat.get().expect("set with the window"));
                self.stack.add_named(&view, Some("chat"));
                self.chat_view.get_or_init(|| view)
            })
        }
    }

    impl ObjectImpl for Window {
        fn constructed(&self) {
            self.parent_constructed();
            let window = self.obj();
            window.restore_size();
            window.add_actions();
            window.connect_is_active_notify(|window| {
                if let Some(view) = window.imp().chat_view.get() {
                    view.update_watched();
                }
            });
        }
    }

    impl WidgetImpl for Window {}

    impl WindowImpl for Window {
        fn close_request(&self) -> glib::Propagation {
            // The application knows whether that leaves the chat; it ends the window with itself, after the goodbye.
            gtk::prelude::WidgetExt::activate_action(&*self.obj(), "app.close-window", None)
                .expect("the application has this action");
            glib::Propagation::Stop
        }
    }

    impl ApplicationWindowImpl for Window {}
    impl AdwApplicationWindowImpl for Window {}
}

glib::wrapper! {
    /// The window that a person sees first and talks in.
    pub struct Window(ObjectSubclass<imp::Window>)
        @extends adw::ApplicationWindow, gtk::ApplicationWindow, gtk::Window, gtk::Widget,
        @implements gio::ActionGroup, gio::ActionMap, gtk::Accessible, gtk::Buildable,
            gtk::ConstraintTarget, gtk::Native, gtk::Root, gtk::ShortcutManager;
}

/// A server that was named from outside: on the command line, or by a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// In any form that people paste.
    pub address: String,
    /// What the person calls themselves there, where it was said.
    pub name: Option<String>,
    /// Whether to connect at once, without a look at the address.
    pub connects: bool,
}

impl Window {
    /// Makes a window of the application over its chat; it is not shown yet.
    pub fn new(application: &impl IsA<gtk::Application>, chat: &Chat) -> Self {
        let window: Self = glib::Object::builder().property("application", application).build();
        window.set_chat(chat);
        window
    }

    /// Turns to a server that was named from outside.
    pub fn open_address(&self, wanted: Wanted) {
        self.imp().wanted.replace(Some(wanted));
        self.show_first_page();
    }

    /// Opens a conversation, wherever one is.
    pub fn open_conversation(&self, channel: &Channel) {
        self.show_chat(None);
        self.imp().chat_view().open_channel(channel);
    }

    /// Shows what the person may want otherwise.
    pub fn show_preferences(&self, settings: &gio::Settings, chat: &Chat) {
        if self.visible_dialog().is_some() {
            return;
        }
        let dialog = PreferencesDialog::new(settings, chat);
        dialog.connect_local(
            "server-activated",
            false,
            glib::clone!(
                #[weak(rename_to = window)]
                self,
                #[upgrade_or_default]
                move |values| {
                    let network: Network = values[1].get().expect("the signal carries a network");
                    window.show_server_settings(&network);
                    None
                }
            ),
        );
        dialog.present(Some(self));
    }

    /// Before the program ends or the window is put away: gives up a first connection that is not there yet, and remembers how large the window is.
    pub fn prepare_to_leave(&self) {
        if let Some(view) = self.imp().connect_view.get() {
            view.cancel();
        }
        self.save_size();
    }

    /// Remembers how large the window is.
    fn save_size(&self) {
        let Some(settings) = self.imp().settings.get() else { return };
        let (width, height) = self.default_size();
        let saved = settings
            .set_int("window-width", width)
            .and_then(|()| settings.set_int("window-height", height))
            .and_then(|()| settings.set_boolean("window-maximized", self.is_maximized()));
        if let Err(error) = saved {
            tracing::warn!(%error, "the window's size is not remembered");
        }
    }

    fn restore_size(&self) {
        let Some(settings) = settings::open() else { return };
        self.set_default_size(settings.int("window-width"), settings.int("window-height"));
        self.set_maximized(settings.boolean("window-maximized"));
        self.imp().settings.set(settings).expect("an object is constructed once");
    }

    fn set_chat(&self, chat: &Chat) {
        let imp = self.imp();
        imp.chat.set(chat.clone()).expect("a window has one chat");
        chat.connect_is_restored_notify(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |_| window.show_first_page()
        ));
        chat.connect_archive_trouble(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |_, words| window.show_toast(words, 0)
        ));
        chat.networks().connect_items_changed(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |networks, position, removed, added| {
                for position in position..position + added {
                    window
                        .watch_network(&networks.item(position).and_downcast().expect("a network"));
                }
                if removed > 0 && networks.n_items() == 0 && window.is_chatting() {
                    window.show_connect();
                }
            }
        ));
        for network in chat.networks().iter::<Network>().flatten() {
            self.watch_network(&network);
        }
        self.show_first_page();
    }

    fn watch_network(&self, network: &Network) {
        network.connect_key_changed(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |network, change| {
                let connect_view = window.imp().connect_view();
                window.imp().key_changes.present(
                    &window,
                    network,
                    change,
                    glib::clone!(
                        #[weak]
                        connect_view,
                        move |network, is_trusted| connect_view
                            .handle_key_decision(network, is_trusted)
                    ),
                );
            }
        ));
        network.connect_trust_needed(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |network, words, fingerprint| {
                let connect_view = window.imp().connect_view();
                if !connect_view.is_following(network) {
                    window.show_connect();
                    connect_view.ask_trust(network, words, fingerprint);
                }
            }
        ));
        network.connect_server_text(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |_, words| window.show_toast(words, 5)
        ));
        network.connect_name_taken(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |network, nick| present_name_taken(&window, network, nick)
        ));
        network.connect_invited(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |network, room, by| window.show_invitation(network, room, by)
        ));
        network.connect_key_needed(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |network, room, was_given| present_room_key(&window, network, room, was_given)
        ));
        network.connect_profile_requested(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |_, nick| window.imp().chat_view().show_person(nick)
        ));
        network.connect_directory_requested(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |network| RoomDirectoryDialog::new(network).present(Some(&window))
        ));
        network.connect_open_requested(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |_, channel| window.imp().chat_view().open_channel(channel)
        ));
        network.connect_quit_requested(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |_, reason| window.leave(reason)
        ));
    }

    /// Goes where the way into a chat leads.
    fn follow(&self, connect_view: &ConnectView) {
        connect_view.connect_local(
            "connected",
            false,
            glib::clone!(
                #[weak(rename_to = window)]
                self,
                #[upgrade_or_default]
                move |values| {
                    window.show_chat(values[1].get().ok().as_ref());
                    None
                }
            ),
        );
        connect_view.connect_local(
            "leave-requested",
            false,
            glib::clone!(
                #[weak(rename_to = window)]
                self,
                #[upgrade_or_default]
                move |_| {
                    window.show_chat(None);
                    None
                }
            ),
        );
    }

    /// Once the archive has told what it knows: to the server that was asked for, or back into the chat, or to the start.
    fn show_first_page(&self) {
        let imp = self.imp();
        let chat = imp.chat.get().expect("set with the window");
        if !chat.is_restored() {
            return;
        }
        if let Some(wanted) = imp.wanted.take() {
            if !wanted.connects && self.go_to_known(&wanted.address) {
                return;
            }
            self.show_connect();
            if wanted.connects {
                imp.connect_view().join(&wanted.address, wanted.name.as_deref());
            } else {
                imp.connect_view().look_at(&wanted.address);
            }
        } else if let Some(network) = chat.networks().item(0).and_downcast::<Network>() {
            self.show_chat(Some(&network));
        } else {
            self.show_connect();
        }
    }

    /// Follows a link to a server that is known, and to its room; not where the link has an invitation, which is to be looked
    /// at first.
    fn go_to_known(&self, address: &str) -> bool {
        let chat = self.imp().chat.get().expect("set with the window");
        let link = NetworkSettings::parse(address, "").ok().filter(|link| link.invite.is_none());
        let known = link.and_then(|link| Some((chat.find_known(&link)?, link.room)));
        let Some((network, room)) = known else { return false };
        network.go_online();
        self.show_chat(Some(&network));
        if let Some(room) = room {
            network.join(&room);
        }
        true
    }

    fn show_connect(&self) {
        let imp = self.imp();
        let has_chat = imp.chat.get().is_some_and(|chat| chat.networks().n_items() > 0);
        imp.waiting_toast.take();
        imp.connect_view().start(has_chat);
        imp.stack.set_visible_child(imp.connect_view());
        imp.toast_overlay.remove_css_class("over-composer");
        self.enable_chat_actions(false);
    }

    fn show_chat(&self, network: Option<&Network>) {
        let imp = self.imp();
        self.set_default_widget(gtk::Widget::NONE);
        imp.stack.set_visible_child(imp.chat_view());
        // What was said on the way in stands a while longer.
        imp.toast_overlay.add_css_class("over-composer");
        self.enable_chat_actions(true);
        match network {
            Some(network) => imp.chat_view().open_network(network),
            None => imp.chat_view().open_any(),
        }
        imp.chat_view().update_watched();
        if let Some(toast) = imp.waiting_toast.take() {
            // Once the conversation is in sight.
            glib::idle_add_local_once(glib::clone!(
                #[weak(rename_to = window)]
                self,
                move || window.toast_overlay().add_toast(toast)
            ));
        }
    }

    /// Shows words that stand until they are answered: not where they would cover the field in which one writes, so on the way
    /// into the chat they wait for it.
    pub(super) fn add_chat_toast(&self, toast: adw::Toast) {
        if self.is_chatting() {
            self.toast_overlay().add_toast(toast);
        } else {
            self.imp().waiting_toast.replace(Some(toast));
        }
    }

    fn is_chatting(&self) -> bool {
        self.imp().stack.visible_child_name().is_some_and(|name| name == "chat")
    }

    /// Where words for the person are shown for a moment.
    pub(super) fn toast_overlay(&self) -> adw::ToastOverlay {
        let within = self.imp().chat_view.get().and_then(ChatView::toast_overlay);
        within.unwrap_or_else(|| self.imp().toast_overlay.get())
    }

    fn show_toast(&self, words: &str, timeout_s: u32) {
        let toast = toast(words, timeout_s);
        self.imp().words.add(&self.toast_overlay(), words, toast);
    }

    /// One for each room, whoever asks and however often.
    fn show_invitation(&self, network: &Network, room: &str, by: &str) {
        let toast = invitation(network, room, by);
        let key = format!("{} {}", network.address(), room.to_lowercase());
        self.imp().invitations.add(&self.toast_overlay(), &key, toast);
    }

    /// Leaves the chat with these words and ends the program, which the application knows how to do.
    fn leave(&self, reason: &str) {
        gtk::prelude::WidgetExt::activate_action(self, "app.leave", Some(&reason.to_variant()))
            .expect("the application has this action");
    }
}
