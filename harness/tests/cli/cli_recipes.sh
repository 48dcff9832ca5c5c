#!/usr/bin/env bash
# The recipes for CIs: what each exit status of ternbench becomes, by a stub; every command line of every recipe runs; and what needs no clock by ternbench itself.
. "$SOURCE/harness/tests/cli/cli.sh"
. "$SOURCE/harness/tests/cli/history.sh"

for program in git cmake /usr/bin/python3; do
    command -v "$program" >/dev/null || skip "$program is not installed"
done
/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
real=$TERNBENCH
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY

# A project with kernels, the recipe, an anchor, and an origin; a change on a branch of its own.
git init -q --bare --initial-branch=main origin.git
history_project project
mkdir suites ci && cp "$SOURCE/ci/recipe" ci/
printf '[a]\nkernels = *\nshapes = 16x64x1\n' | tee suites/seed.suite >suites/gate.suite
printf '%s\n' results site public history out err comment.md .cache >.gitignore
git init -q --initial-branch=main . && git add -A && git commit -qm anchor && git tag anchor
git remote add origin "$WORK/origin.git" && git push -q origin main anchor
git checkout -qb change && echo words >README && git add README && git commit -qm 'only words'

# A stub that writes what it is asked to write, and ends as it is told.
mkdir -p "$WORK/bin"
cat >"$WORK/bin/stub" <<'STUB'
#!/bin/sh
for argument; do
    case $argument in jsonl:* | junit:* | html:*) echo stub >"${argument#*:}" ;; esac
