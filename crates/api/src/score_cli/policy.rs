//! `kepu policy`: help for authors.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::ExitCode,
};

use kepu_domain::{
    policy::{Policy, Problem, explain, run_case},
    text::{Lang, Text},
};
use serde_json::{Value, json};

use super::{Langs, PolicyCommand, finding::both, refused};

/// Bytes of a policy that are read.
const MOST: u64 = 4 << 20;

/// A problem with the file it is in.
pub(super) struct InFile {
    file: String,
    /// Nothing when the file cannot be read at all.
    problem: Result<Problem, Text>,
}

impl InFile {
    pub(super) fn to_json(&self, lang: Lang) -> Value {
        match &self.problem {
            Ok(problem) => json!({
                "file": self.file,
                "row": problem.place.line,
                "column": problem.place.column,
                "path": problem.path,
                "code": problem.code,
                "message": problem.message.get(lang),
                "help": problem.help.get(lang),
            }),
            Err(message) => {
                json!({ "file": self.file, "row": null, "code": "unreadable", "message": message.get(lang) })
            }
        }
    }
}

/// Reads a policy; `-` is standard input.
pub(super) fn read_policy(path: &Path) -> Result<Policy, Vec<InFile>> {
    let file = path.display().to_string();
    let unreadable = |message: Text| vec![InFile { file: file.clone(), problem: Err(message) }];
    let mut bytes = Vec::new();
    let read = |input: &mut dyn Read, bytes: &mut Vec<u8>| input.take(MOST + 1).read_to_end(bytes);
    let result = if path == Path::new("-") {
        read(&mut io::stdin().lock(), &mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut f| read(&mut f, &mut bytes))
    };
    result.map_err(|error| unreadable(both(format!("无法读取：{error}"), format!("cannot be read: {error}"))))?;
    if bytes.len() as u64 > MOST {
        let most = MOST >> 20;
        return Err(unreadable(both(
            format!("超过 {most} MiB，不会是办法"),
            format!("is larger than {most} MiB, so it is no policy"),
        )));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(unreadable(both(
            "是工作簿或压缩包，不是办法；办法是 YAML 文本",
            "is a workbook or archive, not a policy; a policy is a YAML text",
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        unreadable(both(
            format!("第 {line} 行不是 UTF-8 编码；请以 UTF-8 保存文件"),
            format!("line {line} is not UTF-8; save the file as UTF-8"),
        ))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Policy::parse(text).map_err(|problems| {
        problems.into_iter().map(|problem| InFile { file: file.clone(), problem: Ok(problem) }).collect()
    })
}

/// As `file:line: path: message — help [code]`.
pub(super) fn show_problems(out: &mut impl Write, problems: &[InFile], lang: Lang) -> io::Result<()> {
    for InFile { file, problem } in problems {
        match problem {
            Err(message) => writeln!(out, "{file}: {}", message.get(lang))?,
            Ok(problem) => {
                let Problem { code, place, path, .. } = problem;
                write!(out, "{file}:{}: ", place.line)?;
                if !path.segments().is_empty() {
                    write!(out, "{path}: ")?;
                }
                writeln!(out, "{} [{code}]", problem.advice(lang))?;
            }
        }
    }
    Ok(())
}

/// Checks, explains, prints the schema.
pub fn policy(command: PolicyCommand) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let done = match command {
        PolicyCommand::Check { files, lang } => check(&files, lang.into(), &mut out),
        PolicyCommand::Schema => writeln!(out, "{:#}", Policy::schema()).map(|()| ExitCode::SUCCESS),
        PolicyCommand::Explain { file, lang } => explain_file(&file, lang, &mut out),
    };
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        done => Ok(done?),
    }
}

fn check(files: &[std::path::PathBuf], lang: Lang, out: &mut impl Write) -> io::Result<ExitCode> {
    let (mut unsound, mut failing) = (false, false);
    for path in files {
        let file = path.display();
        let policy = match read_policy(path) {
            Ok(policy) => policy,
            Err(problems) => {
                unsound = true;
                show_problems(out, &problems, lang)?;
                continue;
            }
        };
        let cases = &policy.document().cases;
        let mut failed = 0;
        for (case, number) in cases.iter().zip(1..) {
            let wrong = run_case(&policy, case);
            if wrong.is_empty() {
                continue;
            }
            failed += 1;
            let name = case.name.get(lang);
            match lang {
                Lang::Zh => writeln!(out, "{file}: 第 {number} 个示例“{name}”的结果不同：")?,
                Lang::En => writeln!(out, "{file}: case {number} “{name}” gives something else:")?,
            }
            for difference in wrong {
                writeln!(out, "    {}", difference.get(lang))?;
            }
        }
        failing |= failed > 0;
        let told = match (cases.len(), failed) {
            (0, _) => both(
                "办法正确，但没有示例：请在 `cases` 下写上示例",
                "sound; it has no cases: add worked examples under `cases`",
            ),
            (all, 0) => both(format!("办法正确，{all} 个示例全部通过"), format!("sound; cases passed: {all}")),
            (all, _) => both(
                format!("办法正确，但 {all} 个示例中有 {failed} 个结果不同"),
                format!("sound, but {failed} of {all} cases failed"),
            ),
        };
        writeln!(out, "{file}: {}", told.get(lang))?;
    }
    Ok(match (unsound, failing) {
        (true, _) => refused(),
        (false, true) => ExitCode::FAILURE,
        (false, false) => ExitCode::SUCCESS,
    })
}

fn explain_file(path: &Path, lang: Langs, out: &mut impl Write) -> io::Result<ExitCode> {
    let langs: &[Lang] = match lang {
        Langs::Zh => &[Lang::Zh],
        Langs::En => &[Lang::En],
        Langs::Both => &[Lang::Zh, Lang::En],
    };
    let policy = match read_policy(path) {
        Ok(policy) => policy,
        Err(problems) => {
            for lang in langs {
                show_problems(&mut io::stderr(), &problems, *lang)?;
            }
            return Ok(refused());
        }
    };
    for (index, lang) in langs.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let document = policy.document();
        writeln!(out, "{}  {} {}", document.title.get(*lang), document.id, document.version)?;
        // They bear their numbers.
        for sentence in explain(&policy, *lang) {
            writeln!(out, "{sentence}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
