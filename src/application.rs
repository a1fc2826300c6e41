//! The program's life: one application on the desktop, its options, its window and its actions.

use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::OsString;
use std::process::ExitCode;

use adw::prelude::*;
use adw::subclass::prelude::*;
use clap::Parser;

use crate::background::{self, Answer};
use crate::config::{APP_ID, RESOURCE_ROOT};
use crate::i18n::{gettext, ngettext_f};
use crate::model::{Chat, ConnectionState, Network, Paths};
use crate::notifier::Notifier;
use crate::settings::{self, ColorScheme, Key};
use crate::surroundings;
use crate::ui::{HelpDialog, Wanted, Window, present_about};

/// What ends a program politely (signal(7)): a closed terminal, Ctrl+C, the end of the desktop session.
const FAREWELL_SIGNALS: [i32; 3] = [1, 2, 15];

/// The keys of every action, but for Escape, which a menu or a dialog must see first: the chat view binds it.
const KEYS: [(&str, &str); 17] = [
    ("app.quit", "<Control>q"),
    ("app.preferences", "<Control>comma"),
    ("app.shortcuts", "<Control>question"),
    ("app.help", "F1"),
    ("window.close", "<Control>w"),
    ("win.join-room", "<Control>j"),
    ("win.new-message", "<Control>n"),
    ("win.go-to-room", "<Control>k"),
    ("win.search-here", "<Control>f"),
    ("win.search-everywhere", "<Control><Shift>f"),
    ("win.previous-unread", "<Alt>Up"),
    ("win.next-unread", "<Alt>Down"),
    ("win.previous-room", "<Control>Page_Up"),
    ("win.next-room", "<Control>Page_Down"),
    ("win.previous-region", "<Shift>F6"),
    ("win.next-region", "F6"),
    ("win.toggle-people", "F9"),
];

/// Chat with the people on your local network.
#[derive(Debug, Parser)]
#[command(name = "majlis", version)]
struct Options {
    /// The server to join at once: HOST, HOST:PORT, or a majlis:// link
    address: Option<String>,
    /// What you call yourself there
    #[arg(long)]
    name: Option<String>,
    /// Only fill the address in, and let the person look at it first: for links, which may come from anywhere
    #[arg(long = "from-link", hide = true)]
    is_from_link: bool,
    /// Stay without a window until the desktop asks for one
    #[arg(long = "gapplication-service", hide = true)]
    is_service: bool,
}

mod imp {
    use super::*;

    #[derive(Debug, Default)]
    pub struct Application {
        pub(super) chat: OnceCell<Chat>,
        pub(super) settings: OnceCell<gio::Settings>,
        pub(super) notifier: OnceCell<Notifier>,
        /// Keeps the program while it receives without a window.
        pub(super) stay: RefCell<Option<gio::ApplicationHoldGuard>>,
        /// What the desktop granted last: without a window, at login.
        pub(super) granted: Cell<Option<(bool, bool)>>,
        pub(super) is_leaving: Cell<bool>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Application {
        const NAME: &'static str = "MajlisApplication";
        type Type = super::Application;
        type ParentType = adw::Application;
    }

    impl ObjectImpl for Application {}

    impl ApplicationImpl for Application {
        fn startup(&self) {
            self.parent_startup();
            // Messages are read by keyboard, too, and not to be found marked.
            if let Some(settings) = gtk::Settings::default() {
                settings.set_gtk_label_select_on_focus(false);
            }
            let application = self.obj();
            application.add_actions();
            application.leave_on_signals();
            let chat = Chat::start(&Paths::of_user());
            self.chat.set(chat.clone()).expect("a program starts once");
            surroundings::watch(glib::clone!(
                #[weak]
                chat,
                move || chat.look_after_connections()
            ));
            if let Some(settings) = settings::open() {
                application.follow_settings(&settings, &chat);
                self.settings.set(settings).expect("a program starts once");
            }
        }

        fn activate(&self) {
            self.parent_activate();
            if let Some(window) = self.obj().window() {
                window.present();
            }
        }

