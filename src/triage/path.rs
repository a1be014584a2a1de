//! What a path says of what stands there.

/// Folders that hold tests, examples, documentation, texts in several languages, or other people's code.
#[rustfmt::skip]
const FOLDERS: &[&str] = &[
    "t", "testing", "testdata", "testutil", "testutils", "spec", "specs", "doc", "docs", "documentation", "cassettes",
    "androidtest", "unittest", "unittests", "tutorial", "tutorials", "i18n", "l10n", "locale", "locales", "lang", "langs",
    "translation", "translations", "localization", "vendor", "node_modules", "third_party", "third-party", "thirdparty",
    "bower_components", "godeps", "site-packages", "vendors", "cypress", "playwright", "codeception", "fuzz", "fuzzing",
    "corpus", "corpora", "conformance", "golden", "goldens", "__snapshots__", "man", "man1", "man3", "man5", "man7", "man8",
];
/// Words that say so alone or among others in the name of a folder or file: `tests`, `api-tests`, `App.Tests`,
/// `.env.example`.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "test", "tests", "example", "examples", "sample", "samples", "mock", "mocks", "fixture", "fixtures", "demo", "demos",
    "e2e", "howto",
];
/// Words that say so of a file alone.
const FILE_WORDS: &[&str] = &["spec", "conftest", "dist"];
/// What ends the names of classes of tests, and of the folders that hold them.
const ENDS: &[&str] = &["Test", "Tests", "Spec", "Mock"];
/// Ends of names of documentation and of what it is searched with, of catalogues of translations and of what a tool has squeezed.
const TEXTS: &[&str] = &[
    ".md",
    ".rst",
    ".adoc",
    ".mdx",
    ".asciidoc",
    ".textile",
    ".po",
    ".pot",
    ".xlf",
    ".min.js",
    "search_index.json",
    "searchindex.js",
];

/// Whether the path is one of what a CI service runs.
pub(crate) fn is_ci_path(path: &str) -> bool {
    [
        ".github/workflows/",
        ".circleci/",
        ".gitlab-ci",
        ".travis.yml",
        "azure-pipelines",
        "bitbucket-pipelines",
        ".drone.yml",
        ".buildkite/",
    ]
    .iter()
    .any(|place| path.find(place).is_some_and(|at| at == 0 || path.as_bytes()[at - 1] == b'/'))
}

/// Whether what stands at the path is there to test, to show, to explain or to translate, or is other people's code.
pub(crate) fn is_test_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once(['/', '!']).unwrap_or(("", &lower));
    let says = |part: &str, words: &[&str]| part.split(['.', '_', '-']).any(|word| words.contains(&word));
    // Android keeps its translations in `res/values-nl`.
    let aside = |folder: &str| FOLDERS.contains(&folder) || folder.starts_with("values-") || says(folder, WORDS);
    // `LoginTest.java`, `App.UITests/login.cs`.
    let ends = |part: &str| ENDS.iter().any(|end| part.len() > end.len() && part.ends_with(end));
    folders.split(['/', '!']).any(aside)
        || TEXTS.iter().any(|end| name.ends_with(end))
        || says(name, WORDS)
        || says(name, FILE_WORDS)
        || path.split(['/', '!', '.']).any(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_ci_service_runs_is_told_by_its_place() {
        assert!(is_ci_path(".github/workflows/ci.yml") && is_ci_path("app/.travis.yml"));
        assert!(!is_ci_path("workflows/ci.yml") && !is_ci_path("docs/x.travis.yml"));
    }

    #[test]
    fn tests_examples_and_texts_are_told_from_the_rest() {
        for path in [
            "src/test/java/A.java",
            "a/LoginTest.java",
            "x_test.go",
            "login.spec.ts",
            ".env.example",
            "docs/a.yml",
            "README.md",
            "tests/a",
            "config/locales/de.yml",
            "app/src/main/res/values-nl/strings.xml",
            "vendor/github.com/x/y.go",
            "public/app.min.js",
            "api-tests/a.ts",
            "src/App.Tests/a.cs",
            "App.UITests/a.cs",
            "AppUITests/a.swift",
            "demo-setups/compose.yml",
            "fuzzing/corpora/a.json",
            "a/b.zip!tests/c.py",
            "usr/share/man/man1/mysql.1",
            "storage/conformance/a.go",
        ] {
            assert!(is_test_path(path), "{path}");
        }
        for path in [
            "src/latest.py",
            "config/contest.yml",
            ".env",
            "src/main.rs",
            "attestation/a.go",
            "Audit.cs",
            "values/a.xml",
            "latest/a.py",
            "contests/a.py",
            "democracy/a.rb",
        ] {
            assert!(!is_test_path(path), "{path}");
        }
    }
}
