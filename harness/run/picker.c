#include "run/picker.h"

#include "base/interrupt.h"
#include "base/text.h"
#include "measure/first_guess.h"
#include "run/picks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double deadline_s = 120.0;
static const double near_guess = 1.6;   /* a kernel that is guessed to be slower than the best by more is not sampled */
static const double sample_ns = 2e5;    /* at least */
static const double long_call_ns = 8e6; /* of calls that would take longer, fewer rows are sampled */
static const double final_weights = 16e6,
                    part_weights =
                        4e6; /* for each thread, since cold calls are dear: rows that pass this are not sampled */

enum { LEAST_ROWS = 256, ROW_STEP = 64 };

typedef struct picking {
    const tern_picker *picker;
    tern_workload workload;
    tern_pin pin;
    double read_gbps; /* 0: not known, or W is in cache */
    tern_results tried;
    tern_case_weights weights; /* of the problem that was sampled last */
} picking;

static tern_status tell(void *context, const tern_tried *tried, tern_error *error)
{
    picking *p = context;
    const tern_status status = tern_results_add(&p->tried, TERN_LINE_TRIED, tried, error);

    return status == TERN_OK && p->picker->tell != NULL ? p->picker->tell(p->picker->context, tried, error) : status;
}

/* Is a tern_tuning_sample. */
static tern_status sample(void *context, const tern_case *c, uint32_t arms, uint32_t rounds, uint64_t process,
                          tern_paired_samples *samples, tern_error *error)
{
    picking *p = context;
    const tern_child_options child = tern_activity_child(p->picker->activity, deadline_s);
    const tern_paired_request request = {
        .c = c,
        .arms = arms,
        .schedule = {.order = TERN_ORDER_SHUFFLED, .until = TERN_UNTIL_ROUNDS, .rounds = rounds, .seed = process + 1},
        .min_sample_ms = 1e-6 * sample_ns,
        .pin = p->pin,
        .llc_bytes = p->picker->environment->topology.llc_bytes,
        .roof_read_gbps = p->read_gbps,
        .deadline_s = deadline_s,
        .weights = tern_case_weights_keep(&p->weights, c),
    };

    return tern_paired_sample(&request, &child, samples, error);
}

/* A kernel, and how long its main problems are guessed to take. */
typedef struct guess {
    tern_case c;
    double ns;
    double problem_ns[TERN_WORKLOAD_PROBLEMS]; /* NaN: not guessed */
    bool wrong;                                /* at one of them */
    char reason[256];                          /* why it has no time; "": it has */
} guess;

/* What is wrong is told, whatever else there is. */
static void explain(guess *g, const tern_finding *finding)
{
    char reason[sizeof g->reason];
    const bool wrong = tern_tried_explain(reason, sizeof reason, finding);

    if (g->reason[0] == '\0' || (wrong && !g->wrong))
        tern_text_copy(g->reason, sizeof g->reason, reason);
    g->wrong |= wrong;
}

static tern_status guess_kernel(picking *p, const tern_kernel *kernel, guess *g, tern_error *error)
{
    const tern_child_options child = tern_activity_child(p->picker->activity, deadline_s);
    tern_status status = TERN_OK;

    *g = (guess){.ns = 0.0};
    tern_case_init(&g->c, kernel);
    g->c.threads = p->workload.problem[0].threads;
    for (size_t i = 0; i < p->workload.problems && status == TERN_OK; i++) {
        g->problem_ns[i] = NAN;
        if (!tern_workload_is_main(&p->workload, i))
            continue;
        const tern_case c = tern_workload_case(&p->workload, i, &g->c);
        tern_finding finding;
        status = tern_first_guess(&c, &p->pin, p->read_gbps, &child, &g->problem_ns[i], &finding, error);
        if (status == TERN_OK && !isfinite(g->problem_ns[i]))
            explain(g, &finding);
        g->ns += p->workload.times[i] * g->problem_ns[i];
    }
    return status;
}

