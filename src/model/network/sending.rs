//! The way out of what a person says: first to the disk, then to the socket thread, in order.

use std::cell::{OnceCell, RefCell};

use async_channel::{Receiver, Sender};
use glib::prelude::*;
use glib::subclass::prelude::*;
use uuid::Uuid;

use crate::i18n::gettext;
use crate::irc::{Command, Outgoing, messages, text_max_bytes};
use crate::model::Channel;
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
        for OutboxEntry { conversation, waiting } in entries {
            let Some(channel) = self.find_by_key(conversation) else { continue };
            if waiting.failure.is_none() {
                self.imp().outbox.handed.borrow_mut().push(outgoing(&channel, &waiting));
            }
            channel.restore_waiting(waiting, self.sender());
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
        let kept = match (instead_of, messages.first()) {
            (Some(failed), Some(again)) => {
                archive.requeue(failed, channel.key(), again.clone()).await
            }
            _ => archive.queue(channel.key(), messages.clone()).await,
        };
        for waiting in messages {
            if kept.is_err() {
                // Translators: why a message could not be sent.
                channel.fail(waiting.id, &gettext("It could not be stored on this computer."));
            } else if channel.timeline().window().holds_waiting(waiting.id) {
                self.send(outgoing(&channel, &waiting));
            } else {
                // It was taken back while the disk was busy.
                drop(archive.take_back(waiting.id));
            }
        }
        channel.publish();
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

fn outgoing(channel: &Channel, waiting: &Waiting) -> Outgoing {
    Outgoing {
        id: waiting.id,
        target: channel.name(),
        text: waiting.text.clone(),
        is_action: waiting.is_action,
        reply_to: waiting.reply_to.clone(),
    }
}
