//! Worked octets through the schemas, and what the walker does with damaged ones.

use std::sync::LazyLock;

use super::*;
use crate::capture::{FrameNo, Octets, Piece, Place};
use crate::tree::{
    Cause, Damage, DamageKind, Display, Field, Node, Nothing, Sink, SourceId, Span, Tag, Tree, Value,
};

/// Octets from a hex dump without offsets.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let digit = |octet: u8| char::from(octet).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// A decoder in small: it knows the presentation contexts and which application runs over RTSE.
#[derive(Default)]
struct Decoder {
    contexts: Vec<(i64, TypeId)>,
    tables: Vec<(TableId, TypeId)>,
    calls: Vec<String>,
}

impl Guide for Decoder {
    fn enter(&mut self, field: Field, element: Octets<'_>) {
        self.calls.push(format!("enter {} at {}", field.pick, element.place(0).offset));
    }
    fn leave(&mut self, field: Field, element: Octets<'_>) {
        let start = element.place(0).offset as usize;
        self.calls.push(format!("leave {} at {start}..{}", field.pick, start + element.len()));
    }
    fn value(&mut self, field: Field, _: u8, contents: Octets<'_>, at: Span) {
        let (pick, contents) = (field.pick, contents.bytes());
        self.calls.push(format!("value {pick} {contents:02X?} at {}..{}", at.start, at.end));
    }
    fn resolve(&mut self, table: TableId, key: Key<'_>, _: &[u8]) -> Option<TypeId> {
        self.calls.push(format!("resolve {key:?}"));
        match key {
            Key::Integer(id) if id != 0 => {
                self.contexts.iter().find(|(known, _)| *known == id).map(|(_, ty)| *ty)
            }
            _ => self.tables.iter().find(|(known, _)| *known == table).map(|(_, ty)| *ty),
        }
    }
    fn damage(&mut self, damage: &Damage, _: Octets<'_>) {
        self.calls.push(format!(
            "damage {:?} {:?} at {}..{}",
            damage.kind, damage.cause, damage.at.start, damage.at.end
        ));
    }
}

fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::load(FILES, &[]).unwrap());
    &SCHEMA
}

fn test_schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        Schema::load(&[("t.asn", TEST)], &["t.name", "t.content", "t.envelope", "t.number"]).unwrap()
    });
    &SCHEMA
}

/// The decoder of an association for P1 over RTSE in normal mode, or in X.410 mode.
fn decoder(schema: &Schema, normal: bool) -> Decoder {
    let ty = |name| schema.type_id(name).unwrap();
    let table = |name| schema.table_id(name).unwrap();
    let (module, end) = if normal { ("MHS-APDUs", "-normal") } else { ("MTSBind", "") };
    Decoder {
        contexts: vec![(1, ty("ACSE-1.ACSE-apdu")), (3, ty("RTSE-APDUS.RTSE-apdus"))],
        tables: vec![
            (table("rtse-open-argument"), ty(&format!("{module}.MTABindArgument{end}"))),
            (table("rtse-open-result"), ty(&format!("{module}.MTABindResult{end}"))),
            (table("rtse-refuse-data"), ty("MHS-APDUs.MTABindError-normal")),
        ],
        calls: Vec::new(),
    }
}

/// The tree as text: a node a line, with its value as far as tests need it and its damage.
fn show(schema: &Schema, tree: &Tree) -> String {
    let mut text = String::new();
    for (index, node) in tree.nodes().iter().enumerate() {
        let layer = node.field.layer.map(|layer| format!("{}: ", layer.name())).unwrap_or_default();
        let value = value(schema, tree, node);
        let words = tree.words(node);
        let line = format!("{}{layer}{}{value}{words}", " ".repeat(node.depth.into()), node.field.label);
        text.push_str(line.trim_end());
        for damage in tree.damage(index) {
            text.push_str(&format!(" !{:?}", damage.kind));
            if damage.cause != Cause::Wrong {
                text.push_str(&format!("({:?})", damage.cause));
            }
        }
        text.push('\n');
    }
    text
}

fn value(schema: &Schema, tree: &Tree, node: &Node) -> String {
    if node.value == Value::Octets && node.field.label != "octets" {
        return String::new();
    }
    if node.field.secret {
        return " = ********".to_owned();
    }
    let contents = tree.contents(node);
    match (node.field.display, node.value) {
        (Display::Structure, _) => String::new(),
        (Display::Named(names), Value::Number(number)) => {
            let name = names.iter().find(|(known, _)| *known == number).map_or("?", |(_, name)| name);
            format!(" = {name} ({number})")
        }
        (_, Value::Number(number)) => format!(" = {number}"),
        (Display::Oid, _) => format!(" = {} {}", schema.oid_name(contents).unwrap_or("?"), Oid(contents)),
        (Display::Text(charset), _) => format!(" = {:?}", decode(charset, contents)),
        (Display::UtcTime, _) => {
            format!(" = {}", utc_time(contents).map_or("?".to_owned(), |time| time.to_string()))
        }
        _ => format!(" = {contents:02X?}"),
    }
}

