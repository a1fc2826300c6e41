//! Who on this reactor receives what: the membership of its own connections, and the bytes for each kind of receiver.
//!
//! Kept true by the same ordered stream that carries the messages, so the hub hands over one event for a whole room. A
//! relay is encoded once for each manner of receiving; everybody of one manner shares the bytes. Sockets and queues are
//! the caller's: receivers are slots here.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexSet;

use super::sendq::{Piece, Worth};
use super::text::Ending;
use super::websocket::{self, Kind};
use crate::event::{Audience, ConnId, Dialect, Relay, RoomId};

/// How one connection wants to be sent things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// What its words look like.
    pub(crate) dialect: Dialect,
    /// What holds the words together.
    framing: Framing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// IRC lines as they are.
    Lines,
    /// Texts of the plain room, which end so.
    Texts(Ending),
    /// IRC lines, each a message of a WebSocket.
    Messages(Kind),
}

impl Manner {
    /// IRC, whose lines come with their ending.
    pub(crate) fn irc(dialect: Dialect) -> Self {
        Self { dialect, framing: Framing::Lines }
    }

    /// IRC over a WebSocket.
    pub(crate) fn web(dialect: Dialect, kind: Kind) -> Self {
        Self { dialect, framing: Framing::Messages(kind) }
    }

    /// The plain room.
    pub(crate) fn plain(ending: Ending) -> Self {
        Self { dialect: Dialect::Plain, framing: Framing::Texts(ending) }
    }

    /// What the hub addressed to this connection alone, made ready to send.
    pub(crate) fn finish(self, bytes: &Arc<[u8]>) -> Arc<[u8]> {
        match self.framing {
            Framing::Texts(ending) if !bytes.is_empty() => ending.end(bytes),
            Framing::Messages(kind) => websocket::frame_lines(bytes, kind),
            Framing::Texts(_) | Framing::Lines => bytes.clone(),
        }
    }

    fn encode(self, relay: &Relay) -> Option<Arc<[u8]>> {
        relay.encode(self.dialect, &[]).map(|bytes| self.finish(&bytes))
    }
}

/// The membership.
#[derive(Debug)]
pub(crate) struct FanOut {
    reactor: u16,
    /// By slot.
    receivers: Vec<Option<Receiver>>,
    /// Slots of the members on this reactor; never an empty set.
    rooms: HashMap<RoomId, IndexSet<u32>>,
    /// Counts deliveries, so that a receiver can be marked as served.
    delivery: u64,
}

#[derive(Debug)]
struct Receiver {
    conn: ConnId,
    manner: Manner,
    rooms: Vec<RoomId>,
    /// The last delivery to several rooms that reached it.
    served: u64,
}

impl FanOut {
    /// Nobody yet, on the reactor of this index.
    pub(crate) fn new(reactor: u16) -> Self {
        Self { reactor, receivers: Vec::new(), rooms: HashMap::new(), delivery: 0 }
    }

    /// A connection speaks; whoever had its slot before is gone.
    pub(crate) fn open(&mut self, conn: ConnId, manner: Manner) {
        self.close(conn.slot);
        let index = index(conn.slot);
        if self.receivers.len() <= index {
            self.receivers.resize_with(index + 1, || None);
        }
        self.receivers[index] = Some(Receiver { conn, manner, rooms: Vec::new(), served: 0 });
    }

    /// The connection in this slot, if any, receives nothing more.
    pub(crate) fn close(&mut self, slot: u32) {
        let Some(receiver) = self.receivers.get_mut(index(slot)).and_then(Option::take) else {
            return;
        };
        for room in receiver.rooms {
            self.remove_member(room, slot);
        }
    }

    /// How this connection wants to be sent things; `None` when it is not here.
    pub(crate) fn manner(&self, conn: ConnId) -> Option<Manner> {
        let receiver = self.receivers.get(index(conn.slot))?.as_ref()?;
        (receiver.conn == conn).then_some(receiver.manner)
    }

    /// It wants them otherwise from here on.
    pub(crate) fn set_manner(&mut self, conn: ConnId, manner: Manner) {
        if let Some(receiver) = self.receiver_mut(conn) {
            receiver.manner = manner;
        }
    }

    /// It speaks otherwise from here on, over the same kind of stream.
    pub(crate) fn set_dialect(&mut self, conn: ConnId, dialect: Dialect) {
        if let Some(receiver) = self.receiver_mut(conn) {
            receiver.manner.dialect = dialect;
        }
    }

    /// It is in the room from here on.
    pub(crate) fn join(&mut self, conn: ConnId, room: RoomId) {
        let Some(receiver) = self.receiver_mut(conn) else { return };
        if !receiver.rooms.contains(&room) {
            receiver.rooms.push(room);
            self.rooms.entry(room).or_default().insert(conn.slot);
        }
    }

