//! What clients can say, one file a family.
//!
//! Owns the table of commands and the checks that they share: a command nobody knows, one that comes before registration,
//! one with too few parameters. Each handler looks at its message, changes the hub's state and fills the response.

#![allow(clippy::unnecessary_wraps, reason = "every handler has one form")]

mod about;
pub(super) mod authenticate;
mod away;
mod ban;
pub(super) mod batch;
mod capability;
mod device;
mod help;
pub(super) mod history;
mod list;
mod message;
mod metadata;
mod mode;
mod mode_list;
mod moderation;
mod monitor;
mod multiline;
pub(super) mod operator;
pub(super) mod password;
mod people;
mod query;
mod read_marker;
pub(super) mod redact;
pub(super) mod register;
pub(super) mod registration;
mod rename;
mod room;
pub(super) mod search;
mod speech;
mod user_mode;
mod who;
mod whox;

use majlis_protocol::{Message, ParseError};

pub(super) use self::about::reply_motd;
pub(super) use self::mode::KEY_MAX_BYTES;
pub(super) use self::query::reply_lusers;
pub(super) use self::registration::end_with_error;
pub(super) use self::speech::text_room;
pub(super) use self::user_mode::USER_MODES;

use super::Hub;
use super::hashing::Purpose;
use super::reads::Question;
use super::refusal::Refusal;
use super::reply::Response;
use super::user::UserId;
use crate::event::{ConnId, HashJob, HistoryQuery, LineFault};

/// The handling of one line.
pub(super) struct Turn {
    /// Whose line it is.
    pub(super) conn: ConnId,
    /// Who that is, once registered.
    pub(super) user: Option<UserId>,
    pub(super) response: Response,
    pub(super) ending: Ending,
}

/// What follows the handling.
pub(super) enum Ending {
    /// The response leaves, if there is any.
    Reply,
    /// The connection, which the hub has forgotten already, is closed with the response.
    Close,
    /// The response waits for history.
    Park(Question, HistoryQuery),
    /// The response waits for a password to be hashed.
    Hash(Purpose, HashJob),
}

pub(super) type Outcome = Result<(), Refusal>;

