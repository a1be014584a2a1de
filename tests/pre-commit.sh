#!/usr/bin/env bash
# pre-commit and prek run the hooks of this checkout on repositories with secrets.
# usage: SNOUT=target/release/snout tests/pre-commit.sh   (pre-commit on PATH; prek too, if it is there)
#        SNOUT_WHEEL=FILE.whl tests/pre-commit.sh         also runs the hook that installs a wheel
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/play.sh
source "$here/tests/play.sh"
export PRE_COMMIT_HOME="$work/cache" PREK_HOME="$work/prek"

# The runners copy a repository at a commit: give them one that holds the checkout as it is.
hooks=$work/hooks
git clone -q "$here" "$hooks"
cp "$here/.pre-commit-hooks.yaml" "$here/setup.py" "$here/Cargo.toml" "$hooks/"
git -C "$hooks" add -A
git -C "$hooks" commit -q --allow-empty -m "hooks"
rev=$(git -C "$hooks" rev-parse HEAD)

# Plays a day with a runner and a hook.
play() {
    local runner=$1 id=$2
    start
    printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks: [{id: %s}]\n' "$hooks" "$rev" "$id" > .pre-commit-config.yaml
    git add .
    git commit -q -m second
    passes "$runner $id: all files of a clean checkout" "$runner" run --all-files
    secret > app.env
    git add app.env
    stops "$runner $id: a staged secret" "$runner" run
    echo clean > app.env
    stops "$runner $id: a secret staged and cleaned in the working tree" "$runner" run
    git reset -q --hard
    "$runner" install --hook-type pre-commit --hook-type pre-push > "$work/out" 2>&1
    passes "$runner $id: a push of what is clean" git push -q origin main
    secret > app.env
    stops "$runner $id: git commit -a" git commit -q -a -m leak
    git commit -q --no-verify -a -m leak
    stops "$runner $id: a push of a secret" git push -q origin main
    stops "$runner $id: all files, as in CI" "$runner" run --all-files
    stops "$runner $id: a range, as in CI" "$runner" run --from-ref HEAD~1 --to-ref HEAD
}

ids=(snout-system)
[[ -n ${SNOUT_WHEEL:-} ]] && ids+=(snout-wheel)
for runner in pre-commit prek; do
    command -v "$runner" > "$work/out" || continue
    for id in "${ids[@]}"; do play "$runner" "$id"; done
done
echo "pre-commit: $passed passed, 0 failed"
