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
    UNITS = 6,                    /* panels times tokens, at most, that have four sums each in registers */
    MAX_LINES = 1 << 14           /* that sums of up to 64 * 2 * 128 a product last for, well below 2^31 */
};

enum { PREFETCH, NTA, PANELS, MASKS, UNPACK, BLOCK };
enum { HINT_NONE, HINT_NEAR, HINT_NTA };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 10, 0, 256},
    [NTA] = {"nta", "prefetch with the non-temporal hint, one token", "prefetch", 0, 0, 1},
    [PANELS] = {"panels", "panels of 16 rows that share a pass over x, one token: 1, 2 or 4", NULL, 1, 1, 4},
    [MASKS] = {"masks", "mask the fields where they are, one token; off: shift each, then mask", NULL, 1, 0, 1},
    [UNPACK] = {"unpack", "tokens from which on W is unpacked first", NULL, 7, 2, 7},
    [BLOCK] = {"block", "lines of 16 columns unpacked at a time, in pairs of panels", NULL, 64, 1, 4096},
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

static size_t pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    return vnni_pack(problem, w, packed, DIGITS, encode);
}

/* How run_few() goes; all constants at its call. */
typedef struct way {
    size_t panels, tokens; /* that share a pass */
    int hint;
    bool masks;
} way;

