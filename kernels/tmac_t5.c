/*
 * tmac.t5 - full tables of the sums of five activations, looked up by VPERMI2B on zmm; 1.6 bits a weight.
 *
 * A byte of packed W is an index of 7 bits and a sign (tmac_t5.h): five weights take no decoding, and no multiplication
 * is left. A line, 320 products, takes 7 vector instructions: two look-ups, of lower and of upper digits, one for the
 * sign, and a xor and an addition for each digit. After six lines of a panel another 6 (two unpackings, two VPMADDUBSW,
 * two additions) join the 8-bit sums: 8 a line, however many tokens. VPDPBUSD needs 5, and 8 more to unpack W for one
 * token.
 *
 * Zen 4 has four vector ports of 256 bits: 8 instructions take 4 cycles, 80 products a cycle, where VPDPBUSD makes 64
 * at most. 4.2 to 4.9 cycles are measured with all in L1, the making of tables left out. On Intel VPERMI2B is three
 * micro-operations: 12 on two ports for 320 products, no better than vnni.t5. Each thread builds its own tables, 20
 * cycles each, as much as 5 lines take: an eighth of the time where 2048 rows share one, half at 256.
 *
 * When W comes from memory its misses fill the core's miss buffers, and a table or a part of Y outside L1 waits behind
 * them. So one token takes W in its own order, a piece of 2048 rows after the other (`stream`), and leaves prefetching
 * to the processor. vnni.t5 reads nothing but W, and is faster where memory gives a core a line in 9 cycles or less.
 * (T-MAC, Wei et al. 2024, section 3, has the tables and mirrors them.)
 */
#include "tmac_t5.h"

#include <stdbool.h>

enum {
    SHORT = 128 / 19,                           /* groups that 8-bit sums last for: digits of -19 to 18 */
    MOST_PIECES = 32768 / 659 / TMAC_T5_GROUPS, /* that 16-bit sums last for: -659 to 621 a group */
    BAND_ROWS = TMAC_T5_PANELS * TMAC_T5_ROWS,
    SLAB_ROWS = TMAC_T5_BANDS * BAND_ROWS,
    SCRATCH = MOST_PIECES * TMAC_T5_GROUPS * TMAC_T5_TABLE /* bytes a thread */
};

enum { PREFETCH, STREAM, PIECES, SLABS };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 0, 0, 1024},
    [STREAM] = {"stream", "one token: packed W in its own order, tables of a piece at a time", NULL, 1, 0, 1},
    [PIECES] = {"pieces", "pieces of 60 columns whose tables are built at a time; not with stream", NULL, MOST_PIECES,
                1, MOST_PIECES},
    [SLABS] = {"slabs", "slabs of 2048 rows that tables are built for; not with stream", NULL, 2, 1, 1024},
    {NULL, NULL, NULL, 0, 0, 0},
};

/* Pieces [begin, end), and their tables. */
typedef struct block {
    size_t begin, end;
    const uint8_t *tables;
    size_t ahead; /* bytes */
} block;

/* Of up to a band: 8-bit sums of the digits, and 16-bit sums. half[p][0] has the lower 8 rows of each 128-bit lane. */
typedef struct sums8 {
    __m512i lower[TMAC_T5_PANELS], upper[TMAC_T5_PANELS];
} sums8;

typedef struct sums16 {
    __m512i half[TMAC_T5_PANELS][2];
} sums16;

/* sum += the digits of a group, of a line of each panel; `set`: sum = them. */
LUT_INLINE void add_group(sums8 *sum, const uint8_t *line, const uint8_t *table, size_t panels, bool set, size_t ahead,
                          int hint)
{
    const uint8_t *upper_table = table + TMAC_T5_DIGITS;
    const __m512i lower0 = _mm512_load_si512(table), lower1 = _mm512_load_si512(table + TMAC_T5_VECTOR);
    const __m512i upper0 = _mm512_load_si512(upper_table), upper1 = _mm512_load_si512(upper_table + TMAC_T5_VECTOR);

    LUT_UNROLL
    for (size_t p = 0; p < panels; p++, line += TMAC_T5_VECTOR) {
        const __m512i index = lut_load_index(line);
        /* Row 7 - b of the bit matrix says what bit b of the result is: bit 7, for all. */
        const __m512i sign = _mm512_gf2p8affine_epi64_epi8(index, _mm512_set1_epi8((char)TMAC_T5_NEGATIVE), 0);
        const __m512i lower = _mm512_xor_si512(sign, _mm512_permutex2var_epi8(lower0, index, lower1));
        const __m512i upper = _mm512_xor_si512(sign, _mm512_permutex2var_epi8(upper0, index, upper1));
        common_prefetch(line + ahead, hint);
        sum->lower[p] = set ? lower : _mm512_add_epi8(sum->lower[p], lower);
        sum->upper[p] = set ? upper : _mm512_add_epi8(sum->upper[p], upper);
        /* Keeps the order: GCC would do look-ups early and run out of registers. */
        __asm__ volatile("" : "+v"(sum->lower[p]), "+v"(sum->upper[p]));
    }
}

