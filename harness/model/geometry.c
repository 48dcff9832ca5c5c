#include "model/geometry.h"

#include "base/ini.h"
#include "base/nearest_file.h"
#include "base/shared_path.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a key's value is. */
typedef enum form { COUNT, REAL, WORD, SWITCH, TEXT } form;

typedef struct key {
    const char *name;
    size_t offset;
    form form;
    uint32_t low, high;      /* of a COUNT */
    const char *fault;       /* of a COUNT out of range */
    const char *const *word; /* of a WORD: its values in order, then NULL */
} key;

static const char *const activations[] = {[TERN_SWIGLU] = "swiglu", [TERN_RELU2] = "relu2", NULL};
static const char *const ropes[] = {[TERN_ROPE_HALVES] = "halves", [TERN_ROPE_PAIRS] = "pairs", NULL};
static const char *const switches[] = {"no", "yes", NULL};

_Static_assert(sizeof(tern_activation) == sizeof(unsigned) && sizeof(tern_rope) == sizeof(unsigned),
               "a WORD is written as unsigned");

/*
 * Upper limits are far above any model, and so low that no product of sizes overflows 64 bits, with room for bytes and
 * tokens.
 */
#define COUNT_KEY(member, low, high)                                                                                   \
    {                                                                                                                  \
#member, offsetof(tern_geometry, member), COUNT, low, high, #member " must be from " #low " to " #high, NULL   \
    }

static const key keys[] = {
    {"summary", offsetof(tern_geometry, summary), TEXT, 0, 0, NULL, NULL},
    COUNT_KEY(layers, 1, 1024),
    COUNT_KEY(hidden, 1, 1048576),
    COUNT_KEY(heads, 1, 65536),
    COUNT_KEY(kv_heads, 1, 65536),
    COUNT_KEY(head_dim, 2, 65536),
    COUNT_KEY(ffn, 1, 2097152),
    COUNT_KEY(vocabulary, 1, 4194304),
    COUNT_KEY(context, 1, 4194304),
    {"activation", offsetof(tern_geometry, activation), WORD, 0, 0, NULL, activations},
    {"sub_norms", offsetof(tern_geometry, sub_norms), SWITCH, 0, 0, NULL, switches},
    {"tied_head", offsetof(tern_geometry, tied_head), SWITCH, 0, 0, NULL, switches},
    {"rope", offsetof(tern_geometry, rope), WORD, 0, 0, NULL, ropes},
    {"rope_base", offsetof(tern_geometry, rope_base), REAL, 0, 0, NULL, NULL},
    {"epsilon", offsetof(tern_geometry, epsilon), REAL, 0, 0, NULL, NULL},
};

enum { KEYS = sizeof keys / sizeof *keys, HEADS_LIMIT = 1 << 20 };

static uint32_t count_of(const tern_geometry *geometry, const key *k)
{
    uint32_t count;

    memcpy(&count, (const char *)geometry + k->offset, sizeof count);
    return count;
}

const char *tern_geometry_fault(const tern_geometry *g)
{
    for (size_t i = 0; i < KEYS; i++)
        if (keys[i].form == COUNT && (count_of(g, &keys[i]) < keys[i].low || count_of(g, &keys[i]) > keys[i].high))
            return keys[i].fault;
    if ((uint64_t)g->heads * g->head_dim > HEADS_LIMIT)
        return "heads * head_dim must be at most 1048576";
    if (g->heads % g->kv_heads != 0)
        return "heads must be a multiple of kv_heads: each key serves a group of queries";
    if (g->head_dim % 2 != 0)
        return "head_dim must be even: RoPE turns pairs";
    if (!(g->rope_base > 1.0) || !isfinite(g->rope_base))
        return "rope_base must be a finite number above 1";
    if (!(g->epsilon > 0.0) || !(g->epsilon < 1.0))
        return "epsilon must be above 0 and below 1";
    return NULL;
}

/* What the parser's callback carries along. */
typedef struct reader {
    tern_geometry *geometry;
    bool seen[KEYS];
} reader;

static tern_status set_word(const key *k, const char *text, unsigned *value, tern_error *error)
{
    char list[64] = "";

    for (*value = 0; k->word[*value] != NULL; ++*value) {
        if (strcmp(k->word[*value], text) == 0)
            return TERN_OK;
        tern_text_append(list, sizeof list, *value == 0 ? "%s" : " or %s", k->word[*value]);
    }
    return tern_error_set(error, TERN_USAGE, "key '%s' takes %s, not '%s'", k->name, list, text);
}

static tern_status set(tern_geometry *geometry, const key *k, const char *text, tern_error *error)
{
    char *const member = (char *)geometry + k->offset;
    tern_status status = TERN_OK;
    uint64_t count = 0;
    unsigned word = 0;
    double real = 0.0;

    switch (k->form) {
    case COUNT:
        if (!tern_text_u64(text, k->low, k->high, &count))
            return tern_error_set(error, TERN_USAGE, "key '%s' takes a whole number from %u to %u, not '%s'", k->name,
                                  k->low, k->high, text);
        memcpy(member, &(uint32_t){(uint32_t)count}, sizeof(uint32_t));
        break;
    case REAL:
        if (!tern_text_double(text, 0.0, HUGE_VAL, &real))
            return tern_error_set(error, TERN_USAGE, "key '%s' takes a number above 0, not '%s'", k->name, text);
        memcpy(member, &real, sizeof real);
        break;
    case WORD:
        status = set_word(k, text, &word, error);
        memcpy(member, &word, sizeof word);
        break;
    case SWITCH:
        status = set_word(k, text, &word, error);
        memcpy(member, &(bool){word == 1}, sizeof(bool));
        break;
    case TEXT:
        if (!tern_text_fit(member, sizeof geometry->summary, text))
            return tern_error_set(error, TERN_USAGE, "key '%s' is longer than %zu bytes", k->name,
                                  sizeof geometry->summary - 1);
        break;
    }
    return status;
}

