//! AUTHENTICATE: signing in by SASL (IRCv3 SASL 3.1 and 3.2).
//!
//! Owns who is let in by which mechanism. Every failure looks the same, and a name that nobody has fails at the same point
//! as a wrong password. An invite's code is a password, too: it makes the account. By SCRAM the name alone says which
//! invite is meant, so that it has to be bound to that name; by PLAIN any unused code will do. What a mechanism's messages
//! are is in [`sasl`](crate::hub::sasl) and in the protocol's `scram`.

use std::sync::Arc;

use majlis_protocol::numeric::RPL_SASLMECHS;
use majlis_protocol::scram::{Password, ServerStart, Verifier};
use majlis_protocol::{Capability, Message, Name, fold};

use super::{Ending, Outcome, Turn};
use crate::event::{AccountId, HashJob, InviteHash, Reserved};
use crate::hub::Hub;
use crate::hub::hashing::Purpose;
use crate::hub::refusal::Refusal;
use crate::hub::sasl::{Chunk, Exchange, Holder, Mechanism, Step, chunks, parse_plain};
use crate::hub::secret::invite_hash;
use crate::hub::settings::RegistrationPolicy;

/// A command that comes with its capability and is unknown without.
pub(super) fn handle_authenticate(
    hub: &mut Hub,
    turn: &mut Turn,
    message: &Message<'_>,
) -> Outcome {
    if !hub.is_enabled(turn.conn, Capability::Sasl) {
        return Err(Refusal::unknown_command(message.command()));
    }
    let text = message.param(0).unwrap_or_default();
    let exchange = hub.connections[&turn.conn].sasl.take();
    match exchange {
        _ if text == "*" => Err(Refusal::sasl_aborted()),
        Some(exchange) => go_on(hub, turn, exchange, text),
        None => begin(hub, turn, text),
    }
}

fn begin(hub: &mut Hub, turn: &mut Turn, name: &str) -> Outcome {
    let connection = &mut hub.connections[&turn.conn];
    let Some(mechanism) = Mechanism::find(name, &connection.peer) else {
        let list = Mechanism::list(&connection.peer);
        turn.response.numeric(RPL_SASLMECHS, &[&list], "are available SASL mechanisms");
        return Err(Refusal::sasl_failed());
    };
    connection.sasl = Some(Box::new(Exchange::new(mechanism, Step::First)));
    turn.response.command("AUTHENTICATE", &["+"], None);
    Ok(())
}

/// Takes a chunk. The exchange is over, unless a step puts it back.
fn go_on(hub: &mut Hub, turn: &mut Turn, mut exchange: Box<Exchange>, text: &str) -> Outcome {
    match exchange.push(text, hub.settings.limits.sasl_message_bytes) {
        Chunk::More => {
            hub.connections[&turn.conn].sasl = Some(exchange);
            Ok(())
        }
        Chunk::Message(message) => take_message(hub, turn, *exchange, &message),
        Chunk::TooLong => Err(Refusal::sasl_too_long()),
        Chunk::Malformed => Err(Refusal::sasl_failed()),
    }
}

fn take_message(hub: &mut Hub, turn: &mut Turn, exchange: Exchange, message: &[u8]) -> Outcome {
    let mechanism = exchange.mechanism;
    let (challenge, next) = match (mechanism, exchange.step) {
        (Mechanism::Plain, _) => return take_plain(hub, turn, message),
        (Mechanism::External, _) => return take_external(hub, turn, message),
        (_, Step::First) => ask_for_proof(hub, turn, mechanism, message)?,
        (_, Step::Proof(proof, holder)) => {
            let last = proof.finish(message).map_err(|_| Refusal::sasl_failed())?;
            (last, Step::Nod(holder))
        }
        (_, Step::Nod(holder)) if message.is_empty() => return let_in(hub, turn, holder),
        (_, Step::Nod(_)) => return Err(Refusal::sasl_failed()),
    };
    for chunk in chunks(&challenge) {
        turn.response.sasl_chunk(&chunk);
    }
    hub.connections[&turn.conn].sasl = Some(Box::new(Exchange::new(mechanism, next)));
    Ok(())
}

