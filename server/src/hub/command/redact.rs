//! REDACT: what was said is taken back (draft/message-redaction).
//!
//! Owns who may take what back: its author (the same account, the same device, or the same stay of a guest without either,
//! never whoever has the nick now), in a room from half-operators on, and operators of the server. Whose a message is, is
//! on disk; so the command waits for it to be looked up, and everything else is judged when that is done.

use std::sync::Arc;

use majlis_protocol::{Capability, Message};

use super::{Ending, Outcome, Turn};
use crate::event::{
    AccountId, Action, Audience, ConnId, HistoryError, HistoryPage, HistoryQuery, HistoryRow,
    MsgId, Outbound, RoomId, Write,
};
use crate::hub::Hub;
use crate::hub::channel::Rank;
use crate::hub::reads::Question;
use crate::hub::refusal::Refusal;
use crate::hub::reply::{LINE_BYTES, cut};
use crate::hub::user::UserId;

/// What is to be taken back.
#[derive(Clone, Debug)]
pub(in crate::hub) struct Redaction {
    place: Place,
    /// The place's name, canonical as it was when the command came.
    target: Arc<str>,
    msgid: MsgId,
    reason: Option<Arc<str>>,
}

/// Where it was said.
#[derive(Clone, Copy, Debug)]
enum Place {
    Room(RoomId),
    /// Between the two accounts; the other's is named.
    Talk(RoomId, AccountId),
}

impl Place {
    fn room(self) -> RoomId {
        match self {
            Self::Room(room) | Self::Talk(room, _) => room,
        }
    }
}

/// A command that comes with its capability and is unknown without.
pub(super) fn handle_redact(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    if !hub.is_enabled(turn.conn, Capability::MessageRedaction) {
        return Err(Refusal::unknown_command(message.command()));
    }
    let &[wanted, msgid, ref rest @ ..] = message.params() else {
        return Err(Refusal::too_few_params("REDACT"));
    };
    let found = hub.redactable_place(turn.conn, user, wanted);
    let (target, place) = found.ok_or_else(|| no_target(wanted))?;
    let unknown = || unknown_message(&target, msgid);
    let place = place.ok_or_else(unknown)?;
    let msgid = msgid.parse().map_err(|_| unknown())?;
    let reason = rest.first().filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| hub.cut_reason(reason));
    let query = HistoryQuery::Message { room: place.room(), msgid };
    let redaction = Redaction { place, target, msgid, reason };
    turn.ending = Ending::Park(Question::Redaction(redaction), query);
    Ok(())
}

fn no_target(target: &str) -> Refusal {
    let text = "You cannot delete messages from there";
    Refusal::failed("REDACT", "INVALID_TARGET", &[target], text)
}

fn unknown_message(target: &str, msgid: &str) -> Refusal {
    let text = "This message does not exist or is too old";
    Refusal::failed("REDACT", "UNKNOWN_MSGID", &[target, msgid], text)
}

/// Takes the message back that the readers found, if it may be.
pub(in crate::hub) fn answer(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    redaction: Redaction,
    result: Result<HistoryPage, HistoryError>,
) {
    let found = match result {
        Ok(HistoryPage::Message(found)) => found,
        _ => None,
    };
    match hub.check_redaction(turn.conn, user, &redaction, found.as_deref()) {
        Ok(target) => hub.redact(turn, user, &Redaction { target, ..redaction }),
        Err(refusal) => turn.response.refuse(&refusal),
    }
}

impl Hub {
    /// Where somebody may take something back under that name, in its canonical spelling; two accounts may not have talked yet.
    fn redactable_place(
        &self,
        conn: ConnId,
        user: UserId,
        name: &str,
    ) -> Option<(Arc<str>, Option<Place>)> {
        if name.starts_with('#') {
            let place = Place::Room(self.channels.find(name)?);
            return Some((self.name_of_place(conn, user, place)?, Some(place)));
        }
        let (name, other, talk) = self.talk_with(user, name)?;
        Some((name, talk.map(|room| Place::Talk(room, other))))
    }