        fn open(&self, links: &[gio::File], _hint: &str) {
            // A link may come from anywhere: the person looks at the address first.
            if let Some(link) = links.first() {
                let address = link.uri().into();
                self.obj().open_address(Wanted { address, ..Wanted::default() });
            }
        }

        fn command_line(&self, command_line: &gio::ApplicationCommandLine) -> glib::ExitCode {
            match Options::try_parse_from(command_line.arguments()) {
                Ok(Options { address: Some(address), name, is_from_link, .. }) => {
                    self.obj().open_address(Wanted { address, name, connects: !is_from_link });
                }
                Ok(_) => self.activate(),
                Err(error) => {
                    command_line.printerr_literal(&error.to_string());
                    return glib::ExitCode::FAILURE;
                }
            }
            glib::ExitCode::SUCCESS
        }
    }

    impl GtkApplicationImpl for Application {}
    impl AdwApplicationImpl for Application {}
}

glib::wrapper! {
    /// The running program.
    pub struct Application(ObjectSubclass<imp::Application>)
        @extends adw::Application, gtk::Application, gio::Application,
        @implements gio::ActionGroup, gio::ActionMap;
}

impl Application {
    /// Registers the resources and makes the application; no window opens yet.
    pub fn new() -> Self {
        gio::resources_register_include!("majlis.gresource")
            .expect("build.rs has bundled the resources into this program");
        glib::set_application_name(&gettext("Majlis"));
        glib::Object::builder()
            .property("application-id", APP_ID)
            .property("resource-base-path", RESOURCE_ROOT)
            .property(
                "flags",
                gio::ApplicationFlags::HANDLES_COMMAND_LINE | gio::ApplicationFlags::HANDLES_OPEN,
            )
            .build()
    }

    /// Reads the command line, and runs the main loop until the person leaves.
    ///
    /// Where a Majlis runs already, that one is shown instead, with what was asked here.
    pub fn run_until_closed(&self) -> ExitCode {
        // Help and mistakes are answered where they were typed, whichever process would do the work.
        let _ = Options::parse();
        let arguments: Vec<OsString> = std::env::args_os().collect();
        self.run_with_args_os(&arguments).into()
    }

    /// Leaves the chat with these words, and ends the program; within two seconds, whatever the network does.
    fn leave(&self, reason: &str) {
        if self.imp().is_leaving.replace(true) {
            return;
        }
        if let Some(notifier) = self.imp().notifier.get() {
            notifier.withdraw_all();
        }
        for window in self.windows() {
            if let Some(window) = window.downcast_ref::<Window>() {
                window.prepare_to_leave();
            }
            window.set_visible(false);
        }
        let application = self.clone();
        let reason = reason.to_owned();
        glib::spawn_future_local(async move {
            let _stays_until_then = application.hold();
            if let Some(chat) = application.imp().chat.get() {
                chat.shutdown(&reason).await;
            }
            application.quit();
        });
    }

    fn open_address(&self, wanted: Wanted) {
        if let Some(window) = self.window() {
            window.open_address(wanted);
            window.present();
        }
    }

    /// The one window; `None` when the program is on its way out.
    fn window(&self) -> Option<Window> {
        if self.imp().is_leaving.get() {
            return None;
        }
        let chat = self.imp().chat.get()?;
        let open = self.windows().into_iter().find_map(|window| window.downcast().ok());
        Some(open.unwrap_or_else(|| Window::new(self, chat)))
    }

