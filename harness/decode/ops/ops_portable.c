#include "decode/ops/lanes_portable.h"

#include "decode/ops/ops_body.h"
