#include "plan/plan.h"

#include "base/text.h"
#include "plan/edges.h"
#include "plan/sweep.h"
#include "record/record.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* The case of an id, by the hash of the id alone; NULL when it is not there. */
static tern_planned *find(const tern_plan *plan, uint64_t hash)
{
    size_t cursor = 0, place;

    return tern_index_next(&plan->by_id, hash, &cursor, &place) ? &plan->cases[place] : NULL;
}

bool tern_plan_has(const tern_plan *plan, const char *id)
{
    return find(plan, XXH3_64bits(id, strlen(id))) != NULL;
}

/* Puts the last case into the group that is sampled in turns on its problem, or into a new one. */
static tern_status add_to_group(tern_plan *plan, tern_error *error)
{
    tern_planned *planned = &plan->cases[plan->count - 1];
    const tern_problem_key problem = tern_case_problem(&planned->c);
    const uint64_t hash = tern_problem_key_hash(&problem);
    size_t cursor = 0, place;

    while (tern_index_next(&plan->by_problem, hash, &cursor, &place)) {
        const tern_problem_key other = tern_case_problem(&plan->cases[place].c);
        if (tern_problem_key_same(&other, &problem)) {
            planned->paired = plan->cases[place].paired;
            return TERN_OK;
        }
    }
    planned->paired = ++plan->paired_groups;
    return tern_index_add(&plan->by_problem, hash, plan->count - 1, error);
}

static tern_status make_room(tern_plan *plan, tern_error *error)
{
    if (plan->count < plan->capacity)
        return TERN_OK;
    const size_t capacity = plan->capacity == 0 ? 64 : 2 * plan->capacity;
    tern_planned *cases = realloc(plan->cases, capacity * sizeof *cases);
    if (cases == NULL)
        return tern_error_memory(error, "the plan", (double)(capacity * sizeof *cases));
    plan->cases = cases;
    plan->capacity = capacity;
    return TERN_OK;
}

static tern_status add(tern_plan *plan, const tern_case *c, const char *suite, const char *group, bool interleave,
                       tern_error *error)
{
    char id[TERN_ID_BYTES];

    tern_case_id(c, id, sizeof id);
    if (plan->filter != NULL && !tern_filter_passes(plan->filter, id))
        return TERN_OK;
    const uint64_t hash = XXH3_64bits(id, strlen(id));
    if (find(plan, hash) != NULL)
        return TERN_OK;
    tern_status status = make_room(plan, error);
    if (status != TERN_OK || (status = tern_index_add(&plan->by_id, hash, plan->count, error)) != TERN_OK)
        return status;
    tern_planned *planned = &plan->cases[plan->count++];
    *planned = (tern_planned){.c = *c};
    tern_text_copy(planned->suite, sizeof planned->suite, suite);
    tern_text_copy(planned->group, sizeof planned->group, group);
    return c->cache != TERN_CHECK_ONLY && (interleave || plan->interleave) ? add_to_group(plan, error) : TERN_OK;
}

tern_status tern_plan_add(tern_plan *plan, const tern_case *c, const char *suite, const char *group, tern_error *error)
{
    return add(plan, c, suite, group, false, error);
}

static bool names_auto(const tern_axes *axes)
{
    for (size_t i = 0; i < axes->kernels; i++)
        if (strcmp(axes->kernel[i], TERN_KERNEL_AUTO) == 0)
            return true;
    return false;
}

/*
 * The last pattern that matches the name decides; a list that only takes away starts from all. To check what `auto`
 * may take, all are taken.
 */
static bool is_chosen(const tern_axes *axes, const char *name, bool timed)
{
    bool chosen = axes->kernels == 0 || axes->kernel[0][0] == '-';

    for (size_t i = 0; i < axes->kernels; i++) {
        const bool takes_away = axes->kernel[i][0] == '-';
        const bool any = !timed && strcmp(axes->kernel[i], TERN_KERNEL_AUTO) == 0;
        if (any || fnmatch(axes->kernel[i] + takes_away, name, 0) == 0)
            chosen = !takes_away;
    }
    return chosen;
}

static void leave_out(tern_plan *plan, const char *name)
{
    char list[sizeof plan->left_out], *rest = list;

    tern_text_copy(list, sizeof list, plan->left_out);
    for (char *word; (word = tern_text_word(&rest, " ")) != NULL;)
        if (strcmp(word, name) == 0)
            return;
    tern_text_append(plan->left_out, sizeof plan->left_out, "%s%s", plan->left_out[0] ? " " : "", name);
}

