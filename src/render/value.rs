//! The value of a field in words: what stands behind `Label = ` in the frame view.

use std::fmt::{self, Write};

use super::decode;
use super::escape::{escape, quote};
use super::secrets::{Hidden, MASK, Secrets};
use crate::capture::Octets;
use crate::tree::{Bits, Charset, Digits as _, Display, Names, Node, Tree, Value};

/// How many octets of a value are shown in hexadecimal; the hex pane and JSON have them all.
const OCTETS_SHOWN: usize = 32;

/// The octets of a node's value.
pub fn value_octets<'a>(tree: &'a Tree, node: &Node) -> Octets<'a> {
    let start = match node.value {
        Value::Contents(start) => start,
        Value::Octets | Value::Number(_) => node.at.start,
    };
    tree.octets(node.source).slice(start as usize, node.at.end as usize)
}

/// Whether a node has a value to show. The octets of a field that has fields of its own are shown there.
pub fn has_value(node: &Node) -> bool {
    !matches!(node.field.display, Display::Structure | Display::Prose)
        && (node.leaf || matches!(node.value, Value::Number(_)))
}

/// Whether a node has a value that is in its octets, and not in a number that the decoder worked out.
pub fn is_of_octets(node: &Node) -> bool {
    use Display::*;
    let is_number = matches!(
        node.field.display,
        Number | PaddedNumber(_) | Hex(_) | Named(_) | Flags(..) | Boolean | Remaining
    );
    has_value(node) && !(is_number && matches!(node.value, Value::Number(_)))
}

/// The value of a node as a number: the one that the decoder worked out, else up to eight octets, most
/// significant first.
pub fn number(tree: &Tree, node: &Node) -> Option<i128> {
    if let Value::Number(number) = node.value {
        return Some(number.into());
    }
    let octets = value_octets(tree, node);
    match node.field.display {
        Display::Remaining => Some(octets.len() as i128),
        _ if (1..=8).contains(&octets.len()) => {
            Some(octets.bytes().iter().fold(0, |number, &octet| number << 8 | u64::from(octet)).into())
        }
        _ => None,
    }
}

/// Whether a node has the value TRUE; BER takes any octet but 0 for it (X.690 8.2.2).
pub fn boolean(tree: &Tree, node: &Node) -> bool {
    match node.value {
        Value::Number(number) => number != 0,
        _ => value_octets(tree, node).bytes().iter().any(|&octet| octet != 0),
    }
}

/// The name that a number has.
pub fn name(names: Names, number: i128) -> Option<&'static str> {
    names.iter().find(|(value, _)| i128::from(*value) == number).map(|(_, name)| *name)
}

/// The names of the bits that are set in a bit field; a row with the mask 0 names the value 0.
pub fn flags(bits: Bits, number: i128) -> impl Iterator<Item = &'static str> {
    bits.iter()
        .filter(
            move |(mask, _)| {
                if *mask == 0 { number == 0 } else { number & i128::from(*mask) == i128::from(*mask) }
            },
        )
        .map(|(_, name)| *name)
}

/// The numbers of the bits that are set in the contents octets of a BIT STRING, with the names they have; `None`
/// where the octets are not a BIT STRING (X.690 8.6.2) or too many to be named.
pub fn bit_string(
    bits: Bits,
    contents: &[u8],
) -> Option<impl Iterator<Item = (usize, Option<&'static str>)>> {
    let (&unused, octets) = contents.split_first()?;
    if bits.is_empty() || unused > 7 || octets.len() > OCTETS_SHOWN || (octets.is_empty() && unused != 0) {
        return None;
    }
    let set =
        (0..octets.len() * 8 - usize::from(unused)).filter(|bit| octets[bit / 8] & (0x80 >> (bit % 8)) != 0);
    Some(set.map(|bit| (bit, bits.iter().find(|(number, _)| *number as usize == bit).map(|(_, name)| *name))))
}

