//! From declarations to schemas: references resolved, tags combined, field definitions made.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::ber::Tag;
use super::guess::Guesses;
use super::notation::{self, Base, Bound, Component, Item, Module, Notes, Row, RowKey, Type, line_of};
use super::oid;
use super::schema::{
    Body, Bounds, Content, Form, Generic, LOCAL_REGISTERS, MAX_KEYS, Members, NO_REGISTER, REGISTERS, Schema,
    SchemaError, Selector, Slot, SlotId, Table, TableId, TypeId, read_oid_names, universal_display,
};
use crate::tree::{self, Charset, Display, Field, FieldDef};

/// Types written inside types; far more than any Recommendation has.
const MAX_DEPTH: u32 = 32;
/// Members that have been seen are kept in the bits of one number.
const MAX_MEMBERS: usize = 64;

/// Reads schema files; see [`Schema::load`].
pub(super) fn compile(files: &[(&'static str, &str)], picks: &[&'static str]) -> Result<Schema, SchemaError> {
    let mut oid_names = FxHashMap::default();
    let mut modules = Vec::new();
    for &(file, text) in files {
        if file.ends_with(".txt") {
            read_oid_names(text, &mut oid_names).map_err(|(line, what, name)| SchemaError::Meaning {
                file,
                line,
                what,
                name,
            })?;
        } else {
            let read = notation::read(text);
            let read = read.map_err(|(line, expected)| SchemaError::Syntax { file, line, expected })?;
            modules.extend(read.into_iter().map(|module| Source { file, text, module }));
        }
    }
    let mut compiler = Compiler::new(&modules, picks);
    compiler.declare()?;
    for index in 0..compiler.types.len() {
        compiler.compile_type(index)?;
    }
    for source in &modules {
        for item in &source.module.items {
            if let Item::Table { name, rows: Some(rows) } = item {
                compiler.compile_rows(source, name, rows)?;
            }
        }
    }
    compiler.finish(oid_names)
}

/// A module and where it stands.
struct Source<'a> {
    file: &'static str,
    text: &'a str,
    module: Module<'a>,
}

impl Source<'_> {
    fn error(&self, at: &str, what: &'static str, name: &str) -> SchemaError {
        SchemaError::Meaning { file: self.file, line: line_of(self.text, at), what, name: name.to_owned() }
    }
}

/// A named type.
#[derive(Clone, Copy)]
struct Declared<'a> {
    source: &'a Source<'a>,
    name: &'a str,
    ty: &'a Type<'a>,
    notes: Notes<'a>,
}

/// A type with its references followed.
struct Flat<'a> {
    /// Tags that stand around the value, outermost first.
    wrappers: Vec<Tag>,
    /// The tag of the value itself; none for an untagged CHOICE or open type.
    core: Option<Tag>,
    /// The type in whose text the base stands, with the module that its names belong to.
    base: &'a Type<'a>,
    source: &'a Source<'a>,
    /// The named type whose base it is, if it stands directly there.
    declared: Option<usize>,
    bounds: Bounds,
    /// Notes of the named types on the way.
    notes: Notes<'a>,
}

/// Where a type is used: what its fields are called.
#[derive(Clone, Copy)]
struct Use<'a> {
    /// The module that gives the prefix.
    source: &'a Source<'a>,
    /// The named type or table around it.
    owner: &'a str,
    name: &'a str,
    notes: Notes<'a>,
}

/// The components of a type that is being compiled, with the registers of those that are keys.
struct Scope<'a> {
    parts: Vec<Part<'a>>,
    /// Name path of the key, and its register.
    keys: Vec<(&'a [&'a str], u8)>,
    /// The first register that is free here.
    free: u8,
}

/// A component, and the module that its names belong to.
#[derive(Clone, Copy)]
struct Part<'a> {
    home: &'a Source<'a>,
    part: &'a Component<'a>,
    /// The layer of the CHOICE that it was taken from.
    layer: Option<tree::Tag>,
}

