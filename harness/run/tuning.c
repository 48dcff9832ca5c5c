#include "run/tuning.h"

#include "base/interrupt.h"
#include "base/stats.h"
#include "base/text.h"
#include "plan/toggle_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ROUNDS = 9, MOST_ROUNDS = 96, FINAL_PROCESSES = 2, GO_ON = 3, MAX_ROUNDS = FINAL_PROCESSES * MOST_ROUNDS };

/* Of a stage, in each process: single samples from memory were seen to differ by 15 %, so that nine of them decide little. */
static const double sampling_ns = 5e8;

/* A kernel that is slower than the best by more does not go on: toggles were seen to give a fifth. */
static const double near_best = 1.25, near_best_tuned = 1.08;
static const double worth_a_toggle = 1.005; /* so many times as fast must another setting be */

/* One setting while its stage is sampled. */
typedef struct arm {
    tern_case c;
    double ns[MAX_ROUNDS]; /* of the workload, by round */
    uint32_t rounds;       /* 0: it has no samples */
    tern_estimate ratio;   /* how many times as fast as the first arm */
    char reason[256];
} arm;

typedef struct stage {
    const tern_tuning *tuning;
    const tern_workload *workload;
    const char *name;
    double once_ns; /* as in tern_tuning, of the workload */
    uint32_t rounds, processes;
    arm arm[TERN_TUNING_ARMS];
    uint32_t arms;
} stage;

static void add_arm(stage *s, const tern_case *c)
{
    if (s->arms < TERN_TUNING_ARMS)
        s->arm[s->arms++] = (arm){.c = *c};
}

static bool is_out(const arm *a)
{
    return a->reason[0] != '\0';
}

/* What came of one problem in one process. False when a setting ended all, which is out now, so that it is to be repeated. */
static bool take_over(stage *s, const tern_paired_samples *samples, const uint32_t *which, double times,
                      uint32_t process)
{
    bool whole = true, blamed = false;

    for (uint32_t i = 0; i < samples->arms; i++) {
        arm *a = &s->arm[which[i]];
        const tern_paired_arm *from = &samples->arm[i];
        whole &= from->finding.verdict != TERN_EXACT || from->samples >= s->rounds;
        if (from->finding.verdict == TERN_EXACT)
            continue;
        blamed = true;
        tern_text_copy(a->reason, sizeof a->reason,
                       from->finding.reason[0] == '\0' ? "it is not EXACT" : from->finding.reason);
    }
    for (uint32_t i = 0; i < samples->arms && whole; i++)
        for (uint32_t r = 0; r < s->rounds && samples->arm[i].samples >= s->rounds; r++)
            s->arm[which[i]].ns[process * s->rounds + r] += times * samples->arm[i].ns[r];
    for (uint32_t i = 0; i < samples->arms && !whole && !blamed; i++)
        tern_text_copy(s->arm[which[i]].reason, sizeof s->arm[which[i]].reason, "it could not be sampled");
    return whole || !blamed;
}

static tern_status sample_problem(stage *s, size_t problem, uint32_t process, tern_error *error)
{
    const tern_tuning *tuning = s->tuning;
    tern_case c[TERN_TUNING_ARMS];
    uint32_t which[TERN_TUNING_ARMS] = {0}, arms;
    tern_status status = TERN_OK;
    bool done = false;

    while (!done && status == TERN_OK && tern_interrupt_signal() == 0) {
        tern_paired_samples samples = {0};
        arms = 0;
        for (uint32_t i = 0; i < s->arms; i++)
            if (!is_out(&s->arm[i])) {
                which[arms] = i;
                c[arms++] = tern_workload_case(s->workload, problem, &s->arm[i].c);
            }
        if (arms == 0)
            return TERN_OK;
        status = tuning->sample(tuning->context, c, arms, s->rounds, process, &samples, error);
        done = status == TERN_OK && take_over(s, &samples, which, s->workload->times[problem], process);
        tern_paired_samples_free(&samples);
    }
    return status;
}

