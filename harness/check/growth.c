#include "check/growth.h"

#include "base/text.h"
#include "check/state.h"

enum { LEAST_LOOKS = 3 };

static size_t least_of(const tern_growth *growth, size_t least, size_t before, size_t now)
{
    const size_t added = now > before ? now - before : 0;

    return growth->looks == 1 || added < least ? added : least;
}

void tern_growth_look(tern_growth *growth)
{
    const size_t heap = tern_process_heap_bytes(), mapped = tern_process_mapped_bytes();

    if (growth->looks > 0) {
        growth->least_heap = least_of(growth, growth->least_heap, growth->heap, heap);
        growth->least_mapped = least_of(growth, growth->least_mapped, growth->mapped, mapped);
    }
    growth->heap = heap;
    growth->mapped = mapped;
    growth->looks++;
}

const char *tern_growth_text(const tern_growth *growth, char *text, size_t bytes)
{
    const size_t added = growth->least_heap > 0 ? growth->least_heap : growth->least_mapped;

    if (growth->looks < LEAST_LOOKS || added == 0)
        return NULL;
    text[0] = '\0';
    tern_text_append(text, bytes, "%zu bytes more %s", added, growth->least_heap > 0 ? "on the heap" : "mapped");
    return text;
}
