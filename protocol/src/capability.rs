//! The capabilities that Majlis knows (IRCv3 Capability Negotiation), and sets of them.

use std::fmt;

/// A capability by which a client asks for an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Capability {
    /// `account-notify`: told when somebody signs in or out.
    AccountNotify,
    /// `draft/account-registration`: an account can be made from here.
    AccountRegistration,
    /// `account-tag`: each message says its sender's account.
    AccountTag,
    /// `away-notify`: told when somebody goes away or comes back.
    AwayNotify,
    /// `batch`: messages that belong together say so.
    Batch,
    /// `cap-notify`: told when capabilities come and go; part of negotiation 302.
    CapNotify,
    /// `draft/channel-rename`: told when a room has another name.
    ChannelRename,
    /// `draft/chathistory`: earlier messages can be fetched.
    ChatHistory,
    /// `chghost`: told when somebody's user or host name changes.
    Chghost,
    /// `echo-message`: one's own messages come back.
    EchoMessage,
    /// `draft/event-playback`: history says who came and went, too.
    EventPlayback,
    /// `draft/extended-isupport`: what the server supports can be asked for at any time.
    ExtendedIsupport,
    /// `extended-join`: a JOIN says account and realname.
    ExtendedJoin,
    /// `extended-monitor`: whom one watches, one hears of without sharing a room.
    ExtendedMonitor,
    /// `invite-notify`: told when somebody is invited into a room.
    InviteNotify,
    /// `labeled-response`: a command's label is on its answer.
    LabeledResponse,
    /// `draft/message-redaction`: what was said can be taken back.
    MessageRedaction,
    /// `message-tags`: any tag may be on any message.
    MessageTags,
    /// `draft/metadata-2`: people and rooms have values under keys.
    Metadata,
    /// `multi-prefix`: all of a member's prefixes are shown.
    MultiPrefix,
    /// `draft/multiline`: one message may have many lines.
    Multiline,
    /// `no-implicit-names`: joining brings no list of members.
    NoImplicitNames,
    /// `draft/persistence`: one's rooms are kept while one is away.
    Persistence,
    /// `draft/pre-away`: one can be away from the beginning.
    PreAway,
    /// `draft/read-marker`: how far one has read is kept.
    ReadMarker,
    /// `sasl`: signing in while connecting, or later.
    Sasl,
    /// `soju.im/search`: what was said can be searched.
    Search,
    /// `server-time`: each message says when it was.
    ServerTime,
    /// `setname`: the realname can change, and one is told when it does.
    Setname,
    /// `standard-replies`: `FAIL`, `WARN` and `NOTE`.
    StandardReplies,
    /// `userhost-in-names`: NAMES says full masks.
    UserhostInNames,
}

