//! How what a person types becomes messages, and a message lines of the wire: as much as one line, or one message of many
//! lines (draft/multiline), holds.

use majlis_protocol::{WireLine, split_text};

/// An IRC line without its ending (RFC 2812, 2.3).
const LINE_MAX_BYTES: usize = 510;

/// What a server puts around the text when it passes it on, besides nick and target: the user and
/// the host (RFC 2812, 2.3.1), `PRIVMSG`, a CTCP ACTION's frame, and the signs between.
const FRAME_MAX_BYTES: usize = 110;

/// However long the names, there is room for so much.
const TEXT_MIN_BYTES: usize = 100;

/// No message is made longer than this, whatever a server takes.
const MESSAGE_MAX_BYTES: usize = 64 * 1024;
/// No message is made of more lines than this, whatever a server takes.
const MESSAGE_MAX_LINES: usize = 1000;

/// What one message of many lines may hold on a server (draft/multiline, "Capabilities").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultilineLimits {
    /// Its text with the LF between its lines, in bytes.
    pub max_bytes: usize,
    /// Its lines on the wire.
    pub max_lines: usize,
}

impl MultilineLimits {
    /// Reads the capability's value; `None` where it lacks what it must have.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let number = |wanted: &str| {
            let tokens = value.split(',').filter_map(|token| token.split_once('='));
            tokens.filter(|(key, _)| *key == wanted).find_map(|(_, value)| value.parse().ok())
        };
        let max_bytes: usize = number("max-bytes")?;
        let max_lines = number("max-lines").unwrap_or(MESSAGE_MAX_LINES);
        Some(Self {
            max_bytes: max_bytes.min(MESSAGE_MAX_BYTES),
            max_lines: max_lines.min(MESSAGE_MAX_LINES),
        })
    }
}

/// How much text fits on one line to this room or person, so that it also fits when the server passes it on.
pub fn text_max_bytes(nick: &str, target: &str) -> usize {
    LINE_MAX_BYTES.saturating_sub(FRAME_MAX_BYTES + nick.len() + target.len()).max(TEXT_MIN_BYTES)
}

/// The messages that a text is sent as: one where the server takes many lines and it fits, else as few as hold it; where it
/// takes one line at a time (`limits` is `None`), one for each line or piece of it, and none for empty ones.
///
/// Space at the ends of lines and empty lines at either end of the text are left out.
pub fn messages(text: &str, line_max_bytes: usize, limits: Option<MultilineLimits>) -> Vec<String> {
    let lines = text.lines().map(str::trim_end);
    let Some(limits) = limits else {
        let pieces = lines.flat_map(|line| split_text(line, line_max_bytes));
        return pieces.map(ToOwned::to_owned).collect();
    };
    let mut messages = Messages {
        line_max_bytes,
        limits,
        whole: Vec::new(),
        open: Vec::new(),
        open_bytes: 0,
        open_wire_lines: 0,
    };
    // A line that is longer than a whole message may be.
    let longest = limits.max_bytes.min(limits.max_lines.saturating_mul(line_max_bytes / 2)).max(1);
    for line in lines {
        if line.is_empty() && !messages.open.is_empty() {
            messages.add(line);
        }
        split_text(line, longest).for_each(|piece| messages.add(piece));
    }
    messages.close();
    messages.whole
}

struct Messages<'a> {
    line_max_bytes: usize,
    limits: MultilineLimits,
    whole: Vec<String>,
    /// The lines of the message that is not full yet, …
    open: Vec<&'a str>,
    /// … how long they are, each with an ending, …
    open_bytes: usize,
    /// … and how many lines of the wire they take.
    open_wire_lines: usize,
}

impl<'a> Messages<'a> {
    fn add(&mut self, line: &'a str) {
        let wire_lines = pieces(line, self.line_max_bytes).count();
        let fits = self.open_bytes + line.len() <= self.limits.max_bytes
            && self.open_wire_lines + wire_lines <= self.limits.max_lines;
        if !fits {
            self.close();
        }
        self.open.push(line);
        self.open_bytes += line.len() + 1;
        self.open_wire_lines += wire_lines;
    }

