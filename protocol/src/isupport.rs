//! What a server says about itself in numeric 005 (modern.ircdocs.horse, "`RPL_ISUPPORT`").
//!
//! Owns the list of tokens and their escaping; what a token means belongs to who asks for it.

use std::fmt::Write as _;

/// The most tokens on one line: what its fifteen parameters leave beside the nick and the closing words.
pub const ISUPPORT_TOKENS_MAX: usize = 13;

/// How many different tokens are remembered of a server; more are ignored.
const REMEMBERED_MAX: usize = 256;

/// A list of tokens, in the order first set; each has a value, which may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Isupport {
    tokens: Vec<(String, String)>,
}

impl Isupport {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a token; an empty value makes one that only is there.
    pub fn set(&mut self, key: &str, value: &str) {
        match self.tokens.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => value.clone_into(known),
            None => self.tokens.push((key.to_owned(), value.to_owned())),
        }
    }

    /// The value of a token, empty for one that only is there; `None` where there is no such token.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.tokens.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// The tokens in wire form, in groups of at most thirteen that, each with a space before it, come to at most `max_bytes`:
    /// one group for each line. A token that is longer by itself makes a group of its own.
    pub fn lines(&self, max_bytes: usize) -> Vec<Vec<String>> {
        in_lines(self.tokens.iter().map(|(key, value)| wire_token(key, value)), max_bytes)
    }

    /// What tells somebody who knows this list of `new`: tokens that are other or more, and `-KEY` for those that are gone; in
    /// groups as [`lines`](Self::lines) makes them.
    pub fn change_lines(&self, new: &Self, max_bytes: usize) -> Vec<Vec<String>> {
        let is_other = |(key, value): &&(String, String)| self.get(key) != Some(value);
        let set = new.tokens.iter().filter(is_other).map(|(key, value)| wire_token(key, value));
        let gone = self.tokens.iter().filter(|(key, _)| new.get(key).is_none());
        in_lines(set.chain(gone.map(|(key, _)| format!("-{key}"))), max_bytes)
    }

    /// Takes in the parameters of a received 005, all of them: the first (our nick) and the last (words) are passed over.
    ///
    /// `-KEY` takes a token away. At most 256 tokens are kept; what is over is ignored.
    pub fn parse_tokens(&mut self, params: &[&str]) {
        let [_nick, tokens @ .., _words] = params else { return };
        for token in tokens {
            if let Some(key) = token.strip_prefix('-') {
                self.tokens.retain(|(known, _)| known != key);
                continue;
            }
            let (key, value) = token.split_once('=').unwrap_or((token, ""));
            let is_room_left = self.tokens.len() < REMEMBERED_MAX || self.get(key).is_some();
            if !key.is_empty() && is_room_left {
                self.set(key, &unescape_value(value));
            }
        }
    }
}

fn in_lines(tokens: impl Iterator<Item = String>, max_bytes: usize) -> Vec<Vec<String>> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut line_bytes = 0;
    for token in tokens {
        let token_bytes = token.len() + " ".len();
        match lines.last_mut() {
            Some(line)
                if line.len() < ISUPPORT_TOKENS_MAX && line_bytes + token_bytes <= max_bytes =>
            {
                line_bytes += token_bytes;
                line.push(token);
            }
            _ => {
                line_bytes = token_bytes;
                lines.push(vec![token]);
            }
        }
    }
    lines
}

fn wire_token(key: &str, value: &str) -> String {
    let mut token = key.to_owned();
    if !value.is_empty() {
        token.push('=');
    }
    for c in value.chars() {
        if c.is_ascii_control() || matches!(c, ' ' | '\\' | '=') {
            write!(token, "\\x{:02X}", u32::from(c)).expect("a string takes all that is written");
        } else {
            token.push(c);
        }
    }
    token
}

