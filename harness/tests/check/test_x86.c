/*
 * Machine code read by hand: which opcode of which map, how long, and where it leads.
 */
#include "check/x86.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LONGEST = 15 };

static size_t bytes_of(const char *hex, uint8_t code[LONGEST])
{
    size_t count = 0;
    unsigned byte;
    int used;

    for (; sscanf(hex, "%2x%n", &byte, &used) == 1; hex += used)
        code[count++] = (uint8_t)byte;
    return count;
}

static void an_instruction_has_its_length_and_leads_somewhere(void **state)
{
    static const struct {
        const char *hex;
        tern_x86_flow flow;
        bool has_target;
        int64_t target;
    } table[] = {
        {"90", TERN_X86_NEXT, false, 0},                            /* nop */
        {"c3", TERN_X86_END, false, 0},                             /* ret */
        {"c2 08 00", TERN_X86_END, false, 0},                       /* ret 8 */
        {"0f 0b", TERN_X86_END, false, 0},                          /* ud2 */
        {"f3 0f 1e fa", TERN_X86_NEXT, false, 0},                   /* endbr64 */
        {"eb fe", TERN_X86_JUMP, true, 0},                          /* jmp to itself */
        {"e9 00 01 00 00", TERN_X86_JUMP, true, 0x105},             /* jmp */
        {"75 f0", TERN_X86_BRANCH, true, -14},                      /* jne */
        {"e3 02", TERN_X86_BRANCH, true, 4},                        /* jrcxz */
        {"0f 84 10 00 00 00", TERN_X86_BRANCH, true, 0x16},         /* je */
        {"e8 fb ff ff ff", TERN_X86_CALL, true, 0},                 /* call */
        {"66 66 48 e8 04 00 00 00", TERN_X86_CALL, true, 12},       /* call, as linkers write it */
        {"ff d0", TERN_X86_INDIRECT_CALL, false, 0},                /* call *%rax */
        {"41 ff 54 24 08", TERN_X86_INDIRECT_CALL, false, 0},       /* call *8(%r12) */
        {"ff e0", TERN_X86_INDIRECT_JUMP, false, 0},                /* jmp *%rax */
        {"3e ff e0", TERN_X86_INDIRECT_JUMP, false, 0},             /* notrack jmp *%rax */
        {"f2 ff 25 00 10 00 00", TERN_X86_INDIRECT_JUMP, false, 0}, /* bnd jmp *0x1000(%rip) */
        {"ff 30", TERN_X86_NEXT, false, 0},                         /* push (%rax) */
        {"48 8d 05 f9 ff ff ff", TERN_X86_NEXT, true, 0},           /* lea -7(%rip),%rax */
        {"48 8d 04 8f", TERN_X86_NEXT, false, 0},                   /* lea (%rdi,%rcx,4),%rax */
        {"8b 04 25 00 10 00 00", TERN_X86_NEXT, false, 0},          /* mov 0x1000,%eax */
        {"48 b8 01 02 03 04 05 06 07 08", TERN_X86_NEXT, false, 0}, /* movabs */
        {"66 b8 01 00", TERN_X86_NEXT, false, 0},                   /* mov $1,%ax */
        {"b8 01 00 00 00", TERN_X86_NEXT, false, 0},                /* mov $1,%eax */
        {"66 81 c1 00 01", TERN_X86_NEXT, false, 0},                /* add $256,%cx */
        {"48 81 c1 00 01 00 00", TERN_X86_NEXT, false, 0},          /* add $256,%rcx */
        {"f6 c1 01", TERN_X86_NEXT, false, 0},                      /* test $1,%cl */
        {"f6 d9", TERN_X86_NEXT, false, 0},                         /* neg %cl */
        {"f7 c1 01 00 00 00", TERN_X86_NEXT, false, 0},             /* test $1,%ecx */
        {"f7 f9", TERN_X86_NEXT, false, 0},                         /* idiv %ecx */
        {"48 a1 00 00 00 00 00 00 00 00", TERN_X86_NEXT, false, 0}, /* movabs 0,%rax */
        {"c8 10 00 00", TERN_X86_NEXT, false, 0},                   /* enter */
        {"f3 48 ab", TERN_X86_NEXT, false, 0},                      /* rep stos */
        {"66 2e 0f 1f 84 00 00 00 00 00", TERN_X86_NEXT, false, 0}, /* a long nop */
        {"66 0f 38 00 c1", TERN_X86_NEXT, false, 0},                /* pshufb */
        {"66 0f 3a 0f c1 08", TERN_X86_NEXT, false, 0},             /* palignr */
        {"c5 f8 77", TERN_X86_NEXT, false, 0},                      /* vzeroupper */
        {"c5 fd 70 c1 4e", TERN_X86_NEXT, false, 0},                /* vpshufd */
        {"c4 e2 7d 00 44 24 20", TERN_X86_NEXT, false, 0},          /* vpshufb 32(%rsp),%ymm0,%ymm0 */
        {"c4 e3 7d 39 c1 01", TERN_X86_NEXT, false, 0},             /* vextracti128 */
        {"62 f2 7d 48 50 44 24 01", TERN_X86_NEXT, false, 0},       /* vpdpbusd 64(%rsp),%zmm0,%zmm0 */
        {"62 f3 fd 48 ce c1 00", TERN_X86_NEXT, false, 0},          /* vgf2p8affineqb */
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t code[LONGEST];
        tern_x86_instruction got;
        const size_t bytes = bytes_of(table[i].hex, code);
        if (!tern_x86_read(code, bytes, &got) || got.bytes != bytes || got.flow != table[i].flow ||
            got.has_target != table[i].has_target || got.target != table[i].target)
            fail_msg("%s: %zu bytes, flow %d, target %lld", table[i].hex, got.bytes, (int)got.flow,
                     (long long)got.target);
        for (size_t less = 0; less < bytes; less++)
            assert_false(tern_x86_read(code, less, &got));
    }
}

