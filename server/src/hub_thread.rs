//! The pipe that every message goes through, in one order: inbox → [`Hub`] → [`Store`] → reactors.
//!
//! Two threads. The hub thread works batches off the inbox; the committer stores what each caused and only then releases
//! it to the reactors. While batch *k* is being committed the hub works on *k+1*; what piles up meanwhile is committed
//! together, so the busier the server, the larger the batches; `gathering` says when it waits for more.

mod gathering;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};
use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, bounded, select_biased, tick};
use majlis_protocol::Timestamp;

use self::gathering::Gathering;
use crate::control::Replies;
use crate::event::{InboundBatch, Now, Outbound, Output, StoredKinds, Write};
use crate::hub::{Hub, HubSettings};
use crate::metrics::{CommitFigures, HubFigures, Metrics};
use crate::reactor::ReactorHandle;
use crate::store::{Readers, Store, StoreError};
use crate::workers::Workers;

/// How many batches of the reactors may wait for the hub; then the reactors stop reading.
const INBOX_BATCHES: usize = 64;

/// How many outputs may wait for the committer; then the hub stops taking from its inbox.
const COMMIT_QUEUE_OUTPUTS: usize = 8;

/// How many waiting batches the hub takes into one output.
const BATCHES_PER_OUTPUT: usize = 32;

/// How often the hub looks at its deadlines.
const TICK: Duration = Duration::from_secs(1);

/// Between two looks at the clock no more time than this counts for the hub, which otherwise looks once a [`TICK`].
const STEP_MAX_MS: u64 = 3_000;

/// A bounded inbox for the hub.
pub fn inbox() -> (Sender<InboundBatch>, Receiver<InboundBatch>) {
    bounded(INBOX_BATCHES)
}

