//! Where the application's settings come from. What they mean is in the schema, `data/*.gschema.xml`.

use gio::{Settings, SettingsSchemaSource};

use crate::config::{APP_ID, SCHEMA_FOLDER};

/// Opens the application's settings, by the installed schema or, uninstalled, by the one just built.
///
/// # Panics
/// When the schema is missing, which only a broken installation can cause; nothing works without it.
pub fn open() -> Settings {
    let Some(folder) = SCHEMA_FOLDER else {
        return Settings::new(APP_ID);
    };
    let schema = SettingsSchemaSource::from_directory(
        folder,
        SettingsSchemaSource::default().as_ref(),
        true,
    )
    .ok()
    .and_then(|source| source.lookup(APP_ID, false))
    .expect("build.rs has compiled the schema into this folder");
    Settings::new_full(&schema, gio::SettingsBackend::NONE, None)
}
