/*
 * option.h - one option as a row of data: how it is written, what --help says, and how what it says is kept.
 */
#ifndef TERN_OPTION_H
#define TERN_OPTION_H

#include "base/error.h"
#include "cli/options.h"

/* In the order of --help. */
typedef enum tern_option_group {
    TERN_GROUP_CASES,
    TERN_GROUP_MODEL,
    TERN_GROUP_LENGTH,
    TERN_GROUP_RUN,
    TERN_GROUP_OUTPUT,
    TERN_GROUP_CHOICE,
    TERN_GROUP_TARGET,
    TERN_OPTION_GROUPS
} tern_option_group;

typedef struct tern_option tern_option;

/*
 * Keeps what was said, text, in the options; text is NULL for an option without an argument, and may be cut into
 * pieces. TERN_USAGE: it is not what the row asks for.
 */
typedef tern_status tern_option_setter(const tern_option *option, tern_options *options, char *text, tern_error *error);

struct tern_option {
    const char *name;
    char letter;          /* -t; 0: it has none */
    const char *argument; /* what it takes, as --help names it; NULL: nothing */
    tern_option_group group;
    const char *help; /* NULL: not in --help */
    tern_option_setter *set;
    size_t at;          /* offset in tern_options of what is set */
    double low, high;   /* of a number */
    const char *axis;   /* that it replaces */
    const char *values; /* of the axis, when it takes nothing; or what it takes, separated by blanks */
};

tern_option_setter tern_option_set_flag;   /* bool */
tern_option_setter tern_option_set_level;  /* uint32_t, one more each time */
tern_option_setter tern_option_set_text;   /* const char * */
tern_option_setter tern_option_add_text;   /* tern_text_list */
tern_option_setter tern_option_set_real;   /* double within low..high */
tern_option_setter tern_option_set_u32;    /* uint32_t within low..high */
tern_option_setter tern_option_set_seed;   /* uint64_t */
tern_option_setter tern_option_set_choice; /* const char *, one of values */
tern_option_setter tern_option_add_axis;   /* tern_axis_list: the row's axis */
tern_option_setter tern_option_add_set;    /* tern_axis_list: AXIS=VALUES */
tern_option_setter tern_option_set_report; /* const tern_report *, by name */
tern_option_setter tern_option_add_output; /* tern_output_list: FORMAT:FILE */
tern_option_setter tern_option_set_shard;  /* tern_shard: I/N */
tern_option_setter tern_option_set_type;   /* const tern_block_format *: a ternary one, by name */

#endif
