#include "check/leak.h"

#include "base/text.h"
#include "check/state.h"

enum { LEAST_LOOKS = 3 };

static size_t least_of(const tern_leak *leak, size_t least, size_t before, size_t now)
{
    const size_t added = now > before ? now - before : 0;

    return leak->looks == 1 || added < least ? added : least;
}

void tern_leak_look(tern_leak *leak)
{
    const size_t heap = tern_process_heap_bytes(), mapped = tern_process_mapped_bytes();

    if (leak->looks > 0) {
        leak->least_heap = least_of(leak, leak->least_heap, leak->heap, heap);
        leak->least_mapped = least_of(leak, leak->least_mapped, leak->mapped, mapped);
    }
    leak->heap = heap;
    leak->mapped = mapped;
    leak->looks++;
}

const char *tern_leak_text(const tern_leak *leak, char *text, size_t bytes)
{
    const size_t added = leak->least_heap > 0 ? leak->least_heap : leak->least_mapped;

    if (leak->looks < LEAST_LOOKS || added == 0)
        return NULL;
    text[0] = '\0';
    tern_text_append(text, bytes, "%zu bytes more %s", added, leak->least_heap > 0 ? "on the heap" : "mapped");
    return text;
}
