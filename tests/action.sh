#!/usr/bin/env bash
# Plays the GitHub Action's scan on checkouts as runners make them, and its installation from a release.
# usage: SNOUT=target/release/snout tests/action.sh
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SNOUT=$(cd "$(dirname "$SNOUT")" && pwd)/$(basename "$SNOUT")
export SNOUT GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null RUNNER_TEMP=$work/temp
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
unset "${!GITHUB_@}"
zero=0000000000000000000000000000000000000000

passed=0
fail() { cat "$work/log" "$work/output" 2>/dev/null || true; echo "FAILED: $*"; exit 1; }
secret() { python3 -c 'import base64, os; print("GENESYS_CLIENT_SECRET=" + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))'; }

git init -q -b main "$work/origin"
cd "$work/origin"
secret > old.env
git add . && git commit -q -m old
echo "A project." > readme
git add . && git commit -q -m first
first=$(git rev-parse HEAD)
git checkout -q -b topic
secret > topic.env
printf '%s # trufflehog:ignore -- test data\n' "$(secret)" > test.env
# A path and a line that a runner would obey if it saw them bare.
printf '##[add-mask]x\n::error::obeyed\n%s\n' "$(secret)" > "$(printf 'a\n::error::obeyed')"
git add . && git commit -q -m topic
topic=$(git rev-parse HEAD)
git checkout -q main
echo more >> readme
git commit -q -a -m second
main=$(git rev-parse HEAD)
git checkout -q --detach
git merge -q --no-ff -m merge topic
git branch merge

# A checkout of $1, $2 commits deep, all of them if that is 0.
checkout() {
    cd "$work"
    rm -rf "$work/checkout"
    local depth=()
    [[ $2 != 0 ]] && depth=(--depth "$2")
    git clone -q "${depth[@]}" --branch "$1" "file://$work/origin" "$work/checkout" 2> "$work/log"
    cd "$work/checkout"
    git checkout -q --detach
    git branch -q -D "$1"
}

# Runs the scan for event $1 with payload $2, and further settings.
run() {
    rm -rf "$work/temp"
    mkdir -p "$work/temp"
    : > "$work/output"
    : > "$work/summary"
    printf '%s' "$2" > "$work/event.json"
    env GITHUB_EVENT_NAME="$1" GITHUB_EVENT_PATH="$work/event.json" GITHUB_OUTPUT="$work/output" \
        GITHUB_STEP_SUMMARY="$work/summary" "${@:3}" "$here/action/scan.sh" > "$work/log" 2>&1 || fail "scan.sh ends with $?"
}

output() { sed -n "s/^$1=//p" "$work/output"; }
is() { [[ $(output "$2") == "$3" ]] || fail "$1: $2 is '$(output "$2")', not '$3'"; passed=$((passed + 1)); }
says() { grep -qF -- "$2" "$work/$3" || fail "$1: the $3 does not say '$2'"; passed=$((passed + 1)); }
hides() { if grep -qF -- "$2" "$work/$3"; then fail "$1: the $3 says '$2'"; fi; passed=$((passed + 1)); }

pull="{\"pull_request\":{\"base\":{\"sha\":\"$first\"},\"head\":{\"sha\":\"$topic\"}}}"
for depth in 0 1; do
    checkout merge "$depth"
    run pull_request "$pull"
    is "a pull request, depth $depth" exit-code 1
    is "a pull request, depth $depth" findings 2
    is "a pull request, depth $depth" suppressed 1
    says "a pull request, depth $depth" "::error file=topic.env,line=1," log
    says "a pull request, depth $depth" "topic.env" summary
    says "a pull request, depth $depth" "ignore -- test data" summary
    [[ -s $(output sarif) ]] || fail "a pull request has SARIF"
    grep -q SNT8001 "$(output sarif)" || fail "a suppression asks for its review"
done
hides "a pull request" old.env log
if sed -n '/^::stop-commands::/,/^::[0-9a-f]\{32\}::$/!p' "$work/log" | grep -qE '^(::error::obeyed|.*##\[)'; then
    fail "a name of the repository is a command"
fi

run pull_request "$pull" SNOUT_FAIL_ON=none
is "a pull request that only reports" exit-code 0
run pull_request "$pull" SNOUT_FAIL_ON=none SNOUT_REQUIRE_REVIEW=true
is "a pull request with a suppression that nobody reviewed" exit-code 1
says "a pull request with a suppression that nobody reviewed" "wait for a review" log

checkout merge 1
run pull_request "$pull" SNOUT_DEEPEN=false
is "a shallow pull request that stays so" exit-code 2
says "a shallow pull request that stays so" "fetch-depth: 0" log

