/*
 * A fuzz target: any bytes as a file of planned changes. What is read is asked for cases at commits; who finds one is
 * told of a section that has a name, and of the first that speaks of the case.
 */
#include "analyse/planned_changes.h"
#include "fuzz.h"

static void ask(const tern_planned_changes *planned, const char *id, const char *const *commit, size_t commits)
{
    const tern_planned_change *found = tern_planned_changes_find(planned, id, commit, commits);

    if (found == NULL)
        return;
    if (found < planned->item || found >= planned->item + planned->count || !tern_filter_passes(&found->cases, id))
        abort(); /* of another list, or of other cases */
    if (found->commit[0] != '\0' && commits == 0)
        abort(); /* a change of one commit is none of no commit */
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t bytes)
{
    static const char *const ids[] = {"avx2/8x64x16/w=random,x=random,p0=0.42,seed=1/t=2/cold",
                                      "tmac.lut+prefetch=0/1x1x1/w=,x=/t=1/hot", ""};
    static const char *const commits[] = {"6841a688aa0b1c2d3e4f5061728394a5b6c7d8e9", "", "6841"};
    static tern_planned_changes planned;
    tern_error error = {""};

    if (fuzz_is_ok(tern_planned_changes_read(&planned, fuzz_file(input, bytes), &error), &error))
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
            for (size_t count = 0; count <= sizeof commits / sizeof *commits; count++)
                ask(&planned, ids[i], commits, count);
    tern_planned_changes_free(&planned);
    return 0;
}
