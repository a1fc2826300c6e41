//! Walks through the specifications of IRCv3: each file is named as its specification, each MUST of the server's is a case.
//!
//! SASL 3.1 and 3.2 share [`sasl`]. draft/chathistory has [`chathistory`], and of its events [`event_playback`]; how a
//! question waits for its answer is with [`history`](super::history). draft/message-redaction is [`redaction`], soju.im/search
//! [`search`]; draft/multiline and client-batch share [`multiline`]. draft/metadata-2 has two files: [`metadata`], and who is
//! told of a change, [`metadata_told`]. The client tags reply and react are [`client_tags`], and typing is [`typing`].
//!
//! What accounts own is with [`accounts`](super::accounts), and WebSocket is the reactor's (`server/tests/reactor/web.rs`).
//! The base protocol (modern.ircdocs.horse) is told by families of commands in the folder above.

mod account_extban;
mod account_notify;
mod account_registration;
mod account_tag;
mod away_notify;
mod batch;
mod bot_mode;
mod capability_negotiation;
mod channel_rename;
mod chathistory;
mod chghost;
mod client_tags;
mod echo_message;
mod event_playback;
mod extended_isupport;
mod extended_join;
mod extended_monitor;
mod invite_notify;
mod labeled_response;
mod message_ids;
mod message_tags;
mod metadata;
mod metadata_told;
mod monitor;
mod multi_prefix;
mod multiline;
mod no_implicit_names;
mod pre_away;
mod read_marker;
mod redaction;
pub(super) mod sasl;
mod search;
mod server_time;
mod setname;
mod standard_replies;
mod sts;
mod typing;
mod userhost_in_names;
mod utf8_only;
mod whox;

use super::{House, accounts, only, operator, private, tag, untagged};
use crate::event::ConnId;

/// What ana can do in `#a` so that who is there and knows the extensions hears one line of each; the last leaves.
const DEEDS: [&str; 10] = [
    "PRIVMSG #a :x",
    "NOTICE #a :x",
    "TAGMSG #a",
    "TOPIC #a :x",
    "MODE #a +m",
    "INVITE eve #a",
    "AWAY :x",
    "SETNAME :Ana",
    "NICK anna",
    "PART #a",
];

/// What it takes to hear of all of them.
const HEARING: &str = "message-tags setname away-notify invite-notify";

/// `ana` and `bob`, with these capabilities, in the room `#a` of ana's.
fn pair(house: &mut House, anas: &str, bobs: &str) -> (ConnId, ConnId) {
    let ana = house.client_with("ana", None, anas);
    house.say(ana, "JOIN #a");
    let bob = house.client_with("bob", None, bobs);
    house.say(bob, "JOIN #a");
    house.read_all();
    (ana, bob)
}

/// The keys of a line's tags, in order.
fn keys(line: &str) -> Vec<&str> {
    let tags = line.strip_prefix('@').and_then(|rest| rest.split_once(' '));
    let tags = tags.into_iter().flat_map(|(tags, _)| tags.split(';'));
    tags.map(|tag| tag.split('=').next().unwrap_or_default()).collect()
}

/// The reference of the batch that a line begins.
fn reference(line: &str) -> &str {
    let word = untagged(line).split(' ').nth(2).and_then(|word| word.strip_prefix('+'));
    word.unwrap_or_else(|| panic!("{line} begins no batch"))
}