/// SCRAM's first step: the salt of the name that was given, or one that stands for nobody's.
fn ask_for_proof(
    hub: &mut Hub,
    turn: &Turn,
    mechanism: Mechanism,
    message: &[u8],
) -> Result<(String, Step), Refusal> {
    let binding = mechanism.binding(&hub.connections[&turn.conn].peer);
    let binding = binding.ok_or_else(Refusal::sasl_failed)?;
    let start = ServerStart::new(message, binding).map_err(|_| Refusal::sasl_failed())?;
    check_authzid(start.authzid().unwrap_or_default(), start.username())?;
    let (holder, verifier) = hub.verifier_for(turn, start.username())?;
    let nonce = hub.secret.nonce(hub.ids.message(hub.now.wall));
    let (proof, challenge) = start.challenge(verifier, &nonce);
    Ok((challenge, Step::Proof(Box::new(proof), holder)))
}

/// Whoever has proved this password is let in. No proof fits nobody's.
fn let_in(hub: &mut Hub, turn: &mut Turn, holder: Holder) -> Outcome {
    match holder {
        Holder::Account(account) => finish_with_password(hub, turn, account),
        Holder::Invite(hash) => use_own_invite(hub, turn, hash),
        Holder::Nobody => Err(Refusal::sasl_failed()),
    }
}

/// The password was right; the try does not count, and the person may set another for a while.
fn finish_with_password(hub: &mut Hub, turn: &mut Turn, account: AccountId) -> Outcome {
    let address = hub.connections[&turn.conn].peer.address;
    hub.logins.forgive(address, &fold(&hub.account_name(account)));
    hub.finish_sasl(turn, account)?;
    hub.note_proof(turn.conn, account);
    Ok(())
}

/// The code of an invite that is bound to a name was proved without being said.
fn use_own_invite(hub: &mut Hub, turn: &mut Turn, hash: InviteHash) -> Outcome {
    let invite = hub.accounts.invites().find(|invite| invite.hash == hash);
    let reserved = invite.and_then(|invite| invite.reserved.clone());
    let Reserved { name, verifier } = reserved.ok_or_else(Refusal::sasl_failed)?;
    let name = Name::nick(&name).map_err(|_| Refusal::sasl_failed())?;
    use_invite(hub, turn, &name, hash, verifier)
}

/// Makes the account that an invite is good for, and signs its person in. The code is its password until they set another.
pub(in crate::hub) fn use_invite(
    hub: &mut Hub,
    turn: &mut Turn,
    name: &Name,
    hash: InviteHash,
    verifier: Arc<Verifier>,
) -> Outcome {
    let is_signed_in = turn.user.is_some_and(|user| hub.users[user].account_id.is_some());
    if is_signed_in {
        return Err(Refusal::sasl_already());
    }
    let own = turn.user.filter(|&user| hub.users[user].nick.folded() == name.folded());
    let is_reserved = hub.accounts.find_reserved(name.as_str()).is_some();
    let is_there = own.is_none() && hub.users.check_name(name, turn.user).is_err();
    let is_free = hub.accounts.claim(name).is_none()
        && hub.accounts.len() < hub.settings.limits.accounts
        && (is_reserved || !is_there);
    if !is_free || !hub.invite_opens(hash, name) {
        return Err(Refusal::sasl_failed());
    }
    if own.is_none() {
        hub.end_guest(name);
    }
    let write = hub.accounts.take_invite(hash).ok_or_else(Refusal::sasl_failed)?;
    hub.store(write);
    let (account, write) = hub.accounts.make(name, verifier, hub.now.wall);
    hub.store(write);
    finish_with_password(hub, turn, account)
}

/// Nobody may act as somebody else.
fn check_authzid(authzid: &str, name: &str) -> Outcome {
    let is_own = authzid.is_empty() || fold(authzid) == fold(name);
    if is_own { Ok(()) } else { Err(Refusal::sasl_failed()) }
}

