//! Reactions to one message, gathered by their signs.

use crate::irc::event::Reaction;

/// Everybody who put one sign to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactionGroup {
    /// Usually an emoji.
    pub sign: String,
    /// What they call themselves, the first one first; ourselves left out.
    pub names: Vec<String>,
    /// Whether we are among them.
    pub is_own: bool,
}

impl ReactionGroup {
    /// How many they are.
    pub fn count(&self) -> usize {
        self.names.len() + usize::from(self.is_own)
    }
}

/// The signs that stand, in the order in which each came first.
pub(super) fn group(reactions: &[Reaction]) -> Vec<ReactionGroup> {
    let mut standing: Vec<_> = reactions.iter().filter(|reaction| reaction.is_set).collect();
    standing.sort_by_key(|reaction| (reaction.time_ms, reaction.event_id.as_str()));
    let mut groups: Vec<ReactionGroup> = Vec::new();
    for reaction in standing {
        let known = groups.iter().position(|group| group.sign == reaction.sign);
        let index = known.unwrap_or(groups.len());
        if known.is_none() {
            let (sign, names) = (reaction.sign.clone(), Vec::new());
            groups.push(ReactionGroup { sign, names, is_own: false });
        }
        if reaction.is_own {
            groups[index].is_own = true;
        } else {
            let name = reaction.display_name.as_ref().unwrap_or(&reaction.nick);
            groups[index].names.push(name.clone());
        }
    }
    groups
}
