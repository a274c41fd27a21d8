//! The life of an association as one table: TCP, transport, session (X.225 annex A, X.224 table A.2).
//!
//! Only the steps that decide how an association came about and ended are events here; everything else that is
//! sent leaves the state as it is.

use crate::stream::Side;
use crate::tree::Tag;

use super::Outcome;

/// How far an association has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing was seen that opens it: the capture began later.
    #[default]
    Unknown,
    /// SYN sent.
    TcpRequested,
    /// SYN answered: octets may flow.
    TcpOpen,
    /// CR sent.
    TransportRequested,
    /// CC sent.
    TransportOpen,
    /// CN sent.
    SessionRequested,
    /// AC sent: the association is open.
    Open,
    /// FN sent.
    ReleaseRequested,
    /// SMTP: the client has spoken, and no reply was seen.
    MailRequested,
    /// SMTP: both sides speak.
    MailOpen,
    /// SMTP: QUIT sent.
    MailQuit,
    /// Ended above TCP; what follows (DR, FIN) is part of the end.
    Ended,
    /// The TCP connection is gone.
    Closed,
}

impl State {
    /// The bit for it in a set of states.
    pub(super) const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A step in the life of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Event {
    Syn,
    SynAck,
    Fin,
    Reset,
    Cr,
    Cc,
    Dr,
    Er,
    Cn,
    Ac,
    Rf,
    Fn,
    Dn,
    Nf,
    Ab,
    /// Any other PDU of a session connection: it shows that the connection is open.
    Data,
    /// A TSDU of a protocol without a session layer.
    Foreign,
    /// A command of SMTP, or what follows on one.
    MailCommand,
    /// A reply of SMTP.
    MailReply,
    /// A greeting of SMTP that says that there is no service here, or none now.
    MailRefused,
    /// 421: the service ends without being asked.
    MailUnavailable,
    MailQuit,
    /// 221: the service ends because it was asked to.
    MailClosing,
}

/// What a step means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The association goes on in this state.
    To(State),
    /// The association is over, by the layer with this tag.
    End(Outcome, Tag),
    /// Nothing changes.
    Stay,
}

/// The machine of one association.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine {
    /// The state now.
    pub state: State,
    /// Whether TSDUs of a protocol without a session layer were sent.
    foreign: bool,
}

impl Machine {
    /// Takes a step and says what it means.
    pub fn step(&mut self, side: Side, event: Event) -> Step {
        self.foreign |= event == Event::Foreign;
        let step = self.next(side, event);
        match step {
            Step::To(state) => self.state = state,
            Step::End(_, tag) => self.state = if tag == Tag::Tcp { State::Closed } else { State::Ended },
            Step::Stay => {}
        }
        step
    }

