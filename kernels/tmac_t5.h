/*
 * tmac_t5.h - packed W and the tables of tmac.t5.
 *
 * A group is five weights of a row, the digits of B = w0 + 3 w1 + 9 w2 + 27 w3 + 81 w4, -121..121. Its byte says where
 * |B| stands in a table of 128 entries, and with the highest bit that B is negative. The groups of 64 rows, a panel,
 * make a line. Lines stand in this order, outermost first: slabs of 2048 rows, pieces of 60 columns, bands of 256 rows,
 * groups, panels. So a slab is one stream for a thread that takes its pieces one after the other, and the tables of a
 * piece stay in the nearest cache meanwhile. A thread that has a part of a slab skips the rest of each piece.
 *
 * The sum T of a group, -640..640, is 37 upper + lower + 19, with upper in -18..17 and lower in -18..18. The digits of
 * -T are their complements: 37 (-1 - upper) + (-1 - lower) + 19 = -T. So a sign costs a xor with 0 or 255 of either.
 */
#ifndef TERN_TMAC_T5_H
#define TERN_TMAC_T5_H

#include "common.h"
#include "lut.h"

enum {
    TMAC_T5_VECTOR = 64, /* bytes */
    TMAC_T5_ROWS = 64,   /* of a panel: a line has a byte of each */
    TMAC_T5_PANELS = 4,  /* of a band */
    TMAC_T5_BANDS = 8,   /* of a slab */
    TMAC_T5_GROUP = 5,   /* columns */
    TMAC_T5_GROUPS = 12, /* of a piece */
    TMAC_T5_COLUMNS = TMAC_T5_GROUPS * TMAC_T5_GROUP,
    TMAC_T5_SLAB_PANELS = TMAC_T5_BANDS * TMAC_T5_PANELS,
    TMAC_T5_DIGITS = 2 * TMAC_T5_VECTOR, /* bytes of a table: the lower digits of all entries, or the upper ones */
    TMAC_T5_TABLE = 2 * TMAC_T5_DIGITS,  /* bytes */
    TMAC_T5_BASE = 37,                   /* of the digits */
    TMAC_T5_OFFSET = 19,                 /* of a sum from what they say */
    TMAC_T5_NEGATIVE = 0x80,             /* the bit of a byte of packed W */
    TMAC_T5_PATTERNS = 243,              /* of the weights of a group: B + 121 */
    TMAC_T5_ZONE = 27                    /* entries that share what w3 and w4 add */
};

/* Constants of a vector. */
typedef uint8_t tmac_t5_bytes[TMAC_T5_VECTOR] __attribute__((aligned(TMAC_T5_VECTOR)));
typedef int8_t tmac_t5_weights[TMAC_T5_VECTOR] __attribute__((aligned(TMAC_T5_VECTOR)));
typedef int16_t tmac_t5_words[TMAC_T5_VECTOR / 2] __attribute__((aligned(TMAC_T5_VECTOR)));

static inline size_t tmac_t5_groups(tern_shape shape)
{
    return common_parts(shape.k, TMAC_T5_GROUP);
}

static inline size_t tmac_t5_panels(tern_shape shape)
{
    return common_parts(shape.m, TMAC_T5_ROWS);
}

static inline size_t tmac_t5_pieces(tern_shape shape)
{
    return common_parts(shape.k, TMAC_T5_COLUMNS);
}

/* Groups of a piece: the last one may have fewer. */
static inline size_t tmac_t5_groups_of(tern_shape shape, size_t piece)
{
    return common_smaller(tmac_t5_groups(shape) - piece * TMAC_T5_GROUPS, TMAC_T5_GROUPS);
}

static inline size_t tmac_t5_packed_bytes(const tern_problem *problem)
{
    return tmac_t5_panels(problem->shape) * tmac_t5_groups(problem->shape) * TMAC_T5_VECTOR;
}

/* The first line of a panel in a piece, and the bytes from there to the line of its next group. */
typedef struct tmac_t5_place {
    size_t offset, stride;
} tmac_t5_place;

