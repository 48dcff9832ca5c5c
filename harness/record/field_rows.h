/*
 * field_rows.h - how a row of a table of fields is written. For the files that define tables, and no others.
 */
#ifndef TERN_FIELD_ROWS_H
#define TERN_FIELD_ROWS_H

#include "record/fields.h"

#define FIELD(type, member, kind)                                                                                      \
    {                                                                                                                  \
#member, kind, offsetof(type, member), sizeof(((type *)0)->member), 0                                          \
    }
/* A member whose key is another name: the one that it had in earlier files. */
#define FIELD_AS(name, type, member, kind)                                                                             \
    {                                                                                                                  \
        name, kind, offsetof(type, member), sizeof(((type *)0)->member), 0                                             \
    }
#define ARRAY(type, member, kind, counter)                                                                             \
    {                                                                                                                  \
#member, kind, offsetof(type, member), sizeof(((type *)0)->member), offsetof(type, counter)                    \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        NULL, TERN_TEXT, 0, 0, 0                                                                                       \
    }

#endif
