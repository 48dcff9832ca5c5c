/*
 * A job's id names all that it depends on: what is read back is the job, and its id is the same again.
 */
#include "decode/loop/job_id.h"
#include "decode/loop/job_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plan/toggles.h"
#include "with_registry.h"

static tern_decode_job plain_job(void)
{
    tern_decode_job job = {.model = "tiny",
                           .seed = 3,
                           .p0 = 0.5,
                           .context = 128,
                           .sequences = 2,
                           .block = 64,
                           .repetitions = 1,
                           .prompt_tokens = 5,
                           .new_tokens = 7,
                           .threads = 4,
                           .sampler = {.top_p = 1.0}};

    tern_toggles_init(tern_loop_toggles, job.toggle);
    tern_case_init(&job.kernel, tern_registry_find(registry, "reference"));
    return job;
}

static const char *id_of(const tern_decode_job *job)
{
    static char id[TERN_ID_BYTES];

    assert_int_equal(tern_decode_id(job, id, sizeof id, NULL), TERN_OK);
    return id;
}

/* Reads the id and writes it again. */
static void expect_round_trip(const tern_decode_job *job, const char *expected)
{
    tern_parsed_job parsed;
    tern_error error = {""};
    const char *id = id_of(job);

    assert_string_equal(id, expected);
    assert_true(tern_decode_id_is(id));
    if (tern_decode_id_parse(&parsed, id, registry, &error) != TERN_OK)
        fail_msg("%s: %s", id, error.text);
    assert_string_equal(id_of(&parsed.job), expected);
    assert_int_equal(parsed.job.seed, job->seed);
    assert_int_equal(parsed.job.sampler.seed, job->seed);
    assert_memory_equal(parsed.job.toggle, job->toggle, sizeof job->toggle);
    assert_int_equal(parsed.job.layers, job->layers);
}

static void a_job_as_usual_has_a_short_id(void **state)
{
    const tern_decode_job job = plain_job();

    (void)state;
    expect_round_trip(&job, "decode/tiny/reference/seed=3,p0=0.5/p=5,n=7,s=2,c=128,b=64/t=4");
}

static void a_context_that_is_left_to_the_model_stays_so(void **state)
{
    tern_decode_job job = plain_job();

    (void)state;
    job.context = 0;
    expect_round_trip(&job, "decode/tiny/reference/seed=3,p0=0.5/p=5,n=7,s=2,c=0,b=64/t=4");
}

static void all_that_is_unusual_is_named(void **state)
{
    static const uint32_t prompt[] = {4, 0, 65000};
    tern_decode_job job = plain_job();

    (void)state;
    job.model = "./models/my model.gguf";
    job.toggle[TERN_LOOP_SIMD] = 0;
    job.toggle[TERN_LOOP_KV_BITS] = 8;
    assert_int_equal(tern_case_set_toggles(&job.kernel, "huge_pages=0", NULL), TERN_OK);
    job.prompt = prompt;
    job.prompt_tokens = 3;
    job.layers = 2;
    job.i2s_block = 64;
    job.repetitions = 9;
    job.compare_cache = 4;
    job.sampler = (tern_token_choice_options){.temperature = 0.25, .top_k = 20, .top_p = 0.9, .seed = 3};
    expect_round_trip(&job, "decode+simd=0,kv=8/./models/my model.gguf/reference+huge_pages=0/seed=3,p0=0.5/"
                            "p=3,n=7,s=2,c=128,b=64,r=9,l=2,compare=4,temperature=0.25,top_k=20,top_p=0.9,"
                            "i2s=64,ids=4:0:65000/t=4");
}

static void a_prompt_or_steps_may_be_none_but_not_both(void **state)
{
    tern_decode_job job = plain_job();
    tern_parsed_job parsed;
    tern_error error = {""};

    (void)state;
    job.new_tokens = 0;
    expect_round_trip(&job, "decode/tiny/reference/seed=3,p0=0.5/p=5,n=0,s=2,c=128,b=64/t=4");
    job.prompt_tokens = 0;
    assert_int_equal(tern_decode_id_parse(&parsed, id_of(&job), registry, &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "leave nothing to run"));
    job.new_tokens = 7;
    expect_round_trip(&job, "decode/tiny/reference/seed=3,p0=0.5/p=0,n=7,s=2,c=128,b=64/t=4");
}