struct Compiler<'a> {
    modules: &'a [Source<'a>],
    types: Vec<Declared<'a>>,
    by_name: FxHashMap<(&'a str, &'a str), usize>,
    numbers: FxHashMap<(&'a str, &'a str), i64>,
    tables: Vec<Table>,
    table_names: FxHashMap<&'static str, TableId>,
    slots: Vec<Slot>,
    bodies: Vec<Body>,
    selectors: Vec<Selector>,
    scopes: Vec<Scope<'a>>,
    /// The registers of keys inside components, by the type that has them and the component.
    far_keys: FxHashMap<(usize, &'a str), u8>,
    /// How deep types stand in types at the moment.
    depth: u32,
    fields: Vec<Field>,
    /// How the values of types are shown, by where the type is written: the names of values are kept once.
    displays: FxHashMap<*const Type<'a>, Display>,
    picks: FxHashMap<String, (u16, &'static str)>,
    /// Whether a pick names a type as well.
    scoped_picks: bool,
    picked: BTreeSet<u16>,
}

impl<'a> Compiler<'a> {
    fn new(modules: &'a [Source<'a>], picks: &[&'static str]) -> Compiler<'a> {
        let numbered = picks.iter().zip(1..).map(|(&name, number)| (name.replace('-', "_"), (number, name)));
        Compiler {
            modules,
            types: Vec::new(),
            by_name: FxHashMap::default(),
            numbers: FxHashMap::default(),
            tables: Vec::new(),
            table_names: FxHashMap::default(),
            slots: Vec::new(),
            bodies: Vec::new(),
            selectors: Vec::new(),
            scopes: Vec::new(),
            far_keys: FxHashMap::default(),
            depth: 0,
            fields: Vec::new(),
            displays: FxHashMap::default(),
            picks: numbered.collect(),
            scoped_picks: picks.iter().any(|pick| pick.matches('.').count() > 1),
            picked: BTreeSet::new(),
        }
    }

    /// Notes all names, so that the text may use them in any order.
    fn declare(&mut self) -> Result<(), SchemaError> {
        let modules = self.modules;
        for source in modules {
            for item in &source.module.items {
                match item {
                    Item::Number { name, number } => {
                        self.numbers.insert((source.module.name, name), *number);
                    }
                    Item::Type { name, ty, notes } => {
                        let index = self.types.len();
                        if self.by_name.insert((source.module.name, name), index).is_some() {
                            return Err(source.error(name, "defined twice", name));
                        }
                        self.types.push(Declared { source, name, ty, notes: *notes });
                    }
                    Item::Table { name, rows } => {
                        let id = match self.table_names.get(name) {
                            Some(id) => *id,
                            None => {
                                let id = TableId(self.tables.len() as u32);
                                self.table_names.insert(leak(name), id);
                                self.tables.push(Table { dynamic: rows.is_none(), ..Table::default() });
                                id
                            }
                        };
                        if self.tables[id.0 as usize].dynamic != rows.is_none() {
                            return Err(source.error(name, "dynamic in one place and not in another", name));
                        }
                    }
                }
            }
        }
        // The slot and the body of the named type i are slot i and body i.
        let any = FieldDef::new("ber.element", "ANY", Display::Structure);
        let field: Field = Box::leak(Box::new(any));
        let slot = |index: usize| Slot {
            field,
            tag: Tag::NONE,
            form: Form::Either,
            content: Content::Body(index as u32),
            register: NO_REGISTER,
            wrong: false,
        };
        self.slots = (0..self.types.len()).map(slot).collect();
        self.bodies = vec![Body::Any; self.types.len()];
        Ok(())
    }

    fn compile_type(&mut self, index: usize) -> Result<(), SchemaError> {
        let Declared { source, name, ty, notes } = self.types[index];
        let usage = Use { source, owner: name, name, notes };
        self.slots[index] = self.slot(usage, source, ty, Some(index))?;
        Ok(())
    }

    fn compile_rows(
        &mut self,
        source: &'a Source<'a>,
        name: &'a str,
        rows: &'a [Row<'a>],
    ) -> Result<(), SchemaError> {
        let table = self.table_names[name].0 as usize;
        for row in rows {
            let label = match (row.notes.label, &row.ty.base) {
                (Some(label), _) => label,
                (None, Base::Reference { name, .. }) => name,
                (None, _) => {
                    return Err(source.error(row.ty.at, "a row needs a label or the name of a type", name));
                }
            };
            let usage = Use { source, owner: name, name: label, notes: row.notes };
            let slot = self.slot(usage, source, &row.ty, None)?;
            let id = self.push_slot(slot);
            let table = &mut self.tables[table];
            let twice = match row.key {
                RowKey::Integer(number) => table.integers.insert(number, id).is_some(),
                RowKey::Oid { dotted, below } => {
                    let octets = oid::encode(dotted);
                    let octets =
                        octets.ok_or_else(|| source.error(dotted, "not an object identifier", dotted))?;
                    if below {
                        table.below.push((octets, id));
                        false
                    } else {
                        table.oids.insert(octets, id).is_some()
                    }
                }
            };
            if twice {
                return Err(source.error(row.ty.at, "a key twice in the table", name));
            }
        }
        Ok(())
    }

    fn finish(mut self, oid_names: FxHashMap<Vec<u8>, &'static str>) -> Result<Schema, SchemaError> {
        // The order is of no consequence: every key goes to a slot of its own.
        let mut far_keys: Vec<_> = std::mem::take(&mut self.far_keys).into_iter().collect();
        far_keys.sort_unstable();
        for ((ty, name), register) in far_keys {
            self.note_far_key(ty, name, register)?;
        }
        self.spread_secrecy();
        for slot in &mut self.slots {
            slot.form = match slot.content {
                Content::Explicit(_) => Form::Constructed,
                Content::Body(body) => self.bodies[body as usize].form(),
            };
        }
        for ty in 0..self.types.len() {
            self.check_choices(ty)?;
        }
        let guesses = Guesses::make(&self.slots, &mut self.bodies);
        let unpicked = self.picks.values().filter(|(number, _)| !self.picked.contains(number)).min();
        if let Some((_, name)) = unpicked {
            return Err(SchemaError::Pick(name));
        }
        let mut generic_slot = |secret: bool| {
            let any = FieldDef { secret, ..FieldDef::new("ber.element", "ANY", Display::Octets) };
            self.bodies.push(Body::Any);
            let content = Content::Body(self.bodies.len() as u32 - 1);
            let field = Box::leak(Box::new(any));
            self.slots.push(Slot {
                field,
                tag: Tag::NONE,
                form: Form::Either,
                content,
                register: NO_REGISTER,
                wrong: false,
            });
            TypeId(self.slots.len() as u32 - 1)
        };
        let (any, any_secret) = (generic_slot(false), generic_slot(true));
        let named = self.types.iter().zip(0..);
        let type_names = named.map(|(ty, id)| (format!("{}.{}", ty.source.module.name, ty.name), TypeId(id)));
        Ok(Schema {
            type_names: type_names.collect(),
            slots: self.slots,
            bodies: self.bodies,
            guesses,
            selectors: self.selectors,
            tables: self.tables,
            table_names: self.table_names,
            oid_names,
            generic: Generic::new(any, any_secret),
            fields: self.fields,
        })
    }

    /// Follows references and combines tags.
    fn flatten(&self, source: &'a Source<'a>, ty: &'a Type<'a>) -> Result<Flat<'a>, SchemaError> {
        let (mut at, mut base, mut declared) = (source, ty, None);
        let (mut tags, mut bounds, mut notes) = (Vec::new(), Bounds::NONE, Notes::default());
        let mut followed = 0;
        loop {
            tags.extend(base.tags.iter().map(|&(tag, mode)| (tag, mode.unwrap_or(at.module.explicit))));
            if bounds == Bounds::NONE {
                bounds = self.bounds(at, base)?;
            }
            let Base::Reference { .. } = base.base else { break };
            let index = self.resolve(at, base)?;
            let found = self.types[index];
            (at, base, declared) = (found.source, found.ty, Some(index));
            notes = Notes {
                layer: notes.layer.or(found.notes.layer),
                label: None,
                show: notes.show.or(found.notes.show),
                secret: notes.secret || found.notes.secret,
                summary: notes.summary || found.notes.summary,
                wrong: false,
            };
            followed += 1;
            if followed > self.types.len() {
                return Err(source.error(ty.at, "a type that is defined by itself", found.name));
            }
        }
        let (mut wrappers, mut core) = (Vec::new(), universal_tag(&base.base));
        for (tag, explicit) in tags.into_iter().rev() {
            if explicit || core.is_none() && wrappers.is_empty() {
                wrappers.insert(0, tag);
            } else if let Some(outermost) = wrappers.first_mut() {
                *outermost = tag;
            } else {
                core = Some(tag);
            }
        }
        Ok(Flat { wrappers, core, base, source: at, declared, bounds, notes })
    }

    fn resolve(&self, source: &Source<'a>, ty: &Type<'a>) -> Result<usize, SchemaError> {
        let Base::Reference { module, name } = ty.base else {
            return Err(source.error(ty.at, "not the name of a type", ""));
        };
        let key = (module.unwrap_or(source.module.name), name);
        self.by_name.get(&key).copied().ok_or_else(|| source.error(ty.at, "a type that is not defined", name))
    }

    fn bounds(&self, source: &Source<'a>, ty: &Type<'a>) -> Result<Bounds, SchemaError> {
        let Some((low, high)) = ty.bounds else { return Ok(Bounds::NONE) };
        let number = |bound| match bound {
            Bound::Number(number) => Ok(number),
            Bound::Max => Ok(i64::MAX),
            Bound::Name(name) => {
                let number = self.numbers.get(&(source.module.name, name)).copied();
                number.ok_or_else(|| source.error(name, "a number that is not defined", name))
            }
        };
        Ok(Bounds { low: number(low)?, high: number(high)? })
    }

    fn push_slot(&mut self, slot: Slot) -> SlotId {
        self.slots.push(slot);
        self.slots.len() as SlotId - 1
    }

    /// The slot of a type in this use; `own` is the number of the named type that is being compiled, if it is one.
    fn slot(
        &mut self,
        usage: Use<'a>,
        source: &'a Source<'a>,
        ty: &'a Type<'a>,
        own: Option<usize>,
    ) -> Result<Slot, SchemaError> {
        let flat = self.flatten(source, ty)?;
        let is_choice = matches!(flat.base.base, Base::Choice(_));
        let untagged_choice = is_choice && flat.wrappers.is_empty();
        let stated = usage.notes;
        let notes = Notes {
            // The alternatives of a CHOICE that is a layer begin it, not what is around them.
            layer: stated.layer.or(flat.notes.layer.filter(|_| !is_choice)),
            label: stated.label,
            show: stated.show.or(flat.notes.show),
            secret: stated.secret || flat.notes.secret,
            summary: stated.summary || flat.notes.summary,
            wrong: stated.wrong,
        };
        let usage = Use { notes, ..usage };
        let field = self.field(usage, &flat, untagged_choice)?;
        let anew = depends_on_use(&flat.base.base) || untagged_choice && stated.layer.is_some();
        let body = match flat.declared {
            Some(index) if !anew && self.own_bounds(index)? == flat.bounds => index as u32,
            _ => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(source.error(ty.at, "a CHOICE without names inside itself", usage.name));
                }
                let layer = notes.layer.filter(|_| untagged_choice);
                let inside = Use { notes: Notes { layer, ..notes }, ..usage };
                let body = self.body(inside, flat.source, flat.base, flat.bounds)?;
                self.depth -= 1;
                match own.filter(|_| flat.declared.is_none()) {
                    Some(index) => {
                        self.bodies[index] = body;
                        index as u32
                    }
                    None => {
                        self.bodies.push(body);
                        self.bodies.len() as u32 - 1
                    }
                }
            }
        };
        let mut slot = Slot {
            field,
            tag: flat.core.unwrap_or(Tag::NONE),
            form: Form::Either,
            content: Content::Body(body),
            register: NO_REGISTER,
            wrong: notes.wrong,
        };
        for &tag in flat.wrappers.iter().rev() {
            let inner = self.push_slot(slot);
            slot = Slot { tag, content: Content::Explicit(inner), ..slot };
        }
        Ok(slot)
    }

    fn own_bounds(&self, index: usize) -> Result<Bounds, SchemaError> {
        let Declared { source, ty, .. } = self.types[index];
        self.bounds(source, ty)
    }

    /// Makes the definition of a field. An untagged CHOICE has no node: its alternatives stand for it, so nobody can
    /// pick it.
    fn field(
        &mut self,
        usage: Use<'a>,
        flat: &Flat<'a>,
        untagged_choice: bool,
    ) -> Result<Field, SchemaError> {
        let Use { source, owner, name, notes } = usage;
        let prefix = source.module.prefix;
        let usual =
            *self.displays.entry(std::ptr::from_ref(flat.base)).or_insert_with(|| display(&flat.base.base));
        let display = match (notes.show, usual) {
            (None, display) => display,
            (Some("selector"), Display::Octets) => Display::Selector,
            (Some("text"), Display::Octets) => Display::Text(Charset::Iso2022),
            (Some("hex"), Display::Number) => Display::Hex(1),
            (Some(show), _) => {
                return Err(source.error(show, "a way to show that does not suit the type", show));
            }
        };
        let holds_value = !matches!(
            flat.base.base,
            Base::Sequence(_) | Base::Set(_) | Base::SequenceOf(_) | Base::SetOf(_) | Base::Choice(_)
        );
        if notes.secret && !(holds_value || depends_on_use(&flat.base.base)) {
            return Err(source.error(flat.base.at, "a secret that is no value but consists of some", name));
        }
        let path = String::leak(format!("{prefix}.{}", underscored(name)));
        let label = match notes.label {
            Some(label) => leak(label),
            // Mostly the two differ in nothing.
            None => path.get(prefix.len() + 1..).filter(|end| *end == name).unwrap_or_else(|| leak(name)),
        };
        let pick = if untagged_choice { 0 } else { self.pick(prefix, owner, name, path) };
        let field: Field = Box::leak(Box::new(FieldDef {
            name: path,
            label,
            display,
            layer: notes.layer,
            secret: notes.secret,
            summary: notes.summary,
            pick,
        }));
        self.fields.push(field);
        Ok(field)
    }

    /// The number of the pick of a field; the pick that names its type as well comes first.
    fn pick(&mut self, prefix: &str, owner: &str, name: &str, path: &str) -> u16 {
        let mut scoped = None;
        if self.scoped_picks {
            let path = format!("{prefix}.{}.{}", underscored(owner), underscored(name));
            scoped = self.picks.get(&path).map(|(number, _)| *number);
        }
        let plain = self.picks.get(path).map(|(number, _)| *number);
        self.picked.extend(scoped.into_iter().chain(plain));
        scoped.or(plain).unwrap_or(0)
    }

    fn body(
        &mut self,
        usage: Use<'a>,
        source: &'a Source<'a>,
        ty: &'a Type<'a>,
        bounds: Bounds,
    ) -> Result<Body, SchemaError> {
        Ok(match &ty.base {
            Base::Boolean => Body::Boolean,
            Base::Integer(_) | Base::Enumerated(_) => Body::Integer(bounds),
            Base::BitString(_) => Body::BitString(bounds),
            Base::OctetString(inner) => {
                let inner = match inner {
                    Some(inner) if matches!(inner.base, Base::Reference { .. }) && inner.tags.is_empty() => {
                        Some(self.resolve(source, inner)? as SlotId)
                    }
                    Some(inner) => {
                        let notes = Notes { secret: usage.notes.secret, ..Notes::default() };
                        let slot = self.slot(Use { notes, ..usage }, source, inner, None)?;
                        Some(self.push_slot(slot))
                    }
                    None => None,
                };
                Body::OctetString { size: bounds, inner }
            }
            Base::Null => Body::Null,
            Base::ObjectIdentifier => Body::Oid,
            Base::Real => Body::Other,
            Base::Text(23) => Body::UtcTime,
            Base::Text(24) => Body::GeneralizedTime,
            Base::Text(28) => Body::Text { size: bounds, width: 4 },
            Base::Text(30) => Body::Text { size: bounds, width: 2 },
            Base::Text(_) => Body::Text { size: bounds, width: 1 },
            Base::Sequence(parts) => Body::Sequence(self.members(usage, source, parts, false)?),
            Base::Set(parts) => Body::Set(self.members(usage, source, parts, false)?),
            Base::Choice(parts) => {
                let named = parts.iter().all(|part| part.name.is_some() || part.spread);
                Body::Choice { members: self.members(usage, source, parts, true)?, named }
            }
            Base::SequenceOf(item) => self.elements(usage, source, item, bounds, Tag::universal(16))?,
            Base::SetOf(item) => self.elements(usage, source, item, bounds, Tag::universal(17))?,
            Base::Any => Body::Any,
            Base::Open(by) => {
                let first = self.selectors.len() as u32;
                for selector in by {
                    let table = self.table_names.get(selector.table).copied();
                    let table = table.ok_or_else(|| {
                        source.error(selector.table, "a table that is not defined", selector.table)
                    })?;
                    let register = self.register(source, &selector.key)?;
                    self.selectors.push(Selector { register, table });
                }
                Body::Open { first, count: by.len() as u32 }
            }
            Base::Reference { name, .. } => return Err(source.error(ty.at, "a reference too many", name)),
        })
    }

    fn elements(
        &mut self,
        usage: Use<'a>,
        source: &'a Source<'a>,
        item: &'a Component<'a>,
        size: Bounds,
        tag: Tag,
    ) -> Result<Body, SchemaError> {
        let mut notes = item.notes;
        let name = match (item.name, &item.ty.base) {
            (Some(name), _) => name,
            (None, Base::Reference { name, .. }) => {
                notes.label = notes.label.or(self.types[self.resolve(source, &item.ty)?].notes.label);
                name
            }
            (None, _) => "item",
        };
        let slot = self.slot(Use { name, notes, ..usage }, source, &item.ty, None)?;
        let item = self.push_slot(slot);
        Ok(Body::Of { item, size, tag, secret: false })
    }

    /// The components or alternatives, side by side in `slots`.
    fn members(
        &mut self,
        usage: Use<'a>,
        source: &'a Source<'a>,
        parts: &'a [Component<'a>],
        choice: bool,
    ) -> Result<Members, SchemaError> {
        let mut flat = Vec::new();
        self.spread(source, parts, usage.notes.layer.filter(|_| choice), &mut flat)?;
        if flat.len() > MAX_MEMBERS {
            return Err(source.error(parts[0].ty.at, "more components than can be kept apart", usage.name));
        }
        let free = self.scopes.last().map_or(0, |scope| scope.free);
        self.scopes.push(Scope { parts: flat.clone(), keys: Vec::new(), free });
        let (mut slots, mut required) = (Vec::with_capacity(flat.len()), 0u64);
        for &Part { home, part, layer } in &flat {
            let around = usage.notes;
            let (name, notes) = match part.name {
                // What a CHOICE begins, its alternatives do.
                Some(name) if choice => (name, Notes { layer: part.notes.layer.or(layer), ..part.notes }),
                Some(name) => (name, part.notes),
                None if choice => {
                    let notes = Notes {
                        layer: part.notes.layer.or(layer),
                        label: part.notes.label.or(around.label),
                        show: part.notes.show.or(around.show),
                        secret: part.notes.secret || around.secret,
                        summary: part.notes.summary || around.summary,
                        wrong: part.notes.wrong,
                    };
                    (usage.name, notes)
                }
                None => return Err(home.error(part.ty.at, "a component without a name in", usage.name)),
            };
            // Components of other types keep the prefix of their module.
            let usage = Use {
                name,
                notes,
                source: if std::ptr::eq(home, source) { usage.source } else { home },
                ..usage
            };
            let slot = self.slot(usage, home, &part.ty, None)?;
            required |= u64::from(!part.optional && !part.notes.wrong) << slots.len();
            if slot.wrong && slots.is_empty() {
                return Err(home.error(part.ty.at, "@wrong without a component in front in", usage.name));
            }
            slots.push(slot);
        }
        let mut registers = 0u32;
        for (path, register) in self.scopes.pop().into_iter().flat_map(|scope| scope.keys) {
            registers |= 1 << register;
            if let [only] = path {
                let keys = slots.iter_mut().zip(&flat).filter(|(_, flat)| flat.part.name == Some(only));
                keys.for_each(|(slot, _)| slot.register = register);
            }
        }
        if registers.count_ones() as usize > MAX_KEYS {
            return Err(source.error(parts[0].ty.at, "too many keys", usage.name));
        }
        let (first, count) = (self.slots.len() as SlotId, slots.len() as u32);
        self.slots.extend(slots);
        Ok(Members { first, count, required, guesses: 0, registers, secret: false })
    }

    /// Marks the types in which a secret can be, however deep inside.
    fn spread_secrecy(&mut self) {
        let mut hiding = vec![false; self.bodies.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for index in 0..self.bodies.len() {
                if !hiding[index] && self.hides(&self.bodies[index], &hiding) {
                    hiding[index] = true;
                    changed = true;
                }
            }
        }
        for (body, hides) in self.bodies.iter_mut().zip(hiding) {
            if let Body::Sequence(Members { secret, .. })
            | Body::Set(Members { secret, .. })
            | Body::Choice { members: Members { secret, .. }, .. }
            | Body::Of { secret, .. } = body
            {
                *secret = hides;
            }
        }
    }

    /// Whether a secret can be inside, where it is known of other bodies so far.
    fn hides(&self, body: &Body, hiding: &[bool]) -> bool {
        let secret = |id: SlotId| {
            let mut slot = &self.slots[id as usize];
            while let Content::Explicit(inner) = slot.content {
                slot = &self.slots[inner as usize];
            }
            slot.field.secret || matches!(slot.content, Content::Body(body) if hiding[body as usize])
        };
        match *body {
            Body::Sequence(members) | Body::Set(members) | Body::Choice { members, .. } => {
                (members.first..members.first + members.count).any(secret)
            }
            Body::Of { item, .. } | Body::OctetString { inner: Some(item), .. } => secret(item),
            Body::Open { first, count } => {
                let selectors = &self.selectors[first as usize..(first + count) as usize];
                selectors.iter().any(|selector| {
                    let table = &self.tables[selector.table.0 as usize];
                    table.rows().any(secret)
                })
            }
            _ => false,
        }
    }

    /// Puts the components of other types in place of COMPONENTS OF.
    fn spread(
        &self,
        source: &'a Source<'a>,
        parts: &'a [Component<'a>],
        layer: Option<tree::Tag>,
        into: &mut Vec<Part<'a>>,
    ) -> Result<(), SchemaError> {
        for part in parts {
            if !part.spread {
                into.push(Part { home: source, part, layer });
                continue;
            }
            let flat = self.flatten(source, &part.ty)?;
            match &flat.base.base {
                Base::Sequence(parts) | Base::Set(parts) | Base::Choice(parts)
                    if into.len() <= MAX_MEMBERS =>
                {
                    self.spread(flat.source, parts, layer.or(flat.notes.layer), into)?;
                }
                _ => return Err(source.error(part.ty.at, "COMPONENTS OF a type that has none", "")),
            }
        }
        Ok(())
    }

    /// The register of a key: a component of the innermost type around that has it, or a component of one.
    fn register(&mut self, source: &Source<'a>, key: &'a [&'a str]) -> Result<u8, SchemaError> {
        let Some((&first, inside)) = key.split_first() else { return Ok(NO_REGISTER) };
        let has = |scope: &Scope<'a>| scope.parts.iter().any(|flat| flat.part.name == Some(first));
        let index = self.scopes.iter().rposition(has);
        let index = index.ok_or_else(|| source.error(first, "a key that is no component", first))?;
        let scope = &self.scopes[index];
        if let Some((_, register)) = scope.keys.iter().find(|(path, _)| *path == key) {
            return Ok(*register);
        }
        let register = match *inside {
            [] => {
                let register = scope.free;
                if register >= LOCAL_REGISTERS {
                    return Err(source.error(first, "too many keys", first));
                }
                self.scopes.iter_mut().for_each(|scope| scope.free = scope.free.max(register + 1));
                register
            }
            [last] => {
                let flat = scope.parts.iter().find(|flat| flat.part.name == Some(first));
                let ty = match flat {
                    Some(Part { home, part, .. }) => self.flatten(home, &part.ty)?.declared,
                    None => None,
                };
                let ty = ty.ok_or_else(|| source.error(first, "a key in a type without a name", last))?;
                let next = usize::from(LOCAL_REGISTERS) + self.far_keys.len();
                if next >= REGISTERS {
                    return Err(source.error(first, "too many keys inside components", last));
                }
                *self.far_keys.entry((ty, last)).or_insert(next as u8)
            }
            _ => return Err(source.error(first, "a key too deep inside", first)),
        };
        self.scopes[index].keys.push((key, register));
        Ok(register)
    }

    fn note_far_key(&mut self, ty: usize, name: &'a str, register: u8) -> Result<(), SchemaError> {
        let declared = self.types[ty];
        let end = format!(".{}", underscored(name));
        if let Body::Sequence(members) | Body::Set(members) = self.bodies[ty] {
            let range = members.first as usize..(members.first + members.count) as usize;
            for slot in &mut self.slots[range] {
                if slot.field.name.ends_with(&end) {
                    slot.register = register;
                    return Ok(());
                }
            }
        }
        Err(declared.source.error(declared.ty.at, "a key that is no component", name))
    }

    /// An untagged CHOICE must not lead back to itself: no octet would be read on the way.
    fn check_choices(&self, ty: usize) -> Result<(), SchemaError> {
        let mut waiting = vec![ty as SlotId];
        let mut steps = 0;
        while let Some(id) = waiting.pop() {
            let slot = &self.slots[id as usize];
            steps += 1;
            if steps > self.slots.len() {
                let Declared { source, ty, name, .. } = self.types[ty];
                return Err(source.error(ty.at, "a CHOICE that is its own alternative", name));
            }
            if slot.tag == Tag::NONE
                && let Content::Body(body) = slot.content
                && let Body::Choice { members, .. } = self.bodies[body as usize]
            {
                waiting.extend(members.first..members.first + members.count);
            }
        }
        Ok(())
    }
}

