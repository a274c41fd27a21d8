//! Tables for people: columns apart by two blanks, one line a row.

use std::fmt::{self, Write};

use anstyle::Style;
use comfy_table::{CellAlignment, Table as Layout, TableStyle};

use super::escape::escape;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table with a line of headings.
#[derive(Debug)]
pub struct Table {
    layout: Layout,
}

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[(&str, Align)]) -> Table {
        let mut layout = Layout::new();
        layout.load_style(TableStyle::new());
        layout.set_header(columns.iter().map(|(heading, _)| escape(heading).to_string()));
        for (column, (_, align)) in layout.column_iter_mut().zip(columns) {
            column.set_padding((0, 2));
            column.set_cell_alignment(match align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
        }
        Table { layout }
    }

    /// Adds a row. Cells are escaped, for they may come from the wire.
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.layout.add_row(cells.into_iter().map(|cell| escape(cell.as_ref()).to_string()));
    }

    /// Writes the table; with `colour` the headings stand out.
    pub fn write(&self, out: &mut impl Write, colour: bool) -> fmt::Result {
        for (index, line) in self.layout.lines().enumerate() {
            let line = line.trim_end();
            let bold = if colour && index == 0 { Style::new().bold() } else { Style::new() };
            writeln!(out, "{bold}{line}{bold:#}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(colour: bool) -> String {
        let mut table =
            Table::new(&[("No", Align::Right), ("CALLED TSAP", Align::Left), ("OUTCOME", Align::Left)]);
        table.row(["1", "MTA", "released"]);
        table.row(["12", "\x1b[2J\n日本", ""]);
        let mut out = String::new();
        table.write(&mut out, colour).unwrap();
        out
    }

    #[test]
    fn columns_are_aligned_and_cells_escaped() {
        assert_eq!(
            table(false),
            "\
No  CALLED TSAP    OUTCOME
 1  MTA            released
12  \\x1B[2J\\n日本
"
        );
    }

    #[test]
    fn colour_is_for_the_headings_alone() {
        let bold = table(true);
        assert_eq!(bold.replacen("\x1b[1m", "", 1).replacen("\x1b[0m", "", 1), table(false));
        assert!(bold.starts_with("\x1b[1m"), "{bold:?}");
    }
}