/* What a group and a plan hold for the loops below, so that each loop is a line. */
typedef struct expansion {
    tern_plan *plan;
    const tern_suite *suite;
    const tern_axes *axes;
    const tern_registry *registry;
    tern_error *error;
} expansion;

static tern_status add_case(const expansion *e, const tern_case *c)
{
    return add(e->plan, c, e->suite->name, e->axes->name, e->axes->interleave || e->suite->interleave, e->error);
}

static tern_status add_caches(const expansion *e, tern_case *c, uint32_t threads)
{
    tern_status status = TERN_OK;

    c->threads = threads;
    for (size_t i = 0; i < (e->axes->caches ? e->axes->caches : 1) && status == TERN_OK; i++) {
        c->cache = e->axes->caches ? e->axes->cache[i] : TERN_HOT;
        status = add_case(e, c);
    }
    return status;
}

static tern_status add_doubling(const expansion *e, tern_case *c)
{
    tern_status status = TERN_OK;

    for (uint32_t threads = 1; threads < e->plan->threads_all && status == TERN_OK; threads *= 2)
        status = add_caches(e, c, threads);
    return status == TERN_OK ? add_caches(e, c, e->plan->threads_all) : status;
}

static tern_status add_timed(const expansion *e, tern_case *c)
{
    static const uint32_t one = 1;
    const size_t count = e->axes->thread_counts ? e->axes->thread_counts : 1;
    const uint32_t *threads = e->axes->thread_counts ? e->axes->threads : &one;
    tern_status status = TERN_OK;

    if (!e->plan->timed)
        return add_case(e, c);
    for (size_t i = 0; i < count && status == TERN_OK; i++)
        status = threads[i] == TERN_THREADS_DOUBLING
                     ? add_doubling(e, c)
                     : add_caches(e, c, threads[i] == TERN_THREADS_ALL ? e->plan->threads_all : threads[i]);
    return status;
}

/* A set of toggles that the kernel has not is not for this kernel. */
static tern_status add_toggle_sets(const expansion *e, const tern_kernel *kernel, tern_shape shape,
                                   const tern_data *data)
{
    tern_status status = TERN_OK;

    for (size_t i = 0; i < (e->axes->toggle_sets ? e->axes->toggle_sets : 1) && status == TERN_OK; i++) {
        const char *toggles = e->axes->toggle_sets ? e->axes->toggles[i] : "default";
        tern_case c;
        tern_case_init(&c, kernel);
        c.shape = shape;
        c.data = *data;
        if (strcmp(toggles, "default") == 0 || tern_case_set_toggles(&c, toggles, NULL) == TERN_OK)
            status = add_timed(e, &c);
    }
    return status;
}

static tern_status add_kernels(const expansion *e, tern_shape shape, const tern_data *data)
{
    const bool picks = e->plan->timed && names_auto(e->axes);
    bool any = picks;
    tern_status status = TERN_OK;

    for (size_t i = 0; i < tern_registry_count(e->registry) && status == TERN_OK; i++) {
        const tern_kernel *kernel = tern_registry_kernel(e->registry, i);
        if (!is_chosen(e->axes, kernel->name, e->plan->timed))
            continue;
        any = true;
        if ((kernel->isa & ~e->plan->isa) != 0)
            leave_out(e->plan, kernel->name);
        else
            status = add_toggle_sets(e, kernel, shape, data);
    }
    if (!any)
        return tern_error_set(e->error, TERN_USAGE,
                              "%s, group [%s]: its kernels match none that `ternbench kernels` lists", e->suite->name,
                              e->axes->name);
    return status == TERN_OK && picks ? add_timed(e, &(tern_case){.shape = shape, .data = *data}) : status;
}

static tern_status add_data(const expansion *e, tern_shape shape)
{
    const tern_axes *axes = e->axes;
    tern_status status = TERN_OK;

    for (size_t w = 0; w < (axes->ws ? axes->ws : 1); w++)
        for (size_t x = 0; x < (axes->xs ? axes->xs : 1); x++)
            for (size_t p = 0; p < (axes->p0s ? axes->p0s : 1); p++)
                for (size_t s = 0; s < (axes->seeds ? axes->seeds : 1) && status == TERN_OK; s++) {
                    const tern_data data = {.w = axes->ws ? axes->w[w] : TERN_W_RANDOM,
                                            .x = axes->xs ? axes->x[x] : TERN_X_RANDOM,
                                            .p0 = axes->p0s ? axes->p0[p] : 0.42,
                                            .seed = axes->seeds ? axes->seed[s] : 1};
                    status = add_kernels(e, shape, &data);
                }
    return status;
}

