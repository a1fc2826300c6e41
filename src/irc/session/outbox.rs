//! What was said and is not yet echoed.
//!
//! Owns which messages wait, in which order, and how far each one is. It outlives connections; when a message may go is
//! the session's to say.

use std::collections::VecDeque;

use majlis_protocol::fold;
use uuid::Uuid;

use crate::irc::Outgoing;
use crate::irc::event::{Message, MessageKind};

/// How many messages may wait; one more is refused at once.
pub const PENDING_MAX: usize = 1000;
/// How many messages may be on their way at once: few enough for any server's flood protection.
pub const WINDOW: usize = 8;

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It may have arrived over an earlier connection; history tells.
    InDoubt,
    /// It was never sent, and has to be noted as one that may have been before it is.
    Unnoted {
        /// Whether that was asked for.
        is_asked: bool,
    },
    /// It has not arrived, or is taken once however often it is sent; it waits for its turn.
    Waiting,
    /// It is on its way under this number (a label, or part of a PING's token).
    InFlight(u64),
}

impl Progress {
    /// Of a message whose turn did not come yet.
    pub(super) const UNNOTED: Self = Self::Unnoted { is_asked: false };

    /// Whether it is to be sent once its turn comes.
    fn is_to_go(self) -> bool {
        matches!(self, Self::Waiting | Self::Unnoted { .. })
    }
}

/// A message that waits for its echo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    /// The message.
    pub(super) outgoing: Outgoing,
    /// Its conversation's key: the folded target.
    pub(super) key: String,
    /// How far it is.
    pub(super) progress: Progress,
}

/// Every message that waits for its echo, oldest first, at most [`PENDING_MAX`].
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pending: VecDeque<Pending>,
}

impl Outbox {
    /// Adds a message behind all others. One that waits already is not added again; one too many is given back.
    pub(super) fn push(&mut self, outgoing: Outgoing, progress: Progress) -> Result<(), Outgoing> {
        if self.pending.iter().any(|pending| pending.outgoing.id == outgoing.id) {
            return Ok(());
        }
        if self.pending.len() >= PENDING_MAX {
            return Err(outgoing);
        }
        let key = fold(&outgoing.target);
        self.pending.push_back(Pending { outgoing, key, progress });
        Ok(())
    }

    /// Takes a message out: it arrived, was refused, or is not wanted any more.
    pub(super) fn remove(&mut self, id: Uuid) -> Option<Outgoing> {
        let index = self.pending.iter().position(|pending| pending.outgoing.id == id)?;
        self.pending.remove(index).map(|pending| pending.outgoing)
    }

    /// A message that waits.
    pub(super) fn get(&self, id: Uuid) -> Option<&Outgoing> {
        self.pending.iter().map(|pending| &pending.outgoing).find(|outgoing| outgoing.id == id)
    }

    /// The message that is on its way under a number.
    pub(super) fn in_flight_as(&self, number: u64) -> Option<Uuid> {
        self.pending
            .iter()
            .find(|pending| pending.progress == Progress::InFlight(number))
            .map(|pending| pending.outgoing.id)
    }

    /// The oldest message on its way to a conversation, and with a text where one is given.
    pub(super) fn in_flight_to(&self, key: &str, text: Option<&str>) -> Option<Uuid> {
        self.pending
            .iter()
            .filter(|pending| matches!(pending.progress, Progress::InFlight(_)))
            .filter(|pending| pending.key == key)
            .find(|pending| text.is_none_or(|text| pending.outgoing.text == text))
            .map(|pending| pending.outgoing.id)
    }

    /// The oldest message in doubt that was to say just that, there, but for these.
    pub(super) fn in_doubt_as(&self, key: &str, message: &Message, but: &[Uuid]) -> Option<Uuid> {
        let is_action = message.kind == MessageKind::Action;
        let mut in_doubt =
            self.pending.iter().filter(|pending| pending.progress == Progress::InDoubt);
        let found = in_doubt.find(|Pending { outgoing, key: place, .. }| {
            let is_same = outgoing.text == message.text && outgoing.is_action == is_action;
            place == key && is_same && !but.contains(&outgoing.id)
        });
        found.map(|pending| pending.outgoing.id)
    }

