/*
 * tmac_t5.h - packed W and the tables of tmac.t5.
 *
 * A group is five weights of a row, the digits of B = w0 + 3 w1 + 9 w2 + 27 w3 + 81 w4, -121..121. Its byte says where
 * |B| stands in a table of 128 entries, and with the highest bit that B is negative. The groups of 64 rows, a panel,
 * make a line. W goes by slabs of 2048 rows, each by pieces of 60 columns, each by bands of 256 rows, each by groups, and
 * these by panels: a slab is one stream for whoever takes its pieces one after the other, and the tables of a piece
 * stay in the nearest cache meanwhile.
 *
 * The sum T of a group, -640..640, is 37 upper + lower + 19, with upper in -18..17 and lower in -18..18. The digits of -T
 * are their complements: 37 (-1 - upper) + (-1 - lower) + 19 = -T. So a sign costs a xor with 0 or 255 of either.
 */
#ifndef TERN_TMAC_T5_H
#define TERN_TMAC_T5_H

#include "common.h"
#include "lut.h"

#include <stdbool.h>

enum {
    T5_LINE = 64,   /* bytes, and rows of a panel */
    T5_PANELS = 4,  /* of a band */
    T5_BANDS = 8,   /* of a slab */
    T5_GROUP = 5,   /* columns */
    T5_GROUPS = 12, /* of a piece */
    T5_COLUMNS = T5_GROUPS * T5_GROUP,
    T5_SLAB_PANELS = T5_BANDS * T5_PANELS,
    T5_HALF = 2 * T5_LINE,  /* bytes of a table: the lower digits of all entries, or the upper ones */
    T5_TABLE = 2 * T5_HALF, /* bytes */
    T5_BASE = 37,           /* of the digits */
    T5_OFFSET = 19,         /* of a sum from what they say */
    T5_NEGATIVE = 0x80,     /* the bit of a byte of packed W */
    T5_NUMBERS = 243,       /* of the weights of a group: B + 121 */
    T5_ZONE = 27            /* entries that share what w3 and w4 add */
};

static inline size_t t5_groups(tern_shape shape)
{
    return common_parts(shape.k, T5_GROUP);
}

static inline size_t t5_panels(tern_shape shape)
{
    return common_parts(shape.m, T5_LINE);
}

static inline size_t t5_pieces(tern_shape shape)
{
    return common_parts(shape.k, T5_COLUMNS);
}

/* Groups of a piece: the last one may have fewer. */
static inline size_t t5_groups_of(tern_shape shape, size_t piece)
{
    return common_smaller(t5_groups(shape) - piece * T5_GROUPS, T5_GROUPS);
}

static inline size_t t5_packed_bytes(const tern_problem *problem)
{
    return t5_panels(problem->shape) * t5_groups(problem->shape) * T5_LINE;
}

/* The first line of a panel in a piece, and the bytes from there to the line of its next group. */
typedef struct t5_place {
    size_t offset, stride;
} t5_place;

static inline t5_place t5_place_of(tern_shape shape, size_t panel, size_t piece)
{
    const size_t before = panel / T5_SLAB_PANELS * T5_SLAB_PANELS, band = panel / T5_PANELS * T5_PANELS;
    const size_t of_slab = common_smaller(t5_panels(shape) - before, T5_SLAB_PANELS);
    const size_t of_band = common_smaller(t5_panels(shape) - band, T5_PANELS);
    const size_t lines = before * t5_groups(shape) + of_slab * piece * T5_GROUPS +
                         (band - before) * t5_groups_of(shape, piece) + panel - band;

    return (t5_place){lines * T5_LINE, of_band * T5_LINE};
}

/*
 * Where entry |B| stands. Those from 14 on are four zones of 27, whose w3 and w4 are (1,0), (-1,1), (0,1) and (1,1). The
 * others fill the five entries that each zone has left of 32. Bytes come in the order of VPACKSSWB, two zones at a time.
 */
static inline uint8_t t5_entry(size_t b)
{
    const size_t first = 1 + T5_ZONE / 2, zone = b < first ? b / 5 : (b - first) / T5_ZONE;
    const size_t lane = b < first ? T5_ZONE + b % 5 : (b - first) % T5_ZONE;

    return (uint8_t)(zone / 2 * T5_LINE + lane / 8 * 16 + zone % 2 * 8 + lane % 8);
}

/* Where a row of a panel stands in its lines: sums widen from bytes to 16 and to 32 bits into the order of rows. */
static inline size_t t5_row(size_t r)
{
    const size_t word = 2 * (r % 16) + r / 16 % 2;

    return word / 8 * 16 + r / 32 * 8 + word % 8;
}

