//! Moments as IRC writes them (server-time; draft/chathistory's `timestamp=`).

use std::fmt;
use std::str::FromStr;

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// A moment: milliseconds since 1970, in UTC.
///
/// As text it is `2026-01-02T03:04:05.678Z`. The text of a moment after the year 9999 is that of the year's last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(pub u64);

/// 9999-12-31T23:59:59.999Z, the last moment that the form can say.
const MAX_MS: u64 = 253_402_300_799_999;

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = i128::from(self.0.min(MAX_MS)) * 1_000_000;
        let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
            .expect("every moment up to the year 9999 has a date");
        let (year, month, day) = moment.to_calendar_date();
        let (hour, minute, second, millisecond) = moment.to_hms_milli();
        let month = u8::from(month);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z"
        )
    }
}

/// The text is not a moment from 1970 on in the form `2026-01-02T03:04:05.678Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time like 2026-01-02T03:04:05.678Z")
    }
}

impl std::error::Error for TimestampError {}

/// Takes the form with any number of decimals, or none; what is finer than a millisecond is cut off. A leap second counts
/// as the last millisecond before it.
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let (date, time) = text.split_once('T').ok_or(TimestampError)?;
        let time = time.strip_suffix('Z').ok_or(TimestampError)?;
        let moment = PrimitiveDateTime::new(parse_date(date)?, parse_time(time)?).assume_utc();
        u64::try_from(moment.unix_timestamp_nanos() / 1_000_000)
            .map(Self)
            .map_err(|_| TimestampError)
    }
}

fn parse_date(text: &str) -> Result<Date, TimestampError> {
    let mut fields = text.split('-');
    let year = digits(fields.next(), 4)?;
    let month = Month::try_from(digits::<u8>(fields.next(), 2)?).map_err(|_| TimestampError)?;
    let day = digits(fields.next(), 2)?;
    if fields.next().is_some() {
        return Err(TimestampError);
    }
    Date::from_calendar_date(year, month, day).map_err(|_| TimestampError)
}

fn parse_time(text: &str) -> Result<Time, TimestampError> {
    let (text, decimals) = text.split_once('.').map_or((text, "0"), |(time, rest)| (time, rest));
    let mut fields = text.split(':');
    let (hour, minute) = (digits(fields.next(), 2)?, digits(fields.next(), 2)?);
    let second: u8 = digits(fields.next(), 2)?;
    let millisecond = milliseconds(decimals)?;
    if fields.next().is_some() {
        return Err(TimestampError);
    }
    let (second, millisecond) = if second == 60 { (59, 999) } else { (second, millisecond) };
    Time::from_hms_milli(hour, minute, second, millisecond).map_err(|_| TimestampError)
}

fn milliseconds(decimals: &str) -> Result<u16, TimestampError> {
    if decimals.is_empty() || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TimestampError);
    }
    let padded = decimals.bytes().chain(std::iter::repeat(b'0')).take(3);
    Ok(padded.fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
}

/// A number of exactly so many digits.
fn digits<T: FromStr>(field: Option<&str>, count: usize) -> Result<T, TimestampError> {
    field
        .filter(|text| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or(TimestampError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moments_have_one_text() {
        let table = [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_767_323_045_678, "2026-01-02T03:04:05.678Z"),
            (951_782_400_001, "2000-02-29T00:00:00.001Z"),
            (MAX_MS, "9999-12-31T23:59:59.999Z"),
        ];
        for (ms, text) in table {
            assert_eq!(Timestamp(ms).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp(ms)));
        }
        assert_eq!(Timestamp(u64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn decimals_may_be_many_few_or_none() {
        let second = 1_767_323_045_000;
        for (text, ms) in [
            ("2026-01-02T03:04:05Z", second),
            ("2026-01-02T03:04:05.6Z", second + 600),
            ("2026-01-02T03:04:05.678999999999Z", second + 678),
            ("2016-12-31T23:59:60.419Z", 1_483_228_799_999),
        ] {
            assert_eq!(text.parse(), Ok(Timestamp(ms)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "Z",
            "2026-01-02",
            "2026-01-02T03:04:05.678",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05.6-Z",
            "2026-01-02T03:04Z",
            "2026-01-02T03:04:05:06Z",
            "2026-01-02-03T03:04:05Z",
            "2026-1-2T03:04:05Z",
            "2026-02-30T03:04:05Z",
            "2026-13-01T03:04:05Z",
            "2026-01-02T24:00:00Z",
            "+026-01-02T03:04:05Z",
            "1969-12-31T23:59:59.999Z",
            "٢٠٢٦-01-02T03:04:05Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_number_agree(ms in 0..=MAX_MS) {
            prop_assert_eq!(Timestamp(ms).to_string().parse(), Ok(Timestamp(ms)));
        }

        #[test]
        fn any_text_ends_in_a_value_or_an_error(text in "\\PC*") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
