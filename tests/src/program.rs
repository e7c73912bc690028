//! The `kepu` program that is built beside the tests, as a process of its own.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Child,
};

use serde_json::Value;

/// Where it stands.
///
/// # Panics
/// If it has not been built.
pub fn kepu() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    let program = test.parent().and_then(Path::parent).expect("target/<profile>/deps").join("kepu");
    assert!(program.exists(), "{} is missing; build it with: cargo build -p kepu-api", program.display());
    program
}

/// The address at which it serves, by its log on a piped stderr, which is read on for as long as it runs. Port 0 of
/// `--listen` thus takes one that is free, and none that somebody else takes in the meantime.
///
/// # Panics
/// If it ends before it serves.
pub fn address_of(child: &mut Child) -> String {
    let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut lines = String::new();
    let address = loop {
        let from = lines.len();
        assert_ne!(log.read_line(&mut lines).expect("read"), 0, "kepu ended: {lines}");
        let line: Value = serde_json::from_str(&lines[from..]).unwrap_or_default();
        if line["message"] == "kepu serves" {
            break line["address"].as_str().expect("an address").to_owned();
        }
    };
    // Somebody has to read on, or the pipe fills up.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    address
}
