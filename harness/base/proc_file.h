/*
 * proc_file.h - small text files of /proc and /sys. What cannot be read is empty.
 */
#ifndef TERN_PROC_FILE_H
#define TERN_PROC_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The first line without its end. False when the file cannot be read or is empty. */
bool tern_proc_line(const char *path, char *text, size_t bytes);

/* As much of the start as fits, several lines or not. Returns text. */
char *tern_proc_text(const char *path, char *text, size_t bytes);

/*
 * The same in one call of read() and without the heap. Returns the bytes, 0 where there are none or it cannot be read,
 * or -1 and errno where it cannot be opened.
 */
ssize_t tern_proc_read(const char *path, char *text, size_t bytes);

/* The value of the first "key : value" line of a file such as /proc/cpuinfo. */
void tern_proc_value(const char *path, const char *key, char *text, size_t bytes);

#endif