    /// It is out of the room from here on.
    pub(crate) fn leave(&mut self, conn: ConnId, room: RoomId) {
        let Some(receiver) = self.receiver_mut(conn) else { return };
        receiver.rooms.retain(|&joined| joined != room);
        self.remove_member(room, conn.slot);
    }

    /// Calls `send` with the slot and the bytes of everybody here who receives the relay, once each; to all of them it is
    /// worth the same.
    pub(crate) fn deliver(
        &mut self,
        to: &Audience,
        relay: &Relay,
        worth: Worth,
        mut send: impl FnMut(u32, &Piece),
    ) {
        self.delivery += 1;
        let Self { reactor, receivers, rooms, delivery } = self;
        let mut encodings = Encodings { relay, worth, made: Vec::new() };
        match to {
            Audience::Room { room, except } => {
                let except = except.filter(|conn| conn.reactor == *reactor);
                for &slot in rooms.get(room).into_iter().flatten() {
                    let receiver = receivers[index(slot)].as_ref().expect("members are here");
                    if Some(receiver.conn) != except {
                        encodings.send(slot, receiver, &mut send);
                    }
                }
            }
            Audience::Rooms { rooms: named, except } => {
                for &slot in named.iter().filter_map(|room| rooms.get(room)).flatten() {
                    let receiver = receivers[index(slot)].as_mut().expect("members are here");
                    let is_served = std::mem::replace(&mut receiver.served, *delivery) == *delivery;
                    if !is_served && Some(receiver.conn) != *except {
                        encodings.send(slot, receiver, &mut send);
                    }
                }
            }
            Audience::Conns(conns) => {
                for conn in conns.iter().filter(|conn| conn.reactor == *reactor) {
                    let receiver = receivers.get(index(conn.slot)).and_then(Option::as_ref);
                    if let Some(receiver) = receiver.filter(|receiver| receiver.conn == *conn) {
                        encodings.send(conn.slot, receiver, &mut send);
                    }
                }
            }
        }
    }

    fn receiver_mut(&mut self, conn: ConnId) -> Option<&mut Receiver> {
        let receiver = self.receivers.get_mut(index(conn.slot))?.as_mut()?;
        (receiver.conn == conn).then_some(receiver)
    }

    fn remove_member(&mut self, room: RoomId, slot: u32) {
        let Some(members) = self.rooms.get_mut(&room) else { return };
        members.swap_remove(&slot);
        if members.is_empty() {
            self.rooms.remove(&room);
        }
    }
}

/// The bytes of one relay, made when the first receiver of a manner comes up.
struct Encodings<'a> {
    relay: &'a Relay,
    worth: Worth,
    /// Few: there are as many as combinations of capabilities in use.
    made: Vec<(Manner, Option<Piece>)>,
}

impl Encodings<'_> {
    fn send(&mut self, slot: u32, receiver: &Receiver, send: &mut impl FnMut(u32, &Piece)) {
        let manner = receiver.manner;
        let place = self.made.iter().position(|(made, _)| *made == manner);
        let place = place.unwrap_or_else(|| {
            let bytes = manner.encode(self.relay);
            self.made.push((manner, bytes.map(|bytes| Piece::new(bytes, self.worth))));
            self.made.len() - 1
        });
        if let Some(piece) = &self.made[place].1 {
            send(slot, piece);
        }
    }
}

