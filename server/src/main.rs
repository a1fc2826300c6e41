//! The program `majlis-server`: reads its arguments, starts the server, and waits for a signal to stop it.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use crossbeam_channel::{Receiver, bounded, select};
use majlis_server::config::{Arguments, Command, Config};
use majlis_server::hub::PASSWORD_ITERATIONS;
use majlis_server::run::Server;
use rustix::process::{Resource, getrlimit, setrlimit};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    start_log();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("majlis-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let command = arguments.command.clone();
    let config = Config::try_from(arguments)?;
    match command {
        Some(Command::Account(command)) => {
            print_lines(&command.run(&config.data, PASSWORD_ITERATIONS)?)
        }
        Some(Command::Invite(command)) => print_lines(&command.run(&config.data)?),
        None => serve(&config),
    }
}

/// Prints what a subcommand found.
fn print_lines(lines: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let mut output = io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(output, "{line}"))?;
    Ok(output.flush()?)
}

fn serve(config: &Config) -> Result<(), Box<dyn std::error::Error>> {
    let signals = signals()?;
    raise_descriptor_limit();
    let server = Server::start(config)?;
    print_welcome(server.welcome());
    select! {
        recv(signals) -> _ => tracing::info!("stopping"),
        recv(server.failed()) -> _ => tracing::error!("the store failed; stopping with nothing lost that anybody saw"),
    }
    Ok(server.stop()?)
}

/// The log goes to standard error; `RUST_LOG` says how much of it.
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}

/// Each guest takes a descriptor, and the soft limit is commonly 1,024; up to the hard one a program may help itself.
fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit on open files cannot be raised");
    }
}

/// Told once for each signal that asks the program to stop.
fn signals() -> io::Result<Receiver<i32>> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let (sender, receiver) = bounded(1);
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
