//! SEARCH: what was said and is like this (soju.im/search).
//!
//! Owns the reading of the command and who may look where. What fits is the readers' to find.

use std::sync::Arc;

use majlis_protocol::{Capability, Message, Tag, Tags, fold};

use super::history::{name_of_place, place_of_row};
use super::{Ending, Outcome, Turn};
use crate::event::{HistoryError, HistoryPage, HistoryQuery, Search};
use crate::hub::Hub;
use crate::hub::reads::Question;
use crate::hub::record::relay_of_row;
use crate::hub::refusal::Refusal;
use crate::hub::reply::Response;
use crate::hub::user::UserId;

/// The batch that an answer is.
const BATCH: &str = "soju.im/search";

/// A command that comes with its capability and is unknown without.
pub(super) fn handle_search(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    if !hub.is_enabled(turn.conn, Capability::Search) {
        return Err(Refusal::unknown_command(message.command()));
    }
    let mut search = Search { limit: hub.settings.limits.history_messages, ..Search::default() };
    let mut place = None;
    for tag in Tags::new(message.param(0).unwrap_or_default()) {
        if tag.key == "in" {
            place = Some(tag);
        } else {
            read_attribute(&mut search, tag)?;
        }
    }
    search.rooms = match place {
        Some(place) => {
            let (_, room) = hub.readable_place(user, &place.value()).ok_or_else(|| bad(place))?;
            room.into_iter().map(|room| hub.readable(user, room)).collect()
        }
        None => hub.own_places(user),
    };
    turn.ending = Ending::Park(Question::Search, HistoryQuery::Search(search));
    Ok(())
}

/// Takes one condition in. What is not understood is refused: without it, more would be found than was asked for.
fn read_attribute(search: &mut Search, tag: Tag<'_>) -> Outcome {
    let value = tag.value();
    let time = || value.parse().map(Some).map_err(|_| bad(tag));
    match tag.key {
        "text" => search.text = Some(value.trim().to_owned()).filter(|text| !text.is_empty()),
        "from" if !value.is_empty() => search.from = Some(fold(&value)),
        "after" => search.after = time()?,
        "before" => search.before = time()?,
        "limit" => {
            let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            let limit = if is_number { value.parse().unwrap_or(u32::MAX) } else { 0 };
            search.limit = search.limit.min(limit);
            if limit == 0 {
                return Err(bad(tag));
            }
        }
        _ => return Err(bad(tag)),
    }
    Ok(())
}

fn bad(tag: Tag<'_>) -> Refusal {
    Refusal::failed("SEARCH", "INVALID_PARAMS", &[tag.key], "Invalid parameters")
}

/// Puts what the readers found into the response. A room that ended meanwhile has nothing to show any more.
pub(in crate::hub) fn answer(
    hub: &Hub,
    response: &mut Response,
    asker: Option<UserId>,
    result: Result<HistoryPage, HistoryError>,
) {
    let Ok(HistoryPage::Messages(rows)) = result else {
        let text = "The search could not be run";
        return response.refuse(&Refusal::failed("SEARCH", "INTERNAL_ERROR", &[], text));
    };
    response.set_batch(BATCH, None);
    for row in rows {
        let Some(name) = name_of_place(hub, asker, row.room) else { continue };
        let place = place_of_row(hub, asker, &name, &row);
        if let Some(relay) = relay_of_row(row, place.as_ref()) {
            response.relay(Arc::new(relay));
        }
    }
}
