//! Timelines under random operations, against naive ones.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gio::prelude::*;
use proptest::prelude::*;
use uuid::Uuid;

use crate::irc::HistoryMark;
use crate::irc::event::{Happening, Message, MessageKind, Occurrence};
use crate::store::About;
use crate::store::{ArchivedMessage, ArchivedPage, Waiting};

use super::entry::Change;
use super::*;

const MINUTE_MS: u64 = 60_000;

/// A timeline and what somebody knows of it who only listens to its signal.
struct Watched {
    timeline: Timeline,
    heard: Rc<RefCell<Vec<TimelineItem>>>,
    signals: Rc<Cell<u32>>,
}

impl Watched {
    fn new() -> Self {
        let watched =
            Self { timeline: Timeline::default(), heard: Rc::default(), signals: Rc::default() };
        let (heard, signals) = (Rc::clone(&watched.heard), Rc::clone(&watched.signals));
        watched.timeline.connect_items_changed(move |timeline, start, removed, added| {
            let fresh = (start..start + added).map(|index| item(timeline, index));
            let range = start as usize..(start + removed) as usize;
            heard.borrow_mut().splice(range, fresh.collect::<Vec<_>>());
            signals.set(signals.get() + 1);
        });
        watched
    }

    /// What was heard is what is there; gives the number of signals since the last time.
    fn verify_signals(&self) -> u32 {
        let rows: Vec<_> =
            (0..self.timeline.n_items()).map(|index| item(&self.timeline, index)).collect();
        assert_eq!(*self.heard.borrow(), rows);
        self.signals.take()
    }

    /// Waits until all rows have come.
    fn see_all(&self) {
        while let Some(pace) = self.timeline.imp().filling.get() {
            self.timeline.show(pace);
            self.verify_signals();
        }
        let window = self.timeline.window();
        let wanted: Vec<_> = lay_out(&window).into_iter().map(|row| row.key).collect();
        let rows = self.heard.borrow();
        assert!(rows.iter().map(TimelineItem::key).eq(&wanted), "rows are missing or too many");
    }

    fn texts(&self) -> Vec<String> {
        self.heard.borrow().iter().map(describe).collect()
    }
}

/// What comes by itself does not come here: nobody turns this loop.
fn on_a_main_loop(act: impl FnOnce()) {
    let context = glib::MainContext::new();
    context.with_thread_default(act).expect("it is new");
}

fn item(timeline: &Timeline, index: u32) -> TimelineItem {
    timeline.item(index).and_downcast().expect("within the list")
}

/// Everything of a row that a person could see.
fn describe(item: &TimelineItem) -> String {
    match item.kind() {
        ItemKind::Day => format!("day {}", item.text()),
        ItemKind::Unread => "unread".into(),
        ItemKind::Membership => format!("changes {}", item.text()),
        kind => format!(
            "{kind:?} {} <{}> {} grouped={} {:?} {} {}",
            item.msgid(),
            item.sender_nick(),
            item.text(),
            item.is_grouped(),
            item.state(),
            item.failure(),
            item.time().expect("the times of the tests are of this century").to_unix(),
        ),
    }
}

/// The messages that the tests speak of: number `n` of at most 60 within a few days, some in one instant, with identifiers that
/// tell nothing of their order.
fn message(number: u64) -> ArchivedMessage {
    let is_own = number.is_multiple_of(3);
    let message = Message {
        msgid: format!("{:03}", number * 7 % 60),
        time_ms: 1_790_000_000_000 + number / 2 * 3 * MINUTE_MS + number / 20 * 1000 * MINUTE_MS,
        nick: if is_own { "me".into() } else { format!("nick{}", number / 4 % 2) },
        display_name: None,
        is_own,
        send_id: number.is_multiple_of(6).then(|| send_id(number)),
        kind: if number % 11 == 5 { MessageKind::Action } else { MessageKind::Text },
        text: format!("message {number}"),
        reply_to: None,
    };
    ArchivedMessage { message, is_mention: false, about: About::default() }
}

fn send_id(number: u64) -> Uuid {
    Uuid::from_u64_pair(7, number)
}

fn me() -> Sender {
    Sender { nick: "me".into(), display_name: "me".into() }
}

fn waiting(number: u64) -> Waiting {
    Waiting {
        id: send_id(number),
        text: format!("message {number}"),
        is_action: false,
        reply_to: None,
        created_ms: message(number).message.time_ms + 1,
        failure: None,
    }
}

