/*
 * One C file as a plug-in. What it needs stands in it: the instruction sets in `.isa`, the kernels in `const
 * tern_kernel` or in TERN_PLUGIN. Both are found in the text, since nothing could be compiled before the flags are
 * known.
 */
#include "base/program.h"
#include "base/shared_path.h"
#include "base/text.h"
#include "run/side.h"
#include "run/side_build.h"
#include "run/side_cache.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

/* FORM is raised when something else is made of a file. */
enum { MOST_SOURCE_BYTES = 4 << 20, MOST_ARGUMENTS = 64, MOST_RESTS = 8, FORM = 2 };

/* What the compiler is told for a bit that a kernel names. */
static const struct {
    const char *bit, *flags;
} isa_flags[] = {
    {"TERN_ISA_AVX2", "-mavx2 -mfma -mbmi -mbmi2"},
    {"TERN_ISA_AVXVNNI", "-mavxvnni"},
    {"TERN_ISA_AVX512", "-mavx512f -mavx512bw -mavx512dq -mavx512vl"},
    {"TERN_ISA_AVX512VNNI", "-mavx512vnni"},
    {"TERN_ISA_AVX512VBMI", "-mavx512vbmi"},
    {"TERN_ISA_AMXINT8", "-mamx-tile -mamx-int8"},
    {"TERN_ISA_GFNI", "-mgfni"},
    {"TERN_ISA_DOTPROD", "-march=armv8.2-a+dotprod"},
};

typedef struct source {
    char path[PATH_MAX], folder[PATH_MAX];
    char plain[PATH_MAX]; /* the path as the compiler may have it, which need not end in .c */
    char *text;
    char flags[512];    /* of its instruction sets, separated by blanks */
    char kernels[2048]; /* symbols, separated by blanks; "" when it has a TERN_PLUGIN of its own */
    bool apart;         /* it has symbols, none of them static: others can be linked with it */
} source;

