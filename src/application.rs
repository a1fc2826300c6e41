//! The program's life: one application on the desktop, its windows and its actions.

use std::process::ExitCode;

use adw::prelude::*;

use crate::config::{APP_ID, RESOURCE_ROOT};
use crate::ui::Window;

/// The running program.
#[derive(Debug)]
pub struct Application {
    inner: adw::Application,
}

impl Application {
    /// Registers the resources and makes the application; no window opens yet.
    pub fn new() -> Self {
        gio::resources_register_include!("majlis.gresource")
            .expect("build.rs has bundled the resources into this program");
        let inner = adw::Application::builder()
            .application_id(APP_ID)
            .resource_base_path(RESOURCE_ROOT)
            .build();
        inner.connect_activate(|application| Window::new(application).present());
        Self { inner }
    }

    /// Runs the main loop until the last window is closed.
    pub fn run_until_closed(&self) -> ExitCode {
        glib::set_application_name("Majlis");
        self.inner.run().into()
    }
}

impl Default for Application {
    fn default() -> Self {
        Self::new()
    }
}
