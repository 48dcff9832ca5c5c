#!/usr/bin/env bash
# Every command ends soon after SIGINT, SIGTERM or SIGHUP, whatever it is doing, with 128 + N, and leaves no temporary file.
. "$SOURCE/harness/tests/cli/cli.sh"

# It holds back a signal that comes while a system call waits, until that returns: never, for a pipe that nobody writes.
[ "${SANITIZE:-}" != thread ] || skip "ThreadSanitizer delivers signals late"

# Two seconds are promised; a loaded machine gets more, which is far from what the commands below take undisturbed.
patience_s=10

# has_begun PID SIGNAL: it is the program itself, listens to the signal, and has something in the file $begun, where that is set
begun=
has_begun() {
    local caught
    [ "$(cat "/proc/$1/comm")" = "${TERNBENCH##*/}" ] || return 1
    caught=$(sed -n 's/^SigCgt:[[:space:]]*/0x/p' "/proc/$1/status")
    [ $((caught >> ($(kill -l "$2") - 1) & 1)) -eq 1 ] && { [ -z "$begun" ] || [ -s "$begun" ]; }
}

# ends SIGNAL STATUS COMMAND...: sends it a second after the command has begun, when it is in the middle of something
ends() {
    local signal=$1 wanted=$2 status=0 pid started
    shift 2
    "$@" >out 2>err </dev/null &
    pid=$!
    until has_begun $pid "$signal" 2>/dev/null || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
    sleep 1
    kill -0 $pid 2>/dev/null || { fail "it had ended already: $*"; cat err; }
    started=$SECONDS
    kill "-$signal" $pid
    (exec >/dev/null 2>&1; sleep 30 && kill -KILL $pid) &
    local guard=$!
    wait $pid 2>/dev/null || status=$?
    kill $guard 2>/dev/null
    wait $guard 2>/dev/null
    [ $((SECONDS - started)) -le $patience_s ] || fail "$((SECONDS - started)) s to end on $signal: $*"
    [ $status -eq "$wanted" ] || fail "exit $status on $signal: $*"
}

mkfifo pipe
printf '[a]\nkernels = reference\nshapes = 8x64x16 7x13x1\n' >a.suite
"$TERNBENCH" run a.suite --budget 0.02 --no-roofs -q --out jsonl:good.jsonl >/dev/null
long=(--budget 60 --min-samples 512 --no-roofs -q)
printf '[model]\nlayers = 64\nhidden = 2048\nheads = 32\nkv_heads = 32\nhead_dim = 64\nffn = 8192\nvocabulary = 32000\ncontext = 64\n' >large.model
printf 'activation = relu2\nsub_norms = yes\ntied_head = yes\nrope = halves\nrope_base = 10000\nepsilon = 1e-5\n' >>large.model

begun=a.jsonl ends INT 130 "$TERNBENCH" run a.suite "${long[@]}" --out jsonl:a.jsonl
says a.jsonl 'interrupted by signal 2'
ends TERM 143 "$TERNBENCH" run a.suite "${long[@]}" --out csv:a.csv
ends HUP 129 "$TERNBENCH" run a.suite "${long[@]}"
# The oracle of a large product, which no kernel has to do with.
ends INT 130 "$TERNBENCH" repro 'reference/8192x16384x2048/w=random,x=random,p0=0.42,seed=1' -q --deadline 600
# While the limits of the machine are measured.
ends TERM 143 "$TERNBENCH" machine
says err 'interrupted by signal 15'
says_not err 'could not be measured'
ends TERM 143 "$TERNBENCH" run a.suite --budget 60 --min-samples 512 -q --out jsonl:limits.jsonl
says limits.jsonl 'interrupted by signal 15'
ends TERM 143 "$TERNBENCH" kernels --pick 11008x4096x8
[ ! -s out ] || fail "what was not found yet is told: $(cat out)"
cp "$SOURCE/kernels/scalar.c" scalar.c
sed 's/->shape;/->shape; __asm__ volatile("");/' scalar.c >other.c
cmp -s scalar.c other.c && fail "the two sides are the same"
printf '[a]\nkernels = scalar\nshapes = 2048x8192x64 2048x8192x65 2048x8192x66 2048x8192x67\n' >sides.suite
ends INT 130 "$TERNBENCH" gate scalar.c other.c sides.suite -q --out jsonl:gate.jsonl
ends TERM 143 "$TERNBENCH" ablate sides.suite --set kernels=portable --set shapes=2048x8192x64 -q
ends TERM 143 "$TERNBENCH" tune sides.suite --set shapes=2048x8192x64 --no-roofs -q
ends INT 130 "$TERNBENCH" ablate decode --model large.model --kernel reference -q
ends INT 130 "$TERNBENCH" decode --model large.model --kernel reference --tokens 512 --no-roofs -q
# While the kernel is still being chosen.
begun=auto.jsonl ends TERM 143 "$TERNBENCH" decode --model large.model --no-roofs -q --out jsonl:auto.jsonl
says auto.jsonl 'interrupted by signal 15'
ends INT 130 "$TERNBENCH" ablate decode --model large.model -q
ends TERM 143 "$TERNBENCH" model write --model large.model --out large.gguf

# Pipes to which nobody comes, in both directions, and one whose reader does not read.
ends TERM 143 "$TERNBENCH" report pipe
ends TERM 143 "$TERNBENCH" report good.jsonl --out csv:pipe
ends TERM 143 "$TERNBENCH" run pipe
ends INT 130 "$TERNBENCH" run a.suite "${long[@]}" --out jsonl:pipe
ends TERM 143 "$TERNBENCH" model write --model ./pipe --out large.gguf
sleep 60 <>pipe >/dev/null 2>&1 &
reader=$!
ends TERM 143 "$TERNBENCH" model write --model large.model --out pipe
kill $reader

# A program that was started for it ends with it, and so does what it worked on.
mkdir programs tmp
printf '#!/bin/sh\necho $$ >%s/pid\nexec sleep 100\n' "$PWD" >programs/gnuplot
chmod +x programs/gnuplot
expect 0 "$TERNBENCH" run a.suite --budget 0.02 --no-roofs -q --set threads='1 2' --out jsonl:threads.jsonl
begun=pid ends TERM 143 env TMPDIR="$PWD/tmp" PATH="$PWD/programs:$PATH" "$TERNBENCH" report threads.jsonl --format scaling.svg
[ -s pid ] || fail "gnuplot was not started"
for _ in $(seq 50); do kill -0 "$(cat pid)" 2>/dev/null && sleep 0.1; done
kill -0 "$(cat pid)" 2>/dev/null && fail "gnuplot goes on" && kill "$(cat pid)"
[ -z "$(ls tmp)" ] || fail "left behind in TMPDIR: $(ls tmp)"

[ ! -e large.gguf ] || fail "half a model is left"
left=$(find . -name '.*.*' ! -name . | head -3)
[ -z "$left" ] || fail "left behind: $left"

# A kernel that refines itself, or one that refines it, is refused.
sed 's/\.bits_per_weight/.refines = "sample.columns",\n    &/' "$SOURCE/kernels/sample_plugin.c" >circle.c
"$CC" -shared -fPIC -O1 ${SANITIZE:+-fsanitize=$SANITIZE} -I"$SOURCE/kernels" circle.c -o circle.so || fail "cannot build circle"
expect 2 timeout 20 "$TERNBENCH" kernels --plugin ./circle.so
finish
