#!/usr/bin/env bash
# The machine is not the kernel: what ends from outside says nothing of it, and --resume does it again; what does not fit into
# memory is none for this machine, and the suite goes on.
# Labels: libraries threads
. "$SOURCE/harness/tests/cli/cli.sh"

quick=(--budget 0.02 --no-roofs -q)
printf '[a]\nkernels = reference\nshapes = 8x64x16 7x13x1\n' >a.suite

# plug_in NAME LINE: a plug-in of one kernel that is right, and begins run() with the line
plug_in() {
    sed "s/sample\.columns/$1/" "$SOURCE/kernels/sample_plugin.c" >"$1.c"
    sed -i '0,/^static void run(/{s/^static void run(/#include <signal.h>\n#include <stdlib.h>\n#include <unistd.h>\n&/}' "$1.c"
    sed -i "/^static void run(/,/^{/{s|^{|{ $2|}" "$1.c"
    "$CC" -shared -fPIC -O1 -D_GNU_SOURCE ${SANITIZE:+-fsanitize=$SANITIZE} -I"$SOURCE/kernels" "$1.c" -o "$1.so" || fail "cannot build $1"
    printf '[a]\nkernels = reference %s\nshapes = 8x64x16\n' "$1" >"$1.suite"
}

# A kill from elsewhere, as from a system that is out of memory.
plug_in killed "if (access(\"$WORK/kill\", F_OK) == 0) kill(getpid(), SIGKILL);"
touch kill
expect 4 "$TERNBENCH" run killed.suite --plugin ./killed.so "${quick[@]}" --out jsonl:killed.jsonl
says out "INTERRUPTED"
says err "ended by signal 9 (Killed), which did not come from here"
says out "not complete: 1 of them ended from outside; --resume goes on"
says killed.jsonl '"verdict":"INTERRUPTED"'
expect 4 "$TERNBENCH" run killed.suite --plugin ./killed.so "${quick[@]}" --out jsonl:killed.jsonl --resume
rm kill
expect 0 "$TERNBENCH" run killed.suite --plugin ./killed.so "${quick[@]}" --out jsonl:killed.jsonl --resume
says out "2 of 2 cases: 2 EXACT"
says_not out "INTERRUPTED"
expect 0 "$TERNBENCH" report killed.jsonl
says_not out "INTERRUPTED"
touch kill
expect 4 "$TERNBENCH" run killed.suite --plugin ./killed.so "${quick[@]}" --out jsonl:again.jsonl
expect 0 "$TERNBENCH" report --compare killed.jsonl again.jsonl
says_not out "lost"

# A limit of CPU time ends a kernel that computes for long.
plug_in endless "if (access(\"$WORK/spin\", F_OK) == 0) for (volatile int i = 0;; i++) {}"
touch spin
(ulimit -S -t 2; exec "$TERNBENCH" check endless.suite --plugin ./endless.so --no-edges -q) >out 2>err
[ $? -eq 4 ] || fail "ulimit -t gave another status"
says err "at the limit of CPU time, see ulimit -t"

# A limit of the size of files, which counts for those in memory, too; and one of the stack.
cp "$SOURCE/suites/tiny.model" .
small=(--model tiny.model --kernel reference --baseline none --tokens 2 --prompt 2 -t 1 --no-roofs -q)
for command in "check a.suite --no-edges -q --set shapes=256x256x1" "decode ${small[*]}"; do
    # shellcheck disable=SC2086
    (ulimit -f 8; exec "$TERNBENCH" $command) >out 2>err
    [ $? -eq 4 ] || fail "ulimit -f gave another status: $command: $(cat out err)"
    says out "INTERRUPTED"
    says out "see ulimit -f"
done
cp "$SOURCE/kernels/scalar.c" .
printf '[a]\nkernels = scalar\nshapes = 64x256x1\n' >g.suite
(ulimit -f 1; exec "$TERNBENCH" kernels --side ./scalar.c) >out 2>err
[ $? -eq 4 ] || fail "a compiler that may write little gave another status: $(cat err)"

