/*
 * vnni.t5 - five weights in a byte, 1.6 bits each, VPDPBUSD on zmm without unpacking.
 *
 * Of the base-3 number n of five codes, 0..242, the byte holds q, the whole number nearest to 256 (n + 1/2) / 243: a fraction q / 256
 * whose first ternary digits are the codes. With x0 = q and x(i+1) = 3 xi mod 256, two byte additions, code i is
 * (3 xi - x(i+1)) / 256. So the sum of ai times code i is (3 sum ai xi - sum ai x(i+1)) / 256, exactly: ten multiply-adds on
 * bytes as they are and ten additions do 320 weights, 10 cycles a line, no table and no compare. That is faster than memory
 * delivers the line, so with W in memory the bound is bandwidth and a weight costs 0.8 of what two bits cost; in cache it is these
 * 20 instructions. Each digit has sums of its own: ten chains, which hide the latency of a multiply-add.
 *
 * From three tokens on, W is unpacked first (vnni512.h): q and 256 - q mirror each other, digit by digit, so one look-up
 * in 128 bytes gives four digits of |q|, as fields of 2 bits, and two compares give the first. Some 17 instructions a line.
 */
#define VNNI512_DIGITS 5
#include "vnni512.h"

enum {
    DIGITS = VNNI512_DIGITS,
    COLUMNS = VNNI_STEP * DIGITS, /* of a line */
    TOKENS = 2,                   /* that W is used for as it is packed, at most */
    MAX_LINES = 1600              /* that sums of up to 256 * 2 * 128 a weight last for, below 2^31 */
};

enum { PREFETCH, HINT, UNPACK, BLOCK };
enum { HINT_NONE, HINT_L1, HINT_L2 };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 96, 0, 1024},
    [HINT] = {"hint", "of the prefetches: 1 to L1, 2 to L2", "prefetch", 2, 1, 2},
    [UNPACK] = {"unpack", "tokens from which on W is unpacked first", NULL, 3, 1, 3},
    [BLOCK] = {"block", "lines of two panels unpacked at a time", NULL, 48, 1, 4096},
    {NULL, NULL, NULL, 0, 0, 0},
};

static size_t packed_bytes(const tern_problem *problem)
{
    return vnni_packed_bytes(problem->shape, DIGITS);
}

/* Four bytes at a time: no number exceeds 242. */
static uint32_t encode(const int8_t *w)
{
    uint32_t n = vnni_codes(w), q = 0;

    for (size_t i = 1; i < DIGITS; i++)
        n = 3 * n + vnni_codes(w + VNNI_STEP * i);
    for (unsigned shift = 0; shift < 32; shift += 8)
        q |= (512 * (n >> shift & 0xFF) + 499) / 486 << shift;
    return q;
}

static void pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    vnni_pack_rows(problem, w, rows, packed, DIGITS, encode);
}

/* Sums of ai xi and of ai x(i+1), by digit. */
typedef struct sums {
    vnni512_sums now[DIGITS], next[DIGITS];
} sums;

VNNI_INLINE void clear(sums *sum)
{
    const vnni512_sums zero = (vnni512_sums)_mm512_setzero_si512();

    *sum = (sums){{zero, zero, zero, zero, zero}, {zero, zero, zero, zero, zero}};
}

/* What a line adds to the sums of one digit of all tokens; returns what it leaves to the next. `digit` is a constant. */
VNNI_INLINE __m512i add_digit(sums *sum, __m512i now, const int8_t *x, size_t stride, size_t tokens, int digit)
{
    const __m512i next = _mm512_add_epi8(_mm512_add_epi8(now, now), now);

    vnni512_add(&sum[0].now[digit], now, vnni512_spread(x + VNNI_STEP * digit));
    vnni512_add(&sum[0].next[digit], next, vnni512_spread(x + VNNI_STEP * digit));
    if (tokens > 1) {
        vnni512_add(&sum[1].now[digit], now, vnni512_spread(x + stride + VNNI_STEP * digit));
        vnni512_add(&sum[1].next[digit], next, vnni512_spread(x + stride + VNNI_STEP * digit));
    }
    return next;
}

