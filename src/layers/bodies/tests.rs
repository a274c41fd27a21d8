//! Parts of worked octets, of captured messages and of composed ones.

use proptest::prelude::*;

use super::*;

/// A worked example of X.420: one part of IA5 text.
const WORKED: &str = "\
    A082014A318201336B5F60563042610413025858620A13085445535441444D44A207130550524D4441830B4578616D706C65 \
    204F7267A50F800653656E6465728105416C696365A6071305556E6974313010300E130550484F4E45130531323334351305 \
    49504D2D31A05860563042610413025858620A13085445535441444D44A207130550524D4441830B4578616D706C65204F72 \
    67A50F800653656E6465728105416C696365A6071305556E6974313010300E130550484F4E4513053132333435A260315EA0 \
    5860563042610413025858620A13085445535441444D44A207130550524D4441830B4578616D706C65204F7267A50F800852 \
    656365697665728103426F62A6071305556E6974313010300E130550484F4E451305313233343581020640A807140548656C \
    6C6FAF0B30090604560105020A01013011A00F3100160B5465737420746578740D0A";

/// A captured content of ten body parts, as an MTA of the 1990s encoded it.
const ALL_KINDS: &str = "\
    A08031806B3C602A30286104130247426203130120A2071305414C50484183034C6162A50D8005536D6974688104416E6E61 \
    130E3920393330333137313631353030A02C602A30286104130247426203130120A2071305414C50484183034C6162A50D80 \
    05536D6974688104416E6E61A2343132A030602E302C61041302444562071305424D41494CA2061304424554418304576572 \
    6BA50D80054D65696572810448616E73A8191417416C6C206B696E6473206F6620626F647920706172747300003080A01431 \
    03800105160D416E2049413520706172740D0AA22D3100032900000102030405060708090A0B0C0D0E0F1011121314151617 \
    18191A1B1C1D1E1F2021222324252627A3803103800102307E033D0000112200112200112200112200112200112200112200 \
    1122001122001122001122001122001122001122001122001122001122001122001122001122033D04F00FF00FF00FF00FF0 \
    0FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF0 \
    000000A52E31068001018101FF30241418542E363120706167653A20636166C2652C20C85562756E67140870616765207477 \
    6FA6113100300D150B9B3141766964656F746578A8253100032100DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBE \
    EFDEADBEEFDEADBEEF8E1D62696C61746572616C6C7920616772656564206F6374657473200001FFA7143012130D6E617469 \
    6F6E616C2070617274020121AF1F281D06045601040BA0151B131B2D414772FCDF6520617573205AFC726963688C40000102 \
    030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F3031323334 \
    35363738393A3B3C3D3E3F00000000";

/// A captured content of IA5 text and general text.
const GENERAL_TEXT: &str = "\
    A08201403181C46B3C602A30286104130247426203130120A2071305414C50484183034C6162A50D8005536D697468810441 \
    6E6E61130E3120393330333137303931323030A038602A30286104130247426203130120A2071305414C50484183034C6162 \
    A50D8005536D6974688104416E6E61800A416E6E6120536D697468A2343132A030602E302C61041302444562071305424D41 \
    494CA20613044245544183045765726BA50D80054D65696572810448616E73A8141412576F726B732063616E7465656E206D \
    656E753077A03D31001639446561722048616E732C0D0A746865206D656E7520666F722074686973207765656B2069732061 \
    747461636865642E0D0A0D0A416E6E610D0AAF36A013060456010B0BA00B3109020101020106020164281F06045601040BA0 \
    171B151B2D414772FCDF6520617573205AFC726963680D0A";

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        digits.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// An element of definite length.
fn tlv(identifier: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let mut element = vec![identifier];
    match length {
        0..=0x7F => element.push(length as u8),
        _ => element.extend([0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8]),
    }
    element.extend_from_slice(contents);
    element
}

/// An IPM of a heading with its identifier alone and of these body parts, without its tag.
fn ipm(parts: &[Vec<u8>]) -> Vec<u8> {
    [hex("31 07 6B 05 13 03 49 50 31"), tlv(0x30, &parts.concat())].concat()
}

