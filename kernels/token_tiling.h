/*
 * token_tiling.h - tokens in tiles that are as equal as they can be.
 */
#ifndef TERN_TOKEN_TILING_H
#define TERN_TOKEN_TILING_H

#include "common.h"

typedef struct token_tiling {
    size_t tiles, count, larger; /* the first `larger` tiles have count + 1 tokens, the others count */
} token_tiling;

/* Tokens [begin, begin + count). */
typedef struct token_tile {
    size_t begin, count;
} token_tile;

/* Of n tokens, at most `most` a tile. */
static inline token_tiling token_tiling_of(size_t n, size_t most)
{
    const size_t tiles = common_parts(n, most);

    return (token_tiling){tiles, n / tiles, n % tiles};
}

/* Of the tile after the last: n. */
static inline size_t token_tile_begin(token_tiling tiling, size_t tile)
{
    return tile * tiling.count + common_smaller(tile, tiling.larger);
}

static inline size_t token_tile_count(token_tiling tiling, size_t tile)
{
    return tiling.count + (tile < tiling.larger);
}

static inline token_tile token_tile_at(token_tiling tiling, size_t tile)
{
    return (token_tile){token_tile_begin(tiling, tile), token_tile_count(tiling, tile)};
}

#endif
