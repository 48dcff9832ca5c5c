/*
 * Topology from a made-up /sys of two sockets, lists of CPUs, the orders of pinning, and threads that really are bound.
 */
#include "base/cpu_mask.h"
#include "base/text.h"
#include "machine/allowed.h"
#include "machine/cpulist.h"
#include "machine/pin.h"
#include "machine/topology.h"
#include "machine/topology_read.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/*
 * Two sockets, each a memory node, of two cores with two threads. Siblings are numbered as Intel's firmware does: 0
 * and 4.
 */
enum { CPUS = 8 };

static char root[] = "/tmp/ternbench-sys-XXXXXX";

/* Writes root/path, making the folders on the way. */
static void put(const char *path, const char *text)
{
    char whole[256] = "";

    tern_text_append(whole, sizeof whole, "%s/%s", root, path);
    for (char *slash = whole + strlen(root); (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        assert_true(mkdir(whole, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *stream = fopen(whole, "w");
    assert_non_null(stream);
    assert_true(fprintf(stream, "%s\n", text) > 0);
    assert_int_equal(fclose(stream), 0);
}

static void put_cpu(int cpu, const char *file, const char *format, int a, int b)
{
    char path[128] = "", text[64] = "";

    tern_text_append(path, sizeof path, "cpu/cpu%d/%s", cpu, file);
    if (strcmp(format, "pair") == 0)
        tern_text_append(text, sizeof text, "%d,%d", a, b);
    else
        tern_text_append(text, sizeof text, "%s", format);
    put(path, text);
}

static int make_tree(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(root));
    put("cpu/online", "0-7");
    put("node/online", "0-1");
    put("node/node0/cpulist", "0-1,4-5");
    put("node/node1/cpulist", "2-3,6-7");
    for (int cpu = 0; cpu < CPUS; cpu++) {
        const int core = cpu % 4;
        put_cpu(cpu, "topology/core_siblings_list", core < 2 ? "0-1,4-5" : "2-3,6-7", 0, 0);
        put_cpu(cpu, "topology/thread_siblings_list", "pair", core, core + 4);
        put_cpu(cpu, "cache/index0/level", "1", 0, 0);
        put_cpu(cpu, "cache/index0/type", "Data", 0, 0);
        put_cpu(cpu, "cache/index0/size", "32K", 0, 0);
        put_cpu(cpu, "cache/index0/coherency_line_size", "64", 0, 0);
        put_cpu(cpu, "cache/index0/shared_cpu_list", "pair", core, core + 4);
        put_cpu(cpu, "cache/index1/level", "3", 0, 0);
        put_cpu(cpu, "cache/index1/type", "Unified", 0, 0);
        put_cpu(cpu, "cache/index1/size", "8M", 0, 0);
        put_cpu(cpu, "cache/index1/shared_cpu_list", core < 2 ? "0-1,4-5" : "2-3,6-7", 0, 0);
    }
    return 0;
}

static int remove_tree(void **state)
{
    char command[64] = "";

    (void)state;
    tern_text_append(command, sizeof command, "rm -r %s", root);
    return system(command);
}

/* Reads the made-up tree, and allows every CPU whose bit is set. */
static void read_tree(tern_topology *topology, unsigned allowed)
{
    memset(topology, 0, sizeof *topology);
    assert_int_equal(tern_topology_read_sys(topology, root, NULL), TERN_OK);
    tern_topology_finish(topology);
    for (uint32_t i = 0; i < topology->cpus; i++)
        topology->cpu[i].allowed = allowed >> i & 1;
}

static void sys_tree_is_understood(void **state)
{
    tern_topology topology = {0};
    char name[8];

    (void)state;
    read_tree(&topology, 0xFF);
    assert_int_equal(topology.cpus, CPUS);
    assert_int_equal(topology.sockets, 2);
    assert_int_equal(topology.cores, 4);
    assert_int_equal(topology.nodes, 2);
    assert_int_equal(topology.threads_per_core, 2);
    assert_int_equal(topology.caches, 2);
    assert_string_equal(tern_cpu_cache_name(&topology.cache[0], name, sizeof name), "L1d");
    assert_int_equal(topology.cache[0].instances, 4);
    assert_int_equal(topology.cache[0].bytes, 32 << 10);
    assert_int_equal(topology.cache[0].line_bytes, 64);
    assert_int_equal(topology.cache[1].shared_by, 4);
    assert_int_equal(topology.cache[1].total_bytes, 16 << 20);
    const tern_cpu *six = tern_topology_find(&topology, 6);
    assert_non_null(six);
    assert_int_equal(six->socket, 1);
    assert_int_equal(six->core, 2);
    assert_int_equal(six->sibling, 1);
    assert_int_equal(six->node, 1);
    assert_null(tern_topology_find(&topology, 8));
    tern_topology_free(&topology);
}

static void a_missing_sys_is_told(void **state)
{
    tern_topology topology = {0};
    tern_error error = {""};

    (void)state;
    assert_int_equal(tern_topology_read_sys(&topology, "/nowhere", &error), TERN_ENVIRONMENT);
    assert_non_null(strstr(error.text, "/nowhere"));
}

/* Whichever reader the build has, this machine has CPUs, and the allowed ones are those of the mask. */
static void this_machine_is_consistent(void **state)
{
    tern_topology topology = {0};
    uint32_t allowed = 0;

    (void)state;
    assert_int_equal(tern_topology_read(&topology, NULL), TERN_OK);
    assert_true(topology.sockets >= 1 && topology.nodes >= 1);
    assert_true(topology.cores >= topology.sockets && topology.cpus >= topology.cores);
    for (uint32_t i = 0; i < topology.cpus; i++)
        allowed += tern_allowed_has(topology.cpu[i].id);
    assert_int_equal(allowed, topology.allowed);
    assert_int_equal(allowed, tern_allowed_count());
    tern_topology_free(&topology);
}

static void lists_of_cpus(void **state)
{
    static const char *const wrong[] = {
        "", "a", "1-", "3-1", "1,,2", "1-4:0", "0 1", "9999999", "0-999999,0-999999", "-1", "1\n2"};
    int32_t *cpu;
    size_t count;

    (void)state;
    assert_true(tern_cpulist_parse("4,0-2,10-14:2\n", &cpu, &count));
    assert_int_equal(count, 7);
    static const int32_t expected[] = {4, 0, 1, 2, 10, 12, 14};
    assert_memory_equal(cpu, expected, sizeof expected);
    free(cpu);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(tern_cpulist_parse(wrong[i], &cpu, &count));
}

static void orders_of_pinning(void **state)
{
    static const struct {
        const char *how;
        unsigned allowed;
        uint32_t threads, cpus;
        int32_t cpu[CPUS];
    } table[] = {
        {"compact", 0xFF, 2, 2, {0, 1}},
        {"compact", 0xFF, 8, 8, {0, 1, 2, 3, 4, 5, 6, 7}},
        {"spread", 0xFF, 8, 8, {0, 2, 1, 3, 4, 6, 5, 7}},
        {"spread", 0xFF, 3, 3, {0, 2, 1}},
        {"compact", 0xF0, 4, 4, {4, 5, 6, 7}},      /* no first siblings */
        {"compact", 0x33, 4, 4, {0, 1, 4, 5}},      /* one node */
        {"spread", 0xEE, 6, 6, {1, 2, 3, 5, 6, 7}}, /* the first core is not allowed */
        {"compact", 0x03, 4, 2, {0, 1}},            /* threads share */
        {"none", 0xFF, 4, 0, {0}},
        {"6,0-2", 0xFF, 4, 4, {6, 0, 1, 2}},
        {"6,0-2", 0xFF, 2, 2, {6, 0}},
        {"3", 0xFF, 4, 1, {3}},
    };
    tern_topology topology = {0};
    tern_places places;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        read_tree(&topology, table[i].allowed);
        assert_int_equal(tern_places_choose(&places, table[i].how, &topology, NULL), TERN_OK);
        const tern_pin pin = tern_places_pin(&places, table[i].threads);
        assert_int_equal(pin.cpus, table[i].cpus);
        assert_memory_equal(pin.cpu, table[i].cpu, pin.cpus * sizeof *pin.cpu);
        tern_places_free(&places);
        tern_topology_free(&topology);
    }
}

static void wrong_pins_are_refused(void **state)
{
    static const struct {
        const char *how;
        tern_status status;
        const char *says;
    } table[] = {
        {"scatter", TERN_USAGE, "'scatter' is neither"},
        {"0-", TERN_USAGE, "list"},
        {"9", TERN_USAGE, "no CPU 9"},
        {"0,5", TERN_ENVIRONMENT, "may not use CPU 5"},
        {"1,1", TERN_USAGE, "CPU 1 is listed twice"},
    };
    tern_topology topology = {0};
    tern_places places;
    tern_error error;

    (void)state;
    read_tree(&topology, 0x0F);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(tern_places_choose(&places, table[i].how, &topology, &error), table[i].status);
        tern_places_free(&places);
        assert_non_null(strstr(error.text, table[i].says));
    }
    tern_topology_free(&topology);
}

static void threads_run_where_they_are_bound(void **state)
{
    tern_topology topology = {0};
    enum { THREADS = 3 };
    tern_places places;
    tern_team *team;
    int32_t seen[THREADS];
    cpu_set_t *before = tern_cpu_mask_get();

    (void)state;
    assert_non_null(before);
    assert_int_equal(tern_topology_read(&topology, NULL), TERN_OK);
    assert_int_equal(tern_team_new(&team, THREADS, NULL), TERN_OK);
    assert_int_equal(tern_places_choose(&places, "compact", &topology, NULL), TERN_OK);
    tern_pin pin = tern_places_pin(&places, THREADS);
    assert_int_equal(tern_pin_team(&pin, team, seen, NULL), TERN_OK);
    for (uint32_t i = 0; i < THREADS; i++)
        assert_int_equal(seen[i], pin.cpu[i % pin.cpus]);
    assert_int_equal(tern_pin_openmp(&pin, THREADS, seen, NULL), TERN_OK);
    for (uint32_t i = 0; i < THREADS; i++)
        assert_int_equal(seen[i], pin.cpu[i % pin.cpus]);
    assert_int_equal(sched_getcpu(), pin.cpu[0]);

    pin.cpus = 0;
    assert_int_equal(tern_pin_team(&pin, team, seen, NULL), TERN_OK);
    assert_int_equal(seen[THREADS - 1], -1);
    tern_team_free(team);
    assert_int_equal(tern_cpu_mask_set(before), 0);
    free(before);
    tern_places_free(&places);
    tern_topology_free(&topology);
}

static void a_cpu_that_is_not_there_cannot_be_bound(void **state)
{
    static const int32_t nowhere[] = {100000};
    const tern_pin pin = {.cpus = 1, .cpu = nowhere};
    tern_team *team;
    tern_error error;

    (void)state;
    assert_int_equal(tern_team_new(&team, 1, NULL), TERN_OK);
    assert_int_equal(tern_pin_team(&pin, team, NULL, &error), TERN_ENVIRONMENT);
    assert_non_null(strstr(error.text, "cannot be bound to CPU"));
    tern_team_free(team);
}

/* Comes last: the other tests have cores that are alike, and nodes with memory. */
static void sys_tells_kinds_of_core_and_empty_nodes(void **state)
{
    tern_topology topology = {0};
    tern_places places;

    (void)state;
    for (int cpu = 0; cpu < CPUS; cpu++)
        put_cpu(cpu, "cpu_capacity", cpu % 4 == 0 ? "1024" : cpu % 4 == 1 ? "256" : "512", 0, 0);
    put("node/node0/meminfo", "Node 0 MemTotal:       16384 kB");
    put("node/node1/meminfo", "Node 1 MemTotal:       0 kB");
    read_tree(&topology, 0xFF);
    assert_int_equal(topology.empty_nodes, 1);
    assert_int_equal(topology.kinds, 3);
    assert_string_equal(topology.kind[0].name, "capacity1024");
    assert_string_equal(topology.kind[2].name, "capacity256");
    assert_int_equal(topology.kind[1].cpus, 4);
    static const int32_t fastest_first[] = {0, 2, 3, 1, 4, 6, 7, 5}, of_512[] = {2, 3, 6, 7};
    assert_int_equal(tern_places_choose(&places, "compact", &topology, NULL), TERN_OK);
    assert_memory_equal(places.cpu, fastest_first, sizeof fastest_first);
    tern_places_free(&places);
    assert_int_equal(tern_places_choose(&places, "compact:capacity512", &topology, NULL), TERN_OK);
    assert_int_equal(places.cpus, 4);
    assert_memory_equal(places.cpu, of_512, sizeof of_512);
    tern_places_free(&places);
    tern_topology_free(&topology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sys_tree_is_understood),
        cmocka_unit_test(a_missing_sys_is_told),
        cmocka_unit_test(this_machine_is_consistent),
        cmocka_unit_test(lists_of_cpus),
        cmocka_unit_test(orders_of_pinning),
        cmocka_unit_test(wrong_pins_are_refused),
        cmocka_unit_test(threads_run_where_they_are_bound),
        cmocka_unit_test(a_cpu_that_is_not_there_cannot_be_bound),
        cmocka_unit_test(sys_tells_kinds_of_core_and_empty_nodes),
    };

    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
