//! Reader of the schema notation: text to declarations, nothing resolved yet.
//!
//! The notation is the ASN.1 of the Recommendations (X.208, X.680) as far as they use it, without macros and
//! information objects, and with what a decoder needs besides the types:
//!
//! ```text
//! MODULE DEFINITIONS IMPLICIT TAGS @prefix p1 ::= BEGIN      the prefix of the module's field names
//! ub-mta-name-length INTEGER ::= 32                          a bound, usable in SIZE and value ranges
//! Name ::= SEQUENCE { type [0] INTEGER, value [1] OPEN BY type IN table-name }
//! TABLE table-name ::= { 1 => Type "label", 2.6.1.4.17.* => Type }
//! TABLE asked-of-the-decoder ::= DYNAMIC
//! END
//! ```
//!
//! * `OPEN BY a IN t OR b.c IN u`: an open type; the first key that is present and has a row decides. A key is a
//!   component of the type itself, of a type around it, or, with a dot, a component of such a component. `OPEN IN t`
//!   has no key: the decoder alone decides; `OR IN t` is for values in which none of the keys is present, and has
//!   the row 0.
//! * The rows of a table may stand in several modules. A key that ends in `.*` is every OBJECT IDENTIFIER below it.
//! * `OCTET STRING CONTAINING Type`: the octets are an encoding.
//! * An alternative of a CHOICE without a name has the name of the component that the CHOICE is the type of.
//! * Notes: `@layer TAG` the field begins this layer (on a CHOICE: each alternative does); `@label "text"`;
//!   `@show selector|text|hex`; `@secret` a password; `@summary` worth a place in the layer's summary line; `@wrong`
//!   another encoding, seen but wrong, of the component in front.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, digit1};
use nom::combinator::{map_opt, opt, recognize, success, value};
use nom::error::{ErrorKind, ParseError};
use nom::multi::{many0, separated_list0, separated_list1};
use nom::sequence::{delimited, pair, preceded, terminated};
use nom::{Err, IResult, Parser};

use super::ber::{Class, Tag};
use crate::tree;

/// What was expected where the text goes wrong.
#[derive(Debug, PartialEq)]
pub(super) struct Expected<'a> {
    rest: &'a str,
    what: &'static str,
}

impl<'a> ParseError<&'a str> for Expected<'a> {
    fn from_error_kind(rest: &'a str, _: ErrorKind) -> Self {
        Expected { rest, what: "something else" }
    }
    fn append(_: &'a str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

type Read<'a, T> = IResult<&'a str, T, Expected<'a>>;

/// A module.
#[derive(Debug)]
pub(super) struct Module<'a> {
    pub(super) name: &'a str,
    /// What the names of its fields begin with.
    pub(super) prefix: &'a str,
    /// Whether tags are explicit where nothing is said.
    pub(super) explicit: bool,
    pub(super) items: Vec<Item<'a>>,
}

/// A declaration.
#[derive(Debug)]
pub(super) enum Item<'a> {
    Type {
        name: &'a str,
        ty: Type<'a>,
        notes: Notes<'a>,
    },
    Number {
        name: &'a str,
        number: i64,
    },
    /// `None`: dynamic.
    Table {
        name: &'a str,
        rows: Option<Vec<Row<'a>>>,
    },
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) key: RowKey<'a>,
    pub(super) ty: Type<'a>,
    pub(super) notes: Notes<'a>,
}

/// The key of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum RowKey<'a> {
    Integer(i64),
    /// Dotted; `below` where it stands for everything under it.
    Oid {
        dotted: &'a str,
        below: bool,
    },
}

/// A type as written.
#[derive(Debug)]
pub(super) struct Type<'a> {
    /// Where it is written.
    pub(super) at: &'a str,
    /// The tags in front of it, outermost first; `None`: as the module has it.
    pub(super) tags: Vec<(Tag, Option<bool>)>,
    pub(super) base: Base<'a>,
    pub(super) bounds: Option<(Bound<'a>, Bound<'a>)>,
}

