//! Something that happened in a room or to a person, and how each kind of guest sees it.

use std::sync::Arc;

use majlis_protocol::{Capability, CapabilitySet, Encoder, Timestamp, combined_text, is_multiline};

use super::MsgId;

mod multiline;

use self::multiline::Said;

/// Who did it, as others see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Their nick in its canonical spelling; or the server's name.
    pub nick: Arc<str>,
    /// `user@host`; none for the server itself.
    pub user_host: Option<Arc<str>>,
    /// Whether they say that they are a program (bot-mode).
    pub is_bot: bool,
}

impl Source {
    /// Somebody, as `nick!user@host`.
    pub fn of(nick: &str, user_host: &str) -> Self {
        Self { nick: nick.into(), user_host: Some(user_host.into()), is_bot: false }
    }

    /// The server of that name.
    pub fn server(name: &str) -> Self {
        Self { nick: name.into(), user_host: None, is_bot: false }
    }

    /// The IRC source: `nick!user@host`, or the server's name.
    pub fn mask(&self) -> String {
        match &self.user_host {
            Some(user_host) => format!("{}!{user_host}", self.nick),
            None => self.nick.to_string(),
        }
    }
}

/// One thing that happened, complete; every receiver's bytes are made from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// Who did it.
    pub source: Source,
    /// Their account, if they had signed in.
    pub account: Option<Arc<str>>,
    /// When.
    pub time: Timestamp,
    /// Its identifier, where it has one.
    pub msgid: Option<MsgId>,
    /// Client-only tags in wire form (`+a=b;+c`), possibly empty.
    pub client_tags: Arc<str>,
    /// What it was.
    pub action: Action,
}

/// What happened. `room` and `target` are canonical names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Something said.
    Privmsg {
        /// A room or a nick.
        target: Arc<str>,
        /// What was said: one line, or many as [`majlis_protocol::MultilineText`] keeps them.
        text: Arc<str>,
    },
    /// Something said that programs must not answer.
    Notice {
        /// A room or a nick.
        target: Arc<str>,
        /// What was said, alike.
        text: Arc<str>,
    },
    /// Tags alone.
    Tagmsg {
        /// A room or a nick.
        target: Arc<str>,
    },
    /// Somebody came in.
    Join {
        /// Where.
        room: Arc<str>,
        /// What they call themselves.
        realname: Arc<str>,
    },
    /// Somebody left the room.
    Part {
        /// Where.
        room: Arc<str>,
        /// Their words, if any.
        reason: Option<Arc<str>>,
    },
    /// Somebody left altogether.
    Quit {
        /// Why.
        reason: Arc<str>,
    },
    /// Somebody has another nick.
    Nick {
        /// The new one.
        nick: Arc<str>,
    },
    /// A room's topic changed; an empty one was removed.
    Topic {
        /// Where.
        room: Arc<str>,
        /// The new topic.
        topic: Arc<str>,
    },
    /// Somebody signed in, or out.
    Account {
        /// To which account; none is out.
        account: Option<Arc<str>>,
    },
    /// Modes changed.
    Mode {
        /// A room or a nick.
        target: Arc<str>,
        /// As on the wire: `+o-v`.
        change: Arc<str>,
        /// The change's parameters, in order.
        params: Arc<[Arc<str>]>,
    },
    /// Somebody was taken out of a room.
    Kick {
        /// Out of which.
        room: Arc<str>,
        /// Who.
        nick: Arc<str>,
        /// Why.
        reason: Arc<str>,
    },
    /// Somebody was invited into a room.
    Invite {
        /// Who.
        nick: Arc<str>,
        /// Where.
        room: Arc<str>,
        /// Whether it is told to those inside (invite-notify), not to who was invited.
        is_news: bool,
    },
    /// Somebody went away, with their words, or came back (away-notify).
    Away {
        /// Why they are away; none when they are back.
        reason: Option<Arc<str>>,
    },
    /// Somebody calls themselves something else (setname).
    Setname {
        /// The new realname.
        realname: Arc<str>,
    },
    /// Somebody is seen under another username or host (chghost); the source still has the old ones.
    Chghost {
        /// The new username.
        username: Arc<str>,
        /// The new host.
        host: Arc<str>,
    },
    /// A room has another name (draft/channel-rename).
    Rename {
        /// The old name.
        room: Arc<str>,
        /// The new name.
        name: Arc<str>,
        /// Why; possibly empty.
        reason: Arc<str>,
    },
    /// A room or somebody has another value under a key, or none any more (draft/metadata-2). It is for subscribers alone, so
    /// no capability is asked for here.
    Metadata {
        /// A room or a nick.
        target: Arc<str>,
        /// Which key.
        key: Arc<str>,
        /// The new value.
        value: Option<Arc<str>>,
    },
    /// What was said is taken back (draft/message-redaction).
    Redact {
        /// Where it was said: a room or a nick.
        target: Arc<str>,
        /// Which message.
        msgid: MsgId,
        /// Why, if that is told.
        reason: Option<Arc<str>>,
    },
    /// An operator of the server speaks to everybody who listens.
    Wallops {
        /// What is said.
        text: Arc<str>,
    },
    /// An operator of the server ends somebody's connection; they alone are told so.
    Kill {
        /// Whose.
        nick: Arc<str>,
        /// Why.
        reason: Arc<str>,
    },
}