fn change(nick: u8, is_join: bool) -> Change {
    let nick = format!("nick{nick}");
    Change { display_name: nick.clone(), nick, is_join }
}

fn occurrence(event_id: String, nick: u8, is_join: bool, at: u64) -> Occurrence {
    Occurrence {
        event_id,
        time_ms: message(at).message.time_ms,
        nick: change(nick, is_join).nick,
        display_name: None,
        what: if is_join { Happening::Joined } else { Happening::Left },
    }
}

fn page(messages: Vec<ArchivedMessage>) -> ArchivedPage {
    ArchivedPage { messages, happened: Vec::new() }
}

#[derive(Clone, Debug)]
enum Operation {
    Receive(Vec<u64>),
    Change(u8, bool, u64),
    Type(u64),
    Fail(u64),
    TakeBack(u64),
    Read(Option<u64>),
}

fn operation() -> impl Strategy<Value = Operation> {
    let typed = (0_u64..10).prop_map(|n| n * 6);
    prop_oneof![
        4 => prop::collection::vec(0_u64..60, 0..12).prop_map(Operation::Receive),
        2 => (0_u8..4, any::<bool>(), 0_u64..60).prop_map(|(n, j, at)| Operation::Change(n, j, at)),
        2 => typed.clone().prop_map(Operation::Type),
        1 => typed.clone().prop_map(Operation::Fail),
        1 => typed.prop_map(Operation::TakeBack),
        1 => prop::option::of(0_u64..60).prop_map(Operation::Read),
    ]
}

/// The same as a timeline, thought of as simply as one can: everything that ever came, in one heap.
#[derive(Default)]
struct Naive {
    /// As they came.
    messages: Vec<ArchivedMessage>,
    changes: Vec<(u64, Change)>,
    waiting: Vec<Waiting>,
    read: Option<HistoryMark>,
}

impl Naive {
    fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Receive(numbers) => {
                for number in numbers {
                    if !self.holds(*number) {
                        self.messages.push(message(*number));
                    }
                    self.waiting.retain(|waiting| waiting.id != send_id(*number));
                }
            }
            Operation::Change(nick, is_join, at) => {
                self.changes.push((message(*at).message.time_ms, change(*nick, *is_join)));
            }
            Operation::Type(number) => self.waiting.push(waiting(*number)),
            Operation::Fail(number) => {
                for waiting in &mut self.waiting {
                    if waiting.id == send_id(*number) {
                        waiting.failure = Some("no".into());
                    }
                }
            }
            Operation::TakeBack(number) => self.waiting.retain(|w| w.id != send_id(*number)),
            Operation::Read(number) => self.read = number.map(|n| message(n).mark()),
        }
    }

    fn holds(&self, number: u64) -> bool {
        self.messages.contains(&message(number))
    }

    /// What can be typed now: what is neither waiting nor said.
    fn allows(&self, operation: &Operation) -> bool {
        let Operation::Type(number) = operation else { return true };
        !self.holds(*number) && self.waiting.iter().all(|waiting| waiting.id != send_id(*number))
    }

    fn rows(&self) -> Vec<String> {
        let mut said: Vec<_> = self.messages.iter().collect();
        said.sort_by_key(|archived| archived.message.time_ms);
        let read = self.read.as_ref();
        let read_index = read.and_then(|read| said.iter().position(|one| one.mark() == *read));
        let mut changes: Vec<_> = self.changes.iter().collect();
        changes.sort_by_key(|(time_ms, _)| *time_ms);
        let mut rows = NaiveRows::default();
        let mut unread = read;
        for (index, archived) in said.into_iter().enumerate() {
            let time_ms = archived.message.time_ms;
            let earlier = changes.partition_point(|(at, _)| *at < time_ms);
            changes.drain(..earlier).for_each(|(at, change)| rows.change(*at, change));
            rows.day(time_ms);
            let is_unread = unread.is_some_and(|read| match read_index {
                Some(read) => index > read,
                None => time_ms > read.time_ms,
            });
            if is_unread && !archived.message.is_own {
                unread = None;
                rows.push("unread".into());
            }
            rows.said(&archived.message);
        }
        changes.drain(..).for_each(|(at, change)| rows.change(*at, change));
        self.waiting.iter().for_each(|waiting| rows.waiting(waiting));
        rows.finish()
    }
}

#[derive(Default)]
struct NaiveRows {
    rows: Vec<String>,
    folded: Vec<Change>,
    day: Option<i32>,
    last: Option<(String, u64)>,
}

