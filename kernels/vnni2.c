/*
 * vnni2 - 2-bit weights, VPDPBUSD on zmm.
 *
 * A byte holds four codes w + 1, of four steps (vnni.h). Few tokens: the four fields of a byte are used where they are, masked
 * with 0x03, 0x0C, 0x30 and 0xC0, each with sums of its own, which come out 1, 4, 16 and 64 times too large; a shift at the end
 * undoes that, exactly, since every product is a multiple. So 256 weights take a load, 4 ands and 4 multiply-adds a token,
 * whose x comes as a memory operand: 4 cycles for 64 bytes, so that a core is bound by memory unless W lies in L2. Its
 * prefetcher alone leaves a tenth of the bandwidth unused, hence the prefetches; the non-temporal hint bypasses L2 and loses.
 * Many tokens: vnni512.h.
 */
#define VNNI512_DIGITS 4
#include "vnni512.h"

enum {
    DIGITS = VNNI512_DIGITS,
    COLUMNS = VNNI_STEP * DIGITS, /* of a line */
    UNITS = 6,          /* that have four sums each in registers: a unit is one of the lines of a turn and a token */
    MAX_LINES = 1 << 14 /* that sums of up to 64 * 2 * 128 a product last for, well below 2^31 */
};

enum { PREFETCH, HINT, UNROLL, MASKS, UNPACK, BLOCK };
enum { HINT_NONE, HINT_L1, HINT_L2, HINT_NTA };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 96, 0, 1024},
    [HINT] = {"hint", "of the prefetches, one token: 1 to L1, 2 to L2, 3 non-temporal", "prefetch", 2, 1, 3},
    [UNROLL] = {"unroll", "lines at a time with sums of their own, one token: 1, 2 or 4", NULL, 1, 1, 4},
    [MASKS] = {"masks", "mask the fields where they are, one token; off: shift each, then mask", NULL, 1, 0, 1},
    [UNPACK] = {"unpack", "tokens from which on W is unpacked first", NULL, 7, 2, 7},
    [BLOCK] = {"block", "lines of two panels unpacked at a time", NULL, 64, 1, 4096},
    {NULL, NULL, NULL, 0, 0, 0},
};

static size_t packed_bytes(const tern_problem *problem)
{
    return vnni_packed_bytes(problem->shape, DIGITS);
}

static uint32_t encode(const int8_t *w)
{
    return vnni_codes(w) | vnni_codes(w + 4) << 2 | vnni_codes(w + 8) << 4 | vnni_codes(w + 12) << 6;
}

static void pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    vnni_pack_rows(problem, w, rows, packed, DIGITS, encode);
}

/* How run_few() goes; all constants at its call. */
typedef struct way {
    size_t lines, tokens; /* of a turn of the loop */
    int hint;
    bool masks;
} way;

/* The codes in a line, field by field. */
typedef struct fields {
    __m512i code[DIGITS];
} fields;

VNNI_INLINE fields split(const uint8_t *packed, bool masks)
{
    const __m512i line = vnni512_load(packed), low = _mm512_set1_epi8(0x03);

    if (masks)
        return (fields){{_mm512_and_si512(line, low), _mm512_and_si512(line, _mm512_set1_epi8(0x0C)),
                         _mm512_and_si512(line, _mm512_set1_epi8(0x30)),
                         _mm512_and_si512(line, _mm512_set1_epi8((char)0xC0))}};
    return (fields){{_mm512_and_si512(line, low), _mm512_and_si512(_mm512_srli_epi16(line, 2), low),
                     _mm512_and_si512(_mm512_srli_epi16(line, 4), low),
                     _mm512_and_si512(_mm512_srli_epi16(line, 6), low)}};
}

/* Sums, one vector a field. */
typedef struct sums {
    vnni512_sums field[DIGITS];
} sums;

VNNI_INLINE void clear(sums *sum)
{
    sum->field[0] = sum->field[1] = sum->field[2] = sum->field[3] = (vnni512_sums)_mm512_setzero_si512();
}

VNNI_INLINE void add_line(sums *sum, const uint8_t *packed, const int8_t *x, bool masks)
{
    const fields f = split(packed, masks);

    vnni512_add(&sum->field[0], f.code[0], vnni512_spread(x));
    vnni512_add(&sum->field[1], f.code[1], vnni512_spread(x + 4));
    vnni512_add(&sum->field[2], f.code[2], vnni512_spread(x + 8));
    vnni512_add(&sum->field[3], f.code[3], vnni512_spread(x + 12));
}

