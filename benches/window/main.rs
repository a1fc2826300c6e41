//! The application's window, its main loop turned by hand so that each turn can be timed; `client.py` starts it.
//!
//! | mode | does |
//! |---|---|
//! | `bare` | opens an empty window of the same toolkit, and stays |
//! | `fill FOLDER COUNT` | makes an archive with a small room and one of so many messages; prints the numbers of both |
//! | `rooms SMALL BIG ROUNDS` | opens the two in turn, and prints how long each time took until it was painted |
//! | `flood SECONDS` | shows what comes into the open room, and prints how long the turns were from the first message on |
//!
//! Times are in milliseconds, by the clock and of the processor: what else the machine does lengthens only the former. What is
//! printed is JSON, on one line.

mod fill;
mod turns;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use adw::prelude::*;
use majlis::application::Application;
use majlis::i18n;

use self::turns::{Moment, Stage, Turns};

/// A window that has rested so long has drawn all that it wanted to.
const REST: Duration = Duration::from_millis(700);
/// Nothing takes longer than this.
const PATIENCE: Duration = Duration::from_mins(1);
/// A few rows may be news of the room; more of them are the flood.
const FLOOD_ROWS: u32 = 20;

fn main() {
    // Cargo says that it wants figures.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse().expect("a number");
    match words[..] {
        ["bare"] => open_bare_window(),
        ["fill", folder, count] => fill::fill(PathBuf::from(folder), number(count)),
        ["rooms", small, big, rounds] => open_rooms(number(small), number(big), number(rounds)),
        ["flood", seconds] => take_flood(Duration::from_secs(number(seconds))),
        _ => eprintln!("bare | fill FOLDER COUNT | rooms SMALL BIG ROUNDS | flood SECONDS"),
    }
}

/// What any window of this toolkit has, and nothing in it.
fn open_bare_window() {
    let application =
        adw::Application::builder().application_id("io.github.majlis_chat.Bare").build();
    application.connect_activate(|application| {
        let content = adw::ToolbarView::new();
        content.add_top_bar(&adw::HeaderBar::new());
        let window = adw::ApplicationWindow::builder().application(application).content(&content);
        window.default_width(1000).default_height(700).build().present();
    });
    application.run_with_args(&["bare"]);
}

/// The application with its window, as it comes up after a restart.
fn open_application() -> (Application, Stage) {
    i18n::init();
    let application = Application::new();
    application.register(gio::Cancellable::NONE).expect("there is a bus of its own");
    application.activate();
    let window = application.active_window().expect("activating opens the window");
    let stage = Stage::new(&window);
    (application, stage)
}

fn open_rooms(small: u64, big: u64, rounds: u64) {
    let (application, stage) = open_application();
    let mut turns = Turns::default();
    stage.turn_until(&mut turns, PATIENCE, || stage.shows_newest());
    stage.rest(REST);
    let (mut small_times, mut big_times) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        for (id, times) in [(big, &mut big_times), (small, &mut small_times)] {
            let (before, frames) = (stage.timeline(), stage.frame_count());
            let began = Moment::now();
            application.activate_action("open-conversation", Some(&id.to_variant()));
            stage.turn_until(&mut Turns::default(), PATIENCE, || {
                let is_another = stage.timeline() != before;
                is_another && stage.frame_count() > frames && stage.shows_newest()
            });
            times.push(began.passed());
            stage.rest(REST);
        }
    }
    println!(
        "{{\"big\": {}, \"small\": {}, \"memory\": {}}}",
        turns::passed_in_ms(&big_times),
        turns::passed_in_ms(&small_times),
        turns::memory_kib()
    );
}

fn take_flood(duration: Duration) {
    let (_application, stage) = open_application();
    let mut turns = Turns::default();
    stage.turn_until(&mut turns, PATIENCE, || stage.has_list());
    stage.rest(REST);
    let before = stage.rows_added();
    println!("ready");
    let mut turns = Turns::default();
    stage.turn_until(&mut turns, PATIENCE, || stage.rows_added() > before + FLOOD_ROWS);
    let mut turns = Turns::default();
    let started = Instant::now();
    stage.turn_until(&mut turns, PATIENCE, || started.elapsed() > duration);
    // What is still under way when the flood is over belongs to it.
    stage.rest(Duration::from_secs(2));
    println!("{{\"memory\": {}, \"turns\": {}}}", turns::memory_kib(), turns);
}
