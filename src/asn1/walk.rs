//! The schema-directed walker.
//!
//! It goes through the octets once and never gives up: an element that the schema does not know is shown by its
//! tag, one that reaches too far is clipped, and what is not as it should be is told as damage, on the node that
//! was put last.
//!
//! Fields become nodes like this. An element is one node, its explicit tag included. An untagged CHOICE and an
//! explicit tag around a CHOICE without names have no node: the alternative stands for them. An open type is a node
//! of its own, with the type that was found, or the element as it is, inside. A string in pieces is a node with the
//! pieces inside, all with the field of the string.

use super::ber::{Class, Header, HeaderError, Length, Tag, skip};
use super::check::{check, integer};
use super::schema::{Body, Bounds, Content, Fit, MAX_KEYS, Members, NO_REGISTER, REGISTERS, Slot, SlotId};
use super::{Key, Schema, TableId, TypeId};
use crate::capture::Octets;
use crate::stream::Buffer;
use crate::tree::{Cause, Damage, DamageKind, Field, Sink, Span, Value};

/// How deep elements are followed. A message that was forwarded ten times needs about 80; the recursion must not
/// exhaust the stack of a thread.
const MAX_DEPTH: u32 = 256;
/// How many elements are shown of one value. A message to all of the 32767 recipients that an envelope can have
/// (X.411, ub-recipients) has about a million.
const MAX_ELEMENTS: u32 = 1 << 20;
/// How many octets of strings in pieces are joined in one walk to read the encoding that they are, times the octets that
/// are walked: a content in pieces, a body part in pieces in it, and a message in pieces in that.
const MAX_JOINED: usize = 4;

