#!/usr/bin/env bash
# A model as a GGUF file: written, shown, decoded to the same logits as from the seed; and what a user gets wrong.
# Labels: threads
. "$SOURCE/harness/tests/cli/cli.sh"
. "$SOURCE/harness/tests/cli/decode.sh"
always=(--prompt 7 --tokens 5 --kernel scalar)
tiny=$SOURCE/suites/tiny.model

expect 0 decode --model "$tiny" --seed 3 --p0 0.5 --set head=16
wanted=$(hashes)
for type in tq1_0 tq2_0 i2_s; do
    expect 0 "$TERNBENCH" model write --model "$tiny" --seed 3 --p0 0.5 --type $type --out $type.gguf
    expect 0 "$TERNBENCH" model show $type.gguf
    says out "blk.1.ffn_down.weight"
    says out "$type"
    expect 0 decode --model $type.gguf --seed 3 --set head=16
    same "$type"
done
for command in "decode --model" "model show"; do
    # shellcheck disable=SC2086 # several words
    expect 2 "$TERNBENCH" $command tq1_0.gguf --i2s-block 128
    says err "--i2s-block has no effect on tq1_0.gguf, which has no tensor of type i2_s"
done
expect 0 "$TERNBENCH" model show i2_s.gguf --i2s-block 128
expect 2 decode --model i2_s.gguf --p0 0.5
says err "--p0 has no effect on i2_s.gguf"
expect 0 decode --model tq1_0.gguf --prompt-text 'any text'
says out "answer:"

# Without sub-norms it goes out as a llama model, its rows in llama's order, and comes back in its own.
sed -e 's/^activation.*/activation = swiglu/' -e 's/^sub_norms.*/sub_norms = no/' "$tiny" >plain.model
expect 0 decode --model ./plain.model --set head=16
wanted=$(hashes)
expect 0 "$TERNBENCH" model write --model ./plain.model --out plain.gguf
says out "architecture llama"
says_not out "only ternbench"
expect 0 decode --model plain.gguf --set head=16
same "as llama"

expect 2 "$TERNBENCH" model
expect 2 "$TERNBENCH" model write
expect 2 "$TERNBENCH" model write --model "$tiny" --type q4_0 --out x.gguf
expect 2 "$TERNBENCH" model write --model "$tiny" --out no/such/folder/x.gguf
expect 2 "$TERNBENCH" model show .
mkfifo pipe && expect 2 "$TERNBENCH" model show pipe
expect 2 "$TERNBENCH" model show no-such.gguf
says err "no-such.gguf"
head -c 5000 tq2_0.gguf >cut.gguf
expect 2 decode --model cut.gguf
says err "cut.gguf"
expect 2 decode --model "$tiny" --prompt-text hello
finish