VNNI_INLINE __m512i add_digits(const vnni512_sums *v)
{
    const __m512i low = _mm512_add_epi32((__m512i)v[0], (__m512i)v[1]);

    return _mm512_add_epi32(_mm512_add_epi32(low, (__m512i)v[2]), _mm512_add_epi32((__m512i)v[3], (__m512i)v[4]));
}

VNNI_INLINE __m512i gather(const sums *sum)
{
    const __m512i now = add_digits(sum->now), thrice = _mm512_add_epi32(_mm512_add_epi32(now, now), now);

    return _mm512_srai_epi32(_mm512_sub_epi32(thrice, add_digits(sum->next)), 8);
}

/* Adds the sums of codes times x over `count` lines, `stride` bytes from token to token, to total. */
VNNI_INLINE void multiply(const uint8_t *packed, size_t count, const int8_t *x, size_t stride, size_t tokens,
                          size_t ahead, int hint, __m512i total[TOKENS])
{
    sums sum[TOKENS];

    clear(&sum[0]);
    clear(&sum[1]);
    for (; count > 0; count--, packed += VNNI_LINE, x += COLUMNS) {
        __m512i v = vnni512_load(packed);
        if (hint == HINT_L1)
            _mm_prefetch((const char *)packed + ahead, _MM_HINT_T0);
        else if (hint == HINT_L2)
            _mm_prefetch((const char *)packed + ahead, _MM_HINT_T1);
        v = add_digit(sum, v, x, stride, tokens, 0);
        v = add_digit(sum, v, x, stride, tokens, 1);
        v = add_digit(sum, v, x, stride, tokens, 2);
        v = add_digit(sum, v, x, stride, tokens, 3);
        add_digit(sum, v, x, stride, tokens, 4);
    }
    total[0] = _mm512_add_epi32(total[0], gather(&sum[0]));
    if (tokens > 1)
        total[1] = _mm512_add_epi32(total[1], gather(&sum[1]));
}

/* One token or two, W used as it is packed. */
VNNI_INLINE void run_few(const tern_call *call, tern_slice rows, size_t tokens, int hint)
{
    const tern_shape shape = call->problem->shape;
    const size_t lines = vnni_lines(shape, DIGITS), whole = shape.k / COLUMNS;
    const size_t ahead = (size_t)call->problem->toggle[PREFETCH] * VNNI_LINE;
    const uint8_t *packed = (const uint8_t *)call->packed + rows.begin / VNNI_ROWS * lines * VNNI_LINE;
    int8_t last[TOKENS * COLUMNS] = {0}; /* x of the line that X ends in */
    __m512i start[TOKENS];

    for (size_t n = 0; n < tokens; n++) {
        const int8_t *x = call->x + n * shape.k;
        start[n] = _mm512_set1_epi32(-vnni_sum(x, shape.k));
        memcpy(last + n * COLUMNS, x + whole * COLUMNS, shape.k - whole * COLUMNS);
    }
    for (size_t m = rows.begin; m < rows.end; m += VNNI_ROWS) {
        __m512i total[TOKENS];
        memcpy(total, start, tokens * sizeof *total);
        for (size_t line = 0, count; line < lines; line += count, packed += count * VNNI_LINE) {
            const bool tail = line == whole;
            count = tail ? 1 : vnni_smaller(whole - line, MAX_LINES);
            multiply(packed, count, tail ? last : call->x + line * COLUMNS, tail ? COLUMNS : shape.k, tokens, ahead,
                     hint, total);
        }
        for (size_t n = 0; n < tokens; n++)
            vnni512_store(call->y + n * shape.m, m / VNNI_ROWS, rows.end, total[n]);
    }
}

#define RUN(name, tokens, hint)                                                                                        \
    static void name(const tern_call *call, tern_slice rows)                                                           \
    {                                                                                                                  \
        run_few(call, rows, tokens, hint);                                                                             \
    }

