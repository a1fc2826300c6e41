//! The key by which servers know this device again, also as a guest.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use majlis_wire::Identity;

/// The device's key, kept in a folder of the application's own; made when it is first needed.
#[derive(Debug)]
pub struct DeviceKey {
    folder: PathBuf,
    identity: Option<Identity>,
}

impl DeviceKey {
    /// The key in this folder, which is made (for its owner only) where it is missing. Nothing is read yet.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder, identity: None }
    }

    /// The key. Where it cannot be read or made, why; and it is tried again the next time.
    pub(super) fn identity(&mut self) -> Result<&Identity, String> {
        let identity = match self.identity.take() {
            Some(identity) => identity,
            None => self.load_or_make()?,
        };
        Ok(self.identity.insert(identity))
    }

    fn load_or_make(&self) -> Result<Identity, String> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(|error| format!("{}: {error}", self.folder.display()))?;
        let certificate = self.folder.join("device-certificate.pem");
        let key = self.folder.join("device-key.pem");
        Identity::load_or_make(&certificate, &key, &[]).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_keeps_its_key() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let fingerprint = || {
            let mut device = DeviceKey::in_folder(folder.path().join("keys/device"));
            device.identity().map(Identity::fingerprint).expect("the folder is ours")
        };
        assert_eq!(fingerprint(), fingerprint());
    }

    #[test]
    fn a_key_that_cannot_be_kept_says_why() {
        let file = tempfile::NamedTempFile::new().expect("there is room for a file");
        let mut device = DeviceKey::in_folder(file.path().join("inside"));
        assert!(device.identity().is_err_and(|words| words.contains("inside")));
    }
}
