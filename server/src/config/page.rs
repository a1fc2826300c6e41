//! The page of all settings (`docs/settings.md`): names, values and defaults as the code has them, and a sentence for each.
//!
//! A test holds that every setting has its sentence, and that the page in the repository is this one.

use std::fmt::Write;

use super::Config;
use super::file;
use super::reader::Listed;

/// What a setting is for, and its default in words where the code's own says little.
struct About {
    name: &'static str,
    purpose: &'static str,
    usual: &'static str,
}

const fn about(name: &'static str, purpose: &'static str) -> About {
    About { name, purpose, usual: "" }
}

const fn usually(name: &'static str, usual: &'static str, purpose: &'static str) -> About {
    About { name, purpose, usual }
}

const PURPOSES: &[About] = &[
    usually("listen", "port 33000 of every address", "Where people come in; `--listen`."),
    usually(
        "data",
        "a folder of whoever starts it",
        "Where everything is kept; `--data`. Two servers cannot share one.",
    ),
    usually(
        "reactors",
        "one for each processor",
        "How many threads serve connections; `--reactors`.",
    ),
    about(
        "allow_plaintext",
        "Whether people on the network may talk without encryption; `--allow-plaintext`. This machine always may.",
    ),
    about(
        "announce",
        "Whether the local network is told that the server is there, so that people find it; `--no-announce`.",
    ),
    usually("retention", "forever", "How long what was said is kept; `--retention`."),
    usually("name", "the name of this machine", "What people see this place called; `--name`."),
    usually("server_name", "majlis.local", "The server's own name in IRC."),
    usually("description", "Majlis", "What the server says of itself in WHOIS."),
    usually("lobby", "#lobby", "The room where everybody arrives; `--lobby`."),
    usually("lobby_operators", "none", "Accounts whose people are operators of the lobby."),
    usually(
        "password",
        "none",
        "What everybody has to give to connect (PASS). The plain room is closed then.",
    ),
    usually("motd", "none", "The message of the day, in as many lines as you like."),
    usually("admin", "none", "What ADMIN tells of who runs the server, one fact a line."),
    usually("tls.certificate", "made at the first start", "A certificate of your own, in PEM."),
    usually(
        "tls.key",
        "made at the first start",
        "Its key, in PEM, for its owner alone (mode 0600).",
    ),
    usually(
        "web.origins",
        "none",
        "Pages from elsewhere that may talk here by WebSocket; `\"*\"` for all.",
    ),
    usually(
        "web.hosts",
        "this machine's names",
        "Further names that browsers may call this server by.",
    ),
    usually("accounts.registration", "open", "Who may make an account."),
    about("accounts.password_iterations", "How often a new password is hashed."),
    about("accounts.most", "Accounts on the server."),
    about("accounts.devices", "Devices that sign in to one account by themselves."),
    about("accounts.password_chars", "Characters that a new password has at least."),
    about(
        "accounts.password_proof_time",
        "How long a sign-in by password is proof enough for setting another.",
    ),
    about(
        "accounts.logins_per_address",
        "Tries to sign in from one address in `login_window`; 0 counts none.",
    ),
    about(
        "accounts.logins_per_name",
        "Tries to sign in to one name from one address in that time, from all fifty times as many; 0 counts none.",
    ),
    about("accounts.login_window", "The time in which tries are counted."),
    about(
        "accounts.registers_per_address",
        "Accounts made from one address in `register_window`; 0 counts none.",
    ),
    about("accounts.register_window", "The time in which those are counted."),
    about(
        "history.events",
        "Whether what happens in rooms (who came, left, changed something) is kept beside what is said.",
    ),
    usually(
        "history.redaction_window",
        "off",
        "How long people can take back what they said; moderators always can.",
    ),
    usually("operators.name", "", "The name that an operator gives with OPER."),
    usually("operators.password", "", "Their password, hashed."),
    about("limits.username_bytes", "A username, with its `~`."),
    about("limits.realname_bytes", "What people call themselves."),
    about("limits.topic_bytes", "A room's topic."),
    about("limits.reason_bytes", "The words of somebody who leaves."),
    about("limits.rooms_per_person", "Rooms that one person is in."),
    about("limits.rooms", "Rooms on the server."),
    about(
        "limits.rooms_per_founder",
        "Rooms that one account made; operators of the server may make more.",
    ),
    about("limits.targets", "Rooms and people that one message goes to."),
    about("limits.mode_changes", "Changes of one MODE."),
    about("limits.bans", "Bans from the server that are set from within (KLINE, DLINE)."),
    about("limits.list_entries", "Entries of each list of a room: bans, exceptions."),
    about("limits.invitations", "Rooms that one person is invited into."),
    about("limits.away_bytes", "Why somebody is away."),
    about("limits.kicks", "People put out with one KICK."),
    about("limits.list_masks", "Conditions of one LIST."),
    about("limits.watched", "People that one connection watches (MONITOR)."),
    about("limits.past_users", "People remembered after they left (WHOWAS)."),
    about("limits.who_matches", "People that one WHO lists."),
    about("limits.multiline_bytes", "All text of one message of many lines."),
    about("limits.multiline_lines", "Lines of one message."),
    about("limits.history_messages", "Messages that one question for history gives."),
    about("limits.parked_inputs", "Lines that wait while one connection's history is read."),
    about("limits.read_markers", "Rooms and people for which one account's read marker is kept."),
    about("limits.sent_records", "Messages remembered so that none is taken twice."),
    about(
        "limits.least_free_bytes",
        "Room on the disk below which nothing new is kept; 0 for whatever room there is.",
    ),
    about("limits.metadata_keys", "Values that one person has (METADATA)."),
    about("limits.metadata_room_keys", "Values that one room has."),
    about("limits.metadata_subs", "Keys that one connection is told of."),
    about("limits.metadata_value_bytes", "One value."),
    about(
        "limits.metadata_sync_values",
        "Values told at once of a room's people; the rest has to be asked for.",
    ),
    about(
        "limits.metadata_changes",
        "Values that one connection sets in `metadata_window`; 0 counts none.",
    ),
    about("limits.metadata_window", "The time in which those are counted."),
    about("limits.registration_time", "Time to say who one is."),
    about("limits.naming_time", "Time to type a name in the plain room."),
    about("limits.ping_after", "Silence after which a client is asked for a sign of life."),
    about("limits.ping_timeout", "Silence after that which ends the connection."),
    about("limits.batch_time", "Silence after which a message of many lines is given up."),
    about("limits.room_grace", "How long a guest's room waits for its people after a restart."),
    about("limits.archive_after", "How long a room may go unused until no list shows it."),
    about(
        "limits.takeover_grace",
        "How long somebody who came back has to join their rooms again.",
    ),
    about("limits.sent_age", "How long sent messages are remembered so that none is taken twice."),
    about(
        "limits.connections_per_address",
        "Connections from one address; this machine's own are not counted.",
    ),
    about("limits.connections", "Connections in all."),
    about(
        "limits.sendq_bytes",
        "What may wait for somebody who does not read, besides one answer; more ends the connection.",
    ),
    about("limits.websocket_bytes", "The longest message of a WebSocket."),
    about(
        "limits.flood_burst",
        "Lines that somebody may send at once before they are slowed down.",
    ),
    about("limits.flood_per_second", "Lines a second after that."),
    about("limits.handshake_time", "Time until a connection speaks."),
    about("limits.sniff_time", "Silence after which a guest is greeted in the plain room."),
    about(
        "limits.refused_silence",
        "Silence after which a guest who may not talk without encryption is let go.",
    ),
    about(
        "limits.text_quiet",
        "Quiet after which a text of the plain room is complete without a newline.",
    ),
];

