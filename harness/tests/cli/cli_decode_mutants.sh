#!/usr/bin/env bash
# Kernels that are wrong on real activations only, or once in a thousand calls: the decode ends with MISMATCH, says where, and exits 1.
. "$SOURCE/harness/tests/cli/cli.sh"
[ -z "${SANITIZE:-}" ] || skip "a sanitizer would stop such a plug-in first"

names=$(sed -n 's/^KIND([a-z_]*, "\([^"]*\)".*/\1/p' "$SOURCE/harness/tests/mutants/decoding.def")
[ "$(wc -w <<<"$names")" -ge 4 ] || { echo "FAILED: no mutants in decoding.def"; failures=1; }
for mutant in $names; do
    # A thousand products of layers and more, after a prompt that goes through the layers as a block.
    expect 1 timeout 120 "$TERNBENCH" decode --no-roofs --baseline none -q --prompt 5 --tokens 400 -t 1 \
        --model "$SOURCE/suites/tiny.model" --plugin "$MUTANTS" --kernel "$mutant"
    grep -q MISMATCH out err || { echo "FAILED: $mutant: no MISMATCH"; failures=$((failures + 1)); }
    says_not out "tok/s"
done
# As the report says it can be seen again.
again=$(sed -n 's/^ *again: ternbench //p' out)
eval "expect 1 timeout 120 \"\$TERNBENCH\" ${again:?no command} --no-roofs -q --out gbench:wrong.json"
grep -q MISMATCH out || { echo "FAILED: $again: no MISMATCH"; failures=$((failures + 1)); }
says wrong.json '"error_occurred":true'
finish
