//! What the server says of itself in ISUPPORT (modern.ircdocs.horse, "`RPL_ISUPPORT` Parameters"), as answers to the questions
//! that a session has.

use majlis_protocol::{Isupport, vendor};

use crate::irc::event::Role;

/// How many messages are asked for at once.
const PAGE_MESSAGES: u32 = 100;
/// Member modes beyond this many have no bit and are passed over.
const MEMBER_MODES_MAX: usize = 8;

/// The modes that a member has in a room: one bit for each in the order of PREFIX, the highest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MemberModes(u8);

impl MemberModes {
    /// The same with one mode set or taken away.
    pub(super) fn with(self, mode: MemberModes, is_set: bool) -> Self {
        if is_set { Self(self.0 | mode.0) } else { Self(self.0 & !mode.0) }
    }
}

/// What the server can do and how it writes things.
#[derive(Debug)]
pub(super) struct Features {
    isupport: Isupport,
    /// Mode letter and nick prefix of each rank, the highest first.
    ranks: Vec<(char, char)>,
}

impl Default for Features {
    fn default() -> Self {
        Self { isupport: Isupport::new(), ranks: parse_ranks("(ov)@+") }
    }
}

impl Features {
    /// Takes in a line of 005.
    pub(super) fn handle_isupport(&mut self, params: &[&str]) {
        self.isupport.parse_tokens(params);
        if let Some(prefix) = self.isupport.get("PREFIX") {
            self.ranks = parse_ranks(prefix);
        }
    }

    /// The network's name.
    pub(super) fn network_name(&self) -> Option<&str> {
        self.isupport.get("NETWORK").filter(|name| !name.is_empty())
    }

    /// The lobby's name.
    pub(super) fn lobby(&self) -> Option<&str> {
        self.isupport.get(vendor::LOBBY_TOKEN).filter(|name| self.is_room(name))
    }

    /// Whether a target is a room.
    pub(super) fn is_room(&self, target: &str) -> bool {
        let types = self.isupport.get("CHANTYPES").unwrap_or("#&");
        target.chars().next().is_some_and(|first| types.contains(first))
    }

    /// The room that a target means, also where it means only some of its members (`@#room`).
    pub(super) fn room_of<'a>(&self, target: &'a str) -> Option<&'a str> {
        let marks = self.isupport.get("STATUSMSG").unwrap_or("");
        let room = target.trim_start_matches(|c| marks.contains(c) && !self.is_room(target));
        self.is_room(room).then_some(room)
    }

    /// A member as NAMES writes them: their modes, and the rest.
    pub(super) fn split_prefixes<'a>(&self, member: &'a str) -> (MemberModes, &'a str) {
        let mut modes = MemberModes::default();
        let mut rest = member;
        while let Some(mode) = rest.chars().next().and_then(|c| self.mode_of_prefix(c)) {
            modes = modes.with(mode, true);
            rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
        }
        (modes, rest)
    }

    fn mode_of_prefix(&self, prefix: char) -> Option<MemberModes> {
        Self::bit(self.ranks.iter().position(|&(_, symbol)| symbol == prefix)?)
    }

    /// The member mode with this letter.
    pub(super) fn member_mode(&self, letter: char) -> Option<MemberModes> {
        Self::bit(self.ranks.iter().position(|&(mode, _)| mode == letter)?)
    }

    fn bit(rank: usize) -> Option<MemberModes> {
        (rank < MEMBER_MODES_MAX).then(|| MemberModes(1 << rank))
    }

    /// Whether a room mode that is no member mode comes with a parameter (CHANMODES: the kinds A and B always, C when set).
    pub(super) fn takes_param(&self, letter: char, is_set: bool) -> bool {
        let kinds = self.isupport.get("CHANMODES").unwrap_or("beI,k,l,");
        let kind = kinds.split(',').position(|letters| letters.contains(letter));
        matches!((kind, is_set), (Some(0 | 1), _) | (Some(2), true))
    }

    /// What somebody with these modes is: whoever ranks above a voice looks after the room.
    pub(super) fn role(&self, modes: MemberModes) -> Role {
        let voice = self.ranks.iter().position(|&(mode, _)| mode == 'v').unwrap_or(usize::MAX);
        match modes.0.trailing_zeros() as usize {
            _ if modes.0 == 0 => Role::None,
            rank if rank < voice => Role::Operator,
            _ => Role::Voice,
        }
    }

    /// How many messages to ask for, where so many are wanted.
    pub(super) fn page_messages(&self, wanted: u32) -> u32 {
        let most = self.isupport.get("CHATHISTORY").and_then(|most| most.parse().ok());
        let most = most.filter(|&most| most > 0).unwrap_or(PAGE_MESSAGES);
        wanted.min(most).clamp(1, PAGE_MESSAGES)
    }

    /// Whether history can be asked for by a message's identifier.
    pub(super) fn takes_msgids(&self) -> bool {
        let types = self.isupport.get("MSGREFTYPES").unwrap_or("timestamp,msgid");
        types.split(',').any(|kind| kind == "msgid")
    }

    /// The letters of room modes of one kind (CHANMODES): 0 lists, 1 with a parameter always, 2 when set, 3 never.
    pub(super) fn modes_of_kind(&self, kind: usize) -> &str {
        self.isupport.get("CHANMODES").and_then(|kinds| kinds.split(',').nth(kind)).unwrap_or("")
    }

    /// How many changes with a parameter one MODE may have, where the server says so.
    pub(super) fn modes_of_a_line(&self) -> Option<usize> {
        self.isupport.get("MODES").and_then(|most| most.parse().ok())
    }

    /// What masks begin with that are no address, and the letters behind it (`EXTBAN=$,am`).
    pub(super) fn extban(&self) -> Option<(String, String)> {
        let (prefix, letters) = self.isupport.get("EXTBAN")?.split_once(',')?;
        Some((prefix.to_owned(), letters.to_owned()))
    }

    /// The letter or name of masks that mean an account; the server's first.
    pub(super) fn account_extban(&self) -> Option<&str> {
        self.isupport.get("ACCOUNTEXTBAN")?.split(',').next().filter(|name| !name.is_empty())
    }

    /// How many people may be watched: so many, or as the server says; `None` where it knows no MONITOR.
    pub(super) fn watched_max(&self, most: usize) -> Option<usize> {
        let told = self.isupport.get("MONITOR")?;
        Some(told.parse().map_or(most, |told: usize| told.min(most)))
    }

    /// Whether the server passes a client-only tag on, given with its `+` (IRCv3 message-tags, `CLIENTTAGDENY`).
    pub(super) fn passes_on(&self, tag: &str) -> bool {
        let name = tag.trim_start_matches('+');
        let rules = self.isupport.get("CLIENTTAGDENY").unwrap_or("");
        let is_named =
            |sign: &str| rules.split(',').any(|rule| rule.strip_prefix(sign) == Some(name));
        if rules.split(',').next() == Some("*") { is_named("-") } else { !is_named("") }
    }

    /// Whether WHO can be asked for certain fields (WHOX).
    pub(super) fn has_whox(&self) -> bool {
        self.isupport.get("WHOX").is_some()
    }
}