/* Sums of 16 rows, one of each field. */
typedef struct fields {
    __m512i field[DIGITS];
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

VNNI_INLINE void clear(fields *sum)
{
    sum->field[0] = sum->field[1] = sum->field[2] = sum->field[3] = _mm512_setzero_si512();
}

VNNI_INLINE void add_line(fields *sum, const uint8_t *packed, const int8_t *x, bool masks)
{
    const fields code = split(packed, masks);

    sum->field[0] = _mm512_dpbusd_epi32(sum->field[0], code.field[0], vnni512_spread(x));
    sum->field[1] = _mm512_dpbusd_epi32(sum->field[1], code.field[1], vnni512_spread(x + 4));
    sum->field[2] = _mm512_dpbusd_epi32(sum->field[2], code.field[2], vnni512_spread(x + 8));
    sum->field[3] = _mm512_dpbusd_epi32(sum->field[3], code.field[3], vnni512_spread(x + 12));
}

/* The sum of all fields, each divided by what masks left it too large by. */
VNNI_INLINE __m512i gather(const fields *sum, bool masks)
{
    const __m512i *v = sum->field;

    if (masks)
        return _mm512_add_epi32(_mm512_add_epi32(v[0], _mm512_srai_epi32(v[1], 2)),
                                _mm512_add_epi32(_mm512_srai_epi32(v[2], 4), _mm512_srai_epi32(v[3], 6)));
    return _mm512_add_epi32(_mm512_add_epi32(v[0], v[1]), _mm512_add_epi32(v[2], v[3]));
}

VNNI_INLINE void prefetch(const uint8_t *line, int hint)
{
    if (hint == HINT_NEAR)
        _mm_prefetch((const char *)line, _MM_HINT_T0);
    else if (hint == HINT_NTA)
        _mm_prefetch((const char *)line, _MM_HINT_NTA);
}

/* A pass over x serves units: panel u / tokens with token u % tokens. As text, so that only constants index the sums. */
#define EACH_UNIT(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5)
#define IF_UNIT(u)    if (u < how.panels * how.tokens)

/* Sums of codes times x, of how.panels panels and all tokens. last: x of the line that X ends in, 16 bytes a token. */
VNNI_INLINE void multiply(const tern_call *call, size_t panel, way how, const int8_t *last, __m512i total[UNITS])
{
    const tern_shape shape = call->problem->shape;
    const size_t lines = vnni_lines(shape, DIGITS), whole = shape.k / COLUMNS, panel_bytes = lines * VNNI_LINE;
    const size_t ahead = (size_t)call->problem->toggle[PREFETCH] * VNNI_LINE;
    const uint8_t *packed = (const uint8_t *)call->packed + panel * panel_bytes;

#define BEGIN(u) IF_UNIT(u) total[u] = _mm512_setzero_si512();
#define CLEAR(u) IF_UNIT(u) clear(&sum[u]);
#define ADD(u)                                                                                                         \
    IF_UNIT(u) add_line(&sum[u], packed + u / how.tokens * panel_bytes, x + u % how.tokens * stride, how.masks);
#define FLUSH(u) IF_UNIT(u) total[u] = _mm512_add_epi32(total[u], gather(&sum[u], how.masks));

    EACH_UNIT(BEGIN)
    for (size_t line = 0, count; line < lines; line += count) {
        const int8_t *x = line < whole ? call->x + line * COLUMNS : last;
        const size_t stride = line < whole ? shape.k : COLUMNS;
        fields sum[UNITS];

        count = line < whole ? vnni_smaller(whole - line, MAX_LINES) : 1;
        EACH_UNIT(CLEAR)
        for (size_t i = 0; i < count; i++, packed += VNNI_LINE, x += COLUMNS) {
            for (size_t p = 0; p < how.panels; p++)
                prefetch(packed + p * panel_bytes + ahead, how.hint);
            EACH_UNIT(ADD)
        }
        EACH_UNIT(FLUSH)
    }
}

VNNI_INLINE void run_panels(const tern_call *call, size_t panel, size_t end, way how, const int8_t *last,
                            const int32_t *x_sum)
{
    const tern_shape shape = call->problem->shape;
    __m512i total[UNITS];

    multiply(call, panel, how, last, total);
#define STORE(u)                                                                                                       \
    IF_UNIT(u)                                                                                                         \
    vnni512_store(call->y + u % how.tokens * shape.m, panel + u / how.tokens, end,                                     \
                  _mm512_sub_epi32(total[u], _mm512_set1_epi32(x_sum[u % how.tokens])));
    EACH_UNIT(STORE)
}

/* Up to UNITS tokens, W used as it is packed. */
VNNI_INLINE void run_few(const tern_call *call, tern_slice rows, way how)
{
    const tern_shape shape = call->problem->shape;
    const size_t whole = shape.k / COLUMNS * COLUMNS, end = (rows.end + VNNI_ROWS - 1) / VNNI_ROWS;
    const way alone = {1, how.tokens, how.hint, how.masks};
    int8_t last[UNITS * COLUMNS] = {0};
    int32_t x_sum[UNITS];
    size_t panel = rows.begin / VNNI_ROWS;

    for (size_t n = 0; n < how.tokens; n++) {
        x_sum[n] = vnni_sum(call->x + n * shape.k, shape.k);
        memcpy(last + n * COLUMNS, call->x + n * shape.k + whole, shape.k - whole);
    }
    for (; panel + how.panels <= end; panel += how.panels)
        run_panels(call, panel, rows.end, how, last, x_sum);
    for (; panel < end; panel++)
        run_panels(call, panel, rows.end, alone, last, x_sum);
}

#define RUN(name, ...)                                                                                                 \
    static void name(const tern_call *call, tern_slice rows)                                                           \
    {                                                                                                                  \
        run_few(call, rows, (way){__VA_ARGS__});                                                                       \
    }

#define RUN_TOKEN(panels)                                                                                              \
    RUN(run_##panels##_plain_shift, panels, 1, HINT_NONE, false)                                                       \
    RUN(run_##panels##_near_shift, panels, 1, HINT_NEAR, false)                                                        \
    RUN(run_##panels##_nta_shift, panels, 1, HINT_NTA, false)                                                          \
    RUN(run_##panels##_plain_mask, panels, 1, HINT_NONE, true)                                                         \
    RUN(run_##panels##_near_mask, panels, 1, HINT_NEAR, true)                                                          \
    RUN(run_##panels##_nta_mask, panels, 1, HINT_NTA, true)

#define RUN_TOKENS(tokens)                                                                                             \
    RUN(run_tokens_##tokens, 1, tokens, HINT_NONE, true)                                                               \
    RUN(run_tokens_##tokens##_near, 1, tokens, HINT_NEAR, true)

RUN_TOKEN(1)
RUN_TOKEN(2)
RUN_TOKEN(4)
RUN_TOKENS(2)
RUN_TOKENS(3)
RUN_TOKENS(4)
RUN_TOKENS(5)
RUN_TOKENS(6)

#define ROW_TOKEN(panels)                                                                                              \
    [panels] = {{run_##panels##_plain_shift, run_##panels##_near_shift, run_##panels##_nta_shift},                     \
                {run_##panels##_plain_mask, run_##panels##_near_mask, run_##panels##_nta_mask}}

/* One token: by panels, masks and hint. */
static tern_stage_fn *const run_token[5][2][3] = {ROW_TOKEN(1), ROW_TOKEN(2), ROW_TOKEN(4)};

/* Several tokens: by their number and whether to prefetch. */
static tern_stage_fn *const run_tokens[UNITS + 1][2] = {
    [2] = {run_tokens_2, run_tokens_2_near}, [3] = {run_tokens_3, run_tokens_3_near},
    [4] = {run_tokens_4, run_tokens_4_near}, [5] = {run_tokens_5, run_tokens_5_near},
    [6] = {run_tokens_6, run_tokens_6_near},
};

VNNI_INLINE void vnni512_unpack(const uint8_t *line, uint8_t *codes)
{
    const fields code = split(line, false);

    _mm512_store_si512(codes, code.field[0]);
    _mm512_store_si512(codes + VNNI_LINE, code.field[1]);
    _mm512_store_si512(codes + 2 * VNNI_LINE, code.field[2]);
    _mm512_store_si512(codes + 3 * VNNI_LINE, code.field[3]);
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
    const int hint = toggle[PREFETCH] == 0 ? HINT_NONE : toggle[NTA] ? HINT_NTA : HINT_NEAR;

    if (toggle[PANELS] == 3)
        return "panels must be 1, 2 or 4";
    if (unpacks(problem))
        *stages = (tern_stages){vnni512_prepare, vnni_tiles(problem->shape.n, VNNI512_TOKENS), run_many};
    else if (problem->shape.n == 1)
        stages->run = run_token[toggle[PANELS]][toggle[MASKS] != 0][hint];
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
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
};
