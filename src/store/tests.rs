//! The archive as a whole, on real files.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use crate::irc::event::{Deletion, Happening, Message, MessageKind, Occurrence, Reaction, Role};
use crate::irc::{HistoryMark, KnownServer};

use super::*;

mod abouts;
mod losses;
mod searching;

struct Fixture {
    folder: TempDir,
    archive: Archive,
    trouble: Option<OpenTrouble>,
}

impl Fixture {
    fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap())
    }

    fn in_folder(folder: TempDir) -> Self {
        let opened = Archive::open(place(folder.path())).unwrap();
        let trouble = opened.trouble.wait().unwrap();
        Self { folder, archive: opened.archive, trouble }
    }

    /// Closes the archive properly and opens it again.
    fn reopened(self) -> Self {
        self.archive.close_and_wait();
        Self::in_folder(self.folder)
    }

    /// What a program would find that starts after this one was killed right now.
    fn after_kill(&self) -> Self {
        let copy = tempfile::tempdir().unwrap();
        fs::create_dir(copy.path().join("majlis")).unwrap();
        for entry in fs::read_dir(self.folder.path().join("majlis")).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_name().to_string_lossy().ends_with("-shm") {
                fs::copy(entry.path(), copy.path().join("majlis").join(entry.file_name())).unwrap();
            }
        }
        Self::in_folder(copy)
    }

    fn restore(&self) -> Vec<RestoredNetwork> {
        self.archive.restore(100).wait().unwrap()
    }

    /// A network with one room.
    fn add_room(&self) -> (NetworkRow, ConversationRow) {
        let (network, room) = rows();
        self.archive.put_network(network.clone()).wait().unwrap();
        self.archive.put_conversation(room.clone()).wait().unwrap();
        (network, room)
    }

    fn store(&self, room: &ConversationRow, messages: Vec<ArchivedMessage>) {
        self.archive.store_messages(vec![(room.key, messages)]).wait().unwrap();
    }

    fn everything(&self, room: &ConversationRow) -> Vec<ArchivedMessage> {
        self.archive.page_before(room.key, None, 1000).wait().unwrap().messages
    }
}

fn place(folder: &Path) -> Place {
    Place::new(folder.join("majlis"))
}

fn rows() -> (NetworkRow, ConversationRow) {
    let network = NetworkRow {
        key: NetworkKey::draw(),
        host: "majlis.local".into(),
        port: 33000,
        encrypt: true,
        pin: Some("ab".repeat(32).parse().unwrap()),
        display_name: "هبة سليم".into(),
        name: "Home".into(),
        account: Some("هبة_سليم".into()),
        has_device: true,
        is_checked: false,
        known: KnownServer { is_majlis: true, has_scram: false },
        stays_offline: true,
    };
    let room = ConversationRow {
        key: ConversationKey::draw(),
        network: network.key,
        name: "#مجلس".into(),
        topic: "tea".into(),
        is_open: true,
        is_complete: false,
        read_mark: Some(HistoryMark { time_ms: 2, msgid: "2".into() }),
        draft: "half a sen".into(),
        is_pinned: true,
        is_muted: true,
        room_key: Some("sesame".into()),
        is_left: true,
    };
    (network, room)
}

fn message(number: u64) -> ArchivedMessage {
    let message = Message {
        msgid: number.to_string(),
        time_ms: number,
        nick: "ana".into(),
        display_name: Some("Ana María".into()),
        is_own: false,
        send_id: None,
        kind: MessageKind::Text,
        text: format!("message {number}"),
        reply_to: None,
    };
    ArchivedMessage { message, is_mention: number.is_multiple_of(2), about: About::default() }
}

fn messages(numbers: impl IntoIterator<Item = u64>) -> Vec<ArchivedMessage> {
    numbers.into_iter().map(message).collect()
}

fn waiting(text: &str) -> Waiting {
    Waiting {
        id: Uuid::new_v4(),
        text: text.into(),
        is_action: false,
        reply_to: None,
        created_ms: 77,
        failure: None,
    }
}

fn entries<const N: usize>(room: &ConversationRow, waiting: [&Waiting; N]) -> Vec<OutboxEntry> {
    let entry = |waiting: &Waiting| OutboxEntry {
        conversation: room.key,
        waiting: waiting.clone(),
        is_noted: false,
    };
    waiting.map(entry).into()
}

fn echo(waiting: &Waiting, number: u64) -> ArchivedMessage {
    let mut echo = message(number);
    echo.message.is_own = true;
    echo.message.send_id = Some(waiting.id);
    echo
}

