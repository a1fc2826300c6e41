//! Being more than a guest: signing in, or making the account (draft/account-registration), and letting the device sign in by
//! itself from then on.
//!
//! Owns which way is tried and what a failure leads to; the exchange is `sasl`'s. A server says of a wrong password and of a
//! name that nobody has the same, so what a person wants is found out in this order: the password is proved, never said; only
//! where it opens nothing is an account asked for, and only of a server that somebody vouches for.

use majlis_protocol::{Capability, Encoder, fold};

use super::dispatch::Line;
use super::sasl::{Mechanism, Question, Step};
use super::{Phase, Session};
use crate::irc::event::{Event, Failure, SignInFailure};
use crate::irc::question::Question as Ask;

/// How far signing in is on this connection.
#[derive(Debug, Default)]
pub(super) struct SigningIn {
    pub(super) step: Step,
    /// The mechanisms that the server has, with commas between; `None` while it does not say.
    pub(super) mechanisms: Option<String>,
    pub(super) tried: Vec<Mechanism>,
    /// The chunks of a message so far.
    pub(super) text: String,
    pub(super) question: Option<Question>,
    /// What the account is called.
    account: Option<String>,
    /// The value of the capability by which accounts are made.
    pub(super) registration: String,
    /// Why the nick was refused before we were signed in.
    pub(super) nick_refusal: Option<String>,
}

impl Session {
    /// Whom we sign in as.
    pub(super) fn account_name(&self) -> String {
        let known = self.sign_in.as_ref().and_then(|sign_in| sign_in.account.clone());
        known.or_else(|| self.wanted_nick.clone()).unwrap_or_default()
    }

    /// Whether signing in is wanted and not over.
    pub(super) fn is_signing_in(&self) -> bool {
        self.sign_in.is_some() && !matches!(self.live.sign_in.step, Step::Done | Step::ToRegister)
    }

    /// Whether somebody vouches for the server's key.
    pub(super) fn is_server_checked(&self) -> bool {
        self.sign_in.as_ref().is_some_and(|sign_in| sign_in.is_server_checked)
    }

    /// Whether the server knows us as an account.
    pub(super) fn is_signed_in(&self) -> bool {
        matches!(self.live.sign_in.step, Step::Done)
    }

    /// Whether a line is ours: said under our nick, or under another by our account (IRCv3 account-tag), as on another device or
    /// before we were called otherwise.
    pub(super) fn is_by_us(&self, line: &Line<'_>) -> bool {
        let account = self.live.sign_in.account.as_deref().filter(|_| self.is_signed_in());
        let is_by_account = account
            .zip(line.message.tag("account"))
            .is_some_and(|(own, account)| fold(own) == fold(&account));
        is_by_account || self.is_own(line.nick())
    }

    /// All capabilities are settled: signs in where that is wanted; `false` where there is nothing to wait for.
    pub(super) fn begin_sign_in(&mut self) -> bool {
        if !self.is_signing_in() {
            return false;
        }
        if matches!(self.live.sign_in.step, Step::Idle) && !self.begin_sasl() {
            let is_kept_back = self.keeps_password_back();
            self.register_or(if is_kept_back {
                SignInFailure::UncheckedServer
            } else {
                SignInFailure::NotOffered
            });
        }
        !matches!(self.live.sign_in.step, Step::ToRegister)
    }

    /// `900 me mask account :words`.
    pub(super) fn handle_logged_in(&mut self, line: &Line<'_>) {
        self.live.sign_in.account = Some(line.param(2).to_owned());
    }

    /// `903`: SASL succeeded. A server that takes our word without having proved itself is none that knows us.
    pub(super) fn handle_sasl_success(&mut self, _: &Line<'_>) {
        if matches!(self.live.sign_in.step, Step::Said(_)) {
            self.finish_sign_in(false);
        } else if self.is_signing_in() {
            self.hang_up(Failure::SignIn(SignInFailure::Impostor));
        }
    }

