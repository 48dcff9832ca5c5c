/*
 * decoding.h - a run of the decode loop from beginning to end, as decode and repro show it.
 */
#ifndef TERN_DECODING_H
#define TERN_DECODING_H

#include "cli/options.h"
#include "model/tokenizer.h"
#include "run/decode_run.h"

/*
 * Runs the job of the settings, whose recording is filled in here, with progress and reports. tokenizer: for the answer
 * to a prompt that was given; NULL: as ids. The options are settled. Returns the exit status.
 */
int tern_decoding_run(const tern_options *options, tern_decode_settings *settings, tern_session *session,
                      const tern_tokenizer *tokenizer, tern_error *error);

#endif
