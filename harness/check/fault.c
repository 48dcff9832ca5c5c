#include "check/fault.h"

#include "base/text.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <ucontext.h>

/* A signal handler gets no argument. */
static struct {
    const tern_guard *guards;
    size_t count;
    tern_fault *fault;
} watch;

static struct {
    uint8_t *begin;
    size_t page_bytes, pages;
    uint8_t *touched;
} trace;

/* A handler needs a stack of its own when the fault is that there is no more stack. */
static uint8_t handler_stack[64 * 1024];

/* How far below the stack pointer a frame's first access may lie. */
enum { FRAME_BYTES = 1 << 20 };

static void read_context(const ucontext_t *context, uintptr_t address, tern_fault *fault)
{
#if defined(__x86_64__)
    const uintptr_t stack = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
    enum { PAGE_FAULT = 14, ERROR_WRITE = 2 };

    if (context->uc_mcontext.gregs[REG_TRAPNO] == PAGE_FAULT)
        fault->access = (context->uc_mcontext.gregs[REG_ERR] & ERROR_WRITE) != 0 ? TERN_ACCESS_WRITE : TERN_ACCESS_READ;
    else
        fault->no_address = true;
#elif defined(__aarch64__)
    const uintptr_t stack = (uintptr_t)context->uc_mcontext.sp;
#else
    const uintptr_t stack = 0;
    (void)context;
#endif
    fault->stack_overflow =
        fault->breach.name == NULL && !fault->no_address && address + FRAME_BYTES > stack && address < stack + 4096;
}

static bool is_traced(uint8_t *address)
{
    if (trace.pages == 0 || address < trace.begin || address >= trace.begin + trace.pages * trace.page_bytes)
        return false;
    const size_t page = (size_t)(address - trace.begin) / trace.page_bytes;
    if (trace.touched[page]) /* open already: a write */
        return false;
    trace.touched[page] = 1;
    return mprotect(trace.begin + page * trace.page_bytes, trace.page_bytes, PROT_READ) == 0;
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    if (is_traced(info->si_addr))
        return;
    const struct sigaction normal = {.sa_handler = SIG_DFL};
    tern_fault *fault = watch.fault;

    if (!fault->happened) {
        fault->happened = true;
        for (size_t i = 0; i < watch.count; i++)
            if (tern_guard_find_fault(&watch.guards[i], info->si_addr, &fault->breach))
                break;
        read_context(context, (uintptr_t)info->si_addr, fault);
    }
    /* The instruction runs again, and this time its signal ends the process. */
    sigaction(signal, &normal, NULL);
}

void tern_fault_watch(const tern_guard *guards, size_t count, tern_fault *fault)
{
    const stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    watch.guards = guards;
    watch.count = count;
    watch.fault = fault;
    *fault = (tern_fault){0};
    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

void tern_fault_trace(uint8_t *begin, size_t page_bytes, size_t pages, uint8_t *touched)
{
    trace.begin = begin;
    trace.page_bytes = page_bytes;
    trace.pages = pages;
    trace.touched = touched;
}

char *tern_fault_text(const tern_fault *fault, char *text, size_t bytes)
{
    static const char *const verbs[] = {
        [TERN_ACCESS_UNKNOWN] = "touches",
        [TERN_ACCESS_READ] = "reads",
        [TERN_ACCESS_WRITE] = "writes",
    };
    char place[96];

    text[0] = '\0';
    if (!fault->happened)
        return text;
    if (fault->breach.name != NULL && fault->breach.where == TERN_GUARD_INSIDE &&
        fault->breach.access == TERN_GUARD_READ_ONLY)
        tern_text_append(text, bytes, "changes %s, which it may only read", fault->breach.name);
    else if (fault->breach.name != NULL)
        tern_text_append(text, bytes, "%s %s", verbs[fault->access],
                         tern_guard_breach_text(&fault->breach, place, sizeof place));
    else if (fault->stack_overflow)
        tern_text_append(text, bytes, "the stack is used up");
    else if (fault->no_address)
        tern_text_append(text, bytes, "an access that needs more alignment than it has, or a wild address");
    return text;
}
