/*
 * ops_body.h - the functions of ops.h, on lanes. Included once for each instruction set, after its lanes_*.h.
 */
#include "decode/ops/ops.h"

#include "decode/ops/ops_rows.h"

/* Fewer than 16 at the end: the rest is zeros, or what fill says. */
INLINE lanes load_some(const float *x, size_t left, float fill)
{
    float room[16];

    if (left >= 16)
        return lanes_load(x);
    lanes_store(room, lanes_set(fill));
    memcpy(room, x, left * sizeof *x);
    return lanes_load(room);
}

INLINE lanes load_some_i32(const int32_t *x, size_t left)
{
    int32_t room[16] = {0};

    if (left >= 16)
        return lanes_from_i32(x);
    memcpy(room, x, left * sizeof *x);
    return lanes_from_i32(room);
}

INLINE void store_some(float *x, size_t left, lanes a)
{
    float room[16];

    if (left >= 16) {
        lanes_store(x, a);
        return;
    }
    lanes_store(room, a);
    memcpy(x, room, left * sizeof *x);
}

INLINE void store_some_i8(int8_t *x, size_t left, lanes a)
{
    int8_t room[16];

    if (left >= 16) {
        lanes_to_i8(x, a);
        return;
    }
    lanes_to_i8(room, a);
    memcpy(x, room, left);
}

/*
 * e^x for x <= 0, 0 below -87: n ln 2 is taken off, in two parts, so that |r| <= ln 2 / 2, and a polynomial gives e^r
 * (coefficients of Moshier's Cephes library, expf). Relative error below 2e-7.
 */
INLINE lanes exp_of(lanes x)
{
    static const float c[] = {1.9875691500e-4f,
                              1.3981999507e-3f,
                              8.3334519073e-3f,
                              4.1665795894e-2f,
                              1.6666665459e-1f,
                              5.0000001201e-1f,
                              1.0f,
                              1.0f};
    const lanes magic = lanes_set(0x1.8p23f), t = lanes_fma(x, lanes_set(0x1.715476p0f), magic);
    const lanes n = lanes_sub(t, magic);
    const lanes r = lanes_fma(n, lanes_set(-0x1.7f7d1cp-20f), lanes_fma(n, lanes_set(-0x1.62e400p-1f), x));
    lanes y = lanes_set(c[0]);

    for (int i = 1; i < 8; i++)
        y = lanes_fma(y, r, lanes_set(c[i]));
    return lanes_if_less(x, lanes_set(-87.0f), lanes_set(0.0f), lanes_mul(y, lanes_power(t)));
}

INLINE float top_of(const float *x, size_t n)
{
    lanes top = lanes_set(-INFINITY);

    for (size_t i = 0; i < n; i += 16)
        top = lanes_max(load_some(x + i, n - i, -INFINITY), top);
    return lanes_top(top);
}

static float exps(const float *x, float top, float scale, size_t n, float *out)
{
    const lanes tops = lanes_set(top), scales = lanes_set(scale);
    lanes total = lanes_set(0.0f);

    for (size_t i = 0; i < n; i += 16) {
        const lanes y = exp_of(lanes_mul(lanes_sub(load_some(x + i, n - i, -INFINITY), tops), scales));
        store_some(out + i, n - i, y);
        total = lanes_add(total, y);
    }
    return lanes_sum(total);
}

#include "decode/ops/ops_attention.h"

/* What all elements of the norm of x are multiplied by. */
INLINE float norm_factor(const float *x, size_t n, float epsilon)
{
    lanes total = lanes_set(0.0f);

    for (size_t i = 0; i < n; i += 16) {
        const lanes v = load_some(x + i, n - i, 0.0f);
        total = lanes_fma(v, v, total);
    }
    return 1.0f / sqrtf(lanes_sum(total) / (float)n + epsilon);
}

INLINE lanes normed(const float *x, const float *gain, size_t left, lanes factor)
{
    return lanes_mul(lanes_mul(load_some(x, left, 0.0f), factor), load_some(gain, left, 0.0f));
}

