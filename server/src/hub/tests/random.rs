//! Random operations, with every invariant verified after each, and a model of what each client may see.
//!
//! The model knows only what clients know: the lines they sent and received. Each believes itself in the rooms whose JOIN it
//! saw, and what it receives must fit that belief.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use majlis_protocol::scram::LEAST_ITERATIONS;
use majlis_protocol::vendor::SEND_TAG;
use majlis_protocol::{Message, Timestamp, base64, fold};
use proptest::prelude::*;

use super::House;
use super::accounts::{PASSWORD, verifier};
use crate::event::{
    Account, AccountId, BanRequest, CloseReason, ConnId, ControlRequest, Guest, HistoryError,
    HistoryPage, HistoryQuery, HubInput, Restored,
};
use crate::hub::channel::Rank;
use crate::hub::testing::OPENING;
use crate::hub::{HubSettings, Operator};

const NICKS: &[&str] =
    &["ana", "Ana", "аna", "bob", "نور", "user1", "userl", "4", "a:b", "carol", "dave", "carol_s"];
/// Those that have accounts.
const ACCOUNTS: &[&str] = &["carol", "dave"];
/// Who is banned now and then, and let in again.
const BANNED: &[&str] = &["user?", "$a:dave", "carol!*@*", "نور", "192.0.2.7"];
const ROOMS: &[&str] = &["#lobby", "#a", "#A", "#b", "#نور", "bad"];
const CAPS: &str = "batch draft/multiline labeled-response echo-message message-tags draft/chathistory \
    server-time draft/read-marker draft/metadata-2 draft/message-redaction soju.im/search";
/// What may come of a batch, in any order.
const BATCH_LINES: &[&str] = &[
    "BATCH +1 draft/multiline #a",
    "BATCH +2 draft/multiline ana",
    "BATCH +2 draft/other",
    "@batch=1 PRIVMSG #a :one",
    "@batch=1 PRIVMSG #a :two",
    "@batch=1 PRIVMSG #a :",
    "@batch=1;draft/multiline-concat PRIVMSG #A :three",
    "@batch=1 NOTICE #a :four",
    "@batch=2 NOTICE ana :five",
    "@batch=2 BATCH +3 draft/multiline #a",
    "BATCH -1",
    "BATCH -2",
];
/// Lines that ask or change something and need no model of their own.
const OTHERS: &[&str] = &[
    "NAMES #a",
    "WHO #a",
    "WHO *",
    "WHOIS ana",
    "LIST",
    "LUSERS",
    "MOTD",
    "VERSION",
    "CAP LS 302",
    "CAP LIST",
    "MODE #a",
    "MODE #a +ov ana bob",
    "MODE #a -nt",
    "MODE #b -o+v bob bob",
    "MODE #a +mis-n",
    "MODE #a -mis+M",
    "MODE #a +blkS *!*@* 2 key 45",
    "MODE #a -blkS *!*@* x",
    "MODE #a +beI b e I",
    "MODE #lobby +v ana",
    "MODE ana +iw",
    "MODE ana -oi+i-i",
    "OPER nour :tulips and roses",
    "KICK #a ana,bob :out",
    "KICK #b bob",
    "KICK #lobby ana",
    "INVITE bob #a",
    "INVITE ana #b",
    "INVITE",
    "AWAY :gone",
    "MONITOR + ana,bob,user1",
    "MONITOR - bob",
    "MONITOR C",
    "MONITOR S",
    "WHOWAS ana",
    "RENAME #a #b :why",
    "RENAME #b #A",
    "RENAME #a #A",
    "RENAME #lobby #x",
    "ISUPPORT",
    "LIST >0,*a*",
    "WHO * %tcuihsnfdlaor,7",
    "STATS m",
    "HELP",
    "AWAY",
    "SETNAME :Some One Else",
    "PRIVMSG @#a :for operators",
    "NOTICE +#b :for those with a voice",
    "TOPIC #a",
    "TOPIC #a :roses",
    "TOPIC #lobby :x",
    "JOIN 0",
    "NICK",
    "USER a b c",
    "DANCE",
    "PRIVMSG",
    "PRIVMSG ana,bob,#a,#b,x :many",
    "NOTICE nobody :x",
    "TAGMSG ana",
    "CHATHISTORY",
    "CHATHISTORY LATEST nobody * 5",
    "MARKREAD #a",
    "MARKREAD #a timestamp=2026-01-01T00:00:45.000Z",
    "MARKREAD #a timestamp=2026-01-01T00:02:00.000Z",
    "MARKREAD #b timestamp=2026-01-01T00:01:00.000Z",
    "MARKREAD #lobby timestamp=2026-01-01T00:01:00.000Z",
    "MARKREAD ana timestamp=2026-01-01T00:00:00.000Z",
    "MARKREAD bob timestamp=2026-01-01T00:00:01.000Z",
    "MARKREAD nobody *",
    "METADATA * SUB url name",
    "METADATA * SUB a b c d",
    "METADATA * UNSUB url a",
    "METADATA * SUBS",
    "METADATA * SET url :x",
    "METADATA * SET url :y",
    "METADATA * SET name",
    "METADATA * SET name :n",
    "METADATA * SET a :a",
    "METADATA * CLEAR",
    "METADATA #a SET url :room's",
    "METADATA #a SET name :another",
    "METADATA #b SET url :room's",
    "METADATA #b CLEAR",
    "METADATA #a SYNC",
    "METADATA #lobby SYNC",
    "METADATA ana SYNC",
    "METADATA ana LIST",
    "METADATA bob GET url X name",
    "MODE #a +P",
    "MODE #a +H",
    "MODE #a -H",
    "MODE #lobby +H",
    "MODE #a +oh carol dave",
    "MODE #b -ohv carol carol dave",
    "MODE #a +b carol!*@*",
    "PASSWORD SET :tulips and roses",
    "PASSWORD CHECK :wrong-wrong",
    "REGISTER * * :tulips and roses",
    "STATS k",
    "KLINE ana",
    "REDACT nobody 00000000000000000000000001",
    "SEARCH in=#a;text=x",
    "SEARCH colour=red",
    "PING x",
    "PONG x",
    "\u{0}",
];

