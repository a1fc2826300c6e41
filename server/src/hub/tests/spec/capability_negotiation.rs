//! Capability negotiation: LS, LIST, REQ, END, NEW and DEL.

use super::{House, only};
use crate::event::Guest;
use crate::hub::{HubSettings, RegistrationPolicy};

const OFFERED: &[&str] = &[
    "account-notify",
    "draft/account-registration",
    "account-tag",
    "away-notify",
    "batch",
    "cap-notify",
    "draft/channel-rename",
    "draft/chathistory",
    "chghost",
    "echo-message",
    "draft/event-playback",
    "draft/extended-isupport",
    "extended-join",
    "extended-monitor",
    "invite-notify",
    "labeled-response",
    "draft/message-redaction",
    "message-tags",
    "multi-prefix",
    "draft/metadata-2",
    "draft/multiline",
    "draft/read-marker",
    "no-implicit-names",
    "draft/pre-away",
    "sasl",
    "soju.im/search",
    "server-time",
    "setname",
    "standard-replies",
    "userhost-in-names",
];

/// The names in the lines of an answer to CAP LS.
fn names(lines: &[String]) -> Vec<&str> {
    lines.iter().flat_map(|line| line.rsplit(" :").next().unwrap_or_default().split(' ')).collect()
}

#[test]
fn everything_is_offered_and_before_302_on_one_line() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    let old = house.ask(ana, "CAP LS");
    assert_eq!(old.len(), 1);
    assert!(names(&old).contains(&"server-time"));
    let lines = house.ask(ana, "CAP LS 302");
    let offered = names(&lines);
    let is_there = |name: &str| offered.iter().any(|offer| offer.split('=').next() == Some(name));
    assert!(OFFERED.iter().all(|name| is_there(name)), "{offered:?}");
    let (last, more) = lines.split_last().expect("there is an answer");
    assert!(more.iter().all(|line| line.contains(" LS * :")) && !last.contains(" LS * :"));
}

#[test]
fn negotiation_holds_registration_until_its_end() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    house.ask(ana, "CAP LS 302");
    assert!(house.ask(ana, "NICK ana").is_empty());
    assert!(house.ask(ana, "USER ana 0 * :Ana").is_empty());
    let acknowledged = ":majlis.local CAP * ACK :batch server-time";
    assert_eq!(only(house.ask(ana, "CAP REQ :batch -batch  server-time batch")), acknowledged);
    let enabled = ":majlis.local CAP * LIST :batch cap-notify server-time";
    assert_eq!(only(house.ask(ana, "CAP LIST")), enabled);
    assert!(house.ask(ana, "CAP END")[0].contains(" 001 ana "));
    let list = ":majlis.local CAP ana LIST :batch cap-notify server-time";
    assert_eq!(only(house.ask(ana, "cap list")), list);
}

#[test]
fn a_request_is_granted_whole_or_not_at_all() {
    let mut house = House::new();
    let ana = house.client("ana");
    let refused = ":majlis.local CAP ana NAK :batch tls";
    assert_eq!(only(house.ask(ana, "CAP REQ :batch tls")), refused);
    assert_eq!(only(house.ask(ana, "CAP LIST")), ":majlis.local CAP ana LIST :");
    assert_eq!(only(house.ask(ana, "CAP REQ :BATCH")), ":majlis.local CAP ana NAK :BATCH");
    assert_eq!(only(house.ask(ana, "CAP REQ batch")), ":majlis.local CAP ana ACK :batch");
    assert_eq!(only(house.ask(ana, "CAP REQ -batch")), ":majlis.local CAP ana ACK :-batch");
    assert_eq!(only(house.ask(ana, "CAP REQ :")), ":majlis.local CAP ana ACK :");
}

#[test]
fn with_302_cap_notify_comes_and_stays() {
    let mut house = House::new();
    let (old, new) = (house.client("old"), house.client("new"));
    house.ask(old, "CAP LS");
    assert_eq!(only(house.ask(old, "CAP LIST")), ":majlis.local CAP old LIST :");
    house.ask(old, "CAP REQ cap-notify");
    let gone = ":majlis.local CAP old ACK :-cap-notify";
    assert_eq!(only(house.ask(old, "CAP REQ -cap-notify")), gone);
    house.ask(new, "CAP LS 307");
    let kept = ":majlis.local CAP new NAK :-cap-notify";
    assert_eq!(only(house.ask(new, "CAP REQ -cap-notify")), kept);
}

