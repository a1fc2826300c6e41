//! Messages into bytes. No line that leaves here is malformed or too long.
//!
//! Owns the form of a line; what to say in it, and cutting what does not fit into one, is the caller's
//! ([`split_text`](crate::split_text)).

use std::fmt;

use crate::line::LineLimits;
use crate::message::{PARAMS_MAX, is_command};
use crate::tags::escape_tag_value;

/// The most tag data that one side may add to a message (message-tags, "Size limit"): bytes between `@` and space.
const TAG_DATA_MAX_BYTES: usize = 4094;

/// How many groups of tags need no allocation.
const INLINE_TAGS: usize = 6;

/// What a peer sent and [`Encoder::echoed`] gives back is no longer than this.
pub const ECHO_MAX_BYTES: usize = 128;

/// Builds one message.
///
/// Tags and parameters are written in the order given; the source may come any time. Nothing is checked before
/// [`write_to`](Self::write_to). Up to six tags whose values need no escaping, nothing is allocated but the output.
///
/// ```
/// # use majlis_protocol::Encoder;
/// let mut line = Vec::new();
/// Encoder::new("PRIVMSG").tag("label", "1;2").param("#مجلس").trailing("hello there").write_to(&mut line)?;
/// assert_eq!(line, "@label=1\\:2 PRIVMSG #مجلس :hello there\r\n".as_bytes());
/// # Ok::<(), majlis_protocol::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is written before `write_to`"]
pub struct Encoder<'a> {
    command: &'a str,
    source: Option<&'a str>,
    tags: [TagPart<'a>; INLINE_TAGS],
    more_tags: Vec<TagPart<'a>>,
    tag_count: usize,
    params: [&'a str; PARAMS_MAX],
    /// May pass [`PARAMS_MAX`], which is then refused.
    param_count: usize,
    has_trailing: bool,
    /// Whether a parameter was given after the trailing one.
    is_misplaced: bool,
}

#[derive(Clone, Copy, Debug)]
enum TagPart<'a> {
    /// A key, and a value to be escaped; an empty one is not written.
    Own(&'a str, &'a str),
    /// Tags in wire form.
    Raw(&'a str),
}

impl<'a> Encoder<'a> {
    /// A message with this command or numeric: ASCII letters, or three digits.
    pub fn new(command: &'a str) -> Self {
        Self {
            command,
            source: None,
            tags: [TagPart::Raw(""); INLINE_TAGS],
            more_tags: Vec::new(),
            tag_count: 0,
            params: [""; PARAMS_MAX],
            param_count: 0,
            has_trailing: false,
            is_misplaced: false,
        }
    }

    /// Adds a tag; its value is escaped. An empty value is left out, which means the same.
    ///
    /// The key is of ASCII letters, digits, `-`, `.` and `_`, with an optional `+` before and vendor name and `/` within.
    /// All tags added so come to at most 4,094 bytes.
    pub fn tag(self, key: &'a str, value: &'a str) -> Self {
        self.tag_part(TagPart::Own(key, value))
    }

    /// Adds a tag without value.
    pub fn tag_flag(self, key: &'a str) -> Self {
        self.tag_part(TagPart::Own(key, ""))
    }

    /// Adds tags of somebody else's, in wire form (`a=b;c`) and possibly none; at most 4,094 bytes besides one's own.
    pub fn raw_tags(self, tags: &'a str) -> Self {
        if tags.is_empty() { self } else { self.tag_part(TagPart::Raw(tags)) }
    }

    fn tag_part(mut self, part: TagPart<'a>) -> Self {
        match self.tags.get_mut(self.tag_count) {
            Some(place) => *place = part,
            None => self.more_tags.push(part),
        }
        self.tag_count += 1;
        self
    }

    /// Says who sends it: `nick!user@host`, or a server's name.
    pub fn source(mut self, source: &'a str) -> Self {
        self.source = Some(source);
        self
    }

    /// Adds a parameter that is one word: not empty, no space, no colon at its beginning.
    pub fn param(mut self, param: &'a str) -> Self {
        self.is_misplaced |= self.has_trailing;
        if let Some(place) = self.params.get_mut(self.param_count) {
            *place = param;
        }
        self.param_count += 1;
        self
    }

    /// Adds a parameter that gives back what a peer sent, as error numerics do: `*` where that is no single word of at most
    /// 128 bytes.
    pub fn echoed(self, param: &'a str) -> Self {
        let is_fit = is_middle(param) && param.len() <= ECHO_MAX_BYTES;
        self.param(if is_fit { param } else { "*" })
    }

    /// Adds the last parameter: any text on one line, possibly empty. It is always written behind a colon.
    pub fn trailing(self, text: &'a str) -> Self {
        let mut line = self.param(text);
        line.has_trailing = true;
        line
    }

    /// How many bytes the line has without its tags, CR LF included; the limit is 512.
    pub fn body_bytes(&self) -> usize {
        let source_bytes = self.source.map_or(0, |source| source.len() + ": ".len());
        let params = &self.params[..self.param_count.min(PARAMS_MAX)];
        let param_bytes: usize = params.iter().map(|param| param.len() + " ".len()).sum();
        let colon_bytes = usize::from(self.has_trailing);
        source_bytes + self.command.len() + param_bytes + colon_bytes + "\r\n".len()
    }

    /// Appends the line with its CR LF; after an error `out` is as it was.
    pub fn write_to(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.body_bytes() > LineLimits::FROM_SERVER.body_bytes {
            return Err(EncodeError::BodyTooLong);
        }
        let line_start = out.len();
        let result = self.write_tags(out).and_then(|()| self.write_body(out));
        if result.is_err() {
            out.truncate(line_start);
        }
        result
    }

    fn write_tags(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.tag_count == 0 {
            return Ok(());
        }
        let (mut own_bytes, mut raw_bytes) = (0, 0);
        let inline = &self.tags[..self.tag_count.min(INLINE_TAGS)];
        for (index, part) in inline.iter().chain(&self.more_tags).enumerate() {
            out.push(if index == 0 { b'@' } else { b';' });
            let part_start = out.len();
            let side_bytes = match *part {
                TagPart::Own(key, value) => {
                    write_tag(out, key, value)?;
                    &mut own_bytes
                }
                TagPart::Raw(tags) => {
                    write_raw_tags(out, tags)?;
                    &mut raw_bytes
                }
            };
            // One separator goes with each part of a side but its first.
            *side_bytes += out.len() - part_start + usize::from(*side_bytes > 0);
            if *side_bytes > TAG_DATA_MAX_BYTES {
                return Err(EncodeError::TagsTooLong);
            }
        }
        out.push(b' ');
        Ok(())
    }

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if let Some(source) = self.source {
            if source.is_empty() || !is_word(source) {
                return Err(EncodeError::BadSource);
            }
            out.push(b':');
            out.extend_from_slice(source.as_bytes());
            out.push(b' ');
        }
        if !is_command(self.command) {
            return Err(EncodeError::BadCommand);
        }
        out.extend_from_slice(self.command.as_bytes());
        self.write_params(out)?;
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn write_params(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.is_misplaced || self.param_count > PARAMS_MAX {
            return Err(EncodeError::BadParam);
        }
        let words = self.param_count - usize::from(self.has_trailing);
        for param in &self.params[..words] {
            if !is_middle(param) {
                return Err(EncodeError::BadParam);
            }
            out.push(b' ');
            out.extend_from_slice(param.as_bytes());
        }
        if self.has_trailing {
            let text = self.params[words];
            if text.bytes().any(ends_line) {
                return Err(EncodeError::BadParam);
            }
            out.extend_from_slice(b" :");
            out.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }
}

/// Why a message cannot be put on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The command is neither letters nor three digits.
    BadCommand,
    /// The source is empty, or holds a space or a line ending.
    BadSource,
    /// A parameter is no single word, or the last one holds a line ending; or there are more than fifteen.
    BadParam,
    /// A tag's key has characters that no key has, or its value a NUL; or raw tags hold a space or a line ending.
    BadTag,
    /// There is more tag data than one side may add.
    TagsTooLong,
    /// Without its tags, the line is longer than 512 bytes.
    BodyTooLong,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadCommand => "the command is neither letters nor three digits",
            Self::BadSource => "the source is not a single word",
            Self::BadParam => "a parameter cannot stand where it is",
            Self::BadTag => "a tag cannot be written",
            Self::TagsTooLong => "the tags are too long",
            Self::BodyTooLong => "the line is too long",
        })
    }
}

