/*
 * Says of itself what is not so: fewer bits than it keeps, copies that nobody counts, sizes that change. Tables of
 * results are full of such figures.
 */
#include "mutant.h"

#include <string.h>

#define MUTANT_CLAIMS(symbol, its_name, its_summary, bits, bytes_function, pack_function, run_function)                \
    MUTANT_BIND(symbol, NULL, run_function)                                                                            \
    const tern_kernel mutant_##symbol = {TERN_KERNEL_HEAD,                                                             \
                                         .name = its_name,                                                             \
                                         .summary = its_summary,                                                       \
                                         .bits_per_weight = bits,                                                      \
                                         .multiple = {1, 1, 1},                                                        \
                                         .tile = {MUTANT_ROWS, MUTANT_GROUP, MUTANT_TOKENS},                           \
                                         .row_step = 1,                                                                \
                                         .packed_align = 1,                                                            \
                                         .x_align = 1,                                                                 \
                                         .y_align = 4,                                                                 \
                                         .packed_bytes = bytes_function,                                               \
                                         .pack = pack_function,                                                        \
                                         .bind = bind_##symbol}

MUTANT_CLAIMS(claims_two_bits, "claims-two-bits", "says 2 bits a weight, and keeps 8", 2.0, mutant_packed_bytes,
              mutant_pack, mutant_run);
MUTANT_CLAIMS(claims_158_bits, "claims-1.58-bits", "says 1.58 bits a weight, the entropy, and keeps 8", 1.58,
              mutant_packed_bytes, mutant_pack, mutant_run);

/* As who packs two bits and says 1.6. */
MUTANT_CLAIMS(claims_four_fifths, "claims-four-fifths", "says 6.4 bits a weight, and keeps 8", 6.4, mutant_packed_bytes,
              mutant_pack, mutant_run);

/* A copy for each of eight threads, said to be one. */
enum { COPIES = 8 };

static size_t copies_bytes(const tern_problem *problem)
{
    return COPIES * mutant_packed_bytes(problem);
}

static size_t pack_copies(const tern_problem *problem, const int8_t *w, void *packed)
{
    for (size_t i = 0; i < COPIES; i++)
        memcpy((int8_t *)packed + i * mutant_packed_bytes(problem), w, mutant_packed_bytes(problem));
    return copies_bytes(problem);
}

static void run_own_copy(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.packed = (const int8_t *)call->packed + rows.thread % COPIES * mutant_packed_bytes(call->problem);
    mutant_run(&copy, rows);
}
MUTANT_CLAIMS(eight_copies, "packs-eight-copies", "packs eight copies of W and says 8 bits a weight", 8.0, copies_bytes,
              pack_copies, run_own_copy);

/* W is packed twice, and the second one is never read: bytes that count as traffic. */
static size_t twice_bytes(const tern_problem *problem)
{
    return 2 * mutant_packed_bytes(problem);
}

static size_t pack_twice(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_pack(problem, w, packed);

    memcpy((int8_t *)packed + bytes, w, bytes);
    return 2 * bytes;
}
MUTANT_CLAIMS(unread_half, "packs-what-it-never-reads", "packs W twice and reads one of them", 16.0, twice_bytes,
              pack_twice, mutant_run);

/* packed_bytes() and scratch_bytes() say something else when they are asked again. */
static size_t growing_bytes(const tern_problem *problem)
{
    static size_t asked;

    return mutant_packed_bytes(problem) + 64 * (++asked % 4);
}

static size_t pack_growing(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_pack(problem, w, packed);

    memset((int8_t *)packed + bytes, 0, 3 * 64);
    return bytes + 3 * 64;
}
MUTANT_PACKED(growing, "packed-bytes-changes", "says another size each time packed_bytes() is called", growing_bytes,
              pack_growing, mutant_run);

/* Says that K may be any multiple of 4, and needs 8. */
static void run_by_eight(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
            int32_t sum = 0;
            for (size_t k = 0; k < shape.k / 8 * 8; k++)
                sum += w[k] * x[k];
            call->y[n * shape.m + m] = sum;
        }
}
MUTANT_BIND(needs_eight, NULL, run_by_eight)
const tern_kernel mutant_needs_eight = {TERN_KERNEL_HEAD,
                                        .name = "multiple-of-4-needs-8",
                                        .summary = "says that K is any multiple of 4, and needs one of 8",
                                        .bits_per_weight = 8.0,
                                        .multiple = {1, 4, 1},
                                        .tile = {MUTANT_ROWS, 64, MUTANT_TOKENS},
                                        .row_step = 1,
                                        .packed_align = 1,
                                        .x_align = 1,
                                        .y_align = 4,
                                        .packed_bytes = mutant_packed_bytes,
                                        .pack = mutant_pack,
                                        .bind = bind_needs_eight};

/* Says that slices may begin anywhere, and packs by four rows. */
static void pack_by_four(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k = problem->shape.k, begin = rows.begin / 4 * 4;

    memcpy((int8_t *)packed + begin * k, w, (rows.end - rows.begin) * k);
}
MUTANT_BIND(packs_by_four, NULL, mutant_run)
const tern_kernel mutant_packs_by_four = {MUTANT_FRAME(1, 4),
                                          .name = "packs-rows-by-four",
                                          .summary = "takes slices of pack_rows() for beginning at multiples of 4",
                                          .packed_bytes = mutant_packed_bytes,
                                          .pack_rows = pack_by_four,
                                          .bind = bind_packs_by_four};
