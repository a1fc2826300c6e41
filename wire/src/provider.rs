//! The cryptography that both ends use.

use std::sync::{Arc, LazyLock};

use rustls::SupportedProtocolVersion;
use rustls::crypto::aws_lc_rs::{self, kx_group};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};

/// TLS 1.3 (RFC 8446) and nothing older.
pub(crate) const VERSIONS: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// aws-lc, with the post-quantum hybrid key exchange before the classical ones.
static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
    Arc::new(CryptoProvider {
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
