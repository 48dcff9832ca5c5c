/*
 * Machines that are not at hand: descriptions that hwloc writes and reads back. 384 CPUs on 8 memory nodes, of which
 * one has no memory, three CPUs that are offline, and cores of two kinds.
 */
#include "base/text.h"
#include "machine/allowed.h"
#include "machine/machine_class.h"
#include "machine/noise.h"
#include "machine/pin.h"
#include "machine/topology_read.h"
#include "machine/warnings.h"
#include "skip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef HAVE_HWLOC

#include <hwloc.h>
#include <hwloc/cpukinds.h>

enum { CPUS = 384, NODES = 8, CPUS_OF_NODE = CPUS / NODES, OFFLINE = 3, EMPTY_NODE = 3, FIRST_SLOW = 336 };

static const char offline[] = "5,100-101"; /* a second thread of a core, and a whole core */
static char path[] = "/tmp/test_topology_hwloc.XXXXXX";

static void add_kind(hwloc_topology_t machine, unsigned first, int last, int efficiency, char *name)
{
    struct hwloc_info_s info = {.name = (char[]){"CoreType"}, .value = name};
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();

    assert_int_equal(hwloc_bitmap_set_range(cpus, first, last), 0);
    assert_int_equal(hwloc_cpukinds_register(machine, cpus, efficiency, 1, &info, 0), 0);
    hwloc_bitmap_free(cpus);
}

static int write_description(void **state)
{
    hwloc_topology_t machine;
    hwloc_bitmap_t online = hwloc_bitmap_alloc(), gone = hwloc_bitmap_alloc();
    const int file = mkstemp(path);

    (void)state;
    assert_true(file >= 0);
    close(file);
    assert_int_equal(hwloc_topology_init(&machine), 0);
    assert_int_equal(hwloc_topology_set_synthetic(machine, "pack:2 numa:4 l3:1(size=33554432) core:24 pu:2"), 0);
    assert_int_equal(hwloc_topology_load(machine), 0);
    add_kind(machine, 0, FIRST_SLOW - 1, 1, (char[]){"IntelCore"});
    add_kind(machine, FIRST_SLOW, CPUS - 1, 0, (char[]){"IntelAtom"});
    hwloc_get_obj_by_type(machine, HWLOC_OBJ_NUMANODE, EMPTY_NODE)->attr->numanode.local_memory = 0;
    hwloc_bitmap_list_sscanf(gone, offline);
    hwloc_bitmap_andnot(online, hwloc_topology_get_topology_cpuset(machine), gone);
    assert_int_equal(hwloc_topology_restrict(machine, online, 0), 0);
    assert_int_equal(hwloc_topology_export_xml(machine, path, 0), 0);
    hwloc_bitmap_free(gone);
    hwloc_bitmap_free(online);
    hwloc_topology_destroy(machine);
    return setenv("HWLOC_XMLFILE", path, 1);
}

static int remove_description(void **state)
{
    (void)state;
    return unsetenv("HWLOC_XMLFILE") != 0 || unlink(path) != 0;
}

/* As that machine itself would read it: all of its CPUs are allowed. */
static void read_as_there(tern_topology *topology)
{
    assert_int_equal(tern_topology_read(topology, NULL), TERN_OK);
    topology->allowed = topology->cpus;
    for (uint32_t i = 0; i < topology->cpus; i++)
        topology->cpu[i].allowed = true;
}

static void a_large_machine_is_understood(void **state)
{
    tern_topology topology = {0};

    (void)state;
    assert_int_equal(tern_topology_read(&topology, NULL), TERN_OK);
    assert_string_equal(topology.source, "hwloc");
    assert_int_equal(topology.cpus, CPUS - OFFLINE);
    assert_null(tern_topology_find(&topology, 5));
    assert_null(tern_topology_find(&topology, 101));
    assert_int_equal(topology.sockets, 2);
    assert_int_equal(topology.cores, CPUS / 2 - 1);
    assert_int_equal(topology.threads_per_core, 2);
    assert_int_equal(topology.nodes, NODES);
    assert_int_equal(topology.empty_nodes, 1);
    const tern_cpu *last = tern_topology_find(&topology, CPUS - 1);
    assert_non_null(last);
    assert_int_equal(last->node, NODES - 1);
    assert_int_equal(last->sibling, 1);
    assert_int_equal(topology.kinds, 2);
    assert_string_equal(topology.kind[0].name, "IntelCore");
    assert_int_equal(topology.kind[0].cpus, FIRST_SLOW - OFFLINE);
    assert_string_equal(topology.kind[last->kind].name, "IntelAtom");
    tern_topology_free(&topology);
}