    fn close(&mut self) {
        let text = self.open.join("\n");
        let text = text.trim_matches('\n');
        if !text.is_empty() {
            self.whole.push(text.to_owned());
        }
        self.open.clear();
        (self.open_bytes, self.open_wire_lines) = (0, 0);
    }
}

/// The lines of the wire that carry a message's text.
pub(super) fn wire_lines(text: &str, line_max_bytes: usize) -> impl Iterator<Item = WireLine<'_>> {
    text.split('\n').flat_map(move |line| {
        pieces(line, line_max_bytes)
            .enumerate()
            .map(|(number, text)| WireLine { text, is_joined: number > 0 })
    })
}

/// A line of text in pieces from which nothing is left out: the space between two words ends a piece. An empty line is one.
fn pieces(line: &str, max_bytes: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        // One byte less, for the space.
        let mut end = split_text(text, max_bytes - 1).next().map_or(0, str::len);
        if text[end..].starts_with(' ') {
            end += 1;
        }
        let (piece, after) = text.split_at(end);
        rest = (!after.is_empty()).then_some(after);
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use majlis_protocol::{MultilineText, combined_text};
    use proptest::prelude::*;

    use super::*;

    const LIMITS: MultilineLimits = MultilineLimits { max_bytes: 40, max_lines: 4 };

    #[test]
    fn many_lines_are_one_message_where_the_server_takes_them() {
        assert_eq!(messages("\n\none  \n\ntwo\n", 100, Some(LIMITS)), ["one\n\ntwo"]);
        assert_eq!(messages("\n\none  \n\ntwo\n", 100, None), ["one", "two"]);
        assert_eq!(messages(" \n\n", 100, Some(LIMITS)), [""; 0]);
    }

    #[test]
    fn at_the_limits_one_more_begins_another_message() {
        let four = "a\nb\nc\nd";
        assert_eq!(messages(four, 100, Some(LIMITS)), [four]);
        assert_eq!(messages("a\nb\nc\nd\ne", 100, Some(LIMITS)), [four, "e"]);
        let full = format!("{}\n{}", "a".repeat(20), "b".repeat(19));
        assert_eq!(messages(&full, 100, Some(LIMITS)), std::slice::from_ref(&full));
        assert_eq!(messages(&format!("{full}b"), 100, Some(LIMITS)).len(), 2);
    }

    #[test]
    fn limits_are_read_and_bounded() {
        let read = |value| MultilineLimits::parse(value).map(|one| (one.max_bytes, one.max_lines));
        assert_eq!(read("max-bytes=4096,max-lines=24,x=y"), Some((4096, 24)));
        assert_eq!(read("max-bytes=4096"), Some((4096, MESSAGE_MAX_LINES)));
        assert_eq!(
            read("max-bytes=99999999,max-lines=99999"),
            Some((MESSAGE_MAX_BYTES, MESSAGE_MAX_LINES))
        );
        assert_eq!(read("max-lines=24"), None);
        assert_eq!(read("max-bytes=x"), None);
    }

    #[test]
    fn there_is_room_for_text_however_long_the_names_are() {
        assert_eq!(text_max_bytes("ana", "#a"), 510 - 110 - 5);
        assert_eq!(text_max_bytes("ana", &"x".repeat(500)), TEXT_MIN_BYTES);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_on_the_wire_and_no_limit_passed(text in "[a-c é\n]{0,120}", max in 5usize..30) {
            let limits = MultilineLimits { max_bytes: 40, max_lines: 4 };
            for message in messages(&text, max, Some(limits)) {
                prop_assert!(message.len() <= limits.max_bytes);
                let mut whole = MultilineText::default();
                for line in wire_lines(&message, max) {
                    prop_assert!(line.text.len() <= max);
                    prop_assert!(!line.is_joined || !line.text.is_empty());
                    whole.push(line);
                }
                prop_assert!(whole.line_count() <= limits.max_lines && !whole.is_blank());
                let kept = whole.into_kept();
                prop_assert_eq!(combined_text(&kept), message);
            }
            let letters = |text: &str| text.replace([' ', '\n'], "");
            prop_assert_eq!(letters(&messages(&text, max, Some(limits)).concat()), letters(&text));
        }
    }
}
