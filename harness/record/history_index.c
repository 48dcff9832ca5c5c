#include "record/history_index.h"

#ifdef HAVE_SQLITE

#include "base/text.h"
#include "record/json.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#define SCHEMA           3
#define TEXT_OF(number)  #number
#define WORDS_OF(number) TEXT_OF(number)

enum { PATIENCE_MS = 60000 };

/*
 * Lines are apart by the keys of history_files.h; figures of points stand in columns, the rest as it is in the files.
 */
static const char schema[] =
    "DROP TABLE IF EXISTS file; DROP TABLE IF EXISTS run; DROP TABLE IF EXISTS line;"
    "CREATE TABLE file(name TEXT PRIMARY KEY, bytes INTEGER, changed_ns INTEGER, hash INTEGER);"
    "CREATE TABLE run(id INTEGER PRIMARY KEY, key INTEGER, file TEXT, line TEXT);"
    "CREATE TABLE line(id INTEGER PRIMARY KEY, run INTEGER, key INTEGER UNIQUE, name TEXT,"
    " anchor TEXT, revision TEXT, code TEXT, ratio REAL, error REAL, processes INTEGER,"
    " steal REAL, json TEXT);"
    "CREATE INDEX line_of_run ON line(run);"
    "PRAGMA user_version = " WORDS_OF(SCHEMA) ";";

typedef struct tern_history_index {
    sqlite3 *db;
    const char *folder;
    char path[PATH_MAX];
    sqlite3_stmt *add_run, *add_line;
    const char *file; /* that is being read */
    sqlite3_int64 run;
    uint64_t run_key;
    tern_of_run of; /* what the lines of the run said */
} history_index;

/* Of the call that failed. */
static int code_of(const history_index *index)
{
    return index->db == NULL ? SQLITE_NOMEM : sqlite3_errcode(index->db);
}

/* Whether the file is at fault, so that a new one helps; not the disk, memory, or who else uses it. */
static bool is_useless(const history_index *index)
{
    static const int codes[] = {SQLITE_CORRUPT,  SQLITE_NOTADB,     SQLITE_ERROR,
                                SQLITE_MISMATCH, SQLITE_CONSTRAINT, SQLITE_SCHEMA};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (code_of(index) == codes[i])
            return true;
    return false;
}

static tern_status broken(const history_index *index, tern_error *error)
{
    const int code = code_of(index);
    const char *what_to_do = is_useless(index) ? "`ternbench history rebuild` makes it anew"
                             : code == SQLITE_BUSY || code == SQLITE_LOCKED
                                 ? "wait for the other process that uses it"
                                 : "it needs a folder that can be written, memory, and room on the disk";

    return tern_error_set(error, TERN_ENVIRONMENT, "the index %s cannot be used: %s; %s", index->path,
                          index->db == NULL ? "memory ran out" : sqlite3_errmsg(index->db), what_to_do);
}

static tern_status execute(const history_index *index, const char *sql, tern_error *error)
{
    return sqlite3_exec(index->db, sql, NULL, NULL, NULL) == SQLITE_OK ? TERN_OK : broken(index, error);
}

