#include "check/x86.h"

#include <string.h>

/* What follows an opcode. */
enum {
    UNKNOWN = 'x',
    NOTHING = '.',
    MODRM = 'm',
    MODRM_IMM8 = 'b',
    MODRM_IMM32 = 'z', /* of two bytes with the prefix 66 */
    IMM8 = 'i',
    IMM16 = 'w',
    IMM32 = 'I', /* the same */
    REL8 = 'r',  /* the distance of a branch */
    REL32 = 'R',
    MOVE = 'v',     /* IMM32, or eight bytes with REX.W */
    ADDRESS = 'a',  /* eight bytes, or four with the prefix 67 */
    ENTER = 'e',    /* three bytes */
    GROUP_F6 = 'f', /* MODRM, and IMM8 when its middle field is 0 or 1 */
    GROUP_F7 = 'F'  /* the same with IMM32 */
};

/* Sixteen opcodes a row. Prefixes, and what there is not in 64-bit mode, are unknown. */
static const char one_byte[] = "mmmmiIxxmmmmiIxx"  /* 00 */
                               "mmmmiIxxmmmmiIxx"  /* 10 */
                               "mmmmiIxxmmmmiIxx"  /* 20 */
                               "mmmmiIxxmmmmiIxx"  /* 30 */
                               "xxxxxxxxxxxxxxxx"  /* 40 */
                               "................"  /* 50 */
                               "xxxmxxxxIzib...."  /* 60 */
                               "rrrrrrrrrrrrrrrr"  /* 70 */
                               "bzxbmmmmmmmmmmmm"  /* 80 */
                               "..........x....."  /* 90 */
                               "aaaa....iI......"  /* A0 */
                               "iiiiiiiivvvvvvvv"  /* B0 */
                               "bbw.xxbze.w..ix."  /* C0 */
                               "mmmmxxx.mmmmmmmm"  /* D0 */
                               "rrrriiiiRRxr...."  /* E0 */
                               "x.xx..fF......mm"; /* F0 */

static const char two_bytes[] = "mmmmx.....x.xm.b"  /* 00 */
                                "mmmmmmmmmmmmmmmm"  /* 10 */
                                "mmmmxxxxmmmmmmmm"  /* 20 */
                                "......x.xxxxxxxx"  /* 30 */
                                "mmmmmmmmmmmmmmmm"  /* 40 */
                                "mmmmmmmmmmmmmmmm"  /* 50 */
                                "mmmmmmmmmmmmmmmm"  /* 60 */
                                "bbbbmmm.xmxxmmmm"  /* 70 */
                                "RRRRRRRRRRRRRRRR"  /* 80 */
                                "mmmmmmmmmmmmmmmm"  /* 90 */
                                "...mbmxx...mbmmm"  /* A0 */
                                "mmmmmmmmmmbmmmmm"  /* B0 */
                                "mmbmbbbm........"  /* C0 */
                                "mmmmmmmmmmmmmmmm"  /* D0 */
                                "mmmmmmmmmmmmmmmm"  /* E0 */
                                "mmmmmmmmmmmmmmmm"; /* F0 */

static bool is_segment(uint8_t byte)
{
    return byte == 0x26 || byte == 0x2E || byte == 0x36 || byte == 0x3E || byte == 0x64 || byte == 0x65;
}

/* Prefixes, REX last. Returns how many bytes they are. */
static size_t read_prefixes(const uint8_t *code, size_t bytes, tern_x86_opcode *o)
{
    enum { LOCK = 0xF0, REPNE = 0xF2, REPE = 0xF3, OPERAND = 0x66, ADDRESS_SIZE = 0x67 };
    tern_x86_prefix repeat = TERN_X86_NP;
    size_t at = 0;

    for (; at < bytes; at++) {
        if (code[at] == REPNE || code[at] == REPE)
            repeat = code[at] == REPE ? TERN_X86_F3 : TERN_X86_F2;
        else if (code[at] == OPERAND)
            o->operand16 = true;
        else if (code[at] == ADDRESS_SIZE)
            o->address32 = true;
        else if (code[at] != LOCK && !is_segment(code[at]))
            break;
    }
    o->prefix = repeat != TERN_X86_NP ? repeat : o->operand16 ? TERN_X86_66 : TERN_X86_NP;
    if (at < bytes && code[at] >> 4 == 4)
        o->wide = (code[at++] & 8) != 0;
    return at;
}

