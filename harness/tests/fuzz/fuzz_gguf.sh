#!/usr/bin/env bash
# Fuzzes the reading of GGUF files, from models that the program writes itself, and a vocabulary of the other kind.
. "$SOURCE/harness/tests/fuzz/fuzz.sh"

# model NAME HIDDEN HEAD_DIM VOCABULARY ACTIVATION SUB_NORMS TIED
model() {
    printf '[model]\nlayers = 1\nhidden = %s\nheads = 2\nkv_heads = 1\nhead_dim = %s\nffn = %s\nvocabulary = %s\ncontext = 16\n' \
        "$2" "$3" "$2" "$4" >"$1.model"
    printf 'activation = %s\nsub_norms = %s\ntied_head = %s\nrope = halves\nrope_base = 10000\nepsilon = 1e-5\n' "$5" "$6" "$7" >>"$1.model"
}
model bitnet 256 128 8 relu2 yes yes
model llama 256 128 8 swiglu no no
model words 128 64 270 relu2 yes yes

for type in tq1_0 tq2_0; do
    for name in bitnet llama; do
        expect 0 "$TERNBENCH" model write --model ./$name.model --type $type --out corpus/$name.$type.gguf
    done
done
expect 0 "$TERNBENCH" model write --model ./words.model --type i2_s --out corpus/words.i2_s.gguf

# As other tools lay them out: Q4_K and Q6_K tables, ternary weights held as floats, scales of rows, of shards and of blocks, added tokens.
# field NAME HIDDEN HEAD_DIM FFN VOCABULARY SUB_NORMS TIED
field() {
    model field "$2" "$3" "$5" swiglu "$6" "$7"
    sed -i "s/^ffn.*/ffn = $4/" field.model
    "$FIELD_MODEL" "$1" "corpus/field.$1.gguf" ./field.model || exit 1
}
field quantised 256 64 256 8 no no
field quantised-tq1 256 64 256 8 no no
field trilm 512 64 512 8 no no
field blocks 512 64 512 8 no no
field trilm-f16 96 32 160 8 no no
field rows 64 32 96 8 no no
field f32 64 32 100 8 yes no
field fall-back 256 32 100 8 yes no
field arm 64 32 64 8 yes yes
field 2b4t 128 64 128 270 yes yes
field spm 256 64 256 270 yes yes
# Of an odd number of bytes, so that I2_S is read in blocks of 64.
printf x >>corpus/field.arm.gguf

# u32 NUMBER, u64 NUMBER, text STRING: below 256
u32() { printf '%b' "\\x$(printf %02x "$1")\\0\\0\\0"; }
u64() { u32 "$1" && u32 0; }
text() { u64 ${#1} && printf %s "$1"; }
texts() {
    u32 9 && u32 8 && u64 $#
    for word in "$@"; do text "$word"; done
}
for pre in default llama-bpe; do
    {
        printf GGUF && u32 3 && u64 0 && u64 4
        text tokenizer.ggml.model && u32 8 && text gpt2
        text tokenizer.ggml.pre && u32 8 && text $pre
        text tokenizer.ggml.tokens && texts H e l o Hello lo , 2 0 6 :
        text tokenizer.ggml.merges && texts 'l o' 'H e' 'l lo' 'He llo' '2 0'
    } >corpus/bpe.$pre.gguf
done

fuzz 10000 -max_len=400000
