//! A model of a server: one connection of ours, other people's talk, and rooms with history.
//!
//! It knows as much of the protocol as a session uses, and keeps what really happened for tests to compare with.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use majlis_protocol::{Message, Timestamp, fold, vendor};

use super::accounts::Accounts;

/// What a server can do.
#[derive(Clone, Debug)]
pub(crate) struct Abilities {
    /// Its capabilities, as CAP lists them.
    pub(crate) capabilities: String,
    /// Its tokens in 005.
    pub(crate) tokens: String,
    /// The most messages of a page.
    pub(crate) page_messages: usize,
    /// Whether it refuses to take one send identifier twice, with the earlier echo.
    pub(crate) takes_once: bool,
    /// Whether messages keep our tag.
    pub(crate) keeps_tags: bool,
}

impl Abilities {
    /// All that our own server can do.
    pub(crate) fn majlis() -> Self {
        let capabilities = "account-tag away-notify batch cap-notify \
            draft/account-registration=before-connect draft/chathistory echo-message extended-join \
            labeled-response message-tags multi-prefix \
            sasl=SCRAM-SHA-256-PLUS,SCRAM-SHA-256,EXTERNAL,PLAIN server-time setname standard-replies";
        Self {
            capabilities: capabilities.to_owned(),
            tokens: format!("NETWORK=Home {}=#lobby CHATHISTORY=3", vendor::LOBBY_TOKEN),
            page_messages: 3,
            takes_once: true,
            keeps_tags: true,
        }
    }

    /// Another server with history, which would take a message twice.
    pub(crate) fn elsewhere() -> Self {
        let tokens = "NETWORK=Elsewhere CHATHISTORY=3".to_owned();
        Self { tokens, takes_once: false, ..Self::majlis() }
    }

    /// The same without some capabilities.
    pub(crate) fn without(mut self, missing: &[&str]) -> Self {
        let kept = self.capabilities.split_whitespace().filter(|name| !missing.contains(name));
        self.capabilities = kept.collect::<Vec<_>>().join(" ");
        self
    }
}

/// A message as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) msgid: String,
    pub(crate) time_ms: u64,
    pub(crate) nick: String,
    pub(crate) text: String,
    pub(crate) send_id: Option<String>,
}

/// What the server knows of our connection.
#[derive(Debug, Default)]
struct Connection {
    nick: String,
    has_user: bool,
    is_negotiating: bool,
    is_registered: bool,
    enabled: BTreeSet<String>,
    rooms: BTreeSet<String>,
}

/// The model.
#[derive(Debug)]
pub(crate) struct ModelServer {
    pub(crate) abilities: Abilities,
    /// Every room's history, by folded name.
    pub(crate) rooms: BTreeMap<String, Vec<Kept>>,
    /// Nicks that others hold.
    pub(crate) taken: BTreeSet<String>,
    /// Whether it gives no history just now.
    pub(crate) refuses_history: bool,
    /// Rooms that let nobody in.
    pub(crate) closed_rooms: BTreeSet<String>,
    /// The lines that came on this connection.
    pub(crate) received: Vec<String>,
    /// Whose names are somebody's.
    pub(crate) accounts: Accounts,
    next_msgid: u64,
    next_batch: u64,
    connection: Connection,
    down: Vec<u8>,
}

impl ModelServer {
    pub(crate) fn new(abilities: Abilities) -> Self {
        Self {
            abilities,
            rooms: BTreeMap::new(),
            taken: BTreeSet::new(),
            refuses_history: false,
            closed_rooms: BTreeSet::new(),
            received: Vec::new(),
            accounts: Accounts::default(),
            next_msgid: 0,
            next_batch: 0,
            connection: Connection::default(),
            down: Vec::new(),
        }
    }

    /// A new connection takes the place of the old one.
    pub(crate) fn handle_opened(&mut self) {
        self.connection = Connection::default();
        self.accounts.handle_opened();
        self.down.clear();
        self.received.clear();
    }

