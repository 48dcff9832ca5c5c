#!/usr/bin/env bash
# The products of a ggml library that the user names: exact with one, a sentence with none or another. No ggml is at hand, so that
# the library is one that has its functions and no more.
# Labels: threads
. "$SOURCE/harness/tests/cli/cli.sh"

flags=(-std=c11 -shared -fPIC -O2 -Wall -Wextra -Werror)
[ -z "${SANITIZE:-}" ] || flags+=("-fsanitize=$SANITIZE")
"$CC" "${flags[@]}" -I"$SOURCE/kernels" "$SOURCE/kernels/peers/ggml.c" -o peer.so -ldl || fail "cannot build the peer"

cat >ggml.c <<'C'
#include "ggml_types.h"
#include <stdlib.h>
#ifndef NAME_OF_TQ2
#define NAME_OF_TQ2 "tq2_0"
#endif
#ifndef BYTES_OF_Q8
#define BYTES_OF_Q8 sizeof(block_q8_k)
#endif
#ifndef ACTIVATIONS
#define ACTIVATIONS GGML_TYPE_Q8_K
#endif
#ifndef SLIP
#define SLIP 0
#endif
#ifndef WEIGHTS_A_BLOCK
#define WEIGHTS_A_BLOCK QK_K
#endif

/* Five digits a byte, of base 4 or 3, are not how ggml has it: whoever packs knows how to multiply. */
static inline void pack(const float *x, uint8_t *y, int64_t k, int in_byte, int base, size_t bytes)
{
    for (int64_t i = 0; i < k; i++) {
        uint8_t *byte = y + i / QK_K * (int64_t)bytes + i % QK_K / in_byte;
        *byte = (uint8_t)((i % QK_K % in_byte == 0 ? 0 : *byte) * base + (int)x[i] + 1);
    }
}

static inline void multiply(int n, float *s, const uint8_t *w, const block_q8_k *x, int in_byte, int base, size_t bytes)
{
    float sum = SLIP;
    for (int b = 0; b < n / QK_K; b++) {
        int of_block = 0;
        for (int at = 0; at < QK_K; at += in_byte) {
            int code = w[(size_t)b * bytes + (size_t)(at / in_byte)];
            for (int i = at + in_byte > QK_K ? QK_K - 1 : at + in_byte - 1; i >= at; i--, code /= base)
                of_block += code % base * x[b].qs[i];
        }
        for (int i = 0; i < QK_K / 16; i++)
            of_block -= x[b].bsums[i];
        sum += x[b].d * (float)of_block;
    }
    *s = sum;
}

static void pack_tq2(const float *x, void *y, int64_t k) { pack(x, y, k, 4, 4, 66); }
static void pack_tq1(const float *x, void *y, int64_t k) { pack(x, y, k, 5, 3, 54); }
static void dot_tq2(int n, float *s, size_t bs, const void *x, size_t bx, const void *y, size_t by, int nrc)
{
    if (bs != 0 || bx != 0 || by != 0 || nrc != 1)
        abort();
    multiply(n, s, x, y, 4, 4, 66);
}
static void dot_tq1(int n, float *s, size_t bs, const void *x, size_t bx, const void *y, size_t by, int nrc)
{
    if (bs != 0 || bx != 0 || by != 0 || nrc != 1)
        abort();
    multiply(n, s, x, y, 5, 3, 54);
}

const ggml_type_traits *ggml_get_type_traits(int type);
const ggml_type_traits *ggml_get_type_traits(int type)
{
    static const ggml_type_traits none = {"f32", 1, 0, 4, false}, q8 = {"q8_K", QK_K, 0, BYTES_OF_Q8, true},
                                  tq1 = {"tq1_0", QK_K, 0, 54, true}, tq2 = {NAME_OF_TQ2, WEIGHTS_A_BLOCK, 0, 66, true};
    return type == GGML_TYPE_Q8_K ? &q8 : type == GGML_TYPE_TQ1_0 ? &tq1 : type == GGML_TYPE_TQ2_0 ? &tq2 : &none;
}

