//! What a network's session tells the main loop.

use majlis_wire::Fingerprint;
use uuid::Uuid;

use super::{Abilities, Answer, NetworkId, Presence};

/// Everything that one turn of the socket thread brought, of all networks, in order.
#[derive(Debug, Default)]
pub struct EventBatch {
    /// In order.
    pub events: Vec<(NetworkId, Event)>,
}

/// One thing that happened on a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The connection's state changed.
    State(State),
    /// The server's key is not known and no authority vouches for it; nothing was sent. `State(Offline)`
    /// follows, until it is told to connect with a pin.
    TrustNeeded {
        /// The key that the server proved to hold.
        found: Fingerprint,
    },
    /// The server shows another key than the pinned one; nothing was sent. `State(Offline)` follows.
    KeyChanged {
        /// The pinned key.
        expected: Fingerprint,
        /// The key that the server proved to hold.
        found: Fingerprint,
    },
    /// A probe came to a server that is there, and trusted where it is to be encrypted.
    Reached,
    /// We are registered; `State(Online)` follows when rooms are joined and gaps filled.
    Registered {
        /// Our nick in its canonical spelling.
        nick: String,
        /// The network's name, if it told one.
        network_name: Option<String>,
        /// The lobby's name, if it told one.
        lobby: Option<String>,
    },
    /// The server has offered SCRAM; told once for each `Connect`, where it was not known.
    ScramOffered,
    /// We are signed in.
    SignedIn {
        /// The account's canonical name.
        account: String,
        /// Whether it was made just now.
        is_new: bool,
    },
    /// The server knows this device's key as one of the account's from now on.
    DeviceAdded,
    /// Somebody has another nick; we, where `old` is ours.
    Nick {
        /// Before.
        old: String,
        /// Now.
        new: String,
    },
    /// We are in a room; its topic and members follow.
    Joined {
        /// Its canonical name.
        room: String,
    },
    /// We are no longer in a room.
    Left {
        /// Its name.
        room: String,
        /// Why, in the server's words; empty when we asked for it.
        reason: String,
    },
    /// A room cannot be joined.
    JoinFailed {
        /// Its name as asked.
        room: String,
        /// Why.
        reason: Refusal,
    },
    /// The whole list of a room's members; it comes once with names and roles, and again with what people call themselves.
    Members {
        /// Which room.
        room: String,
        /// Everybody, ourselves included.
        members: Vec<Member>,
        /// Whether more of the list follow; a session tells it whole.
        more: bool,
    },
    /// Somebody else came into a room.
    MemberJoined {
        /// Which room.
        room: String,
        /// Who.
        member: Member,
    },
    /// Somebody else left a room.
    MemberLeft {
        /// Which room.
        room: String,
        /// Their nick.
        nick: String,
    },
    /// What is known of somebody changed (away, back, signed in, another display name), in every room that they are in.
    Person {
        /// Who.
        nick: String,
        /// What they call themselves, where it is known.
        display_name: Option<String>,
        /// Whether they are away.
        is_away: bool,
        /// Whether they are signed in to an account.
        is_registered: bool,
    },
    /// A member's role changed.
    Role {
        /// Which room.
        room: String,
        /// Whose.
        nick: String,
        /// What it is now.
        role: Role,
    },
    /// A room's topic, as it is now.
    Topic {
        /// Which room.
        room: String,
        /// Possibly empty.
        topic: String,
    },
    /// Messages, live or from history, oldest first and each with an identifier. In one conversation what fills a gap comes
    /// before what is live, without a hole; of live ones and those of a gap never one twice.
    Messages {
        /// The room, or the other person's nick.
        conversation: String,
        /// Whether they come from history.
        origin: Origin,
        /// At least one, but for `Origin::Older`, which may be empty, and `Origin::Gap`, where something happened.
        messages: Vec<Message>,
        /// What happened in the room meanwhile, oldest first, some perhaps known; of what is live nothing.
        happened: Vec<Occurrence>,
    },
    /// Reactions, live or from history, some perhaps known and in no certain order: of all that one person did with one sign
    /// to one message, the newest counts. They may come before their message.
    Reactions {
        /// The room, or the other person's nick.
        conversation: String,
        /// At least one.
        reactions: Vec<Reaction>,
    },
    /// Something happened in a room, just now, that is worth a line; what it changes is told besides.
    Happened {
        /// Which room.
        room: String,
        /// What.
        occurrence: Occurrence,
    },
    /// Somebody else says how their writing goes.
    Typing {
        /// The room, or the other person's nick.
        conversation: String,
        /// Who.
        nick: String,
        /// What they call themselves, where it is known.
        display_name: Option<String>,
        /// How it goes.
        state: TypingState,
    },
    /// Up to here we have read on this or another device of ours; it comes after joining, and when it changes.
    ReadUpTo {
        /// The room, or the other person's nick.
        conversation: String,
        /// The time of the newest message that was read, in milliseconds since 1970; 0 where none was.
        time_ms: u64,
    },
    /// Messages or reactions were deleted by somebody who may; they may come before what they delete.
    Deleted {
        /// The room, or the other person's nick.
        conversation: String,
        /// At least one.
        deletions: Vec<Deletion>,
    },
    /// A message that was to be deleted stays; why was told besides.
    NotDeleted {
        /// The room, or the other person's nick, as the server has it.
        conversation: String,
        /// Which; empty where the server does not say.
        msgid: String,
    },
    /// It is the turn of these messages, and they are to be noted as ones that may have been sent, before they are; answered
    /// by `Command::Noted`, or `CancelSend` where that cannot be.
    ToBeNoted {
        /// At least one.
        ids: Vec<Uuid>,
    },
    /// A message was refused for good; it can be retried as a new one.
    SendFailed {
        /// Which.
        id: Uuid,
        /// Why.
        reason: Refusal,
    },
    /// Something else that was asked for did not happen.
    Refused(Refusal),
    /// Words of the server for the person (a refusal, a notice, the message of the day), about no message of theirs.
    ServerText {
        /// The words.
        text: String,
    },
    /// What came of a question.
    Answer {
        /// Its number.
        number: u32,
        /// What came of it.
        answer: Answer,
    },
    /// What the server can do; comes before `Registered`, and again where it changes.
    Abilities(Box<Abilities>),
    /// Whether somebody whom we watch can be spoken to.
    Presence {
        /// Who.
        nick: String,
        /// How it is now.
        presence: Presence,
    },
    /// Whom we just wrote to is away.
    AwayWords {
        /// Who.
        nick: String,
        /// Their words.
        words: String,
        /// When, in milliseconds since 1970.
        time_ms: u64,
    },
    /// We are away from now on, or back.
    OwnAway {
        /// Which of both.
        is_away: bool,
    },
    /// Somebody asks us into a room.
    Invited {
        /// Which.
        room: String,
        /// Their nick.
        nick: String,
        /// What they call themselves; their nick where that is not known.
        by: String,
    },
    /// A room has another name.
    Renamed {
        /// Before.
        old: String,
        /// Now.
        new: String,
    },
}

