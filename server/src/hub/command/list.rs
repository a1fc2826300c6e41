//! LIST: which rooms there are, filtered as ISUPPORT `ELIST` says.
//!
//! `C` and `T` ask for the age of a room or its topic in minutes, `M` and `N` for names that match a mask or do not, `U` for the
//! number of people.

use majlis_protocol::Message;
use majlis_protocol::numeric::{RPL_LIST, RPL_LISTEND, RPL_LISTSTART};

use super::{Outcome, Turn, list_items};
use crate::hub::Hub;
use crate::hub::channel::Channel;
use crate::hub::mask::{fold_mask, matches};
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

/// What the rooms are to be like.
#[derive(Default)]
struct Filter {
    /// Masks of which the name matches one, if there are any.
    names: Vec<String>,
    /// Masks of which the name matches none.
    not_names: Vec<String>,
    /// All of these hold.
    conditions: Vec<Condition>,
}

/// One number that a room is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    MorePeople(u64),
    FewerPeople(u64),
    OlderMinutes(u64),
    YoungerMinutes(u64),
    TopicOlderMinutes(u64),
    TopicYoungerMinutes(u64),
}

pub(super) fn handle_list(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let mut filter = Filter::default();
    for list in message.params() {
        filter.add_all(list);
        if filter.masks() > hub.settings.limits.list_masks {
            return Err(Refusal::too_many_targets(list));
        }
    }
    turn.response.numeric(RPL_LISTSTART, &["Channel"], "Users Name");
    let visible = hub
        .channels
        .iter()
        .filter(|(room, channel)| hub.may_see(user, *room) && !hub.is_archived(channel));
    for (_, channel) in visible.filter(|(_, channel)| filter.takes(hub, channel)) {
        let topic = channel.topic.as_ref().map_or("", |topic| &topic.text);
        let count = channel.members.len().to_string();
        turn.response.numeric(RPL_LIST, &[channel.name.as_str(), &count], topic);
    }
    turn.response.numeric(RPL_LISTEND, &[], "End of LIST");
    Ok(())
}

impl Filter {
    /// Takes a list in; a condition without a number is passed over.
    fn add_all(&mut self, list: &str) {
        for item in list_items(list) {
            if let Some(mask) = item.strip_prefix('!') {
                self.not_names.push(fold_mask(mask));
            } else if item.starts_with('#') || !item.contains(['<', '>']) {
                self.names.push(fold_mask(item));
            } else {
                self.conditions.extend(Condition::parse(item));
            }
        }
    }

    fn masks(&self) -> usize {
        self.names.len() + self.not_names.len()
    }

    fn takes(&self, hub: &Hub, channel: &Channel) -> bool {
        let is_named = |mask: &String| matches(mask, channel.name.folded());
        (self.names.is_empty() || self.names.iter().any(is_named))
            && !self.not_names.iter().any(is_named)
            && self.conditions.iter().all(|condition| condition.holds(hub, channel))
    }
}

impl Condition {
    fn parse(item: &str) -> Option<Self> {
        let number = item.trim_start_matches(|c: char| !c.is_ascii_digit());
        let kind = item.strip_suffix(number)?.to_ascii_uppercase();
        let number = number.parse().ok()?;
        match kind.as_str() {
            ">" => Some(Self::MorePeople(number)),
            "<" => Some(Self::FewerPeople(number)),
            "C>" => Some(Self::OlderMinutes(number)),
            "C<" => Some(Self::YoungerMinutes(number)),
            "T>" => Some(Self::TopicOlderMinutes(number)),
            "T<" => Some(Self::TopicYoungerMinutes(number)),
            _ => None,
        }
    }

    /// A room without a topic has none of any age.
    fn holds(self, hub: &Hub, channel: &Channel) -> bool {
        let people = channel.members.len() as u64;
        let age_ms = |time: u64| hub.now.wall.0.saturating_sub(time);
        let made_ms = age_ms(channel.made.0);
        let topic_ms = channel.topic.as_ref().map(|topic| age_ms(topic.time.0));
        let in_ms = |minutes: u64| minutes.saturating_mul(60_000);
        match self {
            Self::MorePeople(number) => people > number,
            Self::FewerPeople(number) => people < number,
            Self::OlderMinutes(minutes) => made_ms > in_ms(minutes),
            Self::YoungerMinutes(minutes) => made_ms < in_ms(minutes),
            Self::TopicOlderMinutes(minutes) => topic_ms.is_some_and(|ms| ms > in_ms(minutes)),
            Self::TopicYoungerMinutes(minutes) => topic_ms.is_some_and(|ms| ms < in_ms(minutes)),
        }
    }
}
