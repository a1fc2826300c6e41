use clap::{CommandFactory, Parser};
use majlis_protocol::scram::{Password, Verifier};

use super::*;
use crate::hub::{Limits, RegistrationPolicy};

fn load(arguments: &[&str]) -> Result<Config, ConfigError> {
    let all = ["majlis-server", "--data", "/nowhere"].iter().chain(arguments);
    Config::load(&Arguments::parse_from(all).flags)
}

fn read(text: &str) -> Result<Config, ConfigError> {
    let mut config = Config::usual();
    file::apply(&mut config, "majlis.toml", text).map(|()| config)
}

/// All that is wrong with a file, a line for each problem.
fn problems(text: &str) -> Vec<String> {
    read(text).expect_err("there is something wrong").0
}

#[test]
fn without_arguments_everything_has_a_value() {
    let config = load(&[]).unwrap();
    assert_eq!(config.listen, [SocketAddr::from((Ipv6Addr::UNSPECIFIED, 33000))]);
    assert!(config.listens_everywhere && !config.doors.allow_plaintext);
    assert_eq!(config.hub.lobby.as_str(), "#lobby");
    assert!((1..=64).contains(&config.reactors));
    assert!(!config.hub.network_name.is_empty());
    assert_eq!(config.data(), Path::new("/nowhere"));
}

#[test]
fn addresses_may_repeat_and_replace_the_default() {
    let config = load(&["--listen", "127.0.0.1:0", "--listen", "[::1]:5"]).unwrap();
    assert_eq!(config.listen.len(), 2);
    assert!(!config.listens_everywhere);
}

#[test]
fn what_cannot_be_is_said() {
    assert!(load(&["--lobby", "no hash"]).unwrap_err().to_string().contains("--lobby"));
    assert!(load(&["--name", "  "]).unwrap_err().to_string().contains("--name"));
    assert!(load(&["--retention", "soon"]).unwrap_err().to_string().contains("--retention"));
    assert!(load(&["--name", &"x".repeat(60)]).is_ok());
    assert!(load(&["--name", &"x".repeat(61)]).is_err());
}

#[test]
fn the_arguments_are_well_formed() {
    Arguments::command().debug_assert();
}

#[test]
fn an_empty_file_changes_nothing() {
    let config = read("# nothing\n").unwrap();
    assert_eq!(config.hub.limits, Limits::default());
    assert_eq!(config.doors, Config::usual().doors);
}

#[test]
fn everything_in_the_file_arrives() {
    let hash = Verifier::derive(&Password::new("secret").unwrap(), b"salt", 4096).to_string();
    let config = read(&format!(
        r##"
listen = ["127.0.0.1:0", "[::1]:0"]
data = "/srv/majlis"
reactors = 3
allow_plaintext = true
announce = false
retention = "90d"
name = "بيت نور"
server_name = "chat.home.arpa"
description = "Nour's house"
password = "open sesame"
lobby = "#مجلس"
lobby_operators = ["نور", "Zoë"]
motd = """
Welcome!

Be kind."""

[tls]
certificate = "/etc/c.pem"
key = "/etc/k.pem"

[web]
origins = ["https://chat.example", "*"]
hosts = ["nook.lan"]

[accounts]
registration = "invite"
password_iterations = 700_000
logins_per_name = "off"
login_window = "5m"
most = 10

[history]
events = false
redaction_window = "1h"

[[operators]]
name = "nour"
password = "{hash}"

[limits]
topic_bytes = 100
rooms = "off"
ping_after = "off"
ping_timeout = "10s"
connections_per_address = 0
read_markers = "off"
metadata_subs = 3
metadata_changes = "off"
metadata_window = "10s"
flood_burst = 5
flood_per_second = 1
sniff_time = "100ms"
"##
    ))
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((config.listen.len(), config.listens_everywhere), (2, false));
    assert_eq!((config.data(), config.reactors), (Path::new("/srv/majlis"), 3));
    assert_eq!(config.identity, Some(("/etc/c.pem".into(), "/etc/k.pem".into())));
    let hub = &config.hub;
    assert_eq!((hub.network_name.as_str(), hub.lobby.as_str()), ("بيت نور", "#مجلس"));
    let operators: Vec<&str> = hub.lobby_operators.iter().map(Name::as_str).collect();
    assert_eq!(operators, ["نور", "Zoë"]);
    assert_eq!(
        (hub.server_name.as_str(), hub.description.as_str()),
        ("chat.home.arpa", "Nour's house")
    );
    assert_eq!(hub.password.as_deref(), Some("open sesame"));
    assert_eq!(hub.motd, ["Welcome!", "", "Be kind."]);
    assert_eq!((hub.registration, hub.password_iterations), (RegistrationPolicy::Invite, 700_000));
    assert_eq!(hub.operators.len(), 1);
    assert_eq!(hub.operators[0].verifier.to_string(), hash);
    let limits = &hub.limits;
    assert_eq!((limits.topic_bytes, limits.rooms, limits.accounts), (100, usize::MAX, 10));
    assert_eq!((limits.logins_per_name, limits.login_window_ms), (0, 300_000));
    assert_eq!((limits.read_markers, limits.metadata_subs), (usize::MAX, 3));
    assert_eq!((limits.metadata_changes, limits.metadata_window_ms), (0, 10_000));
    assert_eq!(limits.ping_timeout_ms, 10_000);
    assert!(limits.ping_after_ms.checked_mul(1000).is_some(), "sums must not overflow");
    assert_eq!(limits.retention_ms, Some(90 * 24 * 3_600_000));
    assert_eq!((hub.keeps_events, limits.redaction_window_ms), (false, Some(3_600_000)));
    let doors = &config.doors;
    assert!(doors.allow_plaintext && !config.announces);
    assert_eq!(doors.connections_per_address, usize::MAX);
    assert_eq!(doors.flood, crate::reactor::Flood { burst: 5, per_second: 1.0 });
    assert_eq!(doors.sniff_timeout, Duration::from_millis(100));
    assert!(doors.web.hosts.iter().any(|host| host == "nook.lan"));
    assert_eq!(doors.web.origins, ["https://chat.example", "*"]);
}

