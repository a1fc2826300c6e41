//! CHATHISTORY: what was said earlier (draft/chathistory).
//!
//! Owns the reading of the command, who may read what, and the form of the answer. Finding the messages is the readers'
//! affair, waiting for them that of [`reads`](crate::hub::reads).

use std::sync::Arc;

use majlis_protocol::{Capability, Message, Timestamp};

use super::{Ending, Outcome, Turn};
use crate::event::{
    AccountId, Bound, HistoryError, HistoryPage, HistoryQuery, HistoryRow, Readable, RoomId,
    Selector, TargetRow,
};
use crate::hub::Hub;
use crate::hub::reads;
use crate::hub::record::{fits_in_line, kinds_for, relay_of_row};
use crate::hub::refusal::Refusal;
use crate::hub::reply::Response;
use crate::hub::user::UserId;

/// What was asked, for the answer's form.
#[derive(Clone, Debug)]
pub(in crate::hub) struct Question {
    /// The subcommand as sent.
    subcommand: String,
    /// The room's canonical name; `*` for TARGETS.
    target: Arc<str>,
}

/// A command that comes with its capability and is unknown without.
pub(super) fn handle_chathistory(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    if !hub.is_enabled(turn.conn, Capability::ChatHistory) {
        return Err(Refusal::unknown_command(message.command()));
    }
    let request = Request::parse(message.params())?;
    let limit = request.limit.min(hub.settings.limits.history_messages);
    let (target, query) = match request.wanted {
        Wanted::Messages { target, selector } => {
            let place = hub.readable_place(user, target);
            let (name, room) = place.ok_or_else(|| request.no_such_target(target))?;
            let Some(room) = room else {
                reply_nothing(&mut turn.response, name);
                return Ok(());
            };
            let kinds = kinds_for(hub.connections[&turn.conn].enabled);
            let Readable { room, since } = hub.readable(user, room);
            (name, HistoryQuery::Messages { room, since, selector, kinds, limit })
        }
        Wanted::Targets { from, to } => {
            let rooms = hub.own_places(user);
            ("*".into(), HistoryQuery::Targets { rooms, from, to, limit })
        }
    };
    let question = Question { subcommand: request.subcommand.to_owned(), target };
    turn.ending = Ending::Park(reads::Question::History(question), query);
    Ok(())
}

/// The command, taken apart.
struct Request<'a> {
    subcommand: &'a str,
    wanted: Wanted<'a>,
    limit: u32,
}

enum Wanted<'a> {
    Messages { target: &'a str, selector: Selector },
    Targets { from: Timestamp, to: Timestamp },
}

impl<'a> Request<'a> {
    fn parse(params: &[&'a str]) -> Result<Self, Refusal> {
        let &[subcommand, ref rest @ ..] = params else {
            return Err(invalid("*", None, "Insufficient parameters"));
        };
        let kind = subcommand.to_ascii_uppercase();
        let expected = match kind.as_str() {
            "BEFORE" | "AFTER" | "LATEST" | "AROUND" | "TARGETS" => 3,
            "BETWEEN" => 4,
            _ => return Err(invalid(subcommand, None, "Unknown command")),
        };
        match rest.len() {
            count if count < expected => {
                return Err(invalid(subcommand, None, "Insufficient parameters"));
            }
            count if count > expected => {
                return Err(invalid(subcommand, None, "Too many parameters"));
            }
            _ => {}
        }
        let limit = parse_limit(subcommand, rest[expected - 1])?;
        let wanted = if kind == "TARGETS" {
            let from = parse_time(subcommand, rest[0])?;
            Wanted::Targets { from, to: parse_time(subcommand, rest[1])? }
        } else {
            let bounds = &rest[1..expected - 1];
            let selector = parse_selector(subcommand, &kind, rest[0], bounds)?;
            Wanted::Messages { target: rest[0], selector }
        };
        Ok(Self { subcommand, wanted, limit })
    }

    fn no_such_target(&self, target: &str) -> Refusal {
        let text = "Messages could not be retrieved";
        Refusal::of_history("INVALID_TARGET", &[self.subcommand, target], text)
    }
}

fn invalid(subcommand: &str, param: Option<&str>, text: &'static str) -> Refusal {
    let context: Vec<&str> = std::iter::once(subcommand).chain(param).collect();
    Refusal::of_history("INVALID_PARAMS", &context, text)
}

fn parse_limit(subcommand: &str, text: &str) -> Result<u32, Refusal> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = if is_number { text.parse().unwrap_or(u32::MAX) } else { 0 };
    if limit == 0 { Err(invalid(subcommand, Some(text), "Invalid limit")) } else { Ok(limit) }
}

