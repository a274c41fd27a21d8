//! What all subcommands share: opening the input, the settings of the views, progress, the exit status.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Status;
use super::args::{Format, Options};
use crate::capture::{Capture, Input};
use crate::pipeline::{self, Report, View};
use crate::render::output::json_line;
use crate::render::records::Header;
use crate::render::settings::Settings;
use crate::render::time::{Clock, TimeStyle};

/// Reading that is over sooner shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// The standard output, written in large pieces.
pub(super) fn output() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// The settings of the views, where `usual` is how the subcommand shows times.
pub(super) fn settings(options: &Options, usual: TimeStyle) -> Settings {
    let colour = match options.color() {
        anstream::ColorChoice::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
        choice => choice != anstream::ColorChoice::Never,
    };
    Settings {
        json: options.format == Format::Json,
        clock: Clock { style: options.time_or(usual), offset: options.utc_offset, ..Clock::default() },
        frames: options.frame.clone(),
        associations: options.association.clone(),
        show_secrets: options.show_secrets,
        colour,
    }
}

/// Reads the files to their end through `view`. The header of JSON output is written to `header` before.
pub(super) fn read<V: View>(
    command: &str,
    files: &[PathBuf],
    options: &Options,
    mut view: V,
    header: impl FnOnce(&mut V) -> Option<&mut dyn Write>,
) -> anyhow::Result<(V, Report)> {
    let inputs: Vec<Input> = files
        .iter()
        .map(|file| if file.as_os_str() == "-" { Input::Stdin } else { Input::Path(file.clone()) })
        .collect();
    let capture = Capture::open(&inputs)?;
    if let (Format::Json, Some(mut out)) = (options.format, header(&mut view)) {
        write_header(&mut out, command, inputs.iter().map(Input::name).collect())?;
    }
    let pipeline_options = pipeline::Options { ports: options.port.clone(), probe: !options.no_probe };
    let mut progress = Progress::new(options.quiet);
    let report = pipeline::run(capture, &pipeline_options, &mut view, |capture| progress.show(capture))?;
    progress.end();
    Ok((view, report))
}

/// Writes the first object of JSON output.
pub(super) fn write_header<W: Write>(out: &mut W, command: &str, files: Vec<String>) -> io::Result<()> {
    json_line(out, &Header::new(command, files))
}

/// The exit status of a run that found nothing to fail on.
pub(super) fn status(report: &Report) -> Status {
    if report.damaged { Status::Damaged } else { Status::Done }
}

/// A bar on standard error, for reading that takes long, where a person looks on.
struct Progress {
    since: Instant,
    wanted: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    fn new(quiet: bool) -> Progress {
        Progress { since: Instant::now(), wanted: !quiet && io::stderr().is_terminal(), bar: None }
    }

    fn show(&mut self, capture: &Capture) {
        if !self.wanted || (self.bar.is_none() && self.since.elapsed() < PATIENCE) {
            return;
        }
        let progress = capture.progress();
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(progress.total, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bytes} of {total_bytes} read {wide_bar} {eta}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_position(progress.read);
    }

    fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
