//! Who we are on a server besides a guest: signing in and out, and the password in the keyring.

use glib::prelude::*;
use glib::subclass::prelude::*;

use crate::i18n::{gettext, gettext_f, isolate};
use crate::irc::event::{Failure, SignInFailure, State};
use crate::irc::{self, Answer, Command, Deed, Question, Registration, Secret, SignIn};
use crate::model::ConnectionState;
use crate::model::settings::address_words;

use super::Network;
use super::signals::words;

/// What the person has to mend where a server did not take them in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blame {
    /// Nothing of what they filled in.
    #[default]
    Nothing,
    /// What they call themselves.
    Name,
    /// Their password.
    Password,
    /// The code of their invitation.
    Invite,
    /// That they want a name of their own, of which the server knows nothing.
    Account,
}

/// A device that signs in to our account by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// For [`Network::forget_device`].
    pub key: String,
    /// Six words by which it can be told from others; its key where it is none that Majlis knows.
    pub words: String,
    /// Whether it is this one.
    pub is_own: bool,
}

impl Device {
    fn new(told: irc::Device) -> Self {
        let words = told.key.parse().map_or_else(|_| told.key.clone(), words);
        Self { key: told.key, words, is_own: told.is_own }
    }
}

impl Blame {
    /// What a state is to be blamed on.
    pub(super) fn of(state: &State) -> Self {
        let State::Failed(failure) = state else { return Self::Nothing };
        match failure {
            Failure::NameRefused(_) | Failure::SignIn(SignInFailure::NameUnavailable(_)) => {
                Self::Name
            }
            Failure::SignIn(SignInFailure::InviteNeeded) => Self::Invite,
            Failure::SignIn(SignInFailure::NotOffered) => Self::Account,
            Failure::SignIn(_) => Self::Password,
            _ => Self::Nothing,
        }
    }
}

impl Network {
    /// Looks who is there, and says nothing: `reached` follows, or `trust-needed`, `key-changed` or `failed`.
    pub fn probe(&self) {
        // Where there is no socket thread yet, it is done once there is.
        self.imp().is_probing.set(true);
        if self.services().has_link() {
            self.set_state(&State::Connecting);
            self.ask(Command::Probe(Box::new(self.config())));
        }
    }

    /// Now that there is a socket thread: does what was asked for before, or comes online as it was left.
    pub(in crate::model) fn start(&self) {
        if self.imp().is_probing.get() {
            self.probe();
        } else if !self.stays_offline() {
            self.go_online();
        }
    }

    /// Goes in under this name. With a password the name is to be one's own: where nobody has it, the account is made, by
    /// the invitation where the server wants one; otherwise it signs in. What it was is told by `account`. Where the password
    /// is empty, the invitation's code is it.
    pub fn join_as(&self, display_name: &str, password: Option<&str>, invite: Option<&str>) {
        self.take_name(display_name);
        if let Some(password) = password {
            self.take_password(password, invite);
        }
        self.keep();
        self.connect_anew();
    }

    /// Signs in with this password; a guest makes their name their own by it.
    pub fn sign_in(&self, password: &str, invite: Option<&str>) {
        self.take_password(password, invite);
        self.connect_anew();
    }

    fn take_password(&self, password: &str, invite: Option<&str>) {
        let imp = self.imp();
        let invite = invite.map(str::trim).filter(|code| !code.is_empty()).map(Secret::new);
        let own = Some(password).filter(|password| !password.is_empty()).map(Secret::new);
        imp.password.replace(own.or_else(|| invite.clone()));
        let is_guest = imp.account.borrow().is_empty();
        imp.registration.replace(is_guest.then_some(Registration { invite }));
        self.ask_for_password("");
    }

    /// Is a guest from the next connection on, and stays offline until then: the server forgets this device, the keyring
    /// the password.
    pub fn sign_out(&self) {
        self.imp().stays_offline.set(true);
        self.part_with(Command::SignOut);
        self.be_guest();
        self.forget_password();
    }

    /// Whether one can be more than a guest there, as far as the server has shown.
    pub fn offers_accounts(&self) -> bool {
        let abilities = self.imp().abilities.borrow();
        abilities.registers || abilities.signs_in || self.imp().known.get().is_majlis
    }

    /// Whether an account can be made there, for which a code may be needed; as far as the server has shown.
    pub fn makes_accounts(&self) -> bool {
        self.imp().abilities.borrow().registers || self.imp().known.get().is_majlis
    }

