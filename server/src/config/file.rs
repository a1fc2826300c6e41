//! Every setting of the TOML file, and where in [`Config`] it goes.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use majlis_protocol::Name;
use majlis_protocol::scram::{LEAST_ITERATIONS, MOST_ITERATIONS, Verifier};
use toml::de::DeTable;

use super::reader::{Listed, Problems, Section};
use super::value::is_server_name;
use super::{Config, ConfigError, MAX_REACTORS, check_network_name};
use crate::event::{FOREVER, parse_span};
use crate::hub::{Limits, METADATA_VALUE_MAX_BYTES, Operator, RegistrationPolicy};
use crate::reactor::{Doors, SENDQ_LEAST_BYTES};

/// Most bytes that a line of the message of the day may have, so that it fits its numeric.
const MOTD_LINE_MAX_BYTES: usize = 400;

/// Most bytes of the server's description, and of the password to connect.
const SHORT_TEXT_MAX_BYTES: usize = 200;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

/// Reads the text of a settings file over what `config` has; every problem at once.
pub(super) fn apply(config: &mut Config, file: &str, text: &str) -> Result<(), ConfigError> {
    let mut problems = Problems::new(file, text);
    match DeTable::parse(text) {
        Ok(table) => read_all(config, table.get_ref(), &mut problems),
        Err(error) => {
            let span = error.span().unwrap_or_default();
            problems.note(&span, format!("this is not TOML: {}", error.message()));
        }
    }
    match problems.into_lines() {
        lines if lines.is_empty() => Ok(()),
        lines => Err(ConfigError(lines)),
    }
}

/// Every limit as it counts, a line for each.
pub(super) fn limits(config: &Config) -> Vec<String> {
    let (mut config, table) = (config.clone(), DeTable::new());
    let mut problems = Problems::new("", "");
    let mut accounts = Section::new("accounts", &table);
    read_accounts(&mut config, &mut accounts, &mut problems);
    let mut limits = Section::new("limits", &table);
    read_limits(&mut config, &mut limits, &mut problems);
    [accounts.into_limits(), limits.into_limits()].concat()
}

fn read_all<'a>(config: &mut Config, table: &'a DeTable<'a>, problems: &mut Problems<'_>) {
    let mut top = Section::new("", table);
    read_place(config, &mut top, problems);
    read_words(config, &mut top, problems);
    if let Some(mut tls) = top.section(problems, "tls") {
        read_tls(config, &mut tls, problems);
        tls.finish(problems);
    }
    if let Some(mut web) = top.section(problems, "web") {
        let any = |text: &str| Ok(text.to_owned());
        if let Some(origins) = web.texts(problems, "origins", check_origin) {
            config.doors.web.origins = origins;
        }
        config.doors.web.hosts.extend(web.texts(problems, "hosts", any).unwrap_or_default());
        web.finish(problems);
    }
    if let Some(mut accounts) = top.section(problems, "accounts") {
        read_accounts(config, &mut accounts, problems);
        accounts.finish(problems);
    }
    if let Some(mut history) = top.section(problems, "history") {
        read_history(config, &mut history, problems);
        history.finish(problems);
    }
    config.hub.operators = read_operators(&mut top, problems);
    if let Some(mut limits) = top.section(problems, "limits") {
        read_limits(config, &mut limits, problems);
        limits.finish(problems);
    }
    top.finish(problems);
}

/// Where the server is and keeps its things.
fn read_place(config: &mut Config, top: &mut Section<'_>, problems: &mut Problems<'_>) {
    let address =
        |text: &str| text.parse().map_err(|_| "addresses, as in \"0.0.0.0:33000\"".to_owned());
    if let Some(listen) = top.texts(problems, "listen", address)
        && !listen.is_empty()
    {
        config.listen = listen;
        config.listens_everywhere = false;
    }
    if let Some(data) = top.text(problems, "data", check_path) {
        config.data = Some(data);
    }
    let mut reactors = u64::from(config.reactors);
    top.number(problems, "reactors", 1..=MAX_REACTORS, &mut reactors);
    config.reactors = u16::try_from(reactors).unwrap_or(config.reactors);
    top.flag(problems, "allow_plaintext", &mut config.doors.allow_plaintext);
    top.flag(problems, "announce", &mut config.announces);
    if let Some(retention) = top.text(problems, "retention", parse_retention) {
        config.hub.limits.retention_ms = retention;
    }
}

