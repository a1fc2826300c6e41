//! Passwords, the keys made of them, and what of those a server keeps.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use aws_lc_rs::{constant_time, digest, hmac, pbkdf2};

use super::{LEAST_ITERATIONS, MOST_ITERATIONS};
use crate::base64;

/// How long the salts are that are made here; others' may differ.
pub const SALT_BYTES: usize = 16;

/// The longest password, in bytes of UTF-8.
const PASSWORD_MAX_BYTES: usize = 1_024;

/// The longest salt that is read; nobody makes longer ones.
const SALT_MAX_BYTES: usize = 64;

/// What one SHA-256 gives.
pub(super) type Key = [u8; 32];

/// A password in its prepared form (`SASLprep`, RFC 4013), so that two ways to type the same letters are the same. It never
/// shows itself in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a text is no password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordError {
    /// Nothing is left of it.
    Empty,
    /// Over 1,024 bytes.
    TooLong,
    /// It has characters that cannot be typed the same way twice.
    Forbidden,
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a password cannot be empty"),
            Self::TooLong => write!(f, "a password has at most {PASSWORD_MAX_BYTES} bytes"),
            Self::Forbidden => {
                f.write_str("the password has characters that a password cannot have")
            }
        }
    }
}

impl std::error::Error for PasswordError {}

impl Password {
    /// Prepares a password as it was typed.
    pub fn new(typed: &str) -> Result<Self, PasswordError> {
        if typed.len() > PASSWORD_MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        let prepared = stringprep::saslprep(typed).map_err(|_| PasswordError::Forbidden)?;
        match prepared.len() {
            0 => Err(PasswordError::Empty),
            // What is prepared may be longer than what was typed.
            length if length > PASSWORD_MAX_BYTES => Err(PasswordError::TooLong),
            _ => Ok(Self(prepared.into_owned())),
        }
    }

    /// How many characters it has.
    pub fn char_count(&self) -> usize {
        self.0.chars().count()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The two keys of a salted password: the client's, which proves, and the server's, which answers.
#[derive(Clone, PartialEq, Eq)]
pub struct SaltedKeys {
    pub(super) client_key: Key,
    pub(super) server_key: Key,
}

impl SaltedKeys {
    /// Hashes a password so many times: the one slow step, a tenth of a second and more. `iterations` is held between
    /// [`LEAST_ITERATIONS`] and [`MOST_ITERATIONS`].
    pub fn derive(password: &Password, salt: &[u8], iterations: u32) -> Self {
        let iterations = NonZeroU32::new(iterations.clamp(LEAST_ITERATIONS, MOST_ITERATIONS))
            .expect("the least is not zero");
        let mut salted = Key::default();
        let password = password.0.as_bytes();
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password, &mut salted);
        Self { client_key: mac(&salted, b"Client Key"), server_key: mac(&salted, b"Server Key") }
    }
}

impl fmt::Debug for SaltedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SaltedKeys(…)")
    }
}

/// What a server keeps of a password: enough to check a proof, not enough to sign in elsewhere (RFC 5802, section 3).
///
/// Its text, which is how it is stored and passed on, is `SCRAM-SHA-256$ITERATIONS:SALT$STORED:SERVER`, the last three in
/// base 64.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    pub(super) salt: Box<[u8]>,
    pub(super) iterations: u32,
    pub(super) stored_key: Key,
    pub(super) server_key: Key,
}

impl Verifier {
    /// What to keep of a password; as slow as [`SaltedKeys::derive`].
    pub fn derive(password: &Password, salt: &[u8], iterations: u32) -> Self {
        let iterations = iterations.clamp(LEAST_ITERATIONS, MOST_ITERATIONS);
        let keys = SaltedKeys::derive(password, salt, iterations);
        let stored_key = hash(&keys.client_key);
        Self { salt: salt.into(), iterations, stored_key, server_key: keys.server_key }
    }

    /// One that no password fits, which looks to a stranger like any other: for names that nobody has. `secret` makes it
    /// the same each time for the same name.
    pub fn decoy(secret: &[u8], name: &str, iterations: u32) -> Self {
        let salt = mac(secret, name.as_bytes());
        let key = mac(secret, &salt);
        Self {
            salt: salt[..SALT_BYTES].into(),
            iterations: iterations.clamp(LEAST_ITERATIONS, MOST_ITERATIONS),
            stored_key: key,
            server_key: key,
        }
    }

    /// The salt that the password is hashed with.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// How many times it is hashed.
    pub fn iterations(&self) -> u32 {
        self.iterations
    }

    /// Whether the other was made of the same password, with the same salt; takes the same time whatever differs.
    pub fn is_same_password(&self, other: &Self) -> bool {
        let is_same = constant_time::verify_slices_are_equal(&self.stored_key, &other.stored_key);
        is_same.is_ok()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({} iterations)", self.iterations)
    }
}

const SCHEME: &str = "SCRAM-SHA-256";

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [salt, stored, server] =
            [&self.salt[..], &self.stored_key, &self.server_key].map(base64::encode);
        write!(f, "{SCHEME}${}:{salt}${stored}:{server}", self.iterations)
    }
}

/// The text is no verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifierError;

impl fmt::Display for VerifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not a hashed password ({SCHEME}$…)")
    }
}

impl std::error::Error for VerifierError {}

impl FromStr for Verifier {
    type Err = VerifierError;

    fn from_str(text: &str) -> Result<Self, VerifierError> {
        parse_verifier(text).ok_or(VerifierError)
    }
}

fn parse_verifier(text: &str) -> Option<Verifier> {
    let rest = text.strip_prefix(SCHEME)?.strip_prefix('$')?;
    let (how, keys) = rest.split_once('$')?;
    let (iterations, salt) = how.split_once(':')?;
    let (stored, server) = keys.split_once(':')?;
    let salt = base64::decode(salt).filter(|salt| is_salt(salt))?;
    Some(Verifier {
        iterations: parse_iterations(iterations)?,
        salt: salt.into(),
        stored_key: base64::decode(stored)?.try_into().ok()?,
        server_key: base64::decode(server)?.try_into().ok()?,
    })
}

pub(super) fn is_salt(salt: &[u8]) -> bool {
    (1..=SALT_MAX_BYTES).contains(&salt.len())
}

/// A count of rounds that can be asked of a machine.
pub(super) fn parse_iterations(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let iterations = is_number.then(|| text.parse().ok()).flatten()?;
    (LEAST_ITERATIONS..=MOST_ITERATIONS).contains(&iterations).then_some(iterations)
}

/// HMAC-SHA-256.
pub(super) fn mac(key: &[u8], text: &[u8]) -> Key {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text);
    tag.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// SHA-256.
pub(super) fn hash(bytes: &[u8]) -> Key {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Each bit of one with the same of the other.
pub(super) fn xor(a: &Key, b: &Key) -> Key {
    std::array::from_fn(|at| a[at] ^ b[at])
}

/// Whether two keys are the same, in the same time whatever differs.
pub(super) fn is_equal(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}
