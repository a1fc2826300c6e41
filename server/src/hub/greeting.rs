//! What a new session is told first: who it is, where it is, and what this server can do (numerics 001 to 005).

use majlis_protocol::numeric::{RPL_CREATED, RPL_ISUPPORT, RPL_MYINFO, RPL_WELCOME, RPL_YOURHOST};
use majlis_protocol::vendor::LOBBY_TOKEN;
use majlis_protocol::{Capability, Isupport, NICK_MAX_BYTES, NICK_MAX_CHARS, ROOM_MAX_CHARS};

use super::Hub;
use super::command::{KEY_MAX_BYTES, USER_MODES, reply_lusers, reply_motd};
use super::connection::Connection;
use super::reply::{LINE_BYTES, Response};
use super::user::{HOST_MAX_BYTES, UserId};
use crate::event::ConnId;

/// The program and its version.
pub(super) const SOFTWARE: &str = concat!("majlis-", env!("CARGO_PKG_VERSION"));

/// The modes of rooms, by how they take a parameter: lists, always, when set, never (ISUPPORT `CHANMODES`).
const CHANNEL_MODES: &str = "beI,k,lS,CHMPRimnst";

/// All modes of rooms, and those of them that take a parameter.
const ALL_MODES: [&str; 2] = ["CHIMPRSbehiklmnostv", "ISbehklov"];

/// A limit as tokens tell it: nothing stands for none.
fn shown(limit: usize) -> String {
    if limit < usize::MAX { limit.to_string() } else { String::new() }
}

const TOKENS_TEXT: &str = "are supported by this server";

impl Hub {
    /// The greeting of a session that has just registered.
    pub(super) fn welcome(&self, user: UserId, response: &mut Response) {
        let nick = self.users[user].nick.as_str();
        let network = &self.settings.network_name;
        response.numeric(RPL_WELCOME, &[], &format!("Welcome to the {network} Network, {nick}"));
        let host = format!("Your host is {}, running version {SOFTWARE}", self.server);
        response.numeric(RPL_YOURHOST, &[], &host);
        response.numeric(RPL_CREATED, &[], &format!("This server was started {}", self.started));
        let [all, with_param] = ALL_MODES;
        response.numeric_words(RPL_MYINFO, &[&self.server, SOFTWARE, USER_MODES, all, with_param]);
        self.reply_isupport(response);
        reply_lusers(self, response);
        self.show_own_values(user, response);
        reply_motd(self, response);
    }

    pub(super) fn reply_isupport(&self, response: &mut Response) {
        reply_tokens(response, &self.isupport().lines(self.tokens_room()));
    }

    /// Tells those of a change who know that there are any (draft/extended-isupport).
    pub(super) fn tell_isupport_changes(&mut self, was: &Isupport) {
        let lines = was.change_lines(&self.isupport(), self.tokens_room());
        let knows =
            |connection: &Connection| connection.enabled.contains(Capability::ExtendedIsupport);
        let told = self.connections.iter().filter(|(_, connection)| knows(connection));
        let told: Vec<ConnId> = told.map(|(&conn, _)| conn).collect();
        for conn in told.into_iter().filter(|_| !lines.is_empty()) {
            let mut turn = self.begin_turn(conn, None);
            reply_tokens(&mut turn.response, &lines);
            self.end_turn(turn);
        }
    }

    /// How many bytes the tokens of a line may have.
    fn tokens_room(&self) -> usize {
        LINE_BYTES
            - (":  005  :\r\n".len() + self.server.len() + NICK_MAX_BYTES + TOKENS_TEXT.len())
    }

    /// What clients need to know (modern.ircdocs.horse, "`RPL_ISUPPORT` Parameters"). Every limit is the one that is kept.
    ///
    /// NICKLEN and CHANNELLEN count characters; on the wire, names in other scripts take up to two bytes for each.
    pub(super) fn isupport(&self) -> Isupport {
        let limits = &self.settings.limits;
        let targets = shown(limits.targets);
        let mut tokens = Isupport::new();
        tokens.set("CASEMAPPING", "ascii");
        tokens.set("UTF8MAPPING", "rfc8265");
        tokens.set("UTF8ONLY", "");
        tokens.set("NETWORK", &self.settings.network_name);
        tokens.set("CHANTYPES", "#");
        tokens.set("PREFIX", "(ohv)@%+");
        tokens.set("STATUSMSG", "@%+");
        tokens.set("CHANMODES", CHANNEL_MODES);
        tokens.set("EXCEPTS", "e");
        tokens.set("INVEX", "I");
        tokens.set("EXTBAN", "$,am");
        tokens.set("ACCOUNTEXTBAN", "a");
        if limits.list_entries < usize::MAX {
            tokens.set("MAXLIST", &format!("beI:{}", limits.list_entries));
        }
        tokens.set("KEYLEN", &KEY_MAX_BYTES.to_string());
        tokens.set("BOT", "B");
        tokens.set("AWAYLEN", &limits.away_bytes.to_string());
        tokens.set("KICKLEN", &limits.reason_bytes.to_string());
        tokens.set("NAMELEN", &limits.realname_bytes.to_string());
        tokens.set("ELIST", "CMNTU");
        tokens.set("SAFELIST", "");
        tokens.set("WHOX", "");
        tokens.set("MONITOR", &shown(limits.watched));
        tokens.set("MODES", &shown(limits.mode_changes));
        tokens.set("CHANLIMIT", &format!("#:{}", shown(limits.rooms_per_person)));
        tokens.set("LINELEN", &LINE_BYTES.to_string());
        tokens.set("NICKLEN", &NICK_MAX_CHARS.to_string());
        tokens.set("USERLEN", &limits.username_bytes.to_string());
        tokens.set("HOSTLEN", &HOST_MAX_BYTES.to_string());
        tokens.set("CHANNELLEN", &ROOM_MAX_CHARS.to_string());
        tokens.set("TOPICLEN", &limits.topic_bytes.to_string());
        tokens.set(
            "TARGMAX",
            &format!(
                "PRIVMSG:{targets},NOTICE:{targets},TAGMSG:{targets},NAMES:{targets},KICK:{kicks},JOIN:,PART:,WHOIS:1",
                kicks = shown(limits.kicks)
            ),
        );
        tokens.set("CHATHISTORY", &limits.history_messages.to_string());
        tokens.set("MSGREFTYPES", "msgid,timestamp");
        tokens.set(LOBBY_TOKEN, self.settings.lobby.as_str());
        tokens
    }
}

/// In a batch of its own where that is wanted (draft/extended-isupport).
fn reply_tokens(response: &mut Response, lines: &[Vec<String>]) {
    let is_batched = response.is_enabled(Capability::ExtendedIsupport);
    if is_batched {
        response.begin_inner("draft/isupport", None);
    }
    for tokens in lines {
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        response.numeric(RPL_ISUPPORT, &tokens, TOKENS_TEXT);
    }
    if is_batched {
        response.end_inner();
    }
}