/// What people are told.
fn read_words(config: &mut Config, top: &mut Section<'_>, problems: &mut Problems<'_>) {
    let hub = &mut config.hub;
    if let Some(name) = top.text(problems, "name", check_network_name) {
        hub.network_name = name;
    }
    let name = |text: &str| {
        let wanted = "a host name with a dot, as in \"chat.local\"";
        is_server_name(text).then(|| text.to_owned()).ok_or_else(|| wanted.to_owned())
    };
    if let Some(name) = top.text(problems, "server_name", name) {
        hub.server_name = name;
    }
    if let Some(description) = top.text(problems, "description", check_short) {
        hub.description = description;
    }
    let room =
        |text: &str| Name::room(text).map_err(|error| format!("the name of a room ({error})"));
    if let Some(lobby) = top.text(problems, "lobby", room) {
        hub.lobby = lobby;
    }
    let account =
        |text: &str| Name::nick(text).map_err(|error| format!("the names of accounts ({error})"));
    if let Some(accounts) = top.texts(problems, "lobby_operators", account) {
        hub.lobby_operators = accounts;
    }
    if let Some(password) = top.text(problems, "password", check_short) {
        hub.password = Some(password);
    }
    if let Some(motd) = top.text(problems, "motd", check_motd) {
        hub.motd = motd;
    }
    if let Some(admin) = top.text(problems, "admin", check_motd) {
        hub.admin = admin;
    }
}

/// Every setting that the file may hold, with what may stand there and what counts where nothing does.
pub(super) fn list(usual: &Config) -> Vec<Listed> {
    let mut problems = Problems::listing();
    read_all(&mut usual.clone(), &DeTable::new(), &mut problems);
    problems.into_listed()
}

fn read_tls(config: &mut Config, tls: &mut Section<'_>, problems: &mut Problems<'_>) {
    let certificate = tls.text(problems, "certificate", check_path);
    let key = tls.text(problems, "key", |key| {
        let certificate = certificate.ok_or("a certificate beside it")?;
        Ok((certificate, check_path(key)?))
    });
    config.identity = key.or(config.identity.take());
}

fn read_accounts(config: &mut Config, accounts: &mut Section<'_>, problems: &mut Problems<'_>) {
    let p = problems;
    let policy = accounts.text(p, "registration", |policy| match policy {
        "open" => Ok(RegistrationPolicy::Open),
        "invite" => Ok(RegistrationPolicy::Invite),
        "closed" => Ok(RegistrationPolicy::Closed),
        _ => Err("\"open\", \"invite\" or \"closed\"".to_owned()),
    });
    config.hub.registration = policy.unwrap_or(config.hub.registration);
    let iterations = u64::from(LEAST_ITERATIONS)..=u64::from(MOST_ITERATIONS);
    accounts.number(p, "password_iterations", iterations, &mut config.hub.password_iterations);
    let limits = &mut config.hub.limits;
    accounts.limit(p, "most", &mut limits.accounts);
    accounts.limit(p, "devices", &mut limits.devices_per_account);
    accounts.number(p, "password_chars", 0..=1_024, &mut limits.password_least_chars);
    let proof_ms = &mut limits.password_proof_ms;
    accounts.span_ms(p, "password_proof_time", SECOND..=FOREVER, proof_ms);
    accounts.number(p, "logins_per_address", 0..=1_000_000, &mut limits.logins_per_address);
    accounts.number(p, "logins_per_name", 0..=1_000_000, &mut limits.logins_per_name);
    accounts.span_ms(p, "login_window", SECOND..=HOUR * 24, &mut limits.login_window_ms);
    accounts.number(p, "registers_per_address", 0..=1_000_000, &mut limits.registers_per_address);
    accounts.span_ms(p, "register_window", SECOND..=HOUR * 24, &mut limits.register_window_ms);
}