/// Reads `(ov)@+`; what is not of that form gives no ranks.
fn parse_ranks(prefix: &str) -> Vec<(char, char)> {
    let parts = prefix.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let Some((modes, symbols)) = parts else { return Vec::new() };
    modes.chars().zip(symbols.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(tokens: &str) -> Features {
        let mut features = Features::default();
        let params: Vec<&str> =
            std::iter::once("ana").chain(tokens.split(' ')).chain(["are supported"]).collect();
        features.handle_isupport(&params);
        features
    }

    #[test]
    fn prefixes_become_modes_and_modes_a_role() {
        let features = features("PREFIX=(qaohv)~&@%+");
        let role = |member: &str| features.role(features.split_prefixes(member).0);
        assert_eq!(role("ana"), Role::None);
        assert_eq!(role("+ana"), Role::Voice);
        assert_eq!(role("%ana"), Role::Operator);
        assert_eq!(role("@+ana"), Role::Operator);
        assert_eq!(features.split_prefixes("~@+هبة").1, "هبة");
        assert_eq!(features.member_mode('b'), None);
    }

    #[test]
    fn a_target_for_some_members_means_their_room() {
        let features = features("STATUSMSG=@+ CHANTYPES=#");
        assert_eq!(features.room_of("@#a"), Some("#a"));
        assert_eq!(features.room_of("#a"), Some("#a"));
        assert_eq!(features.room_of("ana"), None);
        assert_eq!(features.room_of("@"), None);
        assert_eq!(features.room_of(""), None);
    }

    #[test]
    fn room_modes_take_their_parameters() {
        let features = features("CHANMODES=be,k,l,imnst");
        assert!(features.takes_param('b', false));
        assert!(features.takes_param('k', false));
        assert!(features.takes_param('l', true));
        assert!(!features.takes_param('l', false));
        assert!(!features.takes_param('m', true));
        assert!(!features.takes_param('?', true));
    }

    #[test]
    fn tags_that_the_server_keeps_back_are_known() {
        let passed = |tokens: &str| {
            ["+reply", "+draft/react", "+typing"].map(|tag| features(tokens).passes_on(tag))
        };
        assert_eq!(passed("NICKLEN=9"), [true; 3]);
        assert_eq!(passed("CLIENTTAGDENY=*"), [false; 3]);
        assert_eq!(passed("CLIENTTAGDENY=*,-reply,-draft/react"), [true, true, false]);
        assert_eq!(passed("CLIENTTAGDENY=typing,draft/react"), [true, false, false]);
    }

    #[test]
    fn a_page_is_never_larger_than_the_server_allows() {
        assert_eq!(features("CHATHISTORY=50").page_messages(80), 50);
        assert_eq!(features("CHATHISTORY=0").page_messages(80), 80);
        assert_eq!(features("NICKLEN=9").page_messages(5000), PAGE_MESSAGES);
        assert_eq!(features("NICKLEN=9").page_messages(0), 1);
    }
}
