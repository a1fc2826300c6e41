//! How a connection stands, and why something did not happen, in words.

use crate::i18n::{gettext, gettext_f, isolate, ngettext_f};
use crate::irc::event::{Denial, Failure, Refusal, SignInFailure, State};
use crate::model::ConnectionState;

/// The state as a property, and in words for a banner; there are none when online. `is_again` says
/// that a connection was lost and is being made again.
pub(super) fn state(state: &State, is_again: bool) -> (ConnectionState, String) {
    match state {
        // Translators: how the connection stands.
        State::Offline => (ConnectionState::Offline, gettext("Not connected")),
        State::Connecting if is_again => (ConnectionState::Connecting, reconnecting()),
        State::Securing if is_again => (ConnectionState::Securing, reconnecting()),
        State::Registering if is_again => (ConnectionState::Registering, reconnecting()),
        // Translators: how the connection stands.
        State::Connecting => (ConnectionState::Connecting, gettext("Connecting…")),
        // Translators: how the connection stands: encryption is being agreed upon.
        State::Securing => (ConnectionState::Securing, gettext("Securing the connection…")),
        // Translators: how the connection stands: the server learns who we are.
        State::Registering => (ConnectionState::Registering, gettext("Saying hello…")),
        State::Online => (ConnectionState::Online, String::new()),
        State::Waiting { failure: why, .. } => {
            // Translators: {why} is a sentence, such as "Nobody answered."
            let text = gettext_f("{why} Reconnecting…", &[("why", &failure(why))]);
            (ConnectionState::Waiting, text)
        }
        State::Failed(why) => (ConnectionState::Failed, failure(why)),
    }
}

fn reconnecting() -> String {
    // Translators: how the connection stands: it was lost, and another is being made.
    gettext("Reconnecting…")
}

/// Why there is no connection, as a sentence.
pub(super) fn failure(failure: &Failure) -> String {
    match failure {
        Failure::NameNotFound => gettext("There is no computer of this name."),
        Failure::NoAnswer => gettext("Nobody answered."),
        Failure::Refused => gettext("The connection was refused: no chat server runs there."),
        Failure::NotAChatServer => {
            gettext("What answered is not a chat server, or its encryption is another.")
        }
        Failure::Lost => gettext("The connection was lost."),
        Failure::Closed(words) if words.is_empty() => gettext("The server closed the connection."),
        Failure::Closed(words) => {
            // Translators: {words} are the server's own, in whatever language.
            gettext_f("The server closed the connection: {words}", &[("words", &isolate(words))])
        }
        Failure::NameRefused(words) if words.is_empty() => {
            gettext("This name cannot be used there.")
        }
        Failure::NameRefused(words) => {
            // Translators: {words} are the server's own, in whatever language.
            gettext_f("This name cannot be used there: {words}", &[("words", &isolate(words))])
        }
        Failure::SignIn(failure) => sign_in_failure(failure),
        Failure::Local(words) => {
            // Translators: {words} are the operating system's own.
            gettext_f("This computer cannot connect: {words}", &[("words", &isolate(words))])
        }
    }
}

/// Why somebody who wanted to sign in is not, as a sentence.
fn sign_in_failure(failure: &SignInFailure) -> String {
    match failure {
        SignInFailure::WrongPassword => {
            gettext("This name belongs to somebody, and this is not their password.")
        }
        SignInFailure::UncheckedServer => gettext(
            "This password opens no account here. To choose one for a new name, compare the server’s six words first, so that nobody in between learns it.",
        ),
        SignInFailure::DeviceForgotten => gettext("The server does not know this device any more."),
        SignInFailure::NotOffered => gettext("This server cannot protect names with a password."),
        SignInFailure::Unencrypted => {
            gettext("A password can only be chosen over an encrypted connection.")
        }
        SignInFailure::NameUnavailable(words) => {
            // Translators: {words} are the server's own, in whatever language.
            gettext_f("This name cannot be yours there: {words}", &[("words", &isolate(words))])
        }
        SignInFailure::WeakPassword(least) => weak_password(*least),
        SignInFailure::BadPassword(words) if words.is_empty() => {
            gettext("This cannot be a password.")
        }
        SignInFailure::BadPassword(words) => {
            // Translators: {words} are the server's own, in whatever language.
            gettext_f("The server wants another password: {words}", &[("words", &isolate(words))])
        }
        SignInFailure::InviteNeeded => {
            gettext("Names can be protected here by invitation only: type the code of yours.")
        }
        SignInFailure::Impostor => gettext(
            "The server could not prove that it knows your password: it may be somebody else.",
        ),
        SignInFailure::WeakHashing => gettext(
            "The server asks for your password in a way that is too easy to guess; Majlis did not answer.",
        ),
        SignInFailure::AccountNeeded(words) => {
            // Translators: {words} are the server's own, in whatever language.
            gettext_f(
                "Only people with a password come in here: {words}",
                &[("words", &isolate(words))],
            )
        }
        SignInFailure::Refused(words) => {
            // Translators: {words} are the server's own, in whatever language.
            gettext_f("The server did not let you sign in: {words}", &[("words", &isolate(words))])
        }
    }
}

