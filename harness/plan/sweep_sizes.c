#include "base/random.h"
#include "base/round.h"
#include "plan/sweep_segments.h"

/* Vector code goes by 8, 16, 32 or 64: with all residues of 64, all of those are there. */
enum { RESIDUES = 64, LARGEST_TILE = 512 };

/*
 * Pairs of residues, as a Latin square: with m and k running through all pairs and n = m + k, each of the three pairs
 * of sizes takes all 64 x 64 values. A step that is odd visits all of them out of order, so that one shape differs
 * from the next in each size.
 */
static size_t count_pairs(const tern_kernel *kernel)
{
    (void)kernel;
    return RESIDUES * RESIDUES;
}

static bool fill_pair(size_t index, tern_sweep_item *item)
{
    const tern_shape multiple = item->c.kernel->multiple;
    const size_t pair = index * 2731 % (RESIDUES * RESIDUES);
    const size_t m = pair / RESIDUES + 1, k = pair % RESIDUES + 1, n = (m + k) % RESIDUES + 1;

    item->c.shape = (tern_shape){m * multiple.m, k * multiple.k, n * multiple.n};
    return true;
}

/* Sizes from 65 up to one block of residues and two tiles, of each dimension alone; the others are thin. */
static size_t count_residues_of(const tern_kernel *kernel, size_t dimension)
{
    tern_shape tile = kernel->tile;

    return tern_larger(2 * tern_smaller(*tern_shape_size(&tile, dimension), LARGEST_TILE), 2 * RESIDUES);
}

static const tern_shape thin[] = {{5, 40, 1}, {33, 70, 4}, {17, 96, 17}};

enum { THIN = sizeof thin / sizeof *thin };

static size_t count_residues(const tern_kernel *kernel)
{
    return THIN * (count_residues_of(kernel, 0) + count_residues_of(kernel, 1) + count_residues_of(kernel, 2));
}

static bool fill_residue(size_t index, tern_sweep_item *item)
{
    size_t dimension = 0, i = index / THIN;

    for (size_t count; i >= (count = count_residues_of(item->c.kernel, dimension)); dimension++)
        i -= count;
    item->c.shape = thin[index % THIN];
    *tern_shape_size(&item->c.shape, dimension) = RESIDUES + 1 + i;
    return true;
}

/* One to three whole tiles of each size, for the kernel's own tile and for usual ones. */
static const tern_shape usual_tiles[] = {{0, 0, 0}, {8, 32, 4}, {16, 64, 16}, {32, 128, 8}, {64, 256, 1}, {1, 512, 32}};

enum { TILES = sizeof usual_tiles / sizeof *usual_tiles, SHAPES_OF_A_TILE = 3 * 3 * 3 };

/* The kernel's own is the first. */
static tern_shape tile_at(const tern_kernel *kernel, size_t place)
{
    return place == 0 ? kernel->tile : usual_tiles[place];
}

static size_t count_tiles(const tern_kernel *kernel)
{
    (void)kernel;
    return (size_t)TILES * SHAPES_OF_A_TILE;
}

static bool fill_tiles(size_t index, tern_sweep_item *item)
{
    const tern_shape tile = tile_at(item->c.kernel, index / SHAPES_OF_A_TILE);
    const size_t i = index % SHAPES_OF_A_TILE;

    item->c.shape = (tern_shape){tile.m * (i % 3 + 1), tile.k * (i / 3 % 3 + 1), tile.n * (i / 9 + 1)};
    return true;
}

/* All three sizes at the edge of one or two tiles at once. */
static size_t count_corners(const tern_kernel *kernel)
{
    return 2 * count_tiles(kernel);
}

static bool fill_corner(size_t index, tern_sweep_item *item)
{
    const tern_shape tile = tile_at(item->c.kernel, index / 2 / SHAPES_OF_A_TILE);
    const size_t tiles = 1 + index % 2, i = index / 2 % SHAPES_OF_A_TILE;

    item->c.shape =
        (tern_shape){tiles * tile.m + i % 3 - 1, tiles * tile.k + i / 3 % 3 - 1, tiles * tile.n + i / 9 - 1};
    return item->c.shape.m > 0 && item->c.shape.k > 0 && item->c.shape.n > 0;
}

/* All residues of N where K is long, past one block and past several. */
static const size_t long_k[] = {1039, 2048, 4111};

enum { LONG_N = 33, LONG_K = sizeof long_k / sizeof *long_k };

static size_t count_long(const tern_kernel *kernel)
{
    (void)kernel;
    return (size_t)LONG_N * LONG_K * 2;
}

static bool fill_long(size_t index, tern_sweep_item *item)
{
    item->c.shape = (tern_shape){index % 2 == 0 ? 1 : 3, long_k[index / 2 % LONG_K], index / 2 / LONG_K + 1};
    return true;
}

/* Residues of K beyond what is short: of 256, with one row of W to compute and with a few. */
enum { LATE_RESIDUES = 256, LATE_K = 1024 };

static size_t count_late(const tern_kernel *kernel)
{
    (void)kernel;
    return LATE_RESIDUES * 2;
}

static bool fill_late(size_t index, tern_sweep_item *item)
{
    const size_t k = LATE_K + 1 + index / 2;

    item->c.shape = index % 2 == 0 ? (tern_shape){3, k, 1} : (tern_shape){18, k, 5};
    return true;
}

/* Loops are cut in blocks so that they fit a cache: sizes above and around the usual ones. */
static const size_t beyond[] = {255, 257, 511, 513, 600, 1023, 1025, 2049, 5000};
static const tern_shape beside[] = {{1, 8, 1}, {7, 33, 1}, {9, 33, 4}, {16, 64, 17}};

static size_t count_beyond(const tern_kernel *kernel)
{
    (void)kernel;
    return 3 * (sizeof beyond / sizeof *beyond) * (sizeof beside / sizeof *beside);
}

static bool fill_beyond(size_t index, tern_sweep_item *item)
{
    item->c.shape = beside[index / 3 % (sizeof beside / sizeof *beside)];
    *tern_shape_size(&item->c.shape, index % 3) = beyond[index / 3 / (sizeof beside / sizeof *beside)];
    return true;
}

/* Shapes that nobody thought of: each size from 1 to 2^11, small ones as likely as large ones. */
static size_t count_random(const tern_kernel *kernel)
{
    (void)kernel;
    return 1000;
}

static bool fill_random(size_t index, tern_sweep_item *item)
{
    for (size_t dimension = 0; dimension < 3; dimension++) {
        const uint64_t random = tern_random_number(dimension, index);
        const size_t magnitude = (size_t)1 << random % 11;
        *tern_shape_size(&item->c.shape, dimension) = magnitude + (random >> 8) % magnitude;
    }
    item->c.data.seed = index;
    return true;
}

const tern_sweep_segment tern_sweep_sizes[] = {
    {count_pairs, fill_pair, 3e5},     {count_residues, fill_residue, 2e5}, {count_tiles, fill_tiles, 2e6},
    {count_corners, fill_corner, 1e6}, {count_long, fill_long, 6e5},        {count_beyond, fill_beyond, 6e6},
    {count_late, fill_late, 2e5},      {count_random, fill_random, 2e5},    {0},
};
