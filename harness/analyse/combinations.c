#include "analyse/combinations.h"

#include "base/text.h"

#include <string.h>

static bool is_same(const tern_arm_record *a, const tern_arm_record *b)
{
    return a->run == b->run && strcmp(a->side, b->side) == 0 && strcmp(a->toggles, b->toggles) == 0 &&
           strcmp(a->on, b->on) == 0;
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
        if (telling == NULL || (tern_combination_is_wrong(arm) && !tern_combination_is_wrong(telling)) ||
            (arm->samples > 0 && telling->samples == 0 && !tern_combination_is_wrong(telling)))
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

    if (verdict != TERN_EXACT || !arm->wrong)
        return verdict != TERN_EXACT || arm->samples > 0 ? verdict : TERN_UNSUPPORTED;
    return TERN_MISMATCH;
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
