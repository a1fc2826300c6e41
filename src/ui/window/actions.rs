//! What people do in the window by menu or key.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::Window;
use crate::i18n::{gettext, gettext_f};
use crate::model::{Channel, Network};
use crate::ui::dialogs::{JoinRoomDialog, ServerDialog, present_go_to_room, present_pick_person};
use crate::ui::people::AwayDialog;
use crate::ui::rooms::{
    CreateRoomDialog, InviteDialog, RoomDirectoryDialog, RoomSettingsDialog, leave_undoably,
};
use crate::ui::search::SearchDialog;
use crate::ui::text::isolate;
use crate::ui::toast::toast;

impl Window {
    /// Adds every `win.` action; they do nothing until there is a chat.
    pub(super) fn add_actions(&self) {
        let chat_action = |name, action: fn(&Self)| {
            gio::ActionEntry::builder(name)
                .activate(move |window: &Self, _, _| {
                    // A dialog is answered first.
                    if window.visible_dialog().is_none() {
                        action(window);
                    }
                })
                .build()
        };
        self.add_action_entries([
            chat_action("join-room", Self::join_room),
            chat_action("new-message", Self::new_message),
            chat_action("go-to-room", Self::go_to_room),
            chat_action("search-here", |window| window.search(false)),
            chat_action("search-everywhere", |window| window.search(true)),
            chat_action("browse-rooms", Self::browse_rooms),
            chat_action("create-room", Self::create_room),
            chat_action("invite-people", Self::invite_people),
            chat_action("room-settings", Self::show_room_settings),
            chat_action("go-away", Self::go_away),
            chat_action("come-back", Self::come_back),
            chat_action("leave-conversation", Self::leave_conversation),
            chat_action("add-server", Self::show_connect),
            chat_action("server-settings", |window| {
                if let Some(network) = window.imp().chat_view().network() {
                    window.show_server_settings(&network);
                }
            }),
            chat_action("change-name", |window| {
                if let Some(network) = window.imp().chat_view().network() {
                    let dialog = window.server_settings(&network);
                    dialog.begin_with_name();
                    dialog.present(Some(window));
                }
            }),
            chat_action("previous-unread", |window| window.imp().chat_view().step(-1, true)),
            chat_action("next-unread", |window| window.imp().chat_view().step(1, true)),
            chat_action("previous-room", |window| window.imp().chat_view().step(-1, false)),
            chat_action("next-room", |window| window.imp().chat_view().step(1, false)),
            chat_action("previous-region", |window| window.imp().chat_view().step_region(-1)),
            chat_action("next-region", |window| window.imp().chat_view().step_region(1)),
            chat_action("toggle-people", |window| window.imp().chat_view().toggle_people()),
            chat_action("escape", |window| window.imp().chat_view().escape()),
        ]);
        self.enable_chat_actions(false);
    }

    /// Whether there is a chat to act on.
    pub(super) fn enable_chat_actions(&self, is_enabled: bool) {
        for name in self.list_actions() {
            if let Some(action) = self.lookup_action(&name).and_downcast::<gio::SimpleAction>() {
                action.set_enabled(is_enabled);
            }
        }
        if is_enabled {
            self.update_away_actions();
        }
    }

    /// One goes away, or comes back.
    pub(in crate::ui) fn update_away_actions(&self) {
        let network = self.imp().chat_view().network();
        let is_away = network.is_some_and(|network| !network.away_words().is_empty());
        for (name, is_enabled) in [("go-away", !is_away), ("come-back", is_away)] {
            if let Some(action) = self.lookup_action(name).and_downcast::<gio::SimpleAction>() {
                action.set_enabled(is_enabled && self.is_chatting());
            }
        }
    }

    fn join_room(&self) {
        if let Some(network) = self.imp().chat_view().network() {
            JoinRoomDialog::new(&network).present(Some(self));
        }
    }

