//! Chats without a server and without a display: what the session would tell is put in, what it is
//! asked is looked at, and the archive is a real one.

mod about;
mod accounts;
mod flood;
mod history;
mod hostile;
mod nearby;
mod others;
mod people;
mod reading;
mod replying;
mod saying;
mod starting;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use async_channel::{Receiver, Sender};
use gio::prelude::*;
use glib::MainContext;
use tempfile::TempDir;
use uuid::Uuid;

use crate::irc::event::{
    Event, EventBatch, Happening, Message, MessageKind, Occurrence, Origin, State,
};
use crate::irc::{Command, NetworkConfig, Outgoing, Request, Secret};
use crate::secrets::{Errand, NoKeyring, Secrets};
use crate::store::Place;

use super::chat::Link;
use super::{
    Channel, Chat, ConnectionState, Fit, ItemKind, Network, NetworkSettings, SendState, Timeline,
    TimelineItem,
};

const ROOM: &str = "#lobby";
const START_MS: u64 = 1_790_000_000_000;

/// A chat with its main loop, and both ends of the way to where the socket thread would be.
struct World {
    context: MainContext,
    chat: Chat,
    asked: Rc<RefCell<Vec<Request>>>,
    tell: Sender<EventBatch>,
    folder: TempDir,
    keyring: Keyring,
}

/// A keyring that forgets all with the test, or one that is not there.
#[derive(Clone, Default)]
struct Keyring {
    kept: Rc<RefCell<HashMap<String, Secret>>>,
    is_absent: bool,
    /// While somebody holds the other end, no errand is done.
    lock: Rc<RefCell<Option<Receiver<()>>>>,
    errand_count: Rc<Cell<u32>>,
}

impl Keyring {
    fn absent() -> Self {
        Self { is_absent: true, ..Self::default() }
    }

    /// Lets every errand wait until the answer is dropped.
    fn lock(&self) -> Sender<()> {
        let (held, lock) = async_channel::bounded(1);
        self.lock.replace(Some(lock));
        held
    }

    fn passwords(&self) -> Vec<String> {
        self.kept.borrow().values().map(|secret| secret.reveal().to_owned()).collect()
    }

    fn do_with<T: 'static>(
        &self,
        errand: impl FnOnce(&mut HashMap<String, Secret>) -> T,
    ) -> Errand<T> {
        let done = if self.is_absent {
            Err(NoKeyring("nobody provides it".into()))
        } else {
            Ok(errand(&mut self.kept.borrow_mut()))
        };
        self.errand_count.set(self.errand_count.get() + 1);
        let lock = self.lock.borrow().clone();
        Box::pin(async move {
            if let Some(lock) = lock {
                // It is never sent to: it closes.
                let _ = lock.recv().await;
            }
            done
        })
    }
}

impl Secrets for Keyring {
    fn keep(&self, name: String, _: String, secret: Secret) -> Errand<()> {
        self.do_with(|kept| drop(kept.insert(name, secret)))
    }

    fn find(&self, name: String) -> Errand<Option<Secret>> {
        self.do_with(|kept| kept.get(&name).cloned())
    }

    fn forget(&self, name: String) -> Errand<()> {
        self.do_with(|kept| drop(kept.remove(&name)))
    }
}

/// Adds a server, and connects to it at once.
fn add_network(chat: &Chat, settings: &NetworkSettings) -> Network {
    let network = chat.prepare_network(settings);
    network.join_as(&settings.display_name, None, None);
    network
}

impl World {
    fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap())
    }

    fn in_folder(folder: TempDir) -> Self {
        Self::in_folder_with(folder, Keyring::default())
    }

    fn in_folder_with(folder: TempDir, keyring: Keyring) -> Self {
        let context = MainContext::new();
        let asked: Rc<RefCell<Vec<Request>>> = Rc::default();
        let (tell, events) = async_channel::unbounded();
        let place = Place::new(folder.path().join("majlis"));
        let requests = Rc::clone(&asked);
        let start = |_: &Place| {
            let send = Box::new(move |request| requests.borrow_mut().push(request));
            Ok(Link { send, events })
        };
        let secrets = Box::new(keyring.clone());
        let chat = context.with_thread_default(|| Chat::start_with(place, secrets, start)).unwrap();
        let world = Self { context, chat, asked, tell, folder, keyring };
        world.settle();
        world
    }

    /// A chat in which Hiba is online in one room.
    fn online() -> (Self, Network, Channel) {
        let world = Self::new();
        let network = world.act(|chat| add_network(chat, &settings("majlis.local")));
        world.come_online(&network);
        let room = room_of(&network);
        (world, network, room)
    }

    fn come_online(&self, network: &Network) {
        self.events(
            network,
            vec![
                Event::State(State::Registering),
                Event::Registered {
                    nick: "hiba".into(),
                    network_name: Some("Home".into()),
                    lobby: Some(ROOM.into()),
                },
                Event::Joined { room: ROOM.into() },
                Event::State(State::Online),
            ],
        );
    }

    /// Ends this program and starts the next one on the same files.
    fn restarted(self) -> Self {
        self.events_everywhere(&Event::State(State::Offline));
        self.wait(self.chat.shutdown(""));
        Self::in_folder_with(self.folder, self.keyring)
    }

    fn events_everywhere(&self, event: &Event) {
        for network in self.networks() {
            self.events(&network, vec![event.clone()]);
        }
    }

    /// Does something on the main loop, and what follows from it.
    fn act<T>(&self, action: impl FnOnce(&Chat) -> T) -> T {
        let result = self.context.with_thread_default(|| action(&self.chat)).unwrap();
        self.settle();
        result
    }

    /// The session tells this in one batch.
    fn events(&self, network: &Network, events: Vec<Event>) {
        let events = events.into_iter().map(|event| (network.id(), event)).collect();
        self.tell.try_send(EventBatch { events }).unwrap();
        self.settle();
    }

    /// Waits until the archive and the main loop have nothing left to do.
    fn settle(&self) {
        for _ in 0..8 {
            self.wait(async { drop(self.chat.services().archive.restore(0).await) });
            self.context.with_thread_default(|| while self.context.iteration(false) {}).unwrap();
            while self.chat.is_taking() {
                self.wait(glib::timeout_future(std::time::Duration::from_millis(1)));
            }
        }
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.context.with_thread_default(|| self.context.block_on(future)).unwrap()
    }

    fn networks(&self) -> Vec<Network> {
        self.chat.networks().iter().flatten().collect()
    }

    fn network(&self) -> Network {
        self.networks().pop().expect("one network")
    }

    /// What was asked since the last time.
    fn asked(&self) -> Vec<Command> {
        self.asked.take().into_iter().map(|request| request.command).collect()
    }

    /// The configuration of the last connection asked for.
    fn config(&self) -> NetworkConfig {
        let connect = self.asked().into_iter().rev().find_map(|command| match command {
            Command::Connect(config) => Some(*config),
            _ => None,
        });
        connect.expect("a connection was asked for")
    }

    /// The messages that were asked to be sent since the last time.
    fn sent(&self) -> Vec<Outgoing> {
        let sent = self.asked().into_iter().filter_map(|command| match command {
            Command::Send(outgoing) => Some(outgoing),
            _ => None,
        });
        sent.collect()
    }
}

