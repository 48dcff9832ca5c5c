/*
 * Right answers that touch what is not theirs.
 */
#include "mutant.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

static size_t y_values(const tern_call *call)
{
    return call->problem->shape.m * call->problem->shape.n;
}

static void read_byte(const void *address)
{
    (void)*(const volatile int8_t *)address;
}

static void past_y(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    call->y[y_values(call)] = 0;
}
MUTANT(past_y, "writes-past-y", "writes one value past the end of Y", past_y);

static void before_y(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    call->y[-1] = 0;
}
MUTANT(before_y, "writes-before-y", "writes one value before Y", before_y);

/* Y is aligned to 64 and need not end so; the last store is a whole one. */
static void padding_of_y(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    for (size_t i = y_values(call); i % 16 != 0; i++)
        call->y[i] = 0;
}
MUTANT_BIND(padding_of_y, NULL, padding_of_y)
const tern_kernel mutant_padding_of_y = {MUTANT_FRAME(1, 64),
                                         .name = "writes-padding",
                                         .summary = "writes on to the next multiple of 64 bytes",
                                         .packed_bytes = mutant_packed_bytes,
                                         .pack = mutant_pack,
                                         .bind = bind_padding_of_y};

static void past_x(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    read_byte(mutant_x(call, call->problem->shape.n));
}
MUTANT(past_x, "reads-past-x", "reads one byte past the end of X", past_x);

static void before_x(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    read_byte(call->x - 1);
}
MUTANT(before_x, "reads-before-x", "reads one byte before X", before_x);

static void past_w(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    read_byte(mutant_w(call, call->problem->shape.m));
}
MUTANT(past_w, "reads-past-w", "reads one byte past the end of packed W", past_w);

/* pack() says one byte less than it wrote, so that a ring of copies lacks it. */
static size_t pack_short(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_pack(problem, w, packed);

    return bytes > 1 ? bytes - 1 : bytes;
}
MUTANT_PACKED(pack_short, "pack-says-less", "returns one byte less from pack() than run() reads", mutant_packed_bytes,
              pack_short, mutant_run);

static size_t one_more(const tern_problem *problem)
{
    return mutant_packed_bytes(problem) - 1;
}
MUTANT_PACKED(pack_past, "pack-writes-past", "packs one byte more than packed_bytes()", one_more, mutant_pack,
              mutant_run);

static size_t pack_long(const tern_problem *problem, const int8_t *w, void *packed)
{
    return mutant_pack(problem, w, packed) + 1;
}
MUTANT_PACKED(pack_long, "pack-says-more", "returns one byte more from pack() than packed_bytes()", mutant_packed_bytes,
              pack_long, mutant_run);

/* Fills its last block of 64 bytes with zeros, which packed_bytes() does not count. */
static size_t pack_block(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_pack(problem, w, packed);

    for (size_t i = bytes; i % 64 != 0; i++)
        ((int8_t *)packed)[i] = 0;
    return bytes;
}
MUTANT_BIND(pack_block, NULL, mutant_run)
const tern_kernel mutant_pack_block = {MUTANT_FRAME(64, 4),
                                       .name = "pack-writes-padding",
                                       .summary = "packs on to the next multiple of 64 bytes",
                                       .packed_bytes = mutant_packed_bytes,
                                       .pack = pack_block,
                                       .bind = bind_pack_block};

static size_t pack_reading_past(const tern_problem *problem, const int8_t *w, void *packed)
{
    read_byte(w + mutant_packed_bytes(problem));
    return mutant_pack(problem, w, packed);
}
MUTANT_PACKED(pack_reads_past, "pack-reads-past", "reads one byte past W in pack()", mutant_packed_bytes,
              pack_reading_past, mutant_run);

static size_t pack_changing(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_pack(problem, w, packed);

    memset((int8_t *)(uintptr_t)w, 1, 1);
    memset((int8_t *)(uintptr_t)w + problem->shape.k / 2, 0, 1);
    return bytes;
}
MUTANT_PACKED(pack_changes_w, "pack-changes-w", "uses W as its work space in pack()", mutant_packed_bytes,
              pack_changing, mutant_run);

static size_t address_bytes(const tern_problem *problem)
{
    (void)problem;
    return sizeof(const int8_t *);
}

static size_t pack_address(const tern_problem *problem, const int8_t *w, void *packed)
{
    (void)problem;
    memcpy(packed, &w, sizeof w);
    return sizeof w;
}

static void run_from_address(const tern_call *call, tern_slice rows)
{
    tern_call real = *call;
    const int8_t *w;

    memcpy(&w, call->packed, sizeof w);
    real.packed = w;
    mutant_run(&real, rows);
}
MUTANT_PACKED(packs_address, "packs-address", "packs W as its address", address_bytes, pack_address, run_from_address);

static void changes_x(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    *(int8_t *)(uintptr_t)call->x ^= 1;
}
MUTANT(changes_x, "changes-x", "leaves one bit of X flipped", changes_x);

static void changes_w(const tern_call *call, tern_slice rows)
{
    mutant_run(call, rows);
    *(int8_t *)(uintptr_t)call->packed ^= 1;
}
MUTANT(changes_w, "changes-w", "leaves one bit of packed W flipped", changes_w);

/* Rounds its slice up to four rows: the values are right, the rows are another thread's. */
static void bleeds(const tern_call *call, tern_slice rows)
{
    while (rows.end % 4 != 0 && rows.end < call->problem->shape.m)
        rows.end++;
    mutant_run(call, rows);
}
MUTANT(bleeds, "slice-bleeds", "writes rows of the next slice", bleeds);

#if defined(__x86_64__)
/* Loads 16 bytes of X at a time as if its rows were aligned to 16. */
static void aligned_load(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;
    __m128i all = _mm_setzero_si128();

    for (size_t i = 0; i + 16 <= shape.n * shape.k; i += 16)
        all = _mm_or_si128(all, _mm_load_si128((const __m128i *)(const void *)(call->x + i)));
    /* Or the compiler finds that nobody uses it. */
    __asm__ volatile("" : : "x"(all));
    mutant_run(call, rows);
}
MUTANT(aligned_load, "aligned-load", "takes X for aligned to 16", aligned_load);
#endif