fn tree_of(
    schema: &Schema,
    ty: &str,
    octets: &[u8],
    cut: Option<Cause>,
    decoder: &mut Decoder,
) -> (Tree, usize) {
    let mut tree = Tree::new();
    let pieces = [Piece { start: 0, frame: FrameNo(1), offset: 0 }];
    let source = Octets::new(octets, &pieces, 0);
    tree.source(source);
    let ty = schema.type_id(ty).unwrap_or(schema.any());
    let end = walk(schema, ty, source, Span::new(0, octets.len()), cut, &mut tree, decoder);
    (tree, end)
}

const CP: &str = "31 81 84 A0 03 80 01 01 A2 7D 81 02 50 41 82 02 50 42 A4 33
    30 0F 02 01 01 06 04 52 01 00 01 30 04 06 02 51 01 30 0F 02 01 03 06 04 56 00 02 0C 30 04 06 02 51 01
    30 0F 02 01 05 06 04 56 00 02 07 30 04 06 02 51 01
    61 3E 30 3C 02 01 01 A0 37 60 35 A1 06 06 04 56 00 01 06 BE 2B 28 29 02 01 03 A0 24 B0 22
    80 01 20 81 01 03 82 01 00 A3 17 A0 15 B0 13 A1 11 80 05 4D 54 41 2D 41 A1 08 16 06 73 65 63 72 65 74";

const CPA: &str = "31 72 A0 03 80 01 01 A2 6B 83 02 50 42 A5 1B 30 07 80 01 00 81 02 51 01 30 07 80 01 00 81 02 51 01
    30 07 80 01 00 81 02 51 01 61 48 30 46 02 01 01 A0 41 61 3F A1 06 06 04 56 00 01 06 A2 03 02 01 00 A3 05 A1 03 02 01 00
    BE 29 28 27 02 01 03 A0 22 B1 20 80 01 20 81 01 03 A2 18 A0 16 B1 14 A1 12 80 05 4D 54 41 2D 42
    A1 09 16 07 73 65 63 72 65 74 32";

/// The tree of octets that are to be read to their end without damage.
fn shown(ty: &str, octets: &str, normal: bool) -> String {
    let (schema, octets) = (schema(), hex(octets));
    let (tree, end) = tree_of(schema, ty, &octets, None, &mut decoder(schema, normal));
    assert_eq!(end, octets.len());
    show(schema, &tree)
}

#[test]
fn a_connect_of_normal_mode_is_read_down_to_the_bind() {
    let expected = "\
PPDU: CP-type
 mode-selector
  mode-value = normal-mode (1)
 normal-mode-parameters
  calling-presentation-selector = [50, 41]
  called-presentation-selector = [50, 42]
  presentation-context-definition-list
   Context-list-item
    presentation-context-identifier = 1
    abstract-syntax-name = id-as-acse 2.2.1.0.1
    transfer-syntax-name-list
     Transfer-syntax-name = basic-encoding 2.1.1
   Context-list-item
    presentation-context-identifier = 3
    abstract-syntax-name = id-as-mta-rtse 2.6.0.2.12
    transfer-syntax-name-list
     Transfer-syntax-name = basic-encoding 2.1.1
   Context-list-item
    presentation-context-identifier = 5
    abstract-syntax-name = id-as-mtse 2.6.0.2.7
    transfer-syntax-name-list
     Transfer-syntax-name = basic-encoding 2.1.1
  fully-encoded-data
   PDV-list
    presentation-context-identifier = 1
    single-ASN1-type
     ACSE: aarq
      aSO-context-name = id-ac-mts-transfer 2.6.0.1.6
      user-information
       EXTERNAL
        indirect-reference = 3
        single-ASN1-type
         RTSE: rtorq-apdu
          checkpointSize = 32
          windowSize = 3
          dialogueMode = monologue (0)
          connectionDataRQ
           open
            bind-invoke
             P1: authenticated
              initiator-name = \"MTA-A\"
              initiator-credentials
               simple = ********
";
    assert_eq!(shown("ISO8823-PRESENTATION.CP-type", CP, true), expected);
}

#[test]
fn an_accept_of_normal_mode_is_read_down_to_the_bind_result() {
    let expected = "\
PPDU: CPA-PPDU
 mode-selector
  mode-value = normal-mode (1)
 normal-mode-parameters
  responding-presentation-selector = [50, 42]
  presentation-context-definition-result-list
   Result-list-item
    result = acceptance (0)
    transfer-syntax-name = basic-encoding 2.1.1
   Result-list-item
    result = acceptance (0)
    transfer-syntax-name = basic-encoding 2.1.1
   Result-list-item
    result = acceptance (0)
    transfer-syntax-name = basic-encoding 2.1.1
  fully-encoded-data
   PDV-list
    presentation-context-identifier = 1
    single-ASN1-type
     ACSE: aare
      aSO-context-name = id-ac-mts-transfer 2.6.0.1.6
      result = accepted (0)
      result-source-diagnostic
       service-user = null (0)
      user-information
       EXTERNAL
        indirect-reference = 3
        single-ASN1-type
         RTSE: rtoac-apdu
          checkpointSize = 32
          windowSize = 3
          connectionDataAC
           open
            bind-result
             P1: authenticated
              responder-name = \"MTA-B\"
              responder-credentials
               simple = ********
";
    assert_eq!(shown("ISO8823-PRESENTATION.CPA-PPDU", CPA, true), expected);
}

