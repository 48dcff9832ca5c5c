/*
 * Right kernels whose packed form is not what packed_bytes() says, or of another size for other weights.
 */
#include "mutant.h"

#include <stdlib.h>
#include <string.h>

#define SPARSE_FRAME(align, bits)                                                                                      \
    TERN_KERNEL_HEAD, .bits_per_weight = bits, .multiple = {1, 1, 1},                                                  \
                      .tile = {MUTANT_ROWS, MUTANT_GROUP, MUTANT_TOKENS}, .row_step = 1, .packed_align = align,        \
                      .x_align = 1, .y_align = 4

/* Compressed rows: where each begins, then the columns of its nonzeros, -1 as the complement of the column. */
static size_t csr_bytes(const tern_problem *problem)
{
    return (problem->shape.m + 1 + problem->shape.m * problem->shape.k) * sizeof(int32_t);
}

static size_t pack_csr(const tern_problem *problem, const int8_t *w, void *packed)
{
    const tern_shape shape = problem->shape;
    int32_t *begin = packed, *column = begin + shape.m + 1;
    size_t count = 0;

    for (size_t m = 0; m < shape.m; m++) {
        begin[m] = (int32_t)count;
        for (size_t k = 0; k < shape.k; k++)
            if (w[m * shape.k + k] != 0)
                column[count++] = w[m * shape.k + k] > 0 ? (int32_t)k : ~(int32_t)k;
    }
    begin[shape.m] = (int32_t)count;
    return (shape.m + 1 + count) * sizeof(int32_t);
}

static void run_csr(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const int32_t *begin = call->packed, *column = begin + shape.m + 1;

    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++) {
            const int8_t *x = mutant_x(call, n);
            int32_t sum = 0;
            for (int32_t i = begin[m]; i < begin[m + 1]; i++)
                sum += column[i] >= 0 ? x[column[i]] : -x[~column[i]];
            call->y[n * shape.m + m] = sum;
        }
}
MUTANT_BIND(right_csr, NULL, run_csr)
const tern_kernel mutant_right_csr = {
    SPARSE_FRAME(4, 32.0),     .name = "right-csr", .summary = "right: packs the columns of nonzeros, row by row",
    .packed_bytes = csr_bytes, .pack = pack_csr,    .bind = bind_right_csr};

/* A byte before each row says whether the row is there, or all of it is zero. */
static size_t present_bytes(const tern_problem *problem)
{
    return problem->shape.m * (problem->shape.k + 1);
}

static int is_zero(const int8_t *row, size_t count)
{
    size_t k = 0;

    while (k < count && row[k] == 0)
        k++;
    return k == count;
}

static size_t pack_present(const tern_problem *problem, const int8_t *w, void *packed)
{
    const tern_shape shape = problem->shape;
    int8_t *to = packed;

    for (size_t m = 0; m < shape.m; m++) {
        const int8_t *row = w + m * shape.k;
        *to++ = !is_zero(row, shape.k);
        if (to[-1] == 0)
            continue;
        memcpy(to, row, shape.k);
        to += shape.k;
    }
    return (size_t)(to - (int8_t *)packed);
}

static void run_present(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    const int8_t *row = call->packed;

    for (size_t m = 0; m < rows.end; m++) {
        const int8_t present = *row++;
        for (size_t n = 0; n < shape.n && m >= rows.begin; n++) {
            int32_t sum = 0;
            for (size_t k = 0; k < shape.k && present != 0; k++)
                sum += mutant_x(call, n)[k] * row[k];
            call->y[n * shape.m + m] = sum;
        }
        row += present != 0 ? shape.k : 0;
    }
}
MUTANT_BIND(right_present, NULL, run_present)
const tern_kernel mutant_right_present = {SPARSE_FRAME(1, 8.0),
                                          .name = "right-leaves-out-zero-rows",
                                          .summary = "right: leaves rows of zeros out of packed W",
                                          .packed_bytes = present_bytes,
                                          .pack = pack_present,
                                          .bind = bind_right_present};

/* Whole pages, though one line would do; pack() sorts something on the heap first. */
static size_t page_bytes(const tern_problem *problem)
{
    return (mutant_packed_bytes(problem) + 4095) / 4096 * 4096;
}

static int by_value(const void *a, const void *b)
{
    return *(const int8_t *)a - *(const int8_t *)b;
}

static size_t pack_pages(const tern_problem *problem, const int8_t *w, void *packed)
{
    int8_t *sorted = malloc(problem->shape.k);

    if (sorted == NULL)
        return 0;
    memcpy(sorted, w, problem->shape.k);
    qsort(sorted, problem->shape.k, 1, by_value);
    free(sorted);
    memset(packed, 0, page_bytes(problem));
    mutant_pack(problem, w, packed);
    return page_bytes(problem);
}
MUTANT_BIND(right_pages, NULL, mutant_run)
const tern_kernel mutant_right_pages = {SPARSE_FRAME(64, 8.0),
                                        .name = "right-whole-pages",
                                        .summary = "right: packs whole pages, and sorts on the heap before",
                                        .packed_bytes = page_bytes,
                                        .pack = pack_pages,
                                        .bind = bind_right_pages};

/* Facts, as many as there is room for. */
static size_t all_facts(const tern_problem *problem, const void *packed, tern_fact *fact, size_t max)
{
    (void)problem, (void)packed;
    for (size_t i = 0; i < max; i++) {
        fact[i] = (tern_fact){.name = "fact_0", .unit = "%", .value = (double)i};
        fact[i].name[5] = (char)('a' + i % 26);
    }
    return max;
}
MUTANT_BIND(right_facts, NULL, mutant_run)
const tern_kernel mutant_right_facts = {SPARSE_FRAME(1, 8.0),
                                        .name = "right-all-facts",
                                        .summary = "right: fills every fact that there is room for",
                                        .packed_bytes = mutant_packed_bytes,
                                        .pack = mutant_pack,
                                        .facts = all_facts,
                                        .bind = bind_right_facts};

/* Every toggle at every value is right. */
static const tern_toggle toggles[] = {
    {"tile", "rows at a time", NULL, 8, 1, 64},
    {"reversed", "rows from the last to the first", NULL, 0, 0, 1},
    {.name = NULL},
};

static void run_toggled(const tern_call *call, tern_slice rows)
{
    const int32_t *toggle = call->problem->toggle;
    const size_t tile = toggle != NULL ? (size_t)toggle[0] : 8;

    for (size_t done = 0; done < rows.end - rows.begin; done += tile) {
        const size_t count = rows.end - rows.begin - done < tile ? rows.end - rows.begin - done : tile;
        const size_t begin = toggle != NULL && toggle[1] != 0 ? rows.end - done - count : rows.begin + done;
        mutant_run(call, (tern_slice){begin, begin + count, rows.thread});
    }
}
MUTANT_BIND(right_toggles, NULL, run_toggled)
const tern_kernel mutant_right_toggles = {SPARSE_FRAME(1, 8.0),
                                          .name = "right-toggles",
                                          .summary = "right: goes through rows in tiles, in either order",
                                          .packed_bytes = mutant_packed_bytes,
                                          .pack = mutant_pack,
                                          .toggles = toggles,
                                          .bind = bind_right_toggles};