/// A type without its tags.
#[derive(Debug)]
pub(super) enum Base<'a> {
    Boolean,
    Integer(Vec<(&'a str, i64)>),
    Enumerated(Vec<(&'a str, i64)>),
    BitString(Vec<(&'a str, i64)>),
    OctetString(Option<Box<Type<'a>>>),
    Null,
    ObjectIdentifier,
    Real,
    /// A character string or time, by its universal tag.
    Text(u32),
    Sequence(Vec<Component<'a>>),
    Set(Vec<Component<'a>>),
    SequenceOf(Box<Component<'a>>),
    SetOf(Box<Component<'a>>),
    Choice(Vec<Component<'a>>),
    Any,
    Open(Vec<Selector<'a>>),
    Reference {
        module: Option<&'a str>,
        name: &'a str,
    },
}

/// How the type of an open type is found.
#[derive(Debug)]
pub(super) struct Selector<'a> {
    /// The components that lead to the key, from outside; empty where there is no key.
    pub(super) key: Vec<&'a str>,
    pub(super) table: &'a str,
}

/// A component of a SEQUENCE or SET, an alternative of a CHOICE, the element of an OF.
#[derive(Debug)]
pub(super) struct Component<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) ty: Type<'a>,
    pub(super) optional: bool,
    /// COMPONENTS OF: the components of the type stand in its place.
    pub(super) spread: bool,
    pub(super) notes: Notes<'a>,
}

/// The annotations of a component, type or row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Notes<'a> {
    pub(super) layer: Option<tree::Tag>,
    pub(super) label: Option<&'a str>,
    pub(super) show: Option<&'a str>,
    pub(super) secret: bool,
    pub(super) summary: bool,
    pub(super) wrong: bool,
}

/// An end of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bound<'a> {
    Number(i64),
    Name(&'a str),
    Max,
}

/// Reads the modules of one file; where the text goes wrong, the line and what was expected there.
pub(super) fn read(text: &str) -> Result<Vec<Module<'_>>, (usize, &'static str)> {
    let mut modules = Vec::new();
    let mut rest = text;
    while !blank(rest).is_empty() {
        match module(rest) {
            Ok((behind, module)) => {
                modules.push(module);
                rest = behind;
            }
            Err(Err::Error(expected) | Err::Failure(expected)) => {
                return Err((line_of(text, blank(expected.rest)), expected.what));
            }
            Err(Err::Incomplete(_)) => return Err((line_of(text, ""), "more text")),
        }
    }
    Ok(modules)
}

/// The line, from 1, at which `part`, a slice of `text`, begins.
pub(super) fn line_of(text: &str, part: &str) -> usize {
    let offset = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|&&octet| octet == b'\n').count()
}

/// The text behind white space and comments (X.680 12.6: to the end of the line or the next `--`).
fn blank(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix("--") {
        let end = comment.find(['\n']).unwrap_or(comment.len());
        let end = comment[..end].find("--").map_or(end, |dashes| dashes + 2);
        rest = comment[end..].trim_start();
    }
    rest
}

fn expect<'a, T>(
    what: &'static str,
    mut parser: impl Parser<&'a str, Output = T, Error = Expected<'a>>,
) -> impl FnMut(&'a str) -> Read<'a, T> {
    move |text| {
        let text = blank(text);
        parser.parse(text).map_err(|error| match error {
            // Failures come from deeper inside and know better.
            Err::Failure(inner) => Err::Failure(inner),
            _ => Err::Error(Expected { rest: text, what }),
        })
    }
}

/// From here on there is one way to read the text.
fn sure<'a, T>(
    mut parser: impl Parser<&'a str, Output = T, Error = Expected<'a>>,
) -> impl FnMut(&'a str) -> Read<'a, T> {
    move |text| {
        parser.parse(text).map_err(|error| match error {
            Err::Error(inner) => Err::Failure(inner),
            other => other,
        })
    }
}

/// A piece of punctuation.
fn sign<'a>(sign: &'static str) -> impl FnMut(&'a str) -> Read<'a, &'a str> {
    expect(sign, tag(sign))
}

/// A word: letters, digits and single hyphens, beginning with a letter (X.680 12.2, 12.3).
fn word(text: &str) -> Read<'_, &str> {
    let letters = |c: char| c.is_ascii_alphanumeric();
    let mut whole = recognize(pair(take_while1(letters), many0(pair(char('-'), take_while1(letters)))));
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(Err::Error(Expected { rest: text, what: "a word" }));
    }
    whole.parse(text)
}

fn keyword<'a>(keyword: &'static str) -> impl FnMut(&'a str) -> Read<'a, &'a str> {
    expect(keyword, map_opt(word, move |word| (word == keyword).then_some(word)))
}

fn name(text: &str) -> Read<'_, &str> {
    expect("a name", word)(text)
}

/// A name of a component or value: begins with a small letter.
fn identifier(text: &str) -> Read<'_, &str> {
    let small = map_opt(word, |word| word.starts_with(|c: char| c.is_ascii_lowercase()).then_some(word));
    expect("a name that begins with a small letter", small)(text)
}

