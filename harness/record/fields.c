#include "record/fields.h"

#include "record/field_rows.h"
#include "record/record.h"
#include "record/run.h"

_Static_assert(sizeof(size_t) == sizeof(uint64_t), "sizes are read and written as 64-bit numbers");

const tern_field tern_record_fields[] = {
    FIELD(tern_record, id, TERN_TEXT),
    FIELD(tern_record, suite, TERN_TEXT),
    FIELD(tern_record, group, TERN_TEXT),
    FIELD(tern_record, kernel, TERN_TEXT),
    FIELD(tern_record, pick_reason, TERN_TEXT),
    FIELD(tern_record, toggles, TERN_TEXT),
    FIELD_AS("m", tern_record, problem.m, TERN_U64),
    FIELD_AS("k", tern_record, problem.k, TERN_U64),
    FIELD_AS("n", tern_record, problem.n, TERN_U64),
    FIELD_AS("w", tern_record, problem.w, TERN_TEXT),
    FIELD_AS("x", tern_record, problem.x, TERN_TEXT),
    FIELD_AS("p0", tern_record, problem.p0, TERN_REAL),
    FIELD_AS("seed", tern_record, problem.seed, TERN_U64),
    FIELD_AS("sweep", tern_record, problem.sweep, TERN_TEXT),
    FIELD_AS("threads", tern_record, problem.threads, TERN_U32),
    FIELD_AS("cache", tern_record, problem.cache, TERN_TEXT),
    FIELD(tern_record, isa, TERN_TEXT),
    FIELD(tern_record, bits_per_weight, TERN_REAL),
    FIELD(tern_record, timed, TERN_BOOL),
    FIELD(tern_record, p0_measured, TERN_REAL),
    FIELD_AS("race", tern_record, paired, TERN_U64),
    END,
};

const tern_field tern_finding_fields[] = {
    FIELD(tern_finding, verdict, TERN_VERDICT),  FIELD(tern_finding, reason, TERN_TEXT),
    FIELD(tern_finding, hint, TERN_TEXT),        FIELD(tern_finding, values, TERN_U64),
    FIELD(tern_finding, mismatches, TERN_U64),   FIELD(tern_finding, max_abs, TERN_U64),
    FIELD(tern_finding, relative_l2, TERN_REAL), END,
};

const tern_field tern_difference_fields[] = {
    FIELD(tern_difference, m, TERN_U64),
    FIELD(tern_difference, n, TERN_U64),
    FIELD(tern_difference, expected, TERN_I32),
    FIELD(tern_difference, got, TERN_I32),
    END,
};

const tern_field tern_timing_fields[] = {
    FIELD(tern_timing, median_ns, TERN_REAL),
    FIELD(tern_timing, low_ns, TERN_REAL),
    FIELD(tern_timing, high_ns, TERN_REAL),
    FIELD(tern_timing, min_ns, TERN_REAL),
    FIELD(tern_timing, samples, TERN_U32),
    FIELD(tern_timing, calls_per_sample, TERN_U64),
    FIELD(tern_timing, stop, TERN_STOP),
    FIELD(tern_timing, overhead_share, TERN_REAL),
    FIELD(tern_timing, warmup_calls, TERN_U64),
    FIELD(tern_timing, calls, TERN_U64),
    FIELD(tern_timing, macs, TERN_U64),
    FIELD(tern_timing, packed_bytes, TERN_U64),
    FIELD(tern_timing, traffic_bytes, TERN_U64),
    FIELD(tern_timing, scratch_bytes, TERN_U64),
    FIELD(tern_timing, ring_bytes, TERN_U64),
    FIELD(tern_timing, ring_slots, TERN_U32),
    FIELD(tern_timing, reuse_bytes, TERN_U64),
    FIELD(tern_timing, pack_ns, TERN_REAL),
    FIELD(tern_timing, pack_threads, TERN_U32),
    FIELD(tern_timing, roof_read_gbps, TERN_REAL),
    FIELD(tern_timing, roof_gmacs, TERN_REAL),
    FIELD(tern_timing, roof_instruction, TERN_TEXT),
    FIELD(tern_timing, intensity, TERN_REAL),
    FIELD(tern_timing, roof_share, TERN_REAL),
    FIELD(tern_timing, not_cold, TERN_BOOL),
    FIELD(tern_timing, rounds, TERN_U32),
    FIELD(tern_timing, roof_paired, TERN_TEXT),
    FIELD(tern_timing, roof_paired_median, TERN_REAL),
    FIELD(tern_timing, roof_paired_low, TERN_REAL),
    FIELD(tern_timing, roof_paired_high, TERN_REAL),
    FIELD(tern_timing, ratio_median, TERN_REAL),
    FIELD(tern_timing, ratio_low, TERN_REAL),
    FIELD(tern_timing, ratio_high, TERN_REAL),
    FIELD(tern_timing, threads, TERN_U32),
    ARRAY(tern_timing, cpu, TERN_I32S, threads),
    ARRAY(tern_timing, busy_ns, TERN_REALS, threads),
    FIELD(tern_timing, prepare_ns, TERN_REAL),
    FIELD(tern_timing, run_ns, TERN_REAL),
    FIELD(tern_timing, fork_join_ns, TERN_REAL),
    ARRAY(tern_timing, sample_ns, TERN_REALS, samples),
    ARRAY(tern_timing, roof_sample, TERN_REALS, rounds),
    END,
};

