/*
 * Uses instructions that it does not declare, and right ones that only look as if they did. On the machine of its
 * author each of them is exact; on another one it ends by SIGILL, or "scalar" in a table of results was AVX2.
 */
#include "mutant.h"

#if defined(__x86_64__)

#include <omp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DECLARES(symbol, its_name, its_summary, its_isa, prepare_function, run_function, ...)                          \
    MUTANT_BIND(symbol, prepare_function, run_function)                                                                \
    const tern_kernel mutant_##symbol = {MUTANT_FRAME(1, 4),                                                           \
                                         .name = its_name,                                                             \
                                         .summary = its_summary,                                                       \
                                         .packed_bytes = mutant_packed_bytes,                                          \
                                         .isa = its_isa,                                                               \
                                         .bind = bind_##symbol,                                                        \
                                         __VA_ARGS__}

/* A run() that executes some instructions and computes. */
#define EXECUTES(symbol, its_name, its_summary, its_isa, instructions)                                                 \
    static void run_##symbol(const tern_call *call, tern_slice rows)                                                   \
    {                                                                                                                  \
        char memory[64] = {0};                                                                                         \
        __asm__ volatile(instructions : "+m"(memory) : : "rax", "rcx", "xmm0", "cc");                                  \
        mutant_run(call, rows);                                                                                        \
    }                                                                                                                  \
    DECLARES(symbol, its_name, its_summary, its_isa, NULL, run_##symbol, .pack = mutant_pack)

#define ALL_AVX512                                                                                                     \
    (TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI | TERN_ISA_AVX512VBMI | TERN_ISA_AVXVNNI | TERN_ISA_GFNI)

EXECUTES(undeclared_avx2, "undeclared-avx2", "uses AVX2 and says that it is portable", 0,
         "vpaddb %%ymm0, %%ymm0, %%ymm0; vzeroupper");
EXECUTES(undeclared_bmi2, "undeclared-bmi2", "uses PEXT and says that it is portable", 0, "pext %%rcx, %%rcx, %%rax");
EXECUTES(undeclared_fma, "undeclared-fma", "uses FMA and says that it is portable", 0,
         "vfmadd231ps %%xmm0, %%xmm0, %%xmm0");
EXECUTES(undeclared_popcnt, "undeclared-popcnt", "uses POPCNT and says that it is portable", 0, "popcnt %%rcx, %%rax");
EXECUTES(undeclared_avxvnni, "undeclared-avxvnni", "uses AVX-VNNI and says AVX2", TERN_ISA_AVX2,
         "%{vex%} vpdpbusd %%xmm0, %%xmm0, %%xmm0");
EXECUTES(undeclared_avx512, "undeclared-avx512", "uses AVX-512 and says AVX2", TERN_ISA_AVX2,
         "vpxord %%zmm0, %%zmm0, %%zmm0; vzeroupper");
EXECUTES(undeclared_masks, "undeclared-masks", "moves to a mask and says AVX2", TERN_ISA_AVX2, "kmovw %%eax, %%k1");
EXECUTES(undeclared_vnni, "undeclared-vnni", "uses VPDPBUSD and says AVX-512", TERN_ISA_AVX2 | TERN_ISA_AVX512,
         "vpdpbusd %%zmm0, %%zmm0, %%zmm0; vzeroupper");
EXECUTES(undeclared_vbmi, "undeclared-vbmi", "uses VPERMB and says VNNI",
         TERN_ISA_AVX2 | TERN_ISA_AVX512 | TERN_ISA_AVX512VNNI, "vpermb %%zmm0, %%zmm0, %%zmm0; vzeroupper");
EXECUTES(undeclared_gfni, "undeclared-gfni", "uses GFNI and says AVX2", TERN_ISA_AVX2,
         "vgf2p8affineqb $1, %%ymm0, %%ymm0, %%ymm0; vzeroupper");
EXECUTES(undeclared_amx, "undeclared-amx", "uses AMX and says AVX-512", ALL_AVX512, "sttilecfg %0");

/* The same instruction where it is harder to come by. */
static void use_bmi2(void)
{
    __asm__ volatile("pext %%rcx, %%rcx, %%rax" : : : "rax");
}

static void prepare_bmi2(const tern_call *call, tern_slice tokens)
{
    (void)call;
    (void)tokens;
    use_bmi2();
}
DECLARES(undeclared_prepare, "undeclared-in-prepare", "uses BMI2 in prepare()", 0, prepare_bmi2, mutant_run,
         .pack = mutant_pack);

static size_t pack_bmi2(const tern_problem *problem, const int8_t *w, void *packed)
{
    use_bmi2();
    return mutant_pack(problem, w, packed);
}
DECLARES(undeclared_pack, "undeclared-in-pack", "uses BMI2 in pack()", 0, NULL, mutant_run, .pack = pack_bmi2);

static void run_tokens(const tern_call *call, tern_slice rows)
{
    if (call->problem->shape.n > 16)
        use_bmi2();
    mutant_run(call, rows);
}
DECLARES(undeclared_tokens, "undeclared-for-17-tokens", "uses BMI2 for more than 16 tokens", 0, NULL, run_tokens,
         .pack = mutant_pack);

static const tern_toggle toggles[] = {{"bits", "takes bits by PEXT", NULL, 0, 0, 1}, {0}};

static void run_toggle(const tern_call *call, tern_slice rows)
{
    if (call->problem->toggle[0] != 0)
        use_bmi2();
    mutant_run(call, rows);
}
DECLARES(undeclared_toggle, "undeclared-by-toggle", "uses BMI2 when a toggle is on", 0, NULL, run_toggle,
         .pack = mutant_pack, .toggles = toggles);

/* What the processor has is asked at run time, as libraries do. Here the kernel is what has to say it. */
static void use_nothing(void)
{
}

static void run_choice(const tern_call *call, tern_slice rows)
{
    static void (*const choices[])(void) = {use_nothing, use_bmi2};

    choices[__builtin_cpu_supports("bmi2") != 0]();
    mutant_run(call, rows);
}
DECLARES(undeclared_choice, "undeclared-by-choice", "uses BMI2 where the processor has it", 0, NULL, run_choice,
         .pack = mutant_pack);

static void *in_thread(void *argument)
{
    use_bmi2();
    return argument;
}

static void run_thread(const tern_call *call, tern_slice rows)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, in_thread, NULL) != 0)
        abort();
    pthread_join(thread, NULL);
    mutant_run(call, rows);
}
DECLARES(undeclared_thread, "undeclared-in-thread", "uses BMI2 in a thread of its own", 0, NULL, run_thread,
         .pack = mutant_pack);