static void norm(const float *x, const float *gain, size_t n, float epsilon, float *out)
{
    const lanes factor = lanes_set(norm_factor(x, n, epsilon));

    for (size_t i = 0; i < n; i += 16)
        store_some(out + i, n - i, normed(x + i, gain + i, n - i, factor));
}

/* A maximum so small that 127 divided by it overflows counts as zero. */
INLINE float quantum_of(lanes top, lanes *inverse)
{
    const float most = lanes_top(top);

    *inverse = lanes_set(most < 0x1p-100f ? 0.0f : 127.0f / most);
    return most < 0x1p-100f ? 0.0f : most / 127.0f;
}

static float quantise(const float *x, size_t n, int8_t *q)
{
    lanes top = lanes_set(0.0f), inverse;

    for (size_t i = 0; i < n; i += 16)
        top = lanes_max(lanes_abs(load_some(x + i, n - i, 0.0f)), top);
    const float quantum = quantum_of(top, &inverse);
    for (size_t i = 0; i < n; i += 16)
        store_some_i8(q + i, n - i, lanes_mul(load_some(x + i, n - i, 0.0f), inverse));
    return quantum;
}

static float norm_quantise(const float *x, const float *gain, size_t n, float epsilon, int8_t *q)
{
    const lanes factor = lanes_set(norm_factor(x, n, epsilon));
    lanes top = lanes_set(0.0f), inverse;

    for (size_t i = 0; i < n; i += 16)
        top = lanes_max(lanes_abs(normed(x + i, gain + i, n - i, factor)), top);
    const float quantum = quantum_of(top, &inverse);
    for (size_t i = 0; i < n; i += 16)
        store_some_i8(q + i, n - i, lanes_mul(normed(x + i, gain + i, n - i, factor), inverse));
    return quantum;
}

static void scale_sums(const int32_t *sum, float scale, size_t n, float *out)
{
    const lanes scales = lanes_set(scale);

    for (size_t i = 0; i < n; i += 16)
        store_some(out + i, n - i, lanes_mul(load_some_i32(sum + i, n - i), scales));
}

static void scale_add(const int32_t *sum, float scale, size_t n, float *x)
{
    const lanes scales = lanes_set(scale);

    for (size_t i = 0; i < n; i += 16) {
        const lanes before = load_some(x + i, n - i, 0.0f);
        store_some(x + i, n - i, lanes_fma(load_some_i32(sum + i, n - i), scales, before));
    }
}

static void scale_rows(const int32_t *sum, float scale, const float *rows, size_t n, float *out)
{
    const lanes common = lanes_set(scale);

    for (size_t i = 0; i < n; i += 16) {
        const lanes scales = lanes_mul(common, load_some(rows + i, n - i, 0.0f));
        store_some(out + i, n - i, lanes_mul(load_some_i32(sum + i, n - i), scales));
    }
}

static void scale_add_rows(const int32_t *sum, float scale, const float *rows, size_t n, float *x)
{
    const lanes common = lanes_set(scale);

    for (size_t i = 0; i < n; i += 16) {
        const lanes scales = lanes_mul(common, load_some(rows + i, n - i, 0.0f)),
                    before = load_some(x + i, n - i, 0.0f);
        store_some(x + i, n - i, lanes_fma(load_some_i32(sum + i, n - i), scales, before));
    }
}

/* x / (1 + e^-x), of e^-|x|, which does not overflow. */
INLINE lanes silu(lanes x)
{
    const lanes zero = lanes_set(0.0f), one = lanes_set(1.0f), e = exp_of(lanes_sub(zero, lanes_abs(x)));

    return lanes_div(lanes_mul(x, lanes_if_less(x, zero, e, one)), lanes_add(one, e));
}

INLINE lanes activate(tern_activation activation, lanes x)
{
    const lanes positive = lanes_max(x, lanes_set(0.0f));

    return activation == TERN_SWIGLU ? silu(x) : lanes_mul(positive, positive);
}

