//! Lines into messages, without copying (modern.ircdocs.horse, "Message Format").
//!
//! Owns the grammar of a line; whether a message makes sense is the hub's or the session's to say. [`Message`] borrows its
//! line, [`MessageBuf`] owns it and can cross threads.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::tags::Tags;

/// The most parameters that a message can have; the last one takes all that is left of the line.
pub const PARAMS_MAX: usize = 15;

/// The longest command: no known one comes near it.
const COMMAND_MAX_BYTES: usize = 32;

/// A message, borrowed from its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    tags: &'a str,
    source: Option<&'a str>,
    command: &'a str,
    params: [&'a str; PARAMS_MAX],
    param_count: usize,
}

impl<'a> Message<'a> {
    /// Reads a line, without its ending.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        let text = checked_text(line)?;
        Ok(Spans::find(text)?.resolve(text))
    }

    /// Its tags, in the order sent.
    pub fn tags(&self) -> Tags<'a> {
        Tags::new(self.tags)
    }

    /// The unescaped value of a tag: of the last one with that key, and empty for one without value.
    pub fn tag(&self, key: &str) -> Option<Cow<'a, str>> {
        self.tags().get(key)
    }

    /// Who sent it (`nick!user@host` or a server's name), without the colon; never empty.
    pub fn source(&self) -> Option<&'a str> {
        self.source
    }

    /// Its command or numeric as sent: ASCII letters in any case, or three digits.
    pub fn command(&self) -> &'a str {
        self.command
    }

    /// Its parameters, at most [`PARAMS_MAX`].
    pub fn params(&self) -> &[&'a str] {
        &self.params[..self.param_count]
    }

    /// The parameter at an index that counts from 0.
    pub fn param(&self, index: usize) -> Option<&'a str> {
        self.params().get(index).copied()
    }
}

/// A message that owns its line: one allocation for the text, and places within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageBuf {
    text: Box<str>,
    spans: Spans,
}

impl MessageBuf {
    /// Reads a line, without its ending.
    pub fn parse(line: &[u8]) -> Result<Self, ParseError> {
        let text = checked_text(line)?;
        Ok(Self { spans: Spans::find(text)?, text: text.into() })
    }

    /// The message.
    pub fn get(&self) -> Message<'_> {
        self.spans.resolve(&self.text)
    }
}

/// What can be read of a line that is no message, so that the answer says what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvage {
    /// The value of its `label` tag.
    pub label: Option<String>,
    /// Its command, if it is one.
    pub command: Option<String>,
}

impl Salvage {
    /// Reads what it can of a line, without its ending.
    pub fn of(line: &[u8]) -> Self {
        let mut words = line.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
        let mut word = words.next().unwrap_or_default();
        let mut label = None;
        if let Some(tags) = word.strip_prefix(b"@") {
            // A tag that is not UTF-8 spoils itself alone, and so does a NUL, which no answer can carry back.
            let tags = String::from_utf8_lossy(tags);
            let read = Tags::new(&tags).get("label").map(Cow::into_owned);
            label = read.filter(|label| !label.contains([char::REPLACEMENT_CHARACTER, '\0']));
            word = words.next().unwrap_or_default();
        }
        if word.starts_with(b":") {
            word = words.next().unwrap_or_default();
        }
        let command = std::str::from_utf8(word).ok().filter(|word| is_command(word));
        Self { label, command: command.map(str::to_owned) }
    }
}

/// Why a line is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// There is nothing in it, or nothing but spaces.
    Empty,
    /// It is not UTF-8, as this server's and this client's lines all are (IRCv3 UTF8ONLY).
    NotUtf8,
    /// There is a NUL in it.
    ContainsNul,
    /// There is a CR or LF within it.
    ContainsLineBreak,
    /// Nothing follows its tags or source, or it begins with a space.
    MissingCommand,
    /// Its command is neither letters nor three digits, or is longer than any command is.
    BadCommand,
    /// It is longer than 65,535 bytes; no [`LineDecoder`](crate::LineDecoder) lets such a line through.
    TooLong,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the line is empty",
            Self::NotUtf8 => "the line is not UTF-8",
            Self::ContainsNul => "the line contains a NUL",
            Self::ContainsLineBreak => "the line contains a stray CR or LF",
            Self::MissingCommand => "the line has no command",
            Self::BadCommand => "the line's command is neither letters nor three digits",
            Self::TooLong => "the line is too long",
        })
    }
}

impl std::error::Error for ParseError {}

/// The line as text, if nothing in it is out of place in every part of a line.
fn checked_text(line: &[u8]) -> Result<&str, ParseError> {
    if line.len() > usize::from(u16::MAX) {
        return Err(ParseError::TooLong);
    }
    for &byte in line {
        match byte {
            0 => return Err(ParseError::ContainsNul),
            b'\r' | b'\n' => return Err(ParseError::ContainsLineBreak),
            _ => {}
        }
    }
    std::str::from_utf8(line).map_err(|_| ParseError::NotUtf8)
}

