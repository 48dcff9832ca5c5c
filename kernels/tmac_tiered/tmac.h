/*
 * tmac.h - what the files of tmac.tiered share: the words, the sizes that follow from a problem, and the packed form.
 *
 * pattern     g consecutive weights of a row, read as the number they spell in balanced ternary, sum w[i] * 3^i. Its
 *             negative spells -w, so |pattern| names both: the canonical sign is the positive one.
 * code        the same weights as bits: bit i for +1 at i, bit 16 + i for -1 at i. base        a hot pattern, of tier 1
 * or 2, that has sums of its own. slot        where a table holds the sums of a base: 1, 2, ..., hottest first; slot 0
 * is zero. index       what a row has in place of a group: the slot of a base, negated when the weights are -base.
 * correction  a weight that a base lacks, or has too much: x[k] to add to a row or to subtract. Two of them make a 2
 * x[k]. panel       64 rows that stand together.
 */
#ifndef TERN_TMAC_H
#define TERN_TMAC_H

#include "common.h"
#include "kernel.h"

enum {
    TERN_TMAC_GROUP_MAX = 12,
    TERN_TMAC_PANEL = 64,     /* rows */
    TERN_TMAC_SHUFFLE = 16,   /* slots that one byte shuffle chooses from */
    TERN_TMAC_SHUFFLES = 8,   /* at most: an index is an int8_t */
    TERN_TMAC_COLUMNS = 1024, /* of a K block at most: a correction is a uint16_t */
    TERN_TMAC_LANES = 16,     /* tokens of one vector; wide tables are padded to whole vectors */
    TERN_TMAC_NARROW = 12     /* up to so many tokens each has a table of bytes; more share one of vectors */
};

/* The sizes of one problem. They depend on shape, threads and toggles alone, never on weights. */
typedef struct tern_tmac_plan {
    tern_shape shape;
    size_t g;            /* weights a group */
    size_t tier1, tier2; /* patterns in these tiers at most */
    size_t tier3;        /* corrections beside a base at most */
    size_t patterns;     /* canonical patterns of g weights, the one of zeros included */
    size_t slots;        /* at most, slot 0 included, in whole shuffles; 0 = no bases */
    size_t panels;
    size_t row_groups;  /* groups of a row, the padded last one included */
    size_t groups;      /* groups of a K block */
    size_t k_blocks;    /* the last one may have fewer groups */
    size_t block_m;     /* rows of a tile of sums */
    size_t block_n;     /* tokens of a table */
    int wide;           /* tables of vectors, not of bytes */
    int shared;         /* prepare builds all tables for all threads */
    size_t ahead;       /* bytes of indices to prefetch ahead, 0 = none */
    size_t tables;      /* in scratch: one for each thread, or for each K block and block of tokens when shared */
    size_t table_bytes; /* of one K block and one block of tokens */
    size_t tiles_at;    /* offset in scratch of the tiles of sums, one for each thread */
    size_t tile_bytes;
} tern_tmac_plan;

/*
 * The packed form: this head, then at the offsets (in bytes) that it names
 *   ranked       int32_t, the patterns of tier 1, then those of tier 2, hottest first; all but zero are bases
 *   weights      int16_t [g][slots], what the base of each slot has at i
 *   lists        tern_tmac_list, for every K block and every panel where its corrections are
 *   indices      int8_t, for every K block and every panel [groups][PANEL], rows in the order of tern_tmac_place(), so
 *                that run reads one stream; none without bases
 *   corrections  uint16_t, those to add, then those to subtract: the row of the panel in the lowest 6 bits, above them
 *                the column of the K block
 */
typedef struct tern_tmac_head {
    uint64_t bytes;
    uint64_t weights_at, lists_at, indices_at, corrections_at; /* ranked follows the head */
    uint32_t tier1_count, tier2_count;                         /* patterns ranked */
    uint32_t base_count;
    uint32_t shuffles; /* slots in use, in whole shuffles */
} tern_tmac_head;

typedef struct tern_tmac_list {
    uint64_t begin; /* index of the first correction */
    uint32_t plus, minus;
} tern_tmac_list;

static inline size_t tern_tmac_row(uint16_t correction)
{
    return correction % TERN_TMAC_PANEL;
}

static inline size_t tern_tmac_column(uint16_t correction)
{
    return correction / TERN_TMAC_PANEL;
}

/* tmac_tiered.c */
tern_tmac_plan tern_tmac_plan_of(const tern_problem *problem);

/* Where row r of a panel stands: even bytes of a half are its first 16 rows, so that sums widen without a shuffle. */
static inline size_t tern_tmac_place(size_t r)
{
    return r / 32 * 32 + r % 16 * 2 + r / 16 % 2;
}

/* What run reads of one panel and one K block. */
typedef struct tern_tmac_cell {
    const int8_t *index;         /* [groups][PANEL] */
    const uint16_t *corrections; /* those to add, then those to subtract */
    size_t plus, minus;          /* how many of each */
    size_t groups;
    size_t ahead;      /* bytes of indices to prefetch ahead: 0 asks for what is read just now, which costs nothing */
    unsigned shuffles; /* 0: the index is not there */
} tern_tmac_cell;

