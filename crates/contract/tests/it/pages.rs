//! The page of every code keeps what it promises: its wrong snippet is found, its right one is not.

use doorward_contract::backwards::backwards;
use doorward_contract::diagnostic::codes::{EXAMPLE, TABLE};
use doorward_contract::{Code, Loaded, diagnostic, load};

/// The snippet below a heading.
fn snippet<'p>(page: &'p str, heading: &str) -> &'p str {
    let (_, rest) =
        page.split_once(&format!("\n## {heading}\n\n```yaml\n")).expect("a heading with a snippet");
    rest.split_once("```").expect("an end").0
}

/// A snippet laid over the example, unless it is a whole contract.
fn loaded(snippet: &str) -> Loaded {
    let extends = "x-doorward:\n  extends: example.yaml\n";
    let text = if snippet.contains("openapi:") || snippet.contains("extends:") {
        snippet.to_owned()
    } else if snippet.contains("x-doorward:\n") && snippet.starts_with("x-doorward:") {
        snippet.replacen("x-doorward:\n", extends, 1)
    } else {
        format!("{snippet}{extends}")
    };
    let open = |file: &str| match file {
        "example.yaml" => Ok(EXAMPLE.to_owned()),
        _ => Err("no such file".to_owned()),
    };
    load("page", "page.yaml", &text, &open)
}

fn said(loaded: &Loaded) -> String {
    diagnostic::render(&loaded.diagnostics, &loaded.sources, false)
}

/// Whether the checker, or the contract read from its end, says it.
fn says(loaded: &Loaded, code: Code) -> bool {
    let reports = loaded.plan.as_ref().map(backwards).unwrap_or_default();
    loaded.diagnostics.iter().any(|one| one.code == code)
        || reports.iter().any(|report| report.text().contains(&format!("{code} ")))
}

#[test]
fn the_example_is_good() {
    let example = loaded(EXAMPLE);
    assert!(example.plan.is_some() && example.diagnostics.is_empty(), "{}", said(&example));
}

#[test]
fn wrong_snippets_are_found_and_right_ones_are_not() {
    let mut wrong = Vec::new();
    for (code, meaning, page) in TABLE {
        assert!(page.starts_with(&format!("# {code}: {meaning}\n\n")), "the heading of {code}");
        assert!(page.contains("\n**Why.** "), "{code} does not say why");
        assert!(page.lines().all(|line| line.chars().count() <= 120), "a long line in {code}");
        let found = loaded(snippet(page, "Wrong"));
        let errors = found.plan.is_none();
        if !says(&found, *code) || errors == code.is_lint() {
            wrong.push(format!("{code}, wrong:\n{}", said(&found)));
        }
        let good = loaded(snippet(page, "Right"));
        if good.plan.is_none() || says(&good, *code) {
            wrong.push(format!("{code}, right:\n{}", said(&good)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_list_of_codes_is_the_published_one() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/checker.md");
    let text = std::fs::read_to_string(&path).expect("docs/checker.md");
    let (head, _) = text.split_once("\n## Codes\n").expect("a list of codes");
    let row = |(code, meaning, page): &(Code, &str, &str)| {
        let sentence = page.split("\n\n").nth(1).unwrap_or_default().replace('\n', " ");
        format!("| {code} | {meaning} | {} |\n", sentence.replace('|', "\\|"))
    };
    let rows: String = TABLE.iter().map(row).collect();
    let wanted = format!("{head}\n## Codes\n\n| code | title | means |\n|---|---|---|\n{rows}");
    if option_env!("DOORWARD_BLESS").is_some() {
        std::fs::write(&path, &wanted).expect("written");
    }
    let text = std::fs::read_to_string(&path).expect("docs/checker.md");
    assert!(text == wanted, "docs/checker.md is old: run with DOORWARD_BLESS=1");
}
