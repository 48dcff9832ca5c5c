#include "record/history_files.h"

#include "base/outfile.h"
#include "base/text.h"
#include "base/whole_file.h"
#include "base/writer_lock.h"
#include "record/json.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

/* Others hold a file for as long as it takes to write some lines to the disk. */
static const double longest_wait_s = 60.0;

static void path_of(const char *folder, const char *name, char path[PATH_MAX])
{
    path[0] = '\0';
    tern_text_append(path, PATH_MAX, "%s/%s", folder, name);
}

static bool is_month(const char *name)
{
    static const char form[] = "dddd-dd.jsonl";

    if (strlen(name) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)name[i]) : form[i] != name[i])
            return false;
    return true;
}

/* "2026-11.jsonl" for a run of 2026-11-27T07:06:17Z. */
static tern_status month_of(const tern_run *run, char name[16], tern_error *error)
{
    snprintf(name, 16, "%.7s.jsonl", run->time);
    return is_month(name) ? TERN_OK
                          : tern_error_set(error, TERN_USAGE,
                                           "a run has no time that a history could keep it under: '%s'", run->time);
}

/* What a run and its lines are, as text that is written at once. */
typedef struct block {
    char name[16];
    char *text;
    size_t bytes;
    bool is_there; /* in the file already */
} block;

/* Points of the same code have the same figure; which run they are of makes two lines of them. */
static tern_status write_line(FILE *stream, tern_line line, const void *value, const char *of, tern_error *error)
{
    if (line == TERN_LINE_POINT) {
        tern_point point = *(const tern_point *)value;
        tern_text_copy(point.of, sizeof point.of, of);
        return tern_file_write(stream, line, &point, error);
    }
    if (line == TERN_LINE_REMEASURED) {
        tern_remeasured again = *(const tern_remeasured *)value;
        tern_text_copy(again.of, sizeof again.of, of);
        return tern_file_write(stream, line, &again, error);
    }
    return tern_file_write(stream, line, value, error);
}

/* The first line is a run. */
static tern_status write_lines(const tern_results *results, size_t first, size_t end, block *b, tern_error *error)
{
    FILE *stream = open_memstream(&b->text, &b->bytes);
    tern_status status = TERN_OK;
    tern_of_run of;

    if (stream == NULL)
        return tern_error_memory(error, "lines of a history", 0.0);
    snprintf(of, sizeof of, "%08" PRIx32,
             (uint32_t)tern_history_run_key(tern_results_line(results, results->order.item[first])));
    for (size_t i = first; i < end && status == TERN_OK; i++)
        status = write_line(stream, results->order.item[i].line, tern_results_line(results, results->order.item[i]), of,
                            error);
    if (fclose(stream) != 0 && status == TERN_OK)
        status = tern_error_memory(error, "lines of a history", 0.0);
    return status;
}

/* Sets where the last whole line ends. False, and errno, when the file cannot be read. */
static bool find_end(int file, off_t size, off_t *end)
{
    char text[4096];

    for (*end = size; *end > 0;) {
        const off_t begin = *end > (off_t)sizeof text ? *end - (off_t)sizeof text : 0;
        const size_t bytes = (size_t)(*end - begin);
        errno = EIO; /* of a file that has become shorter */
        if (pread(file, text, bytes, begin) != (ssize_t)bytes)
            return false;
        const char *last = memrchr(text, '\n', bytes);
        *end = last == NULL ? begin : begin + (last - text) + 1;
        if (last != NULL)
            break;
    }
    return true;
}

/* The file without what a writer that was killed left of a line. */
static tern_status mend(int file, const char *path, tern_error *error)
{
    struct stat now;
    off_t end;

    if (fstat(file, &now) != 0 || !find_end(file, now.st_size, &end))
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot read %s: %s", path, strerror(errno));
    return end == now.st_size || ftruncate(file, end) == 0
               ? TERN_OK
               : tern_error_set(error, TERN_ENVIRONMENT, "cannot mend the last line of %s: %s", path, strerror(errno));
}

static tern_status put_all(int file, const block *b, const char *path, tern_error *error)
{
    return tern_whole_file_write(file, b->text, b->bytes) && fsync(file) == 0
               ? TERN_OK
               : tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: %s", path, strerror(errno));
}

/*
 * Whether it was added before: what is added again is the same, byte by byte. A file that cannot be mapped has nothing.
 */
