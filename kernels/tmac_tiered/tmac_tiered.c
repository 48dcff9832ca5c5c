#include "tmac.h"
