#include "json_value.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>

/* Whatever a terminal might take for more than text is escaped. */
static const size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY;

json_t *tern_json_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *tern_json_text(const char *text)
{
    const size_t length = tern_text_visible(NULL, 0, text);
    char *visible = malloc(length + 1);
    json_t *value = NULL;

    if (visible != NULL) {
        tern_text_visible(visible, length + 1, text);
        value = json_string(visible);
    }
    free(visible);
    return value;
}

void tern_json_put(FILE *stream, json_t *value)
{
    if (value == NULL || json_dumpf(value, stream, flags) != 0)
        fputs("null", stream);
    json_decref(value);
}

char *tern_json_dump(json_t *value)
{
    char *text = value == NULL ? NULL : json_dumps(value, flags);

    json_decref(value);
    return text;
}