    fn next(&self, side: Side, event: Event) -> Step {
        use Event as E;
        use Outcome::*;
        use State as S;
        match (self.state, side, event) {
            // What is over stays over: a DR and the FINs follow every orderly end (RFC 1006 6.5).
            (S::Closed | S::Ended, _, _) => Step::Stay,

            // RFC 9293 3.5: connection establishment. A RST in answer to the SYN: nobody listens.
            (S::Unknown, _, E::Syn) => Step::To(S::TcpRequested),
            (S::Unknown | S::TcpRequested, _, E::SynAck) => Step::To(S::TcpOpen),
            (S::TcpRequested, Side::Responder, E::Reset) => Step::End(Refused, Tag::Tcp),
            (S::TcpRequested, Side::Initiator, E::Reset | E::Fin) => Step::End(Unanswered, Tag::Tcp),

            // X.224 6.5: connection establishment. Only the end that was called may refuse.
            (S::Unknown | S::TcpRequested | S::TcpOpen, _, E::Cr) => Step::To(S::TransportRequested),
            (S::TransportRequested | S::Unknown | S::TcpOpen, _, E::Cc) => Step::To(S::TransportOpen),
            (S::TransportRequested, Side::Responder, E::Dr | E::Er) => Step::End(Refused, Tag::Tpdu),
            (S::TransportRequested, Side::Responder, E::Reset | E::Fin) => Step::End(Refused, Tag::Tcp),
            (S::TransportRequested, Side::Initiator, E::Reset | E::Fin) => Step::End(Unanswered, Tag::Tcp),

            // X.225 7.1, 7.4, 7.5: session connection establishment; 7.6, 7.7: release; 7.9: abort.
            (_, _, E::Cn) => Step::To(S::SessionRequested),
            (_, _, E::Ac) => Step::To(S::Open),
            (_, _, E::Rf) => Step::End(Refused, Tag::Spdu),
            (_, _, E::Fn) => Step::To(S::ReleaseRequested),
            (_, _, E::Nf) => Step::To(S::Open),
            (_, _, E::Dn) => Step::End(Released, Tag::Spdu),
            (_, _, E::Ab) => Step::End(Aborted, Tag::Spdu),
            (S::SessionRequested, Side::Responder, E::Dr | E::Er) => Step::End(Refused, Tag::Tpdu),
            (S::SessionRequested, Side::Responder, E::Fin | E::Reset) => Step::End(Disconnected, Tag::Tcp),
            (S::SessionRequested, Side::Initiator, E::Fin | E::Reset) => Step::End(Unanswered, Tag::Tcp),

            // RFC 1006 6.5: the initiator sends a DR once it has the DISCONNECT, captured or not.
            (S::ReleaseRequested, Side::Initiator, E::Dr) => Step::End(Released, Tag::Spdu),

            // X.224 6.7: in class 0 the transport connection goes with the network connection.
            (_, _, E::Dr | E::Er) => Step::End(Disconnected, Tag::Tpdu),
            // Without a session layer, closing TCP is how a connection is released.
            (S::TransportOpen, _, E::Fin) if self.foreign => Step::End(Released, Tag::Tcp),
            (S::TransportOpen, _, E::Fin) => Step::End(Disconnected, Tag::Tcp),
            (S::TcpOpen | S::TransportOpen | S::Unknown, _, E::Reset) => Step::End(Disconnected, Tag::Tcp),
            (S::Open | S::ReleaseRequested, _, E::Fin | E::Reset) => Step::End(Disconnected, Tag::Tcp),
            (S::Unknown | S::TcpRequested | S::TcpOpen, _, E::Fin) => Step::End(Disconnected, Tag::Tcp),

            // RFC 5321 3.1, 3.8, 4.1.1.10: the opening, and the end that the client asks for or the server imposes.
            (S::Unknown | S::TcpRequested | S::TcpOpen, _, E::MailCommand) => Step::To(S::MailRequested),
            (S::MailQuit, _, E::MailReply | E::MailCommand) => Step::Stay,
            (_, _, E::MailReply) => Step::To(S::MailOpen),
            (_, _, E::MailRefused) => Step::End(Refused, Tag::Smtp),
            (_, _, E::MailUnavailable) => Step::End(Disconnected, Tag::Smtp),
            (_, _, E::MailQuit) => Step::To(S::MailQuit),
            (_, _, E::MailClosing) => Step::End(Released, Tag::Smtp),
            (S::MailRequested, Side::Initiator, E::Fin | E::Reset) => Step::End(Unanswered, Tag::Tcp),
            (S::MailQuit, _, E::Fin) => Step::End(Released, Tag::Tcp),
            (S::MailRequested | S::MailOpen | S::MailQuit, _, E::Fin | E::Reset) => {
                Step::End(Disconnected, Tag::Tcp)
            }
            // In TLS nothing more is seen but how TCP is closed.
            (S::MailRequested | S::MailOpen, _, E::Foreign) => Step::To(S::TransportOpen),
            (_, _, E::MailCommand) => Step::Stay,

            // The initiator goes on: the CONNECT was accepted, captured or not.
            (S::SessionRequested, Side::Initiator, E::Data) => Step::To(S::Open),

            // The capture began later: what is sent shows how far the connection had come.
            (S::Unknown | S::TcpOpen | S::TransportOpen | S::TransportRequested, _, E::Data) => {
                Step::To(S::Open)
            }
            (S::Unknown | S::TcpOpen, _, E::Foreign) => Step::To(S::TransportOpen),
            (_, _, E::Data | E::Foreign) => Step::Stay,

            // Repeats and crossings change nothing.
            (_, _, E::Syn | E::SynAck | E::Cr | E::Cc) => Step::Stay,
        }
    }

