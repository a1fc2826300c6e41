//! Looks for servers on the local network (mDNS and DNS-SD, RFC 6762 and 6763), for as long as somebody wants to know.
//!
//! `found` reads what was heard, `sightings` keeps what counts; both are pure. A thread of its own carries it from the daemon
//! of mDNS, which does the listening and asking, to the main loop. What is heard may be anybody's word: it says where
//! somebody could go, and never whom to trust.

mod found;
mod sightings;

use std::io;
use std::net::IpAddr;
use std::thread;
use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender};
use majlis_protocol::SERVICE_TYPE;
use mdns_sd::{
    IfKind, Metrics, RecvTimeoutError, ResolvedService, ScopedIp, ServiceDaemon, ServiceEvent,
};

use self::found::Heard;
pub use self::found::{Found, Place};
use self::sightings::Sightings;

/// How much news may wait for the main loop; then the thread waits, too.
const NEWS_MAX: usize = 64;

/// How often the thread looks whether anybody still wants to know.
const STEP: Duration = Duration::from_millis(200);

/// How often the daemon looks for interfaces that came or went, and the thread at the daemon.
const LOOK_EVERY_SECONDS: u32 = 1;

/// A daemon that remembers so many records was fed them by somebody who means no good; it starts anew.
const RECORDS_MAX: i64 = 20_000;

/// It remembers times, too, of which so many take as much room as a record.
const TIMES_A_RECORD: i64 = 16;

/// How long the daemon may take to answer while it is flooded.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long to rest before a daemon that failed is started again.
const REST: Duration = Duration::from_secs(1);

/// Tells the places of one search apart, whatever changes of them; never used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SightingId(pub u64);

/// What is new on the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A place is there, or something of it changed.
    Found(SightingId, Found),
    /// It is no longer there.
    Gone(SightingId),
}

/// Whether the network may be looked at. `MAJLIS_DISCOVERY=off` forbids it: what other servers there are is none of a
/// test's business.
pub fn is_allowed() -> bool {
    std::env::var_os("MAJLIS_DISCOVERY").is_none_or(|value| value != "off")
}

/// Starts to look; dropping the receiver ends it.
pub fn start() -> io::Result<Receiver<News>> {
    let (sender, receiver) = async_channel::bounded(NEWS_MAX);
    thread::Builder::new().name("discovery".to_owned()).spawn(move || {
        let mut sightings = Sightings::default();
        while !sender.is_closed() {
            if let Err(error) = look_around(&mut sightings, &sender) {
                tracing::warn!(%error, "the network cannot be looked at; trying again");
            }
            if !sender.is_closed() {
                thread::sleep(REST);
            }
        }
    })?;
    Ok(receiver)
}

/// Carries news until nobody wants any, or the daemon has to be started anew.
fn look_around(sightings: &mut Sightings, news: &Sender<News>) -> mdns_sd::Result<()> {
    let daemon = ServiceDaemon::new()?;
    let result = follow(&daemon, sightings, news);
    // It ends by itself; nobody waits for it.
    drop(daemon.shutdown());
    tell(news, sightings.clear());
    result
}

fn follow(
    daemon: &ServiceDaemon,
    sightings: &mut Sightings,
    news: &Sender<News>,
) -> mdns_sd::Result<()> {
    // A server of this machine is heard on its other interfaces.
    daemon.disable_interface(vec![IfKind::LoopbackV4, IfKind::LoopbackV6])?;
    daemon.set_ip_check_interval(LOOK_EVERY_SECONDS)?;
    let events = daemon.browse(SERVICE_TYPE)?;
    let mut looked_at = Instant::now();
    while !news.is_closed() {
        let told = match events.recv_timeout(STEP) {
            Ok(ServiceEvent::ServiceResolved(service)) => sightings.handle_heard(&heard(&service)),
            Ok(ServiceEvent::ServiceRemoved(_, instance)) => sightings.handle_gone(&instance),
            Ok(_) | Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => break,
        };
        tell(news, told);
        if looked_at.elapsed() >= Duration::from_secs(LOOK_EVERY_SECONDS.into()) {
            looked_at = Instant::now();
            if !is_sound(daemon) {
                break;
            }
        }
    }
    Ok(())
}

fn tell(news: &Sender<News>, told: Vec<News>) {
    for one in told {
        // Whoever no longer wants to know need not be told.
        let _ = news.send_blocking(one);
    }
}

/// Whether the daemon answers, and remembers no more than it should.
fn is_sound(daemon: &ServiceDaemon) -> bool {
    let answer = daemon.get_metrics().ok().and_then(|answer| answer.recv_timeout(PATIENCE).ok());
    answer.is_some_and(|counted| remembered(&counted) <= RECORDS_MAX)
}

/// How much the daemon remembers, in records.
fn remembered(counted: &Metrics) -> i64 {
    let cached = counted.iter().filter(|(name, _)| name.starts_with("cached-"));
    let times = counted.get("timer").copied().unwrap_or(0);
    cached.map(|(_, count)| count).sum::<i64>() + times / TIMES_A_RECORD
}

fn heard(service: &ResolvedService) -> Heard<'_> {
    let properties = service.txt_properties.iter();
    Heard {
        instance: &service.fullname,
        port: service.port,
        addresses: service.addresses.iter().map(address_of).collect(),
        properties: properties.map(|it| (it.key(), it.val().unwrap_or_default())).collect(),
    }
}

/// An address, and in IPv6 the interface that it was heard on.
fn address_of(address: &ScopedIp) -> (IpAddr, &str) {
    let interface = match address {
        ScopedIp::V6(address) => address.scope_id().name.as_str(),
        _ => "",
    };
    (address.to_ip_addr(), interface)
}
