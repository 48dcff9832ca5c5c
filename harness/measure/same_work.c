#include "measure/same_work.h"

#include "check/data.h"
#include "check/product.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { ALIGN = 64 };

typedef struct question {
    const tern_case *c[2];
} question;

/* What one case comes to before it is called. */
typedef struct bound {
    tern_product product;
    void *plan, *packed, *scratch;
    size_t plan_bytes, packed_bytes, scratch_bytes;
} bound;

/* Never freed: the child ends soon. */
static void *room(size_t bytes, size_t align)
{
    void *memory = NULL;

    if (posix_memalign(&memory, align < ALIGN ? ALIGN : align, bytes + ALIGN) != 0)
        return NULL;
    return memset(memory, 0, bytes + ALIGN);
}

static bool bind_and_pack(bound *b, const tern_case *c, const int8_t *w, tern_team *team)
{
    const tern_kernel *kernel = c->kernel;

    if (tern_product_bind(&b->product, c, 1) != NULL)
        return false;
    b->plan_bytes = tern_product_plan_bytes(&b->product);
    b->scratch_bytes = tern_product_scratch_bytes(&b->product);
    b->plan = room(b->plan_bytes, ALIGN);
    b->scratch = room(b->scratch_bytes, ALIGN);
    b->packed = room(kernel->packed_bytes(&b->product.problem), kernel->packed_align);
    if (b->plan == NULL || b->scratch == NULL || b->packed == NULL ||
        tern_product_make_plan(&b->product, b->plan) != NULL)
        return false;
    b->packed_bytes = tern_product_pack(&b->product, w, b->packed, team);
    return b->packed_bytes > 0;
}

static bool looks_the_same(const bound *a, const bound *b)
{
    const tern_stages *x = &a->product.stages, *y = &b->product.stages;

    return x->prepare == y->prepare && x->run == y->run && x->prepare_units == y->prepare_units &&
           a->scratch_bytes == b->scratch_bytes && a->plan_bytes == b->plan_bytes &&
           a->packed_bytes == b->packed_bytes && memcmp(a->plan, b->plan, a->plan_bytes) == 0 &&
           memcmp(a->packed, b->packed, a->packed_bytes) == 0;
}

/*
 * The toggles lie across two pages, so that the one in question begins the second, which nobody may read. Whoever reads
 * it, be it with another in front of it, ends this process; who reads one behind it alone gets it, where the processor
 * can make one step at a time.
 */
typedef struct toggle_pages {
    char *second;
    size_t page_bytes;
    int32_t *toggle;
} toggle_pages;

static toggle_pages pages;

static void allow(int access)
{
    if (mprotect(pages.second, pages.page_bytes, access) != 0)
        _exit(EXIT_FAILURE);
}

/* x86's trap flag: SIGTRAP after the next instruction. Returns false where there is none. */
static bool step_once(ucontext_t *context, bool on)
{
#ifdef __x86_64__
    enum { TRAP_FLAG = 0x100 };
    greg_t *flags = &context->uc_mcontext.gregs[REG_EFL];

    *flags = on ? *flags | TRAP_FLAG : *flags & ~TRAP_FLAG;
    return true;
#else
    (void)context;
    (void)on;
    return false;
#endif
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    const char *at = info->si_addr;

    (void)number;
    if (at < pages.second + sizeof *pages.toggle || at >= pages.second + pages.page_bytes || !step_once(context, true))
        _exit(EXIT_FAILURE);
    allow(PROT_READ);
}

static void on_step(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    allow(PROT_NONE);
    step_once(context, false);
}

static void hide_toggle(const tern_product *product, size_t toggle)
{
    const struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    const struct sigaction step = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 2 * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED || sigaction(SIGSEGV, &fault, NULL) != 0 || sigaction(SIGTRAP, &step, NULL) != 0)
        _exit(EXIT_FAILURE);
    pages = (toggle_pages){memory + page_bytes, page_bytes, (int32_t *)(void *)(memory + page_bytes) - toggle};
    memcpy(pages.toggle, product->toggle, sizeof product->toggle);
    allow(PROT_NONE);
}

static void call_without_toggle(bound *b, size_t toggle, const int8_t *x, int32_t *y, tern_team *team)
{
    const tern_call call = {.problem = &b->product.problem,
                            .packed = b->packed,
                            .x = x,
                            .y = y,
                            .scratch = b->scratch,
                            .plan = b->product.plan};

    hide_toggle(&b->product, toggle);
    b->product.problem.toggle = pages.toggle;
    tern_product_call(&b->product, &call, team);
}

/* Is a tern_child_fn. */
static void compare(void *argument, void *result)
{
    const question *q = argument;
    const tern_case *c = q->c[0];
    const tern_shape shape = c->shape;
    int8_t *w = room(shape.m * shape.k, ALIGN), *x = room(shape.n * shape.k, c->kernel->x_align);
    int32_t *y = room(shape.n * shape.m * sizeof *y, c->kernel->y_align);
    tern_team *team = NULL;
    static bound b[2];

    if (w == NULL || x == NULL || y == NULL || tern_team_new(&team, 1, NULL) != TERN_OK)
        return;
    tern_data_fill_w(&c->data, shape, w);
    tern_data_fill_x(&c->data, shape, x);
    if (!bind_and_pack(&b[0], q->c[0], w, team) || !bind_and_pack(&b[1], q->c[1], w, team) ||
        !looks_the_same(&b[0], &b[1]))
        return;
    for (size_t toggle = 0; toggle < TERN_MAX_TOGGLES; toggle++)
        for (int i = 0; i < 2 && b[0].product.toggle[toggle] != b[1].product.toggle[toggle]; i++)
            call_without_toggle(&b[i], toggle, x, y, team);
    *(bool *)result = true;
}

tern_status tern_same_work(const tern_case *a, const tern_case *b, const tern_child_options *options, bool *same,
                           tern_error *error)
{
    question q = {.c = {a, b}};
    tern_child_outcome outcome;

    *same = false;
    const tern_status status = tern_child_run(compare, &q, same, sizeof *same, options, &outcome, error);
    *same = *same && status == TERN_OK && outcome.end == TERN_CHILD_DONE;
    return status;
}
