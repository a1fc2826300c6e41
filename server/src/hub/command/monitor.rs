//! MONITOR: being told when people come and go (monitor).

use std::borrow::Cow;

use majlis_protocol::numeric::{
    ERR_MONLISTFULL, RPL_ENDOFMONLIST, RPL_MONLIST, RPL_MONOFFLINE, RPL_MONONLINE,
};
use majlis_protocol::{Message, Name};

use super::{Outcome, Turn, list_items};
use crate::hub::Hub;
use crate::hub::refusal::Refusal;
use crate::hub::reply::lines_of;
use crate::hub::user::UserId;

/// As many bytes of what did not fit on a list are given back in one numeric.
const TARGETS_BYTES: usize = 128;

pub(super) fn handle_monitor(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    let targets = message.param(1);
    let needed = || targets.ok_or_else(|| Refusal::too_few_params("MONITOR"));
    match message.param(0).unwrap_or_default() {
        "+" => add(hub, turn, needed()?),
        "-" => remove(hub, turn, needed()?),
        "C" | "c" => hub.watches.clear(turn.conn),
        "L" | "l" => {
            let list = hub.watches.list(turn.conn);
            let list = list.into_iter().map(Cow::Owned);
            turn.response.numeric_commas(RPL_MONLIST, list);
            turn.response.numeric(RPL_ENDOFMONLIST, &[], "End of MONITOR list");
        }
        "S" | "s" => reply_states(hub, turn, &hub.watches.list(turn.conn)),
        _ => return Err(Refusal::too_few_params("MONITOR")),
    }
    Ok(())
}

/// What is no nick is passed over; what the list has no room for is given back.
fn add(hub: &mut Hub, turn: &mut Turn, targets: &str) {
    let max = hub.settings.limits.watched;
    let (mut added, mut over) = (Vec::new(), Vec::new());
    for target in list_items(targets) {
        let Ok(nick) = Name::nick(target) else { continue };
        match hub.watches.add(turn.conn, nick.folded(), nick.as_str(), max) {
            Some(true) => added.push(nick.as_str().to_owned()),
            Some(false) => {}
            None => over.push(target),
        }
    }
    reply_states(hub, turn, &added);
    let there: Vec<UserId> = added.iter().filter_map(|nick| hub.users.find(nick)).collect();
    hub.show_values_of(turn, &there);
    for line in lines_of(over.into_iter().map(Cow::Borrowed), TARGETS_BYTES) {
        let words = [max.to_string(), line.replace(' ', ",")];
        turn.response.numeric(
            ERR_MONLISTFULL,
            &words.each_ref().map(String::as_str),
            "Monitor list is full",
        );
    }
}

fn remove(hub: &mut Hub, turn: &Turn, targets: &str) {
    for nick in list_items(targets).filter_map(|target| Name::nick(target).ok()) {
        hub.watches.remove(turn.conn, nick.folded());
    }
}

/// Who of them is there, and who is not.
fn reply_states(hub: &Hub, turn: &mut Turn, nicks: &[String]) {
    let (mut there, mut missing) = (Vec::new(), Vec::new());
    for nick in nicks {
        match hub.users.find(nick) {
            Some(user) => there.push(Cow::Owned(hub.users[user].source().mask())),
            None => missing.push(Cow::Borrowed(nick.as_str())),
        }
    }
    turn.response.numeric_commas(RPL_MONONLINE, there);
    turn.response.numeric_commas(RPL_MONOFFLINE, missing);
}
