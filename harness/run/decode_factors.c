#include "run/decode_factors.h"

#include "base/text.h"
#include "decode/ops/ops.h"
#include "plan/toggles.h"

#include <inttypes.h>

/* Beside the toggles of the loop. */
enum { THREADS = TERN_LOOP_TOGGLES, KERNEL };

/* In the order of the table. */
static const int all[TERN_DECODE_FACTORS] = {
    TERN_LOOP_SIMD,       THREADS, TERN_LOOP_KV_CACHE, TERN_LOOP_KV_BITS, TERN_LOOP_FUSED, TERN_LOOP_HEAD_BITS,
    TERN_LOOP_HUGE_PAGES, KERNEL,
};

/* NULL when the factor is a part of it. */
static const char *why_left_out(const tern_decode_factors *f, int what)
{
    if (what == KERNEL)
        return f->not_plain;
    if (what == THREADS)
        return f->job.threads == 1 ? "there is one" : NULL;
    return f->job.toggle[what] == tern_loop_plain[what] ? "off in this run" : NULL;
}

static const char *name_of(int what)
{
    return what == THREADS ? "threads" : what == KERNEL ? "kernel" : tern_loop_toggles[what].name;
}

void tern_decode_factors_find(tern_decode_factors *f, tern_ablated *ablated)
{
    for (int i = 0; i < TERN_DECODE_FACTORS; i++) {
        const char *why = why_left_out(f, all[i]);
        if (why != NULL) {
            tern_ablated_leave(ablated, name_of(all[i]), why);
            continue;
        }
        f->what[ablated->factors] = all[i];
        tern_ablated_add_factor(ablated, name_of(all[i]));
    }
}

tern_decode_job tern_decode_factors_job(const tern_decode_factors *f, const tern_ablated *ablated, tern_toggle_set on)
{
    tern_decode_job job = f->job;

    for (size_t i = 0; i < ablated->factors; i++) {
        if ((on >> i & 1) != 0)
            continue;
        if (f->what[i] == THREADS) {
            job.threads = 1;
            job.pin = f->one_cpu;
        } else if (f->what[i] == KERNEL) {
            job.kernel = f->plain;
        } else {
            job.toggle[f->what[i]] = tern_loop_plain[f->what[i]];
        }
    }
    return job;
}

char *tern_decode_factors_text(const tern_decode_factors *f, const tern_ablated *ablated, tern_toggle_set on,
                               char text[256])
{
    const tern_decode_job job = tern_decode_factors_job(f, ablated, on);

    tern_toggles_text(tern_loop_toggles, job.toggle, text, 256);
    tern_text_append(text, 256, "%skernel=%s,threads=%" PRIu32, text[0] == '\0' ? "" : ",", job.kernel.kernel->name,
                     job.threads);
    return text;
}

/* Portable code is what the best instruction set is where the processor, or the cap, has no more. */
bool tern_decode_factors_never_taken(const tern_decode_factors *f, size_t i)
{
    return f->what[i] == TERN_LOOP_SIMD && tern_ops_for(f->job.isa) == tern_ops_for(0);
}
