#!/usr/bin/env bash
# ternbench bisect, on a repository made here: one commit computes all rows twice, some do not build, some are words. A factor of two is no
# matter of noise.
. "$SOURCE/harness/tests/cli/cli.sh"
. "$SOURCE/harness/tests/cli/history.sh"

for program in git cmake tar python3; do
    command -v "$program" >/dev/null || skip "$program is not installed"
done
printf '[a]\nkernels = scalar\nshapes = 32x256x1\nthreads = 1\ncache = hot\n' >one.suite

# What is no range says so in one sentence.
history_begin repo 100
bisect() { expect "$1" "$TERNBENCH" bisect "${@:2}" ../one.suite --delta 40 -q; }
bisect 2 good
says err "'good' is no range of commits; write GOOD..BAD"
bisect 2 good...HEAD
bisect 2 nothing..HEAD
says err "'nothing' is no revision"

# Nothing is slower: the same commit, and words alone.
bisect 5 good..good
says err 'nothing to bisect, no case is slower at the bad end: 1 case: 1 IDENTICAL'
history_commit text
history_commit words
words=$history_commit
bisect 5 good..
says out 'IDENTICAL     scalar/32x256x1'

# One commit is slower; those around it are words, harmless, or do not build.
history_commit harmless
parent=$history_commit
history_commit slow
slow=$history_commit
history_commit broken
history_commit text
history_commit words
history_commit harmless
bisect 2 "HEAD..$words"
says err 'does not come before'
bisect 0 good..HEAD --out jsonl:../all.jsonl
says out 'scalar/32x256x1/w=random,x=random,p0=0.42,seed=1/t=1/hot'
says out '8 commits, of which 6 change kernels/'
says out "$slow made it slower"
says out "$slow made it slower (p = "
says out "Against the commit before, ${parent:0:12}: +"
says out 'direct gave x'
says out 'and gives x1.000 in CAND'
cp out drawn

# The same words from the file, and nothing is measured again.
expect 0 "$TERNBENCH" report ../all.jsonl --format bisect
cmp -s out drawn || { echo "FAILED: the report of the file differs" && diff out drawn | head && failures=$((failures + 1)); }
expect 0 "$TERNBENCH" report ../all.jsonl --format bisect.json
grep -v '"end"' ../all.jsonl >../before
bisect 0 good..HEAD --out jsonl:../all.jsonl --resume
grep -v '"end"' ../all.jsonl | cmp -s - ../before || { echo "FAILED: a whole bisect was resumed with other lines" && failures=$((failures + 1)); }
# From the middle of an observation on.
line=$(grep -n '"tried"' ../all.jsonl | head -1 | cut -d: -f1)
head -n $((line + 3)) ../all.jsonl >../cut.jsonl
bisect 0 good..HEAD --out jsonl:../cut.jsonl --resume
says out "$slow made it slower"
twice=$(python3 - ../cut.jsonl <<'PY'
import collections, json, sys
seen = collections.Counter()
for line in map(json.loads, open(sys.argv[1])):
    if line["type"] == "pair":
        seen[line["id"], line["second"], line["process"]] += 1
    elif line["type"] == "arm":
        seen[line["id"], line["side"], line["process"], line["on"], line["never_taken"]] += 1
    elif line["type"] == "step" and line["role"] != "tried":
        seen[line["role"], line["commit"]] += 1
print(sum(count > 1 for count in seen.values()))
PY
)
[ "$twice" = 0 ] || { echo "FAILED: $twice observations stand twice" && failures=$((failures + 1)); }
bisect 2 "good..$slow" --out jsonl:../cut.jsonl --resume
says err 'which are other sides now'

# Not which commit but which toggle.
expect 0 "$TERNBENCH" bisect good..HEAD ../one.suite --optimisation -q
says out 'direct gave x'

# What does not build stands in the answer.
git checkout -q "$parent" && history_slow=no
history_commit broken
history_commit broken
history_commit slow
bisect 0 good..HEAD
says out 'One of these 3 commits made it slower:'
says out '2 of them cannot be timed'
says out 'broken (cannot be timed)'
says out 'this does not build'
says out "Against the commit before, ${parent:0:12}: +"

finish
