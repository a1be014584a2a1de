#!/usr/bin/env python3
"""Counts how often three characters stand together in text, for the filter of literals (src/detect/prefilter.rs).

Usage: rarity.py OUTPUT FOLDER...

Writes 32,768 bytes: for each three bytes of which only the lowest five bits count (a * 1024 + b * 32 + c) how surprising
they are, in fourths of a bit: -4 * log2(share of all places). Of each folder and file name ending
at most 20 MB are read, of each file 60 KB, in the order of their paths, so that no language outweighs the others.
"""

import collections
import os
import sys

import numpy as np

MOST = 20_000_000
HEAD = 60_000


def texts(folder):
    """The beginnings of the text files of a folder."""
    read = collections.Counter()
    for path in sorted(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names):
        if os.path.islink(path) or "/.git/" in path:
            continue
        with open(path, "rb") as file:
            head = file.read(HEAD)
        ending = os.path.splitext(path)[1]
        if b"\0" not in head and read[ending] < MOST:
            read[ending] += len(head)
            yield head


def main():
    output, *folders = sys.argv[1:]
    counts = np.zeros(32**3, dtype=np.int64)
    total = 0
    for folder in folders:
        for text in texts(folder):
            line = (np.frombuffer(text, dtype=np.uint8) & 31).astype(np.int32)
            if len(line) > 2:
                counts += np.bincount(line[:-2] * 1024 + line[1:-1] * 32 + line[2:], minlength=32**3)
                total += len(line)
    share = (counts + 0.5) / counts.sum()
    np.minimum(255, np.rint(-4 * np.log2(share))).astype(np.uint8).tofile(output)
    print(f"{total} bytes of text", file=sys.stderr)


if __name__ == "__main__":
    main()
