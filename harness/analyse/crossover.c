#include "analyse/crossover.h"

#include "analyse/speedup.h"

#include <math.h>

const char *tern_crossover_name(tern_crossover_kind kind)
{
    static const char *const names[TERN_CROSSOVERS] = {
        [TERN_CROSSOVER_NONE] = "none",           [TERN_CROSSOVER_PASSES] = "passes",
        [TERN_CROSSOVER_NEVER] = "never passes",  [TERN_CROSSOVER_AHEAD] = "is ahead of",
        [TERN_CROSSOVER_LEVEL] = "is not behind", [TERN_CROSSOVER_CHANGES] = "changes places with",
    };

    return names[kind];
}

/* Shares of zeros from the smallest to the largest; least > most: none. */
typedef struct shares {
    size_t count;
    double least, most;
} shares;

static void add_share(shares *s, double p0)
{
    s->least = s->count == 0 ? p0 : fmin(s->least, p0);
    s->most = s->count == 0 ? p0 : fmax(s->most, p0);
    s->count++;
}

/* Where the first kernel is ahead, behind, and where no difference was seen. */
typedef struct sides {
    shares ahead, behind, level;
} sides;

static void add_point(tern_crossover *c, sides *s, double p0, tern_estimate speedup)
{
    const double low = isfinite(speedup.low) ? speedup.low : speedup.median;
    const double high = isfinite(speedup.high) ? speedup.high : speedup.median;
    const tern_crossover_point point = {p0, speedup.median};

    add_share(low > 1.0 ? &s->ahead : high < 1.0 ? &s->behind : &s->level, p0);
    if (c->points == 0 || p0 < c->first.p0)
        c->first = point;
    if (c->points == 0 || p0 >= c->last.p0)
        c->last = point;
    c->points++;
}

/* All of the one lie at smaller shares than all of the other. */
static bool come_before(const shares *a, const shares *b)
{
    return a->count == 0 || b->count == 0 || a->most < b->least;
}

static tern_crossover_kind kind_of(const tern_crossover *c, const sides *s)
{
    if (c->points < 2)
        return TERN_CROSSOVER_NONE;
    if (s->ahead.count == 0)
        return TERN_CROSSOVER_NEVER;
    if (s->ahead.count == c->points)
        return TERN_CROSSOVER_AHEAD;
    if (s->behind.count == 0)
        return TERN_CROSSOVER_LEVEL;
    return come_before(&s->behind, &s->level) && come_before(&s->level, &s->ahead) && come_before(&s->behind, &s->ahead)
               ? TERN_CROSSOVER_PASSES
               : TERN_CROSSOVER_CHANGES;
}

/* As the first is to the second, whichever of them gains. */
static tern_crossover look(const tern_group *a, const tern_group *b)
{
    tern_crossover c = {
        .gaining = a->item[0], .other = b->item[0], .behind_until = (double)NAN, .ahead_from = (double)NAN};
    sides s = {0};

    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++)
            if (a->item[i]->problem.p0 == b->item[j]->problem.p0)
                add_point(&c, &s, a->item[i]->problem.p0, tern_speedup_estimate(a->item[i], b->item[j]));
    c.kind = kind_of(&c, &s);
    if (c.kind == TERN_CROSSOVER_PASSES) {
        c.behind_until = s.behind.most;
        c.ahead_from = s.ahead.least;
    }
    return c;
}

tern_crossover tern_crossover_find(const tern_group *a, const tern_group *b)
{
    const tern_crossover c = look(a, b);

    return c.last.speedup >= c.first.speedup ? c : look(b, a);
}
