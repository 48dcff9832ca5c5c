/*
 * Where text is cut into words before their bytes are joined, as these patterns of GPT-2 and of Llama 3 do it:
 *
 *     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|
 *         \s*[\r\n]+|\s+(?!\S)|\s+
 *
 * Kinds of characters are exact for ASCII and Latin-1. Beyond, spaces are, and the common punctuation, symbols, marks
 * and digits are known by their ranges; all the rest counts as letters, which is right for the letters of all scripts
 * and wrong for rarer signs among them.
 */
#include "model/vocabulary.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

typedef enum kind { LETTER, NUMBER, SPACE, OTHER } kind;

/* What is no letter, in order; a character that is not UTF-8 is OTHER. */
static const struct {
    uint32_t first, last;
    kind kind;
} ranges[] = {
    {0x80, 0x84, OTHER},       {0x85, 0x85, SPACE},       {0x86, 0x9F, OTHER},       {0xA0, 0xA0, SPACE},
    {0xA1, 0xA9, OTHER},       {0xAB, 0xB1, OTHER},       {0xB2, 0xB3, NUMBER},      {0xB4, 0xB4, OTHER},
    {0xB6, 0xB8, OTHER},       {0xB9, 0xB9, NUMBER},      {0xBB, 0xBB, OTHER},       {0xBC, 0xBE, NUMBER},
    {0xBF, 0xBF, OTHER},       {0xD7, 0xD7, OTHER},       {0xF7, 0xF7, OTHER},       {0x300, 0x36F, OTHER},
    {0x660, 0x669, NUMBER},    {0x6F0, 0x6F9, NUMBER},    {0x966, 0x96F, NUMBER},    {0x1680, 0x1680, SPACE},
    {0x2000, 0x200A, SPACE},   {0x200B, 0x2027, OTHER},   {0x2028, 0x2029, SPACE},   {0x202A, 0x202E, OTHER},
    {0x202F, 0x202F, SPACE},   {0x2030, 0x205E, OTHER},   {0x205F, 0x205F, SPACE},   {0x2060, 0x206F, OTHER},
    {0x2070, 0x2070, NUMBER},  {0x2074, 0x2079, NUMBER},  {0x207A, 0x207E, OTHER},   {0x2080, 0x2089, NUMBER},
    {0x208A, 0x208E, OTHER},   {0x20A0, 0x20F0, OTHER},   {0x2150, 0x2182, NUMBER},  {0x2190, 0x245F, OTHER},
    {0x2460, 0x249B, NUMBER},  {0x249C, 0x24E9, OTHER},   {0x24EA, 0x24FF, NUMBER},  {0x2500, 0x2775, OTHER},
    {0x2776, 0x2793, NUMBER},  {0x2794, 0x2BFF, OTHER},   {0x3000, 0x3000, SPACE},   {0x3001, 0x3004, OTHER},
    {0x3008, 0x3020, OTHER},   {0x302A, 0x3030, OTHER},   {0xE000, 0xF8FF, OTHER},   {0xFE00, 0xFE6B, OTHER},
    {0xFF01, 0xFF0F, OTHER},   {0xFF10, 0xFF19, NUMBER},  {0xFF1A, 0xFF20, OTHER},   {0xFF3B, 0xFF40, OTHER},
    {0xFF5B, 0xFF65, OTHER},   {0xFFE0, 0xFFFD, OTHER},   {0x1F000, 0x1F0FF, OTHER}, {0x1F100, 0x1F10C, NUMBER},
    {0x1F10D, 0x1FBEF, OTHER}, {0x1FBF0, 0x1FBF9, NUMBER}};

enum { RANGES = sizeof ranges / sizeof *ranges };

typedef struct mark {
    kind kind;
    size_t bytes;
} mark;

static kind kind_of(uint32_t code)
{
    if (code < 128)
        return isalpha((int)code)                              ? LETTER
               : isdigit((int)code)                            ? NUMBER
               : code == ' ' || (code >= '\t' && code <= '\r') ? SPACE
                                                               : OTHER;
    for (size_t i = 0; i < RANGES && ranges[i].first <= code; i++)
        if (code <= ranges[i].last)
            return ranges[i].kind;
    return LETTER;
}

/* The character at `at`; of the kind that is given where the text has ended. */
static mark mark_at(const char *text, size_t length, size_t at, kind end)
{
    if (at >= length)
        return (mark){end, 0};
    const size_t bytes = tern_utf8_bytes(text + at, length - at);
    const uint8_t first = (uint8_t)text[at];
    if (bytes == 1)
        return (mark){first < 128 ? kind_of(first) : OTHER, 1};
    uint32_t code = first & (0xFFu >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++)
        code = code << 6 | ((uint8_t)text[at + i] & 63u);
    return (mark){kind_of(code), bytes};
}

/* Where a run of characters of that kind ends. */
static size_t run_of(kind wanted, const char *text, size_t length, size_t at)
{
    const kind end = wanted == OTHER ? LETTER : OTHER;

    for (mark m; (m = mark_at(text, length, at, end)).kind == wanted;)
        at += m.bytes;
    return at;
}

static size_t contraction(bool any_case, const char *text, size_t length)
{
    static const char *const endings[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t bytes = strlen(endings[i]);
        if (bytes <= length && (any_case ? strncasecmp : strncmp)(text, endings[i], bytes) == 0)
            return bytes;
    }
    return 0;
}

/*
 * Spaces that begin a text: all, where the text ends with them or they are one; else all but the last, which belongs
 * to what follows.
 */
static size_t spaces(const char *text, size_t length)
{
    size_t last = 0, at = 0;

    for (mark m; (m = mark_at(text, length, at, OTHER)).kind == SPACE; at += m.bytes)
        last = at;
    return at == length || last == 0 ? at : last;
}

static bool is_break(char c)
{
    return c == '\r' || c == '\n';
}

static size_t gpt2_word(const char *text, size_t length)
{
    const mark after = mark_at(text, length, 1, SPACE);
    const size_t begin = text[0] == ' ' && after.kind != SPACE ? 1 : 0;
    const mark first = mark_at(text, length, begin, SPACE);

    return first.kind == SPACE ? spaces(text, length) : run_of(first.kind, text, length, begin);
}

static size_t llama3_number(const char *text, size_t length)
{
    size_t at = 0;

    for (int i = 0; i < 3; i++) {
        const mark m = mark_at(text, length, at, OTHER);
        at += m.kind == NUMBER ? m.bytes : 0;
    }
    return at;
}

static size_t llama3_word(const char *text, size_t length)
{
    const mark first = mark_at(text, length, 0, SPACE), second = mark_at(text, length, first.bytes, SPACE);

    if (first.kind == LETTER)
        return run_of(LETTER, text, length, 0);
    if (first.kind == NUMBER)
        return llama3_number(text, length);
    if (!is_break(text[0]) && second.kind == LETTER)
        return run_of(LETTER, text, length, first.bytes);
    if (first.kind == OTHER || (text[0] == ' ' && second.kind == OTHER)) {
        size_t end = run_of(OTHER, text, length, first.kind == OTHER ? 0 : 1);
        while (end < length && is_break(text[end]))
            end++;
        return end;
    }
    for (size_t end = run_of(SPACE, text, length, 0); end > 0; end--)
        if (is_break(text[end - 1]))
            return end;
    return spaces(text, length);
}

size_t tern_word_bytes(bool llama3, const char *text, size_t length)
{
    const size_t bytes = contraction(llama3, text, length);

    return bytes > 0 ? bytes : llama3 ? llama3_word(text, length) : gpt2_word(text, length);
}
