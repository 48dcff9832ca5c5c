/*
 * codebook.c - how to write a pattern with the fewest terms: the base that differs from it in the fewest steps of 1,
 * and a correction for each step, or corrections alone. As two masks, the places of +1 and of -1, two patterns are as
 * far apart as the bits in which they differ, so that the nearest of a hundred bases is found by a hundred
 * exclusive-ors; -base has the masks swapped.
 */
#include "tmac.h"

uint32_t tern_tmac_code(int32_t pattern, size_t g)
{
    uint32_t code = 0;

    for (size_t i = 0; i < g; i++) {
        const int32_t digit = (pattern % 3 + 4) % 3 - 1;
        if (digit != 0)
            code |= 1u << (digit > 0 ? i : 16 + i);
        pattern = (pattern - digit) / 3;
    }
    return code;
}

static uint32_t negated(uint32_t code)
{
    return code << 16 | code >> 16;
}

static unsigned bits(uint32_t code)
{
    return (unsigned)__builtin_popcount(code);
}

size_t tern_tmac_book_fill(tern_tmac_book *book, const int32_t *ranked, size_t count, size_t slots)
{
    size_t taken = 0;

    book->bases = 0;
    for (; taken < count; taken++) {
        if (ranked[taken] == 0)
            continue;
        if (book->bases + 1 >= slots)
            break;
        book->code[++book->bases] = tern_tmac_code(ranked[taken], book->g);
    }
    return taken;
}

tern_tmac_terms tern_tmac_book_terms(const tern_tmac_book *book, int32_t pattern)
{
    const uint32_t code = tern_tmac_code(pattern, book->g);
    uint32_t nearest = 0;
    unsigned fewest = bits(code);
    tern_tmac_terms terms = {0};

    for (size_t slot = 1; slot <= book->bases; slot++)
        for (int sign = 1; sign >= -1; sign -= 2) {
            const uint32_t base = sign > 0 ? book->code[slot] : negated(book->code[slot]);
            const unsigned distance = bits(code ^ base);
            if (distance >= fewest || distance > book->corrections)
                continue;
            fewest = distance;
            nearest = base;
            terms.slot = (int8_t)(sign * (int)slot);
        }
    terms.plus = (code & ~nearest & 0xFFFF) | (~code & nearest & 0xFFFF0000);
    terms.minus = (~code & nearest & 0xFFFF) | (code & ~nearest & 0xFFFF0000);
    return terms;
}

void tern_tmac_book_cost(const tern_tmac_book *book, int32_t pattern, uint64_t times, size_t shuffles,
                         uint64_t *corrections)
{
    const uint32_t code = tern_tmac_code(pattern, book->g);
    unsigned fewest = bits(code);

    for (size_t s = 0, slot = 1; s < shuffles; s++) {
        for (; slot <= book->bases && slot < (s + 1) * TERN_TMAC_SHUFFLE; slot++) {
            const unsigned same = bits(code ^ book->code[slot]), opposite = bits(code ^ negated(book->code[slot]));
            const unsigned distance = same < opposite ? same : opposite;
            if (distance < fewest && distance <= book->corrections)
                fewest = distance;
        }
        corrections[s] += times * fewest;
    }
}
