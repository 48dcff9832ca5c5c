#include "analyse/effects.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double residual_that_matters = 0.01;

static tern_toggle_set all_of(size_t toggles)
{
    return ((tern_toggle_set)1 << toggles) - 1;
}

size_t tern_design_find(const tern_design *design, tern_toggle_set set)
{
    size_t i = 0;

    while (i < design->arms && design->arm[i] != set)
        i++;
    return i;
}

static void add(tern_design *design, tern_toggle_set set)
{
    if (tern_design_find(design, set) == design->arms)
        design->arm[design->arms++] = set;
}

static bool begin(tern_design *design, size_t toggles, size_t most_arms)
{
    *design = (tern_design){.toggles = toggles, .arm = calloc(most_arms, sizeof *design->arm)};
    if (design->arm == NULL)
        return false;
    add(design, 0);
    add(design, all_of(toggles));
    for (size_t i = 0; i < toggles; i++)
        add(design, (tern_toggle_set)1 << i);
    for (size_t i = 0; i < toggles; i++)
        add(design, all_of(toggles) & ~((tern_toggle_set)1 << i));
    return true;
}

bool tern_design_first(tern_design *design, size_t toggles)
{
    return begin(design, toggles, 2 * toggles + 2);
}

static uint64_t draw(uint64_t *state, uint64_t below)
{
    return (tern_random_next(state) >> 33) % below;
}

static void shuffle(uint8_t *order, size_t count, uint64_t *state)
{
    for (size_t i = 0; i < count; i++)
        order[i] = (uint8_t)i;
    for (size_t i = count; i > 1; i--) {
        const size_t j = draw(state, i);
        const uint8_t other = order[j];
        order[j] = order[i - 1];
        order[i - 1] = other;
    }
}

static void add_walk(tern_design *design, const uint8_t *order)
{
    tern_toggle_set set = 0;

    for (size_t i = 0; i < design->toggles; i++)
        add(design, set |= (tern_toggle_set)1 << order[i]);
}

static bool walk(tern_design *design, uint64_t seed)
{
    design->order = calloc(TERN_EFFECTS_PERMUTATIONS, sizeof *design->order);
    if (design->order == NULL)
        return false;
    for (size_t p = 0; p < TERN_EFFECTS_PERMUTATIONS; p += 2) {
        uint8_t *order = design->order[p], *reverse = design->order[p + 1];
        shuffle(order, design->toggles, &seed);
        for (size_t i = 0; i < design->toggles; i++)
            reverse[i] = order[design->toggles - 1 - i];
        add_walk(design, order);
        add_walk(design, reverse);
    }
    return true;
}

bool tern_design_more(tern_design *design, size_t toggles, uint64_t seed)
{
    const bool full = toggles <= TERN_EFFECTS_FULL;
    const size_t most = full ? (size_t)1 << toggles : 2 * toggles + 2 + TERN_EFFECTS_PERMUTATIONS * toggles;

    if (!begin(design, toggles, most + 2))
        return false;
    if (!full)
        return walk(design, seed);
    for (tern_toggle_set set = 0; set <= all_of(toggles); set++)
        add(design, set);
    return true;
}

void tern_design_free(tern_design *design)
{
    free(design->arm);
    free(design->order);
    *design = (tern_design){0};
}

/* v of a combination in one process; NaN when it was not measured. */
static double value(const tern_design *design, const double *v, tern_toggle_set set)
{
    const size_t arm = tern_design_find(design, set);

    return arm < design->arms ? v[arm] : (double)NAN;
}

static double gain(const tern_design *design, const double *v, tern_toggle_set set, size_t toggle)
{
    const tern_toggle_set bit = (tern_toggle_set)1 << toggle;

    return value(design, v, set | bit) - value(design, v, set & ~bit);
}

/* By its definition: gains weighted by how many orders of the toggles pass through each combination. */
static double shapley(const tern_design *design, const double *v, size_t toggle)
{
    const size_t n = design->toggles;
    double sum = 0.0;

    for (tern_toggle_set set = 0; set <= all_of(n); set++)
        if ((set >> toggle & 1) == 0) {
            const double before = (double)__builtin_popcount(set);
            sum += gain(design, v, set, toggle) *
                   exp(lgamma(before + 1.0) + lgamma((double)n - before) - lgamma((double)n + 1.0));
        }
    return sum;
}

