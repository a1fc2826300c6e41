//! What the hub wants on disk, and what it gets back.

use std::sync::Arc;

use majlis_protocol::Timestamp;
use majlis_protocol::scram::Verifier;
use majlis_wire::Fingerprint;

use super::{
    Account, AccountId, Conversation, Founder, Invite, InviteHash, KeptRoom, Letters, ListEntry,
    ListKind, MetadataValue, MsgId, ReadMarker, RoomId, RoomModes, ServerBan, Subject,
};

/// One change to the store. A batch of them is one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// A message, or something that happened, joins a room's history.
    Message(StoredMessage),
    /// A message is taken back: nothing of it but its place in the room's history stays.
    MessageRedacted {
        /// Where it was said.
        room: RoomId,
        /// Its identifier.
        msgid: MsgId,
    },
    /// A message that a device sent under an identifier of its own was accepted (identity.md, "Send once").
    Sent(SendRecord),
    /// Messages from before this time are kept no longer.
    MessagesForgotten {
        /// The time of the oldest that stay.
        before: Timestamp,
    },
    /// A room was made.
    RoomMade(RestoredRoom),
    /// A room ended, and its history with it.
    RoomRemoved(RoomId),
    /// A room's topic was set; an empty text means none.
    TopicSet {
        /// Which room.
        room: RoomId,
        /// The topic.
        topic: Option<Topic>,
    },
    /// An account was made, with its devices.
    AccountMade(Account),
    /// An account has another password; its devices have to show that they know it.
    PasswordSet {
        /// Whose.
        account: AccountId,
        /// What is kept of the new one.
        verifier: Arc<Verifier>,
    },
    /// An account ended, and with it all that was its own.
    AccountRemoved(AccountId),
    /// An account's person came into a room that is not yet among the account's.
    RoomKept(KeptRoom),
    /// An account's person left a room, or had to.
    RoomForgotten {
        /// Whose.
        account: AccountId,
        /// Which.
        room: RoomId,
    },
    /// Two accounts talk in private for the first time.
    ConversationMade {
        /// Where that is kept.
        conversation: Conversation,
        /// When.
        time: Timestamp,
    },
    /// A device signs in by itself from now on.
    DeviceAdded {
        /// To which account.
        account: AccountId,
        /// Its key, which no account has yet.
        key: Fingerprint,
        /// When.
        time: Timestamp,
    },
    /// A device no longer signs in by itself.
    DeviceRemoved(Fingerprint),
    /// An invite was made.
    InviteMade(Invite),
    /// An invite was used or revoked.
    InviteRemoved(InviteHash),
    /// Somebody is banned from the server; one with the same mask ends.
    BanAdded(ServerBan),
    /// A ban from the server was lifted, or is over.
    BanRemoved {
        /// Its mask.
        mask: String,
    },
    /// A room's modes are now these.
    ModesSet {
        /// Which room.
        room: RoomId,
        /// All of them.
        modes: RoomModes,
    },
    /// Whether a room outlives its last member was changed.
    LastingSet {
        /// Which room.
        room: RoomId,
        /// Whether it does.
        lasting: bool,
    },
    /// One of a room's lists has an entry more.
    EntryAdded {
        /// Which room.
        room: RoomId,
        /// Which list.
        kind: ListKind,
        /// The entry; no other of the list has its mask.
        entry: ListEntry,
    },
    /// One of a room's lists has an entry less.
    EntryRemoved {
        /// Which room.
        room: RoomId,
        /// Which list.
        kind: ListKind,
        /// The entry's mask.
        mask: String,
    },
    /// An account's person has read further.
    ReadMarked(ReadMarker),
    /// An account or a room has a value, or another.
    MetadataSet(MetadataValue),
    /// An account or a room has a value no longer.
    MetadataRemoved {
        /// Whose.
        subject: Subject,
        /// Under which key.
        key: String,
    },
    /// What an account's person may do in a lasting room whenever they are there.
    RanksSet {
        /// Which room.
        room: RoomId,
        /// Whose.
        account: AccountId,
        /// The mode letters of all their ranks; none takes them away.
        ranks: Letters,
    },
    /// Somebody was in a room.
    RoomUsed {
        /// Which room.
        room: RoomId,
        /// When; exact to a day.
        time: Timestamp,
    },
    /// A room has another name.
    RoomRenamed {
        /// Which room.
        room: RoomId,
        /// Its canonical name, with `#`.
        name: String,
    },
}

/// A room's topic, who set it (a full source) and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The topic itself, never empty.
    pub text: String,
    /// `nick!user@host` of who set it.
    pub setter: String,
    /// When.
    pub time: Timestamp,
}

