//! Rooms (IRC's channels): who is in them and what they remember.
//!
//! Owns membership, topics and modes as data, and which name means which room. Rights and relays are the commands' affair.

use std::collections::HashMap;
use std::ops::{Index, IndexMut};

use indexmap::IndexMap;
use majlis_protocol::{Name, Timestamp, fold};

use super::lists::Lists;
use super::slow::LastWords;
use super::user::{ByUser, UserId};
use crate::event::{AccountId, Founder, Letters, RestoredRoom, RoomId, RoomModes, Topic};

/// One room's life.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) name: Name,
    pub(super) made: Timestamp,
    /// Whether it outlives its last member.
    pub(super) lasting: bool,
    pub(super) topic: Option<Topic>,
    pub(super) members: ByUser<Membership>,
    /// Who is its operator whenever they are there.
    pub(super) founder: Option<Founder>,
    pub(super) modes: RoomModes,
    /// Who spoke when, as far as slow mode asks.
    pub(super) last_words: LastWords,
    pub(super) lists: Lists,
    /// What accounts' people are here whenever they come, as mode letters; kept where the room lasts.
    pub(super) ranks: IndexMap<AccountId, Letters>,
    /// When somebody was last in it, exact to a day.
    pub(super) used: Timestamp,
    /// Restored and still empty: when it ends, on the monotonic clock.
    pub(super) ends_at_ms: Option<u64>,
}

/// What a member may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Membership {
    ranks: Ranks,
    /// When they came in.
    since: Timestamp,
}

/// The ranks that somebody has; the highest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ranks {
    operator: bool,
    half_operator: bool,
    voice: bool,
}

/// What one may be in a room, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Member,
    /// `+v`: speaks where others may not.
    Voice,
    /// `+h`: keeps order among those below.
    HalfOperator,
    /// `+o`: decides about the room.
    Operator,
}

/// The mode letters of the ranks, the highest first.
pub(super) const RANK_LETTERS: &str = "ohv";

impl Rank {
    /// The rank of this mode letter.
    pub(super) fn from_letter(letter: char) -> Option<Self> {
        match letter {
            'o' => Some(Self::Operator),
            'h' => Some(Self::HalfOperator),
            'v' => Some(Self::Voice),
            _ => None,
        }
    }

    /// The rank of this prefix (ISUPPORT `PREFIX`, `STATUSMSG`).
    pub(super) fn from_prefix(prefix: char) -> Option<Self> {
        match prefix {
            '@' => Some(Self::Operator),
            '%' => Some(Self::HalfOperator),
            '+' => Some(Self::Voice),
            _ => None,
        }
    }

    /// Its prefix; none for who is only there.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Operator => "@",
            Self::HalfOperator => "%",
            Self::Voice => "+",
            Self::Member => "",
        }
    }
}

impl Membership {
    /// Of who made the room.
    pub(super) fn operator() -> Self {
        let mut membership = Self::default();
        membership.set(Rank::Operator, true);
        membership
    }

    /// Of who has the ranks of these mode letters.
    pub(super) fn of(letters: Letters) -> Self {
        let mut membership = Self::default();
        for letter in RANK_LETTERS.chars().filter(|&letter| letters.contains(letter)) {
            if let Some(rank) = Rank::from_letter(letter) {
                membership.set(rank, true);
            }
        }
        membership
    }

    /// The same of who came then.
    pub(super) fn from(self, since: Timestamp) -> Self {
        Self { since, ..self }
    }

    pub(super) fn since(self) -> Timestamp {
        self.since
    }

    /// The mode letters of all ranks.
    pub(super) fn letters(self) -> Letters {
        let Ranks { operator, half_operator, voice } = self.ranks;
        let mut letters = Letters::default();
        for (letter, on) in [('o', operator), ('h', half_operator), ('v', voice)] {
            letters.set(letter, on);
        }
        letters
    }

    /// The highest rank.
    pub(super) fn rank(self) -> Rank {
        let Ranks { operator, half_operator, voice } = self.ranks;
        match (operator, half_operator, voice) {
            (true, ..) => Rank::Operator,
            (_, true, _) => Rank::HalfOperator,
            (_, _, true) => Rank::Voice,
            _ => Rank::Member,
        }
    }

    /// Gives or takes a rank; returns whether that changed anything.
    pub(super) fn set(&mut self, rank: Rank, on: bool) -> bool {
        let has = match rank {
            Rank::Operator => &mut self.ranks.operator,
            Rank::HalfOperator => &mut self.ranks.half_operator,
            Rank::Voice => &mut self.ranks.voice,
            Rank::Member => return false,
        };
        std::mem::replace(has, on) != on
    }