    fn add_actions(&self) {
        self.add_action_entries([
            gio::ActionEntry::builder("quit")
                .activate(|application: &Self, _, _| application.leave(""))
                .build(),
            // With words, which the others are told.
            gio::ActionEntry::builder("leave")
                .parameter_type(Some(glib::VariantTy::STRING))
                .activate(|application: &Self, _, words| {
                    let words = words.and_then(glib::Variant::str).unwrap_or_default();
                    application.leave(words);
                })
                .build(),
            gio::ActionEntry::builder("about")
                .activate(|application: &Self, _, _| {
                    if let Some(window) = application.active_window() {
                        present_about(&window);
                    }
                })
                .build(),
            gio::ActionEntry::builder("help")
                .activate(|application: &Self, _, _| application.show_help())
                .build(),
            gio::ActionEntry::builder("preferences")
                .activate(|application: &Self, _, _| application.show_preferences())
                .build(),
            // Where a notification leads.
            gio::ActionEntry::builder("open-conversation")
                .parameter_type(Some(glib::VariantTy::UINT64))
                .activate(|application: &Self, _, id| {
                    application.open_conversation(id.and_then(glib::Variant::get));
                })
                .build(),
            // A link to a chat server in what somebody said.
            gio::ActionEntry::builder("open-link")
                .parameter_type(Some(glib::VariantTy::STRING))
                .activate(|application: &Self, _, link| {
                    let address = link.and_then(glib::Variant::str).unwrap_or_default().to_owned();
                    application.open_address(Wanted { address, ..Wanted::default() });
                })
                .build(),
            gio::ActionEntry::builder("message-sent")
                .activate(|application: &Self, _, _| application.ask_for_background())
                .build(),
            // The window asks to be closed; whether that leaves the chat is settled here.
            gio::ActionEntry::builder("close-window")
                .activate(|application: &Self, _, _| application.close_window())
                .build(),
            gio::ActionEntry::builder("shortcuts")
                .activate(|application: &Self, _, _| application.show_shortcuts())
                .build(),
        ]);
        for (action, key) in KEYS {
            self.set_accels_for_action(action, &[key]);
        }
    }

    /// The window keeps the overview, and tells it the keys of each action.
    // Its successor needs libadwaita 1.8.
    #[expect(deprecated)]
    fn show_shortcuts(&self) {
        let Some(window) = self.window() else { return };
        let overview = window.help_overlay().unwrap_or_else(|| {
            let builder = gtk::Builder::from_resource(&format!("{RESOURCE_ROOT}/ui/shortcuts.ui"));
            let made = builder.object("shortcuts").expect("the Blueprint names it");
            window.set_help_overlay(Some(&made));
            made
        });
        overview.present();
    }

    /// Over whatever is open, so that one can look something up in the middle of it; once.
    fn show_help(&self) {
        let Some(window) = self.window() else { return };
        if !window.visible_dialog().is_some_and(|open| open.is::<HelpDialog>()) {
            HelpDialog::new().present(Some(&window));
        }
    }

    fn show_preferences(&self) {
        let (Some(window), Some(settings), Some(chat)) =
            (self.window(), self.imp().settings.get(), self.imp().chat.get())
        else {
            return;
        };
        window.present();
        window.show_preferences(settings, chat);
    }

    fn open_conversation(&self, id: Option<u64>) {
        let Some(window) = self.window() else { return };
        let chat = self.imp().chat.get();
        if let Some(channel) = chat.zip(id).and_then(|(chat, id)| chat.find_channel(id)) {
            window.open_conversation(&channel);
        }
        window.present();
    }

    /// Has everything that a setting means follow it.
    fn follow_settings(&self, settings: &gio::Settings, chat: &Chat) {
        self.add_action(&settings.create_action(Key::DoNotDisturb.name()));
        let notifier = Notifier::new(self, chat, settings);
        self.imp().notifier.set(notifier).expect("a program starts once");
        settings.bind(Key::SendTyping.name(), chat, "sends-typing").get().build();
        show_color_scheme(settings);
        settings.connect_changed(Some(Key::ColorScheme.name()), |settings, _| {
            show_color_scheme(settings);
        });
        self.stay_if_wanted(settings);
        for key in [Key::Background, Key::Autostart] {
            settings.connect_changed(
                Some(key.name()),
                glib::clone!(
                    #[weak(rename_to = application)]
                    self,
                    move |settings, _| {
                        application.stay_if_wanted(settings);
                        application.tell_desktop(settings);
                    }
                ),
            );
        }
    }

    /// Who may receive without a window also stays without one.
    fn stay_if_wanted(&self, settings: &gio::Settings) {
        let is_wanted = settings.boolean(Key::Background.name());
        self.imp().stay.replace(is_wanted.then(|| self.hold()));
    }

