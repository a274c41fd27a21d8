//! `x400scope explain`: the manual entries of rules.

use std::io::Write;

use anyhow::bail;

use super::args::{Explain, Format, Options};
use super::{Status, common};
use crate::findings::{Rule, all, find};
use crate::render::manual;

pub(super) fn run(arguments: &Explain, options: &Options) -> anyhow::Result<Status> {
    let mut chosen: Vec<&Rule> = Vec::new();
    for prefix in &arguments.rules {
        let before = chosen.len();
        match find(prefix.as_str()) {
            Some(rule) => chosen.push(rule),
            None => chosen.extend(all().filter(|rule| prefix.matches(rule.id))),
        }
        if chosen.len() == before {
            bail!("there is no rule `{}`; `x400scope explain` lists all rules", prefix.as_str());
        }
    }
    let list = arguments.rules.is_empty();
    if list {
        chosen.extend(all());
    }
    let mut out = common::begin("explain", &[], options)?;
    match options.format {
        Format::Json => chosen.iter().try_for_each(|rule| manual::write_json(&mut out, rule))?,
        Format::Text if list => chosen.iter().try_for_each(|rule| manual::write_line(&mut out, rule))?,
        Format::Text => chosen.iter().try_for_each(|rule| manual::write_entry(&mut out, rule))?,
    }
    out.flush()?;
    Ok(Status::Done)
}
