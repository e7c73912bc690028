//! Every policy in `policies/` and every example of the guide is sound and gives what its cases say, and the guide shows
//! the examples as they are.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)] // as in every test

use std::collections::BTreeMap;
use std::path::PathBuf;

use kepu_domain::policy::{Policy, run_case};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Name → text of the policies in a folder.
fn policies_in(folder: &str) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(root().join(folder)).expect("the folder is readable");
    files
        .map(|file| file.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a readable policy"))
        })
        .collect()
}

/// Runs the cases of all policies in a folder; answers how many each policy has.
fn cases_pass(folder: &str) -> BTreeMap<String, usize> {
    let mut failures = Vec::new();
    let mut cases = BTreeMap::new();
    for (name, text) in policies_in(folder) {
        match Policy::parse(&text) {
            Err(problems) => failures.extend(problems.iter().map(|p| format!("{name}: {p}"))),
            Ok(policy) => {
                for case in &policy.document().cases {
                    let wrong = run_case(&policy, case);
                    failures.extend(wrong.iter().map(|w| format!("{name}, case “{}”: {}", case.name.en, w.en)));
                }
                cases.insert(name, policy.document().cases.len());
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    cases
}

#[test]
fn shipped_policies_pass_their_cases() {
    let cases = cases_pass("policies");
    assert!(cases.len() >= 6, "six published rule sets are shipped, found {cases:?}");
    for (name, many) in cases {
        assert!(many >= 11, "{name} has only {many} cases");
    }
}

#[test]
fn examples_of_the_guide_pass_their_cases() {
    let cases = cases_pass("docs/examples");
    assert!(cases.len() >= 12, "found {cases:?}");
    assert!(cases.values().all(|many| *many >= 2), "an example needs two cases at least: {cases:?}");
}

#[test]
fn the_guide_shows_the_examples_as_they_are() {
    let guide = std::fs::read_to_string(root().join("docs/policy-language.md")).expect("the guide is readable");
    let stale: Vec<_> = policies_in("docs/examples")
        .into_iter()
        .filter(|(name, text)| !guide.contains(&format!("<!-- docs/examples/{name} -->\n```yaml\n{text}```\n")))
        .map(|(name, _)| name)
        .collect();
    assert!(stale.is_empty(), "copy these into docs/policy-language.md again: {}", stale.join(", "));
}
