//! The command line: what can be typed. Arguments are read and checked here, and nothing is done about them.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::error::ErrorKind;
use clap::{Args, ColorChoice, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::render::ranges::Ranges;
use crate::render::time::{TimeStyle, UtcOffset};

const LONG_ABOUT: &str = "\
Reads captures of X.400 mail over RFC 1006 (pcap or pcapng, compressed or not), and says what happened, why, and \
what to change.

Without a subcommand x400scope prints an overview of the capture. A file that is called like a subcommand is given \
as ./summary.";

const USAGE: &str = "x400scope [OPTIONS] <FILE>...\n       x400scope <COMMAND> [OPTIONS] <FILE>...";

const EXAMPLES: &str = "\
Examples:
  x400scope mta.pcapng                          what is in this capture, and what to do next
  x400scope findings --explain mta.pcapng       what is wrong, why it matters, and the remedy
  x400scope tree --frame 12,40-60 mta.pcapng    these frames, field by field
  x400scope summary --association 3 mta.pcapng  the course of one association, a line per PDU
  x400scope associations --format json *.pcap   several files as one capture, for a program
  ssh mta cat day.pcap | x400scope findings --fail-on error -

Exit status:
  0  the input was read and reported on, whatever was found
  1  with --fail-on: something of that severity or a higher one was found
  2  the work could not be done: wrong usage, no such file, not a capture
  3  the capture is damaged or cut short; all that can be read was reported";

/// What was asked for.
#[derive(Debug)]
pub struct Invocation {
    /// What to do.
    pub command: Command,
    /// How.
    pub options: Options,
}

impl Invocation {
    /// Reads the arguments, the first of which is the program's name. The error holds the text to be printed and
    /// the exit status (2, or 0 for `--help` and `--version`).
    pub fn parse<I, T>(arguments: I) -> Result<Invocation, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let Arguments { command, files, options } = Arguments::try_parse_from(arguments)?;
        match command {
            None => Ok(Invocation { command: Command::Overview(Input { files }), options }),
            Some(command) if files.is_empty() => Ok(Invocation { command, options }),
            Some(_) => Err(definition().error(
                ErrorKind::ArgumentConflict,
                "a subcommand stands in front of all files; a file that is called like a subcommand is given as ./NAME",
            )),
        }
    }
}

/// The definition of the command line, for manual pages and completions.
pub fn definition() -> clap::Command {
    Arguments::command()
}

/// Finds out what went wrong between two mail systems that talk X.400 over RFC 1006
#[derive(Debug, Parser)]
#[command(
    name = "x400scope",
    version,
    override_usage = USAGE,
    long_about = LONG_ABOUT,
    after_long_help = EXAMPLES,
    arg_required_else_help = true,
    args_override_self = true,
    disable_help_subcommand = true,
    max_term_width = 110,
    subcommand_negates_reqs = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// Captures for the overview; `-` is the standard input. Several files are one capture, merged by time
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    options: Options,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what is in a capture: associations, findings by severity, and what to do next (the default)
    Overview(Input),
    /// Print one line per PDU
    Summary(Input),
    /// Print frames field by field, as Network Monitor did
    Tree(Tree),
    /// Print one row per association
    Associations(Input),
    /// Print one row per message, probe and report
    Messages(Messages),
    /// Print one line per finding
    Findings(Findings),
    /// Print the manual entry of rules, or the list of all rules
    Explain(Explain),
    /// Print completions for a shell, or manual pages
    #[command(hide = true, subcommand)]
    Gen(Gen),
}

/// Where the frames come from.
#[derive(Debug, Args)]
pub struct Input {
    /// Captures; `-` is the standard input. Several files are one capture, merged by time
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
}

/// The arguments of `tree`.
#[derive(Debug, Args)]
pub struct Tree {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub input: Input,

    /// Print the fields of the layers up to TCP too, which are one line each otherwise
    #[arg(long, value_name = "LAYERS")]
    pub expand: Option<Expand>,

    /// Print the octets of each frame behind its fields, those of findings in brackets
    #[arg(long)]
    pub hex: bool,
}

/// Which layers of the frame view are opened besides those from RFC 1006 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Expand {
    /// All layers, from the frame itself on
    All,
}

/// The arguments of `messages`.
#[derive(Debug, Args)]
pub struct Messages {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub input: Input,

    /// Write contents, body parts and envelopes into files in this folder; nothing is written over
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub extract: Option<PathBuf>,
}

