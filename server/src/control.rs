//! The control socket: how the program's subcommands reach a server at work.
//!
//! A Unix socket in the data folder, for the folder's owner alone. A caller says one line, gets `ok` or `error` and more
//! lines, and is hung up on. One caller at a time is served; what is asked is the hub's to answer.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::event::{ControlId, ControlReply, ControlRequest, HubInput, InboundBatch};

const SOCKET_NAME: &str = "control.sock";

/// The longest line that is read.
const LINE_MAX_BYTES: u64 = 4_096;

/// How long one caller may take, and the hub.
const PATIENCE: Duration = Duration::from_secs(5);

/// The running socket.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    is_stopping: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Where the hub's answers go.
pub type Replies = Sender<(ControlId, ControlReply)>;

/// What the thread works with.
struct Desk {
    listener: UnixListener,
    to_hub: Sender<InboundBatch>,
    replies: Receiver<(ControlId, ControlReply)>,
    is_stopping: Arc<AtomicBool>,
    next_id: u64,
}

impl Control {
    /// Opens the socket in a data folder that this server has locked, so that one left there by a crash is nobody's.
    pub fn spawn(folder: &Path, to_hub: Sender<InboundBatch>) -> io::Result<(Self, Replies)> {
        let path = folder.join(SOCKET_NAME);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        let (answers, replies) = bounded(1);
        let is_stopping = Arc::new(AtomicBool::new(false));
        let desk =
            Desk { listener, to_hub, replies, is_stopping: Arc::clone(&is_stopping), next_id: 0 };
        let thread =
            thread::Builder::new().name("control".to_owned()).spawn(move || desk.serve())?;
        Ok((Self { path, is_stopping, thread }, answers))
    }

    /// Ends the thread and takes the socket away.
    pub fn stop(self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        // The thread waits for a caller; this one has nothing to say.
        let is_woken = UnixStream::connect(&self.path).is_ok();
        let _ = std::fs::remove_file(&self.path);
        if is_woken && self.thread.join().is_err() {
            tracing::error!("the control thread panicked");
        }
    }
}

impl Desk {
    fn serve(mut self) {
        loop {
            let caller = self.listener.accept();
            if self.is_stopping.load(Ordering::Relaxed) {
                return;
            }
            match caller {
                Ok((caller, _)) => {
                    if let Err(error) = self.answer(&caller) {
                        tracing::warn!(%error, "a caller of the control socket went away");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket fails");
                    thread::sleep(PATIENCE);
                }
            }
        }
    }

    fn answer(&mut self, caller: &UnixStream) -> io::Result<()> {
        caller.set_read_timeout(Some(PATIENCE))?;
        caller.set_write_timeout(Some(PATIENCE))?;
        let mut line = String::new();
        BufReader::new(caller.take(LINE_MAX_BYTES)).read_line(&mut line)?;
        let reply = match line.trim_end_matches('\n').parse() {
            Ok(request) => self.ask(request),
            Err(_) => Err("This server does not know that command.".to_owned()),
        };
        let (verdict, lines) = match reply {
            Ok(lines) => ("ok", lines),
            Err(words) => ("error", vec![words]),
        };
        let mut text = format!("{verdict}\n");
        for line in &lines {
            text.extend([line, "\n"]);
        }
        (&*caller).write_all(text.as_bytes())
    }

    /// Hands a question to the hub and waits until what it caused is stored.
    fn ask(&mut self, request: ControlRequest) -> ControlReply {
        let id = ControlId(self.next_id);
        self.next_id += 1;
        let inputs = vec![HubInput::Control { id, request }];
        let gone = || "The server is stopping.".to_owned();
        self.to_hub.send_timeout(InboundBatch { inputs }, PATIENCE).map_err(|_| gone())?;
        loop {
            match self.replies.recv_timeout(PATIENCE) {
                Ok((answered, reply)) if answered == id => return reply,
                // The answer to somebody who waited too long.
                Ok(_) => {}
                Err(_) => return Err(gone()),
            }
        }
    }
}

/// Asks the server at work on a data folder; `None` where there is none.
pub fn call(folder: &Path, request: &ControlRequest) -> io::Result<Option<ControlReply>> {
    let mut stream = match UnixStream::connect(folder.join(SOCKET_NAME)) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    stream.set_read_timeout(Some(4 * PATIENCE))?;
    stream.write_all(format!("{request}\n").as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let mut lines = text.lines().map(ToOwned::to_owned);
    Ok(Some(match lines.next().as_deref() {
        Some("ok") => Ok(lines.collect()),
        Some("error") => Err(lines.collect::<Vec<_>>().join("\n")),
        _ => return Err(io::ErrorKind::UnexpectedEof.into()),
    }))
}
