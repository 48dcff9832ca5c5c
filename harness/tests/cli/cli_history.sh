#!/usr/bin/env bash
# ternbench history: points of gates, files that two write at once and one is killed in, the index and without it, alerts and their exit status.
# Labels: libraries
. "$SOURCE/harness/tests/cli/cli.sh"
. "$SOURCE/harness/tests/cli/history.sh"

for program in git cmake python3; do
    command -v "$program" >/dev/null || skip "$program is not installed"
done
simulate() { python3 "$SOURCE/harness/tests/cli/simulated_history.py" "$@"; }
with_index=yes
"$TERNBENCH" --version | grep -q 'with SQLite' || with_index=no

# A simulated history: nothing happens, one case steps, all do. The files are of two months.
simulate --series 30 --seed 1 >all.jsonl
split_months() { # FILE FOLDER: as `history add` would have
    mkdir -p "$2"
    python3 - "$1" "$2" <<'PY'
import json, sys
month = None
for line in open(sys.argv[1]):
    record = json.loads(line)
    if record["type"] == "run":
        month = record["time"][:7]
    open(f"{sys.argv[2]}/{month}.jsonl", "a").write(line)
PY
}
split_months all.jsonl flat
expect 0 "$TERNBENCH" history check --history flat --unconfirmed
says out '0 alerts, 0 suspected; judged 30 of 30 series'
expect 0 "$TERNBENCH" history show --history flat
says out 'kernel29/256x1024x1/'
says out '1800 points; judged 30 of 30 series'
cp out shown
simulate --series 30 --seed 1 --steps 1 --step 5 --at 50 >all.jsonl && split_months all.jsonl one
expect 3 "$TERNBENCH" history check --history one --unconfirmed
says out 'ALERT        kernel0/'
says out '1 alert, 0 suspected'
expect 0 "$TERNBENCH" history check --help
tr -s '\n ' ' ' <out >help
says help 'nothing is kept, so that each check alerts anew'
for format in csv md html json; do
    expect 3 "$TERNBENCH" history check --history one --unconfirmed --format "$format"
    says out ALERT
done
# It cannot be measured again here: nobody is alarmed, unless nothing may stay open.
expect 0 "$TERNBENCH" history check --history one -q
says out 'suspected    kernel0/'
says err 'not measured again: kernel0/'
says err 'this machine is of another class'
expect 4 "$TERNBENCH" history check --history one -q --strict
# What is planned is told as such, from the history itself or from a file.
printf '[tables]\ncases = ^kernel0/\nexpected = half the memory\n' >one/planned.ini
expect 0 "$TERNBENCH" history check --history one --unconfirmed
says out 'planned      kernel0/'
says out 'half the memory'
printf '[tables]\ncases = (\n' >wrong.ini
expect 2 "$TERNBENCH" history check --history one --planned wrong.ini
says err 'wrong.ini:2: this is no regular expression'
simulate --series 30 --seed 1 --steps 30 --step 6 --at 45 >all.jsonl && split_months all.jsonl every
expect 0 "$TERNBENCH" history check --history every --unconfirmed
says out 'environment: '
[ "$(grep -c '^ *environment: ' out)" -eq 1 ] || fail "more than one line says that all stepped"
# The plot tells the whole of what a series is, on lines that fit, where two machine classes are in it.
if command -v gnuplot >/dev/null; then
    simulate --series 1 --seed 1 >class.jsonl
    simulate --series 1 --seed 2 --class fedcba9876543210 >other.jsonl
    expect 0 "$TERNBENCH" report class.jsonl other.jsonl --format history.svg
    sed 's/<[^>]*>/\n/g' out >lines
    for line in 'kernel0/256x1024x1/w=random,x=random,p0=0.42,seed=1/t=1/hot,' 'fedcba9876543210, method 1, 00000000000000aa'; do
        grep -qxF "$line" lines || fail "no line of the titles is '$line'"
    done
fi
# Two families are two series.
simulate --series 3 --runs 30 >all.jsonl && simulate --series 3 --runs 30 --class fedcba9876543210 >>all.jsonl
split_months all.jsonl two
expect 0 "$TERNBENCH" history check --history two
says out 'judged 6 of 6 series'
# Filters, empty ones, and a folder that is none.
expect 0 "$TERNBENCH" history show --history flat --filter '^kernel7/' --format csv
[ "$(wc -l <out)" -eq 61 ] || fail "csv has $(wc -l <out) lines, not one a point"
expect 5 "$TERNBENCH" history show --history flat --filter nobody
expect 2 "$TERNBENCH" history show --history nowhere
says err 'nowhere is no history'
mkdir empty && expect 2 "$TERNBENCH" history check --history empty
head -20 flat/2026-01.jsonl >short && mkdir few && mv short few/2026-01.jsonl
expect 5 "$TERNBENCH" history check --history few
says err 'nothing can be judged'