static inline tmac_t5_place tmac_t5_place_of(tern_shape shape, size_t panel, size_t piece)
{
    const size_t before = panel / TMAC_T5_SLAB_PANELS * TMAC_T5_SLAB_PANELS;
    const size_t band = panel / TMAC_T5_PANELS * TMAC_T5_PANELS;
    const size_t of_slab = common_smaller(tmac_t5_panels(shape) - before, TMAC_T5_SLAB_PANELS);
    const size_t of_band = common_smaller(tmac_t5_panels(shape) - band, TMAC_T5_PANELS);
    const size_t lines = before * tmac_t5_groups(shape) + of_slab * piece * TMAC_T5_GROUPS +
                         (band - before) * tmac_t5_groups_of(shape, piece) + panel - band;

    return (tmac_t5_place){lines * TMAC_T5_VECTOR, of_band * TMAC_T5_VECTOR};
}

/*
 * Where entry |B| stands. Those from 14 on are four zones of 27, whose w3 and w4 are (1,0), (-1,1), (0,1) and (1,1).
 * The others take the five places that zones 0 to 2 have left of 32. Bytes come in the order of VPACKSSWB, two zones at
 * a time.
 */
static inline uint8_t tmac_t5_entry(size_t b)
{
    const size_t first = 1 + TMAC_T5_ZONE / 2, zone = b < first ? b / 5 : (b - first) / TMAC_T5_ZONE;
    const size_t lane = b < first ? TMAC_T5_ZONE + b % 5 : (b - first) % TMAC_T5_ZONE;

    return (uint8_t)(zone / 2 * TMAC_T5_VECTOR + lane / 8 * 16 + zone % 2 * 8 + lane % 8);
}

/* Where a row of a panel stands in its lines: sums widen from bytes to 16 and to 32 bits into the order of rows. */
static inline size_t tmac_t5_row(size_t r)
{
    const size_t word = 2 * (r % 16) + r / 16 % 2;

    return word / 8 * 16 + r / 32 * 8 + word % 8;
}

/*
 * Which column of a piece byte b of a vector takes: a lane of 32 bits has a group, and its bytes have those columns of
 * it. Lanes 12 to 15 are not used.
 */
#define TMAC_T5_AT(b, i)   ((b) / 4 * TMAC_T5_GROUP + (i))
#define TMAC_T5_AT_1234(b) TMAC_T5_AT(b, 1 + (b) % 4)
#define TMAC_T5_AT_01(b)   TMAC_T5_AT(b, (b) % 2)
#define TMAC_T5_AT_0(b)    TMAC_T5_AT(b, 0)
#define TMAC_T5_AT_2(b)    TMAC_T5_AT(b, 2)
#define TMAC_T5_AT_3(b)    TMAC_T5_AT(b, 3)
#define TMAC_T5_AT_4(b)    TMAC_T5_AT(b, 4)

/* B + 121 of the groups of a piece. */
LUT_INLINE void tmac_t5_numbers(const int8_t *w, size_t columns, int32_t number[TMAC_T5_VECTOR / 4])
{
    static const tmac_t5_bytes order0 = {COMMON_64(TMAC_T5_AT_0)};
    static const tmac_t5_bytes order1234 = {COMMON_64(TMAC_T5_AT_1234)};
    const __m512i v = _mm512_add_epi8(_mm512_maskz_loadu_epi8(((__mmask64)1 << columns) - 1, w), _mm512_set1_epi8(1));
    const __m512i w0 = _mm512_permutexvar_epi8(_mm512_load_si512(order0), v);
    const __m512i w1234 = _mm512_permutexvar_epi8(_mm512_load_si512(order1234), v);
    const __m512i units = _mm512_dpbusd_epi32(_mm512_setzero_si512(), w0, _mm512_set1_epi32(1));

    _mm512_storeu_si512(number, _mm512_dpbusd_epi32(units, w1234, _mm512_set1_epi32(3 | 9 << 8 | 27 << 16 | 81 << 24)));
}

/* The lines of a panel in a piece. Rows past the last have weights of 0. */
static inline void tmac_t5_pack_lines(const int8_t *w, size_t k, size_t rows, size_t columns,
                                      const uint8_t code[TMAC_T5_PATTERNS], uint8_t *line, size_t stride)
{
    for (size_t r = 0; r < TMAC_T5_ROWS; r++) {
        int32_t number[TMAC_T5_VECTOR / 4];
        tmac_t5_numbers(r < rows ? w + r * k : w, r < rows ? columns : 0, number);
        for (size_t g = 0; g < common_parts(columns, TMAC_T5_GROUP); g++)
            line[g * stride + tmac_t5_row(r)] = code[number[g]];
    }
}