#[test]
fn other_subcommands_are_refused() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    let refused = ":majlis.local 410 * DANCE :Invalid CAP subcommand";
    assert_eq!(only(house.ask(ana, "CAP DANCE")), refused);
}

#[test]
fn registration_waits_for_an_end_whether_anything_was_asked_for_or_not() {
    for opening in ["CAP LS", "CAP LS 302", "CAP REQ batch", "CAP REQ nonsense", "CAP REQ :"] {
        let mut house = House::new();
        let ana = house.open(Guest::Irc, None);
        for line in [opening, "NICK ana", "USER ana 0 * :Ana"] {
            house.say(ana, line);
        }
        assert!(house.read(ana).iter().all(|line| line.contains(" CAP * ")), "{opening}");
        assert!(house.ask(ana, "CAP END")[0].contains(" 001 ana "), "{opening}");
    }
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    assert!(house.ask(ana, "CAP END").is_empty());
    house.say(ana, "NICK ana");
    assert!(
        house.ask(ana, "USER ana 0 * :Ana")[0].contains(" 001 ana "),
        "an end ends nothing yet"
    );
}

#[test]
fn an_end_after_registration_is_passed_over() {
    let mut house = House::new();
    let ana = house.client("ana");
    for line in ["CAP END", "CAP LS 302", "CAP END"] {
        assert!(house.ask(ana, line).iter().all(|line| line.contains(" CAP ana LS ")));
    }
    assert!(only(house.ask(ana, "PING x")).contains(" PONG "));
}

#[test]
fn the_version_is_a_number_and_only_its_features_are_used() {
    let mut house = House::new();
    for (version, has_values) in
        [("", false), ("301", false), ("302", true), ("303", true), ("0302", true), ("x", false)]
    {
        let conn = house.open(Guest::Irc, None);
        let list = house.ask(conn, &format!("CAP LS {version}")).join(" ");
        assert_eq!(list.contains("sasl="), has_values, "{version}");
        assert_eq!(list.contains(" LS * :"), has_values, "{version}");
    }
}

#[test]
fn a_higher_version_stays_though_a_lower_one_is_asked_for() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    house.ask(ana, "CAP LS 302");
    let old = only(house.ask(ana, "CAP LS"));
    assert!(!old.contains("sasl="), "the answer is of the version asked for: {old}");
    assert_eq!(only(house.ask(ana, "CAP REQ -cap-notify")), ":majlis.local CAP * NAK :-cap-notify");
    assert_eq!(only(house.ask(ana, "CAP LIST")), ":majlis.local CAP * LIST :cap-notify");
}

#[test]
fn values_are_in_the_list_alone() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    assert!(house.ask(ana, "CAP LS 302").iter().any(|line| line.contains("sasl=SCRAM")));
    assert_eq!(only(house.ask(ana, "CAP REQ sasl")), ":majlis.local CAP * ACK :sasl");
    assert_eq!(only(house.ask(ana, "CAP LIST")), ":majlis.local CAP * LIST :cap-notify sasl");
    let valued = ":majlis.local CAP * NAK :sasl=PLAIN";
    assert_eq!(only(house.ask(ana, "CAP REQ sasl=PLAIN")), valued);
}

#[test]
fn what_is_on_may_be_asked_for_again_and_what_is_off_may_be_given_up() {
    let mut house = House::new();
    let ana = house.client("ana");
    for _ in 0..2 {
        assert_eq!(only(house.ask(ana, "CAP REQ batch")), ":majlis.local CAP ana ACK :batch");
    }
    for _ in 0..2 {
        assert_eq!(only(house.ask(ana, "CAP REQ -batch")), ":majlis.local CAP ana ACK :-batch");
    }
}

#[test]
fn an_answer_followed_from_left_to_right_leads_where_the_server_is() {
    let mut house = House::new();
    let ana = house.client("ana");
    for (asked, answer, enabled) in [
        ("batch -batch", "-batch", ""),
        ("-batch batch", "batch", "batch"),
        (" batch  setname ", "batch setname", "batch setname"),
        ("-setname -batch setname", "setname -batch", "setname"),
    ] {
        let acknowledged = format!(":majlis.local CAP ana ACK :{answer}");
        assert_eq!(only(house.ask(ana, &format!("CAP REQ :{asked}"))), acknowledged);
        let list = format!(":majlis.local CAP ana LIST :{enabled}");
        assert_eq!(only(house.ask(ana, "CAP LIST")), list, "{asked}");
    }
}

