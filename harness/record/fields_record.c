#include "record/field_rows.h"
#include "record/record.h"

#include <stdint.h>

_Static_assert(sizeof(size_t) == sizeof(uint64_t), "sizes are read and written as 64-bit numbers");

static const tern_field difference_fields[] = {
    FIELD(tern_difference, m, TERN_U64),
    FIELD(tern_difference, n, TERN_U64),
    FIELD(tern_difference, expected, TERN_I32),
    FIELD(tern_difference, got, TERN_I32),
    END,
};

const tern_field tern_finding_fields[] = {
    NAMED(tern_finding, verdict, tern_verdict_names),
    FIELD(tern_finding, reason, TERN_TEXT),
    FIELD(tern_finding, hint, TERN_TEXT),
    FIELD(tern_finding, values, TERN_U64),
    FIELD(tern_finding, mismatches, TERN_U64),
    FIELD(tern_finding, max_abs, TERN_U64),
    FIELD(tern_finding, relative_l2, TERN_REAL),
    ROOM_OF_STRUCTS("differences", tern_finding, difference, difference_fields, differences),
    END,
};

static const tern_field disturbance_fields[] = {
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

static const tern_field counter_fields[] = {
    FIELD(tern_counter, name, TERN_TEXT),    FIELD(tern_counter, source, TERN_TEXT),
    FIELD(tern_counter, reason, TERN_TEXT),  FIELD(tern_counter, per_call, TERN_REAL),
    FIELD(tern_counter, running, TERN_REAL), END,
};

static const tern_field fact_fields[] = {
    FIELD(tern_record_fact, name, TERN_TEXT),
    FIELD(tern_record_fact, unit, TERN_TEXT),
    FIELD(tern_record_fact, value, TERN_REAL),
    END,
};

static const tern_field instructions_fields[] = {
    FIELD(tern_instructions, per_mac, TERN_REAL),
    FIELD(tern_instructions, counted_on, TERN_TEXT),
    FIELD(tern_instructions, reason, TERN_TEXT),
    END,
};

const tern_field tern_timing_fields[] = {
    FIELD(tern_timing, median_ns, TERN_REAL),
    FIELD(tern_timing, low_ns, TERN_REAL),
    FIELD(tern_timing, high_ns, TERN_REAL),
    FIELD(tern_timing, min_ns, TERN_REAL),
    FIELD(tern_timing, samples, TERN_U32),
    FIELD(tern_timing, calls_per_sample, TERN_U64),
    NAMED(tern_timing, stop, tern_stop_names),
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
    FIELD(tern_timing, clock_ghz, TERN_REAL),
    FIELD(tern_timing, roof_ipc, TERN_REAL),
    STRUCT(tern_timing, instructions, instructions_fields),
    FIELD(tern_timing, rounds, TERN_U32),
    FIELD(tern_timing, roof_paired, TERN_TEXT),
    FIELD(tern_timing, roof_paired_median, TERN_REAL),
    FIELD(tern_timing, roof_paired_low, TERN_REAL),
    FIELD(tern_timing, roof_paired_high, TERN_REAL),
    FIELD(tern_timing, ratio_median, TERN_REAL),
    FIELD(tern_timing, ratio_low, TERN_REAL),
    FIELD(tern_timing, ratio_high, TERN_REAL),
    FIELD(tern_timing, threads, TERN_U32),
    OWNED(tern_timing, cpu, TERN_I32, threads),
    OWNED(tern_timing, busy_ns, TERN_REAL, threads),
    FIELD(tern_timing, prepare_ns, TERN_REAL),
    FIELD(tern_timing, run_ns, TERN_REAL),
    FIELD(tern_timing, fork_join_ns, TERN_REAL),
    OWNED(tern_timing, sample_ns, TERN_REAL, samples),
    OWNED(tern_timing, roof_sample, TERN_REAL, rounds),
    STRUCT(tern_timing, disturbance, disturbance_fields),
    OWNED_STRUCTS("counters", tern_timing, counter, counter_fields, counters),
    END,
};

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
    STRUCT(tern_record, finding, tern_finding_fields),
    OWNED_STRUCTS("facts", tern_record, fact, fact_fields, facts),
    STRUCT_IF(tern_record, timing, tern_timing_fields, timed),
    END,
};
