/*
 * encode.c - packing: count, rank, make the hottest patterns bases, then write every row of every K block as a list
 * of table entries. The terms of a pattern are found once for each pattern that occurs, so the walk over the weights
 * is one look-up a group. A row's entries to add and entries to subtract stand in pairs: run then needs no sign, one
 * loop, one count, and no second table of negatives. The shorter side is filled with entry 0, which is zero. W is
 * read twice, since which patterns are hot must be known before the first is written, and by K block the second time:
 * that, and a look-up for each group, is why packing is slower than where each row stands by itself.
 */
#include "common.h"
#include "tmac.h"

#include <stdlib.h>
#include <string.h>

/* A pattern as a sum of terms: by side, those to add and those to subtract, as entries of group 0. */
typedef struct term_sum {
    uint16_t terms[2];
    uint16_t entry[2][TERN_TMAC_GROUP_MAX];
} term_sum;

enum { AT_ONCE = 4 }; /* entries copied without asking how many there are: a guess would often be wrong */

/* One row of a K block on its way into the stream. */
typedef struct row_lists {
    size_t count[2];    /* entries to add, to subtract */
    uint16_t *entry[2]; /* with room for AT_ONCE more */
} row_lists;

static size_t starts_per_block(const tern_tmac_plan *plan)
{
    return common_parts(plan->shape.m, TERN_TMAC_ROW_STEP);
}

static size_t most_ranked(const tern_tmac_plan *plan)
{
    return plan->slots - 1 - 2 * plan->g;
}

/* The head of a packed form with `ranked` patterns and `bases` uint16_t of bases. */
static tern_tmac_head layout(const tern_tmac_plan *plan, size_t ranked, size_t bases)
{
    tern_tmac_head head = {0};

    head.bases_at = sizeof head + ranked * sizeof(int32_t);
    head.starts_at = common_round_up(head.bases_at + bases * sizeof(uint16_t), sizeof(uint64_t));
    head.stream_at = head.starts_at + plan->k_blocks * starts_per_block(plan) * sizeof(uint64_t);
    return head;
}

/* At worst every weight is a term and all have the same sign, so that each takes a pair. */
size_t tern_tmac_packed_bytes(const tern_problem *problem)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(problem);
    const size_t ranked = most_ranked(&plan);
    const tern_tmac_head head = layout(&plan, ranked, ranked * (1 + plan.g));
    const size_t stream = plan.shape.m * (plan.k_blocks + plan.shape.k);

    return common_round_up(head.stream_at + stream * sizeof(uint32_t), 64);
}

/* Makes the ranked patterns bases, in their order, and writes them. Returns the uint16_t written. */
static size_t write_bases(tern_tmac_book *book, const int32_t *ranked, size_t count, uint16_t *out,
                          uint32_t *base_count)
{
    uint16_t *const begin = out;

    for (size_t i = 0; i < count; i++) {
        const size_t terms = tern_tmac_book_add(book, ranked[i], out + 1);
        if (terms == 0)
            continue;
        *out = (uint16_t)terms;
        out += 1 + terms;
        ++*base_count;
    }
    return (size_t)(out - begin);
}

static void find_sums(const tern_tmac_plan *plan, const tern_tmac_book *book, const uint64_t *count, term_sum *sums)
{
    uint16_t term[TERN_TMAC_GROUP_MAX];

    for (size_t p = 0; p < plan->patterns; p++) {
        const size_t terms = count[p] > 0 ? tern_tmac_book_terms(book, (int32_t)p, plan->tier3, term) : 0;
        for (size_t i = 0; i < terms; i++) {
            const unsigned side = term[i] & 1u;
            sums[p].entry[side][sums[p].terms[side]++] = (uint16_t)((term[i] >> 1) * plan->groups);
        }
    }
}

static void append(row_lists *to, unsigned side, const uint16_t *entry, size_t count, size_t group)
{
    uint16_t *const at = to->entry[side] + to->count[side];

    for (size_t i = 0; i < AT_ONCE; i++)
        at[i] = (uint16_t)(entry[i] + group);
    for (size_t i = AT_ONCE; i < count; i++)
        at[i] = (uint16_t)(entry[i] + group);
    to->count[side] += count;
}

/* The entries of a row's weights within one K block. */
static void read_row(const tern_tmac_plan *plan, const term_sum *sums, const int8_t *w, size_t width, row_lists *to)
{
    to->count[0] = to->count[1] = 0;
    for (size_t k = 0, group = 0; k < width; k += plan->g, group++) {
        const int32_t pattern = tern_tmac_pattern(w + k, width - k < plan->g ? width - k : plan->g);
        const term_sum *s = &sums[abs(pattern)];
        const unsigned side = pattern < 0;
        append(to, 0, s->entry[side], s->terms[side], group);
        append(to, 1, s->entry[!side], s->terms[!side], group);
    }
}