/// How a connection wants to be told: what of a relay's shape depends on who receives it.
///
/// Two connections of one dialect get the same bytes, so a reactor encodes a relay once for each dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// IRC with these capabilities; hold only those that [`Dialect::irc`] keeps.
    Irc(CapabilitySet),
    /// The plain room: readable text, with LF between its lines and nothing at its end.
    Plain,
}

impl Dialect {
    /// The dialect of an IRC connection: of what it enabled, what changes a relay's bytes. Messages of many lines need
    /// batches (draft/multiline, "Dependencies").
    pub fn irc(enabled: CapabilitySet) -> Self {
        let shaping = [
            Capability::MessageTags,
            Capability::ServerTime,
            Capability::AccountTag,
            Capability::ExtendedJoin,
            Capability::AccountNotify,
            Capability::AwayNotify,
            Capability::ChannelRename,
            Capability::Chghost,
            Capability::InviteNotify,
            Capability::MessageRedaction,
            Capability::Multiline,
            Capability::Setname,
        ];
        let is_on = |&capability: &Capability| {
            let is_batched = capability == Capability::Multiline;
            enabled.contains(capability) && (!is_batched || enabled.contains(Capability::Batch))
        };
        Self::Irc(shaping.into_iter().filter(is_on).collect())
    }
}

/// What the lines of a relay are made of besides the relay itself.
struct Words<'a> {
    enabled: CapabilitySet,
    server_tags: &'a [(&'a str, &'a str)],
    time: String,
    msgid: Option<String>,
    redacted: Option<String>,
    mask: String,
}

impl Relay {
    /// The relay as a receiver of this dialect sees it; `None` where it is not told at all.
    ///
    /// `server_tags` (a label, a batch) come first among the tags; only an IRC dialect shows them. Each IRC line ends with
    /// CR LF and is never over the limit: the hub refuses what would not fit. A message of many lines is several; then a
    /// label is on the first alone, and a batch on all that are in no batch of their own.
    pub fn encode(&self, dialect: Dialect, server_tags: &[(&str, &str)]) -> Option<Arc<[u8]>> {
        match dialect {
            Dialect::Irc(enabled) => self.encode_irc(enabled, server_tags),
            Dialect::Plain => self.plain_text().map(|text| text.into_bytes().into()),
        }
    }

    fn encode_irc(
        &self,
        enabled: CapabilitySet,
        server_tags: &[(&str, &str)],
    ) -> Option<Arc<[u8]>> {
        if !self.action.is_told(enabled) {
            return None;
        }
        let words = Words {
            enabled,
            server_tags,
            time: self.time.to_string(),
            msgid: self.msgid.map(|msgid| msgid.to_string()),
            redacted: self.action.redacted().map(|msgid| msgid.to_string()),
            mask: self.source.mask(),
        };
        let command = self.action.command();
        let mut bytes = Vec::with_capacity(256);
        let result = match &self.action {
            Action::Privmsg { target, text } | Action::Notice { target, text }
                if is_multiline(text) =>
            {
                self.write_multiline(&mut bytes, Said { command, target, text }, &words)
            }
            _ => {
                let line = self.tagged(command, &words);
                self.with_params(line, &words).write_to(&mut bytes)
            }
        };
        match result {
            Ok(()) => Some(bytes.into()),
            Err(error) => {
                tracing::error!(%error, command, "a relay cannot be encoded");
                None
            }
        }
    }

