//! `x400scope messages`: one row a message, probe or report, and their contents in files.

use std::io::{self, Write};

use anyhow::Context as _;

use super::args::{Messages as Arguments, Options};
use super::{Status, common};
use crate::analysis::Message;
use crate::capture::Octets;
use crate::layers::bodies::{self, ContentKind};
use crate::layers::p1::ContentType;
use crate::render::extract::Extractor;
use crate::render::messages::Messages;
use crate::render::time::TimeStyle;

pub(super) fn run(arguments: &Arguments, options: &Options) -> anyhow::Result<Status> {
    let files = &arguments.input.files;
    let capture = common::open(files)?;
    let mut extractor = match &arguments.extract {
        Some(dir) => {
            Some(Extractor::new(dir).with_context(|| format!("cannot write into {}", dir.display()))?)
        }
        None => None,
    };
    let keep_content = extractor.is_some();
    let out = common::begin("messages", files, options)?;
    let each =
        extractor.as_mut().map(|extractor| |message: &Message, json: &str| extract(extractor, message, json));
    let mut view = Messages::new(out, common::settings(options, TimeStyle::Absolute), each);
    let report = common::read(capture, options, keep_content, &mut view)?;
    view.into_inner()?.flush()?;
    Ok(common::status(&report))
}

fn extract(extractor: &mut Extractor, message: &Message, json: &str) -> io::Result<()> {
    if !message.known {
        return Ok(());
    }
    let id = message.apdu.id.to_string();
    if message.content.is_empty() {
        return extractor.write_envelope(&id, json).map(drop);
    }
    let kind = match &message.apdu.content_type {
        Some(ContentType::BuiltIn(number)) => ContentKind::from_number(*number),
        Some(ContentType::Extended(oid)) => ContentKind::from_oid(oid),
        None => ContentKind::Other,
    };
    let parts = bodies::parts(Octets::new(&message.content, &[], 0), kind);
    extractor.write(&id, kind.extension(), &message.content, &parts, json).map(drop)
}
