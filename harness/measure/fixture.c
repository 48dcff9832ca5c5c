#include "measure/fixture.h"

#include "base/clock.h"
#include "check/data.h"

#include <stdlib.h>
#include <string.h>

static tern_status make_data(tern_fixture *fixture, const tern_case *c, size_t x_align, tern_error *error)
{
    const size_t values = c->shape.n * c->shape.k;
    tern_status status = tern_memory_new(&fixture->memory, "X", values, error);

    if (status != TERN_OK)
        return status;
    fixture->x = (int8_t *)fixture->memory.data;
    tern_data_fill_x(&c->data, c->shape, fixture->x);
    if ((status = tern_inputs_new(&fixture->inputs, fixture->x, values, tern_inputs_usual, x_align, fixture->layout.x,
                                  c->data.seed, error)) != TERN_OK ||
        (status = tern_inputs_new(&fixture->fresh, fixture->x, values, tern_inputs_fresh, x_align, fixture->layout.x,
                                  tern_clock_ticks(), error)) != TERN_OK)
        return status;
    return fixture->weights == &fixture->own_weights ? tern_case_weights_new(&fixture->own_weights, c, error) : TERN_OK;
}

static tern_status make_team(tern_fixture *fixture, uint32_t threads, tern_error *error)
{
    const tern_status status = tern_team_new(&fixture->team, threads, error);

    return status == TERN_OK ? tern_pin_team(fixture->pin, fixture->team, fixture->seen, error) : status;
}

tern_status tern_fixture_open(tern_fixture *fixture, const tern_case *c, const tern_case_weights *weights,
                              size_t x_align, const tern_layout *layout, const tern_pin *pin, tern_error *error)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->pin = pin;
    fixture->weights = weights == NULL ? &fixture->own_weights : weights;
    fixture->layout = *layout;
    fixture->shape = c->shape;
    fixture->seen = calloc(c->threads, sizeof *fixture->seen);
    if (fixture->seen == NULL)
        return tern_error_memory(error, "the CPUs of threads", (double)(c->threads * sizeof *fixture->seen));
    const tern_status status = make_data(fixture, c, x_align, error);
    return status == TERN_OK ? make_team(fixture, c->threads, error) : status;
}

tern_status tern_fixture_dismiss(tern_fixture *fixture, tern_error *error)
{
    if (tern_team_threads(fixture->team) == 1)
        return TERN_OK;
    tern_team_free(fixture->team);
    fixture->team = NULL;
    return make_team(fixture, 1, error);
}

void tern_fixture_close(tern_fixture *fixture)
{
    tern_team_free(fixture->team);
    tern_case_weights_free(&fixture->own_weights);
    tern_inputs_free(&fixture->fresh);
    tern_inputs_free(&fixture->inputs);
    tern_memory_free(&fixture->memory);
    free(fixture->seen);
}
