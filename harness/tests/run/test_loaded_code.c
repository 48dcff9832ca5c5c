/*
 * What is loaded of an object is told by its segments: what else is in the file makes no difference, a byte of them
 * does.
 */
#include "run/loaded_code.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The hash of bytes as a file; false: it has none. */
static bool hash_of(const char *data, size_t bytes, uint64_t *hash)
{
    char path[] = "/tmp/loaded_code.XXXXXX";
    const int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, bytes), (ssize_t)bytes);
    close(fd);
    const bool done = tern_loaded_code_hash(path, hash);
    unlink(path);
    return done;
}

static void only_what_is_loaded_counts(void **state)
{
    enum { MOST = 64 << 20 };
    char *data = calloc(MOST, 1);
    FILE *own = fopen("/proc/self/exe", "re");
    uint64_t hash, other;

    (void)state;
    assert_true(data != NULL && own != NULL);
    const size_t bytes = fread(data, 1, MOST - 1, own);
    fclose(own);
    assert_true(tern_loaded_code_hash("/proc/self/exe", &hash));
    assert_true(hash_of(data, bytes + 1, &other));
    assert_true(other == hash);
    /* Where names of symbols lie. */
    ((Elf64_Ehdr *)(void *)data)->e_shoff++;
    assert_true(hash_of(data, bytes, &other));
    assert_true(other == hash);
    data[sizeof(Elf64_Ehdr) + 1] ^= 1; /* a flag of the first segment's header, which is loaded */
    assert_true(!hash_of(data, bytes, &other) || other != hash);
    free(data);
}

static void what_is_no_object_has_no_hash(void **state)
{
    static const char cut[] = "\177ELF\2 and no more";
    uint64_t hash;

    (void)state;
    assert_false(hash_of("", 0, &hash));
    assert_false(hash_of("no object", 9, &hash));
    assert_false(hash_of(cut, sizeof cut, &hash));
    assert_false(tern_loaded_code_hash("/nowhere", &hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_loaded_counts),
        cmocka_unit_test(what_is_no_object_has_no_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
