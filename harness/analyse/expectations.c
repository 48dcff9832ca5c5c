#include "analyse/expectations.h"

#include "analyse/ablation.h"
#include "analyse/groups.h"
#include "analyse/scaling.h"
#include "analyse/speedup.h"
#include "analyse/student.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double confidence = 0.95;

static const char *const measures[TERN_EXPECTED_MEASURES] = {"kernels", "threads", "toggle", "cache", "decode"};

static const char *const statuses[TERN_EXPECTED_STATUSES] = {"not measured", "INVALID",   "no effect",  "slower",
                                                             "below",        "undecided", "as claimed", "above"};

const char *tern_expected_status_name(tern_expected_status status)
{
    return statuses[status];
}

static tern_status read_claim(tern_expectation *e, const char *value, tern_error *error)
{
    char copy[64], *rest = copy;
    const bool fits = tern_text_fit(copy, sizeof copy, value);
    const char *low = tern_text_word(&rest, " "), *high = low == NULL ? NULL : tern_text_word(&rest, " ");

    if (!fits || high == NULL || tern_text_word(&rest, " ") != NULL || !tern_text_double(low, 1e-3, 1e6, &e->low) ||
        !tern_text_double(high, e->low, 1e6, &e->high))
        return tern_error_set(error, TERN_USAGE, "claimed is two factors of speed, the smaller first, not '%s'", value);
    return TERN_OK;
}

static tern_status read_measure(tern_expectation *e, const char *value, tern_error *error)
{
    for (int i = 0; i < TERN_EXPECTED_MEASURES; i++)
        if (strcmp(value, measures[i]) == 0) {
            e->measure = (tern_expected_measure)i;
            return TERN_OK;
        }
    return tern_error_set(error, TERN_USAGE, "measure is kernels, threads, toggle, cache or decode, not '%s'", value);
}

static tern_status read_key(void *row, const char *key, const char *value, tern_error *error)
{
    tern_expectation *e = row;

    if (strcmp(key, "claimed") == 0)
        return read_claim(e, value, error);
    if (strcmp(key, "measure") == 0)
        return read_measure(e, value, error);
    const struct {
        const char *key;
        char *text;
        size_t bytes;
    } texts[] = {{"kernel", e->kernel, sizeof e->kernel},
                 {"over", e->over, sizeof e->over},
                 {"toggle", e->toggle, sizeof e->toggle}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(key, texts[i].key) == 0)
            return tern_text_fit(texts[i].text, texts[i].bytes, value)
                       ? TERN_OK
                       : tern_error_set(error, TERN_USAGE, "%s is longer than %zu bytes", key, texts[i].bytes - 1);
    return tern_error_set(error, TERN_USAGE, "unknown key '%s'; a claim has claimed, measure, kernel, over and toggle",
                          key);
}

tern_status tern_expectations_read(tern_expectations *expectations, const char *path, tern_error *error)
{
    tern_ini_rows rows = {.row = expectations->item,
                          .bytes = sizeof expectations->item[0],
                          .most = TERN_EXPECTATIONS,
                          .count = &expectations->count,
                          .take = read_key};

    *expectations = (tern_expectations){.count = 0};
    const tern_status status = tern_ini_read(path, "claims", tern_ini_take_row, &rows, error);
    for (size_t i = 0; status == TERN_OK && i < expectations->count; i++)
        if (expectations->item[i].high <= 0.0)
            return tern_error_set(error, TERN_USAGE, "%s: [%s] has no line `claimed = LOW HIGH`", path,
                                  expectations->item[i].name);
    return status;
}

/* Comparisons as logarithms. */
typedef struct collection {
    double *log;
    size_t count;
    tern_estimate last;
} collection;

static void take(collection *c, tern_estimate ratio)
{
    if (!isfinite(ratio.median) || ratio.median <= 0.0)
        return;
    c->log[c->count++] = log(ratio.median);
    c->last = ratio;
}

static tern_estimate point(double value)
{
    return (tern_estimate){value, (double)NAN, (double)NAN};
}

