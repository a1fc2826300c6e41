//! A socket and nothing around it, for bytes that no client of ours would send.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use crate::common::{PATIENCE, Server};

/// A connection that waits at most as long as anything may take.
pub(crate) fn connect(server: &Server) -> TcpStream {
    let socket = TcpStream::connect(server.address).expect("the server listens");
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_write_timeout(Some(PATIENCE)).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

/// Sends all that the server takes; what ended the connection shows itself to the reader.
pub(crate) fn send(mut socket: &TcpStream, bytes: &[u8]) {
    match socket.write_all(bytes) {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock) => panic!("nobody reads"),
        _ => {}
    }
}

/// Everything up to the end of the connection, which has to come. A reset is an end.
#[track_caller]
pub(crate) fn hear_all(mut socket: &TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    match socket.read_to_end(&mut heard) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => {
            panic!("{error} after {:?}", String::from_utf8_lossy(&heard))
        }
        _ => heard,
    }
}

/// Sends this on a connection of its own and reads everything that comes back up to the end.
#[track_caller]
pub(crate) fn ask(server: &Server, bytes: &[u8]) -> Vec<u8> {
    let socket = connect(server);
    send(&socket, bytes);
    hear_all(&socket)
}

/// The same as text, with this side's end told after the bytes.
#[track_caller]
pub(crate) fn ask_and_finish(server: &Server, bytes: &[u8]) -> String {
    let socket = connect(server);
    send(&socket, bytes);
    // It may have been closed already.
    let _ = socket.shutdown(Shutdown::Write);
    String::from_utf8_lossy(&hear_all(&socket)).into_owned()
}
