//! SMTP: addresses of X.400 and of Exchange that come to a mail system which cannot use them.

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::layers::note::{Note, What};
use crate::layers::smtp::{Address, Answer, Encapsulated, Imcea, Place, Seen, address_hash};

/// How many characters of an address a message shows.
const SHOWN: usize = 512;

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "smtp-imcea-msxchnge",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "an address of the type MSXCHNGE",
        why: "Replication messages between Exchange servers go to plain SMTP addresses or to IMCEAEX- addresses. An \
              address of the type MSXCHNGE is one that the sender could not turn into either; the receiving server \
              does not find the replica by it, and replication stands still.",
        told_by: "The local part begins with IMCEAMSXCHNGE-, or a domain-defined attribute of the address has the type \
                  MSXCHNGE. The article names the address type; how it is spelled on the wire is inferred from the \
                  other types. It comes before all other rules on the form of the address.",
        remedy: "On the sending Exchange server, look at the E-mail Addresses page of the recipient that the address \
                 names, a public folder store or a server of the other site, and give it an SMTP address. Q182932 \
                 describes the case.",
        references: &["KB Q182932"],
        check: Check::Note(|note, scene, rule, out| told(Fault::Msxchnge, note, scene, rule, out)),
    },
    Rule {
        id: "smtp-imcea-not-uppercase",
        severity: Severity::Error,
        certainty: Certainty::Strong,
        title: "the IMCEA prefix is not in capital letters",
        why: "Exchange recognises an encapsulated address by its prefix, and only in capital letters. In small ones the \
              whole local part is taken for a mailbox name that nobody has: the mail comes back.",
        told_by: "The local part begins with imcea, a known address type or an address with signs of encapsulation, \
                  and not all letters of the prefix are capital. A mailbox that merely is called so has neither.",
        remedy: "Find the gateway, firewall or mail program between the two Exchange systems that changes the case of \
                 local parts, and switch that off: only the owner of a domain may interpret a local part.",
        references: &["RFC 5321 clause 2.4", "KB Q271575"],
        check: Check::Note(|note, scene, rule, out| told(Fault::NotUppercase, note, scene, rule, out)),
    },
    Rule {
        id: "smtp-imcea-bad-escape",
        severity: Severity::Error,
        certainty: Certainty::Strong,
        title: "an escape in the IMCEA address is broken",
        why: "In an encapsulated address a + begins two hexadecimal digits. Where others follow, the address cannot be \
              unwrapped; the Internet Mail Service of Exchange was known to stop on such mail.",
        told_by: "A + in the value behind the prefix is not followed by two hexadecimal digits. An address type that \
                  x400scope does not know is no fault: gateways have types of their own.",
        remedy: "Find the system that wrote or cut the address. If the Internet Mail Service stops, take the message \
                 out of its queue; Q193782 describes the case.",
        references: &["KB Q193782"],
        check: Check::Note(|note, scene, rule, out| told(Fault::BadEscape, note, scene, rule, out)),
    },
    Rule {
        id: "smtp-imcea-relay",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "an encapsulated recipient of another domain was accepted",
        why: "The recipient's domain is the server's own, but an SMTP address of another domain is wrapped up in the \
              local part. A server that accepts and unwraps it relays mail for anybody, even where relaying is \
              switched off.",
        told_by: "RCPT with an IMCEASMTP- address whose unwrapped address has another domain than the outer one, \
                  answered by a reply that accepts it. That the mail was then passed on is not in the dialogue. When \
                  it is refused, smtp-imceasmtp tells it.",
        remedy: "Bring the Internet Mail Service to a build that corrects this (Q237927, Q264330). The choice Do not \
                 reroute incoming SMTP mail on its Routing page does not help by itself: such addresses were \
                 accepted all the same.",
        references: &["KB Q237927", "KB Q264330"],
        check: Check::Note(|note, scene, rule, out| told(Fault::Relay, note, scene, rule, out)),
    },
    Rule {
        id: "smtp-imceasmtp",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "an SMTP address is wrapped up as if it were of another system",
        why: "An SMTP address needs no wrapping. That it has one shows that the sender's connector took it for an \
              address of another type; receivers refuse it, often with 553.",
        told_by: "The local part begins with IMCEASMTP-. With the domain * it comes from an address space that was \
                  entered wrongly. A recipient of another domain that is accepted is smtp-imcea-relay.",
        remedy: "On the sending Exchange server, correct the SMTP entries on the Address Space page of the Internet \
                 Mail Service, then have the routing table calculated again.",
        references: &["KB Q189492"],
        check: Check::Note(|note, scene, rule, out| told(Fault::Smtp, note, scene, rule, out)),
    },
    Rule {
        id: "smtp-imceax400",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a recipient's address is an X.400 address in IMCEA form",
        why: "Only the Exchange system that wrote such an address unwraps it. Elsewhere it is an unknown mailbox, too \
              long for some systems, and whoever answers to all sends it on.",
        told_by: "RCPT, To, Cc, Bcc or their Resent- forms name a local part that begins with IMCEAX400-.",
        remedy: "Give the X.400 users SMTP addresses, on the E-mail Addresses page of their custom recipients or by the \
                 site addressing, so that mail to the Internet shows those.",
        references: &["KB Q162680", "KB Q241874"],
        check: Check::Note(|note, scene, rule, out| told(Fault::X400, note, scene, rule, out)),
    },
    Rule {
        id: "smtp-imceax400-sender",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the sender's address is an X.400 address in IMCEA form",
        why: "The Internet sees an X.400 address in a form that only Exchange unwraps, and only while the domain's server \
              is the one that wrote it: answers and non-delivery reports get lost, and some systems refuse the sender.",
        told_by: "MAIL, From, Sender, Reply-To or their Resent- forms name a local part that begins with IMCEAX400-.",
        remedy: "Give the originator an SMTP address on the E-mail Addresses page. Where his O/R address has a \
                 domain-defined attribute MSXCX500, as directory synchronisation leaves it, take that away.",
        references: &["KB Q166521", "KB Q166519"],
        check: Check::Note(|note, scene, rule, out| told(Fault::X400Sender, note, scene, rule, out)),
    },
    Rule {
        id: "smtp-imceaex",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an Exchange directory name in IMCEA form",
        why: "The address is the recipient's name in the Exchange directory. Between servers of one organization that \
              is how replication works; outside, it reaches users who were to have no SMTP address, and shows the \
              organization's structure.",
        told_by: "The local part begins with IMCEAEX-. Nothing is wrong with it by itself.",
        remedy: "Nothing, between servers of one organization. At its border, refuse local parts that begin with \
                 IMCEAEX-, and give users who write to the Internet an SMTP address.",
        references: &["KB Q245045", "KB Q190711"],
        check: Check::Note(|note, scene, rule, out| told(Fault::Ex, note, scene, rule, out)),
    },
    Rule {
        id: "smtp-mixer-wrong-domain",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "an O/R address in a domain made of its own attributes",
        why: "A MIXER gateway writes an O/R address that it cannot map in front of its own domain, so that answers come \
              back to it. A domain made of PRMD, ADMD and country is not the gateway's: answers go nowhere.",
        told_by: "The local part is an O/R address of slashes with country, and the labels of the domain are its own \
                  PRMD, ADMD and country. With the gateway's domain it is right, and not reported.",
        remedy: "On the gateway, correct the domain for addresses that are not in its mapping tables, or enter the \
                 mapping for this PRMD.",
        references: &["RFC 2156 clause 4.3", "KB Q254992", "KB Q254998"],
        check: Check::Note(|note, scene, rule, out| told(Fault::MixerDomain, note, scene, rule, out)),
    },
    Rule {
        id: "smtp-starttls",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "from here on the connection is encrypted",
        why: "What follows, envelope and mail, is not in the report.",
        told_by: "STARTTLS was answered by 220, or a TLS record follows it.",
        remedy: "If the dialogue itself is to be looked at, switch TLS off for the test, or read the log of the server.",
        references: &["RFC 3207 clause 4"],
        check: Check::Note(starttls),
    },
];

