#include "record/file.h"
#include "report.h"

void tern_report_jsonl(FILE *stream, const tern_results *results)
{
    tern_file_write_run(stream, &results->run, NULL);
    for (size_t i = 0; i < results->count; i++)
        tern_file_write_record(stream, &results->records[i], NULL);
    for (size_t i = 0; i < results->decode_count; i++)
        tern_file_write_decode(stream, &results->decodes[i], NULL);
    if (results->ended)
        tern_file_write_end(stream, &results->end, NULL);
}
