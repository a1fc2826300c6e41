//! MARKREAD: how far one has read (draft/read-marker).
//!
//! Owns the reading of the command, and that only what can be read can be marked. Anybody may give it; the capability settles
//! who is told without asking.

use std::sync::Arc;

use majlis_protocol::{Message, Name, Timestamp};

use super::{Outcome, Turn};
use crate::event::Subject;
use crate::hub::Hub;
use crate::hub::read_markers::{Advance, Place, reply_marker};
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

pub(super) fn handle_markread(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let target = message.param(0).filter(|target| !target.is_empty());
    let missing = || Refusal::of_marker("NEED_MORE_PARAMS", &[], "Missing parameters");
    let target = target.ok_or_else(missing)?;
    let time = message.param(1).map(|text| parse_time(text).ok_or_else(|| invalid(text)));
    let time = time.transpose()?;
    let (name, place) = hub.markable_place(user, target).ok_or_else(|| invalid(target))?;
    let Some(time) = time else {
        let time = place.and_then(|place| hub.read_markers.get(hub.reader(user), place));
        reply_marker(&mut turn.response, &name, time);
        return Ok(());
    };
    let place = place.ok_or_else(|| invalid(target))?;
    hub.check_space("MARKREAD", &name)?;
    let (reader, time) = (hub.reader(user), time.min(hub.now.wall));
    match hub.mark_read(Some(turn.conn), reader, place, &name, time) {
        Advance::Moved(time) | Advance::Stays(time) => {
            reply_marker(&mut turn.response, &name, Some(time));
            Ok(())
        }
        Advance::Full => {
            let text = "The read timestamp could not be set: you have too many";
            Err(Refusal::of_marker("INTERNAL_ERROR", &[&name], text))
        }
    }
}

fn invalid(param: &str) -> Refusal {
    Refusal::of_marker("INVALID_PARAMS", &[param], "Invalid parameters")
}

/// Takes exactly `timestamp=YYYY-MM-DDThh:mm:ss.sssZ`, as server-time writes it.
fn parse_time(text: &str) -> Option<Timestamp> {
    let time = text.strip_prefix("timestamp=")?;
    time.parse().ok().filter(|_| time.len() == "YYYY-MM-DDThh:mm:ss.sssZ".len())
}

impl Hub {
    /// What that name stands for, in its canonical spelling: a room whose history the reader may read, or a person. Of a
    /// nick that nobody has, nothing can be read.
    fn markable_place(&self, reader: UserId, name: &str) -> Option<(Arc<str>, Option<Place>)> {
        if name.starts_with('#') {
            let room = self.readable_room(reader, name)?;
            let place = Place::Kept(Subject::Room(room));
            return Some((self.channels[room].name.as_str().into(), Some(place)));
        }
        if let Some(user) = self.users.find(name) {
            return Some((
                Arc::clone(&self.users[user].source().nick),
                Some(self.place_with(user)),
            ));
        }
        if let Some(account) = self.accounts.find(name) {
            let place = Place::Kept(Subject::Account(account));
            return Some((self.account_name(account), Some(place)));
        }
        Name::nick(name).ok().map(|nick| (nick.as_str().into(), None))
    }
}