/* The number in the first column of the first row; 0 when there is none. */
static sqlite3_int64 number_of(const history_index *index, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_int64 number = 0;

    if (sqlite3_prepare_v2(index->db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static sqlite3_stmt *prepare(const history_index *index, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    return sqlite3_prepare_v2(index->db, sql, -1, &statement, NULL) == SQLITE_OK ? statement : NULL;
}

static void close_index(history_index *index)
{
    sqlite3_finalize(index->add_run);
    sqlite3_finalize(index->add_line);
    sqlite3_close(index->db);
    *index = (history_index){.db = NULL};
}

/* Waits for others that write it. Tables are made by whoever is first, and anew where those of another version are. */
static tern_status open_index(history_index *index, const char *folder, tern_error *error)
{
    *index = (history_index){.folder = folder};
    tern_text_append(index->path, sizeof index->path, "%s/index.sqlite", folder);
    if (sqlite3_open_v2(index->path, &index->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
        return broken(index, error);
    sqlite3_busy_timeout(index->db, PATIENCE_MS);
    tern_status status =
        execute(index, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE", error);
    if (status != TERN_OK)
        return status;
    if (number_of(index, "PRAGMA user_version") != SCHEMA)
        status = execute(index, schema, error);
    if (status != TERN_OK)
        return status;
    index->add_run = prepare(index, "INSERT INTO run(key, file, line) VALUES (?, ?, ?)");
    index->add_line = prepare(index, "INSERT OR IGNORE INTO line(run, key, name, anchor, revision, code, ratio, error, "
                                     "processes, steal, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    return index->add_run != NULL && index->add_line != NULL ? TERN_OK : broken(index, error);
}

static char *json_of(tern_line line, const void *value)
{
    json_t *json = tern_json_from(line, value);
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));

    json_decref(json);
    return text;
}

static tern_status step(const history_index *index, sqlite3_stmt *statement, tern_error *error)
{
    const int result = sqlite3_step(statement);

    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result == SQLITE_DONE ? TERN_OK : broken(index, error);
}

static void bind_text(sqlite3_stmt *statement, int place, const char *text)
{
    sqlite3_bind_text(statement, place, text, -1, SQLITE_TRANSIENT);
}

static tern_status add_run(history_index *index, const tern_run *run, tern_error *error)
{
    char *line = json_of(TERN_LINE_RUN, run);

    if (line == NULL)
        return tern_error_memory(error, "a run", sizeof *run);
    index->run_key = tern_history_run_key(run);
    index->of[0] = '\0';
    sqlite3_bind_int64(index->add_run, 1, (sqlite3_int64)index->run_key);
    bind_text(index->add_run, 2, index->file);
    bind_text(index->add_run, 3, line);
    free(line);
    const tern_status status = step(index, index->add_run, error);
    index->run = sqlite3_last_insert_rowid(index->db);
    return status;
}

static void bind_point(sqlite3_stmt *statement, const tern_point *point)
{
    bind_text(statement, 3, point->id);
    bind_text(statement, 4, point->anchor);
    bind_text(statement, 5, point->commit);
    bind_text(statement, 6, point->code);
    sqlite3_bind_double(statement, 7, point->ratio);
    sqlite3_bind_double(statement, 8, point->error); /* NaN becomes NULL */
    sqlite3_bind_int64(statement, 9, point->processes);
    sqlite3_bind_double(statement, 10, point->steal_share);
}

/* Is a tern_file_visit. */
static tern_status take(void *context, tern_line line, void *value, tern_error *error)
{
    history_index *index = context;
    char *json = NULL;

    if (line == TERN_LINE_RUN)
        return add_run(index, value, error);
    if (line != TERN_LINE_POINT && line != TERN_LINE_REMEASURED) {
        tern_fields_free(tern_line_types[line].fields, value);
        return TERN_OK;
    }
    const tern_status of_run = tern_history_expect_run(index->of, line, value, error);
    if (of_run != TERN_OK)
        return of_run;
    sqlite3_bind_int64(index->add_line, 1, index->run);
    sqlite3_bind_int64(index->add_line, 2, (sqlite3_int64)tern_history_line_key(index->run_key, line, value));
    if (line == TERN_LINE_POINT) {
        bind_point(index->add_line, value);
    } else {
        if ((json = json_of(line, value)) == NULL)
            return tern_error_memory(error, "a line of a history", 0.0);
        bind_text(index->add_line, 3, ((const tern_remeasured *)value)->id);
        bind_text(index->add_line, 11, json);
        free(json);
    }
    return step(index, index->add_line, error);
}

static tern_status known_extent(const history_index *index, const char *name, tern_history_extent *known,
                                tern_error *error)
{
    sqlite3_stmt *statement = prepare(index, "SELECT bytes, changed_ns, hash FROM file WHERE name = ?");

    *known = (tern_history_extent){0};
    if (statement == NULL)
        return broken(index, error);
    bind_text(statement, 1, name);
    if (sqlite3_step(statement) == SQLITE_ROW)
        *known = (tern_history_extent){sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1),
                                       (uint64_t)sqlite3_column_int64(statement, 2)};
    sqlite3_finalize(statement);
    return TERN_OK;
}

static tern_status set_extent(const history_index *index, const char *name, const tern_history_extent *extent,
                              tern_error *error)
{
    sqlite3_stmt *statement = prepare(index, "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)");

    if (statement == NULL)
        return broken(index, error);
    bind_text(statement, 1, name);
    sqlite3_bind_int64(statement, 2, extent->bytes);
    sqlite3_bind_int64(statement, 3, extent->changed_ns);
    sqlite3_bind_int64(statement, 4, (sqlite3_int64)extent->hash);
    const tern_status status = step(index, statement, error);
    sqlite3_finalize(statement);
    return status;
}

static tern_status forget(const history_index *index, tern_error *error)
{
    return execute(index, "DELETE FROM line; DELETE FROM run; DELETE FROM file", error);
}

/* Whether a file begins with what the index has read of it. One that nobody has written since does. */
static tern_status file_fits(const history_index *index, const char *name, const tern_history_extent *known, bool *yes,
                             tern_error *error)
{
    tern_history_extent now = {0};
    const tern_status status = tern_history_month_look(index->folder, name, &now, error);

    *yes = now.bytes == known->bytes && now.changed_ns == known->changed_ns;
    if (status != TERN_OK || *yes || now.bytes < known->bytes)
        return status;
    return tern_history_month_begins(index->folder, name, known, yes, error);
}

/* Whether files are as they were where the index has read them, and none is gone. */
static tern_status fits(const history_index *index, const tern_history_months *months, bool *yes, tern_error *error)
{
    size_t known_files = 0;
    tern_status status = TERN_OK;

    *yes = true;
    for (size_t i = 0; i < months->count && status == TERN_OK; i++) {
        tern_history_extent known;
        bool same = false;
        if ((status = known_extent(index, months->name[i], &known, error)) == TERN_OK)
            status = file_fits(index, months->name[i], &known, &same, error);
        known_files += known.bytes > 0;
        *yes &= same;
    }
    if (number_of(index, "SELECT count(*) FROM file WHERE bytes > 0") != (sqlite3_int64)known_files)
        *yes = false;
    return status;
}

/* Takes over what the files have and the index has not. */
static tern_status update(history_index *index, const tern_history_months *months, tern_error *error)
{
    bool yes;
    tern_status status = fits(index, months, &yes, error);

    if (status == TERN_OK && !yes)
        status = forget(index, error);
    for (size_t i = 0; i < months->count && status == TERN_OK; i++) {
        tern_history_extent extent, now = {0};
        const char *name = index->file = months->name[i];
        if ((status = known_extent(index, name, &extent, error)) == TERN_OK)
            status = tern_history_month_look(index->folder, name, &now, error);
        if (status != TERN_OK || now.bytes == extent.bytes)
            continue;
        status = tern_history_month_read(index->folder, name, take, index, &extent, error);
        if (status == TERN_OK)
            status = set_extent(index, name, &extent, error);
    }
    return status;
}

static void get_text(sqlite3_stmt *statement, int column, char *text, size_t bytes)
{
    const unsigned char *value = sqlite3_column_text(statement, column);

    tern_text_copy(text, bytes, value == NULL ? "" : (const char *)value);
}

static double get_real(sqlite3_stmt *statement, int column)
{
    static const double not_a_number = __builtin_nan("");

    return sqlite3_column_type(statement, column) == SQLITE_NULL ? not_a_number
                                                                 : sqlite3_column_double(statement, column);
}

static tern_status add_json(tern_results *results, tern_line line, const unsigned char *text, tern_error *error)
{
    json_t *json = text == NULL ? NULL : json_loads((const char *)text, 0, NULL);
    void *value = calloc(1, tern_line_types[line].bytes);
    const char *what;
    tern_status status;

    if (json == NULL || value == NULL || !tern_json_to(json, line, value, &what))
        status = tern_error_set(error, TERN_ENVIRONMENT, "a line of the index is damaged");
    else
        status = tern_results_add(results, line, value, error);
    if (value != NULL)
        tern_fields_free(tern_line_types[line].fields, value);
    free(value);
    json_decref(json);
    return status;
}

static tern_status add_point(tern_results *results, sqlite3_stmt *statement, tern_error *error)
{
    tern_point point = {
        .ratio = get_real(statement, 6),
        .error = get_real(statement, 7),
        .processes = (uint32_t)sqlite3_column_int64(statement, 8),
        .steal_share = get_real(statement, 9),
    };

    get_text(statement, 2, point.id, sizeof point.id);
    get_text(statement, 3, point.anchor, sizeof point.anchor);
    get_text(statement, 4, point.commit, sizeof point.commit);
    get_text(statement, 5, point.code, sizeof point.code);
    return tern_results_add(results, TERN_LINE_POINT, &point, error);
}

/*
 * In the order of the files. A run comes before its lines; one without lines is left out, and so are lines that do not
 * pass.
 */
static tern_status select_lines(const history_index *index, tern_results *results, const tern_filter *filter,
                                tern_error *error)
{
    sqlite3_stmt *statement =
        prepare(index, "SELECT run.id, run.line, name, anchor, revision, code, ratio, error, processes, steal, json "
                       "FROM run JOIN line ON line.run = run.id ORDER BY run.file, run.id, line.id");
    sqlite3_int64 last = -1;
    tern_status status = statement == NULL ? broken(index, error) : TERN_OK;
    int result = SQLITE_DONE;

    while (status == TERN_OK && (result = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 2);
        if (name == NULL || (filter != NULL && !tern_filter_passes(filter, name)))
            continue;
        const bool begins = sqlite3_column_int64(statement, 0) != last;
        if (begins)
            status = tern_history_end_run(results, error);
        if (begins && status == TERN_OK)
            status = add_json(results, TERN_LINE_RUN, sqlite3_column_text(statement, 1), error);
        last = sqlite3_column_int64(statement, 0);
        if (status == TERN_OK)
            status = sqlite3_column_type(statement, 10) == SQLITE_NULL
                         ? add_point(results, statement, error)
                         : add_json(results, TERN_LINE_REMEASURED, sqlite3_column_text(statement, 10), error);
    }
    if (status == TERN_OK && result != SQLITE_DONE)
        status = broken(index, error);
    sqlite3_finalize(statement);
    return status == TERN_OK ? tern_history_end_run(results, error) : status;
}

/* Within one transaction, so that who comes next finds all of it or nothing. */
static tern_status bring_up_to_date(history_index *index, const char *folder, bool anew, tern_error *error)
{
    tern_history_months months;
    tern_status status = tern_history_months_find(&months, folder, error);

    if (status == TERN_OK)
        status = open_index(index, folder, error);
    if (status == TERN_OK && anew)
        status = forget(index, error);
    if (status == TERN_OK)
        status = update(index, &months, error);
    if (status == TERN_OK)
        status = execute(index, "COMMIT", error);
    tern_history_months_free(&months);
    return status;
}

bool tern_history_index_is_built(void)
{
    return true;
}

tern_status tern_history_index_read(tern_results *results, const char *folder, const tern_filter *filter,
                                    tern_error *error)
{
    history_index index = {.db = NULL};
    tern_status status = bring_up_to_date(&index, folder, false, error);

    if (status == TERN_OK)
        status = select_lines(&index, results, filter, error);
    if (status != TERN_OK)
        tern_results_free(results);
    close_index(&index);
    return status;
}

/* A file that is no database, or one of another version, is no use to anybody. */
static void remove_index(const char *folder)
{
    static const char *const names[] = {"index.sqlite", "index.sqlite-wal", "index.sqlite-shm"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        path[0] = '\0';
        tern_text_append(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
}

tern_status tern_history_index_rebuild(const char *folder, uint64_t *points, tern_error *error)
{
    history_index index = {.db = NULL};
    tern_error cause = {""};
    tern_status status = bring_up_to_date(&index, folder, true, &cause);

    if (status == TERN_ENVIRONMENT && is_useless(&index)) {
        close_index(&index);
        remove_index(folder);
        status = bring_up_to_date(&index, folder, true, &cause);
    }
    if (status == TERN_OK)
        *points = (uint64_t)number_of(&index, "SELECT count(*) FROM line WHERE json IS NULL");
    else
        *error = cause;
    close_index(&index);
    return status;
}

#else

bool tern_history_index_is_built(void)
{
    return false;
}

tern_status tern_history_index_read(tern_results *results, const char *folder, const tern_filter *filter,
                                    tern_error *error)
{
    (void)results;
    (void)folder;
    (void)filter;
    return tern_error_set(error, TERN_ENVIRONMENT, "this build has no SQLite");
}

tern_status tern_history_index_rebuild(const char *folder, uint64_t *points, tern_error *error)
{
    *points = 0;
    return tern_error_set(error, TERN_ENVIRONMENT,
                          "this build has no SQLite, so %s has no index; it is read from its files", folder);
}

#endif

tern_status tern_history_load(tern_results *results, const char *folder, const tern_filter *filter, tern_error *why_not,
                              tern_error *error)
{
    const tern_status status = tern_history_index_read(results, folder, filter, why_not);

    why_not->text[0] = status == TERN_OK ? '\0' : why_not->text[0];
    return status == TERN_OK ? TERN_OK : tern_history_read(results, folder, filter, error);
}