#[derive(Clone, Debug)]
enum Op {
    Open { plain: bool, device: Option<u8> },
    Register { who: usize, nick: usize, with_caps: bool },
    Nick { who: usize, nick: usize },
    Join { who: usize, room: usize },
    Part { who: usize, room: usize },
    Speak { who: usize, room: usize, send_id: Option<u8>, in_lines: bool },
    Batch { who: usize, line: usize },
    Whisper { who: usize, nick: usize },
    Other { who: usize, line: usize },
    Text { who: usize, nick: usize },
    Ask { who: usize, room: usize },
    Redact { who: usize, room: usize, which: usize },
    Answer { fails: bool },
    Quit { who: usize },
    HangUp { who: usize },
    Wait { ms: u64 },
    RemoveRoom { room: usize },
    Space { has_room: bool },
    SignIn { who: usize, account: usize, at_once: bool },
    Work,
    Ban { mask: usize, span_ms: Option<u64> },
    Lift { mask: usize },
}

fn op() -> impl Strategy<Value = Op> {
    let (who, nick, room) = (|| 0..64usize, || 0..NICKS.len(), || 0..ROOMS.len());
    let device = || proptest::option::of(1..3u8);
    prop_oneof![
        3 => (prop::bool::weighted(0.2), device()).prop_map(|(plain, device)| Op::Open { plain, device }),
        5 => (who(), nick(), prop::bool::weighted(0.7))
            .prop_map(|(who, nick, with_caps)| Op::Register { who, nick, with_caps }),
        2 => (who(), nick()).prop_map(|(who, nick)| Op::Nick { who, nick }),
        6 => (who(), room()).prop_map(|(who, room)| Op::Join { who, room }),
        3 => (who(), room()).prop_map(|(who, room)| Op::Part { who, room }),
        6 => (who(), room(), proptest::option::of(0..3u8), any::<bool>())
            .prop_map(|(who, room, send_id, in_lines)| Op::Speak { who, room, send_id, in_lines }),
        6 => (who(), 0..BATCH_LINES.len()).prop_map(|(who, line)| Op::Batch { who, line }),
        3 => (who(), nick()).prop_map(|(who, nick)| Op::Whisper { who, nick }),
        4 => (who(), 0..OTHERS.len()).prop_map(|(who, line)| Op::Other { who, line }),
        2 => (who(), nick()).prop_map(|(who, nick)| Op::Text { who, nick }),
        3 => (who(), room()).prop_map(|(who, room)| Op::Ask { who, room }),
        4 => (who(), room(), 0..16usize)
            .prop_map(|(who, room, which)| Op::Redact { who, room, which }),
        3 => any::<bool>().prop_map(|fails| Op::Answer { fails }),
        1 => who().prop_map(|who| Op::Quit { who }),
        1 => who().prop_map(|who| Op::HangUp { who }),
        2 => prop_oneof![Just(1_000), Just(45_000), Just(90_000)].prop_map(|ms| Op::Wait { ms }),
        1 => room().prop_map(|room| Op::RemoveRoom { room }),
        1 => prop::bool::weighted(0.7).prop_map(|has_room| Op::Space { has_room }),
        8 => (who(), 0..ACCOUNTS.len(), prop::bool::weighted(0.7))
            .prop_map(|(who, account, at_once)| Op::SignIn { who, account, at_once }),
        4 => Just(Op::Work),
        1 => (0..BANNED.len(), proptest::option::of(Just(60_000)))
            .prop_map(|(mask, span_ms)| Op::Ban { mask, span_ms }),
        1 => (0..BANNED.len()).prop_map(|mask| Op::Lift { mask }),
    ]
}