static int by_time(const void *a, const void *b)
{
    const double x = ((const guess *)a)->ns, y = ((const guess *)b)->ns;

    return (x > y) - (x < y);
}

static tern_tried tried_of_guess(const picking *p, const guess *g)
{
    tern_tried tried = {.ns = isfinite(g->ns) ? g->ns : NAN, .ratio = NAN, .low = NAN, .high = NAN, .wrong = g->wrong};

    tern_text_copy(tried.id, sizeof tried.id, p->workload.id);
    tern_text_copy(tried.stage, sizeof tried.stage, "guess");
    tern_text_copy(tried.kernel, sizeof tried.kernel, g->c.kernel->name);
    tern_text_copy(tried.reason, sizeof tried.reason, g->reason);
    return tried;
}

/* All kernels that may run, the fastest first; those that cannot do it are not among them. */
static tern_status guess_all(picking *p, guess *g, size_t *count, tern_error *error)
{
    const tern_registry *registry = p->picker->session->registry;
    tern_status status = TERN_OK;

    *count = 0;
    tern_activity_say(p->picker->activity, "timing the kernels");
    for (size_t i = 0; i < tern_registry_count(registry) && status == TERN_OK && tern_interrupt_signal() == 0; i++) {
        const tern_kernel *kernel = tern_registry_kernel(registry, i);
        if (tern_session_permit(p->picker->session, kernel, NULL) != TERN_OK ||
            (p->picker->alone != NULL && kernel != p->picker->alone))
            continue;
        if ((status = guess_kernel(p, kernel, &g[*count], error)) != TERN_OK || tern_interrupt_signal() != 0)
            break;
        const tern_tried tried = tried_of_guess(p, &g[*count]);
        status = tell(p, &tried, error);
        if (isfinite(g[*count].ns))
            (*count)++;
    }
    qsort(g, *count, sizeof *g, by_time);
    return status;
}

/* Of problem i, as many rows as are named or a few more; never so few that the threads have nothing to do. */
static void take_rows(tern_workload *workload, size_t i, double rows)
{
    tern_case *c = &workload->problem[i];
    const double least = (double)LEAST_ROWS * c->threads;
    const size_t taken = ((size_t)fmax(rows, least) + ROW_STEP - 1) / ROW_STEP * ROW_STEP;

    if (rows >= (double)c->shape.m || taken >= c->shape.m)
        return;
    workload->times[i] *= (double)c->shape.m / (double)taken;
    c->shape.m = taken;
}

/* What the kernel takes for a multiply-add of problem i, or of one with as many tokens. */
static double mac_ns(const tern_workload *workload, const guess *g, size_t i)
{
    for (size_t j = 0; j < workload->problems; j++) {
        const tern_shape like = workload->problem[j].shape;
        if (like.n == workload->problem[i].shape.n && !isnan(g->problem_ns[j]))
            return g->problem_ns[j] / tern_shape_macs(like);
    }
    return 0.0;
}

/* What a sample of each problem takes, all together, where only some of the workload's rows are sampled. */
static double once_ns(const tern_workload *workload, const tern_workload *sampled, const guess *g)
{
    double sum = 0.0;

    for (size_t i = 0; i < sampled->problems; i++) {
        const tern_shape shape = sampled->problem[i].shape;
        sum += fmax(sample_ns, mac_ns(workload, g, i) * tern_shape_macs(shape));
    }
    return sum;
}

/* Each row takes as long: the first rows tell, so many that a call is neither long nor reads more weights. */
static tern_workload part_of(const tern_workload *workload, const guess *best, double weights)
{
    tern_workload part = *workload;

    for (size_t i = 0; i < workload->problems; i++) {
        const tern_shape shape = workload->problem[i].shape;
        const double rows = weights * workload->problem[i].threads / (double)shape.k;
        const double row_ns = mac_ns(workload, best, i) * (double)shape.k * (double)shape.n;
        take_rows(&part, i, row_ns > 0.0 ? fmin(rows, long_call_ns / row_ns) : rows);
    }
    return part;
}

