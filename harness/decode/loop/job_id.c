#include "decode/loop/job_id.h"

#include "base/text.h"
#include "plan/toggles.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <xxhash.h>

static const char form[] = "decode[+TOGGLES]/MODEL/KERNEL/seed=N,p0=SHARE/p=N,n=N,s=N,c=N,b=N/t=N";

bool tern_decode_id_is(const char *id)
{
    return strncmp(id, "decode/", 7) == 0 || strncmp(id, "decode+", 7) == 0;
}

/* A prompt that was given, in full, or by its hash when there is no room for it. */
static void add_prompt(const tern_decode_job *job, char *text, size_t bytes)
{
    const size_t before = strlen(text), room = sizeof "/t=4096";
    uint64_t hash;

    for (uint32_t i = 0; i < job->prompt_tokens; i++)
        tern_text_append(text, bytes, "%s%" PRIu32, i == 0 ? ",ids=" : ":", job->prompt[i]);
    if (strlen(text) + room < bytes)
        return;
    hash = XXH3_64bits(job->prompt, job->prompt_tokens * sizeof *job->prompt);
    text[before] = '\0';
    tern_text_append(text, bytes, ",ids=#%016" PRIx64, hash);
}

static void add_unusual(const tern_decode_job *job, char *text, size_t bytes)
{
    const tern_token_choice_options *choice = &job->sampler;

    if (job->repetitions != 1)
        tern_text_append(text, bytes, ",r=%" PRIu32, job->repetitions);
    if (job->layers != 0)
        tern_text_append(text, bytes, ",l=%" PRIu32, job->layers);
    if (job->compare_cache != 0)
        tern_text_append(text, bytes, ",compare=%" PRIu32, job->compare_cache);
    if (choice->temperature > 0.0)
        tern_text_append(text, bytes, ",temperature=%.12g,top_k=%" PRIu32 ",top_p=%.12g", choice->temperature,
                         choice->top_k, choice->top_p);
    if (job->i2s_block != 0)
        tern_text_append(text, bytes, ",i2s=%" PRIu32, job->i2s_block);
    if (job->prompt != NULL)
        add_prompt(job, text, bytes);
}

tern_status tern_decode_id(const tern_decode_job *job, char *text, size_t bytes, tern_error *error)
{
    char toggles[TERN_ID_BYTES], kernel[TERN_ID_BYTES];

    tern_toggles_text(tern_loop_toggles, job->toggle, toggles, sizeof toggles);
    text[0] = '\0';
    tern_text_append(text, bytes, "decode%s%s/%s/%s/seed=%" PRIu64 ",p0=%.12g/p=%" PRIu32 ",n=%" PRIu32,
                     toggles[0] != '\0' ? "+" : "", toggles, job->model,
                     tern_case_kernel(&job->kernel, kernel, sizeof kernel), job->seed, job->p0, job->prompt_tokens,
                     job->new_tokens);
    tern_text_append(text, bytes, ",s=%" PRIu32 ",c=%" PRIu32 ",b=%" PRIu32, job->sequences, job->context, job->block);
    add_unusual(job, text, bytes);
    tern_text_append(text, bytes, "/t=%" PRIu32, job->threads);
    return strlen(text) + 1 < bytes ? TERN_OK
                                    : tern_error_set(error, TERN_USAGE,
                                                     "the id of this run is longer than %zu characters; give the model "
                                                     "a shorter path",
                                                     bytes - 2);
}

#define LACKING UINT32_MAX /* what an id must say, and has not said yet */

typedef enum kind { WHOLE, SEED, SHARE } kind;

/* What stands behind the kernel, as key=value. */
static const struct {
    const char *name;
    kind kind;
    size_t at;
    double low, high;
} keys[] = {
    {"seed", SEED, offsetof(tern_decode_job, seed), 0, 0},
    {"p0", SHARE, offsetof(tern_decode_job, p0), 0, 1},
    {"p", WHOLE, offsetof(tern_decode_job, prompt_tokens), 0, 1 << 20},
    {"n", WHOLE, offsetof(tern_decode_job, new_tokens), 0, TERN_DECODE_TOKENS - 1},
    {"s", WHOLE, offsetof(tern_decode_job, sequences), 1, TERN_DECODE_SEQUENCES},
    {"c", WHOLE, offsetof(tern_decode_job, context), 0, 1 << 20},
    {"b", WHOLE, offsetof(tern_decode_job, block), 1, 8192},
    {"r", WHOLE, offsetof(tern_decode_job, repetitions), 1, TERN_DECODE_REPETITIONS},
    {"l", WHOLE, offsetof(tern_decode_job, layers), 1, 1 << 20},
    {"compare", WHOLE, offsetof(tern_decode_job, compare_cache), 2, TERN_DECODE_TOKENS - 1},
    {"temperature", SHARE, offsetof(tern_decode_job, sampler.temperature), 0, 1e3},
    {"top_k", WHOLE, offsetof(tern_decode_job, sampler.top_k), 0, UINT32_MAX},
    {"top_p", SHARE, offsetof(tern_decode_job, sampler.top_p), 0, 1},
    {"i2s", WHOLE, offsetof(tern_decode_job, i2s_block), 64, 128},
    {"t", WHOLE, offsetof(tern_decode_job, threads), 1, TERN_THREADS_LINUX},
};

