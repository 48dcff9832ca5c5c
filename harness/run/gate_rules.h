/*
 * gate_rules.h - what BASE says of its own gate: which cases may get slower, by how much and why. They are read from
 * BASE, because a change must not loosen the gate that it has to pass.
 *
 *     suites/gate.ini of the side:
 *
 *     [anything]
 *     cases    = ^avx2/             ; on ids, as --filter takes it; kernels that vanish are matched by their names
 *     delta    = 5 %                ; the slowdown that matters for them
 *     expected = smaller tables     ; they may get slower or vanish; why
 */
#ifndef TERN_GATE_RULES_H
#define TERN_GATE_RULES_H

#include "base/filter.h"
#include "base/ini.h"
#include "run/side.h"

enum { TERN_GATE_RULES = 64 };

typedef struct tern_gate_row_rule {
    char section[TERN_INI_NAME_BYTES];
    tern_filter cases;
    double delta;       /* 0: says nothing of it */
    char expected[160]; /* "" : not expected */
} tern_gate_row_rule;

typedef struct tern_gate_rules {
    tern_gate_row_rule rule[TERN_GATE_RULES];
    size_t count;
} tern_gate_rules;

/*
 * Reads the rules of a side; a side without such a file has none. TERN_USAGE names file and line of what is wrong. Free
 * with tern_gate_rules_free(), whatever is returned.
 */
tern_status tern_gate_rules_read(tern_gate_rules *rules, const tern_side *base, tern_error *error);

/* The same for the text of such a file; path stands in messages. */
tern_status tern_gate_rules_parse(tern_gate_rules *rules, const char *text, const char *path, tern_error *error);

void tern_gate_rules_free(tern_gate_rules *rules);

/* The first rule with a delta for the id; otherwise what is given. */
double tern_gate_rules_delta(const tern_gate_rules *rules, const char *id, double otherwise);

/* Why the id may get slower; NULL: it may not. */
const char *tern_gate_rules_expected(const tern_gate_rules *rules, const char *id);

#endif
