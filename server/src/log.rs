//! The log, on standard error: for people, for programs, or for systemd's journal.
//!
//! What stands in it may come from the network. Whatever could make a line look like another, or move a terminal's cursor, is
//! written as an escape, here, whoever logs it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;

use clap::ValueEnum;
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people; for the journal where that takes them.
    #[default]
    Text,
    /// An object of JSON on each line.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Text,
    Json,
    Journal,
}

/// Starts the log; `RUST_LOG` says how much of it (`info` by itself).
pub fn start(format: LogFormat) {
    let style = match format {
        LogFormat::Json => Style::Json,
        LogFormat::Text if is_journal() => Style::Journal,
        LogFormat::Text => Style::Text,
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Log(style));
    match style {
        Style::Text => log.init(),
        Style::Json => log.json().flatten_event(true).init(),
        // The journal knows when a line came, and how much it matters.
        Style::Journal => log.without_time().with_level(false).init(),
    }
}

/// Whether standard error leads to the journal (systemd.exec(5), `$JOURNAL_STREAM`).
fn is_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let named = stream.split_once(':').and_then(|(device, inode)| {
        Some((device.parse::<u64>().ok()?, inode.parse::<u64>().ok()?))
    });
    let is_of = |found: std::fs::Metadata| (found.dev(), found.ino());
    named.is_some() && std::fs::metadata("/proc/self/fd/2").ok().map(is_of) == named
}

struct Log(Style);

/// One line of the log, which comes in one piece.
struct Line {
    style: Style,
    level: Level,
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { style: self.0, level: Level::INFO }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line {
        Line { style: self.0, level: *metadata.level() }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(self.finish(bytes).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Line {
    fn finish(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let text = escape(text.trim_end_matches('\n'), self.style);
        match self.style {
            Style::Journal => format!("<{}>{text}\n", priority(self.level)),
            Style::Text | Style::Json => format!("{text}\n"),
        }
    }
}

/// What syslog calls the level (sd-daemon(3)).
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}

/// Writes an escape for all that is no plain text. In JSON such characters stand within texts alone, so it stays JSON.
fn escape(text: &str, style: Style) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match (style, character) {
            (_, plain) if !is_hostile(plain) => escaped.push(plain),
            (Style::Json, hostile) => {
                write!(escaped, "\\u{:04x}", u32::from(hostile))
                    .expect("a String takes everything");
            }
            (_, hostile) => escaped.extend(hostile.escape_default()),
        }
    }
    escaped.into()
}

/// What the program prints for whoever sits there, with an escape for all that is no plain text but the ends of lines and
/// the tabs between columns: names and reasons come from the network, and the names of files from anywhere.
pub fn printable(text: &str) -> String {
    let is_layout = |character: char| matches!(character, '\n' | '\t');
    text.split_inclusive(is_layout)
        .map(|piece| match piece.strip_suffix(is_layout) {
            Some(words) => format!("{}{}", escape(words, Style::Text), &piece[words.len()..]),
            None => escape(piece, Style::Text).into_owned(),
        })
        .collect()
}

/// Control characters, line separators, and what reorders text.
fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\r\nb\x1b[31m\u{9b}c\u{7f}\u{202e}d\u{2066}\u{2028}é مجلس";

    fn finish(style: Style, text: &str) -> String {
        Line { style, level: Level::WARN }.finish(text.as_bytes())
    }

    #[test]
    fn a_line_stays_one_line_and_moves_nothing() {
        let line = finish(Style::Text, &format!("{HOSTILE}\n"));
        let body = line.strip_suffix('\n').unwrap();
        assert!(!body.contains(is_hostile), "{body:?}");
        assert!(body.starts_with("a\\r\\nb\\u{1b}[31m\\u{9b}c\\u{7f}\\u{202e}d"), "{body}");
        assert!(body.ends_with("é مجلس"), "what is text stays as it is: {body}");
    }

    #[test]
    fn the_journal_is_told_how_much_it_matters() {
        assert_eq!(finish(Style::Journal, "x\n<0>y\n"), "<4>x\\n<0>y\n");
        let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
        assert_eq!(levels.map(priority), [3, 4, 6, 7, 7]);
    }

    #[test]
    fn what_is_printed_keeps_its_lines_and_columns() {
        assert_eq!(printable("a\tb\x1bc\nd\u{202e}\n"), "a\tb\\u{1b}c\nd\\u{202e}\n");
        assert_eq!(printable("مجلس é"), "مجلس é");
    }

    #[test]
    fn json_is_still_json_and_says_the_same() {
        let json = serde_json::json!({ "message": HOSTILE }).to_string();
        let line = finish(Style::Json, &json);
        assert!(!line.trim_end().contains(is_hostile), "{line:?}");
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["message"], HOSTILE);
    }
}
