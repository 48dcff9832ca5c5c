/*
 * One C file as a plug-in. What it needs stands in it: the instruction sets in `.isa`, the kernels in `const tern_kernel`
 * or in TERN_PLUGIN. Both are found in the text, since nothing could be compiled before the flags are known.
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

enum { MOST_SOURCE_BYTES = 4 << 20, MOST_ARGUMENTS = 64 };

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
    char *text;
    char flags[512];    /* of its instruction sets, separated by blanks */
    char kernels[2048]; /* "&one, &other"; "" when it has a TERN_PLUGIN of its own */
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
    static const char declared[] = "const tern_kernel ";

    if (has_word(s->text, s->text + strlen(s->text), "TERN_PLUGIN"))
        return TERN_OK;
    for (const char *at = s->text; (at = strstr(at, declared)) != NULL;) {
        const char *name = at += sizeof declared - 1;
        size_t length = 0;
        while (is_name(name[length]))
            length++;
        const char *next = name + length + strspn(name + length, " \n");
        if (length > 0 && next[0] == '=')
            tern_text_append(s->kernels, sizeof s->kernels, "%s&%.*s", s->kernels[0] == '\0' ? "" : ", ", (int)length,
                             name);
    }
    return s->kernels[0] != '\0'
               ? TERN_OK
               : tern_error_set(error, TERN_USAGE,
                                "%s defines no kernel: there is neither `const tern_kernel NAME = {` nor TERN_PLUGIN",
                                s->path);
}

/* A file that includes the source and lists its kernels, so that those that are static are found as well. */
static tern_status write_wrapper(const source *s, const char *scratch, tern_error *error)
{
    char path[PATH_MAX + 16], plain[PATH_MAX];
    const tern_status status = tern_side_plain_path(s->path, scratch, plain, error);

    if (status != TERN_OK)
        return status;
    snprintf(path, sizeof path, "%s/plugin.c", scratch);
    FILE *stream = fopen(path, "w");
    if (stream != NULL) {
        fprintf(stream, "#include \"%s\"\n", plain);
        if (s->kernels[0] != '\0')
            fprintf(stream, "TERN_PLUGIN(%s);\n", s->kernels);
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
    char wrapper[PATH_MAX + 16], output[PATH_MAX + 16], log[PATH_MAX + 16], flags[512], here[PATH_MAX + 8],
        contract[PATH_MAX + 8], kept_log[PATH_MAX];
    const char *argv[MOST_ARGUMENTS];
    uint64_t parts[3];
    tern_status status;

    snprintf(wrapper, sizeof wrapper, "%s/plugin.c", scratch);
    snprintf(output, sizeof output, "%s/plugin.i", scratch);
    snprintf(log, sizeof log, "%s/log", scratch);
    tern_text_copy(flags, sizeof flags, s->flags);
    size_t count = begin_command(s, argv, flags, here, contract);
    const char *const rest[] = {"-E", "-P", wrapper, "-o", output, NULL};
    memcpy(argv + count, rest, sizeof rest);
    if ((status = tern_side_cache_folder(0, kept_log, error)) != TERN_OK)
        return status;
    tern_text_append(kept_log, sizeof kept_log, ".log");
    if ((status = tern_side_run(job, argv, "it cannot be preprocessed", log, kept_log, error)) != TERN_OK ||
        (status = tern_side_compiler_hash(&parts[0], error)) != TERN_OK)
        return status;
    if (!tern_side_content_hash(output, &parts[1]))
        return tern_error_set(error, TERN_ENVIRONMENT, "%s cannot be read", output);
    parts[2] = XXH3_64bits(s->flags, strlen(s->flags));
    *key = XXH3_64bits(parts, sizeof parts);
    return TERN_OK;
}

static tern_status compile(const source *s, const tern_side_job *job, const char *scratch, const char *folder,
                           tern_error *error)
{
    char wrapper[PATH_MAX + 16], output[PATH_MAX + 32], log[PATH_MAX + 16], flags[512], here[PATH_MAX + 8],
        contract[PATH_MAX + 8], kept_log[PATH_MAX + 8], built[PATH_MAX + 16];
    const char *argv[MOST_ARGUMENTS];

    snprintf(wrapper, sizeof wrapper, "%s/plugin.c", scratch);
    snprintf(built, sizeof built, "%s/side", scratch);
    snprintf(output, sizeof output, "%s/plugin.so", built);
    snprintf(log, sizeof log, "%s/log", scratch);
    snprintf(kept_log, sizeof kept_log, "%s.log", folder);
    tern_text_copy(flags, sizeof flags, s->flags);
    size_t count = begin_command(s, argv, flags, here, contract);
    const char *const rest[] = {"-shared", "-Wl,--build-id=none", wrapper, "-lm", "-o", output, NULL};
    memcpy(argv + count, rest, sizeof rest);
    if (mkdir(built, 0777) != 0)
        return tern_error_set(error, TERN_ENVIRONMENT, "cannot make the folder %s: %s", built, strerror(errno));
    return tern_side_run(job, argv, "it does not compile", log, kept_log, error);
}

/* Compiles unless the cache has it; scratch is removed. */
static tern_status build_in(const source *s, const tern_side_job *job, const char *scratch, char *plugin,
                            tern_error *error)
{
    char folder[PATH_MAX];
    uint64_t key = 0, key_now = 0;
    tern_status status;

    if ((status = write_wrapper(s, scratch, error)) != TERN_OK ||
        (status = preprocess(s, job, scratch, &key, error)) != TERN_OK ||
        (status = tern_side_cache_folder(key, folder, error)) != TERN_OK)
        return status;
    if (!tern_side_cache_has(folder)) {
        if ((status = compile(s, job, scratch, folder, error)) != TERN_OK ||
            (status = preprocess(s, job, scratch, &key_now, error)) != TERN_OK)
            return status;
        if (key_now != key)
            return tern_side_changed(job, error);
        if ((status = tern_side_cache_keep(scratch, "side", folder, error)) != TERN_OK)
            return status;
    }
    tern_text_copy(plugin, PATH_MAX, folder);
    tern_text_append(plugin, PATH_MAX, "/plugin.so");
    return TERN_OK;
}

static tern_status build(const source *s, const tern_side_job *job, char *plugin, tern_error *error)
{
    char scratch[PATH_MAX];
    tern_status status = tern_side_cache_scratch(scratch, error);

    if (status == TERN_OK) {
        status = build_in(s, job, scratch, plugin, error);
        tern_side_cache_remove(scratch);
    }
    return status;
}

tern_status tern_side_compile(const char *path, char *plugin, const tern_side_watcher *watcher, tern_error *error)
{
    const tern_side_job job = {.name = path, .watcher = watcher};
    source *s = calloc(1, sizeof *s);
    tern_status status;

    if (s == NULL)
        return tern_error_memory(error, "a source file", sizeof *s);
    if ((status = read_text(s, path, error)) == TERN_OK && (status = find_kernels(s, error)) == TERN_OK) {
        find_flags(s);
        status = build(s, &job, plugin, error);
    }
    free(s->text);
    free(s);
    return status;
}
