//! An archive with a long history in it, as if its messages had come over the years.

use std::path::PathBuf;

use glib::MainContext;
use majlis::irc::event::{Message, MessageKind};
use majlis::irc::{HistoryMark, KnownServer};
use majlis::store::{
    About, Archive, ArchivedMessage, ConversationKey, ConversationRow, NetworkKey, NetworkRow,
    Place,
};

/// What a small room has: more than one page.
const SMALL: u64 = 150;
/// How many are kept at once.
const CHUNK: u64 = 5_000;
/// How many people talk.
const PEOPLE: u64 = 20;
/// They speak once a minute.
const PAUSE_MS: u64 = 60_000;

/// Makes the archive, and prints the numbers of its small and its big room.
pub(crate) fn fill(folder: PathBuf, count: u64) {
    let archive =
        Archive::open(Place::new(folder)).expect("a program can start one thread").archive;
    let network = NetworkKey::draw();
    let end_ms = u64::try_from(glib::real_time() / 1000).expect("after 1970");
    let rooms = [("#small", SMALL), ("#big", count)].map(|room| (ConversationKey::draw(), room));
    MainContext::default().block_on(async {
        archive.put_network(network_row(network)).await.expect("the disk takes it");
        for (key, (name, count)) in rooms {
            archive
                .put_conversation(room_row(network, key, name, count, end_ms))
                .await
                .expect("so it does");
            for first in (0..count).step_by(usize::try_from(CHUNK).expect("small")) {
                let chunk =
                    (first..count.min(first + CHUNK)).map(|number| message(number, count, end_ms));
                archive.store_messages(vec![(key, chunk.collect())]).await.expect("so it does");
            }
        }
        archive.close().await;
    });
    let [(small, _), (big, _)] = rooms;
    println!("[{}, {}]", small.number(), big.number());
}

/// Nobody is there, and nobody is asked.
fn network_row(key: NetworkKey) -> NetworkRow {
    NetworkRow {
        key,
        host: "127.0.0.1".into(),
        port: 1,
        encrypt: false,
        pin: None,
        display_name: "Ana".into(),
        name: "Home".into(),
        account: None,
        has_device: false,
        is_checked: true,
        known: KnownServer::default(),
        stays_offline: true,
    }
}

fn room_row(
    network: NetworkKey,
    key: ConversationKey,
    name: &str,
    count: u64,
    end_ms: u64,
) -> ConversationRow {
    let last = message(count - 1, count, end_ms).message;
    ConversationRow {
        key,
        network,
        name: name.into(),
        topic: "What there is to talk about".into(),
        is_open: true,
        is_complete: true,
        read_mark: Some(HistoryMark { time_ms: last.time_ms, msgid: last.msgid }),
        draft: String::new(),
        is_pinned: false,
        is_muted: false,
        is_left: false,
        room_key: None,
    }
}

/// Words of many lengths, by many people, up to this time.
fn message(number: u64, count: u64, end_ms: u64) -> ArchivedMessage {
    let words = usize::try_from(3 + number * 7 % 25).expect("few");
    let nick = format!("person{}", number * 13 / 3 % PEOPLE);
    let message = Message {
        msgid: format!("m{number:08}"),
        time_ms: end_ms - (count - number) * PAUSE_MS,
        display_name: Some(format!("Person {}", number * 13 / 3 % PEOPLE)),
        nick,
        is_own: false,
        send_id: None,
        kind: MessageKind::Text,
        text: format!("{number}: {}", vec!["words"; words].join(" ")),
        reply_to: None,
    };
    ArchivedMessage { message, is_mention: false, about: About::default() }
}