/* The fastest of a problem whose kernel passes, as tern_fastest_of() compares; NULL when there is none. */
static const tern_record *fastest(const tern_group *group, const tern_filter *filter)
{
    const tern_record *best = NULL;

    for (size_t i = 0; i < group->count; i++) {
        const tern_record *r = group->item[i];
        if (r->timed && tern_filter_passes(filter, r->kernel) &&
            (best == NULL || tern_speedup_estimate(r, best).median > 1.0))
            best = r;
    }
    return best;
}

static tern_status compare_kernels(const tern_expectation *e, const tern_results *results, collection *c,
                                   tern_error *error)
{
    tern_groups problems = {0};
    tern_filter kernel, over;
    tern_status status = tern_filter_compile(&kernel, e->kernel, error);
    const tern_status second = tern_filter_compile(&over, e->over, status == TERN_OK ? error : NULL);

    status = status == TERN_OK ? second : status;
    if (status == TERN_OK)
        status = tern_groups_of_results(&problems, results, &tern_by_problem_timed, error);
    for (size_t i = 0; i < problems.count; i++) {
        const tern_record *a = fastest(&problems.group[i], &kernel), *b = fastest(&problems.group[i], &over);
        if (a != NULL && b != NULL)
            take(c, tern_speedup_estimate(a, b));
    }
    tern_groups_free(&problems);
    tern_filter_free(&kernel);
    tern_filter_free(&over);
    return status;
}

static tern_status compare_threads(const tern_results *results, collection *c, tern_error *error)
{
    tern_groups cases;
    const tern_status status = tern_groups_of_results(&cases, results, &tern_by_all_but_threads, error);

    for (size_t i = 0; i < cases.count; i++) {
        const tern_group *group = &cases.group[i];
        const tern_record *fewest = tern_scaling_fewest(group), *most = tern_scaling_most(group);
        if (most != fewest)
            take(c, tern_speedup_estimate(most, fewest));
    }
    tern_groups_free(&cases);
    return status;
}

/* What ablations lose without a toggle. */
typedef struct toggle_search {
    const char *name;
    bool of_loop; /* of the decode loop alone */
    collection *collection;
} toggle_search;

/* Is a tern_ablation_visit. Of two sides CAND is what there is now. */
static void take_toggle(void *context, const tern_ablation *a)
{
    const toggle_search *search = context;

    if (!tern_ablation_is_measured(a) || strcmp(a->all->side, "base") == 0 ||
        (search->of_loop && a->all->measured[0] == '\0'))
        return;
    for (size_t i = 0; i < a->toggles; i++) {
        const tern_effect *effect = strcmp(a->name[i], search->name) == 0 ? tern_ablation_effect(a, i) : NULL;
        if (effect != NULL)
            take(search->collection,
                 (tern_estimate){exp(effect->left_out.mean), exp(effect->left_out.low), exp(effect->left_out.high)});
    }
}

static tern_status compare_toggle(const char *name, bool of_loop, const tern_results *results, collection *c,
                                  tern_error *error)
{
    toggle_search search = {name, of_loop, c};

    return tern_ablation_each(results, take_toggle, &search, error);
}

/* Over its baseline. */
static void compare_decodes(const tern_results *results, collection *c)
{
    for (size_t i = 0; i < results->decodes.count; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        for (size_t j = 0; r->timed && !r->baseline && j < results->decodes.count; j++) {
            const tern_decode_record *b = &results->decodes.item[j];
            if (b->run == r->run && b->baseline && b->timed && strcmp(b->model, r->model) == 0)
                take(c, point(r->decode.tokens_per_s / b->decode.tokens_per_s));
        }
    }
}

/* With the cache over without: an ablation of the loop has an interval, a decode run that compared both has none. */
static tern_status compare_cache(const tern_results *results, collection *c, tern_error *error)
{
    const tern_status status = compare_toggle("kv_cache", true, results, c, error);

    for (size_t i = 0; status == TERN_OK && c->count == 0 && i < results->decodes.count; i++)
        if (results->decodes.item[i].timed && !results->decodes.item[i].baseline)
            take(c, point(results->decodes.item[i].kv_ratio_measured));
    return status;
}

