#!/usr/bin/env bash
# ternbench gate and ablate, on a repository made here. No verdict that is looked at depends on time.
# Labels: threads
. "$SOURCE/harness/tests/cli/cli.sh"
. "$SOURCE/harness/tests/cli/history.sh"

for program in git cmake tar; do
    command -v "$program" >/dev/null || skip "$program is not installed"
done
# No character of a path means anything to those who build there.
# shellcheck disable=SC2016 # a name
history_project 'a "re;po" [$(x)]'
mkdir suites
printf '[a]\nkernels = *\nshapes = 16x64x1\n' >tiny.suite
git init -q . && git add -A && git commit -qm "right" && git tag right
commit() { git commit -qam "$1" && git tag "$1"; }

sed -i '1i /* Only words. */' kernels/scalar.c && commit words
sed -i 's/\.name = "scalar"/.name = "plain"/' kernels/scalar.c && commit renamed
git checkout -q right -- kernels && sed -i 's/#include "kernel.h"/#include "kernel.h"\n#error this does not build/' kernels/scalar.c && commit broken
git checkout -q right -- kernels && git rm -rfq kernels && echo x >other && git add other && commit empty
git checkout -q right -- kernels

gate() { expect "$1" "$TERNBENCH" gate "${@:2}" tiny.suite -q --no-edges; }

# Words change no object: nothing is timed. Both sides of one revision, and of the same files, are the same.
gate 0 right words
says out 'IDENTICAL     scalar/'
says out '2 cases: 2 IDENTICAL; judged 2 of 2'
gate 0 right .
says out '2 cases: 2 IDENTICAL'
gate 0 right kernels

# What has spoiled a plug-in in the cache is found, and it is built anew; what a killed build left is gone after a day.
kept=$XDG_CACHE_HOME/ternbench/sides
for plugin in "$kept"/*/plugin.so; do echo spoiled >"$plugin"; done
mkdir "$kept/building.killed" "$kept/building.now" && touch -d '2 days ago' "$kept/building.killed"
gate 0 right words
says out '2 cases: 2 IDENTICAL'
gate 0 right .
for plugin in "$kept"/*/plugin.so; do grep -q ELF "$plugin" || { echo "FAILED: $plugin is spoiled" && failures=$((failures + 1)); }; done
if [ -e "$kept/building.killed" ] || [ ! -e "$kept/building.now" ]; then
    echo "FAILED: $(ls "$kept")" && failures=$((failures + 1))
fi

# Flags in the environment make another build, and so do files behind links.
builds() { find "$kept" -mindepth 1 -maxdepth 1 -name '[0-9a-f]*' | wc -l; }
cp -r kernels linked && mv linked/scalar.c elsewhere.c && ln -s ../elsewhere.c linked/scalar.c
gate 0 right linked
before=$(builds)
gate 0 right linked
equals 'builds of what is built already' "$(builds)" "$before"
CFLAGS=-O1 gate 0 right linked
equals 'builds with other flags' "$(builds)" $((before + 2))
sed -i '1i /* Only words. */' elsewhere.c
gate 0 right linked
equals 'builds of what a link points at' "$(builds)" $((before + 3))

# What is edited while it is built is not kept under the hash of what it was.
cp -r kernels edited && echo "file(APPEND \${CMAKE_CURRENT_LIST_DIR}/scalar.c [[ /* more */ ]])" >>edited/CMakeLists.txt
gate 4 right edited
says err 'edited was changed while it was built; begin again'
rm -r edited

# A kernel that has another name is gone, and another has come.
gate 3 right renamed
says out 'REMOVED       scalar'
says out 'ADDED         plain/'
says out 'IDENTICAL     reference/'
# That is so where the filter names it alone, too, and CAND has nothing to run. No filter makes up what BASE has not.
gate 3 right renamed --filter '^scalar/' --out jsonl:gone.jsonl
says out 'REMOVED       scalar'
says out '1 REMOVED'
expect 3 "$TERNBENCH" gate right renamed tiny.suite -q --no-edges --filter '^scalar/' --out jsonl:gone.jsonl --resume
says out '1 REMOVED'
equals 'lines of what is gone' "$(grep -c '"type":"compared"' gone.jsonl)" 1
expect 0 "$TERNBENCH" report gone.jsonl --format junit
says out 'REMOVED'
rm gone.jsonl
gate 5 right renamed --filter '^scalar/17'
says err "nothing to run: no case of the suites passes --filter '^scalar/17'"
gate 5 renamed right --filter '^nothing/'

