#include "cli/failures.h"

#include "base/text.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>

enum { TOLD = 8 }; /* of a kernel */

/* The kernel's, which may be new. NULL when memory ran out. */
static tern_failing *find(tern_failures *failures, const tern_kernel *kernel)
{
    for (size_t i = 0; i < failures->kernels.count; i++)
        if (failures->kernels.item[i].kernel == kernel)
            return &failures->kernels.item[i];
    if (tern_list_make_room(&failures->kernels.list, sizeof *failures->kernels.item, NULL) != TERN_OK)
        return NULL;
    failures->kernels.item[failures->kernels.count] = (tern_failing){.kernel = kernel};
    return &failures->kernels.item[failures->kernels.count++];
}

bool tern_failures_take(tern_failures *failures, const tern_kernel *kernel)
{
    tern_failing *failing = find(failures, kernel);

    return failing == NULL || ++failing->wrong <= TOLD || failures->all;
}

void tern_failures_end(tern_failures *failures)
{
    for (size_t i = 0; i < failures->kernels.count && !failures->all; i++) {
        const tern_failing *failing = &failures->kernels.item[i];
        if (failing->wrong > TOLD)
            tern_terminal_say(stderr,
                              "%zu more case%s of %s %s wrong; --verbose tells of each, and --out jsonl:FILE keeps the "
                              "records of all",
                              failing->wrong - TOLD, tern_text_plural(failing->wrong - TOLD), failing->kernel->name,
                              failing->wrong - TOLD == 1 ? "is" : "are");
    }
    free(failures->kernels.item);
    *failures = (tern_failures){.all = failures->all};
}
