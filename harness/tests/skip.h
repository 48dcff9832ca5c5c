/*
 * skip.h - a unit test that cannot run here says why; ci/test repeats it at its end.
 */
#ifndef TERN_SKIP_H
#define TERN_SKIP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Ends the test. why is a clause: "the C library is not glibc". */
#define skip_because(why)                                                                                              \
    do {                                                                                                               \
        print_message("SKIPPED: %s\n", why);                                                                           \
        skip();                                                                                                        \
    } while (0)

#endif