fn outbox_texts(network: &RestoredNetwork) -> Vec<&str> {
    network.outbox.iter().map(|entry| entry.waiting.text.as_str()).collect()
}

#[test]
fn what_was_kept_is_there_after_reopening() {
    let fixture = Fixture::new();
    let (network, room) = fixture.add_room();
    let closed = ConversationRow { key: ConversationKey::draw(), is_open: false, ..rows().1 };
    let closed = ConversationRow { network: network.key, read_mark: None, ..closed };
    fixture.archive.put_conversation(closed.clone()).wait().unwrap();
    fixture.store(&room, messages(1..=5));
    fixture.store(&closed, messages(1..=5));

    let fixture = fixture.reopened();
    assert_eq!(fixture.trouble, None);
    let restored = fixture.restore();
    assert_eq!(restored.len(), 1);
    assert_eq!(restored[0].row, network);
    let [first, second] = &restored[0].conversations[..] else { panic!("two conversations") };
    assert_eq!((&first.row, &first.newest.messages), (&room, &messages(1..=5)));
    assert_eq!((first.unread_count, first.mention_count), (3, 1), "3, 4 and 5; of these 4");
    assert_eq!((&second.row, &second.newest.messages), (&closed, &messages([5])));
    assert_eq!((second.unread_count, second.mention_count), (0, 0), "nothing was ever unread");
}

#[test]
fn networks_and_conversations_keep_the_order_in_which_they_were_added() {
    let fixture = Fixture::new();
    let added: Vec<_> = (0..10).map(|_| fixture.add_room().0.key).collect();
    let keys = |fixture: &Fixture| fixture.restore().iter().map(|n| n.row.key).collect::<Vec<_>>();
    assert_eq!(keys(&fixture), added);
    let changed = fixture.restore().swap_remove(3).row;
    fixture.archive.put_network(NetworkRow { name: "New".into(), ..changed }).wait().unwrap();
    assert_eq!(keys(&fixture), added);
}

#[test]
fn a_message_is_kept_once_however_often_it_comes() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    for batch in [1..=4, 3..=6, 1..=6] {
        fixture.store(&room, messages(batch));
    }
    assert_eq!(fixture.everything(&room), messages(1..=6));
}

#[test]
fn pages_are_in_order_and_meet_without_overlap() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    fixture.store(&room, messages((1..=25).rev()));
    let archive = &fixture.archive;

    let mut walked = Vec::new();
    let mut before = None;
    loop {
        let mut page = archive.page_before(room.key, before, 10).wait().unwrap().messages;
        let Some(oldest) = page.first() else { break };
        before = Some(oldest.mark());
        page.append(&mut walked);
        walked = page;
    }
    assert_eq!(walked, messages(1..=25));
    let after = archive.page_after(room.key, message(7).mark(), 10).wait().unwrap();
    assert_eq!(after.messages, messages(8..=17));
}

fn happened(time_ms: u64, what: Happening) -> Occurrence {
    Occurrence {
        event_id: format!("e{time_ms}"),
        time_ms,
        nick: "ben".into(),
        display_name: Some("Ben".into()),
        what,
    }
}

#[test]
fn whatever_happens_is_kept_as_it_was_and_once() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let whom = || ("cem".to_owned(), Some("Cem".to_owned()));
    let role = |role| {
        let (nick, display_name) = whom();
        Happening::Role { nick, display_name, role }
    };
    let (nick, display_name) = whom();
    let all: Vec<_> = [
        Happening::Joined,
        Happening::Left,
        Happening::Nick("benny".into()),
        Happening::Renamed("#tea".into()),
        Happening::Topic(String::new()),
        Happening::Removed { nick, display_name, reason: "out".into() },
        Happening::Modes("+m".into()),
        role(Role::None),
        role(Role::Voice),
        role(Role::Operator),
    ]
    .into_iter()
    .zip(1..)
    .map(|(what, time_ms)| happened(time_ms, what))
    .collect();
    for _ in 0..2 {
        fixture.archive.store_happened(vec![(room.key, all.clone())]).wait().unwrap();
    }
    let fixture = fixture.after_kill();
    assert_eq!(fixture.restore()[0].conversations[0].newest.happened, all);
}