/// The text of octets that are all printable ASCII, and at least one.
pub fn printable(octets: &[u8]) -> Option<&str> {
    let is_printable = !octets.is_empty() && octets.iter().all(|octet| matches!(octet, b' '..=b'~'));
    if is_printable { std::str::from_utf8(octets).ok() } else { None }
}

/// Writes the value of a node; nothing where it has none.
pub fn write(out: &mut impl Write, tree: &Tree, node: &Node, secrets: &Secrets) -> fmt::Result {
    use Display::*;
    let display = node.field.display;
    let octets = || value_octets(tree, node);
    match secrets.hide(tree, node) {
        Hidden::No => {}
        Hidden::Partly if matches!(display, Octets | Selector) => return hexadecimal(out, octets(), secrets),
        Hidden::Partly | Hidden::All => return out.write_str(MASK),
    }
    match (display, number(tree, node)) {
        (Structure | Prose, _) => Ok(()),
        (Number, Some(number)) => write_number(out, number, 1),
        (PaddedNumber(digits), Some(number)) => write_number(out, number, digits),
        (Remaining, Some(number)) => write_number(out, number, 4),
        (Hex(digits), Some(number)) => write_hexadecimal(out, number, digits),
        (Named(names), Some(number)) => {
            out.write_str(name(names, number).unwrap_or("reserved or unknown"))?;
            out.write_str(" (")?;
            decimal(out, number)?;
            out.write_char(')')
        }
        (Flags(digits, bits), Some(number)) => write_flags(out, number, digits, bits),
        (Number | PaddedNumber(_) | Remaining | Hex(_) | Named(_) | Flags(..), None) => {
            hexadecimal(out, octets(), secrets)
        }
        (BitString(bits), _) => write_bit_string(out, octets(), bits, secrets),
        (Boolean, _) => out.write_str(if boolean(tree, node) { "TRUE" } else { "FALSE" }),
        (Oid, _) => write_oid(out, octets().bytes()),
        (Octets, _) => {
            hexadecimal(out, octets(), secrets)?;
            let shown = Some(octets().bytes()).filter(|octets| octets.len() <= OCTETS_SHOWN);
            shown.and_then(printable).map_or(Ok(()), |text| write_quoted(out, text))
        }
        (Selector, _) => match printable(octets().bytes()) {
            Some(text) => quote(text).write(out),
            None => hexadecimal(out, octets(), secrets),
        },
        (Text(charset), _) => quote(&decode::text(charset, octets().bytes())).write(out),
        (UtcTime, _) => write_time(out, octets().bytes(), decode::utc_time(octets().bytes())),
        (GeneralizedTime, _) => write_time(out, octets().bytes(), decode::generalized_time(octets().bytes())),
    }
}

/// A number. Values have at most 64 bits, and a sign.
pub(super) fn decimal(out: &mut impl Write, number: i128) -> fmt::Result {
    if number < 0 {
        out.write_char('-')?;
    }
    out.decimal(magnitude(number))
}

fn magnitude(number: i128) -> u64 {
    u64::try_from(number.unsigned_abs()).unwrap_or(u64::MAX)
}

/// `31 (0x1F)`, with this many digits at least.
fn write_number(out: &mut impl Write, number: i128, digits: u8) -> fmt::Result {
    decimal(out, number)?;
    out.write_str(" (")?;
    write_hexadecimal(out, number, digits)?;
    out.write_char(')')
}

/// `0x1F`, with this many digits at least.
fn write_hexadecimal(out: &mut impl Write, number: i128, digits: u8) -> fmt::Result {
    out.write_str(if number < 0 { "-0x" } else { "0x" })?;
    out.hexadecimal(magnitude(number), digits.into())
}

/// ` ("text")`
fn write_quoted(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_str(" (")?;
    quote(text).write(out)?;
    out.write_char(')')
}

