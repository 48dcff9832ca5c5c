/*
 * Each state of a machine that spoils figures is told by its own sentence, and a quiet machine gives none.
 */
#include "machine/warnings.h"

#include "base/text.h"
#include "machine/topology_read.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A machine of 8 CPUs that nothing disturbs. */
static tern_run quiet_run;
static tern_noise quiet;

static int make_quiet(void **state)
{
    (void)state;
    memset(&quiet_run, 0, sizeof quiet_run);
    tern_text_copy(quiet_run.build_type, sizeof quiet_run.build_type, "Release");
    tern_text_copy(quiet_run.governor, sizeof quiet_run.governor, "performance");
    tern_text_copy(quiet_run.huge_pages, sizeof quiet_run.huge_pages, "madvise");
    tern_text_copy(quiet_run.openmp, sizeof quiet_run.openmp, "OMP_NUM_THREADS=4");
    quiet_run.cpus_online = 8;
    quiet_run.load = 0.3;
    quiet = (tern_noise){.run = &quiet_run,
                         .threads = 8,
                         .cpus = 8,
                         .nodes = 2,
                         .threads_per_core = 1,
                         .ring_wanted_bytes = 1 << 28,
                         .ring_bytes = 1 << 28,
                         .steal_share = 0.001,
                         .pressure_share = 0.01,
                         .others_running = 1.0,
                         .throttled_share = (double)NAN,
                         .clock_source = "tsc"};
    return 0;
}

static void a_quiet_machine_gives_no_warning(void **state)
{
    tern_warning warning[TERN_WARNINGS_MAX];

    (void)state;
    assert_int_equal(tern_warning_list(&quiet, warning), 0);
}

/* Exactly that one, and it says so. */
static void only(const char *name, tern_severity severity, const char *says)
{
    tern_warning warning[TERN_WARNINGS_MAX];

    assert_int_equal(tern_warning_list(&quiet, warning), 1);
    assert_string_equal(warning[0].name, name);
    assert_int_equal(warning[0].severity, severity);
    assert_non_null(strstr(warning[0].text, says));
    assert_true(strlen(warning[0].text) < sizeof warning[0].text - 1);
    make_quiet(NULL);
}

static void a_load_of_what_has_ended_gives_none(void **state)
{
    tern_warning warning[TERN_WARNINGS_MAX];

    (void)state;
    quiet_run.load = 4.5;
    quiet.others_running = 0.0;
    assert_int_equal(tern_warning_list(&quiet, warning), 0);
    make_quiet(NULL);
}

static void each_state_has_its_sentence(void **state)
{
    (void)state;
    tern_text_copy(quiet_run.build_type, sizeof quiet_run.build_type, "Debug");
    only("build", TERN_REFUSAL, "Debug build");
    tern_text_copy(quiet_run.flags, sizeof quiet_run.flags, "-O1 -fsanitize=thread");
    only("build", TERN_REFUSAL, "release preset");
    quiet.threads = 9;
    only("threads", TERN_REFUSAL, "9 threads share 8 CPUs");
    quiet_run.cpu_quota = 7.5;
    only("quota", TERN_REFUSAL, "7.50 CPUs' worth of time for 8 threads");
    quiet.throttled_share = 0.25;
    only("throttling", TERN_REFUSAL, "25.0 %");
    quiet.steal_share = 0.06;
    only("steal", TERN_REFUSAL, "6.0 %");
    quiet.pressure_share = 0.5;
    only("pressure", TERN_REFUSAL, "50 %");
    tern_text_copy(quiet_run.governor, sizeof quiet_run.governor, "schedutil");
    only("governor", TERN_REFUSAL, "'schedutil'");
    tern_text_copy(quiet_run.openmp, sizeof quiet_run.openmp, "OMP_PROC_BIND=true OMP_PLACES=cores");
    only("openmp", TERN_REFUSAL, "OMP_PROC_BIND, OMP_PLACES change");
    quiet.ring_bytes = 1 << 27;
    only("ring", TERN_REFUSAL, "128 of the 256 MiB");
    quiet_run.load = 4.5;
    only("load", TERN_WARNING, "4.50 on 8 CPUs");
    quiet_run.load = 4.5;
    quiet.others_running = (double)NAN;
    only("load", TERN_WARNING, "4.50 on 8 CPUs");
    quiet.numa_balancing = true;
    only("numa", TERN_WARNING, "numa_balancing=0");
    tern_text_copy(quiet_run.huge_pages, sizeof quiet_run.huge_pages, "never");
    only("huge_pages", TERN_WARNING, "huge pages are off");
    tern_text_copy(quiet.clock_source, sizeof quiet.clock_source, "hpet");
    only("clock", TERN_WARNING, "'hpet'");
    tern_text_copy(quiet_run.hypervisor, sizeof quiet_run.hypervisor, "KVM");
    only("virtual", TERN_NOTE, "(KVM)");
    quiet.turbo = true;
    only("turbo", TERN_NOTE, "turbo is on");
    quiet.threads_per_core = 2;
    only("smt", TERN_NOTE, "cores have 2 threads");
    quiet_run.aslr = true;
    only("aslr", TERN_NOTE, "setarch -R");
}

static void what_is_not_known_is_not_complained_of(void **state)
{
    tern_warning warning[TERN_WARNINGS_MAX];

    (void)state;
    quiet.steal_share = quiet.pressure_share = (double)NAN;
    quiet_run.governor[0] = quiet_run.huge_pages[0] = quiet.clock_source[0] = '\0';
    quiet.ring_bytes = quiet.ring_wanted_bytes = 0;
    assert_int_equal(tern_warning_list(&quiet, warning), 0);
    make_quiet(NULL);
}

static void this_machine_is_read(void **state)
{
    tern_topology topology = {0};
    tern_noise noise;

    (void)state;
    assert_int_equal(tern_topology_read(&topology, NULL), TERN_OK);
    tern_noise_read(&noise, &quiet_run, &topology, 3, 2, true);
    assert_ptr_equal(noise.run, &quiet_run);
    assert_int_equal(noise.threads, 3);
    assert_int_equal(noise.cpus, 2);
    assert_int_equal(noise.nodes, topology.nodes);
    assert_true(noise.ring_bytes > 0 && noise.ring_bytes <= noise.ring_wanted_bytes);
    assert_true(isnan(noise.steal_share) || (noise.steal_share >= 0.0 && noise.steal_share <= 1.0));
    assert_true(isnan(noise.pressure_share) || (noise.pressure_share >= 0.0 && noise.pressure_share <= 1.0));
    assert_null(strchr(noise.clock_source, '\n'));
    tern_topology_free(&topology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_machine_gives_no_warning),
        cmocka_unit_test(a_load_of_what_has_ended_gives_none),
        cmocka_unit_test(each_state_has_its_sentence),
        cmocka_unit_test(what_is_not_known_is_not_complained_of),
        cmocka_unit_test(this_machine_is_read),
    };

    return cmocka_run_group_tests(tests, make_quiet, NULL);
}
