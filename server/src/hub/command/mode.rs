//! MODE of a room: what its modes are, and changing them.
//!
//! Rooms know `b e I` (lists, see [`mode_list`](super::mode_list)), `k` (key), `l` (limit), `S` (slow mode), `o h v` (ranks),
//! and without a parameter `C` (no CTCP), `H` (who came later reads nothing of before), `M` (only the signed in speak), `P` (outlives its last member), `R` (only the
//! signed in enter), `i` (by invitation), `m` (only ranks speak), `n` (only members speak), `s` (secret), `t` (only
//! operators set the topic). What they keep people from is [`rights`](crate::hub::rights)'.

use std::sync::Arc;

use majlis_protocol::Message;
use majlis_protocol::numeric::{RPL_CHANNELMODEIS, RPL_CREATIONTIME};

use super::mode_list::change_list;
use super::user_mode::handle_user_mode;
use super::{Outcome, Turn};
use crate::event::{Action, ConnId, ListKind, Relay, RoomId, Write};
use crate::hub::Hub;
use crate::hub::channel::Rank;
use crate::hub::refusal::Refusal;
use crate::hub::reply::LINE_BYTES;
use crate::hub::user::UserId;

/// The modes of a room that are on or off and that its operators decide about.
pub(in crate::hub) const FLAGS: &str = "CHMRimnst";

/// One MODE at work.
pub(super) struct Change<'a> {
    pub(super) conn: ConnId,
    pub(super) user: UserId,
    pub(super) room: RoomId,
    pub(super) on: bool,
    params: std::iter::Take<std::slice::Iter<'a, &'a str>>,
    /// Whether more parameters came than are taken.
    is_cut: bool,
    made: Vec<Made>,
    /// Lists that were shown: each is, once.
    pub(super) shown: Vec<ListKind>,
}

/// A change that was made: whether on, the letter, the parameter.
type Made = (bool, char, Option<Arc<str>>);

/// As much of a change as is looked at, so that its errors fit on a page.
const LETTERS_MAX: usize = 16;

/// The longest key (ISUPPORT `KEYLEN`), in bytes.
pub(in crate::hub) const KEY_MAX_BYTES: usize = 32;

/// The longest time between two messages in slow mode: a day.
const SLOW_MAX_SECONDS: u32 = 24 * 60 * 60;

pub(super) fn handle_mode(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let [target, rest @ ..] = message.params() else { return Ok(()) };
    if !target.starts_with('#') {
        return handle_user_mode(hub, turn, user, target, rest.first().copied());
    }
    let room = hub.room(target)?;
    match rest {
        [] => return reply_room_modes(hub, turn, user, room),
        [letters, params @ ..] => change_room_modes(hub, turn, user, room, letters, params),
    }
    Ok(())
}

fn reply_room_modes(hub: &Hub, turn: &mut Turn, user: UserId, room: RoomId) -> Outcome {
    let channel = &hub.channels[room];
    let name = channel.name.as_str();
    if !hub.may_see(user, room) {
        return Err(Refusal::not_on_channel(name));
    }
    let modes = channel.mode_words(channel.members.contains_key(&user));
    let words: Vec<&str> = std::iter::once(name).chain(modes.iter().map(String::as_str)).collect();
    turn.response.numeric_words(RPL_CHANNELMODEIS, &words);
    let seconds = (channel.made.0 / 1000).to_string();
    turn.response.numeric_words(RPL_CREATIONTIME, &[name, &seconds]);
    Ok(())
}

/// Makes the changes one by one; each that cannot be made is answered for itself, but that somebody may not is said once. The
/// others are told of the rest.
fn change_room_modes(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    room: RoomId,
    letters: &str,
    params: &[&str],
) {
    let max = hub.settings.limits.mode_changes;
    let (params, is_cut) = (params.iter().take(max), params.len() > max);
    let (conn, made, shown) = (turn.conn, Vec::new(), Vec::new());
    let mut change = Change { conn, user, room, on: true, params, is_cut, made, shown };
    let before = hub.channels[room].modes.clone();
    let denial = Refusal::not_operator(hub.channels[room].name.as_str());
    let mut is_denied = false;
    for letter in letters.chars().take(LETTERS_MAX) {
        if matches!(letter, '+' | '-') {
            change.on = letter == '+';
        } else if let Err(refusal) = change_one(hub, turn, &mut change, letter) {
            if refusal != denial || !is_denied {
                turn.response.refuse(&refusal);
            }
            is_denied |= refusal == denial;
        }
    }
    if hub.channels[room].modes != before {
        hub.store(Write::ModesSet { room, modes: hub.channels[room].modes.clone() });
    }
    tell_changes(hub, turn, user, room, &change.made);
}

