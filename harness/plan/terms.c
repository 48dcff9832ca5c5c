/*
 * The words of an id that stand for enumerated values.
 */
#include "plan/case.h"

#include <string.h>

static const char *const w_names[] = {
    [TERN_W_RANDOM] = "random",
    [TERN_W_ZERO] = "zero",
    [TERN_W_PLUS] = "plus",
    [TERN_W_MINUS] = "minus",
    [TERN_W_ALTERNATING] = "alternating",
    [TERN_W_BLOCKS] = "blocks",
    [TERN_W_MIXED] = "mixed",
    [TERN_W_NEAR] = "near",
    [TERN_W_COUNT] = "count",
    [TERN_W_COUNT12] = "count12",
    [TERN_W_ONEHOT] = "onehot",
};
static const char *const x_names[] = {
    [TERN_X_RANDOM] = "random",     [TERN_X_MIN] = "min",
    [TERN_X_MAX] = "max",           [TERN_X_ALTERNATING] = "alternating",
    [TERN_X_ONEHOT] = "onehot",     [TERN_X_ZERO] = "zero",
    [TERN_X_RELU2] = "relu2",       [TERN_X_SPARSE] = "sparse",
    [TERN_X_BLOCKS] = "blocks",     [TERN_X_NEAR] = "near",
    [TERN_X_POSITIVE] = "positive", [TERN_X_NEGATIVE] = "negative",
    [TERN_X_EXTREME] = "extreme",
};
static const char *const sweep_names[TERN_SWEEPS] = {
    [TERN_SWEEP_NONE] = "",         [TERN_SWEEP_SIZES] = "sizes",     [TERN_SWEEP_CONTENTS] = "contents",
    [TERN_SWEEP_WIDTHS] = "widths", [TERN_SWEEP_TOGGLES] = "toggles", [TERN_SWEEP_CALLS] = "calls",
    [TERN_SWEEP_ISA] = "isa",       [TERN_SWEEP_DEEP] = "deep",
};
static const char *const cache_names[] = {[TERN_CHECK_ONLY] = "", [TERN_HOT] = "hot", [TERN_COLD] = "cold"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The index of text in names, or -1. */
static int find(const char *const *names, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return (int)i;
    return -1;
}

const char *tern_w_pattern_name(tern_w_pattern pattern)
{
    return w_names[pattern];
}

const char *tern_x_pattern_name(tern_x_pattern pattern)
{
    return x_names[pattern];
}

const char *tern_sweep_name(tern_sweep sweep)
{
    return sweep_names[sweep];
}

const char *tern_cache_name(tern_cache cache)
{
    return cache_names[cache];
}

bool tern_w_pattern_parse(const char *text, tern_w_pattern *pattern)
{
    const int index = find(w_names, COUNT(w_names), text);

    if (index >= 0)
        *pattern = (tern_w_pattern)index;
    return index >= 0;
}

bool tern_x_pattern_parse(const char *text, tern_x_pattern *pattern)
{
    const int index = find(x_names, COUNT(x_names), text);

    if (index >= 0)
        *pattern = (tern_x_pattern)index;
    return index >= 0;
}

bool tern_sweep_parse(const char *text, tern_sweep *sweep)
{
    const int index = find(sweep_names, COUNT(sweep_names), text);

    if (index > 0)
        *sweep = (tern_sweep)index;
    return index > 0;
}

bool tern_cache_parse(const char *text, tern_cache *cache)
{
    const int index = find(cache_names, COUNT(cache_names), text);

    if (index > 0)
        *cache = (tern_cache)index;
    return index > 0;
}
