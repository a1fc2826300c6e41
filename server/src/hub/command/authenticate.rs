//! AUTHENTICATE: signing in by SASL (IRCv3 SASL 3.1 and 3.2).
//!
//! Owns who is let in by which mechanism. Every failure looks the same, and a name that nobody has fails at the same point
//! as a wrong password. What a mechanism's messages are is in [`sasl`](crate::hub::sasl) and in the protocol's `scram`.

use std::sync::Arc;

use majlis_protocol::numeric::RPL_SASLMECHS;
use majlis_protocol::scram::{Password, ServerStart, Verifier};
use majlis_protocol::{Capability, Message, fold};

use super::{Ending, Outcome, Turn};
use crate::event::{AccountId, HashJob};
use crate::hub::Hub;
use crate::hub::hashing::Purpose;
use crate::hub::refusal::Refusal;
use crate::hub::sasl::{Chunk, Exchange, Mechanism, Step, chunks, parse_plain};

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
        (_, Step::Proof(proof, account)) => {
            let last = proof.finish(message).map_err(|_| Refusal::sasl_failed())?;
            // No proof fits a decoy, so there is an account.
            (last, Step::Nod(account.ok_or_else(Refusal::sasl_failed)?))
        }
        (_, Step::Nod(account)) if message.is_empty() => return hub.finish_sasl(turn, account),
        (_, Step::Nod(_)) => return Err(Refusal::sasl_failed()),
    };
    for chunk in chunks(&challenge) {
        turn.response.command("AUTHENTICATE", &[&chunk], None);
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
    let (account, verifier) = hub.verifier_for(turn, start.username())?;
    let nonce = hub.secret.nonce(hub.ids.message(hub.now.wall));
    let (proof, challenge) = start.challenge(verifier, &nonce);
    Ok((challenge, Step::Proof(Box::new(proof), account)))
}

/// Nobody may act as somebody else.
fn check_authzid(authzid: &str, name: &str) -> Outcome {
    let is_own = authzid.is_empty() || fold(authzid) == fold(name);
    if is_own { Ok(()) } else { Err(Refusal::sasl_failed()) }
}

fn take_plain(hub: &mut Hub, turn: &mut Turn, message: &[u8]) -> Outcome {
    let (authzid, name, password) = parse_plain(message).ok_or_else(Refusal::sasl_failed)?;
    check_authzid(authzid, name)?;
    let password = Password::new(password).map_err(|_| Refusal::sasl_failed())?;
    let (account, expected) = hub.verifier_for(turn, name)?;
    if hub.is_hashing_much() {
        return Err(Refusal::sasl_busy());
    }
    let job = HashJob { password, salt: expected.salt().into(), iterations: expected.iterations() };
    turn.ending = Ending::Hash(Purpose::SignIn { account, expected }, job);
    Ok(())
}

/// Compares the hash with what is kept now: the account may have ended, or changed its password, meanwhile.
pub(in crate::hub) fn finish_plain(
    hub: &mut Hub,
    turn: &mut Turn,
    account: Option<AccountId>,
    expected: &Arc<Verifier>,
    hashed: &Verifier,
) -> Outcome {
    let is_same = hashed.is_same_password(expected);
    let account = account.filter(|_| is_same).ok_or_else(Refusal::sasl_failed)?;
    let is_current = hub.accounts.get(account).is_some_and(|kept| kept.verifier == *expected);
    if is_current { hub.finish_sasl(turn, account) } else { Err(Refusal::sasl_failed()) }
}

/// The device has proved in the handshake that it holds its key; the message may name the account.
fn take_external(hub: &mut Hub, turn: &mut Turn, message: &[u8]) -> Outcome {
    let authzid = std::str::from_utf8(message).map_err(|_| Refusal::sasl_failed())?;
    let key = hub.connections[&turn.conn].peer.device_key.ok_or_else(Refusal::sasl_failed)?;
    let account = hub.accounts.find_by_key(key).ok_or_else(Refusal::sasl_failed)?;
    let name = hub.accounts.get(account).ok_or_else(Refusal::sasl_failed)?;
    check_authzid(authzid, name.name.as_str())?;
    hub.finish_sasl(turn, account)
}

impl Hub {
    /// What a password for that name is checked against, after counting the try.
    fn verifier_for(
        &mut self,
        turn: &Turn,
        name: &str,
    ) -> Result<(Option<AccountId>, Arc<Verifier>), Refusal> {
        let address = self.connections[&turn.conn].peer.address;
        let folded = fold(name);
        if !self.logins.allow(address, &folded, self.now.monotonic_ms) {
            return Err(Refusal::sasl_too_often());
        }
        let account = self.accounts.find(name);
        let verifier = match account.and_then(|account| self.accounts.get(account)) {
            Some(kept) => Arc::clone(&kept.verifier),
            None => self.secret.decoy(&folded, self.settings.password_iterations).into(),
        };
        Ok((account, verifier))
    }
}
