//! Every policy in `policies/` is sound and gives what its cases say.

use std::path::PathBuf;

use kepu_domain::policy::{Policy, run_case};

#[test]
fn shipped_policies_pass_their_cases() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut cases = 0;
    let mut failures = Vec::new();
    let files = std::fs::read_dir(&folder).expect("the folder of policies is readable");
    for file in files.map(|f| f.expect("a readable entry").path()) {
        if file.extension().is_none_or(|e| e != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a readable policy");
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match Policy::parse(&text) {
            Err(problems) => failures.extend(problems.iter().map(|p| format!("{name}: {p}"))),
            Ok(policy) => {
                for case in &policy.document().cases {
                    cases += 1;
                    let wrong = run_case(&policy, case);
                    failures.extend(wrong.iter().map(|w| format!("{name}, case “{}”: {w}", case.name.en)));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(cases >= 3, "only {cases} cases were found in {}", folder.display());
}