/// A message, or something that happened, as it is kept. What `target` and `text` hold depends on its kind:
///
/// | kind | target | text |
/// |---|---|---|
/// | PRIVMSG, NOTICE | the target as sent | what was said: one line, or many as [`majlis_protocol::MultilineText`] keeps them |
/// | TAGMSG | the target as sent | |
/// | JOIN | | the realname |
/// | PART, QUIT | | the reason, possibly empty |
/// | KICK | whose nick | the reason |
/// | NICK | | the new nick |
/// | TOPIC | | the topic, possibly empty |
/// | MODE | | the letters and their parameters, with spaces between |
/// | RENAME | the old name | the new name, a space, the reason |
/// | REDACT | the target as sent | the identifier of what was taken back, a space, the reason |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// Where it was said or happened.
    pub room: RoomId,
    /// Its identifier; what concerned several rooms has the same in each.
    pub msgid: MsgId,
    /// When; within a room never before its predecessor.
    pub time: Timestamp,
    /// `nick!user@host` of who said or did it.
    pub source: String,
    /// Their account, if they had signed in.
    pub account: Option<String>,
    /// Who may take it back; nobody what only happened.
    pub author: Option<Author>,
    /// Which command it was.
    pub kind: StoredKind,
    /// To whom, as the table says.
    pub target: String,
    /// What, as the table says.
    pub text: String,
    /// Client-only tags as sent on the wire (`+a=b;+c`), possibly empty.
    pub client_tags: String,
}

/// Tells whose a message is, and nothing else: the account's, the device's, or that of one stay without either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Author(pub [u8; 16]);

/// Which command a kept message was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum StoredKind {
    /// `PRIVMSG`.
    Privmsg,
    /// `NOTICE`.
    Notice,
    /// `TAGMSG`.
    Tagmsg,
    /// `JOIN`.
    Join,
    /// `PART`.
    Part,
    /// `QUIT`.
    Quit,
    /// `KICK`.
    Kick,
    /// `NICK`.
    Nick,
    /// `TOPIC`.
    Topic,
    /// `MODE` of a room.
    Mode,
    /// `RENAME`.
    Rename,
    /// `REDACT`.
    Redact,
}

impl StoredKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Privmsg,
        Self::Notice,
        Self::Tagmsg,
        Self::Join,
        Self::Part,
        Self::Quit,
        Self::Kick,
        Self::Nick,
        Self::Topic,
        Self::Mode,
        Self::Rename,
        Self::Redact,
    ];

    /// The command's name.
    pub fn command(self) -> &'static str {
        match self {
            Self::Privmsg => "PRIVMSG",
            Self::Notice => "NOTICE",
            Self::Tagmsg => "TAGMSG",
            Self::Join => "JOIN",
            Self::Part => "PART",
            Self::Quit => "QUIT",
            Self::Kick => "KICK",
            Self::Nick => "NICK",
            Self::Topic => "TOPIC",
            Self::Mode => "MODE",
            Self::Rename => "RENAME",
            Self::Redact => "REDACT",
        }
    }

    /// Whether somebody said it, and it may be taken back (draft/message-redaction, "Command").
    pub fn is_redactable(self) -> bool {
        matches!(self, Self::Privmsg | Self::Notice | Self::Tagmsg)
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredKinds(u16);

impl StoredKinds {
    /// What was said in words: all that those without draft/event-playback are given.
    pub const SAID: Self = Self(1 << StoredKind::Privmsg as u8 | 1 << StoredKind::Notice as u8);

    /// A bit for each kind, from the lowest on in the order of [`StoredKind::ALL`].
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Whether the kind is in it.
    pub fn contains(self, kind: StoredKind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }
}

impl FromIterator<StoredKind> for StoredKinds {
    fn from_iter<I: IntoIterator<Item = StoredKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::default(), |set, kind| Self(set.0 | 1 << kind as u8))
    }
}

/// Remembers that a device's message was taken, so that the same is never taken twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendRecord {
    /// The key of the device that sent it, or what stands for the account.
    pub device_key: Fingerprint,
    /// The identifier that the device gave it (the value of the vendor tag), at most 64 bytes.
    pub send_id: String,
    /// What it became.
    pub msgid: MsgId,
    /// When.
    pub time: Timestamp,
    /// To whom it was said, folded; nothing where an older version kept it.
    pub target: Option<String>,
}

/// A room as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredRoom {
    /// Its identity.
    pub room: RoomId,
    /// Its canonical name, with `#`.
    pub name: String,
    /// When it was made.
    pub made: Timestamp,
    /// Whether it outlives its last member (the lobby does, a guest's room does not).
    pub lasting: bool,
    /// Its topic.
    pub topic: Option<Topic>,
    /// Who made it.
    pub founder: Option<Founder>,
    /// Its modes.
    pub modes: RoomModes,
    /// What is on its lists, in the order of setting.
    pub entries: Vec<(ListKind, ListEntry)>,
    /// The ranks that are kept for accounts, as mode letters.
    pub ranks: Vec<(AccountId, Letters)>,
    /// When somebody was last in it, exact to a day.
    pub used: Timestamp,
}