#[test]
fn what_happened_comes_with_the_page_in_whose_time_it_was() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    fixture.store(&room, messages((10..=50).step_by(10)));
    let joined = [5, 15, 20, 25, 35, 45, 55].map(|time_ms| happened(time_ms, Happening::Joined));
    fixture.archive.store_happened(vec![(room.key, joined.to_vec())]).wait().unwrap();
    let times =
        |page: ArchivedPage| page.happened.iter().map(|one| one.time_ms).collect::<Vec<_>>();
    let before = |mark: Option<u64>, limit| {
        let mark = mark.map(|number| message(number).mark());
        times(fixture.archive.page_before(room.key, mark, limit).wait().unwrap())
    };
    assert_eq!(before(None, 2), [45, 55]);
    assert_eq!(before(Some(40), 2), [20, 25, 35]);
    assert_eq!(before(Some(20), 2), [5, 15], "there is nothing before");
    let after = |mark, limit| {
        let mark = message(mark).mark();
        times(fixture.archive.page_after(room.key, mark, limit).wait().unwrap())
    };
    assert_eq!(after(10, 2), [15, 20, 25]);
    assert_eq!(after(30, 9), [35, 45, 55]);
    let around = |mark, limit| {
        let found = fixture.archive.page_around(room.key, message(mark).mark(), limit);
        times(found.wait().unwrap().page)
    };
    assert_eq!(around(30, 1), [20, 25], "from 20 up to 30");
    assert_eq!(around(20, 9), [5, 15, 20, 25, 35, 45, 55]);
}

#[test]
fn of_a_crowd_that_comes_and_goes_the_newest_are_enough() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let crowd: Vec<_> = (0..500).map(|time_ms| happened(time_ms, Happening::Left)).collect();
    fixture.archive.store_happened(vec![(room.key, crowd.clone())]).wait().unwrap();
    let page = fixture.archive.page_before(room.key, None, 10).wait().unwrap();
    assert_eq!(page.happened, crowd[400..]);
}

#[test]
fn messages_of_one_instant_are_in_the_order_in_which_they_came() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let instant = |ids: &[&str]| -> Vec<ArchivedMessage> {
        let one = |id: &&str| {
            let mut one = message(9);
            one.message.msgid = (*id).into();
            one
        };
        ids.iter().map(one).collect()
    };
    let ids =
        |page: &[ArchivedMessage]| page.iter().map(|m| m.message.msgid.clone()).collect::<Vec<_>>();
    fixture.store(&room, instant(&["m", "z", "a"]));
    fixture.store(&room, instant(&["z", "k"]));
    // A page of what was said before them, and one before that.
    for page in [["y", "b", "m"], ["x", "w", "y"]] {
        fixture.archive.store_older(vec![(room.key, instant(&page))]).wait().unwrap();
    }
    let fixture = fixture.reopened();
    let order = ["x", "w", "y", "b", "m", "z", "a", "k"];
    assert_eq!(ids(&fixture.everything(&room)), order);

    for limit in 1..=8 {
        let (mut back, mut mark) = (Vec::new(), None);
        loop {
            let page = fixture.archive.page_before(room.key, mark, limit).wait().unwrap().messages;
            let Some(first) = page.first() else { break };
            mark = Some(first.mark());
            back.splice(0..0, ids(&page));
        }
        assert_eq!(back, order, "{limit} at a time");
        let (mut on, mut mark) = (Vec::new(), HistoryMark { time_ms: 9, msgid: String::new() });
        loop {
            let page = fixture.archive.page_after(room.key, mark, limit).wait().unwrap().messages;
            let Some(last) = page.last() else { break };
            mark = last.mark();
            on.extend(ids(&page));
        }
        assert_eq!(on, order, "{limit} at a time");
    }
    let mark = |id: &str| HistoryMark { time_ms: 9, msgid: id.into() };
    let around = fixture.archive.page_around(room.key, mark("b"), 2).wait().unwrap().page.messages;
    assert_eq!(ids(&around), ["w", "y", "b", "m"]);
    let unread = |id| fixture.archive.count_unread(room.key, mark(id)).wait().unwrap().0;
    assert_eq!((unread("x"), unread("z"), unread("k")), (7, 2, 0));
    assert_eq!(unread("\u{10FFFF}"), 0, "all of that instant is read");
}

