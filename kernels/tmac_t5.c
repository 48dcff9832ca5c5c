/*
 * tmac.t5 - full tables of the sums of five activations, looked up by VPERMI2B on zmm; 1.6 bits a weight.
 *
 * A byte of packed W is an index of 7 bits and a sign (tmac_t5.h): five weights take no decoding, and no multiplication
 * is left. A line of 64 rows takes two look-ups, of lower and of upper digits, one instruction for the sign, and a xor
 * and an addition for each digit. Six of either digit add up in 8 bits; two unpackings, two VPMADDUBSW and two additions
 * join them: 8 instructions for 320 products, whatever the number of tokens. VPDPBUSD needs 5, and up to 8 more to take
 * the weights apart when few tokens share that.
 *
 * On ports that take two cycles for 512 bits, four of them as on Zen 4, that is 4 cycles a line, 80 products a cycle;
 * VPDPBUSD has 64 there. 4.2 cycles are reached with all in L1, 4.9 with W in L3. Where VPERMI2B is three instructions
 * for two ports, as on Intel, there are 12 for 320 products: no better than vnni.t5. A thread builds the tables that it
 * needs, 20 cycles each; 2048 or more rows share one.
 *
 * From memory, loads that miss L1 wait behind those of W, which fill all that the core can wait for. So tables and Y
 * must stay in L1: one token takes W in its own order, a piece of 2048 rows after the other (`stream`), and leaves
 * prefetching to the processor. Memory that is slow for a core bounds it then; fast memory does not, and vnni.t5, which
 * reads nothing but W, is faster. (T-MAC, Wei et al. 2024, section 3, has the tables and mirrors them.)
 */
#include "tmac_t5.h"

enum {
    SHORT = 6,                /* groups that 8-bit sums last for: digits of -19 to 18 */
    DEPTH = 48,               /* groups that 16-bit sums last for: sums of -659 to 621 */
    MOST = DEPTH / T5_GROUPS, /* pieces */
    BAND_ROWS = T5_PANELS * T5_LINE,
    SLAB_ROWS = T5_BANDS * BAND_ROWS,
    SCRATCH = MOST * T5_GROUPS * T5_TABLE /* bytes a thread */
};

enum { PREFETCH, STREAM, PIECES, SLABS };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 0, 0, 1024},
    [STREAM] = {"stream", "one token: packed W in its own order, tables of a piece at a time", NULL, 1, 0, 1},
    [PIECES] = {"pieces", "of 60 columns, whose tables stand at a time", NULL, MOST, 1, MOST},
    [SLABS] = {"slabs", "of 2048 rows, which share tables", NULL, 2, 1, 1024},
    {NULL, NULL, NULL, 0, 0, 0},
};

/* Pieces [begin, end), and their tables. */
typedef struct block {
    size_t begin, end;
    const uint8_t *tables;
    size_t ahead; /* bytes */
} block;

/* 8-bit sums of the digits, and 16-bit sums, of the rows of up to a band. */
typedef struct sums8 {
    __m512i lower[T5_PANELS], upper[T5_PANELS];
} sums8;

typedef struct sums16 {
    __m512i half[T5_PANELS][2];
} sums16;

/* sums += what the lines of a group find; or =. */
LUT_INLINE void add_group(sums8 *sum, const uint8_t *line, const uint8_t *table, size_t panels, bool set, size_t ahead,
                          int hint)
{
    const __m512i lower0 = _mm512_load_si512(table), lower1 = _mm512_load_si512(table + T5_LINE);
    const __m512i upper0 = _mm512_load_si512(table + T5_HALF), upper1 = _mm512_load_si512(table + T5_HALF + T5_LINE);

    LUT_UNROLL
    for (size_t p = 0; p < panels; p++, line += T5_LINE) {
        const __m512i index = _mm512_load_si512(line);
        /* Row 7 - b of the bit matrix says what bit b of the result is: bit 7, for all. */
        const __m512i sign = _mm512_gf2p8affine_epi64_epi8(index, _mm512_set1_epi8((char)T5_NEGATIVE), 0);
        const __m512i lower = _mm512_xor_si512(sign, _mm512_permutex2var_epi8(lower0, index, lower1));
        const __m512i upper = _mm512_xor_si512(sign, _mm512_permutex2var_epi8(upper0, index, upper1));
        common_prefetch(line + ahead, hint);
        sum->lower[p] = set ? lower : _mm512_add_epi8(sum->lower[p], lower);
        sum->upper[p] = set ? upper : _mm512_add_epi8(sum->upper[p], upper);
        /* That each stays where it is: GCC would run out of registers. */
        __asm__ volatile("" : "+v"(sum->lower[p]), "+v"(sum->upper[p]));
    }
}

LUT_INLINE void widen(sums16 *all, const sums8 *sum, size_t panels)
{
    const __m512i base = _mm512_set1_epi16(1 | T5_BASE << 8);

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
    while (groups > 0) {
        sums8 sum;
        add_group(&sum, line, table, panels, true, ahead, hint);
        line += stride, table += T5_TABLE;
        if (groups >= SHORT) {
            LUT_UNROLL
            for (size_t g = 1; g < SHORT; g++, line += stride, table += T5_TABLE)
                add_group(&sum, line, table, panels, false, ahead, hint);
            groups -= SHORT;
        } else {
            for (groups--; groups > 0; groups--, line += stride, table += T5_TABLE)
                add_group(&sum, line, table, panels, false, ahead, hint);
        }
        widen(all, &sum, panels);
    }
}