static void gate_sums(tern_activation activation, const int32_t *gate, float gate_scale, const int32_t *up,
                      float up_scale, size_t n, float *out)
{
    const lanes gate_scales = lanes_set(gate_scale), up_scales = lanes_set(up_scale);

    for (size_t i = 0; i < n; i += 16) {
        const lanes g = lanes_mul(load_some_i32(gate + i, n - i), gate_scales);
        const lanes u = lanes_mul(load_some_i32(up + i, n - i), up_scales);
        store_some(out + i, n - i, lanes_mul(activate(activation, g), u));
    }
}

static void gate_floats(tern_activation activation, const float *gate, const float *up, size_t n, float *out)
{
    for (size_t i = 0; i < n; i += 16) {
        const lanes g = activate(activation, load_some(gate + i, n - i, 0.0f));
        store_some(out + i, n - i, lanes_mul(g, load_some(up + i, n - i, 0.0f)));
    }
}

/* Neighbours turn together. */
INLINE void turn_pairs(const float *cosine, const float *sine, size_t pairs, float *x)
{
    for (size_t i = 0; i < pairs; i++) {
        const float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = fmaf(-sine[i], b, a * cosine[i]);
        x[2 * i + 1] = fmaf(sine[i], a, b * cosine[i]);
    }
}

/* Elements of the first half turn with those of the second. */
INLINE void turn_halves(const float *cosine, const float *sine, size_t half, float *x)
{
    const lanes minus_zero = lanes_set(-0.0f);

    for (size_t i = 0; i < half; i += 16) {
        const size_t left = half - i;
        const lanes a = load_some(x + i, left, 0.0f), b = load_some(x + half + i, left, 0.0f);
        const lanes c = load_some(cosine + i, left, 0.0f), s = load_some(sine + i, left, 0.0f);
        store_some(x + i, left, lanes_fma(lanes_sub(minus_zero, s), b, lanes_mul(a, c)));
        store_some(x + half + i, left, lanes_fma(s, a, lanes_mul(b, c)));
    }
}

static void turn(tern_rope rope, const float *cosine, const float *sine, uint32_t head_dim, float *x)
{
    if (rope == TERN_ROPE_PAIRS)
        turn_pairs(cosine, sine, head_dim / 2, x);
    else
        turn_halves(cosine, sine, head_dim / 2, x);
}

static void rows_i8(const int8_t *row, const float *scale, size_t rows, size_t n, const float *x, size_t tokens,
                    float *y, size_t y_stride)
{
    dot_rows(TERN_KV_I8, (rows_at){(const uint8_t *)row, n, rows, rows}, n, x, n, tokens, y, y_stride);
    for (size_t t = 0; t < tokens; t++)
        times(y + t * y_stride, scale, rows);
}

static void rows_f16(const uint16_t *row, size_t rows, size_t n, const float *x, size_t tokens, float *y,
                     size_t y_stride)
{
    dot_rows(TERN_KV_F16, (rows_at){(const uint8_t *)row, n * sizeof *row, rows, rows}, n, x, n, tokens, y, y_stride);
}

static void to_f16(const float *x, size_t n, uint16_t *half)
{
    size_t i = 0;
    uint16_t room[16];

    for (; i + 16 <= n; i += 16)
        lanes_to_f16(half + i, lanes_load(x + i));
    lanes_to_f16(room, load_some(x + i, n - i, 0.0f));
    memcpy(half + i, room, (n - i) * sizeof *half);
}

static void from_f16(const uint16_t *half, size_t n, float *x)
{
    size_t i = 0;

    for (; i + 16 <= n; i += 16)
        lanes_store(x + i, lanes_from_f16(half + i));
    if (i < n)
        store_some(x + i, n - i, load_last(TERN_KV_F16, half, i, n - i));
}

const tern_ops LANES_OPS = {
    .name = LANES_NAME,
    .isa = LANES_ISA,
    .norm = norm,
    .quantise = quantise,
    .norm_quantise = norm_quantise,
    .scale = scale_sums,
    .scale_add = scale_add,
    .gate = gate_sums,
    .scale_rows = scale_rows,
    .scale_add_rows = scale_add_rows,
    .gate_floats = gate_floats,
    .rope = turn,
    .attend = attend,
    .rows_i8 = rows_i8,
    .rows_f16 = rows_f16,
    .to_f16 = to_f16,
    .from_f16 = from_f16,
    .exps = exps,
};
