//! How what is said and what happens goes into a room's history, and how it is told again.
//!
//! Owns the form in which an event is kept ([`StoredMessage`]) and that replayed it is what it was when it happened, with
//! the same identifier (draft/event-playback). Who may read it is the history command's affair.

use std::sync::Arc;

use majlis_protocol::{Capability, CapabilitySet, wire_lines};

use super::Hub;
use super::reply::LINE_BYTES;
use super::user::UserId;
use crate::event::{
    Action, Author, HistoryRow, Relay, RoomId, Source, StoredKind, StoredKinds, StoredMessage,
    Write,
};

impl Hub {
    /// What somebody does now, with an identifier of its own, by which those who read of it later know it again.
    pub(super) fn event_of(&mut self, user: UserId, action: Action) -> Arc<Relay> {
        let relay = self.relay_of(user, action);
        self.identified(relay)
    }

    /// The same of what the server itself does.
    pub(super) fn event_of_server(&mut self, action: Action) -> Arc<Relay> {
        let relay = self.relay_of_server(action);
        self.identified(relay)
    }

    fn identified(&mut self, relay: Arc<Relay>) -> Arc<Relay> {
        let msgid = Some(self.ids.message(self.now.wall));
        Arc::new(Relay { msgid, ..Arc::unwrap_or_clone(relay) })
    }

    /// Puts what happened into a room's history, where such things are kept and the disk has room for them.
    pub(super) fn keep_event(&mut self, room: RoomId, relay: &Relay) {
        if self.settings.keeps_events && !self.is_read_only() {
            self.keep_message(room, None, relay);
        }
    }

    /// Puts what was said into a room's history.
    pub(super) fn keep_message(&mut self, room: RoomId, author: Option<Author>, relay: &Relay) {
        if let Some(row) = row_of(room, author, relay) {
            self.store(Write::Message(row));
        }
    }
}

/// What of history somebody with these capabilities is given: without draft/event-playback only what was said, and with it
/// whatever they are told of when it happens.
pub(super) fn kinds_for(enabled: CapabilitySet) -> StoredKinds {
    if !enabled.contains(Capability::EventPlayback) {
        return StoredKinds::SAID;
    }
    let is_told = |kind: &StoredKind| match kind {
        StoredKind::Tagmsg => enabled.contains(Capability::MessageTags),
        StoredKind::Rename => enabled.contains(Capability::ChannelRename),
        StoredKind::Redact => enabled.contains(Capability::MessageRedaction),
        _ => true,
    };
    StoredKind::ALL.iter().copied().filter(is_told).collect()
}

fn row_of(room: RoomId, author: Option<Author>, relay: &Relay) -> Option<StoredMessage> {
    let (kind, target, text) = match &relay.action {
        Action::Privmsg { target, text } => (StoredKind::Privmsg, &**target, text.to_string()),
        Action::Notice { target, text } => (StoredKind::Notice, &**target, text.to_string()),
        Action::Tagmsg { target } => (StoredKind::Tagmsg, &**target, String::new()),
        Action::Join { realname, .. } => (StoredKind::Join, "", realname.to_string()),
        Action::Part { reason, .. } => {
            (StoredKind::Part, "", reason.as_deref().unwrap_or_default().to_owned())
        }
        Action::Quit { reason } => (StoredKind::Quit, "", reason.to_string()),
        Action::Kick { nick, reason, .. } => (StoredKind::Kick, &**nick, reason.to_string()),
        Action::Nick { nick } => (StoredKind::Nick, "", nick.to_string()),
        Action::Topic { topic, .. } => (StoredKind::Topic, "", topic.to_string()),
        Action::Mode { change, params, .. } => {
            let words = std::iter::once(change).chain(params.iter()).map(|word| &**word);
            (StoredKind::Mode, "", words.collect::<Vec<_>>().join(" "))
        }
        Action::Rename { room, name, reason } => {
            (StoredKind::Rename, &**room, format!("{name} {reason}"))
        }
        Action::Redact { target, msgid, reason } => {
            let reason = reason.as_deref().unwrap_or_default();
            (StoredKind::Redact, &**target, format!("{msgid} {reason}"))
        }
        _ => return None,
    };
    Some(StoredMessage {
        room,
        msgid: relay.msgid?,
        time: relay.time,
        source: relay.source.mask(),
        account: relay.account.as_deref().map(ToOwned::to_owned),
        author,
        kind,
        target: target.to_owned(),
        text,
        client_tags: relay.client_tags.to_string(),
    })
}

/// Whether every line of what was kept fits beside this target, which may be longer than that of its time.
pub(super) fn fits_in_line(row: &HistoryRow, target: &str) -> bool {
    let text_bytes = wire_lines(&row.text).map(|line| line.text.len()).max().unwrap_or_default();
    let around = ": PRIVMSG  :\r\n".len() + row.source.len();
    around + target.len() + text_bytes <= LINE_BYTES
}

/// What was kept, as it was relayed; where the place has another name now, under that. Nothing where it is not what was written.
pub(super) fn relay_of_row(row: HistoryRow, place: Option<&Arc<str>>) -> Option<Relay> {
    let source = match row.source.split_once('!') {
        Some((nick, user_host)) => Source::of(nick, user_host),
        None => Source::server(&row.source),
    };
    let text: Arc<str> = row.text.into();
    let target = || place.map_or_else(|| row.target.as_str().into(), Arc::clone);
    let words = text.split_once(' ');
    let given = |reason: &str| Some(Arc::<str>::from(reason)).filter(|reason| !reason.is_empty());
    let action = match row.kind {
        StoredKind::Privmsg => Action::Privmsg { target: target(), text },
        StoredKind::Notice => Action::Notice { target: target(), text },
        StoredKind::Tagmsg => Action::Tagmsg { target: target() },
        StoredKind::Join => Action::Join { room: target(), realname: text },
        StoredKind::Part => Action::Part { room: target(), reason: given(&text) },
        StoredKind::Quit => Action::Quit { reason: text },
        StoredKind::Kick => {
            Action::Kick { room: target(), nick: row.target.as_str().into(), reason: text }
        }
        StoredKind::Nick => Action::Nick { nick: text },
        StoredKind::Topic => Action::Topic { room: target(), topic: text },
        StoredKind::Mode => {
            let mut words = text.split(' ').map(Arc::from);
            let change = words.next()?;
            Action::Mode { target: target(), change, params: words.collect() }
        }
        StoredKind::Rename => {
            let (name, reason) = words?;
            let room = row.target.as_str().into();
            Action::Rename { room, name: name.into(), reason: reason.into() }
        }
        StoredKind::Redact => {
            let (msgid, reason) = words?;
            let (msgid, reason) = (msgid.parse().ok()?, given(reason));
            Action::Redact { target: target(), msgid, reason }
        }
    };
    Some(Relay {
        source,
        account: row.account.map(Into::into),
        time: row.time,
        msgid: Some(row.msgid),
        client_tags: row.client_tags.into(),
        action,
    })
}
