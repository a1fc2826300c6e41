//! The exchange of a sign-in (IRCv3 SASL 3.1 and 3.2; SCRAM of RFC 5802 and 7677, bound as in RFC 9266; PLAIN of RFC 4616).
//!
//! Owns mechanisms, chunks and the messages in them. Whether and as whom to sign in, and what a failure leads to, is
//! `sign_in`'s.

use majlis_protocol::scram::{
    Binding, ClientExchange, ClientStart, LEAST_ITERATIONS, Password, ScramError,
};
use majlis_protocol::{Capability, Encoder, base64};

use super::dispatch::Line;
use super::{Now, Session};
use crate::irc::event::{Event, Failure, SignInFailure};

/// What a server of Majlis hashes passwords with at least.
pub(super) const MAJLIS_ITERATIONS: u32 = 600_000;
/// The longest chunk of a message; a shorter one is the last.
const CHUNK_BYTES: usize = 400;
/// The longest message that is taken from a server.
const MESSAGE_MAX_BYTES: usize = 4_096;

/// A way to sign in, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    External,
    ScramPlus,
    Scram,
    Plain,
}

impl Mechanism {
    pub(super) const ALL: [Self; 4] = [Self::External, Self::ScramPlus, Self::Scram, Self::Plain];

    fn name(self) -> &'static str {
        match self {
            Self::External => "EXTERNAL",
            Self::ScramPlus => "SCRAM-SHA-256-PLUS",
            Self::Scram => "SCRAM-SHA-256",
            Self::Plain => "PLAIN",
        }
    }

    /// Whether a server's list (`sasl=A,B`, or `908`) has it.
    fn is_in(self, list: &str) -> bool {
        list.split(',').any(|name| name.trim().eq_ignore_ascii_case(self.name()))
    }
}

/// How far the exchange is.
#[derive(Debug, Default)]
pub(super) enum Step {
    /// Not begun.
    #[default]
    Idle,
    /// A mechanism was named; the server's nod is awaited.
    Begun(Mechanism),
    /// SCRAM: who we are was said; salt and rounds are awaited.
    Named(Box<ClientStart>),
    /// SCRAM: the proof is being made.
    Proving,
    /// SCRAM: the proof was said; the server's own is awaited.
    Proved(ClientExchange),
    /// All was said; the verdict is awaited.
    Said(Mechanism),
    /// The account is to be made once we are taken in.
    ToRegister,
    /// The account is being made.
    Registering,
    /// Over: we are in.
    Done,
}

impl Step {
    /// Whether anything that the server says of a sign-in was asked for.
    fn is_under_way(&self) -> bool {
        !matches!(self, Self::Idle | Self::ToRegister | Self::Registering | Self::Done)
    }
}

/// What the hash of a password is needed for.
#[derive(Debug)]
pub struct Question {
    connection: u64,
    start: Box<ClientStart>,
    challenge: Vec<u8>,
    password: Password,
}

/// The answer to a [`Question`].
#[derive(Debug)]
pub struct Proof {
    connection: u64,
    proof: Result<(ClientExchange, String), ScramError>,
}

impl Question {
    /// Hashes: takes a good part of a second, so it is not for a thread that others wait for.
    pub fn prove(self) -> Proof {
        let proof = self.start.prove(&self.challenge, &self.password);
        Proof { connection: self.connection, proof }
    }
}

impl Session {
    /// A password to be hashed, for [`handle_proof`](Self::handle_proof).
    pub fn take_question(&mut self) -> Option<Question> {
        self.live.sign_in.question.take()
    }

    /// What was asked for has been made. An answer to an earlier connection's question is passed over.
    pub fn handle_proof(&mut self, proof: Proof, now: Now) {
        let is_awaited = matches!(self.live.sign_in.step, Step::Proving);
        if proof.connection != self.connection_count || !is_awaited {
            return;
        }
        match proof.proof {
            Ok((exchange, message)) => {
                self.live.sign_in.step = Step::Proved(exchange);
                self.say_sasl(message.as_bytes());
            }
            Err(ScramError::BadIterations) => self.abort_sasl(SignInFailure::WeakHashing),
            Err(error) => self.distrust(&error.to_string()),
        }
        self.go_on(now);
    }

    /// Begins with the best mechanism that is offered, safe, and not tried yet; `false` where there is none.
    pub(super) fn begin_sasl(&mut self) -> bool {
        if !self.has(Capability::Sasl) {
            return false;
        }
        self.note_scram();
        let mut ways = Mechanism::ALL.into_iter();
        let Some(mechanism) = ways.find(|&mechanism| self.may_use(mechanism)) else { return false };
        self.live.sign_in.tried.push(mechanism);
        self.live.sign_in.step = Step::Begun(mechanism);
        self.live.output.send(&Encoder::new("AUTHENTICATE").param(mechanism.name()));
        true
    }

    /// Once a server has offered SCRAM, no password is said to it any more.
    fn note_scram(&mut self) {
        let is_offered = self.is_offered(Mechanism::Scram) || self.is_offered(Mechanism::ScramPlus);
        if is_offered && self.live.sign_in.mechanisms.is_some() && !self.known.has_scram {
            self.known.has_scram = true;
            self.tell(Event::ScramOffered);
        }
    }

    fn may_use(&self, mechanism: Mechanism) -> bool {
        let Some(sign_in) = &self.sign_in else { return false };
        let state = &self.live.sign_in;
        let opening = &self.live.opening;
        let can_bind = opening.channel_binding.is_some();
        let is_possible = match mechanism {
            Mechanism::External => sign_in.has_device && opening.device.is_some(),
            Mechanism::ScramPlus => sign_in.password.is_some() && can_bind,
            Mechanism::Scram => {
                sign_in.password.is_some() && !(can_bind && self.is_offered(Mechanism::ScramPlus))
            }
            Mechanism::Plain => self.may_say_password() && sign_in.is_server_checked,
        };
        is_possible && self.is_offered(mechanism) && !state.tried.contains(&mechanism)
    }