    /// The oldest message of many lines on its way.
    pub(super) fn many_lines_in_flight(&self) -> Option<Uuid> {
        self.pending
            .iter()
            .filter(|pending| matches!(pending.progress, Progress::InFlight(_)))
            .find(|pending| pending.outgoing.text.contains('\n'))
            .map(|pending| pending.outgoing.id)
    }

    /// The oldest message that waits and whose conversation is ready, while the window is open. None overtakes one that is
    /// still to be noted.
    pub(super) fn next_to_send(&mut self, is_ready: impl Fn(&str) -> bool) -> Option<&mut Pending> {
        let next = self.whose_turn_it_is(is_ready).next();
        next.filter(|pending| pending.progress == Progress::Waiting)
    }

    /// The messages whose turn it is and that are not noted, oldest first, once each.
    pub(super) fn take_unnoted(&mut self, is_ready: impl Fn(&str) -> bool) -> Vec<Uuid> {
        let unnoted =
            self.whose_turn_it_is(is_ready).filter(|one| one.progress == Progress::UNNOTED);
        let ask = |pending: &mut Pending| {
            pending.progress = Progress::Unnoted { is_asked: true };
            pending.outgoing.id
        };
        unnoted.map(ask).collect()
    }

    /// These are noted as ones that may have been sent, and may go.
    pub(super) fn note(&mut self, ids: &[Uuid]) {
        for pending in &mut self.pending {
            let is_unnoted = matches!(pending.progress, Progress::Unnoted { .. });
            if is_unnoted && ids.contains(&pending.outgoing.id) {
                pending.progress = Progress::Waiting;
            }
        }
    }

