/*
 * timed_answers.h - looks at Y while its kernel is timed, outside the clock: what is timed must be what was checked.
 *
 * A look projects tokens of Y (check/projection.h), on X as it was given to the call, and sees whether it is still so.
 * A small Y is looked at as a whole; of a large one the token whose X was changed last, two that were painted at random
 * beforehand, and now and then all.
 */
#ifndef TERN_TIMED_ANSWERS_H
#define TERN_TIMED_ANSWERS_H

#include "check/projection.h"
#include "measure/inputs.h"

enum { TERN_TIMED_ANSWER_TOKENS = 2 };

typedef struct tern_timed_answers {
    const tern_projection *projection;
    const tern_inputs *inputs;
    tern_shape shape;
    int32_t *y; /* N x M, as kernel.h lays it out */
    size_t painted[TERN_TIMED_ANSWER_TOKENS];
    uint64_t random; /* to begin with, a number that a kernel cannot know */
} tern_timed_answers;

/* What Y holds where it is painted: no sum of a legal K comes near. */
#define TERN_TIMED_ANSWER_UNTOUCHED INT32_MIN

/* Before a call: paints some values of some tokens, at random, or all of Y. */
void tern_timed_answers_paint(tern_timed_answers *answers);
void tern_timed_answers_paint_all(tern_timed_answers *answers);

/* After a call on the inputs' latest X: whether Y is right, as far as it is looked at; all of it, or as said above. */
bool tern_timed_answers_look(tern_timed_answers *answers);
bool tern_timed_answers_look_at_all(const tern_timed_answers *answers);

#endif