fn settings(host: &str) -> NetworkSettings {
    NetworkSettings {
        host: host.into(),
        port: 33000,
        encrypt: true,
        fingerprint: None,
        display_name: "Hiba Salim".into(),
        invite: None,
        room: None,
    }
}

/// The one room of the tests.
fn room_of(network: &Network) -> Channel {
    channels(network).into_iter().find(|channel| channel.name() == ROOM).expect("in the room")
}

fn channels(network: &Network) -> Vec<Channel> {
    network.channels().iter().flatten().collect()
}

/// What Ana says `number` seconds after the start.
fn message(number: u64) -> Message {
    Message {
        msgid: format!("{number:06}"),
        time_ms: START_MS + number * 1000,
        nick: "ana".into(),
        display_name: Some("Ana María".into()),
        is_own: false,
        send_id: None,
        kind: MessageKind::Text,
        text: format!("message {number}"),
        reply_to: None,
    }
}

/// The echo of what we sent, `number` seconds after the start.
fn echo(outgoing: &Outgoing, number: u64) -> Message {
    Message {
        nick: "hiba".into(),
        display_name: Some("Hiba Salim".into()),
        is_own: true,
        send_id: Some(outgoing.id),
        kind: if outgoing.is_action { MessageKind::Action } else { MessageKind::Text },
        text: outgoing.text.clone(),
        ..message(number)
    }
}

fn messages(numbers: impl IntoIterator<Item = u64>) -> Vec<Message> {
    numbers.into_iter().map(message).collect()
}

fn live(messages: Vec<Message>) -> Event {
    said(Origin::Live, messages)
}

fn said(origin: Origin, messages: Vec<Message>) -> Event {
    Event::Messages { conversation: ROOM.into(), origin, messages, happened: Vec::new() }
}

/// What somebody did in the room, of several things in one instant in the order of their identifiers.
fn happened(event_id: &str, name: &str, what: Happening) -> Event {
    let occurrence = Occurrence {
        event_id: event_id.into(),
        time_ms: START_MS,
        nick: name.replace(' ', "_"),
        display_name: Some(name.into()),
        what,
    };
    Event::Happened { room: ROOM.into(), occurrence }
}

fn rows(timeline: &Timeline) -> Vec<TimelineItem> {
    timeline.iter().flatten().collect()
}

/// The texts of all messages, with a mark for those that are not sent.
fn texts(channel: &Channel) -> Vec<String> {
    let said = rows(&channel.timeline()).into_iter().filter(|row| row.kind() == ItemKind::Message);
    said.map(|row| match row.state() {
        SendState::Sent => row.text(),
        SendState::Pending => format!("{}…", row.text()),
        SendState::Failed => format!("{} ({})", row.text(), row.failure()),
    })
    .collect()
}

fn numbered(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("message {number}")).collect()
}

fn row_of(channel: &Channel, text: &str) -> TimelineItem {
    rows(&channel.timeline())
        .into_iter()
        .find(|row| row.text() == text)
        .expect("a row of this text")
}

/// A sentence without the signs that keep the directions of its parts apart.
fn bare(sentence: &str) -> String {
    sentence.replace(['\u{2068}', '\u{2069}'], "")
}

/// Writes down the words of a signal.
fn listen(object: &impl IsA<glib::Object>, signal: &str) -> Rc<RefCell<Vec<String>>> {
    let heard: Rc<RefCell<Vec<String>>> = Rc::default();
    let told = Rc::clone(&heard);
    object.connect_local(signal, false, move |values| {
        let words = values[1..].iter().map(|value| match value.get::<String>() {
            Ok(words) => bare(&words),
            Err(_) => value.get::<Channel>().expect("words or a channel").name(),
        });
        told.borrow_mut().extend(words);
        None
    });
    heard
}