/// What is the matter with an address; the most particular one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Msxchnge,
    NotUppercase,
    BadEscape,
    Relay,
    Smtp,
    X400Sender,
    X400,
    Ex,
    MixerDomain,
}

/// The one fault of an address.
fn fault_of(address: &Address<'_>, seen: &Seen<'_>) -> Option<Fault> {
    match address.encapsulated()? {
        Encapsulated::Imcea(imcea) => {
            let value = imcea.unwrapped();
            if imcea.is("MSXCHNGE") || has_msxchnge(&value) {
                return Some(Fault::Msxchnge);
            }
            if imcea.prefix.iter().any(u8::is_ascii_lowercase) {
                return Some(Fault::NotUppercase);
            }
            if imcea.bad_escape().is_some() {
                return Some(Fault::BadEscape);
            }
            if imcea.is("SMTP") {
                return match (seen.place, seen.answer, other_domain(&value, address.domain)) {
                    (Place::Recipient, Answer::Given(200..=299, _), Some(_)) => Some(Fault::Relay),
                    // Which of the two it is, the reply will tell.
                    (Place::Recipient, Answer::Awaited, Some(_)) => None,
                    _ => Some(Fault::Smtp),
                };
            }
            match (imcea.is("X400"), imcea.is("EX")) {
                (true, _) if seen.place.is_origin() => Some(Fault::X400Sender),
                (true, _) => Some(Fault::X400),
                (_, true) => Some(Fault::Ex),
                _ => None,
            }
        }
        Encapsulated::OrAddress(value) if has_msxchnge(value) => Some(Fault::Msxchnge),
        Encapsulated::OrAddress(value) if is_own_domain(value, address.domain) => Some(Fault::MixerDomain),
        Encapsulated::OrAddress(_) => None,
    }
}

