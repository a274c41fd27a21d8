//! The schemas as the walker uses them: flat arrays of slots and bodies, made once at start-up.

use rustc_hash::FxHashMap;

use super::ber::{Class, Header, Tag};
use super::compile::compile;
use super::guess::Guesses;
use super::oid;
use crate::tree::{Charset, Display, Field, FieldDef};

/// A type of a schema that a walk can begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeId(pub(super) u32);

/// A table of a schema: keys and the types that open types have by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TableId(pub(super) u32);

/// The value that decides which type an open type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// The value of an INTEGER or ENUMERATED; 0 where the table is asked without a key.
    Integer(i64),
    /// The contents octets of an OBJECT IDENTIFIER.
    Oid(&'a [u8]),
}

/// What is wrong with the text of a schema, or with the list of picks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum SchemaError {
    /// The text does not follow the notation.
    #[error("{file}:{line}: expected {expected}")]
    Syntax { file: &'static str, line: usize, expected: &'static str },
    /// The text follows the notation, but what it says makes no sense.
    #[error("{file}:{line}: {what}: {name}")]
    Meaning { file: &'static str, line: usize, what: &'static str, name: String },
    /// A pick that names no field.
    #[error("no field has the name {0}")]
    Pick(&'static str),
}

/// Index of a [`Slot`].
pub(super) type SlotId = u32;

/// A place where a value stands: a component, an alternative, an element of an OF, a row of a table, a named type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) field: Field,
    /// The outermost tag; [`Tag::NONE`] for an untagged CHOICE or open type.
    pub(super) tag: Tag,
    /// Which form an element with this tag has.
    pub(super) form: Form,
    pub(super) content: Content,
    /// Where the value is noted for open types, or [`NO_REGISTER`].
    pub(super) register: u8,
    /// Another encoding, seen but wrong, of the slot in front.
    pub(super) wrong: bool,
}

/// The form of the element of a slot (X.690 8.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Primitive,
    Constructed,
    /// A string.
    Either,
    /// The form and the tag are those of the alternatives.
    Alternatives,
}

/// What is inside the outermost tag of a slot.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// The contents octets of a value; index into `bodies`.
    Body(u32),
    /// Another element: the tag is explicit.
    Explicit(SlotId),
}

/// Keys of open types are noted in so many registers: those of the component that is being read first, then those
/// of components of components.
pub(super) const REGISTERS: usize = 16;
/// So many keys may be noted for one value.
pub(super) const MAX_KEYS: usize = 4;
/// How many registers are for keys that stand beside their open type.
pub(super) const LOCAL_REGISTERS: u8 = 6;
/// The slot is nobody's key.
pub(super) const NO_REGISTER: u8 = u8::MAX;

/// Smallest and largest size or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) low: i64,
    pub(super) high: i64,
}

impl Bounds {
    pub(super) const NONE: Bounds = Bounds { low: i64::MIN, high: i64::MAX };

    pub(super) fn admit(self, number: i64) -> bool {
        self.low <= number && number <= self.high
    }

    pub(super) fn admit_size(self, size: usize) -> bool {
        self.admit(i64::try_from(size).unwrap_or(i64::MAX))
    }
}

/// What the contents octets of a value are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    Boolean,
    /// INTEGER and ENUMERATED.
    Integer(Bounds),
    BitString(Bounds),
    OctetString {
        size: Bounds,
        /// The slot of the encoding that the octets are.
        inner: Option<SlotId>,
    },
    Null,
    Oid,
    /// Contents octets of which nothing is checked.
    Other,
    UtcTime,
    GeneralizedTime,
    Text {
        size: Bounds,
        /// Octets per character.
        width: u8,
    },
    Sequence(Members),
    Set(Members),
    Of {
        item: SlotId,
        size: Bounds,
        /// The universal tag: SEQUENCE or SET.
        tag: Tag,
        /// As in [`Members`].
        secret: bool,
    },
    Choice {
        members: Members,
        /// Whether the alternatives have names of their own.
        named: bool,
    },
    /// An open type; range of `selectors`.
    Open {
        first: u32,
        count: u32,
    },
    Any,
}

impl Body {
    /// The form of an element with these contents.
    pub(super) fn form(&self) -> Form {
        match *self {
            Body::Choice { .. } => Form::Alternatives,
            Body::Sequence(_) | Body::Set(_) | Body::Of { .. } => Form::Constructed,
            Body::BitString(_)
            | Body::OctetString { .. }
            | Body::Text { .. }
            | Body::UtcTime
            | Body::GeneralizedTime
            | Body::Open { .. }
            | Body::Any => Form::Either,
            Body::Boolean | Body::Integer(_) | Body::Null | Body::Oid | Body::Other => Form::Primitive,
        }
    }