    /// The name of a place that is still there, and where somebody still may take something back.
    fn name_of_place(&self, conn: ConnId, user: UserId, place: Place) -> Option<Arc<str>> {
        match place {
            Place::Room(room) => {
                let channel = self.channels.get(room)?;
                let may = channel.members.contains_key(&user) || self.is_operator(conn);
                may.then(|| channel.name.as_str().into())
            }
            Place::Talk(room, other) => {
                let own = self.users[user].account_id?;
                let is_theirs = self.conversations.find(own, other) == Some(room);
                is_theirs.then(|| self.account_name(other))
            }
        }
    }

    /// Whether somebody may take this back now, and from where it then is.
    fn check_redaction(
        &self,
        conn: ConnId,
        user: UserId,
        redaction: &Redaction,
        found: Option<&HistoryRow>,
    ) -> Result<Arc<str>, Refusal> {
        let Redaction { place, target, msgid, reason } = redaction;
        let name = self.name_of_place(conn, user, *place).ok_or_else(|| no_target(target))?;
        let target = if matches!(place, Place::Room(_)) { name } else { Arc::clone(target) };
        let msgid = msgid.to_string();
        let found = found.ok_or_else(|| unknown_message(&target, &msgid))?;
        let who = &self.users[user];
        let is_server_operator = self.is_operator(conn);
        let is_keeper = is_server_operator
            || matches!(place, Place::Room(room) if self.channels[*room].has_rank(user, Rank::HalfOperator));
        let is_author = found.author.is_some_and(|author| who.is_author(author));
        if !is_keeper && !is_author {
            if matches!(place, Place::Room(room) if found.time < self.readable(user, *room).since) {
                return Err(unknown_message(&target, &msgid));
            }
            let text = "You are not authorised to delete this message";
            return Err(Refusal::failed("REDACT", "REDACT_FORBIDDEN", &[&target, &msgid], text));
        }
        if let Some(window_ms) = self.settings.limits.redaction_window_ms
            && !is_keeper
            && self.now.wall.0.saturating_sub(found.time.0) > window_ms
        {
            let window = (window_ms / 1000).to_string();
            let text = "You can no longer delete this message";
            let context = [&*target, &msgid, &window];
            return Err(Refusal::failed("REDACT", "REDACT_WINDOW_EXPIRED", &context, text));
        }
        // The reason is words in the room like any other.
        if let (Place::Room(room), Some(reason), false) = (*place, reason, is_server_operator) {
            self.check_speech(user, room, reason, false)?;
        }
        self.check_space("REDACT", &target)?;
        Ok(target)
    }

    fn redact(&mut self, turn: &mut Turn, user: UserId, redaction: &Redaction) {
        let Redaction { place, ref target, msgid, ref reason } = *redaction;
        let mask = self.users[user].source().mask();
        let elsewhere = self.people_elsewhere(user, place, target);
        let nicks = elsewhere.map_or(&[][..], |account| self.users.of_account(account));
        let nick_bytes = nicks.iter().map(|&user| self.users[user].source().nick.len()).max();
        let target_bytes = target.len().max(nick_bytes.unwrap_or_default());
        let around = ": REDACT   :\r\n".len() + mask.len() + target_bytes + msgid.to_string().len();
        let reason: Option<Arc<str>> =
            reason.as_deref().map(|reason| cut(reason, LINE_BYTES.saturating_sub(around)).into());
        let redact = |target| Action::Redact { target, msgid, reason: reason.clone() };
        let relay = self.event_of(user, redact(Arc::clone(target)));
        self.store(Write::MessageRedacted { room: place.room(), msgid });
        self.keep_message(place.room(), None, &relay);
        self.note_redaction(msgid);
        let to = match place {
            Place::Room(room) => Audience::Room { room, except: Some(turn.conn) },
            Place::Talk(_, other) => {
                let present = self.users.find(target);
                let present = present.filter(|&user| self.users[user].account_id == Some(other));
                Audience::Conns(self.private_audience(turn.conn, present))
            }
        };
        self.out.events.push(Outbound::Relay { to, relay: Arc::clone(&relay) });
        if let Some(account) = elsewhere {
            self.tell_account(account, &relay, redact);
        }
        self.echo(turn, &relay);
    }

    /// The other account of a talk, where nobody is here under its name: its person may be under others.
    fn people_elsewhere(&self, user: UserId, place: Place, target: &str) -> Option<AccountId> {
        let Place::Talk(_, other) = place else { return None };
        let is_meant =
            self.users.find(target).is_none() && self.users[user].account_id != Some(other);
        is_meant.then_some(other)
    }
}