/* A variant of the claim that is not right; NULL: all are. */
static tern_status find_wrong(const tern_expectation *e, const tern_results *results, const char **wrong,
                              tern_error *error)
{
    tern_filter filter;
    const tern_status status = tern_filter_compile(&filter, e->kernel[0] == '\0' ? NULL : e->kernel, error);
    const bool of_cache = e->measure == TERN_EXPECTED_CACHE, of_loop = of_cache || e->measure == TERN_EXPECTED_DECODE;

    *wrong = NULL;
    for (size_t i = 0; status == TERN_OK && !of_loop && i < results->cases.count && *wrong == NULL; i++) {
        const tern_record *r = &results->cases.item[i];
        if (tern_verdict_is_wrong(r->finding.verdict) && tern_filter_passes(&filter, r->kernel))
            *wrong = r->id;
    }
    for (size_t i = 0; status == TERN_OK && of_loop && i < results->decodes.count && *wrong == NULL; i++) {
        const tern_decode_record *r = &results->decodes.item[i];
        if (tern_verdict_is_wrong(r->finding.verdict))
            *wrong = r->id;
    }
    for (size_t i = 0; status == TERN_OK && of_cache && i < results->arms.count && *wrong == NULL; i++)
        if (results->arms.item[i].wrong && results->arms.item[i].measured[0] != '\0')
            *wrong = results->arms.item[i].id;
    tern_filter_free(&filter);
    return status;
}

static tern_expected_status judge(const tern_expectation *e, const tern_expected_outcome *o)
{
    const double low = isfinite(o->ratio.low) ? o->ratio.low : o->ratio.median;
    const double high = isfinite(o->ratio.high) ? o->ratio.high : o->ratio.median;

    if (o->wrong != NULL)
        return TERN_EXPECTED_INVALID;
    if (o->comparisons == 0)
        return TERN_EXPECTED_UNMEASURED;
    if (low > e->high)
        return TERN_EXPECTED_ABOVE;
    if (high >= e->low)
        return low <= 1.0 && e->low > 1.0 ? TERN_EXPECTED_UNDECIDED : TERN_EXPECTED_WITHIN;
    return low > 1.0 ? TERN_EXPECTED_BELOW : high < 1.0 ? TERN_EXPECTED_SLOWER : TERN_EXPECTED_NO_EFFECT;
}

static void conclude(const tern_expectation *e, const collection *c, tern_expected_outcome *o)
{
    o->comparisons = c->count;
    o->ratio = c->last;
    if (c->count > 1) {
        const tern_mean mean = tern_mean_of(c->log, c->count, confidence);
        o->ratio = (tern_estimate){exp(mean.mean), exp(mean.low), exp(mean.high)};
    }
    if (c->count == 0 || o->wrong != NULL)
        o->ratio = (tern_estimate){(double)NAN, (double)NAN, (double)NAN};
    o->share = o->ratio.median / e->low;
    o->status = judge(e, o);
}

tern_status tern_expectation_measure(const tern_expectation *expectation, const tern_results *results,
                                     tern_expected_outcome *outcome, tern_error *error)
{
    const size_t most =
        results->cases.count + results->arms.count + results->decodes.count * (results->decodes.count + 1) + 1;
    collection c = {.log = calloc(most, sizeof *c.log)};

    *outcome = (tern_expected_outcome){0};
    if (c.log == NULL)
        return tern_error_memory(error, "comparisons", (double)most * sizeof *c.log);
    tern_status status = find_wrong(expectation, results, &outcome->wrong, error);
    if (status == TERN_OK && expectation->measure == TERN_EXPECTED_KERNELS)
        status = compare_kernels(expectation, results, &c, error);
    else if (status == TERN_OK && expectation->measure == TERN_EXPECTED_THREADS)
        status = compare_threads(results, &c, error);
    else if (status == TERN_OK && expectation->measure == TERN_EXPECTED_TOGGLE)
        status = compare_toggle(expectation->toggle, false, results, &c, error);
    else if (status == TERN_OK && expectation->measure == TERN_EXPECTED_CACHE)
        status = compare_cache(results, &c, error);
    else if (status == TERN_OK)
        compare_decodes(results, &c);
    if (status == TERN_OK)
        conclude(expectation, &c, outcome);
    free(c.log);
    return status;
}
