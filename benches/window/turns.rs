//! Turns of the main loop: doing them one by one, and how long each took.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::fs;
use std::rc::Rc;
use std::time::{Duration, Instant};

use adw::prelude::*;
use glib::MainContext;
use nix::time::{ClockId, clock_gettime};

/// A turn that takes longer than this makes a frame late at sixty a second.
const FRAME: Duration = Duration::from_millis(16);
/// How long to sleep where nothing is to be done.
const NAP: Duration = Duration::from_micros(100);
/// At its end within so many pixels.
const END_TOLERANCE_PX: f64 = 8.0;

/// How long turns took, without painting: by the clock, and in processor time, which others on the machine do not lengthen.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    clock: Vec<Duration>,
    processor: Vec<Duration>,
    /// The part of the latter in which sizes and places were found.
    layout: Vec<Duration>,
    painting: Duration,
    frames: usize,
    span: Duration,
}

/// A moment by both measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    clock: Instant,
    processor: Duration,
}

impl Moment {
    /// This one.
    pub(crate) fn now() -> Self {
        let used = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("Linux has this clock");
        Self { clock: Instant::now(), processor: used.into() }
    }

    /// What has passed since then.
    pub(crate) fn passed(self) -> Passed {
        let now = Self::now();
        Passed {
            clock: now.clock - self.clock,
            processor: now.processor.saturating_sub(self.processor),
        }
    }
}

/// How much time has passed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Passed {
    clock: Duration,
    processor: Duration,
}

impl std::ops::AddAssign for Passed {
    fn add_assign(&mut self, other: Self) {
        self.clock += other.clock;
        self.processor += other.processor;
    }
}

/// What the frame clock told.
#[derive(Debug, Default)]
struct Frame {
    updated: Cell<Option<Moment>>,
    laid_out: Cell<Option<Moment>>,
    layout: Cell<Passed>,
    painting: Cell<Passed>,
    count: Cell<usize>,
}

/// A window, and what is to be known of it.
pub(crate) struct Stage {
    window: gtk::Window,
    frame: Rc<Frame>,
    list: RefCell<Option<gtk::ListView>>,
    rows_added: Rc<Cell<u32>>,
}

impl Stage {
    /// A window that is on the screen.
    pub(crate) fn new(window: &gtk::Window) -> Self {
        let frame = Rc::<Frame>::default();
        let clock = window.frame_clock().expect("the window is presented");
        // These come after the toolkit's own handlers of the same signals, which were there before.
        let told = Rc::clone(&frame);
        clock.connect_update(move |_| told.updated.set(Some(Moment::now())));
        let told = Rc::clone(&frame);
        clock.connect_layout(move |_| {
            if let Some(updated) = told.updated.take() {
                add(&told.layout, updated.passed());
            }
            told.laid_out.set(Some(Moment::now()));
        });
        let told = Rc::clone(&frame);
        clock.connect_after_paint(move |_| {
            if let Some(laid_out) = told.laid_out.take() {
                add(&told.painting, laid_out.passed());
                told.count.set(told.count.get() + 1);
            }
        });
        Self { window: window.clone(), frame, list: RefCell::default(), rows_added: Rc::default() }
    }

    /// Turns until something holds, or patience has ended.
    pub(crate) fn turn_until(
        &self,
        turns: &mut Turns,
        patience: Duration,
        holds: impl Fn() -> bool,
    ) {
        let context = MainContext::default();
        let started = Instant::now();
        while !holds() {
            assert!(started.elapsed() < patience, "what was waited for did not come");
            if context.pending() {
                self.turn(&context, turns);
            } else {
                std::thread::sleep(NAP);
            }
        }
        turns.span += started.elapsed();
    }

    /// Turns for a while, of which nothing is noted.
    pub(crate) fn rest(&self, duration: Duration) {
        let started = Instant::now();
        self.turn_until(&mut Turns::default(), 2 * duration, || started.elapsed() > duration);
    }

    fn turn(&self, context: &MainContext, turns: &mut Turns) {
        let frame = &self.frame;
        let frames_before = frame.count.get();
        frame.layout.take();
        frame.painting.take();
        let began = Moment::now();
        context.iteration(false);
        let (whole, painting) = (began.passed(), frame.painting.take());
        turns.clock.push(whole.clock.saturating_sub(painting.clock));
        turns.processor.push(whole.processor.saturating_sub(painting.processor));
        turns.layout.push(frame.layout.take().processor);
        turns.painting += painting.processor;
        turns.frames += frame.count.get() - frames_before;
    }

