#!/usr/bin/env bash
# Fuzzes the reading of planned changes.
. "$SOURCE/harness/tests/fuzz/fuzz.sh"

printf '[smaller tables]\ncases = ^tmac.lut/\ncommit = 6841a688\nexpected = half the memory\n[all]\ncases = -cold$\n' >corpus/two.ini
printf '[a]\ncases = (a|b)*{2,3}\ncommit = 6841a688aa0b1c2d3e4f5061728394a5b6c7d8e9\n[a]\n; a comment\nexpected =\n' >corpus/twice.ini
fuzz 20000 -max_len=1000
