#!/usr/bin/env bash
# Whose records they are: what goes on under another machine, build or setting gets a run line of its own, and says so.
. "$SOURCE/harness/tests/cli/cli.sh"

printf '[a]\nkernels = reference\nshapes = 8x64x16 7x13x1\n' >a.suite
unset "${!OMP_@}"
quick=(a.suite --budget 0.02 --no-roofs -q --out jsonl:a.jsonl)

# runs N: so many run lines in a.jsonl
runs() {
    [ "$(grep -c '^{"type":"run"' a.jsonl)" -eq "$1" ] || fail "$(grep -c '^{"type":"run"' a.jsonl) runs instead of $1"
}

# begin: a run of one of the two cases
begin() {
    rm -f a.jsonl
    expect 0 "$TERNBENCH" run "${quick[@]}" --filter /8x64x16/ "$@"
}

begin
expect 0 "$TERNBENCH" run "${quick[@]}" --resume
runs 1
[ "$(grep -c '^{"type":"case"' a.jsonl)" -eq 2 ] || fail "--resume did not run what was missing"

# another WHAT: the next --resume finds it, with the options that follow
another() {
    local what=$1
    shift
    expect 0 "$TERNBENCH" run "${quick[@]}" --resume "$@"
    runs 2
    says a.jsonl "the file is gone on with as another run, since there is another $what"
    [ "$(grep -c '^{"type":"case"' a.jsonl)" -eq 2 ] || fail "another $what: a case is missing, or twice"
    expect 0 "$TERNBENCH" report a.jsonl
    says out "Run 2 of 2"
    says out "\`ternbench run ${quick[*]} --filter /8x64x16/" # whole
}

for member in host commit cpu compiler flags isa; do
    begin
    sed -i "s/\"$member\":\"[^\"]*\"/\"$member\":\"elsewhere\"/" a.jsonl
    case $member in
    cpu) another "processor (elsewhere, now" ;;
    isa) another "ISA (elsewhere, now" ;;
    flags) another "set of compiler flags (elsewhere, now" ;;
    *) another "$member (elsewhere, now" ;;
    esac
done
begin
another "set of settings (budget=0.02" --budget 0.03
begin
another "set of settings (budget=0.02" --pin none
begin
OMP_NUM_THREADS=1 another "OpenMP environment (none, now"
if command -v "${CC:-cc}" >/dev/null; then
    cp "$SOURCE"/kernels/*.h .
    sed 's/sample/plugged/g' "$SOURCE/kernels/sample_plugin.c" >plugged.c
    "${CC:-cc}" -shared -fPIC -O1 plugged.c -o plugged.so
    begin --plugin ./plugged.so
    "${CC:-cc}" -shared -fPIC -O2 plugged.c -o plugged.so
    another "set of plug-ins" --plugin ./plugged.so
    begin
    another "set of plug-ins (none, now ./plugged.so" --plugin ./plugged.so
    mkdir plugins && mv plugged.so plugins
    begin
    TERNBENCH_PLUGIN_PATH=plugins another "set of plug-ins (none, now"
    says a.jsonl '"plugins":"plugins/plugged.so='
    cp "$SOURCE/kernels/reference.c" .
    begin
    another "set of plug-ins (none, now" --side ./reference.c
fi

# What it compares stands in one run: another is refused.
if command -v "${CC:-cc}" >/dev/null; then
    cp "$SOURCE/kernels/scalar.c" .
    printf '[a]\nkernels = scalar\nshapes = 64x256x1\n' >g.suite
    expect 0 "$TERNBENCH" gate scalar.c scalar.c g.suite -q --out jsonl:g.jsonl
    sed -i 's/"host":"[^"]*"/"host":"elsewhere"/' g.jsonl
    cp g.jsonl before.jsonl
    expect 2 "$TERNBENCH" gate scalar.c scalar.c g.suite -q --out jsonl:g.jsonl --resume
    says err "cannot go on with g.jsonl, which was begun with another host (elsewhere, now"
    cmp -s g.jsonl before.jsonl || fail "a file that was refused has changed"
fi
finish
