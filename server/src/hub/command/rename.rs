//! RENAME: a room under another name (draft/channel-rename).

use std::sync::Arc;

use majlis_protocol::{Capability, Message, Name};

use super::room::show_room;
use super::{Outcome, Turn};
use crate::event::{Action, ConnId, Guest, RoomId, Write};
use crate::hub::Hub;
use crate::hub::channel::Rank;
use crate::hub::refusal::Refusal;
use crate::hub::reply::{LINE_BYTES, cut};
use crate::hub::user::UserId;

/// What is left for the reason between the longest source and the longest names.
const REASON_MAX_BYTES: usize = LINE_BYTES - 340;

/// A rename as it is told.
struct Renamed {
    room: RoomId,
    old: Arc<str>,
    new: Arc<str>,
    reason: Arc<str>,
    /// Whether the names are one to every client, by the `CASEMAPPING` that it was told: they differ in the case of ASCII
    /// letters alone.
    is_respelled: bool,
}

pub(super) fn handle_rename(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let &[old, new, ref rest @ ..] = message.params() else {
        return Err(Refusal::too_few_params("RENAME"));
    };
    let room = hub.room_of_member(user, old)?;
    hub.check_rank(user, room, Rank::Operator)?;
    let name = hub.check_new_name(room, new)?;
    let reason = cut(rest.first().copied().unwrap_or_default(), REASON_MAX_BYTES).into();
    let old: Arc<str> = hub.channels[room].name.as_str().into();
    let is_respelled = old.eq_ignore_ascii_case(name.as_str());
    if *old == *name.as_str() {
        return Ok(());
    }
    hub.check_space("RENAME", &old)?;
    let renamed = Renamed { room, old, new: name.as_str().into(), reason, is_respelled };
    hub.store(Write::RoomRenamed { room, name: name.as_str().to_owned() });
    hub.channels.rename(room, name);
    tell(hub, turn, user, &renamed);
    Ok(())
}

/// Those who know the extension hear of it as it is; to others the old room ends and the new one begins.
fn tell(hub: &mut Hub, turn: &mut Turn, user: UserId, renamed: &Renamed) {
    let Renamed { room, old, new, reason, is_respelled } = renamed;
    let (old, new, reason) = (Arc::clone(old), Arc::clone(new), Arc::clone(reason));
    let relay = hub.event_of(user, Action::Rename { room: old, name: new, reason });
    hub.keep_event(*room, &relay);
    hub.tell_room(*room, Some(turn.conn), &relay);
    turn.response.relay(relay);
    if *is_respelled {
        return;
    }
    for (conn, member) in hub.sessions_without_rename(*room) {
        if conn == turn.conn {
            tell_as_move(hub, turn, member, renamed);
        } else {
            let mut other = hub.begin_turn(conn, None);
            tell_as_move(hub, &mut other, member, renamed);
            hub.end_turn(other);
        }
    }
}

fn tell_as_move(hub: &Hub, turn: &mut Turn, member: UserId, renamed: &Renamed) {
    let reason = Some(Arc::clone(&renamed.reason)).filter(|reason| !reason.is_empty());
    turn.response
        .relay(hub.relay_of(member, Action::Part { room: Arc::clone(&renamed.old), reason }));
    let realname = Arc::clone(&hub.users[member].realname);
    let join = hub.relay_of(member, Action::Join { room: Arc::clone(&renamed.new), realname });
    show_room(hub, turn, member, renamed.room, join);
}

impl Hub {
    /// That a room may have this name: the lobby keeps its own, and no other room has it.
    fn check_new_name(&self, room: RoomId, wanted: &str) -> Result<Name, Refusal> {
        let own = self.channels[room].name.as_str();
        let refuse = |code, text| Err(Refusal::of_command("RENAME", code, &[own, wanted], text));
        if self.channels[room].name.folded() == self.settings.lobby.folded() {
            return refuse("CANNOT_RENAME", "The lobby keeps its name");
        }
        let name = Name::room(wanted).map_err(|why| Refusal::bad_channel(wanted, why))?;
        match self.channels.find(name.folded()) {
            Some(other) if other != room => {
                refuse("CHANNEL_NAME_IN_USE", "The channel name is already taken")
            }
            _ => Ok(name),
        }
    }

    /// The IRC sessions in a room that do not know of renaming, and whose they are.
    fn sessions_without_rename(&self, room: RoomId) -> Vec<(ConnId, UserId)> {
        let sessions = self.connections.iter().filter_map(|(&conn, connection)| {
            let session = connection.session()?;
            let is_told = connection.enabled.contains(Capability::ChannelRename);
            let is_meant =
                session.rooms.contains(room) && !is_told && connection.guest == Guest::Irc;
            is_meant.then_some((conn, session.user))
        });
        sessions.collect()
    }
}
