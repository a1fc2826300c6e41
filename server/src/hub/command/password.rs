//! PASSWORD: another password for one's own account (a vendor command; identity and privacy).
//!
//! `PASSWORD CHECK :current` proves the current one, as a sign-in with it over the same connection does; for five minutes
//! `PASSWORD SET :new` then sets another. They are two lines because a password may have spaces in it. Both are taken where
//! nobody on the way can read them, and tries are counted like those to sign in. With another password all other sessions
//! of the account end, and its devices have to show that they know it.

use std::sync::Arc;

use majlis_protocol::scram::Verifier;
use majlis_protocol::{Message, fold};

use super::register::{new_password, said_password};
use super::{Ending, Outcome, Turn};
use crate::event::{AccountId, ConnId, HashJob};
use crate::hub::Hub;
use crate::hub::hashing::Purpose;
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

pub(super) fn handle_password(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let account = hub.users[user].account_id;
    let account = account.ok_or_else(|| fail("ACCOUNT_REQUIRED", "*", "Sign in first"))?;
    let (subcommand, typed) = (message.param(0).unwrap_or_default(), message.param(1));
    let typed = typed.ok_or_else(|| Refusal::too_few_params("PASSWORD"))?;
    match subcommand.to_ascii_uppercase().as_str() {
        "CHECK" => check(hub, turn, account, typed),
        "SET" => set(hub, turn, account, typed),
        _ => Err(fail("INVALID_PARAMS", subcommand, "Unknown subcommand")),
    }
}

fn fail(code: &str, account: &str, text: &'static str) -> Refusal {
    Refusal::of_account("PASSWORD", code, account, text)
}

fn wrong(name: &str) -> Refusal {
    fail("INVALID_CREDENTIALS", name, "That is not your password")
}

fn busy(name: &str) -> Refusal {
    fail("TEMPORARILY_UNAVAILABLE", name, "Too much at once; wait a minute and try again")
}

fn check(hub: &mut Hub, turn: &mut Turn, account: AccountId, typed: &str) -> Outcome {
    let name = hub.account_name(account);
    let kept = hub.accounts.get(account).ok_or_else(|| wrong(&name))?;
    let (expected, folded) = (Arc::clone(&kept.verifier), kept.name.folded().to_owned());
    let password = said_password(hub, turn, "PASSWORD", &name, typed)?;
    let address = hub.connections[&turn.conn].peer.address;
    if !hub.logins.allow(address, &folded, hub.now.monotonic_ms) || hub.is_hashing_much() {
        return Err(busy(&name));
    }
    let job = HashJob { password, salt: expected.salt().into(), iterations: expected.iterations() };
    turn.ending = Ending::Hash(Purpose::CheckPassword { account, expected }, job);
    Ok(())
}

/// The right password is remembered for a while.
pub(in crate::hub) fn finish_check(
    hub: &mut Hub,
    turn: &mut Turn,
    account: AccountId,
    expected: &Arc<Verifier>,
    hashed: &Verifier,
) -> Outcome {
    let name = hub.account_name(account);
    if !hub.is_password_of(account, expected, hashed) {
        return Err(wrong(&name));
    }
    hub.note_proof(turn.conn, account);
    let address = hub.connections[&turn.conn].peer.address;
    hub.logins.forgive(address, &fold(&name));
    reply(turn, "CHECK", &name, "The password is right; PASSWORD SET takes another now");
    Ok(())
}

fn set(hub: &mut Hub, turn: &mut Turn, account: AccountId, typed: &str) -> Outcome {
    let name = hub.account_name(account);
    let password = new_password(hub, turn, "PASSWORD", &name, typed)?;
    if !hub.has_proof(turn.conn, account) {
        let text = "Prove your current password first: PASSWORD CHECK :current";
        return Err(fail("REAUTHENTICATION_REQUIRED", &name, text));
    }
    if hub.is_hashing_much() {
        return Err(busy(&name));
    }
    let salt = hub.secret.salt(hub.ids.message(hub.now.wall));
    let job = HashJob { password, salt, iterations: hub.settings.password_iterations };
    turn.ending = Ending::Hash(Purpose::SetPassword { account }, job);
    Ok(())
}

/// Sets the password, and ends the account's other sessions.
pub(in crate::hub) fn finish_set(
    hub: &mut Hub,
    turn: &mut Turn,
    account: AccountId,
    verifier: Verifier,
) -> Outcome {
    let name = hub.account_name(account);
    let write = hub.accounts.set_password(account, verifier.into()).ok_or_else(|| wrong(&name))?;
    hub.store(write);
    hub.connections[&turn.conn].proved = None;
    hub.end_other_sessions(account, turn.conn, "The password was changed; sign in again");
    reply(turn, "SET", &name, "Your password was changed; your devices sign in with it once");
    Ok(())
}

impl Hub {
    /// Remembers that a connection has proved the password of an account, if it is still there.
    pub(super) fn note_proof(&mut self, conn: ConnId, account: AccountId) {
        let now_ms = self.now.monotonic_ms;
        if let Some(connection) = self.connections.get_mut(&conn) {
            connection.proved = Some((account, now_ms));
        }
    }

    /// Whether it has, not too long ago. Another account's proof is none.
    fn has_proof(&self, conn: ConnId, account: AccountId) -> bool {
        let span_ms = self.settings.limits.password_proof_ms;
        self.connections[&conn].proved.is_some_and(|(proved, at_ms)| {
            proved == account && self.now.monotonic_ms - at_ms < span_ms
        })
    }
}

fn reply(turn: &mut Turn, what: &str, name: &str, text: &str) {
    turn.response.command("PASSWORD", &[what, name], Some(text));
}
