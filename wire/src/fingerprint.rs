//! The name of a public key: what people compare, what links carry, what clients pin.
//!
//! Owns the number and its spellings (hexadecimal, six words, the text of links). Whether a key is trusted is
//! [`trust`](crate::Trust)'s to say.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;
use rustls::pki_types::CertificateDer;

/// How many words [`Fingerprint::words`] gives.
pub const WORD_COUNT: usize = 6;

const BYTES: usize = 32;
const HEX_DIGITS: usize = 2 * BYTES;
/// 32 bytes are 256 bits, six a digit.
const BASE64_DIGITS: usize = 43;
const PIN_PREFIX: &str = "sha256-";
const BITS_PER_WORD: usize = 11;
const BITS_PER_DIGIT: usize = 6;
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// SHA-256 of a certificate's `SubjectPublicKeyInfo` (RFC 5280, 4.1), so that a renewed certificate keeps it.
///
/// It shows itself as 64 lower-case hexadecimal digits, and parses from those or from the text of links
/// (`sha256-` and 43 digits of base64url, RFC 4648, 5).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; BYTES]);

/// The certificate is not X.509 v3 as RFC 5280 has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCertificate;

/// The text is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadFingerprint;

impl Fingerprint {
    /// The fingerprint with these 32 bytes.
    pub const fn new(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// The fingerprint of the key that the certificate speaks for.
    pub fn from_certificate(certificate: &CertificateDer<'_>) -> Result<Self, BadCertificate> {
        let parsed = webpki::EndEntityCert::try_from(certificate).map_err(|_| BadCertificate)?;
        Ok(Self(sha256(&parsed.subject_public_key_info())))
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// Its first 66 bits as six words of the English list of BIP-39, for people to compare.
    pub fn words(&self) -> [&'static str; WORD_COUNT] {
        let list = bip39::Language::English.word_list();
        std::array::from_fn(|index| list[self.bits(index * BITS_PER_WORD, BITS_PER_WORD)])
    }

    /// Its text in links: `sha256-` and 43 digits of base64url without padding.
    pub fn to_pin_text(&self) -> String {
        let digits = (0..BASE64_DIGITS)
            .map(|index| char::from(BASE64_URL[self.bits(index * BITS_PER_DIGIT, BITS_PER_DIGIT)]));
        PIN_PREFIX.chars().chain(digits).collect()
    }

    /// The number that `count` bits from bit `start` on make; bits past the end are 0.
    fn bits(&self, start: usize, count: usize) -> usize {
        (start..start + count).fold(0, |number, bit| {
            let byte = self.0.get(bit / 8).copied().unwrap_or(0);
            number << 1 | usize::from(byte >> (7 - bit % 8) & 1)
        })
    }

    fn from_hex(text: &str) -> Option<Self> {
        if text.len() != HEX_DIGITS {
            return None;
        }
        let mut bytes = [0; BYTES];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digit =
                |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            *byte = digit(digits[0])? << 4 | digit(digits[1])?;
        }
        Some(Self(bytes))
    }

    fn from_base64(text: &str) -> Option<Self> {
        if text.len() != BASE64_DIGITS {
            return None;
        }
        let mut bytes = [0; BYTES];
        for (index, digit) in text.bytes().enumerate() {
            let number = BASE64_URL.iter().position(|&c| c == digit)?;
            for bit in 0..BITS_PER_DIGIT {
                let is_set = number >> (BITS_PER_DIGIT - 1 - bit) & 1 == 1;
                match (bytes.get_mut((index * BITS_PER_DIGIT + bit) / 8), is_set) {
                    (Some(byte), true) => *byte |= 0x80 >> ((index * BITS_PER_DIGIT + bit) % 8),
                    (None, true) => return None,
                    (_, false) => {}
                }
            }
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        match text.strip_prefix(PIN_PREFIX) {
            Some(digits) => Self::from_base64(digits),
            None => Self::from_hex(text),
        }
        .ok_or(BadFingerprint)
    }
}

impl fmt::Display for BadCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a valid X.509 certificate")
    }
}

impl std::error::Error for BadCertificate {}

impl fmt::Display for BadFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a fingerprint")
    }
}

impl std::error::Error for BadFingerprint {}

/// SHA-256 of the bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; BYTES] {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().try_into().expect("SHA-256 is 32 bytes long")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> Fingerprint {
        Fingerprint::new(std::array::from_fn(|index| u8::try_from(index * 7).unwrap()))
    }

    #[test]
    fn every_spelling_reads_back() {
        for fingerprint in [counting(), Fingerprint::new([0; 32]), Fingerprint::new([0xff; 32])] {
            assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
            assert_eq!(fingerprint.to_string().to_uppercase().parse(), Ok(fingerprint));
            assert_eq!(fingerprint.to_pin_text().parse(), Ok(fingerprint));
        }
    }

    #[test]
    fn spellings_are_the_well_known_ones() {
        let empty = Fingerprint::new(sha256(b""));
        assert_eq!(
            empty.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(empty.to_pin_text(), "sha256-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        assert_eq!(Fingerprint::new([0; 32]).words(), ["abandon"; 6]);
        assert_eq!(Fingerprint::new([0xff; 32]).words(), ["zoo"; 6]);
    }

    #[test]
    fn words_are_those_of_bip_39() {
        let words = Fingerprint::new([0x7f; 32]).words();
        assert_eq!(words, ["legal", "winner", "thank", "year", "wave", "sausage"]);
    }

    #[test]
    fn anything_else_is_refused() {
        let hex = counting().to_string();
        let pin = counting().to_pin_text();
        for text in ["", "sha256-", &hex[1..], &pin[..pin.len() - 1], &format!("{hex}0")] {
            assert_eq!(text.parse::<Fingerprint>(), Err(BadFingerprint), "{text}");
        }
        let bits_past_the_end = format!("{}B", &Fingerprint::new([0; 32]).to_pin_text()[..49]);
        assert_eq!(bits_past_the_end.parse::<Fingerprint>(), Err(BadFingerprint));
        assert_eq!("é".repeat(32).parse::<Fingerprint>(), Err(BadFingerprint));
    }

    #[test]
    fn garbage_is_no_certificate() {
        let garbage = CertificateDer::from(vec![0x30, 0x82, 1, 2, 3]);
        assert_eq!(Fingerprint::from_certificate(&garbage), Err(BadCertificate));
    }
}
