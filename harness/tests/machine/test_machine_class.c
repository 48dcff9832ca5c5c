/*
 * What tells machines apart that share a name, and what does not set one machine apart from itself.
 */
#include "machine/machine_class.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ternbench-class-XXXXXX";
static char cpuinfo[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(cpuinfo, sizeof cpuinfo, "%s/cpuinfo", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return remove(cpuinfo) != 0 || rmdir(folder) != 0;
}

static void put_cpuinfo(const char *text)
{
    FILE *stream = fopen(cpuinfo, "w");

    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

/* Two CPUs with 48 KiB, 2 MiB and 96 MiB of cache. */
static tern_topology topology_of_two(void)
{
    return (tern_topology){
        .allowed = 2,
        .threads_per_core = 1,
        .cache = {{.level = 1, .kind = TERN_CACHE_DATA, .bytes = 48 << 10},
                  {.level = 1, .kind = TERN_CACHE_INSTRUCTION, .bytes = 32 << 10},
                  {.level = 2, .kind = TERN_CACHE_UNIFIED, .bytes = 2 << 20},
                  {.level = 3, .kind = TERN_CACHE_UNIFIED, .bytes = 96 << 20}},
        .caches = 4,
    };
}

static char *hash_of(const tern_machine_class *class, char hash[TERN_CLASS_HASH_BYTES])
{
    char text[TERN_CLASS_BYTES];

    return tern_machine_class_hash(tern_machine_class_text(class, text, sizeof text), hash);
}

static void read_class(tern_machine_class *class, const char *text)
{
    const tern_topology topology = topology_of_two();

    memset(class, 0, sizeof *class);
    put_cpuinfo(text);
    tern_machine_class_read(class, cpuinfo, &topology);
}

/* As a cloud names them: Zen 4 and Zen 5. */
static void one_name_of_two_families_is_two_classes(void **state)
{
    static const char form[] = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: %d\nmodel\t\t: 17\n"
                               "model name\t: AMD EPYC\nstepping\t: 1\nmicrocode\t: 0x%d\ncpu MHz\t\t: %d\n";
    char zen4[256], zen5[256], zen4_later[256];
    tern_machine_class a, b, c;
    char hash_a[TERN_CLASS_HASH_BYTES], hash_b[TERN_CLASS_HASH_BYTES], hash_c[TERN_CLASS_HASH_BYTES];

    (void)state;
    snprintf(zen4, sizeof zen4, form, 25, 1, 2400);
    snprintf(zen5, sizeof zen5, form, 26, 1, 2400);
    snprintf(zen4_later, sizeof zen4_later, form, 25, 2, 3100);
    read_class(&a, zen4);
    read_class(&b, zen5);
    read_class(&c, zen4_later);
    assert_string_equal(a.vendor, "AuthenticAMD");
    assert_string_equal(a.family, "25");
    assert_string_equal(a.model, "17"); /* and not the name, whose key begins alike */
    assert_string_not_equal(hash_of(&a, hash_a), hash_of(&b, hash_b));
    assert_string_equal(hash_a, hash_of(&c, hash_c)); /* another microcode and clock are the same machine */
}

static void arm_has_other_keys(void **state)
{
    tern_machine_class class;

    (void)state;
    read_class(&class, "processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\n"
                       "CPU part\t: 0xd0c\nCPU revision\t: 1\n");
    assert_string_equal(class.vendor, "0x41");
    assert_string_equal(class.family, "8");
    assert_string_equal(class.model, "0xd0c");
    assert_string_equal(class.stepping, "0x3r1");
}

/* Each part of the struct stands in the text, or two machines that differ in it would be one class. */
static void every_part_counts(void **state)
{
    const tern_machine_class base = {.vendor = "v", .family = "6", .model = "1", .stepping = "1", .cpus = 2};
    char hash[TERN_CLASS_HASH_BYTES], other[TERN_CLASS_HASH_BYTES];
    tern_machine_class changed[13];

    (void)state;
    for (size_t i = 0; i < 13; i++)
        changed[i] = base;
    strcpy(changed[0].vendor, "w");
    strcpy(changed[1].family, "7");
    strcpy(changed[2].model, "2");
    strcpy(changed[3].stepping, "2");
    changed[4].l1d_bytes = 1;
    changed[5].l2_bytes = 1;
    changed[6].l3_bytes = 1;
    changed[7].cpus = 3;
    changed[8].threads_per_core = 2;
    strcpy(changed[9].isa, "avx2");
    changed[10].is_virtual = true;
    strcpy(changed[11].architecture, "x86_64");
    strcpy(changed[12].compiler, "GNU 12");
    hash_of(&base, hash);
    assert_int_equal(strlen(hash), 16);
    for (size_t i = 0; i < 13; i++)
        if (strcmp(hash_of(&changed[i], other), hash) == 0)
            fail_msg("part %zu changes nothing", i);
}

static void what_cannot_be_found_out_is_unknown(void **state)
{
    const tern_topology nothing = {0};
    tern_machine_class class = {0};
    char text[TERN_CLASS_BYTES];

    (void)state;
    tern_machine_class_read(&class, "/nowhere/cpuinfo", &nothing);
    assert_non_null(strstr(tern_machine_class_text(&class, text, sizeof text), "family=unknown; "));
    assert_non_null(strstr(text, "l3_bytes=unknown; "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_name_of_two_families_is_two_classes),
        cmocka_unit_test(arm_has_other_keys),
        cmocka_unit_test(every_part_counts),
        cmocka_unit_test(what_cannot_be_found_out_is_unknown),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