static void parts_stand_in_any_order(void **state)
{
    tern_parsed_job parsed;

    (void)state;
    assert_int_equal(
        tern_decode_id_parse(&parsed, "decode//abs/x.model/t=4/seed=3,p0=0.5/reference/n=7,p=5", registry, NULL),
        TERN_OK);
    assert_string_equal(parsed.job.model, "/abs/x.model");
    assert_string_equal(parsed.job.kernel.kernel->name, "reference");
    assert_int_equal(parsed.job.prompt_tokens, 5);
    assert_int_equal(parsed.job.sequences, 1);
}

/* A long prompt is named by its hash: the id is still its own, but cannot be run again. */
static void a_long_prompt_is_hashed(void **state)
{
    static uint32_t prompt[1000];
    tern_decode_job job = plain_job();
    tern_parsed_job parsed;
    tern_error error = {""};
    char before[TERN_ID_BYTES];

    (void)state;
    job.prompt = prompt;
    job.prompt_tokens = 1000;
    strcpy(before, id_of(&job));
    assert_non_null(strstr(before, ",ids=#"));
    assert_non_null(strstr(before, "/t=4"));
    assert_int_equal(tern_decode_id_parse(&parsed, before, registry, &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "--prompt-ids"));
    prompt[999] = 1;
    assert_string_not_equal(id_of(&job), before);
}

static void what_is_wrong_is_told(void **state)
{
    static const struct {
        const char *id, *sentence;
    } wrong[] = {
        {"decode/tiny", "is no id of a decode run"},
        {"decode/tiny/reference/p=1,n=1/t=1", "is no id of a decode run"},
        {"decode/tiny/nobody/seed=1,p0=0.4/p=1,n=1/t=1", "there is no kernel 'nobody'"},
        {"decode/tiny/reference/seed=1,p0=2/p=1,n=1/t=1", "wrong at 'p0=2'"},
        {"decode/tiny/reference/seed=1,p0=0.4/p=1,n=1,colour=red/t=1", "wrong at 'colour=red'"},
        {"decode/tiny/reference/seed=1,p0=0.4/p=1,n=1,c/t=1", "wrong at 'c'"},
        {"decode/tiny/reference/seed=1,p0=0.4/p=1,s=1/t=1", "lacks p=, n= or t="},
        {"decode/tiny/reference/seed=1,p0=0.4/p=2,n=1,ids=7/t=1", "p= is not the number of ids"},
        {"decode/tiny/reference/seed=1,p0=0.4/p=1,n=1,ids=x/t=1", "'x' is no token id"},
        {"decode+nonsense=1/tiny/reference/seed=1,p0=0.4/p=1,n=1/t=1", "the decode loop has no toggle"},
        {"decode+kv=9/tiny/reference/seed=1,p0=0.4/p=1,n=1/t=1", "'kv' takes 8, 16 or 32"},
    };
    tern_decode_job job = plain_job();
    char path[2 * TERN_ID_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tern_parsed_job parsed;
        tern_error error = {""};
        assert_int_equal(tern_decode_id_parse(&parsed, wrong[i].id, registry, &error), TERN_USAGE);
        if (strstr(error.text, wrong[i].sentence) == NULL)
            fail_msg("%s: expected '%s', was told: %s", wrong[i].id, wrong[i].sentence, error.text);
    }
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    job.model = path;
    assert_int_equal(tern_decode_id(&job, (char[TERN_ID_BYTES]){""}, TERN_ID_BYTES, NULL), TERN_USAGE);
}

static bool is_among(uint32_t wanted, const uint32_t *number, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (number[i] == wanted)
            return true;
    return false;
}

/* Six sequences in blocks of four: four, then two. And a prompt of nine: twice four, then one. */
static void the_numbers_of_tokens_are_those_that_occur(void **state)
{
    tern_decode_job job = plain_job();
    uint32_t tokens[TERN_JOB_COUNTS];

    (void)state;
    job.sequences = 6;
    job.block = 4;
    job.prompt_tokens = 9;
    const size_t count = tern_job_counts(&job, tokens);
    assert_true(is_among(1, tokens, count) && is_among(2, tokens, count) && is_among(4, tokens, count));
    for (size_t i = 0; i < count; i++)
        assert_true(tokens[i] >= 1 && tokens[i] <= job.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_of_tokens_are_those_that_occur),
        cmocka_unit_test(a_job_as_usual_has_a_short_id),
        cmocka_unit_test(all_that_is_unusual_is_named),
        cmocka_unit_test(a_prompt_or_steps_may_be_none_but_not_both),
        cmocka_unit_test(parts_stand_in_any_order),
        cmocka_unit_test(a_long_prompt_is_hashed),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(a_context_that_is_left_to_the_model_stays_so),
    };

    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