/// Why something that was asked for did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The server refused, in its own words; possibly without any.
    Server(String),
    /// The server refused, for a reason that the protocol has a number for.
    Denied(Denial),
    /// As many conversations are open as a session holds.
    TooManyConversations,
    /// As many messages wait to be sent as a session holds.
    TooManyWaiting,
    /// It does not fit a line, or holds what no line can.
    CannotBeSaid,
    /// The connection was lost before the answer, and the history cannot tell whether the message arrived.
    InDoubt,
    /// What was named is no room.
    NotARoom,
    /// What was named, given here, is no nick.
    NotANick(String),
    /// The topic was not sent: we are not connected, or it does not fit a line.
    TopicNotSet,
    /// There is no connection, or it was lost before the answer.
    NotConnected,
    /// The server did not answer in time.
    NoAnswer,
    /// What was typed is not the password of our account.
    WrongPassword,
    /// A password is not said where others could read it.
    Unencrypted,
}

impl From<String> for Refusal {
    fn from(words: String) -> Self {
        Self::Server(words)
    }
}

/// Why a server refuses what people usually want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The room has as many people as may come in.
    RoomFull,
    /// Only who is asked comes in.
    InviteOnly,
    /// We were banned from the room.
    Banned,
    /// The room wants a password, and not this one.
    WrongKey,
    /// Only who is signed in may do this.
    SignInFirst,
    /// We are in as many rooms as we may, or the server has as many as it holds.
    TooManyRooms,
    /// Only the room's operators may do this.
    NotOperator,
    /// We are not in the room.
    NotInRoom,
    /// Nobody bears this nick.
    NobodyThere,
    /// Only operators are heard in the room, and whom they let.
    Moderated,
    /// We were muted in the room.
    Muted,
    /// Only who is signed in is heard in the room.
    GuestsMuted,
    /// The room is in slow mode; how many seconds are left, where the server says it.
    TooFast(Option<u32>),
    /// We are not heard in the room, for some other reason.
    NotHeard,
    /// The password is too easy to guess; how many characters one has at least, where the server says it.
    WeakPassword(Option<u32>),
}