/// Reads the two clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// A clock that started this long ago.
    #[cfg(test)]
    pub(crate) fn started_before(span: Duration) -> Self {
        Self { started: Instant::now().checked_sub(span).expect("the machine runs for longer") }
    }

    /// What the clocks show.
    pub fn now(self) -> Now {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Now {
            wall: Timestamp(u64::try_from(wall.as_millis()).unwrap_or(u64::MAX)),
            monotonic_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// The hub's clock. It stands still while the hub does: a process that was stopped, a machine that slept or a disk that held
/// everything up is no silence of the guests, whose words wait in their sockets.
#[derive(Debug)]
struct HubClock {
    clock: Clock,
    seen_ms: u64,
    counted_ms: u64,
}

impl HubClock {
    fn new(clock: Clock) -> Self {
        let seen_ms = clock.now().monotonic_ms;
        Self { clock, seen_ms, counted_ms: seen_ms }
    }

    fn now(&mut self) -> Now {
        self.count(self.clock.now())
    }

    fn count(&mut self, shown: Now) -> Now {
        let step_ms = shown.monotonic_ms.saturating_sub(self.seen_ms);
        self.seen_ms += step_ms;
        self.counted_ms += step_ms.min(STEP_MAX_MS);
        Now { monotonic_ms: self.counted_ms, ..shown }
    }
}

/// The running pipe.
#[derive(Debug)]
pub struct HubThread {
    stop: Sender<()>,
    settings: Sender<HubSettings>,
    hub: JoinHandle<()>,
    committer: JoinHandle<Result<(), StoreError>>,
    committer_ended: Receiver<()>,
}

/// The ends that the committer releases to.
#[derive(Debug)]
pub struct Outlets {
    /// All reactors; each keeps what is its own.
    pub reactors: Vec<ReactorHandle>,
    /// Whoever answers history requests.
    pub readers: Readers,
    /// Whoever hashes passwords.
    pub workers: Workers,
    /// Whoever answers the operator; nobody where there is no control socket.
    pub control: Option<Replies>,
}

impl HubThread {
    /// Starts both threads.
    pub fn spawn(
        hub: Hub,
        store: Store,
        outlets: Outlets,
        inbox: Receiver<InboundBatch>,
        clock: Clock,
        metrics: &Metrics,
    ) -> io::Result<Self> {
        let (stop, stopped) = bounded(1);
        let (settings, resettled) = bounded(1);
        let (commits, outputs) = bounded(COMMIT_QUEUE_OUTPUTS);
        let (ending, committer_ended) = bounded::<()>(0);
        let (hub_figures, figures) = (Arc::clone(&metrics.hub), Arc::clone(&metrics.commit));
        let hub = thread::Builder::new().name("hub".to_owned()).spawn(move || {
            run_hub(hub, &inbox, (&stopped, &resettled), &commits, (clock, &hub_figures));
        })?;
        let committer = thread::Builder::new().name("committer".to_owned()).spawn(move || {
            let _told_when_dropped = ending;
            run_committer(store, &outlets, &outputs, (clock, &figures))
        })?;
        Ok(Self { stop, settings, hub, committer, committer_ended })
    }

    /// Closed when the committer has ended, which before [`HubThread::stop`] means that a commit failed.
    pub fn failed(&self) -> &Receiver<()> {
        &self.committer_ended
    }

    /// Has the hub go by other settings from now on.
    pub fn resettle(&self, settings: HubSettings) {
        // A hub that has ended goes by none.
        let _ = self.settings.send(settings);
    }

    /// Says goodbye to everybody, commits and releases what is under way, and ends both threads.
    pub fn stop(self) -> Result<(), StoreError> {
        // A hub that has ended already needs no telling.
        let _ = self.stop.try_send(());
        self.hub.join().expect("the hub does not panic");
        self.committer.join().expect("the committer does not panic")
    }
}

/// Works the inbox off until told to stop or until the committer is gone.
fn run_hub(
    mut hub: Hub,
    inbox: &Receiver<InboundBatch>,
    (stopped, resettled): (&Receiver<()>, &Receiver<HubSettings>),
    commits: &Sender<Output>,
    (clock, figures): (Clock, &HubFigures),
) {
    let ticks = tick(TICK);
    let mut clock = HubClock::new(clock);
    loop {
        let mut is_pulse = false;
        select_biased! {
            recv(stopped) -> _ => {
                hub.handle_shutdown(clock.now());
                let _ = commits.send(hub.take_output());
                return;
            }
            recv(resettled) -> settings => match settings {
                Ok(settings) => hub.handle_settings(settings),
                Err(_) => return,
            },
            recv(ticks) -> _ => {
                hub.handle_tick(clock.now());
                publish(&hub, figures);
                is_pulse = true;
            }
            recv(inbox) -> batch => match batch {
                Ok(batch) => take_batches(&mut hub, batch, inbox, clock.now()),
                Err(_) => return,
            }
        }
        let output = hub.take_output();
        // Once a second even nothing goes the whole way, so that it is known to be open.
        if output.events.is_empty() && output.writes.is_empty() && !is_pulse {
            continue;
        }
        if commits.send(output).is_err() {
            return;
        }
    }
}

/// Tells how much there is of everything, and in the log when the disk fills up or has room again, or the clock jumps.
fn publish(hub: &Hub, figures: &HubFigures) {
    let census = hub.census();
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    figures.users.set(count(census.users));
    figures.registering.set(count(census.registering));
    figures.rooms.set(count(census.rooms));
    figures.accounts.set(count(census.accounts));
    figures.failed_sign_ins.set(census.failed_sign_ins);
    match (figures.read_only.get(), census.is_read_only) {
        (0, true) => tracing::error!(
            "the disk is nearly full: nothing new is kept until there is room (limits.least_free_bytes)"
        ),
        (1, false) => tracing::info!("the disk has room again: all is kept as usual"),
        _ => {}
    }
    figures.read_only.set(u64::from(census.is_read_only));
    match (figures.clock_doubted.get(), census.doubts_clock) {
        (0, true) => tracing::warn!(
            "the clock is far from where it was, or from the newest message: nothing is forgotten (retention) \
             until it has been steady for an hour"
        ),
        (1, false) => tracing::info!("the clock is believed again"),
        _ => {}
    }
    figures.clock_doubted.set(u64::from(census.doubts_clock));
}

/// Works off this batch and what waits behind it, up to a bound, so that they share a commit.
fn take_batches(hub: &mut Hub, first: InboundBatch, inbox: &Receiver<InboundBatch>, now: Now) {
    let waiting = inbox.try_iter().take(BATCHES_PER_OUTPUT - 1);
    for input in std::iter::once(first).chain(waiting).flat_map(|batch| batch.inputs) {
        hub.handle_input(input, now);
    }
}

/// Stores, then releases. A commit that fails ends this thread with nothing of it released: what nobody saw did not happen.
fn run_committer(
    mut store: Store,
    outlets: &Outlets,
    outputs: &Receiver<Output>,
    (clock, figures): (Clock, &CommitFigures),
) -> Result<(), StoreError> {
    let mut gathering = Gathering::default();
    let mut forgets_at = Instant::now();
    while let Ok(first) = outputs.recv() {
        let output = gathering.gather(first, outputs);
        if !output.writes.is_empty() {
            let began = Instant::now();
            store.commit_batch(&output.writes)?;
            figures.note_commit(began.elapsed());
            figures.messages.add(count(&output.writes, is_said));
        }
        let is_read = |event: &Outbound| matches!(event, Outbound::ReadHistory { .. });
        figures.history_reads.add(count(&output.events, is_read));
        figures.hashes.add(count(&output.events, |it| matches!(it, Outbound::Hash { .. })));
        outlets.release(output.events);
        if forgets_at <= Instant::now() {
            store.forget_more()?;
            forgets_at = Instant::now() + TICK;
        }
        figures.pulse_ms.set(clock.now().monotonic_ms);
    }
    Ok(())
}

/// Whether it is something said, and not only something that happened.
fn is_said(write: &Write) -> bool {
    matches!(write, Write::Message(message) if StoredKinds::SAID.contains(message.kind))
}

fn count<T>(of: &[T], is_counted: impl Fn(&T) -> bool) -> u64 {
    of.iter().map(|it| u64::from(is_counted(it))).sum()
}

/// Has the program read its settings again, the way that the operator's shell would.
fn ask_for_settings() {
    if let Err(error) = signal_hook::low_level::raise(signal_hook::consts::SIGHUP) {
        tracing::error!(%error, "the settings cannot be read again");
    }
}

impl Outlets {
    /// Hands the committed events on, in order: history requests to the readers, passwords to the workers, answers to the operator,
    /// all else to every reactor.
    fn release(&self, events: Vec<Outbound>) {
        let is_job = |event: &Outbound| {
            matches!(
                event,
                Outbound::ReadHistory { .. }
                    | Outbound::Hash { .. }
                    | Outbound::Controlled { .. }
                    | Outbound::Rehash
            )
        };
        let (jobs, events): (Vec<_>, Vec<_>) = events.into_iter().partition(is_job);
        if !events.is_empty() {
            let events: Arc<[Outbound]> = events.into();
            for reactor in &self.reactors {
                reactor.release(Arc::clone(&events));
            }
        }
        for job in jobs {
            match job {
                Outbound::ReadHistory { conn, query } => self.readers.read(conn, query),
                Outbound::Hash { conn, job } => self.workers.hash(conn, job),
                Outbound::Rehash => ask_for_settings(),
                Outbound::Controlled { id, reply } => {
                    // Somebody who no longer waits for the answer does not miss it.
                    let _ = self.control.as_ref().map(|replies| replies.try_send((id, reply)));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_in_which_the_hub_stood_still_does_not_count() {
        let mut clock = HubClock::new(Clock::start());
        let began = Now { wall: Timestamp(7), monotonic_ms: clock.seen_ms };
        let mut counted_after = |ms: u64| {
            let shown = Now { monotonic_ms: began.monotonic_ms + ms, ..began };
            clock.count(shown).monotonic_ms - began.monotonic_ms
        };
        assert_eq!(counted_after(1_000), 1_000);
        assert_eq!(counted_after(1_000 + STEP_MAX_MS), 1_000 + STEP_MAX_MS);
        assert_eq!(counted_after(3_600_000), 1_000 + 2 * STEP_MAX_MS);
        assert_eq!(counted_after(3_600_500), 1_500 + 2 * STEP_MAX_MS);
        assert_eq!(counted_after(0), 1_500 + 2 * STEP_MAX_MS, "nor does it go back");
    }
}