/// Whether an O/R address has a domain-defined attribute of the type MSXCHNGE, in either way of writing.
fn has_msxchnge(value: &[u8]) -> bool {
    value.split(|octet| matches!(octet, b'/' | b';')).any(|attribute| {
        let attribute = attribute.trim_ascii().to_ascii_uppercase();
        attribute.starts_with(b"DD.MSXCHNGE=") || attribute.starts_with(b"DDA:MSXCHNGE=")
    })
}

/// The domain of an SMTP address that was wrapped up, where it is another one than `outer`.
fn other_domain<'a>(value: &'a [u8], outer: &[u8]) -> Option<&'a [u8]> {
    let at = value.iter().rposition(|octet| *octet == b'@')?;
    let inner = &value[at + 1..];
    (!inner.is_empty() && !inner.eq_ignore_ascii_case(outer)).then_some(inner)
}

/// Whether the labels of a domain are PRMD, ADMD and country of an O/R address; an ADMD of a blank has no label.
fn is_own_domain(value: &[u8], domain: &[u8]) -> bool {
    let attribute = |names: [&[u8]; 2]| {
        value.split(|octet| *octet == b'/').find_map(|attribute| {
            let equals = attribute.iter().position(|octet| *octet == b'=')?;
            let name = attribute[..equals].trim_ascii();
            names
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
                .then(|| label(&attribute[equals + 1..]))
        })
    };
    let (Some(prmd), Some(country)) = (attribute([b"P", b"PRMD"]), attribute([b"C", b"C"])) else {
        return false;
    };
    let labels = [prmd, attribute([b"A", b"ADMD"]).unwrap_or_default(), country];
    let labels = labels.iter().filter(|label| !label.is_empty());
    domain.split(|octet| *octet == b'.').map(label).eq(labels.cloned())
}

