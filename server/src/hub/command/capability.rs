//! CAP: which extensions a client uses (IRCv3 Capability Negotiation).
//!
//! Owns which capabilities the server offers. What one of them changes is its command's affair, or the relay's.

use std::borrow::Cow;

use indexmap::IndexMap;
use majlis_protocol::{Capability, CapabilitySet, Message};

use super::registration::try_register;
use super::{Outcome, Turn};
use crate::event::{ConnId, Outbound};
use crate::hub::Hub;
use crate::hub::connection::Connection;
use crate::hub::refusal::Refusal;
use crate::hub::reply::{LINE_BYTES, lines_of};
use crate::hub::sasl::Mechanism;
use crate::hub::settings::{Limits, RegistrationPolicy};

/// What is offered: what the hub does in full, and nothing else.
const OFFERED: &[Capability] = &[
    Capability::AccountNotify,
    Capability::AccountRegistration,
    Capability::AccountTag,
    Capability::AwayNotify,
    Capability::Batch,
    Capability::CapNotify,
    Capability::ChannelRename,
    Capability::ChatHistory,
    Capability::Chghost,
    Capability::EchoMessage,
    Capability::EventPlayback,
    Capability::ExtendedIsupport,
    Capability::ExtendedJoin,
    Capability::ExtendedMonitor,
    Capability::InviteNotify,
    Capability::LabeledResponse,
    Capability::MessageRedaction,
    Capability::MessageTags,
    Capability::Metadata,
    Capability::MultiPrefix,
    Capability::Multiline,
    Capability::ReadMarker,
    Capability::Sasl,
    Capability::Search,
    Capability::NoImplicitNames,
    Capability::PreAway,
    Capability::ServerTime,
    Capability::Setname,
    Capability::StandardReplies,
    Capability::UserhostInNames,
];

pub(super) fn handle_cap(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let subcommand = message.param(0).unwrap_or_default();
    match subcommand.to_ascii_uppercase().as_str() {
        "LS" => handle_ls(hub, turn, message.param(1)),
        "LIST" => handle_list(hub, turn),
        // Some leave out the colon before several names; the specifications' own examples do.
        "REQ" => handle_req(hub, turn, &message.params()[1..].join(" ")),
        "END" => return handle_end(hub, turn),
        _ => return Err(Refusal::invalid_cap_command(subcommand)),
    }
    Ok(())
}

fn handle_ls(hub: &mut Hub, turn: &mut Turn, version: Option<&str>) {
    set_negotiating(hub, turn, true);
    let is_302 = version.and_then(|version| version.parse::<u32>().ok()) >= Some(302);
    if is_302 {
        hub.connections[&turn.conn].has_cap_302 = true;
        hub.change_capabilities(
            turn,
            [Capability::CapNotify].into_iter().collect(),
            CapabilitySet::empty(),
        );
    }
    let offered = hub.offered_capabilities().iter();
    let names = offered.map(|capability| hub.capability_word(turn.conn, capability, is_302));
    let names: Vec<_> = names.collect();
    reply_names(turn, "LS", names, is_302);
}

fn handle_list(hub: &mut Hub, turn: &mut Turn) {
    let connection = &hub.connections[&turn.conn];
    let (enabled, is_302) = (connection.enabled, connection.has_cap_302);
    let names = enabled.iter().map(|capability| Cow::Borrowed(capability.name()));
    reply_names(turn, "LIST", names, is_302);
}

/// Names in as many lines as they need. Only 302 knows of more than one; before it, drafts are what is left out.
fn reply_names<'a>(
    turn: &mut Turn,
    subcommand: &str,
    names: impl IntoIterator<Item = Cow<'a, str>>,
    is_302: bool,
) {
    let mut names: Vec<Cow<'a, str>> = names.into_iter().collect();
    if !is_302 {
        names.sort_by_key(|name| name.contains('/'));
    }
    let mut lines = lines_of(names, LINE_BYTES - CAP_OVERHEAD_BYTES);
    if !is_302 {
        lines.truncate(1);
    }
    let last = lines.pop().unwrap_or_default();
    for line in &lines {
        turn.response.cap(subcommand, true, line);
    }
    turn.response.cap(subcommand, false, &last);
}

