#!/usr/bin/env bash
# ternbench ablate decode: the parts of the decode loop, switched off alone and together. No figure decides.
# Labels: processor threads
. "$SOURCE/harness/tests/cli/cli.sh"

ablate() {
    "$TERNBENCH" ablate decode -q --model "$SOURCE/suites/tiny.model" --prompt 3 --tokens 1 --budget 0.01 "$@"
}

# parts FILE: the names in the table
parts() {
    sed -n -E 's/^  ([a-z_]+) +([0-9]|never).*/\1/p' "$1" | grep -vx all | paste -sd' '
}

# are WHAT: all that can be switched off, in this order
are() {
    [ "$(parts out)" = "$1" ] || { echo "FAILED: parts '$(parts out)', not '$1'" && sed 's/^/    /' out && failures=$((failures + 1)); }
}

expect 0 ablate -k scalar -t 2 --baseline reference --out jsonl:all.jsonl
are "simd threads kv_cache kv fused head huge_pages kernel"
says out 'all '
says out 'residual: x'
says out '; 3 processes'
says out 'a step of tiny, 2 of 2 layers, after a prompt of 3 tokens'
says all.jsonl '"toggles":"kernel=scalar,threads=2"'
says all.jsonl 'kernel=reference,threads=1"'

# Drawn again from the file, and in the full report.
cp out first
expect 0 "$TERNBENCH" report all.jsonl --format ablate
diff <(grep -v residual first) <(grep -v residual out) || { echo "FAILED: drawn again, it is another table" && failures=$((failures + 1)); }
expect 0 "$TERNBENCH" report all.jsonl --out md:full.md
says full.md 'part of the decode loop'
grep -q '^| KV cache .*| 1 |' full.md || fail "the claim on the KV cache is not held against the ablation: $(grep '^| KV cache' full.md)"

# Cut off among the combinations of a process, and gone on with: the same combinations, none twice.
head -c $(($(wc -c <all.jsonl) / 2)) all.jsonl >half.jsonl
expect 0 ablate -k scalar -t 2 --baseline reference --out jsonl:half.jsonl --resume
same_observations all.jsonl half.jsonl

# What is off, or cannot be switched off, is told and not timed.
expect 0 ablate -k scalar -t 1 --layers 1 --set kv=32,head=16,huge_pages=0,fused=0
are "simd kv_cache"
says out 'threads: there is one'
says out 'kv: off in this run'
says out 'kernel: it is portable itself; --baseline names a plain one'
says out '1 of 2 layers'
expect 0 ablate -k scalar -t 1 --baseline scalar
says out 'kernel: it is the plain one itself'
TERNBENCH_ISA=scalar expect 0 ablate -k scalar -t 1
says out 'simd '
says out 'never taken: the loop runs the same without it'

# Two sides: the kernel of each in the loop of this program, beside one plain kernel. Code that is the same is not timed.
mkdir sides
cp "$SOURCE"/kernels/{scalar.c,common.h} sides
sed 's/uint32_t sum = 0;/volatile uint32_t sum = 0;/; s/sum += /sum = sum + /' sides/scalar.c >sides/slow.c
export XDG_CACHE_HOME=$WORK/cache
sides() {
    expect "$1" timeout 300 "$TERNBENCH" ablate "${@:2}" -q --model "$SOURCE/suites/tiny.model" --prompt 3 --tokens 1 --budget 0.01 -t 1
}
sides 0 sides/scalar.c sides/slow.c decode --baseline reference --out jsonl:two.jsonl
says out 'base: decode/'
says out 'cand: decode/'
says out 'All of it: '
expect 0 "$TERNBENCH" report two.jsonl --format ablate.json
python3 - out <<'PY' || fail "of each side the same parts are ablated"
import json, sys
sheet = next(sheet for sheet in json.load(open(sys.argv[1]))["sheets"] if sheet["name"] == "ablation")
rows = [(row["side"], row["toggle"]) for row in sheet["rows"]]
base, cand = ([toggle for side, toggle in rows if side == name] for name in ("base", "cand"))
sys.exit(not (base == cand and "kernel" in base and len(base) == len(rows) / 2))
PY
head -c $(($(wc -c <two.jsonl) * 2 / 3)) two.jsonl >half.jsonl
sides 0 sides/scalar.c sides/slow.c decode --baseline reference --out jsonl:half.jsonl --resume
same_observations two.jsonl half.jsonl
sides 2 sides/slow.c sides/scalar.c decode --baseline reference --out jsonl:half.jsonl --resume
says err 'cannot go on with half.jsonl'
sides 5 decode sides/scalar.c sides/scalar.c
says err "'scalar' is the same code in both"
sides 2 decode sides/scalar.c sides/slow.c
says err 'needs a plain one to be held against: it is portable itself; --baseline names a plain one'
sides 2 decode sides/scalar.c
says err 'takes no sides or two'
sides 2 decode sides/scalar.c sides/slow.c --side sides/slow.c
says err 'does not go with two sides'

# What is wrong is not timed: a kernel in every product, or the plain one.
if [ -z "${SANITIZE:-}" ]; then
    expect 1 ablate --plugin "$MUTANTS" -k seed-tmac -t 1
    says out MISMATCH
    says_not out residual
    expect 1 ablate --plugin "$MUTANTS" -k scalar --baseline seed-tmac -t 1
    says out MISMATCH
fi

expect 2 ablate --layers 0
expect 2 "$TERNBENCH" ablate decode one two three
says err "'three' is not expected here"

finish
