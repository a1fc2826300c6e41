//! What a process costs, as the kernel says.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// One clock tick of `/proc/PID/stat`; the kernel always shows 100 of them a second to programs.
const TICK: Duration = Duration::from_millis(10);

/// A process on this machine.
#[derive(Clone, Debug)]
pub struct Process {
    pid: Pid,
    folder: PathBuf,
}

impl Process {
    /// The process of this identifier.
    pub fn new(pid: u32) -> Self {
        Self {
            pid: Pid::from_raw(pid.cast_signed()),
            folder: PathBuf::from(format!("/proc/{pid}")),
        }
    }

    /// The processor time that all its threads have used, those that have ended too, in user and kernel mode, to the
    /// nanosecond; and that of children that have ended, to the tick.
    pub fn cpu(&self) -> io::Result<Duration> {
        let clock = clock_getcpuclockid(self.pid)?;
        Ok(Duration::from(clock_gettime(clock)?) + self.children_cpu()?)
    }

    /// The bytes of memory that it has in use (resident).
    pub fn memory_bytes(&self) -> io::Result<u64> {
        let text = fs::read_to_string(self.folder.join("status"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: Option<u64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        Ok(kib.ok_or_else(|| unreadable("status"))? * 1024)
    }

    /// Fields 16 and 17 (proc(5)), counted behind the program's name, which may hold anything.
    fn children_cpu(&self) -> io::Result<Duration> {
        let text = fs::read_to_string(self.folder.join("stat"))?;
        let fields = text.rsplit_once(')').map(|(_, fields)| fields.split_whitespace());
        let ticks = fields
            .map(|fields| fields.skip(13).take(2).filter_map(|it| it.parse::<u32>().ok()).sum());
        Ok(TICK * ticks.ok_or_else(|| unreadable("stat"))?)
    }
}

fn unreadable(file: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("/proc/PID/{file} looks otherwise than expected"),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn this_process_costs_what_it_works() {
        let process = Process::new(std::process::id());
        let before = process.cpu().unwrap();
        let started = Instant::now();
        let mut work = 0_u64;
        while process.cpu().unwrap() < before + Duration::from_millis(50) {
            assert!(started.elapsed() < Duration::from_mins(1), "no time is counted");
            work = (0..10_000).fold(work, |work, step| work.wrapping_mul(31).wrapping_add(step));
        }
        assert!(process.memory_bytes().unwrap() > 100_000, "{work}");
    }
}
