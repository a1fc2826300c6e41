//! A private key and the certificate that speaks for it, kept in two PEM files.
//!
//! A server shows its own to everybody; an application shows its own as the device's key. Owns the files and what is in
//! them; whom to believe is [`trust`](crate::Trust)'s.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::Fingerprint;
use crate::fingerprint::sha256;
use crate::provider::provider;

const KEY_MODE: u32 = 0o600;
const CERTIFICATE_MODE: u32 = 0o644;
const OTHERS_MASK: u32 = 0o077;
/// The same for all, so that a device's certificate says nothing about its owner.
const COMMON_NAME: &str = "Majlis";

/// A key with its certificate; cheap to clone.
#[derive(Clone, Debug)]
pub struct Identity {
    certified: Arc<CertifiedKey>,
    fingerprint: Fingerprint,
}

/// Why an [`Identity`] could not be had.
#[derive(Debug)]
pub enum IdentityError {
    /// A file could not be read or written.
    Io {
        /// Which.
        path: PathBuf,
        /// The operating system's words.
        error: io::Error,
    },
    /// Other people of this computer may read or write the key file.
    KeyExposed {
        /// The key file.
        path: PathBuf,
    },
    /// There is a certificate, and its key is gone; a new key would look like somebody else to everybody.
    KeyMissing {
        /// Where the key should be.
        path: PathBuf,
    },
    /// The file holds no private key that can be used.
    BadKey {
        /// The key file.
        path: PathBuf,
    },
    /// The file holds no certificate that can be used.
    BadCertificate {
        /// The certificate file.
        path: PathBuf,
    },
    /// The certificate speaks for another key.
    Mismatch {
        /// The certificate file.
        path: PathBuf,
    },
    /// Certificates cannot carry one of these names.
    BadName,
}

impl Identity {
    /// Reads the two files, or makes what is missing.
    ///
    /// Without either, a new P-256 key is made (file mode 0600). Without the certificate, a self-signed one is made for
    /// the key that is there, so that the fingerprint stays; it has no well-defined end (RFC 5280, 4.1.2.5), since
    /// clients pin the key. `names` are host names and IP addresses for it, possibly none. A certificate file may hold a
    /// whole chain, end entity first. Files are written atomically; their folder must exist.
    pub fn load_or_make(
        certificate: &Path,
        key: &Path,
        names: &[String],
    ) -> Result<Self, IdentityError> {
        match (read_certificates(certificate)?, read_key(key)?) {
            (Some(chain), Some(found)) => Self::from_parts(chain, found, certificate, key),
            (Some(_), None) => Err(IdentityError::KeyMissing { path: key.to_owned() }),
            (None, Some(found)) => Self::make_certificate(found, names, certificate, key),
            (None, None) => Self::make_certificate(make_key(key)?, names, certificate, key),
        }
    }

    /// Loads an identity that somebody else made; both files have to be there.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, IdentityError> {
        let missing = |path: &Path| IdentityError::Io {
            path: path.to_owned(),
            error: io::ErrorKind::NotFound.into(),
        };
        let chain = read_certificates(certificate)?.ok_or_else(|| missing(certificate))?;
        let found = read_key(key)?.ok_or_else(|| missing(key))?;
        Self::from_parts(chain, found, certificate, key)
    }

    /// The fingerprint of its public key.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// SHA-256 of the whole certificate, for programs that pin that; a renewal changes it.
    pub fn certificate_sha256(&self) -> [u8; 32] {
        sha256(end_entity(&self.certified))
    }

    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        self.certified.clone()
    }

    fn make_certificate(
        found: PrivateKeyDer<'static>,
        names: &[String],
        certificate: &Path,
        key: &Path,
    ) -> Result<Self, IdentityError> {
        let pair = KeyPair::try_from(&found)
            .map_err(|_| IdentityError::BadKey { path: key.to_owned() })?;
        let made = certificate_params(names)
            .and_then(|params| params.self_signed(&pair))
            .map_err(|_| IdentityError::BadName)?;
        write_atomically(certificate, made.pem().as_bytes(), CERTIFICATE_MODE)
            .map_err(|error| IdentityError::Io { path: certificate.to_owned(), error })?;
        Self::from_parts(vec![made.der().clone()], found, certificate, key)
    }

    fn from_parts(
        chain: Vec<CertificateDer<'static>>,
        found: PrivateKeyDer<'static>,
        certificate: &Path,
        key: &Path,
    ) -> Result<Self, IdentityError> {
        let fingerprint = chain
            .first()
            .and_then(|first| Fingerprint::from_certificate(first).ok())
            .ok_or_else(|| IdentityError::BadCertificate { path: certificate.to_owned() })?;
        let certified =
            CertifiedKey::from_der(chain, found, &provider()).map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => {
                    IdentityError::Mismatch { path: certificate.to_owned() }
                }
                _ => IdentityError::BadKey { path: key.to_owned() },
            })?;
        Ok(Self { certified: Arc::new(certified), fingerprint })
    }
}