#[test]
fn the_outbox_keeps_its_order_until_each_echo_comes() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let [one, two, three] = ["one", "two", "three"].map(waiting);
    fixture.archive.queue(entries(&room, [&one, &two])).wait().unwrap();
    fixture.archive.queue(entries(&room, [&three])).wait().unwrap();

    let fixture = fixture.after_kill();
    assert_eq!(outbox_texts(&fixture.restore()[0]), ["one", "two", "three"]);
    fixture.store(&room, vec![echo(&two, 5)]);

    let fixture = fixture.after_kill();
    assert_eq!(outbox_texts(&fixture.restore()[0]), ["one", "three"]);
    assert_eq!(fixture.everything(&room), [echo(&two, 5)]);
}

#[test]
fn what_may_have_been_sent_is_known_after_a_kill_and_after_damage() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let [one, two] = ["one", "two"].map(waiting);
    fixture.archive.queue(entries(&room, [&one, &two])).wait().unwrap();
    let noted = |fixture: &Fixture| {
        fixture.restore()[0].outbox.iter().map(|entry| entry.is_noted).collect::<Vec<_>>()
    };
    assert_eq!(noted(&fixture.after_kill()), [false, false]);
    fixture.archive.note(vec![one.id]).wait().unwrap();
    assert_eq!(noted(&fixture.after_kill()), [true, false]);

    fixture.archive.close_and_wait();
    open::note_damage(&place(fixture.folder.path()));
    let fixture = Fixture::in_folder(fixture.folder);
    assert!(matches!(&fixture.trouble, Some(OpenTrouble::Damaged(_))));
    assert_eq!(noted(&fixture), [true, true], "what is lost may be that it was noted");
}

#[test]
fn a_failed_message_is_kept_with_its_reason_and_goes_to_the_end_when_tried_again() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let [one, two] = ["one", "two"].map(waiting);
    fixture.archive.queue(entries(&room, [&one, &two])).wait().unwrap();
    fixture.archive.mark_failed(one.id, "moderated".into()).wait().unwrap();

    let fixture = fixture.reopened();
    let outbox = fixture.restore().swap_remove(0).outbox;
    assert_eq!(outbox[0].waiting.failure.as_deref(), Some("moderated"));
    assert_eq!(outbox[1].waiting, two);

    let again = waiting("one");
    fixture.archive.requeue(one.id, entries(&room, [&again]).remove(0)).wait().unwrap();
    let outbox = fixture.restore().swap_remove(0).outbox;
    assert_eq!(outbox.iter().map(|e| &e.waiting).collect::<Vec<_>>(), [&two, &again]);
    fixture.archive.take_back(two.id).wait().unwrap();
    assert_eq!(outbox_texts(&fixture.restore()[0]), ["one"]);
}

#[test]
fn a_batch_is_kept_whole_or_not_at_all() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let sent = waiting("sent");
    fixture.archive.queue(entries(&room, [&sent])).wait().unwrap();
    let nowhere = ConversationKey::draw();
    let batch = vec![(room.key, vec![echo(&sent, 1)]), (nowhere, messages([2]))];
    assert!(fixture.archive.store_messages(batch).wait().is_err());
    assert_eq!(fixture.everything(&room), []);
    assert_eq!(outbox_texts(&fixture.restore()[0]), ["sent"], "its echo is not kept either");
}

#[test]
fn everything_answered_survives_a_kill() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    for number in 1..=20 {
        fixture.store(&room, messages([number]));
        let found = fixture.after_kill();
        assert_eq!(found.trouble, None);
        assert_eq!(found.everything(&room), messages(1..=number));
    }
}

#[test]
fn a_removed_network_leaves_nothing() {
    let fixture = Fixture::new();
    let (network, room) = fixture.add_room();
    fixture.store(&room, messages(1..=5));
    fixture.archive.queue(entries(&room, [&waiting("x")])).wait().unwrap();
    fixture.archive.remove_network(network.key).wait().unwrap();
    assert_eq!(fixture.restore(), []);
    assert_eq!(fixture.everything(&room), []);
}

#[test]
fn a_damaged_archive_is_set_aside_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    place.make().unwrap();
    fs::write(place.archive(), "this was an archive once".repeat(100)).unwrap();
    let fixture = Fixture::in_folder(folder);
    let Some(OpenTrouble::Damaged(aside)) = &fixture.trouble else { panic!("not told") };
    assert!(fs::read_to_string(aside).unwrap().starts_with("this was an archive once"));
    let (network, _) = fixture.add_room();
    let fixture = fixture.reopened();
    assert_eq!(fixture.trouble, None);
    assert_eq!(fixture.restore()[0].row, network);
}

/// Leaves nothing of a file but its length.
fn wreck(path: &Path) {
    let length = fs::metadata(path).unwrap().len();
    fs::write(path, vec![0xA5; usize::try_from(length).unwrap()]).unwrap();
}