# BASE may say that it expects that; CAND may not.
printf '[tables]\ncases = ^scalar\nexpected = it is called plain now\n' >suites/gate.ini
mkdir base && cp -r kernels suites base/
sed -i 's/\.name = "scalar"/.name = "plain"/' kernels/scalar.c
gate 3 right .
gate 0 base .
says out 'expected      scalar'
says out 'it is called plain now'
printf '[tables]\ncases = ^scalar\n[others]\ncases = ^other\n[tables]\nexpected = it is called plain now\n' >base/suites/gate.ini
gate 0 base .
says out 'it is called plain now'
printf '[tables]\ncases = (\n' >base/suites/gate.ini
gate 2 base .
says err 'suites/gate.ini of base:2: the regular expression'
{ printf '[tables]\ncases = ^scalar\n' && yes '; not a short file' | head -n 5000 && printf 'expected = it is called plain now\n'; } >base/suites/gate.ini
gate 0 base .
says out 'it is called plain now'
head -c 1100000 /dev/zero | tr '\0' '\n' >base/suites/gate.ini
gate 2 base .
says err 'suites/gate.ini of base is longer than a MiB'
rm base/suites/gate.ini && mkdir base/suites/gate.ini
gate 2 base .
says err 'cannot read base/suites/gate.ini'
rmdir base/suites/gate.ini
# A revision whose rules git has lost is not one without rules.
git add suites/gate.ini && rules=$(git commit-tree -m rules "$(git write-tree)") && git reset -q
gate 0 "$rules" .
rm -f ".git/objects/$(git rev-parse "$rules:suites/gate.ini" | sed 's|^..|&/|')"
gate 4 "$rules" .
says err 'git cannot show'
git checkout -q right -- kernels

# A kernel that is wrong: in CAND an end, in BASE a word.
cp -r kernels good && sed -i 's/call->y\[n \* shape.m + m\] = /call->y[n * shape.m + m] = 1 + /; s/y\[n \* problem->shape.m + m\] = /y[n * problem->shape.m + m] = 1 + /' kernels/reference.c
if cmp -s kernels/reference.c good/reference.c; then
    sed -i 's/\(y\[[^]]*\]\) = /\1 = 1 + /' kernels/reference.c
fi
gate 1 good kernels
says out 'WRONG         reference/'
says out 'MISMATCH'
says out "again: ternbench repro --side kernels 'reference/"
gate 0 kernels good
says out 'FIXED         reference/'
git checkout -q right -- kernels

# One that is right at the shapes of the suite, and wrong at others: it gets no speed. It may be new, too.
sed -e 's/\(call->y\[[^]]*\]\) = /\1 = shape.k % 2 + /' good/reference.c >kernels/reference.c
cmp -s kernels/reference.c good/reference.c && fail "reference.c has not become wrong"
expect 1 "$TERNBENCH" gate good kernels tiny.suite -q
says out 'WRONG         reference/'
says out 'left out      reference/16x64x1'
says out 'its kernel in CAND is wrong at reference/'
says_not out 'CHANGE'
says out "again: ternbench repro --side kernels 'reference/"
expect_verdict "$TERNBENCH" gate good kernels tiny.suite -q --no-edges
says_not out 'WRONG'
sed -i 's/\.name = "reference"/.name = "other"/' kernels/reference.c
expect 1 "$TERNBENCH" gate good kernels tiny.suite -q
says out 'WRONG         other/'
git checkout -q right -- kernels

# One that is right when it is checked and wrong when it is timed: as wrong, with no speed, beside a case that is right.
# It counts what it finds in Y but for the bytes 0x5A, which are there when two calls run together: of those there are
# more the busier the machine is.
sed -e 's/\(call->y\[[^]]*\]\) = /\1 = (shape.k == 64 \&\& (stored += \1 != 0x5A5A5A5A) > 50000) + /' -e '0,/^static/s//static uint64_t stored;\n\nstatic/' good/reference.c >kernels/reference.c
cmp -s kernels/reference.c good/reference.c && fail "reference.c has not become wrong"
printf '[a]\nkernels = reference\nshapes = 16x64x1 16x128x1\n' >late.suite
expect 1 "$TERNBENCH" gate good kernels late.suite -q --no-edges --out jsonl:late.jsonl --out junit:late.xml --out html:late.html
says out 'WRONG         reference/16x64x1'
says out 'NONDETERMINISTIC: right at first, wrong at call'
says_not out 'WRONG         reference/16x128x1'
says late.xml '<failure type="NONDETERMINISTIC"'
says late.html 'WRONG'
expect 1 "$TERNBENCH" ablate late.suite --side kernels -q
says out 'NONDETERMINISTIC: right at first, wrong at call'
says out 'combinations that were wrong, left out: 2'
says_not out 'CRASH'
git checkout -q right -- kernels

# What cannot be a side says so in one sentence.
gate 2 nothing right
says err "'nothing' is no revision of a git repository here, no folder, and no .so or .c file"
GIT_DIR=/nowhere expect 2 "$TERNBENCH" gate nothing other
says err "git says: not a git repository: '/nowhere'"
gate 2 right broken
says err 'broken: its kernels do not build'
says err 'this does not build'
gate 2 right empty
says err 'revision empty has no folder kernels/'
git -c advice.detachedHead=no clone -q --depth 1 --branch words "file://$PWD" ../shallow && cp tiny.suite ../shallow/ && cd ../shallow || exit 1
gate 2 HEAD~1 HEAD
says err 'this clone is shallow'
cd - >"$WORK/where" || exit 1
git -c protocol.file.allow=always clone -q . ../project && cd ../project || exit 1
git -c protocol.file.allow=always submodule --quiet add "$WORK/shallow" kernels && git commit -qm submodule
gate 2 HEAD HEAD
says err 'revision HEAD has no folder kernels/'
cd - >"$WORK/where" || exit 1
gate 2 right suites
says err 'the folder suites has no kernels/ with kernel.h and CMakeLists.txt'
expect 2 "$TERNBENCH" gate right
expect 2 "$TERNBENCH" gate right words none.suite -q

