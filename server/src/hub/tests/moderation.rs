//! KICK and INVITE, invite-notify.

use super::{House, only};

#[test]
fn operators_remove_people() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.member("eve", "#a");
    let told = ":ana!~ana@192.0.2.1 KICK #a bob :too loud";
    assert_eq!(only(house.ask(ana, "KICK #A BOB :too loud")), told);
    assert_eq!(only(house.read(bob)), told);
    assert_eq!(only(house.read(eve)), told);
    assert!(only(house.ask(bob, "PRIVMSG #a :x")).contains(" 404 bob #a "));
    house.say(bob, "JOIN #a");
    house.read_all();
    let lines = house.ask(ana, "KICK #a bob,eve");
    let expected = [":ana!~ana@192.0.2.1 KICK #a bob :ana", ":ana!~ana@192.0.2.1 KICK #a eve :ana"];
    assert_eq!(lines, expected);
}

#[test]
fn who_may_not_kick_and_whom_is_answered() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.client("eve");
    for (conn, line, answer) in [
        (bob, "KICK #a ana", "482 bob #a :You're not channel operator"),
        (ana, "KICK #x bob", "403 ana #x :No such channel"),
        (bob, "KICK #lobby ana", "442 bob #lobby :You're not on that channel"),
        (ana, "KICK #a nobody", "401 ana nobody :No such nick"),
        (ana, "KICK #a EVE", "441 ana eve #a :They aren't on that channel"),
        (ana, "KICK #a", "461 ana KICK :Not enough parameters"),
    ] {
        assert_eq!(only(house.ask(conn, line)), format!(":majlis.local {answer}"));
    }
}

#[test]
fn half_operators_remove_those_below() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.member("eve", "#a");
    house.member("kim", "#a");
    house.say(ana, "MODE #a +hh bob kim");
    house.read_all();
    for nick in ["ana", "kim"] {
        assert!(only(house.ask(bob, &format!("KICK #a {nick}"))).contains(" 482 "));
    }
    assert!(only(house.ask(bob, "KICK #a eve")).contains(" KICK #a eve "));
    assert!(only(house.ask(bob, "MODE #a +o bob")).contains(" 482 "));
    assert!(only(house.ask(bob, "MODE #a +b x")).contains(" MODE #a +b x!*@*"));
}

#[test]
fn who_removes_themselves_last_removes_nobody_after() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    house.member("bob", "#a");
    let lines = house.ask(ana, "KICK #a ana,bob :bye");
    assert_eq!(lines[0], ":ana!~ana@192.0.2.1 KICK #a ana :bye");
    assert_eq!(lines[1], ":majlis.local 442 ana #a :You're not on that channel");
    let eve = house.member("eve", "#b");
    let lines = house.ask(eve, "KICK #b eve,eve");
    assert_eq!(lines.len(), 2, "the room is gone after the first");
}

#[test]
fn so_many_are_removed_at_once() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for nick in ["b", "c", "d", "e", "f"] {
        house.member(nick, "#a");
    }
    assert_eq!(house.ask(ana, "KICK #a b,c,d,e,f").len(), 4);
}

#[test]
fn a_plain_guest_who_is_removed_is_told_and_closed() {
    let mut house = House::new();
    let ana = house.member("ana", "#lobby");
    let zed = house.plain("zed");
    let lobby = house.hub.channels.find("#lobby").expect("the lobby is there");
    let ana_user = house.hub.users.find("ana").expect("ana is there");
    let members = &mut house.hub.channels[lobby].members;
    members[&ana_user].set(crate::hub::channel::Rank::Operator, true);
    house.say(ana, "KICK #lobby zed :enough");
    let told = ["ana removed zed from the chat: enough", "You were removed from the chat."];
    assert_eq!(house.read(zed), told);
    assert!(!house.is_open(zed));
}

#[test]
fn people_are_invited_and_those_inside_may_know() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let kim = house.client_with("kim", None, "invite-notify");
    let eve = house.member("eve", "#a");
    house.say(kim, "JOIN #a");
    let bob = house.client("bob");
    house.read_all();
    assert_eq!(only(house.ask(ana, "INVITE BOB #A")), ":majlis.local 341 ana bob #a");
    let told = ":ana!~ana@192.0.2.1 INVITE bob #a";
    assert_eq!(only(house.read(bob)), told);
    assert_eq!(only(house.read(kim)), told);
    assert!(house.read(eve).is_empty());
    let list = [":majlis.local 336 bob #a", ":majlis.local 337 bob :End of INVITE list"];
    assert_eq!(house.ask(bob, "INVITE"), list);
    house.say(bob, "JOIN #a");
    house.read(bob);
    assert_eq!(house.ask(bob, "INVITE").len(), 1, "it was followed");
}

