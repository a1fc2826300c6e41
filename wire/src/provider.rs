//! The cryptography that both ends use.

use std::sync::{Arc, LazyLock};

use rustls::SupportedProtocolVersion;
use rustls::crypto::aws_lc_rs::{self, cipher_suite, kx_group};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};

/// TLS 1.3 (RFC 8446) and nothing older.
pub(crate) const VERSIONS: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// aws-lc, with the post-quantum hybrid key exchange before the classical ones.
///
/// AES-128-GCM comes first: nobody can break it either, and with it the handshake hashes by SHA-256, for which processors have
/// instructions, and not by SHA-384. A server takes what the client puts first of these, so that a phone without
/// instructions for AES has `ChaCha20`.
static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
    Arc::new(CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        ],
        kx_groups: vec![kx_group::X25519MLKEM768, kx_group::X25519, kx_group::SECP256R1],
        ..aws_lc_rs::default_provider()
    })
});

/// The provider of every configuration made here.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    PROVIDER.clone()
}

/// The signature schemes that a peer may prove its key with.
pub(crate) fn signature_schemes() -> &'static WebPkiSupportedAlgorithms {
    &PROVIDER.signature_verification_algorithms
}

#[cfg(test)]
mod tests {
    use rustls::{CipherSuite, SupportedCipherSuite};

    use super::*;

    #[test]
    fn suites_of_tls_1_3_are_all_offered_and_the_one_that_hashes_fastest_first() {
        let offered: Vec<_> =
            PROVIDER.cipher_suites.iter().map(SupportedCipherSuite::suite).collect();
        assert_eq!(offered[0], CipherSuite::TLS13_AES_128_GCM_SHA256);
        let all = aws_lc_rs::default_provider().cipher_suites;
        for suite in all.iter().filter(|suite| suite.tls13().is_some()) {
            assert!(offered.contains(&suite.suite()), "{:?}", suite.suite());
        }
    }
}
