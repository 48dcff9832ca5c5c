#!/usr/bin/env bash
# What is written: nothing is lost, overwritten or mixed, and what could not be written is told.
. "$SOURCE/harness/tests/cli/cli.sh"

printf '[a]\nkernels = reference\nshapes = 8x64x16 7x13x1\n' >a.suite
cp "$SOURCE/suites/tiny.model" .
quick=(--budget 0.02 --no-roofs -q)
small=(--model tiny.model --kernel reference --baseline none --tokens 2 -t 1 --no-roofs -q)
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:good.jsonl
expect 0 "$TERNBENCH" model write --model tiny.model --out tiny.gguf

# Every command says what standard output did not take. A reader that went away is no error.
id='reference/8x64x16/w=random,x=random,p0=0.42,seed=1'
commands=("run a.suite ${quick[*]}" "run a.suite --list" "check a.suite --no-edges -q" "repro $id ${quick[*]}" "kernels" "kernels --format json"
    "machine --no-roofs -q" "machine --no-roofs -q --format json" "report good.jsonl" "report good.jsonl --format jsonl"
    "report --compare good.jsonl good.jsonl" "model write --model tiny.model --out other.gguf" "model show tiny.gguf"
    "decode ${small[*]}" "run --help" "run --usage" "--help" "--version")
for command in "${commands[@]}"; do
    status=0
    # shellcheck disable=SC2086
    "$TERNBENCH" $command >/dev/full 2>err </dev/null || status=$?
    [ "$status" -eq 4 ] || fail "$command >/dev/full ended with status $status"
    says err "cannot write to standard output: No space left on device; make room"
    [ "$(grep -c "cannot write" err)" -eq 1 ] || fail "$command >/dev/full says it more than once: $(cat err)"
done
"$TERNBENCH" report good.jsonl --format jsonl 2>err | true
[ "${PIPESTATUS[0]}" -eq 0 ] || fail "a reader that went away is an error"
says_not err "cannot write"

# All outputs are opened before anything runs: a wrong one is told, and loses no other.
echo old >first.csv
expect 2 "$TERNBENCH" run a.suite "${quick[@]}" --out csv:first.csv --out table:nowhere/second.txt --out jsonl:third.jsonl
says err "cannot write nowhere/second.txt: No such file or directory"
says first.csv old
[ ! -e third.jsonl ] || fail "a run that could not begin left a file"
expect 2 "$TERNBENCH" report good.jsonl --out csv:new.csv --out table:nowhere/second.txt
[ ! -e new.csv ] || fail "an output is left of a report that could not begin"

# One that cannot be written stops no other, and is not announced.
expect 4 "$TERNBENCH" run a.suite "${quick[@]}" --out csv:/dev/full --out csv:second.csv --out jsonl:/dev/null
says err "cannot write /dev/full: No space left on device"
says out "csv: second.csv"
says_not out "/dev/full"
says second.csv "reference/7x13x1"
expect 4 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:/dev/full --out jsonl:other.jsonl
says err "cannot write a record: No space left on device"
for format in jsonl html full.json; do
    expect 4 "$TERNBENCH" report good.jsonl --out $format:/dev/full
    says err "cannot write /dev/full: No space left on device; make room"
done
expect 4 "$TERNBENCH" decode "${small[@]}" --out jsonl:/dev/full
says err "cannot write a record: No space left on device"
expect 2 "$TERNBENCH" report good.jsonl --out csv:same.csv --out table:./same.csv
says err "two outputs go to ./same.csv"

# What is read is not replaced by what is written, under whatever name.
cp a.suite read.suite
cp good.jsonl read.jsonl
cp "$SOURCE/suites/tiny.model" read.model
expect 0 "$TERNBENCH" model write --model read.model --out read.gguf
for name in read.suite read.jsonl read.model read.gguf; do
    cp $name $name.before
    ln -sf $name link-$name
done
# replaces FILE COMMAND...
replaces() {
    expect 2 "$TERNBENCH" "${@:2}"
    says err "$1 is read by the same command"
}
replaces link-read.suite run read.suite "${quick[@]}" --out jsonl:link-read.suite
replaces ./read.suite check read.suite --no-edges -q --out csv:./read.suite
replaces read.jsonl report good.jsonl read.jsonl --out csv:read.jsonl
replaces link-read.jsonl report --compare good.jsonl read.jsonl --out html:link-read.jsonl
replaces read.model model write --model read.model --out read.model
replaces read.gguf decode "${small[@]}" --model read.gguf --out jsonl:read.gguf
# Of folders that are read, too: a history, parts of a model, sources of a side, plug-ins.
mkdir -p history side/kernels plugs
for name in history/2026-01.jsonl history/planned.ini big-00001-of-00002.gguf big-00002-of-00002.gguf side/kernels/a.c plugs/a.so; do
    echo "$name" >$name
