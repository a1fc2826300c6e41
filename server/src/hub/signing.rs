//! Being signed in: whose a connection and a user are, and who is told.
//!
//! Owns the tie between users and accounts (identity.md, "Three things"). By which proof somebody signs in is the
//! commands' affair.

use std::sync::Arc;

use majlis_protocol::Name;
use majlis_protocol::numeric::{RPL_LOGGEDIN, RPL_SASLSUCCESS};

use super::Hub;
use super::accounts::Claimed;
use super::command::Turn;
use super::refusal::Refusal;
use super::user::{Collision, Login, UserId, shown_host};
use crate::event::{AccountId, Action, ConnId, Relay};

impl Hub {
    /// Whom a connection is signed in as, registered or not.
    pub(super) fn account_of(&self, conn: ConnId) -> Option<AccountId> {
        let connection = &self.connections[&conn];
        match connection.user() {
            Some(user) => self.users[user].account_id,
            None => connection.account,
        }
    }

    /// What a user of that account carries.
    pub(super) fn login(&self, account: Option<AccountId>) -> Option<Login> {
        let account = account?;
        let name = self.accounts.get(account)?.name.as_str().into();
        Some(Login { account, name })
    }

    /// An account's name, as others are told; `*` for one that is gone.
    pub(super) fn account_name(&self, account: AccountId) -> Arc<str> {
        self.login(Some(account)).map_or_else(|| "*".into(), |login| login.name)
    }

    /// Whether a name can be had by `own`, who may have another now, signed in to `account` or not.
    pub(super) fn check_name(
        &self,
        name: &Name,
        own: Option<UserId>,
        account: Option<AccountId>,
    ) -> Result<(), Collision> {
        match self.accounts.claim(name) {
            Some(Claimed::By(owner)) if Some(owner) != account => Err(Collision::Registered),
            Some(Claimed::Confusable) if !self.has_name(own, name) => Err(Collision::Confusable),
            _ => self.users.check_name(name, own),
        }
    }

    /// A name that somebody had before it came to look like an account's stays theirs in any spelling.
    fn has_name(&self, user: Option<UserId>, name: &Name) -> bool {
        user.is_some_and(|user| self.users[user].nick.folded() == name.folded())
    }

    /// Signs a connection in, and its user with it, and says so. A session stays with the account that it has.
    pub(super) fn sign_in(&mut self, turn: &mut Turn, account: AccountId) -> Result<(), Refusal> {
        let login = self.login(Some(account)).ok_or_else(Refusal::sasl_failed)?;
        if self.account_of(turn.conn).is_some_and(|own| turn.user.is_some() && own != account) {
            return Err(Refusal::sasl_already());
        }
        let name = Arc::clone(&login.name);
        let news = if let Some(user) = turn.user {
            self.sign_in_user(user, turn.conn, &login)
        } else {
            self.connections[&turn.conn].account = Some(account);
            self.adopt_values_of_newcomer(turn.conn);
            None
        };
        let mask = self.mask_of(turn);
        let text = format!("You are now logged in as {name}");
        turn.response.numeric(RPL_LOGGEDIN, &[&mask, &name], &text);
        if let Some(news) = news {
            turn.response.relay(news);
        }
        Ok(())
    }

    /// The same at the end of SASL.
    pub(super) fn finish_sasl(
        &mut self,
        turn: &mut Turn,
        account: AccountId,
    ) -> Result<(), Refusal> {
        if self.end_if_banned(turn, account) {
            return Ok(());
        }
        self.sign_in(turn, account)?;
        turn.response.numeric(RPL_SASLSUCCESS, &[], "SASL authentication successful");
        Ok(())
    }

    /// A guest turns out to be a registered person; those who share a room hear of it, and they themselves are to
    /// (account-notify). What they are told is still the guest's doing, so it bears no account (account-tag).
    fn sign_in_user(&mut self, user: UserId, conn: ConnId, login: &Login) -> Option<Arc<Relay>> {
        if self.users[user].account_id == Some(login.account) {
            return None;
        }
        let account = Some(Arc::clone(&login.name));
        let relay = self.relay_of(user, Action::Account { account });
        let author = self.secret.author_of_account(login.account);
        self.users.set_login(user, login);
        let state = &mut self.users[user];
        state.author = author;
        // From here on the account's password is what brings the nick back, not the device.
        state.device_key = None;
        state.reclaim_by_ms = None;
        self.tell_acquaintances(user, Some(conn), &relay);
        for room in self.users[user].rooms.clone() {
            self.keep_room(user, room);
            self.keep_ranks(user, room);
        }
        self.adopt_read_markers(user, login.account);
        self.adopt_values_of_guest(user, login.account);
        Some(relay)
    }

    /// Who a connection is to itself: its full source, with `*` for what it has not said.
    fn mask_of(&self, turn: &Turn) -> String {
        if let Some(user) = turn.user {
            return self.users[user].source().mask();
        }
        let connection = &self.connections[&turn.conn];
        let nick = connection.registration().and_then(|registration| registration.nick.as_ref());
        let nick = nick.map_or("*", Name::as_str);
        format!("{nick}!*@{}", shown_host(connection.peer.address))
    }
}