static inline tern_tmac_cell tern_tmac_cell_of(const tern_tmac_plan *plan, const tern_tmac_head *head, size_t panel,
                                               size_t k_block)
{
    const char *const packed = (const char *)head;
    const size_t groups = common_smaller(plan->row_groups - k_block * plan->groups, plan->groups);
    const size_t group = k_block * plan->groups * plan->panels + panel * groups;
    const tern_tmac_list *list = (const tern_tmac_list *)(packed + head->lists_at) + k_block * plan->panels + panel;

    return (tern_tmac_cell){
        .index = (const int8_t *)packed + head->indices_at + group * TERN_TMAC_PANEL,
        .corrections = (const uint16_t *)(packed + head->corrections_at) + list->begin,
        .plus = list->plus,
        .minus = list->minus,
        .groups = groups,
        .ahead = plan->ahead,
        .shuffles = head->shuffles,
    };
}

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

/* frequency.c: adds to count[|pattern|] for all groups of w. The counts grow by M * row_groups. */
void tern_tmac_count(const tern_tmac_plan *plan, const int8_t *w, uint64_t *count);

/* Writes the `max` patterns that occur most often, hottest first. Returns how many. */
size_t tern_tmac_rank(const tern_tmac_plan *plan, const uint64_t *count, size_t max, int32_t *hottest);

/* codebook.c: bases, and how a pattern >= 0 is written with them. */
typedef struct tern_tmac_book {
    size_t g;
    size_t corrections; /* beside a base at most */
    size_t bases;
    uint32_t code[TERN_TMAC_SHUFFLES * TERN_TMAC_SHUFFLE]; /* by slot */
} tern_tmac_book;

/* Slot and corrections, the latter as bits: bit i, and bit 16 + i, is x[i] of the group. */
typedef struct tern_tmac_terms {
    uint32_t plus, minus;
    int8_t slot; /* negated when the base is subtracted */
} tern_tmac_terms;

uint32_t tern_tmac_code(int32_t pattern, size_t g);

/* The patterns but zero become bases, in their order, as far as there are slots. Returns how many patterns it took. */
size_t tern_tmac_book_fill(tern_tmac_book *book, const int32_t *ranked, size_t count, size_t slots);

/* The fewest terms with these bases. */
tern_tmac_terms tern_tmac_book_terms(const tern_tmac_book *book, int32_t pattern);

/*
 * Adds to corrections[s - 1], for s = 1 .. shuffles, `times` the corrections of a pattern with the bases of s shuffles.
 */
void tern_tmac_book_cost(const tern_tmac_book *book, int32_t pattern, uint64_t times, size_t shuffles,
                         uint64_t *corrections);

/* encode.c: the bound on pack()'s result, and pack(). */
size_t tern_tmac_packed_bytes(const tern_problem *problem);
size_t tern_tmac_pack(const tern_problem *problem, const int8_t *w, void *packed);

/* facts.c */
size_t tern_tmac_facts(const tern_problem *problem, const void *packed, tern_fact *fact, size_t max);

/* Tokens that a wide table for `tokens` tokens has room for. */
static inline size_t tern_tmac_width(size_t tokens)
{
    return common_round_up(tokens, TERN_TMAC_LANES);
}

/*
 * narrow.c: tables of bytes, one a token. A sum v is split, v = high << shift | low, with both halves within -127..127
 * for some groups together; table[group][shuffle] is 16 low bytes, then 16 high bytes.
 */
size_t tern_tmac_narrow_bytes(size_t groups, size_t slots);

/* Fills the table of the columns from k on for one token. x is a row of X. */
void tern_tmac_narrow_build(const tern_tmac_plan *plan, const tern_tmac_head *head, const int8_t *x, size_t k_block,
                            uint8_t *table);

/* sum[r] = the sums of the rows of a panel. x begins at the K block. */
void tern_tmac_narrow_sum(size_t g, const tern_tmac_cell *cell, const uint8_t *table, const int8_t *x,
                          int32_t sum[TERN_TMAC_PANEL]);

/*
 * wide.c: one table for all tokens of a block, of int16_t: x[column][width] first, then sums[group][-slots .. slots -
 * 1][width] with an index as the middle subscript.
 */
size_t tern_tmac_wide_bytes(const tern_tmac_plan *plan, size_t width);
void tern_tmac_wide_build(const tern_tmac_plan *plan, const tern_tmac_head *head, const int8_t *x, size_t tokens,
                          size_t k_block, int16_t *table);

/* tile[r][width] = the sums of rows [begin, begin + rows) of a panel. */
void tern_tmac_wide_sum(const tern_tmac_plan *plan, const tern_tmac_cell *cell, const int16_t *table, size_t width,
                        size_t begin, size_t rows, int32_t *tile);

/* run.c */
tern_stage_fn tern_tmac_prepare, tern_tmac_run;

#endif
