#include "run/planning.h"

#include "base/nearest_file.h"
#include "base/shared_path.h"
#include "base/text.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static void begin(tern_plan *plan, const tern_session *session, bool timed, bool interleave)
{
    plan->timed = timed;
    plan->interleave = interleave;
    plan->isa = session->isa;
    plan->threads_all = session->threads_all;
}

/*
 * Tables would have no column for a baseline that is misspelt. What it is compared with need not be among the kernels
 * of a side, which may be one file.
 */
static tern_status check_baseline(const tern_session *session, const tern_suite *suite, const char *path,
                                  tern_error *error)
{
    if (suite->baseline[0] == '\0' || session->side.text[0] != '\0' ||
        tern_registry_find(session->registry, suite->baseline) != NULL)
        return TERN_OK;
    return tern_error_set(error, TERN_USAGE,
                          "%s: baseline = %s: there is no such kernel; `ternbench kernels` lists them", path,
                          suite->baseline);
}

/* A baseline that is named as it was called before gets the name that its records have. */
static void take_wishes(tern_wishes *wishes, tern_session *session, const tern_suite *suite)
{
    const tern_kernel *baseline = tern_registry_find(session->registry, suite->baseline);
    tern_run *run = &session->run;

    if (run->baseline[0] == '\0')
        tern_text_copy(run->baseline, sizeof run->baseline, baseline == NULL ? suite->baseline : baseline->name);
    if (wishes->budget_s == 0.0)
        wishes->budget_s = suite->budget_s;
    if (wishes->counters[0] == '\0')
        tern_text_copy(wishes->counters, sizeof wishes->counters, suite->counters);
    if (wishes->format[0] != '\0')
        return;
    tern_text_copy(wishes->format, sizeof wishes->format, suite->format);
    tern_text_copy(wishes->suite, sizeof wishes->suite, suite->name);
}

/* A name alone that is no file here is one of those that come with the program. */
static const char *find_suite(const char *name, char *path, size_t bytes)
{
    if (strchr(name, '/') != NULL || access(name, F_OK) == 0)
        return name;
    return access(tern_shared_path(TERN_SHARED_SUITES, name, path, bytes), F_OK) == 0 ? path : name;
}

static tern_status add_suite(tern_plan *plan, tern_session *session, const tern_planning_settings *settings,
                             const char *name, tern_wishes *wishes, tern_error *error)
{
    char shared[PATH_MAX];
    const char *path = find_suite(name, shared, sizeof shared);
    tern_suite suite;
    tern_status status = tern_suite_read(&suite, path, session->registry, error);

    if (status != TERN_OK && path == name)
        tern_nearest_file_suggest(name, ".suite", tern_shared_path(TERN_SHARED_SUITES, "", shared, sizeof shared),
                                  error);
    if (status == TERN_OK)
        status = check_baseline(session, &suite, path, error);
    for (size_t i = 0; i < settings->axes && status == TERN_OK; i++)
        status = tern_suite_override(&suite, settings->axis[i], settings->values[i], session->registry, error);
    if (status == TERN_OK)
        status = tern_plan_add_suite(plan, &suite, session->registry, error);
    if (status == TERN_OK)
        take_wishes(wishes, session, &suite);
    tern_suite_free(&suite);
    return status;
}

static tern_status nothing(const tern_plan *plan, const tern_session *session, const char *filter, tern_error *error)
{
    char excluder[96];

    tern_run_excluder(&session->run, excluder, sizeof excluder);
    if (plan->left_out[0] != '\0' && filter != NULL)
        return tern_error_set(error, TERN_NOTHING,
                              "nothing to run: no case passes --filter '%s', and %s instructions that these need: %s",
                              filter, excluder, plan->left_out);
    if (plan->left_out[0] != '\0')
        return tern_error_set(error, TERN_NOTHING, "nothing to run: %s instructions that these need: %s", excluder,
                              plan->left_out);
    if (filter == NULL)
        return tern_error_set(error, TERN_NOTHING,
                              "nothing to run: the suites have no case for the kernels that are here");
    return tern_error_set(error, TERN_NOTHING, "nothing to run: no case of the suites passes --filter '%s'", filter);
}

tern_status tern_planning_suites(tern_plan *plan, tern_session *session, const tern_planning_settings *settings,
                                 tern_wishes *wishes, tern_error *error)
{
    tern_filter filter;
    tern_status status = tern_filter_compile(&filter, settings->filter, error);

    begin(plan, session, settings->timed, settings->interleave);
    plan->filter = &filter; /* cppcheck-suppress autoVariables; taken back below */
    *wishes = (tern_wishes){.budget_s = 0.0};
    for (size_t i = 0; i < settings->suites && status == TERN_OK; i++)
        status = add_suite(plan, session, settings, settings->suite[i], wishes, error);
    if (status == TERN_OK && settings->edges)
        status = tern_plan_add_edges(plan, settings->deep, error);
    plan->filter = NULL;
    tern_filter_free(&filter);
    if (status != TERN_OK)
        return status;
    tern_text_copy(session->run.left_out, sizeof session->run.left_out, plan->left_out);
    return plan->count > 0 ? TERN_OK : nothing(plan, session, settings->filter, error);
}

tern_status tern_planning_shard(tern_plan *plan, tern_session *session, tern_shard shard, double budget_s,
                                tern_error *error)
{
    /* Of no machine, since shards must be the same on all. */
    const tern_pace pace = {.budget_s = budget_s, .noise = 0.5, .stretch = 1.0};
    tern_run *run = &session->run;

    run->shard = shard.number;
    run->shards = shard.of;
    run->plan_cases = (uint32_t)plan->count;
    tern_shard_plan_hash(plan, &pace, run->plan);
    return tern_shard_keep(plan, shard, &pace, error);
}

tern_status tern_planning_ids(tern_plan *plan, const tern_session *session, const char *const *id, size_t ids,
                              bool interleave, tern_error *error)
{
    tern_status status = TERN_OK;
    tern_case c;

    begin(plan, session, true, interleave);
    for (size_t i = 0; i < ids && status == TERN_OK; i++) {
        status = tern_case_parse(&c, id[i], session->registry, error);
        if (status == TERN_OK && c.kernel != NULL)
            status = tern_session_permit(session, c.kernel, error);
        if (status == TERN_OK)
            status = tern_plan_add(plan, &c, "repro", "repro", error);
    }
    return status;
}

tern_demand tern_planning_demand(const tern_plan *plan)
{
    tern_demand demand = {.timed = plan->timed, .threads = 1};

    for (size_t i = 0; i < plan->count; i++) {
        const tern_case *c = &plan->cases[i].c;
        demand.threads = c->threads > demand.threads ? c->threads : demand.threads;
        demand.cold = demand.cold || c->cache == TERN_COLD;
    }
    return demand;
}
