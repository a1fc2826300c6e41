//! Pages out of a long history.

use std::io;
use std::time::Instant;

use super::{Figures, Metric, ms};
use crate::client::Target;
use crate::contestant::Running;
use crate::histogram::Histogram;
use crate::talk::Talk;

/// The room that lasts, and its history with it.
const ROOM: &str = "#lobby";

const CAPABILITIES: &str = "draft/chathistory batch server-time message-tags";

const PAGE: usize = 100;

/// How many messages go out before the server is asked whether it has them.
const FILL_AT_ONCE: usize = 2_000;

/// How many pages are asked for; every third from the newest on, the others from all over the history.
const PAGES: usize = 600;

/// Says this many messages in the room: they come into the history the way all messages do.
pub fn fill_history(target: &Target, messages: usize) -> io::Result<()> {
    let mut talk = Talk::register(target, "filler", CAPABILITIES)?;
    talk.say(&format!("JOIN {ROOM}\r\n"));
    for first in (0..messages).step_by(FILL_AT_ONCE) {
        for number in first..messages.min(first + FILL_AT_ONCE) {
            talk.say(&format!(
                "PRIVMSG {ROOM} :message {number}, as long as what people say in a room\r\n"
            ));
        }
        talk.say(&format!("PING {first}\r\n"));
        let first = first.to_string();
        talk.wait_for(|line| line.contains(" PONG ") && line.ends_with(&first))?;
    }
    Ok(())
}

/// Measures pages of 100 messages: the newest, those before a message, those around a moment. A page counts from the request
/// to its last line, and has to be full.
pub fn measure_history(running: &Running, is_encrypted: bool) -> io::Result<Figures> {
    let mut talk = Talk::register(&running.target(is_encrypted), "reader", CAPABILITIES)?;
    talk.say(&format!("JOIN {ROOM}\r\n"));
    talk.wait_for(|line| line.contains(" 366 "))?;
    let (oldest, _) =
        page(&mut talk, &format!("AFTER {ROOM} timestamp=1970-01-01T00:00:00.000Z {PAGE}"))?;
    let (newest, _) = page(&mut talk, &format!("LATEST {ROOM} * {PAGE}"))?;
    let (from, to) = (moment(&oldest)?, moment(&newest)?);

    let mut times = Histogram::default();
    let mut first = newest;
    for number in 0..PAGES {
        let request = match number % 3 {
            0 => format!("LATEST {ROOM} * {PAGE}"),
            1 => format!("BEFORE {ROOM} msgid={} {PAGE}", tag(&first, "msgid")?),
            // Steps through the history without a pattern that a cache could follow.
            _ => {
                let share = (number * 7919 % PAGES) as u64;
                let time = from.0
                    + (to.0 - from.0) / 100
                    + (to.0 - from.0) * 98 / 100 * share / PAGES as u64;
                format!("AROUND {ROOM} timestamp={} {PAGE}", majlis_protocol::Timestamp(time))
            }
        };
        let started = Instant::now();
        let (line, count) = page(&mut talk, &request)?;
        times.record(started.elapsed());
        if count != PAGE {
            return Err(io::Error::other(format!("{request}: {count} messages")));
        }
        if number % 3 != 0 {
            first = line;
        }
    }
    Ok(vec![
        (Metric::HistoryP50, ms(times.quantile(500))),
        (Metric::HistoryP99, ms(times.quantile(990))),
    ])
}

/// The first message of a page, and how many there are.
fn page(talk: &mut Talk, request: &str) -> io::Result<(String, usize)> {
    talk.say(&format!("CHATHISTORY {request}\r\n"));
    let (mut first, mut count) = (None, 0);
    talk.wait_for(|line| {
        if line.contains(" PRIVMSG ") {
            count += 1;
            first.get_or_insert_with(|| line.to_owned());
        }
        line.contains(" BATCH -") || line.contains("FAIL CHATHISTORY")
    })?;
    let first = first.ok_or_else(|| io::Error::other(format!("{request}: an empty page")))?;
    Ok((first, count))
}

fn tag(line: &str, key: &str) -> io::Result<String> {
    let message = majlis_protocol::Message::parse(line.as_bytes()).map_err(io::Error::other)?;
    let value = message.tag(key).map(std::borrow::Cow::into_owned);
    value.ok_or_else(|| io::Error::other(format!("a message without {key}: {line}")))
}

fn moment(line: &str) -> io::Result<majlis_protocol::Timestamp> {
    tag(line, "time")?.parse().map_err(io::Error::other)
}
