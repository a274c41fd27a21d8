//! What all subcommands share: opening the input, the settings of the views, progress, the exit status.

use std::io::{self, BufWriter, IsTerminal, StdoutLock};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Status;
use super::args::{Format, Options};
use crate::capture::{Capture, Input, OpenError};
use crate::pipeline::{self, Limits, Report, View};
use crate::render::output::json_line;
use crate::render::records::Header;
use crate::render::settings::Settings;
use crate::render::time::{Clock, TimeStyle};

/// Reading that is over sooner shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// The standard output, written in large pieces.
pub(super) type Output = BufWriter<StdoutLock<'static>>;

/// The settings of the views, where `usual` is how the subcommand shows times.
pub(super) fn settings(options: &Options, usual: TimeStyle) -> Settings {
    let colour = match options.color() {
        anstream::ColorChoice::Auto => {
            anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
        }
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

/// Opens the files as one capture.
pub(super) fn open(files: &[PathBuf]) -> Result<Capture, OpenError> {
    let inputs: Vec<Input> = files
        .iter()
        .map(|file| if file.as_os_str() == "-" { Input::Stdin } else { Input::Path(file.clone()) })
        .collect();
    Capture::open(&inputs)
}

/// The standard output, with the first object of JSON output written.
pub(super) fn begin(command: &str, files: &[PathBuf], options: &Options) -> io::Result<Output> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    if options.format == Format::Json {
        let names = files.iter().map(|file| file.display().to_string()).collect();
        json_line(&mut out, &Header::new(command, names))?;
    }
    Ok(out)
}

/// Reads the capture to its end through `view`; `keep_content` for a view that wants the contents of messages.
pub(super) fn read<V: View>(
    capture: Capture,
    options: &Options,
    keep_content: bool,
    view: &mut V,
) -> io::Result<Report> {
    let ports = options.port.clone();
    let limits = Limits {
        unit: usize::from(options.max_unit) << 20,
        together: usize::from(options.max_held) << 20,
        connections: options.max_connections as usize,
    };
    let threads = options.threads.map_or(1, NonZeroUsize::get);
    let pipeline_options =
        pipeline::Options { ports, probe: !options.no_probe, keep_content, limits, threads };
    let mut progress = Progress::new(options.quiet);
    let report = pipeline::run(capture, &pipeline_options, view, |moved| progress.show(moved))?;
    progress.end();
    Ok(report)
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

    fn show(&mut self, progress: crate::capture::Progress) {
        if !self.wanted || (self.bar.is_none() && self.since.elapsed() < PATIENCE) {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(progress.total, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bytes} of {total_bytes} read {wide_bar} {eta}")
            {
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