    /// Whether the password can be changed and devices be looked at, here and now.
    pub fn can_manage_account(&self) -> bool {
        let is_signed_in = !self.account().is_empty() && self.imp().known.get().is_majlis;
        is_signed_in && self.state() == ConnectionState::Online
    }

    /// Gives our account another password; the server then ends our other sessions, and our devices ask for it once. The
    /// error is a translated sentence.
    pub async fn change_password(&self, current: &str, new: &str) -> Result<(), String> {
        if !self.is_key_checked() {
            // Translators: "them" are two passwords.
            return Err(gettext(
                "Compare the server’s six words first, so that nobody in between learns them.",
            ));
        }
        let new = Secret::new(new);
        self.carry_out(Deed::ProvePassword(Secret::new(current))).await?;
        self.carry_out(Deed::SetPassword(new.clone())).await?;
        let imp = self.imp();
        imp.password.replace(Some(new.clone()));
        self.keep_password(new);
        Ok(())
    }

    /// Asks the server which devices sign in to our account by themselves. The error is a translated sentence.
    pub async fn look_at_devices(&self) -> Result<Vec<Device>, String> {
        match self.inquire(Question::Devices).await? {
            Answer::Devices(devices) => Ok(devices.into_iter().map(Device::new).collect()),
            answer => unreachable!("the session answers what was asked, not {answer:?}"),
        }
    }

    /// Has a device sign in by itself no longer: it has to show the password. The error is a translated sentence.
    pub async fn forget_device(&self, key: &str) -> Result<(), String> {
        self.carry_out(Deed::ForgetDevice(key.to_owned())).await
    }

    /// Without an account, or a way to prove it.
    fn be_guest(&self) {
        self.imp().has_device.set(false);
        self.imp().registration.take();
        self.set_account("");
        self.ask_for_password("");
        self.keep();
    }

    /// How to be more than a guest, with what is at hand.
    pub(super) fn sign_in_config(&self) -> Option<SignIn> {
        let imp = self.imp();
        let account = Some(self.account()).filter(|account| !account.is_empty());
        let password = imp.password.borrow().clone();
        let registration = imp.registration.borrow().clone();
        (account.is_some() || registration.is_some()).then(|| SignIn {
            account,
            password,
            has_device: imp.has_device.get(),
            registration,
            is_server_checked: self.is_key_checked(),
        })
    }

    /// Says goodbye with these words, whatever is under way.
    pub(in crate::model) fn hang_up(&self, reason: &str) {
        self.part_with(Command::Disconnect { reason: reason.to_owned() });
    }

    /// Ends whatever is under way by this command. The socket thread was not asked to connect while the keyring is looked into,
    /// and would say nothing.
    fn part_with(&self, goodbye: Command) {
        self.ask(goodbye);
        if self.end_keyring_look() {
            self.set_state(&State::Offline);
        }
    }

    /// Whatever the keyring says, nothing follows from it; false where it was not asked.
    fn end_keyring_look(&self) -> bool {
        let look = self.imp().keyring_look.take();
        look.map(|look| look.abort()).is_some()
    }

    /// Asks to connect, once the keyring was looked into where it has to be.
    pub(super) fn connect_with_password(&self) {
        self.end_keyring_look();
        let imp = self.imp();
        let can_sign_in = imp.has_device.get() || imp.password.borrow().is_some();
        if self.account().is_empty() || can_sign_in {
            self.ask(Command::Connect(Box::new(self.config())));
            return;
        }
        let found = self.services().secrets.find(self.secret_name());
        let network = self.downgrade();
        let look = glib::spawn_future_local(async move {
            let found = found.await;
            let Some(network) = network.upgrade() else { return };
            network.imp().keyring_look.take();
            match found {
                Ok(Some(password)) => {
                    network.imp().password.replace(Some(password));
                    network.ask(Command::Connect(Box::new(network.config())));
                }
                Ok(None) => network
                    .wait_for_password(&gettext("Your keyring has no password for this server.")),
                Err(error) => {
                    tracing::warn!(error = error.0, "no keyring");
                    network.wait_for_password(&gettext(
                        "There is no keyring on this computer to keep passwords in, so Majlis asks for yours at each start.",
                    ));
                }
            }
        });
        imp.keyring_look.replace(Some(look));
    }

    fn wait_for_password(&self, why: &str) {
        self.set_state(&State::Offline);
        self.ask_for_password(why);
    }

    /// Says why the person has to type their password; empty where they do not.
    fn ask_for_password(&self, why: &str) {
        if self.imp().password_text.replace(why.to_owned()) != why {
            self.notify_password_text();
        }
        self.show_state_text();
    }

