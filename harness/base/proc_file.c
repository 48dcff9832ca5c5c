#include "base/proc_file.h"

#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

ssize_t tern_proc_read(const char *path, char *text, size_t bytes)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = 0;

    text[0] = '\0';
    if (file < 0)
        return -1;
    if ((length = read(file, text, bytes - 1)) < 0)
        length = 0;
    close(file);
    text[length] = '\0';
    return length;
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
