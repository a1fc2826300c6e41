//! What says the announcement: the daemon of mDNS, kept to private networks and to a bounded memory.

use std::time::Duration;

use majlis_protocol::{Announcement, SERVICE_TYPE, shown_place_name};
use mdns_sd::{DaemonEvent, IfKind, IfPredicate, Metrics, Receiver, ServiceDaemon, ServiceInfo};

use super::door::Door;

/// How often the daemon looks for interfaces that came or went.
const INTERFACES_EVERY_SECONDS: u32 = 2;

/// How long the daemon may take to answer; it does nothing but to send and receive.
const PATIENCE: Duration = Duration::from_secs(2);

/// The daemon remembers what others say, for as long as they like; one with so many records in its memory was fed them by
/// somebody who means no good.
const RECORDS_MAX: i64 = 50_000;

/// It remembers times, too, of which so many take as much room as a record.
const TIMES_A_RECORD: i64 = 16;

/// The longest name of a service instance (RFC 6763, section 4.1.1).
const INSTANCE_MAX_BYTES: usize = 63;

/// A daemon at work, and what it was given to say.
pub(super) struct Voice {
    daemon: ServiceDaemon,
    events: Receiver<DaemonEvent>,
    port: u16,
    said: Option<Said>,
    /// How many names the server had before this one.
    renames: u32,
}

/// Under which name the server is known on the network now, as people read it and in whole.
struct Said {
    instance: String,
    fullname: String,
}

impl Voice {
    /// Starts a daemon that keeps to the networks of this door.
    pub(super) fn raise(door: &Door) -> mdns_sd::Result<Self> {
        let daemon = ServiceDaemon::new()?;
        let events = daemon.monitor()?;
        let told = door.clone();
        let private = IfPredicate::new(move |interface| {
            let all = if_addrs::get_if_addrs().unwrap_or_default();
            told.is_told_by(interface, &all)
        });
        daemon.disable_interface(IfKind::All)?;
        daemon.enable_interface(IfKind::Predicate(private))?;
        daemon.set_ip_check_interval(INTERFACES_EVERY_SECONDS)?;
        Ok(Self { daemon, events, port: door.port, said: None, renames: 0 })
    }

    /// Says this from now on, and answers with it.
    pub(super) fn say(&mut self, announcement: &Announcement) -> mdns_sd::Result<()> {
        let instance = instance_name(announcement);
        if let Some(former) = self.said.take_if(|said| said.instance != instance) {
            self.daemon.unregister(&former.fullname)?;
            self.renames += 1;
        }
        let host = host_name(&announcement.key_hint, self.renames);
        let properties = announcement.properties();
        let mut info =
            ServiceInfo::new(SERVICE_TYPE, &instance, &host, "", self.port, &properties[..])?
                .enable_addr_auto();
        // The names have the key in them, so nobody else has them; and a machine with two interfaces into one network would
        // take itself for that somebody else.
        info.set_requires_probe(false);
        let fullname = info.get_fullname().to_owned();
        self.daemon.register(info)?;
        self.said = Some(Said { instance, fullname });
        Ok(())
    }

    /// What the daemon did since it was last asked.
    pub(super) fn take_events(&self) -> impl Iterator<Item = DaemonEvent> + '_ {
        self.events.try_iter()
    }

    /// Whether the daemon is there, answers, and remembers no more than it should.
    pub(super) fn is_sound(&self) -> bool {
        let counted = self.daemon.get_metrics().ok();
        let counted = counted.and_then(|answer| answer.recv_timeout(PATIENCE).ok());
        counted.is_some_and(|counted| remembered(&counted) <= RECORDS_MAX)
    }

    /// Says goodbye, and ends the daemon.
    pub(super) fn fall_silent(self) {
        // The goodbye is sent before the answer comes; a daemon that has ended has nobody to say it.
        if let Ok(answer) = self.daemon.shutdown() {
            let _ = answer.recv_timeout(PATIENCE);
        }
    }
}

/// How much the daemon remembers, in records.
fn remembered(counted: &Metrics) -> i64 {
    let cached = counted.iter().filter(|(name, _)| name.starts_with("cached-"));
    let times = counted.get("timer").copied().unwrap_or(0);
    cached.map(|(_, count)| count).sum::<i64>() + times / TIMES_A_RECORD
}

/// The place's name as lists of services show it, with the key's hint behind it, so that two places of one name get on.
fn instance_name(announcement: &Announcement) -> String {
    let hint = announcement.key_hint.get(..8).unwrap_or(&announcement.key_hint);
    let name = shown_place_name(announcement.name.as_bytes());
    let room = INSTANCE_MAX_BYTES - hint.len() - " ()".len();
    let name = name[..name.floor_char_boundary(room)].trim_end();
    format!("{name} ({hint})")
}

/// What the machine is called as this server's. The goodbye to a name takes the addresses of its host along, and they may not be
/// told again within a second (RFC 6762, section 6); so the next name has a host of its own.
fn host_name(key_hint: &str, renames: u32) -> String {
    match renames {
        0 => format!("majlis-{key_hint}.local."),
        number => format!("majlis-{key_hint}-{number}.local."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(name: &str) -> String {
        let key_hint = "0123456789abcdef".to_owned();
        let name = name.to_owned();
        instance_name(&Announcement { name, key_hint, ..Announcement::default() })
    }

    #[test]
    fn a_place_is_listed_by_its_name_and_the_beginning_of_its_key() {
        assert_eq!(called("بيت نور"), "بيت نور (01234567)");
        assert_eq!(called("the. reading\\room"), "the. reading\\room (01234567)");
    }

    #[test]
    fn the_longest_name_still_fits() {
        let longest = called(&"م".repeat(30));
        assert!(longest.len() <= INSTANCE_MAX_BYTES, "{longest}");
        assert!(longest.starts_with('م') && longest.ends_with(" (01234567)"));
    }
}
