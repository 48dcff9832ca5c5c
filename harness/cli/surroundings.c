#include "cli/surroundings.h"

tern_status tern_surroundings_open(tern_surroundings *surroundings, tern_session *session, tern_error *error)
{
    (void)error;
    surroundings->session = session;
    return TERN_OK;
}

tern_status tern_surroundings_fill(tern_surroundings *surroundings, uint32_t threads, tern_measure_options *options,
                                   tern_error *error)
{
    (void)surroundings;
    (void)threads;
    (void)options;
    (void)error;
    return TERN_OK;
}

void tern_surroundings_close(tern_surroundings *surroundings)
{
    (void)surroundings;
}