#[test]
fn the_list_of_servers_outlives_an_archive_of_which_nothing_can_be_read() {
    let fixture = Fixture::new();
    let (first, _) = fixture.add_room();
    let (forgotten, _) = fixture.add_room();
    let (last, _) = fixture.add_room();
    fixture.archive.remove_network(forgotten.key).wait().unwrap();
    let renamed = NetworkRow { name: "Garden".into(), ..last };
    fixture.archive.put_network(renamed.clone()).wait().unwrap();
    fixture.archive.close_and_wait();
    wreck(&place(fixture.folder.path()).archive());

    let fixture = Fixture::in_folder(fixture.folder);
    assert!(matches!(fixture.trouble, Some(OpenTrouble::Damaged(_))));
    let rows =
        |fixture: &Fixture| fixture.restore().into_iter().map(|one| one.row).collect::<Vec<_>>();
    assert_eq!(rows(&fixture), [first.clone(), renamed.clone()]);

    // The other way round, nothing is lost, and the list is kept again.
    fixture.archive.close_and_wait();
    wreck(&place(fixture.folder.path()).servers());
    let fixture = Fixture::in_folder(fixture.folder);
    assert_eq!(fixture.trouble, None);
    fixture.archive.close_and_wait();
    wreck(&place(fixture.folder.path()).archive());
    assert_eq!(rows(&Fixture::in_folder(fixture.folder)), [first, renamed]);
}

#[test]
fn an_archive_that_lost_all_its_bytes_is_no_new_one() {
    let fixture = Fixture::new();
    let (network, _) = fixture.add_room();
    fixture.archive.close_and_wait();
    fs::write(place(fixture.folder.path()).archive(), []).unwrap();
    let fixture = Fixture::in_folder(fixture.folder);
    assert!(matches!(fixture.trouble, Some(OpenTrouble::Damaged(_))));
    assert_eq!(fixture.restore()[0].row, network);
    assert_eq!(fixture.reopened().trouble, None);
}

#[test]
fn damage_found_in_use_is_told_and_sets_the_file_aside_at_the_next_start() {
    let fixture = Fixture::new();
    let (network, room) = fixture.add_room();
    let complete = ConversationRow { is_complete: true, ..room.clone() };
    fixture.archive.put_conversation(complete).wait().unwrap();
    fixture.archive.set_ignored(network.key, "eve".into(), true).wait().unwrap();
    fixture.archive.queue(entries(&room, [&waiting("not sent yet")])).wait().unwrap();
    fixture.store(&room, (1..=2000).map(message).collect());
    let fixture = fixture.reopened();
    fixture.archive.close_and_wait();
    // Everything that was said, and nothing of the tables' names.
    let path = place(fixture.folder.path()).archive();
    let mut bytes = fs::read(&path).unwrap();
    let file = Connection::open(&path).unwrap();
    let mut pages = file.prepare("SELECT pageno FROM dbstat WHERE name LIKE 'messages%'").unwrap();
    for page in pages.query_map([], |row| row.get::<_, u32>(0)).unwrap().map(Result::unwrap) {
        bytes[(page as usize - 1) * 4096..][..4096].fill(0xA5);
    }
    drop(pages);
    drop(file);
    fs::write(&path, bytes).unwrap();

    let opened = Archive::open(place(fixture.folder.path())).unwrap();
    assert_eq!(opened.trouble.wait().unwrap(), None, "it is not seen at once");
    let page = opened.archive.page_before(room.key, None, 1000).wait();
    assert_eq!(page, Err(StoreError::Damaged));
    assert_eq!(opened.failures.recv_blocking(), Ok(StoreError::Damaged));
    opened.archive.close_and_wait();
    let fixture = Fixture::in_folder(fixture.folder);
    assert!(matches!(&fixture.trouble, Some(OpenTrouble::Damaged(aside)) if aside.exists()));
    // What the servers do not have was taken over; what was said comes from them again, from its beginning.
    let [found] = &fixture.restore()[..] else { panic!("one network") };
    assert_eq!((&found.row, &found.ignored[..]), (&network, &["eve".to_owned()][..]));
    assert_eq!(outbox_texts(found), ["not sent yet"]);
    assert_eq!(found.conversations[0].row, room);
    assert_eq!(found.conversations[0].newest.messages, []);
}