impl NaiveRows {
    fn push(&mut self, row: String) {
        self.fold();
        self.last = None;
        self.rows.push(row);
    }

    fn fold(&mut self) {
        let folded = std::mem::take(&mut self.folded);
        if !folded.is_empty() {
            let text = words::changes(&folded.iter().collect::<Vec<_>>());
            self.rows.push(format!("changes {text}"));
            self.last = None;
        }
    }

    fn day(&mut self, time_ms: u64) {
        let day = words::local_day(time_ms);
        if self.day.is_none_or(|last| day > last) {
            self.push(format!("day {}", words::day(day, words::today())));
            self.day = Some(day);
        }
    }

    fn change(&mut self, time_ms: u64, change: &Change) {
        self.day(time_ms);
        self.folded.push(change.clone());
    }

    fn said(&mut self, message: &Message) {
        let is_text = message.kind == MessageKind::Text;
        let row = |grouped| {
            format!(
                "Message {} <{}> {} grouped={grouped} Sent  {}",
                message.msgid,
                message.nick,
                message.text,
                message.time_ms / 1000
            )
        };
        self.speak(&message.nick, message.time_ms, is_text, row);
    }

    fn waiting(&mut self, waiting: &Waiting) {
        self.day(waiting.created_ms);
        let (state, failure) = match &waiting.failure {
            Some(failure) => ("Failed", failure.as_str()),
            None => ("Pending", ""),
        };
        let row = |grouped| {
            format!(
                "Message  <me> {} grouped={grouped} {state} {failure} {}",
                waiting.text,
                waiting.created_ms / 1000
            )
        };
        self.speak("me", waiting.created_ms, !waiting.is_action, row);
    }

    fn speak(&mut self, nick: &str, time_ms: u64, is_text: bool, row: impl Fn(bool) -> String) {
        self.fold();
        let is_grouped = is_text
            && self.last.as_ref().is_some_and(|(last_nick, last_ms)| {
                last_nick == nick && time_ms.saturating_sub(*last_ms) <= 5 * MINUTE_MS
            });
        self.push(row(is_grouped));
        self.last = is_text.then(|| (nick.to_owned(), time_ms));
    }

    fn finish(mut self) -> Vec<String> {
        self.fold();
        self.rows
    }
}

fn apply(timeline: &Timeline, operation: &Operation) {
    let mut window = timeline.window();
    match operation {
        Operation::Receive(numbers) => numbers.iter().for_each(|n| window.receive(message(*n))),
        Operation::Change(nick, is_join, at) => {
            // In the order in which they come, as Naive has them.
            let event_id = format!("{:06}", window.shown_entries().count());
            window.receive_happened(&occurrence(event_id, *nick, *is_join, *at));
        }
        Operation::Type(number) => window.add_waiting(waiting(*number), me()),
        Operation::Fail(number) => {
            window.fail_waiting(send_id(*number), "no");
        }
        Operation::TakeBack(number) => {
            window.take_waiting(send_id(*number));
        }
        Operation::Read(number) => window.unread_after = number.map(|n| message(n).mark()),
    }
}

proptest! {
    #[test]
    fn in_whatever_order_things_come_the_rows_are_those_of_the_naive_one(
        batches in prop::collection::vec(prop::collection::vec(operation(), 1..4), 1..20),
        is_shown in any::<bool>(),
    ) {
        let watched = Watched::new();
        watched.timeline.window().is_start = true;
        watched.timeline.set_is_shown(is_shown);
        let mut naive = Naive::default();
        for batch in batches {
            for operation in batch {
                if naive.allows(&operation) {
                    apply(&watched.timeline, &operation);
                    naive.apply(&operation);
                }
            }
            on_a_main_loop(|| watched.timeline.publish());
            watched.verify_signals();
            watched.see_all();
            prop_assert_eq!(watched.texts(), naive.rows());
        }
    }

    #[test]
    fn the_window_is_always_one_bounded_stretch_of_the_archive(
        moves in prop::collection::vec(walk(), 1..15),
        is_shown in any::<bool>(),
    ) {
        let mut walker = Walker::default();
        walker.watched.timeline.set_is_shown(is_shown);
        for step in moves {
            on_a_main_loop(|| walker.take(&step));
            walker.verify();
        }
        walker.watched.see_all();
        walker.verify();
    }
}

/// What a person and a server do to a long conversation.
#[derive(Clone, Debug)]
enum Step {
    Live(u64),
    Follow(bool),
    /// The next rows come, if there are any.
    Look,
    Older,
    /// Asks for newer ones; so many come live before the answer does, and as many after it was read.
    Newer(u64, u64),
    Jump(u64, u64),
}

