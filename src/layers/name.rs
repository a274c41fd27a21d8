//! Names, selectors and identifiers, as they are remembered.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use super::NAME;

/// How many octets take no storage of their own: names of MTAs are seldom longer, references of sessions never.
const SHORT: usize = 22;

/// What is remembered of a name, a selector or an identifier: its first octets, [`NAME`] at most.
///
/// Every association has a dozen of them, so a short one lies in its place.
#[derive(Clone)]
pub struct Name(Octets);

#[derive(Clone)]
enum Octets {
    Short { length: u8, octets: [u8; SHORT] },
    Long(Box<[u8]>),
}

impl Name {
    /// The name that `octets` are.
    pub fn new(octets: &[u8]) -> Name {
        let octets = &octets[..octets.len().min(NAME)];
        if octets.len() > SHORT {
            return Name(Octets::Long(octets.into()));
        }
        let mut short = [0; SHORT];
        short[..octets.len()].copy_from_slice(octets);
        Name(Octets::Short { length: octets.len() as u8, octets: short })
    }

    /// How much memory it takes besides itself.
    pub fn footprint(&self) -> usize {
        match &self.0 {
            Octets::Short { .. } => 0,
            Octets::Long(octets) => octets.len(),
        }
    }
}

impl Deref for Name {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Octets::Short { length, octets } => &octets[..usize::from(*length)],
            Octets::Long(octets) => octets,
        }
    }
}

impl Default for Name {
    fn default() -> Name {
        Name::new(&[])
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        **self == **other
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_octets_however_many_they_are() {
        let octets: Vec<u8> = (0..2 * NAME).map(|octet| octet as u8).collect();
        for length in [0, 1, SHORT, SHORT + 1, NAME, 2 * NAME] {
            let name = Name::new(&octets[..length]);
            assert_eq!(*name, octets[..length.min(NAME)]);
            assert_eq!(name.footprint() > 0, length > SHORT);
            assert_eq!(name, name.clone());
            assert_ne!(name, Name::new(&[7]));
        }
        assert_eq!(size_of::<Option<Name>>(), 24, "no more than a vector takes without its octets");
    }
}
