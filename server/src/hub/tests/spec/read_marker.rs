//! MARKREAD, along the text of draft/read-marker.

use majlis_protocol::Timestamp;

use super::accounts::{house, restored, settings, sign_in, signed_in, tls};
use super::{House, only, untagged};
use crate::event::{
    AccountId, CloseReason, ConnId, ControlRequest, Guest, ReadMarker, Restored, RestoredRoom,
    RoomId, Subject, Write,
};
use crate::hub::HubSettings;
use crate::hub::testing::OPENING;

const CAP: &str = "draft/read-marker";

/// So many milliseconds after the house opened, as MARKREAD writes it.
fn at(ms: u64) -> String {
    format!("timestamp={}", Timestamp(OPENING.0 + ms))
}

/// The server's own word.
fn marked(target: &str, time: &str) -> String {
    format!(":majlis.local MARKREAD {target} {time}")
}

/// A house with the accounts `ana` and `bob` at ten seconds past its opening.
fn late_house() -> House {
    let mut house = house();
    house.wait(10_000);
    house
}

fn kept(house: &House) -> Vec<ReadMarker> {
    let markers = house.writes.iter().filter_map(|write| match write {
        Write::ReadMarked(marker) => Some(*marker),
        _ => None,
    });
    markers.collect()
}

fn joined(house: &mut House, nick: &str, caps: &str) -> ConnId {
    let conn = house.client_with(nick, None, caps);
    house.say(conn, "JOIN #a");
    house.read_all();
    conn
}

#[test]
fn after_join_the_marker_comes_before_the_end_of_names() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, CAP);
    let expected = [
        ":ana!~ana@192.0.2.1 JOIN #a",
        &marked("#a", "*"),
        ":majlis.local 353 ana = #a :@ana",
        ":majlis.local 366 ana #a :End of NAMES list",
    ];
    assert_eq!(house.ask(ana, "JOIN #a"), expected);
    house.say(ana, "TOPIC #a :tea");
    house.ask(ana, &format!("MARKREAD #a {}", at(0)));
    let bob = house.client_with("bob", None, CAP);
    let lines = house.ask(bob, "JOIN #a");
    let place = |code: &str| lines.iter().position(|line| line.contains(code));
    assert!(place(" JOIN ") < place(" MARKREAD ") && place(" MARKREAD ") < place(" 366 "));
    assert!(lines.contains(&marked("#a", "*")), "nobody is told of another's: {lines:?}");
}

#[test]
fn whoever_is_brought_into_a_room_is_told_as_well() {
    let mut house = late_house();
    let desk = signed_in(&mut house, "ana", None, CAP);
    let phone = signed_in(&mut house, "ana", None, CAP);
    house.ask(desk, "JOIN #a");
    let joined = |time: &str| {
        [
            ":ana!~ana@192.0.2.1 JOIN #a".to_owned(),
            marked("#a", time),
            ":majlis.local 353 ana = #a :@ana".to_owned(),
            ":majlis.local 366 ana #a :End of NAMES list".to_owned(),
        ]
    };
    assert_eq!(house.read(phone), joined("*"), "by another device");
    house.ask(desk, &format!("MARKREAD #a {}", at(1)));
    let conn = house.open_from(Guest::Irc, tls());
    house.say(conn, &format!("CAP REQ :sasl {CAP}"));
    sign_in(&mut house, conn, "ana");
    house.say(conn, "NICK ana");
    house.say(conn, "USER ana 0 * :ana");
    let greeting = house.ask(conn, "CAP END");
    assert!(greeting.ends_with(&joined(&at(1))), "at signing in: {greeting:?}");
}

#[test]
fn without_a_list_of_names_it_follows_the_join() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "draft/read-marker no-implicit-names");
    let expected = [":ana!~ana@192.0.2.1 JOIN #a", &marked("#a", "*")];
    assert_eq!(house.ask(ana, "JOIN #a"), expected);
}

#[test]
fn without_the_capability_only_what_is_asked_for_is_told() {
    let mut house = late_house();
    let desk = signed_in(&mut house, "ana", None, "");
    let lines = house.ask(desk, "JOIN #a");
    assert!(!lines.iter().any(|line| line.contains("MARKREAD")), "{lines:?}");
    assert_eq!(only(house.ask(desk, "MARKREAD #a")), marked("#a", "*"));
    let phone = signed_in(&mut house, "ana", None, CAP);
    house.ask(phone, &format!("MARKREAD #a {}", at(5)));
    assert!(house.read(desk).is_empty());
    assert_eq!(only(house.ask(desk, "MARKREAD #a")), marked("#a", &at(5)));
    let refused = only(house.ask(desk, "MARKREAD"));
    assert_eq!(refused, ":majlis.local FAIL MARKREAD NEED_MORE_PARAMS :Missing parameters");
}

