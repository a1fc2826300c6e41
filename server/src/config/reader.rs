//! A table of the settings file, read key by key; whatever is wrong is noted with its line and what would be right.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::event::{FOREVER, parse_span, span_text};

/// What is wrong with a file, gathered while it is read.
#[derive(Debug)]
pub(super) struct Problems<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<(usize, String)>,
    /// Every setting that was asked for, where that is what somebody wants to know.
    listed: Option<Vec<Listed>>,
}

/// A setting, as the code that reads it knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// With its table's name before it.
    pub(super) name: String,
    /// What may stand there.
    pub(super) wants: String,
    /// What counts where nothing does; empty where the reader does not know.
    pub(super) usual: String,
}

impl<'a> Problems<'a> {
    /// None yet, in a file of this name and content.
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: Vec::new(), listed: None }
    }

    /// To be read with an empty table: every setting is listed, in tables that are not there, too.
    pub(super) fn listing() -> Self {
        Self { listed: Some(Vec::new()), ..Self::new("", "") }
    }

    /// What was listed.
    pub(super) fn into_listed(self) -> Vec<Listed> {
        self.listed.unwrap_or_default()
    }

    /// Notes something about the place where these bytes are.
    pub(super) fn note(&mut self, span: &Range<usize>, words: impl Display) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        self.found.push((before.matches('\n').count() + 1, words.to_string()));
    }

    /// A line for each, in the order of the file.
    pub(super) fn into_lines(mut self) -> Vec<String> {
        self.found.sort_by_key(|(line, _)| *line);
        self.found
            .iter()
            .map(|(line, words)| format!("{}, line {line}: {words}", self.file))
            .collect()
    }
}

type Entry<'a> = (Range<usize>, &'a Spanned<DeValue<'a>>);

/// One table. Every key that is asked for is known by that; [`finish`](Section::finish) notes all others.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// What stands before a key in words, with its dot; empty for the outermost table.
    prefix: String,
    entries: BTreeMap<&'a str, Entry<'a>>,
    known: Vec<&'static str>,
    /// Numbers and times as they count now, whether they stand in the table or not.
    limits: Vec<String>,
}

