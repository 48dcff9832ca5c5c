#!/usr/bin/env bash
# Fuzzes the reading of suites and their plans, from those of the project.
. "$SOURCE/harness/tests/fuzz/fuzz.sh"

cp "$SOURCE"/suites/*.suite corpus
printf '[a]\nkernels = auto * -avx* reference\n  scalar ; and more\nshapes = 8x64 7x13x5\nn = 1 2\nthreads = 1 all doubling\ncache = hot cold\n' >corpus/axes.suite
printf 'w = random near\nx = onehot relu2\np0 = 0 0.42\nseed = 1 2\ntoggles = default huge_pages=0\ninterleave = yes\n' >>corpus/axes.suite
fuzz 10000 -max_len=2000