/* Bytes i and j of the lanes of 32 bits: weight i of groups 0 to 11, or 0. */
#define T5_WEIGHTS_1234(b) ((b) / 4 < T5_GROUPS ? (b) / 4 * T5_GROUP + 1 + (b) % 4 : 0)
#define T5_WEIGHTS_0(b)    ((b) / 4 < T5_GROUPS ? (b) / 4 * T5_GROUP : 0)

/* B + 121 of the groups of a piece. */
LUT_INLINE void t5_numbers(const int8_t *w, size_t columns, int32_t number[T5_LINE / 4])
{
    static const uint8_t order0[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_WEIGHTS_0)};
    static const uint8_t order1234[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_WEIGHTS_1234)};
    const __m512i v = _mm512_add_epi8(_mm512_maskz_loadu_epi8(((__mmask64)1 << columns) - 1, w), _mm512_set1_epi8(1));
    const __m512i w0 = _mm512_permutexvar_epi8(_mm512_load_si512(order0), v);
    const __m512i w1234 = _mm512_permutexvar_epi8(_mm512_load_si512(order1234), v);
    const __m512i units = _mm512_dpbusd_epi32(_mm512_setzero_si512(), w0, _mm512_set1_epi32(1));

    _mm512_storeu_si512(number, _mm512_dpbusd_epi32(units, w1234, _mm512_set1_epi32(3 | 9 << 8 | 27 << 16 | 81 << 24)));
}

/* The lines of a panel in a piece. Rows past the last are zeros. */
static inline void t5_pack_lines(const int8_t *w, size_t k, size_t rows, size_t columns, const uint8_t code[T5_NUMBERS],
                                 uint8_t *line, size_t stride)
{
    for (size_t r = 0; r < T5_LINE; r++) {
        int32_t number[T5_LINE / 4];
        t5_numbers(r < rows ? w + r * k : w, r < rows ? columns : 0, number);
        for (size_t g = 0; g < common_parts(columns, T5_GROUP); g++)
            line[g * stride + t5_row(r)] = code[number[g]];
    }
}

static inline void t5_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const tern_shape shape = problem->shape;
    uint8_t code[T5_NUMBERS];

    for (size_t i = 0; i < T5_NUMBERS; i++)
        code[i] =
            (uint8_t)(i < T5_NUMBERS / 2 ? T5_NEGATIVE | t5_entry(T5_NUMBERS / 2 - i) : t5_entry(i - T5_NUMBERS / 2));
    for (size_t m = rows.begin; m < rows.end; m += T5_LINE, w += T5_LINE * shape.k)
        for (size_t piece = 0; piece < t5_pieces(shape); piece++) {
            const t5_place place = t5_place_of(shape, m / T5_LINE, piece);
            const size_t k = piece * T5_COLUMNS;
            t5_pack_lines(w + k, shape.k, common_smaller(rows.end - m, T5_LINE),
                          common_smaller(shape.k - k, T5_COLUMNS), code, (uint8_t *)packed + place.offset,
                          place.stride);
        }
}

/* What tables are made of, of each group of a piece: 16-bit values twice, or bytes, whatever fills 32 bits. */
typedef struct t5_inputs {
    _Alignas(T5_LINE) int32_t x01[T5_LINE / 4]; /* + 128, as unsigned bytes */
    int32_t x2[T5_LINE / 4];                    /* the same */
    int32_t add[4][T5_LINE / 4];                /* what w3 and w4 add, by zones */
} t5_inputs;

#define T5_X01(b)     ((b) / 4 < T5_GROUPS ? (b) / 4 * T5_GROUP + (b) % 2 : 0)
#define T5_XXXX(b, i) ((b) / 4 < T5_GROUPS ? (b) / 4 * T5_GROUP + (i) : 0)
#define T5_X2(b)      T5_XXXX(b, 2)
#define T5_X3(b)      T5_XXXX(b, 3)
#define T5_X4(b)      T5_XXXX(b, 4)

LUT_INLINE void t5_make_inputs(const int8_t *x, size_t columns, t5_inputs *in)
{
    static const uint8_t order01[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_X01)};
    static const uint8_t order2[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_X2)};
    static const uint8_t order3[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_X3)};
    static const uint8_t order4[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_X4)};
    const __m512i v = _mm512_maskz_loadu_epi8(((__mmask64)1 << columns) - 1, x);
    const __m512i above = _mm512_xor_si512(v, _mm512_set1_epi8((char)0x80));
    const __m512i x3 = _mm512_srai_epi16(_mm512_permutexvar_epi8(_mm512_load_si512(order3), v), 8);
    const __m512i x4 = _mm512_srai_epi16(_mm512_permutexvar_epi8(_mm512_load_si512(order4), v), 8);

    _mm512_store_si512(in->x01, _mm512_permutexvar_epi8(_mm512_load_si512(order01), above));
    _mm512_store_si512(in->x2, _mm512_permutexvar_epi8(_mm512_load_si512(order2), above));
    _mm512_store_si512(in->add[0], x3);
    _mm512_store_si512(in->add[1], _mm512_sub_epi16(x4, x3));
    _mm512_store_si512(in->add[2], x4);
    _mm512_store_si512(in->add[3], _mm512_add_epi16(x4, x3));
}

