#include "record/field_rows.h"
#include "record/tried.h"

const tern_field tern_tried_fields[] = {
    FIELD(tern_tried, id, TERN_TEXT),
    FIELD(tern_tried, stage, TERN_TEXT),
    FIELD(tern_tried, kernel, TERN_TEXT),
    FIELD(tern_tried, toggles, TERN_TEXT),
    FIELD(tern_tried, ns, TERN_REAL),
    FIELD(tern_tried, ratio, TERN_REAL),
    FIELD(tern_tried, low, TERN_REAL),
    FIELD(tern_tried, high, TERN_REAL),
    FIELD(tern_tried, samples, TERN_U32),
    FIELD(tern_tried, chosen, TERN_BOOL),
    FIELD(tern_tried, wrong, TERN_BOOL),
    FIELD(tern_tried, reason, TERN_TEXT),
    END,
};
