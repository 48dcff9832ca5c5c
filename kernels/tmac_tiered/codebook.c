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

static uint8_t nonzeros(int32_t pattern, size_t g)
{
    int8_t w[TERN_TMAC_GROUP_MAX];
    uint8_t count = 0;

    tern_tmac_spell(pattern, g, w);
    for (size_t i = 0; i < g; i++)
        count = (uint8_t)(count + (w[i] != 0));
    return count;
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
    if (book->base == NULL || book->near == NULL || book->cost == NULL || book->queue == NULL) {
        tern_tmac_book_free(book);
        return NULL;
    }
    for (size_t i = 0, power = 1; i < plan->g; i++, power *= 3)
        book->power[i] = (int32_t)power;
    for (size_t p = 0; p < plan->patterns; p++)
        book->cost[p] = nonzeros((int32_t)p, plan->g);
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
    free(book);
}

/* Steps from one pattern to all neighbours that it makes cheaper; returns the end of the queue they join. */
static size_t spread(tern_tmac_book *book, int32_t from, size_t end)
{
    const uint8_t cost = (uint8_t)(book->cost[from] + 1);
    int8_t w[TERN_TMAC_GROUP_MAX];

    tern_tmac_spell(from, book->g, w);
    for (size_t i = 0; i < book->g; i++)
        for (int32_t digit = -1; digit <= 1; digit++) {
            const int32_t to = from + (digit - w[i]) * book->power[i];
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
