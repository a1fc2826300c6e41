//! What the operator settles for the hub, and every limit that it keeps.

use std::sync::Arc;

use majlis_protocol::Name;
use majlis_protocol::scram::Verifier;

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationPolicy {
    /// Anybody, for the nick they have.
    Open,
    /// Whoever has an invite code.
    Invite,
    /// The operator alone.
    Closed,
}

/// Somebody who may run the server from within (OPER).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The name that they give.
    pub name: String,
    /// What is kept of their password.
    pub verifier: Arc<Verifier>,
}

/// What the hub needs to know before it starts.
#[derive(Clone, Debug)]
pub struct HubSettings {
    /// The source of what the server itself says: a host name of at most 63 bytes.
    pub server_name: String,
    /// What people call the place (ISUPPORT `NETWORK`).
    pub network_name: String,
    /// What the server says of itself (`RPL_WHOISSERVER`).
    pub description: String,
    /// The room that newcomers are brought into; it always exists.
    pub lobby: Name,
    /// The accounts whose people are operators of the lobby.
    pub lobby_operators: Vec<Name>,
    /// The message of the day, a line each; none means there is none.
    pub motd: Vec<String>,
    /// What everybody has to give with PASS before they are let in; the plain room is closed then.
    pub password: Option<String>,
    /// Who may become an operator of the server.
    pub operators: Vec<Operator>,
    /// Who may make an account.
    pub registration: RegistrationPolicy,
    /// How many times a new password is hashed, and one for a name that nobody has.
    pub password_iterations: u32,
    /// Whether a room's history holds who came and went and what was changed, too (draft/event-playback).
    pub keeps_events: bool,
    /// What ADMIN tells of who runs the server: the place, more about it, how to reach them; any may be missing.
    pub admin: Vec<String>,
    /// How much is allowed of everything.
    pub limits: Limits,
}

impl Default for HubSettings {
    fn default() -> Self {
        Self {
            server_name: "majlis.local".to_owned(),
            network_name: "Majlis".to_owned(),
            description: "Majlis".to_owned(),
            lobby: Name::room("#lobby").expect("the name of the usual lobby is valid"),
            lobby_operators: Vec::new(),
            motd: Vec::new(),
            password: None,
            operators: Vec::new(),
            admin: Vec::new(),
            keeps_events: true,
            registration: RegistrationPolicy::Open,
            password_iterations: PASSWORD_ITERATIONS,
            limits: Limits::default(),
        }
    }
}

/// What it takes to make guessing dear, and a tenth of a second to check.
pub const PASSWORD_ITERATIONS: u32 = 600_000;

/// The longest value, so that a change of it fits on a line with the longest key and names.
pub const METADATA_VALUE_MAX_BYTES: usize = 200;

