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

/// So many members of a room are taken at once; a longer list is several events.
const MEMBERS_AT_ONCE: usize = 200;

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
        if let Some(kept) = kept.or_else(|| services.archive.catch_up()) {
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
        for network in self.turn.take_renaming() {
            network.watch_people();
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

/// An event of more messages or members than are taken at once as several, in the same order.
fn in_parts(event: Event) -> Vec<Event> {
    match event {
        // Pages are bounded, and stand for the whole of what was said before.
        Event::Messages { conversation, origin: Origin::Live, messages, happened }
            if messages.len() > MESSAGES_AT_ONCE =>
        {
            let event = |messages| Event::Messages {
                conversation: conversation.clone(),
                origin: Origin::Live,
                messages,
                happened: Vec::new(),
            };
            let mut events: Vec<_> = cut(messages, MESSAGES_AT_ONCE).map(event).collect();
            if let Some(Event::Messages { happened: last, .. }) = events.last_mut() {
                *last = happened;
            }
            events
        }
        Event::Members { room, members, .. } if members.len() > MEMBERS_AT_ONCE => {
            let event = |members| Event::Members { room: room.clone(), members, more: true };
            let mut events: Vec<_> = cut(members, MEMBERS_AT_ONCE).map(event).collect();
            if let Some(Event::Members { more, .. }) = events.last_mut() {
                *more = false;
            }
            events
        }
        event => vec![event],
    }
}

/// These in pieces of so many.
fn cut<T>(whole: Vec<T>, at_once: usize) -> impl Iterator<Item = Vec<T>> {
    let mut rest = whole.into_iter();
    std::iter::from_fn(move || {
        Some(rest.by_ref().take(at_once).collect::<Vec<_>>()).filter(|part| !part.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::irc::event::{Happening, Member, Message, MessageKind, Occurrence, Role};

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
    fn a_long_list_of_members_comes_in_parts_of_which_the_last_says_so() {
        let member = |number: usize| Member {
            nick: number.to_string(),
            display_name: None,
            role: Role::None,
            is_away: false,
            is_registered: false,
        };
        for count in [0, 200, 201, 1001] {
            let members: Vec<_> = (0..count).map(member).collect();
            let whole = Event::Members { room: "#a".into(), members: members.clone(), more: false };
            let parts = in_parts(whole).into_iter().map(|part| match part {
                Event::Members { members, more, .. } => (members, more),
                other => panic!("of another kind: {other:?}"),
            });
            let (parts, more): (Vec<_>, Vec<_>) = parts.unzip();
            assert!(parts.iter().all(|part| part.len() <= MEMBERS_AT_ONCE));
            assert_eq!(parts.concat(), members);
            assert_eq!(more.iter().position(|more| !more), Some(more.len() - 1));
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
