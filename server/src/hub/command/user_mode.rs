//! MODE of a person: their own modes, shown and changed.
//!
//! People know `B` (a program, bot-mode), `i` (hidden from those who share no room), `o` (operator of the server, given by OPER
//! alone) and `w` (hears WALLOPS).

use std::sync::Arc;

use majlis_protocol::numeric::RPL_UMODEIS;

use super::mode::wire_letters;
use super::{Outcome, Turn};
use crate::event::{Action, Letters};
use crate::hub::Hub;
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

/// The modes that people have.
pub(in crate::hub) const USER_MODES: &str = "Biow";

pub(super) fn handle_user_mode(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    nick: &str,
    letters: Option<&str>,
) -> Outcome {
    let other = hub.users.find(nick).ok_or_else(|| Refusal::no_such_nick(nick))?;
    if other != user {
        return Err(Refusal::users_do_not_match());
    }
    if let Some(letters) = letters {
        return change(hub, turn, user, letters);
    }
    let modes = format!("+{}", hub.users[user].modes);
    turn.response.numeric_words(RPL_UMODEIS, &[&modes]);
    Ok(())
}

/// Makes what changes there are, tells what has become of each letter, and then says if there was one that nobody knows.
fn change(hub: &mut Hub, turn: &mut Turn, user: UserId, letters: &str) -> Outcome {
    let before = hub.users[user].modes;
    let (mut on, mut named, mut has_unknown) = (true, Letters::default(), false);
    let mut made = Vec::new();
    for letter in letters.chars() {
        match letter {
            '+' | '-' => on = letter == '+',
            'o' if on => {}
            _ if USER_MODES.contains(letter) => {
                if letter == 'o' {
                    hub.drop_operator(user);
                } else {
                    hub.users.set_mode(user, letter, on);
                }
                if named.set(letter, true) {
                    made.push(letter);
                }
            }
            _ => has_unknown = true,
        }
    }
    let after = hub.users[user].modes;
    let made = made.into_iter().filter(|&letter| before.contains(letter) != after.contains(letter));
    let made: Vec<_> = made.map(|letter| (after.contains(letter), letter)).collect();
    tell_modes(hub, turn, user, &made);
    if has_unknown { Err(Refusal::unknown_user_mode()) } else { Ok(()) }
}

/// Tells somebody how their modes changed, wherever they are signed in.
pub(super) fn tell_modes(hub: &mut Hub, turn: &mut Turn, user: UserId, made: &[(bool, char)]) {
    if made.is_empty() {
        return;
    }
    let target = Arc::clone(&hub.users[user].source().nick);
    let change = wire_letters(made.iter().copied()).into();
    let relay = hub.relay_of(user, Action::Mode { target, change, params: [].into() });
    hub.tell_sessions(user, Some(turn.conn), &relay);
    turn.response.relay(relay);
}