/// The arguments of `findings`.
#[derive(Debug, Args)]
pub struct Findings {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub input: Input,

    /// Print why each finding matters, and the remedy, below it
    #[arg(long)]
    pub explain: bool,

    /// End with exit status 1 if there is a finding of this severity or a higher one
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,

    /// Report only these rules: names, or what they begin with, such as `tpkt`
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub select: Vec<RulePrefix>,

    /// Do not report these rules: names, or what they begin with
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub ignore: Vec<RulePrefix>,
}

/// The lowest severity that makes the command fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// Any finding
    Note,
}

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Names of rules, or what they begin with; none for the list of all rules
    #[arg(value_name = "RULE")]
    pub rules: Vec<RulePrefix>,
}

/// What packagers need.
#[derive(Debug, Subcommand)]
pub enum Gen {
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print a manual page
    Man {
        /// The subcommand that the page is about; none for the page about x400scope
        #[arg(value_name = "SUBCOMMAND", value_parser = subcommand_name)]
        subcommand: Option<String>,
    },
}

/// Options that all subcommands have.
#[derive(Debug, Args)]
pub struct Options {
    /// Print text for people, or JSON Lines for programs
    #[arg(long, global = true, default_value = "text")]
    pub format: Format,

    /// Use colour; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,

    /// Report on these frames only: 12,40-60,100-
    #[arg(long, global = true, value_name = "LIST")]
    pub frame: Option<Ranges>,

    /// Report on these associations only: 3,5
    #[arg(long, global = true, value_name = "LIST")]
    pub association: Option<Ranges>,

    /// Print times of day, seconds since the first frame (the default of `summary`), or seconds since 1970
    #[arg(long, global = true, value_name = "STYLE")]
    time: Option<Time>,

    /// Print times of day at this offset from UTC: +02:00, -0700, Z
    #[arg(long, global = true, value_name = "OFFSET", default_value = "Z", allow_hyphen_values = true)]
    pub utc_offset: UtcOffset,

    /// Ports on which RFC 1006 is spoken
    #[arg(
        long,
        global = true,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "102",
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub port: Vec<u16>,

    /// Do not look for RFC 1006 on other ports
    #[arg(long, global = true)]
    pub no_probe: bool,

    /// Print passwords, which are ******** otherwise
    #[arg(long, global = true)]
    pub show_secrets: bool,

    /// Use at most this many threads; the output is the same for any number
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<NonZeroUsize>,

    /// Hold so many MiB of one message or of any other unit that comes in pieces
    #[arg(long, global = true, value_name = "MIB", default_value = "4", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub max_unit: u16,

    /// Hold so many MiB of all connections together, and half as many of transfers that may be resumed
    #[arg(long, global = true, value_name = "MIB", default_value = "48", value_parser = clap::value_parser!(u16).range(8..))]
    pub max_held: u16,

    /// Follow so many connections at a time
    #[arg(long, global = true, value_name = "N", default_value = "8192", value_parser = clap::value_parser!(u32).range(16..=1_000_000))]
    pub max_connections: u32,

    /// Show no progress on standard error
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

impl Options {
    /// How times are to be shown, where the subcommand has a style of its own.
    pub fn time_or(&self, usual: TimeStyle) -> TimeStyle {
        match self.time {
            None => usual,
            Some(Time::Absolute) => TimeStyle::Absolute,
            Some(Time::Relative) => TimeStyle::Relative,
            Some(Time::Epoch) => TimeStyle::Epoch,
        }
    }

