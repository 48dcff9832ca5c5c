#!/usr/bin/env bash
# Kernels that are right when they are checked and wrong when they are timed: a verdict, exit status 1, and no speed; hot and
# cold, alone and in turns with a right one, for one token and for several. The right one keeps its verdict and its speed.
. "$SOURCE/harness/tests/cli/cli.sh"
[ -z "${SANITIZE:-}" ] || exit 77

# Whoever is wrong is seen in the warm-up or in the first samples. The budget is for the right one on a busy machine.
how=(--no-roofs --min-samples 60 --budget 3 -q)
mutants=$(sed -n 's/^ROW([a-z_]*, "\(.*\)")/\1/p' "$SOURCE/harness/tests/mutants/timed.def")

# suite NAME CACHE SHAPE INTERLEAVE
suite() {
    printf '[suite]\nbaseline = unmutated\ninterleave = %s\n[a]\nkernels = unmutated %s\nshapes = %s\nthreads = 1\ncache = %s\n' \
        "$4" "${mutants//$'\n'/$'\n    '}" "$3" "$2" >"$1.suite"
}

# is_caught NAME MUTANT: its record says so
is_caught() {
    line=$(grep "^{\"type\":\"case\",\"id\":\"$2/" "$1.jsonl")
    case $line in
    *'"timed":false'*'"verdict":"NONDETERMINISTIC"'*' of timing"'*) true ;;
    *'"timed":false'*'"verdict":"IMPOSSIBLE"'*'kept from call to call"'*) true ;;
    *'"timed":false'*'"verdict":"OVERRUN"'*' while it is timed"'* | *'"timed":false'*'"verdict":"OVERRUN"'*' of timing"'*) true ;;
    *'"timed":false'*'"verdict":"MISDECLARED"'*' while it is timed, '*) true ;;
    *) false ;;
    esac
}

# must_be_caught NAME. Which calls are looked at is drawn by chance, and a busy machine leaves time for few: who was not caught at once
# is timed a second time, alone.
must_be_caught() {
    expect 1 "$TERNBENCH" run "$1.suite" --plugin "${MUTANTS:?}" "${how[@]}" --out csv:"$1.csv" --out jsonl:"$1.jsonl"
    grep '"id":"unmutated/' "$1.jsonl" | grep '"timed":true' | grep -q '"verdict":"EXACT"' ||
        { echo "FAILED: $1: unmutated is not EXACT and timed"; failures=$((failures + 1)); }
    for mutant in $mutants; do
        is_caught "$1" "$mutant" && continue
        rm -f again.jsonl
        "$TERNBENCH" run "$1.suite" --plugin "$MUTANTS" "${how[@]}" --filter "^($mutant|unmutated)/" --out jsonl:again.jsonl >/dev/null 2>&1
        is_caught again "$mutant" || { echo "FAILED: $1: $mutant got ${line:0:700}"; failures=$((failures + 1)); }
    done
}

suite hot hot 32x128x1 no
suite turns hot 32x128x1 yes
suite tokens hot 32x128x3 yes
suite cold cold 32x128x1 yes
must_be_caught hot
must_be_caught turns
must_be_caught tokens
must_be_caught cold

# Checks alone see nothing: it is the timing that must look.
expect 0 "$TERNBENCH" check hot.suite --plugin "$MUTANTS" --no-edges -q
finish