#[test]
fn a_connect_of_x410_mode_has_the_reliable_transfer_inside() {
    let octets =
        "31 2A A0 03 80 01 00 A1 23 80 01 20 81 01 03 82 01 00 A3 15 A0 13 A1 11 80 05 4D 54 41 2D 41
        A1 08 16 06 73 65 63 72 65 74 84 01 0C";
    let expected = "\
PPDU: CP-type
 mode-selector
  mode-value = x410-1984-mode (0)
 RTS: x410-mode-parameters
  checkpointSize = 32
  windowSize = 3
  dialogueMode = monologue (0)
  connectionDataRQ
   open
    P1: authenticated
     initiator-name = \"MTA-A\"
     initiator-credentials
      simple = ********
  applicationProtocol = mts-transfer-protocol (12)
";
    assert_eq!(shown("ISO8823-PRESENTATION.CP-type", octets, false), expected);
}

#[test]
fn refusals_and_aborts_of_both_modes_are_told_by_their_tags() {
    let refuse = "ISO8823-PRESENTATION.CPR-PPDU";
    assert_eq!(
        shown(refuse, "31 03 80 01 02", false),
        "RTS: x400-mode-parameters\n refuseReason = validationFailure (2)\n"
    );
    assert_eq!(
        shown(refuse, "30 03 8A 01 03", true),
        "PPDU: normal-mode-parameters\n provider-reason = called-presentation-address-unknown (3)\n"
    );
    let wrong_password = "30 52 83 02 50 42 A5 1B 30 07 80 01 00 81 02 51 01 30 07 80 01 00 81 02 51 01
        30 07 80 01 00 81 02 51 01 61 2F 30 2D 02 01 01 A0 28 61 26 A1 06 06 04 56 00 01 06 A2 03 02 01 01
        A3 05 A1 03 02 01 01 BE 10 28 0E 02 01 03 A0 09 B2 07 A1 05 B2 03 02 01 02";
    let tree = shown(refuse, wrong_password, true);
    assert!(tree.contains("     result = rejected-permanent (1)\n"), "{tree}");
    let end = "        RTSE: rtorj-apdu\n         userDataRJ\n          P1: bind-error = authentication-error (2)\n";
    assert!(tree.ends_with(end), "{tree}");
    // One MTA leaves the bind tag out.
    assert_eq!(
        shown("RTSE-APDUS.RTSE-apdus", "B2 05 A1 03 02 01 02", true),
        "RTSE: rtorj-apdu\n userDataRJ\n  P1: MTABindError = authentication-error (2)\n"
    );
    let abort = "ISO8823-PRESENTATION.Abort-type";
    assert_eq!(
        shown(abort, "30 06 80 01 06 81 01 00", true),
        "PPDU: arp-ppdu\n provider-reason = invalid-ppdu-parameter-value (6)\n event-identifier = cp-PPDU (0)\n"
    );
    assert_eq!(shown(abort, "31 03 80 01 04", false), "RTS: aru-ppdu\n abortReason = protocolError (4)\n");
    assert_eq!(
        shown("RTSE-APDUS.RTSE-apdus", "36 03 80 01 04", true),
        "RTSE: rtab-apdu !WrongForm\n abortReason = protocolError (4)\n"
    );
}

#[test]
fn a_connect_of_a_commercial_mta_is_read_with_its_indefinite_lengths() {
    // Captured: SET and normal-mode parameters are indefinite, EXTERNAL has both references.
    let octets = "3180a003800101a280a433300f020101060452010001300406025101300f02010306045600020c300406025101300f020105
        060456000207300406025101615030 4e020101a0496047a106060456000106be3d283b06025101020103a032b03080013f820100
        a328a026b024a1228013706572636976616c2e736d68732e636f2e756ba10b1609657863616c696275720000 0000";
    let tree = shown("ISO8823-PRESENTATION.CP-type", octets, true);
    assert!(!tree.contains('!'), "{tree}");
    assert!(tree.contains("direct-reference = basic-encoding 2.1.1\n"), "{tree}");
    assert!(tree.contains("initiator-name = \"percival.smhs.co.uk\"\n"), "{tree}");
    assert!(tree.ends_with("simple = ********\n"), "{tree}");
}

