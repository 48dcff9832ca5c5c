#include "run/gate_rules.h"

#include "base/text.h"
#include "run/git.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20 };

static const char file_name[] = "suites/gate.ini";

static tern_status refuse(const char *what, const char *value, tern_error *error)
{
    return tern_error_set(error, TERN_USAGE, "%s '%.100s'", what, value);
}

static tern_status read_delta(tern_gate_row_rule *rule, const char *text, tern_error *error)
{
    char number[32];

    tern_text_copy(number, sizeof number, text);
    number[strcspn(number, " %")] = '\0';
    if (!tern_text_double(number, 0.01, 1000.0, &rule->delta))
        return refuse("delta is a number of per cent, not", text, error);
    rule->delta *= 0.01;
    return TERN_OK;
}

static tern_status take(void *row, const char *key, const char *value, tern_error *error)
{
    tern_gate_row_rule *rule = row;

    if (strcmp(key, "cases") == 0)
        return tern_filter_compile(&rule->cases, value, error);
    if (strcmp(key, "delta") == 0)
        return read_delta(rule, value, error);
    if (strcmp(key, "expected") != 0)
        return refuse("there are cases, delta and expected; this is none of them:", key, error);
    return tern_text_fit(rule->expected, sizeof rule->expected, value)
               ? TERN_OK
               : refuse("expected has less than 160 characters, not", value, error);
}

/* What git has of it; nothing where the commit does not have it. */
static tern_status show(const char *commit, char *text, tern_error *error)
{
    char object[128], found[sizeof file_name + 1] = "";
    const char *const find[] = {"git", "ls-tree", "--full-tree", "--name-only", commit, file_name, NULL};
    const char *const print[] = {"git", "show", object, NULL};
    bool done;

    snprintf(object, sizeof object, "%s:%s", commit, file_name);
    tern_status status = tern_git(find, found, sizeof found, &done, error);
    if (status == TERN_OK && done && found[0] == '\0')
        return TERN_OK;
    if (status == TERN_OK && done)
        status = tern_git(print, text, MOST_BYTES, &done, error);
    return status == TERN_OK && !done ? tern_error_set(error, TERN_ENVIRONMENT, "git cannot show %s", object) : status;
}

static tern_status read_file(const char *folder, char *text, tern_error *error)
{
    char path[PATH_MAX + sizeof file_name];

    snprintf(path, sizeof path, "%s/%s", folder, file_name);
    FILE *stream = fopen(path, "re");
    if (stream == NULL && (errno == ENOENT || errno == ENOTDIR))
        return TERN_OK;
    if (stream != NULL)
        text[fread(text, 1, MOST_BYTES - 1, stream)] = '\0';
    const bool read = stream != NULL && !ferror(stream);
    const int why = errno;
    if (stream != NULL)
        fclose(stream);
    return read ? TERN_OK : tern_error_set(error, tern_error_of_file(why), "cannot read %s: %s", path, strerror(why));
}

/* The file as BASE has it; empty when it has none. A part of it could allow what the whole does not. */
static tern_status read_text(const tern_side *base, const char *path, char *text, tern_error *error)
{
    tern_status status = TERN_OK;

    text[0] = '\0';
    if (base->kind == TERN_SIDE_REVISION)
        status = show(base->commit, text, error);
    else if (base->kind == TERN_SIDE_FOLDER)
        status = read_file(base->text, text, error);
    if (status == TERN_OK && strlen(text) == MOST_BYTES - 1)
        status = tern_error_set(error, TERN_USAGE, "%s is longer than a MiB", path);
    return status;
}

static tern_status check_whole(const tern_gate_rules *rules, const char *path, tern_error *error)
{
    for (size_t i = 0; i < rules->count; i++)
        if (!rules->rule[i].cases.chooses)
            return tern_error_set(error, TERN_USAGE, "%s: the section '%s' has no line `cases = REGEX`", path,
                                  rules->rule[i].section);
    return TERN_OK;
}

tern_status tern_gate_rules_parse(tern_gate_rules *rules, const char *text, const char *path, tern_error *error)
{
    tern_ini_rows rows = {.row = rules->rule,
                          .bytes = sizeof rules->rule[0],
                          .most = TERN_GATE_RULES,
                          .count = &rules->count,
                          .take = take};

    memset(rules, 0, sizeof *rules);
    const tern_status status = tern_ini_read_text(text, path, tern_ini_take_row, &rows, error);
    return status == TERN_OK ? check_whole(rules, path, error) : status;
}

tern_status tern_gate_rules_read(tern_gate_rules *rules, const tern_side *base, tern_error *error)
{
    char *text = malloc(MOST_BYTES), path[256];

    memset(rules, 0, sizeof *rules);
    if (text == NULL)
        return tern_error_memory(error, "the rules of a gate", MOST_BYTES);
    snprintf(path, sizeof path, "%s of %.200s", file_name, base->text);
    tern_status status = read_text(base, path, text, error);
    if (status == TERN_OK)
        status = tern_gate_rules_parse(rules, text, path, error);
    free(text);
    return status;
}

void tern_gate_rules_free(tern_gate_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++)
        tern_filter_free(&rules->rule[i].cases);
    rules->count = 0;
}

double tern_gate_rules_delta(const tern_gate_rules *rules, const char *id, double otherwise)
{
    for (size_t i = 0; i < rules->count; i++)
        if (rules->rule[i].delta > 0.0 && tern_filter_passes(&rules->rule[i].cases, id))
            return rules->rule[i].delta;
    return otherwise;
}

const char *tern_gate_rules_expected(const tern_gate_rules *rules, const char *id)
{
    for (size_t i = 0; i < rules->count; i++)
        if (rules->rule[i].expected[0] != '\0' && tern_filter_passes(&rules->rule[i].cases, id))
            return rules->rule[i].expected;
    return NULL;
}
