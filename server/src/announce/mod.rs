//! Tells the local network that there is a server (mDNS and DNS-SD, RFC 6762 and 6763), so that people find it by themselves.
//!
//! Owns the announcement and one thread that keeps it true. `door` knows where it may be heard, `told` when it is worth
//! telling anew, `voice` says it. People can talk without it: whatever goes wrong here is written into the log and tried
//! again, and ends no chat.

mod door;
mod told;
mod voice;

use std::io;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, after, never, select, unbounded};
use majlis_protocol::Announcement;
use majlis_wire::Fingerprint;
use mdns_sd::DaemonEvent;

use self::door::Door;
use self::told::{AGAIN_AFTER, Told};
use self::voice::Voice;

/// How often the thread looks whether what is told is still true.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How many digits of the key's fingerprint are told, as a hint.
const KEY_HINT_DIGITS: usize = 16;

/// What is told of a server, besides how many people are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What people see it called.
    pub name: String,
    /// The key that it shows to whoever connects.
    pub fingerprint: Fingerprint,
}

/// The running announcer.
#[derive(Debug)]
pub struct Announcer {
    places: Sender<Option<Place>>,
    thread: JoinHandle<()>,
}

impl Announcer {
    /// Announces this place, or none yet, where a server listens on these addresses and counts so many people. `None` where
    /// nobody but this machine can reach it.
    pub fn spawn(
        listening: &[SocketAddr],
        place: Option<Place>,
        count_people: impl Fn() -> u64 + Send + 'static,
    ) -> io::Result<Option<Self>> {
        let Some(door) = Door::of(listening) else { return Ok(None) };
        let (places, settled) = unbounded();
        let mut herald = Herald {
            door,
            place,
            count_people,
            voice: None,
            told: Told::default(),
            is_heard: false,
            has_complained: false,
        };
        let thread = thread::Builder::new()
            .name("announcer".to_owned())
            .spawn(move || herald.run(&settled))?;
        Ok(Some(Self { places, thread }))
    }

    /// From now on this is announced, or nothing.
    pub fn resettle(&self, place: Option<Place>) {
        // A thread that has ended announces nothing.
        let _ = self.places.send(place);
    }

    /// Says goodbye to the network, and ends the thread.
    pub fn stop(self) {
        drop(self.places);
        if self.thread.join().is_err() {
            tracing::error!("the announcer panicked");
        }
    }
}

/// The thread's own.
struct Herald<F> {
    door: Door,
    place: Option<Place>,
    count_people: F,
    voice: Option<Voice>,
    told: Told,
    /// Whether there is a network that the voice is heard on.
    is_heard: bool,
    /// Whether the log says already that something is wrong.
    has_complained: bool,
}

impl<F: Fn() -> u64> Herald<F> {
    /// Keeps what is announced true until the channel closes.
    fn run(&mut self, places: &Receiver<Option<Place>>) {
        loop {
            self.look(Instant::now());
            let next_look = if self.told.is_to_be_repeated() {
                after(AGAIN_AFTER)
            } else if self.place.is_some() {
                after(LOOK_EVERY)
            } else {
                never()
            };
            select! {
                recv(places) -> place => match place {
                    Ok(place) => self.place = place,
                    Err(_) => break,
                },
                recv(next_look) -> _ => {}
            }
        }
        self.fall_silent();
    }

    fn look(&mut self, now: Instant) {
        let Some(announcement) = self.announcement() else { return self.fall_silent() };
        self.look_after_voice(now);
        if !self.told.is_due(&announcement, now) {
            return;
        }
        match self.tell(&announcement) {
            Ok(()) => self.told.note(announcement, now),
            Err(error) => {
                self.complain(&error.to_string());
                self.fall_silent();
            }
        }
    }

    fn announcement(&self) -> Option<Announcement> {
        let place = self.place.as_ref()?;
        Some(Announcement {
            name: place.name.clone(),
            people_count: Some(u32::try_from((self.count_people)()).unwrap_or(u32::MAX)),
            key_hint: place.fingerprint.to_string().chars().take(KEY_HINT_DIGITS).collect(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    fn tell(&mut self, announcement: &Announcement) -> mdns_sd::Result<()> {
        let voice = match &mut self.voice {
            Some(voice) => voice,
            none => none.insert(Voice::raise(&self.door)?),
        };
        voice.say(announcement)
    }

    /// Takes up what happened since the last look.
    fn look_after_voice(&mut self, now: Instant) {
        let Some(voice) = &self.voice else { return };
        for event in voice.take_events() {
            match event {
                DaemonEvent::IpAdd(address) => {
                    tracing::info!(%address, "announced on the network of this address");
                    (self.is_heard, self.has_complained) = (true, false);
                    self.told.repeat(now);
                }
                DaemonEvent::Error(error) => tracing::warn!(%error, "the announcement suffers"),
                _ => {}
            }
        }
        if !voice.is_sound() {
            tracing::warn!("what announces the server is lost or full; it is started again");
            self.fall_silent();
        } else if !self.is_heard {
            self.complain("there is no private network, or UDP port 5353 is not to be had");
        }
    }

    fn fall_silent(&mut self) {
        self.told.forget();
        self.is_heard = false;
        if let Some(voice) = self.voice.take() {
            voice.fall_silent();
        }
    }

    /// Once, until it works: it is tried again every few seconds.
    fn complain(&mut self, reason: &str) {
        if !std::mem::replace(&mut self.has_complained, true) {
            tracing::warn!(reason, "the server is not announced yet");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_for_this_machine_alone_is_not_announced() {
        let place = Place { name: "Home".to_owned(), fingerprint: Fingerprint::new([7; 32]) };
        let home = SocketAddr::from(([127, 0, 0, 1], 33000));
        let announcer = Announcer::spawn(&[home], Some(place), || 0).unwrap();
        assert!(announcer.is_none());
    }
}