fn message(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0xA0, &ipm(parts))
}

fn ia5(text: &str) -> Vec<u8> {
    tlv(0xA0, &[hex("31 00"), tlv(0x16, text.as_bytes())].concat())
}

/// An extended body part: the last arc of its identifiers (2.6.1.11.n, 2.6.1.4.n), the parameters, and the encoding
/// of the data with its tag.
fn extended(arc: u8, parameters: Option<&[u8]>, encoding: &[u8]) -> Vec<u8> {
    let parameters = parameters
        .map(|parameters| tlv(0xA0, &[hex("06 04 56 01 0B"), vec![arc], tlv(0xA0, parameters)].concat()));
    let data = tlv(0x28, &[hex("06 04 56 01 04"), vec![arc], encoding.to_vec()].concat());
    tlv(0xAF, &[parameters.unwrap_or_default(), data].concat())
}

fn read(content: &[u8]) -> Vec<Part<'_>> {
    parts(Octets::new(content, &[], 0), ContentKind::P22)
}

/// Number, kind and extension of every part.
fn list(parts: &[Part<'_>]) -> Vec<(String, String, String)> {
    parts.iter().map(|part| (part.number.clone(), part.kind.to_string(), part.extension())).collect()
}

fn listed(rows: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    rows.iter()
        .map(|(number, kind, extension)| ((*number).into(), (*kind).into(), (*extension).into()))
        .collect()
}

fn octets(part: &Part<'_>) -> Vec<u8> {
    part.octets().concat()
}

#[test]
fn the_text_of_a_worked_example_is_its_one_part() {
    let content = hex(WORKED);
    let parts = read(&content);
    assert_eq!(list(&parts), listed(&[("1", "ia5-text", "txt")]));
    assert_eq!(parts[0].text().as_deref(), Some("Test text\r\n"));
}

#[test]
fn every_captured_kind_of_part_gives_what_it_holds() {
    let content = hex(ALL_KINDS);
    let parts = read(&content);
    let expected = [
        ("1", "ia5-text", "txt"),
        ("2", "voice", "bin"),
        ("3", "g3-facsimile", "g3"),
        ("4", "teletex", "txt"),
        ("5", "videotex", "bin"),
        ("6", "encrypted", "bin"),
        ("7", "bilaterally-defined", "bin"),
        ("8", "nationally-defined", "bin"),
        ("9", "general-text", "txt"),
        ("10", "oda", "bin"),
    ];
    assert_eq!(list(&parts), listed(&expected));
    assert_eq!(parts[0].text().as_deref(), Some("An IA5 part\r\n"));
    assert_eq!(octets(&parts[1]), (0..40).collect::<Vec<u8>>());
    // Two pages of 60 octets each, of which the last has four unused bits.
    let pages = octets(&parts[2]);
    assert_eq!(pages, [hex("001122").repeat(20), hex("F00F").repeat(29), hex("F000")].concat());
    assert_eq!(parts[3].text().as_deref(), Some("T.61 page: café, Übung\u{C}page two"));
    assert_eq!((octets(&parts[4]), parts[4].text()), (b"\x9B1Avideotex".to_vec(), None));
    assert_eq!(octets(&parts[5]), hex("DEADBEEF").repeat(8));
    assert_eq!(octets(&parts[6]), b"bilaterally agreed octets \x00\x01\xFF");
    assert_eq!(octets(&parts[7]), [hex("3012130D"), b"national part".to_vec(), hex("020121")].concat());
    assert_eq!(parts[8].text().as_deref(), Some("Grüße aus Zürich"));
    assert_eq!(octets(&parts[9]), (0..64).collect::<Vec<u8>>());
}

#[test]
fn captured_general_text_is_text_of_its_character_sets() {
    let content = hex(GENERAL_TEXT);
    let parts = read(&content);
    assert_eq!(list(&parts), listed(&[("1", "ia5-text", "txt"), ("2", "general-text", "txt")]));
    let text = "Dear Hans,\r\nthe menu for this week is attached.\r\n\r\nAnna\r\n";
    assert_eq!(parts[0].text().as_deref(), Some(text));
    assert_eq!(parts[1].text().as_deref(), Some("Grüße aus Zürich\r\n"));
}

#[test]
fn registrations_say_what_the_right_half_of_general_text_is() {
    let text = |registrations: &str, octets: &[u8]| {
        let content = message(&[extended(11, Some(&hex(registrations)), &tlv(0xA0, &tlv(0x1B, octets)))]);
        read(&content)[0].text()
    };
    // 101 is ISO 8859-2, 144 ISO 8859-5, 196 UTF-8; 1 and 6 say nothing of the right half.
    assert_eq!(text("31 09 020101 020106 020165", b"\xA3\xF3d\xBC").as_deref(), Some("Łódź"));
    assert_eq!(text("31 0A 020101 020106 02020090", b"\xBC\xD8\xE0").as_deref(), Some("Мир"));
    assert_eq!(text("31 04 020200C4", "Łódź".as_bytes()).as_deref(), Some("Łódź"));
    assert_eq!(text("31 06 020101 020106", b"\xFCb\xDF").as_deref(), Some("übß"));
    // The text itself has the last word.
    assert_eq!(text("31 03 020165", b"\x1B-A\xFC").as_deref(), Some("ü"));
}

#[test]
fn ia5_text_keeps_what_is_outside_of_ia5() {
    let content = message(&[tlv(0xA0, &hex("31 03 80 01 02 16 03 41 FC 0A"))]);
    assert_eq!(read(&content)[0].text().as_deref(), Some("Aü\n"));
}

#[test]
fn iso_6937_text_has_lines_and_signs_of_its_own() {
    // The last line has a tag too many.
    let lines = [tlv(0x80, b"M\xC8uller"), tlv(0x80, b"\xA9x\xB9 \xD3 \xAE"), tlv(0xA0, &tlv(0x04, b"end"))];
    let content = message(&[tlv(0xAD, &[hex("31 00"), tlv(0x30, &lines.concat())].concat())]);
    let parts = read(&content);
    assert_eq!(list(&parts), listed(&[("1", "iso6937-text", "txt")]));
    assert_eq!(parts[0].text().as_deref(), Some("Müller\r\n‘x’ © →\r\nend"));
}

#[test]
fn a_file_is_the_octets_of_all_its_externals() {
    // A complete pathname: a folder, and a name in two pieces. The environment has a name for the user.
    let pathname = [tlv(0x19, b"dir"), tlv(0x39, &[tlv(0x04, b"Report"), tlv(0x04, b".DOC")].concat())];
    let attributes = tlv(0xA4, &tlv(0xB7, &pathname.concat()));
    let application = tlv(0xA0, &tlv(0xA1, &tlv(0x19, b"Editor")));
    let environment = tlv(0xA2, &[application, tlv(0xA3, &tlv(0x19, b"Shadow"))].concat());
    let parameters = tlv(0x30, &[environment, attributes].concat());
    let data = [
        tlv(0x28, &hex("06 01 51 81 02 0001")),
        tlv(0x28, &hex("02 01 03 A0 04 04 02 0203")),
        tlv(0x28, &hex("A0 80 24 80 04 01 04 04 01 05 00 00 00 00")),
        tlv(0x28, &hex("A1 04 04 02 0607")),
        tlv(0x28, &hex("82 03 00 0809")),
    ];
    let content = message(&[extended(12, Some(&parameters), &tlv(0xA0, &tlv(0x30, &data.concat())))]);
    let parts = read(&content);
    assert_eq!(list(&parts), listed(&[("1", "file-transfer", "DOC")]));
    assert_eq!(parts[0].file_name().as_deref(), Some("Report.DOC"));
    assert_eq!(octets(&parts[0]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_file_without_a_pathname_has_the_name_that_the_user_sees() {
    let parameters = tlv(0x30, &hex("A2 0E A3 0C 19 05 612E446F63 19 03 782E79"));
    let data = tlv(0xA0, &tlv(0x30, &tlv(0x28, &hex("A0 03 16 01 41"))));
    let content = message(&[extended(12, Some(&parameters), &data)]);
    let parts = read(&content);
    assert_eq!(parts[0].file_name().as_deref(), Some("a.Doc"));
    assert_eq!(
        (parts[0].extension(), parts[0].text(), octets(&parts[0])),
        ("Doc".into(), None, b"A".to_vec())
    );
}

#[test]
fn a_related_file_does_not_name_the_file() {
    // A0 SET OF { A0 { A0 EXPLICIT [0] { "old" } } } in front of nothing else.
    let parameters = tlv(0x30, &hex("A0 0D 30 0B A0 09 A0 07 A0 05 19 03 6F6C64"));
    let content = message(&[extended(12, Some(&parameters), &hex("A0 02 30 00"))]);
    let parts = read(&content);
    assert_eq!((parts[0].file_name(), parts[0].extension()), (None, "bin".into()));
}

#[test]
fn a_forwarded_message_is_a_part_and_its_parts_stand_behind_it() {
    let parameters = hex("31 0F 80 0D 39333033313730363130 3232 5A");
    let innermost = ipm(&[ia5("deep")]);
    let inner = ipm(&[ia5("inner"), tlv(0xA9, &[parameters.clone(), tlv(0x30, &innermost)].concat())]);
    let forwarded = tlv(0xA9, &[parameters, tlv(0x30, &inner)].concat());
    let content = message(&[ia5("outer"), forwarded, ia5("last")]);
    let parts = read(&content);
    let expected = [
        ("1", "ia5-text", "txt"),
        ("2", "message", "ipm"),
        ("2.1", "ia5-text", "txt"),
        ("2.2", "message", "ipm"),
        ("2.2.1", "ia5-text", "txt"),
        ("3", "ia5-text", "txt"),
    ];
    assert_eq!(list(&parts), listed(&expected));
    assert_eq!(octets(&parts[1]), tlv(0xA0, &inner));
    assert_eq!(octets(&parts[3]), tlv(0xA0, &innermost));
    let texts: Vec<_> = parts.iter().filter_map(Part::text).collect();
    assert_eq!(texts, ["outer", "inner", "deep", "last"]);
}

#[test]
fn forwarded_contents_are_messages_too() {
    // 2.6.1.4.17 and the content type 2.6.1.10.1; in one piece, and in two.
    let whole = message(&[ia5("forwarded")]);
    let (front, back) = whole.split_at(9);
    let one = [hex("06 09 56 01 04 11 02 06 01 0A 01"), tlv(0xA0, &tlv(0x04, &whole))].concat();
    let two = tlv(0x24, &[tlv(0x04, front), tlv(0x04, back)].concat());
    let two = [hex("06 09 56 01 04 11 02 06 01 0A 01"), tlv(0xA0, &two)].concat();
    let content = message(&[tlv(0xAF, &tlv(0x28, &one)), tlv(0xAF, &tlv(0x28, &two))]);
    let parts = read(&content);
    let expected = [
        ("1", "content", "ipm"),
        ("1.1", "ia5-text", "txt"),
        ("2", "content", "ipm"),
        ("2.1", "ia5-text", "txt"),
    ];
    assert_eq!(list(&parts), listed(&expected));
    assert_eq!((octets(&parts[0]), octets(&parts[2])), (whole.clone(), whole));
    assert_eq!(parts[1].text(), parts[3].text());
}

#[test]
fn other_forwarded_contents_stay_octets() {
    // The content type 1.2.3, in pieces.
    let value = hex("06 06 56 01 04 11 2A 03 A0 80 24 80 04 01 01 04 01 02 00 00 00 00");
    let content = message(&[tlv(0xAF, &tlv(0x28, &value))]);
    let parts = read(&content);
    assert_eq!(list(&parts), listed(&[("1", "content", "bin")]));
    assert_eq!(octets(&parts[0]), [1, 2]);
}

#[test]
fn an_extended_part_of_unknown_type_has_its_identifier_for_a_name() {
    let unknown = |encoding: &str| tlv(0xAF, &tlv(0x28, &[hex("06 02 2A 03"), hex(encoding)].concat()));
    let content = message(&[
        unknown("81 02 0102"),
        unknown("A1 06 04 01 01 04 01 02"),
        unknown("A0 04 04 02 0102"),
        unknown("A0 05 30 03 02 01 07"),
        unknown("82 03 04 0102"),
        unknown("A0 04 0C 02 C3A9"),
    ]);
    let parts = read(&content);
    assert!(parts.iter().all(|part| part.kind == "1.2.3"));
    let held: Vec<_> = parts.iter().map(octets).collect();
    let pair = vec![1, 2];
    assert_eq!(held, [pair.clone(), pair.clone(), pair.clone(), hex("30 03 02 01 07"), pair, hex("C3A9")]);
    assert_eq!((parts[5].text().as_deref(), parts[5].extension()), (Some("é"), "txt".into()));
    assert_eq!((parts[4].text(), parts[4].extension()), (None, "bin".into()));
}

#[test]
fn known_extended_parts_are_taken_from_every_encoding() {
    let content = message(&[
        extended(0, None, &tlv(0xA0, &tlv(0x16, b"single"))),
        extended(0, None, &tlv(0x81, &tlv(0x16, b"aligned"))),
        extended(0, None, &tlv(0x81, b"bare")),
        extended(16, None, &hex("A0 04 04 02 0102")),
        extended(9, None, &hex("A0 80 24 80 04 01 01 04 01 02 00 00 00 00")),
        extended(18, None, &hex("A0 05 30 03 06 01 2A")),
        extended(3, None, &hex("A0 08 30 06 81 01 07 82 01 08")),
        tlv(0xA4, &hex("81 01 07 82 01 08")),
        extended(7, None, &tlv(0xA0, &tlv(0x30, &ipm(&[ia5("x")])))),
    ]);
    let parts = read(&content);
    let expected = [
        ("1", "ia5-text", "txt"),
        ("2", "ia5-text", "txt"),
        ("3", "ia5-text", "txt"),
        ("4", "voice", "bin"),
        ("5", "bilaterally-defined", "bin"),
        ("6", "pkcs7", "p7m"),
        ("7", "g4-class1", "bin"),
        ("8", "g4-class1", "bin"),
        ("9", "message", "ipm"),
        ("9.1", "ia5-text", "txt"),
    ];
    assert_eq!(list(&parts), listed(&expected));
    let texts: Vec<_> = parts.iter().filter_map(Part::text).collect();
    assert_eq!(texts, ["single", "aligned", "bare", "x"]);
    assert_eq!((octets(&parts[3]), octets(&parts[4])), (vec![1, 2], vec![1, 2]));
    assert_eq!(octets(&parts[5]), hex("30 03 06 01 2A"));
    assert_eq!((octets(&parts[6]), octets(&parts[7])), (hex("81 01 07 82 01 08"), hex("81 01 07 82 01 08")));
    assert_eq!(octets(&parts[8]), message(&[ia5("x")]));
}

#[test]
fn military_parts_have_the_names_of_their_standard() {
    let part = |arc: u8, value: &[u8]| {
        let oid = [hex("06 08 2B 1A 00 A2 36 00 07"), vec![arc]].concat();
        tlv(0xAF, &tlv(0x28, &[oid, tlv(0xA0, value)].concat()))
    };
    let content = message(&[
        part(0, &tlv(0x80, b"MSGID/A//")),
        part(0, &tlv(0xA1, &[tlv(0x16, b"SET/1//"), tlv(0x16, b"SET/2//")].concat())),
        part(9, &tlv(0x30, &ipm(&[ia5("military")]))),
        part(12, &tlv(0x16, b"ZCZC")),
    ]);
    let parts = parts(Octets::new(&content, &[], 0), ContentKind::P772);
    let expected = [
        ("1", "adatp3", "txt"),
        ("2", "adatp3", "txt"),
        ("3", "mm-message", "ipm"),
        ("3.1", "ia5-text", "txt"),
        ("4", "acp127-data", "txt"),
    ];
    assert_eq!(list(&parts), listed(&expected));
    let texts: Vec<_> = parts.iter().filter_map(Part::text).collect();
    assert_eq!(texts, ["MSGID/A//", "SET/1//\r\nSET/2//", "military", "ZCZC"]);
}

#[test]
fn what_is_no_message_has_no_parts() {
    let content = hex(WORKED);
    assert!(parts(Octets::new(&content, &[], 0), ContentKind::Other).is_empty());
    let notification = hex("A1 15 6B 05 13 03 49 50 31 A0 0C A1 0A 80 08 0000000000000000");
    for content in [&notification[..], b"", b"From: a@b\r\n", &[0xA0]] {
        assert!(read(content).is_empty());
    }
}

#[test]
fn content_types_are_told_by_number_and_by_identifier() {
    let extensions =
        [ContentKind::from_number(2), ContentKind::from_number(22), ContentKind::from_number(35)]
            .map(ContentKind::extension);
    assert_eq!(extensions, ["p2", "p22", "bin"]);
    let oids = ["56 01 0A 00", "56 01 0A 01", "2B 1A 00 A2 36 00 04 01", "56 07 0A 00"];
    let extensions = oids.map(|oid| ContentKind::from_oid(&hex(oid)).extension());
    assert_eq!(extensions, ["p2", "p22", "p772", "bin"]);
}

#[test]
fn of_a_content_that_ends_too_early_there_is_what_there_is() {
    let content = hex(ALL_KINDS);
    let whole = read(&content);
    for end in 0..content.len() {
        let some = read(&content[..end]);
        assert!(some.len() <= whole.len());
        for (part, whole) in some.iter().zip(&whole) {
            assert!(octets(whole).starts_with(&octets(part)) || whole.kind == "nationally-defined", "{end}");
        }
    }
    assert_eq!(read(&content[..content.len() - 14])[9].octets()[1].len(), 54);
}

#[test]
fn messages_are_taken_apart_to_a_limited_depth() {
    let mut body = ipm(&[ia5("x")]);
    for _ in 0..40 {
        body = ipm(&[tlv(0xA9, &[hex("31 00"), tlv(0x30, &body)].concat())]);
    }
    let content = tlv(0xA0, &body);
    let parts = read(&content);
    assert_eq!(parts.len(), MAX_FORWARDED + 1);
    assert!(parts.iter().all(|part| part.kind == "message" && part.extension() == "ipm"));
    assert!(parts.iter().all(|part| octets(part).len() < content.len()));
}

#[test]
fn parts_without_number_are_not_taken_without_end() {
    let content = message(&[hex("8E 00").repeat(MAX_PARTS + 1)]);
    assert_eq!(read(&content).len(), MAX_PARTS);
}

#[test]
fn the_fields_that_parts_are_told_by_are_in_the_schemas() {
    let fields = schemas::get().schema.fields();
    let source = include_str!("../bodies.rs");
    let names: Vec<_> = source.split('"').filter(|word| word.starts_with("p22.")).collect();
    assert!(names.len() > 10);
    for name in names {
        assert!(fields.iter().any(|field| field.name == name), "{name}");
    }
}

proptest! {
    #[test]
    fn any_octets_can_be_read(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20)) {
        for content in [ALL_KINDS, GENERAL_TEXT] {
            let mut content = hex(content);
            for (at, octet) in &damage {
                let at = at.index(content.len());
                content[at] = *octet;
            }
            let held: usize = read(&content).iter().map(|part| {
                let _ = (part.text(), part.file_name(), part.extension());
                octets(part).len()
            }).sum();
            prop_assert!(held <= content.len() * (MAX_FORWARDED + 1));
        }
    }

    #[test]
    fn random_bodies_can_be_read(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let content = message(&[body]);
        for part in read(&content) {
            let _ = (part.text(), part.file_name(), part.extension(), octets(&part));
        }
    }
}
