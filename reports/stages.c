/*
 * Where the time of a call goes, group by group: the prepare stage (tables, sums), the run stage, fork and join; how
 * fast W was packed, in bytes of int8; and the facts that a kernel tells of its packed weights. With
 * suites/micro.suite each group is one micro-benchmark.
 */
#include "report.h"

#include <string.h>

static bool same_group(const tern_record *a, const tern_record *b)
{
    return a->run == b->run && strcmp(a->suite, b->suite) == 0 && strcmp(a->group, b->group) == 0;
}

static bool is_first(const tern_results *results, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (results->cases.item[i].timed && same_group(&results->cases.item[i], &results->cases.item[index]))
            return false;
    return results->cases.item[index].timed;
}

static void put_time(FILE *stream, double ns)
{
    char text[16];

    fprintf(stream, "  %9s", tern_report_time(ns, text, sizeof text));
}

static void put_line(FILE *stream, const tern_record *r)
{
    put_time(stream, r->timing.median_ns);
    put_time(stream, r->timing.prepare_ns);
    put_time(stream, r->timing.run_ns);
    put_time(stream, r->timing.fork_join_ns);
    fprintf(stream, "  %8.2f  %8.2f  %9.2f  %s\n", tern_record_gmacs(r), tern_record_gbps(r), tern_record_pack_gbps(r),
            r->id);
    for (uint32_t i = 0; i < r->facts; i++)
        fprintf(stream, "%s%s %.4g%s%s%s", i == 0 ? "      " : ", ", r->fact[i].name, r->fact[i].value,
                r->fact[i].unit[0] ? " " : "", r->fact[i].unit, i + 1 == r->facts ? "\n" : "");
}

void tern_report_stages(FILE *stream, const tern_results *results)
{
    for (size_t i = 0; i < results->cases.count; i++) {
        if (!is_first(results, i))
            continue;
        fprintf(stream, "\n[%s]\n  %9s  %9s  %9s  %9s  %8s  %8s  %9s  case\n", results->cases.item[i].group, "call",
                "prepare", "run", "fork-join", "GMAC/s", "GB/s", "pack GB/s");
        for (size_t j = i; j < results->cases.count; j++)
            if (results->cases.item[j].timed && same_group(&results->cases.item[i], &results->cases.item[j]))
                put_line(stream, &results->cases.item[j]);
    }
}
