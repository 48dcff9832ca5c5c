#include "base/proc_file.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool tern_proc_line(const char *path, char *text, size_t bytes)
{
    FILE *stream = fopen(path, "r");

    text[0] = '\0';
    if (stream == NULL)
        return false;
    const bool got = fgets(text, (int)bytes, stream) != NULL;
    fclose(stream);
    text[strcspn(text, "\n")] = '\0';
    return got;
}

char *tern_proc_text(const char *path, char *text, size_t bytes)
{
    FILE *stream = fopen(path, "r");
    size_t length = 0;

    if (stream != NULL) {
        length = fread(text, 1, bytes - 1, stream);
        fclose(stream);
    }
    text[length] = '\0';
    return text;
}

/* What stands behind the colon when the line is of that key, which another may begin with: "model" and "model name". */
static const char *value_of(const char *line, const char *key)
{
    const size_t length = strlen(key);

    if (strncmp(line, key, length) != 0)
        return NULL;
    line += length + strspn(line + length, " \t");
    return *line == ':' ? line + 1 + strspn(line + 1, " \t") : NULL;
}

void tern_proc_value(const char *path, const char *key, char *text, size_t bytes)
{
    FILE *stream = fopen(path, "r");
    char line[8192];

    text[0] = '\0';
    if (stream == NULL)
        return;
    while (text[0] == '\0' && fgets(line, sizeof line, stream) != NULL) {
        const char *value = value_of(line, key);
        line[strcspn(line, "\n")] = '\0';
        if (value != NULL)
            tern_text_copy(text, bytes, value);
    }
    fclose(stream);
}
