#include "plan/case.h"

#include "base/team.h"
#include "base/text.h"
#include "plan/toggles.h"
#include "record/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* So that no product of sizes overflows, and a slip of the keyboard is told as one. */
#define MAX_WEIGHTS ((size_t)1 << 40)

tern_problem_key tern_case_problem(const tern_case *c)
{
    tern_problem_key key = {
        .m = c->shape.m,
        .k = c->shape.k,
        .n = c->shape.n,
        .p0 = c->data.p0,
        .seed = c->data.seed,
        .threads = c->threads,
    };

    tern_text_copy(key.w, sizeof key.w, tern_w_pattern_name(c->data.w));
    tern_text_copy(key.x, sizeof key.x, tern_x_pattern_name(c->data.x));
    tern_text_copy(key.sweep, sizeof key.sweep, tern_sweep_name(c->data.sweep));
    tern_text_copy(key.cache, sizeof key.cache, tern_cache_name(c->cache));
    return key;
}

void tern_case_init(tern_case *c, const tern_kernel *kernel)
{
    memset(c, 0, sizeof *c);
    c->kernel = kernel;
    tern_toggles_init(kernel->toggles, c->toggle);
}

tern_status tern_case_set_toggles(tern_case *c, const char *text, tern_error *error)
{
    char owner[96] = "";

    tern_text_append(owner, sizeof owner, "kernel '%s'", c->kernel->name);
    return tern_toggles_set(c->kernel->toggles, owner, c->toggle, text, error);
}

bool tern_case_owns_team(const tern_case *c)
{
    return tern_kernel_owns_team(c->kernel) && c->threads > 1;
}

bool tern_case_same_kernel(const tern_case *a, const tern_case *b)
{
    return a->kernel == b->kernel && memcmp(a->toggle, b->toggle, sizeof a->toggle) == 0;
}

bool tern_case_huge_pages(const tern_case *c)
{
    const tern_toggle *table = c->kernel->toggles;

    for (size_t i = 0; table != NULL && table[i].name != NULL; i++)
        if (strcmp(table[i].name, TERN_TOGGLE_HUGE_PAGES) == 0)
            return c->toggle[i] != 0;
    return true;
}

char *tern_case_toggles(const tern_case *c, char *text, size_t bytes)
{
    return tern_toggles_text(c->kernel->toggles, c->toggle, text, bytes);
}

char *tern_case_kernel(const tern_case *c, char *text, size_t bytes)
{
    char toggles[TERN_ID_BYTES];

    text[0] = '\0';
    if (c->kernel == NULL)
        tern_text_append(text, bytes, "%s", TERN_KERNEL_AUTO);
    else
        tern_text_append(text, bytes, "%s%s%s", c->kernel->name,
                         tern_case_toggles(c, toggles, sizeof toggles)[0] != '\0' ? "+" : "", toggles);
    return text;
}

char *tern_case_id(const tern_case *c, char *text, size_t bytes)
{
    char kernel[TERN_ID_BYTES];

    text[0] = '\0';
    tern_text_append(text, bytes, "%s/%zux%zux%zu/w=%s,x=%s,p0=%.12g,seed=%" PRIu64,
                     tern_case_kernel(c, kernel, sizeof kernel), c->shape.m, c->shape.k, c->shape.n,
                     tern_w_pattern_name(c->data.w), tern_x_pattern_name(c->data.x), c->data.p0, c->data.seed);
    if (c->data.sweep != TERN_SWEEP_NONE)
        tern_text_append(text, bytes, ",sweep=%s", tern_sweep_name(c->data.sweep));
    if (c->cache != TERN_CHECK_ONLY)
        tern_text_append(text, bytes, "/t=%" PRIu32 "/%s", c->threads, tern_cache_name(c->cache));
    return text;
}

bool tern_shape_parse(const char *text, tern_shape *shape)
{
    char copy[64], *rest = copy;
    size_t *const size[] = {&shape->m, &shape->k, &shape->n};
    size_t count = 0;

    if (strlen(text) >= sizeof copy)
        return false;
    tern_text_copy(copy, sizeof copy, text);
    for (char *word; (word = strsep(&rest, "x")) != NULL; count++) {
        uint64_t value;
        if (count == 3 || !tern_text_u64(word, 1, UINT32_MAX, &value))
            return false;
        *size[count] = value;
    }
    return count >= 2 && shape->k <= TERN_MAX_K && shape->m <= MAX_WEIGHTS / shape->k &&
           shape->n <= MAX_WEIGHTS / shape->k && shape->n <= MAX_WEIGHTS / shape->m;
}

double tern_shape_macs(tern_shape shape)
{
    return (double)shape.m * (double)shape.k * (double)shape.n;
}

static bool parse_w(tern_case *c, const char *value)
{
    return tern_w_pattern_parse(value, &c->data.w);
}

static bool parse_x(tern_case *c, const char *value)
{
    return tern_x_pattern_parse(value, &c->data.x);
}

static bool parse_p0(tern_case *c, const char *value)
{
    return tern_text_double(value, 0.0, 1.0, &c->data.p0);
}

static bool parse_seed(tern_case *c, const char *value)
{
    return tern_text_u64(value, 0, INT64_MAX, &c->data.seed);
}

static bool parse_sweep(tern_case *c, const char *value)
{
    return tern_sweep_parse(value, &c->data.sweep);
}

