/*
 * codebook.c - how to write every pattern with the fewest terms. Two patterns are neighbours when they differ in one
 * weight, and a correction is a step to a neighbour; so the cheapest way to a pattern is a shortest path, from zero
 * (a term for each weight that is not zero) or from a base (one term for the base). The book holds, for all canonical
 * patterns, the length of that path and the base where it starts. A new base spreads breadth-first as far as it
 * improves anything, which finds the nearest base of all 3^g patterns without comparing any two of them.
 */
#include "tmac.h"

#include <stdlib.h>

struct tern_tmac_book {
    size_t g;
    size_t slots;
    int32_t power[TERN_TMAC_GROUP_MAX]; /* of 3 */
    int32_t *base;                      /* by slot: its pattern */
    uint16_t *near;                     /* by pattern: the term of the nearest base, 0 = none is nearer than zero */
    uint8_t *cost;                      /* by pattern: terms */
    uint32_t *digits;                   /* by pattern: its weights, two bits each, 0 to 2 for -1 to 1 */
    int32_t *queue;
};

void tern_tmac_spell(int32_t pattern, size_t g, int8_t *w)
{
    for (size_t i = 0; i < g; i++) {
        const int32_t digit = (pattern % 3 + 4) % 3 - 1;
        w[i] = (int8_t)digit;
        pattern = (pattern - digit) / 3;
    }
}

/*
 * Digits and costs of all patterns. A pattern p >= 0 is 3 q + d with 0 <= q <= p, so that each follows from one that is
 * there already.
 */
static void fill_digits(tern_tmac_book *book, size_t patterns)
{
    const uint32_t zeros = 0x55555555;

    book->digits[0] = zeros;
    for (size_t p = 1; p < patterns; p++) {
        const uint32_t digit = (uint32_t)(p + 1) % 3;
        const size_t rest = (p + 1 - digit) / 3;
        book->digits[p] = book->digits[rest] << 2 | digit;
        book->cost[p] = (uint8_t)(book->cost[rest] + (digit != 1));
    }
}

tern_tmac_book *tern_tmac_book_new(const tern_tmac_plan *plan)
{
    tern_tmac_book *book = calloc(1, sizeof *book);

    if (book == NULL)
        return NULL;
    book->g = plan->g;
    book->slots = 1 + 2 * plan->g;
    book->base = calloc(plan->slots, sizeof *book->base);
    book->near = calloc(plan->patterns, sizeof *book->near);
    book->cost = calloc(plan->patterns, sizeof *book->cost);
    book->queue = calloc(plan->patterns, sizeof *book->queue);
    book->digits = calloc(plan->patterns, sizeof *book->digits);
    if (book->base == NULL || book->near == NULL || book->cost == NULL || book->queue == NULL || book->digits == NULL) {
        tern_tmac_book_free(book);
        return NULL;
    }
    for (size_t i = 0, power = 1; i < plan->g; i++, power *= 3)
        book->power[i] = (int32_t)power;
    fill_digits(book, plan->patterns);
    return book;
}

void tern_tmac_book_free(tern_tmac_book *book)
{
    if (book == NULL)
        return;
    free(book->base);
    free(book->near);
    free(book->cost);
    free(book->queue);
    free(book->digits);
    free(book);
}

/* Steps from one pattern to all neighbours that it makes cheaper; returns the end of the queue they join. */
static size_t spread(tern_tmac_book *book, int32_t from, size_t end)
{
    const uint8_t cost = (uint8_t)(book->cost[from] + 1);
    uint32_t digits = book->digits[from];

    for (size_t i = 0; i < book->g; i++, digits >>= 2)
        for (int32_t digit = 0; digit <= 2; digit++) {
            const int32_t to = from + (digit - (int32_t)(digits & 3)) * book->power[i];
            const int32_t canonical = abs(to);
            if (cost >= book->cost[canonical])
                continue;
            book->cost[canonical] = cost;
            book->near[canonical] = (uint16_t)(book->near[from] ^ (to < 0));
            book->queue[end++] = canonical;
        }
    return end;
}

size_t tern_tmac_book_add(tern_tmac_book *book, int32_t pattern, uint16_t *term)
{
    if (book->cost[pattern] <= 1)
        return 0;
    const size_t terms = tern_tmac_book_terms(book, pattern, book->g, term);
    const size_t slot = book->slots++;

    book->base[slot] = pattern;
    book->near[pattern] = (uint16_t)(slot << 1);
    book->cost[pattern] = 1;
    book->queue[0] = pattern;
    for (size_t begin = 0, end = 1; begin < end; begin++)
        end = spread(book, book->queue[begin], end);
    return terms;
}

size_t tern_tmac_book_terms(const tern_tmac_book *book, int32_t pattern, size_t corrections, uint16_t *term)
{
    const uint16_t near = book->cost[pattern] <= corrections + 1 ? book->near[pattern] : 0;
    int8_t w[TERN_TMAC_GROUP_MAX], base[TERN_TMAC_GROUP_MAX];
    size_t terms = 0;

    tern_tmac_spell(pattern, book->g, w);
    tern_tmac_spell(book->base[near >> 1], book->g, base);
    if (near != 0)
        term[terms++] = near;
    for (size_t i = 0; i < book->g; i++) {
        const int correction = w[i] - (near & 1 ? -base[i] : base[i]);
        const size_t slot = (abs(correction) == 2 ? 1 + book->g : 1) + i;
        if (correction != 0)
            term[terms++] = (uint16_t)(slot << 1 | (correction < 0));
    }
    return terms;
}