/* at is that of the first byte. */
static bool read_legacy(const uint8_t *code, size_t bytes, size_t at, tern_x86_opcode *o)
{
    enum { ESCAPE = 0x0F, ESCAPE_2 = 0x38, ESCAPE_3 = 0x3A, XOP = 0x8F };

    if (code[at] == XOP && at + 1 < bytes && (code[at + 1] & 0x38) != 0)
        return false;
    if (code[at] == ESCAPE && ++at < bytes) {
        o->map = code[at] == ESCAPE_2 ? 2 : code[at] == ESCAPE_3 ? 3 : 1;
        at += o->map > 1;
    }
    if (at >= bytes)
        return false;
    o->byte = code[at];
    o->end = at + 1;
    return true;
}

static bool read_vex(const uint8_t *code, size_t bytes, size_t at, tern_x86_opcode *o)
{
    enum { EVEX = 0x62, VEX_3 = 0xC4 };
    const bool evex = code[at] == EVEX, three = code[at] == VEX_3;
    const size_t opcode = at + (evex ? 4 : three ? 3 : 2), last = at + (evex || three ? 2 : 1);

    if (opcode >= bytes)
        return false;
    o->coding = evex ? TERN_X86_EVEX : TERN_X86_VEX;
    o->map = evex ? code[at + 1] & 7 : three ? code[at + 1] & 0x1F : 1;
    o->wide = (evex || three) && (code[last] & 0x80) != 0;
    o->prefix = (tern_x86_prefix)(code[last] & 3);
    o->byte = code[opcode];
    o->end = opcode + 1;
    return true;
}

bool tern_x86_read_opcode(const uint8_t *code, size_t bytes, tern_x86_opcode *opcode)
{
    enum { EVEX = 0x62, VEX_3 = 0xC4, VEX_2 = 0xC5 };

    *opcode = (tern_x86_opcode){.coding = TERN_X86_LEGACY};
    const size_t at = read_prefixes(code, bytes, opcode);
    if (at >= bytes)
        return false;
    if (code[at] == EVEX || code[at] == VEX_3 || code[at] == VEX_2)
        return read_vex(code, bytes, at, opcode);
    return read_legacy(code, bytes, at, opcode);
}

static int operands_of_vex(const tern_x86_opcode *o)
{
    const int legacy = two_bytes[o->byte];

    if (o->map == 1)
        return legacy == NOTHING || legacy == MODRM_IMM8 ? legacy : MODRM;
    return o->map == 5 || o->map == 6 ? MODRM : UNKNOWN;
}

static int operands_of(const tern_x86_opcode *o)
{
    if (o->map == 2 || o->map == 3)
        return o->map == 2 ? MODRM : MODRM_IMM8;
    if (o->coding != TERN_X86_LEGACY)
        return operands_of_vex(o);
    return o->map == 0 ? one_byte[o->byte] : two_bytes[o->byte];
}

static bool has_modrm(int operands)
{
    return strchr("mbzfF", operands) != NULL;
}

/* Of ModRM, and SIB and displacement after it. Returns 0 when the bytes end before. */
static size_t modrm_bytes(const uint8_t *modrm, size_t bytes)
{
    if (bytes == 0)
        return 0;
    const unsigned mod = modrm[0] >> 6, rm = modrm[0] & 7;
    const bool sib = mod != 3 && rm == 4;
    if (sib && bytes < 2)
        return 0;
    const unsigned base = sib ? modrm[1] & 7 : rm;
    const size_t displacement = mod == 1 ? 1 : mod == 2 || (mod == 0 && base == 5) ? 4 : 0;

    return 1 + sib + displacement;
}