    /// A line with all tags, before its parameters.
    fn tagged<'a>(&'a self, command: &'a str, words: &'a Words<'a>) -> Encoder<'a> {
        let mut line = Encoder::new(command).source(&words.mask);
        for (key, value) in words.server_tags {
            line = line.tag(key, value);
        }
        let is_tagged = words.enabled.contains(Capability::MessageTags);
        line = self.dated(line, words);
        if let Some(msgid) = words.msgid.as_ref().filter(|_| is_tagged) {
            line = line.tag("msgid", msgid);
        }
        line = self.marked(line, words);
        // What the server says stands before what a client says (message-tags, "Client-only tags").
        if is_tagged { line.raw_tags(&self.client_tags) } else { line }
    }

    /// The same without what the message has once: its identifier and its client-only tags.
    fn attributed<'a>(&'a self, line: Encoder<'a>, words: &'a Words<'a>) -> Encoder<'a> {
        self.marked(self.dated(line, words), words)
    }

    fn dated<'a>(&'a self, mut line: Encoder<'a>, words: &'a Words<'a>) -> Encoder<'a> {
        if words.enabled.contains(Capability::ServerTime) {
            line = line.tag("time", &words.time);
        }
        match &self.account {
            Some(account) if words.enabled.contains(Capability::AccountTag) => {
                line.tag("account", account)
            }
            _ => line,
        }
    }

    fn marked<'a>(&self, line: Encoder<'a>, words: &Words<'_>) -> Encoder<'a> {
        let is_marked = self.source.is_bot && words.enabled.contains(Capability::MessageTags);
        if is_marked { line.tag_flag("bot") } else { line }
    }

    fn with_params<'a>(&'a self, line: Encoder<'a>, words: &'a Words<'a>) -> Encoder<'a> {
        let extended_join = words.enabled.contains(Capability::ExtendedJoin);
        match &self.action {
            Action::Privmsg { target, text } | Action::Notice { target, text } => {
                line.param(target).trailing(text)
            }
            Action::Tagmsg { target } => line.param(target),
            Action::Join { room, realname } if extended_join => {
                line.param(room).param(self.account.as_deref().unwrap_or("*")).trailing(realname)
            }
            Action::Part { room, reason: Some(reason) } => line.param(room).trailing(reason),
            Action::Join { room, .. } | Action::Part { room, reason: None } => line.param(room),
            Action::Quit { reason } | Action::Away { reason: Some(reason) } => {
                line.trailing(reason)
            }
            Action::Nick { nick } => line.param(nick),
            Action::Account { account } => line.param(account.as_deref().unwrap_or("*")),
            Action::Topic { room, topic } => line.param(room).trailing(topic),
            Action::Mode { target, change, params } => params
                .iter()
                .fold(line.param(target).param(change), |line, param| line.param(param)),
            Action::Kick { room, nick, reason } => line.param(room).param(nick).trailing(reason),
            Action::Invite { nick, room, .. } => line.param(nick).param(room),
            Action::Away { reason: None } => line,
            Action::Setname { realname } => line.trailing(realname),
            Action::Chghost { username, host } => line.param(username).param(host),
            Action::Rename { room, name, reason } => line.param(room).param(name).trailing(reason),
            Action::Metadata { target, key, value } => {
                let line = line.param(target).param(key).param("*");
                value.iter().fold(line, |line, value| line.trailing(value))
            }
            Action::Redact { target, reason, .. } => {
                let line =
                    words.redacted.iter().fold(line.param(target), |line, id| line.param(id));
                reason.iter().fold(line, |line, reason| line.trailing(reason))
            }
            Action::Wallops { text } => line.trailing(text),
            Action::Kill { nick, reason } => line.param(nick).trailing(reason),
        }
    }