    /// Whether nobody on the way reads what is said, and the server knows nothing better.
    fn may_say_password(&self) -> bool {
        let has_password = self.sign_in.as_ref().is_some_and(|one| one.password.is_some());
        has_password && self.live.opening.is_encrypted && !self.known.has_scram
    }

    /// Whether the password could be said to this server, if somebody vouched for its key.
    pub(super) fn keeps_password_back(&self) -> bool {
        self.has(Capability::Sasl)
            && self.is_offered(Mechanism::Plain)
            && self.may_say_password()
            && !self.is_server_checked()
    }

    /// Whether the server has it; where it does not say (SASL 3.1), what is common is tried.
    fn is_offered(&self, mechanism: Mechanism) -> bool {
        match &self.live.sign_in.mechanisms {
            Some(list) => mechanism.is_in(list),
            None => mechanism != Mechanism::ScramPlus,
        }
    }

    /// `AUTHENTICATE chunk`.
    pub(super) fn handle_authenticate(&mut self, line: &Line<'_>) {
        // Whoever did not begin to sign in has nothing to be told about it.
        if !self.live.sign_in.step.is_under_way() {
            return;
        }
        let chunk = line.param(0);
        let text = &mut self.live.sign_in.text;
        if chunk != "+" {
            text.push_str(chunk);
        }
        if text.len() > MESSAGE_MAX_BYTES {
            self.distrust("a message is too long");
        } else if chunk.len() < CHUNK_BYTES {
            match base64::decode(&std::mem::take(text)) {
                Some(message) => self.take_sasl_message(message),
                None => self.distrust("a message is not base 64"),
            }
        }
    }

    fn take_sasl_message(&mut self, message: Vec<u8>) {
        match std::mem::take(&mut self.live.sign_in.step) {
            Step::Begun(mechanism) => self.say_first(mechanism),
            Step::Named(start) => self.ask_for_proof(start, message),
            Step::Proved(exchange) => match exchange.finish(&message) {
                Ok(()) => {
                    self.live.sign_in.step = Step::Said(Mechanism::Scram);
                    self.say_sasl(b"");
                }
                Err(error) => self.distrust(&error.to_string()),
            },
            // Nothing was to be said; whatever it is about, it changes nothing.
            step => self.live.sign_in.step = step,
        }
    }

    fn say_first(&mut self, mechanism: Mechanism) {
        let account = self.account_name();
        let Some(sign_in) = self.sign_in.clone() else { return };
        let password = sign_in.password.unwrap_or_default();
        self.live.sign_in.step = Step::Said(mechanism);
        match mechanism {
            Mechanism::External => self.say_sasl(account.as_bytes()),
            Mechanism::Plain => {
                self.say_sasl(format!("\0{account}\0{}", password.reveal()).as_bytes());
            }
            Mechanism::ScramPlus | Mechanism::Scram => {
                let start = self.start_scram(mechanism, &account);
                self.say_sasl(start.message().as_bytes());
                self.live.sign_in.step = Step::Named(Box::new(start));
            }
        }
    }

    fn start_scram(&self, mechanism: Mechanism, account: &str) -> ClientStart {
        let opening = &self.live.opening;
        let binding = match opening.channel_binding {
            Some(material) if mechanism == Mechanism::ScramPlus => Binding::TlsExporter(material),
            // Without TLS we could not bind; under it we say that we could, for a server that knows better.
            binding => Binding::None { offered: binding.is_none() },
        };
        let least = if self.known.is_majlis { MAJLIS_ITERATIONS } else { LEAST_ITERATIONS };
        ClientStart::new(account, &opening.nonce, binding, least)
    }

    fn ask_for_proof(&mut self, start: Box<ClientStart>, challenge: Vec<u8>) {
        let password = self.sign_in.as_ref().and_then(|sign_in| sign_in.password.as_ref());
        match Password::new(password.map_or("", |password| password.reveal())) {
            Ok(password) => {
                let connection = self.connection_count;
                self.live.sign_in.step = Step::Proving;
                self.live.sign_in.question =
                    Some(Question { connection, start, challenge, password });
            }
            Err(why) => self.abort_sasl(SignInFailure::BadPassword(why.to_string())),
        }
    }

    /// A message in chunks; one that fills its last chunk is ended by `+`.
    fn say_sasl(&mut self, message: &[u8]) {
        let text = base64::encode(message);
        let mut rest = text.as_str();
        loop {
            let (chunk, after) = rest.split_at(rest.len().min(CHUNK_BYTES));
            let shown = if chunk.is_empty() { "+" } else { chunk };
            self.live.output.send(&Encoder::new("AUTHENTICATE").param(shown));
            rest = after;
            if chunk.len() < CHUNK_BYTES {
                return;
            }
        }
    }

    /// What the server says is not what a server that knows the password would say.
    fn distrust(&mut self, why: &str) {
        tracing::warn!(why, "the server did not prove itself");
        self.abort_sasl(SignInFailure::Impostor);
    }

    /// Leaves in the middle of the exchange: whoever that is, it is not to be gone on with.
    fn abort_sasl(&mut self, failure: SignInFailure) {
        self.live.output.send(&Encoder::new("AUTHENTICATE").param("*"));
        self.hang_up(Failure::SignIn(failure));
    }

    /// `908 me mechanisms :words`.
    pub(super) fn handle_mechanisms(&mut self, line: &Line<'_>) {
        self.live.sign_in.mechanisms = Some(line.param(1).to_owned());
    }
}
