//! Figures beside what is wanted.

use std::fmt;

/// One figure.
struct Row {
    what: String,
    measured: String,
    wanted: &'static str,
}

/// All figures, in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    /// Adds a figure; nothing is wanted of one that only explains others.
    pub(crate) fn add(
        &mut self,
        what: impl Into<String>,
        measured: impl Into<String>,
        wanted: &'static str,
    ) {
        let row = Row {
            what: what.into(),
            measured: measured.into(),
            wanted,
        };
        // At once, since the next may take minutes.
        eprintln!("{}: {}", row.what, row.measured);
        self.0.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = |of: fn(&Row) -> &str| {
            let widths = self.0.iter().map(|row| of(row).chars().count());
            widths.max().unwrap_or(0)
        };
        let (what, measured) = (widest(|row| &row.what), widest(|row| &row.measured));
        for row in &self.0 {
            let line = format!(
                "{:what$}  {:measured$}  {}",
                row.what, row.measured, row.wanted
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Milliseconds as people read them.
pub(crate) fn ms(milliseconds: f64) -> String {
    format!("{milliseconds:.0} ms")
}

/// The value that so many hundredths of the values do not exceed; 0 of none.
pub(crate) fn percentile(values: &[f64], hundredths: usize) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let at = (values.len() * hundredths).div_ceil(100).saturating_sub(1);
    values.get(at.min(last)).copied().unwrap_or(0.0)
}
