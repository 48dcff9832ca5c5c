#include "cli/option.h"

#include "base/text.h"
#include "record/run.h"

#include <inttypes.h>
#include <string.h>

static void *place(const tern_option *option, tern_options *options)
{
    return (char *)options + option->at;
}

tern_status tern_option_set_flag(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    (void)text;
    (void)error;
    *(bool *)place(option, options) = true;
    return TERN_OK;
}

tern_status tern_option_set_level(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    (void)text;
    (void)error;
    ++*(uint32_t *)place(option, options);
    return TERN_OK;
}

tern_status tern_option_set_text(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    (void)error;
    *(const char **)place(option, options) = text;
    return TERN_OK;
}

static tern_status too_many(const tern_option *option, tern_error *error)
{
    return tern_error_set(error, TERN_USAGE, "--%s is given more than %d times", option->name, TERN_OPTION_LIST);
}

tern_status tern_option_add_text(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    tern_text_list *list = place(option, options);

    if (list->count == TERN_OPTION_LIST)
        return too_many(option, error);
    list->item[list->count++] = text;
    return TERN_OK;
}

static tern_status not_a_number(const tern_option *option, const char *text, tern_error *error)
{
    return tern_error_set(error, TERN_USAGE, "--%s takes %s, a number from %.12g to %.12g, not '%s'", option->name,
                          option->argument, option->low, option->high, text);
}

tern_status tern_option_set_real(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    return tern_text_double(text, option->low, option->high, place(option, options))
               ? TERN_OK
               : not_a_number(option, text, error);
}

tern_status tern_option_set_seed(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    return tern_text_u64(text, 0, INT64_MAX, place(option, options))
               ? TERN_OK
               : tern_error_set(error, TERN_USAGE, "--%s takes a number below 2^63, not '%s'", option->name, text);
}

tern_status tern_option_set_u32(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    uint64_t value;

    if (!tern_text_u64(text, (uint64_t)option->low, (uint64_t)option->high, &value))
        return not_a_number(option, text, error);
    *(uint32_t *)place(option, options) = (uint32_t)value;
    return TERN_OK;
}

tern_status tern_option_set_choice(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    char copy[128], *rest = copy;

    tern_text_copy(copy, sizeof copy, option->values);
    for (const char *word; (word = tern_text_word(&rest, " ")) != NULL;)
        if (strcmp(word, text) == 0) {
            *(const char **)place(option, options) = text;
            return TERN_OK;
        }
    return tern_error_set(error, TERN_USAGE, "unknown %s '%s'; there are %s", option->name, text, option->values);
}

static tern_status add_axis(const tern_option *option, tern_options *options, const char *axis, const char *values,
                            tern_error *error)
{
    tern_axis_list *list = place(option, options);

    if (list->count == TERN_OPTION_LIST)
        return tern_error_set(error, TERN_USAGE, "more than %d axes are replaced", TERN_OPTION_LIST);
    list->name[list->count] = axis;
    list->values[list->count++] = values;
    return TERN_OK;
}

tern_status tern_option_add_axis(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    return add_axis(option, options, option->axis, text == NULL ? option->values : text, error);
}

/* Splits text at the first `separator`, in place; the part behind it must not be empty. */
static tern_status split(const tern_option *option, char *text, char separator, char **behind, tern_error *error)
{
    char *at = strchr(text, separator);

    if (at == NULL || at[1] == '\0')
        return tern_error_set(error, TERN_USAGE, "--%s takes %s, not '%s'", option->name, option->argument, text);
    *at = '\0';
    *behind = at + 1;
    return TERN_OK;
}

tern_status tern_option_add_set(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    char *values = NULL;
    const tern_status status = split(option, text, '=', &values, error);

    return status == TERN_OK ? add_axis(option, options, text, values, error) : status;
}

static tern_status find_report(const char *name, const tern_report **report, tern_error *error)
{
    *report = tern_report_find(name);
    if (*report != NULL)
        return TERN_OK;
    return tern_error_set(error, TERN_USAGE, "unknown format '%s'; there are %s", name, tern_report_names());
}

tern_status tern_option_set_report(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    return find_report(text, place(option, options), error);
}

tern_status tern_option_add_output(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    tern_output_list *list = place(option, options);
    tern_output output;
    char *path = text;
    tern_status status = split(option, text, ':', &path, error);

    output.path = path;
    if (status == TERN_OK && strcmp(path, "-") == 0)
        return tern_error_set(error, TERN_USAGE,
                              "--%s takes a file; --format %s writes to standard output, and ./- is a "
                              "file of that name",
                              option->name, text);
    if (status == TERN_OK)
        status = find_report(text, &output.format, error);
    if (status == TERN_OK && list->count == TERN_OPTION_LIST)
        status = too_many(option, error);
    if (status == TERN_OK)
        list->item[list->count++] = output;
    return status;
}

tern_status tern_option_set_shard(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    return tern_shard_parse(text, place(option, options))
               ? TERN_OK
               : tern_error_set(error, TERN_USAGE, "--%s takes I/N with I from 1 to N, and N up to %d, not '%s'",
                                option->name, TERN_SHARDS_MAX, text);
}

tern_status tern_option_set_type(const tern_option *option, tern_options *options, char *text, tern_error *error)
{
    const tern_block_format *format = tern_block_format_named(text);

    if (format == NULL || format->file_type == 0)
        return tern_error_set(error, TERN_USAGE, "--%s takes tq1_0, tq2_0 or i2_s, not '%s'", option->name, text);
    *(const tern_block_format **)place(option, options) = format;
    return TERN_OK;
}
