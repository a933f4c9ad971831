#include "format/prom.h"

void prom_family(struct prom *p, const char *name, const char *type, const char *help)
{
    p->family = name;
    buf_fmt(p->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_value(struct buf *b, str value)
{
    for (size_t i = 0; i < value.n; i++) {
        char c = value.s[i];
        if (c == '\n') {
            buf_addz(b, "\\n");
            continue;
        }
        if (c == '\\' || c == '"')
            buf_byte(b, '\\');
        buf_byte(b, c);
    }
}

// name{label="value",...} and a blank; le: one more label, or NULL.
static void put_name(
    const struct prom *p, const char *end, const struct prom_label *labels, const char *le)
{
    struct buf *b = p->out;
    char before = '{';
    buf_addz(b, p->family);
    buf_addz(b, end);
    for (; labels && labels->name; labels++) {
        buf_fmt(b, "%c%s=\"", before, labels->name);
        put_value(b, labels->value);
        buf_byte(b, '"');
        before = ',';
    }
    if (le) {
        buf_fmt(b, "%cle=\"%s\"", before, le);
        before = ',';
    }
    buf_addz(b, before == ',' ? "} " : " ");
}

void prom_count(struct prom *p, const struct prom_label *labels, uint64_t value)
{
    put_name(p, "", labels, NULL);
    buf_fmt(p->out, "%" PRIu64 "\n", value);
}

void prom_gauge(struct prom *p, const struct prom_label *labels, double value)
{
    put_name(p, "", labels, NULL);
    buf_fmt(p->out, "%.17g\n", value);
}

void prom_hist(struct prom *p, const struct prom_label *labels, const struct meter_sum *h)
{
    uint64_t n = 0;
    for (size_t i = 0; i < METER_BOUNDS; i++) {
        n += h->n[i];
        str le = str_fmt(p->out->arena, "%g", (double)METER_BOUNDS_US[i] / 1e6);
        put_name(p, "_bucket", labels, le.s);
        buf_fmt(p->out, "%" PRIu64 "\n", n);
    }
    n += h->n[METER_BOUNDS];
    put_name(p, "_bucket", labels, "+Inf");
    buf_fmt(p->out, "%" PRIu64 "\n", n);
    put_name(p, "_sum", labels, NULL);
    buf_fmt(p->out, "%.6f\n", (double)h->sum_us / 1e6);
    put_name(p, "_count", labels, NULL);
    buf_fmt(p->out, "%" PRIu64 "\n", n);
}

void prom_one(struct prom *p, const char *name, const char *type, const char *help, double value)
{
    prom_family(p, name, type, help);
    prom_gauge(p, NULL, value);
}
