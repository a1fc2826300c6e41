//! How what the socket thread brings comes into the model: in order, in shares of the main loop's time, and shown at intervals.
//!
//! Taking an event changes what is known at once. Lists and properties tell of it when it is shown: at once where little comes,
//! and every [`SHOW_EVERY`] while more does, so that a row that passes by within that time costs the widgets nothing.

use std::time::{Duration, Instant};

use async_channel::Receiver;

use crate::irc::event::Origin;
use crate::irc::{Event, EventBatch};
use crate::model::pace::Share;
use crate::model::services::Turn;

use super::Chat;

/// While more comes, what is shown changes at most so often.
const SHOW_EVERY: Duration = Duration::from_millis(30);

/// So many messages are taken at once; more of them are several events.
const MESSAGES_AT_ONCE: usize = 50;

/// What was taken and not shown yet.
#[derive(Debug, Default)]
pub(super) struct Intake {
    turn: Turn,
    shown_at: Option<Instant>,
}

/// What is to be done next.
#[derive(Debug)]
pub(super) enum Task {
    Take(EventBatch),
    Show,
}

impl Intake {
    /// Waits for something to do; `None` once no more will come.
    pub(super) async fn next(&self, events: &Receiver<EventBatch>) -> Option<Task> {
        if !self.has_news() {
            return events.recv().await.ok().map(Task::Take);
        }
        let left = self.time_left();
        if left.is_zero() {
            return Some(Task::Show);
        }
        match glib::future_with_timeout(left, events.recv()).await {
            Ok(batch) => batch.ok().map(Task::Take),
            Err(_) => Some(Task::Show),
        }
    }

    /// Carries everything that one turn of the socket thread brought, and waits until it is kept: so no more comes in than
    /// the disk can take.
    pub(super) async fn take(&mut self, chat: &Chat, batch: EventBatch) {
        let services = chat.services();
        let (mut share, mut kept) = (Share::begin(), None);
        for (id, event) in batch.events {
            for event in in_parts(event) {
                if let Some(network) = chat.find_network(id) {
                    network.handle_event(event, &mut self.turn);
                }
                // Who ends the program waits for the rest, and wants no frames.
                if share.is_over() && !chat.is_ending() {
                    kept = self.turn.keep(&services.archive).or(kept);
                    self.show_if_due().await;
                    share.rest_if_over().await;
                }
            }
        }
        kept = self.turn.keep(&services.archive).or(kept);
        self.show_if_due().await;
        if let Some(kept) = kept {
            // A failure is told by the archive itself. What was asked before this is done before it.
            let _ = kept.await;
        }
    }

    /// Shows what was taken, a conversation at a time.
    pub(super) async fn show(&mut self) {
        let mut share = Share::begin();
        for channel in self.turn.take_touched() {
            channel.publish();
            share.rest_if_over().await;
        }
        self.shown_at = Some(Instant::now());
    }

    /// Whether something was taken and not shown.
    pub(super) fn has_news(&self) -> bool {
        self.turn.has_news()
    }

    async fn show_if_due(&mut self) {
        if self.time_left().is_zero() {
            self.show().await;
        }
    }

    /// How long what was taken may still wait.
    fn time_left(&self) -> Duration {
        self.shown_at.map_or(Duration::ZERO, |at| SHOW_EVERY.saturating_sub(at.elapsed()))
    }
}

/// An event of more messages than are taken at once as several, in the same order.
fn in_parts(event: Event) -> Vec<Event> {
    match event {
        // Pages are bounded, and stand for the whole of what was said before.
        Event::Messages { conversation, origin: Origin::Live, messages, happened }
            if messages.len() > MESSAGES_AT_ONCE =>
        {
            let mut messages = messages.into_iter();
            let mut part = || messages.by_ref().take(MESSAGES_AT_ONCE).collect::<Vec<_>>();
            let parts = std::iter::from_fn(|| Some(part()).filter(|part| !part.is_empty()));
            let event = |messages| Event::Messages {
                conversation: conversation.clone(),
                origin: Origin::Live,
                messages,
                happened: Vec::new(),
            };
            let mut events: Vec<_> = parts.map(event).collect();
            if let Some(Event::Messages { happened: last, .. }) = events.last_mut() {
                *last = happened;
            }
            events
        }
        event => vec![event],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::irc::event::{Happening, Message, MessageKind, Occurrence};

    fn messages(count: usize) -> Vec<Message> {
        let message = |number: usize| Message {
            msgid: number.to_string(),
            time_ms: 0,
            nick: "ana".into(),
            display_name: None,
            is_own: false,
            send_id: None,
            kind: MessageKind::Text,
            text: String::new(),
            reply_to: None,
        };
        (0..count).map(message).collect()
    }

    fn event(origin: Origin, messages: Vec<Message>) -> Event {
        let happened = vec![Occurrence {
            event_id: "e".into(),
            time_ms: 0,
            nick: "ana".into(),
            display_name: None,
            what: Happening::Joined,
        }];
        Event::Messages { conversation: "#a".into(), origin, messages, happened }
    }

    #[test]
    fn parts_are_small_and_together_the_whole() {
        for count in [0, 1, 49, 50, 51, 100, 5_003] {
            let parts = in_parts(event(Origin::Live, messages(count)));
            let (mut together, mut happened_counts) = (Vec::new(), Vec::new());
            for part in parts {
                let Event::Messages { conversation, origin: Origin::Live, messages, happened } =
                    part
                else {
                    panic!("of another kind");
                };
                assert_eq!(conversation, "#a");
                assert!(messages.len() <= MESSAGES_AT_ONCE);
                together.extend(messages);
                happened_counts.push(happened.len());
            }
            assert_eq!(together, messages(count));
            assert_eq!(happened_counts.pop(), Some(1), "what happened comes behind what was said");
            assert_eq!(happened_counts.iter().sum::<usize>(), 0);
        }
    }

    #[test]
    fn a_page_stays_one() {
        for origin in [Origin::Gap { more: true }, Origin::Older { is_start: true }] {
            let page = event(origin, messages(400));
            assert_eq!(in_parts(page.clone()), [page]);
        }
    }
}
