/*
 * options.h - the options of the subcommands that run cases.
 */
#ifndef TERN_OPTIONS_H
#define TERN_OPTIONS_H

#include "base/error.h"
#include "report.h"

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TERN_OPTION_LIST = 32 };

typedef struct tern_output {
    const tern_report *format;
    const char *path;
} tern_output;

/* Strings point into argv. */
typedef struct tern_options {
    const char *arguments_doc;              /* what the arguments are, as --help names them; "" = it takes none */
    const char *argument[TERN_OPTION_LIST]; /* suites, or ids */
    size_t arguments;
    const char *plugin[TERN_OPTION_LIST];
    size_t plugins;
    tern_output output[TERN_OPTION_LIST]; /* --out, in order */
    size_t outputs;
    const tern_report *format; /* what goes to standard output at the end */
    const char *const *forms;  /* of a command that draws no report: what --format takes, the first is the default */
    const char *form;          /* which of them */
    const char *filter;
    const char *isa;
    const char *override_axis[TERN_OPTION_LIST],
        *override_values[TERN_OPTION_LIST]; /* axes that replace those of suites */
    size_t overrides;
    const char *pick;            /* a shape; NULL: none */
    bool has_format, has_budget; /* said, not left to the suite */
    bool interleave;
    bool list, compare, resume, strict, quiet, no_edges, no_roofs;
    int verbose;
    double deadline_s; /* of one case, on top of what its size needs */
    double budget_s;   /* of one case */
    double total_s;    /* of the run; 0 = none */
    uint32_t min_samples;
    const char *counters; /* NULL: none */
    const char *pin;      /* NULL: compact, or none where threads cannot be bound */
} tern_options;

/*
 * Of --isa, --plugin, --pin, --out, --format and the like: for a parser with options of its own, as a child whose
 * input is a tern_options.
 */
extern const struct argp tern_options_common;

/* Fills in the defaults. */
void tern_options_init(tern_options *options);

/*
 * Parses argv with the options above. arguments_doc and doc are argp's. On --help and on errors it prints and exits
 * as argp does, with TERN_USAGE for errors.
 */
void tern_options_parse(tern_options *options, int argc, char **argv, const char *arguments_doc, const char *doc);

#endif