#[test]
fn a_password_of_an_application_that_is_not_known_is_hidden() {
    // Captured: application protocol 132, a user name, a password and a file name.
    let octets =
        "312fa003800100a12880013f820101a31ca01a301880036c616281067365637265748209736d616c6c2e747874840200 84";
    let (schema, octets) = (schema(), hex(octets));
    let cp = "ISO8823-PRESENTATION.CP-type";
    let (tree, _) = tree_of(schema, cp, &octets, None, &mut Decoder::default());
    let text = show(schema, &tree);
    assert!(
        text.contains(
            "   open\n    SEQUENCE\n     [0] = ********\n     [1] = ********\n     [2] = ********\n"
        ),
        "{text}"
    );
    assert!(text.ends_with("  applicationProtocol = ? (132)\n"), "{text}");
    // The same with the tag of RTORQ broken: what it holds fits nothing.
    let mut broken = octets;
    broken[7] = 0xA7;
    let (tree, _) = tree_of(schema, cp, &broken, None, &mut Decoder::default());
    let text = show(schema, &tree);
    assert!(text.contains("[7] !UnknownElement\n") && text.contains("[1] = ********\n"), "{text}");
}

/// Every constructed element with an indefinite length in place of its definite one.
fn indefinite(octets: &[u8], from: usize, end: usize, into: &mut Vec<u8>) {
    let mut at = from;
    while at < end {
        let header = ber::Header::read(octets, at, end).unwrap();
        let ber::Length::Definite(length) = header.length else { panic!() };
        at = header.contents + length;
        if header.constructed {
            into.extend([octets[header.start], 0x80]);
            indefinite(octets, header.contents, at, into);
            into.extend([0, 0]);
        } else {
            into.extend(&octets[header.start..at]);
        }
    }
}

#[test]
fn indefinite_lengths_change_nothing() {
    for (ty, octets) in [("ISO8823-PRESENTATION.CP-type", CP), ("ISO8823-PRESENTATION.CPA-PPDU", CPA)] {
        let definite = hex(octets);
        let mut other = Vec::new();
        indefinite(&definite, 0, definite.len(), &mut other);
        let schema = schema();
        let (tree, end) = tree_of(schema, ty, &other, None, &mut decoder(schema, true));
        assert_eq!(end, other.len());
        assert_eq!(show(schema, &tree), shown(ty, octets, true));
        let (tree, _) = tree_of(schema, "any", &other, None, &mut Decoder::default());
        assert!(!show(schema, &tree).contains('!'));
    }
}

#[test]
fn a_capture_that_cuts_an_element_is_told_once_and_nothing_is_missed() {
    let (schema, octets) = (schema(), hex(CP));
    for end in 1..octets.len() {
        for cause in [Some(Cause::Cut), Some(Cause::Lost), None] {
            let (tree, _) = tree_of(
                schema,
                "ISO8823-PRESENTATION.CP-type",
                &octets[..end],
                cause,
                &mut decoder(schema, true),
            );
            let damage: Vec<Damage> =
                (0..tree.nodes().len()).flat_map(|node| tree.damage(node)).copied().collect();
            let kinds: Vec<_> = damage.iter().map(|damage| (damage.kind, damage.cause)).collect();
            assert_eq!(kinds, [(DamageKind::Truncated, cause.unwrap_or(Cause::Wrong))], "cut at {end}");
            assert!(!show(schema, &tree).contains("secret"), "cut at {end}");
        }
    }
}

const TEST: &str = "
T DEFINITIONS IMPLICIT TAGS @prefix t ::= BEGIN
Pair ::= SEQUENCE { number INTEGER (0..100), name IA5String (SIZE (1..3)) OPTIONAL, flag [0] BOOLEAN }
Group ::= SET { a [0] INTEGER, b [1] OCTET STRING OPTIONAL, c [2] EXPLICIT INTEGER OPTIONAL, d [3] Pair OPTIONAL,
    e [4] CHOICE { PrintableString, NumericString } OPTIONAL, f [5] EXPLICIT Pair OPTIONAL }
