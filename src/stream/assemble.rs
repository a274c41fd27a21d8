//! One direction of a TCP connection: sequence numbers to offsets in the stream, and octets that wait for others.
//!
//! Offsets count from the first octet of the stream (the one behind the SYN, or the first that was captured) and
//! never wrap; sequence numbers are arithmetic modulo 2^32 around the next octet due (RFC 9293 3.4).

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Buffer, Incident, Loss, Missing, Receiver, Side};
use crate::capture::Octets;

/// How many octets may wait behind a hole. The largest window without scaling is 64 KiB; sixteen of these are
/// more than what mail systems keep in flight, and little enough for many connections at once.
const WAITING_OCTETS: usize = 1 << 20;

/// How many runs of octets may wait: bounds the cost of runs that are much smaller than segments are.
const WAITING_RUNS: usize = 4096;

/// What a run takes besides its octets.
const RUN: usize = 256;

/// A hole that the peer has acknowledged, with later octets behind it, is given up when so many further segments
/// of the connection have passed: captures of several queues record an acknowledgement before the data.
const PATIENCE: u8 = 4;

/// The same where nothing waits behind the acknowledged octets. Nothing is held up then, so it can be long; in
/// captures merged from several hosts the acknowledgements may run far ahead of the data.
const TAIL_PATIENCE: u8 = 64;

/// A sequence number further than this from the next octet due is not of this stream: RFC 7323 2.3 limits the
/// window to 2^30 octets.
const REACH: u32 = 1 << 30;

/// So many stray segments, each following on from the one before, are the stream after all, behind a gap.
const STRAYS: u8 = 3;

/// How many octets are remembered after delivery, to compare retransmissions with. A power of two.
const REMEMBERED: usize = 16 * 1024;

/// A receiver, for one side.
pub(super) struct Outlet<'r, R> {
    pub(super) side: Side,
    pub(super) receiver: &'r mut R,
}

impl<R: Receiver> Outlet<'_, R> {
    pub(super) fn incident(&mut self, incident: Incident<'_>) {
        self.receiver.incident(self.side, incident);
    }
}

/// What one segment brings.
pub(super) struct Data<'a> {
    /// Sequence number of the first octet.
    pub(super) sequence: u32,
    pub(super) payload: Octets<'a>,
    /// How many octets behind the payload the snap length cut.
    pub(super) cut: u32,
    /// Whether the stream ends behind them.
    pub(super) last: bool,
}

impl Data<'_> {
    /// Whether it holds neither octets nor the end.
    pub(super) fn is_empty(&self) -> bool {
        self.length() == 0 && !self.last
    }

    /// How many octets it had on the wire.
    pub(super) fn length(&self) -> u64 {
        self.payload.len() as u64 + u64::from(self.cut)
    }
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    /// Sequence number of offset 0; `None` until it is known.
    origin: Option<u32>,
    /// The next octet to deliver.
    next: u64,
    /// What the peer acknowledged last: the octet that it expects. The last value, not the largest: one damaged
    /// acknowledgement must not outlive the next good one.
    acknowledged: u64,
    /// Where the stream ends, once its FIN was seen.
    end: Option<u64>,
    waiting: Option<Box<Waiting>>,
    history: History,
    /// Segments that passed since the hole at `next` was proven.
    passed: u8,
    /// Stray segments in a row, and the sequence number that would follow on.
    strays: u8,
    after_stray: u32,
    finished: bool,
}

impl Assembler {
    /// Sequence number of the first octet, as far as it is known.
    pub(super) fn origin(&self) -> Option<u32> {
        self.origin
    }

    /// Sets the sequence number of the first octet.
    pub(super) fn start(&mut self, origin: u32) {
        self.origin = Some(origin);
    }

    /// Whether no octet of the stream was seen yet.
    pub(super) fn is_untouched(&self) -> bool {
        self.next == 0 && self.waiting.is_none() && self.end.is_none()
    }

