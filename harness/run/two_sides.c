#include "run/two_sides.h"

#include "base/text.h"
#include "run/side_load.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

tern_status tern_two_sides_open(tern_two_sides *sides, const char *base, const tern_session *cand,
                                const tern_side_watcher *watcher, tern_error *error)
{
    *sides = (tern_two_sides){.cand = &cand->side, .cand_kernels = cand->registry};
    return tern_side_load(&sides->base, &sides->base_kernels, base, watcher, error);
}

void tern_two_sides_close(tern_two_sides *sides)
{
    tern_registry_free(sides->base_kernels);
    sides->base_kernels = NULL;
}

const tern_kernel *tern_two_sides_base_of(const tern_two_sides *sides, const tern_kernel *cand)
{
    return tern_side_counterpart(sides->cand_kernels, sides->base_kernels, cand);
}

const tern_kernel *tern_two_sides_cand_of(const tern_two_sides *sides, const tern_kernel *base)
{
    return tern_side_counterpart(sides->base_kernels, sides->cand_kernels, base);
}

tern_case tern_two_sides_case(const tern_case *c, const tern_kernel *kernel)
{
    tern_case other;

    tern_case_init(&other, kernel);
    other.shape = c->shape;
    other.data = c->data;
    other.threads = c->threads;
    other.cache = c->cache;
    return other;
}

tern_status tern_two_sides_same_case(const tern_case *c, const tern_kernel *kernel, tern_case *same, tern_error *error)
{
    char toggles[256];

    *same = tern_two_sides_case(c, kernel);
    return tern_case_set_toggles(same, tern_case_toggles(c, toggles, sizeof toggles), error);
}

static void put_code(const tern_side *side, const tern_registry *kernels, const tern_kernel *kernel,
                     char code[TERN_CODE_BYTES])
{
    uint64_t hash;

    code[0] = '\0';
    if (tern_side_hash_of(side, kernels, kernel, &hash))
        snprintf(code, TERN_CODE_BYTES, "%016" PRIx64, hash);
}

/* Objects may differ in names of files and symbols alone. */
static bool loads_the_same(const tern_two_sides *sides, const tern_kernel *base, const tern_kernel *cand)
{
    uint64_t of_base, of_cand;

    return tern_side_loaded_hash_of(&sides->base, sides->base_kernels, base, &of_base) &&
           tern_side_loaded_hash_of(sides->cand, sides->cand_kernels, cand, &of_cand) && of_base == of_cand;
}

bool tern_two_sides_code(const tern_two_sides *sides, const tern_kernel *base, const tern_kernel *cand,
                         char base_code[TERN_CODE_BYTES], char cand_code[TERN_CODE_BYTES])
{
    put_code(&sides->base, sides->base_kernels, base, base_code);
    put_code(sides->cand, sides->cand_kernels, cand, cand_code);
    if (base_code[0] != '\0' && loads_the_same(sides, base, cand))
        tern_text_copy(cand_code, TERN_CODE_BYTES, base_code);
    return base_code[0] != '\0' && strcmp(base_code, cand_code) == 0;
}

/* What is mapped next lies so many pages lower than it would have: a layout that no other process has. */
static void shift_mappings(uint64_t pages)
{
    enum { PAGE = 4096 };

    (void)mmap(NULL, (size_t)(pages + 1) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

tern_status tern_two_sides_enter(void *context, tern_case *c, uint32_t arms, tern_error *error)
{
    const tern_entering *entering = context;
    uint64_t state = entering->seed;
    tern_status status = TERN_OK;

    for (uint32_t i = 0; i < arms && status == TERN_OK; i++) {
        const uint32_t arm = (state & 1) != 0 ? arms - 1 - i : i;
        const char *name = c[arm].kernel->name;
        tern_registry *kernels;
        shift_mappings(state >> (8 + 16 * (i % 3)) & 0xFFF);
        if ((status = tern_registry_new_empty(&kernels, error)) == TERN_OK &&
            (status = tern_registry_load_copy(kernels, entering->plugin[arm], error)) == TERN_OK)
            c[arm].kernel = tern_registry_find(kernels, name);
    }
    return status;
}
