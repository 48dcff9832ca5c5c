#include "cli/decoding.h"

#include "base/text.h"
#include "cli/activity_line.h"
#include "cli/announce.h"
#include "cli/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_BYTES = 512 };

/* The tokens as one text: a character may be several of them. To be freed; NULL when memory ran out. */
static char *answer_text(const tern_decode_record *record, const tern_tokenizer *tokenizer)
{
    char *answer = NULL, piece[TOKEN_BYTES];
    size_t bytes;
    FILE *stream = open_memstream(&answer, &bytes);

    if (stream == NULL)
        return NULL;
    for (uint32_t i = 0; i < record->generated; i++) {
        const size_t length = tern_tokenizer_decode(tokenizer, (uint32_t)record->token[i], piece, sizeof piece);
        for (size_t j = 0; j < length; j++)
            if (piece[j] == '\0')
                fputs("\\x00", stream); /* which would end the text */
            else
                putc(piece[j], stream);
    }
    if (fclose(stream) == 0)
        return answer;
    free(answer);
    return NULL;
}

/* A vocabulary may hold anything. Lines of the answer stand behind a bar, so that none looks like one of the report. */
static bool print_text(char *answer)
{
    const char *before = "\nanswer: ";
    bool done = answer != NULL;

    for (char *line = answer, *end; done; line = end + 1, before = "      | ") {
        end = line + strcspn(line, "\n");
        const bool last = *end == '\0';
        *end = '\0';
        const size_t bytes = tern_text_visible(NULL, 0, line) + 1;
        char *shown = malloc(bytes);
        done = shown != NULL;
        if (done) {
            tern_text_visible(shown, bytes, line);
            printf("%s%s\n", before, shown);
        }
        free(shown);
        if (last)
            break;
    }
    return done;
}

/* The tokens after a prompt, to standard output, whose report is text. */
static tern_status print_answer(const tern_decode_record *record, const tern_tokenizer *tokenizer, tern_error *error)
{
    if (tokenizer != NULL) {
        char *answer = answer_text(record, tokenizer);
        const bool done = print_text(answer);
        free(answer);
        return done ? TERN_OK : tern_error_memory(error, "the answer", TOKEN_BYTES * (double)record->generated);
    }
    printf("\nanswer:");
    for (uint32_t i = 0; i < record->generated; i++)
        printf(" %" PRIi32, record->token[i]);
    printf("\n");
    return TERN_OK;
}

int tern_decoding_run(const tern_options *options, tern_decode_settings *settings, tern_session *session,
                      const tern_tokenizer *tokenizer, tern_error *error)
{
    tern_recording recording = {0};
    tern_activity_line progress;
    const tern_observer observer = tern_activity_line_observer(&progress, options->quiet);

    settings->recording = tern_settings_recording(options);
    settings->recording.sink.is_whole = true;
    const int ran = tern_decode_run(&recording, settings, session, &observer, error);
    int exit_status = tern_announce_end(options, &recording, ran, error);
    if (settings->job.prompt != NULL && options->format->writer == tern_write_text &&
        recording.sink.results.decodes.count > 0) {
        const tern_status shown = print_answer(&recording.sink.results.decodes.item[0], tokenizer, error);
        exit_status = exit_status == TERN_OK ? (int)shown : exit_status;
    }
    tern_recording_free(&recording);
    return exit_status;
}
