#include "record/fields.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void **pointer(const tern_field *field, const void *base)
{
    return (void **)(void *)((char *)base + field->offset);
}

void *tern_field_at(const tern_field *field, const void *base, size_t i)
{
    char *first = (char *)base + field->offset;

    if (field->many == TERN_OWNED)
        memcpy(&first, pointer(field, base), sizeof first);
    return first == NULL ? NULL : first + i * field->bytes;
}

size_t tern_field_count(const tern_field *field, const void *base)
{
    return field->many == TERN_ONE ? 1 : *(const uint32_t *)(const void *)((const char *)base + field->count);
}

void tern_fields_free(const tern_field *fields, void *base)
{
    for (const tern_field *f = fields; f->key != NULL; f++) {
        const size_t count = tern_field_at(f, base, 0) == NULL ? 0 : tern_field_count(f, base);
        for (size_t i = 0; i < count && f->kind == TERN_STRUCT; i++)
            tern_fields_free(f->fields, tern_field_at(f, base, i));
        if (f->many != TERN_OWNED)
            continue;
        free(tern_field_at(f, base, 0));
        memset(pointer(f, base), 0, sizeof(void *));
    }
}

/* Copies the arrays of f alone; false when memory ran out, and then f has none. */
static bool own(const tern_field *f, void *to)
{
    const void *theirs = tern_field_at(f, to, 0);
    const size_t count = theirs == NULL ? 0 : tern_field_count(f, to);

    if (f->many == TERN_OWNED) {
        void *mine = count == 0 ? NULL : malloc(count * f->bytes);
        if (mine != NULL)
            memcpy(mine, theirs, count * f->bytes);
        memcpy(pointer(f, to), &mine, sizeof mine);
        if (count > 0 && mine == NULL)
            return false;
    }
    return true;
}

/* Lets go of arrays that belong to another. */
static void disown(const tern_field *fields, void *base)
{
    for (const tern_field *f = fields; f->key != NULL; f++) {
        if (f->many == TERN_OWNED)
            memset(pointer(f, base), 0, sizeof(void *));
        else if (f->kind == TERN_STRUCT)
            for (size_t i = 0; i < tern_field_count(f, base); i++)
                disown(f->fields, tern_field_at(f, base, i));
    }
}

bool tern_fields_own(const tern_field *fields, void *to)
{
    bool whole = true;

    for (const tern_field *f = fields; f->key != NULL; f++) {
        whole = whole && own(f, to);
        if (!whole && f->many == TERN_OWNED)
            memset(pointer(f, to), 0, sizeof(void *));
        const size_t count = tern_field_at(f, to, 0) == NULL ? 0 : tern_field_count(f, to);
        for (size_t i = 0; i < count && f->kind == TERN_STRUCT; i++) {
            void *part = tern_field_at(f, to, i);
            if (!whole)
                disown(f->fields, part);
            else
                whole = tern_fields_own(f->fields, part);
        }
    }
    if (!whole)
        tern_fields_free(fields, to);
    return whole;
}