done
replaces history/2026-01.jsonl history show --out csv:history/2026-01.jsonl
replaces history/planned.ini history check --unconfirmed --out csv:./history/planned.ini
replaces big-00002-of-00002.gguf decode --model big-00001-of-00002.gguf --out csv:big-00002-of-00002.gguf
replaces side/kernels/a.c run read.suite --side side --out csv:side/kernels/a.c
replaces side/kernels/a.c gate side HEAD read.suite --out jsonl:side/kernels/a.c
replaces side/kernels/a.c gate side/kernels HEAD read.suite --out jsonl:side/kernels/a.c
touch side/kernels/a.h
replaces side/kernels/a.h gate side/kernels/a.c HEAD read.suite --out jsonl:side/kernels/a.h
expect 2 env TERNBENCH_PLUGIN_PATH=nowhere:plugs "$TERNBENCH" check read.suite --out csv:plugs/a.so
says err "plugs/a.so is read by the same command"
for name in history/2026-01.jsonl history/planned.ini big-00002-of-00002.gguf side/kernels/a.c plugs/a.so; do
    says $name $name
done
"$TERNBENCH" report - --out csv:read.jsonl <read.jsonl >out 2>err && fail "standard input was read and written"
for name in read.suite read.jsonl read.model read.gguf; do
    cmp -s $name $name.before || fail "$name was read and written"
done

# A file that is drawn onto itself is whole.
cp good.jsonl self.jsonl
expect 0 "$TERNBENCH" report self.jsonl --out jsonl:self.jsonl
cmp -s good.jsonl self.jsonl || fail "a report onto its own file changed it"

# --resume leaves what is there as it is: lines and members that are not known, and an end that was not the last.
sed '2s/^{/{"later":[1,2],/' good.jsonl | sed '2i {"type":"of tomorrow","x":1}' >later.jsonl
cp later.jsonl before.jsonl
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --set shapes=5x64x1 --out jsonl:later.jsonl --resume
head -c "$(wc -c <before.jsonl)" later.jsonl | cmp -s - before.jsonl || fail "--resume changed what was there"
[ "$(grep -c '"id":"reference/5x64x1' later.jsonl)" -eq 1 ] || fail "--resume added nothing"
expect 0 "$TERNBENCH" report later.jsonl

# What is refused is left alone; what is empty, or ended in its first line, is begun.
printf '{"type":"case"}\n{"type":"end"}\n' >foreign.jsonl
cp foreign.jsonl before.jsonl
expect 2 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:foreign.jsonl --resume
cmp -s foreign.jsonl before.jsonl || fail "a file that was refused has changed"
echo 'no record' >foreign.txt
expect 2 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:foreign.txt --resume
says foreign.txt 'no record'
: >empty.jsonl
head -c 40 good.jsonl >begun.jsonl
for file in empty begun new; do
    expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:$file.jsonl --resume
    expect 0 "$TERNBENCH" report $file.jsonl --filter '/7x13x1/'
done

# Two writers of one file: one is refused, and told of the other.
"$TERNBENCH" run a.suite --budget 30 --min-samples 512 --no-roofs -q --out jsonl:busy.jsonl >/dev/null 2>&1 </dev/null &
pid=$!
until [ -s busy.jsonl ]; do sleep 0.05; done
expect 4 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:busy.jsonl
says err "cannot write busy.jsonl: process $pid (ternbench) is writing it; wait for it, or name another file"
expect 4 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:busy.jsonl --resume
expect 4 "$TERNBENCH" report good.jsonl --out jsonl:busy.jsonl
kill -KILL $pid
wait $pid 2>/dev/null
expect 0 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:busy.jsonl --resume

# Eight at once write one model: it is whole, and nothing is left beside it.
mkdir models
for seed in 1 2 3 4 5 6 7 8; do
    "$TERNBENCH" model write --model tiny.model --seed $seed --out models/tiny.gguf >/dev/null 2>&1 </dev/null &
done
wait
expect 0 "$TERNBENCH" model show models/tiny.gguf
[ "$(find models -mindepth 1 | wc -l)" -eq 1 ] || fail "something is left beside the model: $(find models -mindepth 1)"

# What is no regular file is written through, and links are followed.
expect 0 "$TERNBENCH" model write --model tiny.model --out /dev/null
[ -c /dev/null ] || fail "/dev/null is no device any more"
ln -s linked.gguf link.gguf
expect 0 "$TERNBENCH" model write --model tiny.model --out link.gguf
{ [ -L link.gguf ] && cmp -s linked.gguf tiny.gguf; } || fail "a link was not followed"
mkfifo pipe
cat pipe >piped.gguf &
expect 0 "$TERNBENCH" model write --model tiny.model --out pipe
wait
{ [ -p pipe ] && cmp -s piped.gguf tiny.gguf; } || fail "a pipe was not written through"
expect 0 "$TERNBENCH" report good.jsonl --out csv:/dev/stdout --format md
says out "reference/7x13x1"

# What never ends, or is far too long, is refused.
for file in /dev/zero /dev/urandom; do
    expect 2 timeout 20 "$TERNBENCH" report $file
    expect 2 timeout 20 "$TERNBENCH" run $file
    expect 2 timeout 20 "$TERNBENCH" model show $file
    expect 2 timeout 20 "$TERNBENCH" model write --model $file --out other.gguf
    expect 2 timeout 20 "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:$file --resume
done
expect 2 timeout 20 "$TERNBENCH" kernels --plugin /dev/zero
for file in /dev/zero ./pipe; do
    expect 0 timeout 20 env HWLOC_XMLFILE=$file "$TERNBENCH" machine --class
done
expect 0 timeout 20 env ARGP_HELP_FMT=rmargin=1 "$TERNBENCH" run --help

# Closed descriptors: what is meant for people gets into no file.
for closed in 0 1 2 '1 2' '0 1 2'; do
    rm -f closed.jsonl
    (
        for fd in $closed; do eval "exec $fd>&-"; done
        exec "$TERNBENCH" run a.suite "${quick[@]}" --out jsonl:closed.jsonl
    ) >out 2>err
    status=$?
    case $closed in *1*) wanted=4 ;; *) wanted=0 ;; esac
    [ $status -eq $wanted ] || fail "with $closed closed the exit status is $status"
    [ "$(grep -vc '^{"type":' closed.jsonl)" -eq 0 ] || fail "with $closed closed, something is among the records"
