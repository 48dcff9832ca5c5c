/*
 * The child is a fork, so that the code which the parent reads in its own memory is the child's, without breakpoints.
 * That an instruction is executed is not concluded from reading alone: what is sought gets a breakpoint of its own, and
 * is found when that is met. So a reader that loses its way finds nothing.
 */
#include "check/walk.h"

#include "base/traced.h"

#if defined(__x86_64__)

#include "check/x86.h"

#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { BREAKPOINT = 0xCC };

/* The code of tern_walk_function(), which is a breakpoint and little more. */
enum { ANNOUNCING_BYTES = 64 };

/* An indirect jump that has led to nothing new so often is let go. */
enum { MOST_IN_VAIN = 200 };

enum { SEEN = 1, PLANTED = 2, INDIRECT = 4, SOUGHT = 8 };

/* The executable part of an object. */
typedef struct text {
    const uint8_t *begin, *end;
    bool code_alone; /* no constants among it: a breakpoint harms nothing wherever it stands */
    uint8_t *marks;  /* of each byte */
    uint8_t *vain;   /* of each byte: how often an indirect jump there has led to nothing new */
} text;

enum { MOST_TEXTS = 8 };

typedef struct walker {
    tern_walk *walk;
    text texts[MOST_TEXTS];
    size_t count;
} walker;

__attribute__((noinline)) void tern_walk_function(void (*function)(void))
{
    __asm__ volatile("int3" : : "a"(function) : "memory");
}

static text *text_of(walker *w, const uint8_t *code)
{
    for (size_t i = 0; i < w->count; i++)
        if (code >= w->texts[i].begin && code < w->texts[i].end)
            return &w->texts[i];
    return NULL;
}

typedef struct search {
    const uint8_t *code;
    text found;
} search;

static int search_object(struct dl_phdr_info *object, size_t size, void *argument)
{
    search *s = argument;

    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        const uint8_t *begin = (const uint8_t *)(object->dlpi_addr + segment->p_vaddr);
        const bool executable = (segment->p_flags & (PF_X | PF_R)) == (PF_X | PF_R);
        if (segment->p_type != PT_LOAD || !executable || s->code < begin || s->code >= begin + segment->p_memsz)
            continue;
        /* A linker that keeps constants out of the code keeps the file's head out of it as well. */
        s->found = (text){.begin = begin, .end = begin + segment->p_memsz, .code_alone = segment->p_offset > 0};
        return 1;
    }
    return 0;
}

static void add_text_of(walker *w, const uint8_t *code)
{
    search s = {.code = code};

    if (text_of(w, code) != NULL || w->count == MOST_TEXTS || dl_iterate_phdr(search_object, &s) == 0)
        return;
    const size_t bytes = (size_t)(s.found.end - s.found.begin);
    s.found.marks = calloc(bytes, 1);
    s.found.vain = calloc(bytes, 1);
    w->texts[w->count++] = s.found;
    if (s.found.marks == NULL || s.found.vain == NULL) {
        free(s.found.marks);
        free(s.found.vain);
        w->count--;
    }
}

static uint8_t *mark_of(text *t, const uint8_t *code)
{
    return &t->marks[code - t->begin];
}

static void write_byte(pid_t pid, const uint8_t *to, uint8_t byte)
{
    const uintptr_t address = (uintptr_t)to, word_address = address / sizeof(long) * sizeof(long);

    errno = 0;
    long word = ptrace(PTRACE_PEEKTEXT, pid, (void *)word_address, NULL);
    if (errno != 0)
        return;
    memcpy((uint8_t *)&word + (address - word_address), &byte, 1);
    ptrace(PTRACE_POKETEXT, pid, (void *)word_address, (void *)word);
}

/* Stops the child there, if it has not been there, or if the place is a special one. Returns whether it is new. */
static bool plant(walker *w, pid_t pid, const uint8_t *code, uint8_t special)
{
    text *t = text_of(w, code);

    if (t == NULL)
        return false;
    uint8_t *mark = mark_of(t, code);
    const bool is_new = (*mark & (SEEN | PLANTED)) == 0;
    if (special == 0 && !is_new)
        return false;
    if ((*mark & PLANTED) == 0)
        write_byte(pid, code, BREAKPOINT);
    *mark |= PLANTED | special;
    return is_new;
}

static void plant_where_it_leads(walker *w, pid_t pid, const text *t, const uint8_t *code,
                                 const tern_x86_instruction *instruction)
{
    const bool comes_back = instruction->flow == TERN_X86_BRANCH || instruction->flow == TERN_X86_CALL ||
                            instruction->flow == TERN_X86_INDIRECT_CALL;

    /* An address that is taken may be that of a function: of a thread, say, or one that a library calls. */
    if (instruction->has_target && (instruction->flow != TERN_X86_NEXT || t->code_alone))
        plant(w, pid, code + instruction->target, 0);
    if (comes_back)
        plant(w, pid, code + instruction->bytes, 0);
}

