//! METADATA: values under keys, of people and rooms (draft/metadata-2).
//!
//! Owns the reading of the command, who may set what, and the form of the answers. Whose values they are and who is told of
//! a change is [`metadata`](crate::hub::metadata)'s, what is told without one [`sync`](crate::hub::sync)'s. Every value is
//! visible to everybody (`*`).

use std::sync::Arc;

use majlis_protocol::Message;
use majlis_protocol::numeric::{
    RPL_KEYNOTSET, RPL_KEYVALUE, RPL_METADATASUBOK, RPL_METADATASUBS, RPL_METADATAUNSUBOK,
    RPL_WHOISKEYVALUE,
};

use super::{Outcome, Turn};
use crate::event::{RoomId, Subject};
use crate::hub::Hub;
use crate::hub::channel::Rank;
use crate::hub::metadata::{Changer, Owner, is_key};
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

/// What a command is about.
struct Target {
    /// Its canonical name.
    name: Arc<str>,
    /// As it is given back by what sets values: `*` stays `*`.
    shown: Arc<str>,
    owner: Owner,
    may_change: bool,
}

/// A command that comes with its capability, and the batches that it needs, and is unknown without. Who is not registered
/// yet may give it for themselves (`before-connect`).
pub(super) fn handle_metadata(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    if !hub.has_metadata(turn.conn) {
        return Err(Refusal::unknown_command(message.command()));
    }
    let &[target, subcommand, ref rest @ ..] = message.params() else {
        return Err(too_few_params());
    };
    let kind = subcommand.to_ascii_uppercase();
    if rest.is_empty() && matches!(kind.as_str(), "GET" | "SET" | "SUB" | "UNSUB") {
        return Err(too_few_params());
    }
    match kind.as_str() {
        "GET" => get(hub, turn, &hub.target(turn, target)?, rest),
        "LIST" => list(hub, turn, &hub.target(turn, target)?),
        "SET" => {
            let target = hub.target(turn, target)?;
            return set(hub, turn, &target, rest[0], rest.get(1).copied());
        }
        "CLEAR" => {
            let target = hub.target(turn, target)?;
            return clear(hub, turn, &target);
        }
        "SYNC" => {
            let target = hub.target(turn, target)?;
            sync(hub, turn, &target);
        }
        "SUB" | "UNSUB" | "SUBS" => {
            hub.check_own(turn, target)?;
            match kind.as_str() {
                "SUB" => subscribe(hub, turn, rest),
                "UNSUB" => unsubscribe(hub, turn, rest),
                _ => list_subscriptions(hub, turn),
            }
        }
        _ => {
            let text = "Invalid subcommand";
            return Err(Refusal::of_metadata("SUBCOMMAND_INVALID", &[subcommand], text));
        }
    }
    Ok(())
}

fn get(hub: &Hub, turn: &mut Turn, target: &Target, keys: &[&str]) {
    turn.response.set_batch("metadata", Some(Arc::clone(&target.name)));
    for &key in keys {
        match hub.metadata.get(target.owner, key) {
            _ if !is_key(key) => turn.response.refuse(&invalid_key(key)),
            Some(value) => {
                turn.response.numeric(RPL_KEYVALUE, &[&target.name, key, "*"], value);
            }
            None => turn.response.numeric(RPL_KEYNOTSET, &[&target.name, key], "key not set"),
        }
    }
}

fn list(hub: &Hub, turn: &mut Turn, target: &Target) {
    turn.response.set_batch("metadata", Some(Arc::clone(&target.name)));
    for (key, value) in hub.metadata.of(target.owner) {
        turn.response.numeric(RPL_KEYVALUE, &[&target.name, key, "*"], value);
    }
}