    /// What goes to the client.
    pub(crate) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.down)
    }

    /// Says something to the client as it is.
    pub(crate) fn push_raw(&mut self, line: &str) {
        self.down.extend_from_slice(line.as_bytes());
        self.down.extend_from_slice(b"\r\n");
    }

    /// Somebody else says something in a room.
    pub(crate) fn say_as(&mut self, nick: &str, room: &str, text: &str, time_ms: u64) {
        let kept = self.keep(nick, room, text, None, time_ms);
        if self.connection.rooms.contains(&fold(room)) {
            self.push_kept(&kept, room, &[]);
        }
    }

    /// Whether it has taken us in.
    pub(crate) fn has_welcomed(&self) -> bool {
        self.connection.is_registered
    }

    /// Somebody else says something to us alone.
    pub(crate) fn tell_as(&mut self, nick: &str, text: &str, time_ms: u64) {
        let kept = self.keep(nick, nick, text, None, time_ms);
        if self.connection.is_registered {
            let own = self.connection.nick.clone();
            self.push_kept(&kept, &own, &[]);
        }
    }

    /// Sends the newest message of a room once more.
    pub(crate) fn repeat_newest(&mut self, room: &str) {
        let newest = self.rooms.get(&fold(room)).and_then(|kept| kept.last()).cloned();
        if let (Some(kept), true) = (newest, self.connection.rooms.contains(&fold(room))) {
            self.push_kept(&kept, room, &[]);
        }
    }

    /// Something that a device said before the world began.
    pub(crate) fn keep_sent(&mut self, nick: &str, room: &str, text: &str, send_id: &str) {
        self.keep(nick, room, text, Some(send_id.to_owned()), 1_700_000_000_000);
    }

    fn keep(
        &mut self,
        nick: &str,
        room: &str,
        text: &str,
        id: Option<String>,
        time_ms: u64,
    ) -> Kept {
        self.next_msgid += 1;
        let kept = Kept {
            msgid: format!("m{}", self.next_msgid),
            time_ms,
            nick: nick.to_owned(),
            text: text.to_owned(),
            send_id: id,
        };
        self.rooms.entry(fold(room)).or_default().push(kept.clone());
        kept
    }

    fn has(&self, capability: &str) -> bool {
        self.connection.enabled.contains(capability)
    }

    /// A message with the tags that the connection wants, and these before them.
    fn push_kept(&mut self, kept: &Kept, target: &str, tags: &[String]) {
        let mut tags = tags.to_vec();
        if self.has("server-time") {
            tags.push(format!("time={}", Timestamp(kept.time_ms)));
        }
        if self.has("message-tags") {
            tags.push(format!("msgid={}", kept.msgid));
            tags.extend(kept.send_id.iter().map(|id| format!("{}={id}", vendor::SEND_TAG)));
        }
        let line = format!(":{0}!u@h PRIVMSG {target} :{1}", kept.nick, kept.text);
        self.push_tagged(&tags, &line);
    }

    fn push_tagged(&mut self, tags: &[String], line: &str) {
        match tags {
            [] => self.push_raw(line),
            _ => self.push_raw(&format!("@{} {line}", tags.join(";"))),
        }
    }

    fn push_numeric(&mut self, tags: &[String], rest: &str) {
        let (numeric, params) = rest.split_once(' ').expect("a numeric has parameters");
        let nick = self.connection.nick.clone();
        self.push_tagged(tags, &format!(":server {numeric} {nick} {params}"));
    }

    /// A line came over our connection.
    pub(crate) fn handle_line(&mut self, line: &str, now_ms: u64) {
        self.received.push(line.to_owned());
        let message = Message::parse(line.as_bytes()).expect("a session sends well-formed lines");
        let label: Vec<String> =
            message.tag("label").iter().map(|label| format!("label={label}")).collect();
        let param = |index| message.param(index).unwrap_or_default();
        match message.command() {
            "CAP" => self.handle_cap(param(0), param(1)),
            "NICK" => self.handle_nick(param(0)),
            "USER" => {
                self.connection.has_user = true;
                self.welcome();
            }
            "PING" => self.push_raw(&format!(":server PONG server :{}", param(0))),
            "JOIN" => self.handle_join(param(0), &label),
            "PART" => self.handle_part(param(0)),
            "WHO" => self.handle_who(param(0)),
            "PRIVMSG" => self.handle_privmsg(&message, &label, now_ms),
            "CHATHISTORY" => self.handle_history(message.params(), &label),
            "AUTHENTICATE" | "REGISTER" | "DEVICE" => {
                let nick = self.connection.nick.clone();
                let words: Vec<&str> = message.params().to_vec();
                for line in self.accounts.handle(message.command(), &words, &nick) {
                    self.push_raw(&line);
                }
            }
            _ => {}
        }
    }

    fn handle_cap(&mut self, subcommand: &str, list: &str) {
        match subcommand {
            "LS" => {
                self.connection.is_negotiating = true;
                let all = self.abilities.capabilities.clone();
                let names: Vec<&str> = all.split_whitespace().collect();
                let (first, rest) = names.split_at(names.len() / 2);
                self.push_raw(&format!(":server CAP * LS * :{}", first.join(" ")));
                self.push_raw(&format!(":server CAP * LS :{}", rest.join(" ")));
            }
            "REQ" => {
                self.connection.enabled.extend(list.split_whitespace().map(ToOwned::to_owned));
                self.push_raw(&format!(":server CAP * ACK :{list}"));
            }
            _ => {
                self.connection.is_negotiating = false;
                self.welcome();
            }
        }
    }

    fn handle_nick(&mut self, nick: &str) {
        let is_taken = self.taken.contains(&fold(nick));
        if is_taken && self.accounts.signed_in.as_ref().is_none_or(|own| fold(own) != fold(nick)) {
            self.push_raw(&format!(":server 433 * {nick} :That nick is taken."));
            return;
        }
        if self.connection.is_registered {
            self.push_raw(&format!(":{}!u@h NICK {nick}", self.connection.nick));
        }
        nick.clone_into(&mut self.connection.nick);
        self.welcome();
    }

    fn welcome(&mut self) {
        let connection = &mut self.connection;
        let is_ready = connection.has_user && !connection.nick.is_empty();
        if connection.is_registered || connection.is_negotiating || !is_ready {
            return;
        }
        connection.is_registered = true;
        let tokens = self.abilities.tokens.clone();
        self.push_numeric(&[], "001 :Welcome!");
        self.push_numeric(&[], &format!("005 {tokens} :are supported"));
        self.push_numeric(&[], "376 :End of the message of the day.");
    }

    fn handle_join(&mut self, room: &str, label: &[String]) {
        if self.closed_rooms.contains(&fold(room)) {
            self.push_numeric(label, &format!("474 {room} :You are banned."));
            return;
        }
        self.rooms.entry(fold(room)).or_default();
        self.connection.rooms.insert(fold(room));
        let nick = self.connection.nick.clone();
        let realname = if self.has("extended-join") { " * :Real Name" } else { "" };
        let batch = self.open_batch("labeled-response", label);
        self.push_tagged(&batch, &format!(":{nick}!u@h JOIN {room}{realname}"));
        self.push_numeric(&batch, &format!("332 {room} :About {room}"));
        self.push_numeric(&batch, &format!("353 = {room} :@bo {nick}"));
        self.push_numeric(&batch, &format!("366 {room} :End of names."));
        self.close_batch(&batch);
    }

    /// Opens a batch where there is a label to answer; gives the tag of its lines.
    fn open_batch(&mut self, kind: &str, label: &[String]) -> Vec<String> {
        if label.is_empty() {
            return Vec::new();
        }
        self.next_batch += 1;
        let reference = format!("b{}", self.next_batch);
        self.push_tagged(label, &format!(":server BATCH +{reference} {kind}"));
        vec![format!("batch={reference}")]
    }

    fn close_batch(&mut self, batch: &[String]) {
        if let Some(reference) = batch.first().and_then(|tag| tag.strip_prefix("batch=")) {
            self.push_raw(&format!(":server BATCH -{reference}"));
        }
    }

    fn handle_part(&mut self, room: &str) {
        if self.connection.rooms.remove(&fold(room)) {
            self.push_raw(&format!(":{}!u@h PART {room}", self.connection.nick));
        }
    }

    fn handle_who(&mut self, room: &str) {
        let nick = self.connection.nick.clone();
        self.push_numeric(&[], &format!("352 {room} u h server {nick} H :0 Real Name"));
        self.push_numeric(&[], &format!("352 {room} u h server bo G@ :0 Bo the Builder"));
        self.push_numeric(&[], &format!("315 {room} :End of who."));
    }

    fn handle_privmsg(&mut self, message: &Message<'_>, label: &[String], now_ms: u64) {
        let target = message.param(0).unwrap_or_default();
        let text = message.param(1).unwrap_or_default();
        let send_id = message.tag(vendor::SEND_TAG).filter(|_| self.abilities.keeps_tags);
        let send_id = send_id.map(Cow::into_owned);
        if !self.connection.rooms.contains(&fold(target)) {
            self.push_numeric(label, &format!("404 {target} :You are not there."));
            return;
        }
        let nick = self.connection.nick.clone();
        let earlier = self.find_earlier(target, send_id.as_deref());
        let kept = earlier.unwrap_or_else(|| self.keep(&nick, target, text, send_id, now_ms));
        if self.has("echo-message") {
            self.push_kept(&kept, target, label);
        } else if !label.is_empty() {
            self.push_tagged(label, ":server ACK");
        }
    }

    /// What a send identifier was taken for before, where that is looked after.
    fn find_earlier(&self, room: &str, send_id: Option<&str>) -> Option<Kept> {
        let send_id = send_id.filter(|_| self.abilities.takes_once)?;
        let mut history = self.rooms.get(&fold(room)).into_iter().flatten();
        history.find(|kept| kept.send_id.as_deref() == Some(send_id)).cloned()
    }

    /// A line of ours comes late, over a connection that we have given up: only what it says in a room counts.
    pub(crate) fn handle_late_line(&mut self, nick: &str, line: &str, now_ms: u64) {
        let message = Message::parse(line.as_bytes()).expect("a session sends well-formed lines");
        let (Some(room), Some(text)) = (message.param(0), message.param(1)) else { return };
        let send_id = message.tag(vendor::SEND_TAG).map(Cow::into_owned);
        let is_new = self.find_earlier(room, send_id.as_deref()).is_none();
        if message.command() == "PRIVMSG" && is_new {
            let kept = self.keep(nick, room, text, send_id, now_ms);
            if self.connection.rooms.contains(&fold(room)) {
                self.push_kept(&kept, room, &[]);
            }
        }
    }

    fn handle_history(&mut self, params: &[&str], label: &[String]) {
        let [subcommand, room, place, limit] = *params else {
            panic!("a session asks for one page: {params:?}");
        };
        if subcommand == "TARGETS" {
            self.push_talks(label);
            return;
        }
        let history = self.rooms.get(&fold(room)).cloned().unwrap_or_default();
        let place = find_place(&history, place).filter(|_| !self.refuses_history);
        let Some(place) = place else {
            let fail = format!(":server FAIL CHATHISTORY INVALID_PARAMS {subcommand} :Unknown");
            self.push_tagged(label, &fail);
            return;
        };
        let limit = limit.parse().unwrap_or(0).min(self.abilities.page_messages);
        let page = match subcommand {
            "AFTER" => history[place.after..].iter().take(limit).cloned().collect(),
            "BEFORE" => history[place.before.saturating_sub(limit)..place.before].to_vec(),
            _ => history[history.len().saturating_sub(limit)..].to_vec(),
        };
        self.push_page(room, &page, label);
    }

    /// All rooms and people with a history.
    fn push_talks(&mut self, label: &[String]) {
        self.next_batch += 1;
        let reference = format!("b{}", self.next_batch);
        self.push_tagged(label, &format!(":server BATCH +{reference} draft/chathistory-targets"));
        let newest = |kept: &Vec<Kept>| kept.last().map(|last| Timestamp(last.time_ms));
        let talks =
            self.rooms.iter().filter_map(|(name, kept)| Some((name.clone(), newest(kept)?)));
        for (name, time) in talks.collect::<Vec<_>>() {
            let line = format!("@batch={reference} :server CHATHISTORY TARGETS {name} {time}");
            self.push_raw(&line);
        }
        self.push_raw(&format!(":server BATCH -{reference}"));
    }

    fn push_page(&mut self, room: &str, page: &[Kept], label: &[String]) {
        self.next_batch += 1;
        let reference = format!("b{}", self.next_batch);
        self.push_tagged(label, &format!(":server BATCH +{reference} chathistory {room}"));
        for kept in page {
            self.push_kept(kept, room, &[format!("batch={reference}")]);
        }
        self.push_raw(&format!(":server BATCH -{reference}"));
    }
}

/// A place in a history: messages before it are those below `before`, those after it from `after` on.
struct Found {
    before: usize,
    after: usize,
}

fn find_place(history: &[Kept], place: &str) -> Option<Found> {
    if place == "*" {
        return Some(Found { before: history.len(), after: 0 });
    }
    if let Some(msgid) = place.strip_prefix("msgid=") {
        let index = history.iter().position(|kept| kept.msgid == msgid)?;
        return Some(Found { before: index, after: index + 1 });
    }
    let time: Timestamp = place.strip_prefix("timestamp=")?.parse().ok()?;
    Some(Found {
        before: history.partition_point(|kept| kept.time_ms < time.0),
        after: history.partition_point(|kept| kept.time_ms <= time.0),
    })
}