static void what_there_is_not_in_64_bit_mode_is_unknown(void **state)
{
    static const char *const table[] = {"06", "ea 00 00 00 00 00 00", "d5 00 90", "8f e8 78 c0 c1 00", "66", "48",
                                        "0f", "62 f4 7c 48 01 c0"};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t code[LONGEST];
        tern_x86_instruction got;
        if (tern_x86_read(code, bytes_of(table[i], code), &got))
            fail_msg("%s is read", table[i]);
    }
}

static void an_opcode_is_known_by_coding_map_and_prefix(void **state)
{
    static const struct {
        const char *hex;
        tern_x86_coding coding;
        tern_x86_prefix prefix;
        uint8_t map, byte;
        bool wide;
    } table[] = {
        {"48 01 c0", TERN_X86_LEGACY, TERN_X86_NP, 0, 0x01, true},
        {"f3 48 0f b8 c0", TERN_X86_LEGACY, TERN_X86_F3, 1, 0xB8, true},
        {"66 f2 0f 38 f1 c0", TERN_X86_LEGACY, TERN_X86_F2, 2, 0xF1, false},
        {"66 0f 3a 0f c1 08", TERN_X86_LEGACY, TERN_X86_66, 3, 0x0F, false},
        {"c5 f5 fc c2", TERN_X86_VEX, TERN_X86_66, 1, 0xFC, false},
        {"c4 e2 fb f7 c0", TERN_X86_VEX, TERN_X86_F2, 2, 0xF7, true},
        {"62 f1 fd 48 ef c0", TERN_X86_EVEX, TERN_X86_66, 1, 0xEF, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t code[LONGEST];
        tern_x86_opcode got;
        assert_true(tern_x86_read_opcode(code, bytes_of(table[i].hex, code), &got));
        assert_int_equal(got.coding, table[i].coding);
        assert_int_equal(got.prefix, table[i].prefix);
        assert_int_equal(got.map, table[i].map);
        assert_int_equal(got.byte, table[i].byte);
        assert_int_equal(got.wide, table[i].wide);
        assert_int_equal(code[got.end - 1], got.byte);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instruction_has_its_length_and_leads_somewhere),
        cmocka_unit_test(what_there_is_not_in_64_bit_mode_is_unknown),
        cmocka_unit_test(an_opcode_is_known_by_coding_map_and_prefix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
