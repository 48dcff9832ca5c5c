#include "record/line.h"

#include "record/compared.h"
#include "record/decode.h"
#include "record/point.h"
#include "record/record.h"
#include "record/run.h"
#include "record/tried.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/*
 * A figure without which a series cannot be judged is there, and the logarithm of something that two times can be; the
 * error may be unknown.
 */
static const char *wrong_in_point(const void *value)
{
    const tern_point *point = value;
    const double times = exp(point->ratio);

    return !(times > 0.0) || !isfinite(times) ? "ratio" : point->error < 0.0 ? "error" : NULL;
}

/* A line within a run: its name, struct and fields. */
#define LINE(name_, type, fields_) .name = name_, .bytes = sizeof(type), .fields = fields_, .run = offsetof(type, run)

const tern_line_type tern_line_types[TERN_LINES] = {
    [TERN_LINE_RUN] = {.name = "run", .bytes = sizeof(tern_run), .fields = tern_run_fields},
    [TERN_LINE_CASE] = {LINE("case", tern_record, tern_record_fields), .id = offsetof(tern_record, id)},
    [TERN_LINE_DECODE] = {LINE("decode", tern_decode_record, tern_decode_fields),
                          .id = offsetof(tern_decode_record, id)},
    [TERN_LINE_END] = {LINE("end", tern_run_end, tern_end_fields)},
    [TERN_LINE_COMPARED] = {LINE("compared", tern_compared, tern_compared_fields), .id = offsetof(tern_compared, id)},
    [TERN_LINE_PAIR] = {LINE("pair", tern_pair, tern_pair_fields), .id = offsetof(tern_pair, id)},
    [TERN_LINE_ARM] = {LINE("arm", tern_arm_record, tern_arm_record_fields), .id = offsetof(tern_arm_record, id)},
    [TERN_LINE_STEP] = {LINE("step", tern_step, tern_step_fields), .id = offsetof(tern_step, id)},
    [TERN_LINE_POINT] = {LINE("point", tern_point, tern_point_fields), .id = offsetof(tern_point, id),
                         .wrong = wrong_in_point},
    [TERN_LINE_REMEASURED] = {LINE("remeasured", tern_remeasured, tern_remeasured_fields),
                              .id = offsetof(tern_remeasured, id)},
    [TERN_LINE_TRIED] = {LINE("tried", tern_tried, tern_tried_fields), .id = offsetof(tern_tried, id)},
};

uint32_t tern_line_run(tern_line line, const void *value)
{
    return *(const uint32_t *)(const void *)((const char *)value + tern_line_types[line].run);
}

tern_line tern_line_find(const char *name)
{
    tern_line line = 0;

    while (line < TERN_LINES && strcmp(tern_line_types[line].name, name) != 0)
        line++;
    return line;
}
