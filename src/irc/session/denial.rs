//! What the base protocol's refusals mean, for those that people come across: the application says it in words of its own.

use majlis_protocol::numeric::{
    ERR_BADCHANNELKEY, ERR_BANNEDFROMCHAN, ERR_CANNOTSENDTOCHAN, ERR_CHANNELISFULL,
    ERR_CHANOPRIVSNEEDED, ERR_INVITEONLYCHAN, ERR_NEEDREGGEDNICK, ERR_NOSUCHNICK, ERR_NOTONCHANNEL,
    ERR_TOOMANYCHANNELS,
};

use super::dispatch::Line;
use crate::irc::event::{Denial, Refusal};

impl Line<'_> {
    /// Why something was refused: what the numeric means, or the server's words where it is no such one.
    pub(super) fn refusal(&self) -> Refusal {
        let denial = match self.message.command() {
            ERR_CHANNELISFULL => Denial::RoomFull,
            ERR_INVITEONLYCHAN => Denial::InviteOnly,
            ERR_BANNEDFROMCHAN => Denial::Banned,
            ERR_BADCHANNELKEY => Denial::WrongKey,
            ERR_NEEDREGGEDNICK => Denial::SignInFirst,
            ERR_TOOMANYCHANNELS => Denial::TooManyRooms,
            ERR_CHANOPRIVSNEEDED => Denial::NotOperator,
            ERR_NOTONCHANNEL => Denial::NotInRoom,
            ERR_NOSUCHNICK => Denial::NobodyThere,
            ERR_CANNOTSENDTOCHAN => why_not_heard(&self.words()),
            "FAIL" if self.param(1) == "WEAK_PASSWORD" => Denial::WeakPassword(self.least_chars()),
            _ => return Refusal::Server(self.words()),
        };
        Refusal::Denied(denial)
    }

    /// How many characters a password has at least, where the server says it, as in "A password has at least 8 characters".
    pub(super) fn least_chars(&self) -> Option<u32> {
        least_chars_in(&self.words())
    }
}

fn least_chars_in(words: &str) -> Option<u32> {
    let (_, least) = words.split_once("at least ")?;
    let (count, _) = least.split_once(" character")?;
    count.parse().ok()
}

/// Many servers name the mode that is in the way, as in "Cannot send to channel (+m)"; this one the seconds to wait, too.
fn why_not_heard(words: &str) -> Denial {
    let mode = words.split_once('+').and_then(|(_, mode)| mode.chars().next());
    match mode {
        Some('m') => Denial::Moderated,
        Some('b' | 'q') => Denial::Muted,
        Some('M') => Denial::GuestsMuted,
        Some('S') => Denial::TooFast(seconds_in(words)),
        _ => Denial::NotHeard,
    }
}

/// The first number in a text; none where there is no number, or one beyond reason.
fn seconds_in(words: &str) -> Option<u32> {
    let digits = words.split(|character: char| !character.is_ascii_digit());
    digits.filter(|digits| !digits.is_empty()).find_map(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_in_the_way_tells_why_one_is_not_heard() {
        for (words, why) in [
            ("Cannot send to channel (+m)", Denial::Moderated),
            (
                "You cannot send messages to this channel whilst the +m mode is set.",
                Denial::Moderated,
            ),
            ("Cannot send to channel (+b)", Denial::Muted),
            ("Cannot send to channel (+M): sign in first", Denial::GuestsMuted),
            ("Cannot send to channel (+S): wait 12 seconds", Denial::TooFast(Some(12))),
            ("(+S)", Denial::TooFast(None)),
            ("(+S) 99999999999", Denial::TooFast(None)),
            ("Cannot send to channel", Denial::NotHeard),
            ("", Denial::NotHeard),
            ("+", Denial::NotHeard),
        ] {
            assert_eq!(why_not_heard(words), why, "{words}");
        }
    }

    #[test]
    fn the_least_length_of_a_password_is_read_where_it_is_said() {
        assert_eq!(least_chars_in("A password has at least 8 characters"), Some(8));
        for words in ["Use at least 1 digit", "at least one character", "8 characters", ""] {
            assert_eq!(least_chars_in(words), None, "{words}");
        }
    }
}