/* y = start + sums of 16 rows, or y +=. */
LUT_INLINE void put(int32_t *y, __mmask16 rows, __m512i sums, __m512i start, bool set)
{
    const __m512i old = set ? start : _mm512_add_epi32(start, _mm512_maskz_loadu_epi32(rows, y));

    _mm512_mask_storeu_epi32(y, rows, _mm512_add_epi32(old, sums));
}

/* The same of a panel, `rows` of whose rows are there, or more. */
LUT_INLINE void put_panel(int32_t *y, size_t rows, const __m512i half[2], __m512i start, bool set)
{
    LUT_UNROLL
    for (size_t q = 0, from = 0; q < 4; q++, from += 16) {
        const __m512i sums = _mm512_srai_epi32(q % 2 == 0 ? _mm512_slli_epi32(half[q / 2], 16) : half[q / 2], 16);
        if (rows >= T5_LINE)
            put(y + from, 0xFFFF, sums, start, set);
        else if (rows > from)
            put(y + from, (__mmask16)(rows - from < 16 ? (1u << (rows - from)) - 1 : 0xFFFF), sums, start, set);
    }
}

/* Y of a token, for the rows of a slice, = or += a block. The rows are whole bands, or `panels` panels of one. */
LUT_INLINE void multiply(const tern_call *call, tern_slice rows, size_t token, const block *b, size_t panels, int hint)
{
    const tern_shape shape = call->problem->shape;
    int32_t *y = call->y + token * shape.m;

    for (size_t m = rows.begin; m < rows.end; m += panels * T5_LINE) {
        const uint8_t *table = b->tables;
        sums16 all;
        size_t groups = 0;
        LUT_UNROLL
        for (size_t p = 0; p < panels; p++)
            all.half[p][0] = all.half[p][1] = _mm512_setzero_si512();
        for (size_t piece = b->begin; piece < b->end; piece++) {
            const t5_place place = t5_place_of(shape, m / T5_LINE, piece);
            const size_t count = t5_groups_of(shape, piece);
            add_piece(&all, (const uint8_t *)call->packed + place.offset, place.stride, count, table, panels, b->ahead,
                      hint);
            table += count * T5_TABLE;
            groups += count;
        }
        LUT_UNROLL
        for (size_t p = 0; p < panels; p++)
            put_panel(y + m + p * T5_LINE, rows.end - m - p * T5_LINE, all.half[p],
                      _mm512_set1_epi32((int32_t)groups * T5_OFFSET), b->begin == 0);
    }
}

typedef void multiply_fn(const tern_call *call, tern_slice rows, size_t token, const block *b);

#define MULTIPLY(name, panels, hint)                                                                                   \
    static void name(const tern_call *call, tern_slice rows, size_t token, const block *b)                             \
    {                                                                                                                  \
        multiply(call, rows, token, b, panels, hint);                                                                  \
    }

MULTIPLY(multiply_1, 1, COMMON_HINT_NONE)
MULTIPLY(multiply_2, 2, COMMON_HINT_NONE)
MULTIPLY(multiply_3, 3, COMMON_HINT_NONE)
MULTIPLY(multiply_4, 4, COMMON_HINT_NONE)
MULTIPLY(multiply_1_l2, 1, COMMON_HINT_L2)
MULTIPLY(multiply_2_l2, 2, COMMON_HINT_L2)
MULTIPLY(multiply_3_l2, 3, COMMON_HINT_L2)
MULTIPLY(multiply_4_l2, 4, COMMON_HINT_L2)

static multiply_fn *const multiply_panels[T5_PANELS + 1][2] = {[1] = {multiply_1, multiply_1_l2},
                                                               [2] = {multiply_2, multiply_2_l2},
                                                               [3] = {multiply_3, multiply_3_l2},
                                                               [4] = {multiply_4, multiply_4_l2}};

/* The same for any rows: what lies in the band that they begin in, whole bands, and what lies in the last one. */
static void multiply_rows(const tern_call *call, tern_slice rows, size_t token, const block *b)
{
    for (tern_slice part = rows; part.begin < rows.end; part.begin = part.end) {
        const size_t rest = BAND_ROWS - part.begin % BAND_ROWS, left = rows.end - part.begin;
        const bool whole = rest == BAND_ROWS && left >= BAND_ROWS;
        part.end = part.begin + (whole ? left / BAND_ROWS * BAND_ROWS : common_smaller(rest, left));
        multiply_panels[whole ? (size_t)T5_PANELS : common_parts(part.end - part.begin, T5_LINE)][b->ahead > 0](
            call, part, token, b);
    }
}

/* All tokens times the rows of a slice, which lie in as many slabs as share tables. */
static void multiply_slabs(const tern_call *call, tern_slice rows, size_t pieces)
{
    const tern_shape shape = call->problem->shape;
    uint8_t *tables = (uint8_t *)call->scratch + rows.thread * common_apart(SCRATCH);
    block b = {.tables = tables, .ahead = (size_t)call->problem->toggle[PREFETCH] * T5_LINE};

    for (b.begin = 0; b.begin < t5_pieces(shape); b.begin = b.end) {
        b.end = common_smaller(b.begin + pieces, t5_pieces(shape));
        for (size_t n = 0; n < shape.n; n++) {
            for (size_t piece = b.begin; piece < b.end; piece++) {
                const size_t k = piece * T5_COLUMNS;
                t5_build_tables(call->x + n * shape.k + k, common_smaller(shape.k - k, T5_COLUMNS),
                                tables + (piece - b.begin) * T5_GROUPS * T5_TABLE);
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
        part.end = common_smaller((part.begin / most + 1) * most, rows.end);
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
    .bits_per_weight = 8.0 / T5_GROUP,
    .multiple = {1, 1, 1},
    .tile = {BAND_ROWS, T5_COLUMNS, 1},
    .row_step = T5_LINE,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = t5_packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = t5_pack_rows,
};