List ::= SEQUENCE SIZE (1..2) OF item INTEGER
Kinds ::= SEQUENCE { yes BOOLEAN, none NULL, id OBJECT IDENTIFIER, bits BIT STRING { first(0) }, when UTCTime }
Keyed ::= SEQUENCE { type Type, value [1] OPEN BY type IN rows }
Type ::= CHOICE { [0] INTEGER, [3] OBJECT IDENTIFIER, [0] EXPLICIT CHOICE { INTEGER, OBJECT IDENTIFIER } }
Letter ::= SEQUENCE { envelope Envelope, content OCTET STRING CONTAINING OPEN BY envelope.kind IN contents }
Envelope ::= SET { kind INTEGER, inner Keyed OPTIONAL }
Nest ::= SEQUENCE OF Nest
TABLE rows ::= { 1 => INTEGER \"one\", 2.6.1 => Pair, 2.6.2.* => BOOLEAN \"below\" }
TABLE contents ::= { 2 => Pair, 3 => Letter }
END";

fn damaged(ty: &str, octets: &str) -> String {
    let schema = test_schema();
    let octets = hex(octets);
    let (tree, end) = tree_of(schema, &format!("T.{ty}"), &octets, None, &mut Decoder::default());
    assert_eq!(end, octets.len(), "{}", show(schema, &tree));
    show(schema, &tree)
}

#[test]
fn lengths_that_reach_too_far_are_clipped() {
    assert_eq!(
        damaged("Pair", "30 06 02 09 05 80 01 FF"),
        "Pair\n number = 92275199 !LengthPastParent !OutOfBounds\n flag !MissingElement\n"
    );
    assert_eq!(
        damaged("Pair", "30 06 02 01 05 80 09 FF"),
        "Pair\n number = 5\n flag = 1 !LengthPastParent\n"
    );
    assert_eq!(damaged("List", "30 04 02 01 05 02"), "List\n item = 5\n octets = [02] !BadHeader\n");
}

#[test]
fn end_of_contents_octets_are_told_where_they_lack_and_where_they_are_too_many() {
    assert_eq!(damaged("List", "30 80 02 01 05"), "List\n item = 5 !NoEndOfContents\n");
    assert_eq!(damaged("List", "30 07 02 01 05 00 00 00 00"), "List\n item = 5 !StrayEndOfContents\n");
    assert_eq!(damaged("List", "30 04 02 01 05 FF"), "List\n item = 5\n octets = [FF] !BadHeader\n");
}

#[test]
fn elements_of_a_set_may_come_in_any_order_but_once() {
    assert_eq!(damaged("Group", "31 06 81 01 AA 80 01 05"), "Group\n b = [AA]\n a = 5\n");
    assert_eq!(damaged("Group", "31 06 80 01 05 80 01 06"), "Group\n a = 5\n a = 6 !RepeatedElement\n");
    assert_eq!(
        damaged("Group", "31 05 A9 03 02 01 07"),
        "Group\n [9] !UnknownElement\n  INTEGER = 7\n a !MissingElement\n"
    );
    assert_eq!(damaged("Pair", "30 06 80 01 FF 02 01 05"), "Pair\n flag = 1\n number = 5\n");
}

#[test]
fn wrong_forms_are_read_all_the_same() {
    // Explicit is due: the contents of the value stand there instead.
    assert_eq!(damaged("Group", "31 06 80 01 05 82 01 07"), "Group\n a = 5\n c = 7 !WrongForm\n");
    assert_eq!(damaged("Group", "31 07 80 01 05 84 02 41 42"), "Group\n a = 5\n e = \"AB\" !WrongForm\n");
    assert_eq!(
        damaged("Group", "31 0B 80 01 05 A5 06 02 01 01 80 01 FF"),
        "Group\n a = 5\n f !WrongForm\n  number = 1\n  flag = 1\n"
    );
    // Implicit is due: the value has its own tag as well.
    assert_eq!(damaged("Group", "31 05 A0 03 02 01 05"), "Group\n a = 5 !WrongForm\n");
    assert_eq!(
        damaged("Group", "31 0D 80 01 05 A3 08 30 06 02 01 01 80 01 FF"),
        "Group\n a = 5\n d !WrongForm\n  number = 1\n  flag = 1\n"
    );
    assert_eq!(damaged("Group", "31 06 80 01 05 83 01 07"), "Group\n a = 5\n d !WrongForm\n");
    assert_eq!(damaged("Group", "31 05 A2 00 80 01 05"), "Group\n c !MissingElement\n a = 5\n");
    assert_eq!(
        damaged("Group", "31 0B A2 06 02 01 07 02 01 08 80 01 05"),
        "Group\n c = 7\n INTEGER = 8 !UnknownElement\n a = 5\n"
    );
}

#[test]
fn values_are_checked_against_their_type_and_bounds() {
    assert_eq!(
        damaged("Kinds", "30 0F 01 00 05 01 00 06 01 80 03 01 01 17 02 31 32"),
        "Kinds\n yes = [] !InvalidValue\n none !InvalidValue\n id = ? ? !InvalidValue\n bits = [01] !InvalidValue\n when = ? !InvalidValue\n"
    );
    assert_eq!(damaged("Pair", "30 06 02 01 65 80 01 00"), "Pair\n number = 101 !OutOfBounds\n flag = 0\n");
    assert_eq!(
        damaged("Pair", "30 0C 02 01 00 16 04 41 42 43 44 80 01 00"),
        "Pair\n number = 0\n name = \"ABCD\" !OutOfBounds\n flag = 0\n"
    );
    assert_eq!(damaged("List", "30 00"), "List !OutOfBounds\n");
}

#[test]
fn open_types_have_the_type_of_their_key() {
    assert_eq!(damaged("Keyed", "30 08 80 01 01 A1 03 02 01 05"), "Keyed\n type = 1\n value\n  one = 5\n");
    assert_eq!(
        damaged("Keyed", "30 0A A0 03 02 01 01 A1 03 02 01 05"),
        "Keyed\n type = 1\n value\n  one = 5\n"
    );
    assert_eq!(
        damaged("Keyed", "30 09 83 02 56 01 A1 03 02 01 05"),
        "Keyed\n type = ? 2.6.1\n value\n  INTEGER = 5 !UnknownElement\n"
    );
    assert_eq!(
        damaged("Keyed", "30 0A 83 03 56 02 09 A1 03 01 01 FF"),
        "Keyed\n type = ? 2.6.2.9\n value\n  below = 1\n"
    );
    assert_eq!(
        damaged("Keyed", "30 08 80 01 07 A1 03 02 01 05"),
        "Keyed\n type = 7\n value\n  INTEGER = 5\n"
    );
    assert_eq!(
        damaged("Keyed", "30 05 80 01 01 81 00"),
        "Keyed\n type = 1\n one = [] !WrongForm !InvalidValue\n"
    );
}

#[test]
fn encodings_in_octet_strings_are_read_in_place_and_in_pieces() {
    let envelope = "31 0D 02 01 02 30 08 80 01 01 A1 03 02 01 09";
    let read = |content: &str| {
        let content = hex(content);
        let text: String = content.iter().map(|octet| format!("{octet:02X}")).collect();
        damaged("Letter", &format!("30 {:02X} {envelope} {text}", 15 + content.len()))
    };
    let before = "Letter\n envelope\n  kind = 2\n  inner\n   type = 1\n   value\n    one = 9\n content\n";
    let pair = "  Pair\n   number = 5\n   flag = 1\n";
    assert_eq!(read("04 08 30 06 02 01 05 80 01 FF"), format!("{before}{pair}"));
    assert_eq!(
        read("24 80 04 03 30 06 02 24 07 04 02 01 05 04 01 80 04 02 01 FF 00 00"),
        format!("{before}{pair}")
    );
    assert_eq!(
        read("04 0A 30 06 02 01 05 80 01 FF 05 00"),
        format!("{before}{pair}  octets = [05, 00] !TrailingOctets\n")
    );
    let text = before.replace(" content\n", " content = [68, 69] !InvalidValue\n");
    assert_eq!(read("04 02 68 69"), text);
}

#[test]
fn octets_of_a_joined_string_keep_their_places() {
    let schema = test_schema();
    let octets = hex("30 80 31 03 02 01 02 24 80 04 04 30 06 02 01 04 04 05 80 01 FF 00 00 00 00");
    let pieces = [
        Piece { start: 0, frame: FrameNo(1), offset: 50 },
        Piece { start: 15, frame: FrameNo(2), offset: 60 },
    ];
    let mut tree = Tree::new();
    let source = Octets::new(&octets, &pieces, 0);
    tree.source(source);
    let ty = schema.type_id("T.Letter").unwrap();
    walk(schema, ty, source, Span::new(0, octets.len()), None, &mut tree, &mut Decoder::default());
    let find = |label| *tree.nodes().iter().find(|node| node.field.label == label).unwrap();
    assert_eq!(tree.place(&find("number")), Place { frame: FrameNo(1), offset: 63 });
    assert_eq!(tree.place(&find("flag")), Place { frame: FrameNo(2), offset: 63 });
    assert_eq!(tree.frames(&find("Pair")), [FrameNo(1), FrameNo(2)]);
    assert_eq!(tree.bytes(&find("flag")), [0x80, 0x01, 0xFF]);
}

#[test]
fn strings_in_pieces_are_a_node_with_their_pieces() {
    assert_eq!(
        damaged("Pair", "30 10 02 01 05 36 08 04 01 41 16 03 42 43 44 80 01 FF"),
        "Pair\n number = 5\n name\n  name = \"A\"\n  name = \"BCD\" !OutOfBounds\n flag = 1\n"
    );
}

#[test]
fn what_is_nested_too_deep_is_shown_as_octets() {
    let nested = |depth: usize| [vec![[0x30, 0x80]; depth].concat(), vec![0; depth * 2]].concat();
    let schema = test_schema();
    for ty in ["T.Nest", "any"] {
        for (depth, deep) in [(200, false), (100_000, true)] {
            let octets = nested(depth);
            let (tree, end) = tree_of(schema, ty, &octets, None, &mut Decoder::default());
            assert_eq!(end, octets.len());
            assert_eq!(show(schema, &tree).contains("!TooDeep"), deep);
            assert!(tree.nodes().len() <= 300);
        }
    }
}

#[test]
fn too_many_elements_stop_the_walk() {
    let octets = [0x05, 0x00].repeat(1_100_000);
    let octets = [[0x30, 0x80].as_slice(), &octets].concat();
    let schema = schema();
    let mut decoder = Decoder::default();
    let source = Octets::new(&octets, &[], 0);
    let end =
        walk(schema, schema.any(), source, Span::new(0, octets.len()), None, &mut Nothing, &mut decoder);
    assert_eq!(end, octets.len());
    assert_eq!(decoder.calls.len(), 1);
    assert!(decoder.calls[0].starts_with("damage TooMany"), "{:?}", decoder.calls);
}

#[test]
fn picks_tell_the_fields_a_decoder_wants() {
    let picks = ["rtse.checkpointSize", "rtse.RTOACapdu.checkpointSize", "pres.mode_value"];
    let schema = &Schema::load(FILES, &picks).unwrap();
    let rtorq = schema.type_id("RTSE-APDUS.RTORQapdu").unwrap();
    let rtoac = schema.type_id("RTSE-APDUS.RTOACapdu").unwrap();
    for (ty, pick) in [(rtorq, 1), (rtoac, 2)] {
        let octets = [0x31, 0x05, 0x80, 0x01, 0x20, 0x85, 0x00];
        let mut decoder = Decoder::default();
        walk(schema, ty, Octets::new(&octets, &[], 0), Span::new(0, 7), None, &mut Nothing, &mut decoder);
        assert_eq!(decoder.calls[0], format!("value {pick} [20] at 2..5"));
    }
    assert_eq!(Schema::load(FILES, &["rtse.nonsense"]).unwrap_err(), SchemaError::Pick("rtse.nonsense"));
    // An untagged CHOICE has no node that could be told.
    assert!(Schema::load(FILES, &["pres.presentation_data_values"]).is_err());
}

#[test]
fn the_layers_of_the_schemas_and_their_tables_are_there() {
    let schema = schema();
    let table = schema.table_id("abstract-syntaxes").unwrap();
    for octets in [[0x52, 0x01, 0x00, 0x01], [0x56, 0x00, 0x02, 0x0C], [0x56, 0x00, 0x02, 0x09]] {
        assert!(schema.lookup(table, Key::Oid(&octets)).is_some());
    }
    assert!(schema.lookup(table, Key::Integer(1)).is_none());
    let layers: Vec<_> = schema.fields().iter().filter_map(|field| field.layer).collect();
    for layer in [Tag::Ppdu, Tag::Acse, Tag::Rtse, Tag::Rts, Tag::Rose, Tag::P1] {
        assert!(layers.contains(&layer), "{layer:?}");
    }
}

#[test]
fn mistakes_in_schemas_are_told_with_their_line() {
    let load = |body: &'static str| {
        let text = format!("M DEFINITIONS @prefix m ::= BEGIN\n{body}\nEND");
        match Schema::load(&[("m.asn", &text)], &[]).unwrap_err() {
            SchemaError::Meaning { line, what, .. } => (line, what),
            other => panic!("{other}"),
        }
    };
    assert_eq!(load("\nA ::= B"), (3, "a type that is not defined"));
    assert_eq!(load("A ::= B B ::= A").1, "a type that is defined by itself");
    assert_eq!(load("A ::= CHOICE { a A }").1, "a CHOICE that is its own alternative");
    assert_eq!(load("A ::= CHOICE { NULL, [0] SEQUENCE OF A }").1, "a CHOICE without names inside itself");
    assert_eq!(
        load("A ::= SEQUENCE { v OPEN BY x IN t } TABLE t ::= DYNAMIC").1,
        "a key that is no component"
    );
    assert_eq!(load("A ::= SEQUENCE { v OPEN IN t }").1, "a table that is not defined");
    assert_eq!(load("A ::= IA5String (SIZE (1..ub))").1, "a number that is not defined");
    assert_eq!(load("TABLE t ::= { 1 => NULL \"a\", 1 => NULL \"b\" }").1, "a key twice in the table");
    assert_eq!(
        load("A ::= SET { a SET { b NULL } @secret }").1,
        "a secret that is no value but consists of some"
    );
}