    /// Whether octets are due that the peer has acknowledged, or that come in front of others that wait.
    pub(super) fn is_behind(&self) -> bool {
        self.waiting.is_some() || self.acknowledged > self.next.max(self.end.map_or(0, |end| end + 1))
    }

    /// Whether the peer has acknowledged the FIN.
    pub(super) fn end_acknowledged(&self) -> bool {
        self.end.is_some_and(|end| self.acknowledged > end)
    }

    /// How much memory it takes.
    pub(super) fn footprint(&self) -> usize {
        let waiting = self
            .waiting
            .as_ref()
            .map_or(0, |waiting| waiting.octets + (waiting.runs.len() + waiting.cuts.len()) * RUN);
        waiting + self.history.ring.capacity()
    }

    /// Whether `sequence` can be a sequence number of this stream at this time.
    pub(super) fn reaches(&self, sequence: u32) -> bool {
        self.offset(sequence).is_some()
    }

    /// The peer expects `sequence` next.
    pub(super) fn acknowledge(&mut self, sequence: u32) {
        if let Some(offset) = self.offset(sequence) {
            self.acknowledged = u64::try_from(offset).unwrap_or(0);
        }
    }

    /// Takes what a segment brings.
    pub(super) fn push<R: Receiver>(&mut self, data: Data<'_>, out: &mut Outlet<'_, R>) {
        let Some(start) = self.locate(&data, out) else { return };
        let plain = data.cut == 0 && !data.last && self.end.is_none() && self.waiting.is_none();
        if plain && start == self.next as i64 {
            self.deliver(data.payload, out);
            return;
        }
        if data.length() == 1 && start > self.next as i64 && start < self.acknowledged as i64 {
            // A keep-alive behind a hole: its one octet was acknowledged, and may be garbage (RFC 1122 4.2.3.6).
            return;
        }
        let behind = start + data.length() as i64;
        if data.last && self.end.is_none() && behind >= self.next as i64 {
            self.end = Some(behind as u64);
        }
        // Octets in front of the start (the capture began behind them) and behind the end are not of the stream.
        let limit = self.end.unwrap_or(u64::MAX);
        let clip = |offset: i64| u64::try_from(offset).unwrap_or(0).min(limit);
        let (from, to) = (clip(start), clip(start + data.payload.len() as i64));
        let skipped = usize::try_from(from as i64 - start).unwrap_or(0);
        let payload = data.payload.skip(skipped).slice(0, (to - from) as usize);
        // One octet that comes again may be a keep-alive with garbage: no evidence of anything.
        let compare = data.length() > 1;
        self.insert(from, payload, compare, out);
        let cut = to..clip(behind);
        let mut cut_until = 0;
        if cut.start <= self.next {
            cut_until = cut.end;
        } else if !cut.is_empty() {
            self.waiting_from_now().add_cut(cut);
        }
        self.advance(cut_until, out);
        while self.waiting.as_ref().is_some_and(|waiting| waiting.is_over_limit()) {
            out.incident(Incident::WindowExceeded);
            self.give_up(out);
        }
    }

    /// A segment of the connection has passed: gives the hole at the front up where it has been proven long enough.
    pub(super) fn reconsider<R: Receiver>(&mut self, out: &mut Outlet<'_, R>) {
        if self.acknowledged <= self.next {
            self.passed = 0;
            return;
        }
        let (proven, patience) = match self.barrier() {
            Some(barrier) => (self.acknowledged >= barrier, PATIENCE),
            None => (self.tail_is_missing(), TAIL_PATIENCE),
        };
        self.passed = if proven { self.passed + 1 } else { 0 };
        if self.passed > patience {
            self.give_up(out);
        }
    }

    /// No more is to be expected: what waits is delivered, the holes are declared lost.
    pub(super) fn flush<R: Receiver>(&mut self, out: &mut Outlet<'_, R>) {
        while self.barrier().is_some() {
            self.give_up(out);
        }
        if self.tail_is_missing() {
            self.give_up(out);
        }
    }