/* A kernel with threads of its own cannot take turns: it is left to its guess. */
static bool can_take_turns(const guess *g)
{
    return !tern_case_owns_team(&g->c);
}

/* The one that reads the fewest bits; NULL: there is none. */
static const guess *most_compact(const guess *g, size_t count)
{
    const guess *best = NULL;

    for (size_t i = 0; i < count; i++)
        if (can_take_turns(&g[i]) && (best == NULL || g[i].c.kernel->bits_per_weight < best->c.kernel->bits_per_weight))
            best = &g[i];
    return best;
}

/*
 * Those of the guesses that are sampled. Where W comes from memory and its bandwidth is not known, the guesses know
 * nothing of memory: then the most compact kernel is one of them, whatever it takes in cache.
 */
static size_t find_contenders(const picking *p, const guess *g, size_t count,
                              tern_case contender[TERN_TUNING_CONTENDERS])
{
    const bool is_blind = p->workload.problem[0].cache == TERN_COLD && p->read_gbps == 0.0;
    const guess *compact = is_blind ? most_compact(g, count) : NULL;
    size_t contenders = 0;

    if (compact != NULL)
        contender[contenders++] = compact->c;
    for (size_t i = 0; i < count && contenders < TERN_TUNING_CONTENDERS && g[i].ns <= near_guess * g[0].ns; i++)
        if (&g[i] != compact && can_take_turns(&g[i]))
            contender[contenders++] = g[i].c;
    return contenders;
}

static tern_status take_guess(picking *p, const guess *g, tern_case *best, tern_tried *chosen, tern_error *error)
{
    *best = g->c;
    *chosen = tried_of_guess(p, g);
    chosen->chosen = true;
    tern_text_append(chosen->reason, sizeof chosen->reason,
                     "guessed from %.4g us in cache; it has threads of its own, and so cannot be sampled in turns",
                     1e-3 * g->ns);
    return tell(p, chosen, error);
}

/*
 * "NAME, guessed to be 0.31 times as fast": of the fastest that the chosen one was not held against. Returns text, or
 * NULL.
 */
static const char *describe_next(const guess *g, size_t count, const tern_case *only, char *text, size_t bytes)
{
    const guess *own = g, *next = g;

    while (own->c.kernel != only->kernel)
        own++;
    while (next < g + count && next->c.kernel == only->kernel)
        next++;
    if (next == g + count)
        return NULL;
    text[0] = '\0';
    tern_text_append(text, bytes, "%s, guessed to be %.2g times as fast", next->c.kernel->name, own->ns / next->ns);
    return text;
}

static tern_status choose(picking *p, guess *g, tern_case *best, tern_tried *chosen, tern_error *error)
{
    tern_case contender[TERN_TUNING_CONTENDERS];
    char next[128];
    size_t count = 0;
    tern_status status = guess_all(p, g, &count, error);

    if (status != TERN_OK || tern_interrupt_signal() != 0)
        return status;
    if (count == 0)
        return tern_error_set(error, TERN_NOTHING, "no kernel can do %s here", p->workload.id);
    const size_t contenders = find_contenders(p, g, count, contender);
    if (contenders == 0)
        return take_guess(p, &g[0], best, chosen, error);
    const tern_workload whole = part_of(&p->workload, &g[0], final_weights);
    const tern_workload part = part_of(&p->workload, &g[0], part_weights);
    const tern_tuning tuning = {.workload = &whole,
                                .part = &part,
                                .once_ns = once_ns(&p->workload, &whole, &g[0]),
                                .part_once_ns = once_ns(&p->workload, &part, &g[0]),
                                .contender = contender,
                                .contenders = contenders,
                                .next = describe_next(g, count, &contender[0], next, sizeof next),
                                .sample = sample,
                                .tell = tell,
                                .context = p};
    tern_activity_say(p->picker->activity, "sampling the fastest kernels and their toggles");
    return tern_tuning_choose(&tuning, best, chosen, error);
}

