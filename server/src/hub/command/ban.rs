//! Bans from the whole server: KLINE, DLINE and how they are lifted, in the form that operators of other servers know.
//!
//! `KLINE [time] <mask> [:reason]` bans a name (with `*` and `?`), `nick!user@host` or an account (`$a:name`); `DLINE`
//! addresses. A time is `90s`, `10m`, `36h` or `7d`, a bare number counts minutes, and without one a ban is for good.
//! `STATS k` and `STATS d` list them.

use majlis_protocol::numeric::{RPL_STATSDLINE, RPL_STATSKLINE};
use majlis_protocol::{Message, Timestamp};

use super::{Outcome, Turn};
use crate::event::{ServerBan, Write, parse_span};
use crate::hub::Hub;
use crate::hub::bans::Target;
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

/// KLINE and DLINE.
pub(super) fn handle_ban(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server_operator(turn.conn)?;
    let command = message.command();
    let (span_ms, mask, reason) = parse(message.params(), command)?;
    let (mask, target) = read_target(command, mask)?;
    if hub.would_meet(user, &target) {
        return Err(fail(command, "INVALID_TARGET", &mask, "That ban would meet you"));
    }
    if hub.bans.len() >= hub.settings.limits.bans && !hub.bans.has(&mask) {
        return Err(fail(
            command,
            "LIMIT_REACHED",
            &mask,
            "This server has as many bans as it can",
        ));
    }
    let now = hub.now.wall;
    let until = span_ms.map(|ms| Timestamp(now.0.saturating_add(ms)));
    let setter = hub.users[user].source().mask();
    let reason = hub.cut_reason(reason).to_string();
    let end = until.map_or_else(String::new, |until| format!(" until {until}"));
    tell(hub, turn, user, &format!("{mask} is banned{end}"));
    let write = hub.bans.add(ServerBan { mask, reason, setter, set: now, until }, target);
    hub.store(write);
    hub.enforce_newest_ban();
    Ok(())
}

/// UNKLINE and UNDLINE.
pub(super) fn handle_unban(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server_operator(turn.conn)?;
    let command = message.command();
    let mask = message.param(0).ok_or_else(|| Refusal::too_few_params(command))?;
    let (mask, _) = read_target(command, mask)?;
    let lifted = hub.bans.remove(&mask);
    let mask = lifted.ok_or_else(|| fail(command, "NO_SUCH_BAN", &mask, "There is no such ban"))?;
    tell(hub, turn, user, &format!("{mask} is banned no more"));
    hub.store(Write::BanRemoved { mask });
    Ok(())
}

fn fail(command: &str, code: &str, mask: &str, text: &'static str) -> Refusal {
    Refusal::of_command(command, code, &[mask], text)
}

/// For how long, whom, and why.
fn parse<'a>(
    params: &[&'a str],
    command: &str,
) -> Result<(Option<u64>, &'a str, &'a str), Refusal> {
    let span_ms = params.first().and_then(|time| parse_time(time)).filter(|_| params.len() > 1);
    let rest = if span_ms.is_some() { &params[1..] } else { params };
    let mask = rest.first().filter(|mask| !mask.is_empty());
    let mask = mask.ok_or_else(|| Refusal::too_few_params(command))?;
    Ok((span_ms.filter(|ms| *ms > 0), mask, rest.get(1).copied().unwrap_or_default()))
}

/// A time in milliseconds; 0 stands for good.
fn parse_time(text: &str) -> Option<u64> {
    let span = match text.parse::<u32>() {
        Ok(minutes) => return Some(u64::from(minutes) * 60_000),
        Err(_) => parse_span(text)?,
    };
    u64::try_from(span.as_millis()).ok()
}

/// Whom the command means; DLINE knows addresses alone.
fn read_target(command: &str, mask: &str) -> Result<(String, Target), Refusal> {
    let found = Target::parse(mask);
    let is_meant = |target: &Target| {
        matches!(target, Target::Address(_)) || !command.to_ascii_uppercase().ends_with("DLINE")
    };
    let text = "Give a name, $a:account or nick!user@host to KLINE, an address or range to DLINE";
    found
        .filter(|(_, target)| is_meant(target))
        .ok_or_else(|| fail(command, "INVALID_MASK", mask, text))
}

fn tell(hub: &Hub, turn: &mut Turn, user: UserId, words: &str) {
    turn.response.command("NOTICE", &[hub.users[user].nick.as_str()], Some(words));
}

/// Answers `STATS k` (names and accounts) or `STATS d` (addresses), for the server's operators: the letter in capitals where
/// the ban is for good, the mask, when it was set and when it ends in seconds since 1970 (or 0), who set it, and why.
pub(super) fn reply_bans(hub: &Hub, turn: &mut Turn, addresses: bool) -> Outcome {
    hub.check_server_operator(turn.conn)?;
    let (code, letters) =
        if addresses { (RPL_STATSDLINE, ["d", "D"]) } else { (RPL_STATSKLINE, ["k", "K"]) };
    let seconds = |time: Timestamp| (time.0 / 1000).to_string();
    for (ban, _) in hub.bans.iter().filter(|(_, is_address)| *is_address == addresses) {
        let letter = letters[usize::from(ban.until.is_none())];
        let (set, until) = (seconds(ban.set), ban.until.map_or_else(|| "0".to_owned(), seconds));
        turn.response.numeric(code, &[letter, &ban.mask, &set, &until, &ban.setter], &ban.reason);
    }
    Ok(())
}