fn number(text: &str) -> Read<'_, i64> {
    expect("a number", map_opt(recognize(pair(opt(char('-')), digit1)), |digits: &str| digits.parse().ok()))(
        text,
    )
}

fn quoted(text: &str) -> Read<'_, &str> {
    expect("a quoted text", delimited(char('"'), take_while(|c| c != '"'), char('"')))(text)
}

fn braces<'a, T>(
    item: impl Parser<&'a str, Output = T, Error = Expected<'a>>,
) -> impl FnMut(&'a str) -> Read<'a, Vec<T>> {
    let mut list = delimited(sign("{"), separated_list0(sign(","), item), sure(sign("}")));
    move |text| list.parse(text)
}

fn module(text: &str) -> Read<'_, Module<'_>> {
    let (text, name) = name(text)?;
    let (text, _) = sure(keyword("DEFINITIONS")).parse(text)?;
    let tags = alt((value(false, keyword("IMPLICIT")), value(true, keyword("EXPLICIT"))));
    let (text, explicit) = opt(terminated(tags, sure(keyword("TAGS")))).parse(text)?;
    let (text, prefix) = sure(preceded(sign("@prefix"), self::name)).parse(text)?;
    let (text, _) = sure(pair(sign("::="), keyword("BEGIN"))).parse(text)?;
    let (text, items) = many0(item).parse(text)?;
    let (text, _) = sure(expect("a declaration or END", keyword("END"))).parse(text)?;
    Ok((text, Module { name, prefix, explicit: explicit.unwrap_or(true), items }))
}

fn item(text: &str) -> Read<'_, Item<'_>> {
    let (behind, first) = name(text)?;
    match first {
        "END" => Err(Err::Error(Expected { rest: text, what: "a declaration" })),
        "TABLE" => {
            let (text, (name, _)) = sure(pair(identifier, sign("::="))).parse(behind)?;
            let rows = alt((keyword("DYNAMIC").map(|_| None), braces(row).map(Some)));
            let (text, rows) = sure(expect("DYNAMIC or rows in braces", rows)).parse(text)?;
            Ok((text, Item::Table { name, rows }))
        }
        name if name.starts_with(|c: char| c.is_ascii_lowercase()) => {
            let (text, _) = sure(pair(keyword("INTEGER"), sign("::="))).parse(behind)?;
            let (text, number) = sure(number).parse(text)?;
            Ok((text, Item::Number { name, number }))
        }
        name => {
            let (text, _) = sure(sign("::=")).parse(behind)?;
            let (text, (ty, notes)) = sure(pair(ty, notes)).parse(text)?;
            Ok((text, Item::Type { name, ty, notes }))
        }
    }
}

fn row(text: &str) -> Read<'_, Row<'_>> {
    let (text, key) = row_key(text)?;
    let (text, _) = sure(sign("=>")).parse(text)?;
    let (text, (ty, label, notes)) = sure((ty, opt(quoted), notes)).parse(text)?;
    Ok((text, Row { key, ty, notes: Notes { label: label.or(notes.label), ..notes } }))
}

fn row_key(text: &str) -> Read<'_, RowKey<'_>> {
    let dotted = recognize(pair(digit1, many0(pair(char('.'), digit1))));
    let below = map_opt(opt(tag(".*")), |star: Option<&str>| Some(star.is_some()));
    let oid = map_opt(pair(dotted, below), |(dotted, below): (&str, bool)| {
        (below || dotted.contains('.')).then_some(RowKey::Oid { dotted, below })
    });
    expect("a number or an object identifier", alt((oid, number.map(RowKey::Integer)))).parse(text)
}

fn notes(text: &str) -> Read<'_, Notes<'_>> {
    let mut notes = Notes::default();
    let mut rest = text;
    while let Ok((text, _)) = sign("@")(rest) {
        let (text, note) = sure(name).parse(text)?;
        rest = text;
        match note {
            "secret" => notes.secret = true,
            "summary" => notes.summary = true,
            "wrong" => notes.wrong = true,
            "label" => (rest, notes.label) = sure(quoted.map(Some)).parse(text)?,
            "show" => (rest, notes.show) = sure(name.map(Some)).parse(text)?,
            "layer" => {
                let layer = map_opt(word, |word| tree::Tag::from_name(word).map(Some));
                (rest, notes.layer) = sure(expect("the tag of a layer", layer)).parse(text)?;
            }
            _ => {
                return Err(Err::Failure(Expected {
                    rest: text,
                    what: "a note that is known in front of this",
                }));
            }
        }
    }
    Ok((rest, notes))
}

/// `[APPLICATION 3] IMPLICIT`.
fn tag_prefix(text: &str) -> Read<'_, (Tag, Option<bool>)> {
    let (text, _) = sign("[")(text)?;
    let class = alt((
        value(Class::Universal, keyword("UNIVERSAL")),
        value(Class::Application, keyword("APPLICATION")),
        value(Class::Private, keyword("PRIVATE")),
        success(Class::Context),
    ));
    let small = map_opt(number, |number| u32::try_from(number).ok().filter(|&number| number < 1 << 16));
    let (text, (class, number)) = sure(terminated(pair(class, small), sign("]"))).parse(text)?;
    let mode = alt((value(false, keyword("IMPLICIT")), value(true, keyword("EXPLICIT"))));
    let (text, explicit) = opt(mode).parse(text)?;
    Ok((text, (Tag::new(class, number), explicit)))
}