/* Is a tern_ini_visit. */
static tern_status on_line(void *context, const char *section, const char *name, const char *value, bool goes_on,
                           tern_error *error)
{
    reader *r = context;
    const char *names[KEYS];
    size_t i = 0;

    if (strcmp(section, "model") != 0)
        return tern_error_set(error, TERN_USAGE, "'%s' does not stand in [model]", name);
    if (goes_on)
        return tern_error_set(error, TERN_USAGE, "key '%s' takes one line; this one begins with a blank", name);
    for (; i < KEYS && strcmp(keys[i].name, name) != 0; i++)
        names[i] = keys[i].name;
    if (i == KEYS) {
        const char *nearest = tern_text_nearest(name, names, KEYS);
        if (nearest == NULL)
            return tern_error_set(error, TERN_USAGE, "unknown key '%s'", name);
        return tern_error_set(error, TERN_USAGE, "unknown key '%s', did you mean '%s'?", name, nearest);
    }
    r->seen[i] = true;
    return set(r->geometry, &keys[i], value, error);
}

#define ENDING ".model"

static tern_status read_file(tern_geometry *geometry, const char *path, tern_error *error)
{
    reader r = {.geometry = geometry};
    const tern_status status = tern_ini_read(path, "model", on_line, &r, error);

    if (status != TERN_OK)
        return status;
    for (size_t i = 0; i < KEYS; i++)
        if (!r.seen[i] && keys[i].form != TEXT)
            return tern_error_set(error, TERN_USAGE, "%s: [model] lacks the key '%s'", path, keys[i].name);
    const char *fault = tern_geometry_fault(geometry);
    return fault == NULL ? TERN_OK : tern_error_set(error, TERN_USAGE, "%s: %s", path, fault);
}

tern_status tern_geometry_read(tern_geometry *geometry, const char *name, tern_error *error)
{
    char shared[4096];
    const char *const folders[] = {"suites", tern_shared_path(TERN_SHARED_SUITES, "", shared, sizeof shared)};
    char path[4096];

    memset(geometry, 0, sizeof *geometry);
    tern_text_name_of_path(geometry->name, sizeof geometry->name, name, ENDING);
    if (strpbrk(name, "/.") != NULL) {
        const tern_status status = read_file(geometry, name, error);
        if (status != TERN_OK)
            tern_nearest_file_suggest(name, ENDING, ".", error);
        return status;
    }
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const int length = snprintf(path, sizeof path, "%s/%s.model", folders[i], name);
        if (length > 0 && (size_t)length < sizeof path && access(path, F_OK) == 0)
            return read_file(geometry, path, error);
    }
    tern_error_set(error, TERN_USAGE, "no model '%s': neither suites/%s.model nor %s/%s.model exists", name, name,
                   shared, name);
    if (tern_nearest_file(shared, name, ENDING, path, sizeof path)[0] != '\0')
        tern_text_append(error->text, sizeof error->text, ", did you mean '%s'?", path);
    return TERN_USAGE;
}

const char *tern_matrix_name(tern_matrix matrix)
{
    static const char *const names[TERN_MATRICES] = {"q", "k", "v", "o", "gate", "up", "down"};

    return names[matrix];
}

size_t tern_geometry_rows(const tern_geometry *g, tern_matrix matrix)
{
    switch (matrix) {
    case TERN_MATRIX_Q:
        return (size_t)g->heads * g->head_dim;
    case TERN_MATRIX_K:
    case TERN_MATRIX_V:
        return (size_t)g->kv_heads * g->head_dim;
    case TERN_MATRIX_GATE:
    case TERN_MATRIX_UP:
        return g->ffn;
    default:
        return g->hidden;
    }
}

size_t tern_geometry_columns(const tern_geometry *g, tern_matrix matrix)
{
    switch (matrix) {
    case TERN_MATRIX_O:
        return (size_t)g->heads * g->head_dim;
    case TERN_MATRIX_DOWN:
        return g->ffn;
    default:
        return g->hidden;
    }
}

size_t tern_geometry_norm_size(const tern_geometry *g, tern_norm norm)
{
    switch (norm) {
    case TERN_NORM_ATTENTION_SUB:
        return (size_t)g->heads * g->head_dim;
    case TERN_NORM_FFN_SUB:
        return g->ffn;
    default:
        return g->hidden;
    }
}

uint64_t tern_geometry_ternary_weights(const tern_geometry *g)
{
    const uint64_t attention = (2 * (uint64_t)g->heads + 2 * (uint64_t)g->kv_heads) * g->head_dim * g->hidden;

    return g->layers * (attention + 3 * (uint64_t)g->ffn * g->hidden);
}

uint64_t tern_geometry_embedding_weights(const tern_geometry *g)
{
    return (uint64_t)g->vocabulary * g->hidden;
}

uint64_t tern_geometry_head_weights(const tern_geometry *g)
{
    return g->tied_head ? 0 : tern_geometry_embedding_weights(g);
}