const OPENING: &str = "\
# Settings

This page is printed by `majlis-server generate settings`; a test holds it to what the program does.

The server needs no settings. What you want otherwise stands in one TOML file, named with `--config` or in the environment
variable `MAJLIS_CONFIG`; flags count more than the file. `majlis-server --config FILE check` says what is wrong with it, line by
line, and starts nothing. On SIGHUP (`systemctl reload majlis-server`) a server at work reads it again, and its log names what
changes only with a new start.

```toml
name = \"The reading room\"
motd = \"Be kind.\"

[accounts]
registration = \"invite\"

[limits]
ping_after = \"2m\"
```

Times are a whole number and `ms`, `s`, `m`, `h` or `d`. `\"off\"` stands for no limit where it is offered.
";

/// The page, in Markdown.
pub fn settings_page() -> String {
    let mut page = OPENING.to_owned();
    let mut section = None;
    for listed in file::list(&Config::usual()) {
        let (table, _) = listed.name.rsplit_once('.').unwrap_or_default();
        if section.as_deref() != Some(table) {
            page.push_str(&heading(table));
            section = Some(table.to_owned());
        }
        page.push_str(&row(&listed));
    }
    page
}

fn heading(table: &str) -> String {
    let title = match table {
        "" => "At the top".to_owned(),
        // A table that may stand there several times.
        "operators" => "`[[operators]]`, once for each".to_owned(),
        table => format!("`[{table}]`"),
    };
    format!(
        "\n## {title}\n\n| setting | what it is for | what may stand there | by itself |\n|---|---|---|---|\n"
    )
}

fn row(listed: &Listed) -> String {
    let about = PURPOSES.iter().find(|about| about.name == listed.name);
    let purpose = about.map_or("", |about| about.purpose);
    let usual = about.map_or("", |about| about.usual);
    let usual = if usual.is_empty() { &listed.usual } else { usual };
    let key = listed.name.rsplit('.').next().unwrap_or_default();
    let mut row = String::new();
    writeln!(row, "| `{key}` | {purpose} | {} | {usual} |", listed.wants)
        .expect("a String takes everything");
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_its_sentence_and_every_sentence_its_setting() {
        let listed: Vec<String> =
            file::list(&Config::usual()).into_iter().map(|listed| listed.name).collect();
        let told: Vec<&str> = PURPOSES.iter().map(|about| about.name).collect();
        assert_eq!(listed, told);
    }

    #[test]
    fn the_page_in_the_repository_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md");
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            there,
            settings_page(),
            "docs/settings.md is out of date; majlis-server generate settings > docs/settings.md"
        );
    }

    #[test]
    fn defaults_and_bounds_on_the_page_are_the_codes() {
        let page = settings_page();
        for line in [
            "| `topic_bytes` | A room's topic. | a whole number from 1 to 280 | 280 |",
            "| `rooms` | Rooms on the server. | a whole number, or \"off\" for no limit | 2000 |",
            "| `ping_after` | Silence after which a client is asked for a sign of life. \
             | a time of at least 1s, as in \"90s\", or \"off\" | 90s |",
        ] {
            assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
        }
    }
}
