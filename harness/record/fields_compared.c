#include "record/compared.h"
#include "record/field_rows.h"

const char *const tern_compared_state_names[] = {
    [TERN_COMPARED_TIMED] = "timed",     [TERN_COMPARED_IDENTICAL] = "identical",
    [TERN_COMPARED_CANARY] = "canary",   [TERN_COMPARED_FIXED] = "fixed",
    [TERN_COMPARED_WRONG] = "wrong",     [TERN_COMPARED_ADDED] = "added",
    [TERN_COMPARED_REMOVED] = "removed", [TERN_COMPARED_LEFT_OUT] = "left out",
    [TERN_COMPARED_STEP] = "step",       NULL,
};

const tern_field tern_compared_fields[] = {
    FIELD(tern_compared, id, TERN_TEXT),
    FIELD(tern_compared, base, TERN_TEXT),
    FIELD(tern_compared, cand, TERN_TEXT),
    FIELD(tern_compared, base_kernel, TERN_TEXT),
    FIELD(tern_compared, base_commit, TERN_TEXT),
    FIELD(tern_compared, cand_commit, TERN_TEXT),
    FIELD(tern_compared, base_code, TERN_TEXT),
    FIELD(tern_compared, cand_code, TERN_TEXT),
    NAMED(tern_compared, state, tern_compared_state_names),
    FIELD(tern_compared, reason, TERN_TEXT),
    STRUCT(tern_compared, finding, tern_finding_fields),
    FIELD(tern_compared, delta, TERN_REAL),
    FIELD(tern_compared, expected, TERN_BOOL),
    FIELD(tern_compared, expectation, TERN_TEXT),
    FIELD(tern_compared, base_instructions, TERN_REAL),
    FIELD(tern_compared, cand_instructions, TERN_REAL),
    FIELD(tern_compared, witness, TERN_TEXT),
    END,
};

const tern_field tern_pair_fields[] = {
    FIELD(tern_pair, id, TERN_TEXT),
    FIELD(tern_pair, process, TERN_U32),
    FIELD(tern_pair, second, TERN_BOOL),
    FIELD(tern_pair, seed, TERN_U64),
    FIELD(tern_pair, calls_per_sample, TERN_U64),
    FIELD(tern_pair, shares_packed, TERN_BOOL),
    FIELD(tern_pair, steal_share, TERN_REAL),
    STRUCT(tern_pair, finding, tern_finding_fields),
    FIELD(tern_pair, reason, TERN_TEXT),
    OWNED(tern_pair, base_ns, TERN_REAL, samples),
    OWNED(tern_pair, cand_ns, TERN_REAL, samples),
    END,
};

const tern_field tern_arm_record_fields[] = {
    FIELD(tern_arm_record, id, TERN_TEXT),
    FIELD(tern_arm_record, side, TERN_TEXT),
    FIELD(tern_arm_record, on, TERN_TEXT),
    FIELD(tern_arm_record, toggles, TERN_TEXT),
    FIELD(tern_arm_record, toggles_in_all, TERN_U32),
    FIELD(tern_arm_record, left, TERN_TEXT),
    FIELD(tern_arm_record, measured, TERN_TEXT),
    FIELD(tern_arm_record, process, TERN_U32),
    FIELD(tern_arm_record, seed, TERN_U64),
    FIELD(tern_arm_record, never_taken, TERN_BOOL),
    FIELD(tern_arm_record, wrong, TERN_BOOL),
    FIELD(tern_arm_record, reason, TERN_TEXT),
    OWNED(tern_arm_record, ns, TERN_REAL, samples),
    OWNED(tern_arm_record, block_ns, TERN_REAL, samples),
    END,
};

const tern_field tern_step_fields[] = {
    FIELD(tern_step, id, TERN_TEXT),
    FIELD(tern_step, commit, TERN_TEXT),
    FIELD(tern_step, subject, TERN_TEXT),
    FIELD(tern_step, role, TERN_TEXT),
    FIELD(tern_step, commits, TERN_U32),
    FIELD(tern_step, ratio, TERN_REAL),
    FIELD(tern_step, error, TERN_REAL),
    FIELD(tern_step, p, TERN_REAL),
    FIELD(tern_step, same_as, TERN_TEXT),
    FIELD(tern_step, reason, TERN_TEXT),
    END,
};
