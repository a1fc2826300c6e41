//! WHOX: which fields a WHO asks for, and how a person looks in them.

use majlis_protocol::numeric::RPL_WHOSPCRPL;

use super::Turn;
use crate::hub::Hub;
use crate::hub::user::User;

/// The fields that are asked for.
pub(super) struct Fields<'a> {
    letters: &'a str,
    /// Given back with each person: one to three digits.
    token: &'a str,
}

impl<'a> Fields<'a> {
    /// What stands behind the `%`: `fields` or `fields,token`.
    pub(super) fn parse(asked: &'a str) -> Self {
        let (letters, token) = asked.split_once(',').unwrap_or((asked, ""));
        let is_token =
            (1..=3).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_digit());
        Self { letters, token: if is_token { token } else { "0" } }
    }

    /// One person, in the order of the specification.
    pub(super) fn reply(&self, hub: &Hub, turn: &mut Turn, user: &User, room: &str, flags: &str) {
        let idle_seconds = hub.now.monotonic_ms.saturating_sub(user.spoke_ms) / 1000;
        let idle_seconds = idle_seconds.to_string();
        let fields: [(char, &str); 12] = [
            ('t', self.token),
            ('c', room),
            ('u', &user.username),
            ('i', &user.host),
            ('h', &user.host),
            ('s', &hub.server),
            ('n', user.nick.as_str()),
            ('f', flags),
            ('d', "0"),
            ('l', &idle_seconds),
            ('a', user.account.as_deref().unwrap_or("0")),
            ('o', "n/a"),
        ];
        let asked = fields.into_iter().filter(|(letter, _)| self.letters.contains(*letter));
        let words: Vec<&str> = asked.map(|(_, field)| field).collect();
        if self.letters.contains('r') {
            turn.response.numeric(RPL_WHOSPCRPL, &words, &user.realname);
        } else {
            turn.response.numeric_words(RPL_WHOSPCRPL, &words);
        }
    }
}