proptest! {
    #[test]
    fn every_invariant_holds_after_any_operations(ops in prop::collection::vec(op(), 1..120)) {
        let mut world = World::new();
        for op in ops {
            world.apply(&op);
        }
    }
}

/// What one client knows.
struct Client {
    conn: ConnId,
    guest: Guest,
    device: Option<u8>,
    has_caps: bool,
    nick: String,
    /// The account that it was told it is signed in to.
    account: Option<String>,
    /// The rooms it believes itself in, folded.
    rooms: BTreeSet<String>,
    /// How far it has read in rooms it is in, as it was last told.
    markers: BTreeMap<String, String>,
    /// Labels it sent and saw no answer to.
    labels: BTreeSet<String>,
}

struct World {
    house: House,
    clients: Vec<Client>,
    /// Identifiers of messages whose echo came, by device or account.
    taken: HashSet<(String, u8)>,
    count: u32,
    /// Who received the last text, and how often.
    heard: BTreeMap<ConnId, u32>,
}

impl World {
    fn new() -> Self {
        let mut settings = HubSettings::default();
        settings.limits.rooms = 4;
        settings.limits.rooms_per_person = 2;
        settings.limits.readers_queue = 1;
        settings.limits.parked_inputs = 3;
        settings.limits.multiline_lines = 3;
        settings.limits.read_markers = 2;
        settings.limits.metadata_keys = 2;
        settings.limits.metadata_room_keys = 1;
        settings.limits.metadata_subs = 3;
        settings.limits.metadata_sync_values = 2;
        settings.limits.hash_queue = 2;
        settings.password_iterations = LEAST_ITERATIONS;
        settings.operators = vec![Operator { name: "nour".to_owned(), verifier: verifier() }];
        let made = |(id, name): (u64, &&str)| Account {
            id: AccountId(id),
            name: (*name).to_owned(),
            made: OPENING,
            verifier: verifier(),
            devices: Vec::new(),
        };
        let accounts: Vec<Account> = (1..).zip(ACCOUNTS).map(made).collect();
        let restored = Restored { accounts, next_account: 3, next_room: 1, ..Restored::default() };
        let house = House::with(settings, restored);
        Self { house, clients: Vec::new(), taken: HashSet::new(), count: 0, heard: BTreeMap::new() }
    }