/* The sum of all fields, each divided by what masks left it too large by. */
VNNI_INLINE __m512i gather(const sums *sum, bool masks)
{
    __m512i v0 = (__m512i)sum->field[0], v1 = (__m512i)sum->field[1], v2 = (__m512i)sum->field[2],
            v3 = (__m512i)sum->field[3];

    if (masks) {
        v1 = _mm512_srai_epi32(v1, 2);
        v2 = _mm512_srai_epi32(v2, 4);
        v3 = _mm512_srai_epi32(v3, 6);
    }
    return _mm512_add_epi32(_mm512_add_epi32(v0, v1), _mm512_add_epi32(v2, v3));
}

VNNI_INLINE void prefetch(const uint8_t *line, int hint)
{
    if (hint == HINT_L1)
        _mm_prefetch((const char *)line, _MM_HINT_T0);
    else if (hint == HINT_L2)
        _mm_prefetch((const char *)line, _MM_HINT_T1);
    else if (hint == HINT_NTA)
        _mm_prefetch((const char *)line, _MM_HINT_NTA);
}

/* Unit u is line u / tokens with token u % tokens. As text, so that only constants index the sums. */
#define EACH_UNIT(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)
#define IF_UNIT(u)    if (u < how.lines * how.tokens)

/* Adds the sums of codes times x over `count` lines, `stride` bytes from token to token, to total. */
VNNI_INLINE void multiply(const uint8_t *packed, size_t count, const int8_t *x, size_t stride, size_t ahead, way how,
                          __m512i total[UNITS])
{
    sums sum[UNITS];

#define CLEAR(u) IF_UNIT(u) clear(&sum[u]);
#define ADD(u)                                                                                                         \
    IF_UNIT(u)                                                                                                         \
    {                                                                                                                  \
        if (u % how.tokens == 0)                                                                                       \
            prefetch(packed + u / how.tokens * VNNI_LINE + ahead, how.hint);                                           \
        add_line(&sum[u], packed + u / how.tokens * VNNI_LINE, x + u % how.tokens * stride + u / how.tokens * COLUMNS, \
                 how.masks);                                                                                           \
    }
#define REST(u)                                                                                                        \
    if (u < how.tokens)                                                                                                \
        add_line(&sum[u], packed, x + u * stride, how.masks);
#define GATHER(u)                                                                                                      \
    IF_UNIT(u) total[u % how.tokens] = _mm512_add_epi32(total[u % how.tokens], gather(&sum[u], how.masks));

    EACH_UNIT(CLEAR)
    for (; count >= how.lines; count -= how.lines) {
        EACH_UNIT(ADD)
        packed += how.lines * VNNI_LINE;
        x += how.lines * COLUMNS;
    }
    for (; how.lines > 1 && count > 0; count--) {
        EACH_UNIT(REST)
        packed += VNNI_LINE;
        x += COLUMNS;
    }
    EACH_UNIT(GATHER)
}

/* Up to UNITS tokens, W used as it is packed. */
VNNI_INLINE void run_few(const tern_call *call, tern_slice rows, way how)
{
    const tern_shape shape = call->problem->shape;
    const size_t lines = vnni_lines(shape, DIGITS), whole = shape.k / COLUMNS;
    const size_t ahead = (size_t)call->problem->toggle[PREFETCH] * VNNI_LINE;
    const uint8_t *packed = (const uint8_t *)call->packed + rows.begin / VNNI_ROWS * lines * VNNI_LINE;
    int8_t last[UNITS * COLUMNS] = {0}; /* x of the line that X ends in */
    __m512i start[UNITS];

    for (size_t n = 0; n < how.tokens; n++) {
        const int8_t *x = call->x + n * shape.k;
        start[n] = _mm512_set1_epi32(-vnni_sum(x, shape.k));
        memcpy(last + n * COLUMNS, x + whole * COLUMNS, shape.k - whole * COLUMNS);
    }
    for (size_t m = rows.begin; m < rows.end; m += VNNI_ROWS) {
        __m512i total[UNITS];
        memcpy(total, start, how.tokens * sizeof *total);
        for (size_t line = 0, count; line < lines; line += count, packed += count * VNNI_LINE) {
            const bool tail = line == whole;
            count = tail ? 1 : vnni_smaller(whole - line, MAX_LINES);
            multiply(packed, count, tail ? last : call->x + line * COLUMNS, tail ? COLUMNS : shape.k, ahead, how,
                     total);
        }
        for (size_t n = 0; n < how.tokens; n++)
            vnni512_store(call->y + n * shape.m, m / VNNI_ROWS, rows.end, total[n]);
    }
}

#define RUN(name, ...)                                                                                                 \
    static void name(const tern_call *call, tern_slice rows)                                                           \
    {                                                                                                                  \
        run_few(call, rows, (way){__VA_ARGS__});                                                                       \
    }