    /// Gives storage back that serves comparisons alone, where all that was delivered is acknowledged.
    pub(super) fn rest(&mut self) {
        if self.acknowledged >= self.next {
            self.forget();
        }
    }

    /// The connection is over: gives storage back that serves comparisons alone.
    pub(super) fn forget(&mut self) {
        self.history = History { since: self.next, ..History::default() };
    }

    /// The offset of `sequence`, negative in front of the start; `None` where it is out of reach.
    fn offset(&self, sequence: u32) -> Option<i64> {
        let distance = sequence.wrapping_sub(self.expected()?).cast_signed();
        (distance.unsigned_abs() <= REACH).then(|| self.next as i64 + i64::from(distance))
    }

    /// The sequence number of the next octet due.
    fn expected(&self) -> Option<u32> {
        Some(self.origin?.wrapping_add(self.next as u32))
    }

    /// The offset of a segment. A stray one is passed over, unless it is one of a row: then the stream has gone
    /// on behind a gap, at the next offset that has this sequence number.
    fn locate<R: Receiver>(&mut self, data: &Data<'_>, out: &mut Outlet<'_, R>) -> Option<i64> {
        if let Some(offset) = self.offset(data.sequence) {
            self.strays = 0;
            return Some(offset);
        }
        let gap = data.sequence.wrapping_sub(self.expected()?);
        let follows = self.strays > 0 && data.sequence == self.after_stray;
        self.strays = if follows { self.strays + 1 } else { 1 };
        self.after_stray = data.sequence.wrapping_add(data.length() as u32);
        if self.strays <= STRAYS || self.end.is_some() {
            self.strays = self.strays.min(STRAYS);
            return None;
        }
        self.strays = 0;
        let there = self.next + u64::from(gap);
        self.flush(out);
        self.lose(there, Missing::Lost, out);
        self.offset(data.sequence)
    }

    /// Puts octets in their place: what is new is delivered or stored, what is there already stays as it is.
    fn insert<R: Receiver>(
        &mut self,
        from: u64,
        payload: Octets<'_>,
        compare: bool,
        out: &mut Outlet<'_, R>,
    ) {
        let to = from + payload.len() as u64;
        let part = |at: u64, until: u64| payload.slice((at - from) as usize, (until - from) as usize);
        let mut disputed = None;
        let mut at = from;
        while at < to {
            if at < self.next {
                let until = to.min(self.next);
                if compare {
                    self.history.compare(at, part(at, until), &mut disputed, out);
                }
                at = until;
                continue;
            }
            let run = self.waiting.as_ref().and_then(|waiting| waiting.run_ending_behind(at));
            let until = match run {
                Some((start, run)) if start <= at => {
                    let until = to.min(start + run.len() as u64);
                    if compare {
                        let first = run.octets().slice((at - start) as usize, (until - start) as usize);
                        self.history.dispute(at, first.bytes(), part(at, until), &mut disputed, out);
                    }
                    until
                }
                run => {
                    let until = run.map_or(to, |(start, _)| to.min(start));
                    if at == self.next {
                        self.deliver(part(at, until), out);
                    } else {
                        self.waiting_from_now().add_run(at, part(at, until));
                    }
                    until
                }
            };
            at = until;
        }
        if let Some(disputed) = disputed {
            self.history.disputed = disputed;
        }
    }

