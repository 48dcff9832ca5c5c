/*
 * The definition's three loops. X is widened to int16 once and each row of W once for all tokens, because compilers
 * turn the product of two int16 arrays into one multiply-add instruction.
 */
#include "check/oracle.h"

#include "base/cpu_mask.h"
#include "base/interrupt.h"
#include "base/team.h"
#include "plan/case.h"

#include <math.h>
#include <stdlib.h>

/* Below this many multiply-adds to a thread, starting it costs more than it saves. */
static const double macs_per_thread = 2e7;

typedef struct job {
    tern_shape shape;
    const int8_t *w;
    const int16_t *x;
    int16_t *row; /* K values for each thread */
    int32_t *y;
} job;

static void widen(const int8_t *narrow, size_t count, int16_t *wide)
{
    for (size_t i = 0; i < count; i++)
        wide[i] = narrow[i];
}

static int32_t dot(const int16_t *a, const int16_t *b, size_t count)
{
    int32_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static void fill_rows(void *argument, uint32_t thread, uint32_t threads)
{
    const job *j = argument;
    const tern_shape shape = j->shape;
    const tern_slice rows = tern_slice_of(shape.m, thread, threads);
    int16_t *row = j->row + thread * shape.k;

    for (size_t m = rows.begin; m < rows.end; m++) {
        if (tern_interrupt_signal() != 0)
            return;
        widen(j->w + m * shape.k, shape.k, row);
        for (size_t n = 0; n < shape.n; n++)
            j->y[n * shape.m + m] = dot(j->x + n * shape.k, row, shape.k);
    }
}

static uint32_t threads_for(tern_shape shape)
{
    const double wanted = tern_shape_macs(shape) / macs_per_thread;

    if (wanted < 2.0)
        return 1;
    const double cpus = fmax(tern_cpu_mask_count(), 1.0);
    return (uint32_t)(wanted < cpus ? wanted : cpus);
}

tern_status tern_oracle_fill(tern_shape shape, const int8_t *w, const int8_t *x, int32_t *y, tern_error *error)
{
    const uint32_t threads = threads_for(shape);
    int16_t *wide = malloc(shape.n * shape.k * sizeof *wide);
    int16_t *rows = malloc(threads * shape.k * sizeof *rows);
    tern_team *team = NULL;
    tern_status status = TERN_OK;

    if (wide == NULL || rows == NULL) {
        status =
            tern_error_memory(error, "the expected result", (double)((shape.n + threads) * shape.k * sizeof *wide));
        goto out;
    }
    if ((status = tern_team_new(&team, threads, error)) != TERN_OK)
        goto out;
    widen(x, shape.n * shape.k, wide);
    job j = {.shape = shape, .w = w, .x = wide, .row = rows, .y = y};
    tern_team_run(team, fill_rows, &j);
    if (tern_interrupt_signal() != 0)
        status = tern_error_set(error, TERN_NOTHING, "interrupted by signal %d", tern_interrupt_signal());
out:
    tern_team_free(team);
    free(rows);
    free(wide);
    return status;
}

void tern_oracle_row_sums(tern_shape shape, const int8_t *w, int32_t *sum)
{
    for (size_t m = 0; m < shape.m; m++) {
        sum[m] = 0;
        for (size_t k = 0; k < shape.k; k++)
            sum[m] += w[m * shape.k + k];
    }
}