fn ty(text: &str) -> Read<'_, Type<'_>> {
    let at = blank(text);
    let (text, tags) = many0(tag_prefix).parse(at)?;
    let (text, first) = expect("a type", word)(text)?;
    let (mut text, (base, mut bounds)) = base(first, text)?;
    // A bound may stand in front of OF or behind the type; the one behind is tried where there was none.
    if bounds.is_none() && blank(text).starts_with('(') {
        (text, bounds) = sure(constraint.map(Some)).parse(text)?;
    }
    Ok((text, Type { at, tags, base, bounds }))
}

type Bounds<'a> = Option<(Bound<'a>, Bound<'a>)>;

fn base<'a>(first: &'a str, text: &'a str) -> Read<'a, (Base<'a>, Bounds<'a>)> {
    let plain = |base| Ok((text, (base, None)));
    match first {
        "BOOLEAN" => plain(Base::Boolean),
        "NULL" => plain(Base::Null),
        "REAL" => plain(Base::Real),
        "ANY" => plain(Base::Any),
        "OBJECT" => sure(keyword("IDENTIFIER")).map(|_| (Base::ObjectIdentifier, None)).parse(text),
        "INTEGER" => opt(named).map(|names| (Base::Integer(names.unwrap_or_default()), None)).parse(text),
        "ENUMERATED" => sure(named).map(|names| (Base::Enumerated(names), None)).parse(text),
        "BIT" => {
            let mut bits = preceded(keyword("STRING"), opt(named));
            sure(move |text| bits.parse(text))
                .map(|names| (Base::BitString(names.unwrap_or_default()), None))
                .parse(text)
        }
        "OCTET" => {
            let (text, _) = sure(keyword("STRING")).parse(text)?;
            let (text, bounds) = opt(constraint).parse(text)?;
            let (text, inner) = opt(preceded(keyword("CONTAINING"), sure(ty))).parse(text)?;
            Ok((text, (Base::OctetString(inner.map(Box::new)), bounds)))
        }
        "CHOICE" => sure(braces(component)).map(|parts| (Base::Choice(parts), None)).parse(text),
        "SEQUENCE" => structure(text, Base::Sequence, Base::SequenceOf),
        "SET" => structure(text, Base::Set, Base::SetOf),
        "OPEN" => {
            let table = || preceded(keyword("IN"), sure(identifier));
            let key = separated_list1(sign("."), identifier);
            let keyed = pair(key, table()).map(|(key, table)| Selector { key, table });
            let keyless = || table().map(|table| Selector { key: Vec::new(), table });
            let by =
                preceded(keyword("BY"), sure(separated_list1(keyword("OR"), sure(alt((keyless(), keyed))))));
            let asked = keyless().map(|selector| vec![selector]);
            let selectors = expect("BY or IN", alt((by, asked)));
            sure(selectors).map(|selectors| (Base::Open(selectors), None)).parse(text)
        }
        _ => {
            if let Some(universal) = string_type(first) {
                return plain(Base::Text(universal));
            }
            if !first.starts_with(|c: char| c.is_ascii_uppercase()) {
                return Err(Err::Failure(Expected { rest: first, what: "a type" }));
            }
            let (text, second) = opt(preceded(char('.'), name)).parse(text)?;
            let (module, name) = second.map_or((None, first), |second| (Some(first), second));
            Ok((text, (Base::Reference { module, name }, None)))
        }
    }
}

