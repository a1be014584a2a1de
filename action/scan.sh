#!/usr/bin/env bash
# Scans what the event says is new, and tells people where they look: annotations, the step summary, SARIF, outputs.
# Everything that comes from outside is an environment variable or a file; nothing of it is ever part of the script.
set -euo pipefail

out=${RUNNER_TEMP:-$(mktemp -d)}/snout-report
rm -rf "$out"
mkdir -p "$out"
path=${SNOUT_SCAN_PATH:-.}
options=(--fail-on "${SNOUT_FAIL_ON:-medium}")
[[ ${SNOUT_ALLOW_INCOMPLETE:-false} == true ]] && options+=(--allow-incomplete)
[[ -n ${SNOUT_CONFIG:-} ]] && options+=(--config "$SNOUT_CONFIG")

# A shallow checkout lacks the commits that a range and a history are about. What stays missing, the scan says.
if [[ ${SNOUT_DEEPEN:-true} == true && $(git -C "$path" rev-parse --is-shallow-repository 2>/dev/null) == true ]]; then
    if ! git -C "$path" fetch --quiet --no-tags --unshallow origin; then
        echo "::warning title=Snout::The checkout is shallow and could not be deepened. Check out with 'fetch-depth: 0'."
    fi
fi

range=auto
if [[ -n ${SNOUT_BASE:-} ]]; then
    base=
    # A branch before a tag of the same name: anybody who may make tags would move the base.
    for name in "refs/heads/$SNOUT_BASE" "refs/remotes/origin/$SNOUT_BASE" "$SNOUT_BASE"; do
        base=$(git -C "$path" rev-parse --quiet --verify --end-of-options "$name^{commit}") && break
    done
    head=$(git -C "$path" rev-parse --quiet --verify --end-of-options "${SNOUT_HEAD:-HEAD}^{commit}" || true)
    if [[ -z $base || -z $head ]]; then
        echo "snout: 'base' or 'head' names no commit of the checkout; check out with 'fetch-depth: 0'" >&2
        printf 'exit-code=2\n' >> "$GITHUB_OUTPUT"
        exit 0
    fi
    # On the branch that is the base both are one commit: then the event tells what is new.
    [[ $base != "$head" ]] && range=$base..$head
fi

# Nothing that the report prints of the repository is taken for a command of the runner.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
code=0
"$SNOUT" scan --range "$range" "${options[@]}" \
    --report "json=$out/snout.json" \
    --report "jsonl=$out/snout.jsonl" \
    --report "github=$out/annotations.txt" \
    --report "markdown=$out/summary.md" \
    --report "sarif-github=$out/snout.sarif" \
    -- "$path" || code=$?
echo "::$token::"

case ${GITHUB_EVENT_NAME:-} in
    pull_request | pull_request_target | pull_request_review | merge_group) news=true ;;
    *) news=false ;;
esac

if [[ ! -s $out/snout.json ]]; then
    # An error: nothing was written.
    printf 'exit-code=%s\n' "$code" >> "$GITHUB_OUTPUT"
    exit 0
fi
cat "$out/annotations.txt"
# GitHub drops a summary of more than 1,024 KiB whole.
if [[ $(wc -c < "$out/summary.md") -gt 900000 ]]; then
    { head -c 900000 "$out/summary.md" | sed '$d'; printf '\nThe rest is too long for a summary: see the JSON report.\n'; } > "$out/summary.cut"
    mv "$out/summary.cut" "$out/summary.md"
fi
cat "$out/summary.md" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"

# What silences findings is reviewed where it comes in.
if [[ ${SNOUT_REQUIRE_REVIEW:-false} == true && $news == true ]]; then
    echo "::stop-commands::$token"
    review=0
    "$SNOUT" suppressions --range "$range" ${SNOUT_CONFIG:+--config "$SNOUT_CONFIG"} -- "$path" || review=$?
    echo "::$token::"
    if [[ $review != 0 ]]; then
        echo "::error title=Snout::Suppressions of this change wait for a review: 'snout suppressions accept' writes the ledger."
        if [[ $code == 0 ]]; then code=$review; fi
    fi
fi

# Code scanning closes the alerts that the newest upload for a branch lacks, so a branch gets a scan of everything. Only
# what pull requests and merge queues add is uploaded as what they add.
if [[ $news == false ]]; then
    "$SNOUT" scan --quiet --fail-on none --allow-incomplete ${SNOUT_CONFIG:+--config "$SNOUT_CONFIG"} \
        --format sarif-github --output "$out/snout.sarif" -- "$path" || rm -f "$out/snout.sarif"
fi

# How many findings the occurrences, a line each, belong to.
count() { { grep "\"suppressed\":$1" "$out/snout.jsonl" || true; } | { grep -v '"part_of":' || true; } | grep -o '"fingerprint":"[0-9a-f]*"' | sort -u | wc -l; }

{
    printf 'exit-code=%s\n' "$code"
    printf 'findings=%d\n' "$(count false || true)"
    printf 'suppressed=%d\n' "$(count true || true)"
    printf 'json=%s\n' "$out/snout.json"
    if [[ -s $out/snout.sarif ]]; then printf 'sarif=%s\n' "$out/snout.sarif"; fi
} >> "$GITHUB_OUTPUT"