fn parse_selector(
    subcommand: &str,
    kind: &str,
    target: &str,
    bounds: &[&str],
) -> Result<Selector, Refusal> {
    let bound = |index: usize| parse_bound(subcommand, target, bounds[index]);
    Ok(match kind {
        "BEFORE" => Selector::Before(bound(0)?),
        "AFTER" => Selector::After(bound(0)?),
        "AROUND" => Selector::Around(bound(0)?),
        "BETWEEN" => Selector::Between(bound(0)?, bound(1)?),
        _ if bounds == ["*"] => Selector::Latest(None),
        _ => Selector::Latest(Some(bound(0)?)),
    })
}

/// A msgid is opaque to clients, so one that was never made here is as unknown as any other that is not in the room.
fn parse_bound(subcommand: &str, target: &str, text: &str) -> Result<Bound, Refusal> {
    match text.split_once('=') {
        Some(("timestamp", time)) => {
            let time = time.parse().map(Bound::Time);
            time.map_err(|_| invalid(subcommand, Some(text), "Invalid timestamp"))
        }
        Some(("msgid", msgid)) => {
            msgid.parse().map(Bound::Msgid).map_err(|_| unknown_message(subcommand, target))
        }
        Some(_) => {
            let text = "Only timestamp= and msgid= are supported";
            Err(Refusal::of_history("INVALID_MSGREFTYPE", &[subcommand, target], text))
        }
        None => Err(invalid(subcommand, Some(text), "Invalid message reference")),
    }
}

/// TARGETS knows moments only.
fn parse_time(subcommand: &str, text: &str) -> Result<Timestamp, Refusal> {
    let time = text.strip_prefix("timestamp=").and_then(|time| time.parse().ok());
    time.ok_or_else(|| invalid(subcommand, Some(text), "Invalid timestamp"))
}

fn unknown_message(subcommand: &str, target: &str) -> Refusal {
    let text = "There is no such message in the history of this channel";
    Refusal::of_history("MESSAGE_ERROR", &[subcommand, target], text)
}

impl Hub {
    /// Whose history that name stands for, in its canonical spelling: a room's, or what the asker and another account said to
    /// each other, which may be nothing yet.
    pub(super) fn readable_place(
        &self,
        asker: UserId,
        name: &str,
    ) -> Option<(Arc<str>, Option<RoomId>)> {
        if name.starts_with('#') {
            let room = self.readable_room(asker, name)?;
            return Some((self.channels[room].name.as_str().into(), Some(room)));
        }
        let (name, _, talk) = self.talk_with(asker, name)?;
        Some((name, talk))
    }

    /// The account that the name of somebody here, or of an account, stands for, that name in its canonical spelling, and where
    /// is kept what the two have said to each other.
    pub(super) fn talk_with(
        &self,
        user: UserId,
        name: &str,
    ) -> Option<(Arc<str>, AccountId, Option<RoomId>)> {
        let own = self.users[user].account_id?;
        let present = self.users.find(name);
        let other = match present {
            Some(other) => self.users[other].account_id?,
            None => self.accounts.find(name)?,
        };
        let name = present.map(|other| Arc::clone(&self.users[other].source().nick));
        let name = name.unwrap_or_else(|| self.account_name(other));
        Some((name, other, self.conversations.find(own, other)))
    }

