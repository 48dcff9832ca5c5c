#!/usr/bin/env bash
# Fuzzes the reading of claims, and of the rules of a gate.
. "$SOURCE/harness/tests/fuzz/fuzz.sh"

cp "$SOURCE/suites/expectations.ini" corpus
printf '[a]\nclaimed = 1 2\nmeasure = toggle\ntoggle = prefetch\nkernel = ^avx2$\nover = a{2,3}(b|c)\n' >corpus/claim.ini
printf '[a]\ncases = ^avx2/\ndelta = 5 %%\nexpected = smaller tables\n[b]\ncases = .*\n' >corpus/rules.ini
fuzz 50000 -max_len=1000
