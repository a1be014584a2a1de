//! No output holds a secret unless the user asked for it.

use crate::history::Places;
use crate::util::{Folder, Run, fill, leak, program};

#[test]
fn no_output_holds_a_secret_that_nobody_asked_for() {
    let places = Places::new();
    let silenced = leak(900);
    places.repo.write("silenced.env", format!("{0} # snout:ignore not {0}\n", silenced.line));
    places.repo.commit("Silenced");
    let staged = leak(901);
    places.repo.write("staged.env", format!("{}\n", staged.line));
    places.repo.git(&["add", "-A"]);
    let mut all: Vec<_> = places.leaks.iter().map(|(name, one)| (*name, one.secret.clone())).collect();
    all.extend([("silenced", silenced.secret), ("staged", staged.secret)]);
    for format in ["text", "json", "jsonl", "sarif"] {
        for what in [&[][..], &["--staged"], &["--range", "HEAD~8..HEAD"], &["--max-file-size", "20"]] {
            let args: Vec<&str> = ["scan", "--verbose", "--format", format].iter().chain(what).copied().collect();
            let run = places.repo.snout(&args);
            if what.is_empty() {
                assert_eq!(run.code, Some(1), "{}", run.stderr);
            }
            for (name, secret) in &all {
                assert!(!run.all().contains(secret.as_str()), "{format} {what:?} holds the secret of '{name}'");
            }
        }
    }
}

#[test]
fn with_reveal_the_report_holds_every_secret() {
    let places = Places::new();
    let found = places.repo.scan(&[]);
    for (name, one) in &places.leaks {
        assert!(!found.places(one).is_empty(), "{name}");
        assert!(!found.stderr.contains(&one.secret), "standard error never does");
    }
}

#[test]
fn errors_do_not_repeat_content() {
    let folder = Folder::new();
    let one = leak(1);
    folder.write("my.toml", format!("[[rule]]\n# {}\nid = 1\n", one.line));
    folder.write("conf.toml", format!("{} = 1\n", one.line.replace('=', "_")));
    for args in [&["scan", "--rules", "my.toml", "."][..], &["rules", "check", "my.toml"]] {
        let run = folder.snout(args);
        assert_eq!(run.code, Some(2));
        assert!(!run.all().contains(&one.secret), "{}", run.all());
    }
}

#[cfg(unix)]
#[test]
fn a_report_file_with_secrets_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write("src/env", leak(1).line);
    for (name, flags, mode) in [("open.json", &[][..], 0o644), ("revealed.json", &["--reveal"], 0o600)] {
        let args: Vec<&str> =
            ["scan", "--format", "json", "--output", name, "src"].iter().chain(flags).copied().collect();
        assert_eq!(folder.snout(&args).code, Some(1));
        let meta = std::fs::metadata(folder.at(name)).expect("a report");
        assert_eq!(meta.permissions().mode() & 0o777, mode, "{name}");
    }
}

#[test]
fn no_encoded_form_of_a_secret_is_left_in_its_snippet() {
    let folder = Folder::new();
    let secret = leak(1).secret;
    let pair = format!("{}:{secret}", fill("{{uuid4}}", 1));
    let base64 = |text: &str| fill(&format!("{{{{base64 of {text}}}}}"), 0);
    let percent = fill(&format!("{{{{percent of {secret}}}}}"), 0);
    let (head, tail) = secret.split_at(20);
    for (content, hidden) in [
        (format!("genesys:\n  client_secret: {}\n", base64(&secret)), vec![base64(&secret)]),
        (format!("curl -H 'Authorization: Basic {}'\n", base64(&pair)), vec![base64(&pair)]),
        (format!("https://login.mypurecloud.com/?client_secret={percent}&x=1\n"), vec![percent.clone()]),
        (format!("# genesys\nclient_secret = (\"{head}\"\n    \"{tail}\")\n"), vec![head.to_owned(), tail.to_owned()]),
    ] {
        folder.write("file", &content);
        let run = folder.snout(&["scan", "--format", "json"]);
        assert_eq!(run.code, Some(1), "not found in {content}");
        for text in hidden.iter().chain([&secret]) {
            assert!(!run.all().contains(text.as_str()), "{content}");
        }
    }
}

#[test]
fn secrets_are_not_revealed_to_a_pipe() {
    let folder = Folder::new();
    folder.write("env", leak(1).line);
    let run = Run::of(program(folder.path()).args(["scan", "--reveal"]).output().expect("the binary runs"));
    assert_eq!(run.code, Some(2));
    assert!(!run.all().contains(&leak(1).secret) && run.stderr.contains("--output"), "{}", run.all());
}
