// The text format in which Prometheus reads figures, version 0.0.4. A family is announced once,
// then come its samples. https://prometheus.io/docs/instrumenting/exposition_formats/
#ifndef BH_FORMAT_PROM_H
#define BH_FORMAT_PROM_H

#include "base/buf.h"
#include "base/meter.h"

#define PROM_TYPE "text/plain; version=0.0.4; charset=utf-8"

// Names and help are our own literals: of letters, digits and _, and without \ or line breaks.
struct prom {
    struct buf *out;
    const char *family;
};

enum { PROM_LABELS_MAX = 4 };
struct prom_label {
    const char *name; // NULL: there is none
    str value;        // escaped here
};

// type: counter, gauge or histogram.
void prom_family(struct prom *p, const char *name, const char *type, const char *help);
// labels end with a NULL name; NULL: none.
void prom_count(struct prom *p, const struct prom_label *labels, uint64_t value);
void prom_gauge(struct prom *p, const struct prom_label *labels, double value);
// The buckets, cumulative and in seconds, then _sum and _count.
void prom_hist(struct prom *p, const struct prom_label *labels, const struct meter_sum *h);
// A family of one sample without labels.
void prom_one(struct prom *p, const char *name, const char *type, const char *help, double value);

#endif