impl<'a> Section<'a> {
    /// The table of this name.
    pub(super) fn new(name: &str, table: &'a DeTable<'a>) -> Self {
        let entries = table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), (key.span(), value)))
            .collect();
        Self { entries, ..Self::empty(name) }
    }

    fn empty(name: &str) -> Self {
        let prefix = if name.is_empty() { String::new() } else { format!("{name}.") };
        Self { prefix, entries: BTreeMap::new(), known: Vec::new(), limits: Vec::new() }
    }

    fn list(&self, problems: &mut Problems<'_>, key: &str, wants: &str, usual: impl Display) {
        let name = format!("{}{key}", self.prefix);
        if let Some(listed) = &mut problems.listed {
            listed.push(Listed { name, wants: wants.to_owned(), usual: usual.to_string() });
        }
    }

    /// Every number and time that was read, as in `limits.rooms: off`, in the order of reading.
    pub(super) fn into_limits(self) -> Vec<String> {
        self.limits
    }

    /// Nothing stands for a limit that is off.
    fn note_limit(&mut self, key: &str, value: Option<&str>) {
        let value = value.unwrap_or(OFF);
        self.limits.push(format!("{}{key}: {value}", self.prefix));
    }

    fn take(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key);
        self.entries.remove(key).map(|(_, value)| value)
    }

    /// Reads one value: `read` makes it of what stands there, or says what would be right.
    pub(super) fn value<T>(
        &mut self,
        problems: &mut Problems<'_>,
        key: &'static str,
        read: impl FnOnce(&'a DeValue<'a>) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.take(key)?;
        match read(value.get_ref()) {
            Ok(found) => Some(found),
            Err(wanted) => {
                let written = written(value.get_ref());
                let prefix = &self.prefix;
                problems
                    .note(&value.span(), format!("{prefix}{key} wants {wanted}, not {written}."));
                None
            }
        }
    }

    /// A text that `check` makes something of, or says what would be right.
    pub(super) fn text<T>(
        &mut self,
        problems: &mut Problems<'_>,
        key: &'static str,
        check: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if problems.listed.is_some() {
            let wanted = check(NO_VALUE).err();
            self.list(problems, key, wanted.as_deref().unwrap_or("a text in quotes"), "");
            return None;
        }
        self.value(problems, key, |value| check(value.as_str().ok_or("a text in quotes")?))
    }

    /// A list of texts.
    pub(super) fn texts<T>(
        &mut self,
        problems: &mut Problems<'_>,
        key: &'static str,
        check: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        if problems.listed.is_some() {
            let wanted = check(NO_VALUE).err();
            self.list(problems, key, wanted.as_deref().unwrap_or("a list of texts"), "");
        }
        self.value(problems, key, |value| {
            let wanted = "a list of texts, as in [\"a\", \"b\"]";
            let list = value.as_array().ok_or(wanted)?;
            list.iter().map(|item| check(item.get_ref().as_str().ok_or(wanted)?)).collect()
        })
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, problems: &mut Problems<'_>, key: &'static str, into: &mut bool) {
        self.list(problems, key, "true or false", *into);
        let read = |value: &DeValue<'_>| value.as_bool().ok_or_else(|| "true or false".to_owned());
        *into = self.value(problems, key, read).unwrap_or(*into);
    }

    /// A whole number in this range; `"off"` is another way to write 0.
    pub(super) fn number<T: TryFrom<u64> + Copy + Display>(
        &mut self,
        problems: &mut Problems<'_>,
        key: &'static str,
        range: RangeInclusive<u64>,
        into: &mut T,
    ) {
        let wanted = || format!("a whole number from {} to {}", range.start(), range.end());
        self.list(problems, key, &wanted(), *into);
        let read = |value: &DeValue<'_>| {
            let number = if is_off(value) { Some(0) } else { number(value) };
            let number = number.filter(|number| range.contains(number));
            let number = number.and_then(|number| T::try_from(number).ok());
            number.ok_or_else(|| wanted() + never_off(value))
        };
        *into = self.value(problems, key, read).unwrap_or(*into);
        let text = into.to_string();
        self.note_limit(key, Some(&*text).filter(|text| *text != "0"));
    }

    /// A whole number, where 0 or `"off"` stands for no limit.
    pub(super) fn limit(
        &mut self,
        problems: &mut Problems<'_>,
        key: &'static str,
        into: &mut usize,
    ) {
        let wanted = "a whole number, or \"off\" for no limit";
        let usual = if *into == usize::MAX { OFF.to_owned() } else { into.to_string() };
        self.list(problems, key, wanted, usual);
        let read = |value: &DeValue<'_>| {
            let found = if is_off(value) { Some(0) } else { number(value) };
            let found = found.and_then(|number| usize::try_from(number).ok());
            let limit = found.map(|number| if number == 0 { usize::MAX } else { number });
            limit.ok_or_else(|| wanted.to_owned())
        };
        *into = self.value(problems, key, read).unwrap_or(*into);
        let text = into.to_string();
        self.note_limit(key, Some(&*text).filter(|_| *into < usize::MAX));
    }

    /// So many in a second, where 0 or `"off"` stands for any number.
    pub(super) fn rate(&mut self, problems: &mut Problems<'_>, key: &'static str, into: &mut f32) {
        let wanted = || format!("a whole number up to {}, or \"off\" for no limit", u16::MAX);
        let usual = if into.is_finite() { into.to_string() } else { OFF.to_owned() };
        self.list(problems, key, &wanted(), usual);
        let read = |value: &DeValue<'_>| match number(value).map(u16::try_from) {
            Some(Ok(0)) => Ok(f32::INFINITY),
            Some(Ok(number)) => Ok(f32::from(number)),
            None if is_off(value) => Ok(f32::INFINITY),
            _ => Err(wanted()),
        };
        *into = self.value(problems, key, read).unwrap_or(*into);
        let text = into.to_string();
        self.note_limit(key, Some(&*text).filter(|_| into.is_finite()));
    }

    /// A span of time in this range; where that reaches [`FOREVER`], `"off"` stands for it.
    pub(super) fn span(
        &mut self,
        problems: &mut Problems<'_>,
        key: &'static str,
        range: RangeInclusive<Duration>,
        into: &mut Duration,
    ) {
        let may_be_off = *range.end() == FOREVER;
        let least = span_text(*range.start());
        let wanted = || {
            if may_be_off {
                format!("a time of at least {least}, as in \"90s\", or \"off\"")
            } else {
                format!("a time from {least} to {}, as in \"90s\"", span_text(*range.end()))
            }
        };
        let usual = if *into >= FOREVER { OFF.to_owned() } else { span_text(*into) };
        self.list(problems, key, &wanted(), usual);
        let read = |value: &DeValue<'_>| {
            if may_be_off && is_off(value) {
                return Ok(FOREVER);
            }
            let span = value.as_str().and_then(parse_span).filter(|span| range.contains(span));
            span.ok_or_else(|| wanted() + never_off(value))
        };
        *into = self.value(problems, key, read).unwrap_or(*into);
        let text = span_text(*into);
        self.note_limit(key, Some(&*text).filter(|_| *into < FOREVER));
    }

    /// The same in milliseconds.
    pub(super) fn span_ms(
        &mut self,
        problems: &mut Problems<'_>,
        key: &'static str,
        range: RangeInclusive<Duration>,
        into: &mut u64,
    ) {
        let mut span = Duration::from_millis(*into);
        self.span(problems, key, range, &mut span);
        *into = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    }

    /// A table within this one.
    pub(super) fn section(
        &mut self,
        problems: &mut Problems<'_>,
        key: &'static str,
    ) -> Option<Section<'a>> {
        let name = format!("{}{key}", self.prefix);
        if problems.listed.is_some() {
            return Some(Section::empty(&name));
        }
        let wanted = || format!("a table, as in [{name}]");
        self.value(problems, key, |value| value.as_table().ok_or_else(wanted))
            .map(|table| Section::new(&name, table))
    }

    /// Tables of this name, each with where it begins.
    pub(super) fn sections(
        &mut self,
        problems: &mut Problems<'_>,
        key: &'static str,
    ) -> Vec<(Range<usize>, Section<'a>)> {
        let name = format!("{}{key}", self.prefix);
        if problems.listed.is_some() {
            return vec![(0..0, Section::empty(&name))];
        }
        let wanted = || format!("tables, as in [[{name}]]");
        let tables = self.value(problems, key, |value| {
            let array = value.as_array().ok_or_else(wanted)?;
            let table = |item: &'a Spanned<DeValue<'a>>| {
                let table = item.get_ref().as_table().ok_or_else(wanted)?;
                Ok((item.span(), Section::new(&name, table)))
            };
            array.iter().map(table).collect::<Result<Vec<_>, String>>()
        });
        tables.unwrap_or_default()
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(self, problems: &mut Problems<'_>) {
        for (key, (span, _)) in &self.entries {
            let near = self.known.iter().min_by_key(|known| distance(known, key));
            let near = near.filter(|known| distance(known, key) <= key.chars().count() / 2);
            let advice = match near {
                Some(near) => format!("did you mean {}{near}?", self.prefix),
                None => format!("known here: {}.", self.known.join(", ")),
            };
            problems.note(span, format!("{}{key} is no setting; {advice}", self.prefix));
        }
    }
}

/// How a setting is written that keeps nothing within bounds.
const OFF: &str = "off";

/// A text that no setting takes, so that its reader says what it wants instead.
const NO_VALUE: &str = "\0";

/// What is said more to somebody who wrote so where it cannot be: a line would not hold it, or memory would not.
fn never_off(value: &DeValue<'_>) -> &'static str {
    if is_off(value) { " (it cannot be off)" } else { "" }
}

fn is_off(value: &DeValue<'_>) -> bool {
    value.as_str() == Some(OFF)
}

fn number(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// A value as words can name it.
fn written(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "this list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// How many single changes make one word of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, a) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, b) in other.chars().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        for (one, other, changes) in
            [("", "abc", 3), ("abc", "abc", 0), ("topic", "tpoic", 2), ("sendq", "send", 1)]
        {
            assert_eq!(distance(one, other), changes);
            assert_eq!(distance(other, one), changes);
        }
    }
}