fn take_plain(hub: &mut Hub, turn: &mut Turn, message: &[u8]) -> Outcome {
    let (authzid, name, password) = parse_plain(message).ok_or_else(Refusal::sasl_failed)?;
    check_authzid(authzid, name)?;
    let code = invite_hash(password);
    let password = Password::new(password).map_err(|_| Refusal::sasl_failed())?;
    let (holder, expected) = hub.verifier_for(turn, name)?;
    if hub.is_hashing_much() {
        return Err(Refusal::sasl_busy());
    }
    let invited = Name::nick(name)
        .ok()
        .filter(|name| !matches!(holder, Holder::Account(_)) && hub.invite_opens(code, name));
    let (purpose, salt) = match invited {
        Some(name) => {
            let salt = hub.secret.salt(hub.ids.message(hub.now.wall));
            (Purpose::UseInvite { name, hash: code }, salt)
        }
        None => {
            (Purpose::SignIn { holder, expected: Arc::clone(&expected) }, expected.salt().into())
        }
    };
    turn.ending =
        Ending::Hash(purpose, HashJob { password, salt, iterations: expected.iterations() });
    Ok(())
}

/// Compares the hash with what is kept.
pub(in crate::hub) fn finish_plain(
    hub: &mut Hub,
    turn: &mut Turn,
    holder: Holder,
    expected: &Arc<Verifier>,
    hashed: &Verifier,
) -> Outcome {
    match holder {
        Holder::Account(account) if hub.is_password_of(account, expected, hashed) => {
            finish_with_password(hub, turn, account)
        }
        _ => Err(Refusal::sasl_failed()),
    }
}

/// The device has proved in the handshake that it holds its key; the message may name the account.
fn take_external(hub: &mut Hub, turn: &mut Turn, message: &[u8]) -> Outcome {
    let authzid = std::str::from_utf8(message).map_err(|_| Refusal::sasl_failed())?;
    let peer = &hub.connections[&turn.conn].peer;
    let (address, key) = (peer.address, peer.device_key.ok_or_else(Refusal::sasl_failed)?);
    // Nobody can guess a key, but whoever tries is no better than who guesses passwords.
    if !hub.logins.allow_address(address, hub.now.monotonic_ms) {
        return Err(Refusal::sasl_too_often());
    }
    let account = hub.accounts.find_by_key(key).ok_or_else(Refusal::sasl_failed)?;
    let name = hub.accounts.get(account).ok_or_else(Refusal::sasl_failed)?;
    check_authzid(authzid, name.name.as_str())?;
    hub.logins.forgive_address(address);
    hub.finish_sasl(turn, account)
}

impl Hub {
    /// What a password for that name is checked against, after counting the try.
    fn verifier_for(
        &mut self,
        turn: &Turn,
        name: &str,
    ) -> Result<(Holder, Arc<Verifier>), Refusal> {
        let address = self.connections[&turn.conn].peer.address;
        let folded = fold(name);
        if !self.logins.allow(address, &folded, self.now.monotonic_ms) {
            return Err(Refusal::sasl_too_often());
        }
        let account = self.accounts.find(name);
        if let Some((account, kept)) = account.and_then(|id| Some((id, self.accounts.get(id)?))) {
            return Ok((Holder::Account(account), Arc::clone(&kept.verifier)));
        }
        if let Some((hash, reserved)) = self.accounts.find_reserved(name) {
            return Ok((Holder::Invite(hash), Arc::clone(&reserved.verifier)));
        }
        let decoy = self.secret.decoy(&folded, self.settings.password_iterations);
        Ok((Holder::Nobody, decoy.into()))
    }

    /// Whether an invite makes an account of that name now.
    pub(super) fn invite_opens(&self, hash: InviteHash, name: &Name) -> bool {
        self.settings.registration != RegistrationPolicy::Closed
            && self.accounts.invite_fits(hash, name)
    }

    /// Whether a hashed password is the one that is kept now: the account may have ended, or changed it, meanwhile.
    pub(super) fn is_password_of(
        &self,
        account: AccountId,
        expected: &Arc<Verifier>,
        hashed: &Verifier,
    ) -> bool {
        let kept = self.accounts.get(account);
        hashed.is_same_password(expected) && kept.is_some_and(|kept| kept.verifier == *expected)
    }
}