/* Reads from code to where the instructions no longer follow each other for sure. */
static void read_block(walker *w, pid_t pid, text *t, const uint8_t *code)
{
    tern_x86_instruction instruction = {.flow = TERN_X86_NEXT};

    for (; instruction.flow == TERN_X86_NEXT && code < t->end; code += instruction.bytes) {
        const size_t bytes = (size_t)(t->end - code);
        if ((*mark_of(t, code) & SEEN) != 0)
            return;
        *mark_of(t, code) |= SEEN;
        w->walk->instructions++;
        if (w->walk->sought(w->walk->context, code, bytes))
            plant(w, pid, code, SOUGHT);
        if (!tern_x86_read(code, bytes, &instruction))
            return;
        if (instruction.flow == TERN_X86_INDIRECT_JUMP || instruction.flow == TERN_X86_INDIRECT_CALL)
            plant(w, pid, code, INDIRECT);
        plant_where_it_leads(w, pid, t, code, &instruction);
    }
}

/*
 * Leads the child, whose registers say that it stands at code, over this one instruction. Returns the signal to go on
 * with.
 */
static int lead_over(walker *w, pid_t pid, text *t, const uint8_t *code)
{
    struct user_regs_struct registers;
    uint8_t *vain = &t->vain[code - t->begin];
    int status;

    if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 || tern_traced_wait(pid, &status) != pid ||
        !WIFSTOPPED(status) || !tern_traced_registers(pid, &registers))
        return 0;
    if (plant(w, pid, (const uint8_t *)(uintptr_t)registers.rip, 0))
        *vain = 0;
    else
        ++*vain;
    if (*vain < MOST_IN_VAIN)
        plant(w, pid, code, INDIRECT);
    return WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
}

/*
 * The child, stopped by a breakpoint, goes on with the instruction that stood there. Returns the signal to go on with.
 */
static int meet(walker *w, pid_t pid, struct user_regs_struct *registers, text *t, const uint8_t *code)
{
    uint8_t *mark = mark_of(t, code);
    const uint8_t met = *mark;

    registers->rip = (uintptr_t)code;
    tern_traced_set_registers(pid, registers);
    if ((met & PLANTED) == 0) /* another thread was here at the same time */
        return 0;
    write_byte(pid, code, *code);
    *mark &= (uint8_t) ~(PLANTED | INDIRECT);
    if ((met & SOUGHT) != 0) {
        w->walk->found = code;
        w->walk->found_bytes = (size_t)(t->end - code);
    } else if ((met & INDIRECT) != 0)
        return lead_over(w, pid, t, code);
    else
        read_block(w, pid, t, code);
    return 0;
}

/* What to go on with after SIGTRAP. */
static int trapped(walker *w, pid_t pid)
{
    struct user_regs_struct registers;

    if (!tern_traced_registers(pid, &registers))
        return 0;
    const uint8_t *code = (const uint8_t *)(uintptr_t)(registers.rip - 1);
    if ((uintptr_t)code - (uintptr_t)tern_walk_function < ANNOUNCING_BYTES) {
        const uint8_t *function = (const uint8_t *)(uintptr_t)registers.rax;
        add_text_of(w, function);
        plant(w, pid, function, 0);
        return 0;
    }
    text *t = text_of(w, code);
    return t != NULL && *code != BREAKPOINT ? meet(w, pid, &registers, t, code) : SIGTRAP;
}

/* Of a thread that stopped. Returns the signal to go on with. */
static int stopped(walker *w, pid_t pid, int status)
{
    w->walk->stops++;
    if (status >> 16 != 0 || WSTOPSIG(status) == SIGSTOP) /* a new thread, seen by either of the two */
        return 0;
    return WSTOPSIG(status) == SIGTRAP ? trapped(w, pid) : WSTOPSIG(status);
}

/* Returns whether the child is still there. */
static bool walk_on(walker *w, pid_t child)
{
    pid_t pid;
    int status;

    while ((pid = tern_traced_wait(-1, &status)) > 0) {
        if (pid == child && !WIFSTOPPED(status))
            return false;
        if (!WIFSTOPPED(status)) /* a thread */
            continue;
        const int signal_number = stopped(w, pid, status);
        if (w->walk->found != NULL)
            return true;
        ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)signal_number);
    }
    return false;
}

bool tern_walk_through(tern_walk *walk, pid_t child)
{
    walker w = {.walk = walk};
    int status;

    if (tern_traced_wait(child, &status) != child || !WIFSTOPPED(status))
        return false;
    tern_traced_hold(child, true);
    ptrace(PTRACE_CONT, child, NULL, NULL);
    if (walk_on(&w, child))
        tern_traced_end(child);
    for (size_t i = 0; i < w.count; i++) {
        free(w.texts[i].marks);
        free(w.texts[i].vain);
    }
    return true;
}

#else

void tern_walk_function(void (*function)(void))
{
    (void)function;
}

bool tern_walk_through(tern_walk *walk, pid_t child)
{
    (void)walk;
    tern_traced_end(child);
    return false;
}

#endif