static size_t immediate_bytes(const tern_x86_opcode *o, int operands, unsigned middle)
{
    const size_t imm32 = o->operand16 && !o->wide ? 2 : 4;

    switch (operands) {
    case IMM8:
    case MODRM_IMM8:
    case REL8:
        return 1;
    case IMM16:
        return 2;
    case ENTER:
        return 3;
    case REL32:
        return 4;
    case IMM32:
    case MODRM_IMM32:
        return imm32;
    case MOVE:
        return o->wide ? 8 : imm32;
    case ADDRESS:
        return o->address32 ? 4 : 8;
    case GROUP_F6:
        return middle < 2 ? 1 : 0;
    case GROUP_F7:
        return middle < 2 ? imm32 : 0;
    default:
        return 0;
    }
}

static tern_x86_flow flow_of(const tern_x86_opcode *o, unsigned middle)
{
    enum { UD2 = 0x0B, UD1 = 0xB9, JMP_32 = 0xE9, JMP_8 = 0xEB, CALL = 0xE8, HLT = 0xF4, GROUP_5 = 0xFF };
    static const uint8_t returns[] = {0xC2, 0xC3, 0xCA, 0xCB, 0xCF, HLT, 0};

    if (o->coding != TERN_X86_LEGACY || o->map > 1)
        return TERN_X86_NEXT;
    if (o->map == 1)
        return o->byte >> 4 == 8 ? TERN_X86_BRANCH : o->byte == UD2 || o->byte == UD1 ? TERN_X86_END : TERN_X86_NEXT;
    if (o->byte >> 4 == 7 || (o->byte >= 0xE0 && o->byte <= 0xE3))
        return TERN_X86_BRANCH;
    if (o->byte == JMP_32 || o->byte == JMP_8)
        return TERN_X86_JUMP;
    if (o->byte == CALL)
        return TERN_X86_CALL;
    if (o->byte == GROUP_5 && middle >= 2 && middle <= 5)
        return middle <= 3 ? TERN_X86_INDIRECT_CALL : TERN_X86_INDIRECT_JUMP;
    return o->byte != 0 && memchr(returns, o->byte, sizeof returns) != NULL ? TERN_X86_END : TERN_X86_NEXT;
}

static int32_t read_distance(const uint8_t *from, size_t bytes)
{
    int32_t distance = 0;

    if (bytes == 1)
        return (int8_t)from[0];
    memcpy(&distance, from, sizeof distance); /* of machine code, and so of machines that are little-endian */
    return distance;
}

/* LEA with an address relative to that of the code. */
static bool takes_address(const tern_x86_opcode *o, uint8_t modrm)
{
    enum { LEA = 0x8D };

    return o->coding == TERN_X86_LEGACY && o->map == 0 && o->byte == LEA && (modrm & 0xC7) == 5;
}

bool tern_x86_read(const uint8_t *code, size_t bytes, tern_x86_instruction *instruction)
{
    tern_x86_opcode o;

    if (!tern_x86_read_opcode(code, bytes, &o))
        return false;
    const int operands = operands_of(&o);
    const bool modrm = has_modrm(operands);
    const size_t after_opcode = modrm ? modrm_bytes(code + o.end, bytes - o.end) : 0;
    if (operands == UNKNOWN || (modrm && after_opcode == 0))
        return false;
    const unsigned middle = modrm ? code[o.end] >> 3 & 7 : 0;
    const size_t immediate = immediate_bytes(&o, operands, middle), end = o.end + after_opcode + immediate;
    *instruction = (tern_x86_instruction){.bytes = end, .flow = flow_of(&o, middle)};
    if (end > bytes)
        return false;
    const bool address = modrm && takes_address(&o, code[o.end]);
    instruction->has_target = address || operands == REL8 || operands == REL32;
    if (instruction->has_target) {
        const size_t distance = address ? 4 : immediate;
        instruction->target = (int64_t)end + read_distance(code + end - distance, distance);
    }
    return true;
}
