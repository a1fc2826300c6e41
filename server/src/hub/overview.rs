//! What the operator's subcommands see of rooms and people, and how a room is ended from outside.

use std::sync::Arc;

use majlis_protocol::{Name, Timestamp};

use super::Hub;
use crate::event::{Action, RestoredRoom, RoomId, Write};

/// What those inside are told.
const ROOM_REMOVED: &str = "The room was removed";

impl Hub {
    /// A line for each room.
    pub(super) fn list_rooms(&self) -> Vec<String> {
        let line = |(_, channel): (RoomId, &super::Channel)| {
            room_line(channel.name.as_str(), channel.made, channel.members.len(), channel.lasting)
        };
        self.channels.iter().map(line).collect()
    }

    /// A line for each person: the source, the account, how many sessions, since when, in which rooms.
    pub(super) fn list_people(&self) -> Vec<String> {
        let mut lines = Vec::with_capacity(self.users.len());
        for (_, user) in self.users.iter() {
            let rooms = user.rooms.iter().map(|room| self.channels[room].name.as_str());
            lines.push(format!(
                "{}\t{}\t{} sessions\t{}\t{}",
                user.source().mask(),
                user.account.as_deref().unwrap_or("-"),
                user.sessions.len(),
                user.signed_on,
                rooms.collect::<Vec<_>>().join(",")
            ));
        }
        lines
    }

    /// Ends a room, whoever is in it; its history ends with it.
    pub(super) fn remove_room(&mut self, name: &str) -> Result<Vec<String>, String> {
        let room = self.channels.find(name).ok_or_else(|| no_such_room(name))?;
        let name = self.channels[room].name.clone();
        if name.folded() == self.settings.lobby.folded() {
            return Err(format!("{} is where everybody arrives; it stays.", name.as_str()));
        }
        self.empty_room(room, &name);
        self.end_room(room);
        Ok(vec![removed(name.as_str())])
    }

    /// Puts everybody out, each of whom hears of it for themselves alone.
    fn empty_room(&mut self, room: RoomId, name: &Name) {
        let members = std::mem::take(&mut self.channels[room].members);
        for user in members.into_keys() {
            let action = Action::Kick {
                room: name.as_str().into(),
                nick: Arc::clone(&self.users[user].source().nick),
                reason: ROOM_REMOVED.into(),
            };
            let relay = self.relay_of_server(action);
            self.put_out(user, room, &relay);
        }
    }
}

/// The rooms of a folder at rest, where nobody is in any.
pub(super) fn list_at_rest(rooms: &[RestoredRoom]) -> Vec<String> {
    rooms.iter().map(|room| room_line(&room.name, room.made, 0, room.lasting)).collect()
}

/// Ends a room of a folder at rest.
pub(super) fn remove_at_rest(
    rooms: &[RestoredRoom],
    name: &str,
) -> Result<(Vec<String>, Write), String> {
    let folded = |name: &str| Name::room(name).ok().map(|name| name.folded().to_owned());
    let wanted = folded(name);
    let found = rooms.iter().find(|room| wanted.is_some() && folded(&room.name) == wanted);
    let room = found.ok_or_else(|| no_such_room(name))?;
    Ok((vec![removed(&room.name)], Write::RoomRemoved(room.room)))
}

fn room_line(name: &str, made: Timestamp, people: usize, lasting: bool) -> String {
    let life = if lasting { "lasting" } else { "ends when empty" };
    format!("{name}\t{made}\t{people} people\t{life}")
}

fn no_such_room(name: &str) -> String {
    format!("There is no room {name:?}.")
}

fn removed(name: &str) -> String {
    format!("{name} and what was said there are gone.")
}