/// How the connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Not wanted.
    Offline,
    /// Looking the name up, opening a socket.
    Connecting,
    /// In the TLS handshake.
    Securing,
    /// Saying who we are.
    Registering,
    /// There.
    Online,
    /// Lost or not reached; it will be tried again.
    Waiting {
        /// In how many milliseconds.
        retry_in_ms: u64,
        /// What went wrong.
        failure: Failure,
    },
    /// Given up, until asked to connect.
    Failed(Failure),
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The name has no address.
    NameNotFound,
    /// Nobody answered.
    NoAnswer,
    /// The machine is there and nothing listens.
    Refused,
    /// Something answered that is no chat server, or not the encryption asked for.
    NotAChatServer,
    /// The connection was lost.
    Lost,
    /// The server closed, in its words.
    Closed(String),
    /// No nick can be made of the name, or the server refuses all of them.
    NameRefused(String),
    /// The server did not let us sign in, or we refused to.
    SignIn(SignInFailure),
    /// This machine failed (no socket, no key); the operating system's words.
    Local(String),
}

/// Why somebody who wanted to sign in is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInFailure {
    /// The account exists, and the password is not its own.
    WrongPassword,
    /// The password opens no account, and none was to be made since nobody vouches for the server's key.
    UncheckedServer,
    /// The server does not know this device any more, and there is no password.
    DeviceForgotten,
    /// The server has no accounts, or no way to sign in that is safe.
    NotOffered,
    /// A password can only be chosen over an encrypted connection.
    Unencrypted,
    /// The name cannot be an account's, or somebody else is there under it; the server's words.
    NameUnavailable(String),
    /// The password is too easy to guess; how many characters one has at least, where the server says it.
    WeakPassword(Option<u32>),
    /// It cannot be a password; the server's words, possibly none.
    BadPassword(String),
    /// The server takes new accounts by invitation only, and there was no code, or not a good one.
    InviteNeeded,
    /// The server failed to prove that it knows the password, too: it may be somebody else.
    Impostor,
    /// It asks for too few hashing rounds for the server that it was.
    WeakHashing,
    /// The server takes accounts only.
    AccountNeeded(String),
    /// The server refused for now, in its own words.
    Refused(String),
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The server's identifier; where the server gives none, one made of time and content.
    pub msgid: String,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Who said it.
    pub nick: String,
    /// What they call themselves, where it is known.
    pub display_name: Option<String>,
    /// Whether it is ours.
    pub is_own: bool,
    /// What we had called it, if it is ours and came from this application.
    pub send_id: Option<Uuid>,
    /// What kind of saying.
    pub kind: MessageKind,
    /// What was said; where it has several lines, with LF between them.
    pub text: String,
    /// The identifier of the message that it answers (IRCv3 reply), at most [`MSGID_MAX_BYTES`].
    pub reply_to: Option<String>,
}

