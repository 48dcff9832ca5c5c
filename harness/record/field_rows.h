/*
 * field_rows.h - how a row of a table of fields is written. For the files that define tables, and no others.
 */
#ifndef TERN_FIELD_ROWS_H
#define TERN_FIELD_ROWS_H

#include "record/fields.h"

/* clang-format off */
#define MEMBER_(type, member) ((type *)0)->member
#define ONE_(type, member) .offset = offsetof(type, member), .bytes = sizeof(MEMBER_(type, member))

/* A member whose key is its name, or another: the one that it had in earlier files, or without a struct's name. */
#define FIELD(type, member, kind_) {.key = #member, .kind = kind_, ONE_(type, member)}
#define FIELD_AS(key_, type, member, kind_) {.key = key_, .kind = kind_, ONE_(type, member)}
#define NAMED(type, member, names_) {.key = #member, .kind = TERN_NAME, ONE_(type, member), .names = names_}
#define STRUCT(type, member, fields_) {.key = #member, .kind = TERN_STRUCT, ONE_(type, member), .fields = fields_}
#define STRUCT_IF(type, member, fields_, flag)                                                                         \
    {.key = #member, .kind = TERN_STRUCT, ONE_(type, member), .fields = fields_, .only_if = offsetof(type, flag)}

/* An array within the struct, whose count belongs to it alone. */
#define ROOM_(type, member, count_)                                                                                    \
    .many = TERN_ROOM, .offset = offsetof(type, member), .bytes = sizeof(MEMBER_(type, member)[0]),                    \
    .room = sizeof(MEMBER_(type, member)) / sizeof(MEMBER_(type, member)[0]), .count = offsetof(type, count_)
#define ROOM(type, member, kind_, count_) {.key = #member, .kind = kind_, ROOM_(type, member, count_)}
#define ROOM_OF_STRUCTS(key_, type, member, fields_, count_)                                                           \
    {.key = key_, .kind = TERN_STRUCT, .fields = fields_, ROOM_(type, member, count_)}

/* An array that the struct owns. Several may have the same count, and the count may have a row of its own before. */
#define OWNED_(type, member, count_)                                                                                   \
    .many = TERN_OWNED, .offset = offsetof(type, member), .bytes = sizeof(MEMBER_(type, member)[0]),                   \
    .count = offsetof(type, count_)
#define OWNED(type, member, kind_, count_) {.key = #member, .kind = kind_, OWNED_(type, member, count_)}
#define OWNED_STRUCTS(key_, type, member, fields_, count_)                                                             \
    {.key = key_, .kind = TERN_STRUCT, .fields = fields_, OWNED_(type, member, count_)}

#define END {.key = NULL}
/* clang-format on */

#endif