/// What the walker tells and asks of the decoder that started it.
///
/// Only fields with a pick number are told: a decoder names the fields it wants when the schemas are read.
/// Fields are told whatever the sink keeps.
pub trait Guide {
    /// A constructed element begins. Its end is not known yet where its length is indefinite: then `element` goes
    /// on to the end of what holds it.
    fn enter(&mut self, field: Field, element: Octets<'_>);

    /// The constructed element entered last ends; `element` is all of it, with its header.
    fn leave(&mut self, field: Field, element: Octets<'_>);

    /// A primitive element, with the first identifier octet of the innermost tag and its contents octets; `at`
    /// covers it with its header. A string in pieces (X.690 8.7.3) is told as `enter`, one `value` a piece, `leave`;
    /// so is a string that holds an encoding, with what is inside told behind its octets. Inside a string that was
    /// joined, `at` is a place in the joined octets.
    fn value(&mut self, field: Field, identifier: u8, contents: Octets<'_>, at: Span);

    /// Which type an open type has, by a table whose rows only the decoder knows (presentation contexts).
    /// The key is `Key::Integer(0)` where the table is asked without one.
    /// `value` begins with the value itself, which may have to tell.
    fn resolve(&mut self, table: TableId, key: Key<'_>, value: &[u8]) -> Option<TypeId>;

    /// Damage that the walker put on a node, with the octets concerned: they may lie in a string that was joined.
    fn damage(&mut self, damage: &Damage, octets: Octets<'_>);
}

/// Reads `octets[at]` as one value of type `ty`, behind which further values may follow; gives the position
/// behind it. The octets are the sink's current source.
///
/// `cut` says why the octets end too early, where the caller knows that they do: then what reaches past the end is
/// cut for that reason and nobody's fault.
pub fn walk<S: Sink, G: Guide>(
    schema: &Schema,
    ty: TypeId,
    octets: Octets<'_>,
    at: Span,
    cut: Option<Cause>,
    sink: &mut S,
    guide: &mut G,
) -> usize {
    let mut walker = Walker {
        schema,
        octets,
        sink,
        guide,
        cut,
        pending: 0,
        registers: [Noted::NOTHING; REGISTERS],
        last: Noted::NOTHING,
        spent: Spent { room: MAX_JOINED.saturating_mul(octets.len()), ..Spent::default() },
    };
    let end = (at.end as usize).min(octets.len());
    walker.value(ty, at.start as usize, Extent { end, claimed: usize::MAX })
}

/// How far contents reach: to `end`, where they should reach to `claimed`. The two differ where the octets are cut.
#[derive(Clone, Copy)]
struct Extent {
    end: usize,
    claimed: usize,
}

impl Extent {
    fn is_cut(self) -> bool {
        self.claimed > self.end
    }
}

/// The element that elements are read inside.
struct Inside {
    field: Field,
    extent: Extent,
    indefinite: bool,
    /// Whether what is not known here may be a secret.
    secret: bool,
}

/// Where the value of a key was read.
#[derive(Clone, Copy)]
struct Noted {
    start: u32,
    end: u32,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Nothing,
    Integer,
    Oid,
}

impl Noted {
    const NOTHING: Noted = Noted { start: 0, end: 0, kind: Kind::Nothing };

    fn key(self, bytes: &[u8]) -> Option<Key<'_>> {
        let contents = Span { start: self.start, end: self.end }.of(bytes);
        match self.kind {
            Kind::Nothing => None,
            Kind::Integer => integer(contents).map(Key::Integer),
            Kind::Oid => Some(Key::Oid(contents)),
        }
    }
}

/// What one walk has used up, joined strings included.
#[derive(Clone, Copy, Default)]
struct Spent {
    elements: u32,
    joined: usize,
    /// How many octets may be joined.
    room: usize,
    /// The octets have ended too early: told once, and nothing is missed from here on.
    ended: bool,
    /// There were too many elements: nothing more is read.
    stopped: bool,
}

impl Spent {
    /// Whether nothing more is to be expected, so that nothing is missing.
    fn is_over(self) -> bool {
        self.ended || self.stopped
    }
}

/// The kinds of damage that are noted in `pending` and told on the next node, in the order in which they are told.
const PENDING: [DamageKind; 7] = [
    DamageKind::UnknownElement,
    DamageKind::RepeatedElement,
    DamageKind::WrongForm,
    DamageKind::LengthPastParent,
    DamageKind::Truncated,
    DamageKind::InvalidValue,
    DamageKind::OutOfBounds,
];

struct Walker<'w, S, G> {
    schema: &'w Schema,
    octets: Octets<'w>,
    sink: &'w mut S,
    guide: &'w mut G,
    cut: Option<Cause>,
    /// Damage for the node that comes next, a bit per kind.
    pending: u16,
    registers: [Noted; REGISTERS],
    /// The INTEGER or OBJECT IDENTIFIER that was read last.
    last: Noted,
    spent: Spent,
}

impl<'w, S: Sink, G: Guide> Walker<'w, S, G> {
    /// One value at `start`.
    fn value(&mut self, ty: TypeId, start: usize, extent: Extent) -> usize {
        let schema = self.schema;
        let slot = schema.slot(ty.0);
        let inside =
            Inside { field: slot.field, extent, indefinite: false, secret: schema.holds_secret(slot) };
        let mut at = start;
        match self.next(&mut at, &inside) {
            Some(header) if ty == schema.any() || ty == schema.any_secret() => {
                self.generic(&header, extent, 0, inside.secret)
            }
            Some(header) => self.fitted(ty.0, &header, &inside, 0),
            None => at,
        }
    }

    fn bytes(&self) -> &'w [u8] {
        self.octets.bytes()
    }

    // Nodes and damage.

    #[inline(always)]
    fn open(&mut self, field: Field, at: Span) {
        self.sink.open(field, at, Value::Octets);
        if field.pick != 0 {
            self.enter(field, at);
        }
        self.settle(field, at);
    }

    #[inline(never)]
    fn enter(&mut self, field: Field, at: Span) {
        self.guide.enter(field, self.octets.slice(at.start as usize, at.end as usize));
    }

    #[inline(always)]
    fn close(&mut self, field: Field, from: usize, end: usize) {
        self.sink.close(end as u32);
        if field.pick != 0 {
            self.leave(field, from, end);
        }
    }

    #[inline(never)]
    fn leave(&mut self, field: Field, from: usize, end: usize) {
        self.guide.leave(field, self.octets.slice(from, end));
    }

    fn leaf(&mut self, field: Field, at: Span, value: Value) {
        self.sink.leaf(field, at, value);
        self.settle(field, at);
    }

    /// Tells the damage that was noted for the node put just now.
    #[inline]
    fn settle(&mut self, field: Field, at: Span) {
        if self.pending != 0 {
            self.tell_pending(field, at);
        }
    }

    #[cold]
    fn tell_pending(&mut self, field: Field, at: Span) {
        let pending = std::mem::take(&mut self.pending);
        for kind in PENDING {
            if pending & bit(kind) != 0 {
                self.damage(kind, field, at);
            }
        }
    }

    fn note(&mut self, kind: DamageKind) {
        self.pending |= bit(kind);
    }

    #[cold]
    fn damage(&mut self, kind: DamageKind, field: Field, at: Span) {
        let cause = match kind {
            DamageKind::Truncated => self.cut.unwrap_or(Cause::Wrong),
            _ => Cause::Wrong,
        };
        let damage = Damage { kind, cause, field, at };
        self.sink.damage(damage);
        self.guide.damage(&damage, self.octets.slice(at.start as usize, at.end as usize));
    }

    /// Octets that cannot be read as elements.
    #[cold]
    fn rest(&mut self, kind: DamageKind, start: usize, inside: &Inside) {
        let field = self.schema.generic.octets(inside.secret);
        let at = Span::new(start, inside.extent.end);
        self.leaf(field, at, Value::Octets);
        self.damage(kind, inside.field, at);
    }

    // What the contents of an element are made of.

    /// How far the contents of an element reach.
    #[inline]
    fn contents(&mut self, header: &Header, outer: Extent) -> Extent {
        match header.length {
            Length::Indefinite => outer,
            Length::Definite(length) => {
                let claimed = header.contents.saturating_add(length);
                if claimed > outer.claimed {
                    self.note(DamageKind::LengthPastParent);
                    return outer;
                }
                Extent { end: claimed.min(outer.end), claimed }
            }
        }
    }

    /// The header of the next element at `at`; `None` where there is none any more, with `at` behind the contents.
    #[inline(always)]
    fn next(&mut self, at: &mut usize, inside: &Inside) -> Option<Header> {
        loop {
            let end = inside.extent.end;
            if *at >= end || self.spent.stopped {
                if inside.indefinite || inside.extent.is_cut() {
                    self.at_end(inside);
                }
                *at = end;
                return None;
            }
            let header = match Header::read(self.bytes(), *at, end) {
                Ok(header) => header,
                Err(error) => {
                    self.no_header(*at, inside, error);
                    *at = end;
                    return None;
                }
            };
            if header.is_end_of_contents() {
                *at = header.contents;
                if inside.indefinite {
                    return None;
                }
                self.stray(header.start, at, inside);
                continue;
            }
            self.spent.elements += 1;
            if self.spent.elements > MAX_ELEMENTS {
                self.too_many(*at, inside);
                *at = end;
                return None;
            }
            return Some(header);
        }
    }

    #[cold]
    fn too_many(&mut self, at: usize, inside: &Inside) {
        self.spent.stopped = true;
        self.rest(DamageKind::TooMany, at, inside);
    }

    /// Whether a header that was read in advance is certainly the one that [`Walker::next`] gives: then it counts.
    fn comes_next(&mut self, header: &Header, extent: Extent) -> bool {
        let next = header.contents <= extent.end && !self.spent.stopped && self.spent.elements < MAX_ELEMENTS;
        self.spent.elements += u32::from(next);
        next
    }

    /// The contents are read to their end, and that is not where the end should be.
    #[inline(never)]
    fn at_end(&mut self, inside: &Inside) {
        let Inside { field, extent, indefinite, .. } = *inside;
        if self.spent.is_over() {
            return;
        }
        let at = Span::new(extent.end, extent.end);
        let promised = self.cut.is_some() || extent.claimed != usize::MAX;
        if extent.is_cut() && (promised || !indefinite) {
            self.spent.ended = true;
            self.damage(DamageKind::Truncated, field, at);
        } else if indefinite {
            self.damage(DamageKind::NoEndOfContents, field, at);
        }
    }

    #[cold]
    fn no_header(&mut self, start: usize, inside: &Inside, error: HeaderError) {
        let kind = match error {
            HeaderError::End if inside.extent.is_cut() => DamageKind::Truncated,
            HeaderError::End | HeaderError::Bad => DamageKind::BadHeader,
        };
        self.rest(kind, start, inside);
        self.spent.ended |= kind == DamageKind::Truncated;
    }

    /// End-of-contents octets inside a definite length: all that stand in a row are one damage.
    #[cold]
    fn stray(&mut self, start: usize, at: &mut usize, inside: &Inside) {
        let rest = self.bytes().get(*at..inside.extent.end).unwrap_or_default();
        *at += rest.chunks_exact(2).take_while(|pair| *pair == [0, 0]).count() * 2;
        self.damage(DamageKind::StrayEndOfContents, inside.field, Span::new(start, *at));
    }

    /// Elements that nothing is known about, to the end of the contents.
    fn surplus(&mut self, at: &mut usize, inside: &Inside, depth: u32) {
        while let Some(header) = self.next(at, inside) {
            *at = self.unknown(&header, inside, depth);
        }
    }

    // Elements.

    /// An element that should be the value of a slot.
    fn fitted(&mut self, id: SlotId, header: &Header, inside: &Inside, depth: u32) -> usize {
        match self.schema.fit(self.schema.slot(id), header) {
            Fit::No => self.unknown(header, inside, depth),
            _ => self.element(id, header.start, header, inside.extent, depth),
        }
    }

    fn unknown(&mut self, header: &Header, inside: &Inside, depth: u32) -> usize {
        self.note(DamageKind::UnknownElement);
        self.generic(header, inside.extent, depth, inside.secret)
    }

    /// The element of a slot, whose node begins at `from`: at its header or at that of an explicit tag around it.
    fn element(&mut self, id: SlotId, from: usize, header: &Header, outer: Extent, depth: u32) -> usize {
        let schema = self.schema;
        let mut slot = schema.slot(id);
        loop {
            if slot.wrong {
                self.note(DamageKind::WrongForm);
            }
            if header.constructed && depth >= MAX_DEPTH {
                return self.too_deep(slot.field, from, header, outer, true);
            }
            let body = match slot.content {
                Content::Explicit(inner) => {
                    return self.explicit(slot.field, inner, from, header, outer, depth);
                }
                Content::Body(body) => schema.body(body),
            };
            let Body::Choice { members, .. } = body else {
                return self.body(slot.field, body, from, header, outer, depth);
            };
            // The alternative stands for the CHOICE.
            slot = match schema.alternative(members, header) {
                Some((id, _)) => schema.slot(id),
                None => return self.no_alternative(slot.field, members, header, outer, depth),
            };
        }
    }

    #[cold]
    fn no_alternative(
        &mut self,
        field: Field,
        members: &Members,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        let inside = Inside { field, extent: outer, indefinite: false, secret: members.secret };
        self.unknown(header, &inside, depth)
    }

    /// The contents of an element. What is recursive is called, so that frames stay small.
    #[inline(always)]
    fn body(
        &mut self,
        field: Field,
        body: &'w Body,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        match body {
            Body::Choice { members, .. } => match self.schema.alternative(members, header) {
                Some((id, _)) => self.element(id, from, header, outer, depth),
                None => self.no_alternative(field, members, header, outer, depth),
            },
            Body::Open { .. } | Body::Any => self.open_type(field, body, from, header, outer, depth),
            _ if !header.constructed => self.primitive(field, body, from, header, outer, depth),
            Body::Sequence(_) | Body::Set(_) | Body::Of { .. }
                if self.may_wrap(header) && self.wrapped(body, header) =>
            {
                self.unwrap(field, body, from, header, outer, depth)
            }
            Body::Sequence(members) | Body::Set(members) if members.registers == 0 => {
                self.components(field, members, from, header, outer, depth)
            }
            Body::Sequence(members) | Body::Set(members) => {
                self.keyed(field, members, from, header, outer, depth)
            }
            &Body::Of { item, size, secret, .. } => {
                self.elements(field, (item, size, secret), from, header, outer, depth)
            }
            Body::OctetString { .. }
            | Body::BitString(_)
            | Body::Text { .. }
            | Body::UtcTime
            | Body::GeneralizedTime => self.string(field, body, from, header, outer, depth),
            _ => match self.may_wrap(header) && self.wrapped(body, header) {
                true => self.unwrap(field, body, from, header, outer, depth),
                false => self.wrongly_constructed(field, from, header, outer, depth),
            },
        }
    }

    /// The same, from where it is rare.
    #[cold]
    fn body_apart(
        &mut self,
        field: Field,
        body: &'w Body,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        self.body(field, body, from, header, outer, depth)
    }

    /// A primitive element.
    #[inline(never)]
    fn primitive(
        &mut self,
        field: Field,
        body: &'w Body,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        if let Body::OctetString { inner: Some(inner), .. } = *body
            && let Some(end) = self.encoding_in_place(field, inner, from, header, outer, depth)
        {
            return end;
        }
        let extent = self.contents(header, outer);
        let contents = self.bytes().get(header.contents..extent.end).unwrap_or_default();
        let mut value = Value::Contents(header.contents as u32);
        if extent.is_cut() {
            if !self.spent.ended {
                self.note(DamageKind::Truncated);
            }
            self.spent.ended = true;
        } else {
            let (number, wrong) = check(body, contents);
            if let Some(number) = number {
                value = Value::Number(number);
            }
            if let Some(wrong) = wrong {
                self.note(wrong);
            }
            let kind = match body {
                Body::Integer(_) => Kind::Integer,
                Body::Oid => Kind::Oid,
                _ => Kind::Nothing,
            };
            if !matches!(kind, Kind::Nothing) {
                self.last = Noted { start: header.contents as u32, end: extent.end as u32, kind };
            }
        }
        let field = match body {
            // Constructed is due: what a primitive element holds instead may be what should be hidden.
            Body::Sequence(_) | Body::Set(_) | Body::Of { .. } => {
                self.note(DamageKind::WrongForm);
                if body.holds_secret() { self.schema.generic.octets(true) } else { field }
            }
            _ => field,
        };
        let at = Span::new(from, extent.end);
        self.sink.leaf(field, at, value);
        if field.pick != 0 {
            let identifier = self.bytes().get(header.start).copied().unwrap_or_default();
            self.guide.value(field, identifier, self.octets.slice(header.contents, extent.end), at);
        }
        self.settle(field, at);
        extent.end
    }

    /// An element that no schema describes.
    fn generic(&mut self, header: &Header, outer: Extent, depth: u32, secret: bool) -> usize {
        let schema = self.schema;
        let field = schema.generic.field(header, secret);
        if !header.constructed {
            let end =
                self.primitive(field, schema.generic.body(header.tag), header.start, header, outer, depth);
            self.high_tag(header);
            return end;
        }
        if depth >= MAX_DEPTH {
            return self.too_deep(field, header.start, header, outer, secret);
        }
        let extent = self.contents(header, outer);
        let inside = Inside { field, extent, indefinite: header.length == Length::Indefinite, secret };
        self.open(field, Span::new(header.start, extent.end));
        self.high_tag(header);
        let mut at = header.contents;
        while let Some(header) = self.next(&mut at, &inside) {
            at = self.generic(&header, extent, depth + 1, secret);
        }
        self.close(field, header.start, at);
        at
    }

    /// Tags with high numbers share a field: the number is told beside it.
    fn high_tag(&mut self, header: &Header) {
        if self.schema.generic.is_shared(header.tag) {
            self.sink.text(format_args!("[{}]", header.tag.number()));
        }
    }

    /// `secret`: the octets may be one, or hold one.
    #[cold]
    fn too_deep(&mut self, field: Field, from: usize, header: &Header, outer: Extent, secret: bool) -> usize {
        let end = skip(self.bytes(), *header, outer.end);
        let at = Span::new(from, end);
        self.leaf(self.schema.generic.octets(secret), at, Value::Contents(header.contents as u32));
        self.damage(DamageKind::TooDeep, field, at);
        end
    }

    // Explicit tags, and those that stand where they should not or stand not where they should.

    #[inline(never)]
    fn explicit(
        &mut self,
        field: Field,
        inner: SlotId,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        let schema = self.schema;
        let slot = schema.slot(inner);
        let choice = match slot.content {
            Content::Body(body) => match *schema.body(body) {
                Body::Choice { members, named } => Some((members, named)),
                _ => None,
            },
            Content::Explicit(_) => None,
        };
        let secret = field.secret || schema.holds_secret(slot);
        if !header.constructed {
            self.note(DamageKind::WrongForm);
            return self.untagged(field, inner, from, header, outer, depth, secret);
        }
        let first = Header::read(self.bytes(), header.contents, outer.end).ok();
        let fits =
            first.is_some_and(|first| !first.is_end_of_contents() && schema.fit(slot, &first) != Fit::No);
        if !fits
            && let Some(first) = first
            && let Content::Body(body) = slot.content
            && let body @ (Body::Sequence(members) | Body::Set(members)) = schema.body(body)
            && find(schema, members, 0, 0, &first).is_some()
        {
            // The contents of the value directly inside the tag.
            self.note(DamageKind::WrongForm);
            return self.body_apart(field, body, from, header, outer, depth);
        }
        let extent = self.contents(header, outer);
        let inside = Inside { field, extent, indefinite: header.length == Length::Indefinite, secret };
        let node = !fits || choice.is_some_and(|(_, named)| named);
        if node {
            self.open(field, Span::new(from, extent.end));
        }
        let mut at = header.contents;
        // Mostly the header that was read is the one that comes next.
        let first = match first.filter(|first| fits && self.comes_next(first, extent)) {
            None => self.next(&mut at, &inside),
            next => next,
        };
        match first {
            Some(first) => {
                at = match fits {
                    true => {
                        self.element(inner, if node { first.start } else { from }, &first, extent, depth + 1)
                    }
                    false => self.unknown(&first, &inside, depth + 1),
                };
                self.surplus(&mut at, &inside, depth + 1);
            }
            None if self.spent.is_over() => {}
            None => self.damage(DamageKind::MissingElement, field, Span::new(from, at)),
        }
        if node {
            self.close(field, from, at);
        }
        at
    }

    /// The contents octets of a value where the value with its own tag should be inside an explicit one.
    #[cold]
    #[allow(clippy::too_many_arguments)]
    fn untagged(
        &mut self,
        outer_field: Field,
        inner: SlotId,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
        secret: bool,
    ) -> usize {
        let schema = self.schema;
        let mut slot = schema.slot(inner);
        let octets = schema.generic.octets(secret);
        let (field, body) = loop {
            match slot.content {
                Content::Explicit(inner) => slot = schema.slot(inner),
                Content::Body(body) => match schema.body(body) {
                    // The alternative cannot be told from the others; the first that has such contents is as good.
                    Body::Choice { members, .. } => {
                        let primitive = |slot: &&Slot| match slot.content {
                            Content::Body(body) => is_primitive(schema.body(body)),
                            Content::Explicit(_) => false,
                        };
                        match schema.members(members).iter().find(primitive) {
                            Some(alternative) => slot = alternative,
                            None => break (slot.field, &Body::Other),
                        }
                    }
                    body @ Body::Open { .. } => match self.resolve(body, header.contents) {
                        Some(ty) => slot = schema.slot(ty),
                        // Nobody knows the type: the contents stand for the open type itself.
                        None => break (outer_field, &Body::Other),
                    },
                    body => break (slot.field, body),
                },
            }
        };
        let field = if secret && !field.secret { octets } else { field };
        self.primitive(field, body, from, header, outer, depth)
    }

    /// Whether the contents of an element may be a value with its own tag, by their first octet: nearly all that have
    /// a tag in place of it have something else there.
    #[inline(always)]
    fn may_wrap(&self, header: &Header) -> bool {
        header.tag.class() != Class::Universal
            && matches!(
                self.bytes().get(header.contents),
                Some(0x30 | 0x31 | 0x01 | 0x02 | 0x05 | 0x06 | 0x0A | 0x1F | 0x3F)
            )
    }

    /// Whether the contents of an element are not those of the value but the value once more with its own tag.
    #[inline(never)]
    fn wrapped(&self, body: &Body, header: &Header) -> bool {
        let Ok(first) = Header::read(self.bytes(), header.contents, self.bytes().len()) else { return false };
        let own = match body {
            Body::Sequence(_) => Tag::universal(16),
            Body::Set(_) => Tag::universal(17),
            Body::Of { tag, .. } => *tag,
            Body::Boolean => Tag::universal(1),
            Body::Integer(_) if first.tag == Tag::universal(10) => Tag::universal(10),
            Body::Integer(_) => Tag::universal(2),
            Body::Null => Tag::universal(5),
            Body::Oid => Tag::universal(6),
            _ => return false,
        };
        let constructed = matches!(body, Body::Sequence(_) | Body::Set(_) | Body::Of { .. });
        let fits_inside = || match body {
            Body::Sequence(members) | Body::Set(members) => {
                find(self.schema, members, 0, 0, &first).is_some()
            }
            Body::Of { item, .. } => self.schema.fit(self.schema.slot(*item), &first) != Fit::No,
            _ => false,
        };
        first.tag == own && first.constructed == constructed && !fits_inside()
    }

    /// A value with its own tag inside a tag that should stand in place of it.
    #[cold]
    fn unwrap(
        &mut self,
        field: Field,
        body: &'w Body,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        self.note(DamageKind::WrongForm);
        let extent = self.contents(header, outer);
        let inside = Inside {
            field,
            extent,
            indefinite: header.length == Length::Indefinite,
            secret: field.secret || body.holds_secret(),
        };
        let mut at = header.contents;
        if let Some(first) = self.next(&mut at, &inside) {
            at = self.body_apart(field, body, from, &first, extent, depth + 1);
            self.surplus(&mut at, &inside, depth + 1);
        }
        at
    }

    /// A constructed element where the type has no constructed form.
    #[cold]
    fn wrongly_constructed(
        &mut self,
        field: Field,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        self.note(DamageKind::WrongForm);
        let extent = self.contents(header, outer);
        let indefinite = header.length == Length::Indefinite;
        let inside = Inside { field, extent, indefinite, secret: field.secret };
        self.open(field, Span::new(from, extent.end));
        let mut at = header.contents;
        while let Some(header) = self.next(&mut at, &inside) {
            at = self.generic(&header, extent, depth + 1, field.secret);
        }
        self.close(field, from, at);
        at
    }

    // Structured types.

    /// A SEQUENCE or SET with keys of open types.
    #[inline(never)]
    fn keyed(
        &mut self,
        field: Field,
        members: &Members,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        // Keys are those of this value: what was noted for one around it is put back.
        let mut around = [Noted::NOTHING; MAX_KEYS];
        self.swap_registers(members.registers, &mut around);
        let end = self.components(field, members, from, header, outer, depth);
        self.swap_registers(members.registers, &mut around);
        end
    }

    fn swap_registers(&mut self, which: u32, with: &mut [Noted; MAX_KEYS]) {
        let mut which = which;
        for with in with {
            if which == 0 {
                return;
            }
            std::mem::swap(&mut self.registers[which.trailing_zeros() as usize % REGISTERS], with);
            which &= which - 1;
        }
    }

    /// SEQUENCE and SET.
    #[inline(never)]
    fn components(
        &mut self,
        field: Field,
        members: &Members,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        let schema = self.schema;
        let extent = self.contents(header, outer);
        let indefinite = header.length == Length::Indefinite;
        let inside = Inside { field, extent, indefinite, secret: members.secret };
        self.open(field, Span::new(from, extent.end));
        let (mut at, mut seen, mut next) = (header.contents, 0u64, 0);
        while let Some(header) = self.next(&mut at, &inside) {
            let Some(index) = find(schema, members, seen, next, &header) else {
                at = self.unknown(&header, &inside, depth + 1);
                continue;
            };
            let id = members.first + index;
            let slot = schema.slot(id);
            if seen & 1 << index != 0 {
                self.note(DamageKind::RepeatedElement);
            }
            seen |= 1 << index;
            if slot.wrong {
                // It stands for the one in front of it.
                seen |= 1 << index.saturating_sub(1);
            }
            next = index + 1;
            if slot.register == NO_REGISTER {
                at = self.element(id, header.start, &header, extent, depth + 1);
            } else {
                self.last = Noted::NOTHING;
                at = self.element(id, header.start, &header, extent, depth + 1);
                self.registers[usize::from(slot.register) % REGISTERS] = self.last;
            }
        }
        let missing = members.required & !seen;
        if missing != 0 && !self.spent.is_over() {
            for (slot, index) in schema.members(members).iter().zip(0u32..) {
                if missing & 1 << index != 0 {
                    self.missing(slot.field, at);
                }
            }
        }
        self.close(field, from, at);
        at
    }

    #[cold]
    fn missing(&mut self, field: Field, at: usize) {
        let at = Span::new(at, at);
        self.leaf(field, at, Value::Octets);
        self.damage(DamageKind::MissingElement, field, at);
    }

    /// SEQUENCE OF and SET OF.
    #[inline(never)]
    fn elements(
        &mut self,
        field: Field,
        (item, size, secret): (SlotId, Bounds, bool),
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        let extent = self.contents(header, outer);
        let indefinite = header.length == Length::Indefinite;
        let inside = Inside { field, extent, indefinite, secret };
        self.open(field, Span::new(from, extent.end));
        let (mut at, mut count) = (header.contents, 0);
        while let Some(header) = self.next(&mut at, &inside) {
            at = self.fitted(item, &header, &inside, depth + 1);
            count += 1;
        }
        if !(size.admit_size(count) || self.spent.is_over()) {
            self.damage(DamageKind::OutOfBounds, field, Span::new(from, at));
        }
        self.close(field, from, at);
        at
    }

    // Open types.

    #[inline(never)]
    fn open_type(
        &mut self,
        field: Field,
        body: &'w Body,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        let end = match header.length {
            Length::Definite(length) => header.contents.saturating_add(length).min(outer.end),
            Length::Indefinite => outer.end,
        };
        let ty = self.resolve(body, header.start);
        self.open(field, Span::new(from, end));
        let inside = Inside { field, extent: outer, indefinite: false, secret: field.secret };
        let at = match ty {
            Some(ty) => self.fitted(ty, header, &inside, depth + 1),
            None => self.generic(header, outer, depth + 1, field.secret),
        };
        self.close(field, from, at);
        at
    }

