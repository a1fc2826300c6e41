//! What somebody on the network may do who means no good.

use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use majlis::discovery::News;

use crate::house::{BOTH, Search, in_private};
use crate::packets::{Liar, Lie, nonsense};

#[test]
fn broken_packets_hurt_neither_end() {
    in_private("hostile::broken_packets_hurt_neither_end", |world| {
        world.join(&BOTH);
        let mut server = world.serve(&[]);
        let search = Search::begin();
        search.wait_for_server();
        for address in [Ipv4Addr::new(10, 77, 0, 2), Ipv4Addr::new(10, 77, 0, 1)] {
            let send = || {
                let liar = Liar::at(address);
                for packet in nonsense() {
                    liar.send(&packet);
                }
            };
            // From either side, so that both ends hear all of it from somebody else.
            if address.octets()[3] == 2 { world.over_there(send) } else { send() }
        }
        drop(search);
        thread::sleep(Duration::from_secs(1));
        assert!(server.is_running());
        let search = Search::begin();
        let (id, _) = search.wait_for_server();
        server.terminate();
        search.wait_for_gone(id);
    });
}

#[test]
fn what_is_announced_is_fit_to_be_shown() {
    in_private("hostile::what_is_announced_is_fit_to_be_shown", |world| {
        world.join(&BOTH);
        let search = Search::begin();
        // Whoever does not ask yet does not listen either.
        search.hear_nothing(Duration::from_millis(500));
        let text = |text: &str| text.as_bytes().to_vec();
        let odd = vec![text("name=\u{202e}a\nb\u{1b}[31m"), text("people=-5")];
        let lies = [
            Lie { instance: b"port", port: 0, ..Lie::default() },
            Lie { instance: b"far", address: [8, 8, 8, 8], ..Lie::default() },
            Lie { instance: b"home", address: [127, 0, 0, 1], ..Lie::default() },
            Lie { instance: b"odd", address: [10, 77, 0, 3], properties: odd, ..Lie::default() },
        ];
        world.over_there(|| {
            let liar = Liar::at(Ipv4Addr::new(10, 77, 0, 2));
            for lie in &lies {
                liar.send(&lie.to_bytes());
            }
        });
        let (_, found) = search.wait_for_found();
        assert_eq!(found.place.host, "10.77.0.3");
        assert_eq!((&*found.name, found.people_count), ("a b [31m", None));
        search.hear_nothing(Duration::from_secs(2));
    });
}

#[test]
fn a_flood_of_servers_is_cut_off_and_the_real_one_is_found_afterwards() {
    let name = "hostile::a_flood_of_servers_is_cut_off_and_the_real_one_is_found_afterwards";
    in_private(name, |world| {
        world.join(&BOTH);
        let search = Search::begin();
        search.hear_nothing(Duration::from_millis(500));
        world.over_there(|| {
            let liar = Liar::at(Ipv4Addr::new(10, 77, 0, 2));
            for number in 0..3_000_u16 {
                let instance = format!("flood {number}");
                let (instance, port) = (instance.as_bytes(), number + 1);
                let lie = Lie { instance, port, ..Lie::default() };
                liar.send(&lie.to_bytes());
                if number % 100 == 0 {
                    thread::sleep(Duration::from_millis(20));
                }
            }
        });
        // Who looks around may lose the thread in all that, and begin anew; then none of them is left.
        let most = most_places(&search);
        assert!((1..=64).contains(&most), "{most} places were shown");
        drop(search);
        let _server = world.serve(&[]);
        let is_real = |news: &News| matches!(news, News::Found(_, it) if it.name == "Reading Room");
        Search::begin().wait_for("the real server", |news| is_real(news).then_some(()));
    });
}

/// How many places were there at most, once it is quiet.
fn most_places(search: &Search) -> usize {
    let mut places = Vec::new();
    let mut most = 0;
    while let Some(news) = search.hear(Duration::from_secs(2)) {
        match news {
            News::Found(id, _) if !places.contains(&id) => places.push(id),
            News::Found(..) => {}
            News::Gone(id) => places.retain(|it| *it != id),
        }
        most = most.max(places.len());
    }
    most
}
