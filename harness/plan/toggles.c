#include "plan/toggles.h"

#include "base/text.h"

#include <string.h>

enum { TEXT_BYTES = 512 };

void tern_toggles_init(const tern_toggle *table, int32_t *value)
{
    for (size_t i = 0; table != NULL && table[i].name != NULL; i++)
        value[i] = table[i].initial;
}

static const tern_toggle *find(const tern_toggle *table, const char *name)
{
    for (const tern_toggle *t = table; t != NULL && t->name != NULL; t++)
        if (strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

static tern_status no_toggle(const tern_toggle *table, const char *owner, const char *name, tern_error *error)
{
    char names[256] = "";

    for (size_t i = 0; table != NULL && table[i].name != NULL; i++)
        tern_text_append(names, sizeof names, "%s%s", i == 0 ? "" : ", ", table[i].name);
    return tern_error_set(error, TERN_USAGE, "%s has no toggle '%s'; it has %s", owner, name,
                          names[0] == '\0' ? "none" : names);
}

/* Sets one toggle from "name=value", which it takes apart. */
static tern_status set_one(const tern_toggle *table, const char *owner, int32_t *value, char *word, tern_error *error)
{
    char *equals = strchr(word, '=');
    int64_t number;

    if (equals == NULL)
        return tern_error_set(error, TERN_USAGE, "toggle '%s' has no value; write %s=VALUE", word, word);
    *equals = '\0';
    const tern_toggle *toggle = find(table, word);
    if (toggle == NULL)
        return no_toggle(table, owner, word, error);
    if (!tern_text_i64(equals + 1, toggle->low, toggle->high, &number))
        return tern_error_set(error, TERN_USAGE, "toggle '%s' of %s takes %d to %d, not '%s'", word, owner, toggle->low,
                              toggle->high, equals + 1);
    value[toggle - table] = (int32_t)number;
    return TERN_OK;
}

tern_status tern_toggles_set(const tern_toggle *table, const char *owner, int32_t *value, const char *text,
                             tern_error *error)
{
    char copy[TEXT_BYTES], *rest = copy;
    tern_status status = TERN_OK;

    if (strlen(text) >= sizeof copy)
        return tern_error_set(error, TERN_USAGE, "the list of toggles is longer than %zu characters", sizeof copy - 1);
    tern_text_copy(copy, sizeof copy, text);
    for (char *word; status == TERN_OK && (word = tern_text_word(&rest, ",")) != NULL;)
        status = set_one(table, owner, value, word, error);
    return status;
}

char *tern_toggles_text(const tern_toggle *table, const int32_t *value, char *text, size_t bytes)
{
    text[0] = '\0';
    for (size_t i = 0; table != NULL && table[i].name != NULL; i++)
        if (value[i] != table[i].initial)
            tern_text_append(text, bytes, "%s%s=%d", text[0] ? "," : "", table[i].name, value[i]);
    return text;
}
