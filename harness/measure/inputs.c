#include "measure/inputs.h"

#include "base/round.h"
#include "measure/arena.h"

#include <string.h>

const tern_inputs_room tern_inputs_usual = {.slots = 4, .bytes = 4096};
const tern_inputs_room tern_inputs_fresh = {.slots = TERN_INPUT_SLOTS, .bytes = 8192};

tern_status tern_inputs_new(tern_inputs *inputs, const int8_t *x, size_t values, tern_inputs_room room, size_t x_align,
                            size_t offset, uint64_t seed, tern_error *error)
{
    const size_t fit = room.bytes / values, line = TERN_CACHE_LINE;
    size_t begin[TERN_INPUT_SLOTS], end = 0;

    memset(inputs, 0, sizeof *inputs);
    inputs->x = x;
    inputs->values = values;
    inputs->random = seed;
    tern_inputs_set_period(inputs, 1);
    inputs->slots = fit < 1 ? 1 : fit > room.slots ? room.slots : (uint32_t)fit;
    const size_t align = x_align > line ? x_align : line;
    const size_t stride = tern_round_up(values, align);
    begin[0] = tern_arena_take(&end, inputs->slots * stride, x_align, offset);
    const tern_status status = tern_memory_new(&inputs->memory, "X", end, error);
    if (status != TERN_OK)
        return status;
    for (uint32_t i = 0; i < inputs->slots; i++) {
        inputs->slot[i] = (int8_t *)inputs->memory.data + begin[0] + i * stride;
        memcpy(inputs->slot[i], x, values);
        inputs->original[i] = inputs->now[i] = x[0];
    }
    return TERN_OK;
}

void tern_inputs_free(tern_inputs *inputs)
{
    tern_memory_free(&inputs->memory);
}

/* Of the slot as it was filled: values begin to end - 1, in two parts where x ends between them. */
static bool are_as_filled(const tern_inputs *inputs, size_t begin, size_t end)
{
    const size_t turn = inputs->values - inputs->head[inputs->at];
    const int8_t *slot = inputs->slot[inputs->at];

    if (begin < turn && turn < end)
        return are_as_filled(inputs, begin, turn) && are_as_filled(inputs, turn, end);
    const int8_t *x = begin < turn ? inputs->x + inputs->head[inputs->at] : inputs->x - turn;
    return begin >= end || memcmp(slot + begin, x + begin, end - begin) == 0;
}

bool tern_inputs_are_whole(const tern_inputs *inputs, size_t begin, size_t count)
{
    const size_t changed = inputs->changed[inputs->at], end = begin + count;

    if (changed < begin || changed >= end)
        return are_as_filled(inputs, begin, end);
    return inputs->slot[inputs->at][changed] == inputs->now[inputs->at] && are_as_filled(inputs, begin, changed) &&
           are_as_filled(inputs, changed + 1, end);
}

/* A changed line goes from core to core where several threads read X. */
bool tern_inputs_are_felt(double call_ns, uint32_t threads)
{
    static const double alone_ns = 1e3, together_ns = 1e5;

    return call_ns < (threads > 1 ? together_ns : alone_ns);
}

void tern_inputs_renew(tern_inputs *inputs)
{
    for (uint32_t i = 0; i < inputs->slots; i++) {
        const size_t head = inputs->head[i] = tern_random_below(&inputs->random, inputs->values);
        memcpy(inputs->slot[i], inputs->x + head, inputs->values - head);
        memcpy(inputs->slot[i] + inputs->values - head, inputs->x, head);
        inputs->original[i] = inputs->now[i] = inputs->slot[i][inputs->changed[i]];
    }
}
