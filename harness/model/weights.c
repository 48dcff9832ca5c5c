#include "model/weights.h"

#include <string.h>

void tern_weights_close(tern_weights *weights)
{
    if (weights->close != NULL)
        weights->close(weights);
    memset(weights, 0, sizeof *weights);
}