    /// The words of the plain room; tags, modes, questions of one program to another and the like have none.
    fn plain_text(&self) -> Option<String> {
        let nick = &self.source.nick;
        match &self.action {
            Action::Privmsg { target, text } | Action::Notice { target, text } => {
                let is_room = target.trim_start_matches(['@', '%', '+']).starts_with('#');
                let privately = if is_room { "" } else { " (to you alone)" };
                let text = combined_text(text);
                match ctcp(&text) {
                    Some(ctcp) => ctcp
                        .strip_prefix("ACTION ")
                        .map(|deed| each_line(&format!("* {nick}{privately} "), deed)),
                    None => Some(each_line(&format!("{nick}{privately}: "), &text)),
                }
            }
            Action::Join { .. } => Some(format!("{nick} has joined the chat!")),
            Action::Part { .. } | Action::Quit { .. } => Some(format!("{nick} has left the chat.")),
            Action::Nick { nick: new } => Some(format!("{nick} is now called {new}.")),
            Action::Topic { topic, .. } if topic.is_empty() => {
                Some(format!("{nick} removed the topic."))
            }
            Action::Topic { topic, .. } => Some(format!("{nick} set the topic: {topic}")),
            Action::Kick { nick: who, reason, .. } => {
                Some(format!("{nick} removed {who} from the chat: {reason}"))
            }
            Action::Wallops { text } => Some(format!("{nick} says to everybody: {text}")),
            Action::Tagmsg { .. }
            | Action::Mode { .. }
            | Action::Invite { .. }
            | Action::Away { .. }
            | Action::Account { .. }
            | Action::Setname { .. }
            | Action::Chghost { .. }
            | Action::Rename { .. }
            | Action::Metadata { .. }
            | Action::Redact { .. }
            | Action::Kill { .. } => None,
        }
        .map(|text| text.chars().filter(|&c| c == '\n' || !steers_a_terminal(c)).collect())
    }
}

impl Action {
    /// The IRC command that says this.
    pub fn command(&self) -> &'static str {
        match self {
            Self::Privmsg { .. } => "PRIVMSG",
            Self::Notice { .. } => "NOTICE",
            Self::Tagmsg { .. } => "TAGMSG",
            Self::Join { .. } => "JOIN",
            Self::Part { .. } => "PART",
            Self::Quit { .. } => "QUIT",
            Self::Nick { .. } => "NICK",
            Self::Topic { .. } => "TOPIC",
            Self::Mode { .. } => "MODE",
            Self::Kick { .. } => "KICK",
            Self::Invite { .. } => "INVITE",
            Self::Away { .. } => "AWAY",
            Self::Account { .. } => "ACCOUNT",
            Self::Setname { .. } => "SETNAME",
            Self::Chghost { .. } => "CHGHOST",
            Self::Rename { .. } => "RENAME",
            Self::Metadata { .. } => "METADATA",
            Self::Redact { .. } => "REDACT",
            Self::Wallops { .. } => "WALLOPS",
            Self::Kill { .. } => "KILL",
        }
    }

    /// Which message it takes back, if it does that.
    fn redacted(&self) -> Option<MsgId> {
        match self {
            Self::Redact { msgid, .. } => Some(*msgid),
            _ => None,
        }
    }

    /// Whether an IRC client with these capabilities is told of it at all.
    pub fn is_told(&self, enabled: CapabilitySet) -> bool {
        self.needs().is_none_or(|capability| enabled.contains(capability))
    }

    /// The capability without which nobody is told of it.
    fn needs(&self) -> Option<Capability> {
        match self {
            Self::Tagmsg { .. } => Some(Capability::MessageTags),
            Self::Invite { is_news: true, .. } => Some(Capability::InviteNotify),
            Self::Away { .. } => Some(Capability::AwayNotify),
            Self::Account { .. } => Some(Capability::AccountNotify),
            Self::Setname { .. } => Some(Capability::Setname),
            Self::Chghost { .. } => Some(Capability::Chghost),
            Self::Rename { .. } => Some(Capability::ChannelRename),
            Self::Redact { .. } => Some(Capability::MessageRedaction),
            _ => None,
        }
    }
}

