#!/usr/bin/env bash
# The decode loop as a user runs it: the same tokens and logits whatever computes them, wrong kernels refused, records and reports.
# Labels: compiler processor threads
. "$SOURCE/harness/tests/cli/cli.sh"

decode() {
    "$TERNBENCH" decode --no-roofs --baseline none -q --prompt 13 --tokens 9 --model "$SOURCE/suites/tiny.model" "$@"
}

# hashes FILE: the line that names tokens and logits
hashes() {
    grep -o 'tokens [0-9a-f]*, logits [0-9a-f]*' "$1"
}

expect 0 decode --kernel reference -t 1
says out "bottleneck of decode:"
says out "allocations"
first=$(hashes out)
[ -n "$first" ] || { echo "FAILED: no hashes"; failures=$((failures + 1)); }

# same WHAT ARGUMENTS...: the same tokens and logits
same() {
    expect 0 decode "$@"
    [ "$(hashes out)" = "$first" ] || { echo "FAILED: other logits with $*: $(hashes out), not $first"; failures=$((failures + 1)); }
}
for kernel in $("$TERNBENCH" kernels --format names); do
    same --kernel "$kernel" -t 2 --isa native
done
same --kernel scalar -t 3
same --kernel scalar -t 1 --block 1
same --kernel scalar -t 2 --block 5
same --kernel scalar --set fused=0
same --kernel scalar --set simd=0
same --kernel scalar --set huge_pages=0
same --kernel scalar --set kv_cache=0
expect 0 decode --kernel scalar --compare-cache 5
says out "the same tokens"

# The ring wraps; the window slides.
expect 0 decode --kernel scalar --context 16 --tokens 40
wrapped=$(hashes out)
expect 0 decode --kernel scalar --context 16 --tokens 40 -t 2 --block 4
[ "$(hashes out)" = "$wrapped" ] || { echo "FAILED: other logits after the wrap"; failures=$((failures + 1)); }
for bits in 8 32; do
    expect 0 decode --kernel scalar --set kv=$bits,head=16
done
expect 0 decode --kernel scalar --sequences 3 --temperature 0.8 --top-k 20 --top-p 0.9

# The kernel is chosen, and said why.
expect 0 decode
says out "chosen because"

# Wrong kernels are refused: at one token by the check, at several by the projection.
if [ -z "${SANITIZE:-}" ]; then
    for mutant in seed-tmac only-first-token; do
        expect 1 decode --plugin "$MUTANTS" --kernel $mutant --isa native
        says out "MISMATCH"
        says_not out "tok/s"
    done
fi

# Records, and reports from them.
expect 0 decode --kernel scalar --out jsonl:d.jsonl --repetitions 3
expect 0 "$TERNBENCH" report d.jsonl --format llama-bench
says out "pp13"
says out "tg9"
expect 0 "$TERNBENCH" report d.jsonl --format decode
says out "over 3 repetitions"
expect 0 decode --kernel portable --baseline reference --tokens 3 --target 10 --budget 1000
says out "baseline reference"
says out "% of it"
says out "of the budget"
expect 0 decode --kernel scalar --prompt-ids 1,2,3
says out "answer:"

# A run has an id, which decodes again with the same tokens and logits.
# id FILE: the id of the first decode run in a file of records
id() {
    sed -n 's/.*"type":"decode","id":"\([^"]*\)".*/\1/p' "$1" | head -1
}
# again ID HASHES: repro gives these hashes
again() {
    expect 0 "$TERNBENCH" repro --no-roofs -q "$1"
    [ "$(hashes out)" = "$2" ] || { echo "FAILED: $1 gives $(hashes out), not $2"; failures=$((failures + 1)); }
}
for unusual in "--sequences 3 --temperature 0.8 --top-k 20 --top-p 0.9" "--set kv=8,simd=0 --block 5 -t 2" "--prompt-ids 7,5,3,2" "--context 16"; do
    # shellcheck disable=SC2086 # several words
    expect 0 decode --kernel scalar $unusual --out jsonl:id.jsonl
    again "$(id id.jsonl)" "$(hashes out)"
    rm id.jsonl
done
# By the name of the model too, and its baseline.
expect 0 "$TERNBENCH" decode --model tiny --tokens 5 --no-roofs -q --kernel portable --baseline reference --out jsonl:id.jsonl
case $(id id.jsonl) in decode/tiny/portable/*) ;; *) echo "FAILED: the id is $(id id.jsonl)"; failures=$((failures + 1)) ;; esac
again "$(id id.jsonl)" "$(hashes out)"
expect 0 "$TERNBENCH" repro --no-roofs -q "$(grep '"baseline":true' id.jsonl | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')"
expect 2 "$TERNBENCH" repro 'decode/tiny/scalar'
says err "is no id of a decode run"
expect 2 "$TERNBENCH" repro "$(id id.jsonl)" "$(id id.jsonl)"
says err "stands alone"
expect 2 decode --kernel scalar --model "$(printf 'x%.0s' {1..600})"

# What a user gets wrong.
expect 2 decode --model no-such-model
says err "no-such-model"
expect 2 decode --kernel no-such-kernel
expect 2 decode --kernel scalar --set kv=7
expect 2 decode --kernel scalar --set nonsense=1
says err "the decode loop has no toggle"
expect 2 decode --kernel scalar --prompt-ids 1,99999999
says err "not in the vocabulary"
expect 2 decode --kernel scalar --prompt-ids ,
expect 2 decode --kernel scalar --context 1000000
expect 2 decode extra
expect 2 decode --prompt-text hello
says err "--prompt-text needs a vocabulary, and model tiny has none, as its weights are seeded"
expect 2 "$TERNBENCH" decode --model no-such --prompt-text hello
says err "no model 'no-such'"
finish
