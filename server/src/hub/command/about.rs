//! The server about itself: MOTD, VERSION, ISUPPORT, INFO, TIME, ADMIN, LINKS, STATS.

use majlis_protocol::numeric::{
    ERR_NOMOTD, RPL_ADMINEMAIL, RPL_ADMINLOC1, RPL_ADMINLOC2, RPL_ADMINME, RPL_ENDOFINFO,
    RPL_ENDOFLINKS, RPL_ENDOFMOTD, RPL_ENDOFSTATS, RPL_INFO, RPL_LINKS, RPL_MOTD, RPL_MOTDSTART,
    RPL_STATSCOMMANDS, RPL_STATSUPTIME, RPL_TIME, RPL_VERSION,
};
use majlis_protocol::{Capability, Message};

use super::ban::reply_bans;
use super::{COMMANDS, Outcome, Turn};
use crate::hub::Hub;
use crate::hub::greeting::SOFTWARE;
use crate::hub::mask::{fold_mask, matches};
use crate::hub::refusal::Refusal;
use crate::hub::reply::Response;
use crate::hub::user::UserId;

pub(super) fn handle_motd(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server(message.param(0))?;
    reply_motd(hub, &mut turn.response);
    Ok(())
}

pub(in crate::hub) fn reply_motd(hub: &Hub, response: &mut Response) {
    if hub.settings.motd.is_empty() {
        response.numeric(ERR_NOMOTD, &[], "There is no message of the day");
        return;
    }
    let start = format!("- {} Message of the day - ", hub.server);
    response.numeric(RPL_MOTDSTART, &[], &start);
    for line in &hub.settings.motd {
        response.numeric(RPL_MOTD, &[], &format!("- {line}"));
    }
    response.numeric(RPL_ENDOFMOTD, &[], "End of MOTD");
}

pub(super) fn handle_version(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server(message.param(0))?;
    turn.response.numeric(RPL_VERSION, &[SOFTWARE, &hub.server], "Majlis");
    hub.reply_isupport(&mut turn.response);
    Ok(())
}

/// Before registration only with draft/extended-isupport.
pub(super) fn handle_isupport(hub: &mut Hub, turn: &mut Turn, _: &Message<'_>) -> Outcome {
    if turn.user.is_none() && !hub.is_enabled(turn.conn, Capability::ExtendedIsupport) {
        return Err(Refusal::not_registered());
    }
    hub.reply_isupport(&mut turn.response);
    Ok(())
}

pub(super) fn handle_info(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server(message.param(0))?;
    let lines = [
        format!("{SOFTWARE}, chat for the people on one network"),
        "Free software under the GNU General Public License, version 3 or later".to_owned(),
        env!("CARGO_PKG_REPOSITORY").to_owned(),
        format!("Running since {}", hub.started),
    ];
    for line in &lines {
        turn.response.numeric(RPL_INFO, &[], line);
    }
    turn.response.numeric(RPL_ENDOFINFO, &[], "End of INFO list");
    Ok(())
}

pub(super) fn handle_time(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server(message.param(0))?;
    let seconds = (hub.now.wall.0 / 1000).to_string();
    let words = [&*hub.server, &seconds, "0"];
    turn.response.numeric(RPL_TIME, &words, &hub.now.wall.to_string());
    Ok(())
}

pub(super) fn handle_admin(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server(message.param(0))?;
    turn.response.numeric(RPL_ADMINME, &[&hub.server], "Administrative info");
    let mut lines = hub.settings.admin.iter().map(String::as_str);
    turn.response.numeric(RPL_ADMINLOC1, &[], lines.next().unwrap_or(&hub.settings.network_name));
    turn.response.numeric(RPL_ADMINLOC2, &[], lines.next().unwrap_or("A Majlis server"));
    let contact = lines.next().unwrap_or("No way to reach its operator is named");
    turn.response.numeric(RPL_ADMINEMAIL, &[], contact);
    Ok(())
}

pub(super) fn handle_links(hub: &mut Hub, turn: &mut Turn, _: UserId, _: &Message<'_>) -> Outcome {
    let words = [&*hub.server, &*hub.server];
    let text = format!("0 {}", hub.settings.description);
    turn.response.numeric(RPL_LINKS, &words, &text);
    turn.response.numeric(RPL_ENDOFLINKS, &["*"], "End of LINKS list");
    Ok(())
}

/// `m`: how often each command was used; `u`: since when the server runs; `k` and `d`: who is banned. Of others there is
/// nothing to tell.
pub(super) fn handle_stats(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    hub.check_server(message.param(1))?;
    let query = message.param(0).unwrap_or_default();
    match query {
        "m" => {
            let counts = COMMANDS.iter().zip(&hub.command_counts);
            for (command, count) in counts.filter(|(_, count)| **count > 0) {
                let words = [command.name, &count.to_string()];
                turn.response.numeric_words(RPL_STATSCOMMANDS, &words);
            }
        }
        "k" | "K" => reply_bans(hub, turn, false)?,
        "d" | "D" => reply_bans(hub, turn, true)?,
        "u" => {
            let seconds = hub.now.wall.0.saturating_sub(hub.started.0) / 1000;
            let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
            let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
            let text = format!("Server Up {days} days {hours}:{minutes:02}:{seconds:02}");
            turn.response.numeric(RPL_STATSUPTIME, &[], &text);
        }
        _ => {}
    }
    turn.response.numeric(RPL_ENDOFSTATS, &[query], "End of STATS report");
    Ok(())
}

impl Hub {
    /// That a question is meant for this server: by name, by a mask of it, or by the nick of somebody who is on it.
    pub(super) fn check_server(&self, target: Option<&str>) -> Outcome {
        let Some(target) = target.filter(|target| !target.is_empty()) else { return Ok(()) };
        let is_ours = matches(&fold_mask(target), &self.server.to_ascii_lowercase());
        if is_ours || self.users.find(target).is_some() {
            Ok(())
        } else {
            Err(Refusal::no_such_server(target))
        }
    }
}
