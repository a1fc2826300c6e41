//! What can be done with a row: by its buttons, by the menu that the right button, a long press or the Menu key opens, and by keys.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::gdk;

use super::super::TimelineRow;
use super::{TimelineView, imp};
use crate::i18n::gettext;
use crate::model::{Channel, ItemKind, SendState, TimelineItem};
use crate::ui::dialogs::present_delete_message;
use crate::ui::emoji_chooser::emoji_chooser;
use crate::ui::text::first_link;
use crate::ui::toast::toast_with_button;

/// What is done with a row.
type Act = fn(&TimelineView, &Channel, &TimelineItem);

/// What the buttons in a row do; the parameter is the row's place.
pub(super) const ROW_ACTIONS: &[(&str, Act)] = &[
    ("timeline.retry", |_, channel, item| channel.retry(item)),
    ("timeline.discard", |_, channel, item| channel.discard(item)),
    ("timeline.reply", |_, channel, item| channel.begin_reply(item)),
    ("timeline.show-answered", |view, _, item| view.reveal_message(item.reply_to())),
    ("timeline.toggle-fold", |_, _, item| item.set_is_unfolded(!item.is_unfolded())),
    ("timeline.count-selected", |view, _, _| view.show_selected()),
    ("timeline.react", |view, _, item| view.choose_reaction(item)),
    ("timeline.open-menu", |view, _, item| view.open_menu_of(item)),
];

/// What the menu of a row offers; it is done with the row that the menu was opened for.
const MENU_ACTIONS: &[(&str, Act)] = &[
    ("message.reply", |_, channel, item| channel.begin_reply(item)),
    ("message.react", |view, _, item| view.choose_reaction(item)),
    ("message.delete", |view, channel, item| view.delete_message(channel, item)),
    ("message.select", |view, _, item| view.start_selecting(item)),
    ("message.copy", |view, _, item| view.clipboard().set_text(&item.text())),
    ("message.copy-link", |view, _, _| {
        if let Some(link) = &*view.imp().chosen_link.borrow() {
            view.clipboard().set_text(link);
        }
    }),
    ("message.retry", |_, channel, item| channel.retry(item)),
    ("message.discard", |_, channel, item| channel.discard(item)),
];

/// Adds the menu's actions and the keys for them.
pub(super) fn install(class: &mut <imp::TimelineView as ObjectSubclass>::Class) {
    for &(name, action) in MENU_ACTIONS {
        class.install_action(name, None, move |view, _, _| {
            let chosen = view.imp().chosen.borrow().clone();
            if let Some((channel, item)) = view.channel().zip(chosen) {
                action(view, &channel, &item);
            }
        });
    }
}