#[test]
fn what_was_set_is_answered_and_can_be_got() {
    let mut house = House::new();
    let ana = joined(&mut house, "ana", CAP);
    house.wait(1_000);
    assert_eq!(only(house.ask(ana, &format!("MARKREAD #A {}", at(999)))), marked("#a", &at(999)));
    assert_eq!(only(house.ask(ana, "markread #a")), marked("#a", &at(999)));
}

#[test]
fn a_marker_never_goes_back() {
    let mut house = late_house();
    let ana = signed_in(&mut house, "ana", None, CAP);
    let phone = signed_in(&mut house, "ana", None, CAP);
    house.say(ana, "JOIN #a");
    house.ask(ana, &format!("MARKREAD #a {}", at(500)));
    house.read_all();
    for older in [0, 499, 500] {
        let answer = only(house.ask(ana, &format!("MARKREAD #a {}", at(older))));
        assert_eq!(answer, marked("#a", &at(500)), "{older}");
    }
    assert!(house.read(phone).is_empty(), "nothing has changed");
    assert_eq!(kept(&house).len(), 1);
    assert_eq!(only(house.ask(ana, &format!("MARKREAD #a {}", at(501)))), marked("#a", &at(501)));
}

#[test]
fn nobody_has_read_what_is_still_to_be_said() {
    let mut house = late_house();
    let ana = signed_in(&mut house, "ana", None, CAP);
    house.ask(ana, "JOIN #a");
    let answer = only(house.ask(ana, "MARKREAD #a timestamp=9999-12-31T23:59:59.999Z"));
    assert_eq!(answer, marked("#a", &at(10_000)));
    assert_eq!(kept(&house)[0].time, house.now.wall);
}

#[test]
fn all_clients_of_the_user_are_told_and_nobody_else() {
    let mut house = late_house();
    let desk = signed_in(&mut house, "ana", None, CAP);
    let phone = signed_in(&mut house, "ana", None, CAP);
    let elsewhere = signed_in(&mut house, "ana_2", None, CAP);
    let bob = signed_in(&mut house, "bob", None, CAP);
    for conn in [desk, elsewhere, bob] {
        house.say(conn, "JOIN #a");
    }
    house.read_all();
    assert_eq!(only(house.ask(desk, &format!("MARKREAD #a {}", at(1)))), marked("#a", &at(1)));
    assert_eq!(only(house.read(phone)), marked("#a", &at(1)));
    assert_eq!(only(house.read(elsewhere)), marked("#a", &at(1)), "the same person, another nick");
    assert!(house.read(bob).is_empty());
    assert_eq!(only(house.ask(bob, "MARKREAD #a")), marked("#a", "*"));
    assert_eq!(only(house.ask(bob, "MARKREAD ana")), marked("ana", "*"));
    let subject = Subject::Room(house.hub.channels.find("#a").unwrap());
    let time = Timestamp(OPENING.0 + 1);
    assert_eq!(kept(&house), [ReadMarker { account: AccountId(1), subject, time }]);
}

#[test]
fn a_conversation_is_marked_by_account_whatever_its_nick() {
    let mut house = late_house();
    let ana = signed_in(&mut house, "ana", None, CAP);
    let bob = signed_in(&mut house, "bob", None, CAP);
    assert_eq!(only(house.ask(ana, &format!("MARKREAD BOB {}", at(7)))), marked("bob", &at(7)));
    house.say(bob, "NICK robert");
    house.read_all();
    assert_eq!(only(house.ask(ana, "MARKREAD robert")), marked("robert", &at(7)));
    assert_eq!(only(house.ask(ana, "MARKREAD bob")), marked("bob", &at(7)), "the account's name");
    house.say(bob, "QUIT");
    assert_eq!(only(house.ask(ana, &format!("MARKREAD bob {}", at(8)))), marked("bob", &at(8)));
    assert_eq!(only(house.ask(ana, &format!("MARKREAD ana {}", at(9)))), marked("ana", &at(9)));
    let subjects: Vec<Subject> = kept(&house).iter().map(|marker| marker.subject).collect();
    let account = |id| Subject::Account(AccountId(id));
    assert_eq!(subjects, [account(2), account(2), account(1)]);
}