static double mean_gain_of_walks(const tern_design *design, const double *v, size_t toggle)
{
    double sum = 0.0;

    for (size_t p = 0; p < TERN_EFFECTS_PERMUTATIONS; p++) {
        tern_toggle_set set = 0;
        for (size_t i = 0; design->order[p][i] != toggle; i++)
            set |= (tern_toggle_set)1 << design->order[p][i];
        sum += gain(design, v, set, toggle) / TERN_EFFECTS_PERMUTATIONS;
    }
    return sum;
}

static double contribution(const tern_design *design, const double *v, size_t toggle, double alone, double left_out)
{
    double exact = (double)NAN;

    if (design->order != NULL)
        exact = mean_gain_of_walks(design, v, toggle);
    else if (design->toggles <= TERN_EFFECTS_FULL && design->arms == (size_t)1 << design->toggles)
        exact = shapley(design, v, toggle);
    if (!isnan(exact))
        return exact;
    if (isnan(alone) || isnan(left_out))
        return isnan(alone) ? left_out : alone;
    return 0.5 * (alone + left_out);
}

/* The figures of one process, in the order in which they are averaged. */
typedef struct figures {
    double alone[TERN_EFFECTS_TOGGLES], left_out[TERN_EFFECTS_TOGGLES], contribution[TERN_EFFECTS_TOGGLES],
        synergy[TERN_EFFECTS_TOGGLES], total, residual;
} figures;

static void in_one_process(figures *f, const tern_design *design, const double *v)
{
    const tern_toggle_set all = all_of(design->toggles);

    f->total = value(design, v, all) - value(design, v, 0);
    f->residual = f->total;
    for (size_t i = 0; i < design->toggles; i++) {
        f->alone[i] = gain(design, v, 0, i);
        f->left_out[i] = gain(design, v, all, i);
        f->synergy[i] = f->left_out[i] - f->alone[i];
        f->contribution[i] = contribution(design, v, i, f->alone[i], f->left_out[i]);
        f->residual -= f->contribution[i];
    }
}

/* The mean over processes of the figure at that offset. NaN when any is. */
static tern_mean mean_at(const figures *f, size_t processes, size_t offset, double *room, double confidence)
{
    for (size_t p = 0; p < processes; p++)
        memcpy(&room[p], (const char *)&f[p] + offset, sizeof *room);
    return tern_mean_of(room, processes, confidence);
}

static bool differs_from_none(const tern_mean *mean)
{
    return mean->low > 0.0 || mean->high < 0.0;
}

bool tern_effect_shows(const tern_effect *effect)
{
    return differs_from_none(&effect->alone) || differs_from_none(&effect->left_out) ||
           differs_from_none(&effect->contribution);
}

void tern_effects_of(tern_effects *effects, const tern_design *design, const double *v, size_t processes,
                     double confidence)
{
    figures *f = calloc(processes + 1, sizeof *f);
    double *room = calloc(processes + 1, sizeof *room);

    memset(effects, 0, sizeof *effects);
    for (size_t p = 0; p < processes && f != NULL; p++)
        in_one_process(&f[p], design, v + p * design->arms);
    if (f != NULL && room != NULL && processes > 0) {
#define MEAN(member, i) mean_at(f, processes, offsetof(figures, member) + (i) * sizeof(double), room, confidence)
        for (size_t i = 0; i < design->toggles; i++)
            effects->effect[i] = (tern_effect){
                .alone = MEAN(alone, i),
                .left_out = MEAN(left_out, i),
                .contribution = MEAN(contribution, i),
                .synergy = MEAN(synergy, i),
            };
        effects->total = MEAN(total, 0);
        effects->residual = MEAN(residual, 0);
#undef MEAN
        effects->more = fabs(effects->residual.mean) > fmax(2.0 * effects->residual.error, residual_that_matters);
    }
    free(f);
    free(room);
}
