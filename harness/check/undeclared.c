#include "check/undeclared.h"

#include "base/child.h"
#include "base/text.h"
#include "base/traced.h"
#include "check/walk.h"
#include "check/x86_sets.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Far more than it takes; a kernel that waits for what is not there in a forked process waits no longer. */
static const double deadline_s = 20.0;

/* What the compiler may use anywhere in this program, by its flags or its own defaults. */
static const uint32_t of_this_program = 0
#if defined(__SSSE3__) && defined(__SSE4_2__) && defined(__POPCNT__)
                                        | TERN_X86_SSE4
#endif
#if defined(__AVX2__) && defined(__FMA__) && defined(__BMI__) && defined(__BMI2__) && defined(__LZCNT__)
                                        | TERN_ISA_AVX2
#endif
#if defined(__AVXVNNI__)
                                        | TERN_ISA_AVXVNNI
#endif
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
                                        | TERN_ISA_AVX512
#endif
#if defined(__AVX512VNNI__)
                                        | TERN_ISA_AVX512VNNI
#endif
#if defined(__AVX512VBMI__)
                                        | TERN_ISA_AVX512VBMI
#endif
#if defined(__AMX_INT8__)
                                        | TERN_ISA_AMXINT8
#endif
#if defined(__GFNI__)
                                        | TERN_ISA_GFNI
#endif
#if defined(__AVX512VBMI2__) || defined(__AVX512IFMA__) || defined(__ADX__) || defined(__SHA__) || defined(__AES__)
                                        | TERN_X86_UNNAMED
#endif
    ;

typedef struct job {
    uint32_t allowed;
    void (*work)(void *argument);
    void *argument;
} job;

static bool is_undeclared(void *context, const uint8_t *code, size_t bytes)
{
    const uint32_t *allowed = context;

    return (tern_x86_set_of(code, bytes).isa & ~*allowed) != 0;
}

static void be_walked(const job *j)
{
    if (tern_traced_begin())
        j->work(j->argument);
    _exit(EXIT_SUCCESS);
}

static void describe(const tern_walk *walk, tern_undeclared *found)
{
    const char *file = "the program", *slash;
    Dl_info object;

    found->set = tern_x86_set_of(walk->found, walk->found_bytes).name;
    found->place[0] = '\0';
    if (dladdr(walk->found, &object) == 0)
        return;
    if (object.dli_fname != NULL)
        file = (slash = strrchr(object.dli_fname, '/')) == NULL ? object.dli_fname : slash + 1;
    tern_text_append(found->place, sizeof found->place, "%s+0x%tx", file,
                     walk->found - (const uint8_t *)object.dli_fbase);
}

static void look(void *argument, void *result)
{
    job *j = argument;
    tern_undeclared *found = result;
    tern_walk walk = {.sought = is_undeclared, .context = &j->allowed};
    const pid_t child = fork();

    if (child == 0)
        be_walked(j);
    if (child < 0)
        return;
    found->looked = tern_walk_through(&walk, child);
    if (walk.found != NULL)
        describe(&walk, found);
}

void tern_undeclared_find(uint32_t isa, void (*work)(void *argument), void *argument, tern_undeclared *found)
{
    const tern_child_options options = {.deadline_s = deadline_s};
    job j = {.allowed = tern_x86_implied(isa | of_this_program), .work = work, .argument = argument};
    tern_child_outcome outcome;

    *found = (tern_undeclared){.set = NULL};
    /* Without a process to look in, nothing is looked at. */
    (void)tern_child_run(look, &j, found, sizeof *found, &options, &outcome, NULL);
}
