/*
 * Right where buffers happen to lie: distances kept in 32 bits, alignment that nobody promised, and packed forms that
 * serve nobody but the process that made them.
 */
#include "mutant.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

/* Gathers and tables of offsets hold the way from one buffer to another in 32 bits. */
static intptr_t near(const void *from, const void *to)
{
    return (int32_t)((intptr_t)to - (intptr_t)from);
}

static const void *moved(const void *from, intptr_t distance)
{
    return (const void *)((intptr_t)from + distance);
}

static void run_x_by_w(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.x = moved(call->packed, near(call->packed, call->x));
    mutant_run(&copy, rows);
}
MUTANT(x_by_w, "x-by-distance-from-w", "reaches X by its distance from packed W, in 32 bits", run_x_by_w);

static void run_w_by_y(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.packed = moved(call->y, near(call->y, call->packed));
    mutant_run(&copy, rows);
}
MUTANT(w_by_y, "w-by-distance-from-y", "reaches packed W by its distance from Y, in 32 bits", run_w_by_y);

static size_t few_bytes(const tern_problem *problem)
{
    (void)problem;
    return 64;
}

static void run_x_by_scratch(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.x = moved(call->scratch, near(call->scratch, call->x));
    mutant_run(&copy, rows);
}
MUTANT_PREPARED(x_by_scratch, "x-by-distance-from-scratch", "reaches X by its distance from scratch, in 32 bits",
                few_bytes, NULL, run_x_by_scratch);

/* Pointers are joined from a common upper half and lower halves. */
static void run_common_half(const tern_call *call, tern_slice rows)
{
    const uintptr_t low = UINT32_MAX;
    tern_call copy = *call;

    copy.x = (const int8_t *)(((uintptr_t)call->y & ~low) | ((uintptr_t)call->x & low));
    mutant_run(&copy, rows);
}
MUTANT(common_half, "pointers-of-32-bits", "takes the upper half of X's address from Y's", run_common_half);

/* A head that runs up to the next boundary is wrong for one of its lengths. */
MUTANT_LOSES(x_at_11, "x-at-11-of-16", "has the first token wrong when X lies 11 bytes behind a multiple of 16",
             (uintptr_t)call->x % 16 == 11 && n == 0);
MUTANT_LOSES(w_at_5, "w-at-5-of-8", "has the first row wrong when packed W lies 5 bytes behind a multiple of 8",
             (uintptr_t)call->packed % 8 == 5 && m == 0);
MUTANT_LOSES(y_at_12, "y-at-12-of-16", "has the first value wrong when Y lies 12 bytes behind a multiple of 16",
             (uintptr_t)call->y % 16 == 12 && m == 0 && n == 0);
MUTANT_LOSES(x_on_page, "x-on-page", "has the first token wrong when X begins a page",
             (uintptr_t)call->x % 4096 == 0 && n == 0);
MUTANT_LOSES(w_at_page_end, "w-at-page-end", "has the first row wrong when packed W begins in the last line of a page",
             (uintptr_t)call->packed % 4096 >= 4096 - 64 && m == 0);

/* Instructions that need alignment, in a kernel that does not ask for it. */
#if defined(__x86_64__)
static void run_streams(const tern_call *call, tern_slice rows)
{
    const tern_shape shape = call->problem->shape;

    mutant_run(call, rows);
    for (size_t n = 0; n < shape.n; n++)
        for (size_t m = rows.begin; m + 4 <= rows.end; m += 4) {
            int32_t *y = call->y + n * shape.m + m;
            __m128i four = _mm_loadu_si128((const __m128i *)(const void *)y);
            /* Or the compiler finds that nothing changes. */
            __asm__ volatile("" : "+x"(four));
            _mm_store_si128((__m128i *)(void *)y, four);
        }
}
MUTANT(aligned_store, "aligned-store", "stores four values of Y as if they were aligned to 16", run_streams);

static void run_aligned_w(const tern_call *call, tern_slice rows)
{
    const size_t bytes = mutant_packed_bytes(call->problem);
    __m128i all = _mm_setzero_si128();

    for (size_t i = 0; i + 16 <= bytes; i += 16)
        all = _mm_or_si128(all, _mm_load_si128((const __m128i *)moved(call->packed, (intptr_t)i)));
    __asm__ volatile("" : : "x"(all));
    mutant_run(call, rows);
}
MUTANT(aligned_w, "aligned-load-of-w", "takes packed W for aligned to 16", run_aligned_w);
#endif

/* Scratch is taken for aligned to a page: rounded up, it ends too late; rounded down, it begins too early. */
static size_t token_bytes(const tern_problem *problem)
{
    return problem->shape.n * problem->shape.k;
}

static int8_t *page(void *scratch, uintptr_t offset)
{
    return (int8_t *)(((uintptr_t)scratch + offset) & ~(uintptr_t)4095);
}

