//! standard-replies: FAIL, and who is told by it.

use super::{House, accounts, only};

#[test]
fn a_failure_names_its_command_its_code_and_what_was_wrong() {
    let mut house = accounts::house();
    let ana = accounts::signed_in(&mut house, "ana", None, "standard-replies draft/channel-rename");
    house.say(ana, "JOIN #a,#b");
    house.read(ana);
    for (line, fail) in [
        ("SETNAME :", "SETNAME INVALID_REALNAME :Realname is not valid"),
        ("RENAME #a #b", "RENAME CHANNEL_NAME_IN_USE #a #b :The channel name is already taken"),
        ("REGISTER * * password", "REGISTER ALREADY_AUTHENTICATED ana :You are signed in already"),
        ("VERIFY ana 1", "VERIFY ALREADY_AUTHENTICATED ana :You are signed in already"),
    ] {
        assert_eq!(only(house.ask(ana, line)), format!(":majlis.local FAIL {fail}"));
    }
}

#[test]
fn a_line_that_is_no_command_is_named_by_an_asterisk_and_told_in_words_to_others() {
    let mut house = House::new();
    let (new, old) = (house.client_with("new", None, "standard-replies"), house.client("old"));
    for line in [b"\xff x", b"\0 x"] {
        for (conn, start) in [(new, ":majlis.local FAIL * "), (old, ":majlis.local NOTICE old :")] {
            house.say_bytes(conn, line);
            assert!(only(house.read(conn)).starts_with(start));
        }
    }
}

#[test]
fn errors_that_have_a_numeric_keep_it() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "standard-replies");
    for (line, code) in
        [("DANCE", "421"), ("JOIN", "461"), ("PRIVMSG nobody :x", "401"), ("TOPIC #x", "403")]
    {
        assert!(only(house.ask(ana, line)).starts_with(&format!(":majlis.local {code} ana ")));
    }
}
