//! O/R names (X.411) from their RFC 2156 string form.

use super::Kind;
use super::ber::{constructed, integer, string};

/// An O/R address: its attributes in the order they were written.
#[derive(Clone, Debug)]
pub(crate) struct OrAddress(Vec<(String, String)>);

impl OrAddress {
    /// Reads `/G=Alice/S=Sender/O=Example Org/OU1=Unit1/PRMD=PRMDA/ADMD=TESTADMD/C=XX/`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        const KEYS: [&str; 14] =
            ["C", "ADMD", "PRMD", "O", "OU1", "OU2", "OU3", "OU4", "OU5", "S", "G", "I", "CN", "X121"];
        let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let inner = inner.ok_or_else(|| format!("{text:?} is no O/R address: it begins and ends with /"))?;
        let attribute = |part: &str| {
            let (key, value) = part.split_once('=').ok_or_else(|| format!("{part:?} has no ="))?;
            if !KEYS.contains(&key) && !key.starts_with("DD.") {
                return Err(format!("unknown attribute {key:?}"));
            }
            Ok((key.to_owned(), value.to_owned()))
        };
        inner.split('/').map(attribute).collect::<Result<_, _>>().map(OrAddress)
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// ORName `[APPLICATION 0]`. A 1984 name has no extension attributes: a common name becomes the
    /// domain-defined attribute `Common` (X.419 Annex B).
    pub(crate) fn or_name(&self, kind: Kind) -> Vec<u8> {
        let common_name = self.get("CN");
        let mut parts = vec![self.standard_attributes()];
        let mut defined: Vec<_> = self
            .0
            .iter()
            .filter_map(|(key, value)| Some((key.strip_prefix("DD.")?, value.as_str())))
            .collect();
        if let (Kind::X84, Some(name)) = (kind, common_name) {
            defined.push(("Common", name));
        }
        if !defined.is_empty() {
            let pairs: Vec<_> = defined
                .iter()
                .map(|(key, value)| constructed(0x30, &[string(0x13, key), string(0x13, value)]))
                .collect();
            parts.push(constructed(0x30, &pairs));
        }
        if let (Kind::X410 | Kind::Normal, Some(name)) = (kind, common_name) {
            let value = constructed(0xA1, &[string(0x13, name)]);
            parts.push(constructed(0x31, &[constructed(0x30, &[integer(0x80, 1), value])]));
        }
        constructed(0x60, &parts)
    }

    fn standard_attributes(&self) -> Vec<u8> {
        let mut parts = vec![constructed(0x61, &[string(0x13, self.get("C").unwrap_or(""))])];
        parts.push(constructed(0x62, &[string(0x13, self.get("ADMD").unwrap_or(" "))]));
        parts.extend(self.get("X121").map(|number| string(0x80, number)));
        parts.extend(self.get("PRMD").map(|prmd| constructed(0xA2, &[string(0x13, prmd)])));
        parts.extend(self.get("O").map(|organization| string(0x83, organization)));
        let name = [("S", 0x80), ("G", 0x81), ("I", 0x82)];
        let name: Vec<_> = name.iter().filter_map(|(key, tag)| Some(string(*tag, self.get(key)?))).collect();
        if !name.is_empty() {
            parts.push(constructed(0xA5, &name));
        }
        let units = ["OU1", "OU2", "OU3", "OU4", "OU5"];
        let units: Vec<_> = units.iter().filter_map(|key| Some(string(0x13, self.get(key)?))).collect();
        if !units.is_empty() {
            parts.push(constructed(0xA6, &units));
        }
        constructed(0x30, &parts)
    }

    /// GlobalDomainIdentifier `[APPLICATION 3]` of the domain this address belongs to.
    pub(crate) fn global_domain(&self) -> Vec<u8> {
        let mut parts = vec![
            constructed(0x61, &[string(0x13, self.get("C").unwrap_or(""))]),
            constructed(0x62, &[string(0x13, self.get("ADMD").unwrap_or(" "))]),
        ];
        parts.extend(self.get("PRMD").map(|prmd| string(0x13, prmd)));
        constructed(0x63, &parts)
    }
}
