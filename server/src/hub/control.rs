//! What the operator's subcommands do.
//!
//! Owns the rules for the operator, who may make any account, and the words of the answers about accounts and invites. The
//! same rules hold for a server at work, where people may have to leave, and for a folder at rest ([`at_rest`]).

use std::sync::Arc;

use majlis_protocol::scram::Verifier;
use majlis_protocol::{Name, Timestamp};

use super::Hub;
use super::accounts::{Accounts, Claimed};
use super::bans::Bans;
use super::metadata::Owner;
use super::overview;
use super::sasl::{Holder, Step};
use crate::event::{
    AccountId, BanRequest, ConnId, ControlId, ControlReply, ControlRequest, Invite, InviteHash,
    Outbound, Restored, Subject, Write,
};

/// What `who` is answered with where there is no server.
const NOBODY_THERE: &str = "No server is at work on this folder, so nobody is there.";

/// What was done, for the operator and for whom it concerns.
pub(super) struct Done {
    lines: Vec<String>,
    write: Option<Write>,
    /// Who has to leave, and why.
    ended: Option<(Whose, &'static str)>,
}

const NAME_IS_TAKEN: &str = "The name belongs to an account now";

/// Sessions that cannot go on.
enum Whose {
    /// Those of this account.
    Account(AccountId),
    /// Those of a guest under this name.
    Name(Name),
}

impl Done {
    pub(super) fn told(lines: Vec<String>) -> Self {
        Self { lines, write: None, ended: None }
    }

    pub(super) fn written(line: String, write: Write) -> Self {
        Self { lines: vec![line], write: Some(write), ended: None }
    }
}

/// Does what is asked to a folder that no server is at work on: the answer, and what is to be stored.
pub fn at_rest(
    restored: Restored,
    request: ControlRequest,
    now: Timestamp,
) -> (ControlReply, Option<Write>) {
    match request {
        ControlRequest::RoomList => return (Ok(overview::list_at_rest(&restored.rooms)), None),
        ControlRequest::RoomRemove { name } => {
            return match overview::remove_at_rest(&restored.rooms, &name) {
                Ok((lines, write)) => (Ok(lines), Some(write)),
                Err(words) => (Err(words), None),
            };
        }
        ControlRequest::Who => return (Err(NOBODY_THERE.to_owned()), None),
        _ => {}
    }
    let mut accounts = Accounts::new(restored.accounts, restored.invites, restored.next_account);
    let mut bans = Bans::new(restored.bans);
    match control(&mut accounts, &mut bans, request, now) {
        Ok(done) => (Ok(done.lines), done.write),
        Err(words) => (Err(words), None),
    }
}

fn control(
    accounts: &mut Accounts,
    bans: &mut Bans,
    request: ControlRequest,
    now: Timestamp,
) -> Result<Done, String> {
    match request {
        ControlRequest::AccountAdd { name, verifier } => accounts.add(&name, verifier, now),
        ControlRequest::AccountList => Ok(Done::told(accounts.list())),
        ControlRequest::AccountPassword { name, verifier } => accounts.change(&name, verifier),
        ControlRequest::AccountRemove { name } => accounts.end(&name),
        ControlRequest::InviteNew { hash, note, reserved } => {
            accounts.invite(Invite { hash, made: now, note, reserved })
        }
        ControlRequest::InviteList => Ok(Done::told(accounts.list_invites())),
        ControlRequest::InviteRevoke { id } => accounts.revoke(&id),
        ControlRequest::Ban(request) => bans.control(request, now),
        ControlRequest::RoomList | ControlRequest::RoomRemove { .. } | ControlRequest::Who => {
            unreachable!("rooms and people are looked at before accounts and bans")
        }
    }
}

impl Hub {
    /// Does what the operator asks, and answers once it is stored.
    pub(super) fn handle_control(&mut self, id: ControlId, request: ControlRequest) {
        let reply = match request {
            ControlRequest::RoomList => Ok(self.list_rooms()),
            ControlRequest::RoomRemove { name } => self.remove_room(&name),
            ControlRequest::Who => Ok(self.list_people()),
            request => self.control_access(request),
        };
        self.out.events.push(Outbound::Controlled { id, reply });
    }

    fn control_access(&mut self, request: ControlRequest) -> ControlReply {
        let is_ban = matches!(request, ControlRequest::Ban(BanRequest::Add { .. }));
        let done = control(&mut self.accounts, &mut self.bans, request, self.now.wall)?;
        if let Some(write) = done.write {
            self.store(write);
        }
        if is_ban {
            self.enforce_newest_ban();
        }
        if let Some((whose, reason)) = done.ended {
            self.end_sessions(&whose, reason);
        }
        Ok(done.lines)
    }

    fn end_sessions(&mut self, whose: &Whose, reason: &str) {
        let concerned: Vec<ConnId> = match whose {
            Whose::Account(account) => {
                self.end_exchanges(*account);
                if self.accounts.get(*account).is_none() {
                    self.conversations.remove_account(*account);
                    self.kept.remove_account(*account);
                    self.read_markers.remove_account(*account);
                    self.metadata.take(Owner::Kept(Subject::Account(*account)));
                    let Self { channels, accounts, .. } = self;
                    channels.forget_founders(|name| accounts.find(name).is_none());
                    channels.forget_ranks(*account);
                }
                let conns = self.connections.keys().copied();
                conns.filter(|&conn| self.is_signed_in(conn, *account)).collect()
            }
            Whose::Name(name) => {
                let guest = self.users.find(name.as_str());
                guest.map(|guest| self.users[guest].sessions.clone()).unwrap_or_default()
            }
        };
        for conn in concerned {
            self.close(conn, reason);
        }
    }