tern_status tern_plan_add_suite(tern_plan *plan, const tern_suite *suite, const tern_registry *registry,
                                tern_error *error)
{
    tern_status status = TERN_OK;

    for (size_t g = 0; g < suite->groups; g++) {
        const tern_axes *axes = &suite->group[g];
        const expansion e = {plan, suite, axes, registry, error};
        for (size_t i = 0; i < axes->shapes; i++) {
            tern_shape shape = axes->shape[i];
            const bool has_n = shape.n != 0;
            for (size_t j = 0; j < (has_n || axes->ns == 0 ? 1 : axes->ns) && status == TERN_OK; j++) {
                if (!has_n)
                    shape.n = axes->ns == 0 ? 1 : axes->n[j];
                status = add_data(&e, shape);
            }
        }
    }
    return status;
}

/* Whether a case before index has the same kernel and toggles. */
static bool seen_before(const tern_plan *plan, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (tern_case_same_kernel(&plan->cases[i].c, &plan->cases[index].c))
            return true;
    return false;
}

tern_status tern_plan_add_edges(tern_plan *plan, bool deep, tern_error *error)
{
    const size_t count = plan->count;

    for (size_t i = 0; i < count; i++) {
        const tern_planned of = plan->cases[i]; /* a copy: adding moves the array */
        tern_case edge[TERN_EDGES_MAX];
        if (seen_before(plan, i))
            continue;
        const size_t edges = tern_edges_list(&of.c, edge);
        if (deep) {
            const tern_case all = tern_sweep_case(&of.c, TERN_SWEEP_DEEP);
            const tern_status status = tern_plan_add(plan, &all, of.suite, "edges", error);
            if (status != TERN_OK)
                return status;
        }
        for (size_t j = 0; j < edges; j++) {
            const tern_status status = tern_plan_add(plan, &edge[j], of.suite, "edges", error);
            if (status != TERN_OK)
                return status;
        }
    }
    return TERN_OK;
}

/* Takes a case over into the plan that replaces its own, with a kernel. */
static tern_status resolve(tern_plan *resolved, const tern_planned *planned, tern_plan_pick *pick, void *context,
                           tern_error *error)
{
    char reason[sizeof planned->pick_reason] = "", id[TERN_ID_BYTES];
    tern_case c = planned->c;
    tern_status status;

    if (c.kernel == NULL && (status = pick(context, &c, reason, sizeof reason, error)) != TERN_OK)
        return status;
    if ((status = add(resolved, &c, planned->suite, planned->group, planned->paired != 0, error)) != TERN_OK)
        return status;
    tern_planned *added = find(resolved, XXH3_64bits(id, strlen(tern_case_id(&c, id, sizeof id))));
    if (reason[0] != '\0')
        tern_text_copy(added->pick_reason, sizeof added->pick_reason, reason);
    return TERN_OK;
}

/* An empty plan of the same settings, which asks no filter. */
static tern_plan successor_of(const tern_plan *plan)
{
    tern_plan next = *plan;

    next.cases = NULL;
    next.count = next.capacity = next.paired_groups = 0;
    next.by_id = next.by_problem = (tern_index){.count = 0};
    next.filter = NULL;
    return next;
}

static void succeed(tern_plan *plan, tern_plan *next)
{
    next->filter = plan->filter;
    tern_plan_free(plan);
    *plan = *next;
}

tern_status tern_plan_keep(tern_plan *plan, const bool *kept, tern_error *error)
{
    tern_plan next = successor_of(plan);
    tern_status status = TERN_OK;

    for (size_t i = 0; i < plan->count && status == TERN_OK; i++) {
        const tern_planned *planned = &plan->cases[i];
        if (kept[i])
            status = add(&next, &planned->c, planned->suite, planned->group, planned->paired != 0, error);
    }
    if (status == TERN_OK)
        succeed(plan, &next);
    else
        tern_plan_free(&next);
    return status;
}

tern_status tern_plan_resolve(tern_plan *plan, tern_plan_pick *pick, void *context, tern_error *error)
{
    tern_plan resolved = successor_of(plan);
    tern_status status = TERN_OK;

    for (size_t i = 0; i < plan->count && status == TERN_OK; i++)
        status = resolve(&resolved, &plan->cases[i], pick, context, error);
    if (status == TERN_OK)
        succeed(plan, &resolved);
    else
        tern_plan_free(&resolved);
    return status;
}

void tern_plan_free(tern_plan *plan)
{
    free(plan->cases);
    tern_index_free(&plan->by_id);
    tern_index_free(&plan->by_problem);
    plan->cases = NULL;
    plan->count = plan->capacity = 0;
}
