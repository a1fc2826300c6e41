//! What can be done with a conversation in the sidebar, by the mouse's second button, a long press or the Menu key.

use gtk::prelude::*;

use super::ChannelRow;
use crate::i18n::gettext;
use crate::model::Channel;
use crate::ui::rooms::leave_undoably;
use crate::ui::toast::{tell, window_of};

/// How the actions of the menu are called.
const PREFIX: &str = "conversation";

/// Opens the menu of a row; where no place is given, beside it.
pub(super) fn present_channel_menu(row: &ChannelRow, channel: &Channel, place: Option<(f64, f64)>) {
    let popover = gtk::PopoverMenu::from_model(Some(&menu(channel)));
    popover.insert_action_group(PREFIX, Some(&actions(row, channel)));
    popover.set_parent(row);
    popover.set_has_arrow(false);
    popover.set_halign(gtk::Align::Start);
    if let Some((x, y)) = place {
        #[expect(clippy::cast_possible_truncation)]
        let (x, y) = (x as i32, y as i32);
        popover.set_pointing_to(Some(&gtk::gdk::Rectangle::new(x, y, 1, 1)));
    }
    // It stays with the row until the next one: what was chosen is carried out after it has closed.
    row.keep_menu(&popover);
    popover.popup();
}

fn menu(channel: &Channel) -> gio::Menu {
    let (menu, keeping, leaving) = (gio::Menu::new(), gio::Menu::new(), gio::Menu::new());
    let action = |name: &str| format!("{PREFIX}.{name}");
    let pin = if channel.pinned() { gettext("Un_pin") } else { gettext("_Pin") };
    let mute = if channel.muted() { gettext("Un_mute") } else { gettext("_Mute") };
    keeping.append(Some(&pin), Some(&action("pin")));
    keeping.append(Some(&mute), Some(&action("mute")));
    keeping.append(Some(&gettext("Mark as _Read")), Some(&action("mark-read")));
    let leave =
        if channel.is_room() { gettext("_Leave Room") } else { gettext("_Close Conversation") };
    if channel.is_room() {
        keeping.append(Some(&gettext("_Copy Link")), Some(&action("copy-link")));
    }
    leaving.append(Some(&leave), Some(&action("leave")));
    menu.append_section(None, &keeping);
    menu.append_section(None, &leaving);
    menu
}

fn actions(row: &ChannelRow, channel: &Channel) -> gio::SimpleActionGroup {
    let group = gio::SimpleActionGroup::new();
    let add = |name: &str, is_enabled: bool, act: Box<dyn Fn(&Channel)>| {
        let action = gio::SimpleAction::new(name, None);
        action.set_enabled(is_enabled);
        let channel = channel.clone();
        action.connect_activate(move |_, _| act(&channel));
        group.add_action(&action);
    };
    // What the menu says, however often it is activated.
    let (pins, mutes) = (!channel.pinned(), !channel.muted());
    add("pin", true, Box::new(move |channel| channel.set_pinned(pins)));
    add("mute", true, Box::new(move |channel| channel.set_muted(mutes)));
    add("mark-read", channel.unread_count() > 0, Box::new(Channel::mark_read));
    let window = window_of(row);
    add(
        "copy-link",
        channel.is_room(),
        Box::new(glib::clone!(
            #[strong]
            window,
            move |room: &Channel| {
                let link = room.network().map(|network| network.room_link(room));
                if let Some((window, link)) = window.as_ref().zip(link) {
                    window.clipboard().set_text(&link);
                    // Translators: the link of a room was copied.
                    tell(window, &gettext("Link copied"));
                }
            }
        )),
    );
    add(
        "leave",
        true,
        Box::new(move |channel| {
            if let Some(window) = &window {
                leave_undoably(window, channel);
            }
        }),
    );
    group
}
