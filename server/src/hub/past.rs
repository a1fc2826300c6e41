//! Who was here: the nicks that people had, for WHOWAS.
//!
//! Owns the memory, bounded in number; it does not outlive the process.

use std::collections::VecDeque;
use std::sync::Arc;

use majlis_protocol::{Timestamp, fold};

use super::user::User;

/// Somebody as they were when they left or took another nick.
#[derive(Debug)]
pub(super) struct PastUser {
    folded: String,
    pub(super) nick: String,
    pub(super) username: Arc<str>,
    pub(super) host: Arc<str>,
    pub(super) realname: Arc<str>,
    pub(super) account: Option<Arc<str>>,
    pub(super) until: Timestamp,
}

/// The latest of them.
#[derive(Debug, Default)]
pub(super) struct PastUsers {
    newest_first: VecDeque<PastUser>,
}

impl PastUsers {
    /// Remembers somebody under the nick they had until now; the oldest of more than `max` is forgotten.
    pub(super) fn add(&mut self, user: &User, until: Timestamp, max: usize) {
        self.newest_first.push_front(PastUser {
            folded: user.nick.folded().to_owned(),
            nick: user.nick.as_str().to_owned(),
            username: Arc::clone(&user.username),
            host: Arc::clone(&user.host),
            realname: Arc::clone(&user.realname),
            account: user.account.clone(),
            until,
        });
        self.newest_first.truncate(max);
    }

    /// Everybody who had the nick, the latest first.
    pub(super) fn of(&self, nick: &str) -> impl Iterator<Item = &PastUser> {
        let folded = fold(nick);
        self.newest_first.iter().filter(move |past| past.folded == folded)
    }
}
