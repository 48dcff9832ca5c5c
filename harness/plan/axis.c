#include "plan/axis.h"

#include "base/team.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads one value into place i of an axis: NULL, or what such a value looks like. */
typedef const char *read_value(tern_axes *axes, size_t i, const char *text, const tern_registry *registry);

static const char *read_kernel(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    const bool takes_away = text[0] == '-';
    const char *glob = text + takes_away;

    if (!tern_text_fit(axes->kernel[i], sizeof axes->kernel[i], text))
        return "the name or glob of a kernel, of less than 64 characters";
    /* A glob may match nothing: which kernels there are depends on the processor and on plug-ins. */
    if (strcmp(text, TERN_KERNEL_AUTO) == 0 || strpbrk(glob, "*?[") != NULL)
        return NULL;
    const tern_kernel *kernel = tern_registry_find(registry, glob);
    if (kernel != NULL) {
        tern_text_copy(axes->kernel[i] + takes_away, sizeof axes->kernel[i] - takes_away, kernel->name);
        return NULL;
    }
    return "the name or glob of a kernel that there is (`ternbench kernels` lists them, with --side those of a side), "
           "or "
           "auto";
}

/* Whether any kernel of the registry takes this set. */
static const char *read_toggles(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    tern_case c;

    if (!tern_text_fit(axes->toggles[i], sizeof axes->toggles[i], text))
        return "a set of toggles shorter than 128 characters";
    if (strcmp(text, "default") == 0)
        return NULL;
    for (size_t j = 0; j < tern_registry_count(registry); j++) {
        tern_case_init(&c, tern_registry_kernel(registry, j));
        if (tern_case_set_toggles(&c, text, NULL) == TERN_OK)
            return NULL;
    }
    return "'default' or name=value,name=value with toggles that one kernel has and values that these take (`ternbench "
           "kernels` lists both)";
}

static const char *read_shape(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    (void)registry;
    axes->shape[i].n = 0;
    return tern_shape_parse(text, &axes->shape[i])
               ? NULL
               : "MxK or MxKxN, each at least 1, K at most 16777215, no product of two above 2^40";
}

static const char *read_n(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    uint64_t value;

    (void)registry;
    if (!tern_text_u64(text, 1, 1u << 20, &value))
        return "a number of tokens from 1 to 1048576";
    axes->n[i] = value;
    return NULL;
}

static const char *read_threads(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    uint64_t value;

    (void)registry;
    if (strcmp(text, "all") == 0)
        value = TERN_THREADS_ALL;
    else if (strcmp(text, "doubling") == 0)
        value = TERN_THREADS_DOUBLING;
    else if (!tern_text_u64(text, 1, TERN_THREADS_LINUX, &value))
        return "a number of threads from 1 to 4194304 (more is more than Linux has), all, or doubling (1, 2, 4, ... "
               "all)";
    axes->threads[i] = (uint32_t)value;
    return NULL;
}

static const char *read_cache(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    (void)registry;
    return tern_cache_parse(text, &axes->cache[i]) ? NULL : "hot or cold";
}

static const char *read_w(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    (void)registry;
    return tern_w_pattern_parse(text, &axes->w[i])
               ? NULL
               : "random, zero, plus, minus, alternating, blocks, mixed, near, count, count12 or onehot";
}

static const char *read_x(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    (void)registry;
    return tern_x_pattern_parse(text, &axes->x[i]) ? NULL
                                                   : "random, min, max, alternating, onehot, zero, relu2, sparse, "
                                                     "blocks, near, positive, negative or extreme";
}

static const char *read_p0(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    (void)registry;
    return tern_text_double(text, 0.0, 1.0, &axes->p0[i]) ? NULL : "a share of zeros from 0 to 1";
}

static const char *read_seed(tern_axes *axes, size_t i, const char *text, const tern_registry *registry)
{
    (void)registry;
    return tern_text_u64(text, 0, INT64_MAX, &axes->seed[i]) ? NULL : "a whole number below 2^63";
}

static const struct {
    const char *name;
    read_value *read;
    size_t count_offset;
    const char *separators;
} axis_table[] = {
    {"kernels", read_kernel, offsetof(tern_axes, kernels), " \t\n,"},
    {"toggles", read_toggles, offsetof(tern_axes, toggle_sets), " \t\n"},
    {"shapes", read_shape, offsetof(tern_axes, shapes), " \t\n,"},
    {"n", read_n, offsetof(tern_axes, ns), " \t\n,"},
    {"threads", read_threads, offsetof(tern_axes, thread_counts), " \t\n,"},
    {"cache", read_cache, offsetof(tern_axes, caches), " \t\n,"},
    {"w", read_w, offsetof(tern_axes, ws), " \t\n,"},
    {"x", read_x, offsetof(tern_axes, xs), " \t\n,"},
    {"p0", read_p0, offsetof(tern_axes, p0s), " \t\n,"},
    {"seed", read_seed, offsetof(tern_axes, seeds), " \t\n,"},
};

enum { AXES = sizeof axis_table / sizeof *axis_table };

static tern_status unknown_axis(const char *axis, tern_error *error)
{
    const char *names[AXES], *nearest;
    char list[128] = "";

    for (size_t i = 0; i < AXES; i++) {
        names[i] = axis_table[i].name;
        tern_text_append(list, sizeof list, "%s%s", i ? ", " : "", names[i]);
    }
    nearest = tern_text_nearest(axis, names, AXES);
    if (nearest != NULL)
        return tern_error_set(error, TERN_USAGE, "unknown axis '%s', did you mean '%s'? The axes are %s", axis, nearest,
                              list);
    return tern_error_set(error, TERN_USAGE, "unknown axis '%s'; the axes are %s", axis, list);
}

static tern_status read_values(tern_axes *axes, size_t row, char *values, const tern_registry *registry,
                               tern_error *error)
{
    size_t *count = (size_t *)(void *)((char *)axes + axis_table[row].count_offset);

    *count = 0;
    for (char *word; (word = tern_text_word(&values, axis_table[row].separators)) != NULL; ++*count) {
        if (*count == TERN_AXIS_MAX)
            return tern_error_set(error, TERN_USAGE, "axis '%s' has more than %d values; split it over two groups",
                                  axis_table[row].name, TERN_AXIS_MAX);
        const char *expected = axis_table[row].read(axes, *count, word, registry);
        if (expected != NULL)
            return tern_error_set(error, TERN_USAGE, "axis '%s': '%s' is not %s", axis_table[row].name, word, expected);
    }
    if (*count == 0)
        return tern_error_set(error, TERN_USAGE, "axis '%s' has no value", axis_table[row].name);
    return TERN_OK;
}

tern_status tern_axis_set(tern_axes *axes, const char *axis, const char *values, const tern_registry *registry,
                          tern_error *error)
{
    for (size_t row = 0; row < AXES; row++)
        if (strcmp(axis, axis_table[row].name) == 0) {
            char *copy = strdup(values);
            if (copy == NULL)
                return tern_error_memory(error, "an axis", (double)strlen(values));
            const tern_status status = read_values(axes, row, copy, registry, error);
            free(copy);
            return status;
        }
    return unknown_axis(axis, error);
}
