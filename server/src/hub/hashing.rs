//! Passwords that the workers hash: how many at a time, and what waits for the answer.
//!
//! Owns that no more jobs are outstanding than the workers' queue holds, and that whoever sent a password is parked until
//! it is hashed. What the hash is then good for is the commands' affair.

use std::sync::Arc;

use majlis_protocol::Name;
use majlis_protocol::scram::Verifier;

use super::Hub;
use super::command::{Ending, Turn, authenticate, operator, password, register};
use super::connection::{Parked, Wait};
use super::reply::Response;
use super::sasl::Holder;
use crate::event::{AccountId, ConnId, HashJob, InviteHash, Outbound};

/// What a password is hashed for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// To be compared with whoever's it should be.
    SignIn { holder: Holder, expected: Arc<Verifier> },
    /// To be the first of the account that an invite makes.
    UseInvite { name: Name, hash: InviteHash },
    /// To be compared with this account's, whose person is here.
    CheckPassword { account: AccountId, expected: Arc<Verifier> },
    /// To be this account's from now on.
    SetPassword { account: AccountId },
    /// To make somebody operator of the server, or nobody.
    Oper { name: Option<String>, expected: Arc<Verifier> },
    /// To be a new account's.
    Register { name: Name, invite: Option<InviteHash> },
}

impl Hub {
    /// Whether the workers could not take another password now.
    pub(super) fn is_hashing_much(&self) -> bool {
        self.hashing >= self.settings.limits.hash_queue
    }

    /// Parks a connection until the workers have hashed a password; there has to be room for it.
    pub(super) fn park_for_hash(
        &mut self,
        conn: ConnId,
        response: Response,
        purpose: Purpose,
        job: HashJob,
    ) {
        self.hashing += 1;
        let parked = Parked { response, wait: Wait::Hash(purpose) };
        self.connections[&conn].parked = Some(Box::new(parked));
        self.out.events.push(Outbound::Hash { conn, job });
    }

    /// Goes on with what waited for the hash, and runs what was said meanwhile.
    pub(super) fn handle_hashed(&mut self, conn: ConnId, verifier: Verifier) {
        self.hashing = self.hashing.saturating_sub(1);
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        let Some(parked) = connection.parked.take() else { return };
        let Parked { response, wait: Wait::Hash(purpose) } = *parked else { return };
        let user = connection.user();
        let mut turn = Turn { conn, user, response, ending: Ending::Reply };
        let outcome = match purpose {
            Purpose::SignIn { holder, expected } => {
                authenticate::finish_plain(self, &mut turn, holder, &expected, &verifier)
            }
            Purpose::UseInvite { name, hash } => {
                authenticate::use_invite(self, &mut turn, &name, hash, verifier.into())
            }
            Purpose::CheckPassword { account, expected } => {
                password::finish_check(self, &mut turn, account, &expected, &verifier)
            }
            Purpose::SetPassword { account } => {
                password::finish_set(self, &mut turn, account, verifier)
            }
            Purpose::Oper { name, expected } => {
                operator::finish_oper(self, &mut turn, name.as_deref(), &expected, &verifier)
            }
            Purpose::Register { name, invite } => {
                register::finish(self, &mut turn, &name, invite, verifier)
            }
        };
        if let Err(refusal) = outcome {
            self.failed_sign_ins += u64::from(refusal.is_of_sign_in());
            turn.response.refuse(&refusal);
        }
        self.end_turn(turn);
        self.run_waiting(conn);
    }
}
