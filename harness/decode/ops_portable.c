#include "decode/lanes_portable.h"

#include "decode/ops_body.h"