impl TimelineView {
    /// Opens menus where they are asked for; called once, when the view is made.
    pub(super) fn connect_menu(&self) {
        let list = &self.imp().list_view;
        let click = gtk::GestureClick::builder().button(gdk::BUTTON_SECONDARY).build();
        click.set_propagation_phase(gtk::PropagationPhase::Capture);
        click.connect_pressed(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |click, _, x, y| {
                if view.open_menu_at(x, y) {
                    click.set_state(gtk::EventSequenceState::Claimed);
                }
            }
        ));
        list.add_controller(click);
        let press = gtk::GestureLongPress::builder().touch_only(true).build();
        press.connect_pressed(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |_, x, y| {
                view.open_menu_at(x, y);
            }
        ));
        list.add_controller(press);
        let keys = gtk::EventControllerKey::new();
        keys.set_propagation_phase(gtk::PropagationPhase::Capture);
        keys.connect_key_pressed(glib::clone!(
            #[weak(rename_to = view)]
            self,
            #[upgrade_or]
            glib::Propagation::Proceed,
            move |_, key, _, modifiers| view.handle_row_key(key, modifiers)
        ));
        list.add_controller(keys);
    }

    /// Opens the menu of a row in sight.
    pub(super) fn open_menu_of(&self, item: &TimelineItem) {
        let place = self.place_of(item);
        // From the end of the line it reaches back over the message, so that it stays in the window.
        self.open_menu(item, None, &place, gtk::Align::End);
    }

    /// Where in the list what belongs to a row opens: under the end of its first line.
    fn place_of(&self, item: &TimelineItem) -> gdk::Rectangle {
        const LINE_HEIGHT: f32 = 24.0;
        let row = self.rows().into_iter().find(|row| row.item().as_ref() == Some(item));
        let bounds = row.and_then(|row| row.compute_bounds(&*self.imp().list_view));
        bounds.map_or(gdk::Rectangle::new(0, 0, 1, 1), |bounds| {
            let is_rtl = self.direction() == gtk::TextDirection::Rtl;
            let x = if is_rtl { bounds.x() } else { bounds.x() + bounds.width() };
            point(x.into(), (bounds.y() + LINE_HEIGHT.min(bounds.height())).into())
        })
    }

    /// Lets the person choose a sign to put to a message.
    fn choose_reaction(&self, item: &TimelineItem) {
        let imp = self.imp();
        if !self.can_answer(item) {
            return;
        }
        imp.chosen.replace(Some(item.clone()));
        let made = imp.emoji_chooser.borrow().clone();
        let chooser = made.unwrap_or_else(|| self.make_emoji_chooser());
        chooser.set_pointing_to(Some(&self.place_of(item)));
        chooser.popup();
    }

    fn make_emoji_chooser(&self) -> gtk::EmojiChooser {
        let chooser = emoji_chooser();
        chooser.set_parent(&*self.imp().list_view);
        chooser.connect_emoji_picked(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |_, sign| {
                let chosen = view.imp().chosen.borrow().clone();
                if let Some((channel, item)) = view.channel().zip(chosen) {
                    channel.toggle_reaction(&item, sign);
                }
            }
        ));
        self.imp().emoji_chooser.replace(Some(chooser.clone()));
        chooser
    }

    /// Deletes a message: one's own at once, somebody else's with a reason. Both can be undone for a moment.
    fn delete_message(&self, channel: &Channel, item: &TimelineItem) {
        if !channel.can_delete(item) {
            return;
        }
        if item.is_own() {
            self.delete_with_undo(channel, item, "");
            return;
        }
        present_delete_message(
            self,
            &item.sender(),
            glib::clone!(
                #[weak(rename_to = view)]
                self,
                #[weak]
                channel,
                #[weak]
                item,
                move |reason| view.delete_with_undo(&channel, &item, reason)
            ),
        );
    }

    fn delete_with_undo(&self, channel: &Channel, item: &TimelineItem, reason: &str) {
        channel.delete(item, reason);
        let msgid = item.msgid();
        let undo = glib::clone!(
            #[weak]
            channel,
            move || channel.keep_message(&msgid)
        );
        let words = gettext("Message deleted");
        let toast = toast_with_button(&words, &gettext("_Undo"), Channel::UNDO_S, undo);
        toast.set_priority(adw::ToastPriority::High);
        self.add_toast(toast);
    }

    fn handle_row_key(&self, key: gdk::Key, modifiers: gdk::ModifierType) -> glib::Propagation {
        let has = |modifier| modifiers.contains(modifier);
        let Some(row) = self.focused_row() else { return glib::Propagation::Proceed };
        let Some(item) = row.item().filter(is_said) else { return glib::Propagation::Proceed };
        match key {
            gdk::Key::Menu => self.open_menu_of(&item),
            gdk::Key::F10 if has(gdk::ModifierType::SHIFT_MASK) => self.open_menu_of(&item),
            gdk::Key::c if has(gdk::ModifierType::CONTROL_MASK) && !is_in_text(self) => {
                self.clipboard().set_text(&item.text());
            }
            gdk::Key::space if self.is_selecting() => {
                item.set_is_selected(!item.is_selected());
                self.show_selected();
            }
            gdk::Key::Delete => self.delete_focused(&item),
            _ => return glib::Propagation::Proceed,
        }
        glib::Propagation::Stop
    }

    fn delete_focused(&self, item: &TimelineItem) {
        if let Some(channel) = self.channel() {
            self.delete_message(&channel, item);
        }
    }

    fn open_menu_at(&self, x: f64, y: f64) -> bool {
        let list = &self.imp().list_view;
        let picked = list.pick(x, y, gtk::PickFlags::DEFAULT);
        let label = picked.as_ref().and_then(|widget| widget.downcast_ref::<gtk::Label>());
        let link = label.and_then(gtk::Label::current_uri).map(String::from);
        let row = picked.and_then(|widget| {
            let row = widget.ancestor(TimelineRow::static_type());
            row.or_else(|| widget.first_child()).and_downcast::<TimelineRow>()
        });
        let item = row.and_then(|row| row.item()).filter(is_said);
        item.inspect(|item| self.open_menu(item, link, &point(x, y), gtk::Align::Start)).is_some()
    }

    /// Without a link that was pointed at, the first one in the text can be copied.
    fn open_menu(
        &self,
        item: &TimelineItem,
        link: Option<String>,
        place: &gdk::Rectangle,
        align: gtk::Align,
    ) {
        let imp = self.imp();
        let Some(channel) = self.channel() else { return };
        let link = link.or_else(|| first_link(&item.text()));
        let has_link = link.is_some();
        imp.chosen_link.replace(link);
        imp.chosen.replace(Some(item.clone()));
        let made = imp.menu.borrow().clone();
        let menu = made.unwrap_or_else(|| self.make_menu());
        menu.set_menu_model(Some(&menu_of(&channel, item, has_link)));
        menu.set_pointing_to(Some(place));
        menu.set_halign(align);
        menu.popup();
    }

    fn make_menu(&self) -> gtk::PopoverMenu {
        let menu = gtk::PopoverMenu::builder().has_arrow(false).build();
        menu.set_parent(&*self.imp().list_view);
        self.imp().menu.replace(Some(menu.clone()));
        menu
    }

    /// The row that holds the keyboard's focus.
    fn focused_row(&self) -> Option<TimelineRow> {
        let focus = self.root()?.focus()?;
        let row = focus.ancestor(TimelineRow::static_type());
        row.or_else(|| focus.first_child()).and_downcast()
    }

    /// The rows that are made, in sight or close to it.
    pub(super) fn rows(&self) -> Vec<TimelineRow> {
        let mut rows = Vec::new();
        let mut next = self.imp().list_view.first_child();
        while let Some(child) = next {
            rows.extend(child.first_child().and_downcast::<TimelineRow>());
            next = child.next_sibling();
        }
        rows
    }
}

