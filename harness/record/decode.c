#include "record/decode.h"

const char *const tern_decode_part_names[TERN_DECODE_PARTS] = {"GEMM",     "attention", "embedding+norm", "head",
                                                               "sampling", "other",     "check"};
