//! The documents say what the program does: docs/findings.md is made from the table of rules (`UPDATE_DOCS=1 cargo
//! test --test docs` writes it), and what the README shows can be typed.

mod program;

use std::collections::BTreeSet;
use std::fs;

use program::{project, run, samples};

fn document(path: &str) -> String {
    fs::read_to_string(project().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of all subcommands, as the help lists them, and that of the hidden one.
fn subcommands() -> BTreeSet<String> {
    let help = run("--help").text;
    let list = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list");
    let name = |line: &str| {
        line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()).map(str::to_owned)
    };
    list.lines().filter_map(name).chain(["gen".to_owned()]).collect()
}

/// Everything in backquotes, and every line of code blocks.
fn code(text: &str) -> Vec<&str> {
    let mut code = Vec::new();
    for (number, part) in text.split("```").enumerate() {
        match number % 2 {
            0 => code.extend(part.split('`').skip(1).step_by(2)),
            _ => code.extend(part.lines()),
        }
    }
    code
}

#[test]
fn the_document_of_findings_is_made_from_the_rules() {
    let made = x400scope::render::manual::document();
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::create_dir_all(project().join("docs")).expect("docs/ can be written");
        fs::write(project().join("docs/findings.md"), &made).expect("docs/findings.md can be written");
        return;
    }
    assert_eq!(document("docs/findings.md"), made, "UPDATE_DOCS=1 cargo test --test docs writes it");
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = document("README.md");
    let mut shown = 0;
    for block in readme.split("```\n").skip(1).step_by(2) {
        let Some((command, output)) = block.strip_prefix("$ x400scope ").and_then(|b| b.split_once('\n'))
        else {
            continue;
        };
        shown += 1;
        let printed = run(command).text;
        let mut printed = printed.lines();
        for line in output.lines() {
            // An ellipsis stands for the rest of a line, or for all lines that follow.
            match (line.strip_suffix('…'), printed.next()) {
                (Some(""), Some(_)) => break,
                (Some(start), Some(printed)) => assert!(printed.starts_with(start), "{command}: {printed}"),
                (None, Some(printed)) => assert_eq!(line, printed, "{command}"),
                (_, None) => panic!("{command} does not print {line}"),
            }
        }
    }
    assert!(shown >= 3, "the README has examples");
}

#[test]
fn the_readme_names_the_subcommands_there_are() {
    let readme = document("README.md");
    // The first cell of each row of the table of commands.
    let table = readme.split("| command | shows |").nth(1).expect("the table of commands");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let named: BTreeSet<String> = rows
        .filter_map(|row| row.split('`').nth(1)?.split(' ').next().map(str::to_owned))
        .chain(["gen".to_owned()])
        .collect();
    assert_eq!(named, subcommands(), "the README's table (left) and the help (right)");
}

#[test]
fn commands_in_the_readme_can_be_typed() {
    let readme = document("README.md");
    let commands = code(&readme);
    let commands = commands.iter().filter_map(|code| {
        let typed = code.trim().trim_start_matches("$ ");
        typed.strip_prefix("x400scope ").or(typed.strip_prefix("cargo run --release -- "))
    });
    let mut count = 0;
    for arguments in commands {
        if arguments.chars().all(|c| !matches!(c, '[' | '<' | '|' | '…')) {
            let run = run(arguments);
            assert!(matches!(run.status, 0 | 3), "x400scope {arguments}: {}", run.errors);
            count += 1;
        }
    }
    assert!(count >= 3, "the README shows how to begin");
}

#[test]
fn options_in_the_readme_exist() {
    let helps: String = subcommands().iter().map(|name| run(&format!("{name} --help")).text).collect();
    let readme = document("README.md");
    let code = code(&readme);
    let words =
        code.iter().filter(|code| !code.starts_with("cargo")).flat_map(|code| code.split_whitespace());
    for option in words.filter(|word| word.starts_with("--") && word.len() > 2) {
        let option = option.trim_end_matches([',', '.']).split('=').next().unwrap_or(option);
        assert!(helps.contains(option), "{option}");
    }
}

#[test]
fn every_sample_has_a_paragraph_and_every_file_that_documents_name_exists() {
    let readme = document("samples/README.md");
    let headings: Vec<String> =
        readme.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect();
    let mut sorted = headings.clone();
    sorted.sort();
    assert_eq!(sorted, samples(), "headings of samples/README.md (left) and captures (right)");
    for name in &headings {
        let paragraph = readme.split(&format!("### {name}\n")).nth(1).and_then(|rest| rest.split('#').next());
        assert!(paragraph.is_some_and(|text| text.trim().len() > 80), "{name}: what does it show?");
    }
    for path in ["README.md", "samples/README.md", "samples/scripts/README.md"] {
        let text = document(path);
        let folder = project().join(path).parent().expect("a folder").to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            assert!(link.contains("://") || folder.join(link).exists(), "{path}: {link}");
        }
    }
}
