/*
 * together.h - calls that run at the same time: of one problem or of two, by two threads.
 */
#ifndef TERN_CHECK_TOGETHER_H
#define TERN_CHECK_TOGETHER_H

#include "check/product.h"

#include <stdatomic.h>
#include <stdbool.h>

/* One of the two. The first three are given; the others start as zeros. */
typedef struct tern_caller {
    const tern_product *product;
    tern_call call;
    const int32_t *expected; /* NULL: Y is not looked at */
    atomic_uint calls;
    atomic_bool wrong, done; /* a Y was wrong; it calls no more */
} tern_caller;

enum { TERN_CALLERS = 2 };

/* One call in this thread, slice after slice. */
void tern_call_alone(const tern_product *product, const tern_call *call);

/*
 * Both call, again and again, until calls of both have overlapped, one is wrong, or some time is over.
 * TERN_ENVIRONMENT: there is no second thread.
 */
tern_status tern_call_together(tern_caller callers[TERN_CALLERS], tern_error *error);

/*
 * After a wrong Y, as many calls again by the first alone: whether it takes no other one at the same time to be wrong.
 */
bool tern_caller_is_wrong_alone(tern_caller callers[TERN_CALLERS]);

#endif
