//! What packagers need: completions for shells and manual pages, made from the definition of the command line.

use std::io::{self, Write};

use super::args::{Gen, definition};

/// Writes what was asked for.
pub fn write(what: &Gen, out: &mut impl Write) -> io::Result<()> {
    let mut command = definition();
    match what {
        Gen::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut command, "x400scope", &mut text);
            out.write_all(&text)
        }
        Gen::Man { subcommand } => {
            command.build();
            let about =
                subcommand.as_deref().and_then(|name| command.find_subcommand(name)).unwrap_or(&command);
            clap_mangen::Man::new(about.clone()).render(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(what: &Gen) -> String {
        let mut out = Vec::new();
        write(what, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_shell_has_completions_that_know_the_options() {
        for shell in <clap_complete::Shell as clap::ValueEnum>::value_variants() {
            let text = text(&Gen::Completions { shell: *shell });
            assert!(text.contains("fail-on") && text.contains("associations"), "{shell}");
        }
    }

    #[test]
    fn there_is_a_manual_page_and_one_for_each_subcommand() {
        let page = text(&Gen::Man { subcommand: None });
        assert!(page.contains(r"\-\-show\-secrets") && page.contains("Exit status"), "{page}");
        let page = text(&Gen::Man { subcommand: Some("findings".to_owned()) });
        assert!(page.contains(r"\-\-fail\-on"), "{page}");
        assert!(page.contains(r"x400scope\-findings"), "{page}");
    }
}