/// Octets that are BER more often than chance has it.
fn ber_like() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    use proptest::prelude::*;
    let identifiers = prop::sample::select(vec![
        0x30u8, 0x31, 0x02, 0x04, 0x24, 0x06, 0xA0, 0xA1, 0xA2, 0xA3, 0x80, 0x81, 0x82, 0x61, 0x60, 0x28,
        0xBE, 0xB0, 0x00, 0x16, 0x05, 0x1F, 0x3F,
    ]);
    let octet = prop_oneof![3 => identifiers, 3 => 0u8..12, 1 => any::<u8>()];
    prop::collection::vec(octet, 0..300)
}

proptest::proptest! {
    #[test]
    fn any_octets_are_walked_the_same_whatever_is_kept(octets in ber_like(), ty in 0usize..9, cut: bool) {
        let schema = schema();
        let names = ["ISO8823-PRESENTATION.CP-type", "ISO8823-PRESENTATION.CPA-PPDU", "ISO8823-PRESENTATION.CPR-PPDU",
            "ISO8823-PRESENTATION.Abort-type", "ISO8823-PRESENTATION.User-data", "ACSE-1.ACSE-apdu",
            "RTSE-APDUS.RTSE-apdus", "MHS-APDUs.MTABindArgument-normal", "any"];
        let cut = cut.then_some(Cause::Cut);
        walk_both(schema, names[ty], &octets, cut);
    }

    #[test]
    fn octets_with_errors_are_walked_the_same_whatever_is_kept(
        errors in proptest::collection::vec((0usize..135, proptest::num::u8::ANY), 1..8),
    ) {
        let mut octets = hex(CP);
        for (at, octet) in errors {
            octets[at] = octet;
        }
        walk_both(schema(), "ISO8823-PRESENTATION.CP-type", &octets, None);
    }

    #[test]
    fn small_types_are_walked_the_same_whatever_is_kept(octets in ber_like(), ty in 0usize..7) {
        let schema = test_schema();
        let names = ["Pair", "Group", "List", "Kinds", "Keyed", "Letter", "Nest"];
        walk_both(schema, &format!("T.{}", names[ty]), &octets, None);
    }
}