    /// When to use colour, for the streams that know whether they are terminals.
    pub fn color(&self) -> anstream::ColorChoice {
        match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
    }
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[value(help = None)]
    Text,
    /// For programs: one object a line.
    #[value(help = None)]
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Time {
    Absolute,
    Relative,
    Epoch,
}

/// The name of a rule, or the words that it begins with: `tpkt`, `tpkt-reserved`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulePrefix(String);

impl RulePrefix {
    /// Whether the rule of this name is meant.
    pub fn matches(&self, rule: &str) -> bool {
        // `rts` does not mean `rtse-…`.
        rule.strip_prefix(self.0.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// The words themselves.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RulePrefix {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<RulePrefix, &'static str> {
        let name = text.strip_suffix('-').unwrap_or(text);
        let word =
            |word: &str| !word.is_empty() && word.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9'));
        match name.split('-').all(word) {
            true => Ok(RulePrefix(name.to_owned())),
            false => {
                Err("the name of a rule has words of lower-case letters and digits with hyphens between")
            }
        }
    }
}

fn subcommand_name(name: &str) -> Result<String, &'static str> {
    match definition()
        .get_subcommands()
        .any(|subcommand| subcommand.get_name() == name && !subcommand.is_hide_set())
    {
        true => Ok(name.to_owned()),
        false => Err("there is no such subcommand"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Invocation, clap::Error> {
        Invocation::parse(std::iter::once("x400scope").chain(line.split_whitespace()))
    }

    fn names(input: &Input) -> Vec<&str> {
        input.files.iter().filter_map(|file| file.to_str()).collect()
    }

    #[test]
    fn the_definition_is_sound() {
        definition().debug_assert();
    }

    #[test]
    fn without_a_subcommand_the_overview_is_meant() {
        for line in
            ["a.pcap b.pcap --format json", "--format json a.pcap b.pcap", "a.pcap --format=json b.pcap"]
        {
            let Invocation { command: Command::Overview(input), options } = parse(line).unwrap() else {
                panic!("{line}")
            };
            assert_eq!(names(&input), ["a.pcap", "b.pcap"], "{line}");
            assert_eq!(options.format, Format::Json, "{line}");
        }
        let Command::Overview(input) = parse("./summary -").unwrap().command else { panic!() };
        assert_eq!(names(&input), ["./summary", "-"]);
        assert!(
            matches!(parse("a.pcap tree").unwrap().command, Command::Overview(input) if input.files.len() == 2)
        );
    }

    #[test]
    fn options_stand_in_front_of_a_subcommand_or_behind() {
        for line in ["--frame 12,40-60 tree --hex a.pcap", "tree a.pcap --hex --frame 12,40-60"] {
            let Invocation { command: Command::Tree(tree), options } = parse(line).unwrap() else {
                panic!("{line}")
            };
            assert!(tree.hex && tree.expand.is_none());
            assert!(options.frame.unwrap().contains(41), "{line}");
        }
        assert!(matches!(
            parse("tree --expand all -").unwrap().command,
            Command::Tree(Tree { expand: Some(Expand::All), .. })
        ));
    }

    #[test]
    fn what_is_not_said_has_the_usual_value() {
        let options = parse("a.pcap").unwrap().options;
        assert_eq!(options.port, [102]);
        assert_eq!(options.format, Format::Text);
        assert_eq!(options.utc_offset, UtcOffset::default());
        assert_eq!(options.time_or(TimeStyle::Relative), TimeStyle::Relative);
        assert!(!options.show_secrets && !options.no_probe && !options.quiet && options.threads.is_none());
        let options = parse("summary a.pcap --time epoch --utc-offset -0700 --port 102,1102 --threads 4")
            .unwrap()
            .options;
        assert_eq!(options.time_or(TimeStyle::Relative), TimeStyle::Epoch);
        assert_eq!(Ok(options.utc_offset), "-07:00".parse());
        assert_eq!(options.port, [102, 1102]);
        assert_eq!(options.threads, NonZeroUsize::new(4));
    }

    #[test]
    fn rules_are_chosen_by_name_or_by_the_words_they_begin_with() {
        let line =
            "findings a.pcap --explain --fail-on warning --select tpkt,rts --ignore tpkt-reserved-nonzero";
        let Command::Findings(findings) = parse(line).unwrap().command else { panic!() };
        assert_eq!(findings.fail_on, Some(FailOn::Warning));
        assert!(findings.explain);
        let selected = |rule: &str| findings.select.iter().any(|prefix| prefix.matches(rule));
        assert!(selected("tpkt-reserved-nonzero") && selected("rts-open-refused"));
        assert!(!selected("rtse-open-refused") && !selected("tpdu-too-long"));
        assert!(findings.ignore[0].matches("tpkt-reserved-nonzero"));
        assert!(
            matches!(parse("explain").unwrap().command, Command::Explain(explain) if explain.rules.is_empty())
        );
    }

    #[test]
    fn wrong_usage_has_the_exit_status_2() {
        for line in [
            "",
            "tree",
            "a.pcap --quiet tree b.pcap",
            "--frame 9-3 a.pcap",
            "--port 0 a.pcap",
            "--threads 0 a.pcap",
            "--utc-offset noon a.pcap",
            "--format xml a.pcap",
            "findings --select TPKT a.pcap",
            "gen man gen",
            "a.pcap --hex",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
        for line in ["--help", "-h", "--version", "tree --help"] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 0, "{line}");
        }
    }
}
