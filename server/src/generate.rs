//! What packages carry beside the program and the program itself knows best: manual pages and completions.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::config::Arguments;

/// Writes a manual page for the program and for each of its commands into a folder, made where it is missing.
pub fn write_manual(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let command = Arguments::command().disable_help_subcommand(true);
    clap_mangen::generate_to(command, folder)
}

/// Writes completions for the usual shells, each under the name that its shell looks for, into a folder.
pub fn write_completions(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut Arguments::command(), "majlis-server", folder)?;
    }
    Ok(())
}
