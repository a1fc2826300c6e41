//! What the main loop asks of a network's session.

use uuid::Uuid;

use super::event::TypingState;
use super::{NetworkId, Question, Secret};

/// One request, for one network.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which network.
    pub network: NetworkId,
    /// What is asked.
    pub command: Command,
}

/// What a session can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Come online and stay: connect, and connect again whenever the connection is lost. It starts afresh with what
    /// `NetworkConfig` says, also where the network was known before; every other request for a network that was never
    /// connected or probed is dropped.
    Connect(Box<NetworkConfig>),
    /// Come as far as knowing and trusting the server, say nothing, and go again: `Event::Reached` and `State(Offline)`
    /// follow, or what is told where that fails. Once only; it is not tried again.
    Probe(Box<NetworkConfig>),
    /// Say goodbye and stay offline; what is not yet sent is kept for the next `Connect`, which names it again.
    Disconnect {
        /// Farewell words.
        reason: String,
    },
    /// The machine's network is back, or the person asked: do not wait for the backoff, and try again what was given up. A
    /// connection that stands is asked for a sign of life. Nothing happens where one is not wanted.
    ConnectNow,
    /// Say goodbye, and be a guest from now on: where the device signs in by its own key, the server is to forget it.
    SignOut,
    /// Say something. Kept and retried over connections until echoed or refused; the identifier makes it arrive once. What is
    /// not noted is asked for by `Event::ToBeNoted` when its turn comes.
    Send(Outgoing),
    /// These are noted, on disk, as messages that may have been sent, and may go.
    Noted {
        /// Which.
        ids: Vec<Uuid>,
    },
    /// Forget a message that is not yet echoed. Where it is on its way already it may still arrive, and is then told as
    /// any other of ours.
    CancelSend {
        /// Which.
        id: Uuid,
    },
    /// Go into a room, now and after each reconnect.
    Join {
        /// Its name.
        room: String,
        /// The newest message that the archive holds of it, if we were there before; the gap is filled from here.
        known: Option<HistoryMark>,
    },
    /// A room wants this password from whoever comes in; it is said with the next `Join` and on later connections.
    SetRoomKey {
        /// Its name.
        room: String,
        /// The password (RFC 2812, 3.2.1: no spaces, no commas).
        key: String,
    },
    /// Leave a room for good.
    Part {
        /// Its name.
        room: String,
        /// Farewell words, possibly empty.
        reason: String,
    },
    /// Be called otherwise, by the nick and by what others read beside it.
    SetName {
        /// The wanted nick.
        nick: String,
        /// What the nick was made of.
        display_name: String,
    },
    /// Set a room's topic.
    SetTopic {
        /// Which room.
        room: String,
        /// The new topic, possibly empty.
        topic: String,
    },
    /// Tell others how our writing goes; at most every three seconds for each target, which the asker sees to.
    Typing {
        /// The room, or the other person's nick.
        target: String,
        /// How it goes.
        state: TypingState,
    },
    /// Tell our other devices how far we have read.
    MarkRead {
        /// The room, or the other person's nick.
        target: String,
        /// The time of the newest message that was read, in milliseconds since 1970.
        time_ms: u64,
    },
    /// Ask how far we have read with somebody; `ReadUpTo` answers.
    AskReadMark {
        /// The other person's nick.
        target: String,
    },
    /// Put a sign to a message, or take it back. It counts once `Reactions` tells it.
    React {
        /// The room, or the other person's nick.
        target: String,
        /// The message's identifier.
        msgid: String,
        /// The sign.
        sign: String,
        /// Whether to put it there.
        is_set: bool,
    },
    /// Delete a message for everybody. Answered by `Deleted`, or `NotDeleted`.
    Delete {
        /// The room, or the other person's nick.
        target: String,
        /// The message's identifier.
        msgid: String,
        /// Why, possibly empty.
        reason: String,
    },
    /// Fetch a page of history before a message. Answered exactly once by `Messages` with `Origin::Older`; where the
    /// page cannot be had (offline, connection lost, no history there) that is empty and `is_start` is false.
    FetchBefore {
        /// Which room.
        room: String,
        /// Older than this; `None` asks for the newest.
        before: Option<HistoryMark>,
        /// At most this many; the server's own limit cuts it further.
        limit: u32,
    },
    /// Ask something. Answered by `Event::Answer` with the same number, exactly once but for a list of rooms.
    Ask {
        /// Never one that is still to be answered.
        number: u32,
        /// What.
        question: Question,
    },
    /// Be away with these words, or back where there are none. On a new connection it has to be said again.
    SetAway {
        /// Possibly none.
        words: Option<String>,
    },
    /// These are the people to be told of, whether they are here, in place of all others (MONITOR); kept over connections.
    Watch {
        /// Their nicks.
        nicks: Vec<String>,
    },
}