/// What stands around the names at most: a server's name of 63 bytes, a nick of 64, `CAP`, `LIST`, `*` and what separates them.
const CAP_OVERHEAD_BYTES: usize = 160;

/// Enables and disables all that is asked for, or nothing of it.
fn handle_req(hub: &mut Hub, turn: &mut Turn, asked: &str) {
    set_negotiating(hub, turn, true);
    let connection = &hub.connections[&turn.conn];
    let request = parse_request(asked, connection.has_cap_302);
    match request.filter(|(on, _)| on.iter().all(|capability| hub.is_offered(capability))) {
        Some((on, off)) => {
            reply_request(turn, "ACK", asked);
            hub.change_capabilities(turn, on, off);
        }
        None => reply_request(turn, "NAK", asked),
    }
}

/// What to enable and what to disable; of a name that comes twice the last counts. Nothing if it cannot all be done.
fn parse_request(asked: &str, has_cap_302: bool) -> Option<(CapabilitySet, CapabilitySet)> {
    let (mut on, mut off) = (CapabilitySet::empty(), CapabilitySet::empty());
    for word in asked.split_ascii_whitespace() {
        let (name, enable) = word.strip_prefix('-').map_or((word, true), |name| (name, false));
        let capability = Capability::from_name(name).filter(|known| OFFERED.contains(known))?;
        if !enable && capability == Capability::CapNotify && has_cap_302 {
            return None;
        }
        let (to, from) = if enable { (&mut on, &mut off) } else { (&mut off, &mut on) };
        to.insert(capability);
        from.remove(capability);
    }
    Some((on, off))
}

/// Gives a request back, in as many lines as it needs: each name once, as it was asked for last. A client that follows the
/// answer from left to right then ends up where the server is.
fn reply_request(turn: &mut Turn, subcommand: &str, asked: &str) {
    let words = asked.split_ascii_whitespace();
    let last: IndexMap<&str, &str> =
        words.map(|word| (word.strip_prefix('-').unwrap_or(word), word)).collect();
    let words = last.into_values().map(Cow::Borrowed);
    let mut lines = lines_of(words, LINE_BYTES - CAP_OVERHEAD_BYTES);
    if lines.is_empty() {
        lines.push(String::new());
    }
    for line in &lines {
        turn.response.cap(subcommand, false, line);
    }
}

fn handle_end(hub: &mut Hub, turn: &mut Turn) -> Outcome {
    set_negotiating(hub, turn, false);
    try_register(hub, turn)
}

/// Holds registration up, or lets it go on. A session may negotiate, too; nothing then waits for the end.
fn set_negotiating(hub: &mut Hub, turn: &Turn, is_negotiating: bool) {
    if let Some(registration) = hub.connections[&turn.conn].registration_mut() {
        registration.is_negotiating = is_negotiating;
    }
}

impl Hub {
    /// Whether the operator lets people use it.
    fn is_offered(&self, capability: Capability) -> bool {
        capability != Capability::AccountRegistration
            || self.settings.registration != RegistrationPolicy::Closed
    }

    /// All that is offered now.
    pub(in crate::hub) fn offered_capabilities(&self) -> CapabilitySet {
        OFFERED.iter().copied().filter(|&capability| self.is_offered(capability)).collect()
    }

    /// Tells whoever wants to know which capabilities came and went since these were offered (cap-notify). What went is off
    /// for them from then on.
    pub(in crate::hub) fn tell_capabilities(&mut self, before: CapabilitySet) {
        let now = self.offered_capabilities();
        let missing_in = |set: CapabilitySet, other: CapabilitySet| -> CapabilitySet {
            other.iter().filter(|&capability| !set.contains(capability)).collect()
        };
        let (came, went) = (missing_in(before, now), missing_in(now, before));
        let conns = self.connections.keys().copied();
        let told = conns.filter(|&conn| self.is_enabled(conn, Capability::CapNotify));
        for conn in told.collect::<Vec<_>>() {
            self.tell_capability_news(conn, came, went);
        }
    }

