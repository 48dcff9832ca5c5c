#include "measure/timed_answers.h"

enum {
    PAINTED_VALUES = 16,      /* of each token: few, so that what is timed next finds its caches as they were */
    SMALL_VALUES = 1 << 16,   /* of X and Y together, up to which all is looked at */
    LOOKS_TO_A_WHOLE_ONE = 16 /* of a large Y */
};

void tern_timed_answers_paint(tern_timed_answers *answers)
{
    const tern_shape shape = answers->shape;

    for (size_t i = 0; i < TERN_TIMED_ANSWER_TOKENS; i++) {
        const size_t n = answers->painted[i] = tern_random_below(&answers->random, shape.n);
        for (size_t j = 0; j < PAINTED_VALUES; j++)
            answers->y[n * shape.m + tern_random_below(&answers->random, shape.m)] = TERN_TIMED_ANSWER_UNTOUCHED;
    }
}

void tern_timed_answers_paint_all(tern_timed_answers *answers)
{
    const size_t values = answers->shape.n * answers->shape.m;

    for (size_t i = 0; i < values; i++)
        answers->y[i] = TERN_TIMED_ANSWER_UNTOUCHED;
}

/* Of Y; its X is still what the call got. */
static bool token_is_right(const tern_timed_answers *answers, size_t n)
{
    const tern_inputs *inputs = answers->inputs;
    const tern_shape shape = answers->shape;

    return tern_inputs_are_whole(inputs, n * shape.k, shape.k) &&
           tern_projection_holds(answers->projection, inputs->slot[inputs->at] + n * shape.k, answers->y + n * shape.m);
}

bool tern_timed_answers_look_at_all(const tern_timed_answers *answers)
{
    bool right = true;

    for (size_t n = 0; n < answers->shape.n && right; n++)
        right = token_is_right(answers, n);
    return right;
}

bool tern_timed_answers_look(tern_timed_answers *answers)
{
    const tern_shape shape = answers->shape;
    const size_t changed = answers->inputs->changed[answers->inputs->at] / shape.k;

    if (shape.n * (shape.m + shape.k) <= SMALL_VALUES || tern_random_below(&answers->random, LOOKS_TO_A_WHOLE_ONE) == 0)
        return tern_timed_answers_look_at_all(answers);
    for (size_t i = 0; i < TERN_TIMED_ANSWER_TOKENS; i++)
        if (!token_is_right(answers, answers->painted[i]))
            return false;
    return token_is_right(answers, changed);
}
