#include "run/tuning.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "plan/toggle_grid.h"
#include "run/tuning_stage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GO_ON = 3 };

/* A kernel that is slower than the best by more does not go on: toggles were seen to give a fifth. */
static const double near_best = 1.25, near_best_tuned = 1.08;
static const double worth_a_toggle = 1.005; /* so many times as fast must another setting be */

/* A kernel that goes on. */
typedef struct finalist {
    tern_case own;        /* with its own toggles */
    double speed;         /* in a unit that all have, with the best toggles that are known */
    tern_case setting[2]; /* the best single change, and all that gain together */
    size_t settings;
} finalist;

/* Samples the contenders and leaves those that go on, the fastest first. Returns how many. */
static size_t contend(tern_tuning_stage *s, finalist goes_on[GO_ON], tern_status *status, tern_error *error)
{
    const tern_tuning *tuning = s->tuning;
    bool marked[TERN_TUNING_ARMS] = {false};
    size_t count = 0;

    for (size_t i = 0; i < tuning->contenders; i++)
        tern_tuning_stage_add(s, &tuning->contender[i]);
    *status = tern_tuning_stage_sample(s, error);
    const uint32_t best = tern_tuning_stage_fastest(s, marked);
    for (uint32_t next = best; count < GO_ON && next < s->arms; next = tern_tuning_stage_fastest(s, marked)) {
        marked[next] = true;
        if (near_best * tern_tuning_stage_speed(s, &s->arm[next]) >= tern_tuning_stage_speed(s, &s->arm[best]))
            goes_on[count++] = (finalist){.own = s->arm[next].c, .speed = tern_tuning_stage_speed(s, &s->arm[next])};
    }
    return count;
}

/* A setting that was sampled: which toggle of the kernel has which value. */
typedef struct change {
    size_t toggle;
    int32_t value;
} change;

/* One arm for each value of each toggle; the first is the case itself. Returns how many changes there are. */
static size_t add_changes(tern_tuning_stage *s, const tern_case *own, change changed[TERN_TUNING_ARMS])
{
    const tern_toggle *table = own->kernel->toggles;
    size_t changes = 0;

    tern_tuning_stage_add(s, own);
    for (size_t t = 0; table != NULL && table[t].name != NULL; t++) {
        int32_t value[TERN_TOGGLE_GRID];
        const size_t values = strcmp(table[t].name, TERN_TOGGLE_HUGE_PAGES) == 0
                                  ? 0 /* off, it would need a ring of its own, and gains nothing */
                                  : tern_toggle_grid(&table[t], own->toggle[t], value);
        for (size_t v = 0; v < values && s->arms < TERN_TUNING_ARMS; v++) {
            tern_case c = *own;
            c.toggle[t] = value[v];
            changed[changes].toggle = t;
            changed[changes++].value = value[v];
            tern_tuning_stage_add(s, &c);
        }
    }
    return changes;
}

static bool is_faster(const tern_estimate *ratio)
{
    return ratio->median >= worth_a_toggle && ratio->low > 1.0;
}

