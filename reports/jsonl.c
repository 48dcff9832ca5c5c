#include "record/file.h"
#include "report.h"

void tern_report_jsonl(FILE *stream, const tern_results *results)
{
    for (size_t i = 0; i < results->order.count; i++) {
        const size_t index = results->order.item[i].index;
        switch (results->order.item[i].line) {
        case TERN_LINE_RUN:
            tern_file_write_run(stream, &results->runs.item[index], NULL);
            break;
        case TERN_LINE_CASE:
            tern_file_write_record(stream, &results->cases.item[index], NULL);
            break;
        case TERN_LINE_DECODE:
            tern_file_write_decode(stream, &results->decodes.item[index], NULL);
            break;
        default:
            tern_file_write_end(stream, &results->ends.item[index], NULL);
        }
    }
}
