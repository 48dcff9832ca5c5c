#!/usr/bin/env bash
# Bad input gets one sentence and exit status 2; nothing to run is 5.
# Labels: libraries
. "$SOURCE/harness/tests/cli/cli.sh"

printf '[a]\nkernels = reference\nshapes = 8x64x16\n' >ok.suite
printf '[a]\nkernels = reference\n\nshaeps = 8x64x16\n' >misspelt.suite

expect 2 "$TERNBENCH"
expect 2 "$TERNBENCH" rnu
says err "did you mean 'run'"
expect 2 "$TERNBENCH" check
expect 2 "$TERNBENCH" check --no-such-option ok.suite
expect 2 "$TERNBENCH" check missing.suite
says err "cannot read suite missing.suite"
says_not err "did you mean"
for wrong in okk.suite ok ./okk.suite; do
    expect 2 "$TERNBENCH" check $wrong
    says err "did you mean ${wrong/okk/ok}"
done
expect 2 "$TERNBENCH" check quik.suite
says err "No such file or directory, did you mean quick.suite?"
expect 2 "$TERNBENCH" decode --model bitnet-7bb
says err "did you mean 'bitnet-7b'?"
expect 2 "$TERNBENCH" decode --model "$SOURCE/suites/tyny.model"
says err "did you mean $SOURCE/suites/tiny.model?"
expect 2 "$TERNBENCH" check misspelt.suite
says err "misspelt.suite:4: unknown axis 'shaeps', did you mean 'shapes'"
expect 2 "$TERNBENCH" check ok.suite --isa mmx
says err "unknown ISA level 'mmx'"
expect 2 env TERNBENCH_ISA=mmx "$TERNBENCH" kernels
says err "the environment variable TERNBENCH_ISA: unknown ISA level 'mmx'"
expect 0 env TERNBENCH_ISA=scalar "$TERNBENCH" machine --no-roofs -q
says out "portable; cap: native, TERNBENCH_ISA=scalar"
expect 0 env TERNBENCH_ISA=scalar "$TERNBENCH" check ok.suite --set kernels='*' --isa native --no-edges --list
says_not out "avx"
expect 2 "$TERNBENCH" check ok.suite --filter '('
says err "the regular expression '(': "
expect 2 timeout 5 "$TERNBENCH" check ok.suite --filter "$(printf '(%.0s' $(seq 20000))"
says err "longer than 2000 characters"
# What the library would take minutes or all memory for is refused at once.
for expression in 'a{1000}{1000}' '((a{30}){30}){30}' '(.?){0,9000}' 'a{4001}' 'a{1,4001}' 'a{4001,}' 'a++++++++++++++++++++++++++++++++++++++++' 'a+*+*+?+*+*+*+*+*+*+*+*+*+*+*+*+' '(a{1,}){1,}{1,}{1,}{1,}{1,}{1,}{1,}{1,}{1,}{1,}{1,}'; do
    expect 2 timeout 5 "$TERNBENCH" check ok.suite --list --filter "$expression"
    says err "is longer than 4000 characters once its {repetitions} are written out"
done
for expression in 'a?????????????????+++++++' 'a?????' '(((((((((a?)+)+)+)+)+)+)+)+)+' '((((a?)?)+){0,2})*'; do
    expect 2 timeout 5 "$TERNBENCH" check ok.suite --list --filter "$expression"
    says err "repeats what is repeated, more than 4 times over"