static uint32_t *write_row(const row_lists *from, uint32_t *out)
{
    const size_t plus = from->count[0], minus = from->count[1], pairs = plus > minus ? plus : minus;
    const uint16_t *const add = from->entry[0], *const subtract = from->entry[1];

    memset(from->entry[0] + plus, 0, (pairs - plus) * sizeof *add);
    memset(from->entry[1] + minus, 0, (pairs - minus) * sizeof *subtract);
    *out++ = (uint32_t)pairs;
    for (size_t i = 0; i < pairs; i++)
        out[i] = add[i] | (uint32_t)subtract[i] << 16;
    return out + pairs;
}

/* Returns the uint32_t written. */
static size_t write_stream(const tern_tmac_plan *plan, const term_sum *sums, const int8_t *w, row_lists *row,
                           uint64_t *starts, uint32_t *stream)
{
    const size_t block = plan->groups * plan->g;
    const tern_shape shape = plan->shape;
    uint32_t *out = stream;

    for (size_t k = 0; k < shape.k; k += block)
        for (size_t m = 0; m < shape.m; m++) {
            if (m % TERN_TMAC_ROW_STEP == 0)
                *starts++ = (uint64_t)(out - stream);
            read_row(plan, sums, w + m * shape.k + k, shape.k - k < block ? shape.k - k : block, row);
            out = write_row(row, out);
        }
    return (size_t)(out - stream);
}

/* Temporary memory of pack(). */
typedef struct workspace {
    uint64_t *count; /* by pattern */
    term_sum *sums;  /* by pattern */
    uint16_t *bases; /* as they will be packed */
    row_lists row;
    tern_tmac_book *book;
} workspace;

static int workspace_new(workspace *work, const tern_tmac_plan *plan)
{
    const size_t block_bytes = (plan->groups * plan->g + AT_ONCE) * sizeof(uint16_t);

    *work = (workspace){
        .count = calloc(plan->patterns, sizeof *work->count),
        .sums = calloc(plan->patterns, sizeof *work->sums),
        .bases = malloc(plan->slots * (1 + plan->g) * sizeof *work->bases),
        .row.entry = {malloc(block_bytes), malloc(block_bytes)},
        .book = tern_tmac_book_new(plan),
    };
    return work->count != NULL && work->sums != NULL && work->bases != NULL && work->row.entry[0] != NULL &&
           work->row.entry[1] != NULL && work->book != NULL;
}

static void workspace_free(workspace *work)
{
    free(work->count);
    free(work->sums);
    free(work->bases);
    free(work->row.entry[0]);
    free(work->row.entry[1]);
    tern_tmac_book_free(work->book);
}

/* Returns the bytes written, 0 when memory ran out. */
static size_t encode(const tern_tmac_plan *plan, const int8_t *w, workspace *work, char *packed)
{
    int32_t *const ranked = (int32_t *)(packed + sizeof(tern_tmac_head));
    uint32_t base_count = 0;

    tern_tmac_count(plan, w, work->count);
    const ptrdiff_t found = tern_tmac_rank(plan, work->count, most_ranked(plan), ranked);
    if (found < 0)
        return 0;
    const size_t count = (size_t)found;
    const size_t bases = write_bases(work->book, ranked, count, work->bases, &base_count);
    tern_tmac_head head = layout(plan, count, bases);

    memset(packed + head.bases_at, 0, head.starts_at - head.bases_at);
    memcpy(packed + head.bases_at, work->bases, bases * sizeof *work->bases);
    find_sums(plan, work->book, work->count, work->sums);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it loses sight of what is inside work, which workspace_free() frees */
    const size_t stream = write_stream(plan, work->sums, w, &work->row, (uint64_t *)(packed + head.starts_at),
                                       (uint32_t *)(packed + head.stream_at));
    const size_t end = head.stream_at + stream * sizeof(uint32_t);

    head.tier1_count = (uint32_t)(count < plan->tier1 ? count : plan->tier1);
    head.tier2_count = (uint32_t)count - head.tier1_count;
    head.base_count = base_count;
    head.bytes = common_round_up(end, 64);
    memset(packed + end, 0, head.bytes - end);
    memcpy(packed, &head, sizeof head);
    return head.bytes;
}

size_t tern_tmac_pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(problem);
    workspace work;
    const size_t bytes = workspace_new(&work, &plan) ? encode(&plan, w, &work, packed) : 0;

    workspace_free(&work);
    return bytes;
}
