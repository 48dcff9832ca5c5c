#!/usr/bin/env bash
# Fuzzes the reading of ids, from those that the program lists and writes.
. "$SOURCE/harness/tests/fuzz/fuzz.sh"

{
    "$TERNBENCH" check "$SOURCE/suites/seed.suite" --list
    "$TERNBENCH" run "$SOURCE/suites/toggles.suite" --list
    sed -n 's/.*"id":"\(decode[^"]*\)".*/\1/p' "$SOURCE"/harness/tests/record/golden/*.jsonl
    printf 'decode+kv=8/models/my.gguf/avx2+prefetch=0/seed=1,p0=0.42/p=3,n=32,s=2,c=4096,b=256,r=3,l=2,compare=4,'
    echo 'temperature=0.5,top_k=3,top_p=0.9,ids=1:2:3/t=8'
} >ids
awk 'NR % 7 == 1 || /^decode/ { printf "%s", $0 > "corpus/" NR }' ids
fuzz 200000 -max_len=600
