#!/usr/bin/env bash
# A team at work: a secret, a comment that silences it, a review that it does not get past, and what becomes of it.
# usage: SNOUT=target/release/snout tests/team.sh   (git and python3 on PATH)
set -euo pipefail
SNOUT=$(cd "$(dirname "$SNOUT")" && pwd)/$(basename "$SNOUT")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null HOME="$work"
unset SNOUT_FINGERPRINT_KEY SOURCE_DATE_EPOCH

secret() { python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))'; }
be() {
    export GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL="${1,,}@example.org" GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL="${1,,}@example.org"
}
fail() { cat "$work/out"; echo "FAILED: $1"; exit 1; }
# step WANTED-EXIT-CODE WHAT COMMAND...: what the command says goes to $work/out.
steps=0
step() {
    local wanted=$1 what=$2 code=0
    shift 2
    "$@" > "$work/out" 2>&1 || code=$?
    [ "$code" = "$wanted" ] || fail "$what: exit $code instead of $wanted"
    steps=$((steps + 1))
}
says() { grep -qF -- "$1" "$work/out" || fail "it does not say '$1'"; }

# A forge, and two people with a clone each; their hook is the one that the README shows.
git init -q --bare -b main "$work/forge.git"
be Dana
git clone -q "$work/forge.git" "$work/dana" 2> /dev/null
cd "$work/dana"
git checkout -q -b main
mkdir src
echo 'const region = "mypurecloud.de";' > src/login.js
git add .
git commit -q -m "A login"
git push -q origin main
git clone -q "$work/forge.git" "$work/cole"
for clone in "$work/dana" "$work/cole"; do
    printf '#!/bin/sh\nexec "%s" scan --staged\n' "$SNOUT" > "$clone/.git/hooks/pre-commit"
    chmod +x "$clone/.git/hooks/pre-commit"
done
gate() { "$SNOUT" suppressions --range origin/main..HEAD "$@"; }

# Dana commits a secret: the hook refuses.
git checkout -q -b feature
first=$(secret)
echo "const genesysClientSecret = \"$first\";" >> src/login.js
git add .
step 1 "the hook refuses a secret" git commit -m "Log in"
says "genesys-client-secret"

# She silences it: the hook lets it pass, and says so.
sed -i 's|";$|"; // trufflehog:ignore|' src/login.js
git add .
step 0 "the hook passes what a comment silences" git commit -m "Log in"
says "Suppressed, for review (1)"
says "trufflehog:ignore"
git push -q origin feature

# The gate of her branch does not, and lists it.
step 1 "the gate fails on a suppression that nobody reviewed" gate
says "src/login.js:2"
says "the ledger has no entry for it"
step 1 "the gate fails with a summary in Markdown" gate --format markdown
says "**To review**"
says "src/login.js:2"

# She cannot accept it herself.
step 0 "the author writes an entry" "$SNOUT" suppressions accept src/login.js:2 --reason "made up" --reviewer "Dana <dana@example.org>"
says "you wrote the line yourself"
git add .
git commit -q -m "Accept it" 2> /dev/null > /dev/null
step 1 "the gate fails on an entry by the author" gate
says "the author of the line accepted it, too"
git reset -q --hard HEAD~1

# Cole can: the gate passes.
be Cole
cd "$work/cole"
git fetch -q
git checkout -q feature
step 0 "a colleague accepts it" "$SNOUT" suppressions accept src/login.js:2 --reason "the value of the tests" --reviewer "Cole <cole@example.org>"
git add .
git commit -q -m "Accept the value of the tests" > /dev/null 2>&1
git push -q origin feature
step 0 "the gate passes what somebody else accepted" gate
says "Accepted (1)"
says "the value of the tests"
step 0 "the scan of the branch passes" "$SNOUT" scan --range origin/main..HEAD

# Dana changes the value under the comment: the gate fails again.
be Dana
cd "$work/dana"
git pull -q origin feature
second=$(secret)
sed -i "s|$first|$second|" src/login.js
git add .
step 0 "the hook passes another value under the comment" git commit -m "Another value"
step 1 "the gate fails on another value" gate
says "the ledger has no entry for it"
git reset -q --hard HEAD~1
step 0 "the gate passes without it" gate

# The branch is merged; later the line goes away, its entry is stale, and is pruned.
git checkout -q main
git merge -q --no-ff -m "Merge feature" feature
git push -q origin main
step 0 "what was merged stays accepted" "$SNOUT" suppressions --check
git checkout -q -b cleanup
sed -i '2d' src/login.js
git add .
git commit -q -m "Log in elsewhere" > /dev/null 2>&1
step 0 "a stale entry is listed" "$SNOUT" suppressions
says "entry for a value that is not there"
step 0 "a stale entry is pruned" "$SNOUT" suppressions prune
says "dropped 1 of 1"
git add .
git commit -q -m "Prune the ledger" > /dev/null 2>&1
step 0 "the gate passes the clean-up" gate
step 0 "nothing is left to review" "$SNOUT" suppressions --check
says "0 suppressions"

for value in "$first" "$second"; do
    if git log -p --all -- .snout | grep -qF -- "$value"; then fail "the ledger held a secret"; fi
done
echo "team: $steps passed, 0 failed"
