/*
 * history_index.h - the points of a history in SQLite, so that a long one is not read from its files each time. The
 * files are the truth: the index takes over what was appended to them since, and is made anew when it does not fit.
 */
#ifndef TERN_HISTORY_INDEX_H
#define TERN_HISTORY_INDEX_H

#include "record/history_files.h"

/* Whether this build has SQLite. */
bool tern_history_index_is_built(void);

/*
 * The same as tern_history_read(), from FOLDER/index.sqlite, which is brought up to date first. TERN_ENVIRONMENT: this
 * build has no SQLite, the folder cannot be written, or the index is no database; results then hold nothing of it.
 * TERN_USAGE: as tern_history_read().
 */
tern_status tern_history_index_read(tern_results *results, const char *folder, const tern_filter *filter,
                                    tern_error *error);

/* Makes the index anew. *points: how many it holds then. */
tern_status tern_history_index_rebuild(const char *folder, uint64_t *points, tern_error *error);

/*
 * Reads a history from its index where that is possible, from its files otherwise. *why_not is empty, or says why the
 * files were read.
 */
tern_status tern_history_load(tern_results *results, const char *folder, const tern_filter *filter, tern_error *why_not,
                              tern_error *error);

#endif
