//! Lays out `rules/*.toml` as tables that the program embeds: what a scan needs of each rule and what people read about
//! it, each as JSON, and what all rules together come to. Start-up then parses nothing, and a run only the rules that it
//! meets.

use std::path::Path;
use std::{env, fs};

use sha2::{Digest, Sha256};

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
            prose.push(json(&words));
        }
    }
    let mut words: Vec<(String, usize, usize)> = Vec::new();
    for (rule, spec) in specs.iter().enumerate() {
        for (variant, form) in spec.variants.iter().enumerate() {
            words.extend(form.literals.iter().map(|one| (one.to_ascii_lowercase(), rule, variant)));
        }
    }
    words.sort();
    let mut prefixes: Vec<String> = specs.iter().flat_map(form::Spec::prefixes).collect();
    prefixes.sort();
    prefixes.dedup();
    let whole_files: Vec<usize> = (0..specs.len()).filter(|rule| specs[*rule].path.is_some()).collect();
    let digest = Sha256::digest(json(&(&specs, &evidence)));
    let digest: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let rules: Vec<(&str, String, String)> =
        specs.iter().zip(prose).map(|(spec, prose)| (spec.id.as_str(), json(spec), prose)).collect();
    let tables = format!(
        "/// Id, spec and prose of each rule.\npub(super) static RULES: &[(&str, &str, &str)] = &{rules:?};
/// Literals in lower case, sorted, each with a rule and which of its variants it leads to.
pub(super) static WORDS: &[(&str, u32, u32)] = &{words:?};
/// With what credentials of providers begin, sorted.
pub(super) static PREFIXES: &[&str] = &{prefixes:?};
/// The rules for files that hold nothing but a secret.
pub(super) static WHOLE_FILES: &[usize] = &{whole_files:?};
/// All pieces of evidence.
pub(super) static EVIDENCE: &str = {:?};
/// SHA-256 of what the rules look for, cut to 128 bits.
pub(super) static DIGEST: &str = {digest:?};
",
        json(&evidence)
    );
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("embedded.rs"), tables).expect("OUT_DIR can be written");
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("rules serialise")
}
