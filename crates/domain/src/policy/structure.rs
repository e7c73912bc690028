//! From the tree to the document: known keys, each of its type. A document with several such slips hears of them all.

use serde::Deserialize;

use super::document::Document;
use super::problem::{Path, Place, Problem, Segment};
use super::yaml::{Node, ReadError, Value};
use crate::text::say;

/// Keys without which a document is no policy.
const NEEDED: [&str; 5] = ["kepu", "id", "version", "title", "rules"];

/// The document, or what keeps it from being one, in order of lines.
pub(super) fn read(root: &Node) -> Result<Document, Vec<Problem>> {
    let first = match Document::deserialize(root) {
        Ok(document) => return Ok(document),
        Err(error) => error.into_problem(),
    };
    let mut problems = in_pieces(root);
    if problems.is_empty() {
        problems.push(first);
    }
    problems.sort_by_key(|p| p.place);
    Err(problems)
}

/// Reading stops at the first slip, so each key and each entry of it is read by itself.
fn in_pieces(root: &Node) -> Vec<Problem> {
    let Value::Map(entries) = &root.value else { return Vec::new() };
    let mut problems = Vec::new();
    for key in NEEDED.iter().filter(|key| !entries.iter().any(|(k, ..)| k == *key)) {
        let (zh, en) =
            if *key == "rules" { ("计分规则列表", "a list of rules") } else { ("它的值", "a value") };
        let message = say(format!("缺少 `{key}`"), format!("`{key}` is missing"));
        let help = say(format!("在最外层写上 `{key}:`，后接{zh}"), format!("add `{key}:` with {en} at the top level"));
        problems.push(Problem::new("missing_key", root.place, message).help(help).at(Path::from(*key)));
    }
    for (key, place, node) in entries {
        match &node.value {
            Value::Seq(items) if items.len() > 1 => {
                for (index, item) in items.iter().enumerate() {
                    let alone = Node { value: Value::Seq(vec![item.clone()]), place: node.place };
                    problems.extend(alone_wrong(key, *place, alone).map(|p| moved(p, index)));
                }
            }
            Value::Map(below) if below.len() > 1 => {
                for entry in below {
                    let alone = Node { value: Value::Map(vec![entry.clone()]), place: node.place };
                    problems.extend(alone_wrong(key, *place, alone));
                }
            }
            _ => problems.extend(alone_wrong(key, *place, node.clone())),
        }
    }
    // A key that is not known at all is found once with each of its entries.
    problems.dedup();
    problems
}

/// What is wrong with one key of the document; that others are missing is not its fault.
fn alone_wrong(key: &str, place: Place, node: Node) -> Option<Problem> {
    let alone = Node { value: Value::Map(vec![(key.to_owned(), place, node)]), place };
    let error: ReadError = Document::deserialize(&alone).err()?;
    let problem = error.into_problem();
    (!problem.path.segments().is_empty()).then_some(problem)
}

/// The problem of an item that was read alone, at its place in the list.
fn moved(mut problem: Problem, index: usize) -> Problem {
    let mut segments = problem.path.segments().to_vec();
    if let Some(Segment::Index(i)) = segments.get_mut(1) {
        *i = index;
    }
    problem.path = Path::from(segments);
    problem
}