/* Of lane e of 32: w0 to w2, in a zone; and which lane has what stands there, for the rest of zone z. */
#define T5_W0(e)         ((e) < T5_ZONE ? (e) % 3 - 1 : 0)
#define T5_W1(e)         ((e) < T5_ZONE ? (e) / 3 % 3 - 1 : 0)
#define T5_W2(e)         ((e) < T5_ZONE ? (e) / 9 - 1 : 0)
#define T5_W01(b)        ((b) % 2 == 0 ? T5_W0((b) / 2) : T5_W1((b) / 2))
#define T5_W2_(b)        ((b) % 2 == 0 ? T5_W2((b) / 2) : 0)
#define T5_START(e)      (-128 * (T5_W0(e) + T5_W1(e) + T5_W2(e)) - T5_OFFSET)
#define T5_REST(e, z)    ((e) < T5_ZONE ? (e) : T5_ZONE / 2 + 5 * (z) + (e)-T5_ZONE)
#define T5_LANE(e, z)    (T5_REST(e, z) < T5_ZONE ? T5_REST(e, z) : 0)
#define T5_LANE_0(e)     T5_LANE(e, 0)
#define T5_LANE_1(e)     T5_LANE(e, 1)
#define T5_LANE_2(e)     T5_LANE(e, 2)
#define T5_LANE_3(e)     T5_LANE(e, 3)
#define T5_LOW_BYTE(b)   ((b) % 16 / 8 * 64 + (b) / 16 * 16 + (b) % 8 * 2)
#define T5_TIMES_BASE(b) ((uint8_t)(T5_BASE * ((b) < 32 ? (b) : (b)-64)))

/* The table of a group. */
LUT_INLINE void t5_build_table(const t5_inputs *in, size_t group, uint8_t *table)
{
    static const int8_t w01[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_W01)};
    static const int8_t w2[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_W2_)};
    static const int16_t start[T5_LINE / 2] __attribute__((aligned(T5_LINE))) = {COMMON_32(T5_START, 0)};
    static const int16_t lanes[4][T5_LINE / 2] __attribute__((aligned(T5_LINE))) = {
        {COMMON_32(T5_LANE_0, 0)}, {COMMON_32(T5_LANE_1, 0)}, {COMMON_32(T5_LANE_2, 0)}, {COMMON_32(T5_LANE_3, 0)}};
    static const uint8_t low[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_LOW_BYTE)};
    static const uint8_t times[T5_LINE] __attribute__((aligned(T5_LINE))) = {COMMON_64(T5_TIMES_BASE)};
    const __mmask32 zone = (1u << T5_ZONE) - 1;
    const __m512i sum01 = _mm512_maddubs_epi16(_mm512_set1_epi32(in->x01[group]), _mm512_load_si512(w01));
    const __m512i sum2 = _mm512_maddubs_epi16(_mm512_set1_epi32(in->x2[group]), _mm512_load_si512(w2));
    const __m512i sum = _mm512_add_epi16(_mm512_add_epi16(sum01, _mm512_load_si512(start)), sum2);
    __m512i all[4], upper[4];

    LUT_UNROLL
    for (size_t z = 0; z < 4; z++) {
        all[z] = _mm512_permutexvar_epi16(_mm512_load_si512(lanes[z]), sum);
        all[z] = _mm512_mask_add_epi16(all[z], zone, all[z], _mm512_set1_epi32(in->add[z][group]));
        upper[z] = _mm512_mulhrs_epi16(all[z], _mm512_set1_epi16((32768 + T5_BASE / 2) / T5_BASE));
    }
    LUT_UNROLL
    for (size_t z = 0; z < 4; z += 2, table += T5_LINE) {
        const __m512i digit = _mm512_packs_epi16(upper[z], upper[z + 1]);
        const __m512i product = _mm512_permutexvar_epi8(digit, _mm512_load_si512(times));
        const __m512i bytes = _mm512_permutex2var_epi8(all[z], _mm512_load_si512(low), all[z + 1]);
        _mm512_store_si512(table, _mm512_sub_epi8(bytes, product));
        _mm512_store_si512(table + T5_HALF, digit);
    }
}

/* The tables of a piece, one after the other. */
static inline void t5_build_tables(const int8_t *x, size_t columns, uint8_t *tables)
{
    t5_inputs in;

    t5_make_inputs(x, columns, &in);
    __asm__("" : "+m"(in)); /* a load gives 4 bytes to all lanes for nothing, a register does not */
    for (size_t g = 0; g < common_parts(columns, T5_GROUP); g++)
        t5_build_table(&in, g, tables + g * T5_TABLE);
}

#endif
