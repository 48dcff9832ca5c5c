/*
 * write_field_model NAME FILE [MODEL]: writes the model of that name (see field_model.c), in the sizes of a model file
 * where one is given.
 */
#include "field_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    const field_model *found = argc < 3 ? NULL : field_model_named(argv[1]);
    tern_error error = {""};

    if (found == NULL) {
        fprintf(stderr, "usage: write_field_model NAME FILE [MODEL]\n");
        for (const field_model *m = field_models; m->name != NULL; m++)
            fprintf(stderr, "  %s\n", m->name);
        return 2;
    }
    field_model model = *found;
    if (argc > 3 && tern_geometry_read(&model.geometry, argv[3], &error) != TERN_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    if (!field_model_write(&model, argv[2])) {
        perror(argv[2]);
        return 1;
    }
    return 0;
}
