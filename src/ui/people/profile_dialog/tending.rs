//! What operators of a room do to somebody. The dialog closes; what came of it is told in the window, where it can be undone.

use std::future::Future;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::ProfileDialog;
use crate::i18n::{gettext, gettext_f, isolate};
use crate::model::{Channel, Role};
use crate::ui::Window;
use crate::ui::text::escaped;
use crate::ui::toast::{tell, tell_undoable, window_of};

impl ProfileDialog {
    /// Shows what an operator may do, to operators, about others who are in the room.
    pub(super) fn offer_tending(&self) {
        let imp = self.imp();
        let room = imp.room.borrow().clone();
        let member = self.member().filter(|member| !member.is_me());
        let Some((room, member)) = room.filter(Channel::is_operator).zip(member) else { return };
        imp.operator_group.set_visible(true);
        imp.removal_group.set_visible(true);
        let values = [("room", &*isolate(&room.title()))];
        // Translators: A heading over what an operator can do to a person.
        imp.operator_group.set_title(&escaped(&gettext_f("In {room}", &values)));
        let is_operator = member.role() == Role::Operator;
        imp.operator_row.set_title(&if is_operator {
            gettext("Take _Operator Role Back")
        } else {
            gettext("Make _Operator")
        });
        imp.mute_row.set_visible(self.network().can_mute());
    }

    pub(super) fn connect_tending(&self) {
        let imp = self.imp();
        let connect = |row: &adw::ButtonRow, act: fn(&Self, Channel, Window)| {
            row.connect_activated(glib::clone!(
                #[weak(rename_to = dialog)]
                self,
                move |_| {
                    let room = dialog.imp().room.borrow().clone();
                    if let Some((room, window)) = room.zip(window_of(&dialog)) {
                        act(&dialog, room, window);
                        dialog.close();
                    }
                }
            ));
        };
        connect(&imp.operator_row, Self::turn_operator);
        connect(&imp.mute_row, Self::mute);
        connect(&imp.remove_row, Self::remove);
        connect(&imp.ban_row, Self::ban);
    }

    fn turn_operator(&self, room: Channel, window: Window) {
        let nick = self.nick().to_owned();
        let becomes = self.member().is_none_or(|member| member.role() != Role::Operator);
        let words = if becomes {
            // Translators: {name} is a person.
            gettext_f("{name} looks after the room now", &[("name", &isolate(&self.name()))])
        } else {
            // Translators: {name} is a person.
            gettext_f("{name} no longer looks after the room", &[("name", &isolate(&self.name()))])
        };
        glib::spawn_future_local(async move {
            let done = room.set_operator(&nick, becomes).await;
            let undo = {
                let window = window.clone();
                move || {
                    let (room, nick) = (room.clone(), nick.clone());
                    tell_failure(&window, async move { room.set_operator(&nick, !becomes).await });
                }
            };
            tell_done(&window, done, &words, undo);
        });
    }

    fn mute(&self, room: Channel, window: Window) {
        let nick = self.nick().to_owned();
        // Translators: {name} is a person, who may no longer speak in a room.
        let words = gettext_f("{name} is muted", &[("name", &isolate(&self.name()))]);
        glib::spawn_future_local(async move {
            let (mask, done) = parts(room.mute(&nick).await);
            let undo = lift(&window, room, mask);
            tell_done(&window, done, &words, undo);
        });
    }

    fn remove(&self, room: Channel, window: Window) {
        let (nick, reason) = (self.nick().to_owned(), self.imp().reason_row.text());
        // Translators: {name} is a person, who was put out of a room.
        let words = gettext_f("{name} was removed", &[("name", &isolate(&self.name()))]);
        glib::spawn_future_local(async move {
            match room.remove_person(&nick, reason.trim()).await {
                Ok(()) => tell(&window, &words),
                Err(refusal) => tell(&window, &refusal),
            }
        });
    }

    /// Who is banned is put out, too; undoing it lets them in again.
    fn ban(&self, room: Channel, window: Window) {
        let (nick, reason) = (self.nick().to_owned(), self.imp().reason_row.text());
        // Translators: {name} is a person, who may not enter a room any more.
        let words = gettext_f("{name} is banned", &[("name", &isolate(&self.name()))]);
        glib::spawn_future_local(async move {
            let (mask, mut done) = parts(room.ban(&nick).await);
            if done.is_ok() {
                done = room.remove_person(&nick, reason.trim()).await;
            }
            let undo = lift(&window, room, mask);
            tell_done(&window, done, &words, undo);
        });
    }
}

fn parts(answer: Result<String, String>) -> (String, Result<(), String>) {
    match answer {
        Ok(mask) => (mask, Ok(())),
        Err(words) => (String::new(), Err(words)),
    }
}

/// Takes a mask off the list of bans.
fn lift(window: &Window, room: Channel, mask: String) -> impl Fn() + 'static {
    let window = window.clone();
    move || {
        let (room, mask) = (room.clone(), mask.clone());
        tell_failure(&window, async move { room.set_ban(&mask, false).await });
    }
}

fn tell_done(window: &Window, done: Result<(), String>, words: &str, undo: impl Fn() + 'static) {
    match done {
        Ok(()) => tell_undoable(window, words, undo),
        Err(refusal) => tell(window, &refusal),
    }
}

fn tell_failure(window: &Window, deed: impl Future<Output = Result<(), String>> + 'static) {
    let window = window.clone();
    glib::spawn_future_local(async move {
        if let Err(refusal) = deed.await {
            tell(&window, &refusal);
        }
    });
}
