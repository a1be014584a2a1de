#!/usr/bin/env bash
# Reports as public programs read them: JUnit by junitparser, the table by Python's csv, SARIF and GitLab's report as JSON.
# usage: SNOUT=target/release/snout tests/reports.sh   (python3 with junitparser on PATH)
#        GITLAB_SCHEMA=secret-detection-report-format.json also holds the report against GitLab's own schema, with
#        check-jsonschema on PATH. The schema is not kept here: it is GitLab's, of gitlabhq/gitlabhq, in
#        lib/gitlab/ci/parsers/security/validators/schemas/15.2.1/.
#        RDJSON_SCHEMA=DiagnosticResult.json does so for rdjson: reviewdog/reviewdog, proto/rdf/jsonschema/.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
{
    printf '%s # trufflehog:ignore <&"\n' "$(python3 -c 'import base64, os; print("GENESYS_SECRET=" + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))')"
    python3 -c 'import base64, os; print("GENESYS_CLIENT_SECRET=" + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))'
} > "$work/tree/$(printf 'a<b>&"\001\n=1.env')"
reports=()
for format in junit csv gitlab rdjson sarif sarif-github html; do reports+=(--report "$format=$work/$format"); done
"$SNOUT" scan --quiet --format json --output "$work/json" "${reports[@]}" "$work/tree" && exit 1

python3 - "$work" <<'PY'
import csv, html.parser, json, pathlib, sys
from junitparser import Error, Failure, JUnitXml, Skipped

work = pathlib.Path(sys.argv[1])
suites = JUnitXml.fromfile(str(work / "junit"))
cases = [case for suite in suites for case in suite]
kinds = [type(result) for case in cases for result in case.result]
assert (len(cases), kinds.count(Failure), kinds.count(Skipped), kinds.count(Error)) == (3, 1, 1, 0), (cases, kinds)
assert (suites.tests, suites.failures, suites.skipped, suites.errors) == (3, 1, 1, 0)
rows = list(csv.DictReader((work / "csv").open(newline="")))
assert [row["status"] for row in rows] == ["open", "suppressed"], rows
for name in ["gitlab", "rdjson", "sarif", "sarif-github"]:
    json.loads((work / name).read_text())


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.void = [], {"meta", "input", "br", "link", "hr", "img"}

    def handle_starttag(self, tag, attributes):
        assert not any(name.startswith("on") or name in ("src", "style") for name, _ in attributes), (tag, attributes)
        if tag not in self.void:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack and self.stack.pop() == tag, tag


page = Page()
page.feed((work / "html").read_text())
assert page.stack == [], page.stack
PY
# The page in a browser, if there is one: all of it is there without scripts, and scripts add the search.
if command -v chromium > /dev/null; then
    cp "$work/html" "$work/page.html"
    browse() {
        chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/browser" "$@" "file://$work/page.html" 2> "$work/log"
    }
    browse --dump-dom > "$work/with"
    # A script with another hash does not run: the page's own policy keeps it from it.
    sed 's/"use strict"/"use  strict"/' "$work/html" > "$work/page.html"
    browse --dump-dom > "$work/without"
    grep -q '<p id="filter">' "$work/with" || { echo "FAILED: scripts do not add the search"; exit 1; }
    grep -q '<p id="filter" hidden="">' "$work/without" || { echo "FAILED: the search is there without scripts"; exit 1; }
    [[ $(grep -c data-search "$work/without") == $(grep -c data-search "$work/with") ]]
    browse --window-size=1000,1200 --screenshot="$work/page.png"
    # An empty page of that size is a few kilobytes.
    [[ $(wc -c < "$work/page.png") -gt 30000 ]] || { echo "FAILED: the page is empty"; exit 1; }
fi
if [[ -n ${GITLAB_SCHEMA:-} ]]; then check-jsonschema --schemafile "$GITLAB_SCHEMA" "$work/gitlab"; fi
if [[ -n ${RDJSON_SCHEMA:-} ]]; then check-jsonschema --schemafile "$RDJSON_SCHEMA" "$work/rdjson"; fi
echo "reports: 7 read"
