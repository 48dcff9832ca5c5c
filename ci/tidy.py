#!/usr/bin/env python3
"""Runs clang-tidy on the sources of a build folder, as many at a time as there are CPUs.

Usage: ci/tidy.py BUILD_FOLDER CACHE_FOLDER [--skip REGEX]

A source that was clean is looked at again only when it, a header that it includes, its compile command or a .clang-tidy has
changed. Ends with 1 when there are findings.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def compile_command(entry):
    """The arguments of the compiler, without what is written where."""
    words = shlex.split(entry["command"])
    while "clang" not in os.path.basename(words[0]):  # a launcher such as ccache
        words.pop(0)
    if "-o" in words:
        at = words.index("-o")
        del words[at : at + 2]
    return [word for word in words if word not in ("-c", entry["file"])]


def key_of(entry, command, settings):
    """Everything that the findings depend on, as one number; None where the compiler cannot say."""
    listed = subprocess.run(command + ["-MM", entry["file"]], cwd=entry["directory"], capture_output=True, text=True)
    if listed.returncode != 0:
        return None
    digest = hashlib.sha256(settings)
    digest.update("\0".join(command).encode())
    for name in listed.stdout.replace("\\\n", " ").split()[1:]:
        digest.update(pathlib.Path(entry["directory"], name).read_bytes())
    return digest.hexdigest()


def look_at(entry, settings, cache):
    """The findings in one source, "" when there are none."""
    command = compile_command(entry)
    key = key_of(entry, command, settings)
    if key is not None and (cache / key).exists():
        return ""
    done = subprocess.run(["clang-tidy", "--quiet", entry["file"], "--"] + command[1:], cwd=entry["directory"],
                          capture_output=True, text=True)
    if done.returncode == 0 and key is not None:
        (cache / key).touch()
    return "" if done.returncode == 0 else done.stdout or done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("cache", type=pathlib.Path)
    parser.add_argument("--skip", default="^$", help="sources to pass over, a regular expression on the path")
    options = parser.parse_args()

    entries = {}
    for entry in json.loads((options.build / "compile_commands.json").read_text()):
        path = os.path.relpath(entry["file"], ROOT)
        if not path.startswith("build/") and not re.search(options.skip, path):
            entries.setdefault(path, entry)  # what is compiled for two targets is looked at once
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    configs = sorted(ROOT.glob("harness/**/.clang-tidy")) + [ROOT / ".clang-tidy"]
    settings = version + b"".join(config.read_bytes() for config in configs)
    options.cache.mkdir(parents=True, exist_ok=True)

    failed, told = 0, set()
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for findings in pool.map(lambda entry: look_at(entry, settings, options.cache), entries.values()):
            failed += findings != ""
            if findings not in told:  # a finding in a header comes with every source that includes it
                print(findings, end="")
            told.add(findings)
    if failed:
        print(f"clang-tidy: findings in {failed} of {len(entries)} sources")
    return 1 if failed else 0


sys.exit(main())