/// What rooms remember besides what was said, and how long one can take that back.
fn read_history(config: &mut Config, history: &mut Section<'_>, problems: &mut Problems<'_>) {
    history.flag(problems, "events", &mut config.hub.keeps_events);
    let window = |text: &str| {
        let span = parse_span(text).filter(|span| *span >= SECOND);
        let span_ms = span.map(|span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
        let wanted = "a time of at least 1s, as in \"1h\", or \"off\"";
        if text == "off" { Ok(None) } else { span_ms.map(Some).ok_or_else(|| wanted.to_owned()) }
    };
    if let Some(window_ms) = history.text(problems, "redaction_window", window) {
        config.hub.limits.redaction_window_ms = window_ms;
    }
}

fn read_operators(top: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<Operator> {
    let mut operators = Vec::new();
    for (span, mut table) in top.sections(problems, "operators") {
        let name = table.text(problems, "name", |name| {
            let is_word = !name.is_empty() && !name.contains(char::is_whitespace);
            is_word.then(|| name.to_owned()).ok_or_else(|| "one word".to_owned())
        });
        let hash = table.text(problems, "password", |hash| {
            let wanted = "what majlis-server hash-password prints";
            hash.parse::<Verifier>().map(Arc::new).map_err(|_| wanted.to_owned())
        });
        match (name, hash) {
            (Some(name), Some(verifier)) => operators.push(Operator { name, verifier }),
            _ => problems.note(&span, "an operator needs a name and a password."),
        }
        table.finish(problems);
    }
    operators
}

fn read_limits(config: &mut Config, table: &mut Section<'_>, problems: &mut Problems<'_>) {
    read_hub_limits(&mut config.hub.limits, table, problems);
    read_metadata_limits(&mut config.hub.limits, table, problems);
    read_hub_times(&mut config.hub.limits, table, problems);
    read_doors(&mut config.doors, table, problems);
}

fn read_hub_limits(limits: &mut Limits, table: &mut Section<'_>, problems: &mut Problems<'_>) {
    let p = problems;
    table.number(p, "username_bytes", 2..=32, &mut limits.username_bytes);
    table.number(p, "realname_bytes", 1..=250, &mut limits.realname_bytes);
    table.number(p, "topic_bytes", 1..=280, &mut limits.topic_bytes);
    table.number(p, "reason_bytes", 1..=280, &mut limits.reason_bytes);
    table.limit(p, "rooms_per_person", &mut limits.rooms_per_person);
    table.limit(p, "rooms", &mut limits.rooms);
    table.limit(p, "rooms_per_founder", &mut limits.rooms_per_founder);
    table.limit(p, "targets", &mut limits.targets);
    table.limit(p, "mode_changes", &mut limits.mode_changes);
    table.limit(p, "bans", &mut limits.bans);
    table.limit(p, "list_entries", &mut limits.list_entries);
    table.limit(p, "invitations", &mut limits.invitations);
    table.number(p, "away_bytes", 1..=280, &mut limits.away_bytes);
    table.limit(p, "kicks", &mut limits.kicks);
    table.limit(p, "list_masks", &mut limits.list_masks);
    table.limit(p, "watched", &mut limits.watched);
    table.number(p, "past_users", 0..=1_000_000, &mut limits.past_users);
    table.limit(p, "who_matches", &mut limits.who_matches);
    table.number(p, "multiline_bytes", 512..=65_536, &mut limits.multiline_bytes);
    table.number(p, "multiline_lines", 1..=500, &mut limits.multiline_lines);
    table.number(p, "history_messages", 1..=1_000, &mut limits.history_messages);
    table.number(p, "parked_inputs", 1..=65_536, &mut limits.parked_inputs);
    table.limit(p, "read_markers", &mut limits.read_markers);
    table.number(p, "sent_records", 1..=100_000, &mut limits.sent_records);
    table.number(p, "least_free_bytes", 0..=1 << 50, &mut limits.least_free_bytes);
}

fn read_metadata_limits(limits: &mut Limits, table: &mut Section<'_>, problems: &mut Problems<'_>) {
    let p = problems;
    table.limit(p, "metadata_keys", &mut limits.metadata_keys);
    table.limit(p, "metadata_room_keys", &mut limits.metadata_room_keys);
    table.limit(p, "metadata_subs", &mut limits.metadata_subs);
    let longest = u64::try_from(METADATA_VALUE_MAX_BYTES).unwrap_or(u64::MAX);
    table.number(p, "metadata_value_bytes", 1..=longest, &mut limits.metadata_value_bytes);
    table.limit(p, "metadata_sync_values", &mut limits.metadata_sync_values);
    table.number(p, "metadata_changes", 0..=1_000_000, &mut limits.metadata_changes);
    table.span_ms(p, "metadata_window", SECOND..=HOUR * 24, &mut limits.metadata_window_ms);
}

fn read_hub_times(limits: &mut Limits, table: &mut Section<'_>, problems: &mut Problems<'_>) {
    let p = problems;
    table.span_ms(p, "registration_time", SECOND..=FOREVER, &mut limits.registration_ms);
    table.span_ms(p, "naming_time", SECOND..=FOREVER, &mut limits.naming_ms);
    table.span_ms(p, "ping_after", SECOND..=FOREVER, &mut limits.ping_after_ms);
    table.span_ms(p, "ping_timeout", SECOND..=FOREVER, &mut limits.ping_timeout_ms);
    table.span_ms(p, "batch_time", SECOND..=HOUR, &mut limits.batch_ms);
    table.span_ms(p, "room_grace", Duration::ZERO..=FOREVER, &mut limits.room_grace_ms);
    table.span_ms(p, "archive_after", HOUR * 24..=FOREVER, &mut limits.archive_after_ms);
    table.span_ms(p, "takeover_grace", SECOND..=HOUR, &mut limits.takeover_grace_ms);
    table.span_ms(p, "sent_age", SECOND..=HOUR * 24 * 7, &mut limits.sent_age_ms);
}

fn read_doors(doors: &mut Doors, table: &mut Section<'_>, problems: &mut Problems<'_>) {
    let p = problems;
    table.limit(p, "connections_per_address", &mut doors.connections_per_address);
    table.limit(p, "connections", &mut doors.connections);
    let least = u64::try_from(SENDQ_LEAST_BYTES).unwrap_or(u64::MAX);
    table.number(p, "sendq_bytes", least..=1 << 30, &mut doors.sendq_bytes);
    table.number(p, "websocket_bytes", 4_608..=1 << 24, &mut doors.websocket_bytes);
    table.number(p, "flood_burst", 1..=1_000_000, &mut doors.flood.burst);
    table.rate(p, "flood_per_second", &mut doors.flood.per_second);
    let (short, long) = (Duration::from_millis(10), Duration::from_mins(10));
    table.span(p, "handshake_time", SECOND..=FOREVER, &mut doors.handshake_timeout);
    table.span(p, "sniff_time", short..=long, &mut doors.sniff_timeout);
    table.span(p, "refused_silence", short..=long, &mut doors.refused_silence);
    table.span(p, "text_quiet", short..=SECOND * 10, &mut doors.text_quiet);
}

fn check_path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("a path".to_owned()) } else { Ok(PathBuf::from(text)) }
}

