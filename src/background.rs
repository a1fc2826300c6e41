//! Receiving without a window: asking the desktop for it, and telling it what goes on (the Background portal).
//!
//! Owns the way there. Where no portal answers there is nobody who would forbid it, and what the person chose holds.

use std::collections::HashMap;

use gio::prelude::*;
use glib::VariantDict;

use crate::i18n::gettext;

const PORTAL: &str = "org.freedesktop.portal.Desktop";
const PORTAL_PATH: &str = "/org/freedesktop/portal/desktop";
const INTERFACE: &str = "org.freedesktop.portal.Background";

/// How long the portal may take to take a request; its answer may wait for the person.
const CALL_MS: i32 = 2_000;

/// The code of a request that ended without an answer.
const REFUSED: u32 = 2;

/// What the desktop says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Whether it may go on without a window, and start at login.
    Decided {
        /// Without a window.
        background: bool,
        /// At login.
        autostart: bool,
    },
    /// There is nobody to ask.
    NoPortal,
}

/// Asks the desktop to let the program receive without a window, and where `autostart` says so start at login.
pub async fn request(bus: &gio::DBusConnection, autostart: bool) -> Answer {
    let token = format!("majlis{}", glib::uuid_string_random().replace('-', ""));
    // Before asking, so that no answer is too early; and until it is there.
    let (_listening, answers) = listen(bus, &token);
    let options = VariantDict::new(None);
    options.insert("handle_token", token);
    // Translators: why the desktop is asked to let the program run in the background.
    options.insert("reason", gettext("Messages reach you while the window is closed."));
    options.insert("autostart", autostart);
    options.insert("commandline", vec!["majlis", "--gapplication-service"]);
    // No window of ours has a handle that the desktop would know.
    let parameters = glib::Variant::tuple_from_iter(["".to_variant(), options.end()]);
    let asked = bus
        .call_future(
            Some(PORTAL),
            PORTAL_PATH,
            INTERFACE,
            "RequestBackground",
            Some(&parameters),
            None,
            gio::DBusCallFlags::NONE,
            CALL_MS,
        )
        .await;
    if let Err(error) = asked {
        tracing::debug!(%error, "there is no Background portal");
        return Answer::NoPortal;
    }
    answers.recv().await.unwrap_or(Answer::NoPortal)
}

/// The way on which a request's answer comes.
fn listen(
    bus: &gio::DBusConnection,
    token: &str,
) -> (gio::SignalSubscription, async_channel::Receiver<Answer>) {
    let name = bus.unique_name().unwrap_or_default();
    let sender_part = name.trim_start_matches(':').replace('.', "_");
    let path = format!("{PORTAL_PATH}/request/{sender_part}/{token}");
    let (sender, receiver) = async_channel::bounded(1);
    let subscription = bus.subscribe_to_signal(
        Some(PORTAL),
        Some("org.freedesktop.portal.Request"),
        Some("Response"),
        Some(&path),
        None,
        gio::DBusSignalFlags::NONE,
        move |signal| {
            // A second answer would be to nobody's question.
            let _ = sender.try_send(read_response(signal.parameters));
        },
    );
    (subscription, receiver)
}

/// Reads `(ua{sv})`; what is not granted is refused.
fn read_response(parameters: &glib::Variant) -> Answer {
    let (code, results): (u32, HashMap<String, glib::Variant>) =
        parameters.get().unwrap_or((REFUSED, HashMap::new()));
    let granted =
        |key: &str| code == 0 && results.get(key).and_then(glib::Variant::get).unwrap_or(false);
    Answer::Decided { background: granted("background"), autostart: granted("autostart") }
}

/// Tells the desktop in a few words what goes on without a window.
pub fn set_status(bus: &gio::DBusConnection, message: &str) {
    let options = VariantDict::new(None);
    options.insert("message", message);
    let parameters = glib::Variant::tuple_from_iter([options.end()]);
    bus.call(
        Some(PORTAL),
        PORTAL_PATH,
        INTERFACE,
        "SetStatus",
        Some(&parameters),
        None,
        gio::DBusCallFlags::NO_AUTO_START,
        CALL_MS,
        gio::Cancellable::NONE,
        |answer| {
            if let Err(error) = answer {
                tracing::debug!(%error, "the desktop does not show what goes on");
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(code: u32, background: bool, autostart: bool) -> Answer {
        let results = VariantDict::new(None);
        results.insert("background", background);
        results.insert("autostart", autostart);
        read_response(&glib::Variant::tuple_from_iter([code.to_variant(), results.end()]))
    }

    #[test]
    fn only_what_is_granted_is_allowed() {
        let decided = |background, autostart| Answer::Decided { background, autostart };
        assert_eq!(response(0, true, true), decided(true, true));
        assert_eq!(response(0, true, false), decided(true, false));
        assert_eq!(response(1, true, true), decided(false, false), "it was cancelled");
        assert_eq!(read_response(&().to_variant()), decided(false, false), "it makes no sense");
    }
}