#[test]
fn an_archive_of_a_newer_version_is_set_aside_whole() {
    let fixture = Fixture::new();
    fixture.archive.close_and_wait();
    let path = place(fixture.folder.path()).archive();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 4711).unwrap();
    let fixture = Fixture::in_folder(fixture.folder);
    let Some(OpenTrouble::Newer(aside)) = &fixture.trouble else { panic!("not told") };
    let version: u32 = Connection::open(aside)
        .and_then(|found| found.pragma_query_value(None, "user_version", |row| row.get(0)))
        .unwrap();
    assert_eq!(version, 4711);
}

#[test]
fn without_a_disk_it_works_in_memory_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("majlis"), "a file where the folder should be").unwrap();
    let fixture = Fixture::in_folder(folder);
    assert!(matches!(&fixture.trouble, Some(OpenTrouble::InMemory(reason)) if !reason.is_empty()));
    let (_, room) = fixture.add_room();
    fixture.store(&room, messages(1..=3));
    assert_eq!(fixture.everything(&room), messages(1..=3));
}

#[test]
fn the_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("majlis")).unwrap();
    let fixture = Fixture::in_folder(folder);
    let mode = fs::metadata(fixture.folder.path().join("majlis")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_closed_archive_says_so() {
    let fixture = Fixture::new();
    fixture.archive.close_and_wait();
    assert_eq!(fixture.archive.restore(1).wait(), Err(StoreError::Closed));
}

#[test]
fn the_migrations_make_what_the_schema_shows() {
    let fixture = Fixture::new();
    fixture.archive.close_and_wait();
    let made = Connection::open(place(fixture.folder.path()).archive()).unwrap();
    let shown = Connection::open_in_memory().unwrap();
    shown.execute_batch(include_str!("schema.sql")).unwrap();
    assert_eq!(schema(&made), schema(&shown));
}

/// The statements that make a database, without comments, line breaks, and the spaces that a later column brings.
fn schema(connection: &Connection) -> Vec<String> {
    let mut query = connection
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
        .unwrap();
    let statements = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    statements
        .map(|sql| {
            let sql = sql.unwrap();
            let lines = sql.lines().map(str::trim).filter(|line| !line.starts_with("--"));
            let words = lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
            words.replace(" ,", ",").replace("( ", "(").replace(" )", ")")
        })
        .collect()
}

#[test]
fn what_replies_show_is_found_where_it_is() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let mut long = message(3);
    long.message.text = "ن".repeat(500);
    long.message.display_name = None;
    long.message.reply_to = Some("2".into());
    fixture.store(&room, vec![message(2), long.clone()]);
    assert_eq!(fixture.everything(&room)[1], long, "what it answers is kept");
    let asked = vec!["3".to_owned(), "9".to_owned(), "2".to_owned()];
    let found = fixture.archive.quotes(room.key, asked).wait().unwrap();
    let quote = |msgid: &str, sender: &str, text: String| Quote {
        msgid: msgid.into(),
        sender: sender.into(),
        text,
    };
    let expected =
        [quote("3", "ana", "ن".repeat(200)), quote("2", "Ana María", "message 2".into())];
    assert_eq!(found, expected);
}

#[test]
fn a_place_is_found_by_message_and_by_time_with_what_is_around_it() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let find = |goal| fixture.archive.find(room.key, goal).wait().unwrap();
    assert_eq!(find(Goal::Time(5)), Found::Older(None));
    fixture.store(&room, messages(10..=20));
    let mark = |number: u64| message(number).mark();
    assert_eq!(find(Goal::Message("12".into())), Found::Here(mark(12)));
    assert_eq!(find(Goal::Message("9".into())), Found::Older(Some(mark(10))));
    assert_eq!(find(Goal::Time(12)), Found::Here(mark(12)));
    assert_eq!(find(Goal::Time(9)), Found::Older(Some(mark(10))));
    assert_eq!(find(Goal::Time(10)), Found::Older(Some(mark(10))), "one may be before it");
    assert_eq!(find(Goal::Time(21)), Found::Nowhere);

    let around = |number, limit| {
        let found = fixture.archive.page_around(room.key, mark(number), limit).wait().unwrap();
        let numbers: Vec<_> = found.page.messages.iter().map(|one| one.message.time_ms).collect();
        (numbers, found.is_oldest, found.is_newest)
    };
    assert_eq!(around(15, 2), (vec![13, 14, 15, 16], false, false));
    assert_eq!(around(10, 3), (vec![10, 11, 12], true, false));
    assert_eq!(around(20, 2), (vec![18, 19, 20], false, true));
}
