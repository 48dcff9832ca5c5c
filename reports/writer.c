#include "writer.h"

tern_status tern_document_write(const tern_document *document, tern_writer *writer, FILE *stream, tern_error *error)
{
    if (document->pool.failed)
        return tern_error_set(error, TERN_ENVIRONMENT, "out of memory for the report %s", document->name);
    writer(stream, document);
    return TERN_OK;
}