    fn tell_capability_news(&mut self, conn: ConnId, came: CapabilitySet, went: CapabilitySet) {
        let mut turn = self.begin_turn(conn, None);
        let is_302 = self.connections[&conn].has_cap_302;
        let names = came.iter().map(|capability| self.capability_word(conn, capability, is_302));
        for line in lines_of(names, LINE_BYTES - CAP_OVERHEAD_BYTES) {
            turn.response.cap("NEW", false, &line);
        }
        let names = went.iter().map(|capability| Cow::Borrowed(capability.name()));
        for line in lines_of(names, LINE_BYTES - CAP_OVERHEAD_BYTES) {
            turn.response.cap("DEL", false, &line);
        }
        self.change_capabilities(&turn, CapabilitySet::empty(), went);
        self.end_turn(turn);
    }

    /// A capability as it is listed, to a client of version 302 with its value.
    fn capability_word(
        &self,
        conn: ConnId,
        capability: Capability,
        is_302: bool,
    ) -> Cow<'static, str> {
        match self.capability_value(conn, capability) {
            Some(value) if is_302 => format!("{}={value}", capability.name()).into(),
            _ => Cow::Borrowed(capability.name()),
        }
    }

    /// What is said of a capability besides its name, to a client of version 302.
    fn capability_value(&self, conn: ConnId, capability: Capability) -> Option<String> {
        match capability {
            Capability::Sasl => Some(Mechanism::list(&self.connections[&conn].peer)),
            Capability::AccountRegistration => Some("before-connect".to_owned()),
            _ => value_of_limits(capability, &self.settings.limits),
        }
    }

    /// Tells the values again that are others than with these limits, to those who were told values and want such news.
    pub(in crate::hub) fn announce_values(&mut self, before: &Limits) {
        let now = self.settings.limits;
        let is_changed = |capability: &Capability| {
            value_of_limits(*capability, before) != value_of_limits(*capability, &now)
        };
        let changed: CapabilitySet = OFFERED.iter().copied().filter(is_changed).collect();
        if changed.is_empty() {
            return;
        }
        let wants = |connection: &Connection| {
            connection.has_cap_302 && connection.enabled.contains(Capability::CapNotify)
        };
        let connections = self.connections.iter().filter(|(_, connection)| wants(connection));
        for conn in connections.map(|(&conn, _)| conn).collect::<Vec<_>>() {
            self.tell_capability_news(conn, changed, CapabilitySet::empty());
        }
    }

    fn change_capabilities(&mut self, turn: &Turn, on: CapabilitySet, off: CapabilitySet) {
        let connection = &mut self.connections[&turn.conn];
        let kept =
            connection.enabled.union(on).iter().filter(|&capability| !off.contains(capability));
        let enabled: CapabilitySet = kept.collect();
        if enabled != connection.enabled {
            connection.enabled = enabled;
            self.out.events.push(Outbound::Capabilities { conn: turn.conn, enabled });
        }
    }
}

/// The value of a capability that the limits make.
fn value_of_limits(capability: Capability, limits: &Limits) -> Option<String> {
    match capability {
        Capability::Multiline => {
            let (bytes, lines) = (limits.multiline_bytes, limits.multiline_lines);
            Some(format!("max-bytes={bytes},max-lines={lines}"))
        }
        Capability::Metadata => Some(metadata_value(limits)),
        _ => None,
    }
}

/// The limits that clients need to know (draft/metadata-2, "Capability"); of what is unlimited, nothing is said.
fn metadata_value(limits: &Limits) -> String {
    let limited = [
        ("max-subs", limits.metadata_subs),
        ("max-keys", limits.metadata_keys),
        ("max-value-bytes", limits.metadata_value_bytes),
    ];
    let limited = limited.into_iter().filter(|(_, limit)| *limit != usize::MAX);
    let tokens = limited.map(|(token, limit)| format!(",{token}={limit}"));
    std::iter::once("before-connect".to_owned()).chain(tokens).collect()
}
