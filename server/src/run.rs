//! Puts the server together from its parts, and takes it apart again.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender};
use majlis_wire::{Identity, IdentityError};

use crate::announce::{Announcer, Place};
use crate::config::{self, Config};
use crate::control::{Control, Replies};
use crate::disk::DiskWatch;
use crate::event::{IdSource, InboundBatch};
use crate::hub::{Hub, HubSettings, Limits, is_from_the_future};
use crate::hub_thread::{Clock, HubThread, Outlets, inbox};
use crate::listener::{self, Listener};
use crate::metrics::Metrics;
use crate::reactor::{self, Callers, Pages, ReactorHandle, ReactorSettings};
use crate::store::{Readers, Store, StoreError};
use crate::welcome;
use crate::workers::Workers;

/// How many threads answer history requests.
const READER_THREADS: usize = 2;

/// A server at work.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    announcer: Option<Announcer>,
    control: Option<Control>,
    hub: HubThread,
    reactors: Vec<(ReactorHandle, JoinHandle<()>)>,
    callers: Arc<Callers>,
    disk: DiskWatch,
    metrics: Arc<Metrics>,
    welcome: String,
}

impl Server {
    /// Opens everything and starts every thread; when this returns, callers are answered.
    ///
    /// Where the service manager listens for it (`inherited`), that counts instead of what the settings say.
    pub fn start(config: &Config, inherited: Vec<TcpListener>) -> Result<Self, StartError> {
        let data = config.data();
        make_private_folder(data)
            .map_err(|error| StartError::Folder(data.display().to_string(), error))?;
        // The sockets come before the store: a second server by mistake fails on the port, which says most.
        let sockets = if inherited.is_empty() {
            open_sockets(config)?
        } else {
            inherited.into_iter().map(listener::adopt).collect::<io::Result<_>>()?
        };
        let addresses =
            sockets.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>()?;
        // The store's lock comes before the key: two first starts in one folder must not both make one.
        let (store, restored) = Store::open(data)?;
        let identity = load_identity(config)?;
        let ids = IdSource::new(getrandom::u32().map_err(io::Error::from)?, restored.next_room);
        let clock = Clock::start();
        if is_from_the_future(restored.newest, clock.now().wall) {
            tracing::error!(
                newest = %restored.newest,
                "the newest message is from the future: the clock was or is wrong. Messages keep the order in which they came"
            );
        }
        let hub = Hub::new(hub_settings(config), restored, ids, clock.now());

        let (to_hub, from_reactors) = inbox();
        let readers = Readers::spawn(&store, READER_THREADS, &to_hub)?;
        let workers = Workers::spawn(worker_threads(), &to_hub)?;
        let callers = Arc::default();
        let metrics = Arc::new(Metrics::new(clock));
        let settings = reactor_settings(config, &identity, &callers, &metrics);
        let reactors = spawn_reactors(config.reactors, &settings, &to_hub)?;
        metrics.set_reactors(reactors.iter().map(|(handle, _)| handle.counts()).collect());
        let disk = DiskWatch::spawn(data, Arc::clone(&metrics.disk), to_hub.clone())?;
        let (control, replies) = open_control(config.data(), to_hub);
        let handles: Vec<_> = reactors.iter().map(|(handle, _)| handle.clone()).collect();
        let outlets = Outlets { reactors: handles.clone(), readers, workers, control: replies };
        let hub = HubThread::spawn(hub, store, outlets, from_reactors, clock, &metrics)?;
        let listener = Listener::spawn(sockets, handles)?;
        let announcer = start_announcer(&addresses, place_to_announce(config, &identity), &metrics);
        let welcome = welcome::text(&config.hub.network_name, &addresses, &identity);
        Ok(Self { listener, announcer, control, hub, reactors, callers, disk, metrics, welcome })
    }

    /// How to join, for the operator to read.
    pub fn welcome(&self) -> &str {
        &self.welcome
    }

    /// Closed when the server cannot go on; [`Server::stop`] then says why.
    pub fn failed(&self) -> &Receiver<()> {
        self.hub.failed()
    }

    /// Whether hub and committer have come round lately.
    pub fn is_alive(&self) -> bool {
        self.metrics.is_alive()
    }

    /// Goes by other settings from now on, as far as they can change while the server runs ([`Config::fixed_changes`] names
    /// the others). Certificate and key are read again; nothing changes when they cannot be.
    pub fn resettle(&self, config: &Config) -> Result<(), IdentityError> {
        let identity = load_identity(config)?;
        let settings = reactor_settings(config, &identity, &self.callers, &self.metrics);
        for (handle, _) in &self.reactors {
            handle.resettle(Arc::clone(&settings));
        }
        self.hub.resettle(hub_settings(config));
        if let Some(announcer) = &self.announcer {
            announcer.resettle(place_to_announce(config, &identity));
        }
        Ok(())
    }

    /// Takes nobody new, says goodbye, sends what waits, and ends every thread.
    pub fn stop(self) -> Result<(), StoreError> {
        // The first thing that people see is that the place is no longer there to be found.
        if let Some(announcer) = self.announcer {
            announcer.stop();
        }
        self.listener.stop();
        if let Some(control) = self.control {
            control.stop();
        }
        self.disk.stop();
        let result = self.hub.stop();
        for (handle, _) in &self.reactors {
            handle.shutdown();
        }
        for (_, thread) in self.reactors {
            if thread.join().is_err() {
                tracing::error!("a reactor panicked");
            }
        }
        result
    }
}

