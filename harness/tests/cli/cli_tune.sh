#!/usr/bin/env bash
# tune and auto: the choice is one of what was tried, is kept, and is taken again until code, problem or cap are others.
# Labels: threads
. "$SOURCE/harness/tests/cli/cli.sh"
quick=(--budget 0.02 --no-roofs -q --pin none)
picks=$XDG_CACHE_HOME/ternbench/picks

kept() {
    find "$picks" -name '*.jsonl' 2>/dev/null | wc -l
}
# chosen FILE: the settings that were chosen
chosen() {
    /usr/bin/python3 -c '
import json, sys
for line in open(sys.argv[1]):
    record = json.loads(line)
    if record["type"] == "tried" and record["chosen"]:
        print(record["kernel"] + ("+" if record["toggles"] else "") + record["toggles"])' "$1"
}

printf '[a]\nkernels = auto\nshapes = 64x512x1, 64x512x4\nthreads = 1\n' >two.suite
expect 0 "$TERNBENCH" tune two.suite --no-roofs -q --pin none --out jsonl:tried.jsonl
says out "auto/64x512x1/"
says out "auto takes "
# A ratio comes from rounds, and is no quotient of the medians beside it.
says out "median time"
says out "the median over rounds that sample both, which decides"
says out " us in the median, sampled in turns"
[ "$(chosen tried.jsonl | wc -l)" -eq 2 ] || fail "tune chose other than one setting a problem"
[ "$(kept)" -eq 2 ] || fail "$(kept) choices are kept, of 2 problems"
/usr/bin/python3 - "$SOURCE/harness/record/record.schema.json" <<'PYTHON' || fail "what was tried makes no sense"
import json, sys
import jsonschema

validator = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
lines = [json.loads(line) for line in open("tried.jsonl")]
for line in lines:
    validator.validate(line)
tried = [line for line in lines if line["type"] == "tried"]
for chosen in [line for line in tried if line["chosen"]]:
    own = [(t["kernel"], t["toggles"]) for t in tried if t["id"] == chosen["id"] and t["stage"] == "final"]
    assert (chosen["kernel"], chosen["toggles"]) in own and chosen["ns"] > 0
    stages = {t["stage"] for t in tried if t["id"] == chosen["id"]}
    assert stages == {"guess", "kernels", "toggles", "final"}, stages
    # whatever has toggles was tried with each of them
    changed = [t["toggles"] for t in tried if t["id"] == chosen["id"] and t["stage"] == "toggles" and t["toggles"]]
    assert len(changed) == len(set((t["kernel"], t["toggles"]) for t in tried if t["id"] == chosen["id"] and
                                   t["stage"] == "toggles" and t["toggles"]))
PYTHON

# The same choice from the same files, in every format.
expect 0 "$TERNBENCH" report tried.jsonl --format tune
says out "auto takes $(chosen tried.jsonl | head -1):"
expect 0 "$TERNBENCH" report tried.jsonl --format tune.json
expect 0 "$TERNBENCH" report tried.jsonl --format full

