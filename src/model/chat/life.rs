//! How a chat begins, goes on and ends.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use async_channel::Receiver;
use gio::prelude::*;
use glib::subclass::prelude::*;

use crate::irc::event::{Failure, State};
use crate::irc::{DeviceKey, Event, EventBatch, LinkHandle, Request};
use crate::model::channel::PAGE;
use crate::model::services::{SendRequest, Services, Turn};
use crate::model::{Channel, ConnectionState, Network};
use crate::secrets::Secrets;
use crate::store::{Archive, OpenTrouble, Opened, Place, RestoredNetwork, StoreError};

use super::intake::{Intake, Task};
use super::{Chat, words};

/// So long the servers have to hear a goodbye.
const GOODBYE: Duration = Duration::from_millis(1500);
const GOODBYE_STEP: Duration = Duration::from_millis(10);

/// So long the keyring has to forget a password at the end.
const KEYRING: Duration = Duration::from_millis(1500);

/// When to try again after the socket thread's queue was full.
const QUEUE_IS_FULL: Duration = Duration::from_millis(20);

/// The socket thread, as far as a chat has to do with it.
pub(in crate::model) struct Link {
    pub(in crate::model) send: SendRequest,
    pub(in crate::model) events: Receiver<EventBatch>,
}

/// Whether the chat is ending.
#[derive(Debug, Default)]
pub(super) struct End {
    has_begun: Cell<bool>,
}

impl Chat {
    /// [`start`](Self::start) with whatever carries requests and events; it is started once the
    /// archive is open and its folder there.
    pub(in crate::model) fn start_with(
        place: Place,
        secrets: Box<dyn Secrets>,
        start_link: impl FnOnce(&Place) -> io::Result<Link> + 'static,
    ) -> Self {
        let chat: Self = glib::Object::new();
        let Opened { archive, trouble, failures } =
            Archive::open(place.clone()).expect("a program can start one thread");
        let services = Rc::new(Services::new(archive, secrets));
        chat.imp().services.set(services).expect("the object is new");
        chat.imp().end.set(End::default()).expect("the object is new");
        glib::spawn_future_local(tell_failures(chat.downgrade(), failures));
        let life = chat.downgrade();
        glib::spawn_future_local(async move {
            let trouble = trouble.await.ok().flatten();
            if let Some(chat) = life.upgrade() {
                chat.restore(trouble).await;
            }
            live(life, place, start_link).await;
        });
        chat.refresh_at_midnight();
        chat
    }

    /// Says goodbye everywhere, with these words, and closes the archive; ready within a few seconds,
    /// whatever the network and the keyring do. End the program afterwards.
    pub async fn shutdown(&self, reason: &str) {
        if self.imp().end.get().expect("set at the start").has_begun.replace(true) {
            return;
        }
        for network in self.all_networks() {
            network.open_channels().iter().for_each(Channel::delete_all_held);
            network.open_channels().iter().for_each(Channel::tell_read);
            network.hang_up(reason);
        }
        let end = Instant::now() + GOODBYE;
        // What came before the goodbye is kept, as far as the disk takes it in time.
        while (self.is_connected_somewhere() || self.is_taking()) && Instant::now() < end {
            glib::timeout_future(GOODBYE_STEP).await;
        }
        for network in self.all_networks() {
            network.open_channels().iter().for_each(Channel::keep_rest);
        }
        self.forget_all_set_aside().await;
        self.services().drop_link();
        self.services().archive.close().await;
    }

    /// Whether something came that is not kept and shown yet.
    pub(in crate::model) fn is_taking(&self) -> bool {
        self.imp().is_taking.get()
    }

    /// Whether the program is about to end.
    pub(super) fn is_ending(&self) -> bool {
        self.imp().end.get().is_some_and(|end| end.has_begun.get())
    }

    /// Forgets what can no longer be taken back. Passwords are waited for, since nothing asks the keyring any more once the
    /// program has ended; but not for a person who does not open it.
    async fn forget_all_set_aside(&self) {
        let set_aside = self.imp().set_aside.take();
        for network in &set_aside {
            drop(self.services().archive.remove_network(network.key()));
        }
        let errands = async {
            for network in set_aside.iter().filter(|network| !network.account().is_empty()) {
                network.forget_password_now().await;
            }
        };
        if glib::future_with_timeout(KEYRING, errands).await.is_err() {
            tracing::debug!("the keyring stayed closed");
        }
    }

    pub(in crate::model) fn services(&self) -> Rc<Services> {
        Rc::clone(self.imp().services.get().expect("set at the start"))
    }

