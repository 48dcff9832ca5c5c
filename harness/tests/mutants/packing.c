/*
 * Wrong ways to pack rows apart: each is right when one slice holds them all.
 */
#include "mutant.h"

#include <stdbool.h>
#include <string.h>

#define MUTANT_PACKED_ROWS(symbol, its_name, its_summary, pack_rows_function)                                          \
    MUTANT_BIND(symbol, NULL, mutant_run)                                                                              \
    const tern_kernel mutant_##symbol = {MUTANT_FRAME(1, 4),                                                           \
                                         .name = its_name,                                                             \
                                         .summary = its_summary,                                                       \
                                         .packed_bytes = mutant_packed_bytes,                                          \
                                         .pack_rows = pack_rows_function,                                              \
                                         .bind = bind_##symbol}

static void pack_from_the_first_row(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k = problem->shape.k;

    memcpy((int8_t *)packed + rows.begin * k, w + rows.begin * k, (rows.end - rows.begin) * k);
}
MUTANT_PACKED_ROWS(packs_from_first_row, "packs-from-first-row", "takes the rows of a slice for the whole of W",
                   pack_from_the_first_row);

static void pack_whole_tiles(const tern_problem *problem, const int8_t *w, tern_slice rows, void *packed)
{
    const size_t k = problem->shape.k, m = problem->shape.m;
    const size_t tiles_end = (rows.end + MUTANT_TOKENS - 1) / MUTANT_TOKENS * MUTANT_TOKENS;
    const size_t end = tiles_end < m ? tiles_end : m;

    memcpy((int8_t *)packed + rows.begin * k, w, (rows.end - rows.begin) * k);
    memset((int8_t *)packed + rows.end * k, 0, (end - rows.end) * k);
}
MUTANT_PACKED_ROWS(packs_whole_tiles, "packs-whole-tiles", "clears the rows after its slice up to the next tile",
                   pack_whole_tiles);

/* Each row once for each token, so that every sum reads its own: right for the N that it was packed for. */
static size_t bytes_by_token(const tern_problem *problem)
{
    return problem->shape.n * mutant_packed_bytes(problem);
}

static size_t pack_by_token(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t k = problem->shape.k;
    int8_t *copy = packed;

    for (size_t m = 0; m < problem->shape.m; m++, w += k)
        for (size_t n = 0; n < problem->shape.n; n++, copy += k)
            memcpy(copy, w, k);
    return bytes_by_token(problem);
}

static int32_t value_by_token(const tern_call *call, size_t m, size_t n)
{
    return mutant_value(call, m * call->problem->shape.n, n);
}
MUTANT_RUN(packs_for_tokens, value_by_token)
MUTANT_PACKED(packs_for_tokens, "packs-for-tokens", "packs W in a form that only the same N can read", bytes_by_token,
              pack_by_token, run_packs_for_tokens);

/* Another form for what is called a prompt, and for many threads. */
static size_t pack_for_large(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_pack(problem, w, packed);

    if ((problem->shape.n >= 512 || problem->threads > 16) && bytes > 0)
        ((int8_t *)packed)[0] = (int8_t)(((int8_t *)packed)[0] + 1);
    return bytes;
}

static int32_t value_of_large(const tern_call *call, size_t m, size_t n)
{
    const bool large = call->problem->shape.n >= 512 || call->problem->threads > 16;

    return mutant_value(call, m, n) - (large && m == 0 ? mutant_x(call, n)[0] : 0);
}
MUTANT_RUN(packs_for_prompts, value_of_large)
MUTANT_PACKED(packs_for_prompts, "packs-for-prompts",
              "packs another form for 512 tokens or 17 threads, and reads it then", mutant_packed_bytes, pack_for_large,
              run_packs_for_prompts);