    /// The components or alternatives, where there are some.
    pub(super) fn members(&self) -> Option<&Members> {
        match self {
            Body::Sequence(members) | Body::Set(members) | Body::Choice { members, .. } => Some(members),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn members_mut(&mut self) -> Option<&mut Members> {
        match self {
            Body::Sequence(members) | Body::Set(members) | Body::Choice { members, .. } => Some(members),
            _ => None,
        }
    }

    /// Whether a secret can be inside.
    pub(super) fn holds_secret(&self) -> bool {
        match self {
            Body::Sequence(members) | Body::Set(members) | Body::Choice { members, .. } => members.secret,
            Body::Of { secret, .. } => *secret,
            _ => false,
        }
    }
}

/// The components of a SEQUENCE or SET or the alternatives of a CHOICE.
#[derive(Clone, Copy, Debug)]
pub(super) struct Members {
    pub(super) first: SlotId,
    pub(super) count: u32,
    /// The components that are not optional, one bit each.
    pub(super) required: u64,
    /// Where their [`Guesses`] stand.
    pub(super) guesses: u32,
    /// The registers that are for this value alone, one bit each.
    pub(super) registers: u32,
    /// Whether a secret can be inside, however deep: then what fits none of them is taken for one.
    pub(super) secret: bool,
}

/// One way to find the type of an open type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selector {
    /// Where the key is noted, or [`NO_REGISTER`].
    pub(super) register: u8,
    pub(super) table: TableId,
}

/// The rows of a table.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The decoder is asked.
    pub(super) dynamic: bool,
    pub(super) integers: FxHashMap<i64, SlotId>,
    pub(super) oids: FxHashMap<Vec<u8>, SlotId>,
    /// Everything below an identifier.
    pub(super) below: Vec<(Vec<u8>, SlotId)>,
}

impl Table {
    /// The types of all rows, in no particular order.
    pub(super) fn rows(&self) -> impl Iterator<Item = SlotId> {
        let below = self.below.iter().map(|(_, slot)| slot);
        self.integers.values().chain(self.oids.values()).chain(below).copied()
    }
}

/// How well an element fits a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    No,
    /// The tag fits, primitive or constructed does not.
    Tag,
    Yes,
}

/// All schemas, read once at start-up and never changed.
#[derive(Debug)]
pub struct Schema {
    pub(super) slots: Vec<Slot>,
    pub(super) bodies: Vec<Body>,
    pub(super) guesses: Guesses,
    pub(super) selectors: Vec<Selector>,
    pub(super) tables: Vec<Table>,
    pub(super) table_names: FxHashMap<&'static str, TableId>,
    /// `MODULE.Type`.
    pub(super) type_names: FxHashMap<String, TypeId>,
    pub(super) oid_names: FxHashMap<Vec<u8>, &'static str>,
    pub(super) generic: Generic,
    /// All definitions made for the schemas, for those who list fields.
    pub(super) fields: Vec<Field>,
}

impl Schema {
    /// Reads schema files, given as name and text; a name that ends in `.txt` is a list of object identifier
    /// names, a line each: dotted form, name, source.
    ///
    /// A field whose name is `picks[i]` gets the pick number i + 1. A pick is a field name,
    /// `rtse.checkpointSize`, or names the type as well, `rtse.RTORQapdu.checkpointSize`, which comes first.
    /// The definitions of fields live as long as the program.
    pub fn load(files: &[(&'static str, &str)], picks: &[&'static str]) -> Result<Schema, SchemaError> {
        compile(files, picks)
    }

    /// The type `MODULE.Type`.
    pub fn type_id(&self, name: &str) -> Option<TypeId> {
        self.type_names.get(name).copied()
    }

    /// The table with this name.
    pub fn table_id(&self, name: &str) -> Option<TableId> {
        self.table_names.get(name).copied()
    }

    /// The type in the row of `table` with this key. Where no row has an object identifier, one that stands for
    /// everything below it may.
    pub fn lookup(&self, table: TableId, key: Key<'_>) -> Option<TypeId> {
        let table = self.tables.get(table.0 as usize)?;
        let slot = match key {
            Key::Integer(number) => table.integers.get(&number).copied(),
            Key::Oid(octets) => table.oids.get(octets).copied().or_else(|| {
                let above = table.below.iter().filter(|(arc, _)| octets.starts_with(arc));
                above.max_by_key(|(arc, _)| arc.len()).map(|(_, slot)| *slot)
            }),
        };
        slot.map(TypeId)
    }

    /// The type of any value: every element is shown by its tag.
    pub fn any(&self) -> TypeId {
        self.generic.any
    }

    /// The same as [`Schema::any`], but strings and everything of unknown type are secrets.
    pub fn any_secret(&self) -> TypeId {
        self.generic.any_secret
    }

    /// The name of an object identifier, by its contents octets.
    pub fn oid_name(&self, octets: &[u8]) -> Option<&'static str> {
        self.oid_names.get(octets).copied()
    }

