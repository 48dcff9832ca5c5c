#!/usr/bin/env bash
# Shards of a suite: together they are the suite; their files are one again, and what is missing is told, with exit status 4.
. "$SOURCE/harness/tests/cli/cli.sh"

printf '[a]\nkernels = scalar reference\nshapes = 8x64 16x64 24x64 7x13\nn = 1 2\n[b]\nkernels = scalar\nshapes = 64x64x1\ninterleave = yes\n' >a.suite
quick=(--budget 0.02 --no-roofs -q)
cases=$("$TERNBENCH" run a.suite --list | tee list | wc -l)

for of in 1 2 5 64; do
    for ((i = 1; i <= of; i++)); do
        "$TERNBENCH" run a.suite --list --shard $i/$of
    done >shards
    diff <(sort list) <(sort shards) || fail "$of shards are not the suite"
done
# An array of four has something to do in each task with the suite that everybody tries first.
for i in 1 2 3 4; do
    expect 0 "$TERNBENCH" run "$SOURCE/suites/quick.suite" --list --shard $i/4
    [ -s out ] || fail "shard $i of 4 of quick.suite is empty"
done
expect 2 "$TERNBENCH" run a.suite --shard 5/4
says err "--shard takes I/N"
expect 2 "$TERNBENCH" check a.suite --shard 1/4
says err "--shard does not go with check; it is for run"

export SLURM_ARRAY_JOB_ID=12 SLURM_JOB_ID=15 SLURMD_NODENAME=n17 SLURM_RESTART_COUNT=2
for i in 1 2 3; do
    export SLURM_ARRAY_TASK_ID=$i
    expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --shard $i/3 --out jsonl:$i.jsonl
done
head -1 3.jsonl >first
for member in '"shard":3,"shards":3' "\"plan_cases\":$cases" '"job":"slurm 12_3"' '"node":"n17"' '"restarts":2'; do
    says first "$member"
done
tail -1 3.jsonl >last
says last '"restarts":2'
unset SLURM_ARRAY_JOB_ID SLURM_JOB_ID SLURMD_NODENAME SLURM_RESTART_COUNT SLURM_ARRAY_TASK_ID

# The merge copies lines as they stand, those that this version does not know as well.
echo '{"type":"tomorrow","x":1}' >>2.jsonl
expect 0 "$TERNBENCH" report 1.jsonl 2.jsonl 3.jsonl --out jsonl:all.jsonl
says out "$cases cases: 3 of 3 shards are complete"
says out "3 files, 3 runs, $cases cases: $cases EXACT, 0 wrong, 0 skipped"
diff <(cat 1.jsonl 2.jsonl 3.jsonl) all.jsonl || fail "the merge is not its parts"
diff <(sort list) <(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' all.jsonl | sort) || fail "the merge is not the suite"
expect 0 "$TERNBENCH" report all.jsonl
says out "3 of 3 shards are complete"
expect 0 "$TERNBENCH" report 1.jsonl 2.jsonl 3.jsonl --out jsonl:some.jsonl --filter '^scalar/'
[ "$(grep -c '"type":"case"' some.jsonl)" -eq "$(grep -c '^scalar' list)" ] || fail "--filter of a merge"
# A format is drawn as ever, and the records are written too.
expect 0 "$TERNBENCH" report 1.jsonl 2.jsonl 3.jsonl --out jsonl:drawn.jsonl --format csv
[ "$(wc -l <out)" -eq $((cases + 1)) ] || fail "--format csv beside the records"

# One is missing, and one was cut off: what is there is merged, and goes on.
head -n 2 3.jsonl >cut.jsonl
for command in "--out jsonl:part.jsonl" "--format table"; do
    # shellcheck disable=SC2086
    expect 4 "$TERNBENCH" report 1.jsonl cut.jsonl $command
    says out "1 of 3 shards are complete; missing: 2; cut off or not complete: 3"
    says err "not all shards are there"
done
[ "$(wc -l <part.jsonl)" -eq $(($(wc -l <1.jsonl) + 2)) ] || fail "what is there is not merged"
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --shard 3/3 --out jsonl:cut.jsonl --resume
expect 0 "$TERNBENCH" report 1.jsonl 2.jsonl cut.jsonl --out jsonl:all.jsonl
says out "3 of 3 shards are complete"
# Another shard, or another plan, is another run.
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --shard 2/3 --out jsonl:cut.jsonl --resume
says cut.jsonl "another shard (3/3, now 2/3)"
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --shard 2/3 --set n=3 --out jsonl:cut.jsonl --resume
says cut.jsonl "another plan"

# A line that was lost in the middle is missed, in a merge and out of it, and when the merge is read again.
sed 3d 2.jsonl >lost.jsonl
done=$(grep -c '"type":"case"' 2.jsonl)
for files in "1.jsonl lost.jsonl 3.jsonl --out jsonl:part.jsonl" "part.jsonl" "part.jsonl --out jsonl:parts.jsonl"; do
    # shellcheck disable=SC2086
    expect 4 "$TERNBENCH" report $files
    says out "2 of 3 shards are complete; cut off or not complete: 2"
    says out "1 of $done results is not in the file"
    says err "1 result was lost from the files"
    rm -f parts.jsonl
done
expect 4 "$TERNBENCH" report lost.jsonl --out md:lost.md
says lost.md "INCOMPLETE: 1 of 1 run did not end as planned"
says lost.md "run 1 is incomplete: 1 of $done results is not in the file"
# What a filter leaves out is not lost, now or when the file is read again; and --resume makes up for what was lost.
expect 0 "$TERNBENCH" report some.jsonl
expect 0 "$TERNBENCH" report 1.jsonl 2.jsonl 3.jsonl --filter '^scalar/'
expect 0 "$TERNBENCH" report 1.jsonl 2.jsonl 3.jsonl --out jsonl:drawn2.jsonl --format csv --filter '^scalar/'
expect 0 "$TERNBENCH" report drawn2.jsonl
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --shard 2/3 --out jsonl:lost.jsonl --resume
expect 0 "$TERNBENCH" report 1.jsonl lost.jsonl 3.jsonl
# Nor is what an earlier run of the file has.
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --shard 1/1 --out jsonl:lost.jsonl --resume
says lost.jsonl "the file is gone on with as another run"
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --shard 1/1 --out jsonl:lost.jsonl --resume
"$TERNBENCH" report lost.jsonl >out 2>err
says_not out "not in the file"
# Two runs of the same that stand in one file count once when it is gone on with.
cat 1.jsonl 1.jsonl >twice.jsonl
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --shard 1/3 --out jsonl:twice.jsonl --resume
[ "$(grep '"type":"end"' twice.jsonl | grep -o '"done":[0-9]*' | sort -u | wc -l)" -eq 1 ] || fail "counted twice"

# A shard for which nothing is left is complete.
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --filter '/7x13x1/' --shard 2/2 --out jsonl:none.jsonl
says none.jsonl '"complete":true'
finish