static void run_team(const tern_call *call, tern_slice rows)
{
    const size_t m = rows.end, threads = call->problem->threads;

#pragma omp parallel num_threads((int)threads)
    {
        const size_t thread = (size_t)omp_get_thread_num();
        use_bmi2();
        mutant_run(call, (tern_slice){m * thread / threads, m * (thread + 1) / threads, (uint32_t)thread});
    }
}
DECLARES(undeclared_team, "undeclared-in-own-team", "uses BMI2 in its own team", 0, NULL, run_team, .pack = mutant_pack,
         .flags = TERN_KERNEL_OWNS_TEAM);

static void run_blocks(const tern_call *call, tern_slice rows)
{
    sigset_t all, found;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &found);
    use_bmi2();
    mutant_run(call, rows);
    pthread_sigmask(SIG_SETMASK, &found, NULL);
}
DECLARES(undeclared_blocks, "undeclared-blocks-signals", "uses BMI2 while it blocks all signals", 0, NULL, run_blocks,
         .pack = mutant_pack);

/* Right ones. */
EXECUTES(right_vex, "right-vex-coded-sse", "right: AVX2 in all its codings, with BMI and FMA", TERN_ISA_AVX2,
         "vpaddb %%xmm0, %%xmm0, %%xmm0; vfmadd231ps %%xmm0, %%xmm0, %%xmm0; vzeroupper;"
         "pext %%rcx, %%rcx, %%rax; andn %%rax, %%rcx, %%rcx; popcnt %%rcx, %%rax; crc32q %%rcx, %%rax");
EXECUTES(right_implied, "right-declares-the-highest", "right: declares VNNI, which no processor has without AVX-512",
         TERN_ISA_AVX512VNNI,
         "vpaddb %%ymm0, %%ymm0, %%ymm0; kmovw %%eax, %%k1; pext %%rcx, %%rcx, %%rax;"
         "vpdpbusd %%zmm0, %%zmm0, %%zmm0; vzeroupper");
EXECUTES(right_tzcnt, "right-tzcnt", "right: rep bsf, which old processors take for bsf", 0,
         "mov $64, %%rcx; rep; bsf %%rcx, %%rax");
EXECUTES(undeclared_lzcnt, "undeclared-lzcnt", "uses LZCNT, which older processors take for BSR, with another result",
         0, "mov $64, %%rcx; rep; bsr %%rcx, %%rax");

/* The bytes of AVX, AVX-512 and AMX, as constants. */
EXECUTES(right_constants, "right-constants-like-code", "right: constants that would be instructions elsewhere", 0,
         "movabs $0xC5C0FEC5C0FEC5C5, %%rax; mov $0x4862F162, %%ecx; jmp 1f;"
         ".byte 0xC4, 0xE2, 0x78, 0x49, 0xC0, 0x62, 0xF1, 0x7D; 1: movabs $0xC5C5C5C5C5C5C5C5, %%rcx");

/* The C library takes what the processor has. */
static void run_libc(const tern_call *call, tern_slice rows)
{
    static const char text[] = "a sentence that is longer than a register of any width, so that vectors pay for it";
    char from[4096], to[sizeof from];

    memset(from, call->x[0], sizeof from);
    memcpy(to, from, sizeof to);
    memmove(to + 1, to, sizeof to - 1);
    if (memcmp(from, to, sizeof from) != 0 || memchr(to, ~call->x[0], sizeof to) != NULL || strchr(text, '!') != NULL)
        abort();
    mutant_run(call, rows);
}
DECLARES(right_libc, "right-calls-libc", "right: calls the C library, which uses AVX2 where there is AVX2", 0, NULL,
         run_libc, .pack = mutant_pack);

/* A build may hold what this kernel never executes. */
static volatile bool never;

static void run_unused(const tern_call *call, tern_slice rows)
{
    if (never)
        use_bmi2();
    mutant_run(call, rows);
}
DECLARES(right_unused, "right-unused-code", "right: holds BMI2 and never executes it", 0, NULL, run_unused,
         .pack = mutant_pack);

#endif
