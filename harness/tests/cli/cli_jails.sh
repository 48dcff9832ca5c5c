#!/usr/bin/env bash
# An unprivileged user, a container that forbids system calls, one CPU: it works, and says what it lacks.
# Labels: libraries threads
. "$SOURCE/harness/tests/cli/cli.sh"

printf '[a]\nkernels = reference\nshapes = 64x64x1\nthreads = 1 all\ncache = hot\n' >a.suite
# LeakSanitizer traces its process, which the jail forbids.
export ASAN_OPTIONS=detect_leaks=0

quick=(--budget 0.02 --no-roofs --set shapes=64x64x1)

# ThreadSanitizer does not start without madvise and personality.
forbidden=perf_event_open,sched_setaffinity,ptrace,set_mempolicy,mbind
[ "${SANITIZE:-}" = thread ] || forbidden+=,madvise,personality

expect 0 "$JAIL" "$forbidden" -- "$TERNBENCH" run a.suite "${quick[@]}"
says out "EXACT"
says err "warning:"

expect 0 taskset -c "$first_cpu" "$TERNBENCH" run a.suite "${quick[@]}" -t 2
says out "EXACT"
says err "warning:"

# Where no process may ask for the tiles of AMX, they are as good as absent.
if [ "$(uname -m)" = x86_64 ]; then
    expect 0 "$JAIL" amx -- "$TERNBENCH" machine --no-roofs -q
    grep -q 'ISA .*;' out || { echo "FAILED: no line of instruction sets"; failures=$((failures + 1)); }
    says_not out "amx"
fi

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    chmod 777 . && chmod a+r a.suite
    expect 0 setpriv --reuid=65534 --regid=65534 --clear-groups "$TERNBENCH" run a.suite "${quick[@]}"
    says out "EXACT"
fi

# What a sandbox should not forbid, and some do: no hang, and no kernel is blamed. `ci/selftest jail` tries every call. The
# sanitizers need some of them.
if [ -z "${SANITIZE:-}" ]; then
    mkdir programs && printf '#!/bin/sh\nexec sleep 0.1\n' >programs/gnuplot && chmod +x programs/gnuplot
    expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --set threads='1 2' --out jsonl:threads.jsonl
    expect 4 timeout -s KILL 30 env PATH="$PWD/programs:$PATH" "$JAIL" wait4 -- "$TERNBENCH" report threads.jsonl --format scaling.svg
    says err "cannot wait for the end of gnuplot: Operation not permitted"
    for call in sched_getaffinity waitid wait4 getpid futex; do
        for command in "run a.suite ${quick[*]} -q" "check a.suite --no-edges -q" "machine --no-roofs -q"; do
            status=0
            # shellcheck disable=SC2086
            timeout -s KILL 60 "$JAIL" $call -- "$TERNBENCH" $command >out 2>err </dev/null || status=$?
            # The C library may end a process that cannot wait for its threads, before anybody else can say so.
            [ $status -eq 0 ] || [ $status -eq 4 ] || grep -q '^The futex facility' err || { echo "FAILED: exit $status without $call: $command"; cat err; failures=$((failures + 1)); }
            says_not out "CRASH"
        done
    done
fi
finish
