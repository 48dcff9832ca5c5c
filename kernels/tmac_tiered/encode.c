/*
 * encode.c - packing: count, rank, make the hottest patterns bases, then write an index for each group, and what the
 * bases leave over as corrections. The terms of a pattern are found once for each pattern that occurs, so the walk over
 * the weights is one look-up a group. W is read twice, since which patterns are hot must be known before the first is
 * written: that, and the look-up, is why packing is slower than where each row stands by itself.
 *
 * All of tier 1 get slots. Tier 2 gets them in whole shuffles, as many as pay: one more shuffle costs every group of
 * every row a few instructions, whether it finds something there or not, and saves corrections.
 */
#include "common.h"
#include "tmac.h"

#include <stdlib.h>
#include <string.h>

/* Instructions, by which shuffles are weighed against corrections: of 64 rows and a group, and of a correction. */
enum { PER_SHUFFLE = 12, PER_CORRECTION = 5 };

static size_t cells(const tern_tmac_plan *plan)
{
    return plan->panels * plan->k_blocks;
}

/* Where everything stands, with so many patterns ranked and shuffles in use. */
static tern_tmac_head layout(const tern_tmac_plan *plan, size_t ranked, size_t shuffles)
{
    const size_t line = shuffles > 0 ? TERN_TMAC_PANEL : 0;
    tern_tmac_head head = {.shuffles = (uint32_t)shuffles};

    head.weights_at = common_round_up(sizeof head + ranked * sizeof(int32_t), 64);
    head.lists_at = head.weights_at + plan->g * shuffles * TERN_TMAC_SHUFFLE * sizeof(int16_t);
    head.indices_at = common_round_up(head.lists_at + cells(plan) * sizeof(tern_tmac_list), 64);
    head.corrections_at = head.indices_at + plan->panels * plan->row_groups * line;
    return head;
}

static size_t most_ranked(const tern_tmac_plan *plan)
{
    return common_smaller(plan->tier1 + plan->tier2, plan->patterns);
}

/* At worst every weight is a correction. */
size_t tern_tmac_packed_bytes(const tern_problem *problem)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(problem);
    const tern_tmac_head head = layout(&plan, most_ranked(&plan), plan.slots / TERN_TMAC_SHUFFLE);

    return common_round_up(head.corrections_at + plan.shape.m * plan.shape.k * sizeof(uint16_t), 64);
}

/* Temporary memory of pack(). */
typedef struct workspace {
    uint64_t *count;        /* by pattern */
    tern_tmac_terms *terms; /* by pattern */
    uint16_t *minus;        /* corrections of a panel and a K block that are subtracted */
    tern_tmac_book book;
} workspace;

/*
 * The slots that pay, in whole shuffles: all that the `first` bases of tier 1 need, and so many more that the sum of
 * both costs is least.
 */
static size_t choose_slots(const tern_tmac_plan *plan, const workspace *work, size_t first)
{
    const size_t most = common_parts(work->book.bases + 1, TERN_TMAC_SHUFFLE);
    const size_t least = common_parts(first + 1, TERN_TMAC_SHUFFLE);
    uint64_t corrections[TERN_TMAC_SHUFFLES] = {0};
    size_t best = least;

    for (size_t p = 0; p < plan->patterns; p++)
        if (work->count[p] > 0)
            tern_tmac_book_cost(&work->book, (int32_t)p, work->count[p], most, corrections);
    for (size_t s = least + 1; s <= most; s++) {
        const uint64_t more = (s - best) * plan->panels * plan->row_groups * PER_SHUFFLE;
        if (more < (corrections[best - 1] - corrections[s - 1]) * PER_CORRECTION)
            best = s;
    }
    return best * TERN_TMAC_SHUFFLE;
}

/* Ranks, chooses the bases and writes all that stands before the indices. */
static tern_tmac_head write_bases(const tern_tmac_plan *plan, workspace *work, char *packed)
{
    int32_t *const ranked = (int32_t *)(packed + sizeof(tern_tmac_head));
    size_t count = tern_tmac_rank(plan, work->count, most_ranked(plan), ranked);

    work->book = (tern_tmac_book){.g = plan->g, .corrections = plan->tier3};
    tern_tmac_book_fill(&work->book, ranked, common_smaller(count, plan->tier1), plan->slots);
    const size_t first = work->book.bases; /* without the pattern of zeros, which takes no slot of its own */
    count = tern_tmac_book_fill(&work->book, ranked, count, plan->slots);
    if (work->book.bases > 0)
        count = tern_tmac_book_fill(&work->book, ranked, count, choose_slots(plan, work, first));

    const size_t bases = work->book.bases;
    tern_tmac_head head = layout(plan, count, bases > 0 ? common_parts(bases + 1, TERN_TMAC_SHUFFLE) : 0);
    const size_t slots = head.shuffles * TERN_TMAC_SHUFFLE, ranked_end = sizeof head + count * sizeof *ranked;
    int16_t *const weight = (int16_t *)(packed + head.weights_at);

    head.tier1_count = (uint32_t)common_smaller(count, plan->tier1);
    head.tier2_count = (uint32_t)count - head.tier1_count;
    head.base_count = (uint32_t)bases;
    memset(packed + ranked_end, 0, head.indices_at - ranked_end);
    for (size_t i = 0; i < plan->g; i++)
        for (size_t slot = 1; slot <= bases; slot++) {
            const uint32_t code = work->book.code[slot] >> i;
            weight[i * slots + slot] = (int16_t)((int)(code & 1) - (int)(code >> 16 & 1));
        }
    return head;
}

