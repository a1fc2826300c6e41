//! The operator's pages: what is counted, and for whom it is shown.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::common::{Irc, LABELS, PATIENCE, Server, Wire};

/// The whole answer to a request for a page.
fn get(address: SocketAddr, path: &str, host: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(socket, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

fn metrics(server: &Server) -> String {
    let answer = get(server.address, "/metrics", "localhost");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(head.contains("Content-Type: text/plain; version=0.0.4"), "{head}");
    body.to_owned()
}

/// A figure by its name and labels.
#[track_caller]
fn figure(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{page}")).parse().unwrap()
}

#[test]
fn what_happens_is_counted() {
    let server = Server::start();
    let mut ana = Irc::tls(&server, "ana", LABELS, None);
    let mut bo = Irc::plain(&server, "bo", "sasl");
    for irc in [&mut ana, &mut bo] {
        irc.join("#lobby");
    }
    for number in 0..3 {
        ana.say("#lobby", "hello", &format!("l{number}"));
    }
    ana.history("LATEST #lobby * 10");
    bo.send("AUTHENTICATE PLAIN");
    bo.wait_for(|line| line.is("AUTHENTICATE", &["+"]));
    bo.send("AUTHENTICATE AG5vYm9keQBwYXNzd29yZA==");
    bo.wait_for(|line| line.command() == "904");
    let start = Instant::now();
    let page = loop {
        let page = metrics(&server);
        if figure(&page, "majlis_users") > 1.5
            && figure(&page, "majlis_sign_in_failures_total") > 0.5
        {
            break page;
        }
        assert!(start.elapsed() < PATIENCE, "{page}");
        std::thread::sleep(Duration::from_millis(100));
    };
    for (name, value) in [
        ("majlis_connections{speaks=\"irc\",tls=\"true\"}", 1.0),
        ("majlis_connections{speaks=\"irc\",tls=\"false\"}", 1.0),
        ("majlis_connections{speaks=\"plain room\",tls=\"false\"}", 0.0),
        ("majlis_users", 2.0),
        ("majlis_rooms", 1.0),
        ("majlis_messages_total", 3.0),
        ("majlis_history_reads_total", 1.0),
        ("majlis_sign_in_failures_total", 1.0),
        ("majlis_sendq_closes_total", 0.0),
        ("majlis_read_only", 0.0),
    ] {
        assert!((figure(&page, name) - value).abs() < 0.5, "{name} is not {value} in\n{page}");
    }
    for name in ["majlis_commit_seconds_count", "majlis_database_bytes", "majlis_disk_free_bytes"] {
        assert!(figure(&page, name) > 0.5, "{name}");
    }
    assert!(page.contains("majlis_build_info{version=\""), "{page}");

    drop(ana);
    let start = Instant::now();
    while figure(&metrics(&server), "majlis_connections{speaks=\"irc\",tls=\"true\"}") > 0.5 {
        assert!(start.elapsed() < PATIENCE, "a connection that is gone is still counted");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_page_is_what_prometheus_reads() {
    let server = Server::start();
    let page = metrics(&server);
    let mut family = String::new();
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(kind != "counter" || name.ends_with("_total"), "{line}");
            name.clone_into(&mut family);
        } else if !line.starts_with("# HELP ") {
            assert!(line.starts_with(&family), "{line} is not of {family}");
            let (_, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
    assert!(page.ends_with('\n'));
}

#[test]
fn somebody_who_does_not_read_and_one_who_speaks_too_fast_are_counted() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("majlis.toml");
    let limits = "flood_burst = 40\nflood_per_second = 1000\nsendq_bytes = 393216\n";
    std::fs::write(&file, format!("[limits]\n{limits}")).unwrap();
    let server = Server::start_in(data.path(), &["--config", file.to_str().unwrap()]);
    let mut ana = Irc::plain(&server, "ana", "");
    for _ in 0..200 {
        ana.send("PING x");
    }
    ana.settle();
    assert!(figure(&metrics(&server), "majlis_floods_total") > 0.5);

    let mut deaf = Irc::new(Wire::deaf(&server));
    for line in ["NICK deaf", "USER deaf 0 * :deaf", "JOIN #lobby"] {
        deaf.send(line);
    }
    ana.join("#lobby");
    let start = Instant::now();
    let text = "x".repeat(400);
    while figure(&metrics(&server), "majlis_sendq_closes_total") < 0.5 {
        assert!(start.elapsed() < PATIENCE, "{}", metrics(&server));
        for _ in 0..200 {
            ana.send(&format!("PRIVMSG #lobby :{text}"));
        }
        ana.settle();
    }
}

#[test]
fn whether_it_works_is_told_to_this_machine_alone() {
    let server = Server::start_with(&["--allow-plaintext", "--listen", "0.0.0.0:0"]);
    let healthy = get(server.address, "/healthz", "127.0.0.1");
    assert!(
        healthy.starts_with("HTTP/1.1 200 OK") && healthy.ends_with("\r\n\r\nok\n"),
        "{healthy}"
    );
    for path in ["/healthz", "/metrics"] {
        let rebound = get(server.address, path, "evil.example");
        assert!(rebound.starts_with("HTTP/1.1 421 "), "{rebound}");
    }
    let mut everywhere =
        server.printed.iter().filter_map(|line| line.strip_prefix("Listening on 0.0.0.0:"));
    let port: u16 = everywhere.next().unwrap().parse().unwrap();
    let addresses = server.printed.iter().filter_map(|line| line.strip_prefix("Address: "));
    let addresses = addresses.filter_map(|address| address.parse::<SocketAddr>().ok());
    let others = addresses
        .map(|address| address.ip())
        .filter(|ip| !ip.is_loopback() && matches!(ip, IpAddr::V4(_)));
    // From the network's side, as far as this machine has one.
    for ip in others {
        for path in ["/healthz", "/metrics"] {
            let answer = get(SocketAddr::new(ip, port), path, "127.0.0.1");
            assert!(answer.starts_with("HTTP/1.1 404 "), "{ip}: {answer}");
        }
    }
}
