//! What a field is called and how its value is shown.

/// The tag at the beginning of every line of a layer in the frame view, Network Monitor's parser name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Tag {
    Frame,
    Ethernet,
    Ip,
    Tcp,
    Iso,
    Tpdu,
    Spdu,
    Ppdu,
    Acse,
    Rtse,
    Rts,
    Rose,
    P1,
    P2,
    Smtp,
}

impl Tag {
    /// The tag as it is printed: `FRAME`, `ETHERNET`, … `RTS` is the X.410-1984 reliable transfer.
    pub const fn name(self) -> &'static str {
        match self {
            Tag::Frame => "FRAME",
            Tag::Ethernet => "ETHERNET",
            Tag::Ip => "IP",
            Tag::Tcp => "TCP",
            Tag::Iso => "ISO",
            Tag::Tpdu => "TPDU",
            Tag::Spdu => "SPDU",
            Tag::Ppdu => "PPDU",
            Tag::Acse => "ACSE",
            Tag::Rtse => "RTSE",
            Tag::Rts => "RTS",
            Tag::Rose => "ROSE",
            Tag::P1 => "P1",
            Tag::P2 => "P2",
            Tag::Smtp => "SMTP",
        }
    }

    /// The tag with this printed name.
    pub fn from_name(name: &str) -> Option<Tag> {
        use Tag::*;
        [Frame, Ethernet, Ip, Tcp, Iso, Tpdu, Spdu, Ppdu, Acse, Rtse, Rts, Rose, P1, P2, Smtp]
            .into_iter()
            .find(|tag| tag.name() == name)
    }
}

/// Named numbers of a field: value and the standard's name for it.
pub type Names = &'static [(i64, &'static str)];

/// Named bits of a bit field: for a binary layer the mask, for a BIT STRING the bit number (bit 0 is the most
/// significant of the first octet, X.690), with the standard's name.
pub type Bits = &'static [(u32, &'static str)];

/// How the value of a field is shown.
#[derive(Clone, Copy, Debug)]
pub enum Display {
    /// No value: the field has its children only.
    Structure,
    /// `n (0xHEX)`, Network Monitor's style for numbers.
    Number,
    /// `n (0xHHHH)`: the hexadecimal part has at least this many digits.
    PaddedNumber(u8),
    /// `0xHEX` with this many digits at least.
    Hex(u8),
    /// `name (n)`, or the number alone where it has no name.
    Named(Names),
    /// A bit field: `0xHEX` with this many digits, then the names of the bits that are set.
    Flags(u8, Bits),
    /// BIT STRING contents (X.690 8.6): the names of the bits that are set.
    BitString(Bits),
    /// `TRUE` or `FALSE`.
    Boolean,
    /// OBJECT IDENTIFIER contents: name where known and dotted form.
    Oid,
    /// Octets in hexadecimal, with the text beside them where all are printable.
    Octets,
    /// A character string.
    Text(Charset),
    /// UTCTime contents.
    UtcTime,
    /// GeneralizedTime contents.
    GeneralizedTime,
    /// An octet string that is usually text (selectors): quoted text where printable, else hexadecimal.
    Selector,
    /// A sentence of ours: the octets are not shown, the summary text of the node is.
    Prose,
    /// Numbers of octets that follow in the next layer: `n (0xHHHH)`, Network Monitor's wording.
    Remaining,
}

/// Which characters the octets of a string stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Charset {
    /// NumericString, PrintableString, VisibleString, IA5String: ASCII.
    Ascii,
    /// T61String (TeletexString).
    T61,
    /// GraphicString, GeneralString, VideotexString: ISO 2022, shown as Latin-1 where escapes are absent.
    Iso2022,
    /// BMPString: UCS-2, big-endian.
    Bmp,
    /// UniversalString: UCS-4, big-endian.
    Universal,
    Utf8,
}

/// The definition of a field. Definitions are static: those of binary layers are constants beside their
/// parser, those of ASN.1 applications are made once when the schemas are read.
#[derive(Clone, Copy, Debug)]
pub struct FieldDef {
    /// The filter name, Wireshark's abbreviation where it has one: `tpkt.reserved`.
    pub name: &'static str,
    /// The label in the frame view: `Reserved`.
    pub label: &'static str,
    /// How the value is shown.
    pub display: Display,
    /// The layer that begins with this field; `None` for a field inside a layer.
    pub layer: Option<Tag>,
    /// Whether the value is a password or another secret, to be masked.
    pub secret: bool,
    /// Whether the field is worth a place in the summary line of its layer.
    pub summary: bool,
    /// The number under which decoders know this field of a schema; 0 for those that none asks for.
    pub pick: u16,
}

/// A field, by its static definition.
pub type Field = &'static FieldDef;

impl FieldDef {
    /// A field inside a layer.
    pub const fn new(name: &'static str, label: &'static str, display: Display) -> FieldDef {
        FieldDef { name, label, display, layer: None, secret: false, summary: false, pick: 0 }
    }

    /// The root field of a layer.
    pub const fn layer(name: &'static str, label: &'static str, tag: Tag) -> FieldDef {
        FieldDef { layer: Some(tag), ..FieldDef::new(name, label, Display::Structure) }
    }

    /// The same field, its value a secret.
    pub const fn secret(self) -> FieldDef {
        FieldDef { secret: true, ..self }
    }
}
