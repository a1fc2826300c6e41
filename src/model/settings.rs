//! What a person fills in to join a server: reading it, and saying in words what is wrong with it.

/// Where a server is, and as whom to join it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkSettings {
    /// Host name or address literal, without brackets.
    pub host: String,
    /// Port; 33000 where nothing else was said.
    pub port: u16,
    /// Whether to use TLS.
    pub encrypt: bool,
    /// The trusted key's fingerprint, 64 hexadecimal digits, where a link told it or it was trusted before.
    pub fingerprint: Option<String>,
    /// What the person calls themselves: any script, spaces welcome.
    pub display_name: String,
}

impl NetworkSettings {
    /// Reads an address in any form that people paste: `host`, `host:port`, `[v6]:port`, `ircs://…`, `majlis://…`.
    ///
    /// The error is a translated sentence to show beside the field.
    pub fn parse(address: &str, display_name: &str) -> Result<Self, String> {
        let _ = (address, display_name);
        Err(String::new())
    }
}

/// Whether a nick can be made of what a person calls themselves.
///
/// The error is a translated sentence to show beside the field.
pub fn check_display_name(display_name: &str) -> Result<(), String> {
    let _ = display_name;
    Ok(())
}