/// A place in a room's history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistoryMark {
    /// Milliseconds since 1970.
    pub time_ms: u64,
    /// The message's identifier.
    pub msgid: String,
}

/// A message on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The identifier that makes it arrive once.
    pub id: Uuid,
    /// A room or a nick.
    pub target: String,
    /// What is said. Of several lines, with LF between them, only as much as [`messages`](super::messages) puts into one.
    pub text: String,
    /// Whether it is a CTCP ACTION (`/me`).
    pub is_action: bool,
    /// The identifier of the message that it answers, where the server knows such.
    pub reply_to: Option<String>,
    /// Whether it is noted on disk as one that may have been sent. Nothing goes that is not: after a crash, only what is not
    /// noted is known not to have arrived.
    pub is_noted: bool,
}

/// Where and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkConfig {
    /// Host name or address literal.
    pub host: String,
    /// Port, 33000 where nothing else was said.
    pub port: u16,
    /// Whether to use TLS.
    pub encrypt: bool,
    /// The pinned key (SHA-256 of the SPKI), once trusted.
    pub pin: Option<majlis_wire::Fingerprint>,
    /// What the person calls themselves; the nick is made of it.
    pub display_name: String,
    /// How to be more than a guest; without it nobody signs in.
    pub sign_in: Option<SignIn>,
    /// What is known of the server from earlier connections.
    pub known: KnownServer,
    /// Rooms to be in, and for each the newest message that the archive holds. The lobby is joined anyhow; name it here
    /// to give its mark.
    pub rooms: Vec<(String, Option<HistoryMark>)>,
    /// Rooms that want a password, and which.
    pub room_keys: Vec<(String, String)>,
    /// People talked with, and for each the newest message that the archive holds. What was said between an account and them
    /// since then is fetched.
    pub people: Vec<(String, HistoryMark)>,
    /// What was typed and not yet echoed, oldest first; any of it that is noted may have arrived already, which is found out
    /// before it is sent again.
    pub pending: Vec<Outgoing>,
}

/// How to be known as an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The account's name; where it is not known yet, the nick that is made of the display name.
    pub account: Option<String>,
    /// The password, where it is at hand.
    pub password: Option<Secret>,
    /// Whether the server knows this device's key as one of the account's.
    pub has_device: bool,
    /// Makes the account with the password, where there is none of that name.
    pub registration: Option<Registration>,
    /// Whether the person, their link, or an authority vouches for the server's key. Otherwise the password is never said in
    /// so many words, perhaps to somebody in between: not by PLAIN, and nothing is registered.
    pub is_server_checked: bool,
}

/// What making an account takes besides a name and a password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// The code of an invitation.
    pub invite: Option<Secret>,
}

/// What is known of a server from earlier connections, so that nobody in between can make it look like less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KnownServer {
    /// It is one of Majlis, which hashes passwords 600,000 times and more.
    pub is_majlis: bool,
    /// It has offered SCRAM, so that no password needs to be said to it.
    pub has_scram: bool,
}
