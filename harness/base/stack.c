#include "base/stack.h"

#include "base/limit.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

/* Threads get what the limit was when the program was loaded, and 2 MiB where there was none. */
static void prepare_threads(void)
{
    pthread_attr_t attributes;
    size_t bytes;

    if (pthread_getattr_default_np(&attributes) != 0)
        return;
    if (pthread_attr_getstacksize(&attributes, &bytes) == 0 && bytes < TERN_STACK_BYTES &&
        pthread_attr_setstacksize(&attributes, TERN_STACK_BYTES) == 0)
        pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

tern_status tern_stack_prepare(tern_error *error)
{
    uintmax_t most;

    if (!tern_limit_raise(RLIMIT_STACK, TERN_STACK_BYTES, &most))
        return tern_error_set(error, TERN_ENVIRONMENT,
                              "the stack may not be larger than %ju KiB here, and kernels get %d MiB; see ulimit -s",
                              most / 1024, TERN_STACK_BYTES >> 20);
    prepare_threads();
    return TERN_OK;
}