    fn apply(&mut self, op: &Op) {
        match *op {
            Op::Open { plain, device } => self.open(plain, device),
            Op::Register { who, nick, with_caps } => self.register(who, nick, with_caps),
            Op::Nick { who, nick } => self.say(who, &format!("NICK {}", NICKS[nick])),
            Op::Join { who, room } => self.say(who, &format!("JOIN {}", ROOMS[room])),
            Op::Part { who, room } => self.say(who, &format!("PART {} :bye", ROOMS[room])),
            Op::Speak { who, room, send_id, in_lines } => {
                self.speak(who, ROOMS[room], send_id, in_lines);
            }
            Op::Batch { who, line } => self.say_of_batch(who, BATCH_LINES[line]),
            Op::Whisper { who, nick } => self.say(who, &format!("PRIVMSG {} :psst", NICKS[nick])),
            Op::Other { who, line } => self.say(who, OTHERS[line]),
            Op::Text { who, nick } => self.text(who, NICKS[nick]),
            Op::Ask { who, room } => self.ask(who, ROOMS[room]),
            Op::Redact { who, room, which } => self.redact(who, ROOMS[room], which),
            Op::Answer { fails } => self.answer(fails),
            Op::Quit { who } => self.say(who, "QUIT :bye"),
            Op::HangUp { who } => self.hang_up(who),
            Op::Wait { ms } => self.house.wait(ms),
            Op::RemoveRoom { room } => {
                let name = ROOMS[room].to_owned();
                let removed = self.house.control(ControlRequest::RoomRemove { name });
                assert!(removed.is_err() || ROOMS[room] != "#lobby", "the lobby is gone");
            }
            Op::Space { has_room } => {
                let free_bytes = if has_room { u64::MAX } else { 0 };
                self.house.input(HubInput::Space { free_bytes });
            }
            Op::SignIn { who, account, at_once } => {
                self.sign_in(who, ACCOUNTS[account], at_once);
            }
            Op::Work => self.house.work(),
            Op::Ban { mask, span_ms } => {
                let (mask, reason) = (BANNED[mask].to_owned(), "spam".to_owned());
                let request = BanRequest::Add { mask, span_ms, reason };
                assert!(self.house.control(ControlRequest::Ban(request)).is_ok());
            }
            Op::Lift { mask } => {
                let request = BanRequest::Remove { mask: BANNED[mask].to_owned() };
                // It may not be banned.
                let _ = self.house.control(ControlRequest::Ban(request));
            }
        }
        self.read_all();
        self.verify();
    }

    fn open(&mut self, plain: bool, device: Option<u8>) {
        let guest = if plain { Guest::Plain } else { Guest::Irc };
        self.clients.push(Client {
            conn: self.house.open(guest, device),
            guest,
            device,
            has_caps: false,
            nick: "*".to_owned(),
            account: None,
            rooms: BTreeSet::new(),
            markers: BTreeMap::new(),
            labels: BTreeSet::new(),
        });
    }

    /// One of the clients that speak this way; they may be closed already and not know it.
    fn pick(&self, who: usize, guest: Guest) -> Option<usize> {
        let fitting = self.clients.iter().enumerate().filter(|(_, client)| client.guest == guest);
        let fitting: Vec<usize> = fitting.map(|(index, _)| index).collect();
        fitting.get(who % fitting.len().max(1)).copied()
    }

    fn register(&mut self, who: usize, nick: usize, with_caps: bool) {
        let Some(index) = self.pick(who, Guest::Irc) else { return };
        if with_caps && !self.clients[index].has_caps && self.clients[index].nick == "*" {
            let conn = self.clients[index].conn;
            self.house.say(conn, &format!("CAP REQ :{CAPS}"));
            self.house.say(conn, "CAP END");
            self.clients[index].has_caps = true;
        }
        self.say(who, &format!("NICK {}", NICKS[nick]));
        self.say(who, "USER u 0 * :Some Body");
    }