/// A place within a line of at most 65,535 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start: u16,
    end: u16,
}

impl Span {
    fn of(range: Range<usize>) -> Self {
        let place = |index| u16::try_from(index).expect("a longer line was refused before");
        Self { start: place(range.start), end: place(range.end) }
    }

    fn is_empty(self) -> bool {
        self.start == self.end
    }

    fn of_text(self, text: &str) -> &str {
        &text[usize::from(self.start)..usize::from(self.end)]
    }
}

/// Where the parts of a message are within its line. An empty span stands for a part that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spans {
    tags: Span,
    source: Span,
    command: Span,
    params: [Span; PARAMS_MAX],
    param_count: u8,
}

impl Spans {
    fn find(text: &str) -> Result<Self, ParseError> {
        if text.bytes().all(|byte| byte == b' ') {
            return Err(ParseError::Empty);
        }
        let mut cursor = Cursor { text, at: 0 };
        let mut spans = Self {
            tags: cursor.take_marked_word(b'@'),
            source: cursor.take_marked_word(b':'),
            command: cursor.take_word(),
            ..Self::default()
        };
        check_command(spans.command.of_text(text))?;
        spans.take_params(&mut cursor);
        Ok(spans)
    }

    fn take_params(&mut self, cursor: &mut Cursor<'_>) {
        for (index, param) in self.params.iter_mut().enumerate() {
            let Some(span) = cursor.take_param(index == PARAMS_MAX - 1) else { return };
            *param = span;
            self.param_count += 1;
        }
    }

    fn resolve<'a>(&self, text: &'a str) -> Message<'a> {
        let mut params = [""; PARAMS_MAX];
        let param_count = usize::from(self.param_count);
        for (param, span) in params.iter_mut().zip(&self.params[..param_count]) {
            *param = span.of_text(text);
        }
        Message {
            tags: self.tags.of_text(text),
            source: (!self.source.is_empty()).then(|| self.source.of_text(text)),
            command: self.command.of_text(text),
            params,
            param_count,
        }
    }
}

fn check_command(command: &str) -> Result<(), ParseError> {
    match command {
        "" => Err(ParseError::MissingCommand),
        _ if is_command(command) => Ok(()),
        _ => Err(ParseError::BadCommand),
    }
}

/// Whether this is a command (ASCII letters, at most 32) or a numeric (three digits).
pub(crate) fn is_command(command: &str) -> bool {
    let bytes = command.as_bytes();
    let is_word = bytes.iter().all(u8::is_ascii_alphabetic);
    let is_numeric = bytes.len() == 3 && bytes.iter().all(u8::is_ascii_digit);
    is_numeric || (is_word && (1..=COMMAND_MAX_BYTES).contains(&bytes.len()))
}