/// Walks with a tree and with nothing: the same calls, and children inside their parents.
fn walk_both(schema: &Schema, ty: &str, octets: &[u8], cut: Option<Cause>) {
    let mut kept = decoder_of(schema);
    let (tree, end) = tree_of(schema, ty, octets, cut, &mut kept);
    let mut unkept = decoder_of(schema);
    let id = schema.type_id(ty).unwrap_or(schema.any());
    let pieces = [Piece { start: 0, frame: FrameNo(1), offset: 0 }];
    let source = Octets::new(octets, &pieces, 0);
    let other = walk(schema, id, source, Span::new(0, octets.len()), cut, &mut Nothing, &mut unkept);
    assert_eq!((end, kept.calls), (other, unkept.calls));
    assert!(end <= octets.len());
    let nodes = tree.nodes();
    let mut around: Vec<&Node> = Vec::new();
    for node in nodes {
        around.truncate(node.depth.into());
        assert!(node.at.start <= node.at.end);
        assert!(node.at.end as usize <= tree.octets(node.source).len());
        if let Some(parent) = around.last().filter(|parent| parent.source == node.source) {
            assert!(
                parent.at.start <= node.at.start && node.at.end <= parent.at.end,
                "{}",
                show(schema, &tree)
            );
        }
        around.push(node);
    }
    assert_eq!(tree.octets(SourceId(0)).len(), octets.len());
}