push() { printf '{"ref":"%s","before":"%s","after":"%s","repository":{"default_branch":"main"}}' "$@"; }
checkout main 0
run push "$(push refs/heads/main "$first" "$main")"
is "a clean push" exit-code 0
grep -q old.env "$(output sarif)" || fail "a branch uploads everything"
run push "$(push refs/heads/main "$first" "$main")" SNOUT_BASE=main SNOUT_HEAD=HEAD
is "a push to the branch that is the base" exit-code 0
run push "$(push refs/heads/main "$main" "$main")"
is "a push of the same commit" exit-code 0
run push "$(push refs/heads/main "$zero" "$main")"
is "a first push" exit-code 1
run push "$(push refs/heads/main "$(printf 'a%.0s' {1..40})" "$main")"
is "a forced push to the default branch" exit-code 1
run push "$(push refs/tags/v1 "$zero" "$main")"
is "a tag" exit-code 1
grep -q old.env "$(output sarif)" || fail "a tag uploads everything"
for event in schedule workflow_dispatch; do
    run "$event" '{}'
    is "$event" exit-code 1
    run "$event" '{}' SNOUT_FAIL_ON=none
    is "$event that only reports" exit-code 0
done
run push "$(push refs/heads/topic "$topic" "$zero" | sed 's/^{/{"deleted":true,/')"
is "a branch that goes away" exit-code 0
is "a branch that goes away" findings 0

checkout topic 0
run push "$(push refs/heads/topic "$zero" "$topic")"
is "a new branch" findings 2
run push "$(push refs/heads/topic "$(printf 'a%.0s' {1..40})" "$topic")"
is "a forced branch" findings 2
queue="{\"merge_group\":{\"base_sha\":\"$first\",\"head_sha\":\"$topic\"}}"
run merge_group "$queue" SNOUT_FAIL_ON=none SNOUT_REQUIRE_REVIEW=true
is "a merge queue with a suppression that nobody reviewed" exit-code 1
is "a merge queue" findings 2
# Settings that the pull request itself brings look away from nothing.
git checkout -q --detach
echo 'disable = ["genesys-client-secret"]' > settings.toml
git add . && git commit -q -m settings
tip=$(git rev-parse HEAD)
run pull_request "{\"pull_request\":{\"base\":{\"sha\":\"$first\"},\"head\":{\"sha\":\"$tip\"}}}" SNOUT_CONFIG=settings.toml
is "a pull request with settings of its own" findings 2
says "a pull request with settings of its own" "counts for nothing" summary
git checkout -q --detach "$topic"
run pull_request "$pull" SNOUT_BASE=main SNOUT_HEAD=HEAD
is "a pull request with its base given" findings 2
git tag main "$topic"
run pull_request "$pull" SNOUT_BASE=main SNOUT_HEAD=HEAD
is "a pull request with a tag named as its base" findings 2
git tag -d main > "$work/log"
run pull_request "$pull" SNOUT_BASE='--output=x' SNOUT_HEAD=HEAD
is "a base that is no commit" exit-code 2

# Installation: a release with the right checksum, and one without.
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$here/Cargo.toml" | head -n 1)
if [[ $(uname -s)-$(uname -m) == Linux-x86_64 ]]; then
    name=snout-$version-x86_64-unknown-linux-gnu
    mkdir -p "$work/releases/v$version/$name"
    cp "$SNOUT" "$work/releases/v$version/$name/snout"
    tar -czf "$work/releases/v$version/$name.tar.gz" -C "$work/releases/v$version" "$name"
    (cd "$work/releases/v$version" && sha256sum ./*.tar.gz | sed 's|\./||' > SHA256SUMS)
    install() {
        : > "$work/output"
        rm -rf "$work/temp"
        mkdir -p "$work/temp"
        env GITHUB_OUTPUT="$work/output" SNOUT_RELEASES="file://$work/releases" "$here/action/install.sh" > "$work/log" 2>&1
    }
    install || fail "the installation of a release"
    "$(output snout)" --version > "$work/log" || fail "the program of a release runs"
    # The checksum of another file: a digit changed by hand may be the digit that was there.
    (cd "$work/releases/v$version" && sed -i "s/^[0-9a-f]*/$(sha256sum < /dev/null | cut -d ' ' -f 1)/" SHA256SUMS)
    if install; then fail "a release with another checksum is installed"; fi
    says "a release with another checksum" "does not match its checksum" log
    passed=$((passed + 2))
fi
echo "action: $passed passed, 0 failed"
