//! MODE with `b`, `e` or `I`: a room's lists are shown and changed.

use majlis_protocol::numeric::{
    RPL_BANLIST, RPL_ENDOFBANLIST, RPL_ENDOFEXCEPTLIST, RPL_ENDOFINVEXLIST, RPL_EXCEPTLIST,
    RPL_INVEXLIST,
};

use super::mode::Change;
use super::{Outcome, Turn};
use crate::event::{ListEntry, ListKind, Write};
use crate::hub::Hub;
use crate::hub::channel::Rank;
use crate::hub::lists::canonical;
use crate::hub::refusal::Refusal;

/// Shows the list where no mask is given, or changes it.
pub(super) fn change_list(
    hub: &mut Hub,
    turn: &mut Turn,
    change: &mut Change<'_>,
    kind: ListKind,
) -> Outcome {
    let Some(mask) = change.optional_param()? else { return show_list(hub, turn, change, kind) };
    hub.check_rank(change.user, change.room, Rank::HalfOperator)?;
    let mask = canonical(kind, mask).ok_or_else(|| {
        let room = hub.channels[change.room].name.as_str();
        Refusal::invalid_mode_param(room, kind.letter(), mask, "That is no mask")
    })?;
    if change.on { add(hub, change, kind, mask) } else { remove(hub, change, kind, &mask) }
}

fn add(hub: &mut Hub, change: &mut Change<'_>, kind: ListKind, mask: String) -> Outcome {
    let max = hub.settings.limits.list_entries;
    let setter = hub.users[change.user].source().mask();
    let entry = ListEntry { mask, setter, time: hub.now.wall };
    let channel = &mut hub.channels[change.room];
    let is_known = channel.lists.of(kind).any(|known| known.mask == entry.mask);
    if channel.lists.len() >= max && !is_known {
        return Err(Refusal::list_full(channel.name.as_str(), kind.letter()));
    }
    if channel.lists.add(kind, entry.clone()) {
        change.note(kind.letter(), Some(entry.mask.as_str().into()));
        hub.store(Write::EntryAdded { room: change.room, kind, entry });
    }
    Ok(())
}

fn remove(hub: &mut Hub, change: &mut Change<'_>, kind: ListKind, mask: &str) -> Outcome {
    if let Some(entry) = hub.channels[change.room].lists.remove(kind, mask) {
        change.note(kind.letter(), Some(entry.mask.as_str().into()));
        hub.store(Write::EntryRemoved { room: change.room, kind, mask: entry.mask });
    }
    Ok(())
}

/// Anybody who may know of the room may see its bans; the other lists are for those who change them.
fn show_list(hub: &Hub, turn: &mut Turn, change: &mut Change<'_>, kind: ListKind) -> Outcome {
    let channel = &hub.channels[change.room];
    let name = channel.name.as_str();
    if kind != ListKind::Ban {
        hub.check_rank(change.user, change.room, Rank::HalfOperator)?;
    } else if !hub.may_see(change.user, change.room) {
        return Err(Refusal::not_on_channel(name));
    }
    if change.shown.contains(&kind) {
        return Ok(());
    }
    change.shown.push(kind);
    let (code, end, text) = match kind {
        ListKind::Ban => (RPL_BANLIST, RPL_ENDOFBANLIST, "End of channel ban list"),
        ListKind::Exception => {
            (RPL_EXCEPTLIST, RPL_ENDOFEXCEPTLIST, "End of channel exception list")
        }
        ListKind::InviteException => {
            (RPL_INVEXLIST, RPL_ENDOFINVEXLIST, "End of channel invite exception list")
        }
    };
    for entry in channel.lists.of(kind) {
        let seconds = (entry.time.0 / 1000).to_string();
        turn.response.numeric_words(code, &[name, &entry.mask, &entry.setter, &seconds]);
    }
    turn.response.numeric(end, &[name], text);
    Ok(())
}
