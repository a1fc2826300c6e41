//! Who is there while the server soaks: people who stay and talk, people who come and go, and those who do harm.

use std::io::Write;
use std::net::TcpStream;
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use crate::common::{Irc, LABELS, Server, Wire};
use crate::{END, Echoed, ROOMS};

const PAUSE: Duration = Duration::from_millis(10);

/// Has everybody live until then, each in a thread of the scope.
pub(crate) fn lead<'scope>(
    scope: &'scope Scope<'scope, '_>,
    server: &'scope Server,
    until: Instant,
    echoed: &'scope Echoed,
) {
    for number in 0..4 {
        scope.spawn(move || stay(server, number, until, echoed));
    }
    for number in 0..2 {
        scope.spawn(move || come_and_go(server, number, until, echoed));
    }
    scope.spawn(move || visit_plainly(server, until));
    scope.spawn(move || read_back(server, until));
    scope.spawn(move || do_harm(server, until));
    scope.spawn(move || never_read(server, until));
}

/// The last word in each room, once everybody else has ended.
pub(crate) fn end_in_all_rooms(server: &Server, echoed: &Echoed) {
    // Whoever began something before the end of the time still finishes it.
    thread::sleep(Duration::from_secs(5));
    let mut irc = Irc::tls(server, "closing", LABELS, None);
    for room in ROOMS {
        irc.join(room);
        say(&mut irc, room, END.to_owned(), echoed);
    }
}

fn come_in(server: &Server, nick: &str, is_encrypted: bool) -> Irc {
    if is_encrypted {
        Irc::tls(server, nick, LABELS, None)
    } else {
        Irc::plain(server, nick, LABELS)
    }
}

fn say(irc: &mut Irc, room: &str, text: String, echoed: &Echoed) {
    let echo = irc.say(room, &text, "said");
    let earlier = echoed.lock().unwrap().insert((room.to_owned(), text), echo.msgid());
    assert_eq!(earlier, None, "one text was echoed twice");
}

fn stay(server: &Server, number: usize, until: Instant, echoed: &Echoed) {
    let nick = format!("resident{number}");
    let mut irc = come_in(server, &nick, number.is_multiple_of(2));
    for room in ROOMS {
        irc.join(room);
    }
    for count in 0.. {
        if Instant::now() > until {
            return;
        }
        let room = ROOMS[(number + count) % ROOMS.len()];
        say(&mut irc, room, format!("{nick} says {count}"), echoed);
        irc.send(&format!("@+typing=active TAGMSG {room}"));
        thread::sleep(PAUSE);
    }
}

fn come_and_go(server: &Server, number: usize, until: Instant, echoed: &Echoed) {
    for count in 0_usize.. {
        if Instant::now() > until {
            return;
        }
        let nick = format!("guest{number}v{count}");
        let mut irc = come_in(server, &nick, count.is_multiple_of(2));
        for room in ROOMS {
            irc.join(room);
            say(&mut irc, room, format!("{nick} came"), echoed);
            irc.history(&format!("LATEST {room} * 50"));
        }
        irc.join(&format!("#room-of-{nick}"));
        irc.send(&format!("NICK {nick}-2"));
        irc.send("PART #garden :elsewhere\r\nAWAY :soon back\r\nMONITOR + resident0,nobody\r\nWHO #lobby");
        irc.settle();
        match count % 3 {
            0 => irc.send("QUIT :gone"),
            1 => irc.wire.finish_sending(),
            // Gone without a word.
            _ => {}
        }
    }
}

fn visit_plainly(server: &Server, until: Instant) {
    for count in 0.. {
        if Instant::now() > until {
            return;
        }
        let mut wire = Wire::plain(server);
        wire.send(format!("visitor{count}\n").as_bytes());
        wire.send(b"shutdown\n");
        wire.wait_for_end();
    }
}

/// Reads whole rooms from their beginning, again and again.
fn read_back(server: &Server, until: Instant) {
    let mut irc = Irc::tls(server, "reader", LABELS, None);
    for room in ROOMS {
        irc.join(room);
    }
    while Instant::now() < until {
        for room in ROOMS {
            let mut page = irc.history(&format!("LATEST {room} * 200"));
            for _ in 0..10 {
                let Some(oldest) = page.first() else { break };
                page = irc.history(&format!("BEFORE {room} msgid={} 200", oldest.msgid()));
            }
        }
        thread::sleep(10 * PAUSE);
    }
}

/// Bytes that mean nothing, beginnings without an end, lines that are too long, and connections that are reset.
fn do_harm(server: &Server, until: Instant) {
    let beginnings: [&[u8]; 7] = [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/1.1\r\nHost:",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n\x01\x01",
        b"CAP LS 302\r\nNICK half",
        b"@a=",
        b"\xff\xfe\0\0",
        b"",
    ];
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for beginning in beginnings.iter().cycle() {
        if Instant::now() > until {
            return;
        }
        let mut socket = TcpStream::connect(server.address).expect("the server listens");
        let noise: Vec<u8> = (0..2000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()[0]
            })
            .collect();
        // The server may have ended it already.
        let _ = socket.write_all(beginning).and_then(|()| socket.write_all(&noise));
        thread::sleep(PAUSE);
    }
}

/// Asks for more than fits anywhere and reads nothing, until the server lets go.
fn never_read(server: &Server, until: Instant) {
    for count in 0.. {
        if Instant::now() > until {
            return;
        }
        let mut deaf = Irc::new(Wire::deaf(server));
        deaf.send(&format!(
            "CAP REQ :{LABELS}\r\nNICK deaf{count}\r\nUSER deaf 0 * :Deaf\r\nCAP END"
        ));
        deaf.send("JOIN #lobby");
        let question = "CHATHISTORY LATEST #lobby * 200\r\n".repeat(100);
        deaf.wire.send_blindly(question.as_bytes(), Instant::now() + Duration::from_secs(2));
        thread::sleep(Duration::from_secs(1));
    }
}