/// Turns each `\xHH` into the byte it stands for. What is then no UTF-8, or holds control characters, stays as it was sent.
fn unescape_value(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = rest.strip_prefix(b"\\x").and_then(<[u8]>::split_first_chunk);
        let meant = escaped.and_then(|(digits, after)| Some((hex_byte(*digits)?, after)));
        let (byte, after) = meant.unwrap_or((byte, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains(char::is_control))
        .unwrap_or_else(|| value.to_owned())
}

fn hex_byte(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? << 4 | low?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tokens_come_back_as_they_were_set() {
        let mut sent = Isupport::new();
        sent.set("NETWORK", "The red house");
        sent.set("UTF8ONLY", "");
        sent.set("PREFIX", "(ov)@+");
        sent.set("NETWORK", "مجلس = a \\ house");
        let lines = sent.lines(400);
        assert_eq!(
            lines,
            [["NETWORK=مجلس\\x20\\x3D\\x20a\\x20\\x5C\\x20house", "UTF8ONLY", "PREFIX=(ov)@+"]]
        );
        assert_eq!(received(&lines), sent);
        assert_eq!(sent.get("UTF8ONLY"), Some(""));
        assert_eq!(sent.get("utf8only"), None);
    }

    #[test]
    fn lines_hold_thirteen_tokens_and_so_many_bytes() {
        let mut many = Isupport::new();
        for number in 10..37 {
            many.set(&format!("K{number}"), "");
        }
        assert_eq!(many.lines(400).iter().map(Vec::len).collect::<Vec<_>>(), [13, 13, 1]);
        assert_eq!(many.lines(8).iter().map(Vec::len).max(), Some(2));
        assert_eq!(many.lines(7).iter().map(Vec::len).max(), Some(1));
        assert_eq!(many.lines(0).len(), 27);
        assert!(Isupport::new().lines(400).is_empty());
    }

    #[test]
    fn a_server_can_take_back_and_say_nonsense() {
        let mut seen = Isupport::new();
        seen.parse_tokens(&[]);
        seen.parse_tokens(&["me", "words"]);
        seen.parse_tokens(&["me", "A=1", "B", "=x", "C=\\x2", "D=\\xFF", "E=\\x0A", "words"]);
        seen.parse_tokens(&["me", "-A", "-Z", "B=2", "words"]);
        let values = ["A", "B", "C", "D", "E"].map(|key| seen.get(key));
        assert_eq!(values, [None, Some("2"), Some("\\x2"), Some("\\xFF"), Some("\\x0A")]);
    }

    #[test]
    fn a_change_tells_what_is_other_and_what_is_gone() {
        let [mut was, mut new] = [Isupport::new(), Isupport::new()];
        for (list, tokens) in [
            (&mut was, [("A", "1"), ("B", ""), ("C", "x")]),
            (&mut new, [("A", "2"), ("C", "x"), ("D", "")]),
        ] {
            for (key, value) in tokens {
                list.set(key, value);
            }
        }
        let lines = was.change_lines(&new, 400);
        assert_eq!(lines, [["A=2", "D", "-B"]]);
        let tokens = ["me"].into_iter().chain(lines[0].iter().map(String::as_str)).chain(["words"]);
        was.parse_tokens(&tokens.collect::<Vec<_>>());
        assert!(["A", "B", "C", "D"].iter().all(|key| was.get(key) == new.get(key)));
        assert!(new.change_lines(&new, 400).is_empty());
    }

    #[test]
    fn only_so_many_tokens_are_remembered() {
        let mut seen = Isupport::new();
        for number in 0..=REMEMBERED_MAX {
            seen.parse_tokens(&["me", &format!("K{number}"), "words"]);
        }
        seen.parse_tokens(&["me", "K0=new", "words"]);
        assert_eq!(
            (seen.get("K0"), seen.get("K255"), seen.get("K256")),
            (Some("new"), Some(""), None)
        );
    }

    fn received(lines: &[Vec<String>]) -> Isupport {
        let mut seen = Isupport::new();
        for line in lines {
            let tokens = line.iter().map(String::as_str);
            seen.parse_tokens(
                &std::iter::once("me").chain(tokens).chain(["are supported"]).collect::<Vec<_>>(),
            );
        }
        seen
    }

    proptest! {
        #[test]
        fn any_value_comes_back(values in prop::collection::vec("\\PC{0,30}", 0..40), max in 0usize..400) {
            let mut sent = Isupport::new();
            for (index, value) in values.iter().enumerate() {
                sent.set(&format!("KEY{index}"), value);
            }
            let lines = sent.lines(max);
            prop_assert!(lines.iter().flatten().all(|token| !token.contains(' ')));
            prop_assert_eq!(received(&lines), sent);
        }
    }
}
