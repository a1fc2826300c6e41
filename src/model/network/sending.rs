//! The way out of what a person says: first to the disk, then to the socket thread, in order.
//!
//! Before anything is sent, the disk says that it may have been. What goes at once is kept so from the beginning; of the rest,
//! the session asks for it when its turn comes.

use std::cell::{OnceCell, RefCell};

use async_channel::{Receiver, Sender};
use glib::prelude::*;
use glib::subclass::prelude::*;
use uuid::Uuid;

use crate::i18n::gettext;
use crate::irc::session::WINDOW;
use crate::irc::{Command, Outgoing, messages, text_max_bytes};
use crate::model::{Channel, ConnectionState};
use crate::store::{OutboxEntry, Waiting};

use super::Network;

/// What was handed to the socket thread and not echoed, and the way there.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    handed: RefCell<Vec<Outgoing>>,
    // Unbounded: it is filled by a person's typing, one turn at a time.
    way: OnceCell<Sender<Handover>>,
}

/// Messages on their way to the disk.
#[derive(Debug)]
struct Handover {
    channel: Channel,
    messages: Vec<Waiting>,
    /// The failed message whose place they take.
    instead_of: Option<Uuid>,
}

impl Network {
    /// Sends messages of a channel, after all that were handed over before.
    pub(in crate::model) fn hand_over(
        &self,
        channel: &Channel,
        messages: Vec<Waiting>,
        instead_of: Option<Uuid>,
    ) {
        let handover = Handover { channel: channel.clone(), messages, instead_of };
        let way = self.imp().outbox.way.get().expect("made with the network");
        // The other end lives as long as the network does.
        let _ = way.try_send(handover);
    }

    /// A message was echoed, refused or taken back: no connection is to send it again.
    pub(in crate::model) fn forget_outgoing(&self, id: Uuid) {
        self.imp().outbox.handed.borrow_mut().retain(|outgoing| outgoing.id != id);
    }

    /// The messages that a text is said as in this room or to this person.
    pub(in crate::model) fn messages_of(
        &self,
        target: &str,
        text: &str,
        is_action: bool,
    ) -> Vec<String> {
        // What one does is done on one line.
        let multiline = self.imp().abilities.borrow().multiline.filter(|_| !is_action);
        messages(text, self.line_max_bytes(target), multiline)
    }

    /// How many bytes one message to this room or person may have.
    pub(in crate::model) fn message_max_bytes(&self, target: &str) -> usize {
        let multiline = self.imp().abilities.borrow().multiline;
        multiline.map_or_else(|| self.line_max_bytes(target), |limits| limits.max_bytes)
    }

    fn line_max_bytes(&self, target: &str) -> usize {
        text_max_bytes(&self.imp().nick.borrow(), target)
    }

    /// What a new connection is to send, oldest first.
    pub(super) fn pending(&self) -> Vec<Outgoing> {
        self.imp().outbox.handed.borrow().clone()
    }

    /// What waited when the program ended.
    pub(super) fn restore_outbox(&self, entries: Vec<OutboxEntry>) {
        for entry in entries {
            let Some(channel) = self.find_by_key(entry.conversation) else { continue };
            if entry.waiting.failure.is_none() {
                self.imp().outbox.handed.borrow_mut().push(outgoing(&channel, &entry));
            }
            channel.restore_waiting(entry.waiting, self.sender());
        }
    }

    /// Begins to carry what is handed over, for as long as the network lives.
    pub(super) fn start_sending(&self) {
        let (way, handovers) = async_channel::unbounded();
        self.imp().outbox.way.set(way).expect("the network is new");
        glib::spawn_future_local(carry(self.downgrade(), handovers));
    }

    async fn send_kept(&self, handover: Handover) {
        let Handover { channel, messages, instead_of } = handover;
        let archive = self.services().archive.clone();
        let going_count = self.how_many_go_at_once(&channel);
        let entry = |(index, waiting)| OutboxEntry {
            conversation: channel.key(),
            waiting,
            is_noted: index < going_count,
        };
        let entries: Vec<_> = messages.into_iter().enumerate().map(entry).collect();
        let kept = match (instead_of, entries.first()) {
            (Some(failed), Some(again)) => archive.requeue(failed, again.clone()).await,
            _ => archive.queue(entries.clone()).await,
        };
        for entry in entries {
            let id = entry.waiting.id;
            if kept.is_err() {
                channel.fail(id, &not_stored());
            } else if channel.timeline().window().holds_waiting(id) {
                self.send(outgoing(&channel, &entry));
            } else {
                // It was taken back while the disk was busy.
                drop(archive.take_back(id));
            }
        }
        channel.publish();
    }

    /// How many messages said now would be sent without a wait, as far as can be seen from here.
    fn how_many_go_at_once(&self, channel: &Channel) -> usize {
        let is_ready = self.state() == ConnectionState::Online && channel.joined();
        if is_ready { WINDOW.saturating_sub(self.imp().outbox.handed.borrow().len()) } else { 0 }
    }

    /// Has it noted of these messages that they may have been sent; then they may go.
    pub(super) fn note_outgoing(&self, ids: Vec<Uuid>) {
        let network = self.clone();
        glib::spawn_future_local(async move {
            if network.services().archive.note(ids.clone()).await.is_err() {
                return network.fail_unnoted(&ids);
            }
            for outgoing in network.imp().outbox.handed.borrow_mut().iter_mut() {
                outgoing.is_noted |= ids.contains(&outgoing.id);
            }
            network.ask(Command::Noted { ids });
        });
    }

    fn fail_unnoted(&self, ids: &[Uuid]) {
        for &id in ids {
            self.ask(Command::CancelSend { id });
            self.forget_outgoing(id);
            let channels = self.open_channels().into_iter();
            for channel in channels.filter(|channel| channel.fail(id, &not_stored())) {
                channel.publish();
            }
        }
    }

    fn send(&self, outgoing: Outgoing) {
        self.imp().outbox.handed.borrow_mut().push(outgoing.clone());
        self.ask(Command::Send(outgoing));
    }
}

async fn carry(network: glib::WeakRef<Network>, handovers: Receiver<Handover>) {
    while let Ok(handover) = handovers.recv().await {
        let Some(network) = network.upgrade() else { break };
        network.send_kept(handover).await;
    }
}

fn not_stored() -> String {
    // Translators: why a message could not be sent.
    gettext("It could not be stored on this computer.")
}

fn outgoing(channel: &Channel, entry: &OutboxEntry) -> Outgoing {
    let waiting = &entry.waiting;
    Outgoing {
        id: waiting.id,
        target: channel.name(),
        text: waiting.text.clone(),
        is_action: waiting.is_action,
        reply_to: waiting.reply_to.clone(),
        is_noted: entry.is_noted,
    }
}
