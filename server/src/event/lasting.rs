//! Which tags without words last.

use majlis_protocol::Tags;

/// Tags that add something to the conversation. Of the last two that is true as long as nobody is only typing an answer.
const REACTIONS: [&str; 2] = ["+draft/react", "+draft/unreact"];
const REFERENCES: [&str; 2] = ["+reply", "+draft/reply"];
const TYPING: &str = "+typing";

/// Whether tags alone (in wire form) belong into history, and to everybody who was there: a reaction, or what refers to a message
/// and is not somebody's typing.
pub(crate) fn is_lasting(client_tags: &str) -> bool {
    let has = |key: &str| Tags::new(client_tags).any(|tag| tag.key == key);
    REACTIONS.into_iter().any(has) || REFERENCES.into_iter().any(has) && !has(TYPING)
}