# A linker that has no room, which it says before the compiler says that the linker failed.
cat >full-cc <<'END'
#!/bin/sh
case "$*" in
*-shared*) printf 'ld: final link failed: No space left on device\ncollect2: error: ld returned 1 exit status\n' >&2 && exit 1 ;;
*) exec "$REAL_CC" "$@" ;;
esac
END
chmod +x full-cc
compiler=$CC
REAL_CC=$compiler CC=./full-cc expect 4 "$TERNBENCH" kernels --side ./scalar.c
says err "No space left on device"

if [ -z "${SANITIZE:-}" ]; then
    for command in "check a.suite --no-edges -q --set threads=2" "gate scalar.c scalar.c g.suite -q" "decode ${small[*]}"; do
        # shellcheck disable=SC2086
        (ulimit -S -s 100; exec "$TERNBENCH" $command) >out 2>err || fail "ulimit -s is the kernel's fault: $command: $(cat out err)"
    done
    (ulimit -s 100; exec "$TERNBENCH" check a.suite --no-edges -q) >out 2>err
    [ $? -eq 4 ] || fail "a stack that may not grow gave another status"
    says err "the stack may not be larger than 100 KiB here, and kernels get 8 MiB; see ulimit -s"
fi

# A limit of memory: what a kernel does that gets none is not its fault. Sanitizers reserve more than any limit.
if [ -z "${SANITIZE:-}" ]; then
    plug_in hungry "char *m = malloc(1u << 30); *(volatile char *)m = 1; free(m);"
    (ulimit -v 900000; exec "$TERNBENCH" check hungry.suite --plugin ./hungry.so --no-edges -q) >out 2>err
    [ $? -eq 4 ] || fail "ulimit -v gave another status"
    says err "after it was refused memory, see ulimit -v"
    plug_in wrong "volatile char *volatile m = NULL; *m = 1;"
    (ulimit -v 900000; exec "$TERNBENCH" check wrong.suite --plugin ./wrong.so --no-edges -q) >out 2>err
    [ $? -eq 1 ] || fail "a crash under ulimit -v is none"
fi

# A limit of the control group, or of one above it: what does not fit is told before the system ends the process.
for root in /sys/fs/cgroup/memory /sys/fs/cgroup; do
    group=$root/ternbench-test-$$
    mkdir -p "$group/below" 2>/dev/null || continue
    for file in memory.limit_in_bytes memory.max; do
        { [ -e "$group/$file" ] && echo $((512 << 20)) >"$group/$file" &&
            (echo "$BASHPID" >"$group/below/cgroup.procs"); } 2>/dev/null || continue
        printf '[a]\nkernels = reference\nshapes = 32768x32768x1 8x64x16\n' >grouped.suite
        (echo "$BASHPID" >"$group/below/cgroup.procs" && exec "$TERNBENCH" check grouped.suite --no-edges -q) >out 2>err ||
            fail "a control group's limit gave another status: $(cat out err)"
        says out "UNSUPPORTED  out of memory:"
        says out "2 of 2 cases: 1 EXACT, 0 wrong, 1 skipped"
    done
    rmdir "$group/below" "$group"
done

# SIGCHLD ignored, as some shells and supervisors leave it.
(trap '' CHLD; exec "$TERNBENCH" run a.suite "${quick[@]}") >out 2>err ||
    fail "SIGCHLD ignored gave another status: $(cat out err)"

# A case that is too large is told, and does not end the suite.
printf '[a]\nkernels = reference\nshapes = 1048576x1048575x1 8x64x16\n' >large.suite
expect 0 "$TERNBENCH" run large.suite "${quick[@]}" --out jsonl:large.jsonl
says out "UNSUPPORTED  out of memory:"
says out "2 of 2 cases: 1 EXACT, 0 wrong, 1 skipped"
expect 0 "$TERNBENCH" run large.suite "${quick[@]}" --out jsonl:large.jsonl --resume

# Products of sizes that do not fit into 64 bits are no shapes.
data=w=random,x=random,p0=0.42,seed=1
for shape in 2147483648x1x2147483648 4294967295x1x4294967295 1x16777215x4294967295; do
    expect 2 "$TERNBENCH" repro "scalar/$shape/$data"
    says err "'$shape' is no shape"
done

# What this program does wrong is not the kernel's.
expect 0 "$TERNBENCH" decode "${small[@]}" --compare-cache 3
expect 2 "$TERNBENCH" decode "${small[@]}" --compare-cache 4
says err "--compare-cache decodes 4 tokens again, and there are 3"
finish
