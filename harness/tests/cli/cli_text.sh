#!/usr/bin/env bash
# The text of others: what is shown sends nothing to the terminal but characters, what is stored loses nothing, and neither
# depends on the locale.
. "$SOURCE/harness/tests/cli/cli.sh"

# plain FILE...: valid UTF-8 without control characters but line ends and tabs
plain() {
    for file in "$@"; do
        iconv -f UTF-8 -t UTF-8 "$file" >converted 2>/dev/null || fail "$file is no UTF-8"
        ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$file" || { fail "control characters in $file"; cat -v "$file"; }
    done
}

quick=(--budget 0.02 --no-roofs -q)
printf '[a]\nkernels = reference\nshapes = 8x64x16\n' >a.suite
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:good.jsonl

# A hostile file of records: every text of it, one after the other.
/usr/bin/python3 - <<'END'
import json
hostile = "\x1b]0;owned\x07\x1b[2J\u009b31m\nforged  EXACT  row\u202e"
def spoil(value):
    if isinstance(value, dict):
        return {k: v if k in ("type", "verdict", "stop", "cache") else spoil(v) for k, v in value.items()}
    if isinstance(value, list):
        return [spoil(v) for v in value]
    return value + hostile if isinstance(value, str) else value
with open("hostile.jsonl", "w") as out:
    for line in open("good.jsonl"):
        record = spoil(json.loads(line))
        if record["type"] == "case":
            record["finding"] = {"verdict": "CRASH", "reason": hostile, "hint": hostile}
        out.write(json.dumps(record) + "\n")
END
for format in table limits scaling stages counters csv md; do
    expect 0 "$TERNBENCH" report hostile.jsonl --format $format
    plain <(tr -d '\r' <out) err
    ! grep -q '^forged' out || fail "a newline forges a line of $format"
done
expect 5 "$TERNBENCH" report --compare hostile.jsonl good.jsonl
plain out err

# Messages name what a user or a file wrote.
hostile=$(printf 'a\033[31mb\nc')
expect 2 "$TERNBENCH" run "$hostile.suite"
plain err
[ "$(wc -l <err)" -eq 1 ] || fail "a message has two lines"
printf '[a]\nshapes = \033[31m1x1\n' >b.suite
expect 2 "$TERNBENCH" run b.suite
plain err
expect 2 "$TERNBENCH" "$hostile"
plain err
expect 0 "$TERNBENCH" run a.suite --budget 0.02 --no-roofs --out "csv:$hostile"
plain out err

expect 2 env TERNBENCH_ISA="$hostile" "$TERNBENCH" kernels
plain err
[ "$(wc -l <err)" -eq 1 ] || fail "a message has two lines"

# A plug-in, its folder, and what it says of its kernel. A byte that is no UTF-8 loses none of its kernels.
if [ -z "${SANITIZE:-}" ]; then
    folder=$(printf 'p\033[2J\n::error::forged\377\xc2\x9b')
    mkdir "$folder"
    sed 's/\.summary = "/&\\x1b[2J\\n::error::forged\\xff/' "$SOURCE/kernels/sample_plugin.c" >"$folder/a.c"
    sed 's/\.summary = /.formerly = "\\x1b[2J", &/' "$SOURCE/kernels/sample_plugin.c" >old.c
    "$CC" -shared -fPIC -I"$SOURCE/kernels" "$folder/a.c" -o "$folder/a.so" || fail "cannot build a plug-in"
    "$CC" -shared -fPIC -I"$SOURCE/kernels" old.c -o old.so || fail "cannot build a plug-in"
    for format in text json; do
        expect 0 "$TERNBENCH" kernels --plugin "$folder/a.so" --format $format
        plain out
        says out sample.columns
        says out '\xff'
        ! grep -q '^::error' out || fail "a newline forges a line of $format"
    done
    expect 2 "$TERNBENCH" kernels --plugin ./old.so
    says err "breaks the contract: \`refines\` and \`formerly\` are names, too"
    plain err
fi

# What the system says of itself.
cat >named.sh <<'END'
{ sed 's/^\(model name.*\|vendor_id.*\)$/\1 \x1b[2J\xff\xc2\x9b/' /proc/cpuinfo; } >cpuinfo
mount --bind cpuinfo /proc/cpuinfo
exec "$TERNBENCH" machine "$@"
END
if unshare -rm true 2>/dev/null; then
    for options in "--no-roofs -q" "--no-roofs -q --format json" "--class" "--class --format json"; do
        # shellcheck disable=SC2086
        expect 0 unshare -rm sh ./named.sh $options
        plain out err
    done
fi

# The answer of a model, whose vocabulary may hold anything: here single bytes, drawn by chance.
"$FIELD_MODEL" 2b4t words.gguf
expect 0 "$TERNBENCH" decode --model words.gguf --kernel scalar --baseline none --no-roofs -q --prompt-text a --tokens 200 --temperature 100 --seed 2
plain out
sed -n '/^answer: /,$p' out >answer
[ "$(wc -l <answer)" -gt 1 ] || fail "the answer has one line, and nothing is shown of the others"
! tail -n +2 answer | grep -v '^      | ' || fail "an answer forges a line"

# What is stored in a model for other programs is UTF-8.
sed 's/^summary .*/summary = caf\xe9/' "$SOURCE/suites/tiny.model" >latin.model
expect 0 "$TERNBENCH" model write --model latin.model --out latin.gguf
grep -qaF 'caf\xe9' latin.gguf || fail "a model's description is no UTF-8"

# A spreadsheet runs no text of a table.
sed 's|"kernel":"reference"|"kernel":"=HYPERLINK(\\"http://a\\",\\"b\\")"|' good.jsonl >formula.jsonl
expect 0 "$TERNBENCH" report formula.jsonl --format csv
says out "\"'=HYPERLINK(\"\"http://a\"\",\"\"b\"\")\""

# Bytes that are no UTF-8 are kept as escapes, and take nothing else with them.
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --filter "$(printf '8x64|caf\xe9')" --out jsonl:latin.jsonl
says latin.jsonl 'caf\\xe9'
says_not latin.jsonl 'not UTF-8'

# The command line is recorded whole, as a shell takes it.
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --set 'shapes=8x64x1 5x64x1' --out jsonl:command.jsonl
says command.jsonl "--set 'shapes=8x64x1 5x64x1' --out jsonl:command.jsonl"

# Reasons do not depend on the locale.
locale=$(locale -a 2>/dev/null | grep -viE '^(c|posix)' | head -1)
for LC_ALL in ${locale:-C} C; do
    export LC_ALL
    expect 2 "$TERNBENCH" report nowhere.jsonl
    says err "cannot read nowhere.jsonl: No such file or directory"
    expect 0 "$TERNBENCH" report good.jsonl --format csv
    [ ! -e localised ] || cmp -s out localised || fail "the locale changes a report"
    mv out localised
done
printf 'nonsense x;\nconst tern_kernel a = {0};\n' >wrong.c
for LC_ALL in C C.UTF-8; do
    export LC_ALL
    expect 2 "$TERNBENCH" kernels --side ./wrong.c
    says err "unknown type name 'nonsense'"
    rm -r "$XDG_CACHE_HOME"
done
finish
