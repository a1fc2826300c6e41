//! Whom a client believes: the pinned key, or who the authorities of the platform vouch for.
//!
//! The server proves in every handshake that it holds the key it shows; only then is there a [`Verdict`], and only with
//! [`Verdict::Trusted`] does the handshake succeed. So nothing is ever said to a server that is not trusted.

use std::sync::{Arc, LazyLock, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, PeerIncompatible, RootCertStore,
    SignatureScheme,
};

use crate::provider::{VERSIONS, provider, signature_schemes};
use crate::{Fingerprint, Identity};

/// Which servers a client believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The one with this key, under whatever name and certificate.
    Pinned(Fingerprint),
    /// Those whose certificate, for the name that was connected to, comes from an authority that the platform trusts.
    Authorities,
}

/// What a client found out about a server that proved to hold its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is believed; the handshake succeeded.
    Trusted,
    /// No authority vouches for it, and no pin was given.
    Unknown {
        /// The key that it has.
        found: Fingerprint,
    },
    /// It has another key than the pinned one.
    Changed {
        /// The pin.
        expected: Fingerprint,
        /// The key that it has.
        found: Fingerprint,
    },
}

/// What a client connects with: whom it believes, and the key that it shows.
#[derive(Clone, Debug)]
pub struct ClientTls {
    trust: Trust,
    device: Option<Arc<CertifiedKey>>,
}

impl ClientTls {
    /// Shows the device's certificate to servers that ask for one, if there is one.
    pub fn new(trust: Trust, device: Option<&Identity>) -> Self {
        Self { trust, device: device.map(Identity::certified) }
    }

    /// A configuration for one connection, and where its verdict will be.
    pub(crate) fn config(&self) -> (Arc<ClientConfig>, Arc<OnceLock<Verdict>>) {
        let verdict = Arc::new(OnceLock::new());
        let verifier =
            Verifier { trust: self.trust, judged: OnceLock::new(), verdict: verdict.clone() };
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(VERSIONS)
            .expect("the provider has suites for TLS 1.3")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &self.device {
            Some(device) => {
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(device.clone())))
            }
            None => builder.with_no_client_auth(),
        };
        // Every connection proves the key afresh; there is nothing to resume across configurations anyway.
        config.resumption = rustls::client::Resumption::disabled();
        (Arc::new(config), verdict)
    }
}

/// Judges one server, in two steps: what its certificate makes of it, and, once it proved to hold the key, the verdict.
#[derive(Debug)]
struct Verifier {
    trust: Trust,
    judged: OnceLock<Verdict>,
    verdict: Arc<OnceLock<Verdict>>,
}

impl ServerCertVerifier for Verifier {
    /// Only judges; what the judgement means waits for the proof in `verify_tls13_signature`.
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found = Fingerprint::from_certificate(end_entity)
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let is_vouched_for = || {
            authorities().is_some_and(|verifier| {
                verifier
                    .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                    .is_ok()
            })
        };
        let judged = match self.trust {
            Trust::Pinned(expected) if expected == found => Verdict::Trusted,
            Trust::Pinned(expected) => Verdict::Changed { expected, found },
            Trust::Authorities if is_vouched_for() => Verdict::Trusted,
            Trust::Authorities => Verdict::Unknown { found },
        };
        if *self.judged.get_or_init(|| judged) != judged {
            return Err(refusal());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signed,
            signature_schemes(),
        )?;
        let judged = *self.judged.get().ok_or_else(refusal)?;
        match *self.verdict.get_or_init(|| judged) {
            Verdict::Trusted => Ok(valid),
            Verdict::Unknown { .. } | Verdict::Changed { .. } => Err(refusal()),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        signature_schemes().supported_schemes()
    }
}

fn refusal() -> Error {
    Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
}

/// Asks the platform's root certificates, read once a run; `None` where the platform has none.
fn authorities() -> Option<&'static WebPkiServerVerifier> {
    static VERIFIER: LazyLock<Option<Arc<WebPkiServerVerifier>>> = LazyLock::new(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().ok()
    });
    VERIFIER.as_deref()
}