    /// The type that an open type has here.
    fn resolve(&mut self, body: &Body, value: usize) -> Option<SlotId> {
        let schema = self.schema;
        let Body::Open { first, count } = *body else { return None };
        let mut keyed = false;
        for selector in &schema.selectors[first as usize..(first + count) as usize] {
            let key = match selector.register {
                NO_REGISTER => Some(Key::Integer(0)).filter(|_| !keyed),
                register => self.registers[usize::from(register) % REGISTERS].key(self.bytes()),
            };
            let Some(key) = key else { continue };
            keyed = true;
            let ty = match schema.is_dynamic(selector.table) {
                true => {
                    let value = self.octets.bytes().get(value..).unwrap_or_default();
                    self.guide.resolve(selector.table, key, value)
                }
                false => schema.lookup(selector.table, key),
            };
            if let Some(ty) = ty {
                return Some(ty.0);
            }
        }
        None
    }

    // Strings.

    /// The type of the encoding that a string holds, if it is known; the encoding begins at `value`.
    fn encoded(&mut self, inner: SlotId, value: usize) -> Option<SlotId> {
        match self.schema.slot(inner).content {
            Content::Body(body) => match self.schema.body(body) {
                open @ Body::Open { .. } => self.resolve(open, value),
                _ => Some(inner),
            },
            Content::Explicit(_) => Some(inner),
        }
    }