    /// Delivers what has come to be in order; octets up to `cut_until` are cut, as far as they are not there.
    fn advance<R: Receiver>(&mut self, mut cut_until: u64, out: &mut Outlet<'_, R>) {
        while let Some(waiting) = &mut self.waiting {
            cut_until = cut_until.max(waiting.take_cut(self.next));
            if let Some(run) = waiting.take_run(self.next) {
                self.deliver(run.octets(), out);
            } else if cut_until > self.next {
                let until = waiting.first_run().map_or(cut_until, |start| cut_until.min(start));
                self.lose(until, Missing::Cut, out);
            } else {
                if waiting.is_empty() {
                    self.waiting = None;
                }
                break;
            }
        }
        if cut_until > self.next {
            self.lose(cut_until, Missing::Cut, out);
        }
        if self.end.is_some_and(|end| end <= self.next) && !self.finished {
            self.finished = true;
            // What lies behind the end was never of this stream.
            self.waiting = None;
            out.incident(Incident::Finished);
        }
    }

    /// The hole at the front is not waited for any more.
    fn give_up<R: Receiver>(&mut self, out: &mut Outlet<'_, R>) {
        let until = self.barrier().unwrap_or(self.acknowledged);
        self.lose(until, Missing::Lost, out);
        self.advance(0, out);
    }

    /// Where the hole at the front ends: at the first that is known behind it.
    fn barrier(&self) -> Option<u64> {
        let waiting = self.waiting.as_ref().and_then(|waiting| waiting.first());
        let end = self.end.filter(|end| *end > self.next);
        match (waiting, end) {
            (Some(waiting), Some(end)) => Some(waiting.min(end)),
            (waiting, end) => waiting.or(end),
        }
    }

    /// Whether the peer has acknowledged octets of which nothing was captured, nor anything behind them. One
    /// sequence number more than is known is a FIN that was not captured.
    fn tail_is_missing(&self) -> bool {
        self.end.is_none() && self.acknowledged > self.next + 1
    }

    /// Where octets wait; where none did, the patience with the hole in front of them begins now.
    fn waiting_from_now(&mut self) -> &mut Waiting {
        if self.waiting.is_none() {
            self.passed = 0;
        }
        self.waiting.get_or_insert_default()
    }

    fn deliver<R: Receiver>(&mut self, octets: Octets<'_>, out: &mut Outlet<'_, R>) {
        if octets.is_empty() {
            return;
        }
        out.receiver.octets(out.side, octets);
        self.history.remember(self.next, octets.bytes());
        self.next += octets.len() as u64;
        self.passed = 0;
    }

    fn lose<R: Receiver>(&mut self, until: u64, why: Missing, out: &mut Outlet<'_, R>) {
        if until <= self.next {
            return;
        }
        out.receiver.lost(out.side, Loss { octets: until - self.next, why });
        self.next = until;
        self.history.since = until;
        self.passed = 0;
    }
}

/// What waits behind holes: runs of octets that do not overlap, and ranges that the snap length cut.
#[derive(Debug, Default)]
struct Waiting {
    /// By the offset of their first octet.
    runs: BTreeMap<u64, Buffer>,
    /// Start and end.
    cuts: BTreeMap<u64, u64>,
    /// How many octets the runs hold.
    octets: usize,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.cuts.is_empty()
    }

    fn is_over_limit(&self) -> bool {
        self.octets > WAITING_OCTETS || self.runs.len() + self.cuts.len() > WAITING_RUNS
    }

    /// The first run that ends behind `at`, with its start.
    fn run_ending_behind(&self, at: u64) -> Option<(u64, &Buffer)> {
        let over = self.runs.range(..=at).next_back().filter(|(start, run)| *start + run.len() as u64 > at);
        over.or_else(|| self.runs.range(at..).next()).map(|(start, run)| (*start, run))
    }

    fn add_run(&mut self, at: u64, octets: Octets<'_>) {
        let mut run = Buffer::new();
        run.append(octets);
        self.octets += run.len();
        self.runs.insert(at, run);
    }

    fn add_cut(&mut self, cut: Range<u64>) {
        let end = self.cuts.entry(cut.start).or_default();
        *end = cut.end.max(*end);
    }

    /// Takes the run that starts at `at`.
    fn take_run(&mut self, at: u64) -> Option<Buffer> {
        let run = self.runs.remove(&at)?;
        self.octets -= run.len();
        Some(run)
    }

    /// Takes the cut ranges that start at or before `at` and tells where the last of them ends.
    fn take_cut(&mut self, at: u64) -> u64 {
        let mut until = 0;
        while let Some(cut) = self.cuts.first_entry().filter(|cut| *cut.key() <= at) {
            until = until.max(cut.remove());
        }
        until
    }

    fn first_run(&self) -> Option<u64> {
        self.runs.keys().next().copied()
    }

    fn first(&self) -> Option<u64> {
        let cut = self.cuts.keys().next().copied();
        match (self.first_run(), cut) {
            (Some(run), Some(cut)) => Some(run.min(cut)),
            (run, cut) => run.or(cut),
        }
    }
}