    /// Has one of those under TLS sign in by PLAIN, before registration or after, and take the account's name, unless the
    /// hash is made later.
    fn sign_in(&mut self, who: usize, account: &str, at_once: bool) {
        let under_tls =
            |(_, client): &(usize, &Client)| client.guest == Guest::Irc && client.device.is_some();
        let fitting = self.clients.iter().enumerate().filter(under_tls);
        let fitting: Vec<usize> = fitting.map(|(index, _)| index).collect();
        let Some(&index) = fitting.get(who % fitting.len().max(1)) else { return };
        let text = base64::encode(format!("\0{account}\0{PASSWORD}").as_bytes());
        for line in ["CAP REQ sasl", "AUTHENTICATE PLAIN", &format!("AUTHENTICATE {text}")] {
            self.say_as(index, line);
        }
        if at_once {
            self.house.work();
            for line in [&format!("NICK {account}"), "USER u 0 * :U", "CAP END"] {
                self.say_as(index, line);
            }
        }
    }

    /// Asks for history, which is read for those alone who may come in.
    fn ask(&mut self, who: usize, room: &str) {
        let Some(index) = self.pick(who, Guest::Irc) else { return };
        let conn = self.clients[index].conn;
        let is_idle = self.house.reads.is_empty()
            && self.house.hub.connections.get(&conn).is_some_and(|c| c.parked.is_none());
        self.say(who, &format!("CHATHISTORY LATEST {room} * 5"));
        let hub = &self.house.hub;
        if let (true, Some((_, HistoryQuery::Messages { room, since, .. }))) =
            (is_idle, self.house.reads.back())
        {
            let user = hub.connections[&conn].user().expect("only sessions may ask");
            let channel = &hub.channels[*room];
            let may = hub.users[user].rooms.contains(*room)
                || !channel.has('H') && hub.check_entry(user, *room, None).is_ok();
            assert!(may, "{conn:?} reads what it may not");
            let is_bounded = channel.has('H') && !channel.has_rank(user, Rank::HalfOperator);
            assert_eq!(is_bounded, *since > Timestamp(0), "{conn:?} reads from elsewhere on");
        }
    }

    /// Says a line, with a label where those are answered.
    fn say(&mut self, who: usize, line: &str) {
        if let Some(index) = self.pick(who, Guest::Irc) {
            self.say_as(index, line);
        }
    }

    fn say_as(&mut self, index: usize, line: &str) {
        let client = &mut self.clients[index];
        self.count += 1;
        let is_labelled = client.has_caps && !line.contains('\0');
        if !is_labelled {
            return self.house.say(client.conn, line);
        }
        let label = self.count.to_string();
        if self.house.is_open(client.conn) {
            client.labels.insert(label.clone());
        }
        let labelled = match line.strip_prefix('@') {
            Some(tagged) => format!("@label={label};{tagged}"),
            None => format!("@label={label} {line}"),
        };
        self.house.say(client.conn, &labelled);
    }

    /// Says a line that may be a batch's, which has no label unless it opens or closes it.
    fn say_of_batch(&mut self, who: usize, line: &str) {
        if !line.starts_with('@') {
            return self.say(who, line);
        }
        if let Some(index) = self.pick(who, Guest::Irc) {
            self.house.say(self.clients[index].conn, line);
        }
    }

    /// Says a text that was never said before, and checks who hears it.
    fn speak(&mut self, who: usize, room: &str, send_id: Option<u8>, in_lines: bool) {
        let Some(index) = self.pick(who, Guest::Irc) else { return };
        let (conn, sender) = (self.clients[index].conn, self.clients[index].sender());
        let is_new = match (sender, send_id, self.clients[index].has_caps) {
            (Some(sender), Some(id), true) => !self.taken.contains(&(sender, id)),
            _ => true,
        };
        let can_speak = self.can_speak(conn, room);
        let expected = can_speak.map(|can_speak| {
            let is_told = can_speak && is_new;
            let mut expected =
                if is_told { self.expected_receivers(index, room) } else { BTreeSet::new() };
            let is_session =
                self.house.hub.connections.get(&conn).is_some_and(|c| c.user().is_some());
            if self.clients[index].has_caps && is_session && (can_speak || !is_new) {
                expected.insert(conn);
            }
            expected
        });
        let tag = send_id.map(|id| format!("@{SEND_TAG}={id} "));
        self.heard.clear();
        let (tag, text) = (tag.unwrap_or_default(), format!("text {}", self.count));
        if in_lines && self.clients[index].has_caps {
            self.say(who, &format!("{tag}BATCH +9 draft/multiline {room}"));
            self.say_of_batch(who, &format!("@batch=9 PRIVMSG {room} :{text}"));
            self.say_of_batch(who, &format!("@batch=9 PRIVMSG {room} :and more"));
            self.say(who, "BATCH -9");
        } else {
            self.say(who, &format!("{tag}PRIVMSG {room} :{text}"));
        }
        self.read_all();
        let Some(expected) = expected else { return };
        assert!(self.heard.values().all(|&count| count == 1), "somebody heard a text twice");
        assert_eq!(self.heard.keys().copied().collect::<BTreeSet<_>>(), expected);
    }

