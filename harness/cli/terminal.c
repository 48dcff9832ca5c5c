#include "cli/terminal.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool tern_terminal_is(void)
{
    const char *terminal = getenv("TERM");

    return isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

int tern_terminal_columns(void)
{
    struct winsize window = {0};

    ioctl(STDERR_FILENO, TIOCGWINSZ, &window);
    return window.ws_col > 1 ? window.ws_col : 80;
}

void tern_terminal_say(FILE *stream, const char *format, ...)
{
    char line[4096], shown[4 * sizeof line]; /* an escape has at most four characters for a byte */
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    tern_text_visible(shown, sizeof shown, line);
    fprintf(stream, "%s\n", shown);
}

void tern_terminal_clear(void)
{
    fputs("\r\033[K", stderr);
    fflush(stderr);
}
