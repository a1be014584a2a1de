//! What a path says of what stands there.

/// Folders that hold tests, examples or documentation.
#[rustfmt::skip]
const FOLDERS: &[&str] = &[
    "t", "test", "tests", "testing", "testdata", "test-data", "test_data", "testutil", "testutils", "__tests__",
    "__mocks__", "spec", "specs", "fixture", "fixtures", "__fixtures__", "mock", "mocks", "example",
    "examples", "sample", "samples", "demo", "demos", "doc", "docs", "documentation", "e2e", "cassettes",
    "androidtest", "unittest", "unittests", "tutorial", "tutorials",
];
/// Ends of names of documentation.
const TEXTS: &[&str] = &[".md", ".rst", ".adoc", ".mdx", ".asciidoc", ".textile"];

/// Whether what stands at the path is there to test, to show or to explain.
pub(crate) fn is_test_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once(['/', '!']).unwrap_or(("", &lower));
    if folders.split('/').any(|folder| FOLDERS.contains(&folder)) || TEXTS.iter().any(|end| name.ends_with(end)) {
        return true;
    }
    let word = |word: &str| {
        name.match_indices(word).any(|(at, _)| {
            let before = name[..at].bytes().next_back();
            let after = name[at + word.len()..].bytes().next();
            before.is_none_or(|byte| b"._-".contains(&byte)) && after.is_none_or(|byte| b"._-".contains(&byte))
        })
    };
    // `LoginTest.java`, `LoginTests.cs`, `login_test.go`, `.env.example`.
    let stem = path.rsplit(['/', '!']).next().and_then(|name| name.split('.').next()).unwrap_or("");
    ["test", "tests", "spec", "example", "sample", "mock", "conftest", "fixture", "dist"].iter().any(|one| word(one))
        || ["Test", "Tests", "Spec", "Mock"].iter().any(|end| stem.len() > end.len() && stem.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert!(is_test_path(path), "{path}");
        }
        for path in ["src/latest.py", "config/contest.yml", ".env", "src/main.rs", "attestation/a.go", "Audit.cs"] {
            assert!(!is_test_path(path), "{path}");
        }
    }
}
