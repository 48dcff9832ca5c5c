/*
 * Files as the tools of the field lay them out decode to the greedy tokens of the plain decoder on the same model in
 * memory, whatever kernel, threads and block compute them.
 */
#include "base/text.h"
#include "decode/loop/decoder.h"
#include "field_model.h"
#include "machine/isa.h"
#include "model/tokenizer.h"
#include "plain_decoder.h"
#include "plan/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PROMPT = 3, MOST_PROMPT = 8, STEPS = 4, MOST_VOCABULARY = 512 };

static tern_registry *registry;

/* How a file is decoded. */
typedef struct setting {
    const char *kernel;
    uint32_t threads, block;
    bool fused;
} setting;

/* What came out: the greedy tokens, and the logits that each was chosen from. */
typedef struct answer {
    uint32_t token[STEPS];
    float logits[STEPS][MOST_VOCABULARY];
} answer;

/* Ids that a decoder takes. */
typedef struct prompt {
    uint32_t id[MOST_PROMPT], count;
} prompt;

static const char text[] = "<think>2123 hello";

/* That text by each vocabulary and each way to cut it, worked out by hand from field_model.c. */
static prompt prompt_of(const field_model *m)
{
    prompt p = {.count = PROMPT};

    for (uint32_t i = 0; i < PROMPT; i++)
        p.id[i] = (7 + i * 17 + i * i * 5) % m->geometry.vocabulary;
    if (m->words == FIELD_SPM)
        return (prompt){{1, 269, 259, 53, 52, 53, 54, 268}, 8};
    if (m->words == FIELD_LLAMA3 && m->pre != NULL && strcmp(m->pre, "gpt-2") == 0)
        return (prompt){{263, 266, '2', 262, 260}, 5};
    if (m->words == FIELD_LLAMA3)
        return (prompt){{263, 266, '2', 261, '3', 260}, 6};
    return p;
}

static void expect_prompt(const field_model *m, const char *path)
{
    const prompt expected = prompt_of(m);
    tern_tokenizer *t;
    tern_error error = {""};
    uint32_t id[64];
    size_t count = 0;

    if (m->words == FIELD_NO_WORDS)
        return;
    if (tern_tokenizer_gguf(&t, path, NULL, &error) != TERN_OK ||
        tern_tokenizer_encode(t, text, id, 64, &count, &error) != TERN_OK)
        fail_msg("%s: %s", m->name, error.text);
    tern_tokenizer_free(t);
    assert_int_equal(count, expected.count);
    assert_memory_equal(id, expected.id, count * sizeof *id);
}

static char *path_of(const field_model *m, char *path, size_t bytes)
{
    snprintf(path, bytes, "field.%s.tmp%s.gguf", m->name, m->parts > 1 ? "-00001-of-00003" : "");
    return path;
}

static void remove_files(const field_model *m)
{
    char path[256], *number;

    unlink(path_of(m, path, sizeof path));
    for (char part = '2'; (number = strstr(path, "-0000")) != NULL && part <= '3'; part++) {
        number[5] = part;
        unlink(path);
    }
}

static void decode(tern_decoder *decoder, const field_model *m, answer *got)
{
    const uint32_t vocabulary = m->geometry.vocabulary;
    const prompt p = prompt_of(m);
    tern_input input[MOST_PROMPT];
    const float *logits;

    for (uint32_t i = 0; i < p.count; i++)
        input[i] = (tern_input){p.id[i], 0};
    logits = tern_decoder_run(decoder, input, p.count);
    for (uint32_t i = 0; i < STEPS; i++) {
        assert_non_null(logits);
        memcpy(got->logits[i], logits, vocabulary * sizeof *logits);
        for (uint32_t id = got->token[i] = 0; id < vocabulary; id++)
            if (logits[id] > logits[got->token[i]])
                got->token[i] = id;
        logits = tern_decoder_run(decoder, &(tern_input){got->token[i], 0}, 1);
    }
}

