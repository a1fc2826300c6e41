//! The program `majlis-bench`: loads an IRC server, or compares Majlis with others.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use majlis_bench::client::Target;
use majlis_bench::compare::{Comparison, Part};
use majlis_bench::contestant::Contestant;
use majlis_bench::crowd::Crowd;
use majlis_bench::floor;
use majlis_bench::measure::Size;
use majlis_bench::process::Process;
use majlis_bench::traffic::{Pace, Plan, Traffic};
use majlis_wire::{ClientTls, Fingerprint, Trust};
use rustix::process::{Resource, getrlimit, setrlimit};

/// A load generator for IRC servers, and Majlis measured beside others.
#[derive(Debug, Parser)]
#[command(name = "majlis-bench", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Have a crowd talk in a room of a server that runs, and say what it cost.
    Load(Load),
    /// Measure Majlis and other servers in turn; write a table, JSON and a plot.
    Compare(Compare),
    /// Relay lines among all who connect, and do nothing else: what the kernel's own share costs.
    Floor {
        /// Where to listen.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: SocketAddr,
    },
}

#[derive(Debug, Args)]
struct Load {
    /// The server.
    #[arg(value_name = "ADDRESS:PORT")]
    server: SocketAddr,

    /// Talk with TLS to a server with this key, as in sha256-… of a majlis:// link.
    #[arg(long, value_name = "PIN")]
    pin: Option<Fingerprint>,

    /// The server's process on this machine, to say what it costs.
    #[arg(long)]
    pid: Option<u32>,

    /// The room to talk in.
    #[arg(long, default_value = "#bench")]
    room: String,

    /// How many are in the room.
    #[arg(long, default_value_t = 1000)]
    members: usize,

    /// How many of them speak.
    #[arg(long, default_value_t = 10)]
    senders: usize,

    /// How many messages of each sender are under way at a time.
    #[arg(long, default_value_t = 1)]
    in_flight: usize,

    /// Speak so many times a second, all senders together, whatever the server does meanwhile.
    #[arg(long, conflicts_with = "in_flight")]
    per_second: Option<f64>,

    /// The length of each text, at least 13.
    #[arg(long, default_value_t = 60)]
    bytes: usize,

    /// For how many seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

#[derive(Debug, Args)]
struct Compare {
    /// How often to measure everybody, in turn.
    #[arg(long, default_value_t = 5)]
    rounds: usize,

    /// Where to write the results.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    output: PathBuf,

    /// What to measure. [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    parts: Vec<Part>,

    /// Whom to measure: majlis, inspircd, ngircd, floor. [default: all]
    #[arg(long, value_delimiter = ',', value_parser = parse_server)]
    servers: Vec<Contestant>,

    /// How long each mix counts, in seconds.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

fn main() -> ExitCode {
    raise_descriptor_limit();
    let result = match Arguments::parse().command {
        Command::Load(arguments) => load(&arguments),
        Command::Compare(arguments) => compare(arguments),
        Command::Floor { listen } => floor::run(listen).map(|()| true),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("majlis-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Says whether everything was delivered once.
fn load(arguments: &Load) -> io::Result<bool> {
    let tls = arguments.pin.map(|pin| ClientTls::new(Trust::Pinned(pin), None));
    let target = Target { address: arguments.server, tls };
    let process = arguments.pid.map(Process::new);
    let mut crowd = Crowd::new(target, Some(&arguments.room))?;
    crowd.gather(arguments.members, majlis_bench::measure::AT_ONCE)?;
    let plan = Plan {
        members: arguments.members,
        senders: arguments.senders.clamp(1, arguments.members),
        pace: arguments.per_second.map_or(Pace::InFlight(arguments.in_flight), Pace::PerSecond),
        text_bytes: arguments.bytes,
        warm_up: Duration::from_millis(500),
        duration: Duration::from_secs(arguments.seconds),
    };
    let outcome = Traffic::run(plan, &mut crowd, process.as_ref())?;
    println!("{} deliveries, {:.0} a second", outcome.deliveries, outcome.per_second);
    println!("from saying to arriving: median {:?}, p99 {:?}", outcome.p50, outcome.p99);
    if let (Some(process), Some(cpu_us)) = (process, outcome.cpu_us) {
        println!(
            "the server: CPU {cpu_us:.3} µs a delivery, memory {} KiB",
            process.memory_bytes()? / 1024
        );
    }
    println!("{}", outcome.faults);
    Ok(outcome.faults.is_none())
}

/// Says whether every server could do everything.
fn compare(arguments: Compare) -> io::Result<bool> {
    let parts = [Part::Room, Part::Flat, Part::History, Part::Many];
    let comparison = Comparison {
        rounds: arguments.rounds.max(1),
        servers: if arguments.servers.is_empty() {
            Contestant::ALL.to_vec()
        } else {
            arguments.servers
        },
        parts: if arguments.parts.is_empty() { parts.to_vec() } else { arguments.parts },
        size: Size {
            members: 1_000,
            many: 10_000,
            returning: 1_000,
            messages: 1_000_000,
            duration: Duration::from_secs(arguments.seconds),
            text_bytes: 60,
        },
        programs: std::env::current_exe()?.parent().map(PathBuf::from).unwrap_or_default(),
        output: arguments.output,
    };
    let results = comparison.run(&mut |words| eprintln!("{words}"))?;
    results.write(&comparison.output)?;
    print!("{}", results.table());
    Ok(results.failures().is_empty())
}

fn parse_server(text: &str) -> Result<Contestant, String> {
    match text {
        "majlis" => Ok(Contestant::Majlis),
        "inspircd" => Ok(Contestant::Inspircd),
        "ngircd" => Ok(Contestant::Ngircd),
        "floor" => Ok(Contestant::Floor),
        _ => Err("majlis, inspircd, ngircd or floor".to_owned()),
    }
}

/// Each client takes a descriptor, and servers that are started inherit the limit.
fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        eprintln!("majlis-bench: the limit on open files cannot be raised: {error}");
    }
}