/// The control socket. People can talk without it, so a folder that cannot hold one (its path may be too long) is no reason
/// not to serve.
fn open_control(folder: &Path, to_hub: Sender<InboundBatch>) -> (Option<Control>, Option<Replies>) {
    match Control::spawn(folder, to_hub) {
        Ok((control, replies)) => (Some(control), Some(replies)),
        Err(error) => {
            tracing::warn!(%error, "there is no control socket; accounts can be managed at rest only");
            (None, None)
        }
    }
}

/// What the network is told of this server, if it is to be told.
fn place_to_announce(config: &Config, identity: &Identity) -> Option<Place> {
    let name = config.hub.network_name.clone();
    config.announces.then(|| Place { name, fingerprint: identity.fingerprint() })
}

/// People can talk without being told where, so nothing that goes wrong here is a reason not to serve.
fn start_announcer(
    listening: &[SocketAddr],
    place: Option<Place>,
    metrics: &Metrics,
) -> Option<Announcer> {
    let people = Arc::clone(&metrics.hub);
    match Announcer::spawn(listening, place, move || people.users.get()) {
        Ok(announcer) => announcer,
        Err(error) => {
            tracing::warn!(%error, "the server is not announced on the network");
            None
        }
    }
}

/// The operator's own certificate and key, or those of the data folder, which are made at the first start.
fn load_identity(config: &Config) -> Result<Identity, IdentityError> {
    // Clients pin the key. A certificate cannot carry every name that a place may have, and need not tell it to strangers.
    let names = [];
    let data = config.data();
    match &config.identity {
        Some((certificate, key)) => Identity::load(certificate, key),
        None => {
            Identity::load_or_make(&data.join("certificate.pem"), &data.join("key.pem"), &names)
        }
    }
}

fn hub_settings(config: &Config) -> HubSettings {
    HubSettings {
        limits: Limits {
            readers_queue: Readers::CAPACITY,
            hash_queue: Workers::CAPACITY,
            ..config.hub.limits
        },
        ..config.hub.clone()
    }
}

/// Half of the processors, so that signing in never keeps the others from talking.
fn worker_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().div_ceil(2))
}

fn reactor_settings(
    config: &Config,
    identity: &Identity,
    callers: &Arc<Callers>,
    metrics: &Arc<Metrics>,
) -> Arc<ReactorSettings> {
    let pages: Arc<dyn Pages> = metrics.clone();
    Arc::new(ReactorSettings {
        doors: config.doors.clone(),
        max_connections: config.doors.connections.div_ceil(usize::from(config.reactors)),
        callers: Arc::clone(callers),
        pages: Some(pages),
        ..ReactorSettings::new(majlis_wire::server_config(identity))
    })
}

fn spawn_reactors(
    count: u16,
    settings: &Arc<ReactorSettings>,
    to_hub: &crossbeam_channel::Sender<InboundBatch>,
) -> io::Result<Vec<(ReactorHandle, JoinHandle<()>)>> {
    (0..count).map(|index| reactor::spawn(index, Arc::clone(settings), to_hub.clone())).collect()
}

/// The listening sockets of all addresses; where the choice was ours and the machine has no IPv6, of IPv4 alone.
fn open_sockets(config: &Config) -> Result<Vec<TcpListener>, StartError> {
    let open = |address: &SocketAddr| {
        listener::bind(*address).map_err(|error| StartError::Listen(*address, error))
    };
    match config.listen.iter().map(open).collect() {
        Err(StartError::Listen(_, error)) if config.listens_everywhere && has_no_ipv6(&error) => {
            Ok(vec![open(&config::ipv4_everywhere())?])
        }
        result => result,
    }
}

fn has_no_ipv6(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
        || error.raw_os_error() == Some(ADDRESS_FAMILY_NOT_SUPPORTED)
}

/// `EAFNOSUPPORT` of Linux, which the standard library has no kind for.
const ADDRESS_FAMILY_NOT_SUPPORTED: i32 = 97;

/// Makes the data folder for its owner alone; one that is there is left as it is.
fn make_private_folder(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Why the server does not start; the words tell the operator what to do.
#[derive(Debug)]
pub enum StartError {
    /// The data folder cannot be made.
    Folder(String, io::Error),
    /// An address cannot be listened on.
    Listen(SocketAddr, io::Error),
    /// Key or certificate.
    Identity(IdentityError),
    /// The database.
    Store(StoreError),
    /// The operating system gives no thread, no random number or the like.
    System(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder, error) => write!(
                f,
                "The data folder {folder} cannot be made: {error}. Name another with --data."
            ),
            Self::Listen(address, error) if error.kind() == io::ErrorKind::AddrInUse => write!(
                f,
                "Another program listens on {address} already, perhaps another majlis-server. \
                 Stop it, or choose another port with --listen."
            ),
            Self::Listen(address, error) if error.kind() == io::ErrorKind::PermissionDenied => {
                write!(f, "Listening on {address} is not permitted. Choose a port above 1023.")
            }
            Self::Listen(address, error) => write!(f, "Cannot listen on {address}: {error}."),
            Self::Identity(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::System(error) => write!(f, "The system refuses what the server needs: {error}."),
        }
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl From<IdentityError> for StartError {
    fn from(error: IdentityError) -> Self {
        Self::Identity(error)
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
