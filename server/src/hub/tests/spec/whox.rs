//! WHOX: WHO with chosen fields.

use super::{House, only, pair};

#[test]
fn whox_gives_what_is_asked_in_its_order() {
    let mut house = House::new();
    let ana = house.member("ana", "#a");
    let user = house.hub.users.find("ana").expect("ana is there");
    house.hub.users[user].account = Some("maria".into());
    house.say(ana, "AWAY :x");
    house.wait(5_000);
    house.read_all();
    let all = house.ask(ana, "WHO #a %tcuihsnfdlaor,042");
    let expected = ":majlis.local 354 ana 042 #a ~ana 192.0.2.1 192.0.2.1 majlis.local ana G@ 0 5 \
                    maria n/a :ana";
    assert_eq!(all[0], expected);
    assert_eq!(all[1], ":majlis.local 315 ana #a :End of WHO list");
    for (asked, fields) in
        [("%rnt,1", "1 ana :ana"), ("%c", "*"), ("x%an", "ana maria"), ("%zan", "ana maria")]
    {
        let lines = house.ask(ana, &format!("WHO ana {asked}"));
        assert_eq!(lines[0], format!(":majlis.local 354 ana {fields}"), "{asked}");
    }
    house.hub.users[user].account = None;
    assert_eq!(house.ask(ana, "WHO ana %a")[0], ":majlis.local 354 ana 0");
}

#[test]
fn it_is_told_without_a_value_and_answered_by_its_own_numeric_alone() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "", "");
    assert!(house.ask(ana, "VERSION").join(" ").contains(" WHOX "));
    let lines = house.ask(ana, "WHO #a %n");
    let expected = [
        ":majlis.local 354 ana ana",
        ":majlis.local 354 ana bob",
        ":majlis.local 315 ana #a :End of WHO list",
    ];
    assert_eq!(lines, expected);
    assert_eq!(
        only(house.ask(ana, "WHO nobody %n")),
        ":majlis.local 315 ana nobody :End of WHO list"
    );
}

#[test]
fn each_field_alone_and_all_in_any_order() {
    let mut house = House::new();
    let (ana, _) = pair(&mut house, "", "");
    for (field, value) in [
        ("t,7", "7"),
        ("c", "#a"),
        ("u", "~ana"),
        ("i", "192.0.2.1"),
        ("h", "192.0.2.1"),
        ("s", "majlis.local"),
        ("n", "ana"),
        ("f", "H@"),
        ("d", "0"),
        ("l", "0"),
        ("a", "0"),
        ("o", "n/a"),
        ("r", ":ana"),
        ("r,1", ":ana"),
        ("nt,123", "123 ana"),
        ("tn,1", "1 ana"),
        ("roaldfnshiuct,9", "9 #a ~ana 192.0.2.1 192.0.2.1 majlis.local ana H@ 0 0 0 n/a :ana"),
        ("nnn", "ana"),
        ("nXYZ", "ana"),
    ] {
        let told = format!(":majlis.local 354 ana {value}");
        assert_eq!(house.ask(ana, &format!("WHO #a %{field}"))[0], told, "{field}");
    }
}

#[test]
fn a_token_has_up_to_three_digits() {
    let mut house = House::new();
    let ana = house.client("ana");
    for (asked, token) in
        [("0", "0"), ("042", "042"), ("999", "999"), ("1234", "0"), ("x", "0"), ("", "0")]
    {
        let told = format!(":majlis.local 354 ana {token} ana");
        assert_eq!(house.ask(ana, &format!("WHO ana %tn,{asked}"))[0], told, "{asked}");
    }
}

#[test]
fn all_prefixes_are_flags_where_they_are_wanted() {
    let mut house = House::new();
    let (ana, bob) = pair(&mut house, "", "multi-prefix");
    house.say(ana, "MODE #a +v ana");
    house.read(bob);
    assert_eq!(house.ask(bob, "WHO #a %nf")[0], ":majlis.local 354 bob ana H@+");
    house.read(ana);
    assert_eq!(house.ask(ana, "WHO #a %nf")[0], ":majlis.local 354 ana ana H@");
}

#[test]
fn flags_before_the_percent_sign_are_not_fields() {
    let mut house = House::new();
    let ana = house.client("ana");
    assert_eq!(house.ask(ana, "WHO ana n%a")[0], ":majlis.local 354 ana 0");
    assert_eq!(only(house.ask(ana, "WHO ana o%n")), ":majlis.local 315 ana ana :End of WHO list");
}