/// Walks over a line from left to right.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// The word that begins here with the mark, without the mark, and on to the next word; nothing where it has no mark.
    fn take_marked_word(&mut self, mark: u8) -> Span {
        if self.rest().first() != Some(&mark) {
            return Span::default();
        }
        self.at += 1;
        let word = self.take_word();
        self.skip_spaces();
        word
    }

    /// Everything up to the next space.
    fn take_word(&mut self) -> Span {
        let bytes = self.rest().iter().position(|&byte| byte == b' ');
        self.take_bytes(bytes.unwrap_or(self.rest().len()))
    }

    /// The next parameter, if there is one: after a colon, and where it is the last possible one, all the rest.
    fn take_param(&mut self, is_last: bool) -> Option<Span> {
        self.skip_spaces();
        match self.rest().first()? {
            b':' => {
                self.at += 1;
                Some(self.take_bytes(self.rest().len()))
            }
            _ if is_last => Some(self.take_bytes(self.rest().len())),
            _ => Some(self.take_word()),
        }
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().iter().take_while(|&&byte| byte == b' ').count();
    }

    fn take_bytes(&mut self, count: usize) -> Span {
        let start = self.at;
        self.at += count;
        Span::of(start..self.at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Source, command and parameters.
    fn parts(line: &str) -> (Option<&str>, &str, Vec<&str>) {
        let message = Message::parse(line.as_bytes()).unwrap_or_else(|e| panic!("{line:?}: {e}"));
        (message.source(), message.command(), message.params().to_vec())
    }

    #[test]
    fn what_can_be_read_of_a_bad_line_is() {
        let salvage = |line: &[u8]| {
            let Salvage { label, command } = Salvage::of(line);
            (label.unwrap_or_default(), command.unwrap_or_default())
        };
        for (line, label, command) in [
            (&b"@label=a\\sb;x=\xff PRIVMSG #a :\xff"[..], "a b", "PRIVMSG"),
            (b"@label=1 :me \xff", "1", ""),
            (b"@label=1  PING \0", "1", "PING"),
            (b"@label=\xff NOTICE x", "", "NOTICE"),
            (b"@label=a\0b NOTICE x", "", "NOTICE"),
            (b"TOPIC #a :\xff", "", "TOPIC"),
            (b"", "", ""),
            (b"@", "", ""),
            (b"   ", "", ""),
        ] {
            let expected = (label.to_owned(), command.to_owned());
            assert_eq!(salvage(line), expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn lines_are_taken_apart() {
        let table: [(&str, Option<&str>, &str, &[&str]); 14] = [
            ("PING", None, "PING", &[]),
            ("ping x", None, "ping", &["x"]),
            ("PING  x  y  ", None, "PING", &["x", "y"]),
            ("PING :", None, "PING", &[""]),
            ("PING ::", None, "PING", &[":"]),
            ("PING a:b :c d : e ", None, "PING", &["a:b", "c d : e "]),
            (":n!u@h QUIT :", Some("n!u@h"), "QUIT", &[""]),
            (":irc.example  001 me", Some("irc.example"), "001", &["me"]),
            (":  PING", None, "PING", &[]),
            ("@a=1 PING", None, "PING", &[]),
            ("@a=1   :s   PING", Some("s"), "PING", &[]),
            ("@ PING", None, "PING", &[]),
            ("@a=:b :s PING :#مجلس", Some("s"), "PING", &["#مجلس"]),
            ("PRIVMSG #مجلس :مرحبا يا نور", None, "PRIVMSG", &["#مجلس", "مرحبا يا نور"]),
        ];
        for (line, source, command, params) in table {
            assert_eq!(parts(line), (source, command, params.to_vec()), "{line:?}");
        }
    }

    #[test]
    fn the_fifteenth_parameter_takes_the_rest() {
        let (_, _, params) = parts("CMD 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 :16 ");
        assert_eq!(params.len(), PARAMS_MAX);
        assert_eq!(params[14], "15 :16 ");
        let (_, _, params) = parts("CMD 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16");
        assert_eq!(params[14], "15 16");
    }

    #[test]
    fn tags_are_read_unescaped_and_the_last_counts() {
        let message = Message::parse(br"@a=1;+b;a=\:\s2;c=;http://x=y CMD").unwrap();
        assert_eq!(message.tag("a").as_deref(), Some("; 2"));
        assert_eq!(message.tag("+b").as_deref(), Some(""));
        assert_eq!(message.tag("c").as_deref(), Some(""));
        assert_eq!(message.tag("b"), None);
        let client_only = message.tags().filter(crate::Tag::is_client_only).map(|tag| tag.key);
        assert_eq!(client_only.collect::<Vec<_>>(), ["+b"]);
        assert_eq!(message.tags().count(), 5);
    }

    #[test]
    fn what_is_no_message_is_refused_in_kinds() {
        let (longest, too_long) = ([b'a'; 32], [b'a'; 33]);
        let huge = vec![b'a'; 65_536];
        let table: [(&[u8], ParseError); 18] = [
            (b"", ParseError::Empty),
            (b"   ", ParseError::Empty),
            (b"@a", ParseError::MissingCommand),
            (b"@a ", ParseError::MissingCommand),
            (b"@a :s", ParseError::MissingCommand),
            (b":s ", ParseError::MissingCommand),
            (b":", ParseError::MissingCommand),
            (b" PING", ParseError::MissingCommand),
            (b"PI-NG", ParseError::BadCommand),
            (b"12", ParseError::BadCommand),
            (b"1234", ParseError::BadCommand),
            (b"a12", ParseError::BadCommand),
            ("Ü".as_bytes(), ParseError::BadCommand),
            (&too_long, ParseError::BadCommand),
            (b"PING \xFF", ParseError::NotUtf8),
            (b"PING \0", ParseError::ContainsNul),
            (b"PING a\rQUIT", ParseError::ContainsLineBreak),
            (&huge, ParseError::TooLong),
        ];
        for (line, error) in table {
            assert_eq!(Message::parse(line), Err(error), "{line:?}");
            assert_eq!(MessageBuf::parse(line), Err(error));
        }
        assert!(Message::parse(&longest).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_value_or_an_error(
            line in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..600),
                "[@:;=+a1 \\\\é]{0,60}".prop_map(String::into_bytes),
            ],
        ) {
            let owned = MessageBuf::parse(&line);
            let borrowed = Message::parse(&line);
            prop_assert_eq!(owned.as_ref().map(MessageBuf::get).map_err(|e| *e), borrowed.clone());
            if let Ok(message) = borrowed {
                prop_assert!(message.params().len() <= PARAMS_MAX);
                prop_assert!(message.source() != Some(""));
                prop_assert!(message.tags().all(|tag| !tag.key.is_empty()));
            }
        }
    }
}
