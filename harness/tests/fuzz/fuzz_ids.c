/*
 * A fuzz target: any bytes as the id of a case, or of a decode job. One that is read names itself.
 */
#include "decode/loop/job_id.h"
#include "fuzz.h"

static void read_case(const char *text, const tern_registry *registry)
{
    char id[TERN_ID_BYTES], again[TERN_ID_BYTES];
    tern_error error = {""};
    tern_case c;

    if (!fuzz_is_ok(tern_case_parse(&c, text, registry, &error), &error))
        return;
    tern_case_id(&c, id, sizeof id);
    if (!fuzz_is_ok(tern_case_parse(&c, id, registry, &error), &error) ||
        strcmp(tern_case_id(&c, again, sizeof again), id) != 0)
        abort();
}

static void read_job(const char *text, const tern_registry *registry)
{
    static tern_parsed_job parsed;
    char id[TERN_ID_BYTES], again[TERN_ID_BYTES];
    tern_error error = {""};

    if (!fuzz_is_ok(tern_decode_id_parse(&parsed, text, registry, &error), &error) ||
        !fuzz_is_ok(tern_decode_id(&parsed.job, id, sizeof id, &error), &error))
        return;
    if (!fuzz_is_ok(tern_decode_id_parse(&parsed, id, registry, &error), &error) ||
        !fuzz_is_ok(tern_decode_id(&parsed.job, again, sizeof again, &error), &error) || strcmp(id, again) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t bytes)
{
    static tern_registry *registry;
    char *text = fuzz_text(input, bytes);

    if (registry == NULL && tern_registry_new(&registry, NULL) != TERN_OK)
        abort();
    if (tern_decode_id_is(text))
        read_job(text, registry);
    else
        read_case(text, registry);
    free(text);
    return 0;
}