# A figure that no gate writes would take its series out of the judgement without a word. An error that is not known is none of that.
damaged() { # FIELD VALUE STATUS
    rm -rf damaged && mkdir damaged
    sed "7s/\"$1\":[^,]*/\"$1\":$2/" flat/2026-01.jsonl >damaged/2026-01.jsonl
    expect "$3" "$TERNBENCH" history check --history damaged --unconfirmed
    [ "$3" -eq 0 ] || says err "damaged/2026-01.jsonl:7: the field '$1' is not what this version writes"
}
damaged ratio '"x"' 2
damaged ratio null 2
damaged ratio 1e300 2
damaged error -0.001 2
damaged ratio -0.5 0
damaged error null 0

# The index says what the files say: made anew, damaged, behind, and where nobody can write one.
if [ $with_index = yes ]; then
    [ -s flat/index.sqlite ] || fail "there is no index"
    expect 0 "$TERNBENCH" history rebuild --history flat
    says out 'the index holds 1800 points'
    expect 0 "$TERNBENCH" history show --history flat
    cmp -s out shown || fail "the index made anew says something else"
    echo 'this is no database, however long one looks at it' >flat/index.sqlite && rm -f flat/index.sqlite-*
    expect 0 "$TERNBENCH" history show --history flat
    cmp -s out shown || fail "without a usable index something else is shown"
    says err 'history rebuild'
    expect 0 "$TERNBENCH" history rebuild --history flat
    simulate --series 30 --seed 1 --runs 61 --first 60 >>flat/2026-01.jsonl
    expect 0 "$TERNBENCH" history show --history flat
    says out '1830 points'
    # A file that somebody cut: the index takes it as it is now.
    tail -n +33 flat/2026-01.jsonl >"cut" && cp "cut" flat/2026-01.jsonl
    expect 0 "$TERNBENCH" history show --history flat
    says out '1800 points'
else
    expect 4 "$TERNBENCH" history rebuild --history flat
    says err 'no SQLite'
fi

# Points of a gate against an anchor. No figure of them is looked at.
history_project repo
printf '[a]\nkernels = *\nshapes = 16x64x1\n' >tiny.suite
git init -q . && git add -A && git commit -qm anchor && git tag anchor
sed -i '1i static const int other __attribute__((used)) = 1;' kernels/scalar.c && git commit -qam other
status=0
"$TERNBENCH" gate anchor HEAD tiny.suite -q --out jsonl:gate.jsonl >out 2>err </dev/null || status=$?
case $status in 0 | 3 | 4) ;; *) fail "gate ended with $status" ;; esac
points=$("$TERNBENCH" history add gate.jsonl 2>err) || true
case $points in
*'points added'* | *'point added'*) ;;
*) fail "history add says: $points $(cat err)" ;;
esac
expect 0 "$TERNBENCH" history show --format csv
says out 'reference/16x64x1'
says out "$(git rev-parse --short=12 HEAD)"
for format in junit github; do
    expect 0 "$TERNBENCH" history show --format "$format"
    grep -qi 'cut off\|did not end' out && fail "history show --format $format: a run that ended is said to be cut off"