fn change_one(hub: &mut Hub, turn: &mut Turn, change: &mut Change<'_>, letter: char) -> Outcome {
    if let Some(kind) = ListKind::from_letter(letter) {
        return change_list(hub, turn, change, kind);
    }
    if let Some(rank) = Rank::from_letter(letter) {
        return set_rank(hub, change, letter, rank);
    }
    match letter {
        'k' => set_key(hub, change),
        'l' => set_limit(hub, change),
        'S' => set_slow(hub, change),
        'P' => set_lasting(hub, change),
        _ if FLAGS.contains(letter) => set_flag(hub, change, letter),
        _ => Err(Refusal::unknown_mode(letter, hub.channels[change.room].name.as_str())),
    }
}

/// Tells everybody, on as many lines as it takes.
fn tell_changes(hub: &mut Hub, turn: &mut Turn, user: UserId, room: RoomId, made: &[Made]) {
    let weight = |(_, _, param): &Made| 2 + param.as_ref().map_or(0, |param| 1 + param.len());
    let (source, target) = (hub.users[user].source().mask(), hub.channels[room].name.as_str());
    let around = ": MODE  \r\n".len() + source.len() + target.len();
    let mut rest = made;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |change: &&Made| {
            bytes += weight(change);
            bytes <= LINE_BYTES - around
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (line, behind) = rest.split_at(count);
        tell_line(hub, turn, user, room, line);
        rest = behind;
    }
}

fn tell_line(hub: &mut Hub, turn: &mut Turn, user: UserId, room: RoomId, made: &[Made]) {
    let target = hub.channels[room].name.as_str().into();
    let params = made.iter().filter_map(|(_, _, param)| param.clone()).collect();
    let change: Arc<str> = wire_letters(made.iter().map(|&(on, letter, _)| (on, letter))).into();
    let relay = hub.event_of(user, Action::Mode { target, change, params });
    keep_line(hub, room, &relay, made);
    hub.tell_room(room, Some(turn.conn), &relay);
    turn.response.relay(relay);
}

/// Puts a change into the room's history, but for a key: who reads it later may not have been meant to know.
fn keep_line(hub: &mut Hub, room: RoomId, relay: &Relay, made: &[Made]) {
    let Action::Mode { target, change, .. } = &relay.action else { return };
    let params = made.iter().filter_map(|(_, letter, param)| match (letter, param) {
        ('k', Some(_)) => Some("*".into()),
        (_, param) => param.clone(),
    });
    let (target, change, params) = (Arc::clone(target), Arc::clone(change), params.collect());
    let action = Action::Mode { target, change, params };
    hub.keep_event(room, &Relay { action, ..relay.clone() });
}

/// Letters with their signs, as on the wire: `+o-v`.
pub(super) fn wire_letters(letters: impl Iterator<Item = (bool, char)>) -> String {
    let (mut text, mut sign) = (String::new(), None);
    for (on, letter) in letters {
        if sign != Some(on) {
            sign = Some(on);
            text.push(if on { '+' } else { '-' });
        }
        text.push(letter);
    }
    text
}

fn set_flag(hub: &mut Hub, change: &mut Change<'_>, letter: char) -> Outcome {
    hub.check_rank(change.user, change.room, Rank::Operator)?;
    if hub.channels[change.room].modes.flags.set(letter, change.on) {
        change.note(letter, None);
    }
    Ok(())
}

/// Operators decide about every rank, half-operators about voices; anybody may give up their own.
fn set_rank(hub: &mut Hub, change: &mut Change<'_>, letter: char, rank: Rank) -> Outcome {
    let nick = change.next_param()?;
    let needed = if rank == Rank::Voice { Rank::HalfOperator } else { Rank::Operator };
    let other = hub.users.find(nick);
    let is_resigning = other == Some(change.user) && !change.on;
    if !is_resigning {
        hub.check_rank(change.user, change.room, needed)?;
    }
    let other = other.ok_or_else(|| Refusal::no_such_nick(nick))?;
    let nick = Arc::clone(&hub.users[other].source().nick);
    let channel = &mut hub.channels[change.room];
    let Some(member) = channel.members.get_mut(&other) else {
        return Err(Refusal::user_not_in_channel(&nick, channel.name.as_str()));
    };
    if member.set(rank, change.on) {
        change.note(letter, Some(nick));
        hub.keep_ranks(other, change.room);
    }
    Ok(())
}