#define RUN_TOKEN(lines)                                                                                               \
    RUN(run_##lines##_shift, lines, 1, HINT_NONE, false)                                                               \
    RUN(run_##lines##_shift_l1, lines, 1, HINT_L1, false)                                                              \
    RUN(run_##lines##_shift_l2, lines, 1, HINT_L2, false)                                                              \
    RUN(run_##lines##_shift_nta, lines, 1, HINT_NTA, false)                                                            \
    RUN(run_##lines##_mask, lines, 1, HINT_NONE, true)                                                                 \
    RUN(run_##lines##_mask_l1, lines, 1, HINT_L1, true)                                                                \
    RUN(run_##lines##_mask_l2, lines, 1, HINT_L2, true)                                                                \
    RUN(run_##lines##_mask_nta, lines, 1, HINT_NTA, true)

#define RUN_TOKENS(tokens)                                                                                             \
    RUN(run_tokens_##tokens, 1, tokens, HINT_NONE, true)                                                               \
    RUN(run_tokens_##tokens##_l2, 1, tokens, HINT_L2, true)

RUN_TOKEN(1)
RUN_TOKEN(2)
RUN_TOKEN(4)
RUN_TOKENS(2)
RUN_TOKENS(3)
RUN_TOKENS(4)
RUN_TOKENS(5)
RUN_TOKENS(6)

#define ROW_TOKEN(lines)                                                                                               \
    [lines] = {{run_##lines##_shift, run_##lines##_shift_l1, run_##lines##_shift_l2, run_##lines##_shift_nta},         \
               {run_##lines##_mask, run_##lines##_mask_l1, run_##lines##_mask_l2, run_##lines##_mask_nta}}

/* One token: by lines, masks and hint. */
static tern_stage_fn *const run_token[5][2][4] = {ROW_TOKEN(1), ROW_TOKEN(2), ROW_TOKEN(4)};

/* Several tokens: by their number and whether to prefetch. */
static tern_stage_fn *const run_tokens[UNITS + 1][2] = {
    [2] = {run_tokens_2, run_tokens_2_l2}, [3] = {run_tokens_3, run_tokens_3_l2}, [4] = {run_tokens_4, run_tokens_4_l2},
    [5] = {run_tokens_5, run_tokens_5_l2}, [6] = {run_tokens_6, run_tokens_6_l2},
};

VNNI_INLINE void vnni512_unpack(const uint8_t *line, uint8_t *codes)
{
    const fields f = split(line, false);

    _mm512_store_si512(codes, f.code[0]);
    _mm512_store_si512(codes + VNNI_LINE, f.code[1]);
    _mm512_store_si512(codes + 2 * VNNI_LINE, f.code[2]);
    _mm512_store_si512(codes + 3 * VNNI_LINE, f.code[3]);
}

static vnni512_plan plan(const tern_problem *problem)
{
    return (vnni512_plan){(size_t)problem->toggle[BLOCK], problem->toggle[PREFETCH] > 0};
}

static void run_many(const tern_call *call, tern_slice rows)
{
    vnni512_run(call, rows, plan(call->problem));
}

static bool unpacks(const tern_problem *problem)
{
    return problem->shape.n > 1 && problem->shape.n >= (size_t)problem->toggle[UNPACK];
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return unpacks(problem) ? vnni512_scratch_bytes(problem, plan(problem)) : 0;
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    const int32_t *toggle = problem->toggle;
    const int hint = toggle[PREFETCH] == 0 ? HINT_NONE : toggle[HINT];

    if (toggle[UNROLL] == 3)
        return "unroll must be 1, 2 or 4";
    if (unpacks(problem))
        *stages = (tern_stages){vnni512_prepare, vnni_tiles(problem->shape.n, VNNI512_TOKENS), run_many};
    else if (problem->shape.n == 1)
        stages->run = run_token[toggle[UNROLL]][toggle[MASKS] != 0][hint];
    else
        stages->run = run_tokens[problem->shape.n][hint != HINT_NONE];
    return NULL;
}

const tern_kernel tern_kernel_vnni2 = {
    TERN_KERNEL_HEAD,
    .name = "vnni2",
    .summary = "2-bit weights, AVX-512 VNNI multiply-adds of unsigned codes",
    .refines = "avx2",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI,
    .bits_per_weight = 2.0,
    .multiple = {1, 1, 1},
    .tile = {VNNI_ROWS, COLUMNS, VNNI512_TOKENS},
    .row_step = VNNI_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = packed_bytes,
    .pack_rows = pack_rows,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
};