static bool take_value(tern_decode_job *job, size_t key, const char *value)
{
    void *at = (char *)job + keys[key].at;
    uint64_t whole;

    switch (keys[key].kind) {
    case SEED:
        return tern_text_u64(value, 0, INT64_MAX, at);
    case SHARE:
        return tern_text_double(value, keys[key].low, keys[key].high, at);
    default:
        if (!tern_text_u64(value, (uint64_t)keys[key].low, (uint64_t)keys[key].high, &whole))
            return false;
        *(uint32_t *)at = (uint32_t)whole;
        return true;
    }
}

static tern_status take_prompt(tern_parsed_job *parsed, char *text, tern_error *error)
{
    uint32_t count = 0;
    uint64_t id;

    if (text[0] == '#')
        return tern_error_set(error, TERN_USAGE,
                              "the prompt of this run was too long for its id; decode it with --prompt-ids or "
                              "--prompt-text");
    for (char *word; (word = tern_text_word(&text, ":")) != NULL;) {
        if (!tern_text_u64(word, 0, UINT32_MAX, &id))
            return tern_error_set(error, TERN_USAGE, "'%s' is no token id", word);
        parsed->prompt[count++] = (uint32_t)id;
    }
    parsed->job.prompt = parsed->prompt;
    parsed->given = count;
    return TERN_OK;
}

static tern_status take_word(tern_parsed_job *parsed, char *word, tern_error *error)
{
    char *value = strchr(word, '=');

    if (value != NULL)
        *value++ = '\0';
    if (value != NULL && strcmp(word, "ids") == 0)
        return take_prompt(parsed, value, error);
    for (size_t i = 0; value != NULL && i < sizeof keys / sizeof *keys; i++)
        if (strcmp(word, keys[i].name) == 0 && take_value(&parsed->job, i, value))
            return TERN_OK;
    return tern_error_set(error, TERN_USAGE, "the id is wrong at '%s%s%s'; it reads %s", word, value == NULL ? "" : "=",
                          value == NULL ? "" : value, form);
}

/* A part is the kernel, or words of key=value: the kernel's name has no '='. */
static tern_status take_part(tern_parsed_job *parsed, char *part, const tern_registry *registry, tern_error *error)
{
    tern_status status = TERN_OK;

    if (part[strcspn(part, "=+")] != '=')
        return tern_case_parse_kernel(&parsed->job.kernel, part, registry, error);
    for (char *word; status == TERN_OK && (word = tern_text_word(&part, ",")) != NULL;)
        status = take_word(parsed, word, error);
    return status;
}

/* What cannot be left out, and what fits together. */
static tern_status conclude(tern_parsed_job *parsed, const char *id, tern_error *error)
{
    tern_decode_job *job = &parsed->job;
    const char *fault = tern_loop_fault(job->toggle);

    if (fault != NULL)
        return tern_error_set(error, TERN_USAGE, "%s", fault);
    if (job->prompt_tokens == LACKING || job->new_tokens == LACKING || job->threads == 0)
        return tern_error_set(error, TERN_USAGE, "'%s' lacks p=, n= or t=; an id reads %s", id, form);
    if (job->prompt_tokens == 0 && job->new_tokens == 0)
        return tern_error_set(error, TERN_USAGE, "'%s': p=0 and n=0 together leave nothing to run", id);
    if (job->prompt != NULL && parsed->given != job->prompt_tokens)
        return tern_error_set(error, TERN_USAGE, "'%s': p= is not the number of ids", id);
    job->sampler.seed = job->seed;
    return TERN_OK;
}

tern_status tern_decode_id_parse(tern_parsed_job *parsed, const char *id, const tern_registry *registry,
                                 tern_error *error)
{
    enum { PARTS = 4 };
    tern_decode_job *job = &parsed->job;
    char *part[PARTS];
    tern_status status = TERN_OK;

    if (strlen(id) >= sizeof parsed->text)
        return tern_error_set(error, TERN_USAGE, "the id is longer than %zu characters", sizeof parsed->text - 1);
    memset(parsed, 0, sizeof *parsed);
    *job = (tern_decode_job){.prompt_tokens = LACKING,
                             .new_tokens = LACKING,
                             .seed = 1,
                             .p0 = 0.42,
                             .sequences = 1,
                             .block = 256,
                             .repetitions = 1};
    job->sampler.top_p = 1.0;
    tern_text_copy(parsed->text, sizeof parsed->text, id);
    /* The path of a model may hold slashes: its end is found from behind. */
    char *model = strchr(parsed->text, '/');
    for (size_t i = PARTS; i-- > 0;) {
        char *slash = strrchr(parsed->text, '/');
        if (slash == NULL || slash == model)
            return tern_error_set(error, TERN_USAGE, "'%s' is no id of a decode run; it reads %s", id, form);
        *slash = '\0';
        part[i] = slash + 1;
    }
    *model = '\0';
    job->model = model + 1;
    tern_toggles_init(tern_loop_toggles, job->toggle);
    if (parsed->text[6] == '+')
        status = tern_toggles_set(tern_loop_toggles, "the decode loop", job->toggle, parsed->text + 7, error);
    for (size_t i = 0; i < PARTS && status == TERN_OK; i++)
        status = take_part(parsed, part[i], registry, error);
    return status == TERN_OK ? conclude(parsed, id, error) : status;
}