#[test]
fn names_may_come_without_their_colon() {
    let mut house = House::new();
    let ana = house.client("ana");
    let acknowledged = ":majlis.local CAP ana ACK :batch setname";
    assert_eq!(only(house.ask(ana, "CAP REQ batch setname")), acknowledged);
}

#[test]
fn a_refused_request_changes_nothing() {
    let mut house = House::new();
    let ana = house.client_with("ana", None, "batch");
    for asked in ["-batch nonsense", "setname -nonsense", "setname --batch", "setname -"] {
        let refused = format!(":majlis.local CAP ana NAK :{asked}");
        assert_eq!(only(house.ask(ana, &format!("CAP REQ :{asked}"))), refused);
    }
    assert_eq!(only(house.ask(ana, "CAP LIST")), ":majlis.local CAP ana LIST :batch");
}

#[test]
fn everything_can_be_asked_for_at_once() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    let all = OFFERED.join(" ");
    let answers = house.ask(ana, &format!("CAP REQ :{all}"));
    assert!(answers.iter().all(|line| line.contains(" CAP * ACK :")), "{answers:?}");
    assert_eq!(names(&answers), all.split(' ').collect::<Vec<_>>(), "no name is cut");
    house.say(ana, "CAP LS 302");
    house.read(ana);
    let listed = house.ask(ana, "CAP LIST");
    assert_eq!(names(&listed).len(), OFFERED.len());
}

#[test]
fn a_long_refusal_cuts_no_name() {
    let mut house = House::new();
    let nick = "ب".repeat(32);
    let ana = house.client(&nick);
    let asked: Vec<String> = (10..90).map(|number| format!("cap{number}")).collect();
    let answers = house.ask(ana, &format!("CAP REQ :{}", asked.join(" ")));
    assert!(answers.len() > 1 && answers.iter().all(|line| line.contains(" NAK :")));
    assert_eq!(names(&answers), asked);
}

#[test]
fn the_client_is_named_or_an_asterisk_stands_for_it() {
    let mut house = House::new();
    let ana = house.open(Guest::Irc, None);
    house.say(ana, "NICK ana");
    assert!(house.ask(ana, "CAP LIST")[0].starts_with(":majlis.local CAP * LIST "));
    house.say(ana, "USER ana 0 * :Ana");
    house.ask(ana, "CAP END");
    assert!(house.ask(ana, "CAP LIST")[0].starts_with(":majlis.local CAP ana LIST "));
    let refused = ":majlis.local 410 ana foo :Invalid CAP subcommand";
    assert_eq!(only(house.ask(ana, "CAP foo")), refused);
}

#[test]
fn only_the_server_acknowledges_and_announces() {
    let mut house = House::new();
    let ana = house.client("ana");
    for subcommand in ["ACK", "NAK", "NEW", "DEL", "CLEAR"] {
        let refused = format!(":majlis.local 410 ana {subcommand} :Invalid CAP subcommand");
        assert_eq!(only(house.ask(ana, &format!("CAP {subcommand} :batch"))), refused);
    }
    assert_eq!(only(house.ask(ana, "CAP LIST")), ":majlis.local CAP ana LIST :");
    assert!(only(house.ask(ana, "CAP")).contains(" 461 ana CAP "));
}

#[test]
fn what_comes_and_goes_is_announced_to_whoever_wants_to_know() {
    let mut house = House::new();
    let [new, old, deaf] = ["new", "old", "deaf"].map(|nick| house.client(nick));
    house.ask(new, "CAP LS 302");
    house.ask(old, "CAP REQ cap-notify");
    for conn in [new, old, deaf] {
        house.ask(conn, "CAP REQ draft/account-registration");
    }
    let registration = RegistrationPolicy::Closed;
    house.resettle(HubSettings { registration, ..HubSettings::default() });
    let del = |nick| format!(":majlis.local CAP {nick} DEL :draft/account-registration");
    assert_eq!(only(house.read(new)), del("new"));
    assert_eq!(only(house.read(old)), del("old"));
    assert!(house.read(deaf).is_empty());
    assert_eq!(only(house.ask(new, "CAP LIST")), ":majlis.local CAP new LIST :cap-notify");
    house.resettle(HubSettings { registration, ..HubSettings::default() });
    assert!(house.read(new).is_empty(), "nothing changed");
    house.resettle(HubSettings::default());
    let came = ":majlis.local CAP new NEW :draft/account-registration=before-connect";
    assert_eq!(only(house.read(new)), came);
    let came = ":majlis.local CAP old NEW :draft/account-registration";
    assert_eq!(only(house.read(old)), came, "values are for version 302");
    assert!(house.read(deaf).is_empty());
}