    /// Ends all sessions of an account but for one, in which its password was changed.
    pub(super) fn end_other_sessions(&mut self, account: AccountId, own: ConnId, reason: &str) {
        self.end_exchanges(account);
        for conn in self.connections.keys().copied().collect::<Vec<_>>() {
            // Others may have gone with a user's earlier session.
            if conn != own
                && self.connections.contains_key(&conn)
                && self.is_signed_in(conn, account)
            {
                self.close(conn, reason);
            }
        }
    }

    /// Ends what a guest has under a name that becomes an account's.
    pub(super) fn end_guest(&mut self, name: &Name) {
        self.end_sessions(&Whose::Name(name.clone()), NAME_IS_TAKEN);
    }

    fn is_signed_in(&self, conn: ConnId, account: AccountId) -> bool {
        // While sessions are being ended, a user may have gone with an earlier one.
        self.account_of(conn) == Some(account)
    }

    /// Sign-ins under way that would prove the old password.
    fn end_exchanges(&mut self, account: AccountId) {
        for connection in self.connections.values_mut() {
            let is_concerned = connection.sasl.as_ref().is_some_and(|sasl| match &sasl.step {
                Step::First => false,
                Step::Proof(_, whose) | Step::Nod(whose) => *whose == Holder::Account(account),
            });
            if is_concerned {
                connection.sasl = None;
            }
        }
    }
}

impl Accounts {
    fn add(&mut self, name: &str, verifier: Arc<Verifier>, now: Timestamp) -> Result<Done, String> {
        let name = self.check_free(name)?;
        let (_, write) = self.make(&name, verifier, now);
        let line = format!("{} has an account now.", name.as_str());
        let ended = Some((Whose::Name(name), NAME_IS_TAKEN));
        Ok(Done { ended, ..Done::written(line, write) })
    }

    /// A name that neither an account nor an invite has.
    fn check_free(&self, name: &str) -> Result<Name, String> {
        let name = Name::nick(name).map_err(|why| format!("{name:?} cannot be a name: {why}."))?;
        match (self.claim(&name), self.find_reserved(name.as_str())) {
            (None, None) => Ok(name),
            (Some(Claimed::By(_)), _) => Err(format!("{} has an account.", name.as_str())),
            (Some(Claimed::Confusable), _) => {
                Err(format!("{} looks like another account's name.", name.as_str()))
            }
            (None, Some((hash, _))) => {
                Err(format!("{} is kept for who has invite {hash}.", name.as_str()))
            }
        }
    }

    fn list(&self) -> Vec<String> {
        let line = |account: &super::accounts::Registered| {
            let (name, devices) = (account.name.as_str(), account.devices.len());
            format!("{name}\t{}\t{devices} devices", account.made)
        };
        self.iter().map(|(_, account)| line(account)).collect()
    }

    fn known(&self, name: &str) -> Result<AccountId, String> {
        self.find(name).ok_or_else(|| format!("There is no account {name:?}."))
    }

    fn change(&mut self, name: &str, verifier: Arc<Verifier>) -> Result<Done, String> {
        let account = self.known(name)?;
        let write = self.set_password(account, verifier).ok_or("The account is gone.")?;
        let ended = Some((Whose::Account(account), "The password was changed; sign in again"));
        Ok(Done { ended, ..Done::written(format!("{name} has a new password."), write) })
    }

    fn end(&mut self, name: &str) -> Result<Done, String> {
        let account = self.known(name)?;
        let write = self.remove(account).ok_or("The account is gone.")?;
        let ended = Some((Whose::Account(account), "The account was removed"));
        Ok(Done { ended, ..Done::written(format!("{name} has no account any more."), write) })
    }

    fn invite(&mut self, mut invite: Invite) -> Result<Done, String> {
        let hash = invite.hash;
        let mut line = format!("Invite {hash} makes one account.");
        if let Some(reserved) = &mut invite.reserved {
            let name = self.check_free(&reserved.name)?;
            name.as_str().clone_into(&mut reserved.name);
            line = format!("Invite {hash} makes the account {}.", reserved.name);
        }
        Ok(Done::written(line, self.add_invite(invite)))
    }

    fn list_invites(&self) -> Vec<String> {
        let line = |invite: &Invite| {
            let name = invite.reserved.as_ref().map_or("*", |reserved| &reserved.name);
            format!("{}\t{}\t{name}\t{}", invite.hash, invite.made, invite.note)
        };
        self.invites().map(line).collect()
    }

    fn revoke(&mut self, id: &str) -> Result<Done, String> {
        let is_named = |hash: &InviteHash| hash.to_string() == id.to_ascii_lowercase();
        let hash = self.invites().map(|invite| invite.hash).find(is_named);
        let hash = hash.ok_or_else(|| format!("There is no unused invite {id:?}."))?;
        let write = self.take_invite(hash).ok_or("The invite is gone.")?;
        Ok(Done::written(format!("Invite {hash} makes no account any more."), write))
    }
}
