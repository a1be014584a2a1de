#!/usr/bin/env bash
# pre-commit's try-repo runs the hooks of this checkout on a repository with a staged secret.
# usage: SNOUT=target/release/snout tests/pre-commit.sh   (pre-commit on PATH)
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null PRE_COMMIT_HOME="$work/cache" PATH="$(dirname "$SNOUT"):$PATH"
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com

# try-repo copies a repository at a commit: give it one that holds the checkout as it is.
hooks=$work/hooks
git clone -q "$here" "$hooks"
cp "$here/.pre-commit-hooks.yaml" "$hooks/"
git -C "$hooks" add -A
git -C "$hooks" commit -q --allow-empty -m "hooks"

repo=$work/repo
git init -q -b main "$repo"
cd "$repo"
echo clean > app.env
git add app.env
git commit -q -m first

try() { pre-commit try-repo "$hooks" snout-system --verbose 2>&1; }
secret() { python3 -c 'import base64, os; print("GENESYS_CLIENT_SECRET=" + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))'; }

try > out || { cat out; echo "FAILED: a clean index does not pass"; exit 1; }
secret > app.env
git add app.env
if try > out; then cat out; echo "FAILED: a staged secret passes"; exit 1; fi
grep -q genesys-client-secret out
echo clean > app.env
if try > out; then cat out; echo "FAILED: a secret staged and cleaned in the working tree passes"; exit 1; fi

# The same through git commit -a, with pre-commit installed as the hook.
cat > .pre-commit-config.yaml <<YAML
repos:
  - repo: $hooks
    rev: $(git -C "$hooks" rev-parse HEAD)
    hooks: [{id: snout-system}]
YAML
git reset -q --hard
git add .pre-commit-config.yaml
pre-commit install > out
git commit -q -m config
secret > app.env
if git commit -q -a -m leak > out 2>&1; then cat out; echo "FAILED: git commit -a with a secret passes"; exit 1; fi
grep -q genesys-client-secret out
echo "pre-commit: 4 passed, 0 failed"