/// What stands between the marks of a CTCP message: programs' own talk, but for ACTION (`/me`).
fn ctcp(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('\u{1}')?;
    Some(inner.strip_suffix('\u{1}').unwrap_or(inner))
}

/// Who speaks before every line, so that nobody can speak as somebody else in the next one. Empty ones are left out.
fn each_line(before: &str, text: &str) -> String {
    let lines = text.split('\n').filter(|line| !line.is_empty());
    lines.map(|line| format!("{before}{line}")).collect::<Vec<_>>().join("\n")
}

/// Whether a character would do something to a terminal, or reorder what stands beside it, rather than be read.
fn steers_a_terminal(character: char) -> bool {
    let embeds_or_isolates = matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    character.is_control() || embeds_or_isolates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(action: Action) -> Relay {
        Relay {
            source: Source::of("نور_", "~n@h"),
            account: Some("nour".into()),
            time: Timestamp(0),
            msgid: Some(MsgId(7)),
            client_tags: "+a=b".into(),
            action,
        }
    }

    fn said(text: &str) -> Relay {
        relay(Action::Privmsg { target: "#lobby".into(), text: text.into() })
    }

    fn encoded(relay: &Relay, dialect: Dialect) -> Option<String> {
        relay.encode(dialect, &[]).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    }

    fn irc(capabilities: &[Capability]) -> Dialect {
        Dialect::irc(capabilities.iter().copied().collect())
    }

    #[test]
    fn a_bare_client_sees_no_tags() {
        let line = encoded(&said("hello you"), irc(&[Capability::Batch])).unwrap();
        assert_eq!(line, ":نور_!~n@h PRIVMSG #lobby :hello you\r\n");
    }

    #[test]
    fn each_capability_adds_its_own_tags() {
        let relay = said("hi");
        let one = |capability| encoded(&relay, irc(&[capability])).unwrap();
        assert!(one(Capability::ServerTime).starts_with("@time=1970-01-01T00:00:00.000Z :"));
        assert!(one(Capability::AccountTag).starts_with("@account=nour :"));
        let tags = format!("@msgid={};+a=b :", MsgId(7));
        assert!(one(Capability::MessageTags).starts_with(&tags));
        let labelled = relay.encode(irc(&[]), &[("label", "x")]).unwrap();
        assert!(labelled.starts_with(b"@label=x :"));
    }

    #[test]
    fn what_a_client_cannot_read_is_not_told() {
        let typing = relay(Action::Tagmsg { target: "#lobby".into() });
        assert_eq!(encoded(&typing, irc(&[Capability::ServerTime])), None);
        assert!(encoded(&typing, irc(&[Capability::MessageTags])).is_some());
        assert_eq!(encoded(&typing, Dialect::Plain), None);
    }

    #[test]
    fn joins_are_extended_where_asked() {
        let join = relay(Action::Join { room: "#lobby".into(), realname: "Nour S".into() });
        assert_eq!(encoded(&join, irc(&[])).unwrap(), ":نور_!~n@h JOIN #lobby\r\n");
        let extended = encoded(&join, irc(&[Capability::ExtendedJoin])).unwrap();
        assert_eq!(extended, ":نور_!~n@h JOIN #lobby nour :Nour S\r\n");
    }

    #[test]
    fn the_plain_room_reads_words_without_control_characters() {
        let plain = |relay: &Relay| encoded(relay, Dialect::Plain).unwrap();
        assert_eq!(plain(&said("he\u{1b}[31mllo\u{3}\u{202E}")), "نور_: he[31mllo");
        assert_eq!(plain(&said("\u{1}ACTION waves\u{1}")), "* نور_ waves");
        assert_eq!(encoded(&said("\u{1}VERSION\u{1}"), Dialect::Plain), None);
        let join = Action::Join { room: "#lobby".into(), realname: "N".into() };
        assert_eq!(plain(&relay(join)), "نور_ has joined the chat!");
        assert_eq!(plain(&relay(Action::Quit { reason: "bye".into() })), "نور_ has left the chat.");
    }
}