done
expect 0 "$TERNBENCH" check ok.suite --list --filter '((([0-9]x?)+)?.)*'
expect 2 timeout 5 "$TERNBENCH" check ok.suite --list --filter '(.*)(.*)(.*)(.*)(.*)(.*)\1\2\3\4\5\6x'
says err "refers back with \\1 to \\9"
expect 0 "$TERNBENCH" check ok.suite --list --filter '[0-9]{1,40}x[0-9]{1,40}x[^]++++++++++++++++][0-9]+[0-9]{0,40}\\{0,1}|\+{2}'
expect 2 "$TERNBENCH" check ok.suite --out yaml:x
says err "unknown format 'yaml'"
expect 2 "$TERNBENCH" check ok.suite --out jsonl:no/such/folder/x
says err "cannot write no/such/folder/x"
expect 2 "$TERNBENCH" check ok.suite --resume
says err "--resume needs --out jsonl:FILE"
expect 2 "$TERNBENCH" check ok.suite --set colour=red
says err "unknown axis 'colour'"
printf '[suite]\nbaseline = scalr\n[a]\nkernels = reference\nshapes = 8x64x16\n' >baseline.suite
expect 2 "$TERNBENCH" run baseline.suite
says err "baseline.suite: baseline = scalr: there is no such kernel; \`ternbench kernels\` lists them"
expect 2 "$TERNBENCH" repro nonsense
says err "no case id"
expect 2 "$TERNBENCH" repro 'scalar/8x8x1/w=random' # cut off
says err "no case id"
expect 2 "$TERNBENCH" report missing.jsonl
XDG_CACHE_HOME=/proc/nowhere expect 0 "$TERNBENCH" kernels --pick 64x256 --no-roofs
says out "sampled in turns with the others"
says err "is not kept: cannot make the folder /proc/nowhere"
[ "$("$TERNBENCH" kernels --format names | wc -l)" -lt 3 ] || says out "times as fast"
expect 2 "$TERNBENCH" kernels --pick 64x --no-roofs
expect 2 "$TERNBENCH" kernels --pin none
says err "--pin has no effect without --pick"
expect 2 "$TERNBENCH" kernels --pick 64x64 --format json
says err "--format does not go with --pick"
expect 2 "$TERNBENCH" run ok.suite --hot --cold
says err "--hot does not go with --cold"
expect 2 "$TERNBENCH" bisect HEAD..HEAD ok.suite --optimisation --delta 2
says err "--delta does not go with --optimisation"
expect 2 "$TERNBENCH" ablate ok.suite --plugin mine.c
says err "--plugin does not go with ablate: the kernels of a .so or .c file are a side: --side FILE, or BASE and CAND"
expect 2 "$TERNBENCH" ablate mine.c ok.suite
says err "one side alone is named by --side"
expect 2 "$TERNBENCH" gate --plugin mine.c main .
says err "--plugin does not go with gate: a .so or .c file is named as a side, BASE or CAND"
expect 2 "$TERNBENCH" check ok.suite --deep --no-edges
says err "--deep does not go with --no-edges"
for option in "--pin none" --no-roofs --strict -q -v; do
    # shellcheck disable=SC2086 # several words
    expect 2 "$TERNBENCH" machine --class $option
    says err "does not go with --class"
done
for option in "--deadline 5" "--isa scalar" "--pin none" --strict -q; do
    # shellcheck disable=SC2086 # several words
    expect 2 "$TERNBENCH" history check --unconfirmed $option
    says err "does not go with --unconfirmed"
done
expect 2 "$TERNBENCH" repro 'decode/tiny/scalar/seed=1,p0=0.42/p=16,n=32,s=1,c=64,b=256/t=2' --budget 3
says err "--budget is for cases"
expect 2 "$TERNBENCH" tune ok.suite --set kernels=scalar
says err "--set kernels= has no effect on tune"
mapfile -t many < <(yes ok.suite | head -40)
expect 0 "$TERNBENCH" check "${many[@]}" --list
expect 5 "$TERNBENCH" check ok.suite --filter no-such-case
says err "nothing to run"
expect 2 "$TERNBENCH" run ok.suite --pin 4095 --no-roofs
says err "4095"
expect 2 "$TERNBENCH" run ok.suite --pin nowhere --no-roofs
says err "nowhere"
for wrong in "--pin nowhere" "--counters no-such-event" "-t 5000000"; do
    # shellcheck disable=SC2086
    expect 2 "$TERNBENCH" run ok.suite --list $wrong
    [ ! -s out ] || fail "--list $wrong lists cases"
done
if [ "$(nproc)" -gt 1 ]; then
    expect 4 taskset -c "$first_cpu" "$TERNBENCH" run ok.suite --pin "$second_cpu" --no-roofs
    says err "CPU $second_cpu"
fi
if [ "$(nproc)" -lt 64 ]; then
    expect 4 "$TERNBENCH" run ok.suite -t 64 --strict --no-roofs
    says err "--strict refuses this machine: "
fi
expect 2 "$TERNBENCH" run ok.suite --out jsonl:-
says err "--format jsonl writes to standard output"
expect 0 "$TERNBENCH" --help
expect 0 "$TERNBENCH" -h
expect 0 "$TERNBENCH" run --help
cp out run_help
expect 0 "$TERNBENCH" run -h
cmp -s out run_help || fail "-h is not --help"
expect 0 "$TERNBENCH" help run
cmp -s out run_help || fail "help run is not run --help"
expect 2 "$TERNBENCH" help rum
says err "did you mean 'run'?"
expect 0 "$TERNBENCH" --version
version=$(sed -n 's/^project(ternbench VERSION \([0-9.]*\) .*/\1/p' "$SOURCE/CMakeLists.txt")
says out "ternbench $version ("
says "$SOURCE/CHANGELOG.md" "## [$version]"
expect 0 "$TERNBENCH" kernels
says out "reference:"
expect 0 "$TERNBENCH" check ok.suite --no-edges --list
says out "reference/8x64x16/w=random,x=random,p0=0.42,seed=1"
finish
