/*
 * error.h - how failure travels: a status that is also the exit status, and one sentence for a person.
 */
#ifndef TERN_ERROR_H
#define TERN_ERROR_H

#include <stdbool.h>

typedef enum tern_status {
    TERN_OK = 0,
    TERN_WRONG = 1,       /* a kernel gave a wrong result or crashed */
    TERN_USAGE = 2,       /* bad command line or bad input file */
    TERN_REGRESSED = 3,   /* a slowdown was proven */
    TERN_ENVIRONMENT = 4, /* the machine lacks or refuses something that is required */
    TERN_NOTHING = 5,     /* nothing to run */
    TERN_SKIPPED = 77     /* every case was skipped */
} tern_status;

/* One sentence: what, where (file:line), what to do. Empty when nothing failed. */
typedef struct tern_error {
    char text[1024];
} tern_error;

/* Formats the sentence and returns status, so that a caller writes `return tern_error_set(...)`. error may be NULL. */
tern_status tern_error_set(tern_error *error, tern_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The status of a file that could not be opened or read, for that errno: a name that cannot be right is the user's, all
 * else (no descriptor left, a disk that fails) the machine's.
 */
tern_status tern_error_of_file(int reason);

/* tern_error_set() for memory that could not be had: what is the thing it was for, bytes its size. */
tern_status tern_error_memory(tern_error *error, const char *what, double bytes);

/* Whether the sentence says that memory could not be had: it begins as that of tern_error_memory() does. */
bool tern_error_is_memory(const char *sentence);

#endif
