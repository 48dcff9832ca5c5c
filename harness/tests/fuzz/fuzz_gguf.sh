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
