//! The figures in which servers are compared, as a plot of bars (SVG).

use std::fmt::Write;

use super::{Results, Wire, short};
use crate::contestant::Contestant;
use crate::measure::Metric;

const ROW_HEIGHT: usize = 18;
const GROUP_GAP: usize = 34;
const LEFT: usize = 110;
const BAR_WIDTH: f64 = 420.0;
const WIDTH: usize = 640;

const SHOWN: [Metric; 5] =
    [Metric::OneSender, Metric::TenSenders, Metric::Busy, Metric::Register, Metric::Memory];

/// Draws a group of bars for each metric, with TLS and without; each group has a scale of its own.
pub(super) fn draw(results: &Results) -> String {
    let mut body = String::new();
    let mut top = 10;
    for wire in Wire::ALL {
        for metric in SHOWN {
            let medians = results.servers.iter().filter_map(|&server| {
                results.median(metric, wire, server).map(|median| (server, median))
            });
            let bars: Vec<_> = medians.collect();
            if !bars.is_empty() {
                top = draw_group(
                    &mut body,
                    top,
                    &format!("{} ({})", metric.title(), wire.name()),
                    &bars,
                );
            }
        }
    }
    let words = results.machine.sentence();
    let bottom = top + 20;
    let _ =
        writeln!(body, "<text x=\"10\" y=\"{bottom}\" class=\"quiet\">{}</text>", escaped(&words));
    let height = bottom + 16;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\">\n<style>text {{ font: 12px sans-serif; fill: #222 }} \
         .title {{ font-weight: bold }} .quiet {{ font-size: 9px; fill: #666 }}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
    )
}

/// Draws one group from `top` on, and says where the next begins.
fn draw_group(body: &mut String, top: usize, title: &str, bars: &[(Contestant, f64)]) -> usize {
    let longest = bars.iter().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
    let mut y = top + ROW_HEIGHT;
    let _ = writeln!(body, "<text x=\"10\" y=\"{y}\" class=\"title\">{}</text>", escaped(title));
    for (server, value) in bars {
        y += ROW_HEIGHT;
        let width = (value / longest * BAR_WIDTH).max(1.0);
        let bar_top = y - 11;
        let (name, color) = (escaped(server.name()), color(*server));
        let end = LEFT as f64 + width + 6.0;
        let _ = writeln!(body, "<text x=\"10\" y=\"{y}\">{name}</text>");
        let _ = writeln!(
            body,
            "<rect x=\"{LEFT}\" y=\"{bar_top}\" width=\"{width:.1}\" height=\"13\" fill=\"{color}\"/>"
        );
        let _ = writeln!(body, "<text x=\"{end:.1}\" y=\"{y}\">{}</text>", short(*value));
    }
    y + GROUP_GAP - ROW_HEIGHT
}

fn color(server: Contestant) -> &'static str {
    match server {
        Contestant::Majlis => "#1c71d8",
        Contestant::Inspircd => "#c0bfbc",
        Contestant::Ngircd => "#9a9996",
        Contestant::Floor => "#deddda",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_values() {
        let svg = draw(&results());
        assert!(svg.contains("width=\"420.0\" height=\"13\" fill=\"#9a9996\""), "{svg}");
        assert!(svg.contains("width=\"210.0\" height=\"13\" fill=\"#1c71d8\""), "{svg}");
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    }
}
