//! The view that people talk in: the rooms on one side, the open conversation on the other.

use std::cell::{OnceCell, RefCell};

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::gdk;

use super::conversation::ConversationPage;
use super::dialogs::SignInDialog;
use super::people::ProfileDialog;
use super::sidebar::SidebarPage;
use super::toast::window_of;
use crate::i18n::gettext;
use crate::model::{Channel, Chat, ConnectionState, Network};
use crate::settings;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/chat_view.ui")]
    pub struct ChatView {
        #[template_child]
        pub(super) split_view: TemplateChild<adw::NavigationSplitView>,
        #[template_child]
        pub(super) sidebar_page: TemplateChild<SidebarPage>,
        #[template_child]
        pub(super) conversation_page: TemplateChild<ConversationPage>,
        pub(super) chat: OnceCell<Chat>,
        /// The network of the open conversation, or the one that was connected to last.
        pub(super) network: RefCell<Option<Network>>,
        pub(super) network_handlers: RefCell<Vec<glib::SignalHandlerId>>,
        pub(super) settings: OnceCell<gio::Settings>,
        /// Whether every message of the open room is notified.
        pub(super) notify_action: OnceCell<gio::SimpleAction>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ChatView {
        const NAME: &'static str = "MajlisChatView";
        type Type = super::ChatView;
        type ParentType = adw::BreakpointBin;

        fn class_init(class: &mut Self::Class) {
            SidebarPage::ensure_type();
            ConversationPage::ensure_type();
            class.bind_template();
            class.add_binding_action(gdk::Key::Escape, gdk::ModifierType::empty(), "win.escape");
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for ChatView {
        fn constructed(&self) {
            self.parent_constructed();
            self.obj().connect_widgets();
            self.obj().add_notify_action();
        }
    }

    impl WidgetImpl for ChatView {}
    impl BreakpointBinImpl for ChatView {}
}

glib::wrapper! {
    /// The view that people talk in: the rooms on one side, the open conversation on the other.
    pub struct ChatView(ObjectSubclass<imp::ChatView>)
        @extends adw::BreakpointBin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl ChatView {
    /// A view of a chat's conversations, none of which is open yet.
    pub(super) fn new(chat: &Chat) -> Self {
        let view: Self = glib::Object::new();
        let imp = view.imp();
        imp.sidebar_page.set_chat(chat);
        view.channels().connect_items_changed(glib::clone!(
            #[weak]
            view,
            move |_, _, removed, _| view.handle_channels_changed(removed > 0)
        ));
        imp.conversation_page.set_channel(None);
        imp.chat.set(chat.clone()).expect("it is new");
        view
    }

    /// Where words stand for a moment, beside what the person does; none where no conversation is in sight.
    pub(super) fn toast_overlay(&self) -> Option<adw::ToastOverlay> {
        self.imp().conversation_page.toast_overlay()
    }

    /// Every conversation, in the order of the sidebar.
    pub(super) fn channels(&self) -> gio::ListModel {
        self.imp().sidebar_page.channels()
    }

    /// The open conversation.
    pub(super) fn channel(&self) -> Option<Channel> {
        self.imp().conversation_page.channel()
    }

    /// The network that is talked to: of the open conversation, or the one connected to last.
    pub(super) fn network(&self) -> Option<Network> {
        self.imp().network.borrow().clone()
    }

    /// Opens a conversation, with the caret in the composer.
    pub(super) fn open_channel(&self, channel: &Channel) {
        let imp = self.imp();
        if self.channel().as_ref() != Some(channel) {
            imp.conversation_page.set_channel(Some(channel));
            imp.sidebar_page.set_current(Some(channel));
            self.show_notify_state(channel);
        }
        self.set_network(channel.network().as_ref());
        imp.split_view.set_show_content(true);
        imp.conversation_page.focus_composer();
    }

    /// Turns to a network: its banner, its name, and its first room once there is one.
    pub(super) fn open_network(&self, network: &Network) {
        if self.channel().and_then(|open| open.network()).as_ref() == Some(network) {
            return;
        }
        match network.channels().item(0).and_downcast::<Channel>() {
            Some(channel) => self.open_channel(&channel),
            None => self.set_network(Some(network)),
        }
    }

    /// Opens the first conversation there is, where none is open.
    pub(super) fn open_any(&self) {
        if let (None, Some(first)) = (self.channel(), self.first_channel()) {
            self.open_channel(&first);
        }
    }

    /// The choice, for each room, to have every message notified; without settings there is none.
    fn add_notify_action(&self) {
        let Some(settings) = settings::open() else { return };
        let action =
            gio::SimpleAction::new_stateful("notify-everything", None, &false.to_variant());
        action.connect_change_state(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |action, wanted| {
                let settings = view.imp().settings.get().expect("set beside the action");
                if let (Some(channel), Some(wanted)) = (view.channel(), wanted) {
                    let is_wanted = wanted.get().unwrap_or_default();
                    settings::set_notify_room(settings, channel.id(), is_wanted);
                    action.set_state(wanted);
                }
            }
        ));
        let group = gio::SimpleActionGroup::new();
        group.add_action(&action);
        self.insert_action_group("conversation", Some(&group));
        self.imp().settings.set(settings).expect("a view is constructed once");
        self.imp().notify_action.set(action).expect("a view is constructed once");
    }

    fn show_notify_state(&self, channel: &Channel) {
        let imp = self.imp();
        if let Some((settings, action)) = imp.settings.get().zip(imp.notify_action.get()) {
            let is_chosen = settings::notify_rooms(settings).contains(&channel.id());
            action.set_state(&is_chosen.to_variant());
        }
    }

    /// Opens a conversation at one of its messages.
    pub(super) fn open_message(&self, channel: &Channel, msgid: &str) {
        self.open_channel(channel);
        self.imp().conversation_page.reveal_message(msgid);
    }

    /// Shows who somebody is, and what can be done about them in the open room.
    pub(super) fn show_person(&self, nick: &str) {
        let Some(network) = self.network() else { return };
        let room = self.channel().filter(Channel::is_room);
        let dialog = ProfileDialog::new(&network, room.as_ref(), nick);
        dialog.connect_open_requested(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |channel| view.open_channel(channel)
        ));
        dialog.present(Some(self));
    }

    /// Opens the next conversation in this direction; only one with unread messages, if `unread` says so.
    pub(super) fn step(&self, step: i32, unread: bool) {
        let wanted = |channel: &Channel| !unread || channel.unread_count() > 0;
        if let Some(channel) = self.imp().sidebar_page.neighbour(step, wanted) {
            self.open_channel(&channel);
        }
    }

    /// Moves the focus to the next region: rooms, messages, composer, people.
    pub(super) fn step_region(&self, step: i32) {
        let imp = self.imp();
        let page = &imp.conversation_page;
        let regions: [(&gtk::Widget, &dyn Fn() -> bool); 4] = [
            (imp.sidebar_page.upcast_ref(), &|| imp.sidebar_page.focus_list()),
            (page.upcast_ref(), &|| page.focus_timeline()),
            (page.upcast_ref(), &|| page.focus_composer()),
            (page.upcast_ref(), &|| page.focus_people()),
        ];
        let count = i32::try_from(regions.len()).expect("four");
        let start = self.focused_region();
        for distance in 1..=count {
            let index = (start + distance * step).rem_euclid(count);
            let (widget, focus) = regions[usize::try_from(index).expect("not negative")];
            if widget.is_mapped() && focus() {
                return;
            }
        }
    }

    /// Shows or hides the people of the open room.
    pub(super) fn toggle_people(&self) {
        self.imp().conversation_page.toggle_people();
    }

    /// Leaves a mode, back to the composer.
    pub(super) fn escape(&self) {
        self.imp().conversation_page.escape();
    }

    /// Whether the person looks at the open conversation may have changed.
    pub(super) fn update_watched(&self) {
        self.imp().conversation_page.update_watched();
    }

    fn focused_region(&self) -> i32 {
        let imp = self.imp();
        let Some(focus) = self.root().and_then(|root| root.focus()) else { return -1 };
        if focus.is_ancestor(&*imp.sidebar_page) { 0 } else { imp.conversation_page.focused_part() }
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        imp.sidebar_page.connect_local(
            "channel-activated",
            false,
            glib::clone!(
                #[weak(rename_to = view)]
                self,
                #[upgrade_or_default]
                move |values| {
                    view.open_channel(&values[1].get().expect("the signal carries a channel"));
                    None
                }
            ),
        );
        imp.sidebar_page.server_switcher().connect_local(
            "server-activated",
            false,
            glib::clone!(
                #[weak(rename_to = view)]
                self,
                #[upgrade_or_default]
                move |values| {
                    view.open_network(&values[1].get().expect("the signal carries a network"));
                    None
                }
            ),
        );
        imp.conversation_page.connect_local(
            "person-activated",
            false,
            glib::clone!(
                #[weak(rename_to = view)]
                self,
                #[upgrade_or_default]
                move |values| {
                    let nick: String = values[1].get().expect("the signal carries a nick");
                    view.show_person(&nick);
                    None
                }
            ),
        );
        imp.split_view.connect_collapsed_notify(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |_| view.show_state()
        ));
        for banner in [imp.sidebar_page.banner(), imp.conversation_page.banner()] {
            banner.connect_button_clicked(glib::clone!(
                #[weak(rename_to = view)]
                self,
                move |banner| {
                    let Some(network) = view.network() else { return };
                    if network.password_text().is_empty() {
                        network.go_online();
                    } else {
                        SignInDialog::new(&network).present(Some(banner));
                    }
                }
            ));
        }
    }

    /// Keeps the open conversation one that exists, and opens the first that comes.
    fn handle_channels_changed(&self, is_fewer: bool) {
        let channels = self.channels();
        let is_there = |open: &Channel| {
            (0..channels.n_items())
                .any(|position| channels.item(position).as_ref() == Some(open.upcast_ref()))
        };
        match self.channel() {
            Some(open) if !is_fewer || is_there(&open) => {}
            _ => match self.first_channel() {
                Some(first) => self.open_channel(&first),
                None => self.close_channel(),
            },
        }
    }

    /// The conversation that was opened first, which is a network's lobby.
    fn first_channel(&self) -> Option<Channel> {
        let networks = self.imp().chat.get()?.networks();
        networks
            .iter::<Network>()
            .filter_map(Result::ok)
            .find_map(|network| network.channels().item(0).and_downcast())
    }

    fn close_channel(&self) {
        let imp = self.imp();
        imp.conversation_page.set_channel(None);
        imp.sidebar_page.set_current(None);
        imp.split_view.set_show_content(false);
    }

    fn set_network(&self, network: Option<&Network>) {
        let imp = self.imp();
        if imp.network.borrow().as_ref() == network {
            return;
        }
        let before = imp.network.replace(network.cloned());
        for handler in imp.network_handlers.take() {
            before.as_ref().expect("its handlers were kept").disconnect(handler);
        }
        if let Some(network) = network {
            for property in ["state-text", "state", "name", "password-text", "away-words"] {
                let handler = network.connect_notify_local(
                    Some(property),
                    glib::clone!(
                        #[weak(rename_to = view)]
                        self,
                        move |_, _| view.show_state()
                    ),
                );
                imp.network_handlers.borrow_mut().push(handler);
            }
        }
        self.show_state();
    }

    fn show_state(&self) {
        let imp = self.imp();
        let network = self.network();
        imp.sidebar_page.set_network(network.as_ref());
        if let Some(window) = window_of(self) {
            window.update_away_actions();
        }
        let words = network.as_ref().map(Network::state_text).unwrap_or_default();
        let can_try = network.as_ref().is_some_and(|network| {
            matches!(
                network.state(),
                ConnectionState::Offline | ConnectionState::Waiting | ConnectionState::Failed
            )
        });
        let needs_password =
            network.as_ref().is_some_and(|network| !network.password_text().is_empty());
        let button = if needs_password { gettext("_Sign In…") } else { gettext("_Try Now") };
        // Side by side, one banner over the conversation is enough.
        for (banner, is_wanted) in [
            (imp.sidebar_page.banner(), imp.split_view.is_collapsed()),
            (imp.conversation_page.banner(), true),
        ] {
            if !words.is_empty() {
                banner.set_title(&words);
            }
            banner.set_button_label(can_try.then(|| button.clone()).as_deref());
            banner.set_revealed(is_wanted && !words.is_empty());
        }
    }
}
