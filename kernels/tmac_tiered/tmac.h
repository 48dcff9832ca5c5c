/*
 * tmac.h - what the files of tmac.tiered share: the words, the sizes that follow from a problem, and the packed form.
 *
 * pattern     g consecutive weights of a row, read as the number they spell in balanced ternary, sum w[i] * 3^i. Its
 *             negative spells -w, so |pattern| names both: the canonical sign is the positive one.
 * base        a hot pattern, of tier 1 or 2, that has sums of its own.
 * slot        what a table holds for every group: 0 is zero, 1..g are x[i], g+1..2g are 2 x[i], then come the bases.
 * term        a slot and a sign, slot << 1 | negative. Every pattern is a sum of at most g terms; a base is a sum of terms
 *             of earlier slots.
 * entry       a slot at one group of a K block, slot * groups + group: an index into the table.
 */
#ifndef TERN_TMAC_H
#define TERN_TMAC_H

#include "common.h"
#include "kernel.h"

enum {
    TERN_TMAC_GROUP_MAX = 12,
    TERN_TMAC_ROW_STEP = 32,   /* rows between two points where a slice may enter the stream */
    TERN_TMAC_LANES = 8,       /* tokens of one vector; more than one token are padded to whole vectors */
    TERN_TMAC_ENTRIES = 65536, /* an entry is a uint16_t */
};

/* The sizes of one problem. They depend on shape, threads and toggles alone, never on weights. */
typedef struct tern_tmac_plan {
    tern_shape shape;
    size_t g;            /* weights a group */
    size_t tier1, tier2; /* patterns in these tiers at most */
    size_t tier3;        /* corrections at most */
    size_t patterns;     /* canonical patterns of g weights, the one of zeros included */
    size_t slots;        /* at most */
    size_t row_groups;   /* groups of a row, the padded last one included */
    size_t groups;       /* groups of a K block */
    size_t k_blocks;     /* the last one is padded with groups of zeros */
    size_t block_m;      /* rows of a tile of sums */
    size_t block_n;      /* tokens of a table */
    int shared;          /* prepare builds all tables for all threads */
    size_t tables;       /* in scratch: one for each thread, or for each K block and block of tokens when shared */
    size_t table_bytes;  /* of one K block and one block of tokens */
    size_t tiles_at;     /* offset in scratch of the tiles of sums, one for each thread */
    size_t tile_bytes;
} tern_tmac_plan;

/*
 * The packed form: this head, then at the offsets (in bytes) that it names
 *   ranked   int32_t, the patterns of tier 1, then those of tier 2, hottest first
 *   bases    uint16_t, for every base its number of terms and these terms
 *   starts   uint64_t, for every K block and every ROW_STEP-th row the index in the stream where that row begins
 *   stream   uint32_t, for every K block, for every row: the number of pairs, then pairs of entries, one to add in the low
 *            half and one to subtract in the high half; entry 0 fills the shorter side
 */
typedef struct tern_tmac_head {
    uint64_t bytes;
    uint64_t bases_at, starts_at, stream_at; /* ranked follows the head */
    uint32_t tier1_count, tier2_count;       /* patterns ranked */
    uint32_t base_count;                     /* of them, those with a slot */
    uint32_t zero;                           /* no padding: equal matrices pack to equal bytes */
} tern_tmac_head;

/* tmac_tiered.c */
tern_tmac_plan tern_tmac_plan_of(const tern_problem *problem);

/* The pattern of 8 weights: neighbours are joined, then pairs, then fours. */
static inline int32_t tern_tmac_pattern8(const int8_t *w)
{
    uint64_t codes = 0;

    for (int i = 0; i < 8; i++)
        codes |= (uint64_t)(uint8_t)w[i] << 8 * i;
    codes = ((codes & 0x0303030303030303) + 0x0101010101010101) & 0x0303030303030303;
    codes = (codes & 0x00FF00FF00FF00FF) + 3 * (codes >> 8 & 0x00FF00FF00FF00FF);
    codes = (codes & 0x0000FFFF0000FFFF) + 9 * (codes >> 16 & 0x0000FFFF0000FFFF);
    return (int32_t)((codes & 0xFFFFFFFF) + 81 * (codes >> 32)) - 6560 / 2;
}

/* The pattern of `count` <= g weights; missing ones are zeros. */
static inline int32_t tern_tmac_pattern(const int8_t *w, size_t count)
{
    int32_t pattern = 0;

    while (count > 8)
        pattern = 3 * pattern + w[--count];
    if (count == 8)
        return 6561 * pattern + tern_tmac_pattern8(w);
    while (count > 0)
        pattern = 3 * pattern + w[--count];
    return pattern;
}

/* Writes the g weights that a pattern spells. */
void tern_tmac_spell(int32_t pattern, size_t g, int8_t *w);

/* frequency.c: adds to count[|pattern|] for all groups of w. The counts grow by M * row_groups. */
void tern_tmac_count(const tern_tmac_plan *plan, const int8_t *w, uint64_t *count);

/* Writes the `max` patterns that occur most often, hottest first. Returns how many, or -1 when memory ran out. */
ptrdiff_t tern_tmac_rank(const tern_tmac_plan *plan, const uint64_t *count, size_t max, int32_t *hottest);

/* codebook.c: how to write every pattern with the fewest terms, given the bases so far. */
typedef struct tern_tmac_book tern_tmac_book;

/* A book without bases; NULL when memory ran out. The caller frees it with tern_tmac_book_free(). */
tern_tmac_book *tern_tmac_book_new(const tern_tmac_plan *plan);
void tern_tmac_book_free(tern_tmac_book *book);

/*
 * Makes a pattern >= 0 a base, unless it is a single term already. Returns how many terms of earlier slots it is the
 * sum of (written to term, at most g), 0 when it needs no slot.
 */
size_t tern_tmac_book_add(tern_tmac_book *book, int32_t pattern, uint16_t *term);

/* Writes the terms of a pattern >= 0, a base first if there is one, with at most `corrections` beside a base. */
size_t tern_tmac_book_terms(const tern_tmac_book *book, int32_t pattern, size_t corrections, uint16_t *term);

/* encode.c: the bound on pack()'s result, and pack(). */
size_t tern_tmac_packed_bytes(const tern_problem *problem);
size_t tern_tmac_pack(const tern_problem *problem, const int8_t *w, void *packed);

/* facts.c */
size_t tern_tmac_facts(const tern_problem *problem, const void *packed, tern_fact *fact, size_t max);

/* tables.c: fills the table of K block `k_block` for the block of tokens that begins at `token`. */
void tern_tmac_build(const tern_tmac_plan *plan, const tern_call *call, size_t token, size_t k_block, int16_t *table);

/* Tokens that a table for `tokens` tokens has room for. */
static inline size_t tern_tmac_width(size_t tokens)
{
    return tokens == 1 ? 1 : common_round_up(tokens, TERN_TMAC_LANES);
}

/* run.c */
tern_stage_fn tern_tmac_prepare, tern_tmac_run;

#endif