    /// What has its place in the window and is not on its way, oldest first.
    fn whose_turn_it_is(
        &mut self,
        is_ready: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = &mut Pending> {
        let flying =
            self.pending.iter().filter(|pending| matches!(pending.progress, Progress::InFlight(_)));
        let place_count = WINDOW.saturating_sub(flying.count());
        let to_go = self.pending.iter_mut().filter(|pending| pending.progress.is_to_go());
        to_go.filter(move |pending| is_ready(&pending.key)).take(place_count)
    }

    /// The connection is gone: whatever was on its way may have arrived.
    pub(super) fn handle_closed(&mut self) {
        for pending in &mut self.pending {
            if matches!(pending.progress, Progress::InFlight(_)) {
                pending.progress = Progress::InDoubt;
            }
        }
    }

    /// All of a conversation that arrived was found, or may be sent again: the rest waits.
    pub(super) fn release(&mut self, key: &str) {
        for pending in self.pending.iter_mut().filter(|pending| pending.key == key) {
            if pending.progress == Progress::InDoubt {
                pending.progress = Progress::Waiting;
            }
        }
    }

    /// Takes out all of a conversation that is in doubt and will stay so, oldest first.
    pub(super) fn remove_in_doubt(&mut self, key: &str) -> Vec<Uuid> {
        let mut removed = Vec::new();
        self.pending.retain(|pending| {
            let is_kept = pending.key != key || pending.progress != Progress::InDoubt;
            if !is_kept {
                removed.push(pending.outgoing.id);
            }
            is_kept
        });
        removed
    }

    /// A room has another name: what waits goes there.
    pub(super) fn rename_target(&mut self, key: &str, name: &str) {
        for pending in self.pending.iter_mut().filter(|pending| pending.key == key) {
            name.clone_into(&mut pending.outgoing.target);
            pending.key = fold(name);
        }
    }

    /// The targets of all that is in doubt, each once, in order.
    pub(super) fn targets_in_doubt(&self) -> Vec<String> {
        let mut targets: Vec<&Pending> = Vec::new();
        for pending in &self.pending {
            let is_known = targets.iter().any(|other| other.key == pending.key);
            if pending.progress == Progress::InDoubt && !is_known {
                targets.push(pending);
            }
        }
        targets.into_iter().map(|pending| pending.outgoing.target.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing(id: u128, target: &str) -> Outgoing {
        let text = format!("message {id}");
        Outgoing {
            id: Uuid::from_u128(id),
            target: target.into(),
            text,
            is_action: false,
            reply_to: None,
            is_noted: true,
        }
    }

    fn fly(outbox: &mut Outbox, number: u64) -> Option<Uuid> {
        let pending = outbox.next_to_send(|_| true)?;
        pending.progress = Progress::InFlight(number);
        Some(pending.outgoing.id)
    }

    #[test]
    fn no_more_than_the_window_is_on_its_way() {
        let mut outbox = Outbox::default();
        for id in 0..20 {
            outbox.push(outgoing(id, "#a"), Progress::Waiting).expect("there is room");
        }
        for number in 0..8 {
            assert_eq!(fly(&mut outbox, number), Some(Uuid::from_u128(number.into())));
        }
        assert_eq!(fly(&mut outbox, 8), None);
        outbox.remove(Uuid::from_u128(3)).expect("it is there");
        assert_eq!(fly(&mut outbox, 9), Some(Uuid::from_u128(8)));
    }

    #[test]
    fn what_was_on_its_way_is_in_doubt_until_its_conversation_is_known() {
        let mut outbox = Outbox::default();
        outbox.push(outgoing(1, "#a"), Progress::Waiting).expect("there is room");
        outbox.push(outgoing(2, "#B"), Progress::Waiting).expect("there is room");
        fly(&mut outbox, 1);
        fly(&mut outbox, 2);
        outbox.handle_closed();
        assert_eq!(outbox.targets_in_doubt(), ["#a", "#B"]);
        assert!(outbox.next_to_send(|_| true).is_none());
        outbox.release("#b");
        assert_eq!(fly(&mut outbox, 3), Some(Uuid::from_u128(2)));
        assert_eq!(outbox.targets_in_doubt(), ["#a"]);
    }

    #[test]
    fn one_conversation_that_is_not_ready_does_not_hold_up_another() {
        let mut outbox = Outbox::default();
        outbox.push(outgoing(1, "#a"), Progress::Waiting).expect("there is room");
        outbox.push(outgoing(2, "#b"), Progress::Waiting).expect("there is room");
        let next = outbox.next_to_send(|key| key == "#b").expect("one is ready");
        assert_eq!(next.outgoing.id, Uuid::from_u128(2));
    }

    #[test]
    fn what_is_not_noted_is_asked_for_once_and_nothing_overtakes_it() {
        let mut outbox = Outbox::default();
        for id in 0..20 {
            let progress = if id == 1 { Progress::Waiting } else { Progress::UNNOTED };
            outbox.push(outgoing(id, "#a"), progress).expect("there is room");
        }
        assert_eq!(fly(&mut outbox, 0), None);
        let asked = [0, 2, 3, 4, 5, 6, 7].map(Uuid::from_u128);
        assert_eq!(outbox.take_unnoted(|_| true), asked, "no more than may go");
        assert!(outbox.take_unnoted(|_| true).is_empty());
        outbox.note(&asked[..1]);
        assert_eq!(fly(&mut outbox, 0), Some(Uuid::from_u128(0)));
        assert_eq!(fly(&mut outbox, 1), Some(Uuid::from_u128(1)));
        assert_eq!(fly(&mut outbox, 2), None);
        outbox.handle_closed();
        outbox.note(&asked);
        outbox.release("#a");
        assert_eq!(fly(&mut outbox, 3), Some(Uuid::from_u128(0)));
    }

    #[test]
    fn one_message_too_many_is_given_back_and_none_waits_twice() {
        let mut outbox = Outbox::default();
        for id in 0..PENDING_MAX as u128 {
            outbox.push(outgoing(id, "#a"), Progress::Waiting).expect("there is room");
        }
        outbox.push(outgoing(0, "#a"), Progress::Waiting).expect("it waits already");
        let refused = outbox.push(outgoing(PENDING_MAX as u128, "#a"), Progress::Waiting);
        assert_eq!(refused.map_err(|outgoing| outgoing.id), Err(Uuid::from_u128(1000)));
    }
}