# run takes what was found, and tries nothing anew: the kept files stay as they are.
before=$(cat "$picks"/*.jsonl | sha256sum)
expect 0 "$TERNBENCH" run two.suite "${quick[@]}" --out jsonl:run.jsonl
[ "$before" = "$(cat "$picks"/*.jsonl | sha256sum)" ] || fail "run tried again what was known"
/usr/bin/python3 - >taken <<'PYTHON'
import json
for line in open("run.jsonl"):
    record = json.loads(line)
    if record["type"] == "case":
        print(record["kernel"] + ("+" if record["toggles"] else "") + record["toggles"])
        assert "sampled in turns" in record["pick_reason"] or "guessed" in record["pick_reason"]
PYTHON
chosen tried.jsonl | cmp -s - taken || fail "run took other kernels than tune chose: $(paste -sd' ' taken)"
expect 0 "$TERNBENCH" kernels --pick 64x512x1 --no-roofs --pin none

# One kernel alone: only it is tried, `auto` has no part in it, and nothing is kept.
known=$(kept)
expect 0 "$TERNBENCH" tune two.suite --kernel portable --isa scalar --no-roofs -q --pin none --out jsonl:alone.jsonl
says out "portable/64x512x1/"
says out "alone, the fastest is portable"
grep -q 'auto' out && fail "auto is named where one kernel alone was tried"
grep '"type":"tried"' alone.jsonl | grep -qv '"kernel":"portable"' && fail "another kernel than the named one was tried"
grep -q '"stage":"toggles"' alone.jsonl || fail "no toggle of the kernel was tried"
[ "$(kept)" -eq "$known" ] || fail "what was found of one kernel alone is kept for auto"
expect 0 "$TERNBENCH" tune decode --model tiny -k portable --isa scalar -t 1 --no-roofs -q --pin none
says out "alone, the fastest is portable"
expect 2 "$TERNBENCH" tune two.suite --kernel portable+unpack=0
says err "--kernel of tune takes no toggles"
expect 2 "$TERNBENCH" tune two.suite --kernel nix
says err "there is no kernel 'nix'"

# Another cap is another question, and so are other kernels.
known=$(kept)
expect 0 "$TERNBENCH" run two.suite "${quick[@]}" --isa scalar --filter 64x512x1
[ "$(kept)" -eq $((known + 1)) ] || fail "under a cap the choice is that of no cap"

# What is kept and broken is found again; where nothing can be kept, it works all the same.
for file in "$picks"/*.jsonl; do echo '{"type":' >"$file"; done
expect 0 "$TERNBENCH" run two.suite "${quick[@]}" --isa scalar --filter 64x512x1
says out "64x512x1"
for file in "$picks"/*.jsonl; do rm "$file" && mkfifo "$file"; done
expect 0 timeout 100 "$TERNBENCH" run two.suite --budget 0.02 --no-roofs --pin none --isa scalar --filter 64x512x1
says err "is no file but a folder, a device or a pipe; remove it"
rm -r "$picks"
XDG_CACHE_HOME=/proc/nowhere expect 0 "$TERNBENCH" run two.suite --budget 0.02 --no-roofs --pin none --isa scalar
says err "warning: later runs will search again, as what was found is not kept: cannot make the folder /proc/nowhere"
[ "$(grep -c 'search again' err)" -eq 1 ] || fail "a folder that cannot be made is told more than once"
XDG_CACHE_HOME=/proc/nowhere expect 0 "$TERNBENCH" tune two.suite --no-roofs --pin none --isa scalar --filter 64x512x1
says err "is not kept: cannot make the folder /proc/nowhere"

# For a model: one choice for steps and prompt.
expect 0 "$TERNBENCH" tune decode --model tiny --isa scalar -t 1 --no-roofs -q --pin none --out jsonl:decode.jsonl
[ "$(chosen decode.jsonl | wc -l)" -eq 1 ] || fail "tune decode chose other than one setting"
says out "prompt=16,tokens=32"

# A kernel that is wrong is told and ends tune with 1, one that refuses does not; `auto` goes on without either.
variant() { # NAME SED-SCRIPT
    sed "s/sample.columns/sample.$1/; $2" "$SOURCE/kernels/sample_plugin.c" >"$1.c"
    "$CC" -shared -fPIC -O1 ${SANITIZE:+-fsanitize=$SANITIZE} -I"$SOURCE/kernels" "$1.c" -o "$1.so" ||
        fail "cannot build $1"
}
variant wrong 's/= sum;/= sum + 1;/'
variant refuses 's/return NULL;/return "not today";/'
mixed=(two.suite --no-roofs --pin none --isa scalar --filter 64x512x1)
expect 1 "$TERNBENCH" tune "${mixed[@]}" --plugin ./wrong.so --plugin ./refuses.so -q --out jsonl:mixed.jsonl
grep -q 'sample.wrong .*MISMATCH' out || fail "it is not said that a kernel is wrong: $(cat out)"
grep -q 'sample.refuses .*not today' out || fail "it is not said that a kernel refuses: $(cat out)"
[ "$(grep '"type":"tried"' mixed.jsonl | grep -c '"wrong":true')" -eq 1 ] ||
    fail "the record does not say what is wrong"
says out "auto takes "
expect 0 "$TERNBENCH" report mixed.jsonl --format github-annotations
says out '::error title=ternbench critical::MISMATCH'
expect 0 "$TERNBENCH" report mixed.jsonl --out md:mixed.md
says mixed.md 'WRONG: of'
expect 0 "$TERNBENCH" tune "${mixed[@]}" --plugin ./refuses.so -q
expect 0 "$TERNBENCH" decode --model tiny --isa scalar -t 1 --no-roofs -q --pin none --plugin ./wrong.so --tokens 2

expect 2 "$TERNBENCH" tune
expect 2 "$TERNBENCH" tune two.suite --budget 1
finish