    async fn restore(&self, trouble: Option<OpenTrouble>) {
        if let Some(trouble) = trouble {
            self.tell_trouble(&words::open_trouble(&trouble));
        }
        // A failure is told by the archive itself.
        let restored = self.services().archive.restore(PAGE).await.unwrap_or_default();
        let restore = |network| self.restore_network(network);
        let networks: Vec<_> = restored.into_iter().map(restore).collect();
        self.networks().splice(0, 0, &networks);
        self.imp().is_restored.set(true);
        self.notify_is_restored();
    }

    fn restore_network(&self, restored: RestoredNetwork) -> Network {
        Network::restore(self.services(), self.next_id(), restored)
    }

    /// There is no socket thread, and none will come.
    fn tell_no_link(&self, error: &io::Error) {
        for network in self.all_networks() {
            let failure = Failure::Local(error.to_string());
            network.handle_event(Event::State(State::Failed(failure)), &mut Turn::default());
        }
    }

    fn is_connected_somewhere(&self) -> bool {
        use ConnectionState::{Connecting, Online, Registering, Securing};
        let connected = |network: &Network| {
            matches!(network.state(), Connecting | Securing | Registering | Online)
        };
        self.all_networks().iter().any(connected)
    }

    fn tell_trouble(&self, words: &str) {
        self.emit_by_name::<()>("archive-trouble", &[&words]);
    }

    /// What was "Today" becomes "Yesterday".
    fn refresh_at_midnight(&self) {
        let chat = self.downgrade();
        glib::timeout_add_seconds_local_once(seconds_to_midnight(), move || {
            if let Some(chat) = chat.upgrade() {
                let channels = chat.all_networks().into_iter().flat_map(|one| one.open_channels());
                channels.for_each(|channel| channel.timeline().publish());
                chat.refresh_at_midnight();
            }
        });
    }
}

/// Starts the socket thread, and carries what it brings for as long as the chat is there.
async fn live(
    chat: glib::WeakRef<Chat>,
    place: Place,
    start_link: impl FnOnce(&Place) -> io::Result<Link>,
) {
    let Some(begun) = chat.upgrade() else { return };
    let Link { send, events } = match start_link(&place) {
        Ok(link) => link,
        Err(error) => return begun.tell_no_link(&error),
    };
    begun.services().set_link(send);
    begun.all_networks().iter().for_each(Network::start);
    drop(begun);
    let mut intake = Intake::default();
    while let Some(task) = intake.next(&events).await {
        let Some(chat) = chat.upgrade() else { break };
        chat.imp().is_taking.set(true);
        match task {
            Task::Take(batch) => intake.take(&chat, batch).await,
            Task::Show => intake.show().await,
        }
        chat.imp().is_taking.set(intake.has_news());
    }
}

async fn tell_failures(chat: glib::WeakRef<Chat>, failures: Receiver<StoreError>) {
    while let Ok(error) = failures.recv().await {
        let Some(chat) = chat.upgrade() else { break };
        chat.tell_trouble(&words::failure(&error));
    }
}

fn seconds_to_midnight() -> u32 {
    const DAY_S: i32 = 24 * 60 * 60;
    let passed = glib::DateTime::now_local()
        .map_or(0, |now| (now.hour() * 60 + now.minute()) * 60 + now.second());
    u32::try_from(DAY_S - passed).unwrap_or(0) + 1
}

/// Starts the real socket thread, with the device key in the archive's folder.
pub(super) fn start_link(place: &Place) -> io::Result<Link> {
    let device = DeviceKey::in_folder(place.folder().to_owned());
    let (handle, events) = LinkHandle::spawn(device)?;
    let (requests, way) = async_channel::unbounded();
    glib::spawn_future_local(carry_requests(way, handle, events.clone()));
    let send = Box::new(move |request| {
        // Refused only when the socket thread has ended, and then there is nobody to ask.
        let _ = requests.try_send(request);
    });
    Ok(Link { send, events })
}

/// Hands requests to the socket thread in order; while its queue is full, it must take our events off
/// its hands first. Dropping the handle at the end stops the thread.
async fn carry_requests(way: Receiver<Request>, handle: LinkHandle, events: Receiver<EventBatch>) {
    while let Ok(mut request) = way.recv().await {
        while let Err(refused) = handle.send(request) {
            if events.is_closed() {
                return;
            }
            request = refused;
            glib::timeout_future(QUEUE_IS_FULL).await;
        }
    }
}
