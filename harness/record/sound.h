/*
 * sound.h - what no line of a file of records can say, whatever wrote it: times that are none, intervals that are
 * upside down, results of nothing. Each function returns the key of a member that says such a thing, or NULL. That
 * something was not measured is legal.
 */
#ifndef TERN_SOUND_H
#define TERN_SOUND_H

/* By the struct of the line, as tern_line_type.wrong. */
const char *tern_sound_case(const void *record);
const char *tern_sound_decode(const void *record);
const char *tern_sound_end(const void *end);
const char *tern_sound_compared(const void *compared);
const char *tern_sound_pair(const void *pair);
const char *tern_sound_arm(const void *arm);
const char *tern_sound_step(const void *step);
const char *tern_sound_point(const void *point);
const char *tern_sound_remeasured(const void *remeasured);
const char *tern_sound_tried(const void *tried);

#endif