/// `0x0249 (half-duplex, exceptions)`; bits that have no name are shown as one number.
fn write_flags(out: &mut impl Write, number: i128, digits: u8, bits: Bits) -> fmt::Result {
    write_hexadecimal(out, number, digits)?;
    let named = bits.iter().fold(0, |named, (mask, _)| named | i128::from(*mask));
    let mut list = List::new(out);
    for name in flags(bits, number) {
        list.item()?.write_str(name)?;
    }
    if number & !named != 0 && !bits.is_empty() {
        let out = list.item()?;
        out.write_str("reserved or unknown ")?;
        write_hexadecimal(out, number & !named, 1)?;
    }
    list.end()
}

/// Items in brackets behind a value; nothing where there is no item.
struct List<'a, W> {
    out: &'a mut W,
    empty: bool,
}

impl<'a, W: Write> List<'a, W> {
    fn new(out: &'a mut W) -> Self {
        List { out, empty: true }
    }

    /// Where the next item is to be written.
    fn item(&mut self) -> Result<&mut W, fmt::Error> {
        self.out.write_str(if self.empty { " (" } else { ", " })?;
        self.empty = false;
        Ok(self.out)
    }

    fn end(self) -> fmt::Result {
        if self.empty { Ok(()) } else { self.out.write_str(")") }
    }
}

fn write_bit_string(out: &mut impl Write, octets: Octets<'_>, bits: Bits, secrets: &Secrets) -> fmt::Result {
    let Some(set) = bit_string(bits, octets.bytes()) else {
        // Without names, the bits themselves: the first contents octet only counts those that are unused.
        let unused = octets.bytes().first().copied().filter(|unused| *unused <= 7);
        hexadecimal(out, octets.skip(usize::from(unused.is_some())), secrets)?;
        return match unused {
            None | Some(0) => Ok(()),
            Some(1) => out.write_str(" (1 unused bit)"),
            Some(count) => write!(out, " ({count} unused bits)"),
        };
    };
    let mut separator = "";
    for (bit, name) in set {
        out.write_str(separator)?;
        separator = ", ";
        match name {
            Some(name) => out.write_str(name)?,
            None => write!(out, "bit {bit}")?,
        }
    }
    if separator.is_empty() { out.write_str("(none)") } else { Ok(()) }
}

fn write_oid(out: &mut impl Write, contents: &[u8]) -> fmt::Result {
    match decode::oid_name(contents) {
        _ if contents.is_empty() => out.write_str("(empty)"),
        Some(name) => write!(out, "{name} ({})", decode::oid(contents)),
        None => write!(out, "{}", decode::oid(contents)),
    }
}

fn write_time(out: &mut impl Write, octets: &[u8], time: Option<impl fmt::Display>) -> fmt::Result {
    let raw = decode::text(Charset::Ascii, octets);
    match time {
        Some(time) => {
            escape(&time.to_string()).write(out)?;
            write_quoted(out, &raw)
        }
        None => quote(&raw).write(out),
    }
}

