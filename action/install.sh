#!/usr/bin/env bash
# Puts the program in place and names it in the output 'snout': the one that SNOUT_PATH names, or the release of this
# checkout's version, checked against the release's SHA256SUMS, or else one built from this checkout.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [[ -n ${SNOUT_PATH:-} ]]; then
    snout=$(command -v "$SNOUT_PATH") || { say "snout: '$SNOUT_PATH' is not a program"; exit 2; }
    printf 'snout=%s\n' "$snout" >> "$GITHUB_OUTPUT"
    exit 0
fi

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) target=x86_64-unknown-linux-gnu ;;
    Linux-aarch64) target=aarch64-unknown-linux-gnu ;;
    Darwin-x86_64) target=x86_64-apple-darwin ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) target=x86_64-pc-windows-msvc ;;
    *) target= ;;
esac
exe=snout
[[ $target == *windows* ]] && exe=snout.exe

folder=${RUNNER_TEMP:-$(mktemp -d)}/snout-$version
mkdir -p "$folder"
base=${SNOUT_RELEASES:-https://github.com/snout-scanner/snout/releases/download}/v$version
archive=snout-$version-$target.tar.gz
if [[ -n $target ]] &&
    curl -fsSL --retry 3 --proto '=https,file' -o "$folder/$archive" "$base/$archive" &&
    curl -fsSL --retry 3 --proto '=https,file' -o "$folder/SHA256SUMS" "$base/SHA256SUMS"; then
    # A release that does not match its checksums is no reason to build: it is one to stop.
    sum=$(grep -F "  $archive" "$folder/SHA256SUMS" | cut -d ' ' -f 1)
    have=$( (sha256sum "$folder/$archive" 2>/dev/null || shasum -a 256 "$folder/$archive") | cut -d ' ' -f 1)
    if [[ -z $sum || $sum != "$have" ]]; then
        say "snout: $archive does not match its checksum; stopping"
        exit 2
    fi
    tar -xzf "$folder/$archive" -C "$folder"
    snout=$folder/snout-$version-$target/$exe
else
    say "snout: no release of $version for this machine; building it from source"
    cargo install --quiet --locked --path "$root" --root "$folder"
    snout=$folder/bin/$exe
fi
printf 'snout=%s\n' "$snout" >> "$GITHUB_OUTPUT"