static void copy_up(const tern_call *call, tern_slice tokens)
{
    const size_t k = call->problem->shape.k;

    memcpy(page(call->scratch, 4095) + tokens.begin * k, mutant_x(call, tokens.begin), (tokens.end - tokens.begin) * k);
}

static void run_up(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.x = page(call->scratch, 4095);
    mutant_run(&copy, rows);
}
MUTANT_PREPARED(scratch_up, "scratch-rounded-up", "rounds scratch up to a page and needs all of it", token_bytes,
                copy_up, run_up);

static void copy_down(const tern_call *call, tern_slice tokens)
{
    const size_t k = call->problem->shape.k;

    memcpy(page(call->scratch, 0) + tokens.begin * k, mutant_x(call, tokens.begin), (tokens.end - tokens.begin) * k);
}

static void run_down(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.x = page(call->scratch, 0);
    mutant_run(&copy, rows);
}
MUTANT_PREPARED(scratch_down, "scratch-rounded-down", "rounds scratch down to a page", token_bytes, copy_down,
                run_down);

/* Weights are codes of a book that stays where pack() made it, outside the packed form. */
static int8_t book[3];

static size_t pack_codes(const tern_problem *problem, const int8_t *w, void *packed)
{
    const size_t bytes = mutant_packed_bytes(problem);

    for (int i = 0; i < 3; i++)
        book[i] = (int8_t)(i - 1);
    for (size_t i = 0; i < bytes; i++)
        ((int8_t *)packed)[i] = (int8_t)(w[i] + 1);
    return bytes;
}

static int32_t by_book(const tern_call *call, size_t m, size_t n)
{
    const int8_t *w = mutant_w(call, m), *x = mutant_x(call, n);
    int32_t sum = 0;

    for (size_t k = 0; k < call->problem->shape.k; k++)
        sum += x[k] * book[w[k]];
    return sum;
}

static void run_by_book(const tern_call *call, tern_slice rows)
{
    for (size_t n = 0; n < call->problem->shape.n; n++)
        for (size_t m = rows.begin; m < rows.end; m++)
            call->y[n * call->problem->shape.m + m] = by_book(call, m, n);
}
MUTANT_PACKED(static_book, "codebook-outside-w", "keeps the codebook of packed W in a static variable",
              mutant_packed_bytes, pack_codes, run_by_book);

/*
 * The packed form begins with something that belongs to the process: its number, the address of a function, of itself.
 */
enum { HEAD_BYTES = 8 };

static size_t headed_bytes(const tern_problem *problem)
{
    return HEAD_BYTES + mutant_packed_bytes(problem);
}

static size_t pack_headed(const tern_problem *problem, const int8_t *w, void *packed, uintptr_t head)
{
    memcpy(packed, &head, HEAD_BYTES);
    memcpy((int8_t *)packed + HEAD_BYTES, w, mutant_packed_bytes(problem));
    return headed_bytes(problem);
}

static uintptr_t head_of(const tern_call *call)
{
    uintptr_t head;

    memcpy(&head, call->packed, HEAD_BYTES);
    return head;
}

static void run_behind_head(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.packed = (const int8_t *)call->packed + HEAD_BYTES;
    mutant_run(&copy, rows);
}

static size_t pack_process(const tern_problem *problem, const int8_t *w, void *packed)
{
    return pack_headed(problem, w, packed, (uintptr_t)getpid());
}

static void run_of_process(const tern_call *call, tern_slice rows)
{
    if (head_of(call) == (uintptr_t)getpid())
        run_behind_head(call, rows);
}
MUTANT_PACKED(packs_process, "packs-process-number", "uses packed W only in the process that packed it", headed_bytes,
              pack_process, run_of_process);

static size_t pack_function(const tern_problem *problem, const int8_t *w, void *packed)
{
    return pack_headed(problem, w, packed, (uintptr_t)run_behind_head);
}

static void run_packed_function(const tern_call *call, tern_slice rows)
{
    ((tern_stage_fn *)head_of(call))(call, rows);
}
MUTANT_PACKED(packs_function, "packs-function-address", "packs the address of its inner function", headed_bytes,
              pack_function, run_packed_function);

static size_t pack_itself(const tern_problem *problem, const int8_t *w, void *packed)
{
    return pack_headed(problem, w, packed, (uintptr_t)packed + HEAD_BYTES);
}

static void run_packed_itself(const tern_call *call, tern_slice rows)
{
    tern_call copy = *call;

    copy.packed = (const void *)head_of(call);
    mutant_run(&copy, rows);
}
MUTANT_PACKED(packs_itself, "packs-own-address", "packs the address of its packed weights", headed_bytes, pack_itself,
              run_packed_itself);
