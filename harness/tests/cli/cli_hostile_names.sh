#!/usr/bin/env bash
# Names of 10 kB with markup, quotes, line ends, escape codes and commands, in every text of every type of record, through every report,
# format and plot: what reads the output sees text and nothing else.
. "$SOURCE/harness/tests/cli/cli.sh"

printf '[suite]\nbaseline = reference\n[a]\nkernels = reference scalar\nshapes = 8x64x16 16x64x16\np0 = 0.3 0.6\nthreads = 1 2\n' >a.suite
expect 0 "$TERNBENCH" run a.suite --budget 0.02 --no-roofs -q --out jsonl:a.jsonl
python=/usr/bin/python3

$python - a.jsonl "$SOURCE/harness/tests/record/golden/schema1_decode.jsonl" >hostile.jsonl <<'END'
import json, sys
hostile = ("<script>alert(1)</script>\"'`$(touch hacked)`&amp;%s%n\\ \x1b]0;owned\x07\x1b[2J\u009b31m\u202e\n::error::forged\nforged | row, "
           "\"x\",=1+1\r\n]]>--><svg onload=alert(1)>")
long = hostile + "A" * 1001 + "\u00e9" * 4500
# Members that readers know the values of.
words = ("type", "verdict", "stop", "cache", "state", "role", "on", "toggle")
ns = [10.0, 10.1, 9.9, 10.0, 10.2, 9.8]

def spoil(value, before):
    if isinstance(value, dict):
        return {k: v if k in words else spoil(v, before) for k, v in value.items()}
    if isinstance(value, list):
        return [spoil(v, before) for v in value]
    return value if not isinstance(value, str) else hostile + value if before else value + long

def put(lines, before):
    for line in lines:
        print(json.dumps(spoil(line, before)))

lines = [json.loads(line) for path in sys.argv[1:] for line in open(path)]
more = [{"type": "compared", "id": "c", "base": "b", "cand": "c", "state": "timed", "reason": "r", "delta": 0.02,
         "finding": {"verdict": "EXACT", "reason": "", "hint": "", "differences": []}},
        {"type": "compared", "id": "wrong", "base": "b", "cand": "c", "state": "wrong", "reason": "r", "delta": 0.02,
         "finding": {"verdict": "CRASH", "reason": "r", "hint": "h", "differences": []}}]
for process in range(8):
    more.append({"type": "pair", "id": "c", "process": process, "base_ns": ns, "cand_ns": ns})
    for on in ("", "trick"):
        more.append({"type": "arm", "id": "i", "side": "s", "on": on, "toggles": "t", "left": "l", "toggles_in_all": 1,
                     "process": process, "reason": "", "ns": ns, "block_ns": ns})
for place in range(12):
    more.append({"type": "point", "id": "p", "anchor": "a", "commit": "c", "code": "k", "ratio": 0.001 * place, "error": 0.001,
                 "processes": 8})
more += [{"type": "step", "id": "i", "commit": c, "subject": "s", "role": r, "commits": 2, "ratio": 1.0, "error": 0.1, "p": 0.5,
          "same_as": "", "reason": "r"} for c, r in (("1", "good"), ("2", "bad"), ("3", "middle"))]
more.append({"type": "tried", "id": "t", "stage": "final", "kernel": "k", "toggles": "t", "ns": 10.0, "ratio": 1.0, "low": 0.9,
             "high": 1.1, "samples": 6, "chosen": True, "reason": "r"})
wrong = {"type": "case", "id": "w", "kernel": "w", "suite": "s", "group": "g",
         "finding": {"verdict": "CRASH", "reason": "r", "hint": "h", "differences": []}}
# A tail and a head of hostility: what is cut, is cut at either end.
for before in (False, True):
    put(lines[:-1] + more + [wrong] + lines[-1:], before)
END

