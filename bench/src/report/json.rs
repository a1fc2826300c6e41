//! The figures of every round, for programs.

use std::fmt::Write;

use super::{Results, median};

/// Writes everything as one JSON object.
pub(super) fn write(results: &Results) -> String {
    let machine = &results.machine;
    let mut text = String::from("{\n");
    let words = [
        ("date", &machine.date),
        ("processor", &machine.processor),
        ("kernel", &machine.kernel),
        ("system", &machine.system),
    ];
    for (key, value) in words {
        let _ = writeln!(text, "  \"{key}\": {},", quoted(value));
    }
    let _ = writeln!(
        text,
        "  \"processors\": {},\n  \"rounds\": {},",
        machine.processors, results.rounds
    );
    let versions = machine
        .versions
        .iter()
        .map(|(server, version)| format!("{}: {}", quoted(server.name()), quoted(version)));
    let _ = writeln!(text, "  \"versions\": {{{}}},", list(versions));
    let _ = writeln!(
        text,
        "  \"failures\": [{}],",
        list(results.failures.iter().map(|words| quoted(words)))
    );
    let figures = results.values.iter().map(|((metric, wire, server), values)| {
        format!(
            "\n    {{\"metric\": {}, \"wire\": {}, \"server\": {}, \"median\": {}, \"values\": [{}]}}",
            quoted(metric.key()),
            quoted(wire.name()),
            quoted(server.name()),
            number(median(values).unwrap_or_default()),
            list(values.iter().copied().map(number))
        )
    });
    let _ = writeln!(text, "  \"figures\": [{}\n  ]\n}}", list(figures));
    text
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.6}") } else { "null".to_owned() }
}

/// A JSON string (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control < ' ' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn strings_are_quoted() {
        assert_eq!(quoted("a\"b\\c\nd é"), "\"a\\\"b\\\\c\\u000ad é\"");
    }

    #[test]
    fn every_figure_is_there() {
        let text = write(&results());
        let entry = "{\"metric\": \"cpu_1x1_us\", \"wire\": \"TLS\", \"server\": \"ngIRCd\", \"median\": 4.000000, \
                     \"values\": [2.000000, 4.000000, 18.000000]}";
        assert!(text.contains(entry), "{text}");
        assert!(text.contains("\"failures\": [\"a <bad> \\\"thing\\\"\"]"), "{text}");
        assert_eq!(text.matches(['{', '[']).count(), text.matches(['}', ']']).count());
    }
}
