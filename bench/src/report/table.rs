//! The table, in Markdown.

use std::fmt::Write;

use super::{Results, Wire, short};
use crate::measure::Metric;

/// Writes it: medians of all rounds, and how Majlis stands to the best of the others.
pub(super) fn write(results: &Results) -> String {
    let mut text = String::from("| | |");
    let mut rule = String::from("\n|---|---|");
    for server in &results.servers {
        let _ = write!(text, " {} |", server.name());
        rule.push_str("---:|");
    }
    let _ = writeln!(text, " ratio |{rule}---:|");
    for metric in Metric::ALL {
        for wire in Wire::ALL {
            write_row(&mut text, results, metric, wire);
        }
    }
    let _ = writeln!(
        text,
        "\nMedians of {} rounds in turn; less is better. The ratio is that of Majlis to the best of the other servers.\n{}.",
        results.rounds,
        results.machine.sentence()
    );
    for failure in &results.failures {
        let _ = writeln!(text, "\nFailed: {failure}");
    }
    text
}

/// One row, if anything of it was measured.
fn write_row(text: &mut String, results: &Results, metric: Metric, wire: Wire) {
    let medians: Vec<_> =
        results.servers.iter().map(|&server| results.median(metric, wire, server)).collect();
    if medians.iter().all(Option::is_none) {
        return;
    }
    let _ = write!(text, "| {} | {} |", metric.title(), wire.name());
    for median in medians {
        let _ = write!(text, " {} |", median.map_or_else(|| "–".to_owned(), short));
    }
    let ratio = results.ratio(metric, wire).map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    let _ = writeln!(text, " {ratio} |");
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn a_row_has_medians_and_the_ratio_to_the_best_other() {
        let table = write(&results());
        assert!(
            table.starts_with("| | | Majlis | ngIRCd | ratio |\n|---|---|---:|---:|---:|\n"),
            "{table}"
        );
        assert!(
            table.contains("| 1 sender: CPU µs a delivery | TLS | 2.00 | 4.00 | 0.50 |\n"),
            "{table}"
        );
        assert!(table.contains("median ms | TLS | 2.00 | – |  |\n"), "{table}");
        assert!(!table.contains("10 senders"), "what was not measured has no row: {table}");
    }
}
