#include "model/gguf_map.h"

#include "base/text.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAPS_MAX = 256 /* parts of models */ };

static struct {
    uint8_t *base;
    size_t bytes;
    char path[256];
} maps[MAPS_MAX];

static char lost[256]; /* the path of a file that got shorter */
static size_t page_bytes;

/*
 * A page behind the end of the file: it, and all that follow, become zeros. Both calls are no more than system calls. A
 * fault elsewhere is somebody else's, and ends the process once the instruction is tried again.
 */
static void on_fault(int number, siginfo_t *info, void *context)
{
    uint8_t *const at = info->si_addr;

    (void)context;
    for (size_t i = 0; i < MAPS_MAX; i++) {
        if (maps[i].base == NULL || at < maps[i].base || at >= maps[i].base + maps[i].bytes)
            continue;
        uint8_t *const end = maps[i].base + maps[i].bytes;
        uint8_t *const page = at - (uintptr_t)at % page_bytes;
        memcpy(lost, maps[i].path, sizeof maps[i].path);
        if (mmap(page, (size_t)(end - page), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
            return;
    }
    signal(number, SIG_DFL);
}

const uint8_t *tern_gguf_map(int file, size_t bytes, const char *path)
{
    const struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    void *const base = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, file, 0);

    if (base == MAP_FAILED)
        return NULL;
    page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < MAPS_MAX; i++)
        if (maps[i].base == NULL) {
            tern_text_copy(maps[i].path, sizeof maps[i].path, path);
            maps[i].bytes = bytes;
            maps[i].base = base;
            sigaction(SIGBUS, &action, NULL);
            return base;
        }
    munmap(base, bytes);
    errno = ENFILE;
    return NULL;
}

void tern_gguf_unmap(const uint8_t *base)
{
    for (size_t i = 0; i < MAPS_MAX; i++)
        if (maps[i].base == base && base != NULL) {
            munmap(maps[i].base, maps[i].bytes);
            maps[i].base = NULL;
        }
}

tern_status tern_gguf_map_whole(tern_error *error)
{
    return lost[0] == '\0' ? TERN_OK
                           : tern_error_set(error, TERN_USAGE, "%s: the file got shorter while it was read", lost);
}