    /// The device is not known any more, or the password is another: looks further, or asks.
    pub(super) fn handle_sign_in_failure(&self, failure: &SignInFailure) {
        let imp = self.imp();
        if self.account().is_empty() {
            // It was a first try, and its page tells about it.
            imp.password.take();
            imp.registration.take();
        } else if *failure == SignInFailure::DeviceForgotten {
            imp.has_device.set(false);
            self.keep();
            self.connect_anew();
        } else if matches!(
            failure,
            SignInFailure::WrongPassword
                | SignInFailure::WeakPassword(_)
                | SignInFailure::BadPassword(_)
        ) {
            imp.password.take();
            self.ask_for_password(&self.failure_text());
        }
    }

    /// We are signed in: from now on that is who we are here.
    pub(super) fn handle_signed_in(&self, account: &str, is_new: bool) {
        let imp = self.imp();
        let invite = imp.registration.take().and_then(|registration| registration.invite);
        let is_by_code = invite.is_some() && *imp.password.borrow() == invite;
        let was_guest = imp.account.borrow().is_empty();
        self.set_account(account);
        self.keep();
        if is_new || was_guest {
            let values = [("name", &*isolate(&self.display_name()))];
            self.emit_server_text(&if is_new {
                // Translators: {name} is what the person calls themselves.
                gettext_f("The name {name} is yours now.", &values)
            } else {
                // Translators: {name} is what the person calls themselves.
                gettext_f("You are signed in as {name}.", &values)
            });
        }
        if is_by_code {
            // Translators: for who came in by the code of an invitation, and chose no password.
            self.emit_server_text(&gettext(
                "The code of your invitation is your password, until you change it in the server’s settings.",
            ));
        }
        if let Some(password) = imp.password.borrow().clone() {
            self.keep_password(password);
        }
    }

    fn keep_password(&self, password: Secret) {
        // Translators: what the person's keyring calls a password; {server} is an address.
        let label = gettext_f("Majlis: password for {server}", &[("server", &self.address())]);
        let kept = self.services().secrets.keep(self.secret_name(), label, password);
        let network = self.downgrade();
        glib::spawn_future_local(async move {
            let Err(error) = kept.await else { return };
            tracing::warn!(error = error.0, "the password is not kept");
            if let Some(network) = network.upgrade() {
                network.imp().is_password_unkept.set(true);
                network.tell_unkept_password();
            }
        });
    }

    /// Once it is clear that the device does not sign in by itself: tells that the password will be asked for again.
    pub(super) fn tell_unkept_password(&self) {
        let imp = self.imp();
        if self.state() == ConnectionState::Online && imp.is_password_unkept.take() {
            if imp.has_device.get() {
                return;
            }
            self.emit_server_text(&gettext(
                "There is no keyring on this computer to keep passwords in, so Majlis asks for yours at each start.",
            ));
        }
    }

    pub(super) fn handle_device_added(&self) {
        self.imp().has_device.set(true);
        self.keep();
    }

    pub(in crate::model) fn forget_password(&self) {
        let network = self.clone();
        glib::spawn_future_local(async move { network.forget_password_now().await });
    }

    pub(in crate::model) async fn forget_password_now(&self) {
        self.imp().password.take();
        if let Err(error) = self.services().secrets.forget(self.secret_name()).await {
            tracing::debug!(error = error.0, "there is no keyring to forget a password");
        }
    }

    /// Under what the keyring has the password.
    fn secret_name(&self) -> String {
        self.key().to_string()
    }

    fn set_account(&self, account: &str) {
        if self.imp().account.replace(account.to_owned()) != account {
            self.notify_account();
        }
    }

    /// Takes over what the person changed of where the server is and what they call themselves there. To a server that has moved it
    /// connects anew; another name is asked for where we are.
    pub fn edit(&self, host: &str, port: u16, encrypt: bool, display_name: &str) {
        let imp = self.imp();
        let has_moved = !self.is_at(host, port) || imp.encrypted.get() != encrypt;
        if !has_moved {
            if self.display_name() != display_name.trim()
                && let Err(words) = self.ask_name(display_name.trim())
            {
                self.emit_server_text(&words);
            }
            return;
        }
        imp.host.replace(host.to_owned());
        imp.port.set(port);
        imp.address.replace(address_words(host, port));
        self.notify_address();
        if imp.encrypted.replace(encrypt) != encrypt {
            self.notify_encrypted();
        }
        self.take_name(display_name);
        self.keep();
        self.connect_anew();
    }
}