/// Whoever takes the key away need not know it; the parameter then stands for any.
fn set_key(hub: &mut Hub, change: &mut Change<'_>) -> Outcome {
    let param = change.next_param();
    hub.check_rank(change.user, change.room, Rank::Operator)?;
    let channel = &mut hub.channels[change.room];
    let key = if change.on { Some(param?.to_owned()) } else { None };
    if key.as_deref().is_some_and(|key| !is_key(key)) {
        return Err(Refusal::invalid_key(channel.name.as_str()));
    }
    if channel.modes.key != key {
        change.note('k', Some(key.as_deref().unwrap_or("*").into()));
        channel.modes.key = key;
    }
    Ok(())
}

fn is_key(key: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !matches!(c, ' ' | ',');
    (1..=KEY_MAX_BYTES).contains(&key.len()) && !key.starts_with(':') && key.chars().all(is_plain)
}

fn set_limit(hub: &mut Hub, change: &mut Change<'_>) -> Outcome {
    let limit = change.number(hub, 'l', u32::MAX)?;
    let modes = &mut hub.channels[change.room].modes;
    if std::mem::replace(&mut modes.limit, limit) != limit {
        change.note('l', limit.map(|limit| limit.to_string().into()));
    }
    Ok(())
}

fn set_slow(hub: &mut Hub, change: &mut Change<'_>) -> Outcome {
    let seconds = change.number(hub, 'S', SLOW_MAX_SECONDS)?;
    let channel = &mut hub.channels[change.room];
    if seconds.is_none() {
        channel.last_words.clear();
    }
    if std::mem::replace(&mut channel.modes.slow_seconds, seconds) != seconds {
        change.note('S', seconds.map(|seconds| seconds.to_string().into()));
    }
    Ok(())
}

/// Whether the room lasts is for its founder, if that is an account, and the server's operators to say; the lobby always does.
fn set_lasting(hub: &mut Hub, change: &mut Change<'_>) -> Outcome {
    let Change { conn, user, room, on, .. } = *change;
    let has_account = hub.users[user].account.is_some();
    let may = hub.is_operator(conn) || hub.is_founder(user, room) && has_account;
    let channel = &mut hub.channels[room];
    if !may || channel.name.folded() == hub.settings.lobby.folded() {
        return Err(Refusal::not_operator(channel.name.as_str()));
    }
    if std::mem::replace(&mut channel.lasting, on) != on {
        // Nobody is there whose leaving would end it.
        let is_over = !on && channel.members.is_empty();
        channel.ends_at_ms = is_over.then_some(hub.now.monotonic_ms);
        change.note('P', None);
        hub.store(Write::LastingSet { room, lasting: on });
        if on {
            hub.note_use(room);
            hub.keep_all_ranks(room);
        } else {
            hub.forget_all_ranks(room);
        }
    }
    Ok(())
}

impl<'a> Change<'a> {
    /// The next parameter; there are only so many (ISUPPORT `MODES`).
    pub(super) fn next_param(&mut self) -> Result<&'a str, Refusal> {
        self.optional_param()?.ok_or_else(|| Refusal::too_few_params("MODE"))
    }

    /// The same where there may be none.
    pub(super) fn optional_param(&mut self) -> Result<Option<&'a str>, Refusal> {
        match self.params.next() {
            None if self.is_cut => Err(Refusal::too_many_changes()),
            param => Ok(param.copied()),
        }
    }

    /// Notes a change as made.
    pub(super) fn note(&mut self, letter: char, param: Option<Arc<str>>) {
        self.made.push((self.on, letter, param));
    }

    /// What a mode with a number is set to: nothing where it is taken away, which needs no parameter.
    fn number(&mut self, hub: &Hub, letter: char, most: u32) -> Result<Option<u32>, Refusal> {
        let param = if self.on { Some(self.next_param()?) } else { None };
        hub.check_rank(self.user, self.room, Rank::Operator)?;
        let Some(param) = param else { return Ok(None) };
        let number = param.parse().ok().filter(|number| (1..=most).contains(number));
        number.map(Some).ok_or_else(|| {
            let room = hub.channels[self.room].name.as_str();
            Refusal::invalid_mode_param(room, letter, param, "A number is wanted")
        })
    }
}
