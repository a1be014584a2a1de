# shellcheck shell=bash
# What the scripts that play hooks have in common; sourced by them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
PATH=$(cd "$(dirname "$SNOUT")" && pwd):$PATH
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
unset SNOUT_FINGERPRINT_KEY SOURCE_DATE_EPOCH

# A line with a secret that was never one.
secret() { python3 -c 'import base64, os; print("GENESYS_CLIENT_SECRET=" + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))'; }

# The outcome of a command, with a name for it; what it says goes to a file outside of the repository.
passes() {
    "${@:2}" > "$work/out" 2>&1 || { cat "$work/out"; echo "FAILED: $1 does not pass"; exit 1; }
    passed=$((passed + 1))
}
stops() {
    if "${@:2}" > "$work/out" 2>&1; then cat "$work/out"; echo "FAILED: $1 passes"; exit 1; fi
    grep -q genesys-client-secret "$work/out" || { cat "$work/out"; echo "FAILED: $1 fails for another reason"; exit 1; }
    passed=$((passed + 1))
}

# A repository with one clean commit, and a server that it pushes to.
start() {
    rm -rf "$work/repo" "$work/server"
    git init -q --bare -b main "$work/server"
    git init -q -b main "$work/repo"
    cd "$work/repo"
    git remote add origin "$work/server"
    echo clean > app.env
    git add .
    git commit -q -m first
}
