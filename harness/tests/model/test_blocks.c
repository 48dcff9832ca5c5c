/*
 * Blocks byte by byte, worked out by hand from the layouts of ggml and bitnet.cpp; and every trit and every half back
 * and forth.
 */
#include "base/half.h"
#include "model/blocks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WEIGHTS = 256 };

static const tern_block_format *format(const char *name)
{
    const tern_block_format *found = tern_block_format_named(name);

    assert_non_null(found);
    return found;
}

/* All trits -1 but those named. */
static void set(int8_t *w, size_t index, int8_t value)
{
    w[index] = value;
}

static void tq1_0_is_base_3_from_the_top(void **state)
{
    int8_t w[WEIGHTS];
    uint8_t block[54] = {0};

    (void)state;
    memset(w, -1, sizeof w);
    set(w, 0, 1);       /* byte 0, first digit: 2 * 81 = 162 -> ceil(162 * 256 / 243) = 171 */
    set(w, 32 + 1, 0);  /* byte 1, second digit: 27 -> ceil(28.44) = 29 */
    set(w, 128 + 2, 1); /* byte 2, fifth digit: 2 -> ceil(2.1) = 3 */
    set(w, 160 + 3, 0); /* byte 32 + 3, first digit: 81 -> ceil(85.3) = 86 */
    set(w, 240 + 1, 1); /* byte 48 + 1, first of four digits: 162 -> 171 */
    set(w, 252 + 2, 0); /* byte 48 + 2, fourth digit: 3 -> ceil(3.16) = 4 */
    format("tq1_0")->encode(w, block);
    for (size_t i = 0; i < 52; i++) {
        const uint8_t expected = i == 0    ? 171
                                 : i == 1  ? 29
                                 : i == 2  ? 3
                                 : i == 35 ? 86
                                 : i == 49 ? 171
                                 : i == 50 ? 4
                                           : 0;
        assert_int_equal(block[i], expected);
    }
    assert_int_equal(format("tq1_0")->bytes, 54);
    assert_int_equal(format("tq1_0")->scale_at, 52);
}

static void tq2_0_has_the_first_in_the_low_bits(void **state)
{
    int8_t w[WEIGHTS];
    uint8_t block[66] = {0};

    (void)state;
    memset(w, -1, sizeof w);
    set(w, 0, 1);       /* byte 0, bits 0-1: 2 */
    set(w, 32 + 5, 0);  /* byte 5, bits 2-3: 1 << 2 */
    set(w, 96 + 31, 1); /* byte 31, bits 6-7: 2 << 6 */
    set(w, 128, 0);     /* byte 32, bits 0-1 */
    set(w, 255, 1);     /* byte 63, bits 6-7 */
    format("tq2_0")->encode(w, block);
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(block[i], i == 0 ? 2 : i == 5 ? 4 : i == 31 ? 128 : i == 32 ? 1 : i == 63 ? 128 : 0);
    block[7] = 0xC0;
    assert_false(format("tq2_0")->legal(block));
}

static void i2_s_has_the_first_in_the_high_bits(void **state)
{
    int8_t w[128];
    uint8_t block[32] = {0};

    (void)state;
    memset(w, -1, sizeof w);
    set(w, 0, 1);       /* byte 0, bits 6-7: 2 << 6 */
    set(w, 32 + 5, 0);  /* byte 5, bits 4-5: 1 << 4 */
    set(w, 96 + 31, 1); /* byte 31, bits 0-1: 2 */
    format("i2_s")->encode(w, block);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(block[i], i == 0 ? 128 : i == 5 ? 16 : i == 31 ? 2 : 0);
    block[7] = 3;
    assert_false(format("i2_s")->legal(block));
}

static void trits_come_back(void **state)
{
    static const char *const names[] = {"tq1_0", "tq2_0", "i2_s"};
    int8_t w[WEIGHTS], back[WEIGHTS];
    uint8_t block[128];
    uint32_t random = 1;

    (void)state;
    for (size_t name = 0; name < 3; name++) {
        const tern_block_format *f = format(names[name]);
        for (size_t i = 0; i < 2000; i++) {
            for (size_t j = 0; j < f->weights; j++) {
                random = random * 1664525 + 1013904223;
                w[j] = (int8_t)((random >> 16) % 3 - 1);
            }
            f->encode(w, block);
            assert_true(f->legal == NULL || f->legal(block));
            f->trits(block, back);
            assert_memory_equal(w, back, f->weights);
        }
    }
    /* Any byte of TQ1_0 is some five trits. */
    for (unsigned byte = 0; byte < 256; byte++) {
        memset(block, (int)byte, sizeof block);
        format("tq1_0")->trits(block, back);
        for (size_t j = 0; j < WEIGHTS; j++)
            assert_in_range(back[j] + 1, 0, 2);
    }
}

