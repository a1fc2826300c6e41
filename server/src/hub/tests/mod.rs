//! The rules of the chat, one named case each, as clients see them; and random operations under all invariants.

mod about;
mod accounts;
mod archive;
mod away;
mod control;
mod history;
mod invited;
mod kept;
mod limits;
mod liveness;
mod messages;
mod moderation;
mod modes;
mod newcomers;
mod operator;
mod password;
mod people;
mod plain;
mod private;
mod queries;
mod random;
mod ranks;
mod registration;
mod restart;
mod room_lists;
mod room_modes;
mod rooms;
mod send_once;
mod server_bans;
mod settings;
mod space;
mod spec;
mod takeover;

use super::testing::House;

/// Whether exactly one line is among these, and what it is.
fn only(lines: Vec<String>) -> String {
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.into_iter().next().unwrap_or_default()
}

/// A tag's value on a line, still escaped.
fn tag<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (tags, _) = line.strip_prefix('@')?.split_once(' ')?;
    tags.split(';').find_map(|tag| tag.strip_prefix(key)?.strip_prefix('='))
}

/// The line without its tags.
fn untagged(line: &str) -> &str {
    line.strip_prefix('@').and_then(|rest| rest.split_once(' ')).map_or(line, |(_, body)| body)
}