done

# A file that may not grow is told.
(ulimit -f 1; exec "$TERNBENCH" model write --model tiny.model --out limited.gguf) >out 2>err
[ $? -eq 4 ] || fail "ulimit -f gave another status"
says err "File too large; files may not grow so large here, see ulimit -f"
[ ! -e limited.gguf ] || fail "half a file is left"

# What the machine has none left of is no mistake of the user's.
(ulimit -S -n 10; exec "$TERNBENCH" run a.suite "${quick[@]}") >out 2>err || fail "a soft limit of descriptors is not raised: $(cat err)"
for descriptors in 5 6 8 31 32; do
    for command in "run a.suite ${quick[*]}" "decode ${small[*]}" "decode ${small[*]} --model ./tiny.gguf" "report good.jsonl --out csv:few.csv"; do
        status=0
        # shellcheck disable=SC2086
        (ulimit -n $descriptors; exec "$TERNBENCH" $command) >out 2>err </dev/null || status=$?
        case $status in
        0 | 127) ;; # the loader has none left
        4) says err "Too many open files" ;;
        *) fail "exit $status with $descriptors descriptors: $command: $(cat err)" ;;
        esac
    done
done

# A folder for what is kept, where anybody may make one: that of another is not used.
mkdir temporary && mkdir -m 777 "temporary/ternbench-$(id -u)"
chmod 777 "temporary/ternbench-$(id -u)"
homeless=(env -u HOME -u XDG_CACHE_HOME TMPDIR="$PWD/temporary" "$TERNBENCH" kernels --side "$SOURCE/kernels/scalar.c")
expect 4 "${homeless[@]}"
says err "is not this user's alone; remove it, or set XDG_CACHE_HOME"
chmod 755 "temporary/ternbench-$(id -u)"
expect 0 "${homeless[@]}"
rm -r "temporary/ternbench-$(id -u)"
expect 0 "${homeless[@]}"

# Only records among records.
for format in jsonl csv llama-bench decode.json decode.csv; do
    expect 0 "$TERNBENCH" decode "${small[@]}" --prompt-ids 1,2,3 --format $format
    says_not out "answer:"
done
expect 0 "$TERNBENCH" decode "${small[@]}" --prompt-ids 1,2,3
says out "answer:"

# As editors leave them: a mark, CRLF, blank lines. A zero byte is none of it.
{ printf '\xEF\xBB\xBF' && sed 's/$/\r/' good.jsonl && printf '\r\n\n'; } >edited.jsonl
expect 0 "$TERNBENCH" report edited.jsonl --format jsonl
cmp -s out good.jsonl || fail "what an editor left changes the records"
{ cat good.jsonl && printf '{"type":"end"}\0\n'; } >zero.jsonl
expect 2 "$TERNBENCH" report zero.jsonl
says err "zero.jsonl:5: no JSON"
finish
