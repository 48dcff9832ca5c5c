#!/usr/bin/env bash
# Records: a run that was cut off goes on with --resume and ends like one that ran through; every format can be drawn again.
# Labels: threads
. "$SOURCE/harness/tests/cli/cli.sh"

printf '[suite]\nbaseline = reference\n[a]\nkernels = reference\nshapes = 8x64x16 16x256x32 7x13x1\nthreads = 1 all\n' >a.suite
quick=(--budget 0.02 --no-roofs -q)

expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:whole.jsonl --out csv:whole.csv
says out "EXACT"
cases=$("$TERNBENCH" run a.suite --list | wc -l)
[ "$(grep -c '"type":"case"' whole.jsonl)" -eq "$cases" ] || { echo "FAILED: not a record a case"; failures=$((failures + 1)); }
[ "$(wc -l <whole.csv)" -eq $((cases + 1)) ] || { echo "FAILED: not a line a case"; failures=$((failures + 1)); }
head -1 whole.jsonl >first && says first '"type":"run"'
tail -1 whole.jsonl >last && says last '"complete":true'

# Cut in the middle of the third record, as a full disk or a power cut would.
head -c $(($(head -4 whole.jsonl | wc -c) - 20)) whole.jsonl >cut.jsonl
expect 0 "$TERNBENCH" report cut.jsonl
says err "the last line was cut off"
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:cut.jsonl --resume
says out "$cases of $cases cases"
[ "$(grep -c '"type":"case"' cut.jsonl)" -eq "$cases" ] || { echo "FAILED: resumed file is not whole"; failures=$((failures + 1)); }
sed -n 's/.*"id":"\([^"]*\)".*/\1/p' cut.jsonl | sort | uniq -d >twice
[ ! -s twice ] || { echo "FAILED: a case stands twice"; failures=$((failures + 1)); }

# Resuming a finished run measures nothing again.
cp whole.jsonl done.jsonl
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:done.jsonl --resume
diff <(grep '"type":"case"' whole.jsonl) <(grep '"type":"case"' done.jsonl) >/dev/null ||
    { echo "FAILED: a finished case was measured again"; failures=$((failures + 1)); }

# What was measured is not written over; with a filter, --resume counts what passes it.
cp done.jsonl kept.jsonl
expect 2 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:done.jsonl
says err "done.jsonl is there already and not empty; name another file or remove it, or go on"
cmp -s done.jsonl kept.jsonl || fail "records were written over"
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --filter /7x13x1/ --out jsonl:done.jsonl --resume
filtered=$("$TERNBENCH" run a.suite --filter /7x13x1/ --list | wc -l)
says out "$filtered of $filtered case"
: >empty.jsonl
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:empty.jsonl

# Ctrl-C: a closing line that says so, 128 + signal, and the records so far.
"$TERNBENCH" run a.suite --budget 30 --min-samples 512 --no-roofs -q --out jsonl:stopped.jsonl >out 2>err </dev/null &
pid=$!
until [ -s stopped.jsonl ]; do sleep 0.1; done
sleep 0.5
kill -INT $pid
wait $pid
status=$?
[ $status -eq 130 ] || { echo "FAILED: Ctrl-C gave exit $status"; failures=$((failures + 1)); }
tail -1 stopped.jsonl >last && says last '"interrupted by signal 2"'
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:stopped.jsonl --resume

# auto is chosen when the run begins, and listed as what it is until then; a resumed run keeps the choice.
printf '[a]\nkernels = reference auto\nshapes = 16x256x1\nthreads = 1\n' >auto.suite
expect 0 "$TERNBENCH" run auto.suite --list
says out "auto/16x256x1/w=random,x=random,p0=0.42,seed=1/t=1/hot"
expect 0 "$TERNBENCH" run auto.suite "${quick[@]}" --filter '^auto/' --out jsonl:auto.jsonl
says auto.jsonl 'sampled in turns with the others as it is used'
cp auto.jsonl again.jsonl
expect 0 "$TERNBENCH" run auto.suite "${quick[@]}" --filter '^auto/' --out jsonl:again.jsonl --resume
[ "$(grep -c '"type":"case"' again.jsonl)" -eq 1 ] || { echo "FAILED: auto was chosen again"; failures=$((failures + 1)); }
expect 0 "$TERNBENCH" repro 'auto/16x256x1/w=random,x=random,p0=0.42,seed=1/t=1/hot' "${quick[@]}"
says out "1 EXACT"
# A run that cannot begin leaves what is in its file.
expect 2 "$TERNBENCH" decode --model no-such-model --no-roofs -q --out jsonl:again.jsonl
[ "$(grep -c '"type":"case"' again.jsonl)" -eq 1 ] || { echo "FAILED: a run that did not begin emptied its file"; failures=$((failures + 1)); }