# What there is, by the words of the refusal: those that are formats.
"$TERNBENCH" report a.jsonl --format none 2>words >/dev/null
mkdir -p drawn
count=0
mapfile -t words < <(grep -oE '[a-z][a-z-]+' words | sort -u)
for format in "${words[@]}" "${words[@]/%/.csv}" "${words[@]/%/.md}" "${words[@]/%/.html}" "${words[@]/%/.json}" "${words[@]/%/.svg}" \
    "${words[@]/%/.png}"; do
    status=0
    "$TERNBENCH" report hostile.jsonl --format "$format" >"drawn/$format" 2>err || status=$?
    if grep -q 'unknown format' err; then
        rm "drawn/$format"
        continue
    fi
    count=$((count + 1))
    case $format:$status in
    *:0 | *.svg:[45] | *.png:[45]) ;; # no gnuplot, or no such records
    *) fail "$format ends with $status: $(head -c 300 err)" ;;
    esac
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' err || fail "control characters on standard error of $format"
done
[ $count -gt 60 ] || fail "only $count formats were found"
[ ! -e hacked ] || fail "a name was run"

$python - drawn/* <<'END' || fail "a name acts"
import csv, html.parser, io, json, os, re, sys, xml.etree.ElementTree as tree
failed = False

def fail(path, what):
    global failed
    failed = True
    print(f"FAILED: {path}: {what}")

class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.path, self.figure = path, 0
    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        self.figure += tag == "figure"
        if tag == "script" and names.get("id") != "sorting" or tag == "svg" and not self.figure or tag in ("img", "iframe", "object"):
            fail(self.path, f"<{tag}>")
        if any(name.startswith("on") for name in names):
            fail(self.path, f"<{tag}> with {names}")
    def handle_endtag(self, tag):
        self.figure -= tag == "figure"

def cells(line):
    return len(re.findall(r"(?<!\\)\|", line))

for path in sys.argv[1:]:
    data = open(path, "rb").read()
    kind = os.path.basename(path).split(".")[-1]
    if not data:
        if not path.endswith((".svg", ".png", "github-annotations")):
            fail(path, "nothing")
        continue
    if kind == "png":
        continue
    text = data.decode("utf-8")
    if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", text):
        fail(path, "control characters")
    if kind != "csv" and re.search("(?m)^(::error::)?forged", text):
        fail(path, "a line is forged")
    if kind in ("json", "gbench", "bmf", "gab"):
        json.loads(text, parse_constant=lambda c: fail(path, c))
    elif kind == "jsonl":
        for line in text.splitlines():
            json.loads(line, parse_constant=lambda c: fail(path, c))
    elif kind == "html":
        Page(path).feed(text)
    elif kind in ("svg", "junit"):
        for element in tree.fromstring(text).iter():
            if element.tag.split("}")[-1] in ("script", "foreignObject", "image") or any(a.startswith("on") for a in element.attrib):
                fail(path, element.tag)
    elif kind == "csv":
        rows = list(csv.reader(io.StringIO(text, newline="")))
        if len({len(row) for row in rows}) != 1:
            fail(path, "rows of different lengths")
        if any(re.match("[=@+-]", cell) and not re.match(r"-?[0-9.]", cell) for row in rows for cell in row):
            fail(path, "a formula")
    elif kind in ("md", "github", "llama-bench"):
        if re.search("<(?!/?(details|summary|br)\\b)[a-z]", text):
            fail(path, "markup: " + re.search("<(?!/?(details|summary|br)\\b)[a-z].{30}", text).group())
        lines = text.split("\n")
        for before, line in zip(lines, lines[1:]):
            if before.startswith("|") and line.startswith("|") and cells(before) != cells(line):
                fail(path, "a row has other cells than the one above: " + line[:100])
    elif kind == "github-annotations":
        if any(not re.match("::(error|warning|notice) title=ternbench", line) for line in text.splitlines()):
            fail(path, "an annotation is forged")
sys.exit(failed)
END
if command -v tidy >/dev/null; then
    expect 0 tidy -q -e drawn/html
fi
finish
