//! What has to look random: nonces, salts and decoys, made of a secret that was drawn outside.

use aws_lc_rs::{digest, hmac};
use majlis_protocol::base64;
use majlis_protocol::scram::{SALT_BYTES, Verifier};
use majlis_wire::Fingerprint;

use crate::event::{AccountId, Author, InviteHash, MsgId};

/// Drawn once for the data folder.
pub(super) struct Secret([u8; 32]);

impl Secret {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A nonce that nobody can foresee; `number` is never used again.
    pub(super) fn nonce(&self, number: MsgId) -> String {
        base64::encode(&self.make("nonce", &number.0.to_be_bytes())[..24])
    }

    /// A salt for a new password; `number` is never used again.
    pub(super) fn salt(&self, number: MsgId) -> Box<[u8]> {
        self.make("salt", &number.0.to_be_bytes())[..SALT_BYTES].into()
    }

    /// What stands for the verifier of a name that nobody has: the same each time, like a real one.
    pub(super) fn decoy(&self, folded_name: &str, iterations: u32) -> Verifier {
        Verifier::decoy(&self.make("decoy", &[]), folded_name, iterations)
    }

    /// What stands for an account where a guest's device has its key: whichever device it is, its person's message is one.
    pub(super) fn sender(&self, account: AccountId) -> Fingerprint {
        Fingerprint::new(self.make("sender", &account.0.to_be_bytes()))
    }

    /// What is kept with what somebody signed in says, by which it is known as theirs.
    pub(super) fn author_of_account(&self, account: AccountId) -> Author {
        self.author("author account", &account.0.to_be_bytes())
    }

    /// The same of a guest whose device has a key.
    pub(super) fn author_of_device(&self, key: Fingerprint) -> Author {
        self.author("author device", key.as_bytes())
    }

    /// The same of a guest who has nothing to show: it is theirs as long as they stay. `number` is never used again.
    pub(super) fn author_of_stay(&self, number: MsgId) -> Author {
        self.author("author stay", &number.0.to_be_bytes())
    }

    fn author(&self, purpose: &str, about: &[u8]) -> Author {
        let [author @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
            self.make(purpose, about);
        Author(author)
    }

    fn make(&self, purpose: &str, about: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        context.update(purpose.as_bytes());
        context.update(about);
        context.sign().as_ref().try_into().expect("SHA-256 has 32 bytes")
    }
}

/// It never shows itself.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What tells an invite's code, in which neither case nor hyphens matter.
pub fn invite_hash(code: &str) -> InviteHash {
    let bare: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let digest = digest::digest(&digest::SHA256, bare.to_ascii_uppercase().as_bytes());
    InviteHash(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
}