/// Who may give a command, and what it then does.
#[derive(Clone, Copy)]
enum Handler {
    /// Anybody, registered or not.
    Anybody(fn(&mut Hub, &mut Turn, &Message<'_>) -> Outcome),
    /// Sessions only.
    Session(fn(&mut Hub, &mut Turn, UserId, &Message<'_>) -> Outcome),
}

/// One line of the table.
struct Command {
    name: &'static str,
    /// Fewer parameters than this are refused by the table.
    least_params: usize,
    handler: Handler,
}

const fn anybody(
    name: &'static str,
    least_params: usize,
    handler: fn(&mut Hub, &mut Turn, &Message<'_>) -> Outcome,
) -> Command {
    Command { name, least_params, handler: Handler::Anybody(handler) }
}

const fn session(
    name: &'static str,
    least_params: usize,
    handler: fn(&mut Hub, &mut Turn, UserId, &Message<'_>) -> Outcome,
) -> Command {
    Command { name, least_params, handler: Handler::Session(handler) }
}

/// Every command there is; those used most come first.
static COMMANDS: &[Command] = &[
    session("PRIVMSG", 0, message::handle_privmsg),
    anybody("PONG", 0, registration::handle_pong),
    anybody("PING", 1, registration::handle_ping),
    session("TAGMSG", 0, message::handle_tagmsg),
    session("NOTICE", 0, message::handle_notice),
    session("BATCH", 1, batch::handle_batch),
    session("JOIN", 1, room::handle_join),
    session("PART", 1, room::handle_part),
    session("CHATHISTORY", 0, history::handle_chathistory),
    session("MARKREAD", 0, read_marker::handle_markread),
    anybody("METADATA", 0, metadata::handle_metadata),
    session("REDACT", 2, redact::handle_redact),
    session("SEARCH", 1, search::handle_search),
    session("NAMES", 0, query::handle_names),
    session("WHO", 1, who::handle_who),
    session("WHOIS", 0, who::handle_whois),
    session("MODE", 1, mode::handle_mode),
    session("KICK", 2, moderation::handle_kick),
    session("INVITE", 0, moderation::handle_invite),
    anybody("AWAY", 0, away::handle_away),
    session("SETNAME", 1, away::handle_setname),
    session("TOPIC", 1, room::handle_topic),
    session("LIST", 0, list::handle_list),
    session("LUSERS", 0, query::handle_lusers),
    session("MOTD", 0, about::handle_motd),
    session("VERSION", 0, about::handle_version),
    anybody("ISUPPORT", 0, about::handle_isupport),
    session("INFO", 0, about::handle_info),
    session("TIME", 0, about::handle_time),
    session("ADMIN", 0, about::handle_admin),
    session("LINKS", 0, about::handle_links),
    session("STATS", 1, about::handle_stats),
    session("HELP", 0, help::handle_help),
    session("HELPOP", 0, help::handle_help),
    session("RENAME", 2, rename::handle_rename),
    session("OPER", 2, operator::handle_oper),
    session("KILL", 0, operator::handle_kill),
    session("WALLOPS", 0, operator::handle_wallops),
    session("REHASH", 0, operator::handle_rehash),
    session("KLINE", 0, ban::handle_ban),
    session("UNKLINE", 0, ban::handle_unban),
    session("DLINE", 0, ban::handle_ban),
    session("UNDLINE", 0, ban::handle_unban),
    session("MONITOR", 1, monitor::handle_monitor),
    session("ISON", 1, people::handle_ison),
    session("USERHOST", 1, people::handle_userhost),
    session("WHOWAS", 0, people::handle_whowas),
    session("DEVICE", 1, device::handle_device),
    session("PASSWORD", 1, password::handle_password),
    anybody("CAP", 1, capability::handle_cap),
    anybody("NICK", 0, registration::handle_nick),
    anybody("USER", 4, registration::handle_user),
    anybody("PASS", 1, registration::handle_pass),
    anybody("AUTHENTICATE", 1, authenticate::handle_authenticate),
    anybody("REGISTER", 3, register::handle_register),
    anybody("VERIFY", 2, register::handle_verify),
    anybody("QUIT", 0, registration::handle_quit),
];

/// A count for each command, for STATS.
pub(super) fn counts() -> Vec<u64> {
    vec![0; COMMANDS.len()]
}

/// Handles a message: as a line of a batch, or as the table says.
pub(super) fn run(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) {
    let intercepted = batch::intercept(hub, turn, message);
    let outcome = intercepted.unwrap_or_else(|| try_run(hub, turn, message));
    if let Err(refusal) = outcome {
        hub.failed_sign_ins += u64::from(refusal.is_of_sign_in());
        turn.response.refuse(&refusal);
    }
}

fn try_run(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let is_meant = |command: &&Command| command.name.eq_ignore_ascii_case(message.command());
    let Some(place) = COMMANDS.iter().position(|command| is_meant(&command)) else {
        return Err(Refusal::unknown_command(message.command()));
    };
    let command = &COMMANDS[place];
    hub.command_counts[place] += 1;
    let has_enough = message.params().len() >= command.least_params;
    match (command.handler, turn.user) {
        (Handler::Session(_), None) => Err(Refusal::not_registered()),
        _ if !has_enough => Err(Refusal::too_few_params(command.name)),
        (Handler::Anybody(handle), _) => handle(hub, turn, message),
        (Handler::Session(handle), Some(user)) => handle(hub, turn, user, message),
    }
}

/// What is said to a line that is no message.
pub(super) fn fault_refusal(fault: LineFault, command: &str) -> Refusal {
    match fault {
        LineFault::Line(_) | LineFault::Parse(ParseError::TooLong) => Refusal::too_long(),
        LineFault::Parse(ParseError::NotUtf8) => {
            Refusal::of_line(command, "INVALID_UTF8", "The line was left out: it is not UTF-8")
        }
        LineFault::Parse(ParseError::ContainsNul | ParseError::ContainsLineBreak) => {
            let text = "The line was left out: it contains a NUL or a stray line break";
            Refusal::of_line(command, "INVALID_MESSAGE", text)
        }
        LineFault::Parse(
            ParseError::Empty | ParseError::MissingCommand | ParseError::BadCommand,
        ) => Refusal::unknown_command("*"),
    }
}

/// The parts of a list with commas between, without the empty ones.
fn list_items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(|item| !item.is_empty())
}
