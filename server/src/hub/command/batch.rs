//! BATCH: what a client says as one (client-batch).
//!
//! Owns which batch a connection has opened, what may come in between, and that one which fails is gone whole: nothing of it
//! was said, and what still comes of it is ignored. What a message of many lines may be made of is
//! [`multiline`](super::multiline)'s affair, and who hears it that of [`message`](super::message).

use majlis_protocol::{Capability, MULTILINE_BATCH, Message};

use super::multiline::Multiline;
use super::speech::Manner;
use super::{Outcome, Turn};
use crate::event::ConnId;
use crate::hub::Hub;
use crate::hub::connection::Connection;
use crate::hub::refusal::{Code, Refusal};
use crate::hub::user::UserId;

/// The batch that a connection opened last and has not closed.
#[derive(Debug)]
pub(in crate::hub) struct ClientBatch {
    reference: Box<str>,
    /// When something of it came last, on the monotonic clock.
    heard_ms: u64,
    /// What has come; nothing once it failed.
    open: Option<OpenBatch>,
}

#[derive(Debug)]
struct OpenBatch {
    /// Of the line that opened it; whatever becomes of the batch is the answer.
    label: Option<Box<str>>,
    message: Multiline,
}

impl ClientBatch {
    /// Whether it was left open for this long.
    pub(in crate::hub) fn is_late(&self, now_ms: u64, limit_ms: u64) -> bool {
        self.open.is_some() && now_ms.saturating_sub(self.heard_ms) >= limit_ms
    }

    #[cfg(test)]
    pub(in crate::hub) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub(in crate::hub) fn message(&self) -> Option<&Multiline> {
        self.open.as_ref().map(|open| &open.message)
    }
}

/// A command that comes with the one type of batch there is, and is unknown without.
pub(super) fn handle_batch(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    if !hub.takes_batches(turn.conn) {
        return Err(Refusal::unknown_command(message.command()));
    }
    let word = message.param(0).unwrap_or_default();
    match word.split_at_checked(1) {
        Some(("+", reference)) => open(hub, turn, reference, message),
        Some(("-", reference)) => close(hub, turn, user, reference),
        _ => Err(bad_reference(word)),
    }
}

/// Opens a batch. What comes of one that cannot be opened is ignored.
fn open(hub: &mut Hub, turn: &mut Turn, reference: &str, message: &Message<'_>) -> Outcome {
    let (open, outcome) = match begin(hub, turn.conn, reference, message) {
        Ok(message) => (Some(OpenBatch { label: turn.response.take_label(), message }), Ok(())),
        Err(refusal) => (None, Err(refusal)),
    };
    let heard_ms = hub.now.monotonic_ms;
    let batch = ClientBatch { reference: reference.into(), heard_ms, open };
    hub.connections[&turn.conn].batch = Some(Box::new(batch));
    outcome
}

fn begin(
    hub: &Hub,
    conn: ConnId,
    reference: &str,
    message: &Message<'_>,
) -> Result<Multiline, Refusal> {
    if !is_reference(reference) {
        return Err(bad_reference(reference));
    }
    match (message.param(1), message.param(2)) {
        (None, _) => Err(Refusal::too_few_params("BATCH")),
        (Some(MULTILINE_BATCH), Some(target)) if !target.is_empty() => {
            // Whether they are PRIVMSG or NOTICE, the lines will show.
            Ok(Multiline::new(target, hub.speech(conn, message, Manner::Privmsg, "", 1)))
        }
        (Some(MULTILINE_BATCH), _) => {
            Err(Refusal::of_multiline("A multiline batch names its target when it is opened"))
        }
        (Some(kind), _) => {
            let text = "No such type of batch is known here";
            Err(Refusal::of_batch("UNKNOWN_TYPE", &[reference, kind], text))
        }
    }
}

/// Says what came, and answers the line that opened the batch.
fn close(hub: &mut Hub, turn: &mut Turn, user: UserId, reference: &str) -> Outcome {
    let batch = hub.connections[&turn.conn].batch.take_if(|batch| *batch.reference == *reference);
    let Some(batch) = batch else {
        let is_known = is_reference(reference);
        return Err(if is_known { not_open() } else { bad_reference(reference) });
    };
    let Some(OpenBatch { label, message }) = batch.open else { return Ok(()) };
    let mut answer = hub.begin_turn(turn.conn, label.as_deref());
    hub.users[user].spoke_ms = hub.now.monotonic_ms;
    let manner = message.manner();
    let outcome = message.finish();
    let outcome =
        outcome.and_then(|(target, speech)| hub.deliver(&mut answer, user, &target, &speech));
    if let Err(refusal) = outcome
        && (refusal.code == Code::FailAlways || manner.is_answered(&answer.response))
    {
        answer.response.refuse(&refusal);
    }
    hub.end_turn(answer);
    Ok(())
}