impl Capability {
    /// Every capability, in the order of their identifiers.
    pub const ALL: &[Self] = &[
        Self::AccountNotify,
        Self::AccountRegistration,
        Self::AccountTag,
        Self::AwayNotify,
        Self::Batch,
        Self::CapNotify,
        Self::ChannelRename,
        Self::ChatHistory,
        Self::Chghost,
        Self::EchoMessage,
        Self::EventPlayback,
        Self::ExtendedIsupport,
        Self::ExtendedJoin,
        Self::ExtendedMonitor,
        Self::InviteNotify,
        Self::LabeledResponse,
        Self::MessageRedaction,
        Self::MessageTags,
        Self::Metadata,
        Self::MultiPrefix,
        Self::Multiline,
        Self::NoImplicitNames,
        Self::Persistence,
        Self::PreAway,
        Self::ReadMarker,
        Self::Sasl,
        Self::Search,
        Self::ServerTime,
        Self::Setname,
        Self::StandardReplies,
        Self::UserhostInNames,
    ];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountNotify => "account-notify",
            Self::AccountRegistration => "draft/account-registration",
            Self::AccountTag => "account-tag",
            Self::AwayNotify => "away-notify",
            Self::Batch => "batch",
            Self::CapNotify => "cap-notify",
            Self::ChannelRename => "draft/channel-rename",
            Self::ChatHistory => "draft/chathistory",
            Self::Chghost => "chghost",
            Self::EchoMessage => "echo-message",
            Self::EventPlayback => "draft/event-playback",
            Self::ExtendedIsupport => "draft/extended-isupport",
            Self::ExtendedJoin => "extended-join",
            Self::ExtendedMonitor => "extended-monitor",
            Self::InviteNotify => "invite-notify",
            Self::LabeledResponse => "labeled-response",
            Self::MessageRedaction => "draft/message-redaction",
            Self::MessageTags => "message-tags",
            Self::Metadata => "draft/metadata-2",
            Self::MultiPrefix => "multi-prefix",
            Self::Multiline => "draft/multiline",
            Self::NoImplicitNames => "no-implicit-names",
            Self::Persistence => "draft/persistence",
            Self::PreAway => "draft/pre-away",
            Self::ReadMarker => "draft/read-marker",
            Self::Sasl => "sasl",
            Self::Search => "soju.im/search",
            Self::ServerTime => "server-time",
            Self::Setname => "setname",
            Self::StandardReplies => "standard-replies",
            Self::UserhostInNames => "userhost-in-names",
        }
    }

    /// The capability with that name, which is compared exactly.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|capability| capability.name() == name)
    }

    /// What must be enabled with it for it to work in full (labeled-response, draft/multiline and draft/message-redaction,
    /// "Dependencies"; draft/chathistory; draft/metadata-2; soju.im/search).
    pub fn requires(self) -> CapabilitySet {
        let required: &[Self] = match self {
            Self::LabeledResponse | Self::Multiline => &[Self::Batch, Self::MessageTags],
            Self::ChatHistory | Self::Search => &[Self::Batch, Self::MessageTags, Self::ServerTime],
            Self::EventPlayback => &[Self::ChatHistory],
            Self::MessageRedaction => &[Self::MessageTags],
            Self::Metadata => &[Self::Batch],
            _ => &[],
        };
        required.iter().copied().collect()
    }

    fn bit(self) -> u64 {
        1 << (self as u8)
    }
}

/// A set of capabilities.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CapabilitySet(u64);

impl CapabilitySet {
    /// The set with nothing in it.
    pub const fn empty() -> Self {
        Self(0)
    }

    /// Puts a capability in.
    pub fn insert(&mut self, capability: Capability) {
        self.0 |= capability.bit();
    }

    /// Takes a capability out.
    pub fn remove(&mut self, capability: Capability) {
        self.0 &= !capability.bit();
    }

    /// Whether a capability is in it.
    pub fn contains(self, capability: Capability) -> bool {
        self.0 & capability.bit() != 0
    }

    /// Whether all of the other set is in it.
    pub fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in this set, the other, or both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in it, in the order of [`Capability::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.iter().copied().filter(move |&capability| self.contains(capability))
    }
}

impl FromIterator<Capability> for CapabilitySet {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        capabilities.into_iter().fold(Self::empty(), |mut set, capability| {
            set.insert(capability);
            set
        })
    }
}

/// The names, with spaces between, as CAP lists them.
impl fmt::Display for CapabilitySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, capability) in self.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{}", capability.name())?;
        }
        Ok(())
    }
}

impl fmt::Debug for CapabilitySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_capability_has_a_bit_and_a_name_of_its_own() {
        for (index, &capability) in Capability::ALL.iter().enumerate() {
            assert_eq!(capability as usize, index);
            assert_eq!(Capability::from_name(capability.name()), Some(capability));
        }
        assert_eq!(Capability::from_name("BATCH"), None);
        let all: CapabilitySet = Capability::ALL.iter().copied().collect();
        assert_eq!(all.iter().count(), Capability::ALL.len());
    }

    #[test]
    fn sets_are_sets() {
        let mut set = CapabilitySet::empty();
        assert!(set.is_empty());
        set.insert(Capability::ServerTime);
        set.insert(Capability::Batch);
        set.insert(Capability::Batch);
        assert_eq!(set.to_string(), "batch server-time");
        assert_eq!(format!("{set:?}"), "{Batch, ServerTime}");
        let tags = CapabilitySet::from_iter([Capability::MessageTags]);
        assert!(set.union(tags).contains_all(Capability::ChatHistory.requires()));
        assert!(!set.contains_all(Capability::LabeledResponse.requires()));
        assert_eq!(set.union(tags).intersection(tags), tags);
        set.remove(Capability::Batch);
        assert!(!set.contains(Capability::Batch) && set.contains(Capability::ServerTime));
    }
}
