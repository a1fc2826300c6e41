//! Passwords in the person's keyring: inside a sandbox by the Secret portal, otherwise by the Secret Service.
//!
//! Owns how they are filed there. Each errand runs on a thread of its own, since a keyring may ask the person to unlock it,
//! and its file takes a while to decrypt. Where there is no keyring every errand says so at once, and what follows is the
//! asker's to tell; nothing is ever written anywhere else.

use std::future::Future;
use std::pin::Pin;

use oo7::Keyring;

use crate::config::APP_ID;
use crate::irc::Secret;

/// There is no keyring, or it does not do what it is asked; in its own words, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoKeyring(pub String);

/// What an errand to the keyring gives.
pub type Errand<T> = Pin<Box<dyn Future<Output = Result<T, NoKeyring>>>>;

/// A place for passwords, each under a name of ours.
pub trait Secrets {
    /// Keeps a password, in the place of any earlier one of that name. `label` is what a person sees who looks into their
    /// keyring.
    fn keep(&self, name: String, label: String, secret: Secret) -> Errand<()>;

    /// The password of that name, if there is one.
    fn find(&self, name: String) -> Errand<Option<Secret>>;

    /// Forgets the password of that name.
    fn forget(&self, name: String) -> Errand<()>;
}

/// The person's keyring.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemKeyring;

impl Secrets for SystemKeyring {
    fn keep(&self, name: String, label: String, secret: Secret) -> Errand<()> {
        on_a_thread(async move |keyring| {
            keyring.create_item(&label, &attributes(&name), secret.reveal(), true).await
        })
    }

    fn find(&self, name: String) -> Errand<Option<Secret>> {
        on_a_thread(async move |keyring| {
            let items = keyring.search_items(&attributes(&name)).await?;
            let Some(item) = items.first() else { return Ok(None) };
            let secret = item.secret().await?;
            Ok(str::from_utf8(secret.as_bytes()).ok().map(Secret::new))
        })
    }

    fn forget(&self, name: String) -> Errand<()> {
        on_a_thread(async move |keyring| keyring.delete(&attributes(&name)).await)
    }
}

/// Under what a password is filed.
fn attributes(name: &str) -> [(&'static str, String); 2] {
    [("xdg:schema", APP_ID.to_owned()), ("network", name.to_owned())]
}

/// Opens the keyring on a thread that may wait, unlocks it, and does something with it.
fn on_a_thread<T, F>(errand: impl FnOnce(Keyring) -> F + Send + 'static) -> Errand<T>
where
    T: Send + 'static,
    F: Future<Output = oo7::Result<T>>,
{
    let done = gio::spawn_blocking(move || {
        let errand = async move {
            let keyring = Keyring::new().await?;
            keyring.unlock().await?;
            errand(keyring).await
        };
        let done = glib::MainContext::new().block_on(errand);
        done.map_err(|error| NoKeyring(error.to_string()))
    });
    Box::pin(async move {
        match done.await {
            Ok(result) => result,
            Err(_) => Err(NoKeyring("the errand to the keyring panicked".to_owned())),
        }
    })
}
