//! What is known when the program is built: its names, its version, and where its files will be.
//!
//! `meson` tells the installed places by environment variables. Without them (`cargo run`, tests) the
//! places are those that `build.rs` filled, so the program works uninstalled, translations included.

/// The application's identifier on the desktop, on D-Bus and in the settings; that of the development profile ends in `.Devel`.
pub const APP_ID: &str = match option_env!("MAJLIS_APP_ID") {
    Some(installed) => installed,
    None => "io.github.majlis_chat.Majlis",
};

/// What the person's folder of data is called: what is tried out keeps its hands off what is used.
pub fn data_folder_name() -> &'static str {
    if APP_ID.ends_with(".Devel") { "majlis-devel" } else { "majlis" }
}

/// Where the program's own resources begin inside its `GResource` bundle.
pub const RESOURCE_ROOT: &str = "/io/github/majlis_chat/Majlis";

/// The version that people see, such as `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The name of the message catalogue.
pub const GETTEXT_DOMAIN: &str = "majlis";

/// The folder that holds `LANGUAGE/LC_MESSAGES/majlis.mo`.
pub const LOCALE_FOLDER: &str = match option_env!("MAJLIS_LOCALE_FOLDER") {
    Some(installed) => installed,
    None => concat!(env!("OUT_DIR"), "/locale"),
};

/// The folder of the compiled settings schema; `None` when it is installed where `GSettings` looks.
pub const SCHEMA_FOLDER: Option<&str> = match option_env!("MAJLIS_LOCALE_FOLDER") {
    Some(_) => None,
    None => Some(concat!(env!("OUT_DIR"), "/schemas")),
};
