//! What the server says about itself: ISUPPORT, INFO, TIME, ADMIN, LINKS, STATS, HELP.

use super::{House, only};
use crate::event::Restored;
use crate::hub::HubSettings;

#[test]
fn questions_for_another_server_find_none() {
    let mut house = House::new();
    let ana = house.client("ana");
    for command in ["MOTD", "VERSION", "TIME", "ADMIN", "INFO", "STATS u"] {
        let refused = ":majlis.local 402 ana other.example :No such server";
        assert_eq!(only(house.ask(ana, &format!("{command} other.example"))), refused);
        for ours in ["majlis.local", "Majlis.*", "ANA"] {
            let lines = house.ask(ana, &format!("{command} {ours}"));
            assert!(!lines[0].contains(" 402 "), "{lines:?}");
        }
    }
}

#[test]
fn info_time_admin_and_links_are_told() {
    let admin = vec!["The red house".to_owned(), "Second floor".to_owned(), "Ask Nour".to_owned()];
    let settings = HubSettings { admin, ..HubSettings::default() };
    let mut house = House::with(settings, Restored { next_room: 1, ..Restored::default() });
    let ana = house.client("ana");
    let info = house.ask(ana, "INFO");
    assert!(info[0].starts_with(":majlis.local 371 ana :majlis-"));
    assert_eq!(info.last().map(String::as_str), Some(":majlis.local 374 ana :End of INFO list"));
    let time = ":majlis.local 391 ana majlis.local 1767225600 0 :2026-01-01T00:00:00.000Z";
    assert_eq!(only(house.ask(ana, "TIME")), time);
    let expected = [
        ":majlis.local 256 ana majlis.local :Administrative info",
        ":majlis.local 257 ana :The red house",
        ":majlis.local 258 ana :Second floor",
        ":majlis.local 259 ana :Ask Nour",
    ];
    assert_eq!(house.ask(ana, "ADMIN"), expected);
    let expected = [
        ":majlis.local 364 ana majlis.local majlis.local :0 Majlis",
        ":majlis.local 365 ana * :End of LINKS list",
    ];
    assert_eq!(house.ask(ana, "LINKS"), expected);
}

#[test]
fn statistics_are_told() {
    let mut house = House::new();
    let ana = house.client("ana");
    house.wait(93_784_000);
    house.read(ana);
    let expected = [
        ":majlis.local 242 ana :Server Up 1 days 2:03:04",
        ":majlis.local 219 ana u :End of STATS report",
    ];
    assert_eq!(house.ask(ana, "STATS u"), expected);
    let used = house.ask(ana, "STATS m");
    assert!(used.contains(&":majlis.local 212 ana STATS 2".to_owned()), "{used:?}");
    assert!(used.iter().all(|line| !line.contains(" KICK ")));
    assert_eq!(only(house.ask(ana, "STATS z")), ":majlis.local 219 ana z :End of STATS report");
    assert!(only(house.ask(ana, "STATS")).contains(" 461 ana STATS "));
}

#[test]
fn help_knows_subjects() {
    let mut house = House::new();
    let ana = house.client("ana");
    let expected = [
        ":majlis.local 704 ana kick :KICK <room> <nick>[,nick] [:reason]",
        ":majlis.local 705 ana kick :",
        ":majlis.local 706 ana kick :Removes people from a room of yours.",
    ];
    assert_eq!(house.ask(ana, "HELP kick"), expected);
    let subjects = house.ask(ana, "HELP");
    assert!(subjects[0].contains(" 704 ana * :") && subjects[1].ends_with(" 705 ana * :"));
    assert!(subjects.last().is_some_and(|line| line.contains(" 706 ana * :")));
    assert!(subjects.iter().any(|line| line.contains("PRIVMSG")));
    let unknown = ":majlis.local 524 ana * :There is no help on that";
    assert_eq!(only(house.ask(ana, "HELP :un known")), unknown);
}

#[test]
fn help_gives_its_subject_back_and_helpop_is_the_same() {
    let mut house = House::new();
    let ana = house.client("ana");
    for subject in ["PRIVMSG", "privmsg", "KicK", ""] {
        let lines = house.ask(ana, &format!("HELP {subject}"));
        assert_eq!(house.ask(ana, &format!("HELPOP {subject}")), lines);
        let named = if subject.is_empty() { "*" } else { subject };
        assert!(lines[0].starts_with(&format!(":majlis.local 704 ana {named} :")), "{lines:?}");
        assert_eq!(lines[1], format!(":majlis.local 705 ana {named} :"));
        let (last, middle) = lines[1..].split_last().expect("it ends");
        assert!(last.starts_with(&format!(":majlis.local 706 ana {named} :")), "{lines:?}");
        assert!(middle.iter().all(|line| line.contains(&format!(" 705 ana {named} :"))));
    }
    for (asked, named) in [("nonsense", "nonsense"), (":two words", "*"), ("::x", "*")] {
        let unknown = format!(":majlis.local 524 ana {named} :There is no help on that");
        assert_eq!(only(house.ask(ana, &format!("HELP {asked}"))), unknown);
    }
}

#[test]
fn every_subject_that_help_names_is_one() {
    let mut house = House::new();
    let ana = house.client("ana");
    let lines = house.ask(ana, "HELP");
    let subjects = lines[1..].iter().filter_map(|line| line.split(" :").nth(1));
    for subject in subjects.flat_map(|line| line.split(' ')).filter(|subject| !subject.is_empty()) {
        assert_eq!(house.ask(ana, &format!("HELP {subject}")).len(), 3, "{subject}");
    }
}

#[test]
fn a_version_comes_with_all_that_is_supported() {
    let mut house = House::new();
    let ana = house.client("ana");
    let lines = house.ask(ana, "VERSION");
    assert!(lines[0].starts_with(":majlis.local 351 ana majlis-"), "{lines:?}");
    assert!(lines[0].contains(" majlis.local :"), "{lines:?}");
    assert_eq!(lines[1..], house.ask(ana, "ISUPPORT"));
}
