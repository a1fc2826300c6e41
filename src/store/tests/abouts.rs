//! Reactions and deletions: what was done about messages, in whatever order it comes.

use super::*;

fn reaction(sign: &str, nick: &str, is_set: bool, time_ms: u64) -> Reaction {
    Reaction {
        msgid: "1".into(),
        sign: sign.into(),
        nick: nick.into(),
        display_name: None,
        is_own: false,
        is_set,
        time_ms,
        event_id: format!("r{time_ms}"),
    }
}

fn deletion(msgid: &str) -> Deletion {
    Deletion {
        msgid: msgid.into(),
        nick: "ana".into(),
        display_name: None,
        reason: "oops".into(),
        time_ms: 9,
    }
}

impl Fixture {
    fn store_about(&self, room: &ConversationRow, reactions: &[Reaction], deletions: &[Deletion]) {
        let (reactions, deletions) = (reactions.to_vec(), deletions.to_vec());
        let abouts = vec![(room.key, Abouts { reactions, deletions })];
        self.archive.store_abouts(abouts).wait().unwrap();
    }
}

#[test]
fn of_all_that_one_person_did_with_a_sign_the_newest_counts_in_whatever_order_it_comes() {
    let all = [
        reaction("👍", "ana", true, 1),
        reaction("👍", "Ana", false, 2),
        reaction("👍", "ana", true, 3),
        reaction("👍", "bo", true, 2),
        reaction("🎉", "bo", true, 5),
        reaction("🎉", "bo", false, 6),
    ];
    let mut orders = vec![all.to_vec(), all.iter().rev().cloned().collect()];
    orders.push([&all[3..], &all[..3], &all[1..4]].concat());
    for order in orders {
        let fixture = Fixture::new();
        let (_, room) = fixture.add_room();
        let (before, after) = order.split_at(2);
        fixture.store_about(&room, before, &[]);
        fixture.store(&room, vec![message(1)]);
        fixture.store_about(&room, after, &[]);
        let about = fixture.everything(&room).remove(0).about;
        let mut merged = About::default();
        for one in &order {
            merged.merge(one);
        }
        merged.reactions.sort_by_key(|one| one.time_ms);
        for kept in [&about, &merged] {
            let kept: Vec<_> =
                kept.reactions.iter().map(|one| (&*one.sign, &*one.nick, one.is_set)).collect();
            assert_eq!(kept, [("👍", "bo", true), ("👍", "ana", true), ("🎉", "bo", false)]);
        }
    }
}

#[test]
fn reactions_to_one_message_are_bounded() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let many: Vec<_> =
        (0..REACTIONS_MAX as u64 + 5).map(|n| reaction("👍", &format!("n{n}"), true, n)).collect();
    fixture.store_about(&room, &many, &[]);
    let again = reaction("👍", "n0", false, 9999);
    fixture.store_about(&room, std::slice::from_ref(&again), &[]);
    fixture.store(&room, vec![message(1)]);
    let about = fixture.everything(&room).remove(0).about;
    assert_eq!(about.reactions.len(), REACTIONS_MAX);
    assert!(about.reactions.contains(&again), "what is known changes all the same");
    let mut merged = About::default();
    for one in &many {
        merged.merge(one);
    }
    assert_eq!(merged.reactions.len(), REACTIONS_MAX);
}

#[test]
fn what_was_deleted_leaves_no_words_whichever_comes_first() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    let secret = |number| {
        let mut archived = message(number);
        let metal = ["gold", "zinc", "lead"][usize::try_from(number).unwrap() - 1];
        archived.message.text = format!("a secret of {number} {metal}");
        archived
    };
    fixture.store(&room, vec![secret(1), secret(3)]);
    let unset = reaction("👍", "ana", true, 7);
    fixture.store_about(&room, std::slice::from_ref(&unset), &[]);
    fixture.store_about(
        &room,
        &[],
        &[deletion("1"), deletion("2"), deletion("r7"), deletion("r8")],
    );
    fixture.store(&room, vec![secret(2)]);
    fixture.store_about(
        &room,
        &[Reaction { msgid: "3".into(), ..reaction("👍", "bo", true, 8) }],
        &[],
    );
    let kept = fixture.everything(&room);
    let words: Vec<_> =
        kept.iter().map(|one| (&*one.message.text, one.about.deletion.is_some())).collect();
    assert_eq!(words, [("", true), ("", true), ("a secret of 3 lead", false)]);
    assert!(kept.iter().flat_map(|one| &one.about.reactions).all(|reaction| !reaction.is_set));
    fixture.archive.close_and_wait();
    let file = fs::read(place(fixture.folder.path()).archive()).unwrap();
    let holds = |words: &str| file.windows(words.len()).any(|window| window == words.as_bytes());
    assert!(holds("a secret of 3") && !holds("a secret of 1") && !holds("a secret of 2"));
    assert!(holds("lead") && !holds("gold") && !holds("zinc"), "nor in the index of words");
}
