//! HELP: a few words on every command.

use majlis_protocol::Message;
use majlis_protocol::numeric::{ERR_HELPNOTFOUND, RPL_ENDOFHELP, RPL_HELPSTART, RPL_HELPTXT};

use super::{Outcome, Turn};
use crate::hub::Hub;
use crate::hub::reply::lines_of;
use crate::hub::user::UserId;

/// A subject, how it is written, and what it does.
type Topic = (&'static str, &'static str, &'static str);

static TOPICS: &[Topic] = &[
    ("ADMIN", "ADMIN [server]", "Tells who runs the server."),
    ("AWAY", "AWAY [:reason]", "Marks you as away; without a reason, as back."),
    (
        "BATCH",
        "BATCH +<name> draft/multiline <target>, then BATCH -<name>",
        "Makes what is said in between one message; programs do this.",
    ),
    ("CAP", "CAP LS|LIST|REQ|END [...]", "Negotiates extensions; programs do this."),
    (
        "CHATHISTORY",
        "CHATHISTORY LATEST <target> * <limit>",
        "Gives earlier messages of a room; programs do this.",
    ),
    (
        "DEVICE",
        "DEVICE ADD, DEVICE LIST or DEVICE REMOVE <key>",
        "Says which devices sign in to your account by themselves; programs do this.",
    ),
    (
        "DLINE",
        "DLINE [time] <address or range> [:reason]",
        "Bans addresses from the server, for good or for minutes or a time like 36h; for operators of the server.",
    ),
    ("HELP", "HELP [subject]", "Tells what a command does."),
    ("INFO", "INFO [server]", "Tells what this program is."),
    (
        "INVITE",
        "INVITE [nick room]",
        "Asks somebody into a room; alone, lists where you are invited.",
    ),
    ("ISON", "ISON <nick> [nick ...]", "Tells who of these is here."),
    ("ISUPPORT", "ISUPPORT", "Tells programs what the server supports."),
    ("JOIN", "JOIN <room>[,room] [key][,key]", "Enters rooms; one that is not there is made."),
    ("KICK", "KICK <room> <nick>[,nick] [:reason]", "Removes people from a room of yours."),
    ("KILL", "KILL <nick> :<reason>", "Ends somebody's connection; for operators of the server."),
    (
        "KLINE",
        "KLINE [time] <name|nick!user@host|$a:account> [:reason]",
        "Bans people from the server, for good or for minutes or a time like 36h; for operators of the server.",
    ),
    ("LINKS", "LINKS", "Lists the servers: there is this one."),
    (
        "LIST",
        "LIST [mask|!mask|>n|<n|C>min|C<min|T>min|T<min][,...]",
        "Lists rooms by name, people, age, or age of the topic.",
    ),
    ("LUSERS", "LUSERS", "Counts people and rooms."),
    (
        "MARKREAD",
        "MARKREAD <target> [timestamp]",
        "Tells or sets how far you have read; programs do this.",
    ),
    (
        "METADATA",
        "METADATA <target> GET|LIST|SET|CLEAR|SUB|UNSUB|SUBS|SYNC [...]",
        "Tells or sets values of people and rooms; programs do this.",
    ),
    (
        "MODE",
        "MODE <room|your nick> [changes]",
        "Shows or changes modes. Rooms: beI masks, k key, l limit, S slow, ohv ranks, CHMPRimnst. People: B i w.",
    ),
    ("MONITOR", "MONITOR +|- <nick>[,nick] or C, L, S", "Tells you when people come and go."),
    ("MOTD", "MOTD [server]", "Shows the message of the day."),
    ("NAMES", "NAMES <room>[,room]", "Lists who is in a room."),
    ("NICK", "NICK <name>", "Gives you a name, or another."),
    ("NOTICE", "NOTICE <target>[,target] :<text>", "Says something that programs must not answer."),
    ("OPER", "OPER <name> <password>", "Makes you an operator of the server."),
    ("PART", "PART <room>[,room] [:reason]", "Leaves rooms."),
    (
        "PASSWORD",
        "PASSWORD CHECK :<current>, then PASSWORD SET :<new>",
        "Gives your account another password; your other sessions end.",
    ),
    ("PING", "PING <word>", "Asks for a sign of life, which gives the word back."),
    (
        "PRIVMSG",
        "PRIVMSG <target>[,target] :<text>",
        "Says something to rooms or people; @#room reaches its operators.",
    ),
    ("QUIT", "QUIT [:reason]", "Leaves the server."),
    ("REDACT", "REDACT <target> <msgid> [:reason]", "Takes back what was said; programs do this."),
    ("REHASH", "REHASH", "Reads the settings again; for operators of the server."),
    ("RENAME", "RENAME <room> <name> [:reason]", "Gives a room of yours another name."),
    (
        "SEARCH",
        "SEARCH text=<words>;in=<target>;from=<nick>;after=<time>;before=<time>;limit=<n>",
        "Finds what was said; programs do this.",
    ),
    ("SETNAME", "SETNAME :<name>", "Changes what you call yourself."),
    (
        "STATS",
        "STATS m|u|k|d",
        "Counts the commands that were used, tells how long the server runs, or (to its operators) who is banned by KLINE and DLINE.",
    ),
    ("TIME", "TIME [server]", "Tells the server's time."),
    ("TOPIC", "TOPIC <room> [:topic]", "Shows or sets what a room is about."),
    ("UNDLINE", "UNDLINE <address or range>", "Lifts a DLINE; for operators of the server."),
    ("UNKLINE", "UNKLINE <mask>", "Lifts a KLINE; for operators of the server."),
    ("USERHOST", "USERHOST <nick> [nick ...]", "Tells where up to five people are."),
    ("VERSION", "VERSION [server]", "Tells the version of this program."),
    (
        "WALLOPS",
        "WALLOPS :<text>",
        "Speaks to everybody who listens (+w); for operators of the server.",
    ),
    (
        "WHO",
        "WHO <room|mask> [o][%fields[,token]]",
        "Lists people of a room, or whose nick matches.",
    ),
    ("WHOIS", "WHOIS <nick>", "Tells what is known of somebody."),
    ("WHOWAS", "WHOWAS <nick> [count]", "Tells who had a nick before."),
];

/// What a line of the list of subjects holds.
const LIST_LINE_BYTES: usize = 60;

pub(super) fn handle_help(
    _: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    let Some(subject) = message.param(0).filter(|subject| !subject.is_empty()) else {
        reply_subjects(turn);
        return Ok(());
    };
    match TOPICS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(subject)) {
        Some((_, form, words)) => {
            turn.response.numeric(RPL_HELPSTART, &[subject], form);
            turn.response.numeric(RPL_HELPTXT, &[subject], "");
            turn.response.numeric(RPL_ENDOFHELP, &[subject], words);
        }
        None => turn.response.numeric(ERR_HELPNOTFOUND, &[subject], "There is no help on that"),
    }
    Ok(())
}

fn reply_subjects(turn: &mut Turn) {
    turn.response.numeric(RPL_HELPSTART, &["*"], "HELP and one of these tells more");
    turn.response.numeric(RPL_HELPTXT, &["*"], "");
    let mut lines = lines_of(TOPICS.iter().map(|(name, ..)| (*name).into()), LIST_LINE_BYTES);
    let last = lines.pop().unwrap_or_default();
    for line in &lines {
        turn.response.numeric(RPL_HELPTXT, &["*"], line);
    }
    turn.response.numeric(RPL_ENDOFHELP, &["*"], &last);
}

#[cfg(test)]
mod tests {
    use super::TOPICS;
    use crate::hub::command::COMMANDS;

    #[test]
    fn what_help_names_is_there() {
        for (name, form, _) in TOPICS {
            assert!(COMMANDS.iter().any(|command| command.name == *name), "{name}");
            assert!(form.starts_with(name), "{form}");
        }
        assert!(TOPICS.is_sorted_by_key(|(name, ..)| name));
    }
}