static bool is_in(int file, const block *b)
{
    struct stat now;

    if (fstat(file, &now) != 0 || now.st_size < (off_t)b->bytes)
        return false;
    void *const map = mmap(NULL, (size_t)now.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (map == MAP_FAILED)
        return false;
    const bool is_there = memmem(map, (size_t)now.st_size, b->text, b->bytes) != NULL;
    munmap(map, (size_t)now.st_size);
    return is_there;
}

static tern_status append(const char *folder, block *b, tern_error *error)
{
    char path[PATH_MAX];

    path_of(folder, b->name, path);
    const int file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: %s", path, strerror(errno));
    tern_status status = tern_writer_lock_wait(file, true, path, longest_wait_s, error);
    if (status == TERN_OK)
        status = mend(file, path, error);
    if (status == TERN_OK && !(b->is_there = is_in(file, b)))
        status = put_all(file, b, path, error);
    close(file);
    tern_outfile_sync_folder(folder);
    return status;
}

tern_status tern_history_append(const char *folder, const tern_results *results, size_t *there, tern_error *error)
{
    const size_t lines = results->order.count;
    tern_status status = TERN_OK;

    *there = 0;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot make the folder %s: %s", folder, strerror(errno));
    for (size_t first = 0, end; first < lines && status == TERN_OK; first = end) {
        block b = {.text = NULL};
        for (end = first + 1; end < lines && results->order.item[end].line != TERN_LINE_RUN; end++)
            continue;
        status = month_of(tern_results_line(results, results->order.item[first]), b.name, error);
        if (status == TERN_OK)
            status = write_lines(results, first, end, &b, error);
        if (status == TERN_OK)
            status = append(folder, &b, error);
        for (size_t i = first; i < end && b.is_there; i++)
            *there += results->order.item[i].line == TERN_LINE_POINT;
        free(b.text);
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

tern_status tern_history_months_find(tern_history_months *months, const char *folder, tern_error *error)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    size_t room = 0;
    tern_status status = TERN_OK;

    *months = (tern_history_months){.name = NULL};
    if (directory == NULL)
        return tern_error_set(error, tern_error_of_file(errno), "%s is no history: %s; `history add` begins one",
                              folder, strerror(errno));
    while (status == TERN_OK && (entry = readdir(directory)) != NULL) {
        if (!is_month(entry->d_name))
            continue;
        if (months->count == room) {
            void *larger = realloc(months->name, (room = 2 * room + 16) * sizeof *months->name);
            if (larger == NULL) {
                status = tern_error_memory(error, "the files of a history", (double)(room * sizeof *months->name));
                break;
            }
            months->name = larger;
        }
        tern_text_copy(months->name[months->count++], sizeof months->name[0], entry->d_name);
    }
    closedir(directory);
    if (status == TERN_OK && months->count == 0)
        status =
            tern_error_set(error, TERN_USAGE,
                           "%s is no history: it has no file such as 2026-11.jsonl; `history add` begins one", folder);
    if (status == TERN_OK && months->name != NULL)
        qsort(months->name, months->count, sizeof *months->name, by_name);
    return status;
}

void tern_history_months_free(tern_history_months *months)
{
    free(months->name);
    *months = (tern_history_months){.name = NULL};
}

tern_status tern_history_month_look(const char *folder, const char *name, tern_history_extent *now, tern_error *error)
{
    char path[PATH_MAX];
    struct stat found;

    path_of(folder, name, path);
    if (stat(path, &found) != 0)
        return tern_error_set(error, tern_error_of_file(errno), "cannot look at %s: %s", path, strerror(errno));
    if (!S_ISREG(found.st_mode))
        return tern_error_set(error, TERN_USAGE, "%s is no file but a folder, a device or a pipe; remove it", path);
    *now = (tern_history_extent){.bytes = found.st_size,
                                 .changed_ns = (int64_t)found.st_mtim.tv_sec * 1000000000 + found.st_mtim.tv_nsec};
    return TERN_OK;
}

/* Of the first bytes of a file; 0 where it is shorter, or cannot be read. */
static uint64_t hash_of(int file, int64_t bytes)
{
    char part[1 << 16];
    uint64_t hash = 0;

    for (int64_t done = 0; done < bytes;) {
        const int64_t wanted = bytes - done < (int64_t)sizeof part ? bytes - done : (int64_t)sizeof part;
        size_t got = 0;
        while (got < (size_t)wanted) {
            const ssize_t some = pread(file, part + got, (size_t)wanted - got, (off_t)done + (off_t)got);
            if (some == 0 || (some < 0 && errno != EINTR))
                return 0;
            got += some > 0 ? (size_t)some : 0;
        }
        hash = XXH3_64bits_withSeed(part, got, hash);
        done += wanted;
    }
    return hash;
}

tern_status tern_history_month_begins(const char *folder, const char *name, const tern_history_extent *known, bool *yes,
                                      tern_error *error)
{
    char path[PATH_MAX];

    path_of(folder, name, path);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return tern_error_set(error, tern_error_of_file(errno), "cannot read %s: %s", path, strerror(errno));
    *yes = hash_of(file, known->bytes) == known->hash;
    close(file);
    return TERN_OK;
}

tern_status tern_history_month_read(const char *folder, const char *name, tern_file_visit *visit, void *context,
                                    tern_history_extent *extent, tern_error *error)
{
    tern_file_extent read = {0};
    char path[PATH_MAX];
    tern_history_extent now;

    path_of(folder, name, path);
    FILE *stream = fopen(path, "re");
    if (stream == NULL)
        return tern_error_set(error, tern_error_of_file(errno), "cannot read %s: %s", path, strerror(errno));
    tern_status status = tern_writer_lock_wait(fileno(stream), false, path, longest_wait_s, error);
    /* Once it is locked, since seeking reads on. */
    if (status == TERN_OK && fseeko(stream, (off_t)extent->bytes, SEEK_SET) != 0)
        status = tern_error_set(error, tern_error_of_file(errno), "cannot read %s: %s", path, strerror(errno));
    if (status == TERN_OK)
        status = tern_history_month_look(folder, name, &now, error);
    if (status == TERN_OK)
        status = tern_file_read_stream(stream, path, visit, context, &read, error);
    const int64_t bytes = extent->bytes + (int64_t)read.whole_bytes;
    if (status == TERN_OK)
        *extent = (tern_history_extent){bytes, now.changed_ns, hash_of(fileno(stream), bytes)};
    fclose(stream);
    return status;
}

uint64_t tern_history_run_key(const tern_run *run)
{
    json_t *json = tern_json_from(TERN_LINE_RUN, run);
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    const uint64_t key = text == NULL ? 0 : XXH3_64bits(text, strlen(text));

    free(text);
    json_decref(json);
    return key;
}

static uint64_t hash_text(const char *text)
{
    return XXH3_64bits(text, strlen(text));
}

/* Figures are no part of it: a case has one point in a run, and a step one answer. */
uint64_t tern_history_line_key(uint64_t run_key, tern_line line, const void *value)
{
    const char *id = (const char *)value + tern_line_types[line].id, *anchor, *before = "", *after = "";

    if (line == TERN_LINE_POINT) {
        anchor = ((const tern_point *)value)->anchor;
    } else {
        const tern_remeasured *again = value;
        anchor = again->anchor;
        before = again->before;
        after = again->after;
    }
    const uint64_t parts[] = {run_key,           (uint64_t)line,    hash_text(id),
                              hash_text(anchor), hash_text(before), hash_text(after)};

    return XXH3_64bits(parts, sizeof parts);
}

tern_status tern_history_expect_run(tern_of_run of, tern_line line, const void *value, tern_error *error)
{
    const char *its = line == TERN_LINE_POINT ? ((const tern_point *)value)->of : ((const tern_remeasured *)value)->of;

    if (of[0] != '\0' && strcmp(of, its) != 0)
        return tern_error_set(error, TERN_USAGE,
                              "the line of run %s, which this one belongs to, was lost; take out the lines with that "
                              "\"of\", and `history add` of the records of its gate puts all of them back",
                              its);
    tern_text_copy(of, sizeof(tern_of_run), its);
    return TERN_OK;
}

typedef struct reading {
    tern_results *results;
    const tern_filter *filter;
    tern_index seen; /* keys of lines */
    uint64_t run_key;
    tern_of_run of;
} reading;

tern_status tern_history_end_run(tern_results *results, tern_error *error)
{
    const tern_run_end end = {.complete = true};
    const size_t runs = results->runs.count;

    return runs == 0 || tern_results_end(results, (uint32_t)runs - 1) != NULL
               ? TERN_OK
               : tern_results_add(results, TERN_LINE_END, &end, error);
}

/* Is a tern_file_visit. Closing lines have counts of what else there was, and are made anew. */
static tern_status take(void *context, tern_line line, void *value, tern_error *error)
{
    reading *r = context;
    size_t cursor = 0, place;

    if (line == TERN_LINE_RUN) {
        r->run_key = tern_history_run_key(value);
        r->of[0] = '\0';
        const tern_status ended = tern_history_end_run(r->results, error);
        return ended == TERN_OK ? tern_results_add(r->results, line, value, error) : ended;
    }
    const bool counts = line == TERN_LINE_POINT || line == TERN_LINE_REMEASURED;
    const tern_status of_run = counts ? tern_history_expect_run(r->of, line, value, error) : TERN_OK;
    if (of_run != TERN_OK || !counts ||
        (r->filter != NULL && !tern_filter_passes(r->filter, (const char *)value + tern_line_types[line].id))) {
        tern_fields_free(tern_line_types[line].fields, value);
        return of_run;
    }
    const uint64_t key = tern_history_line_key(r->run_key, line, value);
    if (tern_index_next(&r->seen, key, &cursor, &place))
        return TERN_OK;
    const tern_status status = tern_index_add(&r->seen, key, 0, error);
    return status == TERN_OK ? tern_results_add(r->results, line, value, error) : status;
}

tern_status tern_history_read(tern_results *results, const char *folder, const tern_filter *filter, tern_error *error)
{
    reading r = {.results = results, .filter = filter};
    tern_history_months months;
    tern_status status = tern_history_months_find(&months, folder, error);

    for (size_t i = 0; i < months.count && status == TERN_OK; i++) {
        tern_history_extent extent = {0};
        status = tern_history_month_read(folder, months.name[i], take, &r, &extent, error);
    }
    tern_history_months_free(&months);
    tern_index_free(&r.seen);
    return status == TERN_OK ? tern_history_end_run(results, error) : status;
}
