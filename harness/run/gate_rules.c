#include "run/gate_rules.h"

#include "base/ini.h"
#include "base/program.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 * 1024 };

static const char file_name[] = "suites/gate.ini";

typedef struct reading {
    tern_gate_rules *rules;
    char section[128];
    tern_error *error;
} reading;

static tern_status refuse(const reading *r, const char *what, const char *value)
{
    return tern_error_set(r->error, TERN_USAGE, "%s '%.100s'", what, value);
}

static tern_status read_delta(const reading *r, tern_gate_row_rule *rule, const char *text)
{
    char number[32];

    tern_text_copy(number, sizeof number, text);
    number[strcspn(number, " %")] = '\0';
    if (!tern_text_double(number, 0.01, 1000.0, &rule->delta))
        return refuse(r, "delta is a number of per cent, not", text);
    rule->delta *= 0.01;
    return TERN_OK;
}

/* Is a tern_ini_visit. */
static tern_status take(void *context, const char *section, const char *name, const char *value, bool goes_on,
                        tern_error *error)
{
    reading *r = context;

    r->error = error;
    if (goes_on)
        return refuse(r, "a line does not go on with the one before it; this one begins with a blank:", value);
    if (r->rules->count == 0 || strcmp(section, r->section) != 0) {
        if (r->rules->count == TERN_GATE_RULES)
            return refuse(r, "there is no room for so many sections:", section);
        tern_text_copy(r->section, sizeof r->section, section);
        r->rules->count++;
    }
    tern_gate_row_rule *rule = &r->rules->rule[r->rules->count - 1];
    if (strcmp(name, "cases") == 0)
        return tern_filter_compile(&rule->cases, value, error);
    if (strcmp(name, "delta") == 0)
        return read_delta(r, rule, value);
    if (strcmp(name, "expected") == 0) {
        return tern_text_fit(rule->expected, sizeof rule->expected, value)
                   ? TERN_OK
                   : refuse(r, "expected has less than 160 characters, not", value);
    }
    return refuse(r, "there are cases, delta and expected; this is none of them:", name);
}

/* The file as BASE has it; empty when it has none. */
static tern_status read_text(const tern_side *base, char *text, tern_error *error)
{
    char object[PATH_MAX + 64];
    const char *const show[] = {"git", "show", object, NULL};
    const tern_program program = {.argv = show, .output = text, .output_bytes = MOST_BYTES};
    int exit_status = 0;

    text[0] = '\0';
    if (base->kind == TERN_SIDE_REVISION) {
        snprintf(object, sizeof object, "%s:%s", base->commit, file_name);
        const tern_status status = tern_program_run(&program, &exit_status, error);
        if (exit_status != 0)
            text[0] = '\0';
        return status;
    }
    snprintf(object, sizeof object, "%s/%s", base->text, file_name);
    FILE *stream = base->kind == TERN_SIDE_FOLDER ? fopen(object, "r") : NULL;
    if (stream != NULL) {
        text[fread(text, 1, MOST_BYTES - 1, stream)] = '\0';
        fclose(stream);
    }
    return TERN_OK;
}

static tern_status check_whole(const tern_gate_rules *rules, const char *path, tern_error *error)
{
    for (size_t i = 0; i < rules->count; i++)
        if (!rules->rule[i].cases.chooses)
            return tern_error_set(error, TERN_USAGE, "%s: section %zu has no line `cases = REGEX`", path, i + 1);
    return TERN_OK;
}

tern_status tern_gate_rules_parse(tern_gate_rules *rules, const char *text, const char *path, tern_error *error)
{
    reading r = {.rules = rules};

    memset(rules, 0, sizeof *rules);
    const tern_status status = tern_ini_read_text(text, path, take, &r, error);
    return status == TERN_OK ? check_whole(rules, path, error) : status;
}

tern_status tern_gate_rules_read(tern_gate_rules *rules, const tern_side *base, tern_error *error)
{
    char *text = malloc(MOST_BYTES), path[256];

    memset(rules, 0, sizeof *rules);
    if (text == NULL)
        return tern_error_memory(error, "the rules of a gate", MOST_BYTES);
    tern_status status = read_text(base, text, error);
    snprintf(path, sizeof path, "%s of %.200s", file_name, base->text);
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
