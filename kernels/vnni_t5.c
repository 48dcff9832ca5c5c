/*
 * vnni.t5 - five weights in a byte, 1.6 bits each, VPDPBUSD on zmm.
 *
 * Of the base-3 number n of five codes, 0..242, the byte holds q, the whole number nearest to 256 (n + 1/2) / 243: a
 * fraction q / 256 whose first ternary digits are the codes. With x0 = q and x(i+1) = 3 xi mod 256, two byte
 * additions, code i is (3 xi - x(i+1)) / 256. So the sum of ai times code i is (3 sum ai xi - sum ai x(i+1)) / 256,
 * exactly: with digits=0 ten multiply-adds on bytes as they are and ten additions do 320 weights of one token, 10
 * cycles a line, no table and no compare.
 *
 * Or digits are looked up: q and 256 - q mirror each other, digit by digit, so one look-up in 128 bytes gives four
 * digits of |q|, as fields of 2 bits, and two compares give the first. That is 14 instructions a line, and 5
 * multiply-adds a token, where fields are used in place (vnni_few.h); 17 where W is unpacked (vnni512.h). For one
 * token from memory this is 2 to 4 hundredths faster than the bytes. The bound is bandwidth then, and a weight costs
 * 0.83 to 0.86 of what two bits cost; in cache it is the instructions. At 32 tokens `fused` loses one to two
 * hundredths here, and blocks of twice the size a tenth.
 */
#define VNNI_DIGITS 5
#include "common.h"
#include "vnni512.h"
#include "vnni_pack.h"

enum { MAX_LINES = 1600 }; /* that sums of up to 256 * 2 * 128 a weight last for, below 2^31 */

enum { PREFETCH, HINT, DIGITS, UNPACK, BLOCK, FUSED };

static const tern_toggle toggles[] = {
    [PREFETCH] = {"prefetch", "cache lines of packed W to prefetch ahead", NULL, 96, 0, 1024},
    [HINT] = {"hint", "of the prefetches, where digits is off: 1 to L1, 2 to L2", "prefetch", 2, 1, 2},
    [DIGITS] = {"digits", "look the digits up, one token; off: multiply bytes as they are", NULL, 1, 0, 1},
    [UNPACK] = {"unpack", "tokens from which on W is unpacked first", NULL, 7, 2, 7},
    [BLOCK] = {"block", "lines of two panels unpacked at a time", NULL, 48, 1, 4096},
    [FUSED] = {"fused", "unpack a block while the first tokens use it", NULL, 0, 0, 1},
    {NULL, NULL, NULL, 0, 0, 0},
};

/* Of 4 lines by 4 bytes, where in a row's weights the last four digits stand, and the first. */
#define LAST(line, j)     20 * (line) + 4 + (j), 20 * (line) + 8 + (j), 20 * (line) + 12 + (j), 20 * (line) + 16 + (j)
#define FIRST(line, j)    20 * (line) + (j), 20 * (line) + (j), 0, 0
#define OF_LINE(DO, line) DO(line, 0), DO(line, 1), DO(line, 2), DO(line, 3)
#define OF_LINES(DO)      OF_LINE(DO, 0), OF_LINE(DO, 1), OF_LINE(DO, 2)

static const uint8_t last_digits[VNNI_LINE] __attribute__((aligned(VNNI_LINE))) = {OF_LINES(LAST)};
static const uint8_t first_digits[VNNI_LINE] __attribute__((aligned(VNNI_LINE))) = {OF_LINES(FIRST)};

/* q of 32 numbers, given as 2 n + 1: n + 1 + 13 (2 n + 1) / 486, rounded down. */
VNNI_INLINE __m512i quantise(__m512i odd)
{
    const __m512i part = _mm512_mulhi_epu16(odd, _mm512_set1_epi16(65536 * 13 / 486));

    return _mm512_add_epi16(_mm512_add_epi16(_mm512_srli_epi16(odd, 1), _mm512_set1_epi16(1)), part);
}

VNNI_INLINE __m512i vnni_encode(const __m512i rows[4])
{
    const __m512i last = _mm512_set1_epi32(54 | 18 << 8 | 6 << 16 | 2 << 24), first = _mm512_set1_epi32(81 | 81 << 8);
    __m512i odd[4];

    for (size_t i = 0; i < 4; i++) {
        const __m512i codes = _mm512_add_epi8(rows[i], _mm512_set1_epi8(1));
        odd[i] =
            _mm512_dpbusd_epi32(_mm512_set1_epi32(1), _mm512_permutexvar_epi8(vnni_load(first_digits), codes), first);
        odd[i] = _mm512_dpbusd_epi32(odd[i], _mm512_permutexvar_epi8(vnni_load(last_digits), codes), last);
    }
    return _mm512_packus_epi16(quantise(_mm512_packus_epi32(odd[0], odd[1])),
                               quantise(_mm512_packus_epi32(odd[2], odd[3])));
}