RUN(run_1, 1, HINT_NONE)
RUN(run_1_l1, 1, HINT_L1)
RUN(run_1_l2, 1, HINT_L2)
RUN(run_2, 2, HINT_NONE)
RUN(run_2_l1, 2, HINT_L1)
RUN(run_2_l2, 2, HINT_L2)

/* By tokens and hint. */
static tern_stage_fn *const run_table[TOKENS + 1][3] = {
    [1] = {run_1, run_1_l1, run_1_l2},
    [2] = {run_2, run_2_l1, run_2_l2},
};

/* Digits 1 to 4 of the q whose lowest 7 bits are a, 1..128, as fields of 2 bits. */
#define NUMBER(a)   (243 * ((a) ? (a) : 128) / 256)
#define FIELDS(a)   (NUMBER(a) / 27 % 3 | NUMBER(a) / 9 % 3 << 2 | NUMBER(a) / 3 % 3 << 4 | NUMBER(a) % 3 << 6)
#define FIELDS4(a)  FIELDS(a), FIELDS(a + 1), FIELDS(a + 2), FIELDS(a + 3)
#define FIELDS16(a) FIELDS4(a), FIELDS4(a + 4), FIELDS4(a + 8), FIELDS4(a + 12)
#define FIELDS64(a) FIELDS16(a), FIELDS16(a + 16), FIELDS16(a + 32), FIELDS16(a + 48)

static const uint8_t low_digits[128] __attribute__((aligned(64))) = {FIELDS64(0), FIELDS64(64)};

VNNI_INLINE void vnni512_unpack(const uint8_t *line, uint8_t *codes)
{
    const __m512i q = vnni512_load(line), field = _mm512_set1_epi8(3);
    const __m512i found =
        _mm512_permutex2var_epi8(vnni512_load(low_digits), _mm512_abs_epi8(q), vnni512_load(low_digits + 64));
    const __m512i low = _mm512_mask_sub_epi8(found, _mm512_movepi8_mask(q), _mm512_set1_epi8((char)0xAA), found);
    const __mmask64 one = _mm512_cmpge_epu8_mask(q, _mm512_set1_epi8(86));
    const __mmask64 two = _mm512_cmpge_epu8_mask(q, _mm512_set1_epi8((char)171));
    const __m512i first = _mm512_maskz_mov_epi8(one, _mm512_set1_epi8(1));

    _mm512_store_si512(codes, _mm512_mask_mov_epi8(first, two, _mm512_set1_epi8(2)));
    _mm512_store_si512(codes + VNNI_LINE, _mm512_and_si512(low, field));
    _mm512_store_si512(codes + 2 * VNNI_LINE, _mm512_and_si512(_mm512_srli_epi16(low, 2), field));
    _mm512_store_si512(codes + 3 * VNNI_LINE, _mm512_and_si512(_mm512_srli_epi16(low, 4), field));
    _mm512_store_si512(codes + 4 * VNNI_LINE, _mm512_and_si512(_mm512_srli_epi16(low, 6), field));
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
    return problem->shape.n >= (size_t)problem->toggle[UNPACK];
}

static size_t scratch_bytes(const tern_problem *problem)
{
    return unpacks(problem) ? vnni512_scratch_bytes(problem, plan(problem)) : 0;
}

static const char *bind(const tern_problem *problem, tern_stages *stages)
{
    const int32_t *toggle = problem->toggle;

    if (unpacks(problem))
        *stages = (tern_stages){vnni512_prepare, vnni_tiles(problem->shape.n, VNNI512_TOKENS), run_many};
    else
        stages->run = run_table[problem->shape.n][toggle[PREFETCH] ? toggle[HINT] : HINT_NONE];
    return NULL;
}

const tern_kernel tern_kernel_vnni_t5 = {
    TERN_KERNEL_HEAD,
    .name = "vnni.t5",
    .summary = "five weights in a byte (1.6 bits each), AVX-512 VNNI multiply-adds of the bytes as they are",
    .refines = "vnni2",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI,
    .bits_per_weight = 1.6,
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