    /// `@`, `%`, `+` or nothing: the highest only, or all of them (multi-prefix).
    pub(super) fn prefix(self, all: bool) -> &'static str {
        let Ranks { operator, half_operator, voice } = self.ranks;
        match (operator, half_operator, voice) {
            (true, true, true) if all => "@%+",
            (true, true, false) if all => "@%",
            (true, false, true) if all => "@+",
            (false, true, true) if all => "%+",
            _ => self.rank().prefix(),
        }
    }
}

impl Channel {
    /// A room as the store gives it back, or a new one in the same form.
    pub(super) fn new(room: RestoredRoom, name: Name, ends_at_ms: Option<u64>) -> Self {
        Self {
            name,
            made: room.made,
            lasting: room.lasting,
            topic: room.topic,
            members: ByUser::default(),
            founder: room.founder,
            modes: room.modes,
            last_words: LastWords::default(),
            lists: Lists::restore(room.entries),
            ranks: room.ranks.into_iter().collect(),
            used: room.used,
            ends_at_ms,
        }
    }

    /// What somebody is here; nothing where they are not in it.
    pub(super) fn rank(&self, user: UserId) -> Option<Rank> {
        self.members.get(&user).map(|member| member.rank())
    }

    pub(super) fn has_rank(&self, user: UserId, least: Rank) -> bool {
        self.rank(user) >= Some(least)
    }

    pub(super) fn has(&self, mode: char) -> bool {
        self.modes.flags.contains(mode)
    }

    /// Its modes as on the wire, and their parameters; the key only for those inside.
    pub(super) fn mode_words(&self, with_key: bool) -> Vec<String> {
        let RoomModes { flags, key, limit, slow_seconds } = &self.modes;
        let lasting = if self.lasting { "P" } else { "" };
        let mut words = vec![format!("+{lasting}{flags}")];
        let params = [
            ('k', key.clone().filter(|_| with_key)),
            ('l', limit.map(|limit| limit.to_string())),
            ('S', slow_seconds.map(|seconds| seconds.to_string())),
        ];
        for (letter, param) in params {
            if let Some(param) = param {
                words[0].push(letter);
                words.push(param);
            }
        }
        words
    }
}

/// All rooms, by identity and by name.
#[derive(Debug, Default)]
pub(super) struct Channels {
    by_id: IndexMap<RoomId, Channel>,
    by_name: HashMap<String, RoomId>,
}

impl Channels {
    pub(super) fn find(&self, name: &str) -> Option<RoomId> {
        self.by_name.get(&fold(name)).copied()
    }

    pub(super) fn get(&self, id: RoomId) -> Option<&Channel> {
        self.by_id.get(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RoomId, &Channel)> {
        self.by_id.iter().map(|(&id, channel)| (id, channel))
    }

    /// Adds a room under a name that no other has.
    pub(super) fn insert(&mut self, id: RoomId, channel: Channel) {
        self.by_name.insert(channel.name.folded().to_owned(), id);
        self.by_id.insert(id, channel);
    }

    /// Gives a room another name, which no other room has.
    pub(super) fn rename(&mut self, id: RoomId, name: Name) {
        self.by_name.remove(self.by_id[&id].name.folded());
        self.by_name.insert(name.folded().to_owned(), id);
        self.by_id[&id].name = name;
    }

    /// Takes the rooms of accounts that are gone from whoever registers such a name next.
    pub(super) fn forget_founders(&mut self, is_gone: impl Fn(&str) -> bool) {
        for channel in self.by_id.values_mut() {
            if matches!(&channel.founder, Some(Founder::Account(name)) if is_gone(name)) {
                channel.founder = None;
            }
        }
    }

    /// Takes the ranks of an account that is gone; the store does so by itself.
    pub(super) fn forget_ranks(&mut self, account: AccountId) {
        for channel in self.by_id.values_mut() {
            channel.ranks.shift_remove(&account);
        }
    }

    pub(super) fn remove(&mut self, id: RoomId) {
        if let Some(channel) = self.by_id.swap_remove(&id) {
            self.by_name.remove(channel.name.folded());
        }
    }
}

/// Of rooms that are known to be there: whichever a membership names.
impl Index<RoomId> for Channels {
    type Output = Channel;

    fn index(&self, id: RoomId) -> &Channel {
        &self.by_id[&id]
    }
}

impl IndexMut<RoomId> for Channels {
    fn index_mut(&mut self, id: RoomId) -> &mut Channel {
        &mut self.by_id[&id]
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Channels {
    pub(super) fn verify(&self) {
        assert_eq!(
            self.by_name.len(),
            self.by_id.len(),
            "every room has one name, and no other has it"
        );
        for (id, channel) in &self.by_id {
            assert_eq!(self.by_name.get(channel.name.folded()), Some(id));
        }
    }
}