impl std::error::Error for EncodeError {}

fn write_tag(out: &mut Vec<u8>, key: &str, value: &str) -> Result<(), EncodeError> {
    if !is_tag_key(key) {
        return Err(EncodeError::BadTag);
    }
    out.extend_from_slice(key.as_bytes());
    if value.is_empty() {
        return Ok(());
    }
    if value.contains('\0') {
        return Err(EncodeError::BadTag);
    }
    out.push(b'=');
    out.extend_from_slice(escape_tag_value(value).as_bytes());
    Ok(())
}

fn write_raw_tags(out: &mut Vec<u8>, tags: &str) -> Result<(), EncodeError> {
    if !is_word(tags) {
        return Err(EncodeError::BadTag);
    }
    out.extend_from_slice(tags.as_bytes());
    Ok(())
}

/// Whether tags can have this key, which may begin with `+`.
pub fn is_tag_key(key: &str) -> bool {
    let name = key.strip_prefix('+').unwrap_or(key);
    let is_key_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    !name.is_empty() && name.bytes().all(is_key_byte)
}

/// Whether a parameter can be followed by another.
fn is_middle(param: &str) -> bool {
    !param.is_empty() && !param.starts_with(':') && is_word(param)
}

fn is_word(text: &str) -> bool {
    !text.bytes().any(|byte| byte == b' ' || ends_line(byte))
}

