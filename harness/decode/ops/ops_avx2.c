#if defined(__x86_64__)

#include "decode/ops/lanes_avx2.h"

#include "decode/ops/ops_body.h"

#else
typedef int tern_ops_of_x86;
#endif