    /// The definitions of all fields of the schemas, in the order of the files; a name may occur more than once.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Whether the decoder is asked for the rows of a table.
    pub(super) fn is_dynamic(&self, table: TableId) -> bool {
        self.tables.get(table.0 as usize).is_some_and(|table| table.dynamic)
    }

    #[inline]
    pub(super) fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[id as usize]
    }

    #[inline]
    pub(super) fn body(&self, id: u32) -> &Body {
        &self.bodies[id as usize]
    }

    /// Whether a slot is a secret or one can be inside.
    pub(super) fn holds_secret(&self, slot: &Slot) -> bool {
        let mut slot = slot;
        while let Content::Explicit(inner) = slot.content {
            slot = self.slot(inner);
        }
        slot.field.secret || matches!(slot.content, Content::Body(body) if self.body(body).holds_secret())
    }

    #[inline]
    pub(super) fn members(&self, members: &Members) -> &[Slot] {
        &self.slots[members.first as usize..(members.first + members.count) as usize]
    }

    /// How well an element fits a slot.
    #[inline(always)]
    pub(super) fn fit(&self, slot: &Slot, header: &Header) -> Fit {
        if slot.tag != header.tag && slot.tag != Tag::NONE {
            return Fit::No;
        }
        let fits = match slot.form {
            Form::Primitive => !header.constructed,
            Form::Constructed => header.constructed,
            Form::Either => true,
            Form::Alternatives => return self.fit_choice(slot, header),
        };
        if fits { Fit::Yes } else { Fit::Tag }
    }

    #[inline(never)]
    fn fit_choice(&self, slot: &Slot, header: &Header) -> Fit {
        match slot.content {
            Content::Body(body) => match self.body(body) {
                Body::Choice { members, .. } => {
                    self.alternative(members, header).map_or(Fit::No, |(_, fit)| fit)
                }
                _ => Fit::No,
            },
            Content::Explicit(_) => Fit::No,
        }
    }

    /// The alternative of a CHOICE that an element fits best.
    #[inline]
    pub(super) fn alternative(&self, members: &Members, header: &Header) -> Option<(SlotId, Fit)> {
        if let Some(index) = self.guesses.guess(members, header.tag)
            && let id = members.first + index
            && self.fit(self.slot(id), header) == Fit::Yes
        {
            return Some((id, Fit::Yes));
        }
        self.best_alternative(members, header)
    }

    #[inline(never)]
    fn best_alternative(&self, members: &Members, header: &Header) -> Option<(SlotId, Fit)> {
        let mut best = None;
        for (slot, id) in self.members(members).iter().zip(members.first..) {
            match self.fit(slot, header) {
                Fit::Yes => return Some((id, Fit::Yes)),
                Fit::Tag if best.is_none() => best = Some((id, Fit::Tag)),
                _ => {}
            }
        }
        best
    }
}

/// The fields of elements that no schema describes, by their tags.
#[derive(Debug)]
pub(super) struct Generic {
    /// Per class and number below 32 and one more for all other numbers: primitive and constructed, and both once
    /// more as secrets.
    fields: &'static [FieldDef],
    pub(super) any: TypeId,
    pub(super) any_secret: TypeId,
    /// Bodies of primitive elements by universal number.
    universal: Vec<Body>,
}

static OCTETS: FieldDef = FieldDef::new("ber.octets", "octets", Display::Octets);
static OCTETS_SECRET: FieldDef = OCTETS.secret();

/// Numbers from this one on share a field.
const GENERIC_NUMBERS: u32 = 32;

impl Generic {
    pub(super) fn new(any: TypeId, any_secret: TypeId) -> Generic {
        let mut fields = Vec::new();
        for class in [Class::Universal, Class::Application, Class::Context, Class::Private] {
            for number in 0..=GENERIC_NUMBERS {
                let tag = Tag::new(class, number);
                let label = generic_label(tag);
                for (secret, constructed) in [(false, false), (false, true), (true, false), (true, true)] {
                    fields.push(generic_field(tag, label, constructed, secret));
                }
            }
        }
        let universal = (0..=GENERIC_NUMBERS).map(generic_body).collect();
        Generic { fields: fields.leak(), any, any_secret, universal }
    }

    /// The field for an element of this form.
    pub(super) fn field(&self, header: &Header, secret: bool) -> Field {
        let row =
            header.tag.class() as u32 * (GENERIC_NUMBERS + 1) + header.tag.number().min(GENERIC_NUMBERS);
        &self.fields[row as usize * 4 + usize::from(secret) * 2 + usize::from(header.constructed)]
    }