static tern_status search(picking *p, tern_case *best, tern_tried *chosen, tern_error *error)
{
    const tern_picker *picker = p->picker;
    const uint32_t threads = p->workload.problem[0].threads;
    guess *g = calloc(tern_registry_count(picker->session->registry), sizeof *g);
    const tern_roof *roof = NULL;
    tern_status status;

    if (g == NULL)
        return tern_error_memory(error, "the kernels",
                                 (double)tern_registry_count(picker->session->registry) * sizeof *g);
    p->pin = tern_environment_pin(picker->environment, threads);
    status = tern_environment_roof(picker->environment, threads, picker->activity, &roof, error);
    if (status == TERN_OK)
        status = tern_results_add(&p->tried, TERN_LINE_RUN, &picker->session->run, error);
    p->read_gbps = roof != NULL && p->workload.problem[0].cache == TERN_COLD ? roof->read_gbps : 0.0;
    if (status == TERN_OK)
        status = choose(p, g, best, chosen, error);
    free(g);
    return status;
}

/* Whether what was kept can still be had. */
static bool revive(const tern_session *session, const tern_tried *chosen, tern_case *best)
{
    *best = (tern_case){.kernel = NULL};
    return tern_case_take_kernel(best, chosen->kernel, chosen->toggles, session->registry) &&
           tern_session_permit(session, best->kernel, NULL) == TERN_OK;
}

/* "NAME/..." for "auto/..." */
static void name_after(tern_workload *workload, const tern_kernel *kernel)
{
    char rest[sizeof workload->id];

    tern_text_copy(rest, sizeof rest, strchr(workload->id, '/'));
    workload->id[0] = '\0';
    tern_text_append(workload->id, sizeof workload->id, "%s%s", kernel->name, rest);
}

/* Where it cannot be kept, all goes on: later runs take the time to find it again. */
static void keep(const picking *p, uint64_t key)
{
    char sentence[sizeof(tern_error) + 64] = "";
    tern_error why;

    if (tern_picks_keep(key, &p->tried, &why) == TERN_OK)
        return;
    tern_text_append(sentence, sizeof sentence, "later runs will search again, as what was found is not kept: %s",
                     why.text);
    tern_activity_warn(p->picker->activity, sentence);
}

tern_status tern_picker_pick(const tern_picker *picker, const tern_workload *workload, tern_case *best,
                             tern_tried *chosen, tern_error *error)
{
    picking p = {.picker = picker, .workload = *workload};
    uint64_t key;
    const bool can_keep = picker->alone == NULL && tern_picks_key(picker->session, picker->environment, workload, &key);

    if (picker->alone != NULL)
        name_after(&p.workload, picker->alone);
    if (can_keep && !picker->fresh && tern_picks_find(key, workload, chosen) && revive(picker->session, chosen, best))
        return TERN_OK;
    *best = (tern_case){.kernel = NULL};
    const tern_status status = search(&p, best, chosen, error);
    if (status == TERN_OK && can_keep && tern_interrupt_signal() == 0)
        keep(&p, key);
    tern_case_weights_free(&p.weights);
    tern_results_free(&p.tried);
    return status;
}

tern_status tern_picker_pick_case(const tern_picker *picker, tern_case *c, char *reason, size_t bytes,
                                  tern_error *error)
{
    const tern_workload workload = tern_workload_of_case(c);
    tern_tried chosen = {0};
    tern_case best;
    const tern_status status = tern_picker_pick(picker, &workload, &best, &chosen, error);

    if (status != TERN_OK)
        return status;
    *c = tern_workload_case(&workload, 0, &best);
    tern_text_copy(reason, bytes, chosen.reason);
    return TERN_OK;
}
