//! SEARCH (soju.im/search): who may look where, and the form of question and answer. What is found is the store's to test.

use majlis_protocol::Timestamp;

use super::accounts::{house, signed_in};
use super::{House, only, tag, untagged};
use crate::event::{
    ConnId, HistoryError, HistoryPage, HistoryQuery, Readable, RoomId, Search, StoredMessage,
};

const CAPS: &str = "soju.im/search batch message-tags server-time labeled-response";

fn searcher(house: &mut House) -> ConnId {
    let ana = house.client_with("ana", None, CAPS);
    house.say(ana, "JOIN #a,#b");
    house.read_all();
    ana
}

/// What the readers are asked; they find nothing.
fn asked(house: &mut House, conn: ConnId, attributes: &str) -> Search {
    house.say(conn, &format!("SEARCH {attributes}"));
    let (_, query) = house.reads.back().unwrap_or_else(|| panic!("{attributes} asks for nothing"));
    let HistoryQuery::Search(search) = query.clone() else { panic!("{query:?}") };
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    house.read(conn);
    search
}

/// A room that may be read from its beginning.
fn whole(room: RoomId) -> Readable {
    Readable { room, since: Timestamp(0) }
}

#[test]
fn every_attribute_is_a_condition() {
    let mut house = House::new();
    let ana = searcher(&mut house);
    let all =
        Search { rooms: vec![whole(RoomId(2)), whole(RoomId(3))], limit: 200, ..Search::default() };
    let text = |text: &str| Some(text.to_owned());
    for (attributes, expected) in [
        (":", all.clone()),
        ("text=fast", Search { text: text("fast"), ..all.clone() }),
        ("text=fast\\sor\\:slow", Search { text: text("fast or;slow"), ..all.clone() }),
        (":text=fast or slow", Search { text: text("fast or slow"), ..all.clone() }),
        (
            "in=#B;from=Jackie",
            Search { rooms: vec![whole(RoomId(3))], from: text("jackie"), ..all.clone() },
        ),
        ("limit=2;limit=1", Search { limit: 1, ..all.clone() }),
        ("limit=200", all.clone()),
        ("limit=201", all.clone()),
        (
            "after=1970-01-01T00:00:01.000Z;before=1970-01-01T00:00:02.000Z",
            Search { after: Some(Timestamp(1_000)), before: Some(Timestamp(2_000)), ..all.clone() },
        ),
        ("text=", all.clone()),
    ] {
        assert_eq!(asked(&mut house, ana, attributes), expected, "{attributes}");
    }
}

#[test]
fn what_cannot_be_asked_fails_by_its_code() {
    let mut house = House::new();
    let ana = searcher(&mut house);
    let secret = house.member("bob", "#secret");
    house.say(secret, "MODE #secret +i");
    for (attributes, named) in [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("after=yesterday", "after"),
        ("text=x;before=", "before"),
        ("from=", "from"),
        ("in=#nowhere", "in"),
        ("in=#secret", "in"),
        ("in=bob", "in"),
        ("colour=red", "colour"),
    ] {
        let answer = only(house.ask(ana, &format!("SEARCH {attributes}")));
        let expected =
            format!(":majlis.local FAIL SEARCH INVALID_PARAMS {named} :Invalid parameters");
        assert_eq!(answer, expected, "{attributes}");
    }
    assert!(house.reads.is_empty());
    let too_few = ":majlis.local 461 ana SEARCH :Not enough parameters";
    assert_eq!(only(house.ask(ana, "SEARCH")), too_few);
}

#[test]
fn only_ones_own_rooms_and_conversations_are_looked_through() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, CAPS);
    let bob = signed_in(&mut house, "bob", None, CAPS);
    let eve = house.client_with("eve", None, CAPS);
    house.say(ana, "JOIN #a");
    house.say(eve, "JOIN #b");
    house.say(ana, "PRIVMSG bob :hello");
    house.read_all();
    let talk = whole(house.history.last().unwrap().room);
    let (a, b) = (whole(house.history[0].room), whole(house.history[1].room));
    assert_eq!(asked(&mut house, ana, "text=hello").rooms, [a, talk]);
    assert_eq!(asked(&mut house, bob, "text=hello").rooms, [talk]);
    assert_eq!(asked(&mut house, bob, "in=ANA").rooms, [talk]);
    assert_eq!(asked(&mut house, bob, "in=#a").rooms, [a], "whoever may join may read");
    assert_eq!(asked(&mut house, eve, "text=hello").rooms, [b]);
    assert_eq!(asked(&mut house, ana, "in=ana").rooms, [], "nothing was said there yet");
}

#[test]
fn the_answer_is_a_batch_of_what_was_said() {
    let mut house = House::new();
    let ana = searcher(&mut house);
    house.say(ana, "PRIVMSG #a :Be what you want");
    let row = house.history.last().unwrap().clone();
    house.say(ana, "@label=l SEARCH text=want");
    let gone = StoredMessage { room: RoomId(99), ..row.clone() };
    house.answer(Ok(HistoryPage::Messages(vec![row.clone(), gone])));
    let lines = house.read(ana);
    assert_eq!(lines.len(), 3, "what was said in a room that ended is left out: {lines:?}");
    let reference = untagged(&lines[0]).split(' ').nth(2).unwrap().trim_start_matches('+');
    assert_eq!(lines[0], format!("@label=l :majlis.local BATCH +{reference} soju.im/search"));
    assert_eq!(untagged(&lines[1]), ":ana!~ana@192.0.2.1 PRIVMSG #a :Be what you want");
    assert_eq!(tag(&lines[1], "batch"), Some(reference));
    assert_eq!(tag(&lines[1], "msgid"), Some(&*row.msgid.to_string()));
    assert_eq!(tag(&lines[1], "time"), Some(&*row.time.to_string()));
    assert_eq!(lines[2], format!(":majlis.local BATCH -{reference}"));
}

#[test]
fn nothing_found_is_an_empty_batch_and_a_failure_says_so() {
    let mut house = House::new();
    let ana = searcher(&mut house);
    house.say(ana, "SEARCH text=nothing");
    house.answer(Ok(HistoryPage::Messages(Vec::new())));
    assert_eq!(house.read(ana).len(), 2);
    house.say(ana, "SEARCH text=nothing");
    house.answer(Err(HistoryError::Failed("interrupted".to_owned())));
    let failed = ":majlis.local FAIL SEARCH INTERNAL_ERROR :The search could not be run";
    assert_eq!(only(house.read(ana)), failed);
}

#[test]
fn the_command_comes_with_its_capability() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let unknown = ":majlis.local 421 ana SEARCH :Unknown command";
    assert_eq!(only(house.ask(ana, "SEARCH text=x")), unknown);
}
