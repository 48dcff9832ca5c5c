#include "measure/setting.h"

#include "check/data.h"
#include "measure/arena.h"

#include <string.h>

static tern_status make_data(tern_setting *setting, const tern_case *c, size_t x_align, tern_error *error)
{
    size_t end = 0;
    const size_t w = tern_arena_take(&end, c->shape.m * c->shape.k, 1, 0);
    const size_t x = tern_arena_take(&end, c->shape.n * c->shape.k, x_align, 1);
    const tern_status status = tern_memory_new(&setting->memory, "W and X", end, error);

    if (status != TERN_OK)
        return status;
    setting->w = (int8_t *)(setting->memory.data + w);
    setting->x = (int8_t *)(setting->memory.data + x);
    tern_data_fill_w(&c->data, c->shape, setting->w);
    tern_data_fill_x(&c->data, c->shape, setting->x);
    return TERN_OK;
}

static tern_status make_team(tern_setting *setting, uint32_t threads, tern_error *error)
{
    const tern_status status = tern_team_new(&setting->team, threads, error);

    return status == TERN_OK ? tern_pin_team(setting->pin, setting->team, setting->seen, error) : status;
}

tern_status tern_setting_open(tern_setting *setting, const tern_case *c, size_t x_align, const tern_pin *pin,
                              tern_error *error)
{
    memset(setting, 0, sizeof *setting);
    setting->pin = pin;
    const tern_status status = make_data(setting, c, x_align, error);
    return status == TERN_OK ? make_team(setting, c->threads, error) : status;
}

tern_status tern_setting_dismiss(tern_setting *setting, tern_error *error)
{
    if (tern_team_threads(setting->team) == 1)
        return TERN_OK;
    tern_team_free(setting->team);
    setting->team = NULL;
    return make_team(setting, 1, error);
}

void tern_setting_close(tern_setting *setting)
{
    tern_team_free(setting->team);
    tern_memory_free(&setting->memory);
}
