#!/usr/bin/env bash
# Formats that other tools read, by those tools where they are installed; records from standard input; the page and its plots.
. "$SOURCE/harness/tests/cli/cli.sh"

printf '[suite]\nbaseline = reference\n[a]\nkernels = reference scalar\nshapes = 8x64x16 16x64x16 7x13x1\n' >a.suite
expect 0 "$TERNBENCH" run a.suite --budget 0.02 --no-roofs -q --out jsonl:a.jsonl

# Standard input is "-".
"$TERNBENCH" report - --format csv <a.jsonl >piped.csv
"$TERNBENCH" report a.jsonl --format csv >read.csv
cmp piped.csv read.csv || failures=$((failures + 1))
expect 2 "$TERNBENCH" report - --format csv
says err "standard input: not a file of ternbench records"

expect 0 "$TERNBENCH" report a.jsonl --format csv --out gbench:g.json --out bmf:b.json --out gab:a.json --out junit:j.xml \
    --out github:s.md --out github-annotations:n.txt --out html:a.html --out json:f.json
says g.json '"run_type":"iteration"'
says g.json '"json_schema_version":1'
says b.json '"latency":{"value":'
says a.json '"unit":"ns"'
says j.xml 'classname="a.scalar"'
says j.xml 'failures="0" errors="0"'
says s.md "**EXACT: all"
for json in g.json b.json a.json f.json; do
    expect 0 python3 -m json.tool "$json"
    says_not "$json" NaN
done

# Each by the tool that it is for. Debian's Python has their modules, whatever stands first in PATH.
python=/usr/bin/python3
if $python -c 'import junitparser' 2>/dev/null; then
    expect 0 $python -c 'import junitparser; assert sum(s.tests for s in junitparser.JUnitXml.fromfile("j.xml")) >= 4'
else
    echo "without junitparser (Debian: python3-junitparser), which was to read JUnit"
fi
if [ -e /usr/share/benchmark/compare.py ] && $python -c 'import scipy' 2>/dev/null; then
    expect 0 $python /usr/share/benchmark/compare.py --no-color benchmarks g.json g.json
    says out "OVERALL_GEOMEAN"
else
    echo "without compare.py (Debian: libbenchmark-tools, python3-scipy), which was to read gbench"
fi
if command -v tidy >/dev/null; then
    expect 0 tidy -q -e a.html
else
    echo "without tidy, which was to read html"
fi

# Runs that repeat each other are one series, other machines keep names of their own; and no name stands twice, of which a tool would keep the last.
python3 - a.jsonl >repeated.jsonl <<'END'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
for machine, times in (("one", 2), ("another", 1)):
    for _ in range(times):
        for line in lines:
            if line["type"] == "run":
                line.update(dirty=False, machine_class=machine, host=machine, machine_class_hash=machine)
            print(json.dumps(line))
END
expect 0 "$TERNBENCH" report repeated.jsonl --format csv --out gbench:g2.json --out bmf:b2.json --out gab:a2.json --out junit:j2.xml
expect 0 python3 "$SOURCE/harness/tests/cli/unique_names.py" g2.json b2.json a2.json j2.xml
says out ", class another"

# Every number that the sentences say stands in a sheet of the JSON, by name. Records that do not change: two builds, wrong
# kernels, a decode loop; its version did not measure how fast as many bytes as a step's are read.
golden=$SOURCE/harness/tests/record/golden
cat "$golden"/*.jsonl | sed 's/"roof_instruction":"[^"]*","target/"roof_step_gbps":9.5,&/' >first.jsonl
says first.jsonl '"roof_step_gbps":9.5'
sed -e 's/"commit":"[^"]*"/"commit":"another"/' -e 's/"\(median\|low\|high\)_ns":\([0-9]\)/"\1_ns":1\2/g' first.jsonl >second.jsonl
expect 0 "$TERNBENCH" report first.jsonl second.jsonl --format json
python3 "$SOURCE/harness/tests/cli/report_numbers.py" out || fail "the JSON lacks a number of the report"

# The page needs nothing from elsewhere: an address stands in it only as the name of SVG.
if grep -oE '(src|href)="[^#"][^"]*"|url\(|@import|https?://[^" ]*' a.html | grep -v '^http://www.w3.org/2000/svg$'; then
    echo "FAILED: a.html asks for something from elsewhere"
    failures=$((failures + 1))
fi

# Without gnuplot all is there but the pictures, and one sentence says so.
mkdir -p bin
for tool in env cat; do ln -sf "$(command -v $tool)" bin/; done
expect 0 env PATH="$PWD/bin" "$TERNBENCH" report a.jsonl --format csv --out html:bare.html
says err "bare.html has no pictures: there is no gnuplot here"
says bare.html "This page has no pictures: there is no gnuplot here"
expect 4 env PATH="$PWD/bin" "$TERNBENCH" report a.jsonl --format speed.svg
says err "there is no gnuplot here, so no picture is drawn"
says bare.html "</html>"

# One that fails is another matter: all else is written, and the exit status says that not all is there.
printf '#!/bin/sh\necho "out of memory for a picture" >&2\nexit 3\n' >bin/gnuplot
chmod +x bin/gnuplot
expect 4 env PATH="$PWD/bin:/usr/bin:/bin" "$TERNBENCH" report a.jsonl --format csv --out html:bare.html
says err "bare.html has no pictures: gnuplot failed (status 3): out of memory for a picture"
says bare.html "This page has no pictures: gnuplot failed"
says bare.html "</html>"
says out "id,suite,group,kernel,"
expect 5 "$TERNBENCH" report a.jsonl --format zeros.svg
says err "measures it"
finish