/// Letters and digits of a value, as a domain may have them.
fn label(value: &[u8]) -> Vec<u8> {
    value.iter().filter(|octet| octet.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

fn told(fault: Fault, note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::SmtpAddress(seen) = note.what else { return };
    let address = Address::parse(note.octets.bytes());
    if fault_of(&address, &seen) != Some(fault) {
        return;
    }
    let draft = Draft {
        side: Some(note.side),
        key: address_hash(note.octets.bytes()),
        evidence: Some((note.field.name, note.octets, None)),
        ..Draft::new(rule)
    };
    let message = || {
        format!(
            "{} <{}>: {}{}",
            place(seen.place),
            shown(note.octets.bytes()),
            words(fault, &address),
            answer(&seen.answer)
        )
    };
    match seen.answer {
        // The field is marked where it is; what there is to say waits for the reply.
        Answer::Awaited => out.mark_only(|out| out.raise(draft, scene, message)),
        Answer::None => out.raise(draft, scene, message),
        Answer::Unknown | Answer::Given(..) => {
            let then = Scene { now: seen.at, ..*scene };
            out.without_marks(|out| out.raise(draft, &then, message));
        }
    }
}

fn place(place: Place) -> String {
    match place {
        Place::Sender => "MAIL FROM names the sender".to_owned(),
        Place::Recipient => "RCPT TO names the recipient".to_owned(),
        Place::Header(field) => format!("The header field {} names", field.name()),
    }
}

fn words(fault: Fault, address: &Address<'_>) -> String {
    let Some(encapsulated) = address.encapsulated() else { return String::new() };
    let domain = shown(address.domain);
    let imcea = match encapsulated {
        Encapsulated::Imcea(imcea) => Some(imcea),
        Encapsulated::OrAddress(_) => None,
    };
    let value = imcea.map_or_else(String::new, |imcea| shown(&imcea.unwrapped()));
    let prefix = imcea.map_or_else(String::new, |imcea| shown(imcea.prefix));
    match fault {
        Fault::Msxchnge => {
            "an address of the type MSXCHNGE. Exchange replication goes to plain SMTP or to IMCEAEX- \
                            addresses; the receiving server is not likely to know this one."
                .to_owned()
        }
        Fault::NotUppercase => format!(
            "its prefix is {prefix}-, where {}- is expected. Exchange recognises the prefix in capital letters only, and \
             takes this address for the name of a mailbox.",
            prefix.to_ascii_uppercase()
        ),
        Fault::BadEscape => format!(
            "\"{}\" is no escape. In an encapsulated address two hexadecimal digits follow each +; this one cannot be \
             unwrapped.",
            shown(imcea.as_ref().and_then(Imcea::bad_escape).unwrap_or_default())
        ),
        Fault::Relay => format!(
            "the SMTP address {value} is wrapped up in it, of another domain than {domain}. Accepting it, the server \
             relays mail by a way round its rules."
        ),
        Fault::Smtp if address.domain == b"*" => format!(
            "the SMTP address {value} is wrapped up in it, and its domain is *. The sender's connector took it for an \
             address of another type, as with an address space that was entered wrongly."
        ),
        Fault::Smtp => format!(
            "the SMTP address {value} is wrapped up in it as if it were of another mail system. The sender's connector \
             took it for an address of another type."
        ),
        Fault::X400Sender | Fault::X400 => format!(
            "the X.400 address {value} in a form that only the Exchange system of {domain} unwraps. An SMTP address is \
             expected here."
        ),
        Fault::Ex => {
            format!("the Exchange directory name {value}, which only the Exchange system of {domain} knows.")
        }
        Fault::MixerDomain => format!(
            "an O/R address stands in front of {domain}, a domain made of its own PRMD, ADMD and country, where that \
             of the gateway is expected. Answers to it do not come back to the gateway."
        ),
    }
}

fn answer(answer: &Answer<'_>) -> String {
    let (verb, code, text) = match answer {
        Answer::None | Answer::Awaited => return String::new(),
        Answer::Unknown => return " The server's reply is not in this capture.".to_owned(),
        Answer::Given(code @ 500.., text) => ("refused it", code, text),
        Answer::Given(code @ 400.., text) => ("put it off", code, text),
        Answer::Given(code, text) => ("accepted it", code, text),
    };
    format!(" The server {verb}: {}", format!("{code} {}", shown(text)).trim_end())
}

/// Octets from the wire as text, of a length that fits into a sentence.
fn shown(octets: &[u8]) -> String {
    let mut text: String = String::from_utf8_lossy(octets).chars().take(SHOWN).collect();
    if octets.len() > text.len() {
        text.push('…');
    }
    text
}

fn starttls(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::SmtpTls = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets.slice(0, 3), None)),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        "STARTTLS was accepted: from here on the connection is encrypted, and envelope and mail cannot be read.".to_owned()
    });
}