static tern_status read_text(source *s, const char *path, tern_error *error)
{
    FILE *stream = realpath(path, s->path) == NULL ? NULL : fopen(s->path, "r");

    if (stream == NULL)
        return tern_error_set(error, tern_error_of_file(errno), "%s: %s", path, strerror(errno));
    s->text = calloc(MOST_SOURCE_BYTES, 1);
    const size_t got = s->text == NULL ? 0 : fread(s->text, 1, MOST_SOURCE_BYTES - 1, stream);
    fclose(stream);
    if (s->text == NULL)
        return tern_error_memory(error, "a source file", MOST_SOURCE_BYTES);
    if (got == MOST_SOURCE_BYTES - 1)
        return tern_error_set(error, TERN_USAGE, "%s: a kernel in one file of more than 4 MiB is too much", path);
    tern_text_copy(s->folder, sizeof s->folder, s->path);
    *strrchr(s->folder, '/') = '\0';
    return TERN_OK;
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether the range of text has the name as a word of its own. */
static bool has_word(const char *begin, const char *end, const char *name)
{
    const size_t length = strlen(name);

    for (const char *at = begin; (at = strstr(at, name)) != NULL && at < end; at += length)
        if (!is_name(at[length]) && (at == begin || !is_name(at[-1])))
            return true;
    return false;
}

static void find_flags(source *s)
{
    for (const char *at = s->text; (at = strstr(at, ".isa")) != NULL; at += 4) {
        const char *end = at + strcspn(at, ",;}");
        for (size_t i = 0; i < sizeof isa_flags / sizeof *isa_flags; i++)
            if (has_word(at, end, isa_flags[i].bit) && strstr(s->flags, isa_flags[i].flags) == NULL)
                tern_text_append(s->flags, sizeof s->flags, "%s ", isa_flags[i].flags);
    }
}

/* Symbols that are defined as `const tern_kernel NAME = {`. */
static tern_status find_kernels(source *s, tern_error *error)
{
    static const char declared[] = "const tern_kernel ", hidden[] = "static ";
    bool some_static = false;

    if (has_word(s->text, s->text + strlen(s->text), "TERN_PLUGIN"))
        return TERN_OK;
    for (const char *at = s->text; (at = strstr(at, declared)) != NULL;) {
        const char *name = at += sizeof declared - 1;
        size_t length = 0;
        while (is_name(name[length]))
            length++;
        const char *next = name + length + strspn(name + length, " \n");
        if (length == 0 || next[0] != '=')
            continue;
        tern_text_append(s->kernels, sizeof s->kernels, "%.*s ", (int)length, name);
        const char *declaration = name - (sizeof declared - 1);
        some_static |= declaration - s->text >= (ptrdiff_t)sizeof hidden - 1 &&
                       strncmp(declaration - (sizeof hidden - 1), hidden, sizeof hidden - 1) == 0;
    }
    s->apart = !some_static;
    return s->kernels[0] != '\0'
               ? TERN_OK
               : tern_error_set(error, TERN_USAGE,
                                "%s defines no kernel: there is neither `const tern_kernel NAME = {` nor TERN_PLUGIN",
                                s->path);
}

static void put_each_kernel(FILE *stream, const source *s, const char *before, const char *after)
{
    char copy[sizeof s->kernels], *rest = copy;

    tern_text_copy(copy, sizeof copy, s->kernels);
    for (const char *symbol; (symbol = tern_text_word(&rest, " ")) != NULL;)
        fprintf(stream, "%s%s%s", before, symbol, after);
}

/*
 * The table of its kernels: in a file that is linked with it, or, so that static ones are found as well, includes it.
 */
static tern_status write_table(const source *s, const char *scratch, tern_error *error)
{
    char path[PATH_MAX + 16];

    snprintf(path, sizeof path, "%s/plugin.c", scratch);
    FILE *stream = fopen(path, "w");
    if (stream != NULL) {
        fprintf(stream, "#include \"%s\"\n", s->apart ? "kernel.h" : s->plain);
        if (s->apart)
            put_each_kernel(stream, s, "extern const tern_kernel ", ";\n");
        if (s->kernels[0] != '\0') {
            fputs("TERN_PLUGIN(", stream);
            put_each_kernel(stream, s, "&", ", ");
            fputs("NULL);\n", stream);
        }
    }
    return stream != NULL && fclose(stream) == 0
               ? TERN_OK
               : tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: %s", path, strerror(errno));
}

/* The command line up to what is particular to preprocessing or linking. Returns the number of arguments. */
static size_t begin_command(const source *s, const char **argv, char *flags, char *here, char *contract)
{
    static const char *const always[] = {"-std=gnu11", "-O3", "-fPIC", "-fopenmp", "-w", "-D_GNU_SOURCE"};
    char *rest = flags;
    size_t count = 0;

    argv[count++] = tern_side_compiler();
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        argv[count++] = always[i];
    for (char *flag; (flag = tern_text_word(&rest, " ")) != NULL && count < MOST_ARGUMENTS - 8;)
        argv[count++] = flag;
    snprintf(here, PATH_MAX + 8, "-I%s", s->folder);
    memcpy(contract, "-I", 3);
    tern_shared_path(TERN_SHARED_CONTRACT, "", contract + 2, PATH_MAX);
    argv[count++] = here;
    argv[count++] = contract;
    return count;
}

/* The key is the hash of what the preprocessor makes of the file, so that a change of a header counts. */
static tern_status preprocess(const source *s, const tern_side_job *job, const char *scratch, uint64_t *key,
                              tern_error *error)
{
    char output[PATH_MAX + 16], log[PATH_MAX + 16], flags[512], here[PATH_MAX + 8], contract[PATH_MAX + 8],
        kept_log[PATH_MAX];
    const char *argv[MOST_ARGUMENTS];
    uint64_t parts[4] = {FORM};
    tern_status status;

    snprintf(output, sizeof output, "%s/plugin.i", scratch);
    snprintf(log, sizeof log, "%s/log", scratch);
    tern_text_copy(flags, sizeof flags, s->flags);
    size_t count = begin_command(s, argv, flags, here, contract);
    const char *const rest[] = {"-E", "-P", "-xc", s->plain, "-o", output, NULL};
    memcpy(argv + count, rest, sizeof rest);
    if ((status = tern_side_cache_folder(0, kept_log, error)) != TERN_OK)
        return status;
    tern_text_append(kept_log, sizeof kept_log, ".log");
    if ((status = tern_side_run(job, argv, "it cannot be preprocessed", log, kept_log, error)) != TERN_OK ||
        (status = tern_side_compiler_hash(&parts[1], error)) != TERN_OK)
        return status;
    if (!tern_side_content_hash(output, &parts[2]))
        return tern_error_set(error, TERN_ENVIRONMENT, "%s cannot be read", output);
    parts[3] = XXH3_64bits(s->flags, strlen(s->flags));
    *key = XXH3_64bits(parts, sizeof parts);
    return TERN_OK;
}

/* What is made of the file in scratch, and where it is complained of. */
typedef struct making {
    const source *s;
    const tern_side_job *job;
    const char *scratch;
    char kept_log[PATH_MAX + 8];
} making;

/* Runs the compiler with these arguments behind those that all have; a name without a slash lies in scratch. */
static tern_status run_compiler(const making *m, const char *const *rest, size_t count, tern_error *error)
{
    char log[PATH_MAX + 16], flags[512], here[PATH_MAX + 8], contract[PATH_MAX + 8], path[MOST_RESTS][PATH_MAX + 64];
    const char *argv[MOST_ARGUMENTS + MOST_RESTS];

    snprintf(log, sizeof log, "%s/log", m->scratch);
    tern_text_copy(flags, sizeof flags, m->s->flags);
    size_t arguments = begin_command(m->s, argv, flags, here, contract);
    for (size_t i = 0; i < count; i++) {
        const bool is_made = rest[i][0] != '-' && rest[i][0] != '/';
        snprintf(path[i], sizeof path[i], "%s%s%s", is_made ? m->scratch : "", is_made ? "/" : "", rest[i]);
        argv[arguments++] = path[i];
    }
    argv[arguments] = NULL;
    return tern_side_run(m->job, argv, "it does not compile", log, m->kept_log, error);
}

#define RUN_COMPILER(m, error, ...)                                                                                    \
    run_compiler(m, (const char *const[]){__VA_ARGS__}, sizeof(const char *const[]){__VA_ARGS__} / sizeof(char *),     \
                 error)

/*
 * As the project in harness/run/side links them, so that a kernel of a folder is the same, byte by byte, if its source
 * is.
 */
static tern_status link_kernels(const making *m, tern_error *error)
{
    char copy[sizeof m->s->kernels], *rest = copy, wanted[300], output[64];
    tern_status status = TERN_OK;
    size_t number = 0;

    tern_text_copy(copy, sizeof copy, m->s->kernels);
    for (const char *symbol; status == TERN_OK && (symbol = tern_text_word(&rest, " ")) != NULL; number++) {
        snprintf(wanted, sizeof wanted, "-Wl,--undefined=%s", symbol);
        snprintf(output, sizeof output, "side/kernel%zu.so", number);
        status = RUN_COMPILER(m, error, "-shared", "-Wl,--build-id=none", wanted, "empty.c", "source.o", "-lm", "-o",
                              output);
    }
    return status;
}

/* The object of the file by itself is in the plug-in and in what its kernels are compared by. */
static tern_status compile_apart(const making *m, tern_error *error)
{
    char path[PATH_MAX + 16];

    snprintf(path, sizeof path, "%s/empty.c", m->scratch);
    FILE *empty = fopen(path, "w");
    if (empty == NULL || fputs("typedef int nothing;\n", empty) < 0 || fclose(empty) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot write %s: %s", path, strerror(errno));
    tern_status status = RUN_COMPILER(m, error, "-c", "-xc", m->s->plain, "-o", "source.o");
    if (status == TERN_OK)
        status = RUN_COMPILER(m, error, "-shared", "-Wl,--build-id=none", "plugin.c", "source.o", "-lm", "-o",
                              "side/plugin.so");
    return status == TERN_OK ? link_kernels(m, error) : status;
}

static tern_status compile(const source *s, const tern_side_job *job, const char *scratch, const char *folder,
                           tern_error *error)
{
    making m = {.s = s, .job = job, .scratch = scratch};
    char built[PATH_MAX + 16];

    snprintf(m.kept_log, sizeof m.kept_log, "%s.log", folder);
    snprintf(built, sizeof built, "%s/side", scratch);
    if (mkdir(built, 0777) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot make the folder %s: %s", built, strerror(errno));
    return s->apart
               ? compile_apart(&m, error)
               : RUN_COMPILER(&m, error, "-shared", "-Wl,--build-id=none", "plugin.c", "-lm", "-o", "side/plugin.so");
}

/* Compiles unless the cache has it; scratch is removed. */
static tern_status build_in(source *s, const tern_side_job *job, const char *scratch, char *folder, tern_error *error)
{
    uint64_t key = 0, key_now = 0;
    tern_status status;

    if ((status = tern_side_plain_path(s->path, scratch, s->plain, error)) != TERN_OK ||
        (status = write_table(s, scratch, error)) != TERN_OK ||
        (status = preprocess(s, job, scratch, &key, error)) != TERN_OK ||
        (status = tern_side_cache_folder(key, folder, error)) != TERN_OK)
        return status;
    if (!tern_side_cache_has(folder)) {
        if ((status = compile(s, job, scratch, folder, error)) != TERN_OK ||
            (status = preprocess(s, job, scratch, &key_now, error)) != TERN_OK)
            return status;
        if (key_now != key)
            return tern_side_changed(job, error);
        status = tern_side_cache_keep(scratch, "side", folder, error);
    }
    return status;
}

static tern_status build(source *s, const tern_side_job *job, char *folder, tern_error *error)
{
    char scratch[PATH_MAX];
    tern_status status = tern_side_cache_scratch(scratch, error);

    if (status == TERN_OK) {
        status = build_in(s, job, scratch, folder, error);
        tern_side_cache_remove(scratch);
    }
    return status;
}

tern_status tern_side_compile(const char *path, char *folder, bool *apart, const tern_side_watcher *watcher,
                              tern_error *error)
{
    const tern_side_job job = {.name = path, .watcher = watcher};
    source *s = calloc(1, sizeof *s);
    tern_status status;

    if (s == NULL)
        return tern_error_memory(error, "a source file", sizeof *s);
    if ((status = read_text(s, path, error)) == TERN_OK && (status = find_kernels(s, error)) == TERN_OK) {
        find_flags(s);
        status = build(s, &job, folder, error);
    }
    *apart = s->apart;
    free(s->text);
    free(s);
    return status;
}
