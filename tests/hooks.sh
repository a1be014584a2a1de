#!/usr/bin/env bash
# The recipes for lefthook and husky, run as the README gives them.
# usage: SNOUT=target/release/snout tests/hooks.sh   (lefthook and husky on PATH; one that is not there is left out)
set -euo pipefail
# shellcheck source=tests/play.sh
source "$(dirname "$0")/play.sh"

play() {
    git add .
    passes "$1: a clean commit" git commit -q -m second
    passes "$1: a clean push" git push -q origin main
    secret > app.env
    stops "$1: git commit -a" git commit -q -a -m leak
    git commit -q --no-verify -a -m leak
    stops "$1: a push of a secret" git push -q origin main
    grep -q "no rotation needed" "$work/out" || { cat "$work/out"; echo "FAILED: $1: the push says not what to do"; exit 1; }
}

if command -v lefthook > /dev/null; then
    start
    cat > lefthook.yml <<'YAML'
pre-commit:
  jobs:
    - name: snout
      run: snout hook pre-commit
pre-push:
  jobs:
    - name: snout
      run: snout hook pre-push {1} {2}
      use_stdin: true
YAML
    lefthook install > "$work/out" 2>&1
    play lefthook
fi

if command -v husky > /dev/null; then
    start
    echo '{}' > package.json
    husky > "$work/out" 2>&1
    echo 'snout hook pre-commit' > .husky/pre-commit
    echo 'snout hook pre-push "$@"' > .husky/pre-push
    play husky
    if snout hook install > "$work/out" 2>&1 || ! grep -q "'.husky/pre-commit'" "$work/out"; then
        cat "$work/out"
        echo "FAILED: snout hook install writes into husky's folder"
        exit 1
    fi
    passed=$((passed + 1))
fi
if [[ $passed == 0 ]]; then echo "FAILED: neither lefthook nor husky is on PATH"; exit 1; fi
echo "hooks: $passed passed, 0 failed"