    /// The field for octets that are no elements.
    pub(super) fn octets(&self, secret: bool) -> Field {
        if secret { &OCTETS_SECRET } else { &OCTETS }
    }

    /// Whether the field of elements with this tag is that of other tags too.
    pub(super) fn is_shared(&self, tag: Tag) -> bool {
        tag.number() >= GENERIC_NUMBERS
    }

    /// What the contents octets of a primitive element are.
    pub(super) fn body(&self, tag: Tag) -> &Body {
        match tag.class() {
            Class::Universal => &self.universal[tag.number().min(GENERIC_NUMBERS) as usize],
            _ => &Body::Other,
        }
    }
}

fn generic_body(number: u32) -> Body {
    match number {
        1 => Body::Boolean,
        2 | 10 => Body::Integer(Bounds::NONE),
        3 => Body::BitString(Bounds::NONE),
        5 => Body::Null,
        6 => Body::Oid,
        23 => Body::UtcTime,
        24 => Body::GeneralizedTime,
        _ => Body::Other,
    }
}

/// The name of a universal type, or the tag as ASN.1 writes it.
fn generic_label(tag: Tag) -> &'static str {
    let number = tag.number();
    let class = match tag.class() {
        Class::Universal => "UNIVERSAL ",
        Class::Application => "APPLICATION ",
        Class::Context => "",
        Class::Private => "PRIVATE ",
    };
    match universal_name(number).filter(|_| tag.class() == Class::Universal) {
        Some(name) => name,
        None if number == GENERIC_NUMBERS => String::leak(format!("[{class}{GENERIC_NUMBERS}..]")),
        None => String::leak(format!("[{class}{number}]")),
    }
}

fn generic_field(tag: Tag, label: &'static str, constructed: bool, secret: bool) -> FieldDef {
    let universal = tag.class() == Class::Universal;
    let display = match universal {
        _ if constructed => Display::Structure,
        true => universal_display(tag.number()),
        false => Display::Octets,
    };
    // What cannot be a password is shown.
    let harmless = constructed || universal && matches!(tag.number(), 1 | 2 | 5 | 6 | 10);
    let field = FieldDef::new("ber.element", label, display);
    if secret && !harmless { field.secret() } else { field }
}

/// The name of a universal type (X.680 table 1).
fn universal_name(number: u32) -> Option<&'static str> {
    Some(match number {
        1 => "BOOLEAN",
        2 => "INTEGER",
        3 => "BIT STRING",
        4 => "OCTET STRING",
        5 => "NULL",
        6 => "OBJECT IDENTIFIER",
        7 => "ObjectDescriptor",
        8 => "EXTERNAL",
        9 => "REAL",
        10 => "ENUMERATED",
        11 => "EMBEDDED PDV",
        12 => "UTF8String",
        13 => "RELATIVE-OID",
        16 => "SEQUENCE",
        17 => "SET",
        18 => "NumericString",
        19 => "PrintableString",
        20 => "T61String",
        21 => "VideotexString",
        22 => "IA5String",
        23 => "UTCTime",
        24 => "GeneralizedTime",
        25 => "GraphicString",
        26 => "VisibleString",
        27 => "GeneralString",
        28 => "UniversalString",
        30 => "BMPString",
        _ => return None,
    })
}

/// How a primitive value of a universal type is shown.
pub(super) fn universal_display(number: u32) -> Display {
    match number {
        1 => Display::Boolean,
        2 | 10 => Display::Number,
        3 => Display::BitString(&[]),
        5 => Display::Structure,
        6 => Display::Oid,
        12 => Display::Text(Charset::Utf8),
        20 => Display::Text(Charset::T61),
        18 | 19 | 22 | 26 => Display::Text(Charset::Ascii),
        7 | 21 | 25 | 27 => Display::Text(Charset::Iso2022),
        23 => Display::UtcTime,
        24 => Display::GeneralizedTime,
        28 => Display::Text(Charset::Universal),
        30 => Display::Text(Charset::Bmp),
        _ => Display::Octets,
    }
}

/// Reads a list of object identifier names: dotted form, name, source, a line each; `#` begins a comment.
pub(super) fn read_oid_names(
    text: &str,
    names: &mut FxHashMap<Vec<u8>, &'static str>,
) -> Result<(), (usize, &'static str, String)> {
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        let (Some(dotted), Some(name), Some(_)) = (words.next(), words.next(), words.next()) else {
            return Err((index + 1, "expected identifier, name and source", line.to_owned()));
        };
        let octets = oid::encode(dotted).ok_or((index + 1, "not an object identifier", dotted.to_owned()))?;
        if names.insert(octets, String::leak(name.to_owned())).is_some() {
            return Err((index + 1, "named twice", dotted.to_owned()));
        }
    }
    Ok(())
}