/* Corrections on their way into the stream. */
typedef struct lists {
    uint16_t *plus, *minus; /* where the next one goes */
} lists;

static uint16_t *put(uint16_t *to, uint32_t bits, uint32_t row, uint32_t column, uint32_t columns)
{
    for (; bits != 0; bits &= bits - 1) {
        const uint32_t at = column + ((uint32_t)__builtin_ctz(bits) & 15);
        if (at < columns) /* what a base has beyond K is multiplied by zeros */
            *to++ = (uint16_t)(row + at * TERN_TMAC_PANEL);
    }
    return to;
}

/* One group of the rows of a panel; w is its first weight in the first of them. */
static void write_group(const tern_tmac_plan *plan, const tern_tmac_terms *of_pattern, const int8_t *w, size_t rows,
                        uint32_t column, uint32_t columns, int8_t *index, lists *to)
{
    const size_t count = common_smaller(columns - column, plan->g);

    for (size_t r = 0; r < rows; r++, w += plan->shape.k) {
        const int32_t pattern = tern_tmac_pattern(w, count);
        const tern_tmac_terms *terms = &of_pattern[abs(pattern)];
        const uint32_t plus = pattern < 0 ? terms->minus : terms->plus;
        const uint32_t minus = pattern < 0 ? terms->plus : terms->minus;
        if (index != NULL)
            index[tern_tmac_place(r)] = (int8_t)(pattern < 0 ? -terms->slot : terms->slot);
        if ((plus | minus) == 0)
            continue;
        to->plus = put(to->plus, plus, (uint32_t)r, column, columns);
        to->minus = put(to->minus, minus, (uint32_t)r, column, columns);
    }
}

/* A panel's part of a K block; stream is where its corrections go. */
static tern_tmac_list write_cell(const tern_tmac_plan *plan, const workspace *work, const int8_t *w, size_t rows,
                                 size_t columns, int8_t *index, uint16_t *stream)
{
    lists to = {stream, work->minus};

    for (size_t column = 0; column < columns; column += plan->g) {
        write_group(plan, work->terms, w + column, rows, (uint32_t)column, (uint32_t)columns, index, &to);
        index = index != NULL ? index + TERN_TMAC_PANEL : NULL;
    }
    const size_t plus = (size_t)(to.plus - stream), minus = (size_t)(to.minus - work->minus);
    memcpy(to.plus, work->minus, minus * sizeof *stream);
    return (tern_tmac_list){.plus = (uint32_t)plus, .minus = (uint32_t)minus};
}

/* Returns how many corrections there are. */
static size_t write_cells(const tern_tmac_plan *plan, const workspace *work, const tern_tmac_head *head,
                          const int8_t *w, char *packed)
{
    uint16_t *const stream = (uint16_t *)(packed + head->corrections_at);
    tern_tmac_list *list = (tern_tmac_list *)(packed + head->lists_at);
    const size_t block = plan->groups * plan->g, lines = head->corrections_at - head->indices_at;
    int8_t *index = lines > 0 ? (int8_t *)packed + head->indices_at : NULL;
    size_t end = 0;

    if (lines > 0)
        memset(packed + head->indices_at, 0, lines);
    for (size_t k_block = 0; k_block < plan->k_blocks; k_block++)
        for (size_t panel = 0; panel < plan->panels; panel++, list++) {
            const size_t row = panel * TERN_TMAC_PANEL, k = k_block * block;
            const size_t columns = common_smaller(plan->shape.k - k, block);
            *list = write_cell(plan, work, w + row * plan->shape.k + k,
                               common_smaller(plan->shape.m - row, TERN_TMAC_PANEL), columns, index, stream + end);
            list->begin = end;
            end += list->plus + list->minus;
            index = index != NULL ? index + common_parts(columns, plan->g) * TERN_TMAC_PANEL : NULL;
        }
    return end;
}

/* Returns the bytes written. */
static size_t encode(const tern_tmac_plan *plan, const int8_t *w, workspace *work, char *packed)
{
    tern_tmac_count(plan, w, work->count);

    tern_tmac_head head = write_bases(plan, work, packed);
    for (size_t p = 0; p < plan->patterns; p++)
        if (work->count[p] > 0)
            work->terms[p] = tern_tmac_book_terms(&work->book, (int32_t)p);

    const size_t end = head.corrections_at + write_cells(plan, work, &head, w, packed) * sizeof(uint16_t);
    head.bytes = common_round_up(end, 64);
    memset(packed + end, 0, head.bytes - end);
    memcpy(packed, &head, sizeof head);
    return head.bytes;
}

size_t tern_tmac_pack(const tern_problem *problem, const int8_t *w, void *packed)
{
    const tern_tmac_plan plan = tern_tmac_plan_of(problem);
    workspace work = {
        .count = calloc(plan.patterns, sizeof *work.count),
        .terms = calloc(plan.patterns, sizeof *work.terms),
        .minus = malloc(TERN_TMAC_PANEL * plan.groups * plan.g * sizeof *work.minus),
    };
    const size_t bytes =
        work.count != NULL && work.terms != NULL && work.minus != NULL ? encode(&plan, w, &work, packed) : 0;

    free(work.count);
    free(work.terms);
    free(work.minus);
    return bytes;
}
