#!/usr/bin/env bash
# Models as other tools write them: under any name, in parts, in the types that those tools choose; what is refused, and what it leads to.
. "$SOURCE/harness/tests/cli/cli.sh"
. "$SOURCE/harness/tests/cli/decode.sh"
always=(--prompt 5 --tokens 4 --kernel scalar --set head=16)

# By any name.
"$FIELD_MODEL" quantised model.gguf
expect 0 decode --model model.gguf
wanted=$(hashes)
cp model.gguf blob && cp model.gguf MODEL.GGUF
for name in ./blob MODEL.GGUF "$PWD/blob"; do
    expect 0 decode --model "$name"
    same "$name"
done
expect 0 "$TERNBENCH" model show blob
says out "q4_k"
says out "q6_k"

# In parts, named by any of them; one that is missing, or is not what its name says.
"$FIELD_MODEL" split big-00001-of-00003.gguf
expect 0 decode --model big-00001-of-00003.gguf
wanted=$(hashes)
expect 0 decode --model big-00003-of-00003.gguf
same "the third part"
expect 0 "$TERNBENCH" model show big-00002-of-00003.gguf
says out "blk.1.ffn_down.weight"
cp big-00002-of-00003.gguf part.gguf
expect 2 decode --model part.gguf
says err "part 2 of 3 of a model, which must be named NAME-00002-of-00003.gguf"
cp big-00002-of-00003.gguf big-00003-of-00003.gguf
expect 2 decode --model big-00001-of-00003.gguf
says err "its name says part 3 of 3, and it says part 2 of 3"
rm big-00003-of-00003.gguf
expect 2 decode --model big-00001-of-00003.gguf
says err "part 3 is not there"

# Scales by rows and blocks, and what they cost: several products a layer.
for name in trilm rows blocks fall-back; do
    "$FIELD_MODEL" $name $name.gguf
    expect 0 decode --model $name.gguf -t 1
    wanted=$(hashes)
    expect 0 decode --model $name.gguf -t 2 --block 2 --set head=16,fused=0
    same "$name"
done

expect 0 decode --model trilm.gguf
says out "7 products a layer instead of 4"
expect 0 decode --model rows.gguf
says_not out "products a layer"

# How its words are cut goes by its vocabulary where it does not say, with a warning; names of tokens are tokens; ids are in the record.
"$FIELD_MODEL" 2b4t 2b4t.gguf
expect 0 decode --model 2b4t.gguf --prompt-text '<think>2123 hello' --out jsonl:text.jsonl
says err "warning: 2b4t.gguf does not say how its words are cut"
grep -q '"prompt_id":\[263,266,50,261,51,260\]' text.jsonl || { echo "FAILED: no ids of the prompt in the record"; failures=$((failures + 1)); }
wanted=$(hashes)
expect 0 decode --model 2b4t.gguf --prompt-ids 263,266,50,261,51,260
same "the ids of the prompt"
expect 0 decode --model 2b4t.gguf --prompt-text '2123' --pre gpt-2 --out jsonl:gpt.jsonl
says_not err "warning"
grep -q '"prompt_id":\[263,50,262\]' gpt.jsonl || { echo "FAILED: --pre changes nothing"; failures=$((failures + 1)); }
expect 2 decode --model 2b4t.gguf --prompt-text '2123' --pre no-such-way
says err "as 'no-such-way' does"

# Packed on ARM: the option is part of the id.
"$FIELD_MODEL" arm arm.gguf
expect 0 decode --model arm.gguf --i2s-block 64 --out jsonl:arm.jsonl
wanted=$(hashes)
expect 0 "$TERNBENCH" repro --no-roofs -q "$(sed -n 's/.*"type":"decode","id":"\([^"]*\)".*/\1/p' arm.jsonl)"
same "repro"
expect 0 decode --model arm.gguf
[ "$(hashes)" != "$wanted" ] || { echo "FAILED: --i2s-block 64 changes nothing"; failures=$((failures + 1)); }
expect 2 decode --model arm.gguf --i2s-block 32
# What is said of rows that are no multiple of 128 leads to a file that is taken.
sed -e 's/^hidden.*/hidden = 192/' -e 's/^ffn.*/ffn = 320/' "$SOURCE/suites/tiny.model" >odd.model
"$FIELD_MODEL" arm odd.gguf ./odd.model
expect 2 decode --model odd.gguf
says err "rows of 192, which is no multiple of 128: if bitnet.cpp made the file on ARM, say --i2s-block 64"
expect 0 decode --model odd.gguf --i2s-block 64

# A prompt alone, steps alone.
expect 0 "$TERNBENCH" decode --no-roofs -q --model model.gguf --kernel scalar --prompt 5 -n 0 --out jsonl:prompt.jsonl
says out "prefill"
says_not out "nan %"
expect 0 "$TERNBENCH" decode --no-roofs -q --model model.gguf --kernel scalar --prompt 0 -n 4 --out jsonl:steps.jsonl
says_not out "nan %"
for part in prompt steps; do
    expect 0 "$TERNBENCH" repro --no-roofs -q "$(sed -n 's/.*"type":"decode","id":"\([^"]*\)".*/\1/p' $part.jsonl | head -1)"
    for format in csv decode llama-bench json gbench; do
        expect 0 "$TERNBENCH" report $part.jsonl --format $format
        says_not out "nan %"
        says_not out ":nan"
    done
done
expect 0 "$TERNBENCH" report steps.jsonl --format llama-bench
says out "tg4"
says_not out "pp0"
expect 0 "$TERNBENCH" report prompt.jsonl --format llama-bench
says out "pp5"
says_not out "tg0"
expect 0 "$TERNBENCH" report prompt.jsonl --format csv
says out ",prefill,,1,"
says_not out ",decode,,1,"
expect 0 "$TERNBENCH" report steps.jsonl --format csv
says out ",decode,,1,"
expect 2 decode --model model.gguf --prompt 0 --tokens 0
says err "leave nothing to run"

# Ids that are there several times pair in their order.
expect 0 "$TERNBENCH" report --compare prompt.jsonl prompt.jsonl
says out "decode run"
"$TERNBENCH" decode --no-roofs -q --model model.gguf --kernel scalar --prompt 0 -n 4 --out jsonl:again.jsonl >out
cat steps.jsonl again.jsonl >twice.jsonl
expect 0 "$TERNBENCH" report --compare twice.jsonl twice.jsonl --format csv
changes=$(awk -F, '$1 == "timed" { print $4 }' out | sort -u)
[ "$changes" = 0 ] || { echo "FAILED: runs of one id do not pair in their order: $changes"; failures=$((failures + 1)); }
finish
