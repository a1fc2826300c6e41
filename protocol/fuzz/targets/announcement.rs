//! Properties of an announcement, as anybody's TXT record (RFC 6763, section 6) brings them.
//!
//! `./dev fuzz announcement`

#![no_main]

use libfuzzer_sys::fuzz_target;
use majlis_protocol::{Announcement, PLACE_NAME_MAX_BYTES, shown_place_name};

/// Strings with their length before them, each a key and a value.
fn properties(mut record: &[u8]) -> Vec<(String, &[u8])> {
    let mut all = Vec::new();
    while let Some((&length, rest)) = record.split_first() {
        let (string, behind) = rest.split_at(rest.len().min(length.into()));
        let end = string.iter().position(|&byte| byte == b'=').unwrap_or(string.len());
        let value = string.get(end + 1..).unwrap_or_default();
        all.push((String::from_utf8_lossy(&string[..end]).into_owned(), value));
        record = behind;
    }
    all
}

fuzz_target!(|record: &[u8]| {
    let properties = properties(record);
    let read = properties.iter().map(|(key, value)| (key.as_str(), *value));
    let announcement = Announcement::read(read);
    assert!(announcement.name.len() <= PLACE_NAME_MAX_BYTES);
    assert!(!announcement.name.contains(char::is_control));
    assert!(announcement.people_count.is_none_or(|count| count <= 1_000_000));
    assert!(announcement.key_hint.len() <= 16 && announcement.version.len() <= 20);
    assert_eq!(shown_place_name(announcement.name.as_bytes()), announcement.name);
    let again = announcement.properties();
    let again = again.iter().map(|(key, value)| (*key, value.as_bytes()));
    assert_eq!(Announcement::read(again), announcement);
});
