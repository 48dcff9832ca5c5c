#include "base/filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Above that the library takes seconds and hundreds of MB. */
static const double MOST_CHARACTERS = 4000.0;

/*
 * Each further repetition of what is repeated makes it some twenty times as slow where the part can be empty:
 * "((a?)+)+" has 3.
 */
static const int MOST_REPETITIONS = 4;

/*
 * How often "{2}", "{2,9}" writes what it repeats, or "{2,}", a star behind them. *text, at its first character, moves
 * to its last.
 */
static double repetitions(const char **text)
{
    const size_t length = strcspn(*text, "}");
    const char *const comma = memchr(*text, ',', length);
    const double low = strtod(*text + 1, NULL), high = comma == NULL ? low : strtod(comma + 1, NULL);

    *text += length - ((*text)[length] == '\0');
    return high > low ? high : low + (comma != NULL);
}

/* The last character of "[abc]", where nothing repeats anything; at is its first. */
static const char *end_of_set(const char *at)
{
    at += at[1] == '^' ? 2 : 1;
    at += at[0] == ']';
    at += strcspn(at, "]");
    return at[0] == '\0' ? at - 1 : at;
}

/* A part of an expression. */
typedef struct size {
    double characters; /* once all repetitions are written out, which is what the library does: "a+" is "aa*" */
    int repetitions;   /* that lie within one another, or follow one another, at most */
} size;

static size joined(size a, size b)
{
    return (size){a.characters + b.characters, a.repetitions > b.repetitions ? a.repetitions : b.repetitions};
}

static size size_of(const char *text)
{
    size before[TERN_FILTER_LONGEST + 1] = {{0}}; /* of each open parenthesis, what stands in it before the last part */
    size last = {0};
    size_t depth = 0;

    for (const char *at = text; *at != '\0'; at++)
        if (strchr("{+*?", *at) != NULL) {
            last.repetitions++;
            if (*at == '{')
                last.characters *= repetitions(&at);
            else
                last.characters = *at == '+' ? 2.0 * last.characters : last.characters + 1.0;
        } else if (*at == ')' && depth > 0) {
            last = joined(before[depth--], last);
        } else {
            before[depth] = joined(before[depth], last);
            last = (size){.characters = 1.0};
            if (*at == '(')
                before[++depth] = (size){0};
            else if (*at == '[')
                at = end_of_set(at);
            else
                at += *at == '\\' && at[1] != '\0';
        }
    for (; depth > 0; depth--)
        last = joined(before[depth], last);
    return joined(before[0], last);
}

/* Which the library takes as well, and may search for ever. */
static bool has_back_reference(const char *text)
{
    for (; (text = strchr(text, '\\')) != NULL && text[1] != '\0'; text += 2)
        if (isdigit((unsigned char)text[1]))
            return true;
    return false;
}

tern_status tern_filter_compile(tern_filter *filter, const char *text, tern_error *error)
{
    char reason[128];

    memset(filter, 0, sizeof *filter);
    if (text == NULL)
        return TERN_OK;
    /* The library calls itself for each parenthesis, and is slow to end with what is long. */
    if (strlen(text) > TERN_FILTER_LONGEST)
        return tern_error_set(error, TERN_USAGE, "a regular expression is longer than %d characters",
                              TERN_FILTER_LONGEST);
    const size whole = size_of(text);
    if (whole.characters > MOST_CHARACTERS)
        return tern_error_set(
            error, TERN_USAGE,
            "the regular expression '%s' is longer than %.0f characters once its {repetitions} are written out", text,
            MOST_CHARACTERS);
    if (whole.repetitions > MOST_REPETITIONS)
        return tern_error_set(error, TERN_USAGE,
                              "the regular expression '%s' repeats what is repeated, more than %d times over", text,
                              MOST_REPETITIONS);
    if (has_back_reference(text))
        return tern_error_set(error, TERN_USAGE,
                              "the regular expression '%s' refers back with \\1 to \\9, which is not looked for", text);
    filter->negated = text[0] == '-';
    const int code = regcomp(&filter->regex, text + filter->negated, REG_EXTENDED | REG_NOSUB);
    if (code != 0) {
        regerror(code, &filter->regex, reason, sizeof reason);
        return tern_error_set(error, TERN_USAGE, "the regular expression '%s': %s", text, reason);
    }
    filter->chooses = true;
    return TERN_OK;
}

bool tern_filter_passes(const tern_filter *filter, const char *name)
{
    return !filter->chooses || (regexec(&filter->regex, name, 0, NULL, 0) == 0) != filter->negated;
}

void tern_filter_free(tern_filter *filter)
{
    if (filter->chooses)
        regfree(&filter->regex);
    filter->chooses = false;
}
