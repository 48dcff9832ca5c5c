#!/usr/bin/env bash
# An unprivileged user, a container that forbids system calls, one CPU: it works, and says what it lacks.
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

expect 0 taskset -c 0 "$TERNBENCH" run a.suite "${quick[@]}" -t 2
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
finish
