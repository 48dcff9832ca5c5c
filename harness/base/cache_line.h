/*
 * cache_line.h - the bytes of a cache line that layouts count on: those of x86-64 and of most 64-bit ARM. Elsewhere
 * only time is lost.
 */
#ifndef TERN_CACHE_LINE_H
#define TERN_CACHE_LINE_H

enum { TERN_CACHE_LINE = 64 };

#endif
