#include "check/change.h"

#include <string.h>

void tern_change_fill_w(unsigned change, const int8_t *w, size_t count, int8_t *changed)
{
    memcpy(changed, w, count);
    if (change & TERN_CHANGE_W)
        for (size_t i = 0; i < count; i++)
            changed[i] = (int8_t)-w[i];
}

void tern_change_fill_x(unsigned change, const int8_t *x, size_t count, int8_t *changed)
{
    memcpy(changed, x, count);
    if (change & TERN_CHANGE_X)
        for (size_t i = 0; i < count; i++)
            changed[i] = (int8_t)~x[i];
}

int32_t tern_change_value(unsigned change, int32_t y, int32_t row_sum)
{
    if (change & TERN_CHANGE_X)
        y = -y - row_sum;
    return change & TERN_CHANGE_W ? -y : y;
}
