/*
 * decode_prompt.h - the prompt of `ternbench decode` as token ids, from ids or text.
 */
#ifndef TERN_DECODE_PROMPT_H
#define TERN_DECODE_PROMPT_H

#include "cli/options.h"
#include "model/tokenizer.h"

typedef struct tern_decode_prompt {
    tern_tokenizer *tokenizer; /* with --prompt-text */
    uint32_t *id;              /* NULL: none was given */
    uint32_t count;
} tern_decode_prompt;

/*
 * Reads --prompt-ids or --prompt-text. TERN_USAGE when there is no token in it. Free with tern_decode_prompt_free(),
 * whatever is returned.
 */
tern_status tern_decode_prompt_read(tern_decode_prompt *prompt, const tern_options *options, tern_error *error);

void tern_decode_prompt_free(tern_decode_prompt *prompt);

#endif