static double median_of(const arm *a)
{
    double sorted[MAX_ROUNDS];

    if (a->rounds == 0)
        return NAN;
    memcpy(sorted, a->ns, a->rounds * sizeof *sorted);
    tern_stats_sort(sorted, a->rounds);
    return tern_stats_median(sorted, a->rounds);
}

static tern_estimate ratio_of(const arm *reference, const arm *a)
{
    double ratio[MAX_ROUNDS];

    return tern_stats_ratio(reference->ns, a->ns, reference->rounds < a->rounds ? reference->rounds : a->rounds, ratio);
}

static tern_tried tried_of(const stage *s, const arm *a)
{
    tern_tried tried = {
        .ns = median_of(a), .ratio = a->ratio.median, .low = a->ratio.low, .high = a->ratio.high, .samples = a->rounds};

    tern_text_copy(tried.id, sizeof tried.id, s->tuning->workload->id);
    tern_text_copy(tried.stage, sizeof tried.stage, s->name);
    tern_text_copy(tried.kernel, sizeof tried.kernel, a->c.kernel->name);
    tern_text_copy(tried.reason, sizeof tried.reason, a->reason);
    tern_case_toggles(&a->c, tried.toggles, sizeof tried.toggles);
    return tried;
}

/* As many as the time allows; a call that is not timed comes before each sample. */
static uint32_t rounds_of(const stage *s)
{
    const double rounds = s->once_ns > 0.0 ? sampling_ns / (2.0 * s->once_ns * s->arms) : 0.0;

    return (uint32_t)fmin(fmax(rounds, LEAST_ROUNDS), MOST_ROUNDS);
}

/* Samples all arms; those that were whole have rounds then. Tells them. */
static tern_status sample(stage *s, tern_error *error)
{
    const tern_tuning *tuning = s->tuning;
    tern_status status = TERN_OK;

    s->rounds = rounds_of(s);
    for (uint32_t process = 0; process < s->processes; process++)
        for (size_t problem = 0; problem < s->workload->problems && status == TERN_OK; problem++)
            status = sample_problem(s, problem, process, error);
    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    for (uint32_t i = 0; i < s->arms; i++)
        s->arm[i].rounds = is_out(&s->arm[i]) ? 0 : s->rounds * s->processes;
    for (uint32_t i = 0; i < s->arms && status == TERN_OK; i++) {
        s->arm[i].ratio = ratio_of(&s->arm[0], &s->arm[i]);
        const tern_tried tried = tried_of(s, &s->arm[i]);
        status = tuning->tell(tuning->context, &tried, error);
    }
    return status;
}

/* How fast it is, in a unit of the stage. */
static double speed_of(const stage *s, const arm *a)
{
    return s->arm[0].rounds > 0 ? a->ratio.median : 1.0 / median_of(a);
}

/* The fastest of those that are not yet marked; s->arms when there is none. */
static uint32_t fastest(const stage *s, const bool *marked)
{
    uint32_t best = s->arms;

    for (uint32_t i = 0; i < s->arms; i++)
        if (!marked[i] && s->arm[i].rounds > 0 &&
            (best == s->arms || speed_of(s, &s->arm[i]) > speed_of(s, &s->arm[best])))
            best = i;
    return best;
}

/* A kernel that goes on. */
typedef struct finalist {
    tern_case own;        /* with its own toggles */
    double speed;         /* in a unit that all have, with the best toggles that are known */
    tern_case setting[2]; /* the best single change, and all that gain together */
    size_t settings;
} finalist;