# A file stands for its kernels: those of a whole tree that it does not have are not gone.
cp kernels/*.h .
sed 's/->shape;/->shape; __asm__ volatile("");/' kernels/scalar.c >other.c
expect_verdict "$TERNBENCH" gate right other.c tiny.suite -q
says out 'scalar/16x64x1'
says_not out 'IDENTICAL'
says_not out 'REMOVED'
# One that nobody changed is the same, whatever it is called. Clang leaves a path of OpenMP in what it links, so that there only files are the same.
cp kernels/scalar.c copy.c
if ! "$TERNBENCH" --version | grep -q Clang; then
    gate 0 right kernels/scalar.c
    says out 'IDENTICAL     scalar/'
    gate 0 right copy.c
    says out 'IDENTICAL     scalar/'
fi
gate 0 copy.c kernels/scalar.c
says out 'IDENTICAL     scalar/'

# One C file a side, whatever their kernels are called; nothing else needs to be said.
sed 's/\.name = "scalar"/.name = "mine"/' kernels/scalar.c >mine.c
expect_verdict timeout 120 "$TERNBENCH" gate kernels/scalar.c mine.c tiny.suite -q --out jsonl:c.jsonl
says out 'mine/16x64x1'
says_not out 'ADDED'
expect 0 "$TERNBENCH" check tiny.suite --side mine.c --no-edges -q
says out 'mine'
expect 0 "$TERNBENCH" check tiny.suite --plugin mine.c --set kernels=mine --no-edges -q
says out 'mine'
echo 'int x;' >nothing.c
gate 2 right nothing.c
says err 'defines no kernel'

# The verdicts can be drawn from the file again, and a run that is cut off goes on to the same.
expect 0 "$TERNBENCH" report c.jsonl --format gate
cp out drawn
lines=$(grep -c '"pair"' c.jsonl)
[ "$lines" -ge 16 ] || { echo "FAILED: only $lines pairs" && failures=$((failures + 1)); }
head -n 6 c.jsonl >cut.jsonl
expect_verdict "$TERNBENCH" gate kernels/scalar.c mine.c tiny.suite -q --out jsonl:cut.jsonl --resume
head -n 6 cut.jsonl | cmp -s - <(head -n 6 c.jsonl) || { echo "FAILED: what was there is not there any more" && failures=$((failures + 1)); }
twice cut.jsonl
cp cut.jsonl other.jsonl
gate 2 right words --out jsonl:other.jsonl --resume
says err 'which are other sides now'
cmp -s cut.jsonl other.jsonl || { echo "FAILED: a refused --resume changed the file" && failures=$((failures + 1)); }

# Toggles: one factor for each, and what they come to together.
expect 0 "$TERNBENCH" ablate tiny.suite --set kernels=reference -q
says out 'huge_pages'
toggled=$("$TERNBENCH" kernels --format json | python3 -c '
import json, sys
for k in json.load(sys.stdin)["kernels"]:
    if k["runnable"] and sum(t["low"] == 0 and t["initial"] > 0 for t in k["toggles"]) > 1:
        print(k["name"])
        break
')
if [ -n "$toggled" ]; then
    expect 0 "$TERNBENCH" ablate tiny.suite --set "kernels=$toggled" -q --out jsonl:ablation.jsonl
    says out 'residual'
    says out 'all '
    expect 0 "$TERNBENCH" report ablation.jsonl --format ablate
    # Cut off in the middle of a line, among the combinations of one process: what is missing is added, and nothing else.
    head -c $(($(wc -c <ablation.jsonl) / 2)) ablation.jsonl >half.jsonl
    expect 0 "$TERNBENCH" ablate tiny.suite --set "kernels=$toggled" -q --out jsonl:half.jsonl --resume
    same_observations ablation.jsonl half.jsonl
fi
# A side whose kernel has not the toggle is left out, and the other is not.
sed 's/#include "kernel.h"/&\nstatic const tern_toggle toggles[] = {{"direct", "nothing", NULL, 1, 0, 1}, {0}};/; s/\.run = run/&/; s/\.bind = bind,/&\n    .toggles = toggles,/' \
    "$SOURCE/kernels/scalar.c" >toggled.c
expect 0 "$TERNBENCH" ablate "$SOURCE/kernels/scalar.c" toggled.c tiny.suite --set toggles=direct=0 -q --out jsonl:sides.jsonl
says sides.jsonl 'UNSUPPORTED: '
says out 'huge_pages'
expect 2 "$TERNBENCH" ablate right words -q
says err 'ablate takes suites, or two sides and suites'

finish