static inline void tmac_t5_pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const tern_shape shape = problem->shape;
    uint8_t code[TMAC_T5_PATTERNS];

    for (size_t b = 0; b <= TMAC_T5_PATTERNS / 2; b++) {
        code[TMAC_T5_PATTERNS / 2 - b] = (uint8_t)(TMAC_T5_NEGATIVE | tmac_t5_entry(b));
        code[TMAC_T5_PATTERNS / 2 + b] = tmac_t5_entry(b);
    }
    for (size_t m = rows.begin; m < rows.end; m += TMAC_T5_ROWS, w += TMAC_T5_ROWS * shape.k)
        for (size_t piece = 0; piece < tmac_t5_pieces(shape); piece++) {
            const tmac_t5_place place = tmac_t5_place_of(shape, m / TMAC_T5_ROWS, piece);
            const size_t k = piece * TMAC_T5_COLUMNS;
            tmac_t5_pack_lines(w + k, shape.k, common_smaller(rows.end - m, TMAC_T5_ROWS),
                               common_smaller(shape.k - k, TMAC_T5_COLUMNS), code, (uint8_t *)packed + place.offset,
                               place.stride);
        }
}

/* What the tables of a piece are made of: element g for group g. A load gives it to all lanes. */
typedef struct tmac_t5_inputs {
    int32_t x01[TMAC_T5_VECTOR / 4] __attribute__((aligned(TMAC_T5_VECTOR))); /* x0, x1, x0, x1, each + 128 */
    int32_t x2[TMAC_T5_VECTOR / 4];                                           /* x2 + 128, four times */
    int32_t add[4][TMAC_T5_VECTOR / 4]; /* what w3 and w4 add in each zone: 16 bits, twice */
} tmac_t5_inputs;

LUT_INLINE void tmac_t5_make_inputs(const int8_t *x, size_t columns, tmac_t5_inputs *in)
{
    static const tmac_t5_bytes order01 = {COMMON_64(TMAC_T5_AT_01)};
    static const tmac_t5_bytes order2 = {COMMON_64(TMAC_T5_AT_2)};
    static const tmac_t5_bytes order3 = {COMMON_64(TMAC_T5_AT_3)};
    static const tmac_t5_bytes order4 = {COMMON_64(TMAC_T5_AT_4)};
    const __m512i v = _mm512_maskz_loadu_epi8(((__mmask64)1 << columns) - 1, x);
    const __m512i x_plus_128 = _mm512_xor_si512(v, _mm512_set1_epi8((char)0x80));
    const __m512i x3 = _mm512_srai_epi16(_mm512_permutexvar_epi8(_mm512_load_si512(order3), v), 8);
    const __m512i x4 = _mm512_srai_epi16(_mm512_permutexvar_epi8(_mm512_load_si512(order4), v), 8);

    _mm512_store_si512(in->x01, _mm512_permutexvar_epi8(_mm512_load_si512(order01), x_plus_128));
    _mm512_store_si512(in->x2, _mm512_permutexvar_epi8(_mm512_load_si512(order2), x_plus_128));
    _mm512_store_si512(in->add[0], x3);
    _mm512_store_si512(in->add[1], _mm512_sub_epi16(x4, x3));
    _mm512_store_si512(in->add[2], x4);
    _mm512_store_si512(in->add[3], _mm512_add_epi16(x4, x3));
}

/*
 * W0 to W2: the weights of lane e of a zone. START: what makes up for the 128 in x, less TMAC_T5_OFFSET. LANE: where
 * lane i % 32 of zone i / 32 finds its sum; SPARE: where those past the zone's do.
 */