    /// How the end of a TCP connection reads in this state: `what` is "closed" or "reset".
    pub(super) fn tcp_reason(&self, side: Side, event: Event, what: &str) -> String {
        let who = side.word();
        match (self.state, side, event) {
            (State::TcpRequested, Side::Responder, Event::Reset) => {
                "the responder answered the SYN by RST: nothing listens on this port, or a firewall answers in its place"
                    .to_owned()
            }
            (State::TcpRequested, Side::Initiator, _) => {
                "the initiator gave up: the SYN was never answered".to_owned()
            }
            (State::TcpOpen, _, _) => format!("the {who} {what} the TCP connection before any TPDU was seen"),
            (State::TransportRequested, Side::Responder, _) => {
                format!("the responder {what} the TCP connection in answer to the CR, without CC or DR")
            }
            (State::TransportRequested, Side::Initiator, _) => {
                format!("the initiator {what} the TCP connection before the CR was answered")
            }
            (State::TransportOpen, _, _) if !self.foreign => {
                format!("the {who} {what} the TCP connection before anything was sent on the transport connection")
            }
            (State::SessionRequested, _, _) => {
                format!("the {who} {what} the TCP connection before the CONNECT SPDU was answered")
            }
            (State::ReleaseRequested, _, _) => {
                format!("the {who} {what} the TCP connection before the FINISH SPDU was answered")
            }
            (State::Open, _, _) => format!("the {who} {what} the TCP connection without a release"),
            (State::MailRequested, _, _) => {
                format!("the {who} {what} the TCP connection before any reply of the server was seen")
            }
            (State::MailOpen, _, _) => format!("the {who} {what} the TCP connection without QUIT"),
            (State::MailQuit, _, _) => {
                format!("the {who} {what} the TCP connection after QUIT, before it was answered")
            }
            _ => format!("the {who} {what} the TCP connection"),
        }
    }

    /// What was never answered, for an association whose outcome is [`Outcome::Unanswered`].
    pub(super) fn unanswered(&self) -> &'static str {
        match self.state {
            State::TcpRequested => "the SYN was not answered",
            State::TransportRequested => "the CR was not answered",
            State::MailRequested => "no reply to the commands was seen",
            _ => "the CONNECT SPDU was not answered",
        }
    }

    /// The outcome of an association that the capture does not see end.
    pub fn unfinished(&self) -> Outcome {
        match self.state {
            State::TcpRequested
            | State::TransportRequested
            | State::SessionRequested
            | State::MailRequested => Outcome::Unanswered,
            _ => Outcome::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{Initiator as I, Responder as R};

    fn run(steps: &[(Side, Event)]) -> (State, Vec<Step>) {
        let mut machine = Machine::default();
        let ends = steps
            .iter()
            .map(|&(side, event)| machine.step(side, event))
            .filter(|step| matches!(step, Step::End(..)))
            .collect();
        (machine.state, ends)
    }

    const OPENING: [(Side, Event); 6] =
        [(I, Event::Syn), (R, Event::SynAck), (I, Event::Cr), (R, Event::Cc), (I, Event::Cn), (R, Event::Ac)];

    fn after_opening(steps: &[(Side, Event)]) -> Vec<Step> {
        let mut all = OPENING.to_vec();
        all.extend_from_slice(steps);
        run(&all).1
    }

    #[test]
    fn the_first_end_counts_and_what_follows_is_part_of_it() {
        let released = after_opening(&[
            (I, Event::Fn),
            (R, Event::Dn),
            (I, Event::Dr),
            (I, Event::Fin),
            (R, Event::Fin),
        ]);
        assert_eq!(released, [Step::End(Outcome::Released, Tag::Spdu)]);
        let lost = after_opening(&[(R, Event::Data), (R, Event::Reset)]);
        assert_eq!(lost, [Step::End(Outcome::Disconnected, Tag::Tcp)]);
        let aborted = after_opening(&[(R, Event::Ab), (R, Event::Fin)]);
        assert_eq!(aborted, [Step::End(Outcome::Aborted, Tag::Spdu)]);
    }

    #[test]
    fn each_layer_refuses_in_its_own_way() {
        assert_eq!(run(&[(I, Event::Syn), (R, Event::Reset)]).1, [Step::End(Outcome::Refused, Tag::Tcp)]);
        let probed = run(&[(I, Event::Syn), (R, Event::SynAck), (I, Event::Fin), (R, Event::Fin)]).1;
        assert_eq!(probed, [Step::End(Outcome::Disconnected, Tag::Tcp)], "nothing was associated");
        assert_eq!(run(&[(I, Event::Cr), (R, Event::Dr)]).1, [Step::End(Outcome::Refused, Tag::Tpdu)]);
        assert_eq!(run(&OPENING[..5]).0, State::SessionRequested);
        assert_eq!(run(&[(I, Event::Cn), (R, Event::Rf)]).1, [Step::End(Outcome::Refused, Tag::Spdu)]);
        // An abort in place of an answer stays an abort.
        assert_eq!(run(&[(I, Event::Cn), (R, Event::Ab)]).1, [Step::End(Outcome::Aborted, Tag::Spdu)]);
    }

    #[test]
    fn what_is_not_answered_stays_unanswered() {
        let mut machine = Machine::default();
        machine.step(I, Event::Syn);
        assert_eq!(machine.unfinished(), Outcome::Unanswered);
        machine.step(R, Event::SynAck);
        assert_eq!(machine.unfinished(), Outcome::Open);
        machine.step(I, Event::Cr);
        assert_eq!(machine.unfinished(), Outcome::Unanswered);
    }
}
