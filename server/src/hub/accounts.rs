//! Accounts: whose a registered name is, and who may make one.
//!
//! Owns which names belong to accounts and what they stand in the way of (identity.md, "Names"), their verifiers, devices
//! and the unused invites. Each change gives the [`Write`] that keeps it. Who is signed in is the users' affair, how
//! somebody signs in the commands'.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use majlis_protocol::scram::Verifier;
use majlis_protocol::{Name, Timestamp, fold};
use majlis_wire::Fingerprint;

use crate::event::{Account, AccountId, Invite, InviteHash, Reserved, Write};

/// An account, with its name in the form that is looked up.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) name: Name,
    pub(super) made: Timestamp,
    pub(super) verifier: Arc<Verifier>,
    pub(super) devices: Vec<Fingerprint>,
}

/// Why a name is not free of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claimed {
    /// It is this account's own.
    By(AccountId),
    /// People could take it for the name of an account.
    Confusable,
}

/// All accounts and invites.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    by_id: IndexMap<AccountId, Registered>,
    by_name: HashMap<String, AccountId>,
    by_skeleton: HashMap<String, AccountId>,
    by_key: HashMap<Fingerprint, AccountId>,
    invites: IndexMap<InviteHash, Invite>,
    next_id: u64,
}

impl Accounts {
    /// Starts with what the store gave back. Whoever's name is no longer valid cannot sign in.
    pub(super) fn new(restored: Vec<Account>, invites: Vec<Invite>, next_id: u64) -> Self {
        let mut accounts = Self { next_id, ..Self::default() };
        accounts.invites = invites.into_iter().map(|invite| (invite.hash, invite)).collect();
        for account in restored {
            accounts.insert(account);
        }
        accounts
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn get(&self, id: AccountId) -> Option<&Registered> {
        self.by_id.get(&id)
    }

    pub(super) fn find(&self, name: &str) -> Option<AccountId> {
        self.by_name.get(&fold(name)).copied()
    }

    pub(super) fn find_by_key(&self, key: Fingerprint) -> Option<AccountId> {
        self.by_key.get(&key).copied()
    }

    /// Accounts in the order of their making.
    pub(super) fn iter(&self) -> impl Iterator<Item = (AccountId, &Registered)> {
        self.by_id.iter().map(|(&id, account)| (id, account))
    }

    /// Whether a name belongs to an account, or looks like one that does. Plain ASCII look-alikes count, too.
    pub(super) fn claim(&self, name: &Name) -> Option<Claimed> {
        match self.by_name.get(name.folded()) {
            Some(&owner) => Some(Claimed::By(owner)),
            None => self.by_skeleton.contains_key(&name.skeleton()).then_some(Claimed::Confusable),
        }
    }

    /// Makes an account under a name that nobody claims.
    pub(super) fn make(
        &mut self,
        name: &Name,
        verifier: Arc<Verifier>,
        now: Timestamp,
    ) -> (AccountId, Write) {
        let id = AccountId(self.next_id.max(1));
        self.next_id = id.0 + 1;
        let name = name.as_str().to_owned();
        let account = Account { id, name, made: now, verifier, devices: Vec::new() };
        self.insert(account.clone());
        (id, Write::AccountMade(account))
    }

    fn insert(&mut self, account: Account) {
        let Ok(name) = Name::nick(&account.name) else { return };
        self.by_name.insert(name.folded().to_owned(), account.id);
        self.by_skeleton.insert(name.skeleton(), account.id);
        self.by_key.extend(account.devices.iter().map(|&key| (key, account.id)));
        let Account { id, made, verifier, devices, .. } = account;
        self.by_id.insert(id, Registered { name, made, verifier, devices });
    }

    /// Gives an account another password. Its devices sign in with that first.
    pub(super) fn set_password(&mut self, id: AccountId, verifier: Arc<Verifier>) -> Option<Write> {
        let account = self.by_id.get_mut(&id)?;
        account.verifier = Arc::clone(&verifier);
        for key in std::mem::take(&mut account.devices) {
            self.by_key.remove(&key);
        }
        Some(Write::PasswordSet { account: id, verifier })
    }

    pub(super) fn remove(&mut self, id: AccountId) -> Option<Write> {
        let account = self.by_id.shift_remove(&id)?;
        self.by_name.remove(account.name.folded());
        self.by_skeleton.remove(&account.name.skeleton());
        self.by_key.retain(|_, owner| *owner != id);
        Some(Write::AccountRemoved(id))
    }

    /// Lets a device sign in by itself, whose key no account has.
    pub(super) fn add_device(
        &mut self,
        id: AccountId,
        key: Fingerprint,
        now: Timestamp,
    ) -> Option<Write> {
        self.by_id.get_mut(&id)?.devices.push(key);
        self.by_key.insert(key, id);
        Some(Write::DeviceAdded { account: id, key, time: now })
    }

    pub(super) fn remove_device(&mut self, id: AccountId, key: Fingerprint) -> Option<Write> {
        let devices = &mut self.by_id.get_mut(&id)?.devices;
        let at = devices.iter().position(|&device| device == key)?;
        devices.remove(at);
        self.by_key.remove(&key);
        Some(Write::DeviceRemoved(key))
    }

    /// Invites in the order of their making.
    pub(super) fn invites(&self) -> impl Iterator<Item = &Invite> {
        self.invites.values()
    }

    /// Whether an unused invite makes an account of that name: it is for this one, or for any, and the name for no other.
    pub(super) fn invite_fits(&self, hash: InviteHash, name: &Name) -> bool {
        let Some(invite) = self.invites.get(&hash) else { return false };
        match self.find_reserved(name.as_str()) {
            Some((reserved, _)) => reserved == hash,
            None => invite.reserved.is_none(),
        }
    }

    /// The unused invite that a name is kept for.
    pub(super) fn find_reserved(&self, name: &str) -> Option<(InviteHash, &Reserved)> {
        let folded = fold(name);
        self.invites.values().find_map(|invite| {
            let reserved = invite.reserved.as_ref()?;
            (fold(&reserved.name) == folded).then_some((invite.hash, reserved))
        })
    }

    pub(super) fn add_invite(&mut self, invite: Invite) -> Write {
        self.invites.insert(invite.hash, invite.clone());
        Write::InviteMade(invite)
    }

    /// Uses an invite up, or revokes it.
    pub(super) fn take_invite(&mut self, hash: InviteHash) -> Option<Write> {
        self.invites.shift_remove(&hash).map(|_| Write::InviteRemoved(hash))
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Accounts {
    pub(super) fn verify(&self) {
        assert_eq!(self.by_id.len(), self.by_name.len(), "every account has one name of its own");
        assert_eq!(self.by_id.len(), self.by_skeleton.len(), "no two accounts look alike");
        for (id, account) in &self.by_id {
            assert_eq!(self.by_name.get(account.name.folded()), Some(id));
            assert_eq!(self.by_skeleton.get(&account.name.skeleton()), Some(id));
            assert!(account.devices.iter().all(|key| self.by_key.get(key) == Some(id)));
            assert!(id.0 < self.next_id);
        }
        let devices = self.by_id.values().map(|account| account.devices.len()).sum::<usize>();
        assert_eq!(self.by_key.len(), devices);
    }
}
