#!/usr/bin/env bash
# ternbench kernels for programs: the JSON follows its schema, and `names` lists what can run under the cap, no more and no less.
# Labels: compiler libraries processor
. "$SOURCE/harness/tests/cli/cli.sh"

kernels() {
    "$TERNBENCH" kernels "$@"
}
for cap in scalar native; do
    expect 0 kernels --isa $cap --format json
    cp out kernels.json
    /usr/bin/python3 -m jsonschema -i kernels.json "$SOURCE/harness/cli/kernels.schema.json" >validation 2>&1 ||
        { fail "the JSON under --isa $cap does not follow its schema"; cat validation; }
    /usr/bin/python3 - >runnable <<'PYTHON'
import json
for kernel in json.load(open("kernels.json"))["kernels"]:
    if kernel["runnable"]:
        print(kernel["name"])
PYTHON
    expect 0 kernels --isa $cap --format names
    cmp -s out runnable || fail "names and json disagree under --isa $cap"
    grep -qx reference out || fail "reference cannot run under --isa $cap"
    cp out names.$cap
done
# What a kernel was called before still finds it; what is printed is its name.
/usr/bin/python3 - >renamed <<'PYTHON'
import json
for kernel in json.load(open("kernels.json"))["kernels"]:
    if kernel["runnable"]:
        for name in (kernel["formerly"] or "").split():
            print(kernel["name"], name)
PYTHON
while read -r name former; do
    expect 0 "$TERNBENCH" repro "$former/33x65x3/w=random,x=random,p0=0.42,seed=1"
    says out "  $name "
    expect 0 "$TERNBENCH" check "$SOURCE/suites/seed.suite" --set "kernels=$former" --list
    says out "$name/"
done <renamed
# Under the lowest cap only what needs nothing is left; a kernel that names are given for does run.
/usr/bin/python3 -c '
import json
for kernel in json.load(open("kernels.json"))["kernels"]:
    if kernel["isa"] == "portable":
        print(kernel["name"])' >portable
cmp -s names.scalar portable || fail "--isa scalar lists other kernels than the portable ones"
printf '[a]\nkernels = %s\nshapes = 1x256x1\n' "$(tr '\n' ' ' <names.native)" >all.suite
expect 0 "$TERNBENCH" check all.suite --no-edges
says_not err "left out"

# What tmac.tiered says of a sparse W: the hottest patterns, zeros among them, fit in one shuffle, and every group is in some tier.
if grep -qx tmac.tiered names.native; then
    printf '[a]\nkernels = tmac.tiered\nshapes = 512x1024x1\np0 = 0.95\ncache = hot\n' >sparse.suite
    expect 0 "$TERNBENCH" run sparse.suite --budget 0.02 --no-roofs -q --format jsonl
    /usr/bin/python3 - out <<'PYTHON' || fail "tmac.tiered takes more shuffles than it needs, or its tiers are not all"
import json, sys
facts = next({f["name"]: f["value"] for f in r["facts"]} for r in map(json.loads, open(sys.argv[1])) if r["type"] == "case")
sys.exit(not (facts["shuffles"] == 1 and abs(sum(facts[f"tier{i}"] for i in range(1, 5)) - 100) < 0.01))
PYTHON
fi

expect 0 kernels
says out "reference: "
expect 2 kernels --format table
says err "there are text json names"
finish
