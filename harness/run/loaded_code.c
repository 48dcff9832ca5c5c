#include "run/loaded_code.h"

#include "base/whole_file.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

enum { MOST_BYTES = 256 << 20 };

/* The header of the file is in the first segment, and says where symbols lie, too: it is left out. */
static bool add_segment(const char *data, size_t bytes, const Elf64_Phdr *segment, uint64_t *hash)
{
    const uint64_t where[] = {segment->p_vaddr, segment->p_memsz, segment->p_flags};
    const size_t skipped = segment->p_offset == 0 ? sizeof(Elf64_Ehdr) : 0;

    if (segment->p_offset > bytes || segment->p_filesz > bytes - segment->p_offset || segment->p_filesz < skipped)
        return false;
    *hash = XXH3_64bits_withSeed(where, sizeof where, *hash);
    *hash = XXH3_64bits_withSeed(data + segment->p_offset + skipped, segment->p_filesz - skipped, *hash);
    return true;
}

static bool hash_segments(const char *data, size_t bytes, uint64_t *hash)
{
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    bool sound = bytes >= sizeof header;

    *hash = 0;
    if (!sound)
        return false;
    memcpy(&header, data, sizeof header);
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_phentsize != sizeof segment || header.e_phoff > bytes ||
        (bytes - header.e_phoff) / sizeof segment < header.e_phnum)
        return false;
    for (size_t i = 0; i < header.e_phnum && sound; i++) {
        memcpy(&segment, data + header.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type == PT_LOAD)
            sound = add_segment(data, bytes, &segment, hash);
    }
    return sound;
}

bool tern_loaded_code_hash(const char *path, uint64_t *hash)
{
    size_t bytes;
    char *data = tern_whole_file_read(path, MOST_BYTES, &bytes);
    const bool done = data != NULL && hash_segments(data, bytes, hash);

    free(data);
    return done;
}
