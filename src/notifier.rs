//! Notifications of what was said while nobody looked: mentions, private messages, and every message of chosen rooms.
//!
//! Owns when one is shown and when it is withdrawn. What is unread is the model's; a notification stands for a conversation,
//! has its number, and is gone when that is read.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gio::prelude::*;

use crate::i18n::{clean, gettext, gettext_f, isolate};
use crate::model::{Channel, Chat, Network};
use crate::settings::{Key, notify_rooms};

/// Watches every conversation of a chat, for as long as it is kept.
#[derive(Debug)]
pub struct Notifier(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    application: glib::WeakRef<gio::Application>,
    chat: Chat,
    settings: gio::Settings,
    /// How much was unread when a conversation was last looked at: messages, and those that concern us.
    seen: RefCell<HashMap<u64, (u32, u32)>>,
}

impl Notifier {
    /// Begins to watch. Nothing is said of what was unread before.
    pub fn new(
        application: &impl IsA<gio::Application>,
        chat: &Chat,
        settings: &gio::Settings,
    ) -> Self {
        let inner = Rc::new(Inner {
            application: application.upcast_ref::<gio::Application>().downgrade(),
            chat: chat.clone(),
            settings: settings.clone(),
            seen: RefCell::default(),
        });
        let networks = chat.networks();
        let gone = {
            let inner = Rc::downgrade(&inner);
            move || {
                if let Some(inner) = inner.upgrade() {
                    inner.withdraw_gone();
                }
            }
        };
        let watch_network = {
            let (inner, gone) = (Rc::downgrade(&inner), gone.clone());
            move |network: Network| {
                let inner = inner.clone();
                let watch_channel = move |channel: Channel| {
                    if let Some(inner) = inner.upgrade() {
                        inner.watch(&channel);
                    }
                };
                watch_list(&network.channels(), watch_channel, gone.clone());
            }
        };
        watch_list(&networks, watch_network, gone);
        settings.connect_changed(Some(Key::DoNotDisturb.name()), {
            let inner = Rc::downgrade(&inner);
            move |_, _| {
                if let Some(inner) = inner.upgrade() {
                    inner.withdraw_all();
                }
            }
        });
        Self(inner)
    }

    /// Takes back everything that is shown, at the end of the program.
    pub fn withdraw_all(&self) {
        self.0.withdraw_all();
    }
}

/// Does something with everything in a list, now and whenever something is added; and something else when anything was
/// removed.
fn watch_list<T: IsA<glib::Object>>(
    list: &gio::ListStore,
    watch: impl Fn(T) + 'static,
    gone: impl Fn() + 'static,
) {
    list.iter::<T>().flatten().for_each(&watch);
    list.connect_items_changed(move |list, position, removed, added| {
        if removed > 0 {
            gone();
        }
        for position in position..position + added {
            watch(list.item(position).and_downcast().expect("the list is of one kind"));
        }
    });
}

impl Inner {
    fn watch(self: &Rc<Self>, channel: &Channel) {
        if self.seen.borrow().contains_key(&channel.id()) {
            // It was closed, and is open again.
            return;
        }
        let counts = (channel.unread_count(), channel.mention_count());
        self.seen.borrow_mut().insert(channel.id(), counts);
        let inner = Rc::downgrade(self);
        channel.connect_unread_count_notify(move |channel| {
            // Once the whole batch is there, and its last line is known.
            let (inner, channel) = (inner.clone(), channel.clone());
            glib::idle_add_local_once(move || {
                if let Some(inner) = inner.upgrade() {
                    inner.look_at(&channel);
                }
            });
        });
    }

    fn look_at(&self, channel: &Channel) {
        let now = (channel.unread_count(), channel.mention_count());
        let before = self.seen.borrow_mut().insert(channel.id(), now).unwrap_or_default();
        let Some(application) = self.application.upgrade() else { return };
        if now.0 == 0 || self.is_gone(channel.id()) {
            application.withdraw_notification(&notification_id(channel.id()));
        } else if self.concerns_us(channel, before, now) {
            let id = notification_id(channel.id());
            application.send_notification(Some(&id), &self.notification(channel));
        }
    }

    fn concerns_us(&self, channel: &Channel, before: (u32, u32), now: (u32, u32)) -> bool {
        if channel.muted() || self.settings.boolean(Key::DoNotDisturb.name()) {
            return false;
        }
        let is_chosen = || notify_rooms(&self.settings).contains(&channel.id());
        (now.1 > before.1 && self.settings.boolean(Key::Notify.name()))
            || (now.0 > before.0 && is_chosen())
    }

    fn notification(&self, channel: &Channel) -> gio::Notification {
        let title = clean(&channel.title());
        let network = channel.network().filter(|_| self.chat.networks().n_items() > 1);
        let title = match network {
            Some(network) => gettext_f(
                // Translators: the title of a notification: a room or a person, and on which server.
                "{conversation} in {server}",
                &[("conversation", &isolate(&title)), ("server", &isolate(&network.name()))],
            ),
            None => title,
        };
        let notification = gio::Notification::new(&title);
        let shows_text = self.settings.boolean(Key::NotifyText.name());
        let body = if shows_text {
            channel.last_said()
        } else {
            // Translators: the text of a notification that is not to say more.
            gettext("New message")
        };
        notification.set_body(Some(&body));
        notification.set_default_action_and_target_value(
            "app.open-conversation",
            Some(&channel.id().to_variant()),
        );
        notification
    }

    /// Whether a conversation is no longer open, or its server was forgotten.
    fn is_gone(&self, id: u64) -> bool {
        self.chat.find_channel(id).is_none()
    }

    /// What is gone can no longer be read.
    fn withdraw_gone(&self) {
        self.withdraw(|id, (unread_count, _)| unread_count > 0 && self.is_gone(id));
    }

    fn withdraw_all(&self) {
        self.withdraw(|_, _| true);
    }

    fn withdraw(&self, is_meant: impl Fn(u64, (u32, u32)) -> bool) {
        let Some(application) = self.application.upgrade() else { return };
        for (&id, _) in self.seen.borrow().iter().filter(|&(&id, &seen)| is_meant(id, seen)) {
            application.withdraw_notification(&notification_id(id));
        }
    }
}

fn notification_id(channel: u64) -> String {
    format!("conversation-{channel}")
}