done
case "$1 $2" in
"history add") exit "${STUB_ADD:-0}" ;;
"history check") exit "${STUB_HISTORY:-0}" ;;
"report "* | "history show") echo shown && exit 0 ;;
esac
exit "${STUB:-0}"
STUB
# shellcheck disable=SC2016 # the stubs expand them
# gh and apt-get keep what they were asked; both are the CI's own.
printf '#!/bin/sh\necho "gh $*" >>"%s/asked"\ncase "$*" in *"/pulls "*) echo 17 ;; *"/comments "*) echo "$STUB_COMMENTS" ;; esac\n' "$WORK" >"$WORK/bin/gh"
printf '#!/bin/sh\necho "apt-get $*" >>"%s/asked"\n' "$WORK" >"$WORK/bin/apt-get"
chmod +x "$WORK"/bin/*
export PATH=$WORK/bin:$PATH TERNBENCH=$WORK/bin/stub GATE_SUITES=suites/gate.suite

# What ends how: variable of the stub, status, step, status of the step, and what it says.
while IFS='|' read -r variable status step expected text; do
    export "$variable=$status"
    # shellcheck disable=SC2086 # a step and its argument
    expect "$expected" ci/recipe $step
    says out "$text"
    unset "$variable"
    export TERNBENCH=$WORK/bin/stub
done <<'TABLE'
STUB|0|check|0|recipe: check: every kernel is exact
STUB|1|check|1|recipe: check: WRONG
STUB|2|check|2|recipe: check: a mistake
STUB|4|check|4|recipe: check: the machine lacks
STUB|5|check|5|recipe: check: nothing was run
STUB|77|check|77|recipe: check: every case was skipped
STUB|130|check|130|recipe: check: ended by signal 2
STUB|99|check|99|ended with 99, as ternbench never does
TERNBENCH|/nowhere/ternbench|check|4|recipe: check: /nowhere/ternbench cannot be run
STUB|0|gate|2|recipe: gate: a mistake in the call: it takes
STUB|0|gate nothing|2|recipe: gate: a mistake in the call: nothing and HEAD have nothing in common
STUB|0|gate --help|2|recipe: gate: a mistake in the call
STUB|0|comment|2|recipe: comment: a mistake in the call
STUB|0|comment-on evil|2|recipe: comment-on: a mistake in the call
STUB|0|gate main|0|recipe: gate: nothing was shown to be slower
STUB|1|gate main|1|recipe: gate: WRONG
STUB|2|gate main|2|recipe: gate: a mistake
STUB|3|gate main|3|recipe: gate: SLOWER
STUB|4|gate main|4|recipe: gate: NOT JUDGED
STUB|5|gate main|5|recipe: gate: nothing was run
STUB|77|gate main|77|recipe: gate: every case was skipped
STUB|137|gate main|137|recipe: gate: ended by signal 9
STUB|0|measure|0|recipe: measure: measured against anchor
STUB|1|measure|1|recipe: measure: WRONG
STUB|2|measure|2|recipe: measure: a mistake
STUB|3|measure|0|recipe: measure: slower than anchor somewhere
STUB|4|measure|0|recipe: measure: the machine was too noisy
STUB|5|measure|5|recipe: measure: nothing was run
STUB|143|measure|143|recipe: measure: ended by signal 15
STUB_ADD|2|keep|2|recipe: add: a mistake
STUB_ADD|4|keep|0|recipe: add: the machine was too noisy
STUB_ADD|5|keep|0|recipe: add: too little to judge yet
STUB_HISTORY|0|keep|0|recipe: history: no series stepped
STUB_HISTORY|2|keep|2|recipe: history: a mistake
STUB_HISTORY|3|keep|3|recipe: history: SLOWER
STUB_HISTORY|4|keep|4|recipe: history: the machine lacks
STUB_HISTORY|5|keep|0|recipe: history: too little to judge yet
STUB_HISTORY|130|keep|130|recipe: history: ended by signal 2
TABLE
GITHUB_ACTIONS=true STUB=3 expect 3 ci/recipe gate main
says out '::error title=ternbench gate::SLOWER'
# What an earlier call left is not taken for what came of this one.
touch results/gate.txt results/points.jsonl
printf '#!/bin/sh\nexit 4\n' >"$WORK/bin/ends" && chmod +x "$WORK/bin/ends"
TERNBENCH=$WORK/bin/ends expect 4 ci/recipe gate main
[ ! -e results/gate.txt ] || fail "the text of an earlier gate is left"
TERNBENCH=$WORK/bin/ends expect 0 ci/recipe measure
expect 0 ci/recipe keep
says out 'recipe: keep: nothing was measured: no point this time'
expect 2 ci/recipe dance
expect 2 ci/recipe
says out 'Usage: ci/recipe STEP'

# A comment holds what a change left as text: it cannot end its block, and is cut where it would be refused.
{ printf '~~~~~~~\n# @everybody <script>\n\033[31m' && head -c 100000 /dev/zero | tr '\0' x; } >evil
ci/recipe comment evil >out
[ "$(grep -c '^~~~~~~' out)" -eq 2 ] || fail "the block of a comment can be ended from within"
[ "$(wc -c <out)" -lt 65536 ] || fail "a comment has $(wc -c <out) bytes"
! grep -q "$(printf '\033')" out || fail "a comment holds control characters"
{ head -c 59999 /dev/zero | tr '\0' '~' && printf 'é' && head -c 9999 /dev/zero | tr '\0' x; } >evil
ci/recipe comment evil >out
[ "$(wc -c <out)" -lt 65536 ] || fail "a comment of tildes has $(wc -c <out) bytes"
{ head -c 59999 /dev/zero | tr '\0' x && printf 'é' && head -c 9999 /dev/zero | tr '\0' x; } >evil
ci/recipe comment evil | iconv -f utf-8 -t utf-8 >/dev/null || fail "a comment is cut within a character"
ln -s /etc/passwd link && ci/recipe comment link >out && says_not out root
PULL_REQUEST=12 GITHUB_REPOSITORY=a/b expect 0 ci/recipe comment-on evil
says "$WORK/asked" 'gh pr comment 12 --repo a/b'
STUB_COMMENTS='' PULL_REQUEST=12 GITHUB_REPOSITORY=a/b expect 0 ci/recipe comment-on evil
says_not "$WORK/asked" 'PATCH'
STUB_COMMENTS=99 PULL_REQUEST=13 GITHUB_REPOSITORY=a/b expect 0 ci/recipe comment-on evil
says "$WORK/asked" 'gh api -X PATCH repos/a/b/issues/comments/99'
says_not "$WORK/asked" 'gh pr comment 13'
PULL_REQUEST='' HEAD_OWNER=them HEAD_BRANCH='x y' GITHUB_REPOSITORY=a/b expect 0 ci/recipe comment-on evil
says "$WORK/asked" 'head=them:x y'
says "$WORK/asked" 'gh pr comment 17 --repo a/b'
PULL_REQUEST='12; rm' GITHUB_REPOSITORY=a/b expect 0 ci/recipe comment-on evil
says_not "$WORK/asked" 'rm --repo'
rm -f evil link comment.md

# Two keep at once, each from a clone of its own: both are on the branch.
git clone -q "$WORK/origin.git" "$WORK/other" 2>/dev/null
cp -r ci suites "$WORK/other/"
rm -rf history && git worktree prune
expect 0 ci/recipe measure
(cd "$WORK/other" && ci/recipe measure) >out 2>&1 || fail "measure in another clone: $(cat out)"
ci/recipe keep >out 2>&1 || fail "keep: $(cat out)"
(cd "$WORK/other" && ci/recipe keep >out 2>&1) || fail "keep in another clone: $(cat "$WORK/other/out")"
echo '{"ours":1}' >history/2026-01.jsonl && echo '{"theirs":1}' >"$WORK/other/history/2026-01.jsonl"
ci/recipe keep >out 2>&1 || fail "keep: $(cat out)"
(cd "$WORK/other" && ci/recipe keep >out 2>&1) || fail "keep in another clone: $(cat "$WORK/other/out")"
git fetch -q origin ternbench-history && git show FETCH_HEAD:2026-01.jsonl >kept
says kept ours
says kept theirs
# The folder that is still there from the last time gets what others pushed meanwhile.
says_not history/2026-01.jsonl theirs
expect 0 ci/recipe keep
says history/2026-01.jsonl theirs
# Its branch is there, and that of the origin is not, or nobody can tell.
rm -rf history && git worktree prune && git push -q origin :ternbench-history
expect 0 ci/recipe keep
git fetch -q origin ternbench-history && git show FETCH_HEAD:2026-01.jsonl >kept
says kept ours
git remote set-url origin "$WORK/nowhere.git"
expect 4 ci/recipe keep
says out 'origin cannot be asked'
git remote set-url origin "$WORK/origin.git"
rm -rf history results kept && git worktree prune && git branch -qD ternbench-history 2>/dev/null

# A tag may have the name of a branch, which the clone of a CI need not have.
git tag main anchor && git push -q origin refs/tags/main && git update-ref -d refs/remotes/origin/main
# Every command line of every recipe runs, in the order in which it stands there, as its CI runs it.
export BASE=main CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main TERNBENCH_PUSH=secret CI_SERVER_HOST=example.com CI_PROJECT_PATH=a/b
export PULL_REQUEST=12 GITHUB_REPOSITORY=a/b
lines=0
for recipe in "$SOURCE"/ci/github/{ternbench,ternbench-results}.yml "$SOURCE/ci/gitlab.yml"; do
    while IFS=$'\t' read -r _ line; do
        expect 0 bash -eo pipefail -c "$line"
        case $line in 'git remote set-url'*) git remote set-url origin "$WORK/origin.git" ;; esac
        lines=$((lines + 1))
    done < <(/usr/bin/python3 "$SOURCE/harness/tests/cli/recipe_lines.py" "$recipe")
done
[ $lines -ge 20 ] || fail "only $lines command lines were found"
# Nothing in a recipe acts on words of an event in a shell, and what comments checks nothing out but what is its own.
! grep -hE 'run:.*\$\{\{' "$SOURCE"/ci/github/*.yml || fail "an expression stands in a command line"
! grep -nE 'ref:|pull_request_target' "$SOURCE/ci/github/ternbench-results.yml" || fail "what has rights checks out something of others"

# By ternbench itself: words change nothing, and a wrong kernel is found by the check and by the gate.
export TERNBENCH=$real
rm -rf results history && git worktree prune
expect 0 ci/recipe check
expect 0 ci/recipe gate main
says out 'IDENTICAL'
says out 'recipe: gate: nothing was shown to be slower'
expect 0 ci/recipe report
says site/index.html 'IDENTICAL'
sed -i 's/\.run = run/.run = wrong/; s/^static const char \*bind(/static void wrong(const tern_call *call, tern_slice rows)\n{\n    run(call, rows);\n    call->y[rows.begin] += 1;\n}\n\n&/' kernels/scalar.c
git commit -qam wrong
expect 1 ci/recipe check
says out 'recipe: check: WRONG'
expect 1 ci/recipe gate main
says out 'WRONG         scalar/'
says results/gate.txt 'MISMATCH'
finish
