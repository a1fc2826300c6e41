//! A model of a server's accounts: who may sign in, by which mechanism, and who makes one.

use std::collections::BTreeMap;
use std::sync::Arc;

use majlis_protocol::scram::{
    Binding, ChannelBinding, Password, ServerExchange, ServerStart, Verifier,
};
use majlis_protocol::{base64, fold};

use crate::irc::{Registration, Secret, SignIn};

/// What ties a sign-in to the connections of these tests.
pub(crate) const BINDING: ChannelBinding = [9; 32];
/// As many rounds as a test has patience for.
const ROUNDS: u32 = 4_096;

/// What a person who typed this password wants: in, with an account made where there is none.
pub(crate) fn by_password(password: &str) -> SignIn {
    SignIn {
        account: None,
        password: Some(Secret::new(password)),
        has_device: false,
        registration: Some(Registration { invite: None }),
        is_server_checked: true,
    }
}

/// How the exchange stands.
#[derive(Debug)]
enum Step {
    Named(String),
    Challenged(Box<ServerExchange>),
    Answered(String),
}

/// The model.
#[derive(Debug)]
pub(crate) struct Accounts {
    passwords: BTreeMap<String, String>,
    /// Accounts by their devices' keys; there is one device here.
    pub(crate) device: Option<String>,
    pub(crate) rounds: u32,
    /// Whether it takes SCRAM where that is named.
    pub(crate) has_scram: bool,
    /// What the server ties a sign-in to; another one where somebody stands between.
    pub(crate) binding: ChannelBinding,
    /// The code that a new account takes, where it takes one.
    pub(crate) invite: Option<String>,
    /// Whether accounts are made for who is there already only.
    pub(crate) registers_later: bool,
    pub(crate) signed_in: Option<String>,
    step: Option<Step>,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            passwords: BTreeMap::new(),
            device: None,
            rounds: ROUNDS,
            has_scram: true,
            binding: BINDING,
            invite: None,
            registers_later: false,
            signed_in: None,
            step: None,
        }
    }
}

impl Accounts {
    pub(crate) fn add(&mut self, name: &str, password: &str) {
        self.passwords.insert(fold(name), password.to_owned());
    }

    pub(crate) fn handle_opened(&mut self) {
        self.signed_in = None;
        self.step = None;
    }

    /// What is answered to a line of AUTHENTICATE, REGISTER or DEVICE.
    pub(crate) fn handle(&mut self, command: &str, words: &[&str], nick: &str) -> Vec<String> {
        let answer = match command {
            "REGISTER" => self.register(words, nick),
            "DEVICE" => Some(self.device(words, nick)),
            _ => self.authenticate(words[0]),
        };
        answer.unwrap_or_else(|| vec![":server 904 * :SASL authentication failed".to_owned()])
    }

    fn authenticate(&mut self, text: &str) -> Option<Vec<String>> {
        if text == "*" {
            self.step = None;
            return Some(vec![":server 906 * :SASL authentication aborted".to_owned()]);
        }
        let Some(step) = self.step.take() else {
            if text.starts_with("SCRAM") && !self.has_scram {
                return None;
            }
            self.step = Some(Step::Named(text.to_owned()));
            return Some(vec!["AUTHENTICATE +".to_owned()]);
        };
        let message = if text == "+" { Vec::new() } else { base64::decode(text)? };
        match step {
            Step::Named(mechanism) => self.take_first(&mechanism, &message),
            Step::Challenged(exchange) => {
                let name = exchange.username().to_owned();
                let last = exchange.finish(&message).ok()?;
                self.step = Some(Step::Answered(name));
                Some(vec![format!("AUTHENTICATE {}", base64::encode(last.as_bytes()))])
            }
            Step::Answered(name) => Some(self.succeed(&name)),
        }
    }

    fn take_first(&mut self, mechanism: &str, message: &[u8]) -> Option<Vec<String>> {
        let text = String::from_utf8(message.to_vec()).ok()?;
        let binding = match mechanism {
            "EXTERNAL" => {
                let account = self.device.clone().filter(|own| fold(own) == fold(&text))?;
                return Some(self.succeed(&account));
            }
            "PLAIN" => {
                let parts: Vec<&str> = text.split('\0').collect();
                let is_right = self.passwords.get(&fold(parts[1]))? == parts[2];
                return is_right.then(|| self.succeed(parts[1]));
            }
            "SCRAM-SHA-256-PLUS" => Binding::TlsExporter(self.binding),
            _ => Binding::None { offered: false },
        };
        let start = ServerStart::new(message, binding).ok()?;
        let password = self.passwords.get(&fold(start.username()));
        let password = password.map_or("nobody knows this one", String::as_str);
        let password = Password::new(password).expect("it is one");
        let verifier = Verifier::derive(&password, b"salt", self.rounds);
        let (exchange, challenge) = start.challenge(Arc::new(verifier), "more");
        self.step = Some(Step::Challenged(Box::new(exchange)));
        Some(vec![format!("AUTHENTICATE {}", base64::encode(challenge.as_bytes()))])
    }

    fn succeed(&mut self, name: &str) -> Vec<String> {
        self.signed_in = Some(name.to_owned());
        vec![
            format!(":server 900 * *!*@h {name} :You are now logged in as {name}"),
            ":server 903 * :SASL authentication successful".to_owned(),
        ]
    }

    fn register(&mut self, words: &[&str], nick: &str) -> Option<Vec<String>> {
        let fail = |code: &str| Some(vec![format!(":server FAIL REGISTER {code} {nick} :No.")]);
        let [_, invite, password] = *words else { return fail("NEED_MORE_PARAMS") };
        if std::mem::take(&mut self.registers_later) {
            return fail("COMPLETE_CONNECTION_REQUIRED");
        }
        if self.passwords.contains_key(&fold(nick)) {
            return fail("ACCOUNT_EXISTS");
        }
        if password.len() < 6 {
            let words = "A password has at least 6 characters";
            return Some(vec![format!(":server FAIL REGISTER WEAK_PASSWORD {nick} :{words}")]);
        }
        if self.invite.as_deref().is_some_and(|code| code != invite) {
            return fail("INVALID_INVITE");
        }
        self.add(nick, password);
        self.signed_in = Some(nick.to_owned());
        Some(vec![format!(":server REGISTER SUCCESS {nick} :Account successfully registered")])
    }

    fn device(&mut self, words: &[&str], nick: &str) -> Vec<String> {
        let what = words[0];
        self.device = (what == "ADD").then(|| nick.to_owned());
        vec![format!(":server DEVICE {what} {nick} key")]
    }
}