# The same data whatever the filter: the id names the data, the hash of Y is the check; a report is drawn from the file alone.
expect 0 "$TERNBENCH" report whole.jsonl --format csv
says out "reference/7x13x1/w=random"
expect 0 "$TERNBENCH" report whole.jsonl --format jsonl
diff out whole.jsonl >/dev/null || { echo "FAILED: a record changed on its way through report"; failures=$((failures + 1)); }
# Two machines in one report: each case under its own, and exported and read again the report is the same to the byte.
sed 's/"host":"[^"]*"/"host":"elsewhere"/' whole.jsonl >other.jsonl
expect 0 "$TERNBENCH" report whole.jsonl other.jsonl --format table --out jsonl:both.jsonl
says out "Run 2 of 2: elsewhere,"
[ "$(grep -c ' x reference' out)" -eq $((2 * $("$TERNBENCH" report whole.jsonl | grep -c ' x reference'))) ] ||
    { echo "FAILED: a baseline is lost"; failures=$((failures + 1)); }
mv out first
cat whole.jsonl other.jsonl | diff - both.jsonl >/dev/null || { echo "FAILED: exported lines are not those read"; failures=$((failures + 1)); }
expect 0 "$TERNBENCH" report both.jsonl
diff out first >/dev/null || { echo "FAILED: the exported file gives another report"; failures=$((failures + 1)); }
expect 0 "$TERNBENCH" report whole.jsonl --filter '/7x13x1/' --format jsonl
[ "$(grep -c '"type":"case"' out)" -eq "$(grep -c '"id":"reference/7x13x1/' whole.jsonl)" ] ||
    { echo "FAILED: report --filter shows other cases"; failures=$((failures + 1)); }
says_not out "8x64x16"
expect 0 "$TERNBENCH" report --compare whole.jsonl whole.jsonl --filter '-/7x13x1/'
says out "8x64x16"
says_not out "7x13x1"
expect 5 "$TERNBENCH" report whole.jsonl --filter nobody
says err "no record of the files passes --filter 'nobody'"
expect 2 "$TERNBENCH" report whole.jsonl --filter '('
expect 0 "$TERNBENCH" repro 'reference/7x13x1/w=random,x=random,p0=0.42,seed=1/t=1/hot' "${quick[@]}"
says out "1 EXACT"

# valid FILE...: every line follows the schema
valid() {
    /usr/bin/python3 - "$SOURCE/harness/record/record.schema.json" "$@" >validation 2>&1 <<'END' || { echo "FAILED: $*"; cat validation; failures=$((failures + 1)); }
import json, sys, jsonschema
validator = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
for file in sys.argv[2:]:
    for line in open(file):
        for error in validator.iter_errors(json.loads(line)):
            sys.exit(f"{file}: {list(error.absolute_path)}: {error.message}")
END
}

# keeps OLD NEW: each key of the old file stands in the new one with its value
keeps() {
    /usr/bin/python3 - "$@" >kept 2>&1 <<'END' || { echo "FAILED: $* lost something"; cat kept; failures=$((failures + 1)); }
import json, sys
def keeps(old, new):
    if isinstance(old, dict):
        return all(key in new and keeps(value, new[key]) for key, value in old.items())
    return old == new
old, new = ([json.loads(line) for line in open(file)] for file in sys.argv[1:])
sys.exit(0 if len(old) == len(new) and all(map(keeps, old, new)) else 1)
END
}

# Files of every schema so far stay readable, whole, and follow the schema as what is written today does.
for golden in "$SOURCE"/harness/tests/record/golden/*.jsonl; do
    expect 0 "$TERNBENCH" report "$golden" --format jsonl
    mv out again.jsonl
    keeps "$golden" again.jsonl
    valid "$golden" again.jsonl
    expect 0 "$TERNBENCH" report "$golden"
done
valid whole.jsonl stopped.jsonl
finish