#[test]
fn flags_count_more_than_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("majlis.toml");
    std::fs::write(&path, "name = \"file\"\nlobby = \"#file\"\ndata = \"/file\"\n").unwrap();
    let config = load(&["--config", path.to_str().unwrap(), "--name", "flag"]).unwrap();
    assert_eq!((config.hub.network_name.as_str(), config.hub.lobby.as_str()), ("flag", "#file"));
    assert_eq!(config.data(), Path::new("/nowhere"));
    let missing = load(&["--config", "/nowhere/majlis.toml"]).unwrap_err().to_string();
    assert!(missing.contains("/nowhere/majlis.toml"), "{missing}");
}

#[test]
fn every_problem_is_named_with_its_line_and_what_would_be_right() {
    let found = problems(
        "nmae = \"x\"\nreactors = 65\n\n[limits]\ntopic_bytes = \"long\"\nping_after = 5\n\
         zzzzzz = 1\nflood_per_second = -1\n\n[accounts]\nregistration = \"maybe\"\n\n\
         [[operators]]\nname = \"nour\"\npassword = \"secret\"\n\n[tls]\nkey = \"k\"\n",
    );
    let expected = [
        "majlis.toml, line 1: nmae is no setting; did you mean name?",
        "majlis.toml, line 2: reactors wants a whole number from 1 to 64, not 65.",
        "majlis.toml, line 5: limits.topic_bytes wants a whole number from 1 to 280, not \"long\".",
        "majlis.toml, line 6: limits.ping_after wants a time of at least 1s, as in \"90s\", or \"off\", not 5.",
        "majlis.toml, line 7: limits.zzzzzz is no setting; known here: ",
        "majlis.toml, line 8: limits.flood_per_second wants a whole number up to 65535, or \"off\" for no limit, not -1.",
        "majlis.toml, line 11: accounts.registration wants \"open\", \"invite\" or \"closed\", not \"maybe\".",
        "majlis.toml, line 13: an operator needs a name and a password.",
        "majlis.toml, line 15: operators.password wants what majlis-server hash-password prints, not \"secret\".",
        "majlis.toml, line 18: tls.key wants a certificate beside it, not \"k\".",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\ninstead of\n{expected}");
    }
}

#[test]
fn what_is_no_toml_is_named_with_its_line() {
    let found = problems("name = \"x\"\nlobby = \n");
    assert!(found[0].starts_with("majlis.toml, line 2: this is not TOML: "), "{found:?}");
}

