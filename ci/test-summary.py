#!/usr/bin/env python3
"""The end of ci/test: what each preset did and how long it took, what failed, which tests were skipped and why.

Usage: ci/test-summary.py FOLDER SECONDS NAME...

FOLDER holds NAME.times ("rc build_s test_s") and, where ctest ran, its JUnit file NAME.xml, or what else ran said, NAME.log. SECONDS
is how long all took: builds run beside tests. Ends with 1 when anything failed.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

# What a test says when it leaves something out: a shell test as a whole, a unit test one of its functions.
REASON = re.compile(r"^SKIPPED: (.*)$", re.M)


def read(path):
    """Names of tests that passed and that failed; (test, reason) of all that was skipped, as a whole or in part."""
    passed, failed, skipped, partly = [], [], [], []
    if not path.exists():
        return passed, failed, skipped, partly
    for case in ElementTree.parse(path).iter("testcase"):
        name, status = case.get("name"), case.get("status")
        reasons = list(dict.fromkeys(REASON.findall(case.findtext("system-out") or "")))
        if status == "run":
            passed.append(name)
            partly += [(name, reason) for reason in reasons]
        elif case.find("skipped") is not None and status != "fail":
            skipped.append((name, "; ".join(reasons) or case.find("skipped").get("message") or "no reason given"))
        else:
            failed.append(name)
    return passed, failed, skipped, partly


def main():
    folder, seconds, names = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    totals, notes, bad = [0, 0, 0], [], []

    print(f"{'':18}{'passed':>8}{'failed':>8}{'skipped':>8}{'build':>9}{'tests':>9}")
    for name in names:
        rc, build_s, test_s = map(int, (folder / f"{name}.times").read_text().split())
        passed, failed, skipped, partly = read(folder / f"{name}.xml")
        counts = [len(passed), len(failed), len(skipped)]
        totals = [total + count for total, count in zip(totals, counts)]
        print(f"{name:18}" + "".join(f"{count:8}" for count in counts) + f"{build_s:7} s{test_s:7} s" + ("" if rc == 0 else "  FAILED"))
        bad += [f"{name}: {test} failed" for test in failed] or ([f"{name}: ended with {rc}, see above"] if rc != 0 else [])
        log = folder / f"{name}.log"
        notes += [f"{name}: skipped: {reason}" for reason in REASON.findall(log.read_text() if log.exists() else "")]
        notes += [f"{name}: {test} skipped: {reason}" for test, reason in skipped]
        notes += [f"{name}: {test} left something out: {reason}" for test, reason in partly]
    for line in notes + bad:
        print(line)
    print(f"{len(names)} passes over the tree in {seconds // 60} min {seconds % 60} s")
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if bad else 0


sys.exit(main())
