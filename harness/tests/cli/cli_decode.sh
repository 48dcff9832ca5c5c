#!/usr/bin/env bash
# The decode loop as a user runs it: the same tokens and logits whatever computes them, wrong kernels refused.
# Labels: compiler processor threads
. "$SOURCE/harness/tests/cli/cli.sh"
. "$SOURCE/harness/tests/cli/decode.sh"
always=(--prompt 13 --tokens 9 --model "$SOURCE/suites/tiny.model")

expect 0 decode --kernel reference -t 1
says out "bottleneck of decode:"
says out "allocations"
wanted=$(hashes)
[ -n "$wanted" ] || fail "no hashes"

# same_with ARGUMENTS...: the same tokens and logits
same_with() {
    expect 0 decode "$@"
    same "$*"
}
for kernel in $("$TERNBENCH" kernels --format names); do
    same_with --kernel "$kernel" -t 2 --isa native
done
same_with --kernel scalar -t 3
same_with --kernel scalar -t 1 --block 1
same_with --kernel scalar -t 2 --block 5
same_with --kernel scalar --set fused=0
same_with --kernel scalar --set simd=0
same_with --kernel scalar --set huge_pages=0
same_with --kernel scalar --set kv_cache=0
expect 0 decode --kernel scalar --compare-cache 5
says out "the same tokens"

# The ring wraps; the window slides.
expect 0 decode --kernel scalar --context 16 --tokens 40
wanted=$(hashes)
expect 0 decode --kernel scalar --context 16 --tokens 40 -t 2 --block 4
same "a block that wraps"
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
finish
