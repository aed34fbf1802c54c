//! The figures, one line each, as they come; the bars they must keep beside them.

use std::fmt::Write;
use std::time::Duration;

/// What a figure is held against.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    /// At least so much.
    AtLeast(f64),
    /// At most so much.
    AtMost(f64),
}

impl Bar {
    fn kept(self, value: f64) -> bool {
        match self {
            Bar::AtLeast(least) => value >= least,
            Bar::AtMost(most) => value <= most,
        }
    }

    fn text(self) -> String {
        match self {
            Bar::AtLeast(least) => format!(">= {}", number(least)),
            Bar::AtMost(most) => format!("<= {}", number(most)),
        }
    }
}

/// Collects what was missed.
#[derive(Default)]
pub(crate) struct Report {
    missed: Vec<String>,
    bars: usize,
}

impl Report {
    /// Begins a part.
    pub(crate) fn part(&mut self, title: &str) {
        say(&format!("\n{title}"));
    }

    /// A figure that is only told.
    pub(crate) fn tell(&mut self, name: &str, value: &str) {
        say(&format!("  {name:<44} {value}"));
    }

    /// A figure with a bar.
    pub(crate) fn judge(&mut self, name: &str, value: f64, unit: &str, bar: Bar) {
        let kept = bar.kept(value);
        let verdict = if kept { "ok" } else { "MISSED" };
        let shown = format!("{}{unit}", number(value));
        say(&format!("  {name:<44} {shown:<24} {:<12} {verdict}", bar.text()));
        self.bars += 1;
        if !kept {
            self.missed.push(format!("{name}: {shown}, not {}", bar.text()));
        }
    }

    /// The last lines.
    pub(crate) fn end(&self) {
        let mut text = format!("\n{} of {} bars kept", self.bars - self.missed.len(), self.bars);
        for missed in &self.missed {
            let _ = write!(text, "\n  MISSED {missed}");
        }
        say(&text);
    }
}

/// A number with as many digits as say something.
fn number(value: f64) -> String {
    match value.abs() {
        big if big >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A rate.
pub(crate) fn per_second(rate: f64) -> String {
    format!("{}/s", number(rate))
}

/// A short time.
pub(crate) fn millis(time: Duration) -> String {
    format!("{} ms", number(time.as_secs_f64() * 1e3))
}

/// Memory or a file's size.
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sizes below petabytes are exact enough")]
    let bytes = bytes as f64;
    bytes / (1024.0 * 1024.0)
}

#[expect(clippy::print_stdout, reason = "the bench is a program that prints its figures")]
fn say(line: &str) {
    println!("{line}");
}

/// Says why the bench ended early.
#[expect(clippy::print_stderr, reason = "a command-line program tells its troubles there")]
pub(crate) fn complain(line: &str) {
    eprintln!("doorward-bench: {line}");
}
