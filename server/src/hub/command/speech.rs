//! What is said: its manner, its words, the tags that go with it, and whether it fits on a line.
//!
//! To whom, and whether it may be, is [`message`](super::message)'s affair.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;
use majlis_protocol::vendor::{SEND_ID_MAX_BYTES, SEND_TAG};
use majlis_protocol::{Capability, Message, is_tag_key};
use majlis_wire::Fingerprint;

use crate::event::{Action, ConnId, Source, is_lasting};
use crate::hub::Hub;
use crate::hub::reply::{LINE_BYTES, Response};

/// In which of three ways something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Privmsg,
    Notice,
    Tagmsg,
}

/// What is said, the same to every target.
#[derive(Debug)]
pub(super) struct Speech {
    pub(super) manner: Manner,
    /// One line, or many as [`majlis_protocol::MultilineText`] keeps them.
    pub(super) text: Arc<str>,
    pub(super) client_tags: Arc<str>,
    /// The sender (a device, or an account) and its identifier for the message, if it is to be taken once.
    pub(super) send_once: Option<(Fingerprint, String)>,
}

impl Manner {
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Privmsg => "PRIVMSG",
            Self::Notice => "NOTICE",
            Self::Tagmsg => "TAGMSG",
        }
    }

    /// Whether errors are told.
    pub(super) fn is_answered(self, response: &Response) -> bool {
        self != Self::Notice || response.has_label()
    }

    pub(super) fn action(self, target: Arc<str>, text: Arc<str>) -> Action {
        match self {
            Self::Privmsg => Action::Privmsg { target, text },
            Self::Notice => Action::Notice { target, text },
            Self::Tagmsg => Action::Tagmsg { target },
        }
    }
}

impl Speech {
    /// Whether it belongs into history: words always do, tags alone where they last.
    pub(super) fn is_kept(&self) -> bool {
        self.manner != Manner::Tagmsg || is_lasting(&self.client_tags)
    }
}

/// How many bytes of text one PRIVMSG of this source to this target can carry.
pub(in crate::hub) fn text_room(source: &Source, target: &str) -> usize {
    LINE_BYTES.saturating_sub(line_bytes(source, Manner::Privmsg, target, ""))
}

/// What a relay weighs on the wire without its tags.
pub(super) fn line_bytes(source: &Source, manner: Manner, target: &str, text: &str) -> usize {
    let text_bytes = if manner == Manner::Tagmsg { 0 } else { " :".len() + text.len() };
    let mask_bytes =
        source.nick.len() + source.user_host.as_ref().map_or(0, |user_host| 1 + user_host.len());
    ": ".len() + mask_bytes + manner.command().len() + 1 + target.len() + text_bytes + "\r\n".len()
}

/// The tags that go on to others as they are, in wire form. A key stands once; of several the last counts (message-tags,
/// "Format"). What cannot be a key is left out: others may not be able to read a message that has it.
fn client_tags(message: &Message<'_>) -> String {
    let tags = message.tags().filter(|tag| tag.is_client_only() && is_tag_key(tag.key));
    let tags: IndexMap<&str, Option<&str>> = tags.map(|tag| (tag.key, tag.raw_value)).collect();
    let mut wire = String::new();
    for (key, raw_value) in tags {
        if !wire.is_empty() {
            wire.push(';');
        }
        wire.push_str(key);
        if let Some(value) = raw_value {
            wire.push('=');
            wire.push_str(value);
        }
    }
    wire
}

impl Hub {
    /// What a message says. A message to several targets is several messages, so its identifier could not name one.
    pub(super) fn speech(
        &self,
        conn: ConnId,
        message: &Message<'_>,
        manner: Manner,
        text: &str,
        target_count: usize,
    ) -> Speech {
        let has_tags = self.is_enabled(conn, Capability::MessageTags);
        let client_tags = if has_tags { client_tags(message) } else { String::new() };
        let send_id = message.tag(SEND_TAG).filter(|id| {
            has_tags && target_count == 1 && (1..=SEND_ID_MAX_BYTES).contains(&id.len())
        });
        let account = self.account_of(conn).map(|account| self.secret.sender(account));
        let sender = account.or(self.connections[&conn].peer.device_key);
        let send_once = sender.zip(send_id.map(Cow::into_owned));
        let send_once = send_once.filter(|_| manner != Manner::Tagmsg);
        Speech { manner, text: text.into(), client_tags: client_tags.into(), send_once }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_on_each_once_and_as_they_are() {
        let line = b"@+a=1;label=x;+b;+a=2\\s;time=1;+c= TAGMSG #x";
        assert_eq!(client_tags(&Message::parse(line).unwrap()), "+a=2\\s;+b;+c=");
    }

    #[test]
    fn what_is_no_key_goes_nowhere() {
        let line = "@+bad,key=1;+;+é=2;+ok/k-_.9=3;+b@d=4 TAGMSG #x";
        assert_eq!(client_tags(&Message::parse(line.as_bytes()).unwrap()), "+ok/k-_.9=3");
    }
}
