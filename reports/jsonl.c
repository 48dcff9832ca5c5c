#include "report.h"

void tern_report_jsonl(FILE *stream, const tern_results *results)
{
    tern_results_write(results, stream, NULL);
}
