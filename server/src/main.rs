//! The program `majlis-server`: reads its arguments, starts the server, and waits for a signal to stop it.

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use crossbeam_channel::{Receiver, bounded, never, select, tick};
use majlis_server::config::{
    Arguments, Command, Config, ConfigError, Flags, Generated, settings_page,
};
use majlis_server::generate;
use majlis_server::hub::PASSWORD_ITERATIONS;
use majlis_server::log;
use majlis_server::operator::{self, read_verifier};
use majlis_server::run::{Server, StartError};
use majlis_server::service::{self, Service};
use majlis_server::store::StoreErrorKind;
use majlis_wire::Identity;
use rustix::process::{Resource, getrlimit, setrlimit};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// What the service manager shows of a server at work.
const SERVING: &str = "Serving";

/// How the program ends where trying again is of no use (`EX_CONFIG` of sysexits(3)); the unit names it, too.
const WAITS_FOR_SOMEBODY: u8 = 78;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log::start(arguments.flags.log_format);
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("majlis-server: {}", log::printable(&error.to_string()));
            if waits_for_somebody(&*error) { WAITS_FOR_SOMEBODY.into() } else { ExitCode::FAILURE }
        }
    }
}

/// Whether the next start would end in the same way, until somebody mends it.
fn waits_for_somebody(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<ConfigError>()
        || matches!(error.downcast_ref(), Some(StartError::Store(error))
            if error.kind() == StoreErrorKind::NewerVersion)
}

fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let flags = &arguments.flags;
    match arguments.command {
        None => serve(flags),
        Some(Command::Check) => check(flags),
        Some(Command::HashPassword) => {
            let verifier = read_verifier(PASSWORD_ITERATIONS)?;
            print_lines(&[verifier.to_string()])
        }
        Some(Command::Account(command)) => {
            let config = Config::load(flags)?;
            print_lines(&command.run(config.data(), config.hub.password_iterations)?)
        }
        Some(Command::Invite(command)) => {
            let config = Config::load(flags)?;
            print_lines(&command.run(config.data(), config.hub.password_iterations)?)
        }
        Some(Command::Ban(command)) => print_lines(&command.run(Config::load(flags)?.data())?),
        Some(Command::Generate(wanted)) => generate(&wanted),
        Some(Command::Room(command)) => print_lines(&command.run(Config::load(flags)?.data())?),
        Some(Command::Who) => print_lines(&operator::who(Config::load(flags)?.data())?),
        Some(Command::Backup(command)) => {
            let config = Config::load(flags)?;
            print_lines(&command.run(config.data(), config.identity.as_ref())?)
        }
        Some(Command::Restore(command)) => print_lines(&command.run(Config::load(flags)?.data())?),
        Some(Command::Export(command)) => print_lines(&command.run(Config::load(flags)?.data())?),
    }
}

fn generate(wanted: &Generated) -> Result<(), Box<dyn std::error::Error>> {
    match wanted {
        Generated::Man { folder } => Ok(generate::write_manual(folder)?),
        Generated::Completions { folder } => Ok(generate::write_completions(folder)?),
        Generated::Settings => print_lines(&[settings_page().trim_end().to_owned()]),
    }
}

/// Says what is wrong with the settings, or how they are understood.
fn check(flags: &Flags) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::load(flags)?;
    if let Some((certificate, key)) = &config.identity {
        Identity::load(certificate, key)?;
    }
    print_lines(&config.summary())
}

/// Prints what a subcommand found.
fn print_lines(lines: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let mut output = io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(output, "{}", log::printable(line)))?;
    Ok(output.flush()?)
}

fn serve(flags: &Flags) -> Result<(), Box<dyn std::error::Error>> {
    let mut config = Config::load(flags)?;
    let inherited = service::inherited_sockets()?;
    let manager = Service::from_environment();
    let signals = signals()?;
    raise_descriptor_limit();
    let server = Server::start(&config, inherited)?;
    print_welcome(server.welcome());
    manager.tell_ready(SERVING);
    let watchdog = manager.watchdog_interval().map_or_else(never, tick);
    loop {
        select! {
            recv(signals) -> signal => if signal == Ok(SIGHUP) {
                manager.tell_reloading();
                resettle(&server, &mut config, flags);
                manager.tell_ready(SERVING);
            } else {
                tracing::info!("stopping");
                break;
            },
            recv(watchdog) -> _ => if server.is_alive() {
                manager.tell_alive();
            } else {
                tracing::error!("the hub or the committer does not come round");
            },
            recv(server.failed()) -> _ => {
                tracing::error!("the store failed; stopping with nothing lost that anybody saw");
                break;
            }
        }
    }
    manager.tell_stopping();
    Ok(server.stop()?)
}

/// Reads the settings again and follows what can change; whatever is wrong with them is said, and nothing changes.
fn resettle(server: &Server, config: &mut Config, flags: &Flags) {
    let new = match Config::load(flags) {
        Ok(new) => new,
        Err(error) => {
            tracing::error!(%error, "the settings stay as they are");
            return;
        }
    };
    for name in config.fixed_changes(&new) {
        tracing::warn!("{name} changes only with a new start");
    }
    let followed = config.with_changes_of(new);
    match server.resettle(&followed) {
        Ok(()) => {
            *config = followed;
            tracing::info!("the settings were read again");
        }
        Err(error) => tracing::error!(%error, "the settings stay as they are"),
    }
}

/// Each guest takes a descriptor, and the soft limit is commonly 1,024; up to the hard one a program may help itself.
fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit on open files cannot be raised");
    }
}

/// Told of each signal that asks the program to stop, or to read its settings again.
fn signals() -> io::Result<Receiver<i32>> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let (sender, receiver) = bounded(8);
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let _ = sender.try_send(signal);
        }
    })?;
    Ok(receiver)
}

/// A closed standard output is no reason not to serve.
fn print_welcome(welcome: &str) {
    let mut output = io::stdout().lock();
    if let Err(error) = output.write_all(welcome.as_bytes()).and_then(|()| output.flush()) {
        tracing::warn!(%error, "cannot print how to join");
    }
}