impl RestoredRoom {
    /// A room as it is when made: without topic, founder or entries, and with the usual modes.
    pub fn new(room: RoomId, name: &str, made: Timestamp, lasting: bool) -> Self {
        Self {
            room,
            name: name.to_owned(),
            made,
            lasting,
            topic: None,
            founder: None,
            modes: RoomModes::default(),
            entries: Vec::new(),
            ranks: Vec::new(),
            used: made,
        }
    }
}

/// What the hub starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Every room that is alive.
    pub rooms: Vec<RestoredRoom>,
    /// The newest records of sent messages, oldest first; at most 100,000, none older than seven days.
    pub sent: Vec<SendRecord>,
    /// Every account.
    pub accounts: Vec<Account>,
    /// Every invite that was not used.
    pub invites: Vec<Invite>,
    /// Every ban from the server, those that are over included, in the order of setting.
    pub bans: Vec<ServerBan>,
    /// The rooms that accounts' people are in again once they sign in, in the order of coming.
    pub kept_rooms: Vec<KeptRoom>,
    /// Every private conversation.
    pub conversations: Vec<Conversation>,
    /// How far accounts' people have read.
    pub read_markers: Vec<ReadMarker>,
    /// What accounts and rooms have under keys.
    pub metadata: Vec<MetadataValue>,
    /// One more than the highest account identifier ever used; at least 1.
    pub next_account: u64,
    /// Drawn once for this folder and told to nobody: what has to look random and stay the same is made of it.
    pub secret: [u8; 32],
    /// One more than the highest room identifier ever used; at least 1.
    pub next_room: u64,
    /// The newest message's time, or 0; the hub's clock does not stand before it, unless that is far in the future.
    pub newest: Timestamp,
}

/// A place in history (draft/chathistory).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// By message identifier.
    Msgid(MsgId),
    /// By time.
    Time(Timestamp),
}

/// What a reader is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryQuery {
    /// Messages of one room.
    Messages {
        /// Which room.
        room: RoomId,
        /// Nothing of before then is there for the asker, not even as a bound.
        since: Timestamp,
        /// Which messages.
        selector: Selector,
        /// Of which kinds; no other counts towards the limit.
        kinds: StoredKinds,
        /// At most this many.
        limit: u32,
    },
    /// One message that may be taken back.
    Message {
        /// Where it was said.
        room: RoomId,
        /// Its identifier.
        msgid: MsgId,
    },
    /// What was said in some rooms and is like this (soju.im/search).
    Search(Search),
    /// Which of these rooms have their newest message between the two times (CHATHISTORY TARGETS).
    Targets {
        /// The rooms that the asker may read.
        rooms: Vec<Readable>,
        /// Exclusive.
        from: Timestamp,
        /// Exclusive; may be before `from`, which then takes the newest first when the limit cuts.
        to: Timestamp,
        /// At most this many.
        limit: u32,
    },
}

impl HistoryQuery {
    /// Whether it may take long, so that nothing else is to wait behind it.
    pub fn is_search(&self) -> bool {
        matches!(self, Self::Search(_))
    }
}

/// A room, as far as somebody may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readable {
    /// Which.
    pub room: RoomId,
    /// What was said there then or later; 0 where that is everything.
    pub since: Timestamp,
}

/// What to search for; each of the conditions that are there has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The rooms that are looked through.
    pub rooms: Vec<Readable>,
    /// Words that the text has, the last letters of each possibly missing here.
    pub text: Option<String>,
    /// The folded nick that it was said under.
    pub from: Option<String>,
    /// Said then or later; the search begins there, and otherwise at the newest.
    pub after: Option<Timestamp>,
    /// Said then or earlier.
    pub before: Option<Timestamp>,
    /// At most this many.
    pub limit: u32,
}

/// The subcommands of draft/chathistory that return messages. Bounds are exclusive, but for `Around`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// The newest before the bound.
    Before(Bound),
    /// The oldest after the bound.
    After(Bound),
    /// The newest, after the bound where there is one.
    Latest(Option<Bound>),
    /// About half of the limit on either side, the bound's own message included.
    Around(Bound),
    /// Between the two, starting from the first.
    Between(Bound, Bound),
}

/// What a reader found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryPage {
    /// Oldest first.
    Messages(Vec<HistoryRow>),
    /// The message, if it is there and was not taken back.
    Message(Option<Box<HistoryRow>>),
    /// Oldest newest-message first.
    Targets(Vec<TargetRow>),
}

/// One message of a page.
pub type HistoryRow = StoredMessage;

/// One room of a TARGETS answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetRow {
    /// The room.
    pub room: RoomId,
    /// The time of its newest message.
    pub newest: Timestamp,
}

/// Why a page could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryError {
    /// The msgid named as a bound is not in that room.
    UnknownBound,
    /// The disk or the database failed; the words are for the log.
    Failed(String),
}