/* Samples the contenders and leaves those that go on, the fastest first. Returns how many. */
static size_t contend(stage *s, finalist goes_on[GO_ON], tern_status *status, tern_error *error)
{
    const tern_tuning *tuning = s->tuning;
    bool marked[TERN_TUNING_ARMS] = {false};
    size_t count = 0;

    for (size_t i = 0; i < tuning->contenders; i++)
        add_arm(s, &tuning->contender[i]);
    *status = sample(s, error);
    const uint32_t best = fastest(s, marked);
    for (uint32_t next = best; count < GO_ON && next < s->arms; next = fastest(s, marked)) {
        marked[next] = true;
        if (near_best * speed_of(s, &s->arm[next]) >= speed_of(s, &s->arm[best]))
            goes_on[count++] = (finalist){.own = s->arm[next].c, .speed = speed_of(s, &s->arm[next])};
    }
    return count;
}

/* A setting that was sampled: which toggle of the kernel has which value. */
typedef struct change {
    size_t toggle;
    int32_t value;
} change;

/* One arm for each value of each toggle; the first is the case itself. Returns how many changes there are. */
static size_t add_changes(stage *s, const tern_case *own, change changed[TERN_TUNING_ARMS])
{
    const tern_toggle *table = own->kernel->toggles;
    size_t changes = 0;

    add_arm(s, own);
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
            add_arm(s, &c);
        }
    }
    return changes;
}

static bool is_faster(const tern_estimate *ratio)
{
    return ratio->median >= worth_a_toggle && ratio->low > 1.0;
}