fn set(hub: &mut Hub, turn: &mut Turn, target: &Target, key: &str, value: Option<&str>) -> Outcome {
    let Target { shown, owner, .. } = target;
    if !is_key(key) {
        return Err(invalid_key(key));
    }
    check_rights(target, key)?;
    if value.is_some() {
        hub.check_space("METADATA", shown)?;
    }
    let is_set = hub.metadata.get(*owner, key).is_some();
    match value {
        None if !is_set => {
            return Err(Refusal::of_metadata("KEY_NOT_SET", &[shown, key], "key not set"));
        }
        Some(value) if value.len() > hub.settings.limits.metadata_value_bytes => {
            return Err(Refusal::of_metadata("VALUE_INVALID", &[], "value is too long"));
        }
        Some(_) if !is_set && hub.is_full(*owner) => {
            let text = "metadata limit reached";
            return Err(Refusal::of_metadata("LIMIT_REACHED", &[shown], text));
        }
        _ => {}
    }
    check_rate(hub, turn, shown, key)?;
    let value: Option<Arc<str>> = value.map(Into::into);
    let by = Changer { conn: Some(turn.conn), user: turn.user };
    hub.change_value(by, *owner, &key.into(), value.as_ref());
    match value {
        Some(value) => turn.response.numeric(RPL_KEYVALUE, &[shown, key, "*"], &value),
        None => turn.response.numeric(RPL_KEYNOTSET, &[shown, key], "key not set"),
    }
    Ok(())
}

/// What was cleared is named with the value that it has now, which is none.
fn clear(hub: &mut Hub, turn: &mut Turn, target: &Target) -> Outcome {
    check_rights(target, "*")?;
    let by = Changer { conn: Some(turn.conn), user: turn.user };
    let keys: Vec<Arc<str>> =
        hub.metadata.of(target.owner).map(|(key, _)| Arc::clone(key)).collect();
    turn.response.set_batch("metadata", Some(Arc::clone(&target.name)));
    for key in keys {
        hub.change_value(by, target.owner, &key, None);
        turn.response.numeric(RPL_KEYVALUE, &[&target.name, &key, "*"], "");
    }
    Ok(())
}

fn sync(hub: &mut Hub, turn: &mut Turn, target: &Target) {
    match (turn.user, target.owner) {
        (Some(user), Owner::Kept(Subject::Room(room))) => hub.sync_room(turn, user, room),
        _ => hub.sync_owner(turn, &target.name, target.owner),
    }
}

/// In the order given, up to the first that is too many.
fn subscribe(hub: &mut Hub, turn: &mut Turn, keys: &[&str]) {
    let max = hub.settings.limits.metadata_subs;
    let (mut subscribed, mut new) = (Vec::new(), Vec::new());
    for &key in keys {
        if !is_key(key) {
            turn.response.refuse(&invalid_key(key));
            continue;
        }
        if hub.subscriptions.count(turn.conn) >= max {
            let text = "too many subscriptions";
            turn.response.refuse(&Refusal::of_metadata("TOO_MANY_SUBS", &[key], text));
            break;
        }
        if hub.subscriptions.add(turn.conn, key, key, max) == Some(true) {
            new.push(key.to_owned());
        }
        subscribed.push(key.to_owned());
    }
    turn.response.numeric_many(RPL_METADATASUBOK, &subscribed);
    if let Some(user) = turn.user {
        hub.show_values_under(turn, user, &new);
    }
}

fn unsubscribe(hub: &mut Hub, turn: &mut Turn, keys: &[&str]) {
    let mut unsubscribed = Vec::new();
    for &key in keys {
        if is_key(key) {
            hub.subscriptions.remove(turn.conn, key);
            unsubscribed.push(key.to_owned());
        } else {
            turn.response.refuse(&invalid_key(key));
        }
    }
    turn.response.numeric_many(RPL_METADATAUNSUBOK, &unsubscribed);
}

fn list_subscriptions(hub: &Hub, turn: &mut Turn) {
    turn.response.set_batch("metadata-subs", None);
    turn.response.numeric_many(RPL_METADATASUBS, &hub.subscriptions.list(turn.conn));
}