/// Whether the alternatives have no names of their own, so that they are called as the use is.
fn depends_on_use(base: &Base<'_>) -> bool {
    matches!(base, Base::Choice(parts) if parts.iter().any(|part| part.name.is_none() && !part.spread))
}

/// The tag of a type before any other is put on it; none for CHOICE and open types.
fn universal_tag(base: &Base<'_>) -> Option<Tag> {
    let number = match base {
        Base::Boolean => 1,
        Base::Integer(_) => 2,
        Base::BitString(_) => 3,
        Base::OctetString(_) => 4,
        Base::Null => 5,
        Base::ObjectIdentifier => 6,
        Base::Real => 9,
        Base::Enumerated(_) => 10,
        Base::Text(number) => *number,
        Base::Sequence(_) | Base::SequenceOf(_) => 16,
        Base::Set(_) | Base::SetOf(_) => 17,
        Base::Choice(_) | Base::Any | Base::Open(_) | Base::Reference { .. } => return None,
    };
    Some(Tag::universal(number))
}

/// How values of a type are shown.
fn display(base: &Base<'_>) -> Display {
    match base {
        Base::Integer(names) if names.is_empty() => Display::Number,
        Base::Integer(names) | Base::Enumerated(names) => {
            let names: Vec<_> = names.iter().map(|&(name, number)| (number, leak(name))).collect();
            Display::Named(names.leak())
        }
        Base::BitString(names) => {
            let bits: Vec<_> = names.iter().map(|&(name, bit)| (bit as u32, leak(name))).collect();
            Display::BitString(bits.leak())
        }
        Base::Text(number) => universal_display(*number),
        Base::Boolean => Display::Boolean,
        Base::ObjectIdentifier => Display::Oid,
        // An open type that stands where a string does is shown as octets; else what is inside is.
        Base::OctetString(_) | Base::Real | Base::Any | Base::Open(_) => Display::Octets,
        _ => Display::Structure,
    }
}

fn underscored(name: &str) -> String {
    name.replace('-', "_")
}

fn leak(text: &str) -> &'static str {
    String::leak(text.to_owned())
}
