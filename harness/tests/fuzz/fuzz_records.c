/*
 * A fuzz target: any bytes as a file of records. What is read is written and read again, which changes nothing, and
 * drawn as every report in every format; of pictures what gnuplot would be told.
 *
 * Bytes that are changed at random are seldom JSON: the mutator changes one value of one line instead, most times.
 */
#include "compare.h"
#include "fuzz.h"
#include "report.h"

#include <jansson.h>

size_t LLVMFuzzerMutate(uint8_t *input, size_t bytes, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *input, size_t bytes, size_t most, unsigned seed);

static bool read_all(tern_results *results, const char *text, size_t bytes)
{
    FILE *stream = fmemopen((void *)(uintptr_t)text, bytes, "r");
    tern_file_extent extent;
    tern_error error = {""};

    if (stream == NULL)
        return false;
    const bool is_ok = fuzz_is_ok(tern_results_read_stream(results, stream, "input", &extent, &error), &error);
    fclose(stream);
    return is_ok;
}

static char *write_all(const tern_results *results, size_t *bytes)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, bytes);
    tern_error error = {""};

    if (stream == NULL || !fuzz_is_ok(tern_results_write(results, stream, &error), &error))
        abort();
    fclose(stream);
    return text;
}

static void expect_the_same_again(const tern_results *results)
{
    tern_results again = {0};
    size_t bytes = 0, bytes_again = 0;
    char *text = write_all(results, &bytes);

    if (bytes > 0 && !read_all(&again, text, bytes))
        abort(); /* what is written is not read */
    char *text_again = write_all(&again, &bytes_again);
    if (bytes != bytes_again || memcmp(text, text_again, bytes) != 0)
        abort(); /* or as something else */
    free(text);
    free(text_again);
    tern_results_free(&again);
}

static void draw(const tern_report *report, const tern_results *results, FILE *nowhere)
{
    tern_document document = {.name = report->name, .title = report->name};
    tern_error error = {""};
    size_t panels;

    if (report->build == NULL) {
        report->write(nowhere, results);
        return;
    }
    if (fuzz_is_ok(report->build(&document, results, &error), &error)) {
        if (report->plot != NULL)
            free(tern_plot_data(tern_plot_find(report->plot), &document, &panels));
        else
            fuzz_is_ok(tern_document_write(&document, report->writer, nowhere, &error), &error);
    }
    tern_document_free(&document);
}

static void compare(const tern_results *results, FILE *nowhere)
{
    tern_document document = {0};
    tern_compare_outcome outcome;
    tern_error error = {""};

    if (fuzz_is_ok(tern_compare_build(&document, results, results, 0.05, &outcome, &error), &error))
        fuzz_is_ok(tern_document_write(&document, tern_write_text, nowhere, &error), &error);
    tern_document_free(&document);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t bytes)
{
    static FILE *nowhere;
    tern_results results = {0};

    if (nowhere == NULL && (nowhere = fopen("/dev/null", "w")) == NULL)
        abort();
    if (bytes > 0 && read_all(&results, (const char *)input, bytes)) {
        expect_the_same_again(&results);
        for (const tern_report *report = tern_reports; report->name != NULL; report++)
            draw(report, &results, nowhere);
        compare(&results, nowhere);
    }
    tern_results_free(&results);
    return 0;
}

/* A value of any kind that somebody might put there; the second half are numbers. */
static json_t *some_value(unsigned number)
{
    static const double reals[] = {0.0, -1.0, 0.5, 1e-300, 1e300, -1e18, 4294967296.0, 1e9};
    static const char *const texts[] = {"",     "EXACT",   "\x1b[31m", "a/b/c",
                                        "=1+1", "<b>&\"'", "cold",     "avx2+prefetch=0/1x1x1/w=,x=/t=1/hot"};

    switch (number % 6) {
    case 0:
        return json_null();
    case 1:
        return json_string(texts[number / 6 % 8]);
    case 2:
        return json_boolean(number / 6 % 2);
    case 3:
        return json_integer((json_int_t)(number / 6 % 2000) - 3);
    case 4:
        return json_integer(number % 2 == 0 ? INT64_MAX >> number / 8 % 63 : INT64_MIN >> number / 8 % 63);
    default:
        return json_real(reals[number / 6 % 8]);
    }
}

static unsigned next(unsigned *seed)
{
    return (*seed = *seed * 1103515245u + 12345u) >> 8;
}

static void change_value(json_t *json, unsigned *seed);

static void change_member(json_t *object, unsigned *seed)
{
    const size_t chosen = next(seed) % json_object_size(object);
    void *member = json_object_iter(object);

    for (size_t i = 0; i < chosen; i++)
        member = json_object_iter_next(object, member);
    json_t *value = json_object_iter_value(member);
    const unsigned what = next(seed) % 8;
    if ((json_is_object(value) || json_is_array(value)) && what > 1)
        change_value(value, seed);
    else if (what == 0)
        json_object_del(object, json_object_iter_key(member));
    else
        json_object_iter_set_new(object, member, some_value(next(seed)));
}

static void change_item(json_t *array, unsigned *seed)
{
    const size_t chosen = next(seed) % json_array_size(array);
    json_t *value = json_array_get(array, chosen);
    const unsigned what = next(seed) % 8;

    if ((json_is_object(value) || json_is_array(value)) && what > 1)
        change_value(value, seed);
    else if (what == 0)
        json_array_remove(array, chosen);
    else if (what == 1)
        json_array_insert(array, chosen, value);
    else
        json_array_set_new(array, chosen, some_value(next(seed)));
}

static void change_value(json_t *json, unsigned *seed)
{
    if (json_object_size(json) > 0)
        change_member(json, seed);
    else if (json_array_size(json) > 0)
        change_item(json, seed);
}

/* Puts text in the place of bytes [begin, end) of the input, if there is room. */
static size_t replace(uint8_t *input, size_t bytes, size_t most, size_t begin, size_t end, const char *text)
{
    const size_t length = strlen(text);

    if (bytes - (end - begin) + length > most)
        return bytes;
    memmove(input + begin + length, input + end, bytes - end);
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a part of the input, no text of its own */
    memcpy(input + begin, text, length);
    return bytes - (end - begin) + length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *input, size_t bytes, size_t most, unsigned seed)
{
    size_t begin = bytes == 0 ? 0 : next(&seed) % bytes, end = begin;

    while (begin > 0 && input[begin - 1] != '\n')
        begin--;
    while (end < bytes && input[end] != '\n')
        end++;
    json_t *json = next(&seed) % 16 == 0 ? NULL : json_loadb((const char *)input + begin, end - begin, 0, NULL);
    if (json == NULL)
        return LLVMFuzzerMutate(input, bytes, most);
    for (unsigned i = 0; i <= seed % 4; i++)
        change_value(json, &seed);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (text != NULL)
        bytes = replace(input, bytes, most, begin, end, text);
    free(text);
    return bytes;
}
