//! Client-only tags: replies, reactions, typing (message-tags; client tags `reply`, `react`, `typing`).

use super::accounts::{house, signed_in};
use super::{House, accounts, only, tag, untagged};
use crate::event::{ConnId, LineFault, StoredKind};
use majlis_protocol::{LineError, Salvage};

const CAPS: &str = "message-tags echo-message batch labeled-response draft/chathistory \
    draft/event-playback server-time";

fn pair(house: &mut House) -> (ConnId, ConnId) {
    let [ana, bob] = ["ana", "bob"].map(|nick| {
        let conn = house.client_with(nick, None, CAPS);
        house.say(conn, "JOIN #a");
        conn
    });
    house.read_all();
    (ana, bob)
}

#[test]
fn a_reaction_is_relayed_echoed_and_kept() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house);
    let echo = only(house.ask(ana, "@label=1;+reply=123;+draft/react=👋 TAGMSG #a"));
    assert_eq!(tag(&echo, "label"), Some("1"));
    let heard = only(house.read(bob));
    for line in [&echo, &heard] {
        assert!(
            line.ends_with(";+reply=123;+draft/react=👋 :ana!~ana@192.0.2.1 TAGMSG #a"),
            "{line}"
        );
    }
    assert_eq!(tag(&echo, "msgid"), tag(&heard, "msgid"));
    house.say(bob, "CHATHISTORY LATEST #a * 1");
    house.recall();
    let told = house.read(bob).remove(1);
    assert_eq!(untagged(&told), ":ana!~ana@192.0.2.1 TAGMSG #a");
    assert_eq!(tag(&told, "+draft/react"), Some("👋"));
    assert_eq!(
        (tag(&told, "msgid"), tag(&told, "time")),
        (tag(&heard, "msgid"), tag(&heard, "time"))
    );
}

#[test]
fn a_reply_is_on_the_message_wherever_it_is_shown() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house);
    house.say(ana, "@+reply=123;+draft/react=lol PRIVMSG #a :lol");
    assert_eq!(tag(&only(house.read(bob)), "+reply"), Some("123"));
    let row = house.history.last().unwrap();
    assert_eq!((row.kind, &*row.client_tags), (StoredKind::Privmsg, "+reply=123;+draft/react=lol"));
}

#[test]
fn of_tags_alone_what_lasts_is_kept_and_typing_is_not() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house);
    for (tags, is_kept) in [
        ("+draft/react=x", true),
        ("+draft/unreact=x", true),
        ("+reply=123;+draft/unreact=x", true),
        ("+reply=123", true),
        ("+draft/reply=123", true),
        ("+typing=active", false),
        ("+typing=active;+reply=123", false),
        ("+typing=done;+draft/react=x", true),
        ("+example.org/other=1", false),
        ("draft/react=x", false),
        ("+Draft/React=x", false),
    ] {
        let before = house.history.len();
        house.say(ana, &format!("@{tags} TAGMSG #a"));
        assert_eq!(house.read(bob).len(), 1, "all of it is relayed: {tags}");
        assert_eq!(house.history.len() - before, usize::from(is_kept), "{tags}");
    }
}

#[test]
fn reactions_of_two_accounts_to_each_other_are_kept_with_what_they_said() {
    let mut house = house();
    let ana = signed_in(&mut house, "ana", None, CAPS);
    let bob = signed_in(&mut house, "bob", None, CAPS);
    house.say(ana, "PRIVMSG bob :hello");
    house.say(bob, "@+reply=123;+draft/react=x TAGMSG ana");
    house.say(bob, "@+typing=active TAGMSG ana");
    let kept: Vec<_> = house.history.iter().map(|row| (row.room, row.kind, &*row.target)).collect();
    let room = kept[0].0;
    assert_eq!(kept, [(room, StoredKind::Privmsg, "bob"), (room, StoredKind::Tagmsg, "ana")]);
}

#[test]
fn what_a_guest_reacts_to_in_private_is_kept_nowhere() {
    let mut house = accounts::house();
    let _ana = signed_in(&mut house, "ana", None, CAPS);
    let guest = house.client_with("carol", None, CAPS);
    house.say(guest, "@+reply=123;+draft/react=x TAGMSG ana");
    assert!(house.history.is_empty());
}

#[test]
fn tags_for_some_ranks_are_between_them() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house);
    let before = house.history.len();
    house.say(ana, "@+reply=123;+draft/react=x TAGMSG @#a");
    assert_eq!((house.history.len(), house.read(bob).len()), (before, 0));
}

#[test]
fn every_client_only_tag_is_allowed_and_isupport_names_none_as_blocked() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house);
    house.say(ana, "@+unknown=1;no=2;+a.example/b=\\s PRIVMSG #a :x");
    assert!(only(house.read(bob)).contains(";+unknown=1;+a.example/b=\\s :ana!"));
    house.say(ana, "CAP REQ draft/extended-isupport");
    house.read(ana);
    let tokens = house.ask(ana, "ISUPPORT");
    assert!(!tokens.is_empty() && !tokens.iter().any(|line| line.contains("CLIENTTAGDENY")));
}

#[test]
fn too_many_tags_are_refused_whole() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house);
    let fault = LineFault::Line(LineError::TagsTooLong);
    house.input(crate::event::HubInput::BadLine { conn: ana, fault, salvage: Salvage::default() });
    assert_eq!(only(house.read(ana)), ":majlis.local 417 ana :Input line was too long");
    // As many as fit go through, beside those of the server: 4,094 bytes.
    let value = "x".repeat(4_094 - "+draft/react=".len());
    house.say(ana, &format!("@+draft/react={value} TAGMSG #a"));
    assert_eq!(tag(&only(house.read(bob)), "+draft/react"), Some(&*value));
}
