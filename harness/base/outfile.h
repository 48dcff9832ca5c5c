/*
 * outfile.h - the one way in which a file is written: what has its name stays as it is until its successor is whole.
 *
 * What is written goes into a file without a name in the same folder, or one with a name of its own where the system
 * has no such files; it gets its name, by rename(), once it is on the disk. Links are followed. Devices and pipes are
 * written through. As long as one process writes a file, another is refused.
 */
#ifndef TERN_OUTFILE_H
#define TERN_OUTFILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

enum { TERN_OUTFILES_MAX = 80 }; /* open at a time */

/* All zero: not open. */
typedef struct tern_outfile {
    const char *path;     /* as the user wrote it */
    FILE *stream;         /* what is written goes here; readable where the file is one that is gone on with */
    char *place;          /* the file that gets replaced, links followed; NULL: written through, or gone on with */
    char *temporary;      /* the name that it has until then; NULL: none */
    FILE *found;          /* what has the name now, locked */
    struct stat as_found; /* how it was then */
    bool created;         /* that is empty, and ours */
    bool written;         /* closed, and all is where it belongs */
} tern_outfile;

/*
 * Makes ready to replace the file, or to write to what is no file. path must outlive it. TERN_USAGE: it cannot be
 * written; TERN_ENVIRONMENT: another process writes it (the sentence names it), or the disk is full. Nothing of the
 * file has changed then. End with tern_outfile_close() or tern_outfile_drop().
 */
tern_status tern_outfile_open(tern_outfile *file, const char *path, tern_error *error);

/* Opens a file that is there to read it and to write behind its end. The same otherwise. */
tern_status tern_outfile_continue(tern_outfile *file, const char *path, tern_error *error);

/*
 * What was written gets the name now; more can be written, and is seen by others as it is flushed. TERN_ENVIRONMENT: it
 * could not be written, or another process has written what has the name. That can be although it was locked: the lock
 * is gone once this process has read the same file and closed it.
 */
tern_status tern_outfile_publish(tern_outfile *file, tern_error *error);

/* All is written: publishes it unless that was done, and closes. TERN_ENVIRONMENT: it could not be written. */
tern_status tern_outfile_close(tern_outfile *file, tern_error *error);

/* Closes, and leaves what has the name as it was unless it is published. Does nothing when it is not open. */
void tern_outfile_drop(tern_outfile *file);

/*
 * Writes out what the stream holds. False when it did not take all that it ever got; errno says why, or is 0 when no
 * call did.
 */
bool tern_outfile_flush(FILE *stream);

/* The names in the folder are on the disk, too. A folder that cannot be opened is one that others look after. */
void tern_outfile_sync_folder(const char *folder);

/* Sets the sentence for a write that failed, as errno says. Returns TERN_ENVIRONMENT. */
tern_status tern_outfile_failed(const char *path, tern_error *error);

/*
 * For the end of the process: removes all temporary names, and the empty files that are to be replaced. May be called
 * in a signal handler.
 */
void tern_outfile_remove_all(void);

#endif
