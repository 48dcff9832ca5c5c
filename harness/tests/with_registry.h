/*
 * with_registry.h - for tests that need the built-in kernels by name: open_registry() and close_registry() are set-up
 * and tear-down of the group.
 */
#ifndef TERN_WITH_REGISTRY_H
#define TERN_WITH_REGISTRY_H

#include "plan/registry.h"

static tern_registry *registry;

static int open_registry(void **state)
{
    (void)state;
    return tern_registry_new(&registry, NULL) == TERN_OK ? 0 : -1;
}

static int close_registry(void **state)
{
    (void)state;
    tern_registry_free(registry);
    return 0;
}

#endif