/// The universal tag of a character string or time type (X.680 table 1).
fn string_type(name: &str) -> Option<u32> {
    Some(match name {
        "ObjectDescriptor" => 7,
        "UTF8String" => 12,
        "NumericString" => 18,
        "PrintableString" => 19,
        "TeletexString" | "T61String" => 20,
        "VideotexString" => 21,
        "IA5String" => 22,
        "UTCTime" => 23,
        "GeneralizedTime" => 24,
        "GraphicString" => 25,
        "VisibleString" => 26,
        "GeneralString" => 27,
        "UniversalString" => 28,
        "BMPString" => 30,
        _ => return None,
    })
}

fn structure<'a>(
    text: &'a str,
    parts: fn(Vec<Component<'a>>) -> Base<'a>,
    of: fn(Box<Component<'a>>) -> Base<'a>,
) -> Read<'a, (Base<'a>, Bounds<'a>)> {
    if blank(text).starts_with('{') {
        return sure(braces(component)).map(|list| (parts(list), None)).parse(text);
    }
    let size = alt((constraint, preceded(keyword("SIZE"), range)));
    let (text, bounds) = opt(size).parse(text)?;
    let (text, _) = sure(expect("OF or components in braces", keyword("OF"))).parse(text)?;
    let (text, name) = opt(identifier).parse(text)?;
    let (text, (ty, notes)) = sure(pair(ty, notes)).parse(text)?;
    let item = Component { name, ty, optional: false, spread: false, notes };
    Ok((text, (of(Box::new(item)), bounds)))
}

fn component(text: &str) -> Read<'_, Component<'_>> {
    let (text, spread) = opt(pair(keyword("COMPONENTS"), sure(keyword("OF")))).parse(text)?;
    let (text, name) = opt(identifier).parse(text)?;
    let (text, ty) = match name {
        Some(_) => sure(ty).parse(text)?,
        None => ty(text)?,
    };
    let default = preceded(keyword("DEFAULT"), sure(default_value));
    let (text, optional) = opt(alt((value((), keyword("OPTIONAL")), default))).parse(text)?;
    let (text, notes) = notes(text)?;
    Ok((text, Component { name, ty, optional: optional.is_some(), spread: spread.is_some(), notes }))
}

/// A default value: told in the notation for the reader, of no consequence to a decoder that shows what was sent.
fn default_value(text: &str) -> Read<'_, ()> {
    alt((value((), braces(identifier)), value((), number), value((), name))).parse(text)
}

fn named(text: &str) -> Read<'_, Vec<(&str, i64)>> {
    braces(pair(identifier, delimited(sign("("), number, sign(")")))).parse(text)
}

/// `(SIZE (1..8))`, `(0..7)`, `(SIZE (5))`.
fn constraint(text: &str) -> Read<'_, (Bound<'_>, Bound<'_>)> {
    let size = delimited(sign("("), preceded(keyword("SIZE"), sure(range)), sign(")"));
    alt((size, range)).parse(text)
}