#[test]
fn what_was_said_with_a_guest_is_marked_while_both_are_here() {
    let mut house = late_house();
    let ana = signed_in(&mut house, "ana", None, CAP);
    let eve = house.client_with("eve", None, CAP);
    for (one, other) in [(ana, "eve"), (eve, "ana")] {
        let line = format!("MARKREAD {other} {}", at(3));
        assert_eq!(only(house.ask(one, &line)), marked(other, &at(3)));
    }
    house.say(eve, "NICK eva");
    house.read_all();
    assert_eq!(only(house.ask(ana, "MARKREAD eva")), marked("eva", &at(3)));
    assert_eq!(only(house.ask(eve, "MARKREAD ana")), marked("ana", &at(3)));
    house.say(eve, "QUIT");
    assert_eq!(only(house.ask(ana, "MARKREAD eva")), marked("eva", "*"));
    house.client("eva");
    let answer = only(house.ask(ana, "MARKREAD eva"));
    assert_eq!(answer, marked("eva", "*"), "a later owner of the nick is somebody else");
    assert!(kept(&house).is_empty());
    house.hub.verify();
}

#[test]
fn missing_and_invalid_parameters_are_named() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, "draft/read-marker standard-replies");
    house.ask(ana, "JOIN #a");
    let missing = ":majlis.local FAIL MARKREAD NEED_MORE_PARAMS :Missing parameters";
    for line in ["MARKREAD", "MARKREAD :"] {
        assert_eq!(only(house.ask(ana, line)), missing, "{line}");
    }
    let invalid = |word: &str| {
        format!(":majlis.local FAIL MARKREAD INVALID_PARAMS {word} :Invalid parameters")
    };
    for time in [
        "*",
        "2026-01-01T00:00:00.000Z",
        "timestamp=*",
        "timestamp=",
        "msgid=00000000000000000000000001",
        "timestamp=2026-01-01T00:00:00Z",
        "timestamp=2026-01-01T00:00:00.00Z",
        "timestamp=2026-01-01T00:00:00.0000Z",
        "timestamp=2026-02-30T00:00:00.000Z",
        "timestamp=2026-01-01t00:00:00.000z",
        "timestamp=1969-12-31T23:59:59.999Z",
        "Timestamp=2026-01-01T00:00:00.000Z",
    ] {
        assert_eq!(only(house.ask(ana, &format!("MARKREAD #a {time}"))), invalid(time));
    }
    for target in ["#nowhere", "#a,#b", "a!b"] {
        assert_eq!(only(house.ask(ana, &format!("MARKREAD {target}"))), invalid(target));
    }
    let nobody = only(house.ask(ana, &format!("MARKREAD nobody {}", at(0))));
    assert_eq!(nobody, invalid("nobody"));
    assert_eq!(only(house.ask(ana, "MARKREAD nobody")), marked("nobody", "*"));
    assert_eq!(only(house.ask(ana, "MARKREAD #a")), marked("#a", "*"), "nothing was set");
    let leap = "timestamp=2016-12-31T23:59:60.419Z";
    let shown = "timestamp=2016-12-31T23:59:59.999Z";
    assert_eq!(only(house.ask(ana, &format!("MARKREAD #a {leap}"))), marked("#a", shown));
}

#[test]
fn a_room_that_one_may_not_read_cannot_be_marked() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let eve = house.client_with("eve", None, CAP);
    assert_eq!(only(house.ask(eve, "MARKREAD #a")), marked("#a", "*"), "she may come in");
    house.say(ana, "MODE #a +i");
    let refused = ":majlis.local FAIL MARKREAD INVALID_PARAMS #a :Invalid parameters";
    assert_eq!(only(house.ask(eve, "MARKREAD #a")), refused);
}

#[test]
fn a_guest_finds_the_place_again_after_a_lost_network_and_not_after_leaving() {
    let mut house = House::new();
    let ghost = house.client_with("ana", Some(1), CAP);
    house.ask(ghost, "JOIN #lobby");
    house.ask(ghost, &format!("MARKREAD #lobby {}", at(0)));
    let back = house.client_with("ana", Some(1), CAP);
    assert!(house.ask(back, "JOIN #lobby").contains(&marked("#lobby", &at(0))));
    house.hang_up(back, CloseReason::Eof);
    let later = house.client_with("ana", Some(1), CAP);
    assert!(house.ask(later, "JOIN #lobby").contains(&marked("#lobby", "*")));
    assert!(kept(&house).is_empty(), "there is no account to keep it for");
    house.hub.verify();
}

