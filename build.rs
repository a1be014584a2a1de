//! Turns `rules/*.toml` into two files of JSON that the program embeds: what a scan needs of each rule, and what
//! people read about it. Start-up then parses neither TOML nor prose.

use std::path::Path;
use std::{env, fs};

#[allow(dead_code, unreachable_pub)]
#[path = "src/rule/form.rs"]
mod form;

use form::{EvidenceForm, FileForm, RuleForm};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rule/form.rs");
    let mut files: Vec<_> = fs::read_dir("rules")
        .expect("the package holds its rules folder")
        .map(|entry| entry.expect("the rules folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    let (mut specs, mut prose, mut evidence) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed: FileForm<RuleForm, EvidenceForm> =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        evidence.extend(parsed.evidence);
        for rule in parsed.rule {
            let (spec, words) = rule.split();
            specs.push(spec);
            prose.push(words);
        }
    }
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let write = |name: &str, text: Result<String, serde_json::Error>| {
        fs::write(Path::new(&out).join(name), text.expect("rules serialise")).expect("OUT_DIR can be written");
    };
    write("specs.json", serde_json::to_string(&(specs, evidence)));
    // A line for each rule: most runs need the words of none or of a few.
    let lines: Result<Vec<String>, _> = prose.iter().map(serde_json::to_string).collect();
    write("prose.jsonl", lines.map(|lines| lines.join("\n")));
}