fn walk() -> impl Strategy<Value = Step> {
    let few = || prop_oneof![Just(0_u64), 1_u64..5];
    prop_oneof![
        4 => prop_oneof![1_u64..5, 1_u64..150, 300_u64..900].prop_map(Step::Live),
        1 => any::<bool>().prop_map(Step::Follow),
        2 => Just(Step::Look),
        4 => Just(Step::Older),
        3 => (few(), few()).prop_map(|(before, after)| Step::Newer(before, after)),
        1 => (few(), few()).prop_map(|(before, after)| Step::Jump(before, after)),
    ]
}

struct Walker {
    watched: Watched,
    archive: Vec<ArchivedMessage>,
}

impl Default for Walker {
    fn default() -> Self {
        Self { watched: Watched::new(), archive: Vec::new() }
    }
}

impl Walker {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Live(many) => self.live(*many),
            Step::Follow(follows) => self.watched.timeline.set_follows_end(*follows),
            Step::Look => self.look(),
            Step::Older => self.older(),
            Step::Newer(before, after) => self.newer(*before, *after),
            Step::Jump(before, after) => self.jump(*before, *after),
        }
    }

    fn live(&mut self, many: u64) {
        for _ in 0..many {
            let number = self.archive.len() as u64;
            let mut next = message(1);
            // Neither their order nor the other way round.
            next.message.msgid = format!("{:08}", number * 7_919 % 1_000_003);
            next.message.time_ms += number / 5;
            self.archive.push(next.clone());
            self.watched.timeline.window().receive(next);
        }
        self.watched.timeline.publish();
    }

    fn look(&self) {
        if let Some(pace) = self.watched.timeline.imp().filling.get() {
            self.watched.timeline.show(pace);
        }
    }

    fn older(&mut self) {
        let oldest = self.watched.timeline.window().oldest();
        let end = match oldest {
            Some(oldest) => self.index_of(&oldest),
            None => self.archive.len(),
        };
        let start = end.saturating_sub(PAGE);
        let page = page(self.archive[start..end].to_vec());
        self.watched.timeline.window().add_older(page, start == 0);
        self.watched.timeline.publish_older();
    }

    fn newer(&mut self, before: u64, after: u64) {
        let Some(newest) = self.watched.timeline.window().newest() else { return };
        self.watched.timeline.window().expect_newer();
        self.live(before);
        let start = self.index_of(&newest) + 1;
        let page: Vec<_> = self.archive[start..].iter().take(PAGE).cloned().collect();
        self.live(after);
        let is_last = page.len() < PAGE;
        self.watched.timeline.window().add_newer(super::tests::page(page), is_last);
        self.watched.timeline.publish_newer();
    }

    fn jump(&mut self, before: u64, after: u64) {
        self.watched.timeline.window().expect_newer();
        self.live(before);
        let start = self.archive.len().saturating_sub(PAGE);
        let page = page(self.archive[start..].to_vec());
        self.live(after);
        self.watched.timeline.window().replace(page);
        self.watched.timeline.publish();
    }

    fn index_of(&self, mark: &HistoryMark) -> usize {
        let index = self.archive.iter().position(|archived| archived.mark() == *mark);
        index.expect("whatever is held is kept")
    }

    fn verify(&self) {
        self.watched.verify_signals();
        let window = self.watched.timeline.window();
        assert!(!window.is_longer_than(HELD_MAX));
        let held: Vec<_> = window.shown_entries().filter_map(entry::Entry::said).collect();
        let start = held.first().map_or(self.archive.len(), |first| self.index_of(&first.mark()));
        let stretch: Vec<_> = self.archive[start..].iter().take(held.len()).collect();
        assert!(held == stretch, "a hole, or something twice");
        if window.is_end() {
            assert_eq!(start + held.len(), self.archive.len(), "it is not the end");
        }
        if window.is_start {
            assert_eq!(start, 0, "it is not the start");
        }
    }
}

