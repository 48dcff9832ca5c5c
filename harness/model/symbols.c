/*
 * Joining neighbours: a heap holds every pair that can be joined; one that is no longer there, since a neighbour was
 * joined to something else, is passed over when it comes up.
 */
#include "model/vocabulary.h"

#include <stdlib.h>

typedef struct pair {
    double order;
    uint32_t left, left_length, right_length; /* as they were when the pair was found */
} pair;

typedef struct heap {
    pair *pair;
    size_t count;
} heap;

static bool comes_first(const pair *a, const pair *b)
{
    return a->order < b->order || (!(b->order < a->order) && a->left < b->left);
}

static void push(heap *h, pair new)
{
    size_t at = h->count++;

    for (; at > 0 && comes_first(&new, &h->pair[(at - 1) / 2]); at = (at - 1) / 2)
        h->pair[at] = h->pair[(at - 1) / 2];
    h->pair[at] = new;
}

static pair pop(heap *h)
{
    const pair first = h->pair[0], last = h->pair[--h->count];
    size_t at = 0;

    for (size_t child = 1; child < h->count; child = 2 * at + 1) {
        if (child + 1 < h->count && comes_first(&h->pair[child + 1], &h->pair[child]))
            child++;
        if (!comes_first(&h->pair[child], &last))
            break;
        h->pair[at] = h->pair[child];
        at = child;
    }
    h->pair[at] = last;
    return first;
}

tern_symbol tern_symbol_at(uint32_t index, uint32_t count, uint32_t begin, uint32_t length)
{
    return (tern_symbol){.begin = begin,
                         .length = length,
                         .next = index + 1 < count ? index + 1 : TERN_NO_TOKEN,
                         .previous = index > 0 ? index - 1 : TERN_NO_TOKEN};
}

/* What the heap is filled from. */
typedef struct line {
    const tern_vocabulary *vocabulary;
    const char *text;
    tern_symbol *symbol;
    tern_join_fn *join;
    heap heap;
} line;

static void try_pair(line *l, uint32_t left)
{
    pair new = {.left = left};

    if (left == TERN_NO_TOKEN || l->symbol[left].next == TERN_NO_TOKEN)
        return;
    const tern_symbol *a = &l->symbol[left], *b = &l->symbol[a->next];
    new.left_length = a->length;
    new.right_length = b->length;
    if (l->join(l->vocabulary, l->text + a->begin, a->length, b->length, &new.order))
        push(&l->heap, new);
}

static void join_pair(line *l, uint32_t left)
{
    tern_symbol *a = &l->symbol[left], *b = &l->symbol[a->next];

    a->length += b->length;
    a->next = b->next;
    b->length = 0;
    if (a->next != TERN_NO_TOKEN)
        l->symbol[a->next].previous = left;
    try_pair(l, a->previous);
    try_pair(l, left);
}

bool tern_symbols_join(const tern_vocabulary *vocabulary, const char *text, tern_symbol *symbol, uint32_t count,
                       tern_join_fn *join)
{
    /* One pair a symbol at first, and two more each time that there is one symbol less. */
    line l = {.vocabulary = vocabulary, .text = text, .symbol = symbol, .join = join};

    if (count < 2)
        return true;
    l.heap.pair = malloc(3 * (size_t)count * sizeof *l.heap.pair);
    if (l.heap.pair == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        try_pair(&l, i);
    while (l.heap.count > 0) {
        const pair best = pop(&l.heap);
        const tern_symbol *a = &symbol[best.left];
        if (a->length == best.left_length && a->next != TERN_NO_TOKEN && symbol[a->next].length == best.right_length)
            join_pair(&l, best.left);
    }
    free(l.heap.pair);
    return true;
}
