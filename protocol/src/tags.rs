//! Message tags: taking them apart, and the escaping of their values (message-tags, "Format" and "Escaping values").

use std::borrow::Cow;

/// One tag of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Its key as sent, with the `+` of a client-only tag; never empty, compared byte for byte.
    pub key: &'a str,
    /// Its value as sent, still escaped; `None` without `=`.
    pub raw_value: Option<&'a str>,
}

impl<'a> Tag<'a> {
    /// The value; a tag without one has the empty value, which means the same.
    pub fn value(&self) -> Cow<'a, str> {
        unescape_tag_value(self.raw_value.unwrap_or(""))
    }

    /// Whether it is for servers to hand on as it is.
    pub fn is_client_only(&self) -> bool {
        self.key.starts_with('+')
    }
}

/// The tags of a message, in the order sent; a key may come more than once, and then the last one counts.
#[derive(Clone, Debug)]
pub struct Tags<'a> {
    rest: &'a str,
}

impl<'a> Tags<'a> {
    /// Tags in wire form, without the `@` before and the space behind them.
    pub fn new(wire: &'a str) -> Self {
        Self { rest: wire }
    }

    /// The value of the last tag with that key.
    pub fn get(&self, key: &str) -> Option<Cow<'a, str>> {
        self.clone().filter(|tag| tag.key == key).last().map(|tag| tag.value())
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        while !self.rest.is_empty() {
            let (tag, rest) = self.rest.split_once(';').unwrap_or((self.rest, ""));
            self.rest = rest;
            let (key, raw_value) = match tag.split_once('=') {
                Some((key, value)) => (key, Some(value)),
                None => (tag, None),
            };
            if !key.is_empty() {
                return Some(Tag { key, raw_value });
            }
        }
        None
    }
}

/// What stands for a byte within an escaped value, where it cannot stand for itself.
fn tag_escape(byte: u8) -> Option<u8> {
    match byte {
        b';' => Some(b':'),
        b' ' => Some(b's'),
        b'\\' => Some(b'\\'),
        b'\r' => Some(b'r'),
        b'\n' => Some(b'n'),
        _ => None,
    }
}

/// A tag's value as it stands on the wire. NUL, which no line can carry, stays.
pub fn escape_tag_value(value: &str) -> Cow<'_, str> {
    if !value.bytes().any(|byte| tag_escape(byte).is_some()) {
        return Cow::Borrowed(value);
    }
    let mut escaped = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match u8::try_from(c).ok().and_then(tag_escape) {
            Some(escape) => escaped.extend(['\\', char::from(escape)]),
            None => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// A tag's value as it is meant. A backslash before any other character, or at the end, means nothing and is left out.
pub fn unescape_tag_value(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut value = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        let meant = if c == '\\' { chars.next().map(unescaped) } else { Some(c) };
        value.extend(meant);
    }
    Cow::Owned(value)
}

fn unescaped(escape: char) -> char {
    match escape {
        ':' => ';',
        's' => ' ',
        'r' => '\r',
        'n' => '\n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_back() {
        let table = [
            ("", ""),
            ("plain", "plain"),
            ("a;b c\\d\r\n", r"a\:b\sc\\d\r\n"),
            ("مرحبا; يا", r"مرحبا\:\sيا"),
            (r"\s", r"\\s"),
        ];
        for (value, raw) in table {
            assert_eq!(escape_tag_value(value), raw);
            assert_eq!(unescape_tag_value(raw), value);
        }
    }

    #[test]
    fn stray_backslashes_are_left_out() {
        assert_eq!(unescape_tag_value(r"test\"), "test");
        assert_eq!(unescape_tag_value(r"\b"), "b");
        assert_eq!(unescape_tag_value(r"\ü\\"), r"ü\");
    }

    #[test]
    fn what_needs_no_change_is_not_copied() {
        assert!(matches!(escape_tag_value("2026-01-02T03:04:05.678Z"), Cow::Borrowed(_)));
        assert!(matches!(unescape_tag_value("2026-01-02T03:04:05.678Z"), Cow::Borrowed(_)));
    }

    #[test]
    fn tags_are_taken_apart() {
        let tags = Tags::new("a=1;;+vendor.example/b;c=;=x;a=2=3");
        let seen: Vec<_> = tags.clone().map(|tag| (tag.key, tag.raw_value)).collect();
        let expected =
            [("a", Some("1")), ("+vendor.example/b", None), ("c", Some("")), ("a", Some("2=3"))];
        assert_eq!(seen, expected);
        assert_eq!(tags.get("a").as_deref(), Some("2=3"));
        assert_eq!(tags.get("+vendor.example/b").as_deref(), Some(""));
        assert_eq!(tags.get("A"), None);
    }
}
