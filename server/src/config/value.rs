//! How single settings are written: the server's name.

/// Whether IRC can tell a server by this name: 1 to 63 letters, digits, `-` and `.`, with a dot, so that no nick is the same.
pub(super) fn is_server_name(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= 63 && name.contains('.') && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_names_are_host_names() {
        for name in ["majlis.local", "a.b", "irc-1.example.org"] {
            assert!(is_server_name(name), "{name}");
        }
        let long = format!("{}.b", "a".repeat(62));
        for name in ["", "nook", ".local", "a..b", "a b.c", "-a.b", "نور.b", &long] {
            assert!(!is_server_name(name), "{name}");
        }
    }
}
