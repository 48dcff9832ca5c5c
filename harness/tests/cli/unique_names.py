#!/usr/bin/env python3
"""Holds that no name stands twice in files of gbench, bmf, gab (.json) and junit (.xml), and prints the names."""
import json
import sys
import xml.etree.ElementTree


def reject_twice(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        sys.exit(f"a key stands twice: {max(keys, key=keys.count)}")
    return dict(pairs)


def names_of(path):
    if path.endswith(".xml"):
        tests = xml.etree.ElementTree.parse(path).iter("testcase")
        return [(test.get("classname"), test.get("name")) for test in tests]
    with open(path, encoding="utf-8") as file:
        content = json.load(file, object_pairs_hook=reject_twice)
    if isinstance(content, list):
        return [row["name"] for row in content]
    if "benchmarks" in content:
        return [(row["name"], row.get("repetition_index")) for row in content["benchmarks"]]
    return list(content)


for path in sys.argv[1:]:
    names = names_of(path)
    if not names:
        sys.exit(f"{path}: no names")
    if len(set(names)) != len(names):
        sys.exit(f"{path}: stands twice: {max(names, key=names.count)}")
    print(path, len(names), *names, sep="\n  ")