/// Looks at a message before its command is: a line of a batch goes no further, and what breaks into an open batch ends it.
pub(super) fn intercept(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Option<Outcome> {
    let (Some(_), true) = (turn.user, hub.takes_batches(turn.conn)) else { return None };
    let batch = hub.connections[&turn.conn].batch.as_deref();
    let is_open = batch.is_some_and(|batch| batch.open.is_some());
    let known = batch.map(|batch| &*batch.reference);
    match message.tag("batch") {
        Some(reference) if known == Some(&*reference) => Some(take_line(hub, turn, message)),
        Some(_) if is_open => {
            hub.fail_batch(turn.conn, &broken_into());
            Some(Ok(()))
        }
        Some(_) => Some(Err(not_open())),
        None if !is_open || is_sign_of_life(message.command()) => None,
        None => match batch_word(message) {
            Some(("-", reference)) if known == Some(reference) => None,
            // Lines of two batches could not be told apart.
            Some(("+", reference)) if known == Some(reference) => {
                hub.fail_batch(turn.conn, &Refusal::of_multiline("This batch is open already"));
                Some(Ok(()))
            }
            _ => {
                hub.fail_batch(turn.conn, &broken_into());
                None
            }
        },
    }
}

fn batch_word<'a>(message: &Message<'a>) -> Option<(&'a str, &'a str)> {
    let is_batch = message.command().eq_ignore_ascii_case("BATCH");
    message.param(0).filter(|_| is_batch)?.split_at_checked(1)
}

/// Keepalives come when they come; most clients send them from elsewhere than their messages.
fn is_sign_of_life(command: &str) -> bool {
    ["PING", "PONG"].iter().any(|sign| sign.eq_ignore_ascii_case(command))
}

/// Puts a line into the batch it names, if that has not failed. A label of the line's own is one tag too many, and is then
/// answered with the reason unless the batch has one.
fn take_line(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let (limits, now_ms) = (hub.settings.limits, hub.now.monotonic_ms);
    let batch = hub.connections[&turn.conn].batch.as_deref_mut();
    let Some(ClientBatch { heard_ms, open: Some(open), .. }) = batch else { return Ok(()) };
    *heard_ms = now_ms;
    let Err(refusal) = open.message.push(message, &limits) else { return Ok(()) };
    if open.label.is_none() && turn.response.has_label() {
        hub.connections[&turn.conn].discard_batch();
        return Err(refusal);
    }
    hub.fail_batch(turn.conn, &refusal);
    Ok(())
}

/// batch, "The BATCH verb".
fn is_reference(reference: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !reference.is_empty() && reference.bytes().all(is_allowed)
}

fn bad_reference(reference: &str) -> Refusal {
    let text = "A batch is named by letters, digits and hyphens, behind + or -";
    Refusal::of_batch("INVALID_REFTAG", &[reference], text)
}

fn not_open() -> Refusal {
    Refusal::of_multiline("No such batch is open")
}

fn broken_into() -> Refusal {
    Refusal::of_multiline("Something that is not of the open batch came before its end")
}

impl Hub {
    fn takes_batches(&self, conn: ConnId) -> bool {
        self.is_enabled(conn, Capability::Multiline) && self.is_enabled(conn, Capability::Batch)
    }

    /// Discards a connection's open batch, if it has one, and says why.
    fn fail_batch(&mut self, conn: ConnId, refusal: &Refusal) {
        if let Some(batch) = self.connections[&conn].discard_batch() {
            let mut answer = self.begin_turn(conn, batch.label.as_deref());
            answer.response.refuse(refusal);
            self.end_turn(answer);
        }
    }

    /// A line came that nobody can read; it may have been the batch's.
    pub(in crate::hub) fn fail_batch_of_bad_line(&mut self, conn: ConnId) {
        self.fail_batch(conn, &Refusal::of_multiline("A line of the batch cannot be read"));
    }

    pub(in crate::hub) fn fail_late_batch(&mut self, conn: ConnId) {
        let Some(batch) = &self.connections[&conn].batch else { return };
        let text = "The batch was left open for too long";
        let refusal = Refusal::of_batch("TIMEOUT", &[&batch.reference], text);
        self.fail_batch(conn, &refusal);
    }
}

impl Connection {
    /// Takes out what came of the open batch; what still comes is ignored.
    fn discard_batch(&mut self) -> Option<OpenBatch> {
        self.batch.as_mut()?.open.take()
    }
}
