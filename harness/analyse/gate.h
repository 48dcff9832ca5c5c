/*
 * gate.h - did a case get slower? What follows from the logarithms of time ratios, one from each process.
 *
 * A process lays memory out anew, and differs from the next by more than its own samples differ from each other. So a
 * process gives one figure, the median of its log ratios ln(candidate / base), and figures of processes are what an
 * interval is made of. A case is looked at after 8 processes, and again after 12 and 16 when it is not clear by then.
 * What looks like a regression is measured again, from nothing: only what shows twice is one.
 */
#ifndef TERN_GATE_H
#define TERN_GATE_H

#include "analyse/student.h"

enum { TERN_GATE_LOOKS = 3, TERN_GATE_PROCESSES = 16 };

/* After how many processes a series is looked at; the last is TERN_GATE_PROCESSES. */
extern const size_t tern_gate_looks[TERN_GATE_LOOKS];

typedef enum tern_gate_verdict {
    TERN_GATE_OPEN,         /* more processes are needed */
    TERN_GATE_REGRESSED,    /* slower, by more than delta */
    TERN_GATE_IMPROVED,     /* faster, by more than delta */
    TERN_GATE_SAME,         /* slower by less than delta, if at all */
    TERN_GATE_INCONCLUSIVE, /* none of these could be shown */
    TERN_GATE_VERDICTS
} tern_gate_verdict;

/* "REGRESSED", "IMPROVED", "OK", "INCONCLUSIVE"; "" for TERN_GATE_OPEN. */
const char *tern_gate_verdict_name(tern_gate_verdict verdict);

typedef struct tern_gate_rule {
    double delta;      /* the slowdown that matters: 0.02 = 2 % */
    double confidence; /* of each interval, two-sided: 0.99 */
} tern_gate_rule;

/* delta 2 %, confidence 99 %. */
extern const tern_gate_rule tern_gate_default_rule;

/* What is known of one case. Figures are ln(candidate's time / base's time). */
typedef struct tern_gate_series {
    double first[TERN_GATE_PROCESSES], second[TERN_GATE_PROCESSES];
    size_t firsts, seconds;
} tern_gate_series;

/*
 * How many processes the case needs before it can be looked at again: *second says of which series. 0 when the answer
 * is known.
 */
size_t tern_gate_wanted(const tern_gate_series *series, const tern_gate_rule *rule, int *second);

typedef struct tern_gate_answer {
    tern_gate_verdict verdict;
    tern_mean mean;    /* of all processes, logarithms */
    double delta;      /* of the rule that it was judged by */
    const char *doubt; /* a constant sentence, why it is INCONCLUSIVE; NULL otherwise */
} tern_gate_answer;

/* The answer of a case by itself. */
tern_gate_answer tern_gate_answer_of(const tern_gate_series *series, const tern_gate_rule *rule);

/* What all cases of a gate have in common. */
typedef struct tern_gate_noise {
    double canary;      /* |log ratio| that code which is the same on both sides shows; NaN: none was measured */
    double steal_share; /* of the time of the CPUs in use; NaN: not known */
} tern_gate_noise;

/*
 * Why no change above delta that was measured on such a machine is believed: a constant sentence; NULL: nothing speaks
 * against it.
 */
const char *tern_gate_noise_doubt(const tern_gate_noise *noise, double delta);

/*
 * Goes through the answers of count cases again: a regression has to hold among that many tests (Holm), and nothing
 * is believed that is not larger than what the machine does to code that is the same on both sides. confidence: of each
 * interval, as in the rule.
 */
void tern_gate_together(tern_gate_answer *answers, size_t count, const tern_gate_noise *noise, double confidence);

#endif