    /// `902`, `904` to `907`: SASL failed.
    pub(super) fn handle_sasl_failure(&mut self, line: &Line<'_>) {
        let was_proved = match std::mem::take(&mut self.live.sign_in.step) {
            Step::Begun(_) | Step::Said(Mechanism::External) => false,
            Step::Proved(_) | Step::Said(_) => true,
            Step::Named(_) | Step::Proving => {
                self.hang_up(Failure::SignIn(SignInFailure::Refused(line.words())));
                return;
            }
            // About no sign-in of ours.
            step => {
                self.live.sign_in.step = step;
                return;
            }
        };
        if was_proved {
            self.register_or(SignInFailure::WrongPassword);
        } else if !self.begin_sasl() {
            let has_password =
                self.sign_in.as_ref().is_some_and(|sign_in| sign_in.password.is_some());
            let failure = match has_password {
                true if self.keeps_password_back() => SignInFailure::UncheckedServer,
                true => SignInFailure::Refused(line.words()),
                false => SignInFailure::DeviceForgotten,
            };
            self.hang_up(Failure::SignIn(failure));
        }
    }

    /// Makes the account where that is wanted and can be done safely; otherwise that was it.
    fn register_or(&mut self, failure: SignInFailure) {
        let wanted = self.sign_in.as_ref().and_then(|sign_in| sign_in.registration.as_ref());
        let can_register = self.has(Capability::AccountRegistration);
        let failure = match wanted {
            None => failure,
            Some(_) if !self.live.opening.is_encrypted => SignInFailure::Unencrypted,
            Some(_) if !can_register => failure,
            Some(_) if !self.is_server_checked() => SignInFailure::UncheckedServer,
            Some(_) => match self.live.sign_in.nick_refusal.clone() {
                Some(words) => SignInFailure::NameUnavailable(words),
                None => return self.register(),
            },
        };
        self.hang_up(Failure::SignIn(failure));
    }

    fn register(&mut self) {
        let value = &self.live.sign_in.registration;
        if value.split(',').any(|key| key == "before-connect") {
            self.send_register();
        } else {
            self.register_later();
        }
    }

    fn register_later(&mut self) {
        self.live.sign_in.step = Step::ToRegister;
        if self.live.phase == Phase::Registering {
            self.end_negotiation();
        }
    }

    /// Once we are taken in: makes the account, where that had to wait for it, or has the device added.
    pub(super) fn finish_accounts(&mut self) {
        match self.live.sign_in.step {
            Step::ToRegister => self.send_register(),
            Step::Done => self.add_device(),
            _ => {}
        }
    }

    /// `REGISTER account email :password`; an invitation's code stands in the place of the email.
    fn send_register(&mut self) {
        let Some(sign_in) = self.sign_in.clone() else { return };
        let invite = sign_in.registration.and_then(|registration| registration.invite);
        let password = sign_in.password.unwrap_or_default();
        let line = Encoder::new("REGISTER").param("*");
        let line = line.param(invite.as_ref().map_or("*", |code| code.reveal()));
        if self.live.output.send(&line.trailing(password.reveal())) {
            self.live.sign_in.step = Step::Registering;
        } else {
            let failure = SignInFailure::BadPassword(String::new());
            self.hang_up(Failure::SignIn(failure));
        }
    }

    /// `REGISTER SUCCESS account :words`, or that there is something left to do, which needs more than a chat.
    pub(super) fn handle_register(&mut self, line: &Line<'_>) {
        if !matches!(self.live.sign_in.step, Step::Registering) {
            return;
        }
        if line.param(0) == "SUCCESS" {
            self.live.sign_in.account = Some(line.param(1).to_owned());
            self.finish_sign_in(true);
        } else {
            self.hang_up(Failure::SignIn(SignInFailure::Refused(line.words())));
        }
    }