#[test]
fn what_a_guest_has_read_is_the_accounts_after_signing_in_and_the_other_way_round() {
    let mut house = late_house();
    let desk = signed_in(&mut house, "ana", None, CAP);
    house.ask(desk, "JOIN #a,#b,#c");
    for (room, ms) in [("#a", 5), ("#b", 5)] {
        house.ask(desk, &format!("MARKREAD {room} {}", at(ms)));
    }
    let guest = house.client_with("visitor", Some(9), "draft/read-marker sasl");
    house.ask(guest, "JOIN #a,#b,#c");
    for (room, ms) in [("#a", 4), ("#b", 6), ("#c", 7)] {
        house.ask(guest, &format!("MARKREAD {room} {}", at(ms)));
    }
    house.read_all();
    sign_in(&mut house, guest, "ana");
    let of_markers = |lines: Vec<String>| {
        let mut lines: Vec<String> =
            lines.into_iter().filter(|line| line.contains(" MARKREAD ")).collect();
        lines.sort();
        lines
    };
    let further = [marked("#b", &at(6)), marked("#c", &at(7))];
    assert_eq!(of_markers(house.read(desk)), further);
    let told = of_markers(house.read(guest));
    assert_eq!(told, [marked("#a", &at(5)), marked("#b", &at(6)), marked("#c", &at(7))]);
    for (room, ms) in [("#a", 5), ("#b", 6), ("#c", 7)] {
        assert_eq!(only(house.ask(guest, &format!("MARKREAD {room}"))), marked(room, &at(ms)));
    }
    assert_eq!(kept(&house).len(), 4);
    house.hub.verify();
}

#[test]
fn markers_are_as_they_were_after_a_restart() {
    let room = RestoredRoom::new(RoomId(1), "#lobby", Timestamp(7), true);
    let marker = |subject| ReadMarker { account: AccountId(1), subject, time: OPENING };
    let subjects = [Subject::Room(RoomId(1)), Subject::Account(AccountId(2))];
    let restored = Restored {
        rooms: vec![room],
        next_room: 2,
        read_markers: subjects.map(marker).into(),
        ..restored()
    };
    let mut house = House::with(settings(), restored);
    let ana = signed_in(&mut house, "ana", None, CAP);
    assert!(house.ask(ana, "JOIN #lobby").contains(&marked("#lobby", &at(0))));
    assert_eq!(only(house.ask(ana, "MARKREAD bob")), marked("bob", &at(0)));
    house.hub.verify();
}

#[test]
fn markers_end_with_the_room_and_with_the_account() {
    let mut house = late_house();
    let ana = signed_in(&mut house, "ana", None, CAP);
    let guest = house.member("eve", "#a");
    house.ask(ana, "JOIN #a");
    house.ask(ana, &format!("MARKREAD #a {}", at(1)));
    house.ask(ana, &format!("MARKREAD bob {}", at(1)));
    house.say(ana, "PART #a");
    house.say(guest, "PART #a");
    house.read_all();
    assert!(house.ask(ana, "JOIN #a").contains(&marked("#a", "*")), "another room of that name");
    assert!(house.control(ControlRequest::AccountRemove { name: "bob".to_owned() }).is_ok());
    assert_eq!(only(house.ask(ana, "MARKREAD bob")), marked("bob", "*"));
    house.hub.verify();
    assert!(house.control(ControlRequest::AccountRemove { name: "ana".to_owned() }).is_ok());
    house.hub.verify();
}

#[test]
fn a_room_keeps_its_markers_under_another_name() {
    let mut house = House::new();
    let ana = joined(&mut house, "ana", CAP);
    house.ask(ana, &format!("MARKREAD #a {}", at(0)));
    let lines = house.ask(ana, "RENAME #a #b");
    assert!(
        lines.contains(&marked("#b", &at(0))),
        "it is shown as a room that was joined: {lines:?}"
    );
}

#[test]
fn as_many_markers_as_one_may_have_and_no_more() {
    let mut settings = HubSettings::default();
    settings.limits.read_markers = 2;
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = house.client_with("ana", None, CAP);
    house.ask(ana, "JOIN #a,#b,#c");
    for room in ["#a", "#b"] {
        let line = format!("MARKREAD {room} {}", at(0));
        assert_eq!(only(house.ask(ana, &line)), marked(room, &at(0)));
    }
    let refused = ":majlis.local FAIL MARKREAD INTERNAL_ERROR #c :The read timestamp could not be set: you have too many";
    assert_eq!(only(house.ask(ana, &format!("MARKREAD #c {}", at(0)))), refused);
    house.wait(9);
    assert_eq!(only(house.ask(ana, &format!("MARKREAD #b {}", at(9)))), marked("#b", &at(9)));
    house.say(ana, "PART #a");
    house.read(ana);
    assert_eq!(only(house.ask(ana, &format!("MARKREAD #c {}", at(9)))), marked("#c", &at(9)));
}

#[test]
fn the_answer_carries_its_label() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "batch labeled-response draft/read-marker");
    let answer = only(house.ask(ana, "@label=l MARKREAD #lobby"));
    assert_eq!(answer, format!("@label=l {}", marked("#lobby", "*")));
    let lines = house.ask(ana, "@label=l JOIN #a");
    assert_eq!(untagged(&lines[2]), marked("#a", "*"));
}