/// Of what somebody has, what the asker subscribed to.
pub(super) fn reply_whois_values(hub: &Hub, turn: &mut Turn, user: UserId) {
    if !hub.has_metadata(turn.conn) {
        return;
    }
    let nick = &hub.users[user].source().nick;
    for (key, value) in hub.metadata.of(hub.owner_of(user)) {
        if hub.subscriptions.has(turn.conn, key) {
            turn.response.numeric(RPL_WHOISKEYVALUE, &[nick, key, "*"], value);
        }
    }
}

/// Not by the numeric, since every failure of this command is said by a FAIL ("Notifications").
fn too_few_params() -> Refusal {
    Refusal::of_metadata("NEED_MORE_PARAMS", &[], "Not enough parameters")
}

fn invalid_key(key: &str) -> Refusal {
    Refusal::of_metadata("KEY_INVALID", &[key], "invalid key")
}

fn check_rights(target: &Target, key: &str) -> Outcome {
    if target.may_change {
        return Ok(());
    }
    Err(Refusal::of_metadata("KEY_NO_PERMISSION", &[&target.shown, key], "permission denied"))
}

/// On top of the flood control, which counts lines of every kind: a change may be told to many.
fn check_rate(hub: &mut Hub, turn: &Turn, shown: &str, key: &str) -> Outcome {
    let now_ms = hub.now.monotonic_ms;
    if hub.metadata_changes.allow(turn.conn, now_ms) {
        return Ok(());
    }
    let wait_ms = hub.metadata_changes.wait_ms(&turn.conn, now_ms);
    let seconds = wait_ms.div_ceil(1000).max(1).to_string();
    let text = "too many changes";
    Err(Refusal::of_metadata("RATE_LIMITED", &[shown, key, &seconds], text))
}

impl Hub {
    /// Whom or what a name means: oneself (`*`), somebody, an account whose person is not here, or a room that the asker may
    /// know of.
    fn target(&self, turn: &Turn, name: &str) -> Result<Target, Refusal> {
        let Some(user) = turn.user else {
            self.check_own(turn, name)?;
            let (name, owner) = ("*".into(), self.owner_of_connection(turn.conn));
            return Ok(Target { shown: Arc::clone(&name), name, owner, may_change: true });
        };
        let target = if name == "*" {
            let own = self.target_of_user(user, user);
            Some(Target { shown: "*".into(), ..own })
        } else if name.starts_with('#') {
            let room = self.channels.find(name).filter(|&room| self.may_see(user, room));
            room.map(|room| self.target_of_room(user, room))
        } else if let Some(other) = self.users.find(name) {
            Some(self.target_of_user(user, other))
        } else {
            self.accounts.find(name).map(|account| {
                let (name, owner) =
                    (self.account_name(account), Owner::Kept(Subject::Account(account)));
                Target { shown: Arc::clone(&name), name, owner, may_change: false }
            })
        };
        target.ok_or_else(|| invalid_target(name))
    }

    fn target_of_user(&self, asker: UserId, user: UserId) -> Target {
        let name = Arc::clone(&self.users[user].source().nick);
        let owner = self.owner_of(user);
        Target { shown: Arc::clone(&name), name, owner, may_change: asker == user }
    }

    /// A room's values are its operators' to set.
    fn target_of_room(&self, asker: UserId, room: RoomId) -> Target {
        let channel = &self.channels[room];
        let name: Arc<str> = channel.name.as_str().into();
        let may_change = channel.has_rank(asker, Rank::Operator);
        let owner = Owner::Kept(Subject::Room(room));
        Target { shown: Arc::clone(&name), name, owner, may_change }
    }

    /// That a name means who says it.
    fn check_own(&self, turn: &Turn, name: &str) -> Outcome {
        let is_own = name == "*" || turn.user.is_some() && self.users.find(name) == turn.user;
        if is_own { Ok(()) } else { Err(invalid_target(name)) }
    }
}

fn invalid_target(name: &str) -> Refusal {
    Refusal::of_metadata("INVALID_TARGET", &[name], "invalid metadata target")
}