#[test]
fn values_at_the_border_are_taken_and_those_beyond_are_not() {
    for (good, bad) in [
        ("topic_bytes = 280", "topic_bytes = 281"),
        ("topic_bytes = 1", "topic_bytes = 0"),
        ("multiline_bytes = 65536", "multiline_bytes = 65537"),
        ("multiline_bytes = 512", "multiline_bytes = 511"),
        ("multiline_lines = 500", "multiline_lines = 501"),
        ("multiline_lines = 1", "multiline_lines = 0"),
        ("batch_time = \"1h\"", "batch_time = \"61m\""),
        ("metadata_value_bytes = 200", "metadata_value_bytes = 201"),
        ("metadata_value_bytes = 1", "metadata_value_bytes = 0"),
        ("metadata_window = \"1s\"", "metadata_window = \"999ms\""),
        ("mode_changes = \"off\"", "mode_changes = \"on\""),
        ("archive_after = \"1d\"", "archive_after = \"23h\""),
        ("sendq_bytes = 393216", "sendq_bytes = 393215"),
        ("websocket_bytes = 4608", "websocket_bytes = 4607"),
        ("flood_per_second = 65535", "flood_per_second = 65536"),
        ("naming_time = \"1s\"", "naming_time = \"999ms\""),
        ("text_quiet = \"10s\"", "text_quiet = \"11s\""),
        ("sent_age = \"7d\"", "sent_age = \"8d\""),
        ("rooms = 1", "rooms = -1"),
        ("least_free_bytes = 1_125_899_906_842_624", "least_free_bytes = 1_125_899_906_842_625"),
        ("least_free_bytes = \"off\"", "least_free_bytes = -1"),
    ] {
        assert!(read(&format!("[limits]\n{good}\n")).is_ok(), "{good}");
        assert_eq!(problems(&format!("[limits]\n{bad}\n")).len(), 1, "{bad}");
    }
    assert!(read("retention = \"1h\"").is_ok() && read("retention = \"forever\"").is_ok());
    assert!(read("retention = \"59m\"").is_err());
    assert!(read("listen = [\"nowhere\"]").is_err() && read("limits = 5").is_err());
}

/// All limits of a file as `check` shows them.
fn shown(text: &str) -> Vec<String> {
    file::limits(&read(text).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn every_limit_can_be_off_or_says_that_it_cannot() {
    let all = shown("");
    assert!(all.len() >= NEVER_OFF.len() * 2, "{all:#?}");
    for line in &all {
        let (name, _) = line.split_once(": ").unwrap();
        let (section, key) = name.split_once('.').unwrap();
        match read(&format!("[{section}]\n{key} = \"off\"\n")) {
            Ok(config) => {
                let is_off = file::limits(&config).contains(&format!("{name}: off"));
                assert!(is_off, "{name} is not off");
                assert!(!NEVER_OFF.contains(&name), "{name}");
            }
            Err(ConfigError(lines)) => {
                assert!(lines[0].contains("(it cannot be off)"), "{lines:?}");
                assert!(NEVER_OFF.contains(&name), "{name} cannot be off");
            }
        }
    }
}

/// A line would not hold them, memory would not, or they are no limits but how long something takes.
const NEVER_OFF: &[&str] = &[
    "accounts.password_iterations",
    "accounts.login_window",
    "accounts.register_window",
    "limits.username_bytes",
    "limits.realname_bytes",
    "limits.topic_bytes",
    "limits.reason_bytes",
    "limits.away_bytes",
    "limits.multiline_bytes",
    "limits.multiline_lines",
    "limits.batch_time",
    "limits.metadata_value_bytes",
    "limits.metadata_window",
    "limits.history_messages",
    "limits.parked_inputs",
    "limits.sent_records",
    "limits.takeover_grace",
    "limits.sent_age",
    "limits.sendq_bytes",
    "limits.websocket_bytes",
    "limits.flood_burst",
    "limits.sniff_time",
    "limits.refused_silence",
    "limits.text_quiet",
];

#[test]
fn check_shows_limits_as_they_are_understood() {
    let lines = shown("[limits]\nrooms = \"off\"\nping_after = \"5m\"\nflood_per_second = 3\n");
    for line in ["limits.rooms: off", "limits.ping_after: 5m", "limits.flood_per_second: 3"] {
        assert!(lines.iter().any(|shown| shown == line), "{line} in {lines:#?}");
    }
}

#[test]
fn what_cannot_change_while_running_is_named_and_kept() {
    let before = read("").unwrap();
    let after = read(
        "listen = [\"[::1]:1\"]\nserver_name = \"a.b\"\nlobby = \"#b\"\nmotd = \"new\"\n\
         [limits]\nconnections = 5\nsent_age = \"1d\"\nflood_burst = 7\n",
    )
    .unwrap();
    let fixed = ["listen", "server_name", "lobby", "limits.connections", "limits.sent_age"];
    assert_eq!(before.fixed_changes(&after), fixed);
    let followed = before.with_changes_of(after);
    assert!(before.fixed_changes(&followed).is_empty());
    assert_eq!(followed.hub.motd, ["new"]);
    assert_eq!(followed.doors.flood.burst, 7);
}
