/*
 * module_address.h - addresses that have no business in data.
 */
#ifndef TERN_MODULE_ADDRESS_H
#define TERN_MODULE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether data holds, at a multiple of 8 bytes, an address within the program or one of its shared objects, of those
 * that lie above 2^44. Random data hit one by a chance of less than one in 10^9 for each 8 bytes.
 */
bool tern_module_address_is_in(const void *data, size_t bytes);

#endif
