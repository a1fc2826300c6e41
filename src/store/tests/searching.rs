//! What was said is found, whatever else goes on.

use super::*;

fn saying(number: u64, nick: &str, text: &str) -> ArchivedMessage {
    let mut said = message(number);
    said.message.nick = nick.into();
    said.message.display_name = None;
    said.message.text = text.into();
    said
}

fn found(fixture: &Fixture, text: &str, person: &str) -> Vec<String> {
    let (text, person) = (text.to_owned(), person.to_owned());
    let search = Search { text, person, conversation: None, limit: 10 };
    let found = fixture.archive.search(search).wait().unwrap();
    found.into_iter().map(|found| found.archived.message.text).collect()
}

#[test]
fn what_was_said_is_found_by_words_of_any_script_the_newest_first() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let said = [
        saying(1, "ana", "Tea, or coffee?"),
        saying(2, "ben", "والكتاب على الطاولة"),
        saying(3, "李雷", "我在李雷家"),
        saying(4, "ben", "tea time"),
        saying(5, "ana", "👋"),
    ];
    fixture.store(&room, said.into());
    assert_eq!(found(&fixture, "TEA", ""), ["tea time", "Tea, or coffee?"]);
    assert_eq!(found(&fixture, "te cof", ""), ["Tea, or coffee?"]);
    assert_eq!(found(&fixture, "كتاب", ""), ["والكتاب على الطاولة"]);
    assert_eq!(found(&fixture, "李雷", ""), ["我在李雷家"]);
    assert_eq!(found(&fixture, "👋", ""), ["👋"]);
    assert_eq!(found(&fixture, "tea", "BEN"), ["tea time"]);
    assert_eq!(found(&fixture, "", "ana"), ["👋", "Tea, or coffee?"]);
    assert_eq!(found(&fixture, " ", ""), Vec::<String>::new());
    assert_eq!(found(&fixture, "\" OR words:*", ""), Vec::<String>::new());
}

#[test]
fn a_search_and_what_is_kept_do_not_wait_for_each_other() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    fixture.store(&room, vec![saying(1, "ana", "tea")]);
    let (held, busy) = async_channel::bounded::<()>(1);
    let until_free = |busy: async_channel::Receiver<()>| {
        move |_: &mut Connection| {
            let _ = busy.recv_blocking();
            Ok(())
        }
    };
    let keeping = fixture.archive.ask(until_free(busy.clone()));
    assert_eq!(found(&fixture, "tea", ""), ["tea"]);
    held.close();
    keeping.wait().unwrap();

    let (held, busy) = async_channel::bounded::<()>(1);
    let searching = fixture.archive.look(until_free(busy));
    fixture.store(&room, vec![saying(2, "ana", "tea again")]);
    let search = |text: &str| {
        let search = Search { text: text.into(), limit: 10, ..Search::default() };
        fixture.archive.search(search)
    };
    let (outdated, last) = (search("tea"), search("again"));
    held.close();
    searching.wait().unwrap();
    assert_eq!(outdated.wait().unwrap(), [], "nobody looks at what it would find");
    assert_eq!(last.wait().unwrap().len(), 1);
}

#[test]
fn a_long_search_does_not_hold_up_the_end() {
    let fixture = Fixture::new();
    let endless = fixture.archive.look(|connection| {
        let sql =
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";
        connection.query_row(sql, [], |row| row.get::<_, i64>(0))
    });
    fixture.archive.close_and_wait();
    assert!(endless.wait().is_err());
}

#[test]
fn what_is_found_comes_with_its_neighbours() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let said = [saying(1, "ana", "one"), saying(2, "ben", "two"), saying(3, "ana", "three")];
    fixture.store(&room, said.into());
    let search = Search { text: "two".into(), limit: 10, ..Search::default() };
    let found = fixture.archive.search(search).wait().unwrap().remove(0);
    let neighbour = |text: &str| Some(Neighbour { sender: "ana".into(), text: text.into() });
    assert_eq!(
        (found.conversation, found.before, found.after),
        (room.key, neighbour("one"), neighbour("three"))
    );
}

#[test]
fn who_is_not_heard_and_what_is_closed_or_forgotten_is_not_found() {
    let fixture = Fixture::new();
    let (network, room) = fixture.add_room();
    let other = ConversationRow { key: ConversationKey::draw(), ..room.clone() };
    fixture.archive.put_conversation(other.clone()).wait().unwrap();
    fixture.store(&room, vec![saying(1, "Ana", "tea"), saying(2, "ben", "tea here")]);
    fixture.store(&other, vec![saying(3, "ben", "tea there")]);
    let within = |key| {
        let search =
            Search { text: "tea".into(), conversation: Some(key), limit: 1, ..Search::default() };
        fixture.archive.search(search).wait().unwrap().len()
    };
    assert_eq!((within(room.key), within(other.key)), (1, 1));
    fixture.archive.set_ignored(network.key, "ana".into(), true).wait().unwrap();
    assert_eq!(found(&fixture, "tea", ""), ["tea there", "tea here"]);
    let closed = ConversationRow { is_open: false, ..other };
    fixture.archive.put_conversation(closed).wait().unwrap();
    assert_eq!(found(&fixture, "tea", ""), ["tea here"]);
    fixture.archive.remove_network(network.key).wait().unwrap();
    let path = place(fixture.folder.path()).archive();
    fixture.archive.close_and_wait();
    let indexed: u32 = Connection::open(path)
        .and_then(|archive| {
            let sql = "SELECT count(*) FROM message_words WHERE message_words MATCH 'tea'";
            archive.query_row(sql, [], |row| row.get(0))
        })
        .unwrap();
    assert_eq!(indexed, 0, "nothing stays in the index");
}

#[test]
fn an_archive_from_before_the_index_is_searched_as_any_other() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("majlis")).unwrap();
    let old = Connection::open(place(folder.path()).archive()).unwrap();
    old.execute_batch(include_str!("../migrations/0001.sql")).unwrap();
    old.execute_batch(
        "INSERT INTO networks VALUES (1, 7, 'h', 1, 1, NULL, 'x', '');
         INSERT INTO conversations VALUES (1, 8, 7, '#a', '', 1, 0, NULL, NULL, '');
         INSERT INTO messages VALUES (1, 8, 'm', 5, 'ana', NULL, 0, 'tea', 0, 0, NULL);
         PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(old);
    assert_eq!(found(&Fixture::in_folder(folder), "tea", ""), ["tea"]);
}