fn index(slot: u32) -> usize {
    usize::try_from(slot).expect("addresses have at least 32 bits")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use majlis_protocol::{Capability, CapabilitySet, NICK_MAX_BYTES, ROOM_MAX_BYTES, Timestamp};

    use super::*;
    use crate::event::{Action, MsgId, Source};
    use crate::reactor::SENDQ_LEAST_BYTES;

    const ROOM: RoomId = RoomId(1);
    const OTHER: RoomId = RoomId(2);
    const BARE: Dialect = Dialect::Irc(CapabilitySet::empty());

    fn conn(slot: u32) -> ConnId {
        ConnId { reactor: 3, slot, generation: 7 }
    }

    fn hello() -> Relay {
        Relay {
            source: Source::of("ana", "a@h"),
            account: None,
            time: Timestamp(0),
            msgid: None,
            client_tags: "".into(),
            action: Action::Privmsg { target: "#x".into(), text: "hello".into() },
        }
    }

    /// Slots in this room, of IRC clients without capabilities.
    fn room_of(slots: &[u32]) -> FanOut {
        let mut fan_out = FanOut::new(3);
        for &slot in slots {
            fan_out.open(conn(slot), Manner::irc(BARE));
            fan_out.join(conn(slot), ROOM);
        }
        fan_out
    }

    /// What everybody got; nobody may get a thing twice.
    fn deliver(fan_out: &mut FanOut, to: &Audience, relay: &Relay) -> BTreeMap<u32, Piece> {
        let mut sent = BTreeMap::new();
        fan_out.deliver(to, relay, Worth::Lasting, |slot, piece| {
            assert!(sent.insert(slot, piece.clone()).is_none(), "{slot} got it twice");
        });
        sent
    }

    fn slots(fan_out: &mut FanOut, to: &Audience) -> Vec<u32> {
        deliver(fan_out, to, &hello()).into_keys().collect()
    }

    fn room(except: Option<ConnId>) -> Audience {
        Audience::Room { room: ROOM, except }
    }

    #[test]
    fn members_receive_and_others_do_not() {
        let mut fan_out = room_of(&[0, 1, 2]);
        fan_out.open(conn(3), Manner::irc(BARE));
        assert_eq!(slots(&mut fan_out, &room(None)), [0, 1, 2]);
        assert_eq!(slots(&mut fan_out, &room(Some(conn(1)))), [0, 2]);
        fan_out.leave(conn(0), ROOM);
        assert_eq!(slots(&mut fan_out, &room(None)), [1, 2]);
        fan_out.close(2);
        assert_eq!(slots(&mut fan_out, &room(None)), [1]);
        fan_out.close(1);
        assert!(fan_out.rooms.is_empty());
    }

    #[test]
    fn exception_of_another_reactor_or_time_excepts_nobody() {
        let mut fan_out = room_of(&[0]);
        for except in [ConnId { reactor: 4, ..conn(0) }, ConnId { generation: 6, ..conn(0) }] {
            assert_eq!(slots(&mut fan_out, &room(Some(except))), [0]);
        }
    }

    #[test]
    fn those_of_several_rooms_receive_once() {
        let mut fan_out = room_of(&[0, 1, 2]);
        for slot in [1, 2, 3] {
            if slot == 3 {
                fan_out.open(conn(slot), Manner::irc(BARE));
            }
            fan_out.join(conn(slot), OTHER);
        }
        let rooms = |except| Audience::Rooms { rooms: [ROOM, OTHER, RoomId(9)].into(), except };
        assert_eq!(slots(&mut fan_out, &rooms(None)), [0, 1, 2, 3]);
        assert_eq!(slots(&mut fan_out, &rooms(Some(conn(2)))), [0, 1, 3]);
        assert_eq!(slots(&mut fan_out, &rooms(None)), [0, 1, 2, 3]);
    }

    #[test]
    fn named_connections_receive_if_they_are_still_the_same() {
        let mut fan_out = room_of(&[0, 1]);
        let elsewhere = ConnId { reactor: 0, ..conn(1) };
        let gone = ConnId { generation: 1, ..conn(1) };
        let named = Audience::Conns([conn(0), elsewhere, gone, conn(77)].into());
        assert_eq!(slots(&mut fan_out, &named), [0]);
    }

    #[test]
    fn stale_connection_changes_nothing() {
        let mut fan_out = room_of(&[0]);
        let stale = ConnId { generation: 6, ..conn(0) };
        fan_out.leave(stale, ROOM);
        fan_out.join(stale, OTHER);
        fan_out.set_manner(stale, Manner::plain(Ending::Lf));
        assert_eq!(fan_out.manner(stale), None);
        assert_eq!(fan_out.manner(conn(0)), Some(Manner::irc(BARE)));
        assert_eq!(slots(&mut fan_out, &room(None)), [0]);
        assert_eq!(fan_out.rooms.len(), 1);
    }

    #[test]
    fn slot_taken_again_inherits_no_room() {
        let mut fan_out = room_of(&[0]);
        let successor = ConnId { generation: 8, ..conn(0) };
        fan_out.open(successor, Manner::irc(BARE));
        assert_eq!(slots(&mut fan_out, &room(None)), Vec::<u32>::new());
    }

    #[test]
    fn each_manner_is_encoded_once_and_shared() {
        let mut fan_out = room_of(&[0, 1, 2, 3, 4]);
        let tagged: CapabilitySet =
            [Capability::MessageTags, Capability::ServerTime].into_iter().collect();
        fan_out.set_dialect(conn(1), Dialect::irc(tagged));
        fan_out.set_manner(conn(2), Manner::plain(Ending::Bare));
        fan_out.set_manner(conn(3), Manner::plain(Ending::CrLf));
        let sent = deliver(&mut fan_out, &room(None), &hello());
        assert_eq!(sent[&0].bytes(), b":ana!a@h PRIVMSG #x :hello\r\n");
        assert!(sent[&1].bytes().starts_with(b"@time=1970-01-01T00:00:00.000Z :ana!a@h "));
        assert_eq!(sent[&2].bytes(), b"ana: hello");
        assert_eq!(sent[&3].bytes(), b"ana: hello\r\n");
        assert!(sent[&0].is_shared_with(&sent[&4]));
    }

    #[test]
    fn a_message_of_many_lines_is_shared_too_in_one_piece() {
        let mut fan_out = room_of(&[0, 1, 2, 3, 4, 5]);
        let able: CapabilitySet = [Capability::Batch, Capability::Multiline].into_iter().collect();
        for slot in [1, 2] {
            fan_out.set_dialect(conn(slot), Dialect::irc(able));
        }
        fan_out.set_manner(conn(3), Manner::plain(Ending::CrLf));
        fan_out.set_manner(conn(4), Manner::web(BARE, Kind::Text));
        let said = Action::Privmsg { target: "#x".into(), text: "one\n\ntwo\n".into() };
        let sent = deliver(
            &mut fan_out,
            &room(None),
            &Relay { action: said, msgid: Some(MsgId(7)), ..hello() },
        );
        assert_eq!(sent[&0].bytes(), b":ana!a@h PRIVMSG #x :one\r\n:ana!a@h PRIVMSG #x :two\r\n");
        assert!(sent[&0].is_shared_with(&sent[&5]));
        let opening = b":ana!a@h BATCH +00000000000000000000000007 draft/multiline #x\r\n";
        assert!(sent[&1].bytes().starts_with(opening));
        assert!(sent[&1].is_shared_with(&sent[&2]));
        assert_eq!(sent[&3].bytes(), b"ana: one\r\nana: two\r\n");
        let frames = b"\x81\x18:ana!a@h PRIVMSG #x :one\x81\x18:ana!a@h PRIVMSG #x :two";
        assert_eq!(sent[&4].bytes(), frames);
    }

    #[test]
    fn the_longest_message_fits_into_the_smallest_queue() {
        let nick = "n".repeat(NICK_MAX_BYTES);
        let user_host = format!("{}@{}", "u".repeat(32), "h".repeat(39));
        let target = format!("@#{}", "r".repeat(ROOM_MAX_BYTES - 1)).into();
        // As many lines and bytes as limits.multiline_lines and limits.multiline_bytes allow at most.
        let text = format!("{}\n", "x".repeat(130)).repeat(500).into();
        let longest = Relay {
            source: Source { is_bot: true, ..Source::of(&nick, &user_host) },
            account: Some(nick.as_str().into()),
            msgid: Some(MsgId(7)),
            client_tags: format!("+a={}", "x".repeat(4_090)).into(),
            action: Action::Privmsg { target, text },
            ..hello()
        };
        let all: CapabilitySet = Capability::ALL.iter().copied().collect();
        let mut without_batches = all;
        without_batches.remove(Capability::Multiline);
        for dialect in [BARE, Dialect::irc(all), Dialect::irc(without_batches)] {
            let bytes = Manner::web(dialect, Kind::Text).encode(&longest).unwrap();
            assert!((64_000..SENDQ_LEAST_BYTES).contains(&bytes.len()), "{}", bytes.len());
        }
        let bytes = Manner::plain(Ending::CrLf).encode(&longest).unwrap();
        assert!(bytes.len() < SENDQ_LEAST_BYTES, "{}", bytes.len());
    }

    #[test]
    fn what_a_dialect_does_not_tell_is_not_sent() {
        let mut fan_out = room_of(&[0]);
        let typing = Relay { action: Action::Tagmsg { target: "#x".into() }, ..hello() };
        assert!(deliver(&mut fan_out, &room(None), &typing).is_empty());
    }

    #[test]
    fn websockets_keep_their_frames_when_the_dialect_changes() {
        let mut fan_out = room_of(&[0, 1]);
        fan_out.set_manner(conn(0), Manner::web(BARE, Kind::Text));
        fan_out.set_manner(conn(1), Manner::web(BARE, Kind::Binary));
        let sent = deliver(&mut fan_out, &room(None), &hello());
        assert_eq!(sent[&0].bytes(), b"\x81\x1a:ana!a@h PRIVMSG #x :hello");
        assert_eq!(sent[&1].bytes(), b"\x82\x1a:ana!a@h PRIVMSG #x :hello");
        let tagged = [Capability::ServerTime].into_iter().collect();
        fan_out.set_dialect(conn(0), Dialect::irc(tagged));
        let sent = deliver(&mut fan_out, &room(None), &hello());
        assert!(sent[&0].bytes().starts_with(b"\x81\x39@time=1970-01-01T00:00:00.000Z :ana!a@h "));
    }

    #[test]
    fn replies_get_the_ending_of_the_plain_room_only() {
        let reply: Arc<[u8]> = b"Welcome".as_slice().into();
        assert_eq!(&*Manner::plain(Ending::Lf).finish(&reply), b"Welcome\n");
        assert_eq!(&*Manner::irc(BARE).finish(&reply), b"Welcome");
        assert_eq!(&*Manner::plain(Ending::Lf).finish(&[].into()), b"");
    }
}
