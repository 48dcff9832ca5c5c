#!/usr/bin/env bash
# A wrong kernel as a user meets it: the report of the failure, the line that runs it again, exit status 1, and all other cases.
# Labels: processor
. "$SOURCE/harness/tests/cli/cli.sh"
[ -z "${SANITIZE:-}" ] || skip "a sanitizer would find some of the mutants before the checker does"

# between LOW HIGH VALUE WHAT
between() {
    awk -v low="$1" -v high="$2" -v value="$3" 'BEGIN { exit !(value >= low && value <= high) }' ||
        { echo "FAILED: $4 is $3, not in $1..$2"; failures=$((failures + 1)); }
}

expect 1 "$TERNBENCH" check "$SOURCE/suites/seed.suite" --plugin "$MUTANTS" --filter '^seed-tmac/' --no-edges --out csv:seed.csv
says err "hint: "
says err "again: ternbench repro --plugin"
cases=0
while read -r differ error; do
    between 99 100 "$differ" "share of values that differ, in percent"
    between 250 600 "$error" "relative L2 error, in percent"
    cases=$((cases + 1))
done < <(sed -n 's/.*differ (\([0-9.]*\) %).*relative L2 error \([0-9.]*\) %/\1 \2/p' err)
[ "$cases" -eq 8 ] || { echo "FAILED: seed-tmac was rejected on $cases of 8 shapes"; failures=$((failures + 1)); }

# The line that it prints runs that case again.
id=$(sed -n "s/.*again: ternbench repro .*'\(.*\)'/\1/p" err | head -1)
expect 1 "$TERNBENCH" repro --plugin "$MUTANTS" "$id"
says err "MISMATCH"

# One that is right at the suite's shapes, which are all that the table has, is said to be wrong elsewhere.
printf '[a]\nkernels = only-first-token\nshapes = 16x64x1\n' >edges.suite
expect 1 "$TERNBENCH" check edges.suite --plugin "$MUTANTS"
says out 'only-first-token is wrong at '
says out ' edge cases, first at only-first-token/'
# The first eight say as much as all: the others are counted. Whoever wants all gets them.
wrong=$(sed -n 's/.*: [0-9]* EXACT, \([0-9]*\) wrong, .*/\1/p' out)
equals "cases told of" "$(grep -c '^    again: ' err)" 8
says err "$((wrong - 8)) more cases of only-first-token are wrong; --verbose tells of each"
expect 1 "$TERNBENCH" check edges.suite --plugin "$MUTANTS" -q -v --out jsonl:all.jsonl
equals "cases told of by --verbose" "$(grep -c '^    again: ' err)" "$wrong"
equals "wrong records" "$(grep -c '"verdict":"MISMATCH"' all.jsonl)" "$wrong"
says_not err " more case"

# A crash and a hang are verdicts; the cases after them still run.
printf '[a]\nkernels = %s\nshapes = 16x64x2\n' "$(printf '%s ' crash hang exit unmutated)" >bad.suite
expect 1 "$TERNBENCH" check bad.suite --plugin "$MUTANTS" --no-edges --deadline 0.5
says err "CRASH  crash/"
says err "signal 11"
says err "TIMEOUT  hang/"
says err "CRASH  exit/"
says out "4 of 4 cases: 1 EXACT, 3 wrong"
finish
