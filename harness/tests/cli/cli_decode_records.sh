#!/usr/bin/env bash
# Records of decode runs, reports from them, and runs again by their ids; what a user gets wrong.
. "$SOURCE/harness/tests/cli/cli.sh"
. "$SOURCE/harness/tests/cli/decode.sh"
always=(--prompt 13 --tokens 9 --model "$SOURCE/suites/tiny.model")

# Records, and reports from them.
expect 0 decode --kernel scalar --out jsonl:d.jsonl --repetitions 3
expect 2 decode --kernel scalar --out jsonl:d.jsonl
says err 'd.jsonl is there already and not empty; name another file or remove it'
says_not err '--resume'
expect 0 "$TERNBENCH" report d.jsonl --format llama-bench
says out "pp13"
says out "tg9"
expect 0 "$TERNBENCH" report d.jsonl --format decode
says out "over 3 repetitions"
expect 0 decode --kernel portable --baseline reference --tokens 3 --target 10 --budget 1000
says out "baseline reference"
says out "% of it"
says out "of the budget"
expect 0 decode --kernel scalar --prompt-ids 1,2,3
says out "answer:"

# A run has an id, which decodes again with the same tokens and logits.
# id FILE: the id of the first decode run in a file of records
id() {
    sed -n 's/.*"type":"decode","id":"\([^"]*\)".*/\1/p' "$1" | head -1
}
# again ID: repro gives the hashes that are in out
again() {
    wanted=$(hashes)
    expect 0 "$TERNBENCH" repro --no-roofs -q "$1"
    same "$1"
}
for unusual in "--sequences 3 --temperature 0.8 --top-k 20 --top-p 0.9" "--set kv=8,simd=0 --block 5 -t 2" "--prompt-ids 7,5,3,2" "--context 16"; do
    # shellcheck disable=SC2086 # several words
    expect 0 decode --kernel scalar $unusual --out jsonl:id.jsonl
    again "$(id id.jsonl)"
    rm id.jsonl
done
# By the name of the model too, and its baseline.
expect 0 "$TERNBENCH" decode --model tiny --tokens 5 --no-roofs -q --kernel portable --baseline reference --out jsonl:id.jsonl
case $(id id.jsonl) in decode/tiny/portable/*) ;; *) fail "the id is $(id id.jsonl)" ;; esac
again "$(id id.jsonl)"
expect 0 "$TERNBENCH" repro --no-roofs -q "$(grep '"baseline":true' id.jsonl | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')"
expect 2 "$TERNBENCH" repro 'decode/tiny/scalar'
says err "is no id of a decode run"
expect 2 "$TERNBENCH" repro "$(id id.jsonl)" "$(id id.jsonl)"
says err "stands alone"
expect 2 decode --kernel scalar --model "$(printf 'x%.0s' {1..600})"

# What a user gets wrong.
expect 2 decode --model no-such-model
says err "no-such-model"
expect 2 decode --kernel no-such-kernel
expect 2 decode --kernel scalar --set kv=7
expect 2 decode --kernel scalar --set nonsense=1
says err "the decode loop has no toggle"
# Before anything is measured, and so there is no file of it.
for wrong in "--prompt-ids 1,99999999" "--baseline no-such-kernel" "--temperature 1 --top-p 0" "--context 65"; do
    # shellcheck disable=SC2086 # several words
    expect 2 decode --kernel scalar $wrong --out jsonl:none.jsonl
    [ ! -e none.jsonl ] || fail "a file of records with $wrong"
done
expect 2 decode --kernel scalar --prompt-ids 1,99999999
says err "not in the vocabulary"
expect 2 decode --kernel scalar --prompt-ids ,
expect 2 decode --kernel scalar --top-k 5
says err '--top-k has no effect without --temperature'
expect 2 "$TERNBENCH" decode --model tiny --prompt 5 --prompt-ids 1,2
says err '--prompt does not go with --prompt-ids'
expect 2 "$TERNBENCH" decode --model tiny --prompt 5 --prompt-text hello
says err '--prompt does not go with --prompt-text'
for command in decode "ablate decode" "tune decode"; do
    # shellcheck disable=SC2086 # two words
    expect 2 "$TERNBENCH" $command --model tiny --i2s-block 64
    says err '--i2s-block has no effect on model tiny, whose weights are seeded'
done
expect 2 decode --kernel scalar --context 1000000
expect 2 decode extra
expect 2 decode --prompt-text hello
says err "--prompt-text needs a vocabulary, and model tiny has none, as its weights are seeded"
expect 2 "$TERNBENCH" decode --model no-such --prompt-text hello
says err "no model 'no-such'"
finish
