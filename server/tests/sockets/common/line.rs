//! One line of IRC that a server sent.

use std::fmt;

use majlis_protocol::Message;

/// A line that parses; asking for what is not there fails the test, with the line.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Line(String);

impl Line {
    /// Checks the line once, so that every later look at it succeeds.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let text = String::from_utf8(bytes).expect("a server sends UTF-8");
        if let Err(error) = Message::parse(text.as_bytes()) {
            panic!("{text:?} is no message: {error}");
        }
        Self(text)
    }

    fn message(&self) -> Message<'_> {
        Message::parse(self.0.as_bytes()).expect("it was parsed before")
    }

    pub(crate) fn command(&self) -> &str {
        self.message().command()
    }

    #[track_caller]
    pub(crate) fn param(&self, index: usize) -> &str {
        self.message().param(index).unwrap_or_else(|| panic!("no parameter {index} in {self:?}"))
    }

    pub(crate) fn last(&self) -> &str {
        self.message().params().last().copied().unwrap_or_default()
    }

    pub(crate) fn params(&self) -> Vec<&str> {
        self.message().params().to_vec()
    }

    pub(crate) fn source(&self) -> &str {
        self.message().source().unwrap_or_default()
    }

    /// The nick of who said it.
    pub(crate) fn nick(&self) -> &str {
        self.source().split('!').next().unwrap_or_default()
    }

    pub(crate) fn tag(&self, key: &str) -> Option<String> {
        self.message().tag(key).map(std::borrow::Cow::into_owned)
    }

    #[track_caller]
    pub(crate) fn msgid(&self) -> String {
        self.tag("msgid").unwrap_or_else(|| panic!("no msgid on {self:?}"))
    }

    /// Whether this is that command with these first parameters.
    pub(crate) fn is(&self, command: &str, params: &[&str]) -> bool {
        self.command() == command && self.params().starts_with(params)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
