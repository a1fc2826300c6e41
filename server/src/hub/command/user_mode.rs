//! MODE of a person: their own modes, shown and changed.
//!
//! People know `B` (a program, bot-mode), `i` (hidden from those who share no room), `o` (operator of the server, given by OPER
//! alone) and `w` (hears WALLOPS).

use std::sync::Arc;

use majlis_protocol::numeric::RPL_UMODEIS;

use super::mode::wire_letters;
use super::{Outcome, Turn};
use crate::event::Action;
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

/// Makes what changes there are, tells them, and then says if there was a letter that nobody knows.
fn change(hub: &mut Hub, turn: &mut Turn, user: UserId, letters: &str) -> Outcome {
    let (mut on, mut made, mut has_unknown) = (true, Vec::new(), false);
    for letter in letters.chars() {
        match letter {
            '+' | '-' => on = letter == '+',
            'o' if on => {}
            _ if USER_MODES.contains(letter) => {
                let is_changed = match letter {
                    'o' => hub.drop_operator(user),
                    _ => hub.users.set_mode(user, letter, on),
                };
                if is_changed {
                    made.push((on, letter));
                }
            }
            _ => has_unknown = true,
        }
    }
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
