//! REGISTER: making an account for one's nick (draft/account-registration).
//!
//! Owns who may make one and under which name. There are no addresses to send codes to, so nothing is ever left to
//! VERIFY; where accounts are made by invitation, the code stands in the place of the email address.

use std::borrow::Cow;

use majlis_protocol::scram::{Password, Verifier};
use majlis_protocol::{Message, Name, fold};

use super::{Ending, Outcome, Turn};
use crate::event::{HashJob, InviteHash};
use crate::hub::Hub;
use crate::hub::accounts::Claimed;
use crate::hub::hashing::Purpose;
use crate::hub::refusal::Refusal;
use crate::hub::sasl::may_say_passwords;
use crate::hub::secret::invite_hash;
use crate::hub::settings::RegistrationPolicy;
use crate::hub::throttle::neighbourhood;

pub(super) fn handle_register(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let &[account, email, password, ..] = message.params() else {
        return Err(Refusal::too_few_params("REGISTER"));
    };
    let name = check_account(hub, turn, account)?;
    let password = new_password(hub, turn, "REGISTER", name.as_str(), password)?;
    let invite = check_invite(hub, &name, email)?;
    hub.check_space("REGISTER", name.as_str())?;
    let address = hub.connections[&turn.conn].peer.address;
    if !hub.registers.allow(neighbourhood(address), hub.now.monotonic_ms) || hub.is_hashing_much() {
        let text = "Too many accounts are being made; try again later";
        return Err(refusal("TEMPORARILY_UNAVAILABLE", name.as_str(), text));
    }
    let salt = hub.secret.salt(hub.ids.message(hub.now.wall));
    let job = HashJob { password, salt, iterations: hub.settings.password_iterations };
    turn.ending = Ending::Hash(Purpose::Register { name, invite }, job);
    Ok(())
}

fn refusal(code: &str, account: &str, text: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::of_account("REGISTER", code, account, text)
}

/// Whether who asks may make this account; its name.
fn check_account(hub: &Hub, turn: &Turn, account: &str) -> Result<Name, Refusal> {
    if hub.lacks_password(turn.conn) {
        return Err(Refusal::wrong_password());
    }
    if hub.settings.registration == RegistrationPolicy::Closed {
        let text = "Only the operator makes accounts here";
        return Err(refusal("TEMPORARILY_UNAVAILABLE", account, text));
    }
    if let Some(own) = hub.login(hub.account_of(turn.conn)) {
        return Err(refusal("ALREADY_AUTHENTICATED", &own.name, "You are signed in already"));
    }
    let name = own_nick(hub, turn, account)?;
    hub.check_new_account(turn, &name)?;
    Ok(name)
}

/// An account bears the nick of who makes it, named or as `*`.
fn own_nick(hub: &Hub, turn: &Turn, account: &str) -> Result<Name, Refusal> {
    let registration = hub.connections[&turn.conn].registration();
    let said = registration.and_then(|registration| registration.nick.as_ref());
    let nick = turn.user.map(|user| &hub.users[user].nick).or(said);
    let nick = nick.ok_or_else(|| refusal("NEED_NICK", "*", "Say your nick first"))?;
    if account == "*" || fold(account) == nick.folded() {
        Ok(nick.clone())
    } else {
        let text = "An account bears the nick of who makes it";
        Err(refusal("ACCOUNT_NAME_MUST_BE_NICK", account, text))
    }
}

/// A password, said over a connection on which nobody else reads it.
pub(super) fn said_password(
    hub: &Hub,
    turn: &Turn,
    command: &str,
    account: &str,
    password: &str,
) -> Result<Password, Refusal> {
    let unacceptable =
        |text: String| Refusal::of_account(command, "UNACCEPTABLE_PASSWORD", account, text);
    if !may_say_passwords(&hub.connections[&turn.conn].peer) {
        let text = "A password can be set under encryption only; connect by TLS";
        return Err(unacceptable(text.to_owned()));
    }
    Password::new(password).map_err(|why| unacceptable(why.to_string()))
}

/// The same, good enough to become an account's.
pub(super) fn new_password(
    hub: &Hub,
    turn: &Turn,
    command: &str,
    account: &str,
    password: &str,
) -> Result<Password, Refusal> {
    let password = said_password(hub, turn, command, account, password)?;
    let least = hub.settings.limits.password_least_chars;
    if password.char_count() < least {
        let text = format!("A password has at least {least} characters");
        return Err(Refusal::of_account(command, "WEAK_PASSWORD", account, text));
    }
    Ok(password)
}

/// The invite that is to be used up, where one is needed; a name that is kept for one needs that.
fn check_invite(hub: &Hub, name: &Name, code: &str) -> Result<Option<InviteHash>, Refusal> {
    let is_reserved = hub.accounts.find_reserved(name.as_str()).is_some();
    if hub.settings.registration != RegistrationPolicy::Invite && !is_reserved {
        return Ok(None);
    }
    let hash = invite_hash(code);
    let is_right = hub.accounts.invite_fits(hash, name);
    is_right.then_some(Some(hash)).ok_or_else(|| invalid_invite(name))
}

fn invalid_invite(name: &Name) -> Refusal {
    let text = "Give an unused invite code in the place of the email address";
    refusal("INVALID_INVITE", name.as_str(), text)
}

/// Makes the account, if nothing came between meanwhile, and signs its maker in.
pub(in crate::hub) fn finish(
    hub: &mut Hub,
    turn: &mut Turn,
    name: &Name,
    invite: Option<InviteHash>,
    verifier: Verifier,
) -> Outcome {
    hub.check_new_account(turn, name)?;
    if invite.is_none() && hub.accounts.find_reserved(name.as_str()).is_some() {
        return Err(invalid_invite(name));
    }
    if let Some(hash) = invite {
        let write = hub.accounts.take_invite(hash).ok_or_else(|| invalid_invite(name))?;
        hub.store(write);
    }
    let (account, write) = hub.accounts.make(name, verifier.into(), hub.now.wall);
    hub.store(write);
    hub.note_proof(turn.conn, account);
    let words = ["SUCCESS", name.as_str()];
    turn.response.command("REGISTER", &words, Some("Account successfully registered"));
    hub.sign_in(turn, account)
}

/// Nothing is ever left to verify.
pub(super) fn handle_verify(hub: &mut Hub, turn: &mut Turn, message: &Message<'_>) -> Outcome {
    let account = message.param(0).unwrap_or_default();
    if let Some(own) = hub.login(hub.account_of(turn.conn)) {
        let text = "You are signed in already";
        return Err(Refusal::of_account("VERIFY", "ALREADY_AUTHENTICATED", &own.name, text));
    }
    let text = "No account waits for a code";
    Err(Refusal::of_account("VERIFY", "INVALID_CODE", account, text))
}

impl Hub {
    /// Whether an account of that name can be made by who asks.
    fn check_new_account(&self, turn: &Turn, name: &Name) -> Outcome {
        let (code, text) = match self.accounts.claim(name) {
            Some(Claimed::By(_)) => ("ACCOUNT_EXISTS", "An account of that name exists already"),
            Some(Claimed::Confusable) => {
                ("BAD_ACCOUNT_NAME", "The name looks like that of another account")
            }
            None if self.accounts.len() >= self.settings.limits.accounts => {
                ("TEMPORARILY_UNAVAILABLE", "This server has as many accounts as it can hold")
            }
            None if self.users.check_name(name, turn.user).is_err() => {
                ("BAD_ACCOUNT_NAME", "Somebody is here under that name, or one that looks like it")
            }
            None => return Ok(()),
        };
        Err(refusal(code, name.as_str(), text))
    }
}