/// A longer identifier of another message is not followed.
pub const MSGID_MAX_BYTES: usize = 255;

/// How identifiers begin that are made here, since the server gives none.
pub(super) const MADE_ID: &str = "made-";

/// Whether a message's identifier was made here, and means nothing to the server.
pub fn is_made(msgid: &str) -> bool {
    msgid.starts_with(MADE_ID)
}

/// That somebody did something in a room besides speaking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Its identifier, the same whenever it is told of this room; at most a few bytes more than [`MSGID_MAX_BYTES`].
    pub event_id: String,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Who.
    pub nick: String,
    /// What they call themselves, where it is known.
    pub display_name: Option<String>,
    /// What.
    pub what: Happening,
}

/// What somebody did in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Came in.
    Joined,
    /// Left it, or the server altogether.
    Left,
    /// Took this nick.
    Nick(String),
    /// Gave it another name: this one.
    Renamed(String),
    /// Gave it this topic, or took it away where this is empty.
    Topic(String),
    /// Put somebody out.
    Removed {
        /// Whom.
        nick: String,
        /// What they call themselves, where it is known.
        display_name: Option<String>,
        /// Their words, possibly empty.
        reason: String,
    },
    /// Gave somebody another role.
    Role {
        /// Whom.
        nick: String,
        /// What they call themselves, where it is known.
        display_name: Option<String>,
        /// What it is now.
        role: Role,
    },
    /// Changed modes that are nobody's role; as MODE writes them.
    Modes(String),
}

/// How somebody's writing goes (IRCv3 typing).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypingState {
    /// They write.
    Active,
    /// They have stopped, and what they wrote is still there.
    Paused,
    /// They took away what they wrote.
    Done,
}

/// A sign that somebody put to a message, or took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The message's identifier, at most [`MSGID_MAX_BYTES`].
    pub msgid: String,
    /// Usually an emoji; at most [`REACTION_MAX_BYTES`], and not blank.
    pub sign: String,
    /// Whose.
    pub nick: String,
    /// What they call themselves, where it is known.
    pub display_name: Option<String>,
    /// Whether it is ours.
    pub is_own: bool,
    /// Whether it was put there; otherwise it was taken back.
    pub is_set: bool,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// The identifier of the reaction itself.
    pub event_id: String,
}

/// A longer reaction is not taken.
pub const REACTION_MAX_BYTES: usize = 64;

/// That something was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The identifier of the message or the reaction, at most [`MSGID_MAX_BYTES`].
    pub msgid: String,
    /// By whom.
    pub nick: String,
    /// What they call themselves, where it is known.
    pub display_name: Option<String>,
    /// Their words, possibly empty.
    pub reason: String,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
}

/// What kind of saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// `PRIVMSG`.
    Text,
    /// CTCP ACTION.
    Action,
    /// `NOTICE`.
    Notice,
}

/// Where messages come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Said just now.
    Live,
    /// What was said while we were away; in a room of which nothing was known, its newest page.
    Gap {
        /// More follow.
        more: bool,
    },
    /// The answer to `FetchBefore`.
    Older {
        /// Nothing older is there.
        is_start: bool,
    },
}

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Their nick.
    pub nick: String,
    /// What they call themselves, where it is known.
    pub display_name: Option<String>,
    /// Their role.
    pub role: Role,
    /// Whether they are away.
    pub is_away: bool,
    /// Whether they are signed in to an account.
    pub is_registered: bool,
}

/// A member's role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// No special right.
    #[default]
    None,
    /// May speak where it is moderated.
    Voice,
    /// Looks after the room.
    Operator,
}