static void decode_file(const field_model *m, const char *path, const setting *how, answer *got)
{
    const tern_gguf_options gguf = {.i2s_of_64 = m->matrix == FIELD_I2_S_ARM};
    const tern_decoder_options loop = {.kv_type = TERN_KV_F32,
                                       .kv_cache = true,
                                       .fused = how->fused,
                                       .ops = tern_ops_for(tern_isa_detect()),
                                       .context = m->geometry.context,
                                       .sequences = 1,
                                       .block = how->block,
                                       .logit_rows = 1};
    const tern_model_options options = {.head = TERN_HEAD_F16};
    tern_weights weights;
    tern_team *team = NULL;
    tern_model model = {0};
    tern_decoder *decoder = NULL;
    tern_case kernel;
    tern_error error = {""};

    tern_case_init(&kernel, tern_registry_find(registry, how->kernel));
    if (tern_weights_gguf(&weights, path, &gguf, &error) != TERN_OK ||
        tern_team_new(&team, how->threads, &error) != TERN_OK ||
        tern_model_load(&model, &weights, &kernel, team, &options, &error) != TERN_OK ||
        tern_decoder_new(&decoder, &model, &loop, team, &error) != TERN_OK)
        fail_msg("%s: %s", m->name, error.text);
    decode(decoder, m, got);
    tern_decoder_free(decoder);
    tern_model_free(&model);
    tern_team_free(team);
    tern_weights_close(&weights);
}

/*
 * The file's tokens against those of the same model in memory, which is told them: the first that is another one ends
 * the test.
 */
static void expect_greedy(const field_model *m, const answer *got)
{
    static double expected[STEPS * MOST_VOCABULARY];
    const uint32_t vocabulary = m->geometry.vocabulary;
    const prompt p = prompt_of(m);
    uint32_t token[MOST_PROMPT + STEPS];
    tern_weights weights;

    field_model_weights(m, &weights);
    const plain_decoder plain = {
        .weights = &weights, .scale = field_model_scale, .table = PLAIN_F16, .context = m->geometry.context};
    memcpy(token, p.id, sizeof p.id);
    memcpy(token + p.count, got->token, STEPS * sizeof *token);
    plain_decoder_logits(&plain, token, p.count + STEPS - 1, STEPS, expected);
    for (uint32_t i = 0; i < STEPS; i++) {
        const double *logits = expected + (size_t)i * vocabulary;
        uint32_t best = 0;
        for (uint32_t id = 0; id < vocabulary; id++)
            if (logits[id] > logits[best])
                best = id;
        const double error = plain_decoder_error(got->logits[i], logits, vocabulary);
        if (got->token[i] != best || !(error <= PLAIN_STEP))
            fail_msg("%s: token %u is %u, and %u by the formulas; logits differ by %.2g", m->name, i, got->token[i],
                     best, error);
    }
}

static void greedy_tokens_are_those_of_the_formulas(void **state)
{
    static const setting settings[] = {{"scalar", 1, 1, true}, {"portable", 2, 256, false}, {"reference", 3, 2, true}};
    static answer first, again;

    (void)state;
    for (const field_model *m = field_models; m->name != NULL; m++) {
        char path[256];
        assert_true(field_model_write(m, path_of(m, path, sizeof path)));
        expect_prompt(m, path);
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
            answer *got = i == 0 ? &first : &again;
            memset(got, 0, sizeof *got);
            decode_file(m, path, &settings[i], got);
            /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): the very same bits are what is asked for */
            if (i > 0 && memcmp(&first, &again, sizeof first) != 0)
                fail_msg("%s: other logits with %s", m->name, settings[i].kernel);
        }
        expect_greedy(m, &first);
        remove_files(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greedy_tokens_are_those_of_the_formulas),
    };
    if (tern_registry_new(&registry, NULL) != TERN_OK)
        return EXIT_FAILURE;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tern_registry_free(registry);
    return failed;
}
