//! Whole dialogues, cut in all ways: what is told of them, and what is never made up.

use proptest::prelude::*;

use super::*;
use crate::capture::{FrameNo, Octets, Piece, Timestamp};
use crate::layers::note::{Note, What};
use crate::layers::rtse::Activity;
use crate::layers::stack::{ActivityKey, Content, Output, Pdu, Transfer};
use crate::layers::upper::Knowledge;
use crate::stream::{Loss, Missing};
use crate::tree::Tree;

/// Writes down what a dialogue tells: `>` for the client, `<` for the server, `!` for a note.
#[derive(Default)]
struct Log {
    told: Vec<String>,
    tree: Tree,
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

impl Output for Log {
    type Sink = Tree;

    fn sink(&mut self) -> &mut Tree {
        &mut self.tree
    }

    fn pdu(&mut self, pdu: &Pdu<'_>, _: &Knowledge) {
        let Content::Smtp(said) = pdu.content else { panic!("no SMTP") };
        let octets = pdu.octets.bytes();
        self.told.push(match said {
            Said::Command(command) => format!("> {}", command.words(octets)),
            Said::Credentials => "> ********".to_owned(),
            Said::Reply(reply) => {
                let texts: Vec<_> = reply.texts.iter().map(|at| text(at.of(octets))).collect();
                let verb = reply.answers.map_or("?", Verb::name);
                format!("< {} {} to {verb}", reply.code, texts.join("|"))
            }
            Said::Header(header) => {
                let values =
                    header.values.iter().map(|(field, at)| format!("{field:?} {}", text(at.of(octets))));
                format!("> header {}", values.collect::<Vec<_>>().join(", "))
            }
        });
    }

    fn note(&mut self, note: &Note<'_>) {
        self.told.push(match note.what {
            What::SmtpAddress(seen) => {
                let answer = match seen.answer {
                    Answer::Given(code, words) => format!("{code} {}", text(words)),
                    other => format!("{other:?}"),
                };
                format!("! {:?} {}: {answer}", seen.place, text(note.octets.bytes()))
            }
            What::SmtpTls => "! TLS".to_owned(),
            What::Cap(cap) => format!("! {cap:?}"),
            _ => panic!("no note of SMTP"),
        });
    }

    fn transfer(&mut self, _: Transfer, _: ActivityKey, _: &Knowledge) {}

    fn resume(&mut self, _: &ActivityKey) -> Option<Activity> {
        None
    }
}

#[derive(Default)]
struct Wire {
    log: Log,
    dialogue: Option<Dialogue>,
    frame: u64,
}

impl Wire {
    fn now(&self) -> Now {
        Now { frame: FrameNo(self.frame), time: Timestamp(0) }
    }

    fn dialogue(&mut self) -> (&mut Dialogue, &mut Log) {
        (self.dialogue.get_or_insert_with(Dialogue::new), &mut self.log)
    }

    fn say(&mut self, side: Side, octets: &[u8]) -> &mut Self {
        self.frame += 1;
        let now = self.now();
        let pieces = [Piece { start: 0, frame: now.frame, offset: 54 }];
        let (dialogue, log) = self.dialogue();
        dialogue.octets(side, Octets::new(octets, &pieces, 0), now, log);
        self
    }

    /// The client says.
    fn c(&mut self, octets: &str) -> &mut Self {
        self.say(Side::Initiator, octets.as_bytes())
    }

    /// The server says.
    fn s(&mut self, octets: &str) -> &mut Self {
        self.say(Side::Responder, octets.as_bytes())
    }

    fn lose(&mut self, side: Side, octets: u64) -> &mut Self {
        let now = self.now();
        let (dialogue, log) = self.dialogue();
        dialogue.lost(side, Loss { octets, why: Missing::Lost }, now, log);
        self
    }

    fn late(&mut self) -> &mut Self {
        let (dialogue, log) = self.dialogue();
        dialogue.midstream(Side::Initiator, log);
        dialogue.midstream(Side::Responder, log);
        self
    }

    fn told(&mut self) -> Vec<String> {
        let now = self.now();
        let (dialogue, log) = self.dialogue();
        dialogue.finish(Side::Initiator, now, log);
        dialogue.finish(Side::Responder, now, log);
        dialogue.close(log);
        std::mem::take(&mut log.told)
    }

