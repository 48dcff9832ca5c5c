/*
 * decode_prompt.h - the prompt of `ternbench decode` as token ids, from ids or text; and what was answered.
 */
#ifndef TERN_DECODE_PROMPT_H
#define TERN_DECODE_PROMPT_H

#include "cli/options.h"
#include "decode/loop/job.h"
#include "model/tokenizer.h"

typedef struct tern_decode_prompt {
    const tern_options *options;
    tern_tokenizer *tokenizer; /* with --prompt-text */
    uint32_t *id;
    char *answer;
} tern_decode_prompt;

/*
 * Reads --prompt-ids or --prompt-text and sets the job's prompt, which lives as long as this struct. TERN_USAGE when
 * there is none in it.
 */
tern_status tern_decode_prompt_read(tern_decode_prompt *prompt, const tern_options *options, tern_decode_job *job,
                                    tern_error *error);

/* Keeps the answer to a prompt that was given. */
void tern_decode_prompt_answer(tern_decode_prompt *prompt, const tern_decode_record *record);

/* Writes it to standard output, when there is one. */
void tern_decode_prompt_print(const tern_decode_prompt *prompt);

void tern_decode_prompt_free(tern_decode_prompt *prompt);

#endif