LUT_INLINE void widen(sums16 *all, const sums8 *sum, size_t panels)
{
    const __m512i base = _mm512_set1_epi16(1 | TMAC_T5_BASE << 8);

    LUT_UNROLL
    for (size_t p = 0; p < panels; p++) {
        const __m512i low = _mm512_unpacklo_epi8(sum->lower[p], sum->upper[p]);
        const __m512i high = _mm512_unpackhi_epi8(sum->lower[p], sum->upper[p]);
        all->half[p][0] = _mm512_add_epi16(all->half[p][0], _mm512_maddubs_epi16(base, low));
        all->half[p][1] = _mm512_add_epi16(all->half[p][1], _mm512_maddubs_epi16(base, high));
    }
}

/* sums += `groups` groups of a piece. */
LUT_INLINE void add_piece(sums16 *all, const uint8_t *line, size_t stride, size_t groups, const uint8_t *table,
                          size_t panels, size_t ahead, int hint)
{
    for (size_t count; groups > 0; groups -= count) {
        sums8 sum;
        count = common_smaller(groups, SHORT);
        add_group(&sum, line, table, panels, true, ahead, hint);
        line += stride, table += TMAC_T5_TABLE;
        for (size_t g = 1; g < count; g++, line += stride, table += TMAC_T5_TABLE)
            add_group(&sum, line, table, panels, false, ahead, hint);
        widen(all, &sum, panels);
    }
}

/* y = start + sums of 16 rows, or y +=. */
LUT_INLINE void put(int32_t *y, __mmask16 rows, __m512i sums, __m512i start, bool set)
{
    const __m512i old = set ? start : _mm512_add_epi32(start, _mm512_maskz_loadu_epi32(rows, y));

    _mm512_mask_storeu_epi32(y, rows, _mm512_add_epi32(old, sums));
}

/* The same of a panel, of which `rows` rows are left in Y; 64 or more: all. */
LUT_INLINE void put_panel(int32_t *y, size_t rows, const __m512i half[2], __m512i start, bool set)
{
    LUT_UNROLL
    for (size_t q = 0, from = 0; q < 4; q++, from += 16) {
        const __m512i sums = _mm512_srai_epi32(q % 2 == 0 ? _mm512_slli_epi32(half[q / 2], 16) : half[q / 2], 16);
        if (rows >= TMAC_T5_ROWS)
            put(y + from, 0xFFFF, sums, start, set);
        else if (rows > from)
            put(y + from, (__mmask16)((((__mmask64)1 << rows) - 1) >> from), sums, start, set);
    }
}

/* Y of a token, for the rows of a slice, = or += a block. The rows are whole bands, or `panels` panels of one. */
LUT_INLINE void multiply(const tern_call *call, tern_slice rows, size_t token, const block *b, size_t panels, int hint)
{
    const tern_shape shape = call->problem->shape;
    int32_t *y = call->y + token * shape.m;

    for (size_t m = rows.begin; m < rows.end; m += panels * TMAC_T5_ROWS) {
        const uint8_t *table = b->tables;
        sums16 all;
        size_t groups = 0;
        LUT_UNROLL
        for (size_t p = 0; p < panels; p++)
            all.half[p][0] = all.half[p][1] = _mm512_setzero_si512();
        for (size_t piece = b->begin; piece < b->end; piece++) {
            const tmac_t5_place place = tmac_t5_place_of(shape, m / TMAC_T5_ROWS, piece);
            const size_t count = tmac_t5_groups_of(shape, piece);
            add_piece(&all, (const uint8_t *)call->packed + place.offset, place.stride, count, table, panels, b->ahead,
                      hint);
            table += count * TMAC_T5_TABLE;
            groups += count;
        }
        LUT_UNROLL
        for (size_t p = 0; p < panels; p++)
            put_panel(y + m + p * TMAC_T5_ROWS, rows.end - m - p * TMAC_T5_ROWS, all.half[p],
                      _mm512_set1_epi32((int32_t)groups * TMAC_T5_OFFSET), b->begin == 0);
    }
}

