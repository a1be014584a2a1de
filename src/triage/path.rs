//! What a path says of what stands there.

/// Folders that hold tests, examples, documentation, texts in several languages, or other people's code.
#[rustfmt::skip]
const FOLDERS: &[&str] = &[
    "t", "test", "tests", "testing", "testdata", "test-data", "test_data", "testutil", "testutils", "__tests__",
    "__mocks__", "spec", "specs", "fixture", "fixtures", "__fixtures__", "mock", "mocks", "example",
    "examples", "sample", "samples", "demo", "demos", "doc", "docs", "documentation", "e2e", "cassettes",
    "androidtest", "unittest", "unittests", "tutorial", "tutorials", "i18n", "l10n", "locale", "locales", "lang", "langs",
    "translation", "translations", "localization", "vendor", "node_modules", "third_party", "third-party", "thirdparty",
    "bower_components", "godeps", "site-packages",
];
/// Ends of names of documentation, of catalogues of translations and of what a tool has squeezed.
const TEXTS: &[&str] = &[".md", ".rst", ".adoc", ".mdx", ".asciidoc", ".textile", ".po", ".pot", ".xlf", ".min.js"];

/// Whether what stands at the path is there to test, to show, to explain or to translate, or is other people's code.
pub(crate) fn is_test_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once(['/', '!']).unwrap_or(("", &lower));
    // Android keeps its translations in `res/values-nl`.
    let aside = |folder: &str| FOLDERS.contains(&folder) || folder.starts_with("values-");
    if folders.split('/').any(aside) || TEXTS.iter().any(|end| name.ends_with(end)) {
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
            "config/locales/de.yml",
            "app/src/main/res/values-nl/strings.xml",
            "vendor/github.com/x/y.go",
            "public/app.min.js",
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
        ] {
            assert!(!is_test_path(path), "{path}");
        }
    }
}