    /// Whether the hub is to accept it now; unknown where it waits behind a read, and may never come to it.
    fn can_speak(&self, conn: ConnId, room: &str) -> Option<bool> {
        let hub = &self.house.hub;
        let Some(connection) = hub.connections.get(&conn) else { return Some(false) };
        if connection.parked.is_some() {
            return None;
        }
        let (Some(user), Some(room)) = (connection.user(), hub.channels.find(room)) else {
            return Some(false);
        };
        Some(hub.check_speech(user, room, "text", true).is_ok() && !hub.is_read_only())
    }

    fn expected_receivers(&self, speaker: usize, room: &str) -> BTreeSet<ConnId> {
        let lobby = fold(room) == "#lobby";
        let hears = |client: &&Client| match client.guest {
            Guest::Irc => client.rooms.contains(&fold(room)),
            Guest::Plain => lobby && client.nick != "*",
        };
        let open = self.clients.iter().filter(|client| self.house.is_open(client.conn));
        let others = open.filter(|client| client.conn != self.clients[speaker].conn);
        others.filter(hears).map(|client| client.conn).collect()
    }

    fn text(&mut self, who: usize, text: &str) {
        if let Some(index) = self.pick(who, Guest::Plain) {
            self.house.text(self.clients[index].conn, text);
        }
    }

    fn answer(&mut self, fails: bool) {
        if self.house.reads.is_empty() {
            return;
        }
        match &self.house.reads[0].1 {
            _ if fails => self.house.answer(Err(HistoryError::Failed("disk".to_owned()))),
            HistoryQuery::Message { .. } => self.house.recall(),
            _ => self.house.answer(Ok(HistoryPage::Messages(Vec::new()))),
        }
    }

    /// Asks for something that is kept, whoever said it, to be taken back; who may is in the tests of redaction.
    fn redact(&mut self, who: usize, room: &str, which: usize) {
        let rows = &self.house.history;
        if let Some(row) = rows.get(which % rows.len().max(1)) {
            let msgid = row.msgid;
            self.say(who, &format!("REDACT {room} {msgid} :why"));
        }
    }

    fn hang_up(&mut self, who: usize) {
        if self.clients.is_empty() {
            return;
        }
        let client = self.clients.swap_remove(who % self.clients.len());
        self.house.hang_up(client.conn, CloseReason::Eof);
    }

    fn read_all(&mut self) {
        for client in &mut self.clients {
            for line in self.house.read(client.conn) {
                if line.contains("text ") {
                    *self.heard.entry(client.conn).or_default() += 1;
                }
                self.taken.extend(client.sender().zip(client.own_send_id(&line)));
                match client.guest {
                    Guest::Irc => client.see(&line),
                    Guest::Plain => client.see_plain(&line),
                }
            }
        }
    }