    /// `FAIL command code context… :words` (IRCv3 standard-replies).
    pub(super) fn handle_fail(&mut self, line: &Line<'_>) {
        match (line.param(0), line.param(1)) {
            ("REGISTER", code) if matches!(self.live.sign_in.step, Step::Registering) => {
                self.handle_registration_refused(code, line);
            }
            // Signing in goes on without it, by the password.
            ("DEVICE" | "REGISTER", _) if line.label.is_none() => {}
            ("*", "ACCOUNT_REQUIRED") if self.live.phase == Phase::Registering => {
                self.hang_up(Failure::SignIn(SignInFailure::AccountNeeded(line.words())));
            }
            _ => self.handle_refusal(line),
        }
    }

    fn handle_registration_refused(&mut self, code: &str, line: &Line<'_>) {
        let words = line.words();
        let failure = match code {
            "COMPLETE_CONNECTION_REQUIRED" => return self.register_later(),
            "ACCOUNT_EXISTS" => SignInFailure::WrongPassword,
            "BAD_ACCOUNT_NAME" | "ACCOUNT_NAME_MUST_BE_NICK" | "NEED_NICK" => {
                SignInFailure::NameUnavailable(words)
            }
            "WEAK_PASSWORD" => SignInFailure::WeakPassword(line.least_chars()),
            "UNACCEPTABLE_PASSWORD" => SignInFailure::BadPassword(words),
            "INVALID_INVITE" => SignInFailure::InviteNeeded,
            _ => SignInFailure::Refused(words),
        };
        self.hang_up(Failure::SignIn(failure));
    }

    fn finish_sign_in(&mut self, is_new: bool) {
        let account = self.live.sign_in.account.clone().unwrap_or_else(|| self.account_name());
        self.live.sign_in.step = Step::Done;
        if let Some(sign_in) = &mut self.sign_in {
            sign_in.account = Some(account.clone());
            // Once is enough: what fails later is no reason to make another.
            sign_in.registration = None;
        }
        self.tell(Event::SignedIn { account, is_new });
        if self.live.sign_in.nick_refusal.take().is_some() {
            self.ask_nick_again();
        }
        match self.live.phase {
            Phase::Registering => self.end_negotiation(),
            _ => self.add_device(),
        }
    }

    /// Signed in by a password, the device asks to be known by its key from now on (a vendor command).
    fn add_device(&mut self) {
        let Some(sign_in) = &self.sign_in else { return };
        let is_wanted = !sign_in.has_device || self.live.sign_in.tried.len() > 1;
        if is_wanted && self.live.opening.device.is_some() && self.known.is_majlis {
            self.live.output.send(&Encoder::new("DEVICE").param("ADD"));
        }
    }

    /// `DEVICE ADD account key`, and `DEVICE LIST account key` for each, up to `DEVICE END account`.
    pub(super) fn handle_device(&mut self, line: &Line<'_>) {
        match (line.param(0), &mut self.sign_in) {
            ("ADD", Some(sign_in)) => {
                sign_in.has_device = true;
                self.tell(Event::DeviceAdded);
            }
            ("LIST", _) => self.take_device(line),
            ("END", _) => {
                self.finish_unlabelled(line, |question| *question == Ask::Devices);
            }
            _ => {}
        }
    }

    /// `PASSWORD SET account :words`: later connections sign in with the new one. The server knows no device any more; this
    /// one asks to be known again.
    pub(super) fn handle_password(&mut self, line: &Line<'_>) {
        if line.param(0) != "SET" {
            return;
        }
        let password = self.password_being_set(line.now);
        if let Some((sign_in, password)) = self.sign_in.as_mut().zip(password) {
            sign_in.password = Some(password);
            sign_in.has_device = false;
            self.add_device();
        }
    }

    /// Has the server forget this device, and is a guest from now on.
    pub(super) fn sign_out(&mut self) {
        let Some(sign_in) = self.sign_in.take() else { return };
        if let (true, Some(device)) = (sign_in.has_device, self.live.opening.device)
            && self.live.phase == Phase::Registered
        {
            let key = device.to_string();
            self.live.output.send(&Encoder::new("DEVICE").param("REMOVE").param(&key));
        }
    }
}