#ifndef NO_PRODUCTS
const ggml_type_traits_cpu *ggml_get_type_traits_cpu(int type);
const ggml_type_traits_cpu *ggml_get_type_traits_cpu(int type)
{
    static const ggml_type_traits_cpu none = {0}, tq1 = {pack_tq1, dot_tq1, ACTIVATIONS}, tq2 = {pack_tq2, dot_tq2, ACTIVATIONS};
    return type == GGML_TYPE_TQ1_0 ? &tq1 : type == GGML_TYPE_TQ2_0 ? &tq2 : &none;
}
#endif

void ggml_cpu_init(void);
void ggml_cpu_init(void)
{
#ifdef ENDS
    abort();
#endif
}
const char *ggml_version(void);
const char *ggml_version(void) { return "7.6.5"; }
C

# library NAME FLAG...: NAME.so from ggml.c
library() {
    local name=$1
    shift
    "$CC" "${flags[@]}" -Wno-unused -I"$SOURCE/kernels/peers" "$@" ggml.c -o "$name.so" || fail "cannot build $name.so"
}
# with LIBRARY COMMAND [ARGUMENT...]
with() {
    local library=$1
    shift
    TERNBENCH_GGML=$library "$TERNBENCH" "$@" --plugin ./peer.so
}

unset TERNBENCH_GGML
mkdir folder
library folder/libggml-cpu
cp folder/libggml-cpu.so right.so
printf '[a]\nkernels = peer.ggml.*\nshapes = 37x256x3 33x1024x1 17x512x33\n' >a.suite

expect 0 "$TERNBENCH" kernels --plugin ./peer.so
says out "not available: TERNBENCH_GGML names no library"
expect 0 "$TERNBENCH" kernels --plugin ./peer.so --format names
says_not out "peer.ggml"
expect 77 "$TERNBENCH" check a.suite --plugin ./peer.so
says out "TERNBENCH_GGML names no library"

for right in right.so folder; do
    expect 0 with "./$right" kernels --format names
    says out "peer.ggml.tq1"
    says out "peer.ggml.tq2"
    expect 0 with "./$right" check a.suite --no-edges
    says_not out "UNSUPPORTED"
    says out " EXACT, 0 wrong"
done
expect 0 with ./right.so check a.suite --filter '/37x256x3/'
says out " EXACT, 0 wrong"
expect 0 with ./right.so kernels
says out "TQ2_0 of ggml 7.6.5"
expect 0 with ./right.so run a.suite --set "kernels=peer.ggml.* scalar" --interleave --budget 0.02 --no-roofs -q --format limits
says out "peer.ggml.tq2"

# Exact, or refused.
data=w=random,x=random,p0=0.42,seed=1
expect 0 with ./right.so repro "peer.ggml.tq2/1x130816x1/$data"
says out EXACT
expect 77 with ./right.so repro "peer.ggml.tq1/1x131072x1/$data"
says out "exact up to K = 131071 only"
expect 77 with ./right.so repro "peer.ggml.tq1/1x300x1/$data"
says out "K is not a multiple"

# What is no such library is told in a sentence, and nothing of it is called.
unknown='is of a version that is not known, for tq2_0 and q8_K: '
while IFS='|' read -r flag sentence; do
    library wrong "$flag"
    expect 0 with ./wrong.so kernels
    says out "not available: TERNBENCH_GGML=./wrong.so $sentence"
    expect 77 with ./wrong.so check a.suite --no-edges
    says out "$sentence"
done <<END
-DNAME_OF_TQ2="\"q4_0_4_4\""|${unknown}they have other numbers
-DWEIGHTS_A_BLOCK=128|${unknown}their blocks have another size
-DBYTES_OF_Q8=296|${unknown}their blocks have another size
-DACTIVATIONS=8|${unknown}its product is none of int8 blocks
-DNO_PRODUCTS|has no ggml_get_type_traits_cpu()
END
echo 'not an object' >garbage.so
for path in ./garbage.so ./missing.so . "$(printf '%0300d' 0)"; do
    expect 0 with "$path" kernels
    says out "not available: TERNBENCH_GGML cannot be loaded"
done
library wrong -DENDS
expect 2 with ./wrong.so kernels
says err "plug-in ./peer.so cannot be used"
library wrong -DSLIP=1
expect 1 with ./wrong.so check a.suite --no-edges
says out MISMATCH
finish