/* Samples the toggles of a kernel one by one, and keeps what is worth to be sampled again. */
static tern_status vary(stage *s, finalist *f, tern_error *error)
{
    change changed[TERN_TUNING_ARMS];
    double gain[TERN_MAX_TOGGLES] = {0.0}, best_gain = 1.0;
    tern_case together = f->own;
    size_t toggles = 0;

    s->arms = 0;
    const size_t changes = add_changes(s, &f->own, changed);
    const tern_status status = changes == 0 ? TERN_OK : sample(s, error);
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

static void add_finalists(stage *final, const finalist *f, size_t count)
{
    double best = 0.0;

    for (size_t i = 0; i < count; i++)
        best = fmax(best, f[i].speed);
    for (size_t i = 0; i < count; i++) {
        if (near_best_tuned * f[i].speed < best)
            continue;
        add_arm(final, &f[i].own);
        for (size_t j = 0; j < f[i].settings; j++)
            add_arm(final, &f[i].setting[j]);
    }
}

/*
 * The settings of a kernel stand behind one another, its own first, then with one change, then with more: the best of them,
 * each only where it is clearly faster than what is simpler. *end is where the next kernel begins.
 */
static uint32_t best_of_kernel(const stage *s, uint32_t own, uint32_t *end)
{
    uint32_t best = own;

    for (*end = own + 1; *end < s->arms && s->arm[*end].c.kernel == s->arm[own].c.kernel; (*end)++) {
        const tern_estimate ratio = ratio_of(&s->arm[best], &s->arm[*end]);
        if (s->arm[*end].rounds > 0 && is_faster(&ratio))
            best = *end;
    }
    return best;
}

/* The best setting of the fastest kernel, and the best of the next. Both s->arms when nothing was sampled. */
static void decide(const stage *s, uint32_t *first, uint32_t *second)
{
    uint32_t end;

    *first = *second = s->arms;
    for (uint32_t own = 0; own < s->arms; own = end) {
        const uint32_t best = best_of_kernel(s, own, &end);
        if (s->arm[best].rounds == 0)
            continue;
        if (*first == s->arms || speed_of(s, &s->arm[best]) > speed_of(s, &s->arm[*first])) {
            *second = *first;
            *first = best;
        } else if (*second == s->arms || speed_of(s, &s->arm[best]) > speed_of(s, &s->arm[*second])) {
            *second = best;
        }
    }
}

/* The kernel of a with its own toggles: the first of its settings. */
static const arm *own_of(const stage *s, const arm *a)
{
    const arm *own = s->arm;

    while (own->c.kernel != a->c.kernel)
        own++;
    return own;
}

/* The fastest of another kernel; NULL: there is none. */
static const arm *fastest_other(const stage *s, const tern_kernel *kernel)
{
    bool marked[TERN_TUNING_ARMS];

    for (uint32_t i = 0; i < s->arms; i++)
        marked[i] = s->arm[i].c.kernel == kernel;
    const uint32_t best = fastest(s, marked);
    return best < s->arms ? &s->arm[best] : NULL;
}

/* "; next NAME, 0.91 (0.90..0.92) times as fast" */
static void append_next(const arm *chosen, const arm *next, char *text, size_t bytes)
{
    const tern_estimate ratio = ratio_of(chosen, next);
    char kernel[TERN_ID_BYTES];

    tern_text_append(text, bytes, "; next %s, %.3g", tern_case_kernel(&next->c, kernel, sizeof kernel), ratio.median);
    if (isfinite(ratio.low))
        tern_text_append(text, bytes, " (%.3g..%.3g)", ratio.low, ratio.high);
    tern_text_append(text, bytes, " times as fast");
}

/* kernels: the stage before toggles were tried, which alone has the next where no other came near. */
static void explain(const stage *s, const stage *kernels, uint32_t first, uint32_t second, tern_tried *chosen)
{
    const arm *other = fastest_other(kernels, s->arm[first].c.kernel);
    const arm *own = own_of(s, &s->arm[first]);

    chosen->chosen = true;
    chosen->reason[0] = '\0';
    tern_text_append(chosen->reason, sizeof chosen->reason, "%.4g us, sampled in turns with the others as it is used",
                     1e-3 * chosen->ns);
    if (own != &s->arm[first])
        tern_text_append(chosen->reason, sizeof chosen->reason, ", %.3g times as fast as with its own toggles",
                         ratio_of(own, &s->arm[first]).median);
    if (second < s->arms)
        append_next(&s->arm[first], &s->arm[second], chosen->reason, sizeof chosen->reason);
    else if (other != NULL)
        append_next(own_of(kernels, &s->arm[first]), other, chosen->reason, sizeof chosen->reason);
    else if (s->tuning->next != NULL)
        tern_text_append(chosen->reason, sizeof chosen->reason, "; next %s", s->tuning->next);
}

static tern_status conclude(const stage *final, const stage *kernels, tern_case *best, tern_tried *chosen,
                            tern_error *error)
{
    uint32_t first, second;

    decide(final, &first, &second);
    if (first == final->arms)
        return tern_error_set(error, TERN_NOTHING, "no kernel could be sampled for %s", final->tuning->workload->id);
    *best = final->arm[first].c;
    *chosen = tried_of(final, &final->arm[first]);
    explain(final, kernels, first, second, chosen);
    return final->tuning->tell(final->tuning->context, chosen, error);
}

tern_status tern_tuning_choose(const tern_tuning *tuning, tern_case *best, tern_tried *chosen, tern_error *error)
{
    struct {
        stage kernels, trial, final;
    } *stages = calloc(1, sizeof *stages);
    finalist goes_on[GO_ON];
    tern_status status;

    if (stages == NULL)
        return tern_error_memory(error, "the settings of kernels", sizeof *stages);
    stages->kernels = (stage){
        .tuning = tuning, .workload = tuning->part, .once_ns = tuning->part_once_ns, .name = "kernels", .processes = 1};
    stages->trial = stages->kernels;
    stages->trial.name = "toggles";
    stages->final = (stage){.tuning = tuning,
                            .workload = tuning->workload,
                            .once_ns = tuning->once_ns,
                            .name = "final",
                            .processes = FINAL_PROCESSES};
    *best = tuning->contender[0];
    const size_t count = contend(&stages->kernels, goes_on, &status, error);
    for (size_t i = 0; i < count && status == TERN_OK && tern_interrupt_signal() == 0; i++)
        status = vary(&stages->trial, &goes_on[i], error);
    add_finalists(&stages->final, goes_on, count);
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = sample(&stages->final, error);
    if (status == TERN_OK && tern_interrupt_signal() == 0)
        status = conclude(&stages->final, &stages->kernels, best, chosen, error);
    free(stages);
    return status;
}
