#include "cli/decoding.h"

#include "cli/activity_line.h"
#include "cli/announce.h"
#include "cli/settings.h"

#include <inttypes.h>
#include <stdio.h>

enum { TOKEN_BYTES = 512 };

/* A vocabulary may hold anything; a piece of it need not be whole characters. Its line ends are those of the answer. */
static void print_token(const tern_tokenizer *tokenizer, uint32_t token)
{
    char text[TOKEN_BYTES];
    const size_t length = tern_tokenizer_decode(tokenizer, token, text, sizeof text);

    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
            printf("\\x%02x", c);
        else
            putchar(c);
    }
}

/* The tokens after a prompt, to standard output, whose report is text. */
static void print_answer(const tern_decode_record *record, const tern_tokenizer *tokenizer)
{
    printf("\nanswer:%s", tokenizer == NULL ? "" : " ");
    for (uint32_t i = 0; i < record->generated; i++)
        if (tokenizer == NULL)
            printf(" %" PRIi32, record->token[i]);
        else
            print_token(tokenizer, (uint32_t)record->token[i]);
    printf("\n");
}

int tern_decoding_run(const tern_options *options, tern_decode_settings *settings, tern_session *session,
                      const tern_tokenizer *tokenizer, tern_error *error)
{
    tern_recording recording = {0};
    tern_activity_line progress;
    const tern_observer observer = tern_activity_line_observer(&progress, options->quiet);

    settings->recording = tern_settings_recording(options);
    const int ran = tern_decode_run(&recording, settings, session, &observer, error);
    tern_activity_line_clear(&progress);
    const int exit_status = tern_announce_end(options, &recording, ran, error);
    if (settings->job.prompt != NULL && options->format->writer == tern_write_text &&
        recording.sink.results.decodes.count > 0)
        print_answer(&recording.sink.results.decodes.item[0], tokenizer);
    tern_recording_free(&recording);
    return exit_status;
}