/* What this program may use is said by the system, whatever hwloc is told. */
static void another_machine_is_said_to_be_one(void **state)
{
    tern_topology topology = {0};
    tern_machine_class class = {0};
    tern_run run = {.cpus_online = CPUS};
    tern_noise noise;
    tern_warning warning[TERN_WARNINGS_MAX];
    char text[512];
    bool warned = false;

    (void)state;
    assert_int_equal(tern_topology_read(&topology, NULL), TERN_OK);
    assert_string_equal(topology.told_by, "HWLOC_XMLFILE");
    for (uint32_t i = 0; i < topology.cpus; i++)
        assert_int_equal(topology.cpu[i].allowed, tern_allowed_has(topology.cpu[i].id));
    tern_machine_class_read(&class, "/proc/cpuinfo", &topology);
    assert_non_null(strstr(tern_machine_class_text(&class, text, sizeof text), "told_by=HWLOC_XMLFILE"));
    tern_noise_read(&noise, &run, &topology, 1, 1, false);
    for (size_t i = tern_warning_list(&noise, warning); i-- > 0;)
        warned = warned || strstr(warning[i].text, "HWLOC_XMLFILE tells hwloc of another machine") != NULL;
    assert_true(warned);
    tern_topology_free(&topology);
}

static void pins_are_those_of_a_large_machine(void **state)
{
    tern_topology topology = {0};
    tern_places places;
    bool first_threads[CPUS] = {false};

    (void)state;
    read_as_there(&topology);
    assert_int_equal(tern_places_choose(&places, "compact", &topology, NULL), TERN_OK);
    assert_int_equal(places.cpus, CPUS - OFFLINE);
    for (uint32_t i = 0; i < topology.cores; i++) {
        const tern_cpu *cpu = tern_topology_find(&topology, places.cpu[i]);
        assert_false(first_threads[cpu->core]);
        first_threads[cpu->core] = true;
    }
    assert_int_equal(tern_places_pin(&places, 96).cpus, 96);
    assert_int_equal(tern_places_pin(&places, 1000).cpus, CPUS - OFFLINE);
    tern_places_free(&places);

    /* The fastest kind has all nodes but the last. */
    assert_int_equal(tern_places_choose(&places, "spread", &topology, NULL), TERN_OK);
    for (uint32_t i = 0; i < 2 * (NODES - 1); i++)
        assert_int_equal(tern_topology_find(&topology, places.cpu[i])->node, i % (NODES - 1));
    tern_places_free(&places);

    assert_int_equal(tern_places_choose(&places, "6-99,102-383", &topology, NULL), TERN_OK);
    assert_int_equal(places.cpus, 94 + 282);
    assert_int_equal(places.cpu[places.cpus - 1], CPUS - 1);
    tern_places_free(&places);
    tern_topology_free(&topology);
}

static void pins_take_one_kind_of_core(void **state)
{
    tern_topology topology = {0};
    tern_places places;
    tern_error error;

    (void)state;
    read_as_there(&topology);
    assert_int_equal(tern_places_choose(&places, "compact:intelatom", &topology, NULL), TERN_OK);
    assert_int_equal(places.cpus, CPUS - FIRST_SLOW);
    assert_int_equal(places.cpu[0], FIRST_SLOW);
    assert_int_equal(places.cpu[1], FIRST_SLOW + 2);
    tern_places_free(&places);
    assert_int_equal(tern_places_choose(&places, "compact:snail", &topology, &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "'snail'; this machine has IntelCore, IntelAtom"));
    tern_topology_free(&topology);
}

static void cpus_that_are_not_here_are_refused(void **state)
{
    tern_topology topology = {0};
    tern_places places;
    tern_error error;
    char there[16] = "";
    int32_t cpu = 0;

    (void)state;
    assert_int_equal(tern_topology_read(&topology, NULL), TERN_OK);
    assert_int_equal(tern_places_choose(&places, "5", &topology, &error), TERN_USAGE);
    assert_non_null(strstr(error.text, "no CPU 5 on the machine that HWLOC_XMLFILE tells hwloc of"));
    tern_places_free(&places);
    while (cpu < CPUS && (tern_topology_find(&topology, cpu) == NULL || tern_allowed_has(cpu)))
        cpu++;
    if (cpu == CPUS)
        skip_because("this machine has all the CPUs that the description has");
    tern_text_append(there, sizeof there, "%d", cpu);
    assert_int_equal(tern_places_choose(&places, there, &topology, &error), TERN_ENVIRONMENT);
    assert_non_null(strstr(error.text, "is on the machine that HWLOC_XMLFILE tells hwloc of"));
    tern_places_free(&places);
    tern_topology_free(&topology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_machine_is_understood),      cmocka_unit_test(another_machine_is_said_to_be_one),
        cmocka_unit_test(pins_are_those_of_a_large_machine),  cmocka_unit_test(pins_take_one_kind_of_core),
        cmocka_unit_test(cpus_that_are_not_here_are_refused),
    };

    return cmocka_run_group_tests(tests, write_description, remove_description);
}

#else

static void topologies_come_from_hwloc(void **state)
{
    (void)state;
    skip_because("built without hwloc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(topologies_come_from_hwloc)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