/// Every limit of the hub. Sizes are in bytes of UTF-8, spans of time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A username, its `~` included (ISUPPORT `USERLEN`).
    pub username_bytes: usize,
    /// What people call themselves; what is longer is cut.
    pub realname_bytes: usize,
    /// A topic (ISUPPORT `TOPICLEN`); a longer one is refused. Over 280 it may not fit on a line with the longest names.
    pub topic_bytes: usize,
    /// The words of a PART or QUIT; what is longer is cut.
    pub reason_bytes: usize,
    /// Rooms that one person may be in (ISUPPORT `CHANLIMIT`).
    pub rooms_per_person: usize,
    /// Rooms on the server, but for those that are archived; one that is used again may be one more.
    pub rooms: usize,
    /// Rooms that one account made and that are there, but for those that are archived.
    pub rooms_per_founder: usize,
    /// Targets of one PRIVMSG, NOTICE, TAGMSG or NAMES (ISUPPORT `TARGMAX`).
    pub targets: usize,
    /// Changes with a parameter in one MODE (ISUPPORT `MODES`).
    pub mode_changes: usize,
    /// Entries that all lists of a room have together (ISUPPORT `MAXLIST`).
    pub list_entries: usize,
    /// Invitations that one person holds; the oldest of more is forgotten.
    pub invitations: usize,
    /// Why somebody is away (ISUPPORT `AWAYLEN`); what is longer is cut.
    pub away_bytes: usize,
    /// People that one KICK removes (ISUPPORT `TARGMAX`).
    pub kicks: usize,
    /// Names and masks of one LIST.
    pub list_masks: usize,
    /// Nicks that one connection watches (ISUPPORT `MONITOR`).
    pub watched: usize,
    /// Nicks of the past that WHOWAS knows.
    pub past_users: usize,
    /// People that a WHO for a mask lists.
    pub who_matches: usize,
    /// The combined text of one message of many lines (`max-bytes` of draft/multiline).
    pub multiline_bytes: usize,
    /// Its lines (`max-lines`). Each takes up to 600 bytes of a receiver's SendQ.
    pub multiline_lines: usize,
    /// How long a batch may be left open without another line of it.
    pub batch_ms: u64,
    /// Messages, or rooms of a TARGETS, that one CHATHISTORY gives (ISUPPORT `CHATHISTORY`).
    pub history_messages: u32,
    /// Reads of history asked for and not yet answered, over all connections, and searches alike: what the readers' queues hold.
    pub readers_queue: usize,
    /// Inputs that wait behind one connection's read of history; one more closes it.
    pub parked_inputs: usize,
    /// Places for which one person's read markers are kept; to mark more is refused.
    pub read_markers: usize,
    /// Keys that one person has values for (`max-keys` of draft/metadata-2).
    pub metadata_keys: usize,
    /// Keys that one room has values for.
    pub metadata_room_keys: usize,
    /// Keys that one connection subscribes to (`max-subs`).
    pub metadata_subs: usize,
    /// One value (`max-value-bytes`); at most [`METADATA_VALUE_MAX_BYTES`].
    pub metadata_value_bytes: usize,
    /// Values that are sent at once when somebody joins, subscribes or synchronizes; the rest is for METADATA SYNC.
    pub metadata_sync_values: usize,
    /// Values that one connection sets in [`metadata_window_ms`](Self::metadata_window_ms); 0 counts none.
    pub metadata_changes: u32,
    /// The span in which they are counted.
    pub metadata_window_ms: u64,
    /// Time from the first word to a complete registration.
    pub registration_ms: u64,
    /// Time to type a name in the plain room.
    pub naming_ms: u64,
    /// Silence after which an IRC client is asked for a sign of life.
    pub ping_after_ms: u64,
    /// Silence after that question which ends the connection.
    pub ping_timeout_ms: u64,
    /// How long a guest's room waits, empty, for its people after a restart.
    pub room_grace_ms: u64,
    /// How long somebody who took over their own ghost may take to join its rooms again before they are out of them.
    pub takeover_grace_ms: u64,
    /// For how long a lasting room is empty before it is archived.
    pub archive_after_ms: u64,
    /// Bans from the server that its operators may set with KLINE and DLINE.
    pub bans: usize,
    /// Accounts on the server.
    pub accounts: usize,
    /// Devices that sign in to one account by themselves.
    pub devices_per_account: usize,
    /// Characters that a new password has at least.
    pub password_least_chars: usize,
    /// For how long somebody who proved their password may set another.
    pub password_proof_ms: u64,
    /// All chunks of one SASL message.
    pub sasl_message_bytes: usize,
    /// Passwords with the workers, over all connections: what their queue holds. Sign-ins beyond it are refused.
    pub hash_queue: usize,
    /// Tries to sign in from one address in [`login_window_ms`](Self::login_window_ms); 0 counts none.
    pub logins_per_address: u32,
    /// Tries to sign in to one name from one address in that time, and from all together fifty times as many; 0 counts none.
    pub logins_per_name: u32,
    /// The span in which tries to sign in are counted.
    pub login_window_ms: u64,
    /// Accounts made, or tried to, from one address in [`register_window_ms`](Self::register_window_ms); 0 counts none.
    pub registers_per_address: u32,
    /// The span in which they are counted.
    pub register_window_ms: u64,
    /// Messages remembered for being sent only once.
    pub sent_records: usize,
    /// How long they are remembered.
    pub sent_age_ms: u64,
    /// How long somebody can take back what they said; without it, as long as it is kept. Whoever keeps order is not bound.
    pub redaction_window_ms: Option<u64>,
    /// How long what was said is kept; without it, forever.
    pub retention_ms: Option<u64>,
    /// Room on the disk below which nothing new is kept; 0 for whatever room there is.
    pub least_free_bytes: u64,
}

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

impl Default for Limits {
    fn default() -> Self {
        Self {
            username_bytes: 16,
            realname_bytes: 120,
            topic_bytes: 280,
            reason_bytes: 200,
            rooms_per_person: 100,
            rooms: 2_000,
            rooms_per_founder: 30,
            targets: 4,
            mode_changes: 4,
            list_entries: 100,
            invitations: 100,
            away_bytes: 200,
            kicks: 4,
            list_masks: 16,
            watched: 100,
            past_users: 1_000,
            who_matches: 500,
            multiline_bytes: 16 * 1024,
            multiline_lines: 100,
            batch_ms: MINUTE_MS,
            history_messages: 200,
            readers_queue: 64,
            parked_inputs: 256,
            read_markers: 1_000,
            metadata_keys: 20,
            metadata_room_keys: 20,
            metadata_subs: 50,
            metadata_value_bytes: METADATA_VALUE_MAX_BYTES,
            metadata_sync_values: 500,
            metadata_changes: 30,
            metadata_window_ms: MINUTE_MS,
            registration_ms: MINUTE_MS,
            naming_ms: 5 * MINUTE_MS,
            ping_after_ms: 90 * SECOND_MS,
            ping_timeout_ms: 60 * SECOND_MS,
            room_grace_ms: 10 * MINUTE_MS,
            takeover_grace_ms: MINUTE_MS,
            archive_after_ms: 365 * DAY_MS,
            bans: 10_000,
            accounts: 100_000,
            devices_per_account: 32,
            password_least_chars: 8,
            password_proof_ms: 5 * MINUTE_MS,
            sasl_message_bytes: 4_096,
            hash_queue: 32,
            logins_per_address: 30,
            logins_per_name: 10,
            login_window_ms: MINUTE_MS,
            registers_per_address: 10,
            register_window_ms: 10 * MINUTE_MS,
            sent_records: 100_000,
            sent_age_ms: 7 * DAY_MS,
            redaction_window_ms: None,
            retention_ms: None,
            least_free_bytes: 64 * 1024 * 1024,
        }
    }
}
