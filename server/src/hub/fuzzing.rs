//! What fuzz targets do with a hub: any bytes as lines of people and of time, with every invariant verified after each.
//!
//! The bytes are a script: one step a line, of which the first byte says who or what it is. The same runs over the seeds in
//! the ordinary tests.

use std::sync::{Arc, LazyLock};

use majlis_protocol::base64;
use majlis_protocol::scram::{LEAST_ITERATIONS, Password, Verifier};

use super::HubSettings;
use super::testing::{House, OPENING, peer_of};
use crate::event::{
    Account, AccountId, CloseReason, ConnId, Guest, HistoryError, HistoryPage, HistoryQuery,
    HubInput, Peer, Restored,
};

/// More steps find nothing that fewer do not, but take longer.
const STEPS_MAX: usize = 100;

/// What no script contains, so that nobody gets in by it.
const PASSWORD: &str = "none of the seeds' words";

const EVERYTHING: &str = "account-tag batch draft/chathistory draft/metadata-2 draft/multiline draft/read-marker \
    echo-message labeled-response message-tags server-time standard-replies";

static VERIFIER: LazyLock<Arc<Verifier>> = LazyLock::new(|| {
    let password = Password::new(PASSWORD).expect("it is long enough");
    Verifier::derive(&password, b"sixteen bytes of", LEAST_ITERATIONS).into()
});

/// A house with the accounts `carol` and `dave`.
fn house() -> House {
    let account = |id, name: &str| Account {
        id: AccountId(id),
        name: name.to_owned(),
        made: OPENING,
        verifier: Arc::clone(&VERIFIER),
        devices: Vec::new(),
    };
    let accounts = vec![account(1, "carol"), account(2, "dave")];
    let settings = HubSettings { password_iterations: LEAST_ITERATIONS, ..HubSettings::default() };
    let restored = Restored { accounts, next_account: 3, next_room: 1, ..Restored::default() };
    House::with(settings, restored)
}

fn steps(script: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let lines = script.split(|&byte| byte == b'\n');
    lines.filter_map(|line| line.split_first()).map(|(&first, rest)| (first, rest)).take(STEPS_MAX)
}

fn is_answered(house: &mut House, conn: ConnId) {
    if house.is_open(conn) {
        house.read(conn);
        house.say(conn, "PING alive");
        let answers = house.read(conn);
        let is_parked = answers.is_empty();
        assert!(is_parked || answers.iter().any(|line| line.contains("alive")), "{answers:?}");
    }
}

/// Several people at once: `0` to `3` say a line, `h` and their number hangs up, `t` lets seconds go by, `r` answers a question for
/// history, `f` fails it, `w` hashes what waits, `o` opens a newcomer in the place of `3`, `p` a guest of the plain room.
pub fn play(script: &[u8]) {
    let mut house = house();
    let plain = house.open(Guest::Plain, None);
    let mut people = [
        house.client_with("ana", Some(1), EVERYTHING),
        house.client("bo"),
        plain,
        house.open(Guest::Irc, Some(2)),
    ];
    for (first, rest) in steps(script) {
        match first {
            b'0'..=b'3' => say(&mut house, people[usize::from(first - b'0')], rest),
            b'h' => {
                let number = rest.first().copied().unwrap_or_default();
                let conn = people[usize::from(number) % people.len()];
                if house.is_open(conn) {
                    house.hang_up(conn, CloseReason::Eof);
                }
            }
            b't' => house.wait(1_000 * u64::from(rest.first().copied().unwrap_or(1))),
            b'r' => answer(&mut house, false),
            b'f' => answer(&mut house, true),
            b'w' => house.work(),
            b'o' => people[3] = house.open(Guest::Irc, None),
            b'p' => people[2] = house.open(Guest::Plain, None),
            _ => {}
        }
        house.hub.verify();
        house.read_all();
    }
    house.shutdown();
}

fn say(house: &mut House, conn: ConnId, line: &[u8]) {
    if !house.is_open(conn) {
        return;
    }
    if house.is_plain(conn) {
        // As the reactor makes texts of bytes.
        let text = String::from_utf8_lossy(line).replace(char::is_control, "");
        house.text(conn, &text);
    } else {
        house.say_bytes(conn, line);
    }
}

fn answer(house: &mut House, fails: bool) {
    let Some((_, query)) = house.reads.front() else { return };
    let page = match query {
        HistoryQuery::Messages { .. } | HistoryQuery::Search(_) => {
            HistoryPage::Messages(Vec::new())
        }
        HistoryQuery::Message { .. } => HistoryPage::Message(None),
        HistoryQuery::Targets { .. } => HistoryPage::Targets(Vec::new()),
    };
    house.answer(if fails { Err(HistoryError::UnknownBound) } else { Ok(page) });
}

/// One newcomer who negotiates: `c` is a line after `CAP `, `l` a whole line.
pub fn negotiate(script: &[u8]) {
    let mut house = house();
    let witness = house.member("witness", "#lobby");
    let conn = house.open(Guest::Irc, None);
    for (first, rest) in steps(script) {
        match first {
            b'c' => say(&mut house, conn, &[b"CAP ", rest].concat()),
            b'l' => say(&mut house, conn, rest),
            _ => {}
        }
        house.hub.verify();
    }
    is_answered(&mut house, conn);
    is_answered(&mut house, witness);
}

/// One newcomer who tries to sign in: `a` is a line after `AUTHENTICATE `, `b` the same in base64, `w` hashes what waits, `l` is a
/// whole line. Nobody who does not know the password gets in.
pub fn sign_in(script: &[u8]) {
    let mut house = house();
    let peer = Peer { encrypted: true, channel_binding: Some([0; 32]), ..peer_of(None) };
    let conn = house.open_from(Guest::Irc, peer);
    for (first, rest) in steps(script) {
        match first {
            b'a' => say(&mut house, conn, &[b"AUTHENTICATE ", rest].concat()),
            b'b' => {
                let encoded = base64::encode(rest);
                say(&mut house, conn, format!("AUTHENTICATE {encoded}").as_bytes());
            }
            b'w' => house.work(),
            b'l' => say(&mut house, conn, rest),
            _ => {}
        }
        house.hub.verify();
        let told = house.read(conn);
        let is_in =
            |account: &str| told.iter().any(|line| line.contains(&format!(" as {account}")));
        assert!(
            !is_in("carol") && !is_in("dave"),
            "somebody got in without the password: {told:?}"
        );
    }
    house.input(HubInput::Space { free_bytes: u64::MAX });
    house.work();
    is_answered(&mut house, conn);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    type Target = (&'static str, fn(&[u8]));

    #[test]
    fn the_seeds_of_the_fuzz_targets_are_played_without_a_fault() {
        let targets: [Target; 3] =
            [("hub", play), ("capabilities", negotiate), ("sign_in", sign_in)];
        for (target, run) in targets {
            let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
            let mut count = 0;
            for seed in std::fs::read_dir(&seeds).unwrap() {
                run(&std::fs::read(seed.unwrap().path()).unwrap());
                count += 1;
            }
            assert!(count > 0, "{target} has no seeds");
        }
    }

    #[test]
    fn whoever_knows_the_password_does_get_in() {
        let script = format!("lCAP REQ :sasl\nlNICK carol\naPLAIN\nb\0carol\0{PASSWORD}\nw");
        let outcome = std::panic::catch_unwind(|| sign_in(script.as_bytes()));
        assert!(outcome.is_err(), "the target would not notice a false sign-in");
    }
}
