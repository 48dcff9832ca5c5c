#include "cli/announce.h"

#include <inttypes.h>
#include <stdio.h>

static void announce_pick(const tern_planned *planned)
{
    const tern_case *c = &planned->c;

    if (planned->pick_reason[0] != '\0')
        fprintf(stderr, "auto, %zux%zux%zu, %" PRIu32 " threads, %s: %s: %s\n", c->shape.m, c->shape.k, c->shape.n,
                c->threads, tern_cache_name(c->cache), c->kernel->name, planned->pick_reason);
}

void tern_announce_plan(const tern_session *session, double expected_s)
{
    fprintf(stderr, "plan: %zu cases, about %.0f s\n", session->plan.count, expected_s);
    if (session->plan.left_out[0] != '\0')
        fprintf(stderr, "left out, because they need more than --isa %s on this processor allows: %s\n",
                session->options->isa, session->plan.left_out);
    for (size_t i = 0; i < session->plan.count; i++)
        announce_pick(&session->plan.cases[i]);
    for (uint32_t i = 0; i < session->run.warnings; i++)
        fprintf(stderr, "warning: %s\n", session->run.warning[i]);
}

void tern_announce_end(const tern_session *session, const tern_run_end *end)
{
    printf("\n%u of %zu cases: %u EXACT, %u wrong, %u skipped, in %.1f s\n", end->done, session->plan.count, end->exact,
           end->wrong, end->skipped, end->seconds);
    if (!end->complete)
        printf("not complete: %s; --resume goes on\n", end->reason);
    for (size_t i = 0; i < session->options->outputs.count; i++)
        printf("%s: %s\n", session->options->outputs.item[i].format->name, session->options->outputs.item[i].path);
}
