//! Bodies and body parts.

use super::{Certainty, Check, Collector, Note, Oddity, Rule, Scene, Severity, tell};

pub(in crate::findings) static RULES: &[Rule] = &[
    Rule {
        id: "p2-no-body-part",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "there is no text in the body",
        why: "A body without text is allowed. Users who expect one see an empty message, and some systems return it.",
        told_by: "The body has no body part, or has attachments only: no ia5-text, teletex, ISO 6937 or general text, \
                  and no message.",
        remedy: "If users miss the text: with Remote clients support MAPI (General) of the X.400 connector, Exchange \
                 leaves forwarded messages to the MAPI attachment; turn it off towards systems that are no Exchange \
                 (Q169685). Exchange builds 995.50 to 995.53 lose the text with ISO 6937 (Q147022).",
        references: &["X.420 clause 7.3", "KB Q169685", "KB Q147022"],
        check: Check::Note(no_text),
    },
    Rule {
        id: "p2-ia5-empty",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an ia5-text without characters",
        why: "It is allowed, and some user agents send it with an attachment. Some receivers return the message.",
        told_by: "The data of an ia5-text body part has no octets.",
        remedy: "Nothing is wrong. If such messages come back, enter a text, or see the article.",
        references: &["X.420 clause 7.3", "KB Q265403"],
        check: Check::Note(ia5_empty),
    },
    Rule {
        id: "p2-ia5-binary",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "an ia5-text holds octets that are no IA5 characters",
        why: "IA5 has 7 bits. MTAs and gateways on the way clear the eighth bit or return the message; a file that is \
              sent as text arrives broken.",
        told_by: "Octets above 7F stand in the first 4096 octets of the data of an ia5-text body part.",
        remedy: "Send the text as teletex or general text, and files as file-transfer or bilaterally-defined body \
                 parts. In the MS Mail gateway, BODYPART.CFG says which attachment becomes which body part.",
        references: &["X.420 clause 7.3", "T.50", "KB Q118565"],
        check: Check::Note(ia5_binary),
    },
    Rule {
        id: "p2-text-nul",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a text holds the character NUL",
        why: "Programs that take NUL for the end of a text, Exchange among them, lose what stands behind it.",
        told_by: "The octet 00 in the first 4096 octets of an ia5-text, teletex or general text.",
        remedy: "Take the character out where the text is made.",
        references: &["T.50", "KB Q159179"],
        check: Check::Note(text_nul),
    },
    Rule {
        id: "p2-iso6937-bad-line",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a line of ISO 6937 text is encoded as a string in pieces",
        why: "BER allows it. Exchange Server expects each line as a primitive string, and gives up the conversion of \
              the message (event 210, error 26).",
        told_by: "A line of the body part [13] is a constructed element: A0 in place of 80.",
        remedy: "Let the sender write another text: IA5 or general text. X.400 body part for message text of the \
                 X.400 connector chooses what Exchange itself sends.",
        references: &["X.690 clause 8.7.3", "KB Q163690"],
        check: Check::Note(iso6937),
    },
    Rule {
        id: "p2-general-text-no-charset",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "general text whose parameters name no character set",
        why: "The parameters say which registered sets the text uses. Without them, a receiver guesses, or drops the \
              body part.",
        told_by: "The parameters of a general-text body part are an empty set. Parameters that are left out altogether \
                  are not meant.",
        remedy: "Let the sending user agent name its sets: 1 and 6 for ASCII, 100 for Latin-1.",
        references: &["X.420 clause 7.4", "KB Q159303"],
        check: Check::Note(no_character_set),
    },
    Rule {
        id: "p2-general-text-no-g0",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "general text does not designate its left half",
        why: "Most systems take ASCII for the left half. Some want it designated by the escape sequence ESC ( B first, \
              and show the text wrongly without it.",
        told_by: "A general text with octets from A0 on does not begin with 1B 28 42.",
        remedy: "Nothing to do unless users see wrong characters: then see the article.",
        references: &["ISO 2022", "KB Q151417"],
        check: Check::Note(no_g0),
    },
    Rule {
        id: "p2-attachment-empty",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an attachment without octets",
        why: "An empty file is allowed. Exchange Server gave up the conversion of a message with one (event 210).",
        told_by: "A bilaterally-defined body part or the data of a file-transfer body part have no octets.",
        remedy: "Nothing is wrong. If such messages come back, apply the fixes that the articles name.",
        references: &["X.420 clause 7.3", "KB Q270695", "KB Q193762"],
        check: Check::Note(attachment_empty),
    },
    Rule {
        id: "p2-ftbp-constructed",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the octets of a file are encoded in pieces",
        why: "BER allows it. Exchange Server did not support it in file-transfer body parts.",
        told_by: "The octet-aligned data of a file-transfer body part is a constructed element.",
        remedy: "Nothing is wrong. If Exchange Server returns such messages, apply the fix that the article names.",
        references: &["X.690 clause 8.7.3", "KB Q140974"],
        check: Check::Note(file_in_pieces),
    },
];

fn no_text(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let nothing = "The body of the interpersonal message has no body part. That is allowed; its reader sees an empty \
                   message.";
    let attachments = "The body of the interpersonal message has attachments only, and no text or message. That is \
                       allowed; a reader whose system does not know the attachments sees an empty message.";
    tell(note, Oddity::NoBodyPart, scene, rule, out, nothing);
    tell(note, Oddity::NoText, scene, rule, out, attachments);
}

fn ia5_empty(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "An ia5-text body part has no characters. That is allowed; some systems return the message (Q265403).";
    tell(note, Oddity::Ia5Empty, scene, rule, out, words);
}

fn ia5_binary(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "An ia5-text body part holds octets above 7F, which IA5 does not have: systems on the way change them, \
                 or return the message.";
    tell(note, Oddity::Ia5Binary, scene, rule, out, words);
}

fn text_nul(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "A text body part holds the character NUL (00): Exchange and others lose the text behind it (Q159179).";
    tell(note, Oddity::TextNul, scene, rule, out, words);
}

fn iso6937(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "A line of an ISO 6937 text is encoded as a string in pieces (A0). BER allows it; Exchange Server gives \
                 up the conversion (event 210, error 26, Q163690).";
    tell(note, Oddity::Iso6937Line, scene, rule, out, words);
}

fn no_character_set(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "The parameters of a general-text body part name no character set: its receiver has to guess, or drops \
                 it (Q159303).";
    tell(note, Oddity::NoCharacterSet, scene, rule, out, words);
}

fn no_g0(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "A general text with characters of a right half does not begin with the designation of ASCII \
                 (1B 28 42). Most systems do not need it; some show the text wrongly without (Q151417).";
    tell(note, Oddity::NoG0, scene, rule, out, words);
}

fn attachment_empty(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "An attachment has no octets. That is allowed; Exchange Server gave up the conversion of such a message \
                 (Q270695).";
    tell(note, Oddity::AttachmentEmpty, scene, rule, out, words);
}

fn file_in_pieces(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "The octets of a file are encoded in pieces. BER allows it; Exchange Server did not support it \
                 (Q140974).";
    tell(note, Oddity::FileInPieces, scene, rule, out, words);
}
