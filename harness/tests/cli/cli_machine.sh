#!/usr/bin/env bash
# ternbench machine: its JSON follows the schema, it agrees with lscpu, and it measures every number of threads.
# Labels: libraries processor threads
. "$SOURCE/harness/tests/cli/cli.sh"

expect 0 "$TERNBENCH" machine --format json -q
cp out machine.json
schema=$SOURCE/harness/cli/machine.schema.json
/usr/bin/python3 -m jsonschema -i machine.json "$schema" >validation 2>&1 ||
    { echo "FAILED: the JSON does not follow its schema:"; cat validation; failures=$((failures + 1)); }

# field PYTHON_EXPRESSION: a value of machine.json, called m
field() {
    /usr/bin/python3 -c "import json; m = json.load(open('machine.json')); print($1)"
}
lscpu_field() {
    LC_ALL=C lscpu | sed -n "s/^$1: *//p"
}
equals "model" "$(field "m['run']['cpu']")" "$(lscpu_field 'Model name')"
equals "CPUs online" "$(field "len(m['cpus'])")" "$(lscpu -p=CPU | grep -vc '^#')"
equals "cores" "$(field "m['topology']['cores']")" "$(lscpu -p=CORE,SOCKET | grep -v '^#' | sort -u | wc -l)"
equals "sockets" "$(field "m['topology']['sockets']")" "$(lscpu_field 'Socket(s)')"
equals "threads a core" "$(field "m['topology']['threads_per_core']")" "$(lscpu_field 'Thread(s) per core')"
equals "numbers of threads measured" "$(field "[r['threads'] for r in m['roofs']][-1]")" "$(nproc)"

expect 0 "$TERNBENCH" machine --no-roofs -q
says out "allowed"
expect 0 taskset -c "$first_cpu" "$TERNBENCH" machine --no-roofs -q
says out "1 allowed"

# The class: what is hashed, the hash that records carry, and nothing measured. A CPU less is another one.
expect 0 "$TERNBENCH" machine --class
says out "family="
says out "compiler="
hash=$(sed -n 's/^class \([0-9a-f]*\),.*/\1/p' out)
equals "class" "$(field "m['run']['machine_class_hash']")" "$hash"
expect 0 "$TERNBENCH" machine --class --format json
says out "\"machine_class_hash\": \"$hash\""
if [ "$(nproc)" -gt 1 ]; then
    expect 0 taskset -c "$first_cpu" "$TERNBENCH" machine --class
    says_not out "$hash"
fi
finish
