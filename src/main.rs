//! The program `majlis`: prepares the language and the log, then hands over to the application.

use std::process::ExitCode;

use majlis::application::Application;
use majlis::i18n;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    i18n::init();
    Application::new().run_until_closed()
}