/// Why something that was asked for did not happen, as a sentence.
pub(super) fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Server(words) if words.is_empty() => gettext("The server gave no reason."),
        Refusal::Server(words) => words.clone(),
        Refusal::Denied(denial) => denied(*denial),
        Refusal::TooManyConversations => {
            gettext("Too many conversations are open. Leave one first.")
        }
        Refusal::TooManyWaiting => gettext("Too many messages are waiting to be sent."),
        Refusal::CannotBeSaid => gettext(
            "This cannot be sent: it is too long, or it is meant for a name that nobody can have.",
        ),
        Refusal::InDoubt => {
            gettext("The connection was lost, and it is not known whether this arrived.")
        }
        Refusal::NotARoom => gettext("This is no name of a room."),
        Refusal::NotANick(nick) => {
            // Translators: {nick} is what the person wanted to be called.
            gettext_f("{nick} cannot be a name here.", &[("nick", &isolate(nick))])
        }
        Refusal::NotConnected => gettext("This can be done only while there is a connection."),
        Refusal::TopicNotSet => {
            gettext("The topic was not set: it is too long, or there is no connection.")
        }
        Refusal::NoAnswer => gettext("The server did not answer."),
        Refusal::WrongPassword => gettext("That is not your password."),
        Refusal::Unencrypted => sign_in_failure(&SignInFailure::Unencrypted),
    }
}

/// Why a server refused something, as a sentence.
fn denied(denial: Denial) -> String {
    match denial {
        // Translators: why a room cannot be entered.
        Denial::RoomFull => gettext("The room is full."),
        // Translators: why a room cannot be entered.
        Denial::InviteOnly => gettext("Only people who were invited come in."),
        // Translators: why a room cannot be entered.
        Denial::Banned => gettext("You were banned from this room."),
        // Translators: why a room cannot be entered.
        Denial::WrongKey => gettext("The room has a password, and it was not given."),
        Denial::SignInFirst => gettext("Only people who are signed in may do this."),
        Denial::TooManyRooms => gettext("There are too many rooms. Leave one first."),
        Denial::NotOperator => gettext("Only the room’s operators may do this."),
        Denial::NotInRoom => gettext("You are not in this room."),
        Denial::NobodyThere => gettext("Nobody of this name is here."),
        // Translators: why a message was not taken in a room.
        Denial::Moderated => gettext("Only operators speak here, and whom they let."),
        // Translators: why a message was not taken in a room.
        Denial::Muted => gettext("You were muted in this room."),
        // Translators: why a message was not taken in a room.
        Denial::GuestsMuted => gettext("Only people who are signed in speak here."),
        Denial::TooFast(Some(seconds)) => ngettext_f(
            // Translators: why a message was not taken in a room.
            "This room is in slow mode: wait {count} second.",
            "This room is in slow mode: wait {count} seconds.",
            seconds,
            &[("count", &seconds.to_string())],
        ),
        // Translators: why a message was not taken in a room.
        Denial::TooFast(None) => gettext("This room is in slow mode: wait a while."),
        // Translators: why a message was not taken in a room.
        Denial::NotHeard => gettext("The room does not take your messages."),
        Denial::WeakPassword(least) => weak_password(least),
    }
}

/// Why a new password was not taken, as a sentence.
fn weak_password(least_chars: Option<u32>) -> String {
    match least_chars {
        Some(count) => ngettext_f(
            // Translators: why a new password was not taken.
            "A password has at least {count} character here.",
            "A password has at least {count} characters here.",
            count,
            &[("count", &count.to_string())],
        ),
        // Translators: why a new password was not taken.
        None => gettext("This password is too easy to guess. Choose a longer one."),
    }
}