    /// How many frames were painted.
    pub(crate) fn frame_count(&self) -> usize {
        self.frame.count.get()
    }

    /// The list of what was said.
    fn list(&self) -> gtk::ListView {
        assert!(self.has_list(), "no conversation is open");
        self.list.borrow().clone().expect("found just now")
    }

    /// What it shows.
    pub(crate) fn timeline(&self) -> Option<gio::ListModel> {
        self.list().model().and_downcast::<gtk::NoSelection>()?.model()
    }

    /// Whether there is one.
    pub(crate) fn has_list(&self) -> bool {
        if self.list.borrow().is_none() {
            let found = find_timeline(self.window.upcast_ref());
            let model = found.as_ref().and_then(gtk::ListView::model);
            if let Some(model) = model {
                let added_rows = Rc::clone(&self.rows_added);
                model.connect_items_changed(move |_, _, _, added| {
                    added_rows.set(added_rows.get() + added);
                });
                self.list.replace(found);
            }
        }
        self.list.borrow().is_some()
    }

    /// How many rows have come into the list that was found first.
    pub(crate) fn rows_added(&self) -> u32 {
        self.rows_added.get()
    }

    /// Whether the newest row is in sight.
    pub(crate) fn shows_newest(&self) -> bool {
        if !self.has_list() {
            return false;
        }
        let list = self.list();
        let is_filled = list.model().is_some_and(|model| model.n_items() > 0);
        let adjustment = list.vadjustment();
        is_filled
            && adjustment.is_some_and(|it| {
                it.page_size() > 0.0 && it.upper() - it.page_size() - it.value() <= END_TOLERANCE_PX
            })
    }
}

fn find_timeline(widget: &gtk::Widget) -> Option<gtk::ListView> {
    if let Some(list) = widget.downcast_ref::<gtk::ListView>()
        && list.has_css_class("timeline")
    {
        return Some(list.clone());
    }
    let mut child = widget.first_child();
    while let Some(one) = child {
        let found = find_timeline(&one);
        if found.is_some() {
            return found;
        }
        child = one.next_sibling();
    }
    None
}

fn add(sum: &Cell<Passed>, more: Passed) {
    let mut both = sum.get();
    both += more;
    sum.set(both);
}

impl fmt::Display for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{{\"count\": {}, \"late\": {}, \"longest\": {}, \"late_by_clock\": {}, \"longest_by_clock\": {}, \
             \"longest_layout\": {}, \"work\": {:.0}, \"painting\": {:.0}, \"frames\": {}, \"span\": {:.0}}}",
            self.processor.len(),
            late_count(&self.processor),
            in_ms(&longest(&self.processor)),
            late_count(&self.clock),
            in_ms(&longest(&self.clock)),
            in_ms(&longest(&self.layout)),
            ms(self.processor.iter().sum()),
            ms(self.painting),
            self.frames,
            ms(self.span),
        )
    }
}

fn late_count(times: &[Duration]) -> usize {
    times.iter().filter(|&&time| time > FRAME).count()
}

/// The longest first, and not all.
fn longest(times: &[Duration]) -> Vec<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(|one, other| other.cmp(one));
    sorted.truncate(5);
    sorted
}

/// Times by both measures, as JSON.
pub(crate) fn passed_in_ms(times: &[Passed]) -> String {
    let clock: Vec<_> = times.iter().map(|time| time.clock).collect();
    let processor: Vec<_> = times.iter().map(|time| time.processor).collect();
    format!("{{\"clock\": {}, \"processor\": {}}}", in_ms(&clock), in_ms(&processor))
}

/// A JSON list of times.
fn in_ms(times: &[Duration]) -> String {
    let times: Vec<_> = times.iter().map(|&time| format!("{:.1}", ms(time))).collect();
    format!("[{}]", times.join(", "))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// How much memory this process has filled with what is its own.
pub(crate) fn memory_kib() -> u64 {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:"));
    let words = line.and_then(|line| line.split_whitespace().next());
    words.and_then(|word| word.parse().ok()).unwrap_or_default()
}
