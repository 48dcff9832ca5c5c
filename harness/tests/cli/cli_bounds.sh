#!/usr/bin/env bash
# Instructions are counted on a part of each case where a suite or --counters asks for it, and the limits report says what they
# lead to. Which, is for ci/selftest bounds: it hangs on the time that was measured.
# Labels: threads
. "$SOURCE/harness/tests/cli/cli.sh"

"$CC" -std=c11 -O2 -shared -fPIC ${SANITIZE:+-fsanitize=$SANITIZE} -I"$SOURCE/kernels" "$SOURCE/harness/tests/bounds/bounds.c" -o bounds.so ||
    fail "cannot build the kernels"
printf '[suite]\ncounters = work\n[a]\nkernels = made.*\nshapes = 8x64x1 8x64x4\n' >work.suite
printf '[a]\nkernels = made.*\nshapes = 8x64x1\n' >plain.suite
run=("$TERNBENCH" run --plugin ./bounds.so --budget 0.02 --no-roofs -q)

expect 0 "$TERNBENCH" check plain.suite --plugin ./bounds.so --no-edges
says_not out "MISMATCH"
expect 0 "${run[@]}" work.suite --out jsonl:first.jsonl
expect 0 "${run[@]}" plain.suite --counters work --out jsonl:option.jsonl
expect 0 "${run[@]}" plain.suite --out jsonl:plain.jsonl
# What is counted is said to be so, the same each time, and on a part that a kernel takes.
python3 - <<'PY' || fail "what is counted is not as it should be"
import json
def counted(name):
    lines = map(json.loads, open(name))
    return {r["id"]: r["timing"]["instructions"] for r in lines if r["type"] == "case" and "timing" in r}
first, option, plain = map(counted, ["first.jsonl", "option.jsonl", "plain.jsonl"])
assert plain and all(i["per_mac"] == 0 and i["reason"] == "" for i in plain.values()), plain
assert option and set(option) < set(first), (option, first)
for i in first.values():
    assert (i["per_mac"] > 0) == (i["reason"] == "") == (i["counted_on"] != ""), i
for case, i in option.items():
    assert i["reason"] or first[case]["reason"] or abs(first[case]["per_mac"] / i["per_mac"] - 1) < 0.1, (case, i, first[case])
PY
expect 0 "$TERNBENCH" report first.jsonl --format limits.csv
says out "instructions_per_cycle"
expect 0 "$TERNBENCH" report first.jsonl --format limits
expect 2 "${run[@]}" plain.suite --counters works
printf '[suite]\ncounters = works\n[a]\nkernels = made.*\nshapes = 8x64x1\n' >wrong.suite
expect 2 "${run[@]}" wrong.suite
says err "works"
finish