    /// The rooms that somebody is in, and where their private conversations are kept.
    pub(super) fn own_places(&self, user: UserId) -> Vec<Readable> {
        let talks = self.conversations_of(user).map(|(_, room)| room);
        let places = self.users[user].rooms.iter().chain(talks);
        places.map(|room| self.readable(user, room)).collect()
    }

    /// With whom somebody has talked in private, and where that is kept.
    fn conversations_of(&self, user: UserId) -> impl Iterator<Item = (AccountId, RoomId)> {
        let account = self.users[user].account_id;
        account.into_iter().flat_map(|account| self.conversations.of(account))
    }

    /// The room of that name, if the user may read its history.
    pub(super) fn readable_room(&self, user: UserId, name: &str) -> Option<RoomId> {
        self.channels.find(name).filter(|&room| self.may_read(user, room))
    }
}

/// Puts what the readers found, or that they found nothing, into the response.
pub(in crate::hub) fn answer(
    hub: &Hub,
    response: &mut Response,
    asker: Option<UserId>,
    question: &Question,
    result: Result<HistoryPage, HistoryError>,
) {
    let Question { subcommand, target } = question;
    match result {
        Ok(HistoryPage::Messages(rows)) => {
            response.set_batch("chathistory", Some(Arc::clone(target)));
            for row in rows {
                let place = place_of_row(hub, asker, target, &row);
                if let Some(relay) = relay_of_row(row, place.as_ref()) {
                    response.relay(Arc::new(relay));
                }
            }
        }
        Ok(HistoryPage::Targets(rows)) => {
            response.set_batch("draft/chathistory-targets", None);
            for row in &rows {
                reply_target(hub, response, asker, row);
            }
        }
        Err(HistoryError::UnknownBound) => {
            response.refuse(&unknown_message(subcommand, target));
        }
        Ok(HistoryPage::Message(_)) | Err(HistoryError::Failed(_)) => {
            let text = "Messages could not be retrieved";
            response.refuse(&Refusal::of_history("MESSAGE_ERROR", &[subcommand, target], text));
        }
    }
}

/// Where a row of the asked history is told to have been said: in the room, which may have had another name then; in a talk to
/// the other, or to the asker, under the nick that they have now, as it would be said to them today.
pub(super) fn place_of_row(
    hub: &Hub,
    asker: Option<UserId>,
    target: &Arc<str>,
    row: &HistoryRow,
) -> Option<Arc<str>> {
    if target.starts_with('#') {
        // What only happened has no name of the room with it, and always fits.
        let fits = !row.target.starts_with('#') || fits_in_line(row, target);
        return fits.then(|| Arc::clone(target));
    }
    let asker = &hub.users[asker?];
    let is_own = asker.account.is_some() && row.account.as_deref() == asker.account.as_deref();
    let name = if is_own { target } else { &asker.source().nick };
    fits_in_line(row, name).then(|| Arc::clone(name))
}

/// Two accounts that never talked have a history, and nothing is in it.
fn reply_nothing(response: &mut Response, target: Arc<str>) {
    response.set_batch("chathistory", Some(target));
}

/// A room that ended meanwhile has no history any more.
fn reply_target(hub: &Hub, response: &mut Response, asker: Option<UserId>, row: &TargetRow) {
    if let Some(name) = name_of_place(hub, asker, row.room) {
        response.command("CHATHISTORY", &["TARGETS", &name, &row.newest.to_string()], None);
    }
}

/// What a room is called now, or for who asks the other of a talk of theirs.
pub(super) fn name_of_place(hub: &Hub, asker: Option<UserId>, room: RoomId) -> Option<Arc<str>> {
    let talk = || {
        let mut talks = asker.into_iter().flat_map(|asker| hub.conversations_of(asker));
        talks.find(|&(_, kept)| kept == room).map(|(other, _)| hub.account_name(other))
    };
    hub.channels.get(room).map(|channel| channel.name.as_str().into()).or_else(talk)
}
