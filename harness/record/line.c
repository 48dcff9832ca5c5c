#include "record/line.h"

#include "record/compared.h"
#include "record/decode.h"
#include "record/point.h"
#include "record/record.h"
#include "record/run.h"
#include "record/sound.h"
#include "record/tried.h"

#include <stddef.h>
#include <string.h>

/* A line within a run: its name, struct and fields. */
#define LINE(name_, type, fields_) .name = name_, .bytes = sizeof(type), .fields = fields_, .run = offsetof(type, run)

const tern_line_type tern_line_types[TERN_LINES] = {
    [TERN_LINE_RUN] = {.name = "run", .bytes = sizeof(tern_run), .fields = tern_run_fields},
    [TERN_LINE_CASE] = {LINE("case", tern_record, tern_record_fields), .id = offsetof(tern_record, id),
                        .wrong = tern_sound_case},
    [TERN_LINE_DECODE] = {LINE("decode", tern_decode_record, tern_decode_fields),
                          .id = offsetof(tern_decode_record, id), .wrong = tern_sound_decode},
    [TERN_LINE_END] = {LINE("end", tern_run_end, tern_end_fields), .wrong = tern_sound_end},
    [TERN_LINE_COMPARED] = {LINE("compared", tern_compared, tern_compared_fields), .id = offsetof(tern_compared, id),
                            .wrong = tern_sound_compared},
    [TERN_LINE_PAIR] = {LINE("pair", tern_pair, tern_pair_fields), .id = offsetof(tern_pair, id),
                        .wrong = tern_sound_pair},
    [TERN_LINE_ARM] = {LINE("arm", tern_arm_record, tern_arm_record_fields), .id = offsetof(tern_arm_record, id),
                       .wrong = tern_sound_arm},
    [TERN_LINE_STEP] = {LINE("step", tern_step, tern_step_fields), .id = offsetof(tern_step, id),
                        .wrong = tern_sound_step},
    [TERN_LINE_POINT] = {LINE("point", tern_point, tern_point_fields), .id = offsetof(tern_point, id),
                         .wrong = tern_sound_point},
    [TERN_LINE_REMEASURED] = {LINE("remeasured", tern_remeasured, tern_remeasured_fields),
                              .id = offsetof(tern_remeasured, id), .wrong = tern_sound_remeasured},
    [TERN_LINE_TRIED] = {LINE("tried", tern_tried, tern_tried_fields), .id = offsetof(tern_tried, id),
                         .wrong = tern_sound_tried},
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