    fn verify(&self) {
        let hub = &self.house.hub;
        hub.verify();
        assert!(self.house.reads.len() <= 1, "more reads than the readers can queue");
        let open: BTreeMap<ConnId, _> = self.house.open_seats().collect();
        assert_eq!(open.len(), hub.connections.len());
        for (conn, rooms) in open {
            let session = hub.connections[&conn].session();
            let known: BTreeSet<_> =
                session.iter().flat_map(|session| session.rooms.iter()).collect();
            assert_eq!(known, *rooms, "the reactor and the hub disagree about {conn:?}");
        }
        for client in self.clients.iter().filter(|client| self.house.is_open(client.conn)) {
            let connection = &hub.connections[&client.conn];
            let has_opened = connection.batch.as_ref().is_some_and(|batch| batch.is_open());
            let waiting = usize::from(has_opened);
            let is_answered = client.labels.len() <= waiting || connection.parked.is_some();
            assert!(is_answered, "labels without an answer: {:?}", client.labels);
            if let (Guest::Irc, Some(session)) = (client.guest, connection.session()) {
                assert_eq!(client.rooms.len(), session.rooms.len(), "{:?}", client.rooms);
            }
        }
    }
}

impl Client {
    /// Under what its messages are remembered as sent.
    fn sender(&self) -> Option<String> {
        self.account.clone().or(self.device.map(|device| device.to_string()))
    }

    /// The identifier on an echo, by which the client knows that its message was taken.
    fn own_send_id(&self, line: &str) -> Option<u8> {
        let message = Message::parse(line.as_bytes()).ok()?;
        let is_own = message.source()?.split('!').next() == Some(&self.nick);
        message.tag(SEND_TAG).filter(|_| is_own)?.parse().ok()
    }

    /// Takes a line in, and fails if this client may not see it.
    fn see(&mut self, line: &str) {
        let message = Message::parse(line.as_bytes()).expect("the house checked it");
        if let Some(label) = message.tag("label") {
            assert!(
                self.labels.remove(&*label),
                "an answer to no question, or a second one: {line}"
            );
        }
        let target = message.param(0).unwrap_or_default();
        let from = message.source().and_then(|source| source.split('!').next()).unwrap_or_default();
        let is_own = from == self.nick;
        match message.command() {
            "001" => target.clone_into(&mut self.nick),
            "900" => self.account = message.param(2).map(str::to_owned),
            "NICK" if is_own => target.clone_into(&mut self.nick),
            "JOIN" if is_own => {
                assert!(self.rooms.insert(fold(target)), "joined twice: {line}");
                self.markers.remove(&fold(target));
            }
            "MARKREAD" if self.rooms.contains(&fold(target)) => {
                let time = message.param(1).unwrap_or_default().to_owned();
                let before = self.markers.insert(fold(target), time.clone());
                assert!(before.is_none_or(|before| before <= time), "a marker went back: {line}");
            }
            "METADATA" if message.tag("batch").is_none() => {
                assert!(!is_own, "its own change: {line}");
                let may_know = !target.starts_with('#') || self.rooms.contains(&fold(target));
                assert!(may_know, "a room it is not in: {line}");
            }
            "KICK" => {
                assert!(self.rooms.contains(&fold(target)), "a room it is not in: {line}");
                if message.param(1) == Some(&self.nick) {
                    self.rooms.remove(&fold(target));
                }
            }
            "INVITE" if is_own => {}
            "PART" if is_own => {
                // Out of a room that only its ghost had been in.
                self.rooms.remove(&fold(target));
            }
            "ERROR" => {
                let is_taken_over = line.contains("another connection");
                assert!(!is_taken_over || self.device.is_some(), "no key, and taken over");
                self.rooms.clear();
            }
            "PRIVMSG" | "NOTICE" | "TAGMSG" if !target.starts_with('#') && !is_own => {
                assert_eq!(target, self.nick, "a message to somebody else: {line}");
            }
            "JOIN" | "PART" | "TOPIC" | "MODE" | "PRIVMSG" | "NOTICE" | "TAGMSG" | "REDACT"
                if !is_own =>
            {
                assert!(self.rooms.contains(&fold(target)), "a room it is not in: {line}");
            }
            _ => {}
        }
    }

    fn see_plain(&mut self, text: &str) {
        if let Some((name, _)) = text.strip_prefix("Welcome ").and_then(|rest| rest.split_once('!'))
        {
            name.clone_into(&mut self.nick);
        }
    }
}