    /// A primitive OCTET STRING that holds an encoding. `None` where its type is not known or its octets are
    /// something else: then it is a string like any other.
    fn encoding_in_place(
        &mut self,
        field: Field,
        inner: SlotId,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> Option<usize> {
        let ty = self.encoded(inner, header.contents)?;
        if depth >= MAX_DEPTH {
            return None;
        }
        let first = match header.length {
            Length::Definite(0) | Length::Indefinite => return None,
            Length::Definite(_) => Header::read(self.bytes(), header.contents, outer.end),
        };
        match first {
            Ok(first) if self.schema.fit(self.schema.slot(ty), &first) != Fit::No => {}
            Err(HeaderError::End) if outer.is_cut() => return None,
            _ => {
                self.note(DamageKind::InvalidValue);
                return None;
            }
        }
        let extent = self.contents(header, outer);
        let at = Span::new(from, extent.end);
        self.open(field, at);
        if field.pick != 0 {
            let identifier = self.bytes().get(header.start).copied().unwrap_or_default();
            self.guide.value(field, identifier, self.octets.slice(header.contents, extent.end), at);
        }
        self.encoding(field, ty, header.contents, extent, depth + 1);
        self.close(field, from, extent.end);
        Some(extent.end)
    }

    /// An encoding that fills `extent`.
    fn encoding(&mut self, field: Field, ty: SlotId, start: usize, extent: Extent, depth: u32) {
        let inside = Inside { field, extent, indefinite: false, secret: field.secret };
        let mut at = start;
        if let Some(header) = self.next(&mut at, &inside) {
            at = self.fitted(ty, &header, &inside, depth);
        }
        if at < extent.end {
            self.rest(DamageKind::TrailingOctets, at, &inside);
        }
    }

    /// A string in pieces.
    #[inline(never)]
    fn string(
        &mut self,
        field: Field,
        body: &'w Body,
        from: usize,
        header: &Header,
        outer: Extent,
        depth: u32,
    ) -> usize {
        let extent = self.contents(header, outer);
        let indefinite = header.length == Length::Indefinite;
        let inside = Inside { field, extent, indefinite, secret: field.secret };
        let encoded = match *body {
            Body::OctetString { inner: Some(inner), .. } => self.encoded(inner, header.contents),
            _ => None,
        };
        self.open(field, Span::new(from, extent.end));
        let mut at = header.contents;
        let mut size = 0;
        let room = self.spent.room.saturating_sub(self.spent.joined);
        match encoded {
            Some(ty) if extent.end.saturating_sub(header.contents) <= room => {
                let mut joined = Buffer::new();
                self.pieces(&mut at, &inside, depth, &mut size, Some(&mut joined));
                self.spent.joined += joined.len();
                self.joined(field, ty, joined.octets(), depth + 1);
            }
            _ => self.pieces(&mut at, &inside, depth, &mut size, None),
        }
        let bounds = match *body {
            Body::OctetString { size, .. } | Body::Text { size, width: 1 } => size,
            _ => Bounds::NONE,
        };
        if !(bounds.admit_size(size) || self.spent.is_over()) {
            self.damage(DamageKind::OutOfBounds, field, Span::new(from, at));
        }
        self.close(field, from, at);
        at
    }

    /// The pieces of a string, as nodes or, to be read as an encoding, into `joined`.
    fn pieces(
        &mut self,
        at: &mut usize,
        inside: &Inside,
        depth: u32,
        size: &mut usize,
        mut joined: Option<&mut Buffer>,
    ) {
        while let Some(header) = self.next(at, inside) {
            if !is_string(header.tag) {
                *at = self.unknown(&header, inside, depth + 1);
                continue;
            }
            if header.constructed && depth >= MAX_DEPTH {
                *at = self.too_deep(inside.field, header.start, &header, inside.extent, inside.secret);
                continue;
            }
            if header.constructed {
                let extent = self.contents(&header, inside.extent);
                let indefinite = header.length == Length::Indefinite;
                let nested = Inside { extent, indefinite, ..*inside };
                *at = header.contents;
                self.pieces(at, &nested, depth + 1, size, joined.as_deref_mut());
                continue;
            }
            let extent = self.contents(&header, inside.extent);
            *size = size.saturating_add(extent.end - header.contents);
            match joined.as_deref_mut() {
                None => {
                    *at = self.primitive(
                        inside.field,
                        &Body::Other,
                        header.start,
                        &header,
                        inside.extent,
                        depth,
                    )
                }
                Some(joined) => {
                    let piece = self.octets.slice(header.contents, extent.end);
                    let span = Span::new(header.start, extent.end);
                    joined.append(piece);
                    if inside.field.pick != 0 {
                        let identifier = self.bytes().get(header.start).copied().unwrap_or_default();
                        self.guide.value(inside.field, identifier, piece, span);
                    }
                    if extent.is_cut() && !self.spent.ended {
                        self.spent.ended = true;
                        self.damage(DamageKind::Truncated, inside.field, span);
                    }
                    self.settle(inside.field, span);
                    *at = extent.end;
                }
            }
        }
    }

    /// An encoding that was in pieces: a source of its own.
    fn joined(&mut self, field: Field, ty: SlotId, octets: Octets<'_>, depth: u32) {
        let before = self.sink.source(octets);
        let mut walker = Walker {
            schema: self.schema,
            octets,
            sink: &mut *self.sink,
            guide: &mut *self.guide,
            cut: self.cut,
            pending: 0,
            registers: [Noted::NOTHING; REGISTERS],
            last: Noted::NOTHING,
            spent: Spent { ended: false, ..self.spent },
        };
        let claimed = if self.spent.ended { usize::MAX } else { octets.len() };
        walker.encoding(field, ty, 0, Extent { end: octets.len(), claimed }, depth);
        let ended = self.spent.ended;
        self.spent = Spent { ended, ..walker.spent };
        self.sink.resume(before);
    }
}

const fn bit(kind: DamageKind) -> u16 {
    1 << kind as u16
}

/// The component that an element is: the next that fits, or else one that was passed over or was there before.
#[inline(always)]
fn find(schema: &Schema, members: &Members, seen: u64, next: u32, header: &Header) -> Option<u32> {
    match schema.guesses.guess(members, header.tag) {
        Some(index)
            if index >= next
                && seen & 1 << index == 0
                && schema.fit(schema.slot(members.first + index), header) == Fit::Yes =>
        {
            Some(index)
        }
        _ => find_next(schema, members, seen, next, header),
    }
}

#[inline(never)]
fn find_next(schema: &Schema, members: &Members, seen: u64, next: u32, header: &Header) -> Option<u32> {
    let slots = schema.members(members);
    for (slot, index) in slots.iter().zip(0..).skip(next as usize) {
        if schema.fit(slot, header) == Fit::Yes && seen & 1 << index == 0 {
            return Some(index);
        }
    }
    find_elsewhere(schema, members, seen, next, header)
}

#[cold]
fn find_elsewhere(schema: &Schema, members: &Members, seen: u64, next: u32, header: &Header) -> Option<u32> {
    let slots = schema.members(members);
    // How well it fits, then whether it was absent so far.
    let mut best: Option<(Fit, bool, u32)> = None;
    for index in (next..members.count).chain(0..next) {
        let fit = schema.fit(&slots[index as usize], header);
        let absent = seen & 1 << index == 0;
        match (fit, absent) {
            (Fit::No, _) => {}
            (Fit::Yes, true) => return Some(index),
            _ if best.is_none_or(|(best, was_absent, _)| (fit, absent) > (best, was_absent)) => {
                best = Some((fit, absent, index));
            }
            _ => {}
        }
    }
    best.map(|(_, _, index)| index)
}

fn is_primitive(body: &Body) -> bool {
    !matches!(
        body,
        Body::Sequence(_)
            | Body::Set(_)
            | Body::Of { .. }
            | Body::Choice { .. }
            | Body::Open { .. }
            | Body::Any
    )
}

/// Whether pieces of strings have this tag: OCTET STRING (X.690 8.21.4) or, as X.409 had it, that of the string.
fn is_string(tag: Tag) -> bool {
    const STRINGS: [u32; 15] = [3, 4, 7, 12, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 30];
    STRINGS.into_iter().any(|number| tag == Tag::universal(number))
}
