"""Lets pre-commit's `language: python` install the released program, without Rust.

Not a package of its own: installing this checkout installs the wheel of the same version from the project's releases, by
its address, so that no package index is asked for a name. SNOUT_WHEEL names another wheel, by path or address.
"""

import os
import pathlib
import platform
import re

from setuptools import setup

RELEASES = "https://github.com/snout-scanner/snout/releases/download"
TAGS = {
    ("Linux", "x86_64"): "manylinux2014_x86_64.manylinux_2_17_x86_64",
    ("Linux", "aarch64"): "manylinux2014_aarch64.manylinux_2_17_aarch64",
    ("Darwin", "x86_64"): "macosx_10_12_x86_64",
    ("Darwin", "arm64"): "macosx_11_0_arm64",
    ("Windows", "AMD64"): "win_amd64",
}

root = pathlib.Path(__file__).resolve().parent
version = re.search(r'^version = "(.+)"$', (root / "Cargo.toml").read_text("utf-8"), re.MULTILINE).group(1)
wheel = os.environ.get("SNOUT_WHEEL")
if wheel is None:
    machine = (platform.system(), platform.machine())
    if machine not in TAGS:
        raise SystemExit(f"snout has no released program for {' '.join(machine)}: use the hook 'snout', which builds it")
    wheel = f"{RELEASES}/v{version}/snout_scanner-{version}-py3-none-{TAGS[machine]}.whl"
elif "://" not in wheel:
    wheel = pathlib.Path(wheel).resolve().as_uri()

setup(name="snout-pre-commit", version=version, packages=[], py_modules=[], install_requires=[f"snout-scanner @ {wheel}"])