fn check_origin(text: &str) -> Result<String, String> {
    let wanted = "origins, as in \"https://chat.example\", or \"*\"";
    let is_origin = text.split_once("://").is_some_and(|(scheme, host)| {
        !scheme.is_empty() && !host.is_empty() && !host.contains('/')
    });
    let is_known = is_origin || text == "*" || text == "null";
    is_known.then(|| text.to_owned()).ok_or_else(|| wanted.to_owned())
}

fn check_short(text: &str) -> Result<String, String> {
    check_line(text, 1..=SHORT_TEXT_MAX_BYTES)
}

/// The lines of a message of the day; an empty one stands for none at all.
fn check_motd(text: &str) -> Result<Vec<String>, String> {
    text.lines().map(|line| check_line(line, 0..=MOTD_LINE_MAX_BYTES)).collect()
}

fn check_line(text: &str, bytes: RangeInclusive<usize>) -> Result<String, String> {
    let is_right = bytes.contains(&text.len()) && !text.contains(char::is_control);
    let wanted = || format!("lines of {} to {} bytes", bytes.start(), bytes.end());
    is_right.then(|| text.to_owned()).ok_or_else(wanted)
}

/// How long what was said is kept, in milliseconds; `None` for forever.
pub(super) fn parse_retention(text: &str) -> Result<Option<u64>, String> {
    let wanted = "a time of at least 1h, as in \"90d\", or \"forever\"";
    if text == "forever" {
        return Ok(None);
    }
    let span = parse_span(text).filter(|span| *span >= HOUR).ok_or_else(|| wanted.to_owned())?;
    Ok(Some(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
}
