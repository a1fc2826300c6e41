//! The client tag `+typing`: who is writing.

use super::{House, only, pair, tag};
use crate::event::Write;

#[test]
fn it_reaches_rooms_and_people_and_is_not_kept() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "message-tags", "message-tags");
    for target in ["#a", "bob"] {
        for state in ["active", "paused", "done"] {
            house.say(ana, &format!("@+typing={state} TAGMSG {target}"));
            let heard = only(house.read(bob));
            assert_eq!(tag(&heard, "+typing"), Some(state));
            assert!(heard.ends_with(&format!(" TAGMSG {target}")));
        }
    }
    assert!(!house.writes.iter().any(|write| matches!(write, Write::Message(_))));
}

#[test]
fn nobody_is_bothered_who_does_not_understand_it() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "message-tags", "");
    house.say(ana, "@+typing=active TAGMSG #a");
    assert!(house.read(bob).is_empty());
}