typedef void multiply_fn(const tern_call *call, tern_slice rows, size_t token, const block *b);

#define MULTIPLY(panels)                                                                                               \
    static void multiply_##panels(const tern_call *call, tern_slice rows, size_t token, const block *b)                \
    {                                                                                                                  \
        if (b->ahead > 0)                                                                                              \
            multiply(call, rows, token, b, panels, COMMON_HINT_L2);                                                    \
        else                                                                                                           \
            multiply(call, rows, token, b, panels, COMMON_HINT_NONE);                                                  \
    }

MULTIPLY(1)
MULTIPLY(2)
MULTIPLY(3)
MULTIPLY(4)

static multiply_fn *const multiply_panels[TMAC_T5_PANELS + 1] = {NULL, multiply_1, multiply_2, multiply_3, multiply_4};

/* The same for any rows: what lies in the band that they begin in, whole bands, and what lies in the last one. */
static void multiply_rows(const tern_call *call, tern_slice rows, size_t token, const block *b)
{
    for (tern_slice part = rows; part.begin < rows.end; part.begin = part.end) {
        const size_t rest = BAND_ROWS - part.begin % BAND_ROWS, left = rows.end - part.begin;
        const bool whole = rest == BAND_ROWS && left >= BAND_ROWS;
        part.end = part.begin + (whole ? left / BAND_ROWS * BAND_ROWS : common_smaller(rest, left));
        const size_t panels = whole ? TMAC_T5_PANELS : common_parts(part.end - part.begin, TMAC_T5_ROWS);
        multiply_panels[panels](call, part, token, b);
    }
}

/* All tokens times rows that share tables. */
static void multiply_slabs(const tern_call *call, tern_slice rows, size_t pieces)
{
    const tern_shape shape = call->problem->shape;
    uint8_t *tables = (uint8_t *)call->scratch + rows.thread * common_apart(SCRATCH);
    block b = {.tables = tables, .ahead = (size_t)call->problem->toggle[PREFETCH] * TMAC_T5_VECTOR};

    for (b.begin = 0; b.begin < tmac_t5_pieces(shape); b.begin = b.end) {
        b.end = common_smaller(b.begin + pieces, tmac_t5_pieces(shape));
        for (size_t n = 0; n < shape.n; n++) {
            for (size_t piece = b.begin; piece < b.end; piece++) {
                const size_t k = piece * TMAC_T5_COLUMNS;
                tmac_t5_build_tables(call->x + n * shape.k + k, common_smaller(shape.k - k, TMAC_T5_COLUMNS),
                                     tables + (piece - b.begin) * TMAC_T5_GROUPS * TMAC_T5_TABLE);
            }
            multiply_rows(call, rows, n, &b);
        }
    }
}

static void run(const tern_call *call, tern_slice rows)
{
    const int32_t *toggle = call->problem->toggle;
    const bool stream = call->problem->shape.n == 1 && toggle[STREAM] != 0;
    const size_t most = SLAB_ROWS * (size_t)(stream ? 1 : toggle[SLABS]);

    for (tern_slice part = rows; part.begin < rows.end; part.begin = part.end) {
        part.end = rows.end - part.begin <= most ? rows.end : (part.begin / most + 1) * most;
        multiply_slabs(call, part, stream ? 1 : (size_t)toggle[PIECES]);
    }
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return problem->threads * common_apart(SCRATCH);
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    (void)problem;
    *stages = (tern_stages){NULL, 0, run};
    return NULL;
}

const tern_kernel tern_kernel_tmac_t5 = {
    TERN_KERNEL_HEAD,
    .name = "tmac.t5",
    .summary = "full tables of five activations, AVX-512 permutes of two registers, 256 rows at a time",
    .refines = "tmac.lut512",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI | TERN_ISA_GFNI,
    .bits_per_weight = 8.0 / TMAC_T5_GROUP,
    .multiple = {1, 1, 1},
    .tile = {BAND_ROWS, TMAC_T5_COLUMNS, 1},
    .row_step = TMAC_T5_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = tmac_t5_packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = tmac_t5_pack_rows,
};
