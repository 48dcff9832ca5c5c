/*
 * series_name.h - names for formats that know things by their names, and by nothing else.
 */
#ifndef TERN_SERIES_NAME_H
#define TERN_SERIES_NAME_H

#include "analyse/repeats.h"
#include "record/results.h"

enum { TERN_SERIES_NAME_BYTES = TERN_ID_BYTES + 512 };

/*
 * A name for a case, a decode run or a case of a gate, which no other of its type of line has in results that are
 * merged (merged.h): its id alone where that is enough, else with what tells it from the others: the machine, the host,
 * the commit, or the number of the run. Returns name.
 */
char *tern_series_name(const tern_results *merged, tern_line line, const char *id, uint32_t run,
                       char name[TERN_SERIES_NAME_BYTES]);

#endif