    /// Once the first message is sent, it is clear what for: asks whether Majlis may receive while no window is open.
    fn ask_for_background(&self) {
        let Some(settings) = self.imp().settings.get() else { return };
        if settings.boolean(Key::BackgroundAsked.name()) {
            return;
        }
        remember(settings, Key::BackgroundAsked, true);
        let (application, settings) = (self.clone(), settings.clone());
        glib::spawn_future_local(async move {
            let Some(bus) = application.dbus_connection() else { return };
            if let Answer::Decided { background, autostart } =
                background::request(&bus, false).await
            {
                application.imp().granted.set(Some((background, autostart)));
                remember(&settings, Key::Background, background);
            }
        });
    }

    /// The person changed their mind in the preferences: the desktop is told, and has the last word.
    fn tell_desktop(&self, settings: &gio::Settings) {
        let is_wanted = settings.boolean(Key::Background.name());
        let starts = is_wanted && settings.boolean(Key::Autostart.name());
        let is_allowed = self.imp().granted.get();
        if is_wanted && is_allowed == Some((is_wanted, starts)) {
            return;
        }
        if !is_wanted {
            if !settings.boolean(Key::Autostart.name()) {
                return;
            }
            // The desktop would go on starting what then stays without anything to do.
            remember(settings, Key::Autostart, false);
        }
        let (application, settings) = (self.clone(), settings.clone());
        glib::spawn_future_local(async move {
            let Some(bus) = application.dbus_connection() else { return };
            if let Answer::Decided { background, autostart } =
                background::request(&bus, starts).await
            {
                application.imp().granted.set(Some((background, autostart)));
                // Only taken away: the person may have decided otherwise meanwhile.
                if !background {
                    remember(&settings, Key::Background, false);
                }
                if starts && !autostart {
                    remember(&settings, Key::Autostart, false);
                }
            }
        });
    }

    /// Closing the window keeps receiving where that is allowed, and otherwise leaves the chat.
    fn close_window(&self) {
        let settings = self.imp().settings.get();
        let stays = settings.is_some_and(|settings| settings.boolean(Key::Background.name()));
        if !stays {
            return self.leave("");
        }
        for window in self.windows() {
            if let Some(window) = window.downcast_ref::<Window>() {
                window.prepare_to_leave();
            }
            window.set_visible(false);
        }
        if let Some(bus) = self.dbus_connection() {
            background::set_status(&bus, &self.status_words());
        }
    }

    /// What goes on without a window, in a few words.
    fn status_words(&self) -> String {
        let networks = self.imp().chat.get().map(Chat::networks);
        let networks = networks.iter().flat_map(|networks| networks.iter::<Network>().flatten());
        let online = networks.filter(|network| network.state() == ConnectionState::Online).count();
        match u32::try_from(online).unwrap_or(u32::MAX) {
            0 => gettext("Waiting for the network"),
            count => ngettext_f(
                "Connected to {count} server",
                "Connected to {count} servers",
                count,
                &[("count", &count.to_string())],
            ),
        }
    }

    fn leave_on_signals(&self) {
        for signal in FAREWELL_SIGNALS {
            let application = self.downgrade();
            glib_unix::unix_signal_add_local(signal, move || {
                if let Some(application) = application.upgrade() {
                    application.leave("");
                }
                glib::ControlFlow::Continue
            });
        }
    }
}

fn remember(settings: &gio::Settings, key: Key, value: bool) {
    if let Err(error) = settings.set_boolean(key.name(), value) {
        tracing::warn!(%error, "a setting is not remembered");
    }
}

fn show_color_scheme(settings: &gio::Settings) {
    let scheme = ColorScheme::from_name(&settings.string(Key::ColorScheme.name()));
    adw::StyleManager::default().set_color_scheme(match scheme {
        ColorScheme::System => adw::ColorScheme::Default,
        ColorScheme::Light => adw::ColorScheme::ForceLight,
        ColorScheme::Dark => adw::ColorScheme::ForceDark,
    });
}

impl Default for Application {
    fn default() -> Self {
        Self::new()
    }
}