fn end_entity(certified: &CertifiedKey) -> &CertificateDer<'static> {
    certified.cert.first().expect("an identity is made from a chain with a first certificate")
}

fn certificate_params(names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, COMMON_NAME);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(9999, 12, 31);
    Ok(params)
}

fn make_key(path: &Path) -> Result<PrivateKeyDer<'static>, IdentityError> {
    let io_error = |error| IdentityError::Io { path: path.to_owned(), error };
    let pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)
        .map_err(|error| io_error(io::Error::other(error)))?;
    write_atomically(path, pair.serialize_pem().as_bytes(), KEY_MODE).map_err(io_error)?;
    Ok(PrivateKeyDer::from(pair))
}

/// The chain in the file; `None` without the file.
fn read_certificates(path: &Path) -> Result<Option<Vec<CertificateDer<'static>>>, IdentityError> {
    let Some((text, _)) = read_file(path)? else { return Ok(None) };
    CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map(Some)
        .map_err(|_| IdentityError::BadCertificate { path: path.to_owned() })
}

/// The key in the file; `None` without the file.
fn read_key(path: &Path) -> Result<Option<PrivateKeyDer<'static>>, IdentityError> {
    let Some((text, mode)) = read_file(path)? else { return Ok(None) };
    if mode & OTHERS_MASK != 0 {
        return Err(IdentityError::KeyExposed { path: path.to_owned() });
    }
    PrivateKeyDer::from_pem_slice(&text)
        .map(Some)
        .map_err(|_| IdentityError::BadKey { path: path.to_owned() })
}

/// What is in the file and its mode, both of the same open file.
fn read_file(path: &Path) -> Result<Option<(Vec<u8>, u32)>, IdentityError> {
    let read = || -> io::Result<(Vec<u8>, u32)> {
        let mut file = File::open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok((text, file.metadata()?.mode()))
    };
    match read() {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(IdentityError::Io { path: path.to_owned(), error }),
    }
}

/// Leaves either nothing or the whole file, also after a power cut.
fn write_atomically(path: &Path, text: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let unfinished = path.with_file_name(name);

    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&unfinished)?;
    let moved = file
        .write_all(text)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, path));
    if let Err(error) = moved {
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(
                f,
                "{}: cannot be read or written ({error}); \
                 see that it is a file and belongs to the user who runs this program",
                path.display()
            ),
            Self::KeyExposed { path } => write!(
                f,
                "{}: other people of this computer can get at this private key; \
                 say `chmod 600` to it, or remove it and its certificate to have new ones made",
                path.display()
            ),
            Self::KeyMissing { path } => write!(
                f,
                "{}: the private key is missing though its certificate is there; \
                 put it back, or remove the certificate to start with a new key",
                path.display()
            ),
            Self::BadKey { path } => write!(f, "{}: not a usable private key", path.display()),
            Self::BadCertificate { path } => {
                write!(f, "{}: not a usable certificate", path.display())
            }
            Self::Mismatch { path } => {
                write!(f, "{}: this certificate belongs to another key", path.display())
            }
            Self::BadName => f.write_str("a certificate cannot carry one of the given names"),
        }
    }
}

impl std::error::Error for IdentityError {}
