#include "record/field_rows.h"
#include "record/point.h"

const tern_field tern_point_fields[] = {
    FIELD(tern_point, id, TERN_TEXT),
    FIELD(tern_point, anchor, TERN_TEXT),
    FIELD(tern_point, commit, TERN_TEXT),
    FIELD(tern_point, code, TERN_TEXT),
    FIELD(tern_point, ratio, TERN_REAL),
    FIELD(tern_point, error, TERN_REAL),
    FIELD(tern_point, processes, TERN_U32),
    FIELD(tern_point, steal_share, TERN_REAL),
    FIELD(tern_point, of, TERN_TEXT), /* in a history */
    END,
};

const tern_field tern_remeasured_fields[] = {
    FIELD(tern_remeasured, id, TERN_TEXT),
    FIELD(tern_remeasured, anchor, TERN_TEXT),
    FIELD(tern_remeasured, before, TERN_TEXT),
    FIELD(tern_remeasured, after, TERN_TEXT),
    FIELD(tern_remeasured, ratio, TERN_REAL),
    FIELD(tern_remeasured, low, TERN_REAL),
    FIELD(tern_remeasured, high, TERN_REAL),
    FIELD(tern_remeasured, verdict, TERN_TEXT),
    FIELD(tern_remeasured, machine_class_hash, TERN_TEXT),
    FIELD(tern_remeasured, of, TERN_TEXT),
    END,
};