/// The octets in hexadecimal, as many as a line holds.
fn hexadecimal(out: &mut impl Write, octets: Octets<'_>, secrets: &Secrets) -> fmt::Result {
    if octets.is_empty() {
        return out.write_str("(empty)");
    }
    for (index, octet) in octets.bytes().iter().take(OCTETS_SHOWN).enumerate() {
        if index > 0 {
            out.write_char(' ')?;
        }
        if secrets.hide_octet(octets.place(index)) {
            out.write_str("**")?
        } else {
            out.hexadecimal((*octet).into(), 2)?
        }
    }
    if octets.len() > OCTETS_SHOWN { write!(out, " … ({} octets)", octets.len()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{FrameNo, Piece};
    use crate::tree::{Field, FieldDef, Sink, Span};

    /// The value of a field as it is shown.
    fn shown(display: Display, octets: &[u8], value: Value) -> String {
        let field: Field = Box::leak(Box::new(FieldDef::new("t.field", "Field", display)));
        let mut tree = Tree::new();
        tree.source(Octets::new(octets, &[], 0));
        tree.leaf(field, Span::new(0, octets.len()), value);
        let mut out = String::new();
        write(&mut out, &tree, &tree.nodes()[0], &Secrets::masked(&tree)).expect("a String takes everything");
        out
    }

    fn of_octets(display: Display, octets: &[u8]) -> String {
        shown(display, octets, Value::Octets)
    }

    fn of_number(display: Display, number: i64) -> String {
        shown(display, &[0], Value::Number(number))
    }

    #[test]
    fn numbers_are_decimal_with_the_hexadecimal_beside() {
        assert_eq!(of_octets(Display::Number, &[0x00, 0x12]), "18 (0x12)");
        assert_eq!(of_number(Display::Number, 3), "3 (0x3)");
        assert_eq!(of_number(Display::Number, -5), "-5 (-0x5)");
        assert_eq!(of_number(Display::Number, i64::MIN), "-9223372036854775808 (-0x8000000000000000)");
        assert_eq!(of_octets(Display::Number, &[0xff; 8]), "18446744073709551615 (0xFFFFFFFFFFFFFFFF)");
        assert_eq!(of_octets(Display::Number, &[1; 9]), "01 01 01 01 01 01 01 01 01");
        assert_eq!(of_octets(Display::Number, &[]), "(empty)");
        assert_eq!(of_number(Display::PaddedNumber(4), 14), "14 (0x000E)");
        assert_eq!(of_octets(Display::Remaining, &[0; 14]), "14 (0x000E)");
        assert_eq!(of_octets(Display::Hex(4), &[0xc6, 0xb5]), "0xC6B5");
    }

    #[test]
    fn coded_values_have_their_name_in_front() {
        // X.224 13.5.3: reason 3 of a DR is "address unknown".
        const REASONS: Names = &[(0, "reason not specified"), (3, "address unknown")];
        assert_eq!(of_octets(Display::Named(REASONS), &[3]), "address unknown (3)");
        assert_eq!(of_octets(Display::Named(REASONS), &[0x7f]), "reserved or unknown (127)");
        assert_eq!(of_number(Display::Boolean, 0), "FALSE");
        assert_eq!(of_octets(Display::Boolean, &[0xff]), "TRUE");
    }

    #[test]
    fn bits_have_names() {
        // X.225 8.3.1.15: bit 1 half-duplex, bit 4 minor synchronize, bit 7 activity management, bit 10 exceptions.
        const UNITS: Bits =
            &[(0x01, "half-duplex"), (0x08, "minor synchronize"), (0x40, "activity"), (0x200, "exceptions")];
        assert_eq!(
            of_octets(Display::Flags(4, UNITS), &[0x02, 0x49]),
            "0x0249 (half-duplex, minor synchronize, activity, exceptions)"
        );
        assert_eq!(
            of_octets(Display::Flags(4, UNITS), &[0x80, 0x01]),
            "0x8001 (half-duplex, reserved or unknown 0x8000)"
        );
        assert_eq!(of_octets(Display::Flags(2, UNITS), &[0]), "0x00");
        const CLASS: Bits = &[(0, "none"), (1, "use of extended formats")];
        assert_eq!(of_octets(Display::Flags(1, CLASS), &[0]), "0x0 (none)");
    }

    #[test]
    fn the_first_bit_of_a_bit_string_has_the_number_0() {
        // X.227: protocol-version is BIT STRING { version1 (0) }, on the wire 07 80.
        const VERSIONS: Bits = &[(0, "version1"), (1, "version2")];
        assert_eq!(of_octets(Display::BitString(VERSIONS), &[0x07, 0x80]), "version1");
        assert_eq!(of_octets(Display::BitString(VERSIONS), &[0x05, 0xe0]), "version1, version2, bit 2");
        assert_eq!(of_octets(Display::BitString(VERSIONS), &[0x00]), "(none)");
        assert_eq!(
            of_octets(Display::BitString(VERSIONS), &[0x09, 0x80]),
            "09 80",
            "nine unused bits: not a BIT STRING"
        );
        assert_eq!(of_octets(Display::BitString(VERSIONS), &[]), "(empty)");
        assert_eq!(of_octets(Display::BitString(&[]), &[0x00, 0xff]), "FF");
        assert_eq!(of_octets(Display::BitString(&[]), &[0x05, 0xe0]), "E0 (5 unused bits)");
    }

    #[test]
    fn selectors_are_text_where_they_can_be() {
        assert_eq!(of_octets(Display::Selector, b"TSAP-1"), r#""TSAP-1""#);
        assert_eq!(of_octets(Display::Selector, &[0x00, 0x01]), "00 01");
        assert_eq!(of_octets(Display::Selector, b"a\x1b[2J"), "61 1B 5B 32 4A");
        assert_eq!(of_octets(Display::Selector, b""), "(empty)");
    }

    #[test]
    fn octets_end_where_the_line_does_and_text_does_not() {
        assert_eq!(of_octets(Display::Octets, b"abc"), r#"61 62 63 ("abc")"#);
        assert_eq!(of_octets(Display::Octets, &[0x03, 0x00]), "03 00");
        let long = of_octets(Display::Octets, &[0x41; 33]);
        assert_eq!(long, format!("{} … (33 octets)", ["41"; 32].join(" ")));
        let text = of_octets(Display::Text(Charset::Ascii), &[b'x'; 5000]);
        assert_eq!(text.len(), 5002);
    }

    #[test]
    fn text_is_escaped_and_its_blanks_are_seen() {
        assert_eq!(of_octets(Display::Text(Charset::Ascii), b" "), r#"" ""#);
        assert_eq!(of_octets(Display::Text(Charset::Ascii), b"\x1b]0;x\x07"), r#""\x1B]0;x\x07""#);
    }

    #[test]
    fn object_identifiers_are_dotted() {
        // X.690 8.19.5: {2 100 3} is 813403; id-ac-mts-transfer is {2 6 0 1 6}.
        assert!(of_octets(Display::Oid, &[0x81, 0x34, 0x03]).contains("2.100.3"));
        assert!(of_octets(Display::Oid, &[0x56, 0x00, 0x01, 0x06]).contains("2.6.0.1.6"));
        assert_eq!(of_octets(Display::Oid, &[]), "(empty)");
    }

    #[test]
    fn times_are_readable_with_the_octets_beside() {
        let time = of_octets(Display::UtcTime, b"920509145249-0700");
        assert!(time.starts_with("1992-05-09") && time.ends_with(r#"("920509145249-0700")"#), "{time}");
        assert_eq!(of_octets(Display::UtcTime, b"tomorrow\x07"), r#""tomorrow\x07""#);
    }

    #[test]
    fn a_password_is_hidden_and_so_are_its_octets_in_other_fields() {
        static USER_DATA: FieldDef = FieldDef::new("t.data", "User data", Display::Octets);
        static PASSWORD: FieldDef = FieldDef::new("t.password", "Password", Display::Structure);
        static INNER: FieldDef = FieldDef::new("t.inner", "Inner", Display::Text(Charset::Ascii)).secret();
        let pieces = [Piece { start: 0, frame: FrameNo(1), offset: 54 }];
        let mut tree = Tree::new();
        tree.source(Octets::new(b"\x80\x03key!", &pieces, 0));
        tree.leaf(&USER_DATA, Span::new(0, 6), Value::Octets);
        // The same octets, reassembled: another source, the same places.
        tree.source(Octets::new(b"key!", &[Piece { start: 0, frame: FrameNo(1), offset: 56 }], 0));
        tree.open(&PASSWORD, Span::new(0, 3), Value::Octets);
        tree.leaf(&INNER, Span::new(1, 3), Value::Octets);
        tree.close(3);
        let show = |index: usize, secrets: &Secrets| {
            let mut out = String::new();
            write(&mut out, &tree, &tree.nodes()[index], secrets).expect("a String takes everything");
            out
        };
        let masked = Secrets::masked(&tree);
        assert_eq!(show(0, &masked), "80 03 6B ** ** 21");
        assert_eq!(show(2, &masked), MASK);
        assert_eq!(show(0, &Secrets::Shown), "80 03 6B 65 79 21");
        assert_eq!(show(2, &Secrets::Shown), r#""ey""#);
    }
}
