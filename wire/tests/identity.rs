//! The files of a key and its certificate.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use majlis_wire::{Identity, IdentityError};
use tempfile::TempDir;

struct Files {
    _folder: TempDir,
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        Self { _folder: folder, certificate, key }
    }

    fn load(&self) -> Result<Identity, IdentityError> {
        self.load_with(&["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()])
    }

    fn load_with(&self, names: &[String]) -> Result<Identity, IdentityError> {
        Identity::load_or_make(&self.certificate, &self.key, names)
    }
}

#[test]
fn what_was_made_is_found_again() {
    let files = Files::new();
    let made = files.load().unwrap();
    assert_eq!(fs::metadata(&files.key).unwrap().permissions().mode() & 0o777, 0o600);
    let found = files.load().unwrap();
    assert_eq!(found.fingerprint(), made.fingerprint());
    assert_eq!(found.certificate_sha256(), made.certificate_sha256());
    let count = fs::read_dir(files.key.parent().unwrap()).unwrap().count();
    assert_eq!(count, 2, "no unfinished file is left");
}

#[test]
fn renewal_with_the_same_key_keeps_the_fingerprint() {
    let files = Files::new();
    let made = files.load().unwrap();
    fs::remove_file(&files.certificate).unwrap();
    let renewed = files.load_with(&["another.name".to_owned()]).unwrap();
    assert_eq!(renewed.fingerprint(), made.fingerprint());
    assert_ne!(renewed.certificate_sha256(), made.certificate_sha256());
}

#[test]
fn new_keys_differ() {
    assert_ne!(
        Files::new().load().unwrap().fingerprint(),
        Files::new().load().unwrap().fingerprint()
    );
}

#[test]
fn key_that_others_can_read_is_refused() {
    let files = Files::new();
    files.load().unwrap();
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(&files.key, fs::Permissions::from_mode(mode)).unwrap();
        let error = files.load().unwrap_err();
        assert!(matches!(error, IdentityError::KeyExposed { .. }), "{mode:o}: {error}");
    }
}

#[test]
fn lost_key_is_not_replaced_in_silence() {
    let files = Files::new();
    files.load().unwrap();
    fs::remove_file(&files.key).unwrap();
    assert!(matches!(files.load().unwrap_err(), IdentityError::KeyMissing { .. }));
    assert!(!files.key.exists());
}

#[test]
fn files_that_do_not_fit_are_named() {
    let (files, others) = (Files::new(), Files::new());
    files.load().unwrap();
    others.load().unwrap();
    fs::copy(&others.certificate, &files.certificate).unwrap();
    assert!(matches!(files.load().unwrap_err(), IdentityError::Mismatch { .. }));

    fs::write(&files.certificate, "nothing of the kind").unwrap();
    assert!(matches!(files.load().unwrap_err(), IdentityError::BadCertificate { .. }));

    fs::remove_file(&files.certificate).unwrap();
    fs::write(&files.key, "nothing of the kind").unwrap();
    assert!(matches!(files.load().unwrap_err(), IdentityError::BadKey { .. }));
}

#[test]
fn missing_folder_and_impossible_names_are_errors() {
    let files = Files::new();
    let nowhere = files.key.with_file_name("nowhere").join("key.pem");
    let error = Identity::load_or_make(&files.certificate, &nowhere, &[]).unwrap_err();
    assert!(matches!(error, IdentityError::Io { .. }), "{error}");
    assert!(matches!(files.load_with(&["مجلس".to_owned()]).unwrap_err(), IdentityError::BadName));
    assert!(Files::new().load_with(&[]).is_ok());
}