/// The last octets that were delivered, to tell a retransmission from a contradiction.
#[derive(Debug, Default)]
struct History {
    /// The octet with offset `n` lies at `n % REMEMBERED`; grows to that size and not further.
    ring: Vec<u8>,
    /// All octets from here to the next one were delivered; in front of it lies a hole, or the start.
    since: u64,
    /// The range of the last contradiction: a copy of it is not told again.
    disputed: Range<u64>,
}

impl History {
    /// Takes note of octets that were delivered at `at`.
    fn remember(&mut self, at: u64, bytes: &[u8]) {
        let skipped = bytes.len().saturating_sub(REMEMBERED);
        let bytes = &bytes[skipped..];
        let index = Self::index(at + skipped as u64);
        let used = (index + bytes.len()).min(REMEMBERED);
        if self.ring.len() < used {
            self.ring.resize(used, 0);
        }
        let (head, tail) = bytes.split_at(used - index);
        self.ring[index..used].copy_from_slice(head);
        if !tail.is_empty() {
            self.ring[..tail.len()].copy_from_slice(tail);
        }
        self.since = self.since.max((at + (skipped + bytes.len()) as u64).saturating_sub(REMEMBERED as u64));
    }

    fn index(offset: u64) -> usize {
        (offset % REMEMBERED as u64) as usize
    }

    /// Compares octets that came again with those delivered, as far as these are remembered.
    fn compare<R: Receiver>(
        &self,
        at: u64,
        again: Octets<'_>,
        disputed: &mut Option<Range<u64>>,
        out: &mut Outlet<'_, R>,
    ) {
        let again = again.skip(self.since.saturating_sub(at).min(again.len() as u64) as usize);
        if again.is_empty() {
            return;
        }
        let at = at.max(self.since);
        let index = Self::index(at);
        let used = (index + again.len()).min(self.ring.len());
        let (head, tail) = again.bytes().split_at(used - index);
        let (first_head, first_tail) = (&self.ring[index..used], &self.ring[..tail.len()]);
        if head != first_head || tail != first_tail {
            self.dispute(at, &[first_head, first_tail].concat(), again, disputed, out);
        }
    }

    /// Tells each run in which `second` differs from `first`, and adds it to what is disputed.
    fn dispute<R: Receiver>(
        &self,
        at: u64,
        first: &[u8],
        second: Octets<'_>,
        disputed: &mut Option<Range<u64>>,
        out: &mut Outlet<'_, R>,
    ) {
        if first == second.bytes() {
            return;
        }
        let mut differs = first.iter().zip(second.bytes()).map(|(first, second)| first != second).enumerate();
        while let Some((from, _)) = differs.by_ref().find(|(_, differs)| *differs) {
            let to = differs.by_ref().find(|(_, differs)| !differs).map_or(first.len(), |(to, _)| to);
            let run = at + from as u64..at + to as u64;
            if run.start < self.disputed.start || run.end > self.disputed.end {
                out.incident(Incident::Conflict { second: second.slice(from, to), first: &first[from..to] });
            }
            let start = disputed.as_ref().map_or(run.start, |disputed| disputed.start.min(run.start));
            *disputed = Some(start..run.end);
        }
    }
}
