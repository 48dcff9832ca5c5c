#!/usr/bin/env bash
# Servers have hundreds of CPUs: what is planned, pinned and recorded there, on a machine that a preloaded library makes up; and
# more threads than this machine has CPUs.
# Labels: threads
. "$SOURCE/harness/tests/cli/cli.sh"

cat >tiny.suite <<'END'
[suite]
summary  = one product
baseline = scalar

[g]
kernels = scalar
shapes  = 256x64x1
cache   = hot
threads = doubling
END

quickly=(--no-roofs --budget 0.01 --min-samples 1 --deadline 300 -q)

# record EXPRESSION: a value of the last case, called c, in the run r of cases.jsonl
record() {
    /usr/bin/python3 -c "
import json
lines = [json.loads(line) for line in open('cases.jsonl')]
r, c = lines[0], [line for line in lines if line['type'] in ('case', 'decode')][-1]
print($1)"
}

# 96 threads on fewer CPUs wait for each other, which is said, and end.
if [ "$(nproc)" -lt 96 ]; then
    rm -f cases.jsonl
    expect 0 "$TERNBENCH" run tiny.suite -t 96 "${quickly[@]}" --out jsonl:cases.jsonl
    says out "EXACT"
    equals "threads" "$(record "len(c['timing']['cpu']), len(c['timing']['busy_ns'])")" "96 96"
    equals "what is said of them" "$(record "any('96 threads share $(nproc) CPU' in w for w in r['warning'])")" True
    expect 4 "$TERNBENCH" run tiny.suite -t 96 "${quickly[@]}" --strict
    rm -f cases.jsonl
    expect 0 "$TERNBENCH" decode --model tiny -k scalar --baseline none --prompt 1 --tokens 1 --repetitions 1 -t 96 --no-roofs -q \
        --out jsonl:cases.jsonl
    equals "threads of a decode run" "$(record "len(c['cpu'])")" 96
fi

"$TERNBENCH" machine --no-roofs -q | grep -q "read from hwloc" || skip "built without hwloc"

# Of another machine, which is all that hwloc knows then; what may be used is of this one.
export HWLOC_SYNTHETIC="pack:2 numa:4 l3:1(size=33554432) core:24 pu:2"
expect 0 "$TERNBENCH" machine --no-roofs -q
says out "192 cores, 2 threads a core, 8 memory nodes"
says out "by HWLOC_SYNTHETIC of another machine"
rm -f cases.jsonl
expect 0 "$TERNBENCH" run tiny.suite -t 1 "${quickly[@]}" --out jsonl:cases.jsonl
equals "the topology of the run" "$(record "r['topology']")" "hwloc, told of another machine by HWLOC_SYNTHETIC"
equals "the class of the run" "$(record "'told_by=HWLOC_SYNTHETIC' in r['machine_class']")" True
expect 2 "$TERNBENCH" run tiny.suite -t 1 --pin 384 "${quickly[@]}"
says err "no CPU 384 on the machine that HWLOC_SYNTHETIC tells hwloc of"
if [ "$(nproc --all)" -lt 384 ]; then
    expect 4 "$TERNBENCH" run tiny.suite -t 1 --pin 383 "${quickly[@]}"
    says err "CPU 383 is on the machine that HWLOC_SYNTHETIC tells hwloc of"
fi

# A machine of 384 CPUs, by all that the system says.
[ -z "$SANITIZE" ] || skip "a sanitizer has to be the first library"
export HWLOC_THISSYSTEM=1
there=(env "LD_PRELOAD=$MANY_CPUS_LIBRARY" "$TERNBENCH")
expect 0 "${there[@]}" machine --no-roofs -q
says out "384 online, 384 allowed"
says out "allowed      0-383"
says_not out "another machine"
expect 0 "${there[@]}" run tiny.suite --list
says out "/t=256/"
says out "/t=384/"
expect 0 "${there[@]}" run tiny.suite -t all --list
says out "/t=384/"
says_not out "/t=256/"
rm -f cases.jsonl
expect 0 "${there[@]}" run tiny.suite -t all --pin spread "${quickly[@]}" --out jsonl:cases.jsonl
equals "CPUs of all threads" "$(record "sorted(c['timing']['cpu']) == list(range(384))")" True
equals "their nodes" "$(record "[cpu // 48 for cpu in c['timing']['cpu'][:8]]")" "[0, 1, 2, 3, 4, 5, 6, 7]"
equals "busy threads" "$(record "len(c['timing']['busy_ns'])")" 384
equals "the topology of the run" "$(record "r['topology'], r['cpus_allowed']")" "hwloc 384"
rm -f cases.jsonl
expect 0 "${there[@]}" run tiny.suite -t 3 --pin 381-383,7 "${quickly[@]}" --out jsonl:cases.jsonl
equals "CPUs of a list" "$(record "c['timing']['cpu']")" "[381, 382, 383]"
expect 2 "${there[@]}" run tiny.suite --pin 384 "${quickly[@]}"
says err "no CPU 384 online"
finish