/* Samples the toggles of a kernel one by one, and keeps what is worth to be sampled again. */
static tern_status vary(tern_tuning_stage *s, finalist *f, tern_error *error)
{
    change changed[TERN_TUNING_ARMS];
    double gain[TERN_MAX_TOGGLES] = {0.0}, best_gain = 1.0;
    tern_case together = f->own;
    size_t toggles = 0;

    s->arms = 0;
    const size_t changes = add_changes(s, &f->own, changed);
    const tern_status status = changes == 0 ? TERN_OK : tern_tuning_stage_sample(s, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    for (size_t i = 0; i < changes; i++) {
        const tern_estimate *ratio = &s->arm[i + 1].ratio;
        const size_t toggle = changed[i].toggle;
        if (!is_faster(ratio) || ratio->median <= gain[toggle])
            continue;
        toggles += gain[toggle] == 0.0;
        gain[toggle] = ratio->median;
        together.toggle[toggle] = changed[i].value;
        if (ratio->median > best_gain) {
            best_gain = ratio->median;
            f->setting[0] = s->arm[i + 1].c;
        }
    }
    f->settings = toggles < 2 ? toggles : 2;
    f->setting[1] = together;
    f->speed *= best_gain;
    return TERN_OK;
}

static void add_finalists(tern_tuning_stage *final, const finalist *f, size_t count)
{
    double best = 0.0;

    for (size_t i = 0; i < count; i++)
        best = fmax(best, f[i].speed);
    for (size_t i = 0; i < count; i++) {
        if (near_best_tuned * f[i].speed < best)
            continue;
        tern_tuning_stage_add(final, &f[i].own);
        for (size_t j = 0; j < f[i].settings; j++)
            tern_tuning_stage_add(final, &f[i].setting[j]);
    }
}

/*
 * The settings of a kernel stand behind one another, its own first, then with one change, then with more: the best of
 * them, each only where it is clearly faster than what is simpler. *end is where the next kernel begins.
 */
static uint32_t best_of_kernel(const tern_tuning_stage *s, uint32_t own, uint32_t *end)
{
    uint32_t best = own;

    for (*end = own + 1; *end < s->arms && s->arm[*end].c.kernel == s->arm[own].c.kernel; (*end)++) {
        const tern_estimate ratio = tern_tuning_stage_ratio(&s->arm[best], &s->arm[*end]);
        if (s->arm[*end].rounds > 0 && is_faster(&ratio))
            best = *end;
    }
    return best;
}

/* The best setting of the fastest kernel, and the best of the next. Both s->arms when nothing was sampled. */
static void decide(const tern_tuning_stage *s, uint32_t *first, uint32_t *second)
{
    uint32_t end;

    *first = *second = s->arms;
    for (uint32_t own = 0; own < s->arms; own = end) {
        const uint32_t best = best_of_kernel(s, own, &end);
        if (s->arm[best].rounds == 0)
            continue;
        if (*first == s->arms ||
            tern_tuning_stage_speed(s, &s->arm[best]) > tern_tuning_stage_speed(s, &s->arm[*first])) {
            *second = *first;
            *first = best;
        } else if (*second == s->arms ||
                   tern_tuning_stage_speed(s, &s->arm[best]) > tern_tuning_stage_speed(s, &s->arm[*second])) {
            *second = best;
        }
    }
}

/* The kernel of a with its own toggles: the first of its settings. */
static const tern_tuning_arm *own_of(const tern_tuning_stage *s, const tern_tuning_arm *a)
{
    const tern_tuning_arm *own = s->arm;

    while (own->c.kernel != a->c.kernel)
        own++;
    return own;
}

/* The fastest of another kernel; NULL: there is none. */
static const tern_tuning_arm *fastest_other(const tern_tuning_stage *s, const tern_kernel *kernel)
{
    bool marked[TERN_TUNING_ARMS];

    for (uint32_t i = 0; i < s->arms; i++)
        marked[i] = s->arm[i].c.kernel == kernel;
    const uint32_t best = tern_tuning_stage_fastest(s, marked);
    return best < s->arms ? &s->arm[best] : NULL;
}

/* "; next NAME, 0.91 (0.90..0.92) times as fast" */
static void append_next(const tern_tuning_arm *chosen, const tern_tuning_arm *next, char *text, size_t bytes)
{
    const tern_estimate ratio = tern_tuning_stage_ratio(chosen, next);
    char kernel[TERN_ID_BYTES];

    tern_text_append(text, bytes, "; next %s, %.3g", tern_case_kernel(&next->c, kernel, sizeof kernel), ratio.median);
    if (isfinite(ratio.low))
        tern_text_append(text, bytes, " (%.3g..%.3g)", ratio.low, ratio.high);
    tern_text_append(text, bytes, " times as fast");
}

/* kernels: the stage before toggles were tried, which alone has the next where no other came near. */
static void explain(const tern_tuning_stage *s, const tern_tuning_stage *kernels, uint32_t first, uint32_t second,
                    tern_tried *chosen)
{
    const tern_tuning_arm *other = fastest_other(kernels, s->arm[first].c.kernel);
    const tern_tuning_arm *own = own_of(s, &s->arm[first]);

    chosen->chosen = true;
    chosen->reason[0] = '\0';
    tern_text_append(chosen->reason, sizeof chosen->reason,
                     "%.4g us in the median, sampled in turns with the others as it is used", 1e-3 * chosen->ns);
    if (own != &s->arm[first])
        tern_text_append(chosen->reason, sizeof chosen->reason,
                         "; by rounds %.3g times as fast as with its own toggles",
                         tern_tuning_stage_ratio(own, &s->arm[first]).median);
    if (second < s->arms)
        append_next(&s->arm[first], &s->arm[second], chosen->reason, sizeof chosen->reason);
    else if (other != NULL)
        append_next(own_of(kernels, &s->arm[first]), other, chosen->reason, sizeof chosen->reason);
    else if (s->tuning->next != NULL)
        tern_text_append(chosen->reason, sizeof chosen->reason, "; next %s", s->tuning->next);
}

static tern_status conclude(const tern_tuning_stage *final, const tern_tuning_stage *kernels, tern_case *best,
                            tern_tried *chosen, tern_error *error)
{
    uint32_t first, second;

    decide(final, &first, &second);
    if (first == final->arms)
        return tern_error_set(error, TERN_NOTHING, "no kernel could be sampled for %s", final->tuning->workload->id);
    *best = final->arm[first].c;
    *chosen = tern_tuning_stage_tried(final, &final->arm[first]);
    explain(final, kernels, first, second, chosen);
    return final->tuning->tell(final->tuning->context, chosen, error);
}

tern_status tern_tuning_choose(const tern_tuning *tuning, tern_case *best, tern_tried *chosen, tern_error *error)
{
    struct {
        tern_tuning_stage kernels, trial, final;
    } *stages = calloc(1, sizeof *stages);
    finalist goes_on[GO_ON];
    tern_status status;

    if (stages == NULL)
        return tern_error_memory(error, "the settings of kernels", sizeof *stages);
    stages->kernels = (tern_tuning_stage){
        .tuning = tuning, .workload = tuning->part, .once_ns = tuning->part_once_ns, .name = "kernels", .processes = 1};
    stages->trial = stages->kernels;
    stages->trial.name = "toggles";
    stages->final = (tern_tuning_stage){.tuning = tuning,
                                        .workload = tuning->workload,
                                        .once_ns = tuning->once_ns,
                                        .name = "final",
                                        .processes = TERN_TUNING_PROCESSES};
    *best = tuning->contender[0];
    const size_t count = contend(&stages->kernels, goes_on, &status, error);
    for (size_t i = 0; i < count && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        status = vary(&stages->trial, &goes_on[i], error);
    add_finalists(&stages->final, goes_on, count);
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = tern_tuning_stage_sample(&stages->final, error);
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = conclude(&stages->final, &stages->kernels, best, chosen, error);
    free(stages);
    return status;
}