fn decoder_of(schema: &Schema) -> Decoder {
    if schema.type_id("RTSE-APDUS.RTSE-apdus").is_some() { decoder(schema, true) } else { Decoder::default() }
}

#[test]
fn directory_and_message_store_binds_show_no_password() {
    // The forms of X.511 and X.413: simple credentials, explicit tags.
    let dap = "B0 1A 31 18 A0 10 A0 0E 30 0C A0 02 30 00 A2 06 04 04 70 61 73 73 A1 04 03 02 06 C0";
    let expected = "\
ROSE: bind-invoke
 credentials
  simple
   name
   password = ********
 versions = [06, C0]
";
    assert_eq!(shown("Directory-APDUs.DAP-PDU", dap, true), expected);
    let ms = "B0 13 31 11 60 02 30 00 A2 06 16 04 70 61 73 73 A5 03 01 01 FF";
    let expected = "\
ROSE: bind-invoke
 initiator-name
  part
   SEQUENCE
 initiator-credentials
  simple = ********
 ms-configuration-request = 1
";
    assert_eq!(shown("MHS-APDUs.MS-bind", ms, true), expected);
}

#[test]
fn every_way_to_open_without_a_bind_value_is_read() {
    let open = |octets: &str| shown("RTSE-APDUS.RTSE-apdus", octets, true);
    let before = "RTSE: rtoac-apdu\n connectionDataAC\n  open";
    let masked = before.replace("open", "octets = ******** !WrongForm\n");
    assert_eq!(open("B1 04 A2 02 80 00"), masked);
    assert_eq!(open("B1 06 A2 04 A0 02 80 00"), format!("{before}\n   P1: unauthenticated !WrongForm\n"));
    assert_eq!(open("B1 06 A2 04 A0 02 05 00"), format!("{before}\n   P1: unauthenticated\n"));
}

#[test]
fn the_session_connection_identifier_of_a_recovery_is_read_in_both_encodings() {
    // X.410 mode has T61String, normal mode OCTET STRING.
    for tag in ["14", "04"] {
        let octets = format!(
            "B0 1C A3 1A A1 18 {tag} 05 4D 54 41 2D 41 17 0D 32 33 31 31 31 34 32 32 31 33 32 30 5A 80 00"
        );
        let expected = "\
RTSE: rtorq-apdu
 connectionDataRQ
  recover
   callingSSuserReference = \"MTA-A\"
   commonReference = 2023-11-14T22:13:20Z
   additionalReferenceInformation = \"\"
";
        assert_eq!(shown("RTSE-APDUS.RTSE-apdus", &octets, true), expected);
    }
}
