/*
 * comparing.h - what gate, ablate and bisect do in one way: they say what they are at, give a child its deadline, draw
 * the same seed for the same process again, so that a resumed run goes on as it would have, and sample cases in turns.
 */
#ifndef TERN_COMPARING_H
#define TERN_COMPARING_H

#include "measure/paired.h"
#include "run/recording.h"

/* The id of a line may have a word in front of that of its case. */
enum { TERN_LABEL_BYTES = TERN_COMPARISON_ID_BYTES + 64 };

typedef struct tern_comparing {
    tern_recording *recording; /* whose run has begun */
    double deadline_s;         /* of one case, on top of what its size needs */
    uint64_t seed;             /* of orders and layouts */
    char label[TERN_LABEL_BYTES];
    tern_ring_stock stock;     /* of the case that was sampled last */
    tern_case_weights weights; /* and its W */
} tern_comparing;

/* Gives back what it holds. */
void tern_comparing_close(tern_comparing *comparing);

/* Shows "WHAT ID" until the next one. */
void tern_comparing_say(tern_comparing *comparing, const char *what, const char *id);

/* For a child that computes the case; times: how many such cases its longest turn is worth. */
tern_child_options tern_comparing_child(tern_comparing *comparing, const tern_case *c, double times);

/* A function of its arguments, below 2^63, which is what whole numbers of JSON can hold. */
uint64_t tern_comparing_seed(const tern_comparing *comparing, const char *id, const char *series, uint64_t process);

/*
 * tern_paired_sample() on the CPUs of the run: fills in what the request says of machine and deadline. times as above.
 */
tern_status tern_comparing_sample(tern_comparing *comparing, tern_paired_request *request, double times,
                                  tern_paired_samples *samples, tern_error *error);

#endif