static void pack_rows(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    vnni_pack_rows(problem, w, rows, packed);
}

/* Sums of ai xi and of ai x(i+1), by digit. */
typedef struct sums {
    vnni_sums now[VNNI_DIGITS], next[VNNI_DIGITS];
} sums;

/* What a line adds to the sums of one digit; returns what it leaves to the next. `digit` is a constant. */
VNNI_INLINE __m512i add_digit(sums *sum, __m512i now, const int8_t *x, int digit)
{
    const __m512i next = _mm512_add_epi8(_mm512_add_epi8(now, now), now), v = vnni_spread(x + VNNI_STEP * digit);

    vnni_add(&sum->now[digit], now, v);
    vnni_add(&sum->next[digit], next, v);
    return next;
}

VNNI_INLINE __m512i add_digits(const vnni_sums *v)
{
    const __m512i low = _mm512_add_epi32((__m512i)v[0], (__m512i)v[1]);

    return _mm512_add_epi32(_mm512_add_epi32(low, (__m512i)v[2]), _mm512_add_epi32((__m512i)v[3], (__m512i)v[4]));
}

/* The sum of codes times x over `count` lines. */
VNNI_INLINE __m512i multiply(const uint8_t *packed, size_t count, const int8_t *x, size_t ahead, int hint)
{
    const vnni_sums zero = (vnni_sums)_mm512_setzero_si512();
    sums sum = {{zero, zero, zero, zero, zero}, {zero, zero, zero, zero, zero}};
    __m512i now;

    for (; count > 0; count--, packed += VNNI_LINE, x += VNNI_COLUMNS) {
        __m512i v = vnni_load(packed);
        common_prefetch(packed + ahead, hint);
        v = add_digit(&sum, v, x, 0);
        v = add_digit(&sum, v, x, 1);
        v = add_digit(&sum, v, x, 2);
        v = add_digit(&sum, v, x, 3);
        add_digit(&sum, v, x, 4);
    }
    now = add_digits(sum.now);
    now = _mm512_add_epi32(_mm512_add_epi32(now, now), now);
    return _mm512_srai_epi32(_mm512_sub_epi32(now, add_digits(sum.next)), 8);
}

/* One token, bytes as they are. */
VNNI_INLINE void run_bytes(const tern_call *call, tern_slice rows, int hint)
{
    const tern_shape shape = call->problem->shape;
    const size_t lines = vnni_lines(shape), whole = shape.k / VNNI_COLUMNS;
    const size_t ahead = (size_t)call->problem->toggle[PREFETCH] * VNNI_LINE;
    const uint8_t *packed = (const uint8_t *)call->packed + rows.begin / VNNI_ROWS * lines * VNNI_LINE;
    const __m512i start = _mm512_set1_epi32(-vnni_sum(call->x, shape.k));
    int8_t last[VNNI_COLUMNS] = {0}; /* x of the line that X ends in */

    memcpy(last, call->x + whole * VNNI_COLUMNS, shape.k - whole * VNNI_COLUMNS);
    for (size_t m = rows.begin; m < rows.end; m += VNNI_ROWS) {
        __m512i total = start;
        for (size_t line = 0, count; line < lines; line += count, packed += count * VNNI_LINE) {
            const bool tail = line == whole;
            count = tail ? 1 : common_smaller(whole - line, MAX_LINES);
            total = _mm512_add_epi32(total,
                                     multiply(packed, count, tail ? last : call->x + line * VNNI_COLUMNS, ahead, hint));
        }
        vnni_store(call->y, m / VNNI_ROWS, rows.end, total);
    }
}

#define RUN_BYTES(name, hint)                                                                                          \
    static void name(const tern_call *call, tern_slice rows)                                                           \
    {                                                                                                                  \
        run_bytes(call, rows, hint);                                                                                   \
    }

RUN_BYTES(run_bytes_plain, COMMON_HINT_NONE)
RUN_BYTES(run_bytes_l1, COMMON_HINT_L1)
RUN_BYTES(run_bytes_l2, COMMON_HINT_L2)

/* One token: by hint. */
static tern_stage_fn *const run_token[] = {run_bytes_plain, run_bytes_l1, run_bytes_l2};