#define TMAC_T5_W0(e)         ((e) < TMAC_T5_ZONE ? (e) % 3 - 1 : 0)
#define TMAC_T5_W1(e)         ((e) < TMAC_T5_ZONE ? (e) / 3 % 3 - 1 : 0)
#define TMAC_T5_W2(e)         ((e) < TMAC_T5_ZONE ? (e) / 9 - 1 : 0)
#define TMAC_T5_W01(b)        ((b) % 2 == 0 ? TMAC_T5_W0((b) / 2) : TMAC_T5_W1((b) / 2))
#define TMAC_T5_W2_PAIRS(b)   ((b) % 2 == 0 ? TMAC_T5_W2((b) / 2) : 0)
#define TMAC_T5_START(e)      (-128 * (TMAC_T5_W0(e) + TMAC_T5_W1(e) + TMAC_T5_W2(e)) - TMAC_T5_OFFSET)
#define TMAC_T5_SPARE(i)      (TMAC_T5_ZONE / 2 + (i) / 32 * 5 + (i) % 32 - TMAC_T5_ZONE)
#define TMAC_T5_LANE(i)       ((i) % 32 < TMAC_T5_ZONE ? (i) % 32 : TMAC_T5_SPARE(i))
#define TMAC_T5_LOW_BYTE(b)   ((b) % 16 / 8 * 64 + (b) / 16 * 16 + (b) % 8 * 2)
#define TMAC_T5_TIMES_BASE(b) ((uint8_t)(TMAC_T5_BASE * ((b) < 32 ? (b) : (b)-64)))

/* The table of a group. */
LUT_INLINE void tmac_t5_build_table(const tmac_t5_inputs *in, size_t group, uint8_t *table)
{
    static const tmac_t5_weights w01 = {COMMON_64(TMAC_T5_W01)};
    static const tmac_t5_weights w2 = {COMMON_64(TMAC_T5_W2_PAIRS)};
    static const tmac_t5_words start = {COMMON_32(TMAC_T5_START, 0)};
    static const tmac_t5_words lanes[4] = {{COMMON_32(TMAC_T5_LANE, 0)},
                                           {COMMON_32(TMAC_T5_LANE, 32)},
                                           {COMMON_32(TMAC_T5_LANE, 64)},
                                           {COMMON_32(TMAC_T5_LANE, 96)}};
    static const tmac_t5_bytes low = {COMMON_64(TMAC_T5_LOW_BYTE)};
    static const tmac_t5_bytes times = {COMMON_64(TMAC_T5_TIMES_BASE)};
    const __mmask32 zone = (1u << TMAC_T5_ZONE) - 1;
    const __m512i sum01 = _mm512_maddubs_epi16(_mm512_set1_epi32(in->x01[group]), _mm512_load_si512(w01));
    const __m512i sum2 = _mm512_maddubs_epi16(_mm512_set1_epi32(in->x2[group]), _mm512_load_si512(w2));
    const __m512i sum = _mm512_add_epi16(_mm512_add_epi16(sum01, _mm512_load_si512(start)), sum2);
    __m512i all[4], upper[4];

    LUT_UNROLL
    for (size_t z = 0; z < 4; z++) {
        all[z] = _mm512_permutexvar_epi16(_mm512_load_si512(lanes[z]), sum);
        all[z] = _mm512_mask_add_epi16(all[z], zone, all[z], _mm512_set1_epi32(in->add[z][group]));
        upper[z] = _mm512_mulhrs_epi16(all[z], _mm512_set1_epi16((32768 + TMAC_T5_BASE / 2) / TMAC_T5_BASE));
    }
    LUT_UNROLL
    for (size_t z = 0; z < 4; z += 2, table += TMAC_T5_VECTOR) {
        const __m512i digit = _mm512_packs_epi16(upper[z], upper[z + 1]);
        const __m512i product = _mm512_permutexvar_epi8(digit, _mm512_load_si512(times));
        const __m512i bytes = _mm512_permutex2var_epi8(all[z], _mm512_load_si512(low), all[z + 1]);
        _mm512_store_si512(table, _mm512_sub_epi8(bytes, product));
        _mm512_store_si512(table + TMAC_T5_DIGITS, digit);
    }
}

/* The tables of a piece, one after the other. */
static inline void tmac_t5_build_tables(const int8_t *x, size_t columns, uint8_t *tables)
{
    tmac_t5_inputs in;

    tmac_t5_make_inputs(x, columns, &in);
    __asm__("" : "+m"(in)); /* a load gives 4 bytes to all lanes for nothing, a register does not */
    for (size_t g = 0; g < common_parts(columns, TMAC_T5_GROUP); g++)
        tmac_t5_build_table(&in, g, tables + g * TMAC_T5_TABLE);
}

#endif
