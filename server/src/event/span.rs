//! Spans of time, as people write them: in settings, in commands and to the program's subcommands.

use std::time::Duration;

/// Stands for no limit; far from where sums of milliseconds overflow, and over ten million years.
pub const FOREVER: Duration = Duration::from_millis(u64::MAX / 1024);

const UNITS: [(&str, u64); 5] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Reads a span of time: a whole number and one of `ms`, `s`, `m`, `h` and `d`.
pub fn parse_span(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim();
    let (_, unit_ms) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*unit_ms).map(Duration::from_millis).filter(|span| *span < FOREVER)
}

/// Writes a span of time in the largest unit that has it whole.
pub fn span_text(span: Duration) -> String {
    let ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let whole = |unit_ms: u64| ms >= unit_ms && ms.is_multiple_of(unit_ms);
    let (name, unit_ms) =
        UNITS.iter().rev().find(|(_, unit_ms)| whole(*unit_ms)).unwrap_or(&UNITS[0]);
    format!("{}{name}", ms / unit_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written_alike() {
        for (text, ms) in [
            ("0ms", 0),
            ("150ms", 150),
            ("5s", 5_000),
            ("90s", 90_000),
            ("10m", 600_000),
            ("36h", 129_600_000),
            ("7d", 604_800_000),
        ] {
            assert_eq!(parse_span(text), Some(Duration::from_millis(ms)), "{text}");
            assert_eq!(span_text(Duration::from_millis(ms)), text);
        }
        assert_eq!(parse_span("5 s"), Some(Duration::from_secs(5)));
        for text in ["", "5", "s", "-5s", "1.5h", "5 weeks", "99999999999999999999s", "5٣s"] {
            assert_eq!(parse_span(text), None, "{text}");
        }
    }
}