static const struct {
    const char *name;
    bool (*parse)(tern_case *, const char *value);
} data_keys[] = {{"w", parse_w}, {"x", parse_x}, {"p0", parse_p0}, {"seed", parse_seed}, {"sweep", parse_sweep}};

/* Bits of those without which an id names no case: all but the sweep. */
enum { NEEDED_KEYS = 0xf };

/* Reads one "key=value" of the data part, and adds the key's bit to seen, where it must not be yet. */
static bool parse_data_word(tern_case *c, char *word, unsigned *seen)
{
    char *equals = strchr(word, '=');

    if (equals == NULL)
        return false;
    *equals = '\0';
    for (size_t i = 0; i < sizeof data_keys / sizeof *data_keys; i++)
        if (strcmp(word, data_keys[i].name) == 0) {
            const bool again = (*seen >> i & 1) != 0;
            *seen |= 1U << i;
            return !again && data_keys[i].parse(c, equals + 1);
        }
    return false;
}

tern_status tern_case_parse_kernel(tern_case *c, const char *text, const tern_registry *registry, tern_error *error)
{
    char name[TERN_ID_BYTES], *toggles = name;

    memset(c, 0, sizeof *c);
    if (strcmp(text, TERN_KERNEL_AUTO) == 0)
        return TERN_OK;
    tern_text_copy(name, sizeof name, text);
    strsep(&toggles, "+");
    const tern_kernel *kernel = tern_registry_find(registry, name);
    if (kernel == NULL)
        return tern_error_set(error, TERN_USAGE, "there is no kernel '%s'; `ternbench kernels` lists them", name);
    tern_case_init(c, kernel);
    return toggles == NULL ? TERN_OK : tern_case_set_toggles(c, toggles, error);
}

bool tern_case_take_kernel(tern_case *c, const char *kernel, const char *toggles, const tern_registry *registry)
{
    const tern_kernel *found = tern_registry_find(registry, kernel);
    tern_case named;

    if (found == NULL)
        return false;
    tern_case_init(&named, found);
    if (tern_case_set_toggles(&named, toggles, NULL) != TERN_OK)
        return false;
    c->kernel = found;
    memcpy(c->toggle, named.toggle, sizeof c->toggle);
    return true;
}

static tern_status refuse_id(const char *id, tern_error *error)
{
    return tern_error_set(error, TERN_USAGE,
                          "'%s' is no case id; it reads KERNEL/MxKxN/w=..,x=..,p0=..,seed=..[/t=N/CACHE]", id);
}

/* id is the whole, for messages. */
static tern_status parse_data(tern_case *c, char *data, const char *id, tern_error *error)
{
    unsigned seen = 0;

    for (char *word; (word = tern_text_word(&data, ",")) != NULL;)
        if (!parse_data_word(c, word, &seen))
            return tern_error_set(error, TERN_USAGE, "the id's data part is wrong at '%s'", word);
    return (seen & NEEDED_KEYS) == NEEDED_KEYS ? TERN_OK : refuse_id(id, error);
}

tern_status tern_case_parse(tern_case *c, const char *id, const tern_registry *registry, tern_error *error)
{
    enum { KERNEL, SHAPE, DATA, THREADS, CACHE, PARTS };
    char copy[TERN_ID_BYTES], *rest = copy, *part[PARTS] = {NULL};
    size_t parts = 0;
    uint64_t threads;

    if (strlen(id) >= sizeof copy)
        return tern_error_set(error, TERN_USAGE, "the id is longer than %zu characters", sizeof copy - 1);
    tern_text_copy(copy, sizeof copy, id);
    for (char *word; (word = strsep(&rest, "/")) != NULL; parts++) {
        if (parts == PARTS)
            return tern_error_set(error, TERN_USAGE, "the id has more than %d parts: '%s'", PARTS, word);
        part[parts] = word;
    }
    if (parts != THREADS && parts != PARTS)
        return refuse_id(id, error);
    tern_status status = tern_case_parse_kernel(c, part[KERNEL], registry, error);
    if (status != TERN_OK)
        return status;
    if (!tern_shape_parse(part[SHAPE], &c->shape) || c->shape.n == 0)
        return tern_error_set(error, TERN_USAGE,
                              "'%s' is no shape; write MxKxN, with K below 2^24 and no product of two above 2^40",
                              part[SHAPE]);
    if ((status = parse_data(c, part[DATA], id, error)) != TERN_OK)
        return status;
    if (parts == THREADS && c->kernel == NULL)
        return tern_error_set(error, TERN_USAGE, "'%s' names no kernel to check; auto goes with /t=N/CACHE", id);
    if (parts == THREADS)
        return TERN_OK;
    if (c->data.sweep != TERN_SWEEP_NONE)
        return tern_error_set(error, TERN_USAGE, "a sweep is only checked; leave out '/t=...' of '%s'", id);
    if (strncmp(part[THREADS], "t=", 2) != 0 || !tern_text_u64(part[THREADS] + 2, 1, TERN_THREADS_LINUX, &threads))
        return tern_error_set(error, TERN_USAGE, "'%s' is no thread count; write t=N", part[THREADS]);
    c->threads = (uint32_t)threads;
    if (!tern_cache_parse(part[CACHE], &c->cache))
        return tern_error_set(error, TERN_USAGE, "'%s' is no cache state; write hot or cold", part[CACHE]);
    return TERN_OK;
}
