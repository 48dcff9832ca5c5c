/*
 * machine_class.h - what may be compared over time: machines on which the same code is expected to take the same time.
 *
 * Part of it is what changes a figure: the processor by its numbers, its caches, the CPUs that were given, what
 * instructions there are, whether it is virtual, the compiler. Not part of it are the processor's name, which two
 * generations of a virtual machine share, nor what changes from one day to the next: host, kernel release, microcode,
 * clock, memory. Those stand in the record beside it.
 */
#ifndef TERN_MACHINE_CLASS_H
#define TERN_MACHINE_CLASS_H

#include "machine/topology.h"

enum { TERN_CLASS_BYTES = 384, TERN_CLASS_HASH_BYTES = 17 };

/* Text that could not be found out is empty, a number 0. */
typedef struct tern_machine_class {
    char vendor[32];                          /* on ARM the implementer */
    char family[16], model[16], stepping[16]; /* on ARM architecture, part, and variant with revision */
    uint64_t l1d_bytes, l2_bytes, l3_bytes;   /* of one */
    uint32_t cpus;                            /* that the program was given */
    uint32_t threads_per_core;
    char isa[128]; /* levels, as tern_isa_text() lists them */
    bool is_virtual;
    const char *told_by;                 /* as in tern_topology: it is no class of this machine then */
    char architecture[32], compiler[64]; /* the compiler with the first number of its version */
} tern_machine_class;

/* Processor and caches. cpuinfo is a file in the form of /proc/cpuinfo; what it does not tell stays empty. */
void tern_machine_class_read(tern_machine_class *class, const char *cpuinfo, const tern_topology *topology);

/* What is hashed: "vendor=GenuineIntel; family=6; ...", one for each row above. Returns text. */
char *tern_machine_class_text(const tern_machine_class *class, char *text, size_t bytes);

/* Of that text: 16 hexadecimal digits. Returns hash. */
char *tern_machine_class_hash(const char *text, char hash[TERN_CLASS_HASH_BYTES]);

#endif