/// Whether the byte can be nowhere within a line.
fn ends_line(byte: u8) -> bool {
    matches!(byte, 0 | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::line::LineDecoder;
    use crate::message::{Message, MessageBuf};

    fn encoded(encoder: &Encoder<'_>) -> Result<String, EncodeError> {
        let mut line = Vec::new();
        encoder.write_to(&mut line)?;
        Ok(String::from_utf8(line).unwrap())
    }

    #[test]
    fn messages_are_written_as_the_grammar_says() {
        let table = [
            (Encoder::new("PING"), "PING\r\n"),
            (
                Encoder::new("001").source("irc.example").param("me").trailing("Hi"),
                ":irc.example 001 me :Hi\r\n",
            ),
            (Encoder::new("QUIT").trailing(""), "QUIT :\r\n"),
            (Encoder::new("CMD").param("a:b").param("#مجلس"), "CMD a:b #مجلس\r\n"),
            (
                Encoder::new("CMD").tag("a", "").tag_flag("+v.example/b").tag("c", "1;2 3\\\r\n"),
                "@a;+v.example/b;c=1\\:2\\s3\\\\\\r\\n CMD\r\n",
            ),
            (
                Encoder::new("CMD").tag("a", "1").raw_tags("").raw_tags("+b=x;+c"),
                "@a=1;+b=x;+c CMD\r\n",
            ),
            (Encoder::new("CMD").raw_tags("").source("s"), ":s CMD\r\n"),
            (
                Encoder::new("401").echoed("a b").echoed("").echoed(":x").echoed("ok"),
                "401 * * * ok\r\n",
            ),
        ];
        for (encoder, line) in table {
            assert_eq!(encoded(&encoder).as_deref(), Ok(line));
            let body = line
                .split_once(' ')
                .filter(|_| line.starts_with('@'))
                .map_or(line, |(_, body)| body);
            assert_eq!(encoder.body_bytes(), body.len());
        }
    }

    #[test]
    fn more_tags_than_are_kept_inline_are_all_written() {
        let keys: Vec<String> = (0..20).map(|number| format!("k{number}")).collect();
        let encoder = keys.iter().fold(Encoder::new("CMD"), |line, key| line.tag_flag(key));
        assert_eq!(encoded(&encoder), Ok(format!("@{} CMD\r\n", keys.join(";"))));
    }

    #[test]
    fn what_would_be_malformed_is_refused() {
        use EncodeError::{BadCommand, BadParam, BadSource, BadTag};
        let command = || Encoder::new("CMD");
        let sixteen = (0..16).fold(command(), |line, _| line.param("x"));
        let table = [
            (Encoder::new(""), BadCommand),
            (Encoder::new("A B"), BadCommand),
            (Encoder::new("A\n"), BadCommand),
            (Encoder::new("12"), BadCommand),
            (command().source(""), BadSource),
            (command().source("a b"), BadSource),
            (command().source("a\r"), BadSource),
            (command().param(""), BadParam),
            (command().param(":a"), BadParam),
            (command().param("a b"), BadParam),
            (command().param("a\n"), BadParam),
            (command().trailing("a\nQUIT"), BadParam),
            (command().trailing("a\r"), BadParam),
            (command().trailing("a\0"), BadParam),
            (command().trailing("a").param("b"), BadParam),
            (command().trailing("a").trailing("b"), BadParam),
            (sixteen, BadParam),
            (command().tag("", "x"), BadTag),
            (command().tag("+", "x"), BadTag),
            (command().tag("a b", "x"), BadTag),
            (command().tag("a=b", "x"), BadTag),
            (command().tag("a;b", "x"), BadTag),
            (command().tag("a", "\0"), BadTag),
            (command().raw_tags("a b"), BadTag),
            (command().raw_tags("a\n"), BadTag),
        ];
        for (encoder, error) in table {
            let mut line = b"before".to_vec();
            assert_eq!(encoder.write_to(&mut line), Err(error), "{encoder:?}");
            assert_eq!(line, b"before");
        }
    }

    #[test]
    fn the_limits_hold_to_the_byte() {
        let text = "x".repeat(600);
        let body = |bytes: usize| Encoder::new("C").trailing(&text[..bytes - "C :\r\n".len()]);
        assert_eq!(encoded(&body(512)).map(|line| line.len()), Ok(512));
        assert_eq!(encoded(&body(513)), Err(EncodeError::BodyTooLong));

        let data = "x".repeat(5000);
        let own = |bytes: usize| Encoder::new("C").tag("a", &data[..bytes - "a=".len()]);
        let raw = |bytes: usize| own(4094).raw_tags(&data[..bytes]);
        assert_eq!(encoded(&own(4094)).map(|line| line.len()), Ok(4096 + 3));
        assert_eq!(encoded(&own(4095)), Err(EncodeError::TagsTooLong));
        assert_eq!(encoded(&own(4092).tag_flag("b")).map(|line| line.len()), Ok(4096 + 3));
        assert_eq!(encoded(&own(4093).tag_flag("b")), Err(EncodeError::TagsTooLong));
        assert_eq!(encoded(&raw(4094)).map(|line| line.len()), Ok(8191 + 3));
        assert_eq!(encoded(&raw(4095)), Err(EncodeError::TagsTooLong));
    }

    /// The message once more, from its parts.
    fn rebuild(message: &Message<'_>) -> Result<Vec<u8>, EncodeError> {
        let raw_tags: Vec<String> = message
            .tags()
            .map(|tag| match tag.raw_value {
                Some(value) => format!("{}={value}", tag.key),
                None => tag.key.to_owned(),
            })
            .collect();
        let raw_tags = raw_tags.join(";");
        let mut encoder = Encoder::new(message.command()).raw_tags(&raw_tags);
        if let Some(source) = message.source() {
            encoder = encoder.source(source);
        }
        if let Some((last, words)) = message.params().split_last() {
            encoder = words.iter().fold(encoder, |line, word| line.param(word)).trailing(last);
        }
        let mut line = Vec::new();
        encoder.write_to(&mut line).map(|()| line)
    }

    fn decoded(line: &[u8]) -> MessageBuf {
        let mut decoder = LineDecoder::new(LineLimits::FROM_SERVER);
        assert_eq!(decoder.push(line), line.len());
        let message = MessageBuf::parse(decoder.next_line().unwrap().unwrap()).unwrap();
        assert_eq!(decoder.next_line(), None);
        message
    }

    proptest! {
        #[test]
        fn what_was_parsed_is_written_the_same(
            line in "(@[a-z+;=\\\\é]{1,20} )?(:[!@a-z]{1,9} )?[A-Z]{1,9}( {1,2}[^ :\r\n\u{0}][^ \r\n\u{0}]{0,3}){0,17}( :[^\r\n\u{0}]{0,20})?",
        ) {
            let message = MessageBuf::parse(line.as_bytes()).unwrap();
            let message = message.get();
            let again = decoded(&rebuild(&message).unwrap());
            let again = again.get();
            prop_assert_eq!(
                (again.source(), again.command(), again.params()),
                (message.source(), message.command(), message.params())
            );
            prop_assert!(again.tags().eq(message.tags()));
        }

        #[test]
        fn what_was_written_is_parsed_the_same(
            tags in prop::collection::btree_map("\\+?[a-z./-]{1,8}", "[^\u{0}]{0,20}", 0..10),
            source in proptest::option::of("[^ \r\n\u{0}]{1,20}"),
            command in "[A-Za-z]{1,12}|[0-9]{3}",
            words in prop::collection::vec("[^ :\r\n\u{0}][^ \r\n\u{0}]{0,5}", 0..14),
            text in proptest::option::of("[^\r\n\u{0}]{0,60}"),
        ) {
            let mut encoder = Encoder::new(&command);
            for (key, value) in &tags {
                encoder = encoder.tag(key, value);
            }
            if let Some(source) = &source {
                encoder = encoder.source(source);
            }
            for word in &words {
                encoder = encoder.param(word);
            }
            if let Some(text) = &text {
                encoder = encoder.trailing(text);
            }
            let mut line = Vec::new();
            prop_assert_eq!(encoder.write_to(&mut line), Ok(()));
            let message = decoded(&line);
            let message = message.get();
            prop_assert_eq!(message.source(), source.as_deref());
            prop_assert_eq!(message.command(), command);
            let params: Vec<&str> = words.iter().chain(&text).map(String::as_str).collect();
            prop_assert_eq!(message.params(), params);
            prop_assert_eq!(message.tags().count(), tags.len());
            for (key, value) in &tags {
                let received = message.tag(key);
                prop_assert_eq!(received.as_deref(), Some(value.as_str()));
            }
        }

        #[test]
        fn no_text_makes_more_than_one_line(
            key in ".{0,5}", value in ".{0,9}", raw in ".{0,9}", source in ".{0,5}",
            command in "[A-Z]{0,3}.?", word in "\\PC{0,3}.{0,2}", text in "[\r\n\u{0}é ]{0,4}.{0,9}",
        ) {
            let encoder = Encoder::new(&command).tag(&key, &value).raw_tags(&raw).source(&source);
            let mut line = Vec::new();
            if encoder.param(&word).trailing(&text).write_to(&mut line).is_ok() {
                let content = line.strip_suffix(b"\r\n").unwrap();
                prop_assert!(!content.iter().any(|&byte| ends_line(byte)));
                prop_assert!(Message::parse(content).is_ok());
            } else {
                prop_assert!(line.is_empty());
            }
        }
    }
}
