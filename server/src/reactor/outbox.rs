//! What one turn gathered for the hub, handed over without ever waiting.

use crossbeam_channel::{Sender, TrySendError};

use crate::event::{HubInput, InboundBatch};

/// The pending batch and the way to the hub.
#[derive(Debug)]
pub(crate) struct Outbox {
    hub: Sender<InboundBatch>,
    batch: InboundBatch,
    is_stalled: bool,
}

impl Outbox {
    /// An empty outbox towards this inbox.
    pub(crate) fn new(hub: Sender<InboundBatch>) -> Self {
        Self { hub, batch: InboundBatch::default(), is_stalled: false }
    }

    /// Adds to the pending batch.
    pub(crate) fn push(&mut self, input: HubInput) {
        self.batch.inputs.push(input);
    }

    /// How many inputs are pending.
    pub(crate) fn len(&self) -> usize {
        self.batch.inputs.len()
    }

    /// Whether the hub did not take the last batch: nothing may be read until it does.
    pub(crate) fn is_stalled(&self) -> bool {
        self.is_stalled
    }

    /// Hands the pending batch over, if the hub has room for it; otherwise it stays pending.
    pub(crate) fn send(&mut self) {
        if self.batch.inputs.is_empty() {
            return;
        }
        self.is_stalled = match self.hub.try_send(std::mem::take(&mut self.batch)) {
            Ok(()) => false,
            Err(TrySendError::Full(batch)) => {
                self.batch = batch;
                true
            }
            // The hub has ended, and with it the sense in reading; what it said last is still being sent.
            Err(TrySendError::Disconnected(_)) => true,
        };
    }
}
