#include "base/meter.h"

const int64_t METER_BOUNDS_US[METER_BOUNDS] = {
    500, 1000, 5000, 20000, 50000, 100000, 200000, 1000000, 5000000};

void meter_time(struct meter_hist *h, int64_t took_us)
{
    size_t at = 0;
    while (at < METER_BOUNDS && took_us > METER_BOUNDS_US[at])
        at++;
    meter_add(&h->n[at], 1);
    meter_add(&h->sum_us, took_us > 0 ? (uint64_t)took_us : 0);
}

void meter_collect(const struct meter_hist *h, struct meter_sum *sum)
{
    for (size_t i = 0; i <= METER_BOUNDS; i++)
        sum->n[i] += meter_read(&h->n[i]);
    sum->sum_us += meter_read(&h->sum_us);
}