    fn new_message(&self) {
        let chat_view = self.imp().chat_view();
        let Some(network) = chat_view.network() else { return };
        present_pick_person(
            self,
            &network.clone(),
            &gettext("New Message"),
            glib::clone!(
                #[weak]
                network,
                #[weak]
                chat_view,
                move |nick| chat_view.open_channel(&network.open_private(nick))
            ),
        );
    }

    fn go_to_room(&self) {
        let chat_view = self.imp().chat_view();
        present_go_to_room(
            self,
            &chat_view.channels(),
            glib::clone!(
                #[weak]
                chat_view,
                move |channel| chat_view.open_channel(channel)
            ),
        );
    }

    fn search(&self, everywhere: bool) {
        let imp = self.imp();
        let chat = imp.chat.get().expect("set with the window");
        let dialog = SearchDialog::new(chat, imp.chat_view().channel().as_ref(), everywhere);
        dialog.connect_hit_activated(glib::clone!(
            #[weak(rename_to = window)]
            self,
            move |channel, msgid| window.imp().chat_view().open_message(channel, msgid)
        ));
        dialog.present(Some(self));
    }

    fn browse_rooms(&self) {
        if let Some(network) = self.imp().chat_view().network() {
            RoomDirectoryDialog::new(&network).present(Some(self));
        }
    }

    fn create_room(&self) {
        if let Some(network) = self.imp().chat_view().network() {
            CreateRoomDialog::new(&network).present(Some(self));
        }
    }

    fn invite_people(&self) {
        if let Some(network) = self.imp().chat_view().network() {
            let room = self.open_room();
            InviteDialog::new(&network, room.as_ref()).present(Some(self));
        }
    }

    fn show_room_settings(&self) {
        if let Some((network, room)) = self.imp().chat_view().network().zip(self.open_room()) {
            RoomSettingsDialog::new(&network, &room).present(Some(self));
        }
    }

    /// The room that is shown, if it is one that we are in.
    fn open_room(&self) -> Option<Channel> {
        let channel = self.imp().chat_view().channel();
        channel.filter(|channel| channel.is_room() && channel.joined())
    }

    fn go_away(&self) {
        if let Some(network) = self.imp().chat_view().network() {
            AwayDialog::new(&network).present(Some(self));
        }
    }

    fn come_back(&self) {
        if let Some(network) = self.imp().chat_view().network() {
            network.come_back();
        }
    }

    fn leave_conversation(&self) {
        if let Some(channel) = self.imp().chat_view().channel() {
            leave_undoably(self, &channel);
        }
    }

    /// Opens a server's settings.
    pub(in crate::ui) fn show_server_settings(&self, network: &Network) {
        self.server_settings(network).present(Some(self));
    }

    fn server_settings(&self, network: &Network) -> ServerDialog {
        let dialog = ServerDialog::new(network);
        dialog.connect_local(
            "forget-requested",
            false,
            glib::clone!(
                #[weak(rename_to = window)]
                self,
                #[upgrade_or_default]
                move |values| {
                    window.forget_server(&values[1].get().expect("the signal carries a network"));
                    None
                }
            ),
        );
        dialog
    }

    /// Forgets a server, which can be taken back for a while.
    fn forget_server(&self, network: &Network) {
        let chat = self.imp().chat.get().expect("set with the window");
        let Some(position) = chat.set_network_aside(network) else { return };
        let words = gettext_f("{server} is forgotten", &[("server", &isolate(&network.name()))]);
        let toast = toast(&words, 10);
        toast.set_button_label(Some(&gettext("_Undo")));
        toast.connect_button_clicked(glib::clone!(
            #[weak(rename_to = window)]
            self,
            #[weak]
            chat,
            #[strong]
            network,
            move |_| {
                chat.take_network_back(&network, position);
                window.show_chat(Some(&network));
            }
        ));
        // What was taken back is no longer there to be dropped.
        toast.connect_dismissed(glib::clone!(
            #[weak]
            chat,
            #[strong]
            network,
            move |_| chat.drop_network(&network)
        ));
        self.imp().toast_overlay.add_toast(toast);
    }
}
