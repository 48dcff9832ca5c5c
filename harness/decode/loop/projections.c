#include "decode/loop/projections.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "check/projection.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_ROWS = 16, ONE_OF = 4, LARGE_WEIGHTS = 1 << 20, SEED = 1 };

struct tern_projections {
    const tern_model *model;
    uint64_t *r;                /* of all products: as many as the largest M */
    tern_projection *projected; /* by layer * parts + part */
    uint64_t looks;             /* calls seen */
    uint64_t turns;             /* key of the numbers that say whose turn it is: another one in every process */
    bool wrong;
    uint32_t layer; /* of the first wrong one */
    size_t part;
    tern_shape shape;
    size_t token;
};

/* What the team shares to make them. */
typedef struct making {
    tern_projections *answers;
    const tern_weights *weights;
    int8_t *rows; /* CHUNK_ROWS of the longest K for each thread */
    size_t row_bytes;
} making;

static size_t products_of(const tern_model *model)
{
    return (size_t)model->geometry.layers * model->parts.count;
}

static void project(const making *m, size_t index, int8_t *rows)
{
    const tern_projections *a = m->answers;
    const size_t parts = a->model->parts.count;
    const tern_part *part = &a->model->parts.part[index % parts];
    const tern_shape shape = tern_part_shape(&a->model->geometry, part, 1);

    for (size_t begin = 0; begin < shape.m; begin += CHUNK_ROWS) {
        const size_t end = begin + CHUNK_ROWS < shape.m ? begin + CHUNK_ROWS : shape.m;
        tern_part_trits(m->weights, (uint32_t)(index / parts), part, begin, end, rows);
        tern_projection_add(&a->projected[index], begin, end, rows);
    }
}

static void project_share(void *argument, uint32_t thread, uint32_t threads)
{
    const making *m = argument;
    const tern_slice slice = tern_slice_of(products_of(m->answers->model), thread, threads);

    for (size_t i = slice.begin; i < slice.end; i++)
        project(m, i, m->rows + thread * CHUNK_ROWS * m->row_bytes);
}

static bool reserve(tern_projections *a, size_t *longest_k)
{
    const size_t products = products_of(a->model);
    size_t most_m = 0;

    a->projected = calloc(products, sizeof *a->projected);
    for (size_t i = 0; i < products && a->projected != NULL; i++) {
        const tern_part *part = &a->model->parts.part[i % a->model->parts.count];
        const tern_shape shape = tern_part_shape(&a->model->geometry, part, 1);
        const size_t whole_k = tern_linear_shape(&a->model->geometry, part->linear, 1).k;
        a->projected[i] = (tern_projection){.m = shape.m, .k = shape.k, .u = calloc(shape.k, sizeof(uint64_t))};
        most_m = shape.m > most_m ? shape.m : most_m;
        *longest_k = whole_k > *longest_k ? whole_k : *longest_k;
        if (a->projected[i].u == NULL)
            return false;
    }
    a->r = malloc(most_m * sizeof *a->r);
    if (a->projected == NULL || a->r == NULL)
        return false;
    tern_projection_fill(a->r, most_m, SEED);
    for (size_t i = 0; i < products; i++)
        a->projected[i].r = a->r;
    return true;
}

tern_status tern_projections_new(tern_projections **answers, const tern_model *model, const tern_weights *weights,
                                 tern_team *team, tern_error *error)
{
    making m = {.answers = calloc(1, sizeof **answers), .weights = weights};

    *answers = m.answers;
    if (m.answers != NULL) {
        m.answers->model = model;
        m.answers->turns = tern_random_key(tern_clock_ticks(), (uint64_t)getpid());
        if (reserve(m.answers, &m.row_bytes))
            m.rows = malloc(tern_team_threads(team) * CHUNK_ROWS * m.row_bytes);
    }
    if (m.rows == NULL) {
        tern_projections_free(m.answers);
        *answers = NULL;
        return tern_error_memory(error, "the projections that answers are held against",
                                 (double)(products_of(model) * m.row_bytes * sizeof(uint64_t)));
    }
    tern_team_run(team, project_share, &m);
    free(m.rows);
    return TERN_OK;
}

void tern_projections_free(tern_projections *answers)
{
    if (answers == NULL)
        return;
    for (size_t i = 0; answers->projected != NULL && i < products_of(answers->model); i++)
        free(answers->projected[i].u);
    free(answers->projected);
    free(answers->r);
    free(answers);
}

void tern_projections_look(tern_projections *answers, uint32_t layer, size_t part, tern_shape shape, const int8_t *x,
                           const int32_t *y)
{
    const uint64_t random = tern_random_number(answers->turns, answers->looks++);
    const size_t token = (random >> 32) % shape.n;

    if (answers->wrong || (shape.m * shape.k >= LARGE_WEIGHTS && shape.n == 1 && random % ONE_OF != 0))
        return;
    const tern_projection *projection = &answers->projected[layer * answers->model->parts.count + part];
    if (tern_projection_holds(projection, x + token * shape.k, y + token * shape.m))
        return;
    answers->wrong = true;
    answers->layer = layer;
    answers->part = part;
    answers->shape = shape;
    answers->token = token;
}

bool tern_projections_right(const tern_projections *answers, tern_finding *finding)
{
    static const char *const names[TERN_LINEARS] = {
        [TERN_LINEAR_QKV] = "QKV",
        [TERN_LINEAR_O] = "attention output",
        [TERN_LINEAR_GATE_UP] = "gate and up",
        [TERN_LINEAR_DOWN] = "down",
    };
    const tern_shape shape = answers->shape;

    if (!answers->wrong)
        return true;
    finding->verdict = TERN_MISMATCH;
    finding->reason[0] = '\0';
    tern_text_append(finding->reason, sizeof finding->reason,
                     "Y is wrong in the loop: layer %" PRIu32 ", product %s, %zux%zux%zu, token %zu, at the %" PRIu64
                     ". product or before",
                     answers->layer, names[answers->model->parts.part[answers->part].linear], shape.m, shape.k, shape.n,
                     answers->token, answers->looks);
    return false;
}