#[test]
fn wrong_invitations_are_answered() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    house.say(ana, "MODE #a +i");
    let eve = house.client("eve");
    house.read_all();
    for (conn, line, answer) in [
        (ana, "INVITE bob", "461 ana INVITE :Not enough parameters"),
        (ana, "INVITE nobody #a", "401 ana nobody :No such nick"),
        (ana, "INVITE eve #x", "403 ana #x :No such channel"),
        (eve, "INVITE eve #a", "442 eve #a :You're not on that channel"),
        (ana, "INVITE Bob #a", "443 ana bob #a :is already on channel"),
        (bob, "INVITE eve #a", "482 bob #a :You're not channel operator"),
    ] {
        assert_eq!(only(house.ask(conn, line)), format!(":majlis.local {answer}"));
    }
    house.say(ana, "AWAY :soon back");
    house.say(eve, "JOIN #e");
    house.read_all();
    let lines = house.ask(eve, "INVITE ana #e");
    assert_eq!(lines[1], ":majlis.local 301 eve ana :soon back");
}

#[test]
fn an_operators_invitation_opens_the_door_and_a_members_does_not() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.member("bob", "#a");
    let eve = house.client("eve");
    house.say(ana, "MODE #a +klb secret 2 eve");
    house.say(bob, "INVITE eve #a");
    house.read_all();
    assert!(only(house.ask(eve, "JOIN #a")).contains(" 474 "));
    house.say(ana, "INVITE eve #a");
    house.read(eve);
    assert_eq!(house.ask(eve, "JOIN #a")[0], ":eve!~eve@192.0.2.1 JOIN #a");
}

#[test]
fn a_kick_s_words_are_on_each_line_and_have_their_limit() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    for nick in ["bob", "eve"] {
        house.member(nick, "#a");
    }
    let lines = house.ask(ana, "KICK #a bob,nobody,,eve :too loud");
    let expected = [
        ":ana!~ana@192.0.2.1 KICK #a bob :too loud",
        ":majlis.local 401 ana nobody :No such nick",
        ":ana!~ana@192.0.2.1 KICK #a eve :too loud",
    ];
    assert_eq!(lines, expected);
    for (said, kept) in [(200, 200), (201, 200)] {
        house.member(&format!("x{said}"), "#a");
        let told = only(house.ask(ana, &format!("KICK #a x{said} :{}", "w".repeat(said))));
        assert!(told.ends_with(&format!(" :{}", "w".repeat(kept))));
    }
    for line in ["KICK", "KICK #a", "KICK #a :", "KICK #a ,"] {
        assert!(only(house.ask(ana, line)).contains(" 461 ana KICK :"), "{line}");
    }
}

#[test]
fn an_invitation_s_errors_come_in_order_and_nobody_hears_of_them() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.client("bob");
    house.say(ana, "MODE #a +i");
    house.read(ana);
    for (conn, line, answer) in [
        (ana, "INVITE bob", "461 ana INVITE :Not enough parameters"),
        (ana, "INVITE nobody #x", "401 ana nobody :No such nick"),
        (ana, "INVITE bob #x", "403 ana #x :No such channel"),
        (ana, "INVITE bob bob", "403 ana bob :No such channel"),
        (bob, "INVITE bob #a", "442 bob #a :You're not on that channel"),
        (ana, "INVITE ana #a", "443 ana ana #a :is already on channel"),
    ] {
        assert_eq!(only(house.ask(conn, line)), format!(":majlis.local {answer}"), "{line}");
    }
    assert!(house.read(bob).is_empty());
    assert_eq!(only(house.ask(bob, "INVITE")), ":majlis.local 337 bob :End of INVITE list");
}

#[test]
fn an_invitation_is_used_up_by_following_it() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let bob = house.client("bob");
    house.say(ana, "MODE #a +i");
    house.say(ana, "INVITE bob #a");
    house.read_all();
    assert!(house.ask(bob, "JOIN #a")[0].contains(" JOIN #a"));
    house.say(bob, "PART #a");
    house.read(bob);
    assert!(only(house.ask(bob, "JOIN #a")).contains(" 473 bob #a "));
}