fn range(text: &str) -> Read<'_, (Bound<'_>, Bound<'_>)> {
    let range = pair(bound, opt(preceded(sign(".."), sure(bound))));
    let mut range = delimited(sign("("), range, sign(")"));
    let (text, (low, high)) = range.parse(text)?;
    Ok((text, (low, high.unwrap_or(low))))
}

fn bound(text: &str) -> Read<'_, Bound<'_>> {
    let max = value(Bound::Max, keyword("MAX"));
    expect("a number or the name of one", alt((max, number.map(Bound::Number), identifier.map(Bound::Name))))
        .parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_of_every_construct_is_read() {
        let text = r#"
-- A comment -- TEST DEFINITIONS IMPLICIT TAGS @prefix t ::= BEGIN
ub-name INTEGER ::= 32
Rq ::= [16] SET {
    size [0] INTEGER (0..MAX) DEFAULT 0 @summary,
    mode [APPLICATION 2] EXPLICIT INTEGER { monologue(0), twa(1) } DEFAULT monologue,
    COMPONENTS OF Other.Type,
    names SEQUENCE SIZE (1..4) OF name PrintableString (SIZE (1..ub-name)),
    content OCTET STRING CONTAINING OPEN BY envelope.type IN contents OR mode IN modes OPTIONAL @secret
} @layer RTSE
Name ::= CHOICE { PrintableString, [1] BIT STRING { a(0) } }
TABLE contents ::= { 2 => Rq "ipm-1984" @label "x", 2.6.1.4.17.* => ANY, -5 => NULL }
TABLE modes ::= DYNAMIC
END
"#;
        let modules = read(text).unwrap();
        assert_eq!((modules[0].name, modules[0].prefix, modules[0].explicit), ("TEST", "t", false));
        assert_eq!(modules[0].items.len(), 5);
        let Item::Type { ty, notes, .. } = &modules[0].items[1] else { panic!() };
        assert_eq!(notes.layer, Some(tree::Tag::Rtse));
        let Base::Set(parts) = &ty.base else { panic!() };
        assert!(parts[0].optional && parts[0].notes.summary);
        assert_eq!(parts[0].ty.bounds, Some((Bound::Number(0), Bound::Max)));
        assert_eq!(parts[1].ty.tags, [(Tag::new(Class::Application, 2), Some(true))]);
        assert!(parts[2].spread);
        assert_eq!(parts[3].ty.bounds, Some((Bound::Number(1), Bound::Number(4))));
        let Base::OctetString(Some(inner)) = &parts[4].ty.base else { panic!() };
        let Base::Open(selectors) = &inner.base else { panic!() };
        assert_eq!(selectors[0].key, ["envelope", "type"]);
        assert_eq!(selectors[1].table, "modes");
        assert!(parts[4].notes.secret);
    }

    #[test]
    fn errors_tell_the_line_and_what_was_expected() {
        let wrong = |text| read(text).map(|_| ()).unwrap_err();
        assert_eq!(wrong("M DEFINITIONS @prefix m\nBEGIN END"), (2, "::="));
        assert_eq!(wrong("M DEFINITIONS @prefix m ::= BEGIN\n\nA ::= 5 END"), (3, "a type"));
        assert_eq!(
            wrong("M DEFINITIONS @prefix m ::= BEGIN\nA ::= SET { a\nb [1] NULL } END"),
            (3, "a type")
        );
        assert_eq!(wrong("M DEFINITIONS @prefix m ::= BEGIN\nA ::= SET { a NULL b }\nEND"), (2, "}"));
        assert_eq!(
            wrong("M DEFINITIONS @prefix m ::= BEGIN\nA ::= NULL @layer XYZ END"),
            (2, "the tag of a layer")
        );
        assert_eq!(wrong("M DEFINITIONS @prefix m ::= BEGIN A ::= NULL\n--\n"), (3, "a declaration or END"));
        assert_eq!(wrong("M DEFINITIONS @prefix m ::= BEGIN TABLE t ::= {\n1 -> NULL } END"), (2, "=>"));
    }
}
