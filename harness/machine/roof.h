/*
 * roof.h - the limits that the hardware sets, measured with the same threads and the same kind of pages as the cases:
 * memory read bandwidth and int8 multiply-adds a second. (Williams, Waterman, Patterson: Roofline, CACM 52(4), 2009.)
 */
#ifndef TERN_ROOF_H
#define TERN_ROOF_H

#include "base/child.h"
#include "machine/pin.h"
#include "machine/probe.h"

#include <stdint.h>

enum { TERN_PEAKS_MAX = 8 };

/* The best instruction of one level. */
typedef struct tern_peak {
    char level[16]; /* as --isa names it */
    char instruction[24];
    double gmacs; /* 1e9 products of an int8 and a trit, added up, a second, all threads together */
    const tern_probe *probe;
} tern_peak;

typedef struct tern_roof {
    uint32_t threads;
    double ghz;            /* clock rate while all threads are busy: mean over them */
    double ipc;            /* additions a cycle and thread, likewise: the most that instructions reach */
    uint64_t buffer_bytes; /* read from end to end, shared by the threads */
    double read_gbps;      /* the best of several passes, 1e9 bytes a second: the roof */
    double read_median_gbps;
    const tern_probe *reader;  /* the best one */
    uint32_t read_ahead_bytes; /* how far ahead the best reader prefetches; 0 = leaves it to the hardware */
    double latency_ns;         /* from one load of memory to the next that depends on it; thread 0 alone */
    uint32_t peaks;
    tern_peak peak[TERN_PEAKS_MAX];
    double gmacs; /* the best of them: the roof */
    char instruction[24];
} tern_roof;

/*
 * Measures, in a child process, with that many threads on the CPUs of pin and with instruction sets of isa (TERN_ISA_
 * bits) only, over a buffer that exceeds llc_bytes as the ring of a cold case does. Takes two seconds or so.
 * TERN_ENVIRONMENT when there is no memory, a thread cannot be bound, or the child was stopped.
 */
tern_status tern_roof_measure(tern_roof *roof, const tern_pin *pin, uint32_t threads, uint32_t isa, uint64_t llc_bytes,
                              const tern_child_options *child, tern_error *error);

/*
 * The most that any instruction of the machine reaches at this moment, with this team, in this process: 1e9
 * multiply-adds a second. Takes about 50 ms an instruction.
 */
double tern_roof_peak_now(tern_team *team);

/* The highest peak up to the level that a kernel of these TERN_ISA_ bits is compiled for; NULL when there is none. */
const tern_peak *tern_roof_peak(const tern_roof *roof, uint32_t isa);

#endif