    /// How many octets each side has in fields that are secrets.
    fn secret(&self) -> usize {
        let nodes = self.log.tree.nodes().iter().filter(|node| node.field.secret);
        nodes.map(|node| node.at.len()).sum()
    }
}

/// A dialogue with everything: side and octets.
const DIALOGUE: &[(Side, &str)] = &[
    (Side::Responder, "220 beta.example ESMTP\r\n"),
    (Side::Initiator, "EHLO alpha.example\r\n"),
    (Side::Responder, "250-beta.example Hello\r\n250-PIPELINING\r\n250 SIZE\r\n"),
    (
        Side::Initiator,
        "MAIL FROM:<a@alpha.example> SIZE=99\r\nRCPT TO:<b@beta.example>\r\nRCPT TO:<IMCEAX400-c+3DXX+3B@beta.example>\r\nDATA\r\n",
    ),
    (Side::Responder, "250 ok\r\n250 ok\r\n550 no such user\r\n354 go on\r\n"),
    (
        Side::Initiator,
        "From: \"Sender, A\" <a@alpha.example>\r\nTo: b@beta.example,\r\n\t(C) IMCEANOTES-C@beta.example\r\nSubject: x\r\n\r\nQUIT\r\n..\r\n.hidden\r\n.\r\n",
    ),
    (Side::Responder, "250 taken\r\n"),
    (Side::Initiator, "QUIT\r\n"),
    (Side::Responder, "221 bye\r\n"),
];

const TOLD: &[&str] = &[
    "< 220 beta.example ESMTP to the connection",
    "> Cmd: EHLO alpha.example",
    "< 250 beta.example Hello|PIPELINING|SIZE to EHLO",
    "> Cmd: Mail from <a@alpha.example>",
    "> Cmd: Recipient <b@beta.example>",
    "! Recipient IMCEAX400-c+3DXX+3B@beta.example: Awaited",
    "> Cmd: Recipient <IMCEAX400-c+3DXX+3B@beta.example>",
    "> Cmd: Data: Mail data to follow",
    "< 250 ok to MAIL",
    "< 250 ok to RCPT",
    "! Recipient IMCEAX400-c+3DXX+3B@beta.example: 550 no such user",
    "< 550 no such user to RCPT",
    "< 354 go on to DATA",
    "! Header(To) IMCEANOTES-C@beta.example: None",
    "> header From a@alpha.example, To b@beta.example, To IMCEANOTES-C@beta.example",
    "< 250 taken to the message",
    "> Cmd: QUIT",
    "< 221 bye to QUIT",
];

#[test]
fn a_pipelined_dialogue_is_told_with_its_replies() {
    let mut wire = Wire::default();
    for (side, octets) in DIALOGUE {
        wire.say(*side, octets.as_bytes());
    }
    assert_eq!(wire.told(), TOLD);
    assert_eq!(wire.secret(), 0);
    let tree = wire.log.tree.outline();
    for line in [
        "0 smtp Rsp: Service ready, 24 bytes",
        "1 smtp.response.code 220",
        "0 smtp Cmd: Mail from <a@alpha.example>, 37 bytes",
        "1 smtp.req.parameter FROM:<a@alpha.example> SIZE=99",
        "0 smtp Cmd: Data: Mail data to follow, 6 bytes",
        "0 smtp Data - continued from frame 4, 126 bytes",
        "1 imf.to IMCEANOTES-C@beta.example",
    ] {
        assert!(tree.iter().any(|told| told == line), "{line}: {tree:#?}");
    }
}

#[test]
fn segments_may_be_cut_at_every_octet() {
    for (cut, (_, whole)) in DIALOGUE.iter().enumerate() {
        for at in 0..whole.len() {
            let mut wire = Wire::default();
            for (index, (side, octets)) in DIALOGUE.iter().enumerate() {
                if index == cut {
                    wire.say(*side, &octets.as_bytes()[..at]).say(*side, &octets.as_bytes()[at..]);
                } else {
                    wire.say(*side, octets.as_bytes());
                }
            }
            assert_eq!(wire.told(), TOLD, "part {cut} at {at}");
        }
    }
    let mut wire = Wire::default();
    for (side, octets) in DIALOGUE {
        for octet in octets.as_bytes() {
            wire.say(*side, &[*octet]);
        }
    }
    assert_eq!(wire.told(), TOLD);
}

#[test]
fn one_direction_alone_is_read_without_the_other() {
    for wanted in [Side::Initiator, Side::Responder] {
        let mut wire = Wire::default();
        for (side, octets) in DIALOGUE.iter().filter(|(side, _)| *side == wanted) {
            wire.say(*side, octets.as_bytes());
        }
        let told = wire.told();
        if wanted == Side::Initiator {
            let words = |told: &[String]| {
                told.iter().filter(|told| told.starts_with('>')).cloned().collect::<Vec<_>>()
            };
            let all: Vec<String> = TOLD.iter().map(|told| (*told).to_owned()).collect();
            assert_eq!(words(&told), words(&all));
            assert!(
                told.contains(&"! Recipient IMCEAX400-c+3DXX+3B@beta.example: Unknown".to_owned()),
                "{told:?}"
            );
        } else {
            assert!(told.iter().all(|told| told.starts_with('<')), "{told:?}");
            assert_eq!(told.len(), 8, "{told:?}");
            assert!(told[1..].iter().all(|told| told.ends_with("to ?")), "{told:?}");
        }
    }
}

#[test]
fn credentials_are_secret_from_the_first_to_the_last() {
    let mut wire = Wire::default();
    wire.s("220 x\r\n")
        .c("AUTH LOGIN\r\n")
        .s("334 VXNlcm5hbWU6\r\n")
        .c("YWxpY2U=\r\n")
        .s("334 UGFzc3dvcmQ6\r\n");
    wire.c("c2VjcmV0LUE=\r\n").s("235 ok\r\n").c("NOOP\r\n").s("250 ok\r\n");
    let told = wire.told();
    assert_eq!(told.iter().filter(|told| *told == "> ********").count(), 2, "{told:?}");
    assert_eq!(told[6], "< 235 ok to AUTH");
    assert_eq!(told[7], "> Cmd: NOOP");
    assert_eq!(wire.secret(), 20);

    // The initial response, a name from before the standard, and no reply that was captured.
    let mut wire = Wire::default();
    wire.c("xauth NTLM TlRMTVNTUAAB\r\n").c("TlRMTVNTUAAD\r\n").c("MAIL FROM:<>\r\n");
    assert_eq!(wire.told(), ["> Cmd: xauth NTLM", "> ********", "> Cmd: Mail from <>"]);
    assert_eq!(wire.secret(), 24);
    // Until something else is plainly going on, what waits may be a secret.
    let mut wire = Wire::default();
    wire.s("220 x\r\n").c("AUTH PLAIN AGFs");
    assert!(wire.dialogue().0.may_hold_secrets());
    // A capture that begins in the middle of one.
    let mut wire = Wire::default();
    wire.late().c("c2VjcmV0LUE=\r\n").s("235 ok\r\n").c("RSET\r\n");
    assert_eq!(wire.told(), ["< 235 ok to ?", "> Cmd: RSET"]);
    assert_eq!(wire.secret(), 14);
}

#[test]
fn a_late_start_and_a_hole_invent_nothing() {
    // In the middle of a message whose text looks like commands.
    let mut wire = Wire::default();
    wire.late().c("of the text\r\nQUIT\r\nRCPT TO:<x@y>\r\n").c("more\r\n.\r\n").s("250 taken\r\n");
    wire.c("MAIL FROM:<IMCEAX400-a@b>\r\n").s("250 ok\r\n").c("DATA\r\n").s("354 go\r\n").c("Text\r\n.\r\n");
    wire.s("250 taken\r\n");
    assert_eq!(
        wire.told(),
        [
            "< 250 taken to ?",
            "! Sender IMCEAX400-a@b: Awaited",
            "> Cmd: Mail from <IMCEAX400-a@b>",
            "< 250 ok to ?",
            "> Cmd: Data: Mail data to follow",
            "! Sender IMCEAX400-a@b: Unknown",
            "< 354 go to DATA",
            "< 250 taken to the message",
        ]
    );
    // A reply is missing: which of two recipients was refused cannot be told.
    let mut wire = Wire::default();
    wire.s("220 x\r\n")
        .c("RCPT TO:<IMCEAX400-a@b>\r\nRCPT TO:<c@b>\r\n")
        .lose(Side::Responder, 8)
        .s("550 no\r\n");
    let told = wire.told();
    assert!(told.contains(&"! Recipient IMCEAX400-a@b: Unknown".to_owned()), "{told:?}");
    assert!(told.contains(&"< 550 no to ?".to_owned()), "{told:?}");
    // The header has a hole: the field in front of it may go on there.
    let mut wire = Wire::default();
    wire.s("220 x\r\n")
        .c("DATA\r\n")
        .s("354 go\r\n")
        .c("From: <a@b>\r\nTo: <c@d>,\r\n <e@f>\r\nCc: <g")
        .lose(Side::Initiator, 9);
    wire.c("QUIT\r\n.\r\n").s("250 ok\r\n");
    let told = wire.told();
    assert_eq!(told[3..], ["> header From a@b", "< 250 ok to the message"], "{told:?}");
    // The end of a message lies in a hole: the reply shows that it was sent.
    let mut wire = Wire::default();
    wire.s("220 x\r\n")
        .c("DATA\r\n")
        .s("354 go\r\n")
        .c("a\r\n")
        .lose(Side::Initiator, 9)
        .s("250 ok\r\n")
        .c("QUIT\r\n");
    assert_eq!(wire.told()[3..], ["< 250 ok to ?", "> Cmd: QUIT"]);
}

#[test]
fn octets_that_are_counted_are_not_searched_for_an_end() {
    let mut wire = Wire::default();
    wire.s("220 x\r\n")
        .c("BDAT 22\r\nTo: <a@b>\r\n\r\n.\r\nQUIT\r\n")
        .c("BDAT 5 LAST\r\nQUIT\n")
        .c("RSET\r\n");
    wire.s("250 ok\r\n").s("250 ok\r\n").s("250 ok\r\n");
    wire.c("XEXCH50 6 2\r\n").s("354 go\r\n").c("\x01\r\n.\r\n").s("250 done\r\n").c("QUIT\r\n");
    assert_eq!(
        wire.told()[1..],
        [
            "> Cmd: BDAT 22",
            "> header To a@b",
            "> Cmd: BDAT 5 LAST",
            "> Cmd: RSET",
            "< 250 ok to BDAT",
            "< 250 ok to BDAT",
            "< 250 ok to RSET",
            "> Cmd: XEXCH50 6 2",
            "< 354 go to XEXCH50",
            "< 250 done to XEXCH50",
            "> Cmd: QUIT",
        ]
    );
}

#[test]
fn replies_that_were_captured_late_are_paired_all_the_same() {
    let mut wire = Wire::default();
    wire.s("220 x\r\n")
        .c("DATA\r\n")
        .c("To: <a@b>\r\n\r\n.\r\n")
        .s("354 go\r\n")
        .s("250 taken\r\n")
        .c("QUIT\r\n");
    assert_eq!(
        wire.told()[1..],
        [
            "> Cmd: Data: Mail data to follow",
            "> header To a@b",
            "< 354 go to DATA",
            "< 250 taken to the message",
            "> Cmd: QUIT"
        ]
    );
    // The answer to STARTTLS behind a hole.
    let mut wire = Wire::default();
    wire.s("220 x\r\n").lose(Side::Responder, 9).c("STARTTLS\r\n").s("220 go\r\n").c("\x16\x03");
    assert_eq!(wire.told()[1..], ["> Cmd: STARTTLS", "! TLS", "< 220 go to STARTTLS"]);
}

#[test]
fn what_is_no_text_is_no_command() {
    let mut wire = Wire::default();
    wire.s("220 x\r\n")
        .c("\x16\x03\x01\r\nQUIT\r\n")
        .c("more\r\n")
        .s("\x15\x03\r\n250 ok\r\n")
        .c("QUIT\r\n")
        .s("221 x\r\n");
    assert_eq!(wire.told(), ["< 220 x to the connection", "> Cmd: QUIT", "< 221 x to ?"]);
}

#[test]
fn line_feeds_alone_end_lines_and_no_message() {
    let mut wire = Wire::default();
    wire.s("220 x\n")
        .c("HELO a\n")
        .s("250 ok\n")
        .c("DATA\n")
        .s("354 go\n")
        .c("To: <a@b>\n\nText\n.\nmore\r\n.\n")
        .s("250 ok\n");
    wire.c("QUIT\n");
    let told = wire.told();
    assert_eq!(told[5..], ["> header To a@b", "< 250 ok to the message", "> Cmd: QUIT"], "{told:?}");
}

#[test]
fn tls_ends_the_reading() {
    let mut wire = Wire::default();
    wire.s("220 x\r\n").c("STARTTLS\r\n").s("220 go\r\n").c("\x16\x03\x01QUIT\r\n").s("220 x\r\n");
    assert_eq!(
        wire.told(),
        ["< 220 x to the connection", "> Cmd: STARTTLS", "! TLS", "< 220 go to STARTTLS"]
    );
    let mut refused = Wire::default();
    refused.s("220 x\r\n").c("STARTTLS\r\n").s("454 not now\r\n").c("QUIT\r\n");
    assert_eq!(refused.told()[2..], ["< 454 not now to STARTTLS", "> Cmd: QUIT"]);
    let mut half = Wire::default();
    half.c("STARTTLS\r\n").c("\x16\x03\x01\n");
    assert_eq!(half.told(), ["> Cmd: STARTTLS", "! TLS"]);
}

#[test]
fn what_is_too_long_is_held_in_part() {
    let long = "a".repeat(3 * LINE);
    let mut wire = Wire::default();
    wire.s("220 x\r\n").c(&format!("RCPT TO:<{long}@b>\r\nNOOP\r\n")).s("501 too long\r\n250 ok\r\n");
    let told = wire.told();
    assert_eq!(told[1], "! SmtpLine");
    assert_eq!(told[2].len(), "> Cmd: Recipient <>".len() + LINE - "RCPT TO:<".len());
    assert_eq!(told[3..], ["> Cmd: NOOP", "< 501 too long to RCPT", "< 250 ok to NOOP"]);

    let mut wire = Wire::default();
    wire.s("220 x\r\n").c("DATA\r\n").s("354 go\r\n").c("To: <a@b>\r\n");
    for _ in 0..9 {
        wire.c(&format!("X-Long: {}\r\n", "b".repeat(10_000)));
    }
    wire.c("Cc: <c@d>\r\n\r\n.\r\n").s("250 ok\r\n");
    assert_eq!(wire.told()[3..], ["! SmtpHeader", "> header To a@b", "< 250 ok to the message"]);

    let mut wire = Wire::default();
    wire.c(&"NOOP\r\n".repeat(2 * COMMANDS + 1));
    assert_eq!(wire.told().iter().filter(|told| *told == "! SmtpCommands").count(), 2);
}

#[test]
fn header_addresses_are_found_among_names_comments_and_groups() {
    let header =
        b"To: \"a, b <no@no>\" <a@x>, (c@no (d@no)) e@x (f@no)\r\n , G: h@x, I <i@x>;, <@r1,@r2:j@x>\r\n\
        Cc:\r\nX-To: <no@no>\r\nreply-to : \"/S=k/\"@x\r\nTo: <\"l>\\\"@\"@x>, unfinished <m@x";
    let header_fact = Header::parse(header);
    let values: Vec<_> = header_fact.values.iter().map(|(field, at)| (*field, text(at.of(header)))).collect();
    let to = ["a@x", "e@x", "h@x", "i@x", "j@x"].map(|address| (Field::To, address.to_owned()));
    let rest = [(Field::ReplyTo, "\"/S=k/\"@x"), (Field::To, "\"l>\\\"@\"@x"), (Field::To, "m@x")];
    let rest = rest.map(|(field, address)| (field, address.to_owned()));
    assert_eq!(values, [&to[..], &rest].concat());
}

#[test]
fn addresses_are_unwrapped() {
    let imcea = |address: &[u8]| match Address::parse(address).encapsulated() {
        Some(Encapsulated::Imcea(imcea)) => {
            let bad = imcea.bad_escape().map(text);
            Some((text(imcea.kind()), text(&imcea.unwrapped()), bad))
        }
        _ => None,
    };
    let told = |kind: &str, value: &str, bad: Option<&str>| {
        Some((kind.to_owned(), value.to_owned(), bad.map(str::to_owned)))
    };
    assert_eq!(
        imcea(b"IMCEAX400-c+3DUS+3Ba+3D+20+3Bp+3DOrg+3Bs+3DDoe+3B@x"),
        told("X400", "c=US;a= ;p=Org;s=Doe;", None)
    );
    assert_eq!(imcea(b"\"IMCEAEX-_O=Org_OU=Site_CN=Doe\"@x"), told("EX", "/O=Org/OU=Site/CN=Doe", None));
    assert_eq!(imcea(b"imceasmtp-a+40b@*"), told("smtp", "a@b", None));
    assert_eq!(imcea(b"IMCEAFAX-+4"), told("FAX", "+4", Some("+4")));
    assert_eq!(imcea(b"IMCEAFAX-+4g+2B@x"), told("FAX", "+4g+", Some("+4g")));
    // Somebody may be called so.
    assert_eq!(imcea(b"imcea-committee@x"), None);
    assert_eq!(imcea(b"imceaclub-news@x"), None);
    assert_eq!(imcea(b"imceaclub@x"), None);
    let or_address = Address::parse(b"\"/S=Doe/P=Org/A=Adm/C=XX/\"@org.adm.xx");
    assert_eq!(or_address.encapsulated(), Some(Encapsulated::OrAddress(b"/S=Doe/P=Org/A=Adm/C=XX/")));
    assert_eq!(or_address.domain, b"org.adm.xx");
    assert_eq!(Address::parse(b"plain@x").encapsulated(), None);
    assert_eq!(Address::parse(b"\"a\\\"@b\"@x").local, &b"a\"@b"[..]);
}

#[test]
fn the_first_octets_tell_smtp_from_others() {
    let (client, server) = (Side::Initiator, Side::Responder);
    assert_eq!(probe(server, b"220 x", false), Probe::Certain);
    assert_eq!(probe(server, b"554-", false), Probe::Certain);
    assert_eq!(probe(server, b"22", false), Probe::Unsure);
    assert_eq!(probe(server, b"2200", false), Probe::No);
    assert_eq!(probe(server, b"SSH-2.0", false), Probe::No);
    assert_eq!(probe(client, b"ehlo a", false), Probe::Certain);
    assert_eq!(probe(client, b"E", false), Probe::Unsure);
    assert_eq!(probe(client, b"GET / HTTP/1.0\r\n", false), Probe::No);
    assert_eq!(probe(client, b"\x03\x00\x00\x16", false), Probe::No);
    assert_eq!(probe(client, b"RCPT TO:<a@b>\r\n", false), Probe::Certain);
    assert_eq!(probe(client, b"RCPT TO:<a@b>\r\n", true), Probe::Certain);
    assert_eq!(probe(client, b"Data follow\r\n", true), Probe::No);
    assert_eq!(probe(server, b"250 ok\r\n", true), Probe::Certain);
    assert_eq!(probe(server, b"250\x16k\r\n", true), Probe::No);
}

proptest! {
    #[test]
    fn any_octets_are_survived(
        parts in prop::collection::vec(
            (
                any::<bool>(),
                0u8..20,
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..60),
                    "(AUTH|MAIL FROM:<|RCPT TO:<\"?IMCEA|DATA|BDAT [0-9]|[2-5][0-9]{2}[ -]|To: |\\.|<|\"|\\(|,|\r|\r\n|\n|\\PC){0,12}"
                        .prop_map(String::into_bytes),
                ],
            ),
            0..60,
        ),
    ) {
        let mut wire = Wire::default();
        for (server, chance, octets) in parts {
            let side = if server { Side::Responder } else { Side::Initiator };
            match chance {
                0 => wire.lose(side, octets.len() as u64 + 1),
                _ => wire.say(side, &octets),
            };
            let (dialogue, _) = wire.dialogue();
            prop_assert!(dialogue.pending(side) <= LINE + REPLY);
        }
        wire.told();
    }
}