/// Whether the focus is in a message's text, of which a part may be selected.
fn is_in_text(view: &TimelineView) -> bool {
    view.root().and_then(|root| root.focus()).is_some_and(|focus| focus.is::<gtk::Label>())
}

fn is_said(item: &TimelineItem) -> bool {
    matches!(item.kind(), ItemKind::Message | ItemKind::Notice) && item.deletion().is_empty()
}

#[expect(clippy::cast_possible_truncation, reason = "a place on a screen")]
fn point(x: f64, y: f64) -> gdk::Rectangle {
    gdk::Rectangle::new(x as i32, y as i32, 1, 1)
}

/// What can be done with this message now.
fn menu_of(channel: &Channel, item: &TimelineItem, has_link: bool) -> gio::Menu {
    let menu = gio::Menu::new();
    let add = |words: String, action: &str| menu.append(Some(&words), Some(action));
    match item.state() {
        SendState::Sent if channel.can_answer(item) => {
            add(gettext("_Reply"), "message.reply");
            add(gettext("Re_act…"), "message.react");
        }
        SendState::Sent => {}
        SendState::Pending => add(gettext("_Delete"), "message.discard"),
        SendState::Failed => {
            add(gettext("R_etry"), "message.retry");
            add(gettext("_Delete"), "message.discard");
        }
    }
    add(gettext("_Copy Text"), "message.copy");
    if has_link {
        add(gettext("Copy _Link"), "message.copy-link");
    }
    add(gettext("_Select Messages"), "message.select");
    if channel.can_delete(item) {
        let delete = if item.is_own() { gettext("_Delete") } else { gettext("_Delete…") };
        add(delete, "message.delete");
    }
    menu
}
