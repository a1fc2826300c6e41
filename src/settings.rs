//! Where the application's settings come from. What they mean is in the schema, `data/*.gschema.xml`.

use gio::{Settings, SettingsSchemaSource};

use crate::config::{APP_ID, SCHEMA_FOLDER};

/// Opens the application's settings, by the installed schema or, uninstalled, by the one just built.
///
/// `None`, with a warning in the log, where the schema is missing, as in a half-finished installation: the
/// program then runs with its defaults and remembers nothing of them.
pub fn open() -> Option<Settings> {
    let installed = SettingsSchemaSource::default();
    let source = match SCHEMA_FOLDER {
        Some(folder) => SettingsSchemaSource::from_directory(folder, installed.as_ref(), true).ok(),
        None => installed,
    };
    let Some(schema) = source.and_then(|source| source.lookup(APP_ID, true)) else {
        tracing::warn!("the settings schema {APP_ID} is not installed; nothing is remembered");
        return None;
    };
    Some(Settings::new_full(&schema, gio::SettingsBackend::NONE, None))
}