const tern_field tern_disturbance_fields[] = {
    FIELD_AS("canary_drift", tern_disturbance, clock_drift, TERN_REAL),
    FIELD(tern_disturbance, marked, TERN_U32),
    FIELD(tern_disturbance, repeated, TERN_U32),
    FIELD(tern_disturbance, steal_share, TERN_REAL),
    FIELD(tern_disturbance, run_delay_ns, TERN_REAL),
    FIELD(tern_disturbance, involuntary_switches, TERN_U64),
    FIELD(tern_disturbance, major_faults, TERN_U64),
    FIELD(tern_disturbance, minor_faults, TERN_U64),
    END,
};

const tern_field tern_counter_fields[] = {
    FIELD(tern_counter, name, TERN_TEXT),    FIELD(tern_counter, source, TERN_TEXT),
    FIELD(tern_counter, reason, TERN_TEXT),  FIELD(tern_counter, per_call, TERN_REAL),
    FIELD(tern_counter, running, TERN_REAL), END,
};

const tern_field tern_fact_fields[] = {
    FIELD(tern_record_fact, name, TERN_TEXT),
    FIELD(tern_record_fact, unit, TERN_TEXT),
    FIELD(tern_record_fact, value, TERN_REAL),
    END,
};

const tern_field tern_run_fields[] = {
    FIELD(tern_run, time, TERN_TEXT),
    FIELD(tern_run, host, TERN_TEXT),
    FIELD(tern_run, command, TERN_TEXT),
    FIELD(tern_run, version, TERN_TEXT),
    FIELD(tern_run, commit, TERN_TEXT),
    FIELD(tern_run, dirty, TERN_BOOL),
    FIELD(tern_run, build_type, TERN_TEXT),
    FIELD(tern_run, compiler, TERN_TEXT),
    FIELD(tern_run, flags, TERN_TEXT),
    FIELD(tern_run, cpu, TERN_TEXT),
    FIELD(tern_run, os_kernel, TERN_TEXT),
    FIELD(tern_run, hypervisor, TERN_TEXT),
    FIELD(tern_run, isa, TERN_TEXT),
    FIELD(tern_run, isa_cap, TERN_TEXT),
    FIELD(tern_run, cpus_online, TERN_U32),
    FIELD(tern_run, cpus_allowed, TERN_U32),
    FIELD(tern_run, cpu_quota, TERN_REAL),
    FIELD(tern_run, memory_bytes, TERN_U64),
    FIELD(tern_run, llc_bytes, TERN_U64),
    FIELD(tern_run, governor, TERN_TEXT),
    FIELD(tern_run, huge_pages, TERN_TEXT),
    FIELD(tern_run, aslr, TERN_BOOL),
    FIELD(tern_run, load, TERN_REAL),
    FIELD(tern_run, openmp, TERN_TEXT),
    FIELD(tern_run, machine_class, TERN_TEXT),
    FIELD(tern_run, cases, TERN_U32),
    FIELD(tern_run, baseline, TERN_TEXT),
    FIELD(tern_run, repro, TERN_TEXT),
    FIELD(tern_run, left_out, TERN_TEXT),
    ARRAY(tern_run, warning, TERN_TEXTS, warnings),
    END,
};

const tern_field tern_end_fields[] = {
    FIELD(tern_run_end, complete, TERN_BOOL),
    FIELD(tern_run_end, reason, TERN_TEXT),
    FIELD(tern_run_end, done, TERN_U32),
    FIELD(tern_run_end, exact, TERN_U32),
    FIELD(tern_run_end, wrong, TERN_U32),
    FIELD(tern_run_end, skipped, TERN_U32),
    FIELD(tern_run_end, status, TERN_I32),
    FIELD(tern_run_end, seconds, TERN_REAL),
    END,
};

size_t tern_field_element_bytes(const tern_field *f)
{
    switch (f->kind) {
    case TERN_REALS:
        return sizeof(double);
    case TERN_I32S:
        return sizeof(int32_t);
    default:
        return sizeof(((tern_run *)0)->warning[0]);
    }
}
