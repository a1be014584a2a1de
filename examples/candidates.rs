//! Lists every value that a name is given, with what the model is told of it: one line each, for training.
//!
//! `cargo run --release --example candidates < TEXTS > ROWS` reads JSON Lines with `id` and `text` and writes lines of
//! tab-separated id, first and last byte of the value, kind, veto, and features.

use std::io::{BufRead, BufWriter, Write};

use snout::RuleSet;
use snout::detect::unnamed;

fn main() -> anyhow::Result<()> {
    let rules = RuleSet::embedded();
    let mut out = BufWriter::new(std::io::stdout().lock());
    writeln!(out, "id\tstart\tend\tkind\tveto\t{}", unnamed::FEATURES.join("\t"))?;
    for line in std::io::stdin().lock().lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        let (Some(id), Some(text)) = (record["id"].as_str(), record["text"].as_str()) else { continue };
        let mut lines = Vec::new();
        unnamed::see(&rules, text.as_bytes(), |seen| {
            let features: Vec<String> = seen.features.iter().map(ToString::to_string).collect();
            let veto = seen.veto.unwrap_or("");
            lines.push(format!(
                "{id}\t{}\t{}\t{:?}\t{veto}\t{}",
                seen.value.start,
                seen.value.end,
                seen.kind,
                features.join("\t")
            ));
        });
        lines.dedup();
        for line in lines {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
