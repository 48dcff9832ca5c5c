#!/usr/bin/env bash
# Reports: any report by any writer, and two files of records side by side.
# Labels: libraries
. "$SOURCE/harness/tests/cli/cli.sh"

printf '[suite]\nbaseline = reference\n[a]\nkernels = reference scalar\nshapes = 8x64x16 7x13x1\n' >a.suite
expect 0 "$TERNBENCH" run a.suite --budget 0.02 --no-roofs -q --out jsonl:a.jsonl

expect 0 "$TERNBENCH" report a.jsonl --format limits.csv --out json:a.json --out html:a.html --out scaling.md:a.md
says out "id,suite,group,kernel,"
says a.json '"report":"json"'
says a.html "</html>"
says a.md "| threads | median |"
expect 0 "$TERNBENCH" report a.jsonl --out csv:a.csv --out html:b.html
equals "what is shown beside files" "$(cat out)" "csv: a.csv
html: b.html"
expect 0 "$TERNBENCH" report --compare a.jsonl a.jsonl --out md:c.md
equals "what is shown beside a comparison" "$(cat out)" "md: c.md"
expect 2 "$TERNBENCH" report a.jsonl --format limits.yaml
says err "unknown format 'limits.yaml'; there are full, table, limits,"
expect 5 "$TERNBENCH" report a.jsonl --format decode
says err "the files hold nothing that --format decode shows"
# So it is by every writer, and in formats of other tools: no head without a row is taken for a result. That no test failed is one.
for format in decode.csv decode.json crossovers.csv gate gate.html bisect bisect.json ablate.md tune tune.csv history history.json llama-bench; do
    expect 5 "$TERNBENCH" report a.jsonl --format $format
    says err "the files hold nothing that --format $format shows"
    equals "what $format shows of nothing" "$(cat out)" ''
done
printf '%s\n' '{"type":"run","schema":1}' '{"type":"compared","id":"i","state":"identical"}' '{"type":"end","complete":true}' >gate.jsonl
expect 0 "$TERNBENCH" report gate.jsonl --format gate
for format in table csv table.json limits limits.html limits.json scaling.csv stages.md counters bmf gab gbench history; do
    expect 5 "$TERNBENCH" report gate.jsonl --format $format
    says err "the files hold nothing that --format $format shows"
    equals "what $format shows of nothing" "$(cat out)" ''
done
expect 5 "$TERNBENCH" report gate.jsonl --format csv --out json:gate.json
says gate.json '"report":"json"'
for format in full html json junit github github-annotations jsonl; do
    expect 0 "$TERNBENCH" report gate.jsonl --format $format
done

# No row is wider than the terminal: what can be spared is left out, and named. What is no terminal gets all.
for columns in 50 80 300; do
    python3 "$SOURCE/harness/tests/cli/on_terminal.py" $columns "$TERNBENCH" report a.jsonl >out
    widest=$(grep -E '^  (kernel|reference|scalar) ' out | wc -L)
    if [ "$widest" -eq 0 ] || [ "$widest" -gt $columns ]; then
        fail "a row has $widest of $columns columns"
    fi
done
says out "GB/s"
says_not out "left out"
python3 "$SOURCE/harness/tests/cli/on_terminal.py" 50 "$TERNBENCH" report a.jsonl >out
says out "left out, as the terminal is too narrow: 95 % interval, "
expect 0 "$TERNBENCH" report a.jsonl
says out "95 % interval"

# The same twice is the same; what lost EXACT, what is gone, and another commit are said before any time, and end with 1.
expect 0 "$TERNBENCH" report --compare a.jsonl a.jsonl
says out "(100.0 %) lie within 5 %"
says_not out "Different"
sed -e '1s/"commit":"[^"]*"/"commit":"another"/' -e '2s/"verdict":"EXACT"/"verdict":"MISMATCH"/' -e 3d a.jsonl >b.jsonl
expect 0 "$TERNBENCH" run a.suite --budget 0.02 --no-roofs -q --set shapes=5x64x1 --out jsonl:others.jsonl
expect 5 "$TERNBENCH" report --compare a.jsonl others.jsonl
says err "the two files have nothing in common: "
says_not out "5x64x1"
expect 5 "$TERNBENCH" report --compare a.jsonl others.jsonl --format csv
says out "5x64x1"
expect 1 "$TERNBENCH" report --compare a.jsonl b.jsonl
says err "1 case lost EXACT"
says out "MISMATCH, was EXACT"
says out "in the earlier results only"
head -2 out >first && says first "before, another"
expect 1 "$TERNBENCH" report --compare a.jsonl b.jsonl --format csv --out html:c.html
says out "what,before_ns,after_ns,change,"
says out "lost,"
says c.html "<td>"
expect 2 "$TERNBENCH" report --compare a.jsonl b.jsonl --format limits
says err "not as limits"

# A kernel that has another name today is the same kernel.
case $(uname -m) in x86_64) old=vnni2 new=vnni.2bit ;; *) old=neon2 new=neon.2bit ;; esac
sed "s/scalar/$old/g" a.jsonl >old.jsonl
sed "s/scalar/$new/g" a.jsonl >new.jsonl
expect 0 "$TERNBENCH" report --compare old.jsonl new.jsonl
says out "(100.0 %) lie within 5 %"
says_not out "results only"
finish
