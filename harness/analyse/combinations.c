#include "analyse/combinations.h"

#include "base/text.h"

#include <string.h>

static bool is_same(const tern_arm_record *a, const tern_arm_record *b)
{
    return a->run == b->run && strcmp(a->side, b->side) == 0 && strcmp(a->toggles, b->toggles) == 0 &&
           strcmp(a->on, b->on) == 0;
}

/* The more, the more its line tells. */
static int rank(const tern_arm_record *arm)
{
    return tern_combination_is_wrong(arm) ? 2 : arm->samples > 0 ? 1 : 0;
}

const tern_arm_record *tern_combination_at(const tern_results *results, size_t i)
{
    const tern_arm_record *first = &results->arms.item[i], *telling = NULL, *arm;
    size_t cursor = 0;

    if (first->never_taken)
        return NULL;
    while ((arm = tern_results_find(results, TERN_LINE_ARM, first->id, &cursor)) != NULL) {
        if (arm->never_taken || !is_same(arm, first))
            continue;
        if (telling == NULL && arm != first)
            return NULL;
        if (telling == NULL || rank(arm) > rank(telling))
            telling = arm;
    }
    return telling;
}

/* The one that the reason begins with; TERN_EXACT for none of those that are wrong. */
static tern_verdict verdict_in(const char *reason)
{
    const size_t word = strcspn(reason, ":");

    for (tern_verdict v = TERN_MISMATCH; v < TERN_UNSUPPORTED; v++)
        if (strlen(tern_verdict_name(v)) == word && strncmp(reason, tern_verdict_name(v), word) == 0)
            return v;
    return TERN_EXACT;
}

bool tern_combination_is_wrong(const tern_arm_record *arm)
{
    return arm->wrong || verdict_in(arm->reason) != TERN_EXACT;
}

tern_verdict tern_combination_verdict(const tern_arm_record *arm)
{
    const tern_verdict verdict = verdict_in(arm->reason);

    if (verdict != TERN_EXACT)
        return verdict;
    return arm->wrong ? TERN_MISMATCH : arm->samples > 0 ? TERN_EXACT : TERN_UNSUPPORTED;
}

char *tern_combination_id(const tern_arm_record *arm, char *id, size_t bytes)
{
    const size_t kernel = strcspn(arm->id, "+/");

    if (arm->measured[0] != '\0' || arm->toggles[0] == '\0') {
        tern_text_copy(id, bytes, arm->id);
        return id;
    }
    id[0] = '\0';
    tern_text_append(id, bytes, "%.*s+%s%s", (int)kernel, arm->id, arm->toggles,
                     arm->id + kernel + strcspn(arm->id + kernel, "/"));
    return id;
}