done
longest=$(grep '"type":"point"' history/*.jsonl | wc -L)
[ "$longest" -lt 300 ] || fail "a point takes $longest bytes"
"$TERNBENCH" history show --format csv >before 2>/dev/null
expect 0 "$TERNBENCH" history add gate.jsonl
says out '0 points added'
says out 'there already'
"$TERNBENCH" history show --format csv >after 2>/dev/null
cmp -s before after || fail "what is added twice counts twice"
# Points whose run was lost are not those of the run before it.
sed 's/"host":"[^"]*"/"host":"other"/' gate.jsonl >other.jsonl
expect 0 "$TERNBENCH" history add gate.jsonl other.jsonl --history torn
expect 0 "$TERNBENCH" history show --history torn
sed -i "$(grep -n '"type":"run"' torn/*.jsonl | sed -n '2s/:.*//p')d" torn/*.jsonl
for _ in with without; do
    expect 2 "$TERNBENCH" history show --history torn
    says err 'which this one belongs to, was lost'
    rm -f torn/index.sqlite
done
expect 5 "$TERNBENCH" history add "$WORK/two/2026-01.jsonl"
says err 'no case that a gate has timed'
expect 2 "$TERNBENCH" history add nothing.jsonl
# Of a tree that is no commit nothing is kept; what other files hold is.
echo '/* Not committed. */' >>kernels/scalar.c
"$TERNBENCH" gate anchor . tiny.suite -q --out jsonl:dirty.jsonl >out 2>err </dev/null || true
git checkout -q kernels/scalar.c
expect 2 "$TERNBENCH" history add dirty.jsonl --history none
says err "dirty.jsonl: CAND was not a commit ('.'); its cases are not kept"
[ ! -e none ] || fail "a history was made of nothing"
expect 2 "$TERNBENCH" history add dirty.jsonl gate.jsonl --history mixed
[ "$(grep -c 'CAND was not a commit' err)" -eq 1 ] || fail "it is not told once"
"$TERNBENCH" history show --history mixed --format csv >after 2>/dev/null
cmp -s before after || fail "beside a file without a commit, others give something else"

# What is suspected is measured again, once: here both commits have the same kernel, so that it is no step.
echo '/* Only words. */' >>kernels/reference.c && git commit -qam words
class=$("$TERNBENCH" machine --class | sed -n 's/^class \([0-9a-f]*\),.*/\1/p')
simulate --series 2 --steps 1 --step 8 --class "$class" --id 'reference/16x64x1/w=random,x=random,p0=0.42,seed=1/t=1/hot' \
    --before "$(git rev-parse --short=12 HEAD~1)" --after "$(git rev-parse --short=12 HEAD)" >all.jsonl && split_months all.jsonl again
# What nobody could be told is not kept, or it would never be told: a format that this is not written in, a full output.
expect 2 "$TERNBENCH" history check --history again -q --format junit
says err 'this is written as table'
"$TERNBENCH" history check --history again -q >/dev/full 2>err </dev/null && fail "a table that nobody got is a success"
says err 'will measure and tell it again'
cat again/*.jsonl | grep -q '"type":"remeasured"' && fail "what was told nobody is kept"
expect 0 "$TERNBENCH" history check --history again -q
says out 'not again    reference/16x64x1'
says out 'measured again: IDENTICAL'
[ "$(cat again/*.jsonl | grep -c '"type":"remeasured"')" -eq 1 ] || fail "the answer is not kept"
expect 0 "$TERNBENCH" history check --history again -q
says out 'not again    reference/16x64x1'
[ "$(cat again/*.jsonl | grep -c '"type":"remeasured"')" -eq 1 ] || fail "it was measured twice"

# Commits that are not here, as in a shallow clone: no call will ever measure that step, which is no success.
simulate --series 2 --steps 1 --step 8 --class "$class" --before "$(git rev-parse --short=12 HEAD~1)" --after 0123456789ab >all.jsonl &&
    split_months all.jsonl shallow
expect 4 "$TERNBENCH" history check --history shallow -q
says out 'suspected    kernel0/'
says err 'commit 0123456789ab is not in this repository; fetch it, or --unconfirmed alerts without measuring'
expect 3 "$TERNBENCH" history check --history shallow --unconfirmed

# Two write at once, and one is killed again and again: what was said to be added is there, and every line is whole.
rm -rf history said.*
adds() { # NAME: each time another run, by its host
    local i=0
    while [ $i -lt 30 ]; do
        sed "s/\"host\":\"[^\"]*\"/\"host\":\"$1-$i\"/" gate.jsonl >"$1.jsonl"
        "$TERNBENCH" history add "$1.jsonl" >/dev/null 2>&1 </dev/null && echo "$1-$i" >>"said.$1"
        i=$((i + 1))
    done
}
adds a &
first=$!
adds b &
second=$!
for _ in $(seq 20); do
    timeout -s KILL "0.0$((RANDOM % 30 + 3))" "$TERNBENCH" history add gate.jsonl >/dev/null 2>&1 </dev/null
done 2>/dev/null
wait $first $second
[ "$(cat said.a said.b | wc -l)" -eq 60 ] || fail "$(cat said.a said.b | wc -l) of 60 were added"
"$TERNBENCH" history show --format csv >out 2>err || fail "the history cannot be read: $(cat err)"
cat said.a said.b | while read -r name; do
    grep -q ",$name," out || echo "$name"
done >lost
[ ! -s lost ] || fail "lost: $(tr '\n' ' ' <lost)"
finish