/* Digits 1 to 4 of the q whose lowest 7 bits are a, 1..128, as fields of 2 bits. */
#define NUMBER(a)   (243 * ((a) ? (a) : 128) / 256)
#define FIELDS(a)   (NUMBER(a) / 27 % 3 | NUMBER(a) / 9 % 3 << 2 | NUMBER(a) / 3 % 3 << 4 | NUMBER(a) % 3 << 6)
#define FIELDS4(a)  FIELDS(a), FIELDS(a + 1), FIELDS(a + 2), FIELDS(a + 3)
#define FIELDS16(a) FIELDS4(a), FIELDS4(a + 4), FIELDS4(a + 8), FIELDS4(a + 12)
#define FIELDS64(a) FIELDS16(a), FIELDS16(a + 16), FIELDS16(a + 32), FIELDS16(a + 48)

static const uint8_t low_digits[128] __attribute__((aligned(VNNI_LINE))) = {FIELDS64(0), FIELDS64(64)};

VNNI_INLINE vnni_codes vnni_split(const uint8_t *line, bool masks)
{
    const __m512i q = vnni_load(line), field = _mm512_set1_epi8(3);
    const __m512i found =
        _mm512_permutex2var_epi8(vnni_load(low_digits), _mm512_abs_epi8(q), vnni_load(low_digits + 64));
    const __m512i low = _mm512_mask_sub_epi8(found, _mm512_movepi8_mask(q), _mm512_set1_epi8((char)0xAA), found);
    const __mmask64 one = _mm512_cmpge_epu8_mask(q, _mm512_set1_epi8(86));
    const __mmask64 two = _mm512_cmpge_epu8_mask(q, _mm512_set1_epi8((char)171));
    const __m512i first =
        _mm512_mask_mov_epi8(_mm512_maskz_mov_epi8(one, _mm512_set1_epi8(1)), two, _mm512_set1_epi8(2));

    if (masks)
        return (vnni_codes){{first, _mm512_and_si512(low, field), _mm512_and_si512(low, _mm512_set1_epi8(0x0C)),
                             _mm512_and_si512(low, _mm512_set1_epi8(0x30)),
                             _mm512_and_si512(low, _mm512_set1_epi8((char)0xC0))}};
    return (vnni_codes){{first, _mm512_and_si512(low, field), _mm512_and_si512(_mm512_srli_epi16(low, 2), field),
                         _mm512_and_si512(_mm512_srli_epi16(low, 4), field),
                         _mm512_and_si512(_mm512_srli_epi16(low, 6), field)}};
}

#define RUN_TOKENS(tokens)                                                                                             \
    VNNI_RUN_FEW(run_##tokens, PREFETCH, 1, tokens, COMMON_HINT_NONE, true)                                            \
    VNNI_RUN_FEW(run_##tokens##_l2, PREFETCH, 1, tokens, COMMON_HINT_L2, true)

RUN_TOKENS(1)
RUN_TOKENS(2)
RUN_TOKENS(3)
RUN_TOKENS(4)
RUN_TOKENS(5)
RUN_TOKENS(6)

/* Digits looked up: by tokens and whether to prefetch. */
static tern_stage_fn *const run_tokens[VNNI_UNITS + 1][2] = {
    [1] = {run_1, run_1_l2}, [2] = {run_2, run_2_l2}, [3] = {run_3, run_3_l2},
    [4] = {run_4, run_4_l2}, [5] = {run_5, run_5_l2}, [6] = {run_6, run_6_l2},
};

static vnni512_plan plan(const tern_problem *problem)
{
    const int32_t *toggle = problem->toggle;

    return (vnni512_plan){(size_t)toggle[BLOCK], toggle[PREFETCH] != 0, toggle[FUSED] != 0};
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
    const int hint = toggle[PREFETCH] == 0 ? COMMON_HINT_NONE : toggle[HINT];

    if (unpacks(problem))
        *stages = (tern_stages){vnni_prepare, vnni_prepare_units(problem->shape), run_many};
    else if (problem->shape.n == 1 && !toggle[DIGITS])
        stages->run = run_token[hint];
    else
        stages->run = run_tokens[problem->shape.n][hint != COMMON_HINT_NONE];
    return NULL;
}

const tern_kernel tern_kernel_vnni_t5 = {
    TERN_KERNEL_HEAD,
    .name = "vnni.t5",
    .summary = "five weights in a byte (1.6 bits each), AVX-512 VNNI multiply-adds",
    .refines = "vnni.2bit",
    .isa = TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI,
    .bits_per_weight = 1.6,
    .multiple = {1, 1, 1},
    .tile = {VNNI_ROWS, VNNI_COLUMNS, VNNI_TOKENS},
    .row_step = VNNI_ROWS,
    .packed_align = 64,
    .x_align = 1,
    .y_align = 4,
    .toggles = toggles,
    .packed_bytes = vnni_packed_bytes,
    .scratch_bytes = scratch_bytes,
    .bind = bind,
    .pack_rows = pack_rows,
};