#[test]
fn an_echo_turns_the_pending_row_into_a_sent_one_without_moving_it() {
    let watched = Watched::new();
    watched.timeline.window().receive(message(1));
    watched.timeline.window().add_waiting(waiting(6), me());
    watched.timeline.publish();
    let row = item(&watched.timeline, watched.timeline.n_items() - 1);
    assert_eq!((row.state(), row.msgid().as_str()), (SendState::Pending, ""));
    watched.verify_signals();

    let notified = Rc::new(Cell::new(false));
    let told = Rc::clone(&notified);
    row.connect_state_notify(move |_| told.set(true));
    watched.timeline.window().receive(message(6));
    watched.timeline.publish();
    assert_eq!(watched.verify_signals(), 0, "the list did not change");
    assert_eq!((row.state(), row.msgid().as_str()), (SendState::Sent, "042"));
    assert!(notified.get());
}

#[test]
fn the_unread_marker_hides_where_older_ones_may_be_unread_too() {
    let watched = Watched::new();
    let unread = || watched.texts().iter().any(|row| row == "unread");
    watched.timeline.window().unread_after = Some(message(4).mark());
    (10..20).for_each(|number| watched.timeline.window().receive(message(number)));
    watched.timeline.publish();
    assert!(!unread(), "4 to 10 are not held");
    let page = page((1..10).map(message).collect());
    watched.timeline.window().add_older(page, false);
    watched.timeline.publish();
    assert!(unread());
}

#[test]
fn what_happened_takes_its_place_once_whether_live_or_from_history() {
    let watched = Watched::new();
    let told = |id: &str, nick, at| occurrence(id.into(), nick, true, at);
    watched.timeline.window().receive(message(10));
    watched.timeline.window().receive(message(30));
    watched.timeline.window().receive_happened(&told("b", 1, 30));
    // A gap brings the same once more, and what was missed.
    for occurrence in [told("a", 2, 20), told("b", 1, 30)] {
        watched.timeline.window().receive_happened(&occurrence);
    }
    // Older than this stretch: it comes with its page.
    watched.timeline.window().receive_happened(&told("0", 3, 4));
    watched.timeline.publish();
    let changes = || {
        let texts = watched.texts().into_iter();
        texts.filter(|row| row.starts_with("changes")).collect::<Vec<_>>()
    };
    assert_eq!(changes().len(), 2, "{:?}", watched.texts());
    let happened = vec![told("0", 3, 4), told("a", 2, 20)];
    let older = ArchivedPage { messages: vec![message(2)], happened };
    watched.timeline.window().add_older(older, false);
    watched.timeline.publish();
    assert_eq!(changes().len(), 3);
    assert!(changes()[0].contains("nick3"), "{:?}", watched.texts());
}

#[test]
fn people_who_come_and_go_are_told_in_one_sentence() {
    let tell = |changes: &[Change]| {
        let told = words::changes(&changes.iter().collect::<Vec<_>>());
        told.replace(['\u{2068}', '\u{2069}'], "")
    };
    let [ana, ben, cem] = [1, 2, 3].map(|nick| move |is_join| change(nick, is_join));
    assert_eq!(tell(&[ana(true)]), "nick1 joined");
    assert_eq!(tell(&[ana(true), ben(true)]), "nick1 and nick2 joined");
    let crowd: Vec<_> = (1..=4).map(|nick| change(nick, true)).collect();
    assert_eq!(tell(&crowd), "nick1 and 3 others joined");
    assert_eq!(tell(&[ana(true), ben(false)]), "nick1 joined · nick2 left");
    assert_eq!(
        tell(&[ana(true), ben(false), ana(false), cem(false), ben(true)]),
        "nick3 left · nick1 joined and left · nick2 came back"
    );
}

#[test]
fn days_have_names() {
    let of = |year, month, day| {
        let noon = glib::DateTime::from_local(year, month, day, 12, 0, 0.0).unwrap();
        words::local_day(u64::try_from(noon.to_unix()).unwrap() * 1000)
    };
    let today = of(2026, 1, 2);
    assert_eq!(words::day(today, today), "Today");
    assert_eq!(words::day(of(2026, 1, 1), today), "Yesterday");
    assert_eq!(words::day(of(2025, 12, 31), today), "Wednesday, 31 December 2025");
    assert_eq!(words::day(of(2026, 3, 1), today), "Sunday, 1 March");
    assert_eq!(of(2024, 3, 1) - of(2024, 2, 28), 2);
    assert_eq!(of(2026, 1, 1) - of(2025, 12, 31), 1);
}

#[test]
fn times_without_a_calendar_are_shown_as_nothing() {
    let watched = Watched::new();
    let mut late = message(1);
    late.message.time_ms = u64::MAX;
    watched.timeline.window().receive(late);
    watched.timeline.publish();
    assert_eq!(item(&watched.timeline, 1).time_text(), "");
}
