/*
 * drawn.h - reports as text.
 */
#ifndef TERN_TESTS_DRAWN_H
#define TERN_TESTS_DRAWN_H

#include "report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

/* To be freed. Where this is inlined, GCC 12 takes what open_memstream() allocates for a part of the stack. */
static __attribute__((noinline)) char *draw_report(const tern_report *report, const tern_results *results)
{
    char *text = NULL;
    size_t bytes;
    FILE *stream = open_memstream(&text, &bytes);

    assert_non_null(stream);
    assert_int_equal(tern_report_write(report, stream, results, NULL, NULL), TERN_OK);
    assert_int_equal(fclose(stream), 0);
    return text;
}

#endif
