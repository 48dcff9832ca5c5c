#include "check/module_address.h"

#include <link.h>
#include <stdint.h>
#include <string.h>

/*
 * A program that is not position-independent, or that an emulator loads, lies where small numbers do: what is packed in
 * fields of 16 bits looks like an address then.
 */
static const uint64_t least_address = UINT64_C(1) << 44;

typedef struct search {
    const char *data;
    size_t bytes;
} search;

static int search_module(struct dl_phdr_info *module, size_t size, void *argument)
{
    const search *s = argument;

    (void)size;
    for (int i = 0; i < module->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &module->dlpi_phdr[i];
        const uint64_t begin = module->dlpi_addr + segment->p_vaddr;
        if (segment->p_type != PT_LOAD || begin < least_address)
            continue;
        for (size_t at = 0; at + sizeof(uint64_t) <= s->bytes; at += sizeof(uint64_t)) {
            uint64_t word;
            memcpy(&word, s->data + at, sizeof word);
            if (word >= begin && word < begin + segment->p_memsz)
                return 1;
        }
    }
    return 0;
}

bool tern_module_address_is_in(const void *data, size_t bytes)
{
    search s = {data, bytes};

    return dl_iterate_phdr(search_module, &s) != 0;
}
