/*
 * inputs.h - the X of timed calls: at every call another one, so that no kernel can get by with an answer that it gave
 * before.
 *
 * X lies in a few slots, which take turns. Before each call one value of its slot is changed, and the one that was
 * changed before is put back: each X differs from its neighbours and from the case's own in single values, so that
 * what is measured stays what was asked for. Between samples, outside the clock, all slots are filled anew with the
 * case's X, rotated by a random distance. Slots are few enough to stay in the first-level cache: a large X has one.
 *
 * What it costs, measured in turns with calls that have the same X for ever (quads of 0.1 ms samples, Intel Xeon with
 * AVX-512, 2 virtual CPUs, in use by others): with one thread 2 to 4 ns a call, which is 0.2 % of a call of 1.6 us and
 * 2 to 5 % of one of 35 to 190 ns; with two threads 40 to 180 ns, because the changed line goes from one core to the
 * other. So X changes less often in samples of short calls (see `period`): 1 to 2.5 ns with one thread, 25 ns at most
 * with two, which is within 1.2 % of a call of 2 us.
 */
#ifndef TERN_MEASURE_INPUTS_H
#define TERN_MEASURE_INPUTS_H

#include "base/random.h"
#include "machine/memory.h"

enum { TERN_INPUT_SLOTS = 16, TERN_INPUTS_SELDOM = 17 };

/* How many slots there are: as many as fit, at least one. */
typedef struct tern_inputs_room {
    uint32_t slots; /* at most; TERN_INPUT_SLOTS or less */
    size_t bytes;
} tern_inputs_room;

/* Those of calls that are timed: a small part of any first-level cache. */
extern const tern_inputs_room tern_inputs_usual;

/* Those of fresh_inputs.h: they stay in the first-level cache together with what they are made from. */
extern const tern_inputs_room tern_inputs_fresh;

typedef struct tern_inputs {
    const int8_t *x; /* the case's own: N*K values */
    size_t values;
    tern_memory memory;
    int8_t *slot[TERN_INPUT_SLOTS];
    uint32_t slots, at; /* at: whose turn it was last */
    uint32_t period;    /* a value is changed before every call that many, 1 at first */
    uint32_t left;      /* calls until then */
    size_t changed[TERN_INPUT_SLOTS];
    int8_t original[TERN_INPUT_SLOTS]; /* what slot[i][changed[i]] was */
    int8_t now[TERN_INPUT_SLOTS];      /* and what it is */
    size_t head[TERN_INPUT_SLOTS];     /* of x is slot[i][0] */
    uint64_t random;
} tern_inputs;

/*
 * Fills the slots with x (N*K values), which outlives them, each aligned to x_align and `offset` bytes into its page.
 * Free with tern_inputs_free(), whatever is returned; TERN_ENVIRONMENT when memory is short.
 */
tern_status tern_inputs_new(tern_inputs *inputs, const int8_t *x, size_t values, tern_inputs_room room, size_t x_align,
                            size_t offset, uint64_t seed, tern_error *error);
void tern_inputs_free(tern_inputs *inputs);

/* Whether values begin to begin + count - 1 of the latest call's X are as they were given to it. */
bool tern_inputs_are_whole(const tern_inputs *inputs, size_t begin, size_t count);

/* Whether calls of that length would be noticeably longer if X changed before each of them. */
bool tern_inputs_are_felt(double call_ns, uint32_t threads);

/* Fills the slots anew. */
void tern_inputs_renew(tern_inputs *inputs);

/*
 * From the next call on. Several slots take turns within a period, so that it should have no divisor in common with
 * their number: TERN_INPUTS_SELDOM has none.
 */
static inline void tern_inputs_set_period(tern_inputs *inputs, uint32_t period)
{
    inputs->period = period;
    inputs->left = 1;
}

/* The next call has the X of the latest one, one or two values apart. */
static inline void tern_inputs_stay(tern_inputs *inputs)
{
    inputs->at = (inputs->at == 0 ? inputs->slots : inputs->at) - 1;
}

/* The X of the next call. */
static inline const int8_t *tern_inputs_next(tern_inputs *inputs)
{
    const uint32_t at = inputs->at + 1 == inputs->slots ? 0 : inputs->at + 1;
    int8_t *x = inputs->slot[at];

    inputs->at = at;
    if (--inputs->left > 0)
        return x;
    inputs->left = inputs->period;
    x[inputs->changed[at]] = inputs->original[at];
    const size_t value = inputs->changed[at] = tern_random_below(&inputs->random, inputs->values);
    inputs->original[at] = x[value];
    x[value] = inputs->now[at] = (int8_t)(x[value] + (int8_t)(inputs->random >> 40 | 1));
    return x;
}

#endif