static void halves_come_back(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 65536; half++) {
        const float value = tern_half_to_float((uint16_t)half);
        if (isnan(value))
            assert_true(isnan(tern_half_to_float(tern_half_from_float(value))));
        else
            assert_int_equal(tern_half_from_float(value), half);
    }
    assert_int_equal(tern_half_from_float(1.0F + 0x1p-11F), 0x3C00);   /* a tie, to even */
    assert_int_equal(tern_half_from_float(1.0F + 0x1.8p-10F), 0x3C02); /* a tie, to even */
    assert_int_equal(tern_half_from_float(65519.0F), 0x7BFF);
    assert_int_equal(tern_half_from_float(65520.0F), 0x7C00);
    assert_int_equal(tern_half_from_float(0x1p-25F), 0);
    assert_int_equal(tern_half_from_float(-0x1.8p-25F), 0x8001);
}

static void reads_floats(void **state)
{
    uint8_t block[256] = {0};
    float value[WEIGHTS];

    (void)state;
    block[0] = 0x80, block[1] = 0xBF; /* bfloat16 -1 */
    format("bf16")->floats(block, 1, value);
    assert_true(value[0] == -1.0F);

    memset(block, 0, sizeof block);
    block[1] = 0x3C; /* scale 1 */
    block[2] = 0x80, block[2 + 31] = 5;
    format("q8_0")->floats(block, 1, value);
    assert_true(value[0] == -128.0F && value[31] == 5.0F && value[1] == 0.0F);

    memset(block, 0, sizeof block);
    block[1] = 0x3C, block[3] = 0x40;  /* scale 1, minimum 2 */
    block[4] = 0xC0 | 5, block[8] = 3; /* of elements 0..31: scale 5, minimum 3; the high bits of 128..159's scale: 3 */
    block[12] = 0x21;                  /* their low bits: scale 48 + 1, minimum 2 */
    block[16] = 0x7F, block[16 + 64] = 9; /* elements 0: 15, 32: 7; 128: 9 */
    format("q4_k")->floats(block, 1, value);
    assert_true(value[0] == 5 * 15 - 2 * 3 && value[1] == -6.0F && value[32] == 0.0F);
    assert_true(value[128] == 49 * 9 - 2 * 2);

    memset(block, 0, sizeof block);
    memset(block + 192, 1, 16); /* scales of 16 elements */
    block[192 + 15] = 2;
    block[209] = 0x3C;
    block[0] = 0x5F;        /* elements 0: 15, 64: 5 */
    block[128] = 0x11;      /* high bits of 0: 1, 64: 1 */
    block[64 + 63] = 0xF0;  /* element 255: 15 */
    block[128 + 63] = 0xC0; /* its high bits: 3 */
    format("q6_k")->floats(block, 1, value);
    assert_true(value[0] == 15 + 16 - 32 && value[64] == 5 + 16 - 32 && value[1] == -32.0F);
    assert_true(value[255] == 2 * (63 - 32));
}

static void knows_sizes_and_refuses_parts_of_blocks(void **state)
{
    const uint64_t whole[4] = {512, 3, 1, 1}, part[4] = {500, 3, 1, 1}, absurd[4] = {1 << 30, 1 << 30, 1 << 30, 1};
    uint64_t bytes;

    (void)state;
    assert_true(tern_block_tensor_bytes(TERN_BLOCK_TQ1_0, whole, &bytes) && bytes == 6 * 54);
    assert_true(tern_block_tensor_bytes(TERN_BLOCK_I2_S, whole, &bytes) && bytes == 12 * 32 + 32);
    assert_false(tern_block_tensor_bytes(TERN_BLOCK_TQ2_0, part, &bytes));
    assert_false(tern_block_tensor_bytes(TERN_BLOCK_F32, absurd, &bytes));
    assert_false(tern_block_tensor_bytes(7, whole, &bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tq1_0_is_base_3_from_the_top),
        cmocka_unit_test(tq2_0_has_the_first_in_the_low_bits),
        cmocka_unit_test(i2_s_has_the_first_in_the_high_bits),
        cmocka_unit_test(trits_come_back),
        cmocka_unit_test(halves_come_back),
        cmocka_unit_test(reads_floats),
        cmocka_unit_test(knows_sizes_and_refuses_parts_of_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
