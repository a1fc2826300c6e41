//! DEVICE: which devices sign in to one's account by themselves (a vendor command; identity and privacy).
//!
//! `DEVICE ADD` takes the key that this connection showed under TLS, `DEVICE LIST` tells them all, `DEVICE REMOVE key` ends
//! one. They sign in by SASL EXTERNAL. What is answered has the same form: `DEVICE ADD account key`.

use majlis_protocol::Message;
use majlis_wire::Fingerprint;

use super::{Outcome, Turn};
use crate::event::AccountId;
use crate::hub::Hub;
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

pub(super) fn handle_device(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let account = hub.users[user].account_id;
    let account = account.ok_or_else(|| fail("ACCOUNT_REQUIRED", &[], "Sign in first"))?;
    let subcommand = message.param(0).unwrap_or_default();
    match subcommand.to_ascii_uppercase().as_str() {
        "ADD" => add(hub, turn, account),
        "LIST" => list(hub, turn, account),
        "REMOVE" => remove(hub, turn, account, message.param(1).unwrap_or_default()),
        _ => Err(fail("INVALID_PARAMS", &[subcommand], "Unknown subcommand")),
    }
}

fn fail(code: &str, context: &[&str], text: &'static str) -> Refusal {
    Refusal::of_device(code, context, text)
}

fn add(hub: &mut Hub, turn: &mut Turn, account: AccountId) -> Outcome {
    let key = hub.connections[&turn.conn].peer.device_key;
    let key = key.ok_or_else(|| fail("NO_KEY", &[], "This connection shows no key of a device"))?;
    if hub.accounts.find_by_key(key).is_some() {
        return Err(fail("ALREADY_ADDED", &[], "This device signs in by itself already"));
    }
    let count = hub.accounts.get(account).map_or(0, |account| account.devices.len());
    if count >= hub.settings.limits.devices_per_account {
        return Err(fail("LIMIT_REACHED", &[], "Your account has as many devices as it can"));
    }
    hub.check_space("DEVICE", "ADD")?;
    if let Some(write) = hub.accounts.add_device(account, key, hub.now.wall) {
        hub.store(write);
    }
    reply(hub, turn, "ADD", account, Some(key));
    Ok(())
}

fn list(hub: &Hub, turn: &mut Turn, account: AccountId) -> Outcome {
    let devices = hub.accounts.get(account).map_or(&[][..], |account| &account.devices);
    for &key in devices {
        reply(hub, turn, "LIST", account, Some(key));
    }
    reply(hub, turn, "END", account, None);
    Ok(())
}

fn remove(hub: &mut Hub, turn: &mut Turn, account: AccountId, key: &str) -> Outcome {
    let missing = || fail("NO_SUCH_DEVICE", &[key], "Your account has no such device");
    let fingerprint: Fingerprint = key.parse().map_err(|_| missing())?;
    let write = hub.accounts.remove_device(account, fingerprint).ok_or_else(missing)?;
    hub.store(write);
    reply(hub, turn, "REMOVE", account, Some(fingerprint));
    Ok(())
}

fn reply(hub: &Hub, turn: &mut Turn, what: &str, account: AccountId, key: Option<Fingerprint>) {
    let Some(account) = hub.accounts.get(account) else { return };
    let key = key.map(|key| key.to_string());
    let words: Vec<&str> =
        [what, account.name.as_str()].into_iter().chain(key.as_deref()).collect();
    turn.response.command("DEVICE", &words, None);
}
